"""The models of the calibration and how they are fitted: logistic ones, thresholds, figures by cross-validation.

What they are fitted on is collected by :mod:`assistant.training.calibrate`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.evaluation.metrics import auroc, calibration_error, reliability
from assistant.evaluation.report import RIGHT_F1
from assistant.evaluation.tasks import Setting
from assistant.reading.calibration import CrossScript

CUT_TOLERANCE = 0.01
RIDGE = 1e-3
FOLDS = 5
STRANGER = "stranger"
"""Setting of questions that the library, in another script, has nothing on."""


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
    ranking: NDArray[np.float64]
    """``(passages, 3)``: fused score, margin, whether it is the question's own paragraph."""


def fit_cross_script(
    asked: Sequence[Asked], across: Sequence[Asked]
) -> tuple[CrossScript, dict[str, float]]:
    """The model of spans across scripts, and figures cross-validated over articles.

    Args:
        asked: Within one script.
        across: From :func:`assistant.training.calibrate.ask_across`; the shares of words, which cannot match,
            are left out of the model.
    """
    across = [replace(one, features=np.nan_to_num(one.features)) for one in across]
    for one in across:
        one.features[:, -2:] = 0.0
    weights, bias = fit_library(across)
    removed = [a for a in asked if a.setting == Setting.ARTICLE_REMOVED.value and len(a.f1)]
    strangers = [a for a in across if a.setting == STRANGER]
    same, other = (
        float(np.median([a.features[0, 0] for a in group])) for group in (removed, strangers)
    )
    confidence, f1 = held_out_answers(across)
    right = (f1 >= RIGHT_F1).astype(float)
    figures = {
        "questions": float(len(across)),
        "right": round(float(right[[one.is_answerable for one in across]].mean()), 4),
        "auroc": round(auroc(confidence, right > 0), 4),
        "ece": round(calibration_error(reliability(confidence, right)), 4),
    }
    return CrossScript(tuple(weights.tolist()), bias, same - other), figures


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
    features: NDArray[np.float64], right: NDArray[np.float64], *, ridge: float = RIDGE
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model, ridge on standardised features.

    Args:
        features: ``(n, d)``.
        right: ``(n,)`` of 0 and 1.
        ridge: Penalty on the squared weights, per example.
    """
    mean, spread = features.mean(0), features.std(0)
    spread[spread == 0] = 1.0
    scaled = (features - mean) / spread

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[:-1], values[-1]
        logits = scaled @ weights + bias
        error = 1 / (1 + np.exp(-logits)) - right
        value = np.logaddexp(0, logits) - right * logits
        gradient = np.append(scaled.T @ error / len(right) + 2 * ridge * weights, error.mean())
        return float(value.mean() + ridge * weights @ weights), gradient

    found = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def fit_library(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], float]:
    """Rank spans by a model of each candidate, then scale it to be right about the first of each.

    The scale leaves rule-made questions out: they teach the ranking what misleads, but nobody asks one for
    every two earnest questions, and with them the probabilities of those came out too low (first seen on squad2-dev).
    """
    features = np.concatenate([a.features for a in asked])
    right = np.concatenate([a.f1 >= RIGHT_F1 for a in asked]).astype(float)
    weights, _ = fit_logistic(features, right)
    scores, firsts = [], []
    for one in asked:
        if len(one.f1) and one.setting != "rule":
            values = one.features @ weights
            best = int(values.argmax())
            scores.append(values[best])
            firsts.append(float(one.f1[best] >= RIGHT_F1))
    scale, bias = fit_logistic(np.array(scores)[:, None], np.array(firsts))
    return weights * scale[0], bias


def first_answers(
    asked: Sequence[Asked], weights: NDArray[np.float64], bias: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidate of each question; 0 and 0 without one."""
    confidence, f1 = [], []
    for one in asked:
        if not len(one.f1):
            confidence.append(0.0)
            f1.append(0.0)
            continue
        logits = one.features @ weights + bias
        best = int(logits.argmax())
        confidence.append(1 / (1 + np.exp(-logits[best])))
        f1.append(one.f1[best])
    return np.array(confidence), np.array(f1)


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


def held_out_answers(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidates by models fitted without the article they are of."""
    names = sorted({one.article for one in asked})
    random.Random(0).shuffle(names)
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    confidence, f1 = np.zeros(len(asked)), np.zeros(len(asked))
    for fold in range(FOLDS):
        inside = [place for place, one in enumerate(asked) if fold_of[one.article] == fold]
        if not inside:
            continue
        fitted = fit_library([one for one in asked if fold_of[one.article] != fold])
        confidence[inside], f1[inside] = first_answers([asked[p] for p in inside], *fitted)
    return confidence, f1


def cross_validate(asked: Sequence[Asked]) -> dict[str, float]:
    """Figures of models fitted without the article they are measured on."""
    confidence, f1 = held_out_answers(asked)
    setting = np.array([one.setting for one in asked])
    shown = setting != "rule"
    answerable = np.array([one.is_answerable for one in asked])
    right = (f1 >= RIGHT_F1).astype(float)
    return {
        "auroc_removed": round(auroc(confidence[shown], answerable[shown]), 4),
        "auroc_rule": round(auroc(*_pair(confidence, answerable, setting, "rule")), 4),
        "ece": round(calibration_error(reliability(confidence[shown], right[shown])), 4),
        "f1_forced": round(100 * float(f1[answerable].mean()), 2),
    }


def _pair(
    confidence: NDArray[np.float64],
    answerable: NDArray[np.bool_],
    setting: NDArray[np.str_],
    other: str,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    chosen = answerable | (setting == other)
    return confidence[chosen], answerable[chosen]
