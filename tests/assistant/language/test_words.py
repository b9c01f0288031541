"""Words, their stems and their kinds: what is taken for the same word, what carries no meaning."""

from __future__ import annotations

import pytest

from assistant.language.clause_subjects import is_of_another, is_of_namesake
from assistant.language.codes import ISO_639_1
from assistant.language.dates import dates_in, is_range
from assistant.language.minimal_pairs import are_twins, words_around
from assistant.language.stems import is_past, measure_of, stem
from assistant.language.tokens import tokens_of
from assistant.language.words import STOP_WORDS, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shares dropped", "shares fell"),
        ("commitments", "commitment"),
        ("the firm bought", "the firm purchases"),
        ("kilometres", "km"),
        ("المستشارون", "مستشار"),
    ],
)
def test_forms_of_one_word_have_one_stem(one, other):
    assert [stem(word) for word in one.split()] == [stem(word) for word in other.split()]


@pytest.mark.parametrize(("one", "other"), [("rise", "fall"), ("us", "usage"), ("war", "warm")])
def test_other_words_have_other_stems(one, other):
    assert stem(one) != stem(other)


def test_what_was_done_is_told_by_its_form():
    assert [is_past(word) for word in "signed sank signs".split()] == [True, True, False]
    assert (measure_of("metres"), measure_of("men")) == ("m", None)


def test_what_carries_no_meaning_is_left_out():
    assert words_of("What is the boiling point of water, in Paris?") == [
        "boiling",
        "point",
        "water",
        "paris",
    ]
    assert words_of("متى وصل الوزير إلى باريس") == ["وصل", "الوزير", "باريس"]
    assert {"the", "of", "في"} <= STOP_WORDS


def test_two_letters_are_a_language_or_none():
    assert {"en", "ar", "zh"} <= ISO_639_1
    assert not {"xx", "EN", "eng"} & ISO_639_1


def test_a_date_uses_its_own_words_up():
    text = "It ran from 15 to 16 December 2025, on a Monday in May."
    found, used = dates_in(text, tokens_of(text))
    assert [(d.year, d.month, d.day, d.last_day, d.weekday) for d in found] == [
        (2025, 12, 16, None, None),
        (None, None, None, None, 1),
        (None, 5, None, None, None),
    ]
    assert len(used) == 5
    assert [is_range(between) for between in (" to ", "–", " and ", " or ")] == [
        True,
        True,
        True,
        False,
    ]


def test_twins_are_sentences_that_are_alike_but_for_a_value():
    one, other = (
        "the ferry carried 40 people over the lake",
        "the ferry carried 60 people over the lake",
    )
    around = [words_around(text, 18, 20) for text in (one, other)]
    assert are_twins(*around)
    assert not are_twins(around[0], words_around("the council met on 40 days in the year", 19, 21))


def test_an_answer_of_another_subject_or_of_a_namesake_is_told():
    text = "Germany promised 40 divers; Austria sent 25 firefighters."
    assert is_of_another("How many divers did Austria promise?", text, 17, 26)
    assert not is_of_another("How many firefighters did Austria send?", text, 41, 43)
    assert is_of_namesake("When did Helen Carrow pay?", "Philip Carrow paid in 2021.", 22, 26)
    assert not is_of_namesake("When did Philip Carrow pay?", "Philip Carrow paid in 2021.", 22, 26)
