"""Fitting the calibration: known models are found again, thresholds are the best there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from assistant.reading.calibration import FEATURES
from assistant.training.fitting import (
    CUT_TOLERANCE,
    MISLEADING,
    Asked,
    Sides,
    best_cut,
    cut_at_precision,
    first_answers,
    fit_logistic,
    fit_reranking,
    fit_sides,
    fit_verdict,
)


def asked(features, f1, *, answerable=True, ranking=None, across=False):
    return Asked(
        article="a",
        setting="present" if answerable else "article removed",
        is_answerable=answerable,
        features=np.asarray(features, float),
        f1=np.asarray(f1, float),
        across=np.full(len(f1), across),
        ranking=np.empty((0, 3)) if ranking is None else np.asarray(ranking, float),
    )


def test_logistic_weights_are_found_again():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(20_000, 2)) * [1.0, 5.0] + [0.0, 3.0]
    chance = 1 / (1 + np.exp(-(features @ [1.5, -0.4] + 0.7)))
    weights, bias = fit_logistic(features, (rng.random(20_000) < chance).astype(float), ridge=0.0)
    assert weights == pytest.approx([1.5, -0.4], abs=0.08)
    assert bias == pytest.approx(0.7, abs=0.08)


def test_the_best_cut_is_no_worse_than_any_other():
    rng = np.random.default_rng(2)
    confidence, f1 = rng.random(300), rng.random(300)
    answerable = rng.random(300) < confidence

    def gain(cut):
        kept = confidence >= cut
        return (f1 * kept)[answerable].mean() + (~kept)[~answerable].mean()

    found = best_cut(confidence, f1, answerable)
    best = max(gain(cut) for cut in np.linspace(0.02, 0.98, 97))
    assert gain(found) >= best - 2 * CUT_TOLERANCE


def made(rng, count, *, weight, across=False, candidates=4):
    for number in range(count):
        rows = rng.normal(size=(candidates, len(FEATURES)))
        chance = 1 / (1 + np.exp(-(weight * rows[:, 0] - 1)))
        one = asked(rows, rng.random(candidates) < chance, across=across)
        yield replace(one, article=str(number))


def test_the_first_answer_is_the_likeliest_and_its_probability_is_right():
    rng = np.random.default_rng(3)
    questions = list(made(rng, 3_000, weight=2))
    crossing = list(made(rng, 3_000, weight=0.8, across=True))
    removed = [
        replace(
            asked(
                rng.normal(size=(1, len(FEATURES))) - 5 - shift,
                [0],
                answerable=False,
                across=shift > 0,
            )
        )
        for shift in (0, 3)
        for _ in range(300)
    ]
    sides = fit_sides([*questions, *crossing, *removed])
    assert sides.weights[0] > 2 * sides.cross_weights[0] > 0
    assert sides.cross_margin == pytest.approx(3.0, abs=0.4)
    for group in (questions, crossing):
        confidence, f1 = first_answers(group, sides)
        assert confidence.mean() == pytest.approx(f1.mean(), abs=0.04)
        sure = confidence > np.quantile(confidence, 0.8)
        assert f1[sure].mean() == pytest.approx(confidence[sure].mean(), abs=0.06)


def test_no_candidate_is_no_confidence():
    sides = Sides(np.ones(len(FEATURES)), 0.0, np.ones(len(FEATURES)), 0.0, 0.0)
    confidence, f1 = first_answers([asked(np.empty((0, len(FEATURES))), [])], sides)
    assert (confidence[0], f1[0]) == (0.0, 0.0)


def test_the_cut_is_where_enough_of_what_is_given_is_right():
    confidence = np.linspace(0, 1, 2_000)
    rng = np.random.default_rng(6)
    f1 = (rng.random(2_000) < confidence).astype(float)
    questions = [asked([[0] * 7], [1])] * 2_000
    cut = cut_at_precision(questions, confidence, f1, precision=0.8, unanswerable=0.0)
    assert cut == pytest.approx(0.6, abs=0.06)  # the mean of what is above it is .8
    near = cut_at_precision(questions, confidence, f1, precision=0.8, unanswerable=0.0, local=True)
    assert near == pytest.approx(0.75, abs=0.06)  # those at it are right for .8
    misleading = [replace(one, setting=MISLEADING) for one in questions]
    half = cut_at_precision(
        [*questions, *misleading],
        np.concatenate([confidence, confidence]),
        np.concatenate([f1, np.zeros(2_000)]),
        precision=0.45,
        unanswerable=0.5,
    )
    assert half == pytest.approx(0.8, abs=0.06)


def test_a_verdict_that_is_too_sure_is_cooled_down():
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 3, 6_000)
    scores = rng.normal(size=(6_000, 3))
    scores[np.arange(6_000), labels] += 2.0
    scores = 3 * 2.0 * scores  # the likeliest scale is 2
    names = ["own"] * 3_000 + ["other"] * 3_000
    (temperature, offsets), figures = fit_verdict(
        {"scores": scores, "labels": labels, "names": names}
    )
    assert temperature == pytest.approx(3.0, rel=0.1)
    assert offsets == pytest.approx([0.0, 0.0, 0.0], abs=0.15)
    assert figures["ece_own"] < 0.03


def test_the_reader_gets_the_weight_that_puts_paragraphs_first():
    # The search alone is wrong by one point, the reader by none: any weight above .25 is right.
    wrong_first = [[1.0, -4.0, 0.0], [0.0, 0.0, 1.0]]
    weight, figures = fit_reranking([asked([[0] * 7], [1], ranking=wrong_first)] * 5)
    assert weight > 0.25
    assert figures == {"recall_at_1": 0.0, "reranked": 1.0}


def test_the_weight_that_made_the_order_is_found_again():
    rng = np.random.default_rng(5)
    made = []
    for _ in range(3000):
        rows = rng.normal(size=(8, 2)) * [1.0, 4.0]
        logits = rows @ [2.0, 0.5]
        own = int((logits + rng.gumbel(size=8)).argmax())
        made.append(asked([[0] * 7], [1], ranking=np.c_[rows, np.arange(8) == own]))
    weight, figures = fit_reranking(made)
    assert weight == pytest.approx(0.25, abs=0.02)
    assert figures["reranked"] > figures["recall_at_1"] + 0.1
