"""Names and numbers across Latin and Arabic script."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.transliteration import (
    can_compare,
    names_in,
    numbers_in,
    overlap_scores,
    same_name,
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
    ],
)
def test_two_spellings_of_a_name_sound_alike(latin, arabic):
    assert any(same_name(a, b) for a in skeletons(latin) for b in skeletons(arabic))


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("Paris", "برلين"), ("Luther", "لندن"), ("Victoria", "فرنسا"), ("Rome", "روما")],
)
def test_other_names_and_short_ones_do_not(latin, arabic):
    assert not any(same_name(a, b) for a in skeletons(latin) for b in skeletons(arabic))


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
    scores = overlap_scores("متى جاء تسلا إلى بودابست، ١٨٨١؟", texts)
    tesla = np.log1p((4 - 2 + 0.5) / (2 + 0.5))
    year = np.log1p((4 - 1 + 0.5) / (1 + 0.5))
    assert scores == pytest.approx([2 * tesla + year, tesla, tesla, 0.0])
    assert overlap_scores("ما هذا؟", texts).tolist() == [0.0] * 4
    assert overlap_scores("Who?", []).shape == (0,)


def test_only_latin_and_arabic_are_compared():
    assert can_compare("ARABIC", "LATIN")
    assert not can_compare("LATIN", "LATIN")
    assert not can_compare("CYRILLIC", "ARABIC")
    assert not can_compare(None, "ARABIC")
