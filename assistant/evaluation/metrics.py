"""Figures over predictions: ranking of what is answerable, calibration, risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ECE_BINS = 10


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties counting half; NaN without both.

    >>> auroc(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
    1.0
    """
    _, ranks, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.cumsum(counts) - (counts - 1) / 2
    wins = int(positive.sum())
    losses = len(positive) - wins
    if not wins or not losses:
        return float("nan")
    return float((means[ranks][positive].sum() - wins * (wins + 1) / 2) / (wins * losses))


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of like confidence."""

    count: int
    confidence: float
    """Their mean confidence."""
    accuracy: float
    """The share of them that was right."""


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.float64], *, bins: int = ECE_BINS
) -> tuple[Bin, ...]:
    """Predictions in bins of equal width, empty ones left out (Guo et al., 2017)."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return tuple(
        Bin(int(chosen.sum()), float(confidence[chosen].mean()), float(right[chosen].mean()))
        for place in range(bins)
        if (chosen := places == place).any()
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and accuracy, by bin size.

    >>> round(calibration_error([Bin(1, 0.9, 1.0), Bin(1, 0.3, 0.0)]), 3)
    0.2
    """
    total = sum(item.count for item in bins)
    if not total:
        return float("nan")
    return sum(item.count * abs(item.confidence - item.accuracy) for item in bins) / total


def label_f1(found: NDArray[np.int64], labels: NDArray[np.int64], label: int) -> float:
    """F1 of one label, 0 to 1; NaN where it is neither found nor there.

    >>> label_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 0)
    0.6666666666666666
    """
    both = float(((found == label) & (labels == label)).sum())
    total = float((found == label).sum() + (labels == label).sum())
    return 2 * both / total if total else float("nan")


def risk_coverage(
    confidence: NDArray[np.float64], quality: NDArray[np.float64], *, points: int = 20
) -> list[tuple[float, float]]:
    """Mean quality of the surest share of predictions, by share, ``points`` of them up to 1.

    >>> risk_coverage(np.array([0.9, 0.1]), np.array([1.0, 0.0]), points=2)
    [(0.5, 1.0), (1.0, 0.5)]
    """
    if not len(confidence):
        return []
    order = np.argsort(-confidence, kind="stable")
    means = np.cumsum(quality[order]) / np.arange(1, len(order) + 1)
    shares = [(point + 1) / points for point in range(points)]
    places = [max(1, round(share * len(order))) for share in shares]
    return [(s, float(means[place - 1])) for s, place in zip(shares, places, strict=True)]


def quality_at(curve: Sequence[tuple[float, float]], coverage: float) -> float:
    """The curve's value at a share that it has; NaN for an empty one."""
    return min(curve, key=lambda point: abs(point[0] - coverage))[1] if curve else float("nan")


def best_threshold(
    null_odds: NDArray[np.float64], quality: NDArray[np.float64], no_answer: NDArray[np.bool_]
) -> tuple[float, float]:
    """The best mean quality that any threshold gives, and the threshold, in hindsight.

    A question counts its quality while its null odds are at most the threshold; above it, "no answer"
    is given, which is right where there is none (``best_f1`` of the official SQuAD 2.0 script).
    """
    order = np.argsort(null_odds, kind="stable")
    gains = np.where(no_answer[order], 0.0, quality[order]) - no_answer[order]
    totals = np.concatenate([[0.0], np.cumsum(gains)]) + no_answer.sum()
    at = int(totals.argmax())
    return float(totals[at] / len(order)), float(null_odds[order[at - 1]]) if at else -1.0
