"""The library's SQLite file: opening, transactions, the writer's lock."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from assistant.errors import LibraryDamaged, LibraryLocked, LibraryReadOnly, UsageError
from assistant.library import schema, storage

DATABASE_NAME = "library.sqlite3"
ASIDE_NAME = "before-restore"
"""How the names of libraries begin that a restore has kept aside."""
RESTORE_FOLDER = "restore.part"
"""Where a restore makes the database before it puts it in its place."""
MOST = 2**53
"""Highest id or generation: far beyond what is ever reached, far below what SQLite cannot count up."""
SQL_BATCH = 900
"""Most values in one ``IN (...)``; SQLite's own limit was 999 for long."""
MAX_DIM = 2**16
"""Most numbers in a vector."""


def acquire_writer_lock(folder: Path) -> Any:
    """The lock of whoever writes to the library in ``folder``, held until its ``release()``.

    Raises:
        LibraryLocked: Another process holds it; the message names it.
        LibraryReadOnly: The folder cannot be written.
    """
    import filelock

    owner_path = folder / "writer.json"
    lock = filelock.FileLock(folder / "writer.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        owner = storage.read_json(owner_path) or {}
        is_told = {"pid", "since"} <= owner.keys()
        who = f"process {owner['pid']} since {owner['since']}" if is_told else "another process"
        raise LibraryLocked(f"{who} is writing to {folder}: wait until it has finished") from error
    except OSError as error:
        raise LibraryReadOnly(
            f"{folder} cannot be written ({error.strerror}): check its rights"
        ) from error
    this = {"pid": os.getpid(), "since": storage.now(), "command": sys.argv[:1]}
    # It only names the writer to others: the lock holds without it.
    with contextlib.suppress(OSError):
        owner_path.write_text(json.dumps(this), "utf-8")
    return lock


class Database:
    """An open database of a library.

    Args:
        folder: Its folder; made where missing, unless ``read_only``.
        model_id: Id of the encoder whose vectors it holds.
        dim: Width of those vectors.
        read_only: Never write, not even caches.

    Raises:
        LibraryDamaged: The database fails its own checks.
        LibraryTooNew: It was written by a newer version.
        LibraryReadOnly: It has to be made or migrated, and cannot be written.
        UsageError: It holds vectors of another model.
    """

    def __init__(self, folder: Path, *, model_id: str, dim: int, read_only: bool = False) -> None:
        self.folder = folder
        self.dim = dim
        self.model_id = model_id
        self._lock = threading.RLock()
        self._writer_lock: Any = None
        self._writer_depth = 0
        self.read_only = read_only or (folder.exists() and not os.access(folder, os.W_OK))
        try:
            self._connection = self._connect()
            self._check_model()
        except sqlite3.DatabaseError as error:
            raise storage.translate(error, self.database_path) from error

    # Opening and closing

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE_NAME

    def _connect(self) -> sqlite3.Connection:
        path = self.database_path
        if self.read_only:
            if not path.exists():
                raise LibraryReadOnly(
                    f"{self.folder} has no library and cannot be written: choose another --library"
                )
            connection = storage.open_database(path, read_only=True)
        else:
            if not path.exists():
                self._make_file()
            connection = storage.open_database(path, read_only=False)
        try:
            self._check_schema(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_file(self) -> None:
        """An empty file for the database, in a folder for it, that only this user may read."""
        if self.folder.is_dir():
            beside = sorted(
                file.name
                for pattern in (f"{ASIDE_NAME}*", RESTORE_FOLDER, f"{DATABASE_NAME}.part")
                for file in self.folder.glob(pattern)
            )
            if beside:
                raise LibraryDamaged(
                    f"{self.folder} has no library, but {beside[0]}, which a restore left that was "
                    f"stopped: run `pullquote restore` again, with the backup or a {ASIDE_NAME} file"
                )
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite gives the files that it makes beside a database the rights of that.
            self.database_path.touch(mode=0o600)
        except OSError as error:
            raise LibraryReadOnly(
                f"{self.folder} cannot be made ({error.strerror}): choose another --library"
            ) from error

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        # One state of it: another process may be making the tables.
        connection.execute("BEGIN")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        schema.check_version(version)
        if version > 0:
            schema.check_definitions(connection, version, name=str(self.database_path))
        elif schema.stored_definitions(connection):
            raise LibraryDamaged(f"{self.database_path} is a database, but not a Pullquote library")
        connection.execute("COMMIT")
        if version < schema.SCHEMA_VERSION and not self.read_only:
            if version > 0:
                self._migrate_earlier(connection)
            else:
                schema.migrate(connection)

    def _migrate_earlier(self, connection: sqlite3.Connection) -> None:
        """Migrate a library of an earlier release; what it was is kept beside it."""
        lock = acquire_writer_lock(self.folder)
        try:
            # Until now another process may have been at it.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version < schema.SCHEMA_VERSION:
                kept = self.folder / f"before-version-{version + 1}.sqlite3"
                temporary = kept.with_suffix(".part")
                temporary.unlink(missing_ok=True)
                temporary.touch(mode=0o600)
                connection.execute("VACUUM INTO ?", (temporary.absolute().as_uri(),))
                os.replace(temporary, kept)
                schema.migrate(connection)
        finally:
            lock.release()

    def _check_model(self) -> None:
        stored = dict(self._rows("SELECT key, value FROM meta"))
        if not stored and not self._rows("SELECT 1 FROM articles LIMIT 1"):
            if not self.read_only:
                with self._transaction() as connection:
                    connection.executemany(
                        "INSERT OR IGNORE INTO meta VALUES (?, ?)",
                        [
                            ("model_id", self.model_id),
                            ("dim", str(self.dim)),
                            ("generation", "0"),
                        ],
                    )
            return
        model_id, dim = stored.get("model_id"), stored.get("dim")
        if model_id is None or dim is None or not is_count(stored.get("generation")):
            raise LibraryDamaged(
                f"{self.database_path} does not say what its vectors are: restore a backup"
            )
        if (model_id, dim) != (self.model_id, str(self.dim)):
            raise UsageError(
                f"the library at {self.folder} holds vectors of {model_id} ({dim}), not of "
                f"{self.model_id} ({self.dim}): open it with that model, or build another library"
            )

    def identity(self) -> str:
        """Id of this library, made when it is first asked for; a restored one gets another.

        Raises:
            LibraryReadOnly: There is none yet, and it cannot be written.
        """
        stored = self._meta("library_id")
        if stored is None:
            with self._transaction() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO meta VALUES ('library_id', ?)", (uuid.uuid4().hex,)
                )
            stored = self._meta("library_id")
            assert stored is not None
        return stored

    def close(self) -> None:
        """Close the database; the object cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Transactions and the writer's lock

    def _is_in_transaction(self) -> bool:
        # A closed connection does not say, and is in none.
        with contextlib.suppress(sqlite3.ProgrammingError):
            return self._connection.in_transaction
        return False

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self.read_only:
                raise LibraryReadOnly(
                    f"the library at {self.folder} cannot be written: copy it or change its rights"
                )
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    # A full disk makes SQLite roll back itself.
                    if self._is_in_transaction():
                        self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._is_in_transaction():
                    self._connection.execute("ROLLBACK")
                raise storage.translate(error, self.database_path) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; nested use in one process is fine.

        Raises:
            LibraryLocked: Another process holds it; the message names it.
            LibraryReadOnly: The folder cannot be written.
        """
        with self._lock:
            if self.read_only:
                raise LibraryReadOnly(
                    f"the library at {self.folder} cannot be written: copy it or change its rights"
                )
            if self._writer_depth == 0:
                self._writer_lock = acquire_writer_lock(self.folder)
            self._writer_depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._writer_depth -= 1
                if self._writer_depth == 0:
                    self._writer_lock.release()

    # Rows

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[None]:
        """One state of the database for several reads, whatever is written meanwhile."""
        with self._lock:
            if self._is_in_transaction():
                yield
                return
            try:
                self._connection.execute("BEGIN")
                try:
                    yield
                finally:
                    # Some errors make SQLite end the transaction itself.
                    if self._is_in_transaction():
                        self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._is_in_transaction():
                    self._connection.execute("ROLLBACK")
                raise storage.translate(error, self.database_path) from error

    def _meta(self, key: str) -> str | None:
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise storage.translate(error, self.database_path) from error
            except (OverflowError, UnicodeEncodeError):
                return []  # a number or a half character that no row can hold

    def _rows_in(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(values), SQL_BATCH):
            part = list(values[start : start + SQL_BATCH])
            found += self._rows(sql.format(",".join("?" * len(part))), part)
        return found


def is_count(value: str | None) -> bool:
    """Whether a value of ``meta`` is a number that can be counted up."""
    return (
        value is not None
        and len(value) <= len(str(MOST))
        and value.isascii()
        and value.isdigit()
        and int(value) < MOST
    )
