"""Backups: one file that holds a whole library, and back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from assistant import schema, storage
from assistant.caches import LEXICAL_FOLDER, VECTORS_FOLDER
from assistant.database import DATABASE_NAME
from assistant.errors import LibraryDamaged, LibraryReadOnly, UsageError
from assistant.library import Library


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


def restore(path: Path, folder: Path) -> None:
    """Make the library in ``folder`` from a backup; a library that is there is kept aside.

    Raises:
        LibraryDamaged: The file is not a backup, or is damaged; nothing is changed.
        LibraryTooNew: A newer version wrote it; nothing is changed.
        LibraryReadOnly: The folder cannot be written.
    """
    _check(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / (DATABASE_NAME + ".part")
        shutil.copyfile(path, temporary)
        _forget_identity(temporary)
        database = folder / DATABASE_NAME
        if database.exists():
            # The write-ahead log belongs to the old file: move all of it, or neither is whole.
            for suffix in ("", "-wal", "-shm"):
                old = folder / (DATABASE_NAME + suffix)
                if old.exists():
                    os.replace(old, folder / f"before-restore.sqlite3{suffix}")
        os.replace(temporary, database)
        for cache in (VECTORS_FOLDER, LEXICAL_FOLDER):
            shutil.rmtree(folder / cache, ignore_errors=True)
    except OSError as error:
        raise LibraryReadOnly(f"{folder} cannot be written ({error.strerror})") from error


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
