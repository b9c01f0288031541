"""Runs one scenario against a Milvus server of its own: ``python milvus_server.py SCENARIO FOLDER``.

The server of the PyPI package listens on every interface whatever its configuration says, and outlives
its parent. So this is started in namespaces where there is only a loopback interface and where everything ends with
the first process (see ``test_milvus_server.py``). Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from milvus import MilvusServer, MilvusServerConfig

from assistant.assistant import Assistant
from assistant.errors import IndexUnreachable
from assistant.library import Library
from assistant.types import Article
from embeddings import milvus as milvus_module
from embeddings.errors import IndexUnavailable
from embeddings.milvus import MilvusIndex, MilvusKind
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article

DIM, BATCH = 64, 1_000
MODEL = "a-model"


def start(folder: Path) -> tuple[MilvusServer, str]:
    server = MilvusServer(MilvusServerConfig(data_dir=str(folder)))
    server.start()
    return server, f"milvus://127.0.0.1:{server.listen_port}"


def conformance(folder: Path) -> dict[str, object]:
    server, uri = start(folder)
    try:
        done = subprocess.run(
            [
                sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                "-o", "addopts=--import-mode=importlib", "-k", "milvus-server",
                str(Path(__file__).with_name("test_index_conformance.py")),
            ],
            env={**os.environ, "PULLQUOTE_TEST_MILVUS": uri},
            capture_output=True,
            text=True,
        )  # fmt: skip
    finally:
        server.stop()
    return {"rc": done.returncode, "tail": done.stdout[-3000:]}


def crash(folder: Path) -> dict[str, object]:
    """Kill the server while vectors are added, start it again, send the rest again."""
    milvus_module.TIMEOUT_S = 5.0
    random = np.random.default_rng(0)
    centres = random.standard_normal((200, DIM))
    # Around centres, as texts are around topics: without structure a graph has nothing to follow.
    rows = centres[random.integers(0, 200, 40 * BATCH)]
    rows += 0.5 * random.standard_normal(rows.shape)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    server, uri = start(folder)
    report: dict[str, object] = {}
    try:
        index = MilvusIndex(f"{uri}/crash", dim=DIM, model_id=MODEL, kind=MilvusKind.HNSW)
        index.add(np.arange(BATCH), rows[:BATCH])
        index.commit(generation=1)
        acknowledged = BATCH
        try:
            for first in range(BATCH, len(rows), BATCH):
                if first == 11 * BATCH:
                    # Not by the server's own stop, which lets it finish: the call under way must fail.
                    os.kill(server.server_proc.pid, signal.SIGKILL)
                index.add(np.arange(first, first + BATCH), rows[first : first + BATCH])
                acknowledged = first + BATCH
        except IndexUnavailable as error:
            report["error"] = str(error)
        index.close()
        server.stop()
        server, uri = start(folder)
        milvus_module.TIMEOUT_S = 60.0
        index = MilvusIndex(f"{uri}/crash", dim=DIM, model_id=MODEL)
        report["generation"] = index.generation
        report["acknowledged"] = acknowledged
        report["lost"] = sorted({*range(acknowledged)} - {*index.ids().tolist()})
        for first in range(BATCH, len(rows), BATCH):
            index.add(np.arange(first, first + BATCH), rows[first : first + BATCH])
        index.commit(generation=2)
        report["count"] = len(index)
        report["generation_after"] = index.generation
        queries = rows[::4000]
        best = np.argsort(-(queries @ rows.T), axis=1)[:, :10]
        found = index.search(queries, 10)[1]
        report["recall"] = float(
            np.mean(
                [len({*a} & {*b}) / 10 for a, b in zip(best.tolist(), found.tolist(), strict=True)]
            )
        )
    finally:
        server.stop()
    return report


def library(folder: Path) -> dict[str, object]:
    """Kill the server under a whole library while articles are added; open it again."""
    milvus_module.TIMEOUT_S = 5.0
    server, uri = start(folder / "server")
    report: dict[str, object] = {}

    def opened() -> Assistant:
        kept = Library(folder / "library", model_id=HashEncoder.id, dim=HashEncoder.dim)
        return Assistant(kept, HashEncoder(), index=f"{uri}/articles")

    def articles(first: int, last: int) -> list[Article]:
        return [
            article(f"ship-{n}", [f"Ship {n} left harbour {n % 97} at dawn."], title=f"Ship {n}")
            for n in range(first, last)
        ]

    add = MilvusIndex.add
    try:
        with opened() as pq:
            report["added"] = len(pq.add_articles(articles(0, 500)).added)

            def killing(index: MilvusIndex, ids: Sequence[int], vectors: object) -> None:
                sent.append(len(ids))
                if len(sent) == 2:
                    os.kill(server.server_proc.pid, signal.SIGKILL)
                add(index, ids, vectors)

            sent: list[int] = []
            MilvusIndex.add = killing
            try:
                pq.add_articles(articles(500, 12_500))
            except IndexUnreachable as error:
                report["error"] = str(error)
            MilvusIndex.add = add
            report["sent"] = sent
            report["kept"] = pq.article_count()
        server.stop()
        milvus_module.TIMEOUT_S = 60.0
        server, uri = start(folder / "server")
        with opened() as pq:
            pq.search("harbour", k=1)  # sends what is missing
            vectors = pq._caches.vectors()
            report["same_ids"] = vectors.ids().tolist() == sorted(pq._library.all_passage_ids())
            report["found"] = sum(
                pq.search(f"Ship {n} left harbour {n % 97} at dawn.", k=1)[0].passage.title
                == f"Ship {n}"
                for n in range(0, 12_500, 500)
            )
            report["problems"] = pq.doctor(repair=False).problems
    finally:
        server.stop()
    return report


if __name__ == "__main__":
    scenario = {"conformance": conformance, "crash": crash, "library": library}[sys.argv[1]]
    print(json.dumps(scenario(Path(sys.argv[2]))))
