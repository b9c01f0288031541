"""Quotes: are exact ones called exact, altered ones caught, and the changed words named?

Makes quotes from the seeds and from real news pages by the rules of the tests' own generator, looks them
up, and counts. Writes JSON.

    python tests/benchmarks/quotes.py --data DIR [--count 200] [--seed 1] [--library DIR] [--out FILE]

``DIR`` holds ``news-pages.tar`` (gzip-compressed pages named by id). ``--library`` keeps the library that
is made of them for another run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.assistant import Assistant
from assistant.types import ChangeKind, QuoteStatus

REPOSITORY = Path(__file__).resolve().parents[2]


def load_generator() -> ModuleType:
    """The generator of the tests."""
    path = REPOSITORY / "tests" / "assistant" / "checking" / "quotes" / "made_quotes.py"
    spec = importlib.util.spec_from_file_location("made_quotes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["made_quotes"] = module
    spec.loader.exec_module(module)
    return module


def open_library(folder: Path, pages: Path) -> Assistant:
    """A library of the seeds and the pages, made where it is not there yet."""
    pq = Assistant.open(folder)
    if len(pq.articles()) < 20:
        with tempfile.TemporaryDirectory() as unpacked:
            with tarfile.open(pages) as archive:
                for member in archive.getmembers():
                    stream = archive.extractfile(member)
                    if stream is not None and member.name.endswith(".html.gz"):
                        name = Path(member.name).name.removesuffix(".gz")
                        (Path(unpacked) / name).write_bytes(gzip.decompress(stream.read()))
            pq.add([unpacked])
    return pq


def measure(pq: Assistant, *, count: int, seed: int) -> dict[str, Any]:
    """Look ``count`` made quotes up."""
    generator = load_generator()
    articles = [pq.article(summary.id) for summary in pq.articles()]
    made = generator.make_quotes(articles, count=count, seed=seed)
    outcomes: dict[str, Counter[str]] = {}
    unnamed, failures, milliseconds = 0, [], []
    for quote in made:
        started = time.perf_counter()
        report = pq.verify(quote.text)
        milliseconds.append((time.perf_counter() - started) * 1000)
        outcomes.setdefault(quote.rule, Counter())[report.status.value] += 1
        expected = QuoteStatus.EXACT if quote.is_exact else QuoteStatus.ALTERED
        if report.status is not expected:
            failures.append([quote.rule, quote.text, report.status.value])
        elif not quote.is_exact and not _is_named(report, quote):
            unnamed += 1
            failures.append([quote.rule, quote.text, "change not named"])
    altered = [quote for quote in made if not quote.is_exact]
    caught = sum(
        outcomes[rule][QuoteStatus.ALTERED.value]
        for rule in outcomes
        if rule in generator.ALTERATIONS
    )
    return {
        "quotes": len(made),
        "articles": len(articles),
        "exact_called_exact": sum(
            outcomes[rule][QuoteStatus.EXACT.value] for rule in outcomes if rule in generator.EDITS
        ),
        "exact": len(made) - len(altered),
        "altered_caught": caught,
        "altered": len(altered),
        "altered_caught_share": round(caught / len(altered), 4),
        "change_named_share": round(1 - unnamed / max(1, caught), 4),
        "milliseconds_median": round(statistics.median(milliseconds), 2),
        "milliseconds_max": round(max(milliseconds), 2),
        "by_rule": {rule: dict(counts) for rule, counts in outcomes.items()},
        "failures": failures,
    }


def _is_named(report: Any, quote: Any) -> bool:
    changes = report.matches[0].changes
    if quote.rule == "joined":
        moved = (ChangeKind.JOINED, ChangeKind.REORDERED, ChangeKind.LEFT_OUT)
        return any(change.kind in moved for change in changes)
    side = "true" if quote.rule == "negation" else "given"
    return any(quote.changed in getattr(change, side) for change in changes)


def main() -> None:
    """Measure and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    pages = arguments.data / "news-pages.tar"
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.library or Path(scratch) / "library"
        with open_library(folder, pages) as pq:
            result = measure(pq, count=arguments.count, seed=arguments.seed)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.strip()
    result = {
        "benchmark": "quotes",
        "commit": commit,
        "seed": arguments.seed,
        "data_sha256": hashlib.sha256(pages.read_bytes()).hexdigest(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        **result,
    }
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    if arguments.out:
        arguments.out.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
