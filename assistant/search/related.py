"""Articles worth reading next: linked on the page, or telling the same story."""

from __future__ import annotations

import numpy as np

from assistant.library import Library
from assistant.library.caches import Caches
from assistant.types import RelatedArticle, RelatedWhy

SAME_STORY = 0.93
"""Cosine of mean passage vectors from which two articles tell one story: pairs on the seeds page lie
below, versions of one wire story above."""
PASSAGES_PER_ARTICLE = 12
"""How many nearest passages are looked at for each article wanted."""


def related_articles(
    library: Library, caches: Caches, article_id: str, *, k: int = 5
) -> list[RelatedArticle]:
    """Up to ``k`` articles related to one: those its page links first, then the nearest that tell the same story.

    Scores are cosines of the mean passage vectors, -1 to 1.

    Raises:
        ArticleNotFound: There is no such article.
    """
    article = library.article(article_id)
    mine = _mean(library.passage_vectors(article_id))
    linked = [other for other in article.linked_ids if library.has_article(other)]
    near: list[str] = []
    if mine is not None and len(linked) < k:
        _, ids = caches.vectors().search(mine[None], PASSAGES_PER_ARTICLE * k)
        passages = library.passages([int(i) for i in ids[0] if i >= 0])
        near = [passages[int(i)].article_id for i in ids[0] if int(i) in passages]
    candidates = list(dict.fromkeys([*linked, *near]))
    copies = library.originals([article_id, *candidates])
    family = copies.get(article_id, article_id)
    found = []
    titles = library.titles(candidates)
    for other in candidates:
        if other == article_id or other not in titles:
            continue
        theirs = _mean(library.passage_vectors(other))
        score = float(mine @ theirs) if mine is not None and theirs is not None else 0.0
        if other in linked:
            why = RelatedWhy.LINKED
        elif score >= SAME_STORY or copies.get(other, other) == family:
            why = RelatedWhy.SAME_STORY
        else:
            continue  # the nearest of a library may be about anything
        found.append(RelatedArticle(other, titles[other], score, why))
    found.sort(key=lambda item: (item.why is not RelatedWhy.LINKED, -item.score, item.article_id))
    return found[:k]


def _mean(
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
    if len(vectors) == 0:
        return None
    mean = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length > 0 else None
