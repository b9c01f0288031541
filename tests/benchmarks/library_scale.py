r"""A whole library of up to a million passages: hybrid search latency, memory, opening, size, building.

    python tests/benchmarks/library_scale.py --data DIR --work DIR [--count N] [--out FILE]

Texts and vectors are those of ``index_scale.py`` (same ``--work``): sentences of real articles first; beyond
them each passage is a real sentence that goes on with the first words of another, its vector the mixture
of theirs in the same share. Fifty passages make an article. Questions are real ones of the same sets. Searching
is timed in a process of its own, one question at a time, encoding included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from index_scale import QUERIES, SEED, commit, embeddings, memory_mb, read

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.library.caches import Caches
from assistant.types import PARAGRAPH_SEPARATOR, Article, Paragraph, Section, article_id
from embeddings.chunking import PassageSpan
from embeddings.encoder import BundledEncoder

ARTICLE_PASSAGES = 50
BLOCK = 50_000
WARM_UP = 20


def passages(texts: list[str], real: np.ndarray, count: int) -> Iterator[tuple[str, np.ndarray]]:
    """Texts with their vectors: real ones, then mixtures."""
    yield from zip(texts[:count], real[:count], strict=False)
    random = np.random.default_rng(SEED + 1)
    for start in range(len(texts), count, BLOCK):
        size = min(BLOCK, count - start)
        one, other = random.integers(0, len(texts), (2, size))
        share = random.uniform(0, 0.5, size).astype(np.float32)
        mixed = (1 - share)[:, None] * real[one] + share[:, None] * real[other]
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        for a, b, part, vector in zip(one, other, share, mixed, strict=True):
            words = texts[b].split()
            yield f"{texts[a]} {' '.join(words[: int(2 * part * len(words))])}".strip(), vector


def put(library: Library, number: int, rows: list[tuple[str, np.ndarray]]) -> None:
    paragraphs, spans, start = [], [], 0
    for n, (text, _) in enumerate(rows):
        paragraphs.append(Paragraph(start, start + len(text), Section.BODY, "en"))
        spans.append(PassageSpan(n, start, start + len(text), 0))
        start += len(text) + len(PARAGRAPH_SEPARATOR)
    article = Article(
        id=article_id(f"article-{number}"),
        title=f"Article {number}",
        text=PARAGRAPH_SEPARATOR.join(text for text, _ in rows),
        paragraphs=tuple(paragraphs),
        source=f"article-{number}",
        language="en",
    )
    library.put(article, spans, np.stack([vector for _, vector in rows]), state="benchmark")


def build(folder: Path, texts: list[str], real: np.ndarray, count: int) -> dict[str, float]:
    encoder = BundledEncoder()
    began = time.perf_counter()
    with Library(folder, model_id=encoder.id, dim=encoder.dim) as library, library.writing():
        rows: list[tuple[str, np.ndarray]] = []
        for n, row in enumerate(passages(texts, real, count), 1):
            rows.append(row)
            if len(rows) == ARTICLE_PASSAGES or n == count:
                put(library, n // ARTICLE_PASSAGES, rows)
                rows = []
            if n % BLOCK == 0:
                print(f"{n} stored after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        stored = time.perf_counter()
        caches = Caches(library)
        caches.lexical()
        lexical = time.perf_counter()
        caches.save()
        done = time.perf_counter()
    return {
        "store_s": stored - began,
        "build_lexical_s": lexical - stored,
        "build_vectors_s": done - lexical,
        "builder_peak_mb": memory_mb()["VmHWM"],
    }


def search_only(folder: Path, questions: Path) -> dict[str, object]:
    """What a process that only searches measures."""
    asked = json.loads(questions.read_text("utf-8"))
    began = time.perf_counter()
    pq = Assistant.open(folder, read_only=True)
    opened = time.perf_counter()
    pq.search(asked[0], k=10)
    first = time.perf_counter()
    for question in asked[:WARM_UP]:
        pq.search(question, k=10)
    elapsed, cpu = [], []
    for question in asked[WARM_UP:]:
        start, start_cpu = time.perf_counter(), time.process_time()
        found = pq.search(question, k=10)
        elapsed.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
        assert len(found) == 10
    return {
        "open_ms": 1000 * (opened - began),
        "first_result_ms": 1000 * (first - opened),
        "p50_ms": 1000 * float(np.percentile(elapsed, 50)),
        "p95_ms": 1000 * float(np.percentile(elapsed, 95)),
        # Processor time, which a busy machine does not stretch.
        "cpu_p50_ms": 1000 * float(np.percentile(cpu, 50)),
        "cpu_p95_ms": 1000 * float(np.percentile(cpu, 95)),
        "load_average": os.getloadavg()[0],
        "memory_mb": memory_mb(),
    }


def disk_mb(folder: Path) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            part = path.relative_to(folder).parts[0]
            sizes[part] = sizes.get(part, 0.0) + path.stat().st_size / 2**20
    return {part: round(size, 1) for part, size in sorted(sizes.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument(
        "--real", dest="most", type=int, default=30_000, help="real texts that are embedded"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--search", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        print(json.dumps(search_only(*options.search)))
        return
    if options.data is None or options.work is None:
        parser.error("--data DIR and --work DIR are needed")
    options.work.mkdir(parents=True, exist_ok=True)
    real, _, digest, model = embeddings(options.data, options.work, options.most)
    texts, questions, _ = read(options.data)
    random = np.random.default_rng(SEED)
    # The order in which index_scale took them.
    texts = [texts[i] for i in random.permutation(len(texts))[: options.most]]
    asked = [questions[i] for i in random.permutation(len(questions))[:QUERIES]]
    folder = options.work / f"library-{options.count}"
    shutil.rmtree(folder, ignore_errors=True)
    report: dict[str, object] = {
        "commit": commit(),
        "machine": f"{platform.platform()}, {os.cpu_count()} processors",
        "model": model,
        "data_sha256": digest,
        "seed": SEED,
        "passages": options.count,
        "real_passages": min(len(texts), options.count),
    }
    report |= build(folder, texts, np.asarray(real, np.float32), options.count)
    report["disk_mb"] = disk_mb(folder)
    listed = options.work / "questions.json"
    listed.write_text(json.dumps(asked), "utf-8")
    done = subprocess.run(
        [sys.executable, __file__, "--search", str(folder), str(listed)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report |= json.loads(done.stdout)
    print(json.dumps(report, indent=1))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
