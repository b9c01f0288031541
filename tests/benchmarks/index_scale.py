"""The FAISS index at 1 k, 100 k and 1 M vectors: recall, latency, memory, opening, growth.

    python tests/benchmarks/index_scale.py --data DIR --work DIR [--sizes N ...] [--windows] [--out FILE]

The vectors are embeddings of real text by the bundled encoder: every sentence of SQuADShifts (wiki,
Reddit, Amazon) and XQuAD (English, Arabic), with its article's title. Where a size asks for more than there are,
the rest are mixtures: a real vector and a share, uniform in 0 to .5, of another real one, at unit length
again, so that they keep to where texts lie. Queries are real questions of the same sets, and the
truth is NumPy's comparison of all vectors.

With ``--windows`` nothing is a mixture: the vectors are those of distinct runs of 5 to 12 words of the same
texts and of QAMR's Wikipedia and Wikinews sentences, one starting at every word or two, so that many are close
neighbours.

Embeddings are kept in ``--work`` and made once. Searching is timed in a process of its own, one query
at a time, which reports the memory it took.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from embeddings.chunking import embedding_text
from embeddings.encoder import BundledEncoder
from embeddings.index import EXACT_LIMIT, FaissIndex
from embeddings.sentences import sentence_spans

SETS = (
    "squadshifts-new_wiki", "squadshifts-reddit", "squadshifts-amazon_reviews", "xquad-en", "xquad-ar",
)  # fmt: skip
SEED = 7
QUERIES = 500
K = 10
WINDOW_BLOCK = 20_000


def read(data: Path) -> tuple[list[str], list[str], str]:
    """Passages, questions and a hash of the files."""
    texts: dict[str, None] = {}
    questions: dict[str, None] = {}
    digest = hashlib.sha256()
    for name in SETS:
        packed = (data / f"{name}.json.gz").read_bytes()
        digest.update(packed)
        for article in json.loads(gzip.decompress(packed))["data"]:
            title = str(article.get("title", "")).replace("_", " ")
            for paragraph in article["paragraphs"]:
                context = paragraph["context"]
                for start, end in sentence_spans(context):
                    if end - start >= 40:
                        texts[embedding_text(title, context[start:end])] = None
                for qa in paragraph["qas"]:
                    questions[qa["question"]] = None
    return list(texts), list(questions), digest.hexdigest()[:16]


def embeddings(data: Path, work: Path, most: int) -> tuple[np.ndarray, np.ndarray, str, str]:
    """Real vectors of passages and of questions, made once and kept."""
    texts, questions, digest = read(data)
    random = np.random.default_rng(SEED)
    order = random.permutation(len(texts))[:most]
    encoder = BundledEncoder()
    kept = work / f"vectors-{digest}-{most}-{encoder.id.replace('/', '_')}.npz"
    if not kept.exists():
        asked = [questions[i] for i in random.permutation(len(questions))[:QUERIES]]
        passages = encoder.encode_passages(
            [texts[i] for i in order],
            on_progress=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr),
        )
        np.savez(kept, passages=passages, queries=encoder.encode_queries(asked))
    stored = np.load(kept)
    return stored["passages"], stored["queries"], digest, encoder.id


def window_texts(data: Path, count: int) -> list[str]:
    """``count`` distinct runs of words, shuffled."""
    texts, _, _ = read(data)
    sentences = [text.rsplit("\n", maxsplit=1)[-1] for text in texts]
    with gzip.open(data / "qamr-wiki-sentences.tsv.gz", "rt", encoding="utf-8") as file:
        sentences += [line.rstrip("\n").split("\t")[1] for line in file]
    random = np.random.default_rng(SEED + 3)
    found: dict[str, None] = {}
    for step in (2, 1):
        for sentence in sentences:
            words = sentence.split()
            for start in range(0, max(1, len(words) - 4), step):
                found[" ".join(words[start : start + int(random.integers(5, 13))])] = None
    if len(found) < count:
        raise SystemExit(f"only {len(found)} runs of words: ask for fewer")
    names = list(found)
    return [names[i] for i in random.permutation(len(names))[:count]]


def window_vectors(data: Path, work: Path, count: int) -> np.ndarray:
    """Real vectors of ``count`` runs of words, half precision, made once, block by block."""
    encoder = BundledEncoder()
    texts = window_texts(data, count)
    blocks = []
    for start in range(0, count, WINDOW_BLOCK):
        kept = work / f"windows-{count}-{start}-{encoder.id.replace('/', '_')}.npy"
        if not kept.exists():
            made = encoder.encode_passages(texts[start : start + WINDOW_BLOCK])
            np.save(kept, made.astype(np.float16))
            print(f"{start + len(made)} of {count} encoded", file=sys.stderr, flush=True)
        blocks.append(np.load(kept))
    return np.concatenate(blocks)


def vectors(real: np.ndarray, count: int) -> np.ndarray:
    """``count`` vectors, real ones first, at half precision as a library keeps them."""
    if count <= len(real):
        return real[:count].astype(np.float16)
    random = np.random.default_rng(SEED + 1)
    out = np.empty((count, real.shape[1]), np.float16)
    out[: len(real)] = real
    for start in range(len(real), count, 50_000):
        size = min(50_000, count - start)
        one, other = random.integers(0, len(real), (2, size))
        share = random.uniform(0, 0.5, (size, 1)).astype(np.float32)
        mixed = (1 - share) * real[one] + share * real[other]
        out[start : start + size] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return out


def truth(rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Ids of the ``K`` best of each query, by comparison."""
    scores = np.full((len(queries), 0), 0, np.float32)
    ids = np.empty((len(queries), 0), np.int64)
    for start in range(0, len(rows), 50_000):
        block = rows[start : start + 50_000].astype(np.float32)
        scores = np.concatenate([scores, queries @ block.T], axis=1)
        new = np.broadcast_to(np.arange(start, start + len(block)), (len(queries), len(block)))
        ids = np.concatenate([ids, new], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :K]
        scores, ids = np.take_along_axis(scores, best, 1), np.take_along_axis(ids, best, 1)
    return ids


def memory_mb() -> dict[str, float]:
    fields = {}
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "VmHWM", "RssAnon", "RssFile"):
            fields[name] = round(int(value.split()[0]) / 1024, 1)
    return fields


def search_only(folder: Path, model: str, queries: Path) -> dict[str, object]:
    """What a process that only searches measures."""
    wanted = np.load(queries)
    began = time.perf_counter()
    index = FaissIndex.load(folder, expect_model=model)
    opened = time.perf_counter()
    index.search(wanted[:1], K)
    first = time.perf_counter()
    elapsed, found = [], []
    for query in wanted:
        start = time.perf_counter()
        found.append(index.search(query[None], K)[1][0].tolist())
        elapsed.append(time.perf_counter() - start)
    filtered: dict[str, float] = {}
    for name, step in (("fifth", 5), ("hundredth", 100)):
        allowed, times = np.arange(0, len(index), step), []
        for query in wanted[:50]:
            start = time.perf_counter()
            index.search(query[None], K, allowed=allowed)
            times.append(time.perf_counter() - start)
        filtered[name] = 1000 * float(np.percentile(times, 50))
    return {
        "kind": index.kind.value,
        "open_ms": 1000 * (opened - began),
        "first_search_ms": 1000 * (first - opened),
        "p50_ms": 1000 * float(np.percentile(elapsed, 50)),
        "p95_ms": 1000 * float(np.percentile(elapsed, 95)),
        "filtered_p50_ms": filtered,
        "memory_mb": memory_mb(),
        "found": found,
    }


def recall(found: list[list[int]], best: np.ndarray) -> float:
    return float(np.mean([len({*a} & {*b}) / K for a, b in zip(found, best.tolist(), strict=True)]))


def measure(
    real: np.ndarray, queries: np.ndarray, count: int, model: str, work: Path
) -> dict[str, object]:
    folder = work / f"index-{count}"
    rows = vectors(real, count)
    began = time.perf_counter()
    if count > EXACT_LIMIT:
        index = FaissIndex.build(
            folder,
            (
                (np.arange(i, min(i + 20_000, count)), rows[i : i + 20_000])
                for i in range(0, count, 20_000)
            ),
            dim=rows.shape[1],
            model_id=model,
            generation=1,
        )
    else:
        index = FaissIndex(rows.shape[1], model_id=model)
        index.add(np.arange(count), rows.astype(np.float32))
        index.save(folder, generation=1)
    built = time.perf_counter()
    asked = work / "queries.npy"
    np.save(asked, queries)
    done = subprocess.run(
        [sys.executable, __file__, "--search", str(folder), model, str(asked)],
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, object] = json.loads(done.stdout)
    report["recall_at_10"] = recall(report.pop("found"), truth(rows, queries))
    report["build_s"] = built - began
    report["disk_mb"] = sum(p.stat().st_size for p in folder.iterdir()) / 2**20
    # Growth: a day's passages more, then as many gone, each followed by a save.
    fresh = np.random.default_rng(SEED + 2).permutation(len(real))[: min(2_000, len(real))]
    began = time.perf_counter()
    index.add(np.arange(count, count + len(fresh)), real[fresh].astype(np.float32))
    index.save(folder, generation=2)
    added = time.perf_counter()
    index.remove(np.arange(len(fresh)))
    index.save(folder, generation=3)
    report["add_2000_and_save_s"] = added - began
    report["remove_2000_and_save_s"] = time.perf_counter() - added
    left = index.search(real[: min(20, len(real))].astype(np.float32), K)[1]
    report["dead_among_results"] = int(np.count_nonzero((left >= 0) & (left < len(fresh))))
    report["builder_peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report


def commit() -> str | None:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--real", type=int, default=30_000, help="passages to encode at most")
    parser.add_argument(
        "--windows", action="store_true", help="only real vectors, of runs of words"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--search", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        folder, model, queries = options.search
        print(json.dumps(search_only(Path(folder), model, Path(queries))))
        return
    options.work.mkdir(parents=True, exist_ok=True)
    real, queries, digest, model = embeddings(options.data, options.work, options.real)
    if options.windows:
        real = window_vectors(options.data, options.work, max(options.sizes))
    report = {
        "benchmark": "index_scale",
        "texts": "runs of words" if options.windows else "sentences and mixtures",
        "commit": commit(),
        "seed": SEED,
        "data": digest,
        "model": model,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "real_vectors": len(real),
        "queries": len(queries),
        "sizes": {},
    }
    for count in options.sizes:
        report["sizes"][str(count)] = measure(real, queries, count, model, options.work)
        print(count, json.dumps(report["sizes"][str(count)]), file=sys.stderr)
    text = json.dumps(report, indent=1)
    if options.out:
        options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
