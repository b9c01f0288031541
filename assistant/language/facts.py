"""The checkable parts of a sentence: quantities, dates and names, each with where it stands.

Numbers in figures and words, scales, percentages, currencies and bounds ("more than 30"); dates with
month names in English, Arabic, German, French, Spanish, Italian, Portuguese, Dutch, Turkish and Russian,
and in figures. Written for sentences of articles: what it cannot read it leaves alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from assistant.language import pack
from assistant.language.dates import DateMention, dates_in, is_range
from assistant.language.numbers import ORDINAL, Number, number_at
from assistant.language.stems import measure_of, stem
from assistant.language.tokens import Token, tokens_of
from assistant.language.units import units
from assistant.language.values import bound_before
from assistant.language.words import STOP_WORDS
from assistant.types import Span

APPROXIMATION = 0.1
"""What "about" allows for, as a share of the value."""
BEFORE_CHARS = 24
"""How far before a figure its bound, its currency or its range may begin."""

RANGE_CHARS = 6
"""Between the figures of a range."""
_DEGREE = "°"
_NUMBERS = pack.Words("numbers")
_INNER_PART = re.compile(r"-[a-zà-ÿ]{1,3}-(?=[A-ZÀ-Þ])")
"""Within one name: Mar-a-Lago, Port-au-Prince."""


class Bound(Enum):
    """How sure a figure is."""

    EXACT = "exactly"
    LEAST = "at least"
    MOST = "at most"
    ABOUT = "about"
    RANGE = "between"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts and how sure it is."""

    value: float
    low: float
    high: float
    """What it may be: both ``value`` where it is said outright."""
    unit: str
    """Stem of what is counted, or a symbol; empty where there is none."""
    span: Span
    """Of the figure."""
    measured: Span
    """Of the figure with its unit."""

    @property
    def bound(self) -> Bound:
        """What ``low`` and ``high`` come from."""
        if self.low == self.high:
            return Bound.EXACT
        if math.isinf(self.high):
            return Bound.LEAST
        if math.isinf(self.low):
            return Bound.MOST
        return Bound.ABOUT if self.low < self.value < self.high else Bound.RANGE


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words."""

    forms: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is checkable in a text."""

    tokens: tuple[Token, ...]
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    names: tuple[Name, ...]


def facts_of(text: str) -> Facts:
    """What can be checked in ``text``.

    >>> facts = facts_of("More than 1,200 soldiers left Paris on December 15-16, 2025.")
    >>> facts.quantities[0].value, facts.quantities[0].high, facts.quantities[0].unit
    (1200.0, inf, 'troop')
    >>> date = facts.dates[0]
    >>> date.year, date.month, date.day, date.last_day
    (2025, 12, 15, 16)
    >>> facts.names[0].forms
    ('paris',)
    """
    tokens = tokens_of(text)
    dates, used = dates_in(text, tokens)
    return Facts(
        tokens=tuple(tokens),
        quantities=tuple(_quantities(text, tokens, used)),
        dates=tuple(dates),
        names=tuple(_names(text, tokens, used)),
    )


def _quantities(text: str, tokens: Sequence[Token], used: set[int]) -> list[Quantity]:
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        number = None if at in used else number_at(text, tokens, at)
        # "5pm" and "1990s" count nothing.
        if number is None or not (number.unit in ("", ORDINAL) or number.unit in units()):
            at += 1
            continue
        quantity = _quantity(text, tokens, number)
        if found and (between := _range_between(text, found[-1], quantity, tokens[number.first])):
            quantity = between
            found.pop()
        found.append(quantity)
        at = number.last + 1
    return found


def _quantity(text: str, tokens: Sequence[Token], number: Number) -> Quantity:
    first = number.first
    if first and tokens[first - 1].form in ("$", "€", "£"):
        first -= 1
    start = tokens[first].start
    mark, _ = bound_before(text, start)
    low = -math.inf if mark == "<" else number.value
    high = math.inf if mark == ">" else number.value
    if mark == "~":
        spread = APPROXIMATION * abs(number.value)
        low, high = number.value - spread, number.value + spread
    unit, end = number.unit, tokens[number.last].end
    span = Span(start, end)
    if not unit:
        unit, end = _unit(text, tokens, number.first, number.last)
    return Quantity(number.value, low, high, unit, span, Span(start, end))


def _range_between(text: str, earlier: Quantity, later: Quantity, token: Token) -> Quantity | None:
    """Two figures as one range: "15-16", "from 15 to 16"; None where they are none."""
    if earlier.low != earlier.high or later.span.start - earlier.span.end > RANGE_CHARS:
        return None
    between = text[earlier.span.end : later.span.start]
    dashed = re.fullmatch(r"\s*[-–—]\s*", between) or token.form.startswith("-")
    if not dashed and not (
        is_range(between) and _opens_range().search(before(text, earlier.span.start))
    ):
        return None
    low, high = sorted((earlier.value, abs(later.value)))
    start = earlier.span.start
    return replace(
        later,
        low=low,
        high=high,
        span=Span(start, later.span.end),
        measured=Span(start, later.measured.end),
    )


def before(text: str, at: int, *, chars: int = BEFORE_CHARS) -> str:
    """So much before a figure as may say something about it: looked at for each, it must not be all."""
    return text[max(0, at - chars) : at]


def _unit(text: str, tokens: Sequence[Token], first: int, last: int) -> tuple[str, int]:
    """What is counted or measured, and where the word for it ends."""
    end = tokens[last].end
    if first and tokens[first - 1].form in ("$", "€", "£", "¥"):
        return tokens[first - 1].form, end
    following = [token.form for token in tokens[last + 1 : last + 3]]
    if following[:2] == ["per", "cent"] or _is_arabic_percent(following):
        return "%", tokens[last + 2].end
    if following[1:] and _units().get(following[0], following[0]) == _DEGREE:
        scale = stem(following[1])
        if scale in units() and units()[scale].dimension == "temperature":
            return scale, tokens[last + 2].end
    for token in tokens[last + 1 : last + 4]:
        if token.form in _NUMBERS.unit_skip:
            continue
        if re.search(r"[.;:!?,،]\s", text[tokens[last].end : token.start]):
            break
        if token.form in STOP_WORDS:
            break
        return _units().get(token.form) or measure_of(token.form) or stem(token.form), token.end
    return "", end


def _is_arabic_percent(following: Sequence[str]) -> bool:
    return following[:1] == ["في"] and any(
        stem(form) in _NUMBERS.hundred for form in following[1:2]
    )


@lru_cache(maxsize=1)
def _opens_range() -> re.Pattern[str]:
    words = pack.Patterns("bounds").text("opens_range")
    return re.compile(rf"(?<!\w)(?:{words})\s+\Z", re.IGNORECASE)


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    return {word: row[0] for row in pack.rows("numbers", "units") for word in row[1:]}


def _names(text: str, tokens: Sequence[Token], used: set[int]) -> list[Name]:
    """Runs of capitalised words; the first word of a sentence counts only within a longer run."""
    found: list[Name] = []
    run: list[int] = []

    def close() -> None:
        while run and tokens[run[0]].form in STOP_WORDS:
            run.pop(0)
        if run:
            first, last = tokens[run[0]], tokens[run[-1]]
            lone_start = len(run) == 1 and _starts_sentence(text, first.start)
            if not lone_start or not first.form.isascii() or len(run) > 1:
                found.append(
                    Name(tuple(tokens[at].form for at in run), Span(first.start, last.end))
                )
        run.clear()

    for at, token in enumerate(tokens):
        word = text[token.start : token.end]
        capital = at not in used and word[:1].isupper() and not token.form[:1].isdigit()
        apart = run and text[tokens[run[-1]].end : token.start].strip(" \u00a0-‐’'")
        if run and _INNER_PART.match(text, tokens[run[-1]].end):
            capital = True
        if not capital or apart:
            close()
        if capital:
            run.append(at)
    close()
    return found


def _starts_sentence(text: str, at: int) -> bool:
    led = before(text, at).rstrip(" \t\n\"“«'‘([")
    return not led or led[-1] in ".!?:؟…"
