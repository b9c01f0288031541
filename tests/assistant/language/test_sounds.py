"""Names and numbers across Latin and Arabic script."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.language.sounds import (
    can_compare,
    names_in,
    numbers_in,
    overlap_shares,
    reliability,
    skeletons,
)


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Paris", "باريس"),
        ("Luther", "لوثر"),
        ("Newcastle", "نيوكاسل"),
        ("Victoria", "فيكتوريا"),
        ("Chopin", "شوبان"),
        ("Tesla", "تسلا"),
        ("Normandy", "نورماندي"),
        ("Macron", "وماكرون"),
        ("Cyprus", "لسيبروس"),
        ("Félix", "فيليكس"),
        ("Ukraine", "أوكرانيا"),
        ("Harvard", "هارفارد"),
    ],
)
def test_two_spellings_of_a_name_sound_alike(latin, arabic):
    assert any(reliability(a, b) > 0 for a in skeletons(latin) for b in skeletons(arabic))


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Paris", "برلين"),
        ("Luther", "لندن"),
        ("Victoria", "فرنسا"),
        ("Rome", "روما"),
        ("Iraq", "رق"),
    ],
)
def test_other_names_and_short_ones_do_not(latin, arabic):
    assert not any(reliability(a, b) > 0 for a in skeletons(latin) for b in skeletons(arabic))


def test_numbers_are_one_whatever_their_digits_and_grouping():
    assert numbers_in("In 1,500 or ١٩٤٥ or ٣٫٥") == {"1500", "1945", "3.5"}


def test_of_a_latin_question_the_capital_at_the_start_is_no_name():
    assert names_in("Where did Tesla work?", is_question=True) == [frozenset({"TSL"})]
    assert names_in("Where did Tesla work?", is_question=False) == [frozenset({"TSL"})]


def test_texts_score_by_the_rare_names_and_numbers_they_share():
    texts = [
        "Nikola Tesla came to Budapest in 1881.",
        "Tesla was born in Smiljan.",
        "Budapest is a city.",
        "A river.",
    ]
    shares = overlap_shares("متى جاء تسلا إلى بودابست، ١٨٨١؟", texts)
    common = np.log1p((4 - 2 + 0.5) / (2 + 0.5))
    year = np.log1p((4 - 1 + 0.5) / (1 + 0.5))
    total = 2 * common + year
    # Tesla has three consonants and counts .4, Budapest has five.
    assert shares == pytest.approx(
        np.array([1.4 * common + year, 0.4 * common, common, 0.0]) / total
    )
    assert overlap_shares("ما هذا؟", texts).tolist() == [0.0] * 4
    assert overlap_shares("Who?", []).shape == (0,)


def test_only_latin_and_arabic_are_compared():
    assert can_compare("ARABIC", "LATIN")
    assert not can_compare("LATIN", "LATIN")
    assert not can_compare("CYRILLIC", "ARABIC")
    assert not can_compare(None, "ARABIC")
