"""How much of what matters about a subject a brief tells, beside lead-3 and the top search hits.

    python tests/benchmarks/briefs.py --data DIR --subjects FILE [--library FOLDER] [--out FILE] [--only N ...]

``FILE`` holds, for each subject, key points that were written down from the articles before any brief was seen, each
with the sentences that tell it. A key point is covered where the brief's spans hold at least half of one of them.
The baselines: the first three sentences of the article that a search finds first (lead-3), as many sentences as the
brief has from that article's start (lead), and as many from the first passages found (top hits).
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.types import Article, Filters, Section, Span
from embeddings.sentences import sentence_spans

sys.path.insert(0, str(Path(__file__).parent))
from quotes import open_library

REPOSITORY = Path(__file__).resolve().parents[2]
COVERED = 0.5
_TOLD = (Section.LEDE, Section.BODY)

Place = tuple[str, Span]
"""Article id and span in its text."""


def places_of(pq: Assistant, sentences: Sequence[str]) -> list[Place]:
    """Where sentences stand in the library's articles, whatever blanks and marks they are written with."""
    patterns = [
        re.compile(r"\W+".join(map(re.escape, re.findall(r"\w+", text)))) for text in sentences
    ]
    return [
        (summary.id, Span(*match.span()))
        for summary in pq.articles()
        for pattern in patterns
        for match in pattern.finditer(pq.article(summary.id).text)
    ]


def is_covered(wanted: Sequence[Place], given: Sequence[Place]) -> bool:
    """Whether at least half of one of the sentences wanted is given."""
    return any(
        sum(
            max(0, min(span.end, other.end) - max(span.start, other.start))
            for other_id, other in given
            if other_id == article_id
        )
        >= COVERED * len(span)
        for article_id, span in wanted
    )


def sentences_of(article: Article, *, count: int) -> list[Place]:
    """The first sentences of an article's text."""
    found = [
        (article.id, Span(paragraph.start + start, paragraph.start + end))
        for paragraph in article.paragraphs
        if paragraph.section in _TOLD
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end])
    ]
    return found[:count]


def given_for(pq: Assistant, subject: str, count: int) -> tuple[dict[str, list[Place]], float]:
    """What each way gives for a subject, and the brief's milliseconds."""
    hits = pq.search(subject, k=20, filters=Filters(sections=_TOLD))
    first = pq.article(hits[0].passage.article_id)
    from_hits = [
        (hit.passage.article_id, Span(hit.passage.start + start, hit.passage.start + end))
        for hit in hits
        for start, end in sentence_spans(hit.passage.text)
    ]
    brief = pq.brief(subject, sentences=count)
    for citation in brief.citations:
        assert pq.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    told = [(c.article_id, Span(c.start, c.end)) for c in brief.citations]
    return {
        "brief": told,
        "lead-3": sentences_of(first, count=3),
        "lead": sentences_of(first, count=len(told)),
        "top hits": from_hits[: len(told)],
    }, brief.elapsed_ms


def measure(
    pq: Assistant, subjects: Sequence[dict[str, Any]], *, count: int, show: bool
) -> dict[str, Any]:
    rows, times, missing = [], [], 0
    for subject in subjects:
        points = [places_of(pq, point["sentences"]) for point in subject["key_points"]]
        missing += sum(not places for places in points)
        given, elapsed_ms = given_for(pq, subject["subject"], count)
        times.append(elapsed_ms)
        row: dict[str, Any] = {"subject": subject["subject"], "key_points": len(points)}
        for way, places in given.items():
            row[way] = sum(is_covered(wanted, places) for wanted in points) / len(points)
        rows.append(row)
        print(row, flush=True)
        if show:
            for article_id, span in given["brief"]:
                article = pq.article(article_id)
                hit = [n for n, w in enumerate(points, 1) if is_covered(w, [(article_id, span)])]
                print("   ", hit, article.text[span.start : span.end])
    ways = ("brief", "lead-3", "lead", "top hits")
    means = {way: statistics.fmean(row[way] for row in rows) for way in ways}
    return {
        "coverage": means,
        "ratio_to_lead_3": means["brief"] / means["lead-3"],
        "sentences": count,
        "median_ms": statistics.median(times),
        "key_points_not_in_the_text": missing,
        "subjects": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--subjects", type=Path, required=True)
    parser.add_argument("--library", type=Path, help="keep the library of the pages here")
    parser.add_argument("--sentences", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="*", help="places of the subjects asked, from 0")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    subjects = json.loads(options.subjects.read_text("utf-8"))
    if options.only:
        subjects = [subjects[at] for at in options.only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.library or Path(scratch) / "news"
        with open_library(folder, options.data / "news-pages.tar") as pq:
            result = measure(pq, subjects, count=options.sentences, show=options.show)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.strip()
    result |= {"commit": commit, "machine": platform.platform()}
    print({name: value for name, value in result.items() if name != "subjects"})
    if options.out:
        options.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
