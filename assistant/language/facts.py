"""The checkable parts of a sentence: quantities, dates and names, each with where it stands.

Numbers in figures and words, scales, percentages, currencies and bounds ("more than 30"); dates with
month names in English, Arabic, German, French, Spanish, Italian, Portuguese, Dutch, Turkish and Russian,
and in figures. Written for sentences of articles: what it cannot read it leaves alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from assistant.language.dates import RANGE, DateMention, dates_in
from assistant.language.stems import MEASURES, stem
from assistant.language.tokens import Token, fold_word, tokens_of
from assistant.language.units import units
from assistant.language.words import STOP_WORDS
from assistant.types import Span

APPROXIMATION = 0.1
"""What "about" allows for, as a share of the value."""
BEFORE_CHARS = 24
"""How far before a figure its bound, its currency or its range may begin."""

_TENS = {
    word: 10.0 * value
    for value, words in enumerate(
        (
            "عشرون عشرين",
            "thirty ثلاثون ثلاثين",
            "forty اربعون اربعين",
            "fifty خمسون خمسين",
            "sixty ستون ستين",
            "seventy سبعون سبعين",
            "eighty ثمانون ثمانين",
            "ninety تسعون تسعين",
        ),
        2,
    )
    for word in words.split()
}
_LISTED_SCALES = {
    **dict.fromkeys("hundred hundreds مئة مائة hundert cent".split(), 1e2),
    **dict.fromkeys("thousand thousands k ألف الف آلاف tausend mille mil tys".split(), 1e3),
    **dict.fromkeys(
        "million millions mn m مليون ملايين millionen mio millones milhoes milioni".split(), 1e6
    ),
    **dict.fromkeys(
        "billion billions bn مليار مليارات milliarde milliarden mrd milliards".split(), 1e9
    ),
    **dict.fromkeys("trillion trillions tn تريليون billionen".split(), 1e12),
    "dozen": 12.0,
    "dozens": 12.0,
}
_SCALES = {fold_word(word): value for word, value in _LISTED_SCALES.items()}
_ARABIC_TEENS = {
    fold_word(word): float(value)
    for value, words in ((1, "أحد إحدى"), (2, "اثنا اثني اثنتا اثنتي"))
    for word in words.split()
}
_ARABIC_HUNDREDS = {
    fold_word(start + hundred): 100.0 * value
    for value, starts in enumerate(
        ("", "مئتا|مائتا", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان|ثماني", "تسع"), 1
    )
    for start in starts.split("|")
    for hundred in (("ن", "") if value == 2 else ("مئة", "مائة"))
} | {fold_word(word): 200.0 for word in ("مئتين", "مائتين", "مئتي", "مائتي")}
_ARABIC_PERCENT = frozenset(fold_word(word) for word in ("مئة", "مائة"))
_AMBIGUOUS_SCALES = frozenset({"m", "k", "cent", "mil", "mille"})
_MORE = re.compile(
    r"(?:more than|over|above|at least|upwards of|exceed(?:s|ed|ing)?|greater than|no fewer than|no less than|"
    r"mehr als|über|mindestens|plus de|más de|أكثر من|ما لا يقل عن)\s*[$€£]?$"
)
_LESS = re.compile(
    r"(?:less than|fewer than|under|below|at most|up to|no more than|weniger als|höchstens|bis zu|moins de|"
    r"menos de|أقل من)\s*[$€£]?$"
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|nearly|almost|approximately|some|circa|close to|an estimated|etwa|rund|fast|"
    r"environ|presque|unos|casi|حوالي|نحو|قرابة|ما يقرب من)\s*[$€£]?$"
)
_NUMERIC = re.compile(r"-?\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_UNIT_SKIP = frozenset("of the a an new more other additional or".split())
_UNIT_SAME = {
    "countries": "state", "states": "state", "nations": "state", "soldiers": "troop",
    "troops": "troop", "dollars": "$", "euros": "€", "pounds": "£", "degrees": "°", "degree": "°",
    **MEASURES,
}  # fmt: skip
_DEGREE = "°"
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
        if at in used or (value := _number_at(tokens, at)) is None:
            at += 1
            continue
        first, last = at, at
        if tokens[at].form in _ARABIC_HUNDREDS:
            value, last = _with_arabic_rest(tokens, at, value)
        if _is_arabic_ten(text, tokens, at) and at and tokens[at - 1].form in _ARABIC_TEENS:
            value, first = value + _ARABIC_TEENS[tokens[at - 1].form], at - 1
        form = tokens[at].form
        following = tokens[last + 1] if last + 1 < len(tokens) and last == at else None
        is_tens = form in _TENS or text[tokens[at].start : tokens[at].end].lower() == "twenty"
        if is_tens and following is not None and _NUMERIC.fullmatch(following.form):
            ones = float(following.form)
            spelled = text[following.start : following.end].isalpha()
            if spelled and ones < 10 and text[tokens[at].end : following.start] in ("-", " ", "‐"):
                value, last = value + ones, at + 1
        if following is not None and text[tokens[at].start : tokens[at].end].isalpha():
            more = _arabic_tens(following.form)  # "three and twenty", "three ten"
            if more and value < 10 and not following.form.isascii():
                value, last = value + more, at + 1
            elif value < 10 and following.form == "10" and not text[following.start].isascii():
                value, last = value + 10.0, at + 1
        while last + 1 < len(tokens) and tokens[last + 1].form in _SCALES:
            scale = tokens[last + 1]
            if scale.form in _AMBIGUOUS_SCALES and text[tokens[last].end : scale.start].strip():
                break
            if scale.form == "m" and not before(text, tokens[first].start).rstrip().endswith(
                ("$", "€", "£")
            ):
                break
            value, last = value * _SCALES[scale.form], last + 1
        unit, end = _unit(text, tokens, first, last)
        if first and tokens[first - 1].form in ("$", "€", "£"):
            first -= 1
        low, high = _bounds(before(text, tokens[first].start).lower(), value)
        span = Span(tokens[first].start, tokens[last].end)
        if found and found[-1].low == found[-1].high and span.start - found[-1].span.end <= 6:
            between = text[found[-1].span.end : span.start]
            dashed = re.fullmatch(r"\s*[-–—]\s*", between) or tokens[first].form.startswith("-")
            from_to = re.search(
                r"(?i:between|from|zwischen|von|بين|من)\s+\Z",
                before(text, found[-1].span.start),
            )
            if dashed or (from_to and RANGE.match(between)):
                previous = found.pop()
                low, high = sorted((previous.value, abs(value)))
                span = Span(previous.span.start, span.end)
        measured = Span(span.start, max(span.end, end))
        found.append(Quantity(value, low, high, unit, span, measured))
        at = last + 1
    return found


def before(text: str, at: int, *, chars: int = BEFORE_CHARS) -> str:
    """So much before a figure as may say something about it: looked at for each, it must not be all."""
    return text[max(0, at - chars) : at]


def _with_arabic_rest(tokens: Sequence[Token], at: int, value: float) -> tuple[float, int]:
    """A hundred with what is added to it, "and three and twenty", and where that ends."""
    last = at
    while last + 1 < len(tokens) and tokens[last + 1].form.startswith("و"):
        more = _number_at(tokens, last + 1)
        if more is None or more >= 100 or tokens[last + 1].form in _ARABIC_HUNDREDS:
            break
        value, last = value + more, last + 1
    return value, last


def _is_arabic_ten(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is the Arabic word for ten."""
    return tokens[at].form == "10" and "\u0621" <= text[tokens[at].start] <= "\u064a"


def _arabic_tens(form: str) -> float | None:
    return _TENS.get(form.removeprefix("و")) if form.startswith("و") else None


def _number_at(tokens: Sequence[Token], at: int) -> float | None:
    form = tokens[at].form
    ordinal = _ORDINAL.fullmatch(form)
    if ordinal:
        return float(ordinal.group(1))
    if form.startswith("و"):  # "and"
        form = fold_word(form.removeprefix("و"))
    if _NUMERIC.fullmatch(form):
        return float(form)
    return _TENS.get(form, _ARABIC_HUNDREDS.get(form))


def _unit(text: str, tokens: Sequence[Token], first: int, last: int) -> tuple[str, int]:
    """What is counted or measured, and where the word for it ends."""
    end = tokens[last].end
    if _ORDINAL.fullmatch(tokens[first].form):
        return "th", end
    if first and tokens[first - 1].form in ("$", "€", "£", "¥"):
        return tokens[first - 1].form, end
    following = [token.form for token in tokens[last + 1 : last + 3]]
    if following[:2] == ["per", "cent"] or _is_arabic_percent(following):
        return "%", tokens[last + 2].end
    if following[:1] and _UNIT_SAME.get(following[0], following[0]) == _DEGREE and following[1:]:
        scale = stem(following[1])
        if scale in units() and units()[scale].dimension == "temperature":
            return scale, tokens[last + 2].end
    for token in tokens[last + 1 : last + 4]:
        if token.form in _UNIT_SKIP:
            continue
        if re.search(r"[.;:!?,،]\s", text[tokens[last].end : token.start]):
            break
        if token.form in STOP_WORDS:
            break
        return _UNIT_SAME.get(token.form, stem(token.form)), token.end
    return "", end


def _is_arabic_percent(following: Sequence[str]) -> bool:
    return following[:1] == ["في"] and any(stem(form) in _ARABIC_PERCENT for form in following[1:2])


def _bounds(led: str, value: float) -> tuple[float, float]:
    if _MORE.search(led):
        return value, math.inf
    if _LESS.search(led):
        return -math.inf, value
    if _ABOUT.search(led):
        spread = APPROXIMATION * abs(value)
        return value - spread, value + spread
    return value, value


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
