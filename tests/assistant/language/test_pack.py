"""The tables of languages: folded as texts are, complete, and of one mind."""

from __future__ import annotations

import pytest

from assistant.language import pack
from assistant.language.facts import facts_of
from assistant.language.tokens import fold_word
from assistant.language.values import fold, same_value, value_of


def test_every_name_is_folded_as_texts_are():
    names = [*pack.months(), *pack.weekdays()]
    assert [name for name in names if name != fold(name) or name != fold_word(name)] == []


@pytest.mark.parametrize("code", sorted(pack.tables().keys() - {"world"}))
def test_a_calendar_is_whole(code):
    assert sorted(set(pack.months(code).values())) == list(range(1, 13))
    assert sorted(set(pack.weekdays(code).values())) in ([], list(range(1, 8)))


@pytest.mark.parametrize(
    "text", ["12 February", "12 février", "12 Februar", "12 febrero", "12 февраля", "١٢ فبراير"]
)
def test_one_date_in_any_language(text):
    assert [(date.month, date.day) for date in facts_of(text).dates] == [(2, 12)]
    assert same_value(value_of(text), value_of("February 12"))
    assert not same_value(value_of(text), value_of("March 12"))
