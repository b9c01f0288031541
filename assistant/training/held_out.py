"""Write what was kept out of the training as files that ``pullquote eval`` measures.

    python -m assistant.training.held_out --data DATA --out FOLDER

``own*.json`` are our own questions on the held-out stories and articles, all of them and by the languages of
passage and question, ``speakers*.json`` ask who said the quoted words of PolNeAR's development part and of our own
passages, ``*claims*.jsonl`` are claims beside their evidence; climate-fever's are those kept for measuring.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.checking.claims.judging import STANCES
from assistant.training.corpus import LABELS, Claim, Corpus, Item, read_corpus, read_quotations
from assistant.training.mixture import OWN
from assistant.training.stance_pairs import read_pairs

NAMED_QUOTED = "quoted"


def squad_file(corpus: Corpus, items: Iterable[Item]) -> dict[str, Any]:
    """Questions on their passages in SQuAD 2.0's format; a group is an article."""
    asked: dict[str, dict[int, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        asked[corpus.passages[item.passage].group][item.passage].append(item)
    number = 0
    articles = []
    for by_passage in asked.values():
        title, paragraphs = corpus.passages[next(iter(by_passage))].title, []
        for index, rows in by_passage.items():
            text, qas = corpus.passages[index].text, []
            for item in rows:
                number += 1
                answers = [{"text": text[a:b], "answer_start": a} for a, b in item.golds]
                qas.append(
                    {
                        "id": str(number),
                        "question": item.question,
                        "answers": answers,
                        "is_impossible": not answers,
                    }
                )
            paragraphs.append({"context": text, "qas": qas})
        articles.append({"title": title, "paragraphs": paragraphs})
    return {"version": "v2.0", "data": articles}


def own_parts(corpus: Corpus, set_name: str) -> dict[str, list[Item]]:
    """A set's questions: all, by the language of passage and question where it is one, and across."""
    parts: dict[str, list[Item]] = defaultdict(list)
    for item in corpus.items[set_name]:
        language = corpus.passages[item.passage].language
        parts[set_name].append(item)
        name = language if language == item.language else "across"
        parts[f"{set_name}-{name if name in ('en', 'ar', 'across') else 'others'}"].append(item)
    return parts


def claim_lines(claims: Iterable[Claim]) -> list[dict[str, str]]:
    """Claims, each beside the sentences that decide it."""
    lines = []
    for claim in claims:
        spans = claim.evidence or ((0, len(claim.passage)),)
        start, end = min(a for a, _ in spans), max(b for _, b in spans)
        lines.append(
            {
                "claim": claim.text,
                "evidence": claim.passage[start:end],
                "label": LABELS[claim.allowed[0]],
                "lang": claim.language,
                "kind": claim.kind,
            }
        )
    return lines


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    _, held_out = read_corpus(options.data)
    speakers = read_quotations(options.data / "quotes/polnear.jsonl.gz", ("dev",))
    named = [item for item in speakers.items[NAMED_QUOTED] if item.golds]
    files = {"speakers": squad_file(speakers, named)}
    for own in OWN:
        parts = own_parts(held_out, own) | {f"speakers-{own}": held_out.items[f"{own}-quotations"]}
        files |= {name: squad_file(held_out, items) for name, items in parts.items()}
    for name, content in files.items():
        (options.out / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    climate = [
        {
            "claim": pair.claim,
            "evidence": pair.sentence,
            "label": LABELS[STANCES.index(pair.label)],
            "lang": "en",
        }
        for pair in read_pairs(options.data / "climate-fever.jsonl.gz")
        if pair.is_held_out
    ]
    lines_of = {f"{own}-claims": claim_lines(held_out.claims[own]) for own in OWN}
    for name, lines in (lines_of | {"climate-claims": climate}).items():
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (options.out / f"{name}.jsonl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
