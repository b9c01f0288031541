"""Scores as the official SQuAD 2.0 and MLQA scripts give them, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation.metrics import (
    Bin,
    auroc,
    best_threshold,
    calibration_error,
    quality_at,
    reliability,
    risk_coverage,
)
from assistant.evaluation.scoring import best_exact, best_f1, exact_match, f1_score, normalise


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The  Eiffel-Tower.", "en", "eiffeltower"),
        ("an apple a day", "en", "apple day"),
        # SQuAD's script removes ASCII punctuation only.
        ("“Quoted”", "en", "“quoted”"),
        ("“Quoted”", "de", "quoted"),
        ("Die Mauer", "de", "mauer"),
        ("في الرياض،", "ar", "في رياض"),
        ("北京 2008", "zh", "北 京 2008"),
    ],
)
def test_normalise(text: str, language: str, expected: str) -> None:
    assert normalise(text, language=language) == expected


def test_f1_counts_repeated_words_once_each() -> None:
    assert f1_score("new new york", "new york") == pytest.approx(2 * 2 / 5)


def test_empty_answers_agree_only_with_each_other() -> None:
    assert f1_score("", "") == 1.0
    assert f1_score("the", "") == 1.0  # an article normalises to nothing
    assert f1_score("", "Paris") == 0.0
    assert best_f1("", []) == 1.0
    assert best_f1("Paris", []) == 0.0


def test_best_of_several_answers_counts() -> None:
    assert best_f1("Ulf Kristersson", ["Kristersson", "the Ulf Kristersson"]) == 1.0
    assert best_exact("Ulf", ["Ulf Kristersson", "ulf."]) == 1.0
    assert exact_match("Ulf", "Ulf Kristersson") == 0.0


def test_auroc_equals_the_share_of_pairs_in_order() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    positive = np.array([True, True, False, False])
    # Pairs: .9>.5, .9>.1, .5=.5 counts half, .5>.1.
    assert auroc(scores, positive) == pytest.approx(3.5 / 4)
    assert np.isnan(auroc(scores, np.ones(4, bool)))


def test_calibration_error_by_hand() -> None:
    bins = reliability(np.array([0.95, 0.85, 0.15, 1.0]), np.array([1.0, 0.0, 0.0, 1.0]))
    assert [item.count for item in bins] == [1, 1, 2]
    assert calibration_error(bins) == pytest.approx((0.15 + 0.85 + 2 * 0.025) / 4)
    assert calibration_error([Bin(2, 0.5, 0.5)]) == 0.0


def test_risk_coverage_takes_the_surest_first() -> None:
    curve = risk_coverage(np.array([0.1, 0.9, 0.8, 0.2]), np.array([0.0, 1.0, 0.5, 1.0]), points=4)
    assert curve == [(0.25, 1.0), (0.5, 0.75), (0.75, pytest.approx(2.5 / 3)), (1.0, 0.625)]
    assert quality_at(curve, 0.5) == 0.75


def test_best_threshold_equals_trying_every_one() -> None:
    rng = np.random.default_rng(3)
    odds, none = rng.random(60).round(2), rng.random(60) < 0.5
    quality = np.where(none, 0.0, rng.random(60))
    found, threshold = best_threshold(odds, quality, none)
    tried = [np.where(odds > cut, none, quality).mean() for cut in [-1.0, *odds]]
    assert found == pytest.approx(max(tried))
    assert np.where(odds > threshold, none, quality).mean() == pytest.approx(found)
