"""Numbers in figures and words: "1.2 million", "two dozen", "one hundred and fifty", «ثلاثة وعشرون».

English composes its words as :func:`_below_thousand` does, Arabic puts the units before the tens. Which words are
numbers stands in the tables' ``[numbers]``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.language import pack
from assistant.language.tokens import Token, fold_word

_WORDS = pack.Words("numbers")
_FIGURES = re.compile(r"-?\d+(?:\.\d+)?")
_WITH_LETTERS = re.compile(r"(-?\d+(?:\.\d+)?)([^\W\d_]+)")
_CURRENCIES = ("$", "€", "£")
ORDINAL = "th"
_TOGETHER = re.compile(r"[ \u00a0\n]+|[-‐]")
_HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a text gives."""

    value: float
    first: int
    """The place of its first token."""
    last: int
    """And of its last."""
    unit: str = ""
    """What is written onto its figures: "km", or :data:`ORDINAL`."""


def number_at(text: str, tokens: Sequence[Token], at: int) -> Number | None:
    """The number that begins at a token, or the Arabic one that it is the tens of; None where there is none.

    >>> from assistant.language.tokens import tokens_of
    >>> text = "a hundred and twenty-five thousand and two dozen"
    >>> [number_at(text, tokens_of(text), at).value for at in (0, 7)]
    [125000.0, 24.0]
    """
    figures = _WITH_LETTERS.fullmatch(tokens[at].form)
    if figures is not None:
        return _with_letters(text, tokens, at, float(figures[1]), figures[2])
    number = _spelled(text, tokens, at)
    if number is not None:
        return number
    value = _value(tokens[at].form)
    return None if value is None else _scaled(text, tokens, _with_arabic(text, tokens, at, value))


def numbers_in(text: str, tokens: Sequence[Token]) -> list[Number]:
    """The numbers of a text in its order."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        number = number_at(text, tokens, at)
        if number is not None:
            found.append(number)
        at = at + 1 if number is None else number.last + 1
    return found


def _spelled(text: str, tokens: Sequence[Token], at: int) -> Number | None:
    """A number in English words."""
    total, least, end = 0.0, math.inf, at
    # "Between one hundred and fifty thousand" are two.
    may_link = not (at and tokens[at - 1].form in _WORDS.between)
    group = _below_thousand(text, tokens, at, may_link=may_link)
    while group is not None:
        value, place = group
        scale = _scale(text, tokens, place)
        is_dozen = scale is not None and scale < _HUNDRED
        if (value if scale is None else scale) >= least or (is_dozen and end > at):
            break
        total, end = total + value * (scale or 1.0), place if scale is None else place + 1
        if scale is None:
            break
        least = scale
        place = end + (may_link and _is(tokens, end, _WORDS.link))
        group = _below_thousand(text, tokens, place, may_link=may_link)
    return Number(total, at, end - 1) if end > at else None


def _below_thousand(
    text: str, tokens: Sequence[Token], at: int, *, may_link: bool
) -> tuple[float, int] | None:
    """The words below a thousand from ``at`` on, and where they end; "a" is one before what it scales."""
    half = _is(tokens, at, _WORDS.half)
    if _is(tokens, at + half, _WORDS.one) and _scale(text, tokens, at + half + 1, least=0):
        value, place = 0.5 if half else 1.0, at + half + 1
    else:
        found = _below_hundred(text, tokens, at)
        if found is None:
            return None
        value, place = found
    if _scale(text, tokens, place, least=0) == _HUNDRED:
        value, place = value * _HUNDRED, place + 1
        rest = _below_hundred(text, tokens, place + (may_link and _is(tokens, place, _WORDS.link)))
        if rest is not None and _scale(text, tokens, rest[1], least=0) != _HUNDRED:
            value, place = value + rest[0], rest[1]
    if (
        _is(tokens, place, _WORDS.link)
        and _is(tokens, place + 1, _WORDS.one)
        and _is(tokens, place + 2, _WORDS.half)
    ):
        value, place = value + 0.5, place + 3
    return value, place


def _below_hundred(text: str, tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    value = _small(text, tokens, at)
    if value is None:
        return None
    ones = _small(text, tokens, at + 1)
    is_tens = value >= 20 and value % 10 == 0
    if is_tens and ones is not None and 0 < ones < 10 and _is_joined(text, tokens, at + 1):
        return value + ones, at + 2
    return value, at + 1


def _small(text: str, tokens: Sequence[Token], at: int) -> float | None:
    """The value of a Latin word below a hundred; figures are none."""
    if at >= len(tokens) or not text[tokens[at].start : tokens[at].end].isalpha():
        return None
    form = tokens[at].form
    if form.isdecimal() and form.isascii() and text[tokens[at].start].isascii():
        return float(form)
    return _tens().get(form) if form.isascii() else None


def _scale(
    text: str, tokens: Sequence[Token], at: int, *, least: float = _HUNDRED + 1
) -> float | None:
    """The value of a word such as "thousand" or "dozen" that is nothing else and goes with the word before it."""
    if at >= len(tokens) or tokens[at].form in _WORDS.unsure_scales:
        return None
    value = _scales().get(tokens[at].form)
    is_scale = value is not None and (value >= least or value < _HUNDRED)
    return value if is_scale and _is_joined(text, tokens, at) else None


def _is(tokens: Sequence[Token], at: int, words: frozenset[str]) -> bool:
    return at < len(tokens) and tokens[at].form in words


def _is_joined(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether a token stands right behind the one before it."""
    return _TOGETHER.fullmatch(text, tokens[at - 1].end, tokens[at].start) is not None


def _value(form: str) -> float | None:
    if form.startswith("و"):  # "and"
        form = fold_word(form.removeprefix("و"))
    if _FIGURES.fullmatch(form):
        return float(form)
    return None if form.isascii() else _tens().get(form, _hundreds().get(form))


def _with_arabic(text: str, tokens: Sequence[Token], at: int, value: float) -> Number:
    """A number with the Arabic words that belong to it: "three and twenty", "three ten", "a hundred and three"."""
    first = last = at
    if tokens[at].form in _hundreds():
        value, last = _with_arabic_rest(tokens, at, value)
    is_ten = tokens[at].form == "10" and _is_arabic(text, tokens[at])
    if is_ten and at and tokens[at - 1].form in _ones_of_teens():
        value, first = value + _ones_of_teens()[tokens[at - 1].form], at - 1
    if last == at and at + 1 < len(tokens) and value < 10 and _is_arabic(text, tokens[at]):
        following = tokens[at + 1]
        tens = _tens().get(following.form.removeprefix("و"))
        if tens is not None and following.form.startswith("و"):
            value, last = value + tens, at + 1
        elif following.form == "10" and _is_arabic(text, following):
            value, last = value + 10.0, at + 1
    return Number(value, first, last)


def _with_arabic_rest(tokens: Sequence[Token], at: int, value: float) -> tuple[float, int]:
    """A hundred with what is added to it, "and three and twenty", and where that ends."""
    last = at
    while last + 1 < len(tokens) and tokens[last + 1].form.startswith("و"):
        more = _value(tokens[last + 1].form)
        if more is None or more >= _HUNDRED or tokens[last + 1].form in _hundreds():
            break
        value, last = value + more, last + 1
    return value, last


def _is_arabic(text: str, token: Token) -> bool:
    return "\u0621" <= text[token.start] <= "\u064a"


def _with_letters(
    text: str, tokens: Sequence[Token], at: int, value: float, letters: str
) -> Number:
    """A figure with letters written onto it: "$5m", "12km", "3rd"."""
    if letters in _WORDS.ordinals:
        return Number(value, at, at, ORDINAL)
    if letters in _scales() and (letters not in _WORDS.measures or _is_money(text, tokens[at])):
        return Number(value * _scales()[letters], at, at)
    return Number(value, at, at, letters)


def _is_money(text: str, token: Token) -> bool:
    return text[max(0, token.start - 2) : token.start].rstrip()[-1:] in _CURRENCIES


def _scaled(text: str, tokens: Sequence[Token], number: Number) -> Number:
    """A number in figures, or in Arabic, times the words that follow it: "1.2 million", "$5m"."""
    value, last = number.value, number.last
    while last + 1 < len(tokens) and tokens[last + 1].form in _scales():
        scale = tokens[last + 1]
        if scale.form in _WORDS.unsure_scales and text[tokens[last].end : scale.start].strip():
            break
        if scale.form in _WORDS.measures and not _is_money(text, tokens[number.first]):
            break
        value, last = value * _scales()[scale.form], last + 1
    return Number(value, number.first, last)


@lru_cache(maxsize=1)
def _tens() -> dict[str, float]:
    return _values("tens")


@lru_cache(maxsize=1)
def _hundreds() -> dict[str, float]:
    return _values("hundreds")


@lru_cache(maxsize=1)
def _ones_of_teens() -> dict[str, float]:
    return _values("ones_of_teens")


@lru_cache(maxsize=1)
def _scales() -> dict[str, float]:
    return _values("scales")


def _values(name: str) -> dict[str, float]:
    return {word: float(row[0]) for row in pack.rows("numbers", name) for word in row[1:]}
