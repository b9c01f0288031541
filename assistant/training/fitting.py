"""The models of the calibration and how they are fitted: logistic ones, thresholds, figures by cross-validation.

What they are fitted on is collected by :mod:`assistant.training.calibrate`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.evaluation.metrics import auroc, calibration_error, reliability
from assistant.evaluation.report import RIGHT_F1
from assistant.evaluation.tasks import Setting
from assistant.training.evaluate import summarise_verdicts

CUT_TOLERANCE = 0.01
RIDGE = 1e-3
FOLDS = 5
MISLEADING = "misleading"
"""Setting of questions that their passage seems to answer and does not."""
LOCAL_WINDOW = 0.1
"""Width in probability of what counts as being at a threshold."""
ASKED = {
    Setting.PRESENT.value: 0.75,
    MISLEADING: 0.15,
    Setting.PARAGRAPH_REMOVED.value: 0.05,
    Setting.ARTICLE_REMOVED.value: 0.05,
}
"""Shares of the settings in what is asked of a library, as the probabilities take it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in one setting: its candidates and whether each is right."""

    article: str
    setting: str
    is_answerable: bool
    features: NDArray[np.float64]
    """``(candidates, features)``."""
    f1: NDArray[np.float64]
    """``(candidates,)``; 0 where there is no answer."""
    across: NDArray[np.bool_]
    """``(candidates,)``: whether the passage is in another script."""
    ranking: NDArray[np.float64]
    """``(passages, 3)``: fused score, margin, whether it is the question's own paragraph."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The models of spans within one script and across scripts."""

    weights: NDArray[np.float64]
    bias: float
    cross_weights: NDArray[np.float64]
    cross_bias: float
    cross_margin: float
    """What evens out the margins of unrelated passages across scripts."""

    def probabilities(self, one: Asked) -> NDArray[np.float64]:
        """Of each candidate, ``(candidates,)``."""
        within = one.features @ self.weights + self.bias
        crossing = one.features @ self.cross_weights + self.cross_bias
        return np.asarray(1 / (1 + np.exp(-np.where(one.across, crossing, within))))


def fit_sides(asked: Sequence[Asked]) -> Sides:
    """Rank spans by a model of each candidate, then scale it to be right about the first of each.

    In the second, the settings count as :data:`ASKED` says: misleading questions are half of what was
    written and a small part of what is asked.
    """
    fitted = []
    for is_across in (False, True):
        parts = [(a.features[side], a) for a in asked if (side := a.across == is_across).any()]
        right = [a.f1[a.across == is_across] >= RIGHT_F1 for _, a in parts]
        weights, _ = fit_logistic(
            np.concatenate([features for features, _ in parts]), np.concatenate(right).astype(float)
        )
        bests = [int((features @ weights).argmax()) for features, _ in parts]
        scores = [
            features[best] @ weights for (features, _), best in zip(parts, bests, strict=True)
        ]
        firsts = [float(hits[best]) for hits, best in zip(right, bests, strict=True)]
        scale, bias = fit_logistic(
            np.array(scores)[:, None], np.array(firsts), weight=_importance([a for _, a in parts])
        )
        fitted.append((weights * scale[0], bias))
    removed = [a for a in asked if a.setting == Setting.ARTICLE_REMOVED.value and len(a.f1)]
    margins = [
        np.median(
            [a.features[a.across == side, 0].max() for a in removed if (a.across == side).any()]
        )
        for side in (False, True)
    ]
    (weights, bias), (cross_weights, cross_bias) = fitted
    return Sides(weights, bias, cross_weights, cross_bias, float(margins[0] - margins[1]))


def _importance(asked: Sequence[Asked]) -> NDArray[np.float64]:
    """How much each question counts, 1 on average, so that settings have their share of :data:`ASKED`."""
    setting = np.array([one.setting for one in asked])
    weight = np.array([ASKED[name] / (setting == name).sum() for name in setting])
    return weight * len(asked) / weight.sum()


def first_answers(
    asked: Sequence[Asked], sides: Sides
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidate of each question; 0 and 0 without one."""
    confidence, f1 = np.zeros(len(asked)), np.zeros(len(asked))
    for place, one in enumerate(asked):
        if len(one.f1):
            chances = sides.probabilities(one)
            best = int(chances.argmax())
            confidence[place], f1[place] = chances[best], one.f1[best]
    return confidence, f1


def held_out_answers(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidates by models fitted without the article they are of."""
    names = sorted({one.article for one in asked})
    random.Random(0).shuffle(names)
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    confidence, f1 = np.zeros(len(asked)), np.zeros(len(asked))
    for fold in range(FOLDS):
        inside = [place for place, one in enumerate(asked) if fold_of[one.article] == fold]
        if inside:
            sides = fit_sides([one for one in asked if fold_of[one.article] != fold])
            confidence[inside], f1[inside] = first_answers([asked[p] for p in inside], sides)
    return confidence, f1


def _shares(asked: Sequence[Asked], unanswerable: float) -> NDArray[np.float64]:
    """Weights under which questions with their passage there, and misleading ones, are as users ask them."""
    present = np.array([one.setting == Setting.PRESENT.value for one in asked])
    misleading = np.array([one.setting == MISLEADING for one in asked])
    return np.asarray(
        present * (1 - unanswerable) / max(1, present.sum())
        + misleading * unanswerable / max(1, misleading.sum())
    )


def cut_at_precision(
    asked: Sequence[Asked],
    confidence: NDArray[np.float64],
    f1: NDArray[np.float64],
    *,
    precision: float,
    unanswerable: float,
    local: bool = False,
) -> float:
    """The lowest probability from which on so many answers are right.

    Args:
        asked: The questions.
        confidence: Of the best candidate of each.
        f1: Of it.
        precision: The least share of right ones.
        unanswerable: Share of the questions that have no answer.
        local: Of those at the threshold, not of all from it on.
    """
    weight = _shares(asked, unanswerable)
    right = weight * (f1 >= RIGHT_F1)
    for cut in np.linspace(0.05, 0.95, 91):
        chosen = confidence >= cut
        if local:
            chosen &= confidence < cut + LOCAL_WINDOW
        total = weight[chosen].sum()
        if total and right[chosen].sum() / total >= precision:
            return float(cut)
    return 0.95


def cut_at_declined(
    asked: Sequence[Asked], confidence: NDArray[np.float64], *, setting: str, share: float
) -> float:
    """The lowest probability under which so many questions of a setting stay.

    Args:
        asked: The questions.
        confidence: Of the best candidate of each.
        setting: Whose questions count.
        share: How many of them are to be declined.
    """
    scores = [c for one, c in zip(asked, confidence, strict=True) if one.setting == setting]
    return float(np.quantile(scores, share)) if scores else 0.0


def risk_table(
    asked: Sequence[Asked], confidence: NDArray[np.float64], f1: NDArray[np.float64]
) -> dict[str, object]:
    """Figures of models fitted without the article they are measured on, by setting and threshold."""
    setting = np.array([one.setting for one in asked])
    right = (f1 >= RIGHT_F1).astype(float)
    present = setting == Setting.PRESENT.value
    weight = _shares(asked, 1 / 6)
    cuts = {}
    for cut in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        given = confidence >= cut
        cuts[str(cut)] = {
            "answered": round(float(given[present].mean()), 3),
            "right": round(float((given & (right > 0))[present].mean()), 3),
            "precision": round(float((weight * right)[given].sum() / weight[given].sum()), 3),
            **{
                f"declined, {name}": round(float(1 - given[setting == name].mean()), 3)
                for name in (MISLEADING, *(s.value for s in Setting if s is not Setting.PRESENT))
                if (setting == name).any()
            },
        }
    users = present | (setting == MISLEADING)
    return {
        "present": int(present.sum()),
        "f1_forced": round(100 * float(f1[present].mean()), 2),
        "auroc_right": round(auroc(confidence[users], right[users] > 0), 4),
        "ece": round(calibration_error(reliability(confidence[users], right[users])), 4),
        "ece_present": round(
            calibration_error(reliability(confidence[present], right[present])), 4
        ),
        "cuts": cuts,
    }


def cross_validated(
    features: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities by logistic models fitted without the fold, ``(n,)``; every fold has rows of every set."""
    folds = np.arange(len(features)) % FOLDS
    found = np.zeros(len(features))
    for fold in range(FOLDS):
        weights, bias = fit_logistic(features[folds != fold], right[folds != fold])
        found[folds == fold] = 1 / (1 + np.exp(-(features[folds == fold] @ weights + bias)))
    return found


def fit_verdict(
    collected: dict[str, Any],
) -> tuple[tuple[float, NDArray[np.float64]], dict[str, object]]:
    """Temperature and offsets of the verdict's scores by likelihood, and figures per set.

    Our own claims, the likest to what users check, count as much as all others together.
    """
    scores, labels = collected["scores"].astype(float), collected["labels"]
    names = np.array(collected["names"])
    own = names == "own"
    weight = np.where(own, 0.5 / max(1, own.sum()), 0.5 / max(1, (~own).sum()))

    def loss(values: NDArray[np.float64]) -> float:
        scaled = scores / np.exp(values[0]) + np.array([values[1], values[2], 0.0])
        logs = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return float(-(weight * logs[np.arange(len(labels)), labels]).sum())

    found = minimize(loss, np.zeros(3), method="Nelder-Mead").x
    offsets = np.array([found[1], found[2], 0.0])
    temperature = float(np.exp(found[0]))
    scaled = scores / temperature + offsets
    chances = np.exp(scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True))
    right = (chances.argmax(1) == labels).astype(float)
    figures: dict[str, object] = {
        "claims": len(labels),
        "ece_own": round(calibration_error(reliability(chances[own].max(1), right[own])), 4),
        "own": summarise_verdicts(chances[own], labels[own]),
        "others": summarise_verdicts(chances[~own], labels[~own]),
    }
    cuts = {}
    for cut in (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9):
        given = chances[own, 0] >= cut
        true = labels[own] == 0
        cuts[str(cut)] = {
            "true supported": round(float(given[true].mean()), 3),
            "false supported": round(float(given[labels[own] == 1].mean()), 3),
            "undecided supported": round(float(given[labels[own] == 2].mean()), 3),
        }
    figures["supported at"] = cuts
    return (temperature, offsets), figures


def fit_reranking(asked: Sequence[Asked]) -> tuple[float, dict[str, float]]:
    """Weight of the reader's margin beside the fused score, and recall at 1 without and with it.

    The likeliest weight if the right passage is drawn with odds that grow with both (conditional logit,
    McFadden, 1974): recall itself changes in steps, and on a few hundred questions its best weight is luck.
    """
    rankings = [one.ranking for one in asked if one.ranking[:, 2].any()]
    spread = np.concatenate(rankings)[:, :2].std(0)
    spread[spread == 0] = 1.0

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for ranking in rankings:
            scaled = ranking[:, :2] / spread
            logits = scaled @ weights
            chances = np.exp(logits - logits.max())
            chances /= chances.sum()
            own = int(ranking[:, 2].argmax())
            value -= float(np.log(max(chances[own], 1e-300))) / len(rankings)
            gradient = gradient - (scaled[own] - chances @ scaled) / len(rankings)
        return value, gradient

    fitted = minimize(
        loss, np.ones(2), jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (0, None)]
    )
    score, margin = fitted.x / spread
    weight = float(margin / score)
    recalls = [
        float(np.mean([r[(r[:, 0] + w * r[:, 1]).argmax(), 2] for r in rankings]))
        for w in (0.0, weight)
    ]
    return weight, {"recall_at_1": round(recalls[0], 4), "reranked": round(recalls[1], 4)}


def fit_logistic(
    features: NDArray[np.float64],
    right: NDArray[np.float64],
    *,
    ridge: float = RIDGE,
    weight: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model, ridge on standardised features.

    Args:
        features: ``(n, d)``.
        right: ``(n,)`` of 0 and 1.
        ridge: Penalty on the squared weights, per example.
        weight: ``(n,)``, how much each counts, 1 on average; None: all alike.
    """
    counts = np.ones(len(right)) if weight is None else weight
    mean, spread = features.mean(0), features.std(0)
    spread[spread == 0] = 1.0
    scaled = (features - mean) / spread

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[:-1], values[-1]
        logits = scaled @ weights + bias
        error = counts * (1 / (1 + np.exp(-logits)) - right)
        value = counts * (np.logaddexp(0, logits) - right * logits)
        gradient = np.append(scaled.T @ error / len(right) + 2 * ridge * weights, error.mean())
        return float(value.mean() + ridge * weights @ weights), gradient

    found = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def best_cut(
    confidence: NDArray[np.float64], f1: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> float:
    """The threshold with the best F1 with abstention, as if half had an answer.

    The mean of all that come within :data:`CUT_TOLERANCE` of the best: the curve is flat there, and which point
    of it is highest is luck (.46 and .30 differed by half a point on 900 questions).
    """
    weight = np.where(answerable, 0.5 / max(1, answerable.sum()), 0.5 / max(1, (~answerable).sum()))
    cuts = np.linspace(0.02, 0.98, 97)
    gains = np.array(
        [(weight * np.where(confidence >= cut, f1 * answerable, ~answerable)).sum() for cut in cuts]
    )
    return float(cuts[gains >= gains.max() - CUT_TOLERANCE].mean())
