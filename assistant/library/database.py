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
SQL_BATCH = 900
"""Most values in one ``IN (...)``; SQLite's own limit was 999 for long."""


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
        owner = storage.read_json(owner_path)
        who = f"process {owner['pid']} since {owner['since']}" if owner else "another process"
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
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryReadOnly(
                    f"{self.folder} cannot be made ({error.strerror}): choose another --library"
                ) from error
            connection = storage.open_database(path, read_only=False)
            # One state of it: another process may be making the tables.
            connection.execute("BEGIN")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            has_tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
            connection.execute("COMMIT")
            if version == 0 and has_tables:
                connection.close()
                raise LibraryDamaged(f"{path} is a database, but not a Pullquote library")
            if version < schema.SCHEMA_VERSION:
                schema.migrate(connection)
        schema.check_version(connection.execute("PRAGMA user_version").fetchone()[0])
        return connection

    def _check_model(self) -> None:
        stored = self._meta("model_id")
        if stored is None:
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
        elif stored != self.model_id:
            raise UsageError(
                f"the library at {self.folder} holds vectors of {stored}, not of {self.model_id}: "
                "open it with that model, or build another library"
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

    def _rows_in(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(values), SQL_BATCH):
            part = list(values[start : start + SQL_BATCH])
            found += self._rows(sql.format(",".join("?" * len(part))), part)
        return found
