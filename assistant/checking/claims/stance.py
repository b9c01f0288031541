"""What a sentence says of a claim: supports it, refutes it, or neither.

A multinomial logistic regression over what the two have in common and what differs, and over their
vectors, products and differences. It is meant for evidence that words the matter differently; where a
sentence says nearly the same words, :mod:`assistant.checking.claims.verdicts` compares them exactly.

Weights: ``stance.json``, fitted by ``python -m assistant.training.fit_stance`` on climate-fever
(Diggelmann et al., "CLIMATE-FEVER", 2020); what it reaches and what else was tried is in ``STANCE.md``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.differences import Comparison
from assistant.errors import ModelError
from assistant.types import Difference, Stance

STANCES = (Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL)
"""Order of the probabilities."""
WEIGHTS = Path(__file__).with_name("stance.json")


def log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the probabilities that rows of scores stand for."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float64)


def features_of(
    comparison: Comparison, *, cosine: float, sentence: str, claim: str
) -> NDArray[np.float64]:
    """What the regression sees of a pair beside the vectors, ``(18,)`` float64."""
    opposed = [d.about for d in comparison.departures if d.contradicts]
    denied = float(any(d.about is Difference.NEGATION for d in comparison.departures))
    return np.array(
        [
            cosine,
            comparison.coverage,
            comparison.back_coverage,
            comparison.in_order,
            opposed.count(Difference.NUMBER),
            comparison.missing_numbers,
            opposed.count(Difference.DATE),
            opposed.count(Difference.NAME) + opposed.count(Difference.PLACE),
            comparison.missing_names,
            denied,
            denied * comparison.coverage,
            comparison.opposites,
            comparison.claim_negations,
            comparison.source_negations,
            comparison.source_hedges - comparison.claim_hedges,
            np.log(1 + len(sentence)),
            np.log(1 + len(claim)),
            len(opposed) * comparison.coverage,
        ],
        dtype=np.float64,
    )


def inputs_of(
    features: NDArray[np.float64],
    claim_vector: NDArray[np.float32],
    sentence_vector: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Features, products, absolute differences and both vectors in one row."""
    return np.concatenate(
        [
            features,
            (claim_vector * sentence_vector).astype(np.float64),
            np.abs(claim_vector - sentence_vector).astype(np.float64),
            claim_vector.astype(np.float64),
            sentence_vector.astype(np.float64),
        ]
    )


@dataclass(frozen=True, slots=True)
class StanceModel:
    """The fitted regression."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    """``(3, n)`` in the order of :data:`STANCES`."""
    bias: NDArray[np.float64]
    offsets: NDArray[np.float64]
    """Added to the logarithms: evens the three labels out."""

    def probabilities(self, rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """``(n, 3)`` probabilities of pairs given as :func:`inputs_of`."""
        if not rows:
            return np.zeros((0, len(STANCES)))
        scaled = (np.stack(rows) - self.mean) / self.scale
        scores = log_softmax(scaled @ self.weights.T + self.bias)
        return np.exp(log_softmax(scores + self.offsets))


@lru_cache(maxsize=1)
def load_stance_model(path: Path = WEIGHTS) -> StanceModel:
    """The saved weights.

    Raises:
        ModelError: The file is missing or of another form.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
        names = ("mean", "scale", "weights", "bias", "offsets")
        mean, scale, weights, bias, offsets = (np.array(value[n], np.float64) for n in names)
        return StanceModel(mean, scale, weights, bias, offsets)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"the weights {path} cannot be used ({error}): reinstall") from error
