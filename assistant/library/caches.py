"""The two rebuildable indexes of a library, kept in step with its database.

Each carries the generation it reflects. One that is behind is caught up from the rows changed since,
one that is damaged, of another model or ahead of the database is dropped and rebuilt. Only a
process that holds the writer's lock saves or removes one; any other catches up in memory.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import LibraryLocked, LibraryReadOnly
from assistant.library.articles import Library
from assistant.library.lexical import LexicalDamaged, LexicalIndex, check_files
from assistant.output.sanitise import for_display
from embeddings.errors import EmbeddingsError
from embeddings.index import EXACT_LIMIT, FaissIndex, OnProgress, VectorIndex
from embeddings.index_files import MANIFEST_FILE

if TYPE_CHECKING:
    from assistant.library.remote_vectors import RemoteVectors

VECTORS_FOLDER = "vectors"
LEXICAL_FOLDER = "lexical"
FIRST_STREAMED_FROM = 20_000
"""A first index, which is written whole anyway, is built through files from so many passages on: 60,000 in
memory took 390 MB at the end of an ``add``."""
STREAMED_FROM = EXACT_LIMIT
"""From so many new passages on, the vector index is built anew through files, resumably, instead of
holding them in memory: 1.5 GB a million."""


class Caches:
    """Vector and lexical index of one library; loaded at first use, thread-safe.

    Args:
        library: Whose indexes they are.
        index: ``milvus://host:19530/collection`` to have the vectors there; None: beside the
            database.

    Raises:
        UsageError: ``index`` is malformed.
    """

    def __init__(self, library: Library, *, index: str | None = None) -> None:
        self._library = library
        self._remote = _remote_vectors(library, index) if index is not None else None
        self._lock = threading.RLock()
        self._vectors: FaissIndex | None = None
        self._vectors_generation = -1
        self._vectors_are_damaged = False
        self._lexical: LexicalIndex | None = None
        self._lexical_damage: LexicalDamaged | None = None

    @property
    def vectors_folder(self) -> Path:
        """Where the vector index is kept."""
        return self._library.folder / VECTORS_FOLDER

    @property
    def lexical_folder(self) -> Path:
        """Where the lexical index is kept."""
        return self._library.folder / LEXICAL_FOLDER

    def vectors(self) -> VectorIndex:
        """The vector index, caught up with the database.

        Raises:
            IndexUnreachable: It is on another machine that does not answer.
            UsageError: It is another library's.
        """
        if self._remote is not None:
            self._remote.catch_up()
            return self._remote
        return self._local_vectors()

    def _local_vectors(self) -> FaissIndex:
        with self._lock:
            if self._vectors is None:
                self._load_vectors()
                if self._vectors_are_damaged:
                    self._vectors_are_damaged = False
                    # Or every process would make it again for itself.
                    with (
                        contextlib.suppress(LibraryLocked, LibraryReadOnly),
                        self._library.writing(),
                        self._errors_of_files(),
                    ):
                        self._save_vectors(None)
            self._catch_up_vectors()
            assert self._vectors is not None
            return self._vectors

    def _load_vectors(self) -> None:
        library = self._library
        try:
            index = FaissIndex.load(self.vectors_folder, expect_model=library.model_id)
            generation = index.generation
        except (EmbeddingsError, FileNotFoundError) as error:
            # A cache: whatever is wrong with it, the database has it all.
            index, generation = None, -1
            if (self.vectors_folder / MANIFEST_FILE).exists():
                self._vectors_are_damaged = True
                _tell(error)
        if index is None or generation > library.generation or index.dim != library.dim:
            index, generation = FaissIndex(library.dim, model_id=library.model_id), -1
        self._vectors, self._vectors_generation = index, generation

    def _catch_up_vectors(self) -> None:
        library, index = self._library, self._vectors
        assert index is not None
        target = library.generation
        if self._vectors_generation == target:
            return
        if self._vectors_generation >= 0:
            removed = library.removed_ids(self._vectors_generation)
            if removed:
                index.remove(removed)
        for ids, vectors in library.changed_vectors(self._vectors_generation):
            index.add(ids, vectors)
        self._vectors_generation = target

    def lexical(self) -> LexicalIndex | None:
        """The lexical index, caught up unless another process is writing.

        In memory where it cannot be written. None where there is none that can be used and another
        process is just about to make it.
        """
        with self._lock:
            if self._lexical is not None and self._lexical.generation == self._library.generation:
                return self._lexical
            try:
                self._write_lexical()
            except LibraryLocked:
                pass  # the writer brings it up to date; until then the older state serves
            except (LibraryReadOnly, OSError):
                self._lexical_in_memory()
            return self._lexical

    def _lexical_in_memory(self) -> LexicalIndex:
        _tell(self._lexical_damage)
        self._lexical = LexicalIndex(None)
        self._catch_up_lexical(self._lexical)
        return self._lexical

    def _replace_lexical(self, damage: LexicalDamaged) -> LexicalIndex:
        """What is searched instead of the index beside the database, which fails while it is open."""
        with self._lock:
            _tell(damage)
            self._lexical = self._lexical_damage = None
            try:
                with self._library.writing():
                    LexicalIndex.discard(self.lexical_folder)
                    self._write_lexical()
            except (LibraryLocked, LibraryReadOnly, OSError):
                return self._lexical_in_memory()
            assert self._lexical is not None
            # What fails at once again is not made a third time.
            self._lexical.on_damage = None
            return self._lexical

    def _write_lexical(self) -> None:
        """Have the lexical index beside the database, caught up.

        Raises:
            LibraryLocked: Another process is writing.
            LibraryReadOnly: The library cannot be written.
            OSError: The index cannot be written.
        """
        index = self._stored_lexical()
        if index is not None:
            self._lexical = index
            if index.generation == self._library.generation:
                return
        with self._library.writing():
            # Until now another process may have been at it.
            index = self._stored_lexical()
            if index is None:
                _tell(self._lexical_damage)
                index = LexicalIndex(self.lexical_folder)
                index.on_damage = self._replace_lexical
            self._catch_up_lexical(index)
            self._lexical = index

    def _stored_lexical(self) -> LexicalIndex | None:
        """The lexical index beside the database as it is; None where none can be used."""
        index, self._lexical_damage = self._lexical, None
        try:
            if index is not None and not index.in_memory and index.reload():
                return index
            index = LexicalIndex.stored(self.lexical_folder)
        except LexicalDamaged as damage:
            self._lexical_damage = damage
            return None
        if index is not None:
            index.on_damage = self._replace_lexical
        return index

    def _catch_up_lexical(self, index: LexicalIndex) -> None:
        library = self._library
        target = library.generation
        if index.generation > target:
            index.clear()
        since = index.generation
        index.update(
            library.changed_documents(since),
            removed_ids=library.removed_ids(since) if since else (),
            generation=target,
        )

    def save(self, *, on_progress: OnProgress | None = None) -> None:
        """Write both, caught up; the caller holds the writer's lock.

        Args:
            on_progress: Called with (steps done, steps in all) while a large vector index is
                built; what it raises stops that, and the next save goes on where it was.

        Raises:
            IndexUnreachable: The vector index is on another machine that does not answer; it gets
                the rest the next time.
            LibraryReadOnly: They cannot be written; the database has it all, the next save goes on.
        """
        with self._lock, self._errors_of_files():
            self._write_lexical()
            if self._remote is not None:
                self._remote.catch_up()
                return
            self._save_vectors(on_progress)

    def _save_vectors(self, on_progress: OnProgress | None) -> None:
        if self._vectors is None:
            self._load_vectors()
            self._vectors_are_damaged = False  # it is written anew right here
        limit = STREAMED_FROM if self._vectors_generation >= 0 else FIRST_STREAMED_FROM
        if self._library.changed_count(self._vectors_generation) > limit:
            self._build_vectors(on_progress)
        index = self._local_vectors()
        if index.generation != self._vectors_generation or not self.vectors_folder.exists():
            index.save(self.vectors_folder, generation=self._vectors_generation)

    def damage(self) -> list[str]:
        """What is wrong with the files of both, every byte of them read, a line each."""
        problems = []
        try:
            if (self.vectors_folder / MANIFEST_FILE).exists():
                FaissIndex.load(
                    self.vectors_folder, expect_model=self._library.model_id, verify=True
                )
        except EmbeddingsError as error:
            problems.append(f"vector index: {error}")
        try:
            if LexicalIndex.stored_generation(self.lexical_folder) is not None:
                check_files(self.lexical_folder, verify=True)
        except LexicalDamaged as error:
            problems.append(f"lexical index: {error}")
        return problems

    def _build_vectors(self, on_progress: OnProgress | None) -> None:
        library = self._library
        target = library.generation
        self._vectors = FaissIndex.build(
            self.vectors_folder,
            library.changed_vectors(-1),
            dim=library.dim,
            model_id=library.model_id,
            generation=target,
            total=library.counts()["passages"],
            on_progress=on_progress,
        )
        self._vectors_generation = target

    def rebuild(self) -> None:
        """Drop both and build them from the database; the caller holds the writer's lock.

        Raises:
            IndexUnreachable: See :meth:`save`.
            LibraryReadOnly: See :meth:`save`.
        """
        with self._lock, self._errors_of_files():
            self._vectors = FaissIndex(self._library.dim, model_id=self._library.model_id)
            self._vectors_generation = -1
            self._lexical = None
            shutil.rmtree(self.vectors_folder, ignore_errors=True)
            LexicalIndex.discard(self.lexical_folder)
            if self._remote is not None:
                self._remote.rebuild()
            self.save()

    @contextlib.contextmanager
    def _errors_of_files(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = " ".join((error.strerror or str(error)).split())[:300]
            raise LibraryReadOnly(
                f"the indexes in {self._library.folder} cannot be written ({reason}): make room or "
                "check its rights; the articles are safe, and the next `pullquote add` goes on"
            ) from error

    def close(self) -> None:
        """End the connection to an index on another machine."""
        if self._remote is not None:
            self._remote.close()


def _tell(damage: Exception | None) -> None:
    """Say that an index is made anew: one line on stderr, unless the program that uses us says otherwise."""
    if damage is not None:
        import logging

        line = for_display(" ".join(str(damage).split()))
        logging.getLogger("pullquote").warning("%s: it is made anew from the articles", line)


def _remote_vectors(library: Library, index: str) -> RemoteVectors:
    from assistant.library.remote_vectors import RemoteVectors

    return RemoteVectors(library, index)
