"""Checks of a whole library, and the repair of what is derived."""

from __future__ import annotations

import hashlib
import sqlite3

import numpy as np

from assistant.errors import LibraryError
from assistant.library.articles import Library
from assistant.library.caches import Caches
from assistant.types import Article, DoctorReport

NORM_TOLERANCE = 5e-3
"""Stored vectors are half-precision unit rows."""


def examine(library: Library, caches: Caches, *, repair: bool) -> DoctorReport:
    """Check the database, the offsets, the hashes, the vectors and both indexes.

    Args:
        library: The library.
        caches: Its indexes.
        repair: Rebuild indexes that disagree with the database.
    """
    problems = _check_database(library)
    repaired: list[str] = []
    checked = {"articles": 0, "paragraphs": 0, "passages": 0}
    for article_id in library.article_ids():
        article = library.article(article_id)
        checked["articles"] += 1
        checked["paragraphs"] += len(article.paragraphs)
        problems += _check_article(article, library)
        vectors = library.passage_vectors(article_id)
        checked["passages"] += len(vectors)
        norms = np.linalg.norm(vectors, axis=1)
        if len(norms) and not bool(np.all(np.abs(norms - 1.0) < NORM_TOLERANCE)):
            problems.append(f"article {article_id}: a vector is not of unit length; add it again")
    wrong = _check_caches(library, caches)
    problems += wrong
    if wrong and repair and not library.read_only:
        with library.writing():
            caches.rebuild()
        repaired += [f"rebuilt: {line}" for line in wrong]
    return DoctorReport(checked, tuple(problems), tuple(repaired))


def _check_database(library: Library) -> list[str]:
    try:
        rows = library.history_rows("PRAGMA integrity_check")
    except (LibraryError, sqlite3.Error) as error:
        return [str(error)]
    problems = [f"database: {row[0]}" for row in rows if row[0] != "ok"]
    rows = library.history_rows("PRAGMA foreign_key_check")
    return problems + [f"database: a row of {row[0]} refers to nothing" for row in rows]


def _check_article(article: Article, library: Library) -> list[str]:
    problems = []
    stored = library.history_rows("SELECT content_hash FROM articles WHERE id = ?", (article.id,))
    digest = "sha256:" + hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
    if stored[0][0] != digest:
        problems.append(f"article {article.id}: its text does not match its hash; add it again")
    last = 0
    for position, paragraph in enumerate(article.paragraphs):
        if not last <= paragraph.start < paragraph.end <= len(article.text):
            problems.append(f"article {article.id}: paragraph {position} is out of place")
        last = paragraph.end
    for passage in library.passages_of(article.id):
        paragraph = article.paragraphs[passage.paragraph]
        if not paragraph.start <= passage.start < passage.end <= paragraph.end:
            problems.append(f"article {article.id}: passage {passage.id} leaves its paragraph")
    return problems


def _check_caches(library: Library, caches: Caches) -> list[str]:
    problems = []
    expected = library.counts()["passages"]
    stored = set(library.all_passage_ids())
    index = caches.vectors()
    if set(index.ids().tolist()) != stored:
        problems.append(f"vector index: {len(index)} passages instead of {expected}")
    lexical = caches.lexical()
    if lexical is None or len(lexical) != expected:
        count = 0 if lexical is None else len(lexical)
        problems.append(f"lexical index: {count} passages instead of {expected}")
    return problems
