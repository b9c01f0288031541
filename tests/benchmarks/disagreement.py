"""Disagreement: where snippets contradict each other, does an answer show both values?

Every question of RGB's counterfactual set (Chen et al., "Benchmarking Large Language Models in Retrieval-
Augmented Generation", 2024) comes with snippets that hold the answer, the same snippets with a wrong value
planted, and others. They become the articles of one small library, the question is asked, and the
disagreement counts as shown where one group of the answer is the true value and another the planted one.
``--mix split`` keeps of each snippet either the true or the planted version, in turn. Writes JSON.

    python tests/benchmarks/disagreement.py --data DIR [--mix both|split] [--out FILE] [--show]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.language.values import fold, same_value, value_of
from assistant.types import Answer, Article, Paragraph, Section, article_id

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Planted:
    """A question with contradicting snippets."""

    question: str
    true: tuple[str, ...]
    """Ways to write the true value."""
    wrong: tuple[str, ...]
    right_snippets: tuple[str, ...]
    wrong_snippets: tuple[str, ...]
    others: tuple[str, ...]


def read_planted(path: Path) -> list[Planted]:
    """The questions of ``rgb-en-fact.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Planted(
            row["query"],
            _aliases(row["answer"]),
            _aliases(row["fakeanswer"]),
            tuple(row["positive"]),
            tuple(row["positive_wrong"]),
            tuple(row["negative"]),
        )
        for row in rows
    ]


def _aliases(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(alias for part in value for alias in _aliases(part))


def articles_of(planted: Planted, mix: str) -> list[Article]:
    """One article for each snippet that ``mix`` keeps."""
    right, wrong = planted.right_snippets, planted.wrong_snippets
    if mix == "split" and len(right) > 1:
        right, wrong = right[::2], wrong[1::2]
    snippets = [*right, *wrong, *planted.others]
    return [
        Article(
            id=article_id(f"snippet:{number}:{text}"),
            title=f"Snippet {number}",
            text=text,
            paragraphs=(Paragraph(0, len(text), Section.BODY, "en"),),
            source=f"snippet-{number}",
        )
        for number, text in enumerate(snippets, 1)
    ]


def means(text: str, aliases: Sequence[str]) -> bool:
    """Whether an answer is a value: the same value, or all the words of the one in the other.

    A year alone is not the date of that year.
    """
    words = set(fold(text).replace(",", " ").replace(".", " ").split())
    for alias in aliases:
        known = set(fold(alias).replace(",", " ").replace(".", " ").split())
        part = words <= known and any(word.isalpha() for word in words)
        if same_value(value_of(text), value_of(alias)) or known <= words or part:
            return True
    return False


def shows_both(answer: Answer, planted: Planted) -> tuple[bool, bool]:
    """Whether a group is the true value, and whether another one is the planted value."""
    right = [g for g in answer.answers if means(g.text, planted.true)]
    wrong = [
        g
        for g in answer.answers
        if means(g.text, planted.wrong) and not any(g is other for other in right)
    ]
    return bool(right), bool(wrong)


def measure(questions: Sequence[Planted], *, mix: str, show: bool = False) -> dict[str, Any]:
    """Ask every question of its own library."""
    shown = right_only = wrong_only = 0
    missed = []
    milliseconds = []
    reader = None
    for planted in questions:
        with (
            tempfile.TemporaryDirectory() as folder,
            Assistant.open(folder, seeds=False) as pq,
        ):
            pq._reader = reader
            pq.add_articles(articles_of(planted, mix))
            started = time.perf_counter()
            answer = pq.ask(planted.question)
            milliseconds.append((time.perf_counter() - started) * 1000)
            reader = pq._reader
        right, wrong = shows_both(answer, planted)
        shown += right and wrong
        right_only += right and not wrong
        wrong_only += wrong and not right
        if not (right and wrong):
            groups = [[g.text, round(g.confidence, 3)] for g in answer.answers]
            missed.append([planted.question, planted.true[0], planted.wrong[0], groups])
            if show:
                print(json.dumps(missed[-1], ensure_ascii=False), file=sys.stderr)
    count = len(questions)
    return {
        "mix": mix,
        "questions": count,
        "both_shown": shown,
        "both_shown_share": round(shown / count, 4),
        "only_true": right_only,
        "only_planted": wrong_only,
        "neither": count - shown - right_only - wrong_only,
        "milliseconds_median": round(sorted(milliseconds)[count // 2], 1),
        "missed": missed,
    }


def main() -> None:
    """Measure and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mix", choices=["both", "split"], nargs="*", default=["both", "split"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    path = arguments.data / "rgb-en-fact.jsonl.gz"
    questions = read_planted(path)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.strip()
    result = {
        "benchmark": "disagreement",
        "commit": commit,
        "data_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "results": [measure(questions, mix=mix, show=arguments.show) for mix in arguments.mix],
    }
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    if arguments.out:
        arguments.out.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
