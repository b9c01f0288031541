"""Backups: one file that holds a whole library, and back.

A backup may come from anybody. What a restore takes from it are values, checked one by one and put
into tables of our own; its triggers, views and indexes stay where they are.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    LibraryReadOnly,
    UsageError,
)
from assistant.library import integrity, schema, storage
from assistant.library.articles import Library
from assistant.library.caches import LEXICAL_FOLDER, VECTORS_FOLDER
from assistant.library.database import (
    ASIDE_NAME,
    DATABASE_NAME,
    MAX_DIM,
    RESTORE_FOLDER,
    acquire_writer_lock,
    is_count,
)
from assistant.library.ingest import recipe
from assistant.library.lexical import LexicalIndex
from embeddings.index_files import sync_folder

_BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the files that SQLite keeps beside a database: read with another one, they damage it."""
_COPIED = ("articles", "paragraphs", "passages", "links", "conversations", "turns")
"""Tables whose rows are taken from a backup, those that others refer to first. Fingerprints are
computed again, and nothing has to be removed from indexes that are made anew."""


def backup(library: Library, path: Path) -> None:
    """Write the whole library into one new file, consistent even while others write.

    Raises:
        UsageError: The file exists.
        LibraryReadOnly: It cannot be written; nothing is left of it.
    """
    if os.path.lexists(path):
        raise UsageError(f"{path} exists: name a new file")
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.unlink(missing_ok=True)
        # SQLite takes an empty file as it is, and so its rights: only this user may read it.
        temporary.touch(mode=0o600)
        # As an address: a name need not be UTF-8.
        library.history_rows("VACUUM INTO ?", (temporary.absolute().as_uri(),))
        os.replace(temporary, path)
    except OSError as error:
        raise LibraryReadOnly(f"{path} cannot be written ({error.strerror})") from error
    except LibraryReadOnly as error:
        raise LibraryReadOnly(
            f"{path} cannot be written: make room, or choose another place for the backup"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def restore(path: Path, folder: Path) -> Path | None:
    """Make the library in ``folder`` from a backup; a library that is there is kept aside.

    There is a library at every moment: the old one until the new one is whole.

    Returns:
        Where the old one is kept; None where there was none.

    Raises:
        UsageError: There is no such file.
        LibraryDamaged: The file is not a backup, or is damaged; nothing is changed.
        LibraryTooNew: A newer version wrote it; nothing is changed.
        LibraryLocked: Another process is writing to the library there.
        LibraryReadOnly: The folder cannot be written; nothing is changed.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not a file: name one that `pullquote backup` made")
    with _opened(path) as source:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise LibraryReadOnly(f"{folder} cannot be written ({error.strerror})") from error
        lock = acquire_writer_lock(folder)
        work = folder / RESTORE_FOLDER
        try:
            # A restore that was killed may have left some.
            _discard(folder)
            work.mkdir(mode=0o700)
            old = _look_at(folder / DATABASE_NAME)
            _copy(source, work, old, name=path)
            # It may be the database whose place is taken.
            source.close()
            # While the old database is there: the new one must never find an index of it.
            LexicalIndex.discard(folder / LEXICAL_FOLDER)
            if (folder / VECTORS_FOLDER).exists():
                shutil.rmtree(folder / VECTORS_FOLDER)
            aside = _free_name(old.path) if _lies_there(old.path) else None
            if old.is_usable and aside is not None:
                _write_over(old.path, work / DATABASE_NAME, aside=aside)
            else:
                _take_place(old.path, work / DATABASE_NAME, aside=aside)
            return aside if old.is_there else None
        except OSError as error:
            raise LibraryReadOnly(f"{folder} cannot be written ({error.strerror})") from error
        finally:
            with contextlib.suppress(OSError):
                _discard(folder)
            lock.release()


def _discard(folder: Path) -> None:
    """Remove what a restore makes before it is done."""
    if (folder / RESTORE_FOLDER).exists():
        shutil.rmtree(folder / RESTORE_FOLDER)
    for file in _with_beside(folder / f"{DATABASE_NAME}.part"):
        file.unlink(missing_ok=True)


def _with_beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + end) for end in ("", *_BESIDE)]


# Reading the backup


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A backup for reading, once it is known to be one that this version can read."""
    connection = None
    try:
        connection = storage.open_database(path, read_only=True)
        connection.execute("BEGIN")
        _check(connection, path)
        yield connection
    except sqlite3.Error as error:
        raise LibraryDamaged(f"{path} is not a backup, or is damaged ({error})") from error
    finally:
        if connection is not None:
            connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise LibraryDamaged(f"{path} is a database, but not a Pullquote library")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    schema.check_version(version)
    ours = {found for found in schema.definitions(version) if found[0] == "table"}
    missing = ours - schema.stored_definitions(connection)
    if missing:
        name = min(missing)[1]
        raise LibraryDamaged(
            f"{path} is not a backup: its table {name!r} is not as Pullquote makes it"
        )
    # Indexes are not looked into: they may be anybody's, and are not read.
    state = connection.execute("PRAGMA quick_check").fetchone()[0]
    if state != "ok":
        raise LibraryDamaged(f"{path} is damaged ({state}): use another backup")


def _copy(source: sqlite3.Connection, folder: Path, old: _Old, *, name: Path) -> None:
    """Make a library in ``folder`` of the rows of a backup.

    Args:
        source: The backup.
        folder: An empty folder.
        old: Whose place it will take. A process that has it open takes the new one for a later
            state of it, in which everything was removed and added.
        name: Of the backup, for messages.

    Raises:
        LibraryDamaged: A row is not as it has to be.
        LibraryReadOnly: There is no room.
    """
    version = source.execute("PRAGMA user_version").fetchone()[0]
    meta = dict(source.execute("SELECT key, value FROM meta NOT INDEXED"))
    has_dim = is_count(meta.get("dim")) and 0 < int(meta["dim"]) <= MAX_DIM
    if not (has_dim and "model_id" in meta and is_count(meta.get("generation"))):
        raise LibraryDamaged(f"{name} does not say what its vectors are: use another backup")
    generation = max(int(meta["generation"]), old.generation) + 1
    database = folder / DATABASE_NAME
    database.touch(mode=0o600)
    with contextlib.closing(storage.open_database(database, read_only=False)) as target:
        try:
            schema.migrate(target, version=version)
            target.execute("BEGIN")
            for table in _COPIED:
                _copy_table(source, target, table, generation=generation)
            target.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [
                    ("model_id", meta["model_id"]),
                    ("dim", meta["dim"]),
                    ("generation", str(generation)),
                ],
            )
            target.executemany(
                f"INSERT INTO removed_passages VALUES (?, {generation})", old.passage_ids
            )
            target.execute("COMMIT")
        except sqlite3.Error as error:
            told = storage.translate(error, database)
            if isinstance(told, LibraryReadOnly):
                raise told from error
            raise LibraryDamaged(f"{name} is damaged ({error}): use another backup") from error
    try:
        _check_copy(folder, model_id=meta["model_id"], dim=int(meta["dim"]))
    except LibraryReadOnly:
        raise
    except (LibraryError, UsageError) as error:
        raise LibraryDamaged(f"{name} is damaged ({error}): use another backup") from error


def _copy_table(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, *, generation: int
) -> None:
    columns = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(f'"{column}"' for column in columns)
    chosen = names.replace('"generation"', str(generation))
    target.executemany(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})",
        source.execute(f"SELECT {chosen} FROM {table} NOT INDEXED"),
    )


def _check_copy(folder: Path, *, model_id: str, dim: int) -> None:
    with Library(folder, model_id=model_id, dim=dim) as library:
        for article_id in library.article_ids():
            for problem in integrity.problems_of_article(library, article_id):
                raise LibraryDamaged(problem)
            if not integrity.has_unit_vectors(library, article_id):
                raise LibraryDamaged(f"article {article_id}: a vector is not of unit length")
            library.recompute(article_id, recipe=recipe(model_id))
        for check in (integrity.problems_of_database, integrity.problems_of_history):
            for problem in check(library):
                raise LibraryDamaged(problem)


# Putting it in its place


@dataclass(frozen=True, slots=True)
class _Old:
    """The database whose place a restored one takes."""

    path: Path
    is_there: bool
    is_usable: bool = False
    """Whether SQLite can write to it."""
    generation: int = 0
    """How far it was changed, 0 where that cannot be told."""
    passage_ids: tuple[tuple[int], ...] = ()


def _look_at(path: Path) -> _Old:
    if not path.exists():
        return _Old(path, is_there=False)
    try:
        with contextlib.closing(storage.open_database(path, read_only=False)) as connection:
            if schema.stored_definitions(connection) != schema.definitions(schema.SCHEMA_VERSION):
                return _Old(path, is_there=True, is_usable=True)
            stored = connection.execute("SELECT value FROM meta WHERE key = 'generation'")
            generation = stored.fetchone()
            return _Old(
                path,
                is_there=True,
                is_usable=True,
                generation=int(generation[0]) if generation and is_count(generation[0]) else 0,
                passage_ids=tuple(connection.execute("SELECT id FROM passages")),
            )
    except sqlite3.Error as error:
        told = storage.translate(error, path)
        if not isinstance(told, LibraryDamaged):
            raise told from error
        return _Old(path, is_there=True)


def _lies_there(database: Path) -> bool:
    return any(os.path.lexists(file) for file in _with_beside(database))


def _free_name(database: Path) -> Path:
    """A name beside a database that nothing has."""
    number, aside = 1, database.with_name(f"{ASIDE_NAME}.sqlite3")
    while _lies_there(aside):
        number += 1
        aside = database.with_name(f"{ASIDE_NAME}-{number}.sqlite3")
    return aside


def _write_over(database: Path, restored: Path, *, aside: Path) -> None:
    """Copy a database aside and write another over it, in one transaction.

    Unlike another file in its place, that may happen under the eyes of whoever has it open.
    """
    copy = restored.with_name(aside.name)
    copy.touch(mode=0o600)
    try:
        with (
            contextlib.closing(storage.open_database(database, read_only=False)) as old,
            contextlib.closing(sqlite3.connect(restored)) as new,
        ):
            with contextlib.closing(sqlite3.connect(copy)) as kept:
                _copy_pages(old, kept)
            os.replace(copy, aside)
            try:
                _copy_pages(new, old)
            except (sqlite3.Error, LibraryLocked):
                # Only these say that nothing was written: after anything else it may be all there is.
                aside.unlink()
                raise
    except sqlite3.Error as error:
        raise storage.translate(error, database) from error


def _copy_pages(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    deadline = storage._clock() + storage.BUSY_TIMEOUT_S

    def give_up(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and storage._clock() >= deadline:
            raise LibraryLocked("the library is in use: close what has it open and restore again")

    source.backup(target, progress=give_up, sleep=storage.BUSY_POLL_S)


def _take_place(database: Path, restored: Path, *, aside: Path | None) -> None:
    """Put a database where none is, or one that cannot be used: that is linked aside first."""
    if aside is not None:
        for old, new in zip(_with_beside(database), _with_beside(aside), strict=True):
            if os.path.lexists(old):
                _link(old, new)
        sync_folder(database.parent)
        # The write-ahead log belongs to the old file.
        for file in _with_beside(database)[1:]:
            file.unlink(missing_ok=True)
    os.replace(restored, database)
    sync_folder(database.parent)


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:  # not every file system has links
        shutil.copy2(old, new)
