"""Backups: one file that holds a whole library, and back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from assistant.errors import LibraryDamaged, LibraryReadOnly, UsageError
from assistant.library import schema, storage
from assistant.library.articles import Library
from assistant.library.caches import LEXICAL_FOLDER, VECTORS_FOLDER
from assistant.library.database import DATABASE_NAME, acquire_writer_lock
from assistant.library.lexical import LexicalIndex

_BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the files that SQLite keeps beside a database: read with another one, they damage it."""


def backup(library: Library, path: Path) -> None:
    """Write the whole library into one new file, consistent even while others write.

    Raises:
        UsageError: The file exists.
        LibraryReadOnly: It cannot be written.
    """
    if path.exists():
        raise UsageError(f"{path} exists: name a new file")
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    try:
        library.history_rows("VACUUM INTO ?", (str(temporary),))
        os.replace(temporary, path)
    except OSError as error:
        raise LibraryReadOnly(f"{path} cannot be written ({error.strerror})") from error


def restore(path: Path, folder: Path) -> Path | None:
    """Make the library in ``folder`` from a backup; a library that is there is kept aside.

    Returns:
        Where it is kept; None where there was none.

    Raises:
        LibraryDamaged: The file is not a backup, or is damaged; nothing is changed.
        LibraryTooNew: A newer version wrote it; nothing is changed.
        LibraryLocked: Another process is writing to the library there.
        LibraryReadOnly: The folder cannot be written.
    """
    _check(path)
    database, temporary = folder / DATABASE_NAME, folder / (DATABASE_NAME + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryReadOnly(f"{folder} cannot be written ({error.strerror})") from error
    lock = acquire_writer_lock(folder)
    try:
        # A restore that was killed may have left some.
        _remove(temporary)
        shutil.copyfile(path, temporary)
        _forget_identity(temporary)
        # While the old database is there: the new one must never find an index of it.
        LexicalIndex.discard(folder / LEXICAL_FOLDER)
        if (folder / VECTORS_FOLDER).exists():
            shutil.rmtree(folder / VECTORS_FOLDER)
        aside = _keep_aside(database)
        os.replace(temporary, database)
    except OSError as error:
        raise LibraryReadOnly(f"{folder} cannot be written ({error.strerror})") from error
    finally:
        with contextlib.suppress(OSError):
            _remove(temporary)
        lock.release()
    return aside


def _keep_aside(database: Path) -> Path | None:
    """Move a database to a name beside it that nothing has; None where there is no database."""
    number, aside = 1, database.with_name("before-restore.sqlite3")
    while any(os.path.lexists(file) for file in _with_beside(aside)):
        number += 1
        aside = database.with_name(f"before-restore-{number}.sqlite3")
    was_there = database.exists()
    # The write-ahead log belongs to the old file: move all of it, or neither is whole.
    for old, new in zip(_with_beside(database), _with_beside(aside), strict=True):
        if os.path.lexists(old):
            os.replace(old, new)
    return aside if was_there else None


def _remove(database: Path) -> None:
    for file in _with_beside(database):
        file.unlink(missing_ok=True)


def _with_beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + end) for end in ("", *_BESIDE)]


def _forget_identity(path: Path) -> None:
    """Make it another library: an index elsewhere that followed the original goes its own way."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute("DELETE FROM meta WHERE key = 'library_id'")
    except sqlite3.Error as error:
        raise LibraryDamaged(f"{path} is damaged ({error}): use another backup") from error
    finally:
        connection.close()


def _check(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"{path} is not a file: name one that `pullquote backup` made")
    try:
        connection = storage.open_database(path, read_only=True)
        try:
            identity = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise LibraryDamaged(f"{path} is not a backup, or is damaged ({error})") from error
    if identity != schema.APPLICATION_ID:
        raise LibraryDamaged(f"{path} is a database, but not a Pullquote library")
    if state != "ok":
        raise LibraryDamaged(f"{path} is damaged ({state}): use another backup")
    schema.check_version(version)
