"""The base of an index: files that are memory-mapped and never changed.

FAISS is imported when a base is opened that is worth it, see :data:`NUMPY_ROWS`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index_files import IndexKind, Manifest, map_array
from embeddings.scoring import best_rows, candidates_by_product, slack

NUMPY_ROWS = 50_000
"""Up to so many rows NumPy compares them: 3 ms, where importing FAISS takes 150 to 300 and comparing
20. The results are the same."""
GATHER_ROWS = 10_000
"""Up to so many rows of an IVF base that a filter leaves are compared one by one, exactly."""
PROBED_LISTS = 768
"""Lists of an IVF base that are searched. Of 520,000 real vectors in 1,024 lists 48 found .73 of the ten nearest
to a question in .7 ms, 384 .96 in 5 ms; mixtures of vectors, in dense clumps, had hidden that."""
RESCORED = 4
"""Candidates of an IVF base that are rescored, as a multiple of k, and at least ``RESCORED_LEAST``."""
RESCORED_LEAST = 128
THREADS_VARIABLE = "PULLQUOTE_THREADS"
"""Environment variable that sets how many threads one search uses."""
DEFAULT_THREADS = 4
"""At most so many threads in one search, and no more than there are processors."""

_SPARE = 32
"""Candidates beyond k that are asked of FAISS, so that equal scores at the end can be ordered."""
_MOST_LISTS_FACTOR = 8


@dataclass(slots=True)
class BaseSegment:
    """Rows in ascending order of id, searched exactly or through IVF lists."""

    kind: IndexKind
    ids: NDArray[np.int64]
    """``(n,)`` ascending."""
    rows: NDArray[Any]
    """``(n, dim)`` exact vectors, memory-mapped."""
    path: Path
    """The FAISS file; its labels are positions of rows."""
    _faiss_index: Any = field(default=None, repr=False)
    _aligned: NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Open the FAISS file now: the next save of another process removes it."""
        if self.kind is not IndexKind.EXACT or len(self.ids) > NUMPY_ROWS:
            faiss = load_faiss()
            self._faiss_index = faiss.read_index(str(self.path), faiss.IO_FLAG_MMAP_IFC)

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
        """The ``k`` best rows of each query, as (scores, ids), that are alive and allowed.

        Args:
            queries: ``(q, dim)`` float32.
            k: How many.
            alive: ``(n,)``, False for rows that are dead; None: none is.
            allowed: Ids to which the search is restricted; None: all.
        """
        mask = alive
        if allowed is not None:
            mask = np.zeros(len(self.ids), np.bool_)
            mask[self.rows_of(allowed)] = True
            if alive is not None:
                mask &= alive
        count = len(self.ids) if mask is None else int(np.count_nonzero(mask))
        return [
            best_rows(query, rows, self.rows, self.ids, k)
            for query, rows in zip(queries, self._candidates(queries, k, mask, count), strict=True)
        ]

    def _candidates(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, count: int
    ) -> Iterator[NDArray[np.integer[Any]]]:
        """For each query, rows that may be among the ``k`` best of the ``count`` in ``mask``."""
        if self._faiss_index is None:
            if self._aligned is None:
                # In a FAISS file numbers begin at an odd byte, where a product is four times slower.
                self._aligned = np.array(self.rows, np.float32)
            return candidates_by_product(self._aligned, queries, k, mask=mask)
        if mask is not None and count <= min(GATHER_ROWS, NUMPY_ROWS):
            return candidates_by_product(self.rows, queries, k, mask=mask)
        if self.kind is IndexKind.EXACT:
            return self._by_comparison(queries, min(k, count), mask, count)
        return self._by_lists(queries, min(k, count), mask, count)

    def _by_comparison(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, count: int
    ) -> Iterator[NDArray[np.int64]]:
        """Candidates from every row, by FAISS."""
        index, selector = self._faiss_index, _selector(mask)
        parameters = load_faiss().SearchParameters(sel=selector[0])
        wanted = min(k + _SPARE, count)
        scores, rows = index.search(queries, wanted, params=parameters)
        for n, query in enumerate(queries):
            found, last, size = rows[n], scores[n], wanted
            # Rows left out score at most what the last one does.
            while size < count and last[-1] >= last[k - 1] - slack(query):
                size = min(4 * size, count)
                again, more = index.search(query[None], size, params=parameters)
                last, found = again[0], more[0]
            yield found[found >= 0]

    def _by_lists(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None, count: int
    ) -> Iterator[NDArray[np.int64]]:
        """Candidates from the lists nearest to each query, by FAISS."""
        faiss = load_faiss()
        index, selector = self._faiss_index, _selector(mask)
        # The fewer rows count, the farther away the best of them are.
        factor = min(_MOST_LISTS_FACTOR, -(-len(self.ids) // max(count, 1)))
        lists = min(index.nlist, PROBED_LISTS * factor)
        wanted = min(max(RESCORED * k, RESCORED_LEAST), count)
        parameters = faiss.SearchParametersIVF(sel=selector[0], nprobe=lists)
        _, rows = index.search(queries, wanted, params=parameters)
        for query, found in zip(queries, rows, strict=True):
            few, probed = found[found >= 0], lists
            while len(few) < k and probed < index.nlist:
                probed = min(4 * probed, index.nlist)
                wider = faiss.SearchParametersIVF(sel=selector[0], nprobe=probed)
                few = index.search(query[None], wanted, params=wider)[1][0]
                few = few[few >= 0]
            yield few


def load_base(folder: Path, manifest: Manifest) -> BaseSegment:
    """The base that a manifest names, memory-mapped.

    Raises:
        OSError: A file cannot be read.
        RuntimeError: FAISS cannot read its file.
        ValueError: The files do not fit the manifest.
    """
    files, dim, count = manifest.files, manifest.dim, manifest.base_count
    ids = map_array(folder, files["base_ids"], np.int64)
    path = folder / files["index"].name
    if manifest.kind is IndexKind.EXACT:
        rows = flat_rows(path, count, dim)
    else:
        rows = map_array(folder, files["rows"], manifest.row_dtype, columns=dim)
    if not len(ids) == len(rows) == count:
        raise ValueError(f"{len(ids)} ids and {len(rows)} rows, not {count}")
    return BaseSegment(manifest.kind, ids, rows, path)


def flat_rows(path: Path, count: int, dim: int) -> NDArray[np.float32]:
    """Rows of a flat FAISS file, mapped: its last ``count * dim`` float32 numbers."""
    if not count:
        return np.empty((0, dim), np.float32)
    offset = path.stat().st_size - count * dim * 4
    return np.memmap(path, np.float32, mode="r", offset=offset, shape=(count, dim))


def _selector(mask: NDArray[np.bool_] | None) -> tuple[Any, Any]:
    """FAISS's filter for rows, and the bits that it points to, which must live as long."""
    if mask is None:
        return None, None
    bits = np.packbits(mask, bitorder="little")
    return load_faiss().IDSelectorBitmap(bits), bits


def load_faiss() -> Any:
    """The FAISS module, its threads bounded: on a busy machine more only wait for each other."""
    import faiss

    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    chosen = os.environ.get(THREADS_VARIABLE, "")
    limit = int(chosen) if chosen.isdigit() and int(chosen) else DEFAULT_THREADS
    faiss.omp_set_num_threads(max(1, min(limit, available or 1)))
    return faiss
