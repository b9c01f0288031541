"""The retrieval module: dense and lexical search, fused.

Both searches propose candidates; every candidate then gets *both* scores exactly (the missing cosines
from the stored vectors, the missing BM25 scores from a restricted search), so that fusion compares
like with like instead of guessing what lies below a cut-off.

Fusion adds standardised scores (convex combination; Bruch et al., "An Analysis of Fusion Functions for
Hybrid Retrieval", 2023, found it better than reciprocal ranks once the weight is tuned). Words
match only within a writing system, so a passage in another script than the question is not punished
for matching no word: between Latin and Arabic script names are compared by their consonants instead
(:mod:`assistant.language.sounds`), and where that says nothing the lexical score is taken to be as good as
the dense one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assistant.language.scripts import script_of, script_of_language
from assistant.language.sounds import can_compare, overlap_shares
from assistant.library import Library
from assistant.library.caches import Caches
from assistant.types import Filters, Hit, Passage
from embeddings.encoder import Encoder

CANDIDATES = 100
"""How many each of the two searches proposes."""
ATTEMPTS = 4
"""How often one query is searched at the most while another process replaces what it finds."""
SPOKEN_SPREAD = 3.0
"""What finding all of a query's names by sound is worth in standard deviations: as much as the best of a
hundred candidates usually has by BM25."""
RRF_K = 60
"""Cormack et al., "Reciprocal Rank Fusion outperforms Condorcet", 2009."""


class Fusion(StrEnum):
    """How the two rankings become one."""

    SCORES = "scores"
    RRF = "rrf"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """What can be tuned."""

    fusion: Fusion = Fusion.SCORES
    lexical_weight: float = 0.5
    """Weight of the standardised BM25 score relative to the dense one; .4 to 1 are alike on
    SQuADShifts' Wikipedia part (R@1 .825 to .830, dense alone .735, BM25 alone .794)."""
    candidates: int = CANDIDATES


DEFAULT_SETTINGS = RetrievalSettings()


@dataclass(slots=True)
class _Candidates:
    """Candidates of one query, column by column."""

    ids: list[int] = field(default_factory=list)
    dense: dict[int, float] = field(default_factory=dict)
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
    """Searches one library; thread-safe.

    Args:
        library: Where the passages are.
        caches: Its two indexes.
        encoder: The encoder whose vectors the library holds.
        settings: What can be tuned.
    """

    def __init__(
        self,
        library: Library,
        caches: Caches,
        encoder: Encoder,
        *,
        settings: RetrievalSettings = DEFAULT_SETTINGS,
    ) -> None:
        self._library = library
        self._caches = caches
        self._encoder = encoder
        self.settings = settings

    def search(self, query: str, *, k: int = 10, filters: Filters = Filters()) -> list[Hit]:  # noqa: B008 - frozen
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
        """:meth:`search` for many queries; encodes them together. One text is one query."""
        queries = [queries] if isinstance(queries, str) else queries
        asked = [query for query in queries if query.strip()]
        if not asked or k <= 0:
            return [[] for _ in queries]
        vectors = self._encoder.encode_queries(asked)
        allowed = _Allowed.now(self._library, filters)
        results = []
        for query, vector in zip(asked, vectors, strict=True):
            for attempt in range(1, ATTEMPTS + 1):
                hits, replaced = self._search_one(query, vector, k=k, allowed=allowed)
                if not replaced or attempt == ATTEMPTS:
                    break
                allowed = _Allowed.now(self._library, filters)
            results.append(hits)
        found = iter(results)
        return [next(found) if query.strip() else [] for query in queries]

    def _search_one(
        self, query: str, vector: NDArray[np.float32], *, k: int, allowed: _Allowed
    ) -> tuple[list[Hit], bool]:
        """Hits for one query, and whether others are missing that were replaced meanwhile."""
        depth = max(self.settings.candidates, k)
        found = self._candidates(query, vector, depth=depth, allowed=allowed.ids)
        passages = self._library.passages(found.ids)
        ids = [passage_id for passage_id in found.ids if passage_id in passages]
        # The vector index was in step with the database when it was searched. The lexical one may be
        # behind for as long as somebody writes: what it alone proposed and is gone says nothing.
        replaced = any(i not in passages for i in found.dense_ranks) or allowed.has_lost_any(
            self._library
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
            scores, ids = self._caches.vectors().search(vector[None], depth, allowed=allowed)
            for rank, (passage_id, score) in enumerate(zip(ids[0], scores[0], strict=True), 1):
                if passage_id >= 0:
                    found.dense[int(passage_id)] = float(score)
                    found.dense_ranks[int(passage_id)] = rank
        lexical = self._caches.lexical() if fusion is not Fusion.DENSE else None
        if lexical is not None:
            allowed_list = None if allowed is None else allowed.tolist()
            for rank, (passage_id, score) in enumerate(
                lexical.search(query, depth, allowed_ids=allowed_list), 1
            ):
                found.lexical[passage_id] = score
                found.lexical_ranks[passage_id] = rank
        found.ids = list(dict.fromkeys([*found.dense, *found.lexical]))
        if fusion is Fusion.SCORES and lexical is not None:
            only_dense = [i for i in found.ids if i not in found.lexical]
            if only_dense and len(found.lexical) >= depth:
                found.lexical.update(lexical.search(query, depth, allowed_ids=only_dense))
            only_lexical = np.array([i for i in found.ids if i not in found.dense], dtype=np.int64)
            if len(only_lexical):
                cosines = self._library.exact_vectors(only_lexical) @ vector
                found.dense.update(
                    zip(only_lexical.tolist(), (float(c) for c in cosines), strict=True)
                )
        return found

    def _fuse(self, query: str, passages: Sequence[Passage], found: _Candidates) -> list[float]:
        fusion = self.settings.fusion
        ids = [passage.id for passage in passages]
        if fusion is Fusion.DENSE:
            return [found.dense.get(i, -1.0) for i in ids]
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
        dense = np.array([found.dense.get(i, -1.0) for i in ids])
        lexical = np.array([found.lexical.get(i, 0.0) for i in ids])
        comparable = _shares_script(query, passages)
        fused = fuse_scores(
            dense,
            lexical,
            comparable=comparable,
            spoken=_sounds_alike(query, passages, ~comparable),
            lexical_weight=self.settings.lexical_weight,
        )
        return [float(score) for score in fused]


def fuse_scores(
    dense: NDArray[np.float64],
    lexical: NDArray[np.float64],
    *,
    comparable: NDArray[np.bool_],
    lexical_weight: float,
    spoken: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Weighted sum of standardised scores, in units of the dense scores' spread.

    Args:
        dense: ``(n,)`` cosines.
        lexical: ``(n,)`` BM25 scores, 0 where no word matches.
        comparable: ``(n,)`` whether the passage is written in the query's script.
        lexical_weight: Weight of the lexical score, 0 and up.
        spoken: ``(n,)`` what takes its place where ``comparable`` is false: the share, 0 to 1, of the
            query's names and numbers that are there by sound.

    Returns:
        ``(n,)`` fused scores; where nothing is comparable they order as ``dense`` does.
    """
    dense_z = _standardise(dense, dense)
    second_z = dense_z.copy()
    if comparable.any() and np.ptp(lexical[comparable]) > 0:
        second_z[comparable] = _standardise(lexical, lexical[comparable])[comparable]
    elsewhere = ~comparable
    if spoken is not None and elsewhere.any() and np.ptp(spoken[elsewhere]) > 0:
        # Centred on the cosines there, so that neither script gains on the other by it.
        second_z[elsewhere] = dense_z[elsewhere].mean() + SPOKEN_SPREAD * (
            spoken[elsewhere] - spoken[elsewhere].mean()
        )
    return dense_z + lexical_weight * second_z


def _sounds_alike(
    query: str, passages: Sequence[Passage], elsewhere: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Names that the query shares by sound with the passages of another script; 0 for the others."""
    scores = np.zeros(len(passages))
    script = script_of(query)
    places = [
        place
        for place in np.flatnonzero(elsewhere).tolist()
        if can_compare(script, script_of(passages[place].text))
    ]
    if places:
        texts = [f"{passages[place].title} {passages[place].text}" for place in places]
        scores[places] = overlap_shares(query, texts)
    return scores


def _standardise(values: NDArray[np.float64], sample: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(sample.std())
    result: NDArray[np.float64] = (values - sample.mean()) / (spread if spread > 0 else 1.0)
    return result


def _shares_script(query: str, passages: Sequence[Passage]) -> NDArray[np.bool_]:
    script = script_of(query)
    if script is None:
        # Digits only: they are written alike everywhere.
        return np.ones(len(passages), dtype=np.bool_)
    return np.array(
        [
            (script_of_language(passage.language) or script_of(passage.text)) in (script, None)
            for passage in passages
        ],
        dtype=np.bool_,
    )


def without_captions(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that may be evidence: captions of AI-generated images are left out."""
    return [hit for hit in hits if hit.passage.is_evidence]
