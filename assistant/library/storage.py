"""Rows of the library's database: how values are written, read, filtered, and errors translated."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import (
    LibraryClosed,
    LibraryDamaged,
    LibraryError,
    LibraryLocked,
    LibraryReadOnly,
)
from assistant.library.filters import check_dates
from assistant.types import Article, Filters
from embeddings.chunking import PassageSpan

STORED_DTYPE = np.float16
"""Vectors are kept in half precision: 768 bytes a passage, inner products within 1e-3."""
BUSY_TIMEOUT_S = 10.0
BUSY_POLL_S = 0.01
_clock, _wait = time.monotonic, time.sleep


def open_database(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit mode, shared between threads under the library's own lock."""
    connection = sqlite3.connect(
        database_uri(path, read_only=read_only),
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA foreign_keys = ON")
    # The file may come from anybody: what its schema names may not reach beyond it.
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if not read_only:
        _write_ahead(connection)
        # In WAL mode a killed process loses nothing; only a power cut may lose the last commits.
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn WAL mode on; where several processes do at once, SQLite fails without its usual wait."""
    deadline = _clock() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or _clock() >= deadline:
                raise
        else:
            return
        _wait(BUSY_POLL_S)


def database_uri(path: Path, *, read_only: bool) -> str:
    """What SQLite is told to open.

    Even to read a database in WAL mode it makes files beside it. Where it may not, the database is said
    to be immutable, unless a log there has changes that are not in it yet, or another process has it open.
    """
    uri = path.absolute().as_uri()
    if not read_only:
        return f"{uri}?mode=rwc"
    log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    is_whole = not log.exists() or (log.stat().st_size == 0 and not shared.exists())
    if is_whole and not os.access(path.parent, os.W_OK):
        return f"{uri}?mode=ro&immutable=1"
    return f"{uri}?mode=ro"


def translate(error: sqlite3.Error, path: Path) -> LibraryError:
    """The library's own error for one of SQLite's."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if isinstance(error, sqlite3.ProgrammingError) and "closed database" in str(error):
        return LibraryClosed(f"the library in {path.parent} was closed: open it again")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryLocked(f"{path} is locked by another process: try again in a moment")
    if name.startswith("SQLITE_FULL"):
        return LibraryReadOnly(
            f"the disk of {path} is full: make room; what was stored before is safe, "
            "the last step was taken back"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM")):
        return LibraryReadOnly(f"{path} cannot be opened or written ({error}): check its rights")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return LibraryDamaged(
            f"{path} is damaged ({error}): restore a backup, or move it away and add again"
        )
    return LibraryDamaged(f"{path} cannot be used ({error}): run `pullquote doctor`")


def state_hash(article: Article, *, recipe: str) -> str:
    """Digest of everything that is stored of an article and of how its passages are made.

    Args:
        article: The article.
        recipe: Names the chunking and embedding; another recipe makes every article changed.
    """
    state = [
        recipe,
        article.id,
        article.title,
        article.title_derived,
        article.text,
        article.url,
        article.source,
        article.site,
        article.author,
        article.published,
        article.language,
        article.format,
        article.linked_ids,
        article.metadata,
        [
            (p.start, p.end, p.section, p.language, p.kind, p.ai_generated, p.page)
            for p in article.paragraphs
        ],
    ]
    return hashlib.sha256(json.dumps(state, sort_keys=True, default=str).encode()).hexdigest()


def insert_article(
    connection: sqlite3.Connection, article: Article, *, generation: int, state: str
) -> None:
    """Insert an article with its paragraphs and links; passages come separately."""
    connection.execute(
        "INSERT INTO articles (id, title, title_derived, text, url, source, site, author, "
        "published, language, format, content_hash, state_hash, metadata, added_at, generation) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article.id,
            article.title,
            int(article.title_derived),
            article.text,
            article.url,
            article.source,
            article.site,
            article.author,
            article.published,
            article.language,
            article.format,
            article.content_hash,
            state,
            json.dumps(article.metadata, sort_keys=True),
            now(),
            generation,
        ),
    )
    connection.executemany(
        "INSERT INTO paragraphs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                article.id,
                position,
                p.start,
                p.end,
                p.section.value,
                p.language,
                p.kind.value,
                int(p.ai_generated),
                p.page,
            )
            for position, p in enumerate(article.paragraphs)
        ],
    )
    connection.executemany(
        "INSERT INTO links VALUES (?, ?, ?)",
        [(article.id, position, target) for position, target in enumerate(article.linked_ids)],
    )


def passage_row(
    article: Article, span: PassageSpan, *, generation: int, vector: NDArray[np.float16]
) -> tuple[Any, ...]:
    """Values of a row of ``passages``, without its id."""
    paragraph = article.paragraphs[span.paragraph]
    return (
        article.id,
        span.paragraph,
        span.start,
        span.end,
        paragraph.section.value,
        paragraph.language or article.language,
        int(paragraph.is_evidence),
        generation,
        vector.tobytes(),
    )


def vectors_from_blobs(blobs: Sequence[bytes], dim: int) -> NDArray[np.float32]:
    """Stored vectors as ``(n, dim)`` float32; zeros in place of one of another length."""
    if not blobs:
        return np.zeros((0, dim), dtype=np.float32)
    size = dim * np.dtype(STORED_DTYPE).itemsize
    whole = b"".join(blob if len(blob) == size else bytes(size) for blob in blobs)
    return np.frombuffer(whole, dtype=STORED_DTYPE).reshape(len(blobs), dim).astype(np.float32)


def where(filters: Filters) -> tuple[str, list[Any]]:
    """SQL condition and its values for passages ``p`` joined to articles ``a``.

    Raises:
        UsageError: A date is none.
    """
    check_dates(filters)
    conditions: list[str] = ["1"]
    values: list[Any] = []
    for column, wanted in (
        ("p.language", filters.languages),
        ("p.section", tuple(section.value for section in filters.sections)),
        ("p.article_id", filters.article_ids),
    ):
        if wanted:
            conditions.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    if filters.published_from:
        conditions.append("a.published >= ?")
        values.append(filters.published_from)
    if filters.published_to:
        # A date stands for its whole day: "2025-01-06T09:00" is not after "2025-01-06".
        conditions.append("substr(a.published, 1, ?) <= ?")
        values += [len(filters.published_to), filters.published_to]
    if filters.evidence_only:
        conditions.append("p.is_evidence = 1")
    return " AND ".join(conditions), values


def now() -> str:
    """The present moment, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file; None where there is none that can be read."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
