"""The sentences of ``assistant/language/data/cases``: what the rules of each language say of them.

Numbers and denials are asked for as answers and as checks do: they have to agree.
"""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from assistant.answering.asked import is_turned
from assistant.language.cues import is_negation
from assistant.language.denials import denials_of, denies
from assistant.language.facts import facts_of
from assistant.language.numbers import numbers_in
from assistant.language.speech import claimed_speakers, speaker_of
from assistant.language.tokens import tokens_of
from assistant.language.values import same_value, value_of
from assistant.types import Span

FILES = resources.files("assistant.language").joinpath("data", "cases")
TABLES = {
    file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
    for file in sorted(FILES.iterdir(), key=lambda file: file.name)
}


def cases(kind):
    return [
        pytest.param(row, id=f"{code}-{row['text']}")
        for code, table in TABLES.items()
        for row in table.get(kind, [])
    ]


@pytest.mark.parametrize("row", cases("speech"))
def test_who_says_what(row):
    text = row["text"]
    found = [(c.speaker, text[c.said_start : c.said_end]) for c in claimed_speakers(text)]
    assert found == ([(row["speaker"], row["said"])] if "speaker" in row else [])


@pytest.mark.parametrize("row", cases("denials"))
def test_a_denial_is_one_for_answers_and_for_checks(row):
    text = row["text"]
    tokens = tokens_of(text)
    assert denials_of(tokens) or any(is_negation(token.form) for token in tokens)
    assert denies(text)
    assert is_turned(text, len(text) - 2)
    if "denied" in row:
        at = text.index(row["denied"])
        assert speaker_of(text, Span(0, len(text)), at) is None
        assert speaker_of(text, Span(0, len(text)), at, even_denied=True) is not None


@pytest.mark.parametrize("row", cases("assertions"))
def test_what_denies_nothing(row):
    assert not denies(row["text"])
    assert not is_turned(row["text"], len(row["text"]) - 2)


@pytest.mark.parametrize("row", cases("numbers"))
def test_a_number_in_words_is_one_for_answers_and_for_checks(row):
    text, value = row["text"], float(row["value"])
    assert [number.value for number in numbers_in(text, tokens_of(text))] == [value]
    assert value_of(text).numbers == (value,)
    assert [quantity.value for quantity in facts_of(text).quantities] == [value]
    assert same_value(value_of(text), value_of(f"{value:.0f}"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("between one hundred and two hundred ships", (100.0, 200.0)),
        ("between two thousand and three thousand ships", (2000.0, 3000.0)),
        ("nineteen forty", (19.0, 40.0)),
        ("one and two", (1.0, 2.0)),
        ("hundreds of ships", ()),
        ("the 3rd of five", (3.0, 5.0)),
    ],
)
def test_what_is_no_single_number(text, values):
    assert value_of(text).numbers == values
