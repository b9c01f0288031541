"""A trial: questions as a new user would put them, asked of a fresh library of real news pages.

``trial_questions.json`` holds 60 answerable questions in other words than the articles' and 12 that look
answerable and are not; they were written from the articles before any was asked, and none was changed
afterwards. Their answers, which are the articles' words, are kept apart and come from ``--answers``. The
library is the half of the pages that may be looked at, by a hash of their ids (see ``extraction.py``).

    python tests/benchmarks/trial.py --data DIR --answers FILE [--out FILE] [--show]

``DIR`` holds ``news-pages.tar``; the answers are a JSON list of ``{id, question, answers: [...]}``.

A question is *answered*, *possible* (``Answer.tier``, where there is one, with ``Answer.candidates``) or
*declined*. An answer is right if its F1 with any acceptable one is at least .5, or if it holds one and is no more
than three times as long; either way all numbers of the acceptable one must be in it. Of an answer the first
group counts; of a list all groups together too. Whether "yes" or "no" is right is not judged, only whether
the clause settles it. What ``--out`` writes holds words of the articles: not to be committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.language.values import fold
from assistant.types import Answer, AnswerStatus

REPOSITORY = Path(__file__).resolve().parents[2]
QUESTIONS = Path(__file__).with_name("trial_questions.json")
PAGE_SUFFIX = ".html.gz"

LEAST_F1 = 0.5
MOST_TIMES_AS_LONG = 3
FIRST_CANDIDATES = 3
JOINED_KINDS = {"list", "order"}
"""Kinds of question whose answer may be spread over several groups."""

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d]+")
ARTICLES = {"a", "an", "the"}

ANSWERED, POSSIBLE, DECLINED = "answered", "possible", "declined"
COLUMNS = (
    "questions",
    "answered right",
    "precision among answered",
    "answered or possible right",
    "with any of three candidates",
    "declines that were true",
    "unanswerable answered",
)


@dataclass(frozen=True, slots=True)
class Row:
    """How one question came out."""

    id: str
    question: str
    language: str
    kind: str
    answerable: bool
    tier: str
    given: tuple[str, ...]
    """What was given as an answer, or the candidates of a possible one, best first."""
    probability: float
    right: bool
    """The first of what was given."""
    right_in_three: bool
    """Any of the first three candidates; as ``right`` where the question was answered."""
    page_rank: int | None
    """1-based rank of the first passage from the page that the question was written from."""
    milliseconds: float


def is_looked_at(page: str) -> bool:
    """Whether the page may be looked at."""
    return hashlib.sha256(page.encode()).digest()[0] % 2 == 0


def tokens(text: str) -> list[str]:
    """Words and numbers as they are compared.

    >>> tokens("The £71.6million fee")
    ['71.6', 'million', 'fee']
    """
    return [token for token in TOKEN.findall(fold(text)) if token not in ARTICLES]


def is_right(given: str, acceptable: Iterable[str]) -> bool:
    """Whether a given answer is one of the acceptable ones.

    >>> is_right("up to 10 years in prison", ["10 years"]), is_right("5 years", ["10 years"])
    (True, False)
    """
    ours = tokens(given)
    for answer in acceptable:
        theirs = tokens(answer)
        if not theirs or not {token for token in theirs if token[0].isdigit()} <= set(ours):
            continue
        same = (Counter(ours) & Counter(theirs)).total()
        if 2 * same / (len(ours) + len(theirs)) >= LEAST_F1:
            return True
        if len(ours) <= MOST_TIMES_AS_LONG * len(theirs) and any(
            ours[i : i + len(theirs)] == theirs for i in range(len(ours))
        ):
            return True
    return False


def tier_of(answer: Answer) -> str:
    """The tier of an answer; a program without tiers answers or declines."""
    tier = getattr(answer, "tier", None)
    if tier == POSSIBLE:
        return POSSIBLE
    if tier is None:
        return ANSWERED if answer.status is AnswerStatus.ANSWERED else DECLINED
    return ANSWERED if tier == ANSWERED else DECLINED


def texts_of(group: Any) -> list[str]:
    """What a group or a candidate says: its text, and the quotes it stands on where they differ."""
    quotes = [citation.quote for citation in getattr(group, "citations", ())]
    if (citation := getattr(group, "citation", None)) is not None:
        quotes.append(citation.quote)
    return list(dict.fromkeys([group.text, *quotes[:1]]))


def judge(pq: Assistant, asked: dict[str, Any], acceptable: Sequence[str]) -> Row:
    """Ask one question and compare."""
    started = time.perf_counter()
    answer = pq.ask(asked["question"])
    milliseconds = (time.perf_counter() - started) * 1000
    tier = tier_of(answer)
    groups: Sequence[Any] = ()
    if tier == ANSWERED:
        groups = answer.answers
    elif tier == POSSIBLE:
        groups = getattr(answer, "candidates", ()) or answer.answers
    correct = [any(is_right(text, acceptable) for text in texts_of(group)) for group in groups]
    right = bool(correct) and correct[0]
    if not right and tier == ANSWERED and asked["kind"] in JOINED_KINDS:
        right = is_right(" ".join(group.text for group in groups), acceptable)
    pages = [
        Path(pq.article(hit.passage.article_id).source).name.split(".")[0]
        for hit in answer.passages
    ]
    return Row(
        asked["id"],
        asked["question"],
        asked["language"],
        asked["kind"],
        asked["answerable"],
        tier,
        tuple(group.text for group in groups),
        round(answer.confidence, 4),
        right,
        right or (tier == POSSIBLE and any(correct[:FIRST_CANDIDATES])),
        pages.index(asked["page"]) + 1 if asked["page"] in pages else None,
        round(milliseconds, 1),
    )


def figures(rows: Sequence[Row]) -> dict[str, float | int | None]:
    """The figures of some of the questions; None where there is nothing to divide by."""
    answerable = [row for row in rows if row.answerable]
    answered = [row for row in rows if row.tier == ANSWERED]
    declined = [row for row in rows if row.tier == DECLINED]
    offered = [row for row in answerable if row.tier != DECLINED]
    values = (
        len(rows),
        share(sum(row.right for row in answered if row.answerable), len(answerable)),
        share(sum(row.right and row.answerable for row in answered), len(answered)),
        share(sum(row.right for row in offered), len(answerable)),
        share(sum(row.right_in_three for row in offered), len(answerable)),
        share(sum(not row.answerable for row in declined), len(declined)),
        sum(not row.answerable for row in answered),
    )
    return dict(zip(COLUMNS, values, strict=True))


def share(count: int, total: int) -> float | None:
    """A share, rounded."""
    return round(count / total, 4) if total else None


def parts_of(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """All questions, and those of every language and kind."""

    def by(name: str, key: Callable[[Row], str]) -> dict[str, list[Row]]:
        return {
            f"{name}{value}": [row for row in rows if key(row) == value]
            for value in sorted({key(row) for row in rows})
        }

    return {"all": list(rows), **by("language ", lambda r: r.language), **by("", lambda r: r.kind)}


def read_questions(answers: Path) -> list[tuple[dict[str, Any], list[str]]]:
    """The questions, each with its acceptable answers."""
    questions = json.loads(QUESTIONS.read_text("utf-8"))
    known = {row["id"]: row for row in json.loads(answers.read_text("utf-8"))}
    for asked in questions:
        if known.get(asked["id"], {}).get("question") != asked["question"]:
            sys.exit(f"{answers}: not the answers of these questions ({asked['id']})")
        if asked["answerable"] != bool(known[asked["id"]]["answers"]):
            sys.exit(f"{answers}: {asked['id']} should have answers only if it is answerable")
    return [(asked, known[asked["id"]]["answers"]) for asked in questions]


def unpack(archive: Path, folder: Path) -> int:
    """Write the pages that may be looked at to a folder; how many they are."""
    count = 0
    with tarfile.open(archive) as pages:
        for member in pages:
            name = Path(member.name).name
            if not name.endswith(PAGE_SUFFIX) or not is_looked_at(name.removesuffix(PAGE_SUFFIX)):
                continue
            stream = pages.extractfile(member)
            assert stream is not None
            (folder / name).write_bytes(stream.read())
            count += 1
    return count


def measure(
    questions: Sequence[tuple[dict[str, Any], list[str]]], archive: Path, *, show: bool
) -> tuple[int, list[Row]]:
    """Make the library and ask every question of it; how many pages it holds, and the rows."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "pages", Path(folder) / "library"
        source.mkdir()
        pages = unpack(archive, source)
        with Assistant.open(library, seeds=False) as pq:
            report = pq.add(source)
            for failure in report.failures:
                print(f"{failure.source}: {failure.message}", file=sys.stderr)
            rows = []
            for asked, acceptable in questions:
                row = judge(pq, asked, acceptable)
                rows.append(row)
                if show:
                    print(json.dumps(asdict(row), ensure_ascii=False), file=sys.stderr)
    return pages, rows


def main() -> None:
    """Measure, print the table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show", action="store_true", help="every row on stderr")
    chosen = parser.parse_args()
    archive = chosen.data / "news-pages.tar"
    pages, rows = measure(read_questions(chosen.answers), archive, show=chosen.show)
    parts = {name: figures(part) for name, part in parts_of(rows).items()}
    if chosen.out:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
        ).stdout.strip()
        result = {
            "benchmark": "trial",
            "commit": commit,
            "questions_sha256": hashlib.sha256(QUESTIONS.read_bytes()).hexdigest(),
            "data_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            "pages": pages,
            "figures": parts,
            "tiers": dict(Counter(row.tier for row in rows)),
            "milliseconds_median": sorted(row.milliseconds for row in rows)[len(rows) // 2],
            "rows": [asdict(row) for row in rows],
        }
        chosen.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print("| | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for name, part in parts.items():
        cells = ["–" if value is None else str(value) for value in part.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
