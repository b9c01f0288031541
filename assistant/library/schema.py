"""The database of a library: its tables, versions and migrations.

A change to the tables adds a migration at the end of ``MIGRATIONS`` and never edits an earlier one:
a library of any released version is brought up to date by running the ones that it lacks.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator

from assistant.errors import LibraryDamaged, LibraryTooNew

APPLICATION_ID = 0x50515445
"""``PQTE``: written into the file's header, so that another database is not mistaken for ours."""

_VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_derived INTEGER NOT NULL,
    text TEXT NOT NULL,
    url TEXT, source TEXT NOT NULL, site TEXT, author TEXT, published TEXT, language TEXT,
    format TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    state_hash TEXT NOT NULL,
    metadata TEXT NOT NULL,
    added_at TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_by_source ON articles (source);
CREATE INDEX articles_by_published ON articles (published);
CREATE TABLE paragraphs (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    section TEXT NOT NULL, language TEXT, kind TEXT NOT NULL,
    ai_generated INTEGER NOT NULL, page INTEGER,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    paragraph INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    section TEXT NOT NULL, language TEXT, is_evidence INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages (article_id);
CREATE INDEX passages_by_generation ON passages (generation);
CREATE TABLE removed_passages (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL) STRICT;
CREATE INDEX removed_by_generation ON removed_passages (generation);
CREATE TABLE links (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    target_id TEXT NOT NULL,
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE fingerprints (
    hash INTEGER NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (hash, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fingerprints_by_article ON fingerprints (article_id);
CREATE TABLE copies (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    original_id TEXT NOT NULL,
    similarity REAL NOT NULL
) STRICT;
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    title TEXT NOT NULL
) STRICT;
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX turns_by_conversation ON turns (conversation_id);
"""

_VERSION_2 = """
CREATE TABLE files (
    source TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    recipe TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2)
SCHEMA_VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, *, version: int | None = None) -> None:
    """Bring the database up to a version, one transaction per version.

    Args:
        connection: The database.
        version: Which; None: :data:`SCHEMA_VERSION`.

    Raises:
        LibraryTooNew: A newer version of this package wrote it; nothing is changed.
    """
    wanted = SCHEMA_VERSION if version is None else version
    while _version(connection) < wanted:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Only now is it sure: another process may have migrated meanwhile.
            reached = _version(connection)
            if reached < wanted:
                for statement in _statements(MIGRATIONS[reached]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {reached + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    check_version(_version(connection))


Definition = tuple[str, str, str, str | None]
"""A row of ``sqlite_master``: type, name, table, SQL."""


def definitions(version: int) -> frozenset[Definition]:
    """What the database of a library of that version consists of, byte for byte."""
    return _definitions(MIGRATIONS[:version])


@functools.cache
def _definitions(scripts: tuple[str, ...]) -> frozenset[Definition]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for script in scripts:
            for statement in _statements(script):
                connection.execute(statement)
        return stored_definitions(connection)


def stored_definitions(connection: sqlite3.Connection) -> frozenset[Definition]:
    """What a database consists of; nothing of it is run."""
    return frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def check_definitions(connection: sqlite3.Connection, version: int, *, name: str) -> None:
    """Refuse a database that has anything but our tables and indexes: a trigger in it would run.

    Args:
        connection: The database.
        version: What it says that its version is.
        name: Its file, for the message.

    Raises:
        LibraryDamaged: Something was added, changed or left out.
    """
    different = stored_definitions(connection) ^ definitions(version)
    if different:
        kind, what = min(different, key=lambda found: (found[0] != "trigger", found[1]))[:2]
        raise LibraryDamaged(
            f"{name} is not as Pullquote made it (the {kind} {what[:80]!r}): `pullquote restore` "
            "of this file makes a library of its articles and leaves the rest"
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would end the transaction first."""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def check_version(version: int) -> None:
    """Refuse a database of a newer version.

    Raises:
        LibraryTooNew: ``version`` is above :data:`SCHEMA_VERSION`.
    """
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(
            f"the library has schema {version}, this version knows up to {SCHEMA_VERSION}: "
            "upgrade pullquote"
        )
