"""Fitting the calibration: known models are found again, thresholds are the best there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy")

from assistant.reading.calibration import FEATURES
from assistant.training.fitting import (
    CUT_TOLERANCE,
    Asked,
    best_cut,
    first_answers,
    fit_cross_script,
    fit_library,
    fit_logistic,
    fit_reranking,
)


def asked(features, f1, *, answerable=True, ranking=None):
    return Asked(
        article="a",
        setting="present" if answerable else "article removed",
        is_answerable=answerable,
        features=np.asarray(features, float),
        f1=np.asarray(f1, float),
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


def test_the_first_answer_is_the_likeliest_and_its_probability_is_right():
    rng = np.random.default_rng(3)
    questions = []
    for _ in range(3_000):
        rows = rng.normal(size=(4, len(FEATURES)))
        chance = 1 / (1 + np.exp(-(2 * rows[:, 0] - 1)))
        questions.append(asked(rows, rng.random(4) < chance))
    weights, bias = fit_library(questions)
    confidence, f1 = first_answers(questions, weights, bias)
    firsts = [one.features[:, 0].max() for one in questions]
    assert np.corrcoef(firsts, confidence)[0, 1] > 0.85
    assert confidence.mean() == pytest.approx(f1.mean(), abs=0.02)
    sure = confidence > 0.8
    assert f1[sure].mean() == pytest.approx(confidence[sure].mean(), abs=0.05)


def test_rule_made_questions_do_not_lower_the_probabilities_of_the_others():
    rng = np.random.default_rng(4)
    questions, misleading = [], []
    for _ in range(2_000):
        row = rng.normal(size=(1, len(FEATURES)))
        questions.append(asked(row, rng.random(1) < 1 / (1 + np.exp(-2 * row[:, 0]))))
        rows = rng.normal(size=(1, len(FEATURES))) + 0.5
        misleading.append(replace(asked(rows, [0.0], answerable=False), setting="rule"))
    confidence, f1 = first_answers(questions, *fit_library([*questions, *misleading]))
    assert confidence.mean() == pytest.approx(f1.mean(), abs=0.02)


def test_no_candidate_is_no_confidence():
    empty = asked(np.empty((0, len(FEATURES))), [])
    confidence, f1 = first_answers([empty], np.ones(len(FEATURES)), 0.0)
    assert (confidence[0], f1[0]) == (0.0, 0.0)


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


def test_across_scripts_the_model_is_fitted_on_what_crosses_them():
    rng = np.random.default_rng(6)
    margin, cosine = FEATURES.index("margin"), FEATURES.index("cosine")

    def cases(count, setting, *, weight, around):
        for number in range(count):
            row = np.full((1, len(FEATURES)), np.nan)
            row[0, :5] = 0.0
            row[0, margin], row[0, cosine] = rng.normal(around, 3), rng.normal(0.8, 0.02)
            right = rng.random(1) < 1 / (1 + np.exp(-(weight * row[0, margin] + 1)))
            one = asked(row, right, answerable=setting == "present")
            yield replace(one, setting=setting, article=str(number))

    within = list(cases(500, "article removed", weight=0.2, around=-6.0))
    across = [
        *cases(6_000, "present", weight=0.9, around=0.0),
        *cases(500, "stranger", weight=0.9, around=-4.0),
    ]
    found, figures = fit_cross_script(within, across)
    assert found.weights[margin] == pytest.approx(0.9, abs=0.1)
    assert found.weights[-2:] == (0.0, 0.0)
    assert found.bias + 0.8 * found.weights[cosine] == pytest.approx(1.0, abs=0.2)
    assert found.margin == pytest.approx(-2.0, abs=0.5)
    assert figures["ece"] < 0.03
    assert figures["auroc"] > 0.8


def test_on_a_flat_top_the_cut_is_its_middle():
    confidence = np.array([0.1] * 50 + [0.7] * 50)
    answerable = confidence > 0.5
    assert best_cut(confidence, np.ones(100), answerable) == pytest.approx(0.405, abs=0.011)
