"""A library's vectors in Milvus, kept in step with its database.

SQLite stays the truth. The collection carries the generation of the library that it reflects, noted
only once everything up to it has been sent: what a server that died did not get is sent again, and
sending twice replaces. Only the process that holds the writer's lock sends.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.errors import IndexUnreachable, LibraryLocked, LibraryReadOnly, UsageError
from assistant.library.articles import Library
from embeddings.errors import IndexDamaged, IndexUnavailable
from embeddings.milvus import MilvusAddress, MilvusIndex

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


class RemoteVectors:
    """The vector index of one library on Milvus; connects at first use, thread-safe.

    A connection that failed is made anew at the next call, so a server that was away serves again.

    Args:
        library: Where the vectors come from.
        uri: ``milvus://host:19530/collection``; see :class:`~embeddings.milvus.MilvusAddress`.

    Raises:
        UsageError: The URI is malformed.
    """

    def __init__(self, library: Library, uri: str) -> None:
        try:
            MilvusAddress.parse(uri)
        except ValueError as error:
            raise UsageError(str(error)) from error
        self._library = library
        self._uri = uri
        self._lock = threading.RLock()
        self._index: MilvusIndex | None = None

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self._library.dim

    def catch_up(self) -> None:
        """Send what the library has changed since the collection's generation.

        While another process writes, it is that one which sends; until then, and where the library
        cannot be written, the collection serves as it is.

        Raises:
            IndexUnreachable: Milvus cannot be reached, or fails. What the library holds is safe.
            UsageError: The collection is not this library's.
        """
        with self._lock, self._connected() as index:
            if index.generation == self._library.generation:
                return
            with contextlib.suppress(LibraryLocked, LibraryReadOnly), self._library.writing():
                # Another process may have sent it meanwhile.
                if index.reload_generation() != self._library.generation:
                    self._send(index)

    def _send(self, index: MilvusIndex) -> None:
        library, since = self._library, index.generation
        target = library.generation
        if since > target:
            # Written by a later state of this library, of which this is an older copy.
            since = -1
        if since < 0:
            # An earlier start may have got anywhere; what is gone since then was noted nowhere.
            known = np.array(library.all_passage_ids(), np.int64)
            removed = np.setdiff1d(index.ids(), known)
        else:
            removed = np.array(library.removed_ids(since), np.int64)
        if len(removed):
            index.remove(removed)
        for ids, vectors in library.changed_vectors(since):
            index.add(ids, vectors)
        index.commit(generation=target)

    def rebuild(self) -> None:
        """Empty the collection and send everything; the caller holds the writer's lock.

        Raises:
            IndexUnreachable: Milvus cannot be reached, or fails.
            UsageError: The collection is not this library's.
        """
        with self._lock:
            with self._connected() as index:
                index.drop()
            self.close()
            self.catch_up()

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            index, self._index = self._index, None
            if index is not None:
                with contextlib.suppress(Exception):  # the other end may be gone already
                    index.close()

    # What a vector index does; see embeddings.index.VectorIndex

    def __len__(self) -> int:
        with self._connected() as index:
            return len(index)

    def ids(self) -> Ids:
        """All ids, ascending."""
        with self._connected() as index:
            return index.ids()

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add ``(n, dim)`` float32 unit rows under ``(n,)`` int64 ids; one that is there is replaced."""
        with self._connected() as index:
            index.add(ids, vectors)

    def remove(self, ids: ArrayLike) -> int:
        """Remove ids; unknown ones are passed over. Returns how many were there."""
        with self._connected() as index:
            return index.remove(ids)

    def search(
        self, queries: ArrayLike, k: int, *, allowed: ArrayLike | None = None
    ) -> tuple[Vectors, Ids]:
        """The ``k`` best of each query, as ``(q, k)`` float32 scores and ``(q, k)`` int64 ids."""
        with self._connected() as index:
            return index.search(queries, k, allowed=allowed)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[MilvusIndex]:
        try:
            yield self._open()
        except IndexUnavailable as error:
            self.close()
            raise IndexUnreachable(
                f"{error}; the library has everything and sends the rest when it is back"
            ) from error
        except IndexDamaged as error:
            raise UsageError(str(error)) from error

    def _open(self) -> MilvusIndex:
        with self._lock:
            if self._index is None:
                library = self._library
                self._index = MilvusIndex(
                    self._uri,
                    dim=library.dim,
                    model_id=f"{library.model_id} of library {library.identity()}",
                )
            return self._index
