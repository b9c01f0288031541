"""Article extraction on real news pages: F1 of the body, titles and dates.

Scored as in Zyte's article-extraction-benchmark (https://github.com/scrapinghub/article-extraction-
benchmark): multisets of 4-grams of ``\\w+`` tokens; precision and recall of each page, averaged over
pages, and the harmonic mean of the two averages. Beside it, in the same run, what plain trafilatura
finds on the same pages.

Half of the pages, by a hash of their ids, may be looked at while rules are written; of the others only
the averages are printed. What helps the first half and not the second does not stay.

    python tests/benchmarks/extraction.py --data DIR [--out FILE]

``DIR`` holds ``news-pages.tar`` (gzip-compressed pages named by id) and
``news-pages-truth.json.gz`` (id to ``articleBody`` and ``url``).
"""

from __future__ import annotations

import argparse
import contextlib
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
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import trafilatura

from assistant.errors import SourceError
from assistant.sources import parse
from assistant.types import PARAGRAPH_SEPARATOR, Article, Section

NGRAM = 4
TARGET_GAIN = 0.01
"""F1 over plain trafilatura's on the pages that are not looked at."""

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
    plain_precision: float
    """Of trafilatura alone."""
    plain_recall: float
    warnings: tuple[str, ...] = ()
    error: str | None = None

    @property
    def is_looked_at(self) -> bool:
        """Whether rules may be written with this page in view."""
        return hashlib.sha256(self.page.encode()).digest()[0] % 2 == 0

    @property
    def f1(self) -> float:
        """Of this page."""
        return harmonic(self.precision, self.recall)


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


def harmonic(precision: float, recall: float) -> float:
    """Harmonic mean, 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def plain_body(data: bytes) -> str:
    """What trafilatura alone takes for the article."""
    document = trafilatura.bare_extraction(
        gzip.decompress(data), include_comments=False, with_metadata=False
    )
    return (document.text or "") if document else ""


def score_page(page: str, data: bytes, truth: dict[str, str]) -> PageScore:
    """Extract one page and compare it."""
    body, article, error = "", None, None
    try:
        (article,) = parse(data, location=page)
        body = "\n".join(
            article.paragraph_text(i) for i, p in enumerate(article.paragraphs) if p.section in BODY
        )
    except SourceError as failure:
        error = str(failure)
    precision, recall = precision_recall(truth["articleBody"], body)
    plain_precision, plain_recall = precision_recall(truth["articleBody"], plain_body(data))
    return PageScore(
        page,
        truth["url"],
        precision,
        recall,
        article is not None and not article.title_derived,
        article is not None and article.published is not None,
        article is None or offsets_hold(article),
        plain_precision,
        plain_recall,
        tuple(article.metadata.get("warnings", ())) if article else (),
        error=error,
    )


def summary(scores: Sequence[PageScore]) -> dict[str, float | int]:
    """Averages over some of the pages."""

    def mean(values: Iterable[float]) -> float:
        return sum(values) / len(scores)

    precision, recall = mean(s.precision for s in scores), mean(s.recall for s in scores)
    plain = harmonic(mean(s.plain_precision for s in scores), mean(s.plain_recall for s in scores))
    return {
        "pages": len(scores),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(harmonic(precision, recall), 4),
        "plain_trafilatura_f1": round(plain, 4),
        "with_title": sum(s.has_title for s in scores),
        "with_date": sum(s.has_date for s in scores),
        "offsets_hold": sum(s.offsets_hold for s in scores),
        "under_half": sum(s.f1 < 0.5 for s in scores),
        "under_half_without_warning": sum(s.f1 < 0.5 and not s.warnings for s in scores),
    }


def offsets_hold(article: Article) -> bool:
    """Whether the paragraphs, cut out by their offsets and joined, are the text."""
    cut = [article.text[p.start : p.end] for p in article.paragraphs]
    return PARAGRAPH_SEPARATOR.join(cut) == article.text and all(part.strip() for part in cut)


def main() -> int:
    """Run the benchmark; exit code 1 below the target."""
    options = argparse.ArgumentParser(description="article extraction on real news pages")
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options.add_argument(
        "--worst", type=int, default=5, help="how many of the worst pages looked at to list"
    )
    chosen = options.parse_args()
    archive = chosen.data / "news-pages.tar"
    truth_file = chosen.data / "news-pages-truth.json.gz"
    with gzip.open(truth_file) as stream:
        truth = json.load(stream)
    scores = []
    elapsed_s = 0.0
    with tarfile.open(archive) as pages:
        for page, expected in sorted(truth.items()):
            member = pages.extractfile(f"{page}.html.gz")
            assert member is not None
            data = member.read()
            started = time.perf_counter()
            with contextlib.suppress(SourceError):
                parse(data, location=page)
            elapsed_s += time.perf_counter() - started
            scores.append(score_page(page, data, expected))
    looked_at = [score for score in scores if score.is_looked_at]
    others = [score for score in scores if not score.is_looked_at]
    parts = {"looked at": looked_at, "not looked at": others, "all": scores}
    result = {
        "benchmark": "extraction",
        **{name: summary(part) for name, part in parts.items()},
        "failures": [score.error for score in scores if score.error],
        "pages_per_s": round(len(scores) / elapsed_s, 1),
        "target_gain": TARGET_GAIN,
        "data_sha256": hashlib.sha256(truth_file.read_bytes() + archive.read_bytes()).hexdigest(),
        "commit": commit(),
        "python": platform.python_version(),
        "trafilatura": version("trafilatura"),
        "machine": platform.machine(),
        "scores": [asdict(score) for score in scores],
    }
    chosen.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    columns = list(summary(scores))
    print("| | " + " | ".join(column.replace("_", " ") for column in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name, part in parts.items():
        print(f"| {name} | " + " | ".join(str(value) for value in summary(part).values()) + " |")
    print(f"{result['pages_per_s']} pages/s")
    for score in sorted(looked_at, key=lambda s: s.f1)[: chosen.worst]:
        print(
            f"{score.page[:6]} precision {score.precision:.3f} recall {score.recall:.3f} {score.url}",
            file=sys.stderr,
        )
    gain = summary(others)["f1"] - summary(others)["plain_trafilatura_f1"]
    return 0 if gain >= TARGET_GAIN else 1


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
