"""Adding many articles: rate beside the bare encoder on the same passages, memory, adding again.

    python tests/benchmarks/ingest.py --data DIR [--articles 10000] [--out FILE]

Articles are made of real paragraphs (SQuADShifts), three each, drawn with a fixed seed and numbered so
that no two are alike.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import random
import resource
import tempfile
import time
from pathlib import Path

from assistant.assistant import Assistant
from embeddings.chunking import embedding_text, passages
from embeddings.encoder import load_encoder

SEED = 7
PARAGRAPHS = 3
BARE_PASSAGES = 1_500
"""Passages that the bare encoder is timed on, before and after, so that a busy machine shows."""


def rows(data: Path, count: int) -> list[dict[str, str]]:
    texts = []
    for name in ("new_wiki", "reddit", "amazon_reviews"):
        file = json.loads(gzip.decompress((data / f"squadshifts-{name}.json.gz").read_bytes()))
        texts += [p["context"].strip() for entry in file["data"] for p in entry["paragraphs"]]
    draw = random.Random(SEED)
    return [
        {
            "title": f"Article {number}",
            "url": f"https://example.org/{number}",
            "language": "en",
            "text": "\n\n".join([f"Edition {number}.", *draw.sample(texts, PARAGRAPHS)]),
        }
        for number in range(count)
    ]


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_rate(encoder: object, texts: list[str]) -> float:
    started = time.perf_counter()
    for start in range(0, len(texts), 128):
        encoder.encode_passages(texts[start : start + 128])
    return len(texts) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    made = rows(options.data, options.articles)
    sample = []
    for row in made:
        bounds, start = [], 0
        for part in row["text"].split("\n\n"):
            bounds.append((start, start + len(part)))
            start += len(part) + 2
        sample += [
            embedding_text(row["title"], row["text"][p.start : p.end])
            for p in passages(bounds, row["text"])
        ]
        if len(sample) >= BARE_PASSAGES:
            break
    encoder = load_encoder()
    encoder.encode_passages(sample[:64])
    before = bare_rate(encoder, sample[:BARE_PASSAGES])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        source.write_text("\n".join(json.dumps(row) for row in made), "utf-8")
        with Assistant.open(Path(folder) / "library", seeds=False) as pq:
            low = memory_mb()
            started = time.perf_counter()
            report = pq.add([source])
            first = time.perf_counter() - started
            started = time.perf_counter()
            again = pq.add([source])
            second = time.perf_counter() - started
            count = pq._library.counts()["passages"]
    after = bare_rate(encoder, sample[:BARE_PASSAGES])
    bare = (before + after) / 2
    result = {
        "machine": platform.platform(),
        "seed": SEED,
        "articles": len(report.added),
        "passages": count,
        "passages_per_s": round(count / first, 1),
        "bare_encoder_passages_per_s": round(bare, 1),
        "ratio": round(count / first / bare, 3),
        "second_add_share": round(second / first, 4),
        "second_add_unchanged": len(again.unchanged),
        "memory_growth_mb": round(memory_mb() - low, 1),
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
