"""Retrieval from an open library: search, filters, explanations, related articles, packed context.

Both searches propose candidates; every candidate then gets *both* scores exactly (see
:mod:`assistant.search.fusion`). Nothing here reads for an answer, and no reader is imported.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from assistant.language.inputs import checked_question, without_halves
from assistant.library import Library
from assistant.library.caches import Caches
from assistant.library.folders import INDEX_VARIABLE, default_folder
from assistant.search.explaining import Explanation, explain
from assistant.search.fusion import (
    DEFAULT_SETTINGS,
    Fusion,
    RetrievalSettings,
    fuse_scores,
    shares_script,
    sounds_alike,
    without_captions,
)
from assistant.search.languages import language_directions, without
from assistant.search.related import related_articles
from assistant.types import Article, ArticleSummary, Filters, Hit, Passage, RelatedArticle
from embeddings.encoder import Encoder
from embeddings.tokens import ENCODING as TOKEN_ENCODING

if TYPE_CHECKING:
    from assistant.reading.reranking import Reranker
    from assistant.search.packing import PackedContext

RELATED = 5
"""How many related articles are given unless another number is asked for."""
ATTEMPTS = 4
"""How often one query is searched at the most while another process replaces what it finds."""
RRF_K = 60
"""Cormack et al., "Reciprocal Rank Fusion outperforms Condorcet", 2009."""


@dataclass(slots=True)
class _Candidates:
    """Candidates of one query, column by column."""

    ids: list[int] = field(default_factory=list)
    dense: dict[int, float] = field(default_factory=dict)
    """Cosines."""
    neutral: dict[int, float] = field(default_factory=dict)
    """The same without what only tells languages apart; the cosines in a library of one language."""
    lexical: dict[int, float] = field(default_factory=dict)
    dense_ranks: dict[int, int] = field(default_factory=dict)
    lexical_ranks: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Ids of the passages that may be found, as of one state of the library; None: all."""

    ids: NDArray[np.int64] | None
    generation: int

    @classmethod
    def now(cls, library: Library, filters: Filters) -> _Allowed:
        # The generation first: what is changed in between is seen as a change, not missed.
        generation = library.generation
        if filters.is_empty:
            return cls(None, generation)
        return cls(np.array(library.passage_ids(filters), dtype=np.int64), generation)

    def has_lost_any(self, library: Library) -> bool:
        """Whether one of the ids was removed since; what took its place is not among them."""
        if self.ids is None or library.generation == self.generation:
            return False
        return bool(np.isin(library.removed_ids(self.generation), self.ids).any())


class Retriever:
    """Finds passages in one library, without reading them for an answer. Safe to use from several threads.

    >>> import tempfile
    >>> from assistant import Assistant, Filters
    >>> folder = tempfile.mkdtemp()
    >>> Assistant.open(folder).close()  # a new library, with the bundled articles
    >>> query = "representatives from 35 countries"
    >>> with Retriever.open(folder) as retriever:
    ...     hit = retriever.search(query, k=1, filters=Filters(languages=("en",)))[0]
    ...     words = retriever.explain(query, hit).matched
    ...     packed = retriever.pack(query, max_tokens=200)
    >>> words
    ('representatives', '35', 'countries')
    >>> packed.token_count <= 200
    True

    Args:
        library: The articles.
        encoder: What its vectors were made with.
        settings: How the searches are put together.
        index: Where the vectors are searched; None: beside the library.
        reranker: Orders the best passages anew; None for none.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        *,
        settings: RetrievalSettings = DEFAULT_SETTINGS,
        index: str | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.library = library
        self.caches = Caches(library, index=index)
        self.settings = settings
        self._encoder = encoder
        self._reranker = reranker
        self._directions: tuple[int, NDArray[np.float32] | None] = (-1, None)

    @classmethod
    def open(
        cls,
        folder: str | Path | None = None,
        *,
        model: str | None = None,
        index: str | None = None,
        rerank: str | None = None,
        read_only: bool = True,
    ) -> Self:
        """Open a library that is there.

        Args:
            folder: Its folder; None for the default library.
            model: Name or path of a sentence-transformers model; None for the bundled encoder.
            index: ``milvus://host:19530/collection`` to search the vectors there; None for
                ``PULLQUOTE_INDEX``, else beside the library.
            rerank: ``reader``, or a cross-encoder that orders the best passages anew; None for none.
            read_only: Never write, not even an index that is behind.

        Raises:
            LibraryError: The library cannot be used, or is not there.
            UsageError: It holds vectors of another model, or the index those of another library.
            ModelError: The model cannot be loaded.
        """
        from assistant.reading.models import load_encoder, load_reranker

        encoder = load_encoder(model)
        path = Path(os.path.expanduser(folder)) if folder is not None else default_folder()
        return cls(
            Library(path, model_id=encoder.id, dim=encoder.dim, read_only=read_only),
            encoder,
            index=index or os.environ.get(INDEX_VARIABLE) or None,
            reranker=load_reranker(rerank),
        )

    def prepare(self) -> None:
        """Load the models and indexes, so that the first query does not wait."""
        if self._is_filled():
            self.caches.vectors()
            self.caches.lexical()
        prepare = getattr(self._encoder, "prepare", None)
        if prepare is not None:
            prepare()
        if self._reranker is not None:
            self._reranker.prepare()

    # Searching

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[Hit]:
        """The best ``k`` passages for ``query``, best first; ties by passage id.

        Args:
            query: Any text, in any language; an empty one finds nothing.
            k: How many at the most.
            filters: Which passages may be found.
        """
        return self.search_batch([query], k=k, filters=filters)[0]

    def search_batch(
        self,
        queries: Sequence[str],
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[list[Hit]]:
        """:meth:`search` for many queries, encoded together. One text is one query.

        Raises:
            UsageError: One is too long.
        """
        queries = [queries] if isinstance(queries, str) else queries
        queries = [checked_question(query) for query in queries]
        if not self._is_filled():
            return [[] for _ in queries]
        reranker = self._reranker
        if reranker is None or k < 1:
            return self._search(queries, k=k, filters=filters)
        from assistant.reading.reranking import RERANKED

        found = self._search(queries, k=max(k, RERANKED), filters=filters)
        return [
            reranker.rerank(query, hits)[:k] for query, hits in zip(queries, found, strict=True)
        ]

    def explain(self, query: str, hit: Hit) -> Explanation:
        """Why a search for ``query`` found ``hit``: its ranks and scores, and the words that match."""
        return explain(query, hit, lexical=self.caches.lexical())

    def pack(
        self,
        question: str,
        *,
        max_tokens: int,
        encoding: str = TOKEN_ENCODING,
        k: int = 50,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> PackedContext:
        """Cited passages for ``question`` within a budget of tiktoken tokens, for any prompt.

        Args:
            question: What the passages are for.
            max_tokens: The budget, 1 or more.
            encoding: Name of a tiktoken encoding whose ranks are on this machine.
            k: How many passages are tried, best first.
            filters: Which passages may be packed.

        Raises:
            UsageError: The budget is less than 1, or the encoding is not on this machine.
        """
        from assistant.search.packing import pack

        hits = without_captions(self.search(question, k=k, filters=filters))
        return pack(hits, library=self.library, max_tokens=max_tokens, encoding=encoding)

    def related(self, article_id: str, *, k: int = RELATED) -> list[RelatedArticle]:
        """Up to ``k`` articles related to one.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return related_articles(self.library, self.caches, without_halves(article_id), k=k)

    # Articles

    def article(self, article_id: str) -> Article:
        """The article with that id.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return self.library.article(without_halves(article_id))

    def articles(
        self, *, limit: int | None = None, offset: int = 0, matching: str | None = None
    ) -> list[ArticleSummary]:
        """Articles without their texts, newest publication first."""
        return self.library.summaries(limit=limit, offset=offset, matching=matching)

    # Ending

    def close(self) -> None:
        """Close the library; the object cannot be used afterwards."""
        self.caches.close()
        self.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_filled(self) -> bool:
        return self.library.has_passages()

    def _search(self, queries: Sequence[str], *, k: int, filters: Filters) -> list[list[Hit]]:
        asked = [query for query in queries if query.strip()]
        if not asked or k <= 0:
            return [[] for _ in queries]
        vectors = self._encoder.encode_queries(asked)
        directions = self._language_directions()
        allowed = _Allowed.now(self.library, filters)
        results = []
        for query, vector in zip(asked, vectors, strict=True):
            for attempt in range(1, ATTEMPTS + 1):
                hits, replaced = self._search_one(
                    query, vector, k=k, allowed=allowed, directions=directions
                )
                if not replaced or attempt == ATTEMPTS:
                    break
                allowed = _Allowed.now(self.library, filters)
            results.append(hits)
        found = iter(results)
        return [next(found) if query.strip() else [] for query in queries]

    def _language_directions(self) -> NDArray[np.float32] | None:
        """What tells the library's languages apart, as of now; see :mod:`assistant.search.languages`."""
        generation = self.library.generation
        if self._directions[0] != generation:
            self._directions = generation, language_directions(self.library)
        return self._directions[1]

    def _search_one(
        self,
        query: str,
        vector: NDArray[np.float32],
        *,
        k: int,
        allowed: _Allowed,
        directions: NDArray[np.float32] | None,
    ) -> tuple[list[Hit], bool]:
        """Hits for one query, and whether others are missing that were replaced meanwhile."""
        depth = max(self.settings.candidates, k)
        neutral = vector if directions is None else without(vector, directions)
        found = self._candidates(query, neutral, depth=depth, allowed=allowed.ids)
        found.neutral = found.dense
        if directions is not None and self.settings.fusion is not Fusion.LEXICAL:
            exact = self.library.exact_vectors(np.array(found.ids, dtype=np.int64))
            found.dense = dict(zip(found.ids, (exact @ vector).tolist(), strict=True))
            found.neutral = dict(zip(found.ids, (exact @ neutral).tolist(), strict=True))
        passages = self.library.passages(found.ids)
        ids = [passage_id for passage_id in found.ids if passage_id in passages]
        # The vector index was in step with the database when it was searched. The lexical one may be
        # behind for as long as somebody writes: what it alone proposed and is gone says nothing.
        replaced = any(i not in passages for i in found.dense_ranks) or allowed.has_lost_any(
            self.library
        )
        if not ids:
            return [], replaced
        scores = self._fuse(query, [passages[i] for i in ids], found)
        order = sorted(range(len(ids)), key=lambda at: (-scores[at], ids[at]))
        return [
            Hit(
                passage=passages[ids[at]],
                score=scores[at],
                dense_score=found.dense.get(ids[at]),
                dense_rank=found.dense_ranks.get(ids[at]),
                lexical_score=found.lexical.get(ids[at]),
                lexical_rank=found.lexical_ranks.get(ids[at]),
            )
            for at in order[:k]
        ], replaced

    def _candidates(
        self,
        query: str,
        vector: NDArray[np.float32],
        *,
        depth: int,
        allowed: NDArray[np.int64] | None,
    ) -> _Candidates:
        found = _Candidates()
        fusion = self.settings.fusion
        if fusion is not Fusion.LEXICAL:
            scores, ids = self.caches.vectors().search(vector[None], depth, allowed=allowed)
            for rank, (passage_id, score) in enumerate(zip(ids[0], scores[0], strict=True), 1):
                if passage_id >= 0:
                    found.dense[int(passage_id)] = float(score)
                    found.dense_ranks[int(passage_id)] = rank
        lexical = self.caches.lexical() if fusion is not Fusion.DENSE else None
        if lexical is not None:
            for rank, (passage_id, score) in enumerate(
                lexical.search(query, depth, allowed_ids=allowed), 1
            ):
                found.lexical[passage_id] = score
                found.lexical_ranks[passage_id] = rank
        found.ids = list(dict.fromkeys([*found.dense, *found.lexical]))
        if fusion is Fusion.SCORES and lexical is not None:
            only_dense = [i for i in found.ids if i not in found.lexical]
            if only_dense and len(found.lexical) >= depth:
                found.lexical.update(lexical.search(query, depth, allowed_ids=sorted(only_dense)))
            only_lexical = np.array([i for i in found.ids if i not in found.dense], dtype=np.int64)
            if len(only_lexical):
                cosines = self.library.exact_vectors(only_lexical) @ vector
                found.dense.update(
                    zip(only_lexical.tolist(), (float(c) for c in cosines), strict=True)
                )
        return found

    def _fuse(self, query: str, passages: Sequence[Passage], found: _Candidates) -> list[float]:
        fusion = self.settings.fusion
        ids = [passage.id for passage in passages]
        if fusion is Fusion.DENSE:
            return [found.neutral.get(i, -1.0) for i in ids]
        if fusion is Fusion.LEXICAL:
            return [found.lexical.get(i, 0.0) for i in ids]
        if fusion is Fusion.RRF:
            return [
                sum(
                    1 / (RRF_K + ranks[i])
                    for ranks in (found.dense_ranks, found.lexical_ranks)
                    if i in ranks
                )
                for i in ids
            ]
        dense = np.array([found.neutral.get(i, -1.0) for i in ids])
        lexical = np.array([found.lexical.get(i, 0.0) for i in ids])
        comparable = shares_script(query, passages)
        fused = fuse_scores(
            dense,
            lexical,
            comparable=comparable,
            spoken=sounds_alike(query, passages, ~comparable),
            lexical_weight=self.settings.lexical_weight,
        )
        return [float(score) for score in fused]
