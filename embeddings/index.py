"""Nearest neighbours: the index protocol, and the index on FAISS.

Vectors are unit rows compared by inner product. An index is a *base*, memory-mapped and never
changed, and a small *delta* in memory: an added vector goes to the delta, a removed or replaced one
is dead from then on, and a save merges the two once the delta has grown.

Whatever finds the candidates (FAISS, or NumPy where loading FAISS would take longer than the search),
the scores that are returned are computed again from the exact vectors in float64, and equal scores
are ordered by id. So results do not depend on the process, the batch, the number of threads or the order in
which vectors came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.base_segment import BaseSegment, load_base
from embeddings.base_writing import write_base
from embeddings.errors import IndexDamaged
from embeddings.index_building import gather
from embeddings.index_files import (
    DataFile,
    IndexKind,
    Manifest,
    check_files,
    map_array,
    read_manifest,
    write_array,
    write_manifest,
)
from embeddings.scoring import (
    PADDING_ID,
    best_rows,
    candidates_by_product,
    lossless_dtype,
    nothing_found,
)
from embeddings.vectors import as_ids, checked_queries, checked_rows

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]
OnProgress = Callable[[int, int], None]
"""Called with (steps done, steps in all); what it raises ends the work, the old index stays."""

EXACT_LIMIT = 100_000
"""Up to so many vectors every one is compared: 40 ms on one core. Beyond, the base is IVF."""
_MERGE_SHARE = 10
_MERGE_LEAST, _MERGE_MOST = 2_000, 40_000
"""A save merges when the delta is a tenth of the base, within these bounds: less rewrites the base
for every article, more makes the delta slower to search than the base."""


class VectorIndex(Protocol):
    """Ids and unit vectors, searched by inner product."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add ``(n, dim)`` float32 unit rows under ``(n,)`` int64 ids; one that is there is replaced."""

    def remove(self, ids: ArrayLike) -> int:
        """Remove ids; unknown ones are passed over. Returns how many were there."""

    def search(
        self, queries: ArrayLike, k: int, *, allowed: ArrayLike | None = None
    ) -> tuple[Vectors, Ids]:
        """The ``k`` best of each query, as ``(q, k)`` float32 scores and ``(q, k)`` int64 ids."""

    def ids(self) -> Ids:
        """All ids, ascending."""

    def __len__(self) -> int:
        """Number of vectors."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a search sees: never changed, only replaced, so that searches need no lock."""

    base: BaseSegment | None
    base_alive: NDArray[np.bool_] | None
    """None: no row of the base is dead."""
    delta_ids: Ids
    delta_rows: Vectors
    """May be a view of a larger buffer, of which later additions use the rest."""
    delta_alive: NDArray[np.bool_]

    def count(self) -> int:
        alive = int(np.count_nonzero(self.delta_alive))
        if self.base is None:
            return alive
        rows = len(self.base.ids)
        return alive + (rows if self.base_alive is None else int(np.count_nonzero(self.base_alive)))

    def base_live_ids(self) -> Ids:
        if self.base is None:
            return np.empty(0, np.int64)
        return self.base.ids if self.base_alive is None else self.base.ids[self.base_alive]


class FaissIndex:
    """The vector index of one machine. Safe to use from several threads."""

    def __init__(self, dim: int, *, model_id: str = "") -> None:
        """An empty index.

        Args:
            dim: Numbers in a vector.
            model_id: Id of the encoder that the vectors come from.
        """
        self._dim = dim
        self._model_id = model_id
        self._generation = -1
        self._lock = threading.RLock()
        self._buffer: Vectors = np.empty((0, dim), np.float32)
        self._delta_row_of: dict[int, int] = {}
        self._base_files: dict[str, DataFile] = {}
        self._folder: Path | None = None
        self._state = _State(
            None,
            None,
            np.empty(0, np.int64),
            self._buffer,
            np.empty(0, np.bool_),
        )

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self._dim

    @property
    def model_id(self) -> str:
        """Id of the encoder that the vectors come from."""
        return self._model_id

    @property
    def generation(self) -> int:
        """Generation of the last save, -1 before."""
        return self._generation

    @property
    def kind(self) -> IndexKind:
        """How the base is searched."""
        base = self._state.base
        return IndexKind.EXACT if base is None else base.kind

    def __len__(self) -> int:
        return self._state.count()

    def ids(self) -> Ids:
        """All ids, ascending, ``(n,)`` int64."""
        state = self._state
        return np.sort(np.concatenate([state.base_live_ids(), state.delta_ids[state.delta_alive]]))

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add vectors; an id that is there already gets the new vector.

        Args:
            ids: ``(n,)`` integers, each once, 0 or more.
            vectors: ``(n, dim)`` unit rows.

        Raises:
            ValueError: An id is negative or comes twice, the shapes do not fit, or a row is not
                finite or longer than 1.
        """
        new_ids, rows = checked_rows(ids, vectors, self._dim)
        if not len(new_ids):
            return
        with self._lock:
            self._mark_dead(new_ids)
            state = self._state
            used = len(state.delta_ids)
            if used + len(rows) > len(self._buffer):
                grown = np.empty((max(1024, 2 * used, used + len(rows)), self._dim), np.float32)
                grown[:used] = state.delta_rows
                self._buffer = grown
            self._buffer[used : used + len(rows)] = rows
            for offset, passage_id in enumerate(new_ids.tolist()):
                self._delta_row_of[passage_id] = used + offset
            self._state = replace(
                state,
                delta_ids=np.concatenate([state.delta_ids, new_ids]),
                delta_rows=self._buffer[: used + len(rows)],
                delta_alive=np.concatenate([state.delta_alive, np.ones(len(rows), np.bool_)]),
            )

    def remove(self, ids: ArrayLike) -> int:
        """Remove vectors.

        Args:
            ids: ``(n,)`` integers; those that are not there are passed over.

        Returns:
            How many were there.
        """
        with self._lock:
            return self._mark_dead(np.unique(as_ids(ids)))

    def _mark_dead(self, ids: Ids) -> int:
        state, count = self._state, 0
        if state.base is not None:
            rows = state.base.rows_of(ids)
            if state.base_alive is not None:
                rows = rows[state.base_alive[rows]]
            if len(rows):
                alive = (
                    np.ones(len(state.base.ids), np.bool_)
                    if state.base_alive is None
                    else state.base_alive.copy()
                )
                alive[rows] = False
                state = replace(state, base_alive=alive)
                count += len(rows)
        if self._delta_row_of:
            pop = self._delta_row_of.pop
            dead = [row for row in (pop(i, None) for i in ids.tolist()) if row is not None]
            if dead:
                delta_alive = state.delta_alive.copy()
                delta_alive[dead] = False
                state = replace(state, delta_alive=delta_alive)
                count += len(dead)
        self._state = state
        return count

    def search(
        self, queries: ArrayLike, k: int, *, allowed: ArrayLike | None = None
    ) -> tuple[Vectors, Ids]:
        """The best vectors of each query.

        Args:
            queries: ``(q, dim)`` unit rows.
            k: How many, 1 or more.
            allowed: ``(n,)`` ids to which the search is restricted, in any order; None: all.

        Returns:
            ``(q, k)`` float32 inner products, descending, and ``(q, k)`` int64 ids; equal products by
            ascending id. Where there are fewer than ``k``, the rest is ``-inf`` and ``-1``.

        Raises:
            ValueError: The shape does not fit, a number is not finite, or ``k`` is less than 1.
        """
        wanted = checked_queries(queries, k, self._dim)
        state = self._state
        subset = None if allowed is None else np.unique(as_ids(allowed))
        parts: list[list[tuple[Vectors, Ids]]] = [[] for _ in wanted]
        if state.base is not None:
            for found, part in zip(
                state.base.search(wanted, k, alive=state.base_alive, allowed=subset),
                parts,
                strict=True,
            ):
                part.append(found)
        mask = state.delta_alive
        if subset is not None and len(mask):
            mask = mask & np.isin(state.delta_ids, subset)
        if mask.any():
            for rows, query, part in zip(
                candidates_by_product(state.delta_rows, wanted, k, mask=mask),
                wanted,
                parts,
                strict=True,
            ):
                part.append(best_rows(query, rows, state.delta_rows, state.delta_ids, k))
        scores, ids = nothing_found(len(wanted), k)
        for i, part in enumerate(parts):
            if part:
                all_scores = np.concatenate([scores_ for scores_, _ in part])
                all_ids = np.concatenate([ids_ for _, ids_ in part])
                order = np.lexsort((all_ids, -all_scores))[:k]
                scores[i, : len(order)] = all_scores[order]
                ids[i, : len(order)] = all_ids[order]
        return scores, ids

    def vectors(self, ids: ArrayLike) -> Vectors:
        """The exact vectors under ids.

        Args:
            ids: ``(n,)`` integers.

        Returns:
            ``(n, dim)`` float32 rows; zeros where an id is not there.
        """
        wanted = as_ids(ids)
        found = np.zeros((len(wanted), self._dim), np.float32)
        with self._lock:
            state = self._state
            if state.base is not None:
                live = state.base_live_ids()
                is_here = np.isin(wanted, live)
                found[is_here] = state.base.rows[np.searchsorted(state.base.ids, wanted[is_here])]
            for at, passage_id in enumerate(wanted.tolist()):
                if passage_id in self._delta_row_of:
                    found[at] = state.delta_rows[self._delta_row_of[passage_id]]
        return found

    def save(
        self,
        folder: Path,
        *,
        generation: int = 0,
        exact_limit: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Write the index to a folder; a crash at any point leaves the old one or the new one.

        One process may save to a folder at a time; others may be reading it.

        Args:
            folder: Where it is kept; made if it is not there.
            generation: State of the caller's data that the index reflects.
            exact_limit: Beyond so many vectors the base becomes :attr:`IndexKind.IVF_SQ8`; None:
                ``EXACT_LIMIT``.
            on_progress: Called with (steps done, steps in all) while a base is written.

        Raises:
            OSError: The folder cannot be written.
        """
        limit = EXACT_LIMIT if exact_limit is None else exact_limit
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock:
            state, base_files = self._state, self._base_files
            merges = self._folder != folder or self._needs_merge(state, limit)
            if merges:
                base, base_files = write_base(
                    folder,
                    self._dim,
                    base=state.base,
                    base_alive=state.base_alive,
                    new_ids=state.delta_ids[state.delta_alive],
                    new_rows=state.delta_rows[state.delta_alive],
                    exact_limit=limit,
                    on_progress=on_progress,
                )
                empty = np.empty((0, self._dim), np.float32)
                state = _State(base, None, np.empty(0, np.int64), empty, np.empty(0, np.bool_))
            write_manifest(folder, self._manifest(folder, state, base_files, generation))
            # Only now: after a save that failed, what was there before goes on.
            self._state, self._folder, self._generation = state, folder, generation
            if merges:
                self._base_files = base_files
                self._buffer, self._delta_row_of = state.delta_rows, {}

    @classmethod
    def build(
        cls,
        folder: Path,
        batches: Iterable[tuple[ArrayLike, ArrayLike]],
        *,
        dim: int,
        model_id: str,
        generation: int = 0,
        exact_limit: int | None = None,
        total: int = 0,
        on_progress: OnProgress | None = None,
    ) -> FaissIndex:
        """Build and save an index of any size without holding its vectors in memory.

        An index that is in the folder stays until the new one is whole. A build that was stopped
        goes on where it was when it is called again with the same vectors: what was read is not
        written again and what was trained is not trained again.

        Args:
            folder: Where it is kept; made if it is not there.
            batches: ``(n,)`` ids and ``(n, dim)`` unit rows; ids ascend over all batches.
            dim: Numbers in a vector.
            model_id: Id of the encoder that they come from.
            generation: State of the caller's data that they reflect.
            exact_limit: See :meth:`save`.
            total: How many vectors there will be, for progress; 0: unknown.
            on_progress: Called with (steps done, steps in all).

        Raises:
            ValueError: Ids do not ascend, or the vectors are not as :meth:`add` wants them.
            OSError: The folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        report = on_progress or (lambda _done, _total: None)
        # Reading, then training as a tenth, then writing.
        ids, rows = gather(
            folder,
            batches,
            dim=dim,
            model_id=model_id,
            on_rows=lambda done: report(done, 2 * max(total, done) + max(total, done) // 10),
        )
        count = len(ids)
        index = cls(dim, model_id=model_id)
        base, files = write_base(
            folder,
            dim,
            base=None,
            base_alive=None,
            new_ids=ids,
            new_rows=rows,
            exact_limit=EXACT_LIMIT if exact_limit is None else exact_limit,
            on_progress=lambda done, _: report(count + done, 2 * count + count // 10),
        )
        index._state = replace(index._state, base=base)
        index._base_files = files
        write_manifest(folder, index._manifest(folder, index._state, files, generation))
        index._folder, index._generation = folder, generation
        return index

    def _needs_merge(self, state: _State, exact_limit: int) -> bool:
        if state.base is None:
            return True
        rows = len(state.base.ids)
        dead = 0 if state.base_alive is None else rows - int(np.count_nonzero(state.base_alive))
        changed = len(state.delta_ids) + dead
        limit = min(max(rows // _MERGE_SHARE, _MERGE_LEAST), _MERGE_MOST)
        outgrown = state.base.kind is IndexKind.EXACT and len(self) > exact_limit
        return changed > limit or outgrown

    def _manifest(
        self, folder: Path, state: _State, base_files: dict[str, DataFile], generation: int
    ) -> Manifest:
        files = dict(base_files)
        rows = state.delta_rows[state.delta_alive]
        dtype = lossless_dtype(rows)
        if len(rows):
            files["delta_ids"] = write_array(
                folder, "delta_ids", state.delta_ids[state.delta_alive]
            )
            files["delta_rows"] = write_array(folder, "delta_rows", rows.astype(dtype))
        if state.base_alive is not None:
            dead = np.flatnonzero(~state.base_alive).astype(np.int64)
            files["dead"] = write_array(folder, "dead", dead)
        base = state.base
        assert base is not None
        return Manifest(
            kind=base.kind,
            model=self._model_id,
            dim=self._dim,
            count=state.count(),
            generation=generation,
            base_count=len(base.ids),
            row_dtype=base.row_dtype,
            delta_dtype=dtype,
            files=files,
        )

    @classmethod
    def load(cls, folder: Path, *, expect_model: str, verify: bool = False) -> FaissIndex:
        """Open an index that was saved, memory-mapped.

        Args:
            folder: Where it is kept.
            expect_model: Id of the encoder whose vectors it must hold.
            verify: Read every file through and compare its checksum, not only small ones.

        Returns:
            The index as it was saved.

        Raises:
            IndexDamaged: There is none, it is damaged, or it holds another model's vectors.
        """
        while True:
            manifest = read_manifest(folder)
            if manifest.model != expect_model:
                raise IndexDamaged(
                    f"the vector index {folder} holds vectors of {manifest.model!r}, "
                    f"not {expect_model!r}; rebuild it"
                )
            try:
                return cls._opened(folder, manifest, verify=verify)
            except IndexDamaged:
                # Another process may have saved since, and removed what the manifest named.
                if read_manifest(folder) == manifest:
                    raise

    @classmethod
    def _opened(cls, folder: Path, manifest: Manifest, *, verify: bool) -> FaissIndex:
        check_files(folder, manifest, verify=verify)
        index = cls(manifest.dim, model_id=manifest.model)
        try:
            index._open(folder, manifest)
        except (OSError, ValueError, KeyError, IndexError, RuntimeError) as error:
            raise IndexDamaged(
                f"cannot open the vector index {folder} ({error}); rebuild it"
            ) from error
        if len(index) != manifest.count:
            raise IndexDamaged(
                f"the vector index {folder} has {len(index)} vectors, not {manifest.count}; "
                "rebuild it"
            )
        return index

    def _open(self, folder: Path, manifest: Manifest) -> None:
        files = manifest.files
        base = load_base(folder, manifest)
        alive = None
        if "dead" in files:
            alive = np.ones(len(base.ids), np.bool_)
            alive[map_array(folder, files["dead"], np.int64)] = False
        self._state = replace(self._state, base=base, base_alive=alive)
        delta_roles = ("delta_ids", "delta_rows", "dead")
        self._base_files = {role: f for role, f in files.items() if role not in delta_roles}
        if "delta_ids" in files:
            ids = map_array(folder, files["delta_ids"], np.int64)
            rows = map_array(
                folder, files["delta_rows"], manifest.delta_dtype, columns=manifest.dim
            )
            self.add(np.array(ids), np.array(rows, np.float32))
        self._folder, self._generation = folder, manifest.generation


__all__ = ["EXACT_LIMIT", "PADDING_ID", "FaissIndex", "IndexKind", "VectorIndex"]
