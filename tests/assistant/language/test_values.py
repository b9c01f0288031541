from __future__ import annotations

import pytest

from assistant.language.values import parse_number, same_value, value_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("35", 35.0),
        ("1,200", 1200.0),
        ("1.200", 1200.0),
        ("1.200,5", 1200.5),
        ("1,200.5", 1200.5),
        ("0.125", 0.125),
        ("1 200".replace(" ", "\u00a0"), 1200.0),
    ],
)
def test_numbers_are_read_with_either_marks(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("35 countries", "35 states"),
        ("thirty-five countries", "35 countries"),
        ("1,500 paratroopers", "1500 مظلي"),
        ("1.5 million", "1,500,000"),
        ("Ulf Kristersson", "Sweden's Prime Minister Ulf Kristersson"),
        ("12 February", "12 فبراير"),
        ("the Paris Declaration", "Paris Declaration"),
        ("5 million people in 2020", "2020, when 5,000,000 people"),
    ],
)
def test_what_supports_each_other(first, second):
    assert same_value(value_of(first), value_of(second))
    assert same_value(value_of(second), value_of(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("35 countries", "more than 35 countries"),
        ("more than 30", "35 countries"),
        ("12 February", "12 March"),
        ("Emmanuel Macron", "Keir Starmer"),
        ("35 countries", "countries"),
        ("Paris", "the declaration that was signed in Paris by the coalition"),
    ],
)
def test_what_does_not(first, second):
    assert not same_value(value_of(first), value_of(second))
