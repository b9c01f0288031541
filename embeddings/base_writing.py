"""Writing the base of an index: merging, training, and growing what was trained.

The centroids are trained once on a sample and kept while the index grows to ``RETRAIN_GROWTH`` times
the size they were trained at; new vectors are only assigned to them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.base_segment import BaseSegment, flat_rows, load_faiss
from embeddings.index_files import (
    CHECKPOINT_SUFFIX,
    DataFile,
    IndexKind,
    describe,
    map_array,
    new_data_path,
    write_array,
)
from embeddings.scoring import lossless_dtype

RETRAIN_GROWTH = 4
"""Lists are twice as long as they should be by then."""
SAMPLE_PER_LIST = 64
"""Vectors per centroid in training; k-means gains little from more (FAISS asks for 39 at least)."""
TRAINING_ROUNDS = 8
SEED = 20240601

_CHUNK_ROWS = 16_384

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Merge:
    """A base and new vectors, in ascending order of id."""

    old: BaseSegment | None
    old_kept: NDArray[np.intp]
    """Positions of the old rows that stay."""
    new_rows: NDArray[Any]
    ids: NDArray[np.int64]
    """``(n,)`` ascending, of both."""
    order: NDArray[np.intp]
    """``(n,)`` positions into the kept old rows followed by the new ones."""

    @classmethod
    def of(
        cls,
        old: BaseSegment | None,
        old_alive: NDArray[np.bool_] | None,
        new_ids: NDArray[np.int64],
        new_rows: NDArray[Any],
    ) -> Merge:
        """Merge a base's living rows with new ones, whose ids no living row has."""
        old_ids: NDArray[np.int64] = np.empty(0, np.int64)
        kept: NDArray[np.intp] = np.empty(0, np.intp)
        if old is not None:
            kept = np.arange(len(old.ids)) if old_alive is None else np.flatnonzero(old_alive)
            old_ids = old.ids[kept]
        ids = np.concatenate([old_ids, new_ids])
        order = np.argsort(ids, kind="stable")
        return cls(old, kept, new_rows, ids[order], order)

    def rows(self, positions: NDArray[np.intp]) -> NDArray[np.float32]:
        """Vectors at positions of the merged order, ``(len(positions), dim)`` float32."""
        sources = self.order[positions]
        found = np.empty((len(positions), self.new_rows.shape[1]), np.float32)
        is_new = sources >= len(self.old_kept)
        found[is_new] = self.new_rows[sources[is_new] - len(self.old_kept)]
        if self.old is not None:
            found[~is_new] = self.old.rows[self.old_kept[sources[~is_new]]]
        return found

    def chunks(self) -> Iterator[NDArray[np.float32]]:
        """All vectors in order, some at a time."""
        for start in range(0, len(self.ids), _CHUNK_ROWS):
            yield self.rows(np.arange(start, min(start + _CHUNK_ROWS, len(self.ids))))


def write_base(
    folder: Path,
    dim: int,
    *,
    base: BaseSegment | None,
    base_alive: NDArray[np.bool_] | None,
    new_ids: NDArray[np.int64],
    new_rows: NDArray[Any],
    exact_limit: int,
    on_progress: OnProgress | None = None,
) -> tuple[BaseSegment, dict[str, DataFile]]:
    """Merge a base and new vectors into the files of a new base.

    Args:
        folder: Where to write.
        dim: Numbers in a vector.
        base: The base so far.
        base_alive: Which of its rows to keep; None: all.
        new_ids: ``(n,)`` ids that no kept row has.
        new_rows: ``(n, dim)`` their vectors.
        exact_limit: Beyond so many vectors the base becomes :attr:`IndexKind.IVF_SQ8`.
        on_progress: Called with (vectors done, vectors in all); training counts as a tenth.

    Returns:
        The base, opened from its new files, and the files by role.
    """
    merge = Merge.of(base, base_alive, new_ids, new_rows)
    report = on_progress or (lambda _done, _total: None)
    write = _write_exact if len(merge.ids) <= exact_limit else _write_lists
    kind, rows, files = write(folder, dim, merge, report)
    files["base_ids"] = write_array(folder, "base_ids", merge.ids)
    ids = map_array(folder, files["base_ids"], np.int64)
    return BaseSegment(kind, ids, rows, folder / files["index"].name), files


def _write_exact(
    folder: Path, dim: int, merge: Merge, report: OnProgress
) -> tuple[IndexKind, NDArray[Any], dict[str, DataFile]]:
    # FAISS would hold all vectors twice to write them: only the head of the file is from it.
    path, count, done = new_data_path(folder, "index"), len(merge.ids), 0
    with path.open("wb") as file:
        file.write(flat_head(dim, count))
        for chunk in merge.chunks():
            file.write(chunk.data)
            done += len(chunk)
            report(done, count)
    return IndexKind.EXACT, flat_rows(path, count, dim), {"index": describe(path)}


def flat_head(dim: int, count: int) -> bytes:
    """What stands before the rows in the file of a FAISS ``IndexFlatIP``.

    Raises:
        ValueError: This FAISS writes it in another form.
    """
    faiss = load_faiss()
    index = faiss.IndexFlatIP(dim)
    index.add(np.zeros((1, dim), np.float32))
    head = bytearray(faiss.serialize_index(index).tobytes()[: -4 * dim])
    # Four letters, the dimension, how many rows (8 bytes), ..., how many numbers follow (8 bytes).
    if struct.unpack_from("<iq", head, 4) != (dim, 1) or struct.unpack("<Q", head[-8:]) != (dim,):
        raise ValueError(
            "this FAISS writes flat indexes in another form; use faiss-cpu 1.9 to 1.15"
        )
    struct.pack_into("<q", head, 8, count)
    struct.pack_into("<Q", head, len(head) - 8, count * dim)
    return bytes(head)


def _write_lists(
    folder: Path, dim: int, merge: Merge, report: OnProgress
) -> tuple[IndexKind, NDArray[Any], dict[str, DataFile]]:
    total = len(merge.ids)
    index, done = _grown(merge), len(merge.old_kept)
    if index is None:
        index, done = _trained(folder, dim, merge), 0
        report(total // 10, total + total // 10)
    is_new = np.ones(total, np.bool_)
    if done:
        is_new = merge.order >= len(merge.old_kept)
    dtype = "float16"
    if any(lossless_dtype(chunk) != dtype for chunk in merge.chunks()):
        dtype = "float32"
    path = new_data_path(folder, "rows")
    with path.open("wb") as file:
        for n, chunk in enumerate(merge.chunks()):
            file.write(chunk.astype(dtype).data)
            positions = np.arange(n * _CHUNK_ROWS, n * _CHUNK_ROWS + len(chunk))
            fresh = is_new[positions]
            if fresh.any():
                index.add_with_ids(chunk[fresh], positions[fresh])
            report(total // 10 + int(positions[-1]) + 1, total + total // 10)
    files = {"rows": describe(path)}
    index_path = new_data_path(folder, "index")
    _write_faiss(index, index_path)
    files["index"] = describe(index_path)
    return IndexKind.IVF_SQ8, map_array(folder, files["rows"], dtype, columns=dim), files


def list_count(vector_count: int) -> int:
    """Lists of an IVF index: the power of two nearest to twice the square root.

    >>> [list_count(n) for n in (100_000, 1_000_000, 10_000_000)]
    [512, 2048, 8192]
    """
    exponent = round(float(np.log2(2 * np.sqrt(max(vector_count, 16)))))
    return int(min(2**exponent, max(1, vector_count // 39)))


def _trained(folder: Path, dim: int, merge: Merge) -> Any:
    """An empty index with centroids; what an interrupted run has trained is used again."""
    faiss = load_faiss()
    lists = list_count(len(merge.ids))
    random = np.random.default_rng(SEED)
    size = min(len(merge.ids), SAMPLE_PER_LIST * lists)
    sample = merge.rows(np.sort(random.choice(len(merge.ids), size, replace=False)))
    # Named after the sample, so that it is never used for other vectors.
    checkpoint = folder / f"lists-{lists}-{zlib.crc32(sample.data):08x}{CHECKPOINT_SUFFIX}"
    if checkpoint.exists():
        return faiss.read_index(str(checkpoint))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim),
        dim,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.seed = SEED % 1000
    index.cp.niter = TRAINING_ROUNDS
    index.cp.spherical = True
    index.cp.min_points_per_centroid = 1  # no warning on stdout
    index.train(sample)
    partial = checkpoint.with_suffix(".new")
    _write_faiss(index, partial)
    partial.replace(checkpoint)
    return index


def _write_faiss(index: Any, path: Path) -> None:
    try:
        load_faiss().write_index(index, str(path))
    except RuntimeError as error:
        # FAISS tells a full disk so; whoever saves expects what Python would raise.
        raise OSError(f"cannot write {path} ({error})") from error


def _grown(merge: Merge) -> Any | None:
    """The old base's lists without dead rows and with the new positions, or None: train anew."""
    if merge.old is None or merge.old.kind is not IndexKind.IVF_SQ8:
        return None
    faiss = load_faiss()
    index = faiss.read_index(str(merge.old.path))
    if list_count(len(merge.ids) // RETRAIN_GROWTH) > index.nlist:
        return None
    old_count = len(merge.old.ids)
    dead = np.ones(old_count, np.bool_)
    dead[merge.old_kept] = False
    if dead.any():
        bits = np.packbits(dead, bitorder="little")
        index.remove_ids(faiss.IDSelectorBitmap(bits))
    places = np.empty(old_count, np.int64)
    is_old = merge.order < len(merge.old_kept)
    places[merge.old_kept[merge.order[is_old]]] = np.flatnonzero(is_old)
    lists = index.invlists
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            labels = places[faiss.rev_swig_ptr(lists.get_ids(number), size)]
            codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size)
            lists.update_entries(
                number, 0, size, faiss.swig_ptr(labels), faiss.swig_ptr(np.array(codes))
            )
    return index
