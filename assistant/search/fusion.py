"""Two rankings become one: how the scores of dense and lexical search are fused.

Both searches propose candidates; every candidate then gets *both* scores exactly (the missing cosines
from the stored vectors, the missing BM25 scores from a restricted search), so that fusion compares
like with like instead of guessing what lies below a cut-off.

Fusion adds standardised scores (convex combination; Bruch et al., "An Analysis of Fusion Functions for
Hybrid Retrieval", 2023, found it better than reciprocal ranks once the weight is tuned). Words
match only within a writing system, so a passage in another script than the question is not punished
for matching no word: in its place stands how far it is above the others of other scripts by its dense score, and,
between Latin and Arabic script, what its names share with the question's by their consonants
(:mod:`assistant.language.sounds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assistant.language.scripts import script_of, script_of_language
from assistant.language.sounds import can_compare, overlap_shares
from assistant.search.credits import is_credit
from assistant.types import Hit, Passage

CANDIDATES = 100
"""How many each of the two searches proposes."""
SPOKEN_SPREAD = 3.0
"""What finding all of a query's names by sound is worth in standard deviations: as much as the best of a
hundred candidates usually has by BM25."""


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
        spoken: ``(n,)`` what is added where ``comparable`` is false: the share, 0 to 1, of the
            query's names and numbers that are there by sound.

    Returns:
        ``(n,)`` fused scores; where nothing is comparable, and no name sounds alike, they order as ``dense`` does.
    """
    dense_z = _standardise(dense, dense)
    second_z = dense_z.copy()
    if comparable.any() and np.ptp(lexical[comparable]) > 0:
        second_z[comparable] = _standardise(lexical, lexical[comparable])[comparable]
    elsewhere = ~comparable
    if elsewhere.any():
        # Standardised among themselves, as the scores of words are, so that neither script gains on the other by it.
        second_z[elsewhere] = _standardise(dense, dense[elsewhere])[elsewhere]
    if spoken is not None and elsewhere.any() and np.ptp(spoken[elsewhere]) > 0:
        second_z[elsewhere] += SPOKEN_SPREAD * (spoken[elsewhere] - spoken[elsewhere].mean())
    return dense_z + lexical_weight * second_z


def sounds_alike(
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


def shares_script(query: str, passages: Sequence[Passage]) -> NDArray[np.bool_]:
    """``(n,)`` whether words of the query can match in each passage: both are written in one script."""
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
    """Hits that may be evidence: captions of AI-generated images, and picture credits, are left out."""
    return [hit for hit in hits if hit.passage.is_evidence and not is_credit(hit.passage.text)]
