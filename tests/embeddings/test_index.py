"""The FAISS index against brute force, and what it does when its files are wrong."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import base_segment, base_writing
from embeddings import index as index_module
from embeddings.errors import IndexDamaged
from embeddings.index import FaissIndex, IndexKind

DIM = 16
MODEL = "a-model"


def unit_rows(count: int, seed: int = 0, dim: int = DIM) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def brute_force(
    stored: dict[int, np.ndarray], queries: np.ndarray, k: int, allowed: set[int] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([i for i in stored if allowed is None or i in allowed], np.int64)
    scores = np.full((len(queries), k), -np.inf, np.float32)
    found = np.full((len(queries), k), -1, np.int64)
    if len(ids):
        rows = np.stack([stored[int(i)] for i in ids]).astype(np.float64)
        for n, query in enumerate(queries):
            products = (rows * query).sum(axis=1).astype(np.float32)
            order = np.lexsort((ids, -products))[:k]
            scores[n, : len(order)], found[n, : len(order)] = products[order], ids[order]
    return scores, found


def assert_same(
    index: FaissIndex,
    stored: dict[int, np.ndarray],
    queries: np.ndarray,
    k: int = 10,
    allowed: set[int] | None = None,
) -> None:
    scores, ids = index.search(queries, k, allowed=None if allowed is None else sorted(allowed))
    want_scores, want_ids = brute_force(stored, queries, k, allowed)
    assert ids.tolist() == want_ids.tolist()
    assert scores.tolist() == want_scores.tolist()
    assert (scores.dtype, ids.dtype) == (np.float32, np.int64)


def filled(count: int = 50) -> FaissIndex:
    index = FaissIndex(DIM, model_id=MODEL)
    index.add(np.arange(count), unit_rows(count))
    return index


ROUTES = ["numpy", "faiss", "lists"]
"""Every way to search a base, whatever its size; "lists" looks at all of them, so must be exact."""


def take(route: str, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(base_segment, "NUMPY_ROWS", 10**9 if route == "numpy" else 0)
    if route == "lists":
        patch.setattr(index_module, "EXACT_LIMIT", 0)
        patch.setattr(base_segment, "PROBED_LISTS", 10**6)
        patch.setattr(base_segment, "RESCORED_LEAST", 10**6)


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    take(request.param, monkeypatch)
    return str(request.param)


def test_empty_index_pads() -> None:
    index = FaissIndex(DIM, model_id=MODEL)
    scores, ids = index.search(unit_rows(2), 3)
    assert ids.tolist() == [[-1] * 3] * 2
    assert scores.tolist() == [[-np.inf] * 3] * 2
    assert len(index) == 0
    assert index.ids().tolist() == []


def test_short_result_is_padded(route: str, tmp_path: Path) -> None:
    index = filled(2)
    index.save(tmp_path, generation=1)
    _, ids = index.search(unit_rows(1), 4)
    assert ids.tolist() == [[0, 1, -1, -1]]


def test_an_id_that_is_there_is_replaced(route: str, tmp_path: Path) -> None:
    index = filled(5)
    index.save(tmp_path, generation=1)
    new = unit_rows(1, seed=9)
    index.add([3], new)
    assert len(index) == 5
    scores, ids = index.search(new, 1)
    assert ids.tolist() == [[3]]
    assert scores[0, 0] == pytest.approx(1, abs=1e-6)


def test_remove_counts_what_was_there(route: str, tmp_path: Path) -> None:
    index = filled(5)
    index.save(tmp_path, generation=1)
    index.add([7], unit_rows(1, seed=3))
    assert index.remove([7, 1, 1, 99]) == 2
    assert index.remove([1]) == 0
    assert index.ids().tolist() == [0, 2, 3, 4]
    assert 1 not in index.search(unit_rows(5), 5)[1]


def test_equal_scores_are_ordered_by_id(route: str, tmp_path: Path) -> None:
    row = unit_rows(1)
    index = FaissIndex(DIM, model_id=MODEL)
    ids = np.random.default_rng(1).permutation(500)
    index.add(ids, np.repeat(row, 500, axis=0))
    index.save(tmp_path, generation=1)
    index.add([1000, 600], np.repeat(row, 2, axis=0))
    assert index.search(row, 5)[1].tolist() == [[0, 1, 2, 3, 4]]
    assert index.search(row, 3, allowed=[1000, 450, 600, 77])[1].tolist() == [[77, 450, 600]]


def test_batches_and_single_queries_agree(route: str, tmp_path: Path) -> None:
    index = filled(400)
    index.save(tmp_path, generation=1)
    queries = unit_rows(33, seed=5)
    scores, ids = index.search(queries, 7)
    for n, query in enumerate(queries):
        one_scores, one_ids = index.search(query[None], 7)
        assert one_ids[0].tolist() == ids[n].tolist()
        assert one_scores[0].tolist() == scores[n].tolist()


OPERATION = st.tuples(
    st.sampled_from(["add", "add", "remove", "save", "reload"]),
    st.lists(st.integers(0, 60), unique=True, max_size=25),
)


@pytest.mark.parametrize("route_", ROUTES)
@settings(max_examples=30, deadline=None)
@given(operations=st.lists(OPERATION, max_size=10), seed=st.integers(0, 2**16))
def test_equals_brute_force_after_any_history(
    route_: str,
    operations: list[tuple[str, list[int]]],
    seed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("index")
    random = np.random.default_rng(seed)
    index, stored = FaissIndex(DIM, model_id=MODEL), {}
    with pytest.MonkeyPatch.context() as patch:
        take(route_, patch)
        for step, (what, ids) in enumerate(operations):
            if what == "add":
                # Few directions, so that equal scores are common.
                rows = unit_rows(8, seed=seed)[random.integers(0, 8, len(ids))]
                index.add(np.array(ids, np.int64), rows)
                stored.update(zip(ids, rows, strict=True))
            elif what == "remove":
                assert index.remove(ids) == len(set(ids) & stored.keys())
                stored = {i: row for i, row in stored.items() if i not in ids}
            else:
                index.save(folder, generation=step)
                if what == "reload":
                    index = FaissIndex.load(folder, expect_model=MODEL, verify=True)
                    assert index.generation == step
        assert index.ids().tolist() == sorted(stored)
        assert len(index) == len(stored)
        queries = unit_rows(3, seed=seed + 1)
        assert_same(index, stored, queries)
        assert_same(index, stored, queries, k=3, allowed={*range(0, 80, 3)})
        assert_same(index, stored, queries, allowed=set())


def test_saving_often_rewrites_only_what_is_new(tmp_path: Path) -> None:
    index = filled(3000)
    index.save(tmp_path, generation=1)
    base = next(tmp_path.glob("index-*"))
    index.add([5000], unit_rows(1, seed=2))
    index.remove([0, 1])
    index.save(tmp_path, generation=2)
    assert next(tmp_path.glob("index-*")) == base
    reopened = FaissIndex.load(tmp_path, expect_model=MODEL)
    assert len(reopened) == 2999
    assert reopened.ids().tolist() == [*range(2, 3000), 5000]
    index.remove(range(2500))
    index.save(tmp_path, generation=3)
    assert list(tmp_path.glob("index-*")) != [base]
    assert len(list(tmp_path.iterdir())) == 3, "files of older saves are left"


def test_half_precision_is_kept_only_where_lossless(tmp_path: Path) -> None:
    index = filled(10)
    index.save(tmp_path, generation=1)
    halves = unit_rows(3, seed=7).astype(np.float16).astype(np.float32)
    index.add([20, 21, 22], halves)
    index.save(tmp_path, generation=2)
    content = json.loads((tmp_path / "manifest.json").read_text())
    assert content["delta_dtype"] == "float16"
    again = FaissIndex.load(tmp_path, expect_model=MODEL)
    assert again.search(halves, 3)[0].tolist() == index.search(halves, 3)[0].tolist()


def test_other_model_is_refused(tmp_path: Path) -> None:
    filled().save(tmp_path, generation=1)
    with pytest.raises(IndexDamaged, match="holds vectors of 'a-model', not 'b-model'"):
        FaissIndex.load(tmp_path, expect_model="b-model")


def damage_data(folder: Path) -> None:
    path = next(folder.glob("index-*"))
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)


def truncate_data(folder: Path) -> None:
    path = next(folder.glob("base_ids-*"))
    path.write_bytes(path.read_bytes()[:-8])


def remove_data(folder: Path) -> None:
    next(folder.glob("delta_rows-*")).unlink()


def edit_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"generation": 1', '"generation": 2'))


def newer_format(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 9'))


def garble_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"\xff\x00")


def remove_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_data, "fails its checksum"),
        (truncate_data, "bytes, not"),
        (remove_data, "cannot read"),
        (edit_manifest, "fails its checksum"),
        (newer_format, "format 9, not 1"),
        (garble_manifest, "cannot read the index manifest"),
        (remove_manifest, "cannot read the index manifest"),
    ],
)
def test_damage_is_named(damage: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    index = filled()
    index.save(tmp_path, generation=0)
    index.add([100], unit_rows(1))
    index.save(tmp_path, generation=1)
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL)) == 51
    damage(tmp_path)
    with pytest.raises(IndexDamaged, match=message):
        FaissIndex.load(tmp_path, expect_model=MODEL)


def test_large_files_are_checked_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index_files.CHECKED_BYTES", 16)
    filled().save(tmp_path, generation=1)
    damage_data(tmp_path)
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL)) == 50
    with pytest.raises(IndexDamaged, match="fails its checksum"):
        FaissIndex.load(tmp_path, expect_model=MODEL, verify=True)


def test_a_crash_while_saving_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled()
    index.save(tmp_path, generation=1)
    index.add([100], unit_rows(1))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("embeddings.index.write_manifest", crash)
    with pytest.raises(KeyboardInterrupt):
        index.save(tmp_path, generation=2)
    monkeypatch.undo()
    old = FaissIndex.load(tmp_path, expect_model=MODEL)
    assert (len(old), old.generation) == (50, 1)
    assert (len(index), index.generation) == (51, 1)
    index.save(tmp_path, generation=3)
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL, verify=True)) == 51


@pytest.mark.parametrize("changed", [10, 3000], ids=["delta", "merge"])
def test_a_save_that_fails_changes_nothing_in_memory(
    changed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = dict(enumerate(unit_rows(50)))
    index = filled()
    index.save(tmp_path, generation=1)
    rows = unit_rows(changed, seed=3)
    index.add(np.arange(100, 100 + changed), rows)
    stored.update(zip(range(100, 100 + changed), rows, strict=True))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("embeddings.index.write_manifest", full)
    with pytest.raises(OSError, match="No space left"):
        index.save(tmp_path, generation=2)
    monkeypatch.undo()
    index.add([101], unit_rows(1, seed=4))
    stored[101] = unit_rows(1, seed=4)[0]
    assert index.remove([100, 7]) == 2
    del stored[100], stored[7]
    assert index.ids().tolist() == sorted(stored)
    assert_same(index, stored, unit_rows(3, seed=5))
    index.save(tmp_path, generation=2)
    again = FaissIndex.load(tmp_path, expect_model=MODEL, verify=True)
    assert again.ids().tolist() == sorted(stored)
    assert_same(again, stored, unit_rows(3, seed=5))


def test_lists_that_cannot_be_written_are_an_os_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("write error in index (No space left on device)")

    monkeypatch.setattr(base_writing.load_faiss(), "write_index", full)
    with pytest.raises(OSError, match=r"cannot write .*No space left"):
        filled().save(tmp_path, generation=1, exact_limit=0)


def test_a_reader_keeps_its_index_while_another_saves(tmp_path: Path) -> None:
    index = filled(3000)
    index.save(tmp_path, generation=1)
    reader = FaissIndex.load(tmp_path, expect_model=MODEL)
    before = reader.search(unit_rows(3, seed=4), 5)[1].tolist()
    index.remove(range(2900))
    index.save(tmp_path, generation=2)
    assert reader.search(unit_rows(3, seed=4), 5)[1].tolist() == before


def test_a_save_while_another_process_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled()
    index.save(tmp_path, generation=1)
    other = FaissIndex.load(tmp_path, expect_model=MODEL)
    real = index_module.check_files

    def check(folder: Path, manifest: Any, *, verify: bool) -> None:
        if manifest.generation == 1:
            other.add([900], unit_rows(1))
            other.save(folder / "moved", generation=2)  # merges, so that the base is another
            for path in (folder / "moved").iterdir():
                path.replace(folder / path.name)
            next(folder.glob(manifest.files["index"].name)).unlink()
        real(folder, manifest, verify=verify)

    monkeypatch.setattr(index_module, "check_files", check)
    opened = FaissIndex.load(tmp_path, expect_model=MODEL)
    assert len(opened) == 51


def test_an_open_index_needs_its_files_no_more(route: str, tmp_path: Path) -> None:
    index = filled(200)
    index.save(tmp_path, generation=1)
    opened = FaissIndex.load(tmp_path, expect_model=MODEL)
    for path in tmp_path.iterdir():
        path.unlink()
    assert_same(opened, dict(enumerate(unit_rows(200))), unit_rows(3, seed=2))


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        ([1, 1], unit_rows(2), "the id 1 twice"),
        ([-1], unit_rows(1), "the id -1"),
        ([1], unit_rows(2), r"shape \(2, 16\) under 1 ids"),
        ([1], unit_rows(1) * 3, "of id 1 of length 3"),
        ([1], unit_rows(1) * np.nan, "length nan"),
        ([1.5], unit_rows(1), r"\(n,\) integers"),
    ],
)
def test_wrong_additions_are_refused(ids: list[int], rows: np.ndarray, message: str) -> None:
    index = filled(3)
    with pytest.raises(ValueError, match=message):
        index.add(ids, rows)
    assert len(index) == 3


def test_wrong_searches_are_refused() -> None:
    with pytest.raises(ValueError, match="k must be 1 or more"):
        filled().search(unit_rows(1), 0)
    with pytest.raises(ValueError, match=r"shape \(1, 15\)"):
        filled().search(unit_rows(1)[:, 1:], 1)
    with pytest.raises(ValueError, match="not finite"):
        filled().search(unit_rows(1) * np.inf, 1)


def test_small_index_is_searched_without_faiss(tmp_path: Path) -> None:
    index = filled()
    index.save(tmp_path, generation=1)
    code = (
        "import sys, numpy as np; from pathlib import Path; from embeddings.index import FaissIndex\n"
        f"index = FaissIndex.load(Path({str(tmp_path)!r}), expect_model={MODEL!r})\n"
        f"print(index.search(np.eye(1, {DIM}), 3)[1].tolist(), 'faiss' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = index.search(np.eye(1, DIM), 3)[1].tolist()
    assert done.stdout.strip() == f"{expected} False"


def test_searching_while_adding(tmp_path: Path) -> None:
    index = filled(2000)
    index.save(tmp_path, generation=1)
    first = unit_rows(2000)[:50]
    wrong: list[object] = []

    def search() -> None:
        for n in range(50):
            found = index.search(first[n][None], 1)[1][0, 0]
            if found != n:
                wrong.append((n, found))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(100):
        index.add([10_000 + n], -first[n % 50][None])
        index.remove([1000 + n])
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(index) == 2000


def clustered(count: int, seed: int = 0, dim: int = 32) -> np.ndarray:
    """Unit rows around 60 centres, as texts are around topics."""
    random = np.random.default_rng(seed)
    centres = unit_rows(60, seed=77, dim=dim)
    rows = centres[random.integers(0, 60, count)] + 0.6 * unit_rows(count, seed, dim)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def recall(index: FaissIndex, rows: np.ndarray, queries: np.ndarray, allowed: np.ndarray) -> float:
    found = index.search(queries, 10, allowed=allowed if len(allowed) < len(rows) else None)[1]
    products = queries @ rows[allowed].T
    best = allowed[np.argsort(-products, axis=1)[:, :10]]
    return float(np.mean([len({*a} & {*b}) / 10 for a, b in zip(found, best, strict=True)]))


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """A folder with an index over its exact limit, and its vectors."""
    folder, rows = tmp_path_factory.mktemp("big"), clustered(8000)
    index = FaissIndex(32, model_id=MODEL)
    index.add(np.arange(len(rows)), rows)
    index.save(folder, generation=1, exact_limit=5000)
    return folder, rows


@pytest.fixture
def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_segment, "NUMPY_ROWS", 0)
    monkeypatch.setattr(base_segment, "PROBED_LISTS", 24)


@pytest.mark.usefixtures("few_probes")
def test_lists_find_what_comparison_finds(big: tuple[Path, np.ndarray]) -> None:
    folder, rows = big
    index = FaissIndex.load(folder, expect_model=MODEL, verify=True)
    assert index.kind is IndexKind.IVF_SQ8
    queries = clustered(100, seed=5)
    assert recall(index, rows, queries, np.arange(8000)) >= 0.95
    assert recall(index, rows, queries, np.arange(0, 8000, 20)) >= 0.95
    scores, ids = index.search(queries, 5)
    exact = np.einsum("qkd,qd->qk", rows[ids].astype(np.float64), queries).astype(np.float32)
    assert scores.tolist() == exact.tolist()


@pytest.mark.usefixtures("few_probes")
def test_few_allowed_are_found_however_far(big: tuple[Path, np.ndarray]) -> None:
    folder, _ = big
    index = FaissIndex.load(folder, expect_model=MODEL)
    allowed = np.array([17, 4711, 7999])
    ids = index.search(clustered(5, seed=6), 10, allowed=allowed)[1]
    assert all(sorted(row[:3]) == [17, 4711, 7999] for row in ids.tolist())
    assert (ids[:, 3:] == -1).all()


def test_lists_grow_without_training_again(
    big: tuple[Path, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, rows = big
    index = FaissIndex.load(folder, expect_model=MODEL)

    def train(*_: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(base_writing, "_trained", train)
    monkeypatch.setattr(base_segment, "PROBED_LISTS", 10**6)
    monkeypatch.setattr(base_segment, "RESCORED_LEAST", 10**6)
    more = clustered(3000, seed=8)
    index.remove(np.arange(0, 8000, 2))
    index.add(np.arange(1, 6000, 2), more)  # replaced
    index.add(np.arange(20_000, 20_100), more[:100])
    index.save(tmp_path, generation=2, exact_limit=5000)
    stored = {i: rows[i] for i in range(1, 8000, 2)}
    stored.update(zip(range(1, 6000, 2), more, strict=True))
    stored.update(zip(range(20_000, 20_100), more, strict=False))
    again = FaissIndex.load(tmp_path, expect_model=MODEL)
    assert again.kind is IndexKind.EXACT
    assert_same(again, stored, clustered(4, seed=9))
    index = FaissIndex.load(folder, expect_model=MODEL)
    index.remove(np.arange(0, 8000, 2))
    index.add(np.arange(1, 6000, 2), more)
    index.add(np.arange(20_000, 20_100), more[:100])
    index.save(tmp_path / "lists", generation=2, exact_limit=1000)
    again = FaissIndex.load(tmp_path / "lists", expect_model=MODEL, verify=True)
    assert again.kind is IndexKind.IVF_SQ8
    assert_same(again, stored, clustered(4, seed=9))


def test_interrupted_promotion_uses_its_training_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = clustered(3000)
    index = FaissIndex(32, model_id=MODEL)
    index.add(np.arange(3000), rows)
    index.save(tmp_path, generation=1)
    index.add([3000], rows[:1])

    def stop(done: int, total: int) -> None:
        if done > total // 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.save(tmp_path, generation=2, exact_limit=2000, on_progress=stop)
    assert FaissIndex.load(tmp_path, expect_model=MODEL, verify=True).kind is IndexKind.EXACT
    checkpoint = next(tmp_path.glob("*.checkpoint"))
    written = checkpoint.stat().st_mtime_ns
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        assert checkpoint.stat().st_mtime_ns == written

    index.save(tmp_path, generation=2, exact_limit=2000, on_progress=report)
    assert seen == [(300, 3301), (3301, 3301)]
    assert not checkpoint.exists()
    assert FaissIndex.load(tmp_path, expect_model=MODEL).kind is IndexKind.IVF_SQ8


def batches(ids: np.ndarray, rows: np.ndarray, size: int = 500):  # type: ignore[no-untyped-def]
    for start in range(0, len(ids), size):
        yield ids[start : start + size], rows[start : start + size]


@pytest.mark.parametrize("exact_limit", [0, 10**9])
@pytest.mark.parametrize("halves", [True, False])
def test_built_equals_added(
    exact_limit: int, halves: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_segment, "PROBED_LISTS", 10**6)
    monkeypatch.setattr(base_segment, "RESCORED_LEAST", 10**6)
    rows, ids = clustered(1800), np.arange(10, 5410, 3)
    rows[: 1800 if halves else 700] = rows[: 1800 if halves else 700].astype(np.float16)
    seen: list[tuple[int, int]] = []
    index = FaissIndex.build(
        tmp_path, batches(ids, rows), dim=32, model_id=MODEL, generation=4, total=1800,
        exact_limit=exact_limit, on_progress=lambda *step: seen.append(step),
    )  # fmt: skip
    assert index.kind is (IndexKind.IVF_SQ8 if exact_limit == 0 else IndexKind.EXACT)
    stored = dict(zip(ids.tolist(), rows, strict=True))
    again = FaissIndex.load(tmp_path, expect_model=MODEL, verify=True)
    assert (again.generation, len(again)) == (4, 1800)
    for each in (index, again):
        assert_same(each, stored, clustered(5, seed=3))
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {3780}
    assert not list(tmp_path.glob("*.checkpoint"))
    index.add([1], rows[:1])
    index.save(tmp_path, generation=5)
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL)) == 1801


def test_stopped_build_goes_on(tmp_path: Path) -> None:
    rows, ids = clustered(1800).astype(np.float16).astype(np.float32), np.arange(1800)
    FaissIndex.build(tmp_path, batches(ids[:5], rows[:5]), dim=32, model_id=MODEL, generation=1)

    def stopping():  # type: ignore[no-untyped-def]
        yield from batches(ids[:1000], rows[:1000])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FaissIndex.build(tmp_path, stopping(), dim=32, model_id=MODEL, generation=2)
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL)) == 5
    gathered = next(tmp_path.glob("gathered-rows-*"))
    assert gathered.stat().st_size == 1000 * 32 * 2
    rows[700] = rows[0]  # changed since: the rest is not trusted either
    index = FaissIndex.build(tmp_path, batches(ids, rows), dim=32, model_id=MODEL, generation=2)
    assert_same(index, dict(enumerate(rows)), clustered(5, seed=3))
    assert FaissIndex.load(tmp_path, expect_model=MODEL, verify=True).generation == 2


def test_build_wants_ascending_ids(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="do not ascend: 5 after 5"):
        FaissIndex.build(
            tmp_path, [([5], unit_rows(1)), ([5], unit_rows(1))], dim=DIM, model_id=MODEL
        )


def test_build_of_nothing(tmp_path: Path) -> None:
    assert len(FaissIndex.build(tmp_path, [], dim=DIM, model_id=MODEL)) == 0
    assert len(FaissIndex.load(tmp_path, expect_model=MODEL)) == 0


@pytest.mark.parametrize("count", [0, 1, 37])
def test_a_flat_file_is_the_one_that_faiss_would_write(tmp_path, count):
    rows = np.random.default_rng(2).normal(size=(count, 6)).astype(np.float32)
    faiss = base_segment.load_faiss()
    index = faiss.IndexFlatIP(6)
    index.add(rows)
    faiss.write_index(index, str(tmp_path / "faiss"))
    assert base_writing.flat_head(6, count) + rows.tobytes() == (tmp_path / "faiss").read_bytes()
