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
from pathlib import Path

import numpy as np
from milvus import MilvusServer, MilvusServerConfig

from embeddings import milvus as milvus_module
from embeddings.errors import IndexUnavailable
from embeddings.milvus import MilvusIndex, MilvusKind

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


if __name__ == "__main__":
    print(json.dumps({"conformance": conformance, "crash": crash}[sys.argv[1]](Path(sys.argv[2]))))
