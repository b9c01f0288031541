"""The library: the only place that writes articles.

One SQLite file is the truth: articles, paragraphs, passages with their vectors, links, history.
Beside it lie two caches, ``vectors/`` (FAISS) and ``lexical/`` (tantivy), each with the generation
of the database that it reflects. Every change of an article is one transaction that raises the
generation; a cache that is behind is caught up from the rows of later generations, or rebuilt.

Any number of processes may read; one at a time may write (``writer.lock``).
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ArticleNotFound, LibraryDamaged
from assistant.library import fingerprints, storage
from assistant.library.database import Database
from assistant.library.filters import check_dates
from assistant.library.lexical import LexicalDocument
from assistant.types import (
    Article,
    ArticleSummary,
    Filters,
    Paragraph,
    ParagraphKind,
    Passage,
    Section,
)
from embeddings.chunking import MAX_TITLE_CHARS, PassageSpan
from embeddings.vectors import NORM_LIMIT

ARTICLE_CACHE_SIZE = 256
_SECTIONS = frozenset(Section)

HEADING_REACH = 40
"""Paragraphs above a passage among which its heading is looked for."""

_PASSAGE_COLUMNS = (
    'p.id, p.article_id, p.paragraph, p.start, p."end", p.section, p.language, p.is_evidence, '
    "a.title, a.url, a.published, "
    # Cut out by SQLite: a search has passages of a hundred articles, and loading those whole takes
    # longer than all the rest of it.
    'substr(a.text, p.start + 1, p."end" - p.start), '
    '(SELECT substr(a.text, h.start + 1, h."end" - h.start) FROM paragraphs h '
    "WHERE h.article_id = p.article_id AND h.position < p.paragraph "
    f"AND h.position >= p.paragraph - {HEADING_REACH} AND h.kind = '{ParagraphKind.HEADING.value}' "
    f"AND h.section != '{Section.HEADLINE.value}' ORDER BY h.position DESC LIMIT 1)"
)


class Library(Database):
    """An open library: articles in and out. See :class:`~assistant.library.database.Database`."""

    def __init__(self, folder: Path, *, model_id: str, dim: int, read_only: bool = False) -> None:
        self._articles: OrderedDict[str, tuple[int, Article]] = OrderedDict()
        super().__init__(folder, model_id=model_id, dim=dim, read_only=read_only)

    # Articles

    def put(
        self,
        article: Article,
        spans: Sequence[PassageSpan],
        vectors: NDArray[np.float32],
        *,
        state: str,
    ) -> None:
        """Store an article with its passages in one transaction, replacing what had its id.

        Args:
            article: The article.
            spans: Its passages.
            vectors: ``(len(spans), dim)`` float32 unit rows.
            state: Its :func:`assistant.library.storage.state_hash`.

        Raises:
            ValueError: Spans and vectors do not match.
        """
        if vectors.shape != (len(spans), self.dim):
            raise ValueError(f"{len(spans)} passages, but vectors of shape {vectors.shape}")
        prints = fingerprints.fingerprint(article.text)
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            self._delete_article(connection, article.id, generation)
            storage.insert_article(connection, article, generation=generation, state=state)
            connection.executemany(
                'INSERT INTO passages (article_id, paragraph, start, "end", section, language, '
                "is_evidence, generation, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    storage.passage_row(article, span, generation=generation, vector=vector)
                    for span, vector in zip(
                        spans, vectors.astype(storage.STORED_DTYPE), strict=True
                    )
                ],
            )
            self._store_fingerprints(connection, article.id, prints)
        with self._lock:
            self._articles.pop(article.id, None)

    @staticmethod
    def _store_fingerprints(
        connection: sqlite3.Connection, article_id: str, prints: Sequence[int]
    ) -> None:
        if not prints:
            return
        marks = ",".join("?" * len(prints))
        row = connection.execute(
            f"SELECT article_id, COUNT(*) AS n FROM fingerprints WHERE hash IN ({marks}) "
            "GROUP BY article_id ORDER BY n DESC, article_id LIMIT 1",
            prints,
        ).fetchone()
        connection.executemany(
            "INSERT OR IGNORE INTO fingerprints VALUES (?, ?)",
            [(value, article_id) for value in prints],
        )
        if row is None:
            return
        other = connection.execute(
            "SELECT COUNT(*) FROM fingerprints WHERE article_id = ?", (row[0],)
        ).fetchone()[0]
        similarity = fingerprints.similarity(row[1], len(prints), other)
        if similarity >= fingerprints.NEAR_DUPLICATE:
            original = connection.execute(
                "SELECT original_id FROM copies WHERE article_id = ?", (row[0],)
            ).fetchone()
            connection.execute(
                "INSERT OR REPLACE INTO copies VALUES (?, ?, ?)",
                (article_id, original[0] if original else row[0], similarity),
            )

    def remove(self, *article_ids: str) -> None:
        """Remove articles and all that belongs to them, in one transaction.

        Raises:
            ArticleNotFound: One is not there; nothing is removed.
        """
        with self._transaction() as connection:
            generation = self._next_generation(connection)
            for article_id in article_ids:
                if not self._delete_article(connection, article_id, generation):
                    raise ArticleNotFound(
                        f"no article has the id {article_id!r}: see `pullquote list`"
                    )
        with self._lock:
            for article_id in article_ids:
                self._articles.pop(article_id, None)

    @staticmethod
    def _delete_article(connection: sqlite3.Connection, article_id: str, generation: int) -> bool:
        # After a restore, ids are given again that were removed before.
        connection.execute(
            "INSERT OR REPLACE INTO removed_passages SELECT id, ? FROM passages WHERE article_id = ?",
            (generation, article_id),
        )
        # Copies whose original goes, or changes, are of one text all the same: the first of them
        # becomes the original of the others.
        heir = connection.execute(
            "SELECT article_id FROM copies WHERE original_id = ? ORDER BY rowid LIMIT 1",
            (article_id,),
        ).fetchone()
        if heir is not None:
            connection.execute("DELETE FROM copies WHERE article_id = ?", heir)
            connection.execute(
                "UPDATE copies SET original_id = ? WHERE original_id = ?", (heir[0], article_id)
            )
        connection.execute(
            "DELETE FROM files WHERE source = (SELECT source FROM articles WHERE id = ?)",
            (article_id,),
        )
        cursor = connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        return cursor.rowcount > 0

    @staticmethod
    def _next_generation(connection: sqlite3.Connection) -> int:
        value = connection.execute(
            "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation' "
            "RETURNING CAST(value AS INTEGER)"
        ).fetchone()[0]
        return int(value)

    def article(self, article_id: str) -> Article:
        """The article with that id.

        Raises:
            ArticleNotFound: There is no such article.
        """
        with self._snapshot():
            rows = self._rows("SELECT generation FROM articles WHERE id = ?", (article_id,))
            if not rows:
                raise ArticleNotFound(f"no article has the id {article_id!r}: see `pullquote list`")
            generation = rows[0][0]
            cached = self._articles.get(article_id)
            if cached is not None and cached[0] == generation:
                self._articles.move_to_end(article_id)
                return cached[1]
            article = self._load_article(article_id)
            self._articles[article_id] = (generation, article)
            if len(self._articles) > ARTICLE_CACHE_SIZE:
                self._articles.popitem(last=False)
            return article

    def article_of(self, passage: Passage) -> Article | None:
        """The article of a passage; None where it was removed or replaced since the passage was found."""
        try:
            article = self.article(passage.article_id)
        except ArticleNotFound:
            return None
        return article if article.text[passage.start : passage.end] == passage.text else None

    def forget_state(self, article_id: str) -> None:
        """Have an article made anew when its source is added again, as if that had changed."""
        with self._transaction() as connection:
            connection.execute("UPDATE articles SET state_hash = '' WHERE id = ?", (article_id,))

    def recompute(self, article_id: str, *, recipe: str) -> None:
        """Compute the hashes and the fingerprint of a stored article from what is stored of it.

        A state that is not the one of its content becomes empty: adding its source makes it anew.

        Args:
            article_id: The article.
            recipe: See :func:`assistant.storage.state_hash`.
        """
        article = self.article(article_id)
        state = storage.state_hash(article, recipe=recipe)
        is_sound = (article.content_hash, state) == self.hashes(article_id)
        with self._transaction() as connection:
            connection.execute(
                "UPDATE articles SET content_hash = ?, state_hash = ? WHERE id = ?",
                (article.content_hash, state if is_sound else "", article_id),
            )
            connection.execute("DELETE FROM fingerprints WHERE article_id = ?", (article_id,))
            self._store_fingerprints(connection, article_id, fingerprints.fingerprint(article.text))

    def _load_article(self, article_id: str) -> Article:
        row = self._rows(
            "SELECT id, title, title_derived, text, url, source, site, author, published, "
            "language, format, metadata FROM articles WHERE id = ?",
            (article_id,),
        )[0]
        paragraphs = self._rows(
            'SELECT start, "end", section, language, kind, ai_generated, page '
            "FROM paragraphs WHERE article_id = ? ORDER BY position",
            (article_id,),
        )
        links = self._rows(
            "SELECT target_id FROM links WHERE article_id = ? ORDER BY position", (article_id,)
        )
        try:
            return Article(
                id=row[0],
                title=row[1],
                title_derived=bool(row[2]),
                text=row[3],
                url=row[4],
                source=row[5],
                site=row[6],
                author=row[7],
                published=row[8],
                language=row[9],
                format=row[10],
                metadata=dict(json.loads(row[11])),
                linked_ids=tuple(link[0] for link in links),
                paragraphs=tuple(
                    Paragraph(
                        p[0], p[1], Section(p[2]), p[3], ParagraphKind(p[4]), bool(p[5]), p[6]
                    )
                    for p in paragraphs
                ),
            )
        except (ValueError, TypeError, RecursionError) as error:
            raise LibraryDamaged(
                f"article {article_id} is damaged ({error}): remove it and add it again"
            ) from error

    def has_article(self, article_id: str) -> bool:
        """Whether an article has that id."""
        return bool(self._rows("SELECT 1 FROM articles WHERE id = ?", (article_id,)))

    def state_hash(self, article_id: str) -> str | None:
        """What ``put`` was given as state for the stored article, None where there is none."""
        rows = self._rows("SELECT state_hash FROM articles WHERE id = ?", (article_id,))
        return rows[0][0] if rows else None

    def hashes(self, article_id: str) -> tuple[str, str]:
        """What is stored as content hash and state of an article that is there."""
        return self._rows(
            "SELECT content_hash, state_hash FROM articles WHERE id = ?", (article_id,)
        )[0]

    def summaries(
        self, *, limit: int | None = None, offset: int = 0, matching: str | None = None
    ) -> list[ArticleSummary]:
        """Articles without their texts, newest publication first, then in the order added.

        Args:
            limit: How many at the most.
            offset: How many to skip.
            matching: Only titles, sources or ids that contain this, ignoring case.
        """
        where, values = "", []
        if matching:
            where = (
                "WHERE a.title LIKE ? ESCAPE '\\' OR a.source LIKE ? ESCAPE '\\' OR a.id LIKE ? "
            )
            escaped = matching.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
            values = [f"%{escaped}%"] * 3
        rows = self._rows(
            "SELECT a.id, a.title, a.title_derived, a.url, a.source, a.site, a.author, "
            "a.published, a.language, a.format, a.content_hash, "
            "(SELECT COUNT(*) FROM passages p WHERE p.article_id = a.id), a.added_at "
            f"FROM articles a {where}"
            "ORDER BY a.published IS NULL, a.published DESC, a.rowid LIMIT ? OFFSET ?",
            (*values, -1 if limit is None else limit, offset),
        )
        return [ArticleSummary(r[0], r[1], bool(r[2]), *r[3:]) for r in rows]

    def article_ids(self, *, source: str | None = None) -> list[str]:
        """Ids of all articles, or of those that came from ``source``."""
        if source is None:
            return [row[0] for row in self._rows("SELECT id FROM articles ORDER BY rowid")]
        return [
            row[0]
            for row in self._rows(
                "SELECT id FROM articles WHERE source = ? ORDER BY rowid", (source,)
            )
        ]

    def article_ids_below(self, prefix: str) -> list[str]:
        """Ids of the articles whose source begins with ``prefix``."""
        query = "SELECT id FROM articles WHERE substr(source, 1, ?) = ? ORDER BY rowid"
        return [row[0] for row in self._rows(query, (len(prefix), prefix))]

    def file_stamp(self, source: str, *, recipe: str) -> str | None:
        """The stamp of a file whose articles are all here, made by the same recipe; else None."""
        rows = self._rows(
            "SELECT stamp FROM files f WHERE source = ? AND recipe = ? "
            "AND EXISTS (SELECT 1 FROM articles WHERE source = f.source) "
            "AND NOT EXISTS (SELECT 1 FROM articles WHERE source = f.source AND state_hash = '')",
            (source, recipe),
        )
        return rows[0][0] if rows else None

    def keep_file_stamps(self, stamps: Mapping[str, str], *, recipe: str) -> None:
        """Keep how files looked when all that is in them was stored.

        Args:
            stamps: By source; see :class:`assistant.sources.reading.FileState`.
            recipe: By which their articles are made.
        """
        if stamps:
            with self._transaction() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?)",
                    [(source, stamp, recipe) for source, stamp in stamps.items()],
                )

    def titles(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Titles by article id; unknown ids are left out."""
        return dict(self._rows_in("SELECT id, title FROM articles WHERE id IN ({})", article_ids))

    def originals(self, article_ids: Sequence[str]) -> dict[str, str]:
        """For articles that are near-copies of another: the id of that other."""
        return dict(
            self._rows_in(
                "SELECT article_id, original_id FROM copies WHERE article_id IN ({})", article_ids
            )
        )

    # Passages

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Passages by id; ids that are no longer there are left out."""
        with self._snapshot():
            rows = self._rows_in(
                f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN articles a ON a.id = p.article_id "
                "WHERE p.id IN ({})",
                [int(i) for i in ids],
            )
            return {row[0]: self._passage(row) for row in rows}

    def passages_of(self, article_id: str) -> list[Passage]:
        """Passages of an article, in order."""
        with self._snapshot():
            rows = self._rows(
                f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN articles a ON a.id = p.article_id "
                "WHERE p.article_id = ? ORDER BY p.id",
                (article_id,),
            )
            return [self._passage(row) for row in rows]

    def _passage(self, row: tuple[Any, ...]) -> Passage:
        text = row[11]
        if len(text) != row[4] - row[3]:
            # SQLite's substr ends at a NUL, and there may be one in a text.
            text = self.article(row[1]).text[row[3] : row[4]]
        if row[5] not in _SECTIONS:
            raise LibraryDamaged(
                f"passage {row[0]} is damaged (section {row[5]!r}): run `pullquote doctor`"
            )
        return Passage(
            id=row[0],
            article_id=row[1],
            paragraph=row[2],
            start=row[3],
            end=row[4],
            text=text,
            section=Section(row[5]),
            language=row[6],
            is_evidence=bool(row[7]),
            title=row[8],
            url=row[9],
            published=row[10],
            heading=row[12],
        )

    def passage_ids(self, filters: Filters) -> list[int]:
        """Ids of the passages that pass ``filters``, ascending."""
        where, values = storage.where(filters)
        return [
            row[0]
            for row in self._rows(
                "SELECT p.id FROM passages p JOIN articles a ON a.id = p.article_id "
                f"WHERE {where} ORDER BY p.id",
                values,
            )
        ]

    def passage_vectors(self, article_id: str) -> NDArray[np.float32]:
        """Vectors of an article's passages, ``(n, dim)`` float32, in order."""
        rows = self._rows(
            "SELECT vector FROM passages WHERE article_id = ? ORDER BY id", (article_id,)
        )
        return storage.vectors_from_blobs([row[0] for row in rows], self.dim)

    def exact_vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of passages by id, ``(n, dim)`` float32; zero rows where an id is gone."""
        found = dict(
            self._rows_in("SELECT id, vector FROM passages WHERE id IN ({})", [int(i) for i in ids])
        )
        blank = bytes(self.dim * np.dtype(storage.STORED_DTYPE).itemsize)
        return storage.vectors_from_blobs([found.get(int(i), blank) for i in ids], self.dim)

    def sampled_vectors(self, count: int) -> tuple[list[str | None], NDArray[np.float32]]:
        """Languages and ``(n, dim)`` float32 vectors of up to ``count`` passages, from all of the library evenly."""
        last = self._rows("SELECT MAX(id) FROM passages", ())[0][0] or 0
        ids = sorted(set(np.linspace(1, max(last, 1), num=count).astype(np.int64).tolist()))
        rows = self._rows_in("SELECT language, vector FROM passages WHERE id IN ({})", ids)
        return [row[0] for row in rows], storage.vectors_from_blobs(
            [row[1] for row in rows], self.dim
        )

    # What the caches are caught up from

    @property
    def generation(self) -> int:
        """Number of changes so far."""
        return int(self._meta("generation") or 0)

    def changed_vectors(
        self, since: int, *, batch: int = 5_000
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Passages stored after generation ``since``, as batches of ids and vectors."""
        last = 0
        while True:
            rows = self._rows(
                "SELECT id, vector FROM passages WHERE generation > ? AND id > ? "
                "ORDER BY id LIMIT ?",
                (since, last, batch),
            )
            if not rows:
                return
            last = rows[-1][0]
            ids = np.array([row[0] for row in rows], dtype=np.int64)
            vectors = storage.vectors_from_blobs([row[1] for row in rows], self.dim)
            # No index takes such a one. The others are found all the same, and doctor finds this.
            vectors[~(np.linalg.norm(vectors, axis=1) <= NORM_LIMIT)] = 0
            yield ids, vectors

    def changed_count(self, since: int) -> int:
        """How many passages were stored after generation ``since``."""
        return int(self._rows("SELECT COUNT(*) FROM passages WHERE generation > ?", (since,))[0][0])

    def changed_documents(
        self, since: int, *, batch: int = 5_000
    ) -> Iterator[list[LexicalDocument]]:
        """Passages stored after generation ``since``, as batches for the lexical index."""
        last = 0
        while True:
            rows = self._rows(
                'SELECT p.id, substr(a.title, 1, ?), substr(a.text, p.start + 1, p."end" - p.start) '
                "FROM passages p JOIN articles a ON a.id = p.article_id "
                "WHERE p.generation > ? AND p.id > ? ORDER BY p.id LIMIT ?",
                (MAX_TITLE_CHARS, since, last, batch),
            )
            if not rows:
                return
            last = rows[-1][0]
            yield [LexicalDocument(*row) for row in rows]

    def removed_ids(self, since: int) -> list[int]:
        """Ids of passages removed after generation ``since``."""
        return [
            row[0]
            for row in self._rows(
                "SELECT id FROM removed_passages WHERE generation > ? ORDER BY id", (since,)
            )
        ]

    def all_passage_ids(self) -> list[int]:
        """Ids of all passages, ascending."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY id")]

    def counts(self) -> dict[str, int]:
        """Numbers of articles and passages."""
        row = self._rows("SELECT (SELECT COUNT(*) FROM articles), (SELECT COUNT(*) FROM passages)")[
            0
        ]
        return {"articles": row[0], "passages": row[1]}

    def has_passages(self) -> bool:
        """Whether there is anything to be searched; counting a million passages takes milliseconds."""
        return bool(self._rows("SELECT 1 FROM passages LIMIT 1"))

    def has_language(self, code: str) -> bool:
        """Whether a passage is in the language of that code."""
        return bool(self._rows("SELECT 1 FROM passages WHERE language = ? LIMIT 1", (code,)))

    def undated_count(self, filters: Filters) -> int:
        """How many articles only the dates of ``filters`` leave out, for they have none.

        Raises:
            UsageError: A date is none.
        """
        if not filters.published_from and not filters.published_to:
            return 0
        check_dates(filters)
        condition, values = storage.where(replace(filters, published_from=None, published_to=None))
        rows = self._rows(
            "SELECT COUNT(DISTINCT p.article_id) FROM articles a "
            "JOIN passages p ON p.article_id = a.id "
            f"WHERE a.published IS NULL AND {condition}",
            values,
        )
        return int(rows[0][0])

    # History

    def execute_history(self, sql: str, values: Sequence[Any]) -> int:
        """Run one statement on the history tables; gives the id of the row it inserted."""
        with self._transaction() as connection:
            return int(connection.execute(sql, values).lastrowid or 0)

    def history_rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the history tables."""
        return self._rows(sql, values)
