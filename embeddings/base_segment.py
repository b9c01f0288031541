"""The base of an index: a FAISS file that is memory-mapped and never changed.

FAISS is imported when a base is written, or when one is searched that is worth it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index_files import (
    DataFile,
    IndexKind,
    Manifest,
    describe,
    map_array,
    new_data_path,
    write_array,
)
from embeddings.scoring import best_rows, candidates_by_product, slack

NUMPY_ROWS = 20_000
"""Up to so many rows NumPy searches the mapped file itself: some milliseconds, where importing FAISS
takes 150 to 300. The results are the same."""
THREADS_VARIABLE = "PULLQUOTE_THREADS"
DEFAULT_THREADS = 4
"""At most so many threads in one search."""
_SPARE = 32
"""Candidates beyond k that are asked of FAISS, so that equal scores at the end can be ordered."""


@dataclass(slots=True)
class BaseSegment:
    """Rows in ascending order of id, searched exactly or through IVF lists."""

    kind: IndexKind
    ids: NDArray[np.int64]
    """``(n,)`` ascending."""
    rows: NDArray[Any]
    """``(n, dim)`` exact vectors, memory-mapped."""
    path: Path
    """The FAISS file."""
    _faiss: Any = field(default=None, repr=False)

    @property
    def row_dtype(self) -> str:
        """How the exact vectors are kept."""
        return str(self.rows.dtype)

    def rows_of(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Positions of those of ``ids`` that are here."""
        positions = np.searchsorted(self.ids, ids)
        inside = positions < len(self.ids)
        positions, ids = positions[inside], ids[inside]
        found: NDArray[np.intp] = positions[self.ids[positions] == ids]
        return found

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        alive: NDArray[np.bool_] | None,
        allowed: NDArray[np.int64] | None,
    ) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """The ``k`` best rows of each query, as (scores, ids), that are alive and allowed."""
        mask = alive
        if allowed is not None:
            mask = np.zeros(len(self.ids), np.bool_)
            mask[self.rows_of(allowed)] = True
            if alive is not None:
                mask &= alive
        count = len(self.ids) if mask is None else int(np.count_nonzero(mask))
        if count <= NUMPY_ROWS:
            found = candidates_by_product(self.rows, queries, k, mask=mask)
        else:
            found = (self._candidates(query, min(k, count), mask, count) for query in queries)
        return [
            best_rows(query, candidates, self.rows, self.ids, k)
            for query, candidates in zip(queries, found, strict=True)
        ]

    def _candidates(
        self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, count: int
    ) -> NDArray[np.int64]:
        """Rows that may be among the ``k`` best, by FAISS."""
        faiss = _load_faiss()
        if self._faiss is None:
            self._faiss = faiss.read_index(str(self.path), faiss.IO_FLAG_MMAP_IFC)
        bits = None if mask is None else np.packbits(mask, bitorder="little")
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        parameters = faiss.SearchParameters(sel=selector)
        wanted = k + _SPARE
        while True:
            scores, rows = self._faiss.search(query[None], min(wanted, count), params=parameters)
            # Rows left out score at most what the last one does.
            if wanted >= count or scores[0, -1] < scores[0, k - 1] - slack(query):
                return rows[0][rows[0] >= 0]  # type: ignore[no-any-return]
            wanted *= 4


def load_base(folder: Path, manifest: Manifest) -> BaseSegment:
    """The base that a manifest names, memory-mapped; FAISS itself is not loaded yet."""
    files, dim = manifest.files, manifest.dim
    ids = map_array(folder, files["base_ids"], np.int64)
    path = folder / files["index"].name
    if len(ids) != manifest.base_count:
        raise ValueError(f"{len(ids)} ids, not {manifest.base_count}")
    return BaseSegment(manifest.kind, ids, _flat_rows(path, len(ids), dim), path)


def _flat_rows(path: Path, count: int, dim: int) -> NDArray[np.float32]:
    """Rows of a flat FAISS file: its last ``count * dim`` float32 numbers."""
    if not count:
        return np.empty((0, dim), np.float32)
    size = count * dim * 4
    offset = path.stat().st_size - size
    return np.memmap(path, np.float32, mode="r", offset=offset, shape=(count, dim))


def write_base(
    folder: Path,
    dim: int,
    *,
    base: BaseSegment | None,
    base_alive: NDArray[np.bool_] | None,
    new_ids: NDArray[np.int64],
    new_rows: NDArray[np.float32],
    exact_limit: int,
    on_progress: Callable[[int, int], None] | None = None,
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
        on_progress: Called with (steps done, steps in all).

    Returns:
        The base, opened from its new files, and the files by role.
    """
    faiss = _load_faiss()
    old_ids: NDArray[np.int64] = np.empty(0, np.int64)
    old_rows: NDArray[Any] = np.empty((0, dim), np.float32)
    if base is not None:
        keep = slice(None) if base_alive is None else base_alive
        old_ids, old_rows = base.ids[keep], base.rows[keep]
    ids = np.concatenate([old_ids, new_ids])
    order = np.argsort(ids)
    rows = np.concatenate([old_rows, new_rows])[order]
    flat = faiss.IndexFlatIP(dim)
    flat.add(rows)
    path = new_data_path(folder, "index")
    faiss.write_index(flat, str(path))
    files = {"index": describe(path), "base_ids": write_array(folder, "base_ids", ids[order])}
    if on_progress is not None:
        on_progress(1, 1)
    mapped = map_array(folder, files["base_ids"], np.int64)
    return BaseSegment(IndexKind.EXACT, mapped, _flat_rows(path, len(ids), dim), path), files


def _load_faiss() -> Any:
    """The FAISS module, its threads bounded: on a busy machine more only wait for each other."""
    import faiss

    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    chosen = os.environ.get(THREADS_VARIABLE, "")
    limit = int(chosen) if chosen.isdigit() and int(chosen) else DEFAULT_THREADS
    faiss.omp_set_num_threads(max(1, min(limit, available or 1)))
    return faiss
