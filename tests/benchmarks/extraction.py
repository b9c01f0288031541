"""Article extraction on real news pages: F1 of the body, titles and dates.

Scored as in Zyte's article-extraction-benchmark (https://github.com/scrapinghub/article-extraction-
benchmark): multisets of 4-grams of ``\\w+`` tokens; precision and recall of each page, averaged over
pages, and the harmonic mean of the two averages.

    python tests/benchmarks/extraction.py --data DIR [--out FILE]

``DIR`` holds ``news-pages.tar`` (gzip-compressed pages named by id) and
``news-pages-truth.json.gz`` (id to ``articleBody`` and ``url``).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import platform
import re
import subprocess
import sys
import tarfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.errors import SourceError
from assistant.sources import parse
from assistant.types import PARAGRAPH_SEPARATOR, Article, Section

NGRAM = 4
TARGET_F1 = 0.958
"""Published for trafilatura on the 181 pages that these 91 are from."""

TOKEN = re.compile(r"\w+")
BODY = (Section.LEDE, Section.BODY)


@dataclass(frozen=True)
class PageScore:
    """How one page came out."""

    page: str
    url: str
    precision: float
    recall: float
    has_title: bool
    has_date: bool
    offsets_hold: bool
    error: str | None = None


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count the 4-grams of a text's tokens; a shorter text is one shingle."""
    tokens = TOKEN.findall(text)
    if not tokens:
        return Counter()
    return Counter(tuple(tokens[i : i + NGRAM]) for i in range(max(1, len(tokens) - NGRAM + 1)))


def precision_recall(truth: str, found: str) -> tuple[float, float]:
    """Share of the found shingles that are true, and of the true ones that are found."""
    true, pred = shingles(truth), shingles(found)
    common = (true & pred).total()
    if true == pred:
        return 1.0, 1.0
    return (
        common / pred.total() if pred else 0.0,
        common / true.total() if true else 0.0,
    )


def score_page(page: str, data: bytes, truth: dict[str, str]) -> PageScore:
    """Extract one page and compare it."""
    try:
        (article,) = parse(data, location=page)
    except SourceError as error:
        return PageScore(page, truth["url"], 0.0, 0.0, False, False, True, str(error))
    body = "\n".join(
        article.paragraph_text(i) for i, p in enumerate(article.paragraphs) if p.section in BODY
    )
    precision, recall = precision_recall(truth["articleBody"], body)
    return PageScore(
        page,
        truth["url"],
        precision,
        recall,
        not article.title_derived,
        article.published is not None,
        offsets_hold(article),
    )


def offsets_hold(article: Article) -> bool:
    """Whether the paragraphs, cut out by their offsets and joined, are the text."""
    cut = [article.text[p.start : p.end] for p in article.paragraphs]
    return PARAGRAPH_SEPARATOR.join(cut) == article.text and all(part.strip() for part in cut)


def main() -> int:
    """Run the benchmark; exit code 1 below the target."""
    options = argparse.ArgumentParser(description="article extraction on real news pages")
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options.add_argument("--worst", type=int, default=5, help="how many of the worst pages to list")
    chosen = options.parse_args()
    archive = chosen.data / "news-pages.tar"
    truth_file = chosen.data / "news-pages-truth.json.gz"
    with gzip.open(truth_file) as stream:
        truth = json.load(stream)
    scores = []
    started = time.perf_counter()
    with tarfile.open(archive) as pages:
        for page, expected in sorted(truth.items()):
            member = pages.extractfile(f"{page}.html.gz")
            assert member is not None
            scores.append(score_page(page, member.read(), expected))
    elapsed_s = time.perf_counter() - started
    precision = sum(score.precision for score in scores) / len(scores)
    recall = sum(score.recall for score in scores) / len(scores)
    f1 = 2 * precision * recall / (precision + recall)
    result = {
        "benchmark": "extraction",
        "pages": len(scores),
        "f1": round(f1, 4),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "with_title": sum(score.has_title for score in scores),
        "with_date": sum(score.has_date for score in scores),
        "offsets_hold": sum(score.offsets_hold for score in scores),
        "failures": [score.error for score in scores if score.error],
        "pages_per_s": round(len(scores) / elapsed_s, 1),
        "target_f1": TARGET_F1,
        "data_sha256": hashlib.sha256(truth_file.read_bytes() + archive.read_bytes()).hexdigest(),
        "commit": commit(),
        "python": platform.python_version(),
        "trafilatura": version("trafilatura"),
        "machine": platform.machine(),
        "scores": [asdict(score) for score in scores],
    }
    chosen.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print("| pages | precision | recall | F1 | titles | dates | offsets hold | pages/s |")
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {len(scores)} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {result['with_title']} |"
        f" {result['with_date']} | {result['offsets_hold']} | {result['pages_per_s']} |"
    )
    for score in sorted(scores, key=lambda s: s.precision + s.recall)[: chosen.worst]:
        print(
            f"{score.page[:6]} precision {score.precision:.3f} recall {score.recall:.3f} {score.url}",
            file=sys.stderr,
        )
    return 0 if f1 >= TARGET_F1 else 1


def commit() -> str | None:
    """The commit that is measured, where this is a checkout."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return done.stdout.strip() or None


if __name__ == "__main__":
    sys.exit(main())
