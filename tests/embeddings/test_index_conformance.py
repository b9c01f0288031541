"""What every vector index must do, the same tests for each kind.

Set ``PULLQUOTE_TEST_MILVUS`` to ``milvus://host:port`` to run them on a server too; collections whose
names begin with ``pullquote_test_`` are made and dropped there.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings import base_segment
from embeddings import index as index_module
from embeddings.errors import IndexDamaged, IndexUnavailable
from embeddings.index import FaissIndex, VectorIndex
from embeddings.milvus import MilvusAddress, MilvusIndex, MilvusKind

DIM = 16
MODEL = "a-model"


def unit_rows(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def brute_force(
    stored: dict[int, np.ndarray], queries: np.ndarray, k: int
) -> tuple[list[list[float]], list[list[int]]]:
    ids = np.array(sorted(stored), np.int64)
    scores = np.full((len(queries), k), -np.inf, np.float32)
    found = np.full((len(queries), k), -1, np.int64)
    if len(ids):
        rows = np.stack([stored[int(i)] for i in ids]).astype(np.float64)
        for n, query in enumerate(queries):
            products = (rows * query).sum(axis=1).astype(np.float32)
            order = np.lexsort((ids, -products))[:k]
            scores[n, : len(order)], found[n, : len(order)] = products[order], ids[order]
    return scores.tolist(), found.tolist()


def search(index: VectorIndex, queries: np.ndarray, k: int, allowed: object = None) -> tuple:
    scores, ids = index.search(queries, k, allowed=allowed)
    assert (scores.dtype, ids.dtype) == (np.float32, np.int64)
    return scores.tolist(), ids.tolist()


class FaissCase:
    """An index that goes through its files at every step, so that all of them are searched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        FaissIndex(DIM, model_id=MODEL).save(folder, generation=0)

    def open(self) -> FaissIndex:
        return FaissIndex.load(self.folder, expect_model=MODEL)

    def keep(self, index: FaissIndex) -> FaissIndex:
        index.save(self.folder, generation=index.generation + 1)
        return self.open()


class MilvusCase:
    def __init__(self, uri: str) -> None:
        self.uri = uri

    def open(self) -> MilvusIndex:
        return MilvusIndex(self.uri, dim=DIM, model_id=MODEL, kind=MilvusKind.FLAT)

    def keep(self, index: MilvusIndex) -> MilvusIndex:
        index.commit(generation=index.generation + 1)
        return index


SERVER = os.environ.get("PULLQUOTE_TEST_MILVUS")
KINDS = ["numpy", "faiss", "lists", "milvus-lite", *(["milvus-server"] if SERVER else [])]


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"milvus-lite://{tmp_path_factory.mktemp('milvus')}/lite.db"


@pytest.fixture(params=KINDS)
def case(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaissCase | MilvusCase]:
    if request.param.startswith("milvus"):
        where = SERVER if request.param == "milvus-server" else request.getfixturevalue("lite")
        name = re.sub(r"\W+", "_", request.node.name)
        made = MilvusCase(f"{where}/pullquote_test_{name}")
        yield made
        made.open().drop()
        return
    monkeypatch.setattr(base_segment, "NUMPY_ROWS", 10**9 if request.param == "numpy" else 0)
    if request.param == "lists":
        # All lists and all candidates: the result must be exact.
        monkeypatch.setattr(index_module, "EXACT_LIMIT", 0)
        monkeypatch.setattr(base_segment, "PROBED_LISTS", 10**6)
        monkeypatch.setattr(base_segment, "RESCORED_LEAST", 10**6)
    yield FaissCase(tmp_path / "index")


def test_empty_index(case: FaissCase | MilvusCase) -> None:
    index = case.open()
    assert (index.dim, len(index), index.ids().tolist()) == (DIM, 0, [])
    assert search(index, unit_rows(2), 3) == ([[-np.inf] * 3] * 2, [[-1] * 3] * 2)
    assert search(index, unit_rows(1), 2, allowed=[5]) == ([[-np.inf] * 2], [[-1] * 2])
    assert index.remove([1, 2]) == 0


def test_add_replace_remove_search(case: FaissCase | MilvusCase) -> None:
    rows, more = unit_rows(300), unit_rows(40, seed=1)
    # Some vectors are alike, so that equal scores must be put in order.
    rows[100:120] = rows[7]
    index = case.open()
    index.add(np.arange(300)[::-1], rows[::-1])
    stored = dict(enumerate(rows))
    index = case.keep(index)
    queries = np.concatenate([unit_rows(4, seed=2), rows[7:8]])
    assert search(index, queries, 10) == brute_force(stored, queries, 10)
    index.add(np.arange(280, 320), more)  # replaces twenty
    stored.update(zip(range(280, 320), more, strict=True))
    assert index.remove([0, 3, 290, 310, 999, 3]) == 4
    for passage_id in (0, 3, 290, 310):
        del stored[passage_id]
    for state in (index, case.keep(index)):
        assert len(state) == 316
        assert state.ids().tolist() == sorted(stored)
        assert search(state, queries, 10) == brute_force(stored, queries, 10)
        few = {i: stored[i] for i in (7, 105, 281, 299, 319)}
        assert search(state, queries, 7, allowed=[319, 105, 7, 299, 281, 290, 5000]) == (
            brute_force(few, queries, 7)
        )
        assert search(state, queries, 2, allowed=[])[1] == [[-1, -1]] * 5


def test_everything_is_found_when_asked_for(case: FaissCase | MilvusCase) -> None:
    rows = unit_rows(60)
    index = case.open()
    index.add(range(60), rows)
    index = case.keep(index)
    assert search(index, rows[:2], 100) == brute_force(dict(enumerate(rows)), rows[:2], 100)


def test_all_alike(case: FaissCase | MilvusCase) -> None:
    index = case.open()
    index.add(range(500, 0, -1), np.repeat(unit_rows(1), 500, axis=0))
    index = case.keep(index)
    assert search(index, unit_rows(1), 4)[1] == [[1, 2, 3, 4]]


def test_generation_is_kept(case: FaissCase | MilvusCase) -> None:
    index = case.open()
    before = index.generation
    index.add([1], unit_rows(1))
    case.keep(index)
    again = case.open()
    assert (again.generation, again.ids().tolist()) == (before + 1, [1])


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        ([1, 1], unit_rows(2), "the id 1 twice"),
        ([-1], unit_rows(1), "the id -1"),
        ([1], unit_rows(2), r"shape \(2, 16\) under 1 ids"),
        ([1], unit_rows(1) * 3, "of id 1 of length 3"),
        ([1], unit_rows(1) * np.nan, "length nan"),
    ],
)
def test_wrong_additions_change_nothing(
    ids: list[int], rows: np.ndarray, message: str, lite: str
) -> None:
    index = MilvusCase(f"{lite}/wrong").open()
    with pytest.raises(ValueError, match=message):
        index.add(ids, rows)
    assert len(index) == 0
    with pytest.raises(ValueError, match="k must be 1"):
        index.search(unit_rows(1), 0)
    with pytest.raises(ValueError, match="cannot search for 20000 in Milvus"):
        index.search(unit_rows(1), 20_000)


def test_other_models_collection_is_refused(lite: str) -> None:
    MilvusIndex(f"{lite}/mine", dim=DIM, model_id=MODEL).commit(generation=3)
    with pytest.raises(IndexDamaged, match="holds vectors of 'a-model', not 'b-model'"):
        MilvusIndex(f"{lite}/mine", dim=DIM, model_id="b-model")
    with pytest.raises(IndexDamaged, match=r"vectors of \[16\] numbers, not 8"):
        MilvusIndex(f"{lite}/mine", dim=8, model_id=MODEL)


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("milvus://host:19530/news", MilvusAddress("http://host:19530", "news")),
        ("milvuss://host/news_2", MilvusAddress("https://host", "news_2")),
        ("milvus-lite:///a/b.db/news", MilvusAddress("/a/b.db", "news", is_lite=True)),
    ],
)
def test_uri(uri: str, address: MilvusAddress) -> None:
    assert MilvusAddress.parse(uri) == address


@pytest.mark.parametrize(
    "uri",
    ["milvus://host:19530", "http://host/c", "milvus://h/a/b", "milvus://h/a b", "milvus:///c"],
)
def test_wrong_uri(uri: str) -> None:
    with pytest.raises(ValueError, match="must be like milvus://host:19530/collection"):
        MilvusAddress.parse(uri)


def test_password_in_a_uri_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="PULLQUOTE_MILVUS_TOKEN") as caught:
        MilvusAddress.parse("milvus://me:secret@host:19530/news")
    assert "secret" not in str(caught.value)


def test_missing_pymilvus_is_named() -> None:
    code = (
        "import sys; sys.modules['pymilvus'] = None\n"
        "from embeddings.milvus import MilvusIndex\n"
        "try: MilvusIndex('milvus://localhost:1/c', dim=2, model_id='m')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("IndexUnavailable cannot open the index")
    assert "pip install 'pullquote[milvus]'" in done.stdout


def test_no_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setattr("embeddings.milvus.TIMEOUT_S", 0.5)
    with pytest.raises(IndexUnavailable, match=f"cannot reach Milvus at http://127.0.0.1:{port}"):
        MilvusIndex(f"milvus://127.0.0.1:{port}/c", dim=2, model_id=MODEL)
