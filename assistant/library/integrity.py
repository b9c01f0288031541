"""What must hold of every row of a library, whoever wrote it.

``doctor`` asks it of the library at hand, ``restore`` of what it copied from a file that may come
from anybody. The types of the columns SQLite keeps itself, for every table is ``STRICT``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from assistant.errors import LibraryError
from assistant.library import Library
from assistant.library.database import MOST
from assistant.output.json import answer_from_json
from assistant.types import Answer, Article, Paragraph, Passage

NORM_TOLERANCE = 5e-3
"""Stored vectors are half-precision unit rows."""
MAX_NAME_CHARS = 8_000
"""Longest id, address, site, author, date, language or format: an address is the longest of them."""
MAX_TITLE_CHARS = 100_000
"""Longest title: every answer and list repeats it. Sources are cut far below."""


def problems_of_database(library: Library) -> Iterator[str]:
    """What is wrong with the file, its references and its numbers, a line each."""
    try:
        for check in ("integrity_check", "foreign_key_check"):
            for row in library.history_rows(f"PRAGMA {check}"):
                if row[0] != "ok":
                    told = row[0] if len(row) == 1 else f"a row of {row[0]} refers to nothing"
                    yield f"database: {told}"
        for table in ("passages", "conversations", "turns"):
            yield from _counted(
                library,
                f"{table}: %d ids are out of range",
                f"SELECT COUNT(*) FROM {table} WHERE id NOT BETWEEN 1 AND {MOST}",
            )
        for table in ("articles", "passages", "removed_passages"):
            yield from _counted(
                library,
                f"{table}: %d generations are out of range",
                f"SELECT COUNT(*) FROM {table} WHERE generation NOT BETWEEN 0 AND "
                "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation')",
            )
        yield from _counted(
            library,
            "copies: %d are of no original, or as alike as nothing can be",
            "SELECT COUNT(*) FROM copies WHERE original_id NOT IN (SELECT id FROM articles) "
            "OR original_id = article_id OR NOT similarity BETWEEN 0 AND 1",
        )
    except LibraryError as error:
        yield str(error)


def _counted(library: Library, problem: str, sql: str) -> Iterator[str]:
    count = library.history_rows(sql)[0][0]
    if count:
        yield problem % count


def problems_of_article(library: Library, article_id: str) -> list[str]:
    """What is wrong with an article, its paragraphs and its passages, a line each."""
    try:
        article = library.article(article_id)
        problems = [*_of_fields(article), *_of_paragraphs(article, library)]
        # What a passage is compared with has to be right first.
        return problems or list(_of_passages(article, library))
    except LibraryError as error:
        return [str(error)]


def has_unit_vectors(library: Library, article_id: str) -> bool:
    """Whether the vectors of an article's passages can be vectors of passages."""
    norms = np.linalg.norm(library.passage_vectors(article_id), axis=1)
    # Of what is no number, every comparison is false.
    return bool(np.all(np.abs(norms - 1.0) < NORM_TOLERANCE))


def _of_fields(article: Article) -> Iterator[str]:
    fields = {
        "id": article.id,
        "url": article.url,
        "source": article.source,
        "site": article.site,
        "author": article.author,
        "published": article.published,
        "language": article.language,
        "format": article.format,
    }
    for name, value in fields.items():
        if value is not None and len(value) > MAX_NAME_CHARS:
            yield f"article {article.id[:16]}: its {name} has {len(value)} characters; remove it"
    if len(article.title) > MAX_TITLE_CHARS:
        yield f"article {article.id[:16]}: its title has {len(article.title)} characters; remove it"
    if not article.id.strip():
        yield "an article has no id"


def _of_paragraphs(article: Article, library: Library) -> Iterator[str]:
    positions = library.history_rows(
        "SELECT position FROM paragraphs WHERE article_id = ? ORDER BY position", (article.id,)
    )
    if [row[0] for row in positions] != list(range(len(article.paragraphs))):
        yield f"article {article.id}: its paragraphs are not numbered one by one; add it again"
    last = 0
    for position, paragraph in enumerate(article.paragraphs):
        if not last <= paragraph.start < paragraph.end <= len(article.text):
            yield f"article {article.id}: paragraph {position} is out of place; add it again"
        if paragraph.page is not None and not 1 <= paragraph.page <= MOST:
            yield f"article {article.id}: paragraph {position} has no page {paragraph.page}"
        last = paragraph.end


def _of_passages(article: Article, library: Library) -> Iterator[str]:
    for passage in library.passages_of(article.id):
        if not 0 <= passage.paragraph < len(article.paragraphs):
            yield f"article {article.id}: passage {passage.id} has no paragraph; add it again"
        elif not _fits(passage, article.paragraphs[passage.paragraph], article):
            yield f"article {article.id}: passage {passage.id} leaves its paragraph; add it again"


def _fits(passage: Passage, paragraph: Paragraph, article: Article) -> bool:
    return (
        paragraph.start <= passage.start < passage.end <= paragraph.end
        and passage.section is paragraph.section
        and passage.is_evidence == paragraph.is_evidence
        and passage.language == (paragraph.language or article.language)
    )


def problems_of_history(library: Library) -> Iterator[str]:
    """What is wrong with the kept conversations, a line each."""
    for number, answer in library.history_rows("SELECT id, answer FROM turns ORDER BY id"):
        try:
            form = json.loads(answer)
            json.dumps(form, ensure_ascii=False).encode()
            is_sound = _is_of(answer_from_json(form), Answer)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            is_sound = False
        if not is_sound:
            yield f"turn {number} of the history is not an answer"


def _is_of(value: object, hint: Any) -> bool:
    """Whether a value is what a type says, all the way down."""
    inner = get_args(hint)
    if get_origin(hint) is UnionType:
        return any(_is_of(value, one) for one in inner)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_is_of(one, inner[0]) for one in value)
    if get_origin(hint) is dict:
        return isinstance(value, dict) and all(
            _is_of(key, inner[0]) and _is_of(one, inner[1]) for key, one in value.items()
        )
    if is_dataclass(hint):
        return isinstance(value, hint) and all(  # type: ignore[arg-type]
            _is_of(getattr(value, name), one) for name, one in get_type_hints(hint).items()
        )
    if hint is float:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    return type(value) is hint
