"""Checks of a whole library, and the repair of what is derived."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.errors import LibraryDamaged
from assistant.library import integrity, storage
from assistant.library.articles import Library
from assistant.library.caches import Caches
from assistant.library.ingest import recipe
from assistant.types import Article, DoctorReport
from embeddings.chunking import PassageSpan, embedding_text
from embeddings.encoder import Encoder
from embeddings.index import FaissIndex, VectorIndex

SAMPLE = 64
"""So many passages, from all over the library, are encoded again: about a second."""
SAME_COSINE = 0.999
"""From here on two vectors are of one text: half precision and another batch move them less."""
_BATCH = 512


def examine(
    library: Library, caches: Caches, encoder: Encoder, *, repair: bool, full: bool = False
) -> DoctorReport:
    """Check the database, the offsets, the hashes, the vectors and both indexes.

    Args:
        library: The library.
        caches: Its indexes.
        encoder: What its vectors were made with.
        repair: Make anew what is derived and wrong: vectors, and indexes that disagree with the
            database. An article that is damaged itself is made anew when its source is added again.
        full: Encode every passage again, not only some.
    """
    may_repair = repair and not library.read_only
    problems = [*integrity.problems_of_database(library), *integrity.problems_of_history(library)]
    repaired: list[str] = []
    sound = []
    for article_id in library.article_ids():
        found = integrity.problems_of_article(library, article_id)
        if not found:
            found = _problems_of_hashes(library.article(article_id), library)
        if not found:
            sound.append(article_id)
        elif may_repair:
            library.forget_state(article_id)
        problems += found
    wrong: list[str] = []
    of_indexes = caches.damage()
    try:
        wrong, index_differs = _wrong_vectors(library, caches, encoder, sound, full=full)
        if index_differs:
            of_indexes.append("vector index: its vectors are not those of the database")
        of_indexes += _missing(library, caches)
    except LibraryDamaged as error:
        # No index can be made of what cannot be read.
        problems.append(str(error))
        may_repair = False
    of_vectors = [f"article {i}: a vector is not the one of its text" for i in wrong]
    if may_repair and (of_vectors or of_indexes):
        with library.writing():
            for article_id in wrong:
                _encode_again(article_id, library, encoder)
            caches.rebuild()
        repaired = [f"made anew: {line}" for line in of_vectors + of_indexes]
    row = library.history_rows(
        "SELECT (SELECT COUNT(*) FROM articles), (SELECT COUNT(*) FROM paragraphs), "
        "(SELECT COUNT(*) FROM passages)"
    )[0]
    checked = dict(zip(("articles", "paragraphs", "passages"), row, strict=True))
    return DoctorReport(checked, tuple(problems + of_vectors + of_indexes), tuple(repaired))


def _problems_of_hashes(article: Article, library: Library) -> list[str]:
    content, state = library.hashes(article.id)
    if content != article.content_hash:
        return [f"article {article.id}: its text does not match its hash; add it again"]
    if state != storage.state_hash(article, recipe=recipe(library.model_id)):
        return [
            f"article {article.id}: its title, author, address, date, sections or metadata are not "
            "those that were read, or another version read it; add it again"
        ]
    return []


def _wrong_vectors(
    library: Library, caches: Caches, encoder: Encoder, articles: Sequence[str], *, full: bool
) -> tuple[list[str], bool]:
    """Articles with a vector that is not of its text, and whether the index has any other than ours.

    The index has a copy of every vector, with checksums of its own: where the two differ, and for
    some passages besides, the encoder says which is right.
    """
    differing = _differing(library, caches.vectors())
    known = frozenset(articles)
    rows = library.history_rows("SELECT id, article_id FROM passages ORDER BY id")
    ids = [row[0] for row in rows if row[1] in known]
    looked_at = ids if full else ids[:: max(1, len(ids) // SAMPLE)]
    wrong = {i: None for i in articles if not integrity.has_unit_vectors(library, i)}
    index_differs = False
    suspects = sorted({*looked_at, *(differing.keys() & set(ids))})
    for start in range(0, len(suspects), _BATCH):
        found = list(library.passages(suspects[start : start + _BATCH]).values())
        stored = library.exact_vectors(np.array([p.id for p in found]))
        made = encoder.encode_passages([embedding_text(p.title, p.text) for p in found])
        for passage, ours, right in zip(found, stored, made, strict=True):
            other = differing.get(passage.id)
            is_wrong = bool(ours @ right < SAME_COSINE)
            if other is not None:
                is_wrong |= bool(np.linalg.norm(other - right) < np.linalg.norm(ours - right))
                index_differs |= not is_wrong
            if is_wrong:
                wrong[passage.article_id] = None
    return list(wrong), index_differs


def _differing(library: Library, index: VectorIndex) -> dict[int, NDArray[np.float32]]:
    """Passages whose vector in the index is another than in the database, with that of the index."""
    found: dict[int, NDArray[np.float32]] = {}
    if isinstance(index, FaissIndex):
        for ids, rows in library.changed_vectors(-1):
            others = index.vectors(ids)
            for at in np.flatnonzero((rows != others).any(axis=1)):
                found[int(ids[at])] = others[at]
    return found


def _encode_again(article_id: str, library: Library, encoder: Encoder) -> None:
    found = library.passages_of(article_id)
    library.put(
        library.article(article_id),
        [PassageSpan(p.paragraph, p.start, p.end, 0) for p in found],
        encoder.encode_passages([embedding_text(p.title, p.text) for p in found]),
        state=library.state_hash(article_id) or "",
    )


def _missing(library: Library, caches: Caches) -> list[str]:
    problems = []
    expected = library.counts()["passages"]
    index = caches.vectors()
    if set(index.ids().tolist()) != set(library.all_passage_ids()):
        problems.append(f"vector index: {len(index)} passages instead of {expected}")
    lexical = caches.lexical()
    if lexical is None or len(lexical) != expected:
        count = 0 if lexical is None else len(lexical)
        problems.append(f"lexical index: {count} passages instead of {expected}")
    return problems
