"""When two answers are the same value.

"35 countries" and "35 states" support each other, "more than 30" does not; "Ulf Kristersson" and
"Prime Minister Ulf Kristersson" are one man. Only grouping depends on this: every citation keeps its
own words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.language import pack
from assistant.language.numbers import ORDINAL, numbers_in
from assistant.language.scripts import normalised
from assistant.language.tokens import Token, tokens_of

_WORD = re.compile(r"[^\W_]+")
_WORDS = pack.Words("values")
BOUND_CHARS = 24
"""How far before a figure its bound may begin."""


@dataclass(frozen=True, slots=True)
class Value:
    """What an answer comes down to."""

    hedge: str
    """``>``, ``<``, ``~`` or empty."""
    numbers: tuple[float, ...]
    words: tuple[str, ...]
    """Words other than articles, numbers and hedges, folded."""


def fold(text: str) -> str:
    """Case, compatibility forms and diacritics folded, digits made ASCII.

    >>> fold("Zélenskyy ١٢")
    'zelenskyy 12'
    """
    decomposed = normalised(text, "NFKD").casefold()
    if decomposed.isascii():
        return decomposed
    return "".join(
        str(unicodedata.digit(char))
        if char.isdigit() and unicodedata.digit(char, -1) >= 0
        else char
        for char in decomposed
        if not unicodedata.combining(char)
    )


def parse_number(text: str) -> float | None:
    """The number that ``text`` writes, with either decimal or thousands marks.

    >>> parse_number("1,200"), parse_number("3.5"), parse_number("1.200.000"), parse_number("2,5")
    (1200.0, 3.5, 1200000.0, 2.5)
    """
    plain = re.sub(r"[\u066c\u202f\u00a0]", "", text).replace("\u066b", ".")
    marks = [char for char in plain if char in ".,"]
    if marks:
        last = plain.rfind(marks[-1])
        grouped = (
            len(plain) - last - 1 == 3 and plain[:last].replace(",", "").replace(".", "") != "0"
        )
        if len(set(marks)) == 2:  # the last one is the decimal mark
            plain = plain[:last].replace(",", "").replace(".", "") + "." + plain[last + 1 :]
        elif len(marks) > 1 or grouped:
            plain = plain.replace(",", "").replace(".", "")
        else:
            plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def value_of(text: str) -> Value:
    """What ``text`` comes down to.

    >>> value_of("more than 30 colleagues").hedge, value_of("thirty-five states").numbers
    ('>', (35.0,))
    """
    tokens = [_with_either_marks(text, token) for token in tokens_of(text)]
    numbers = numbers_in(text, tokens)
    hedge, led_from, led_to = "", 0, 0
    if numbers:
        led_to = tokens[numbers[0].first].start
        hedge, led_from = bound_before(text, led_to)
    counted = {at for number in numbers for at in range(number.first, number.last + 1)}
    words = [number.unit for number in numbers if number.unit not in ("", ORDINAL)]
    for at, token in enumerate(tokens):
        if at not in counted and not (hedge and led_from <= token.start < led_to):
            words += _WORD.findall(fold(text[token.start : token.end]))
    kept = tuple(word for word in words if word not in _WORDS.articles)
    return Value(hedge, tuple(number.value for number in numbers), kept)


def bound_before(text: str, at: int) -> tuple[str, int]:
    """Which bound the words before a number set, ``>``, ``<``, ``~`` or none, and where they begin.

    >>> bound_before("more than 30", 10), bound_before("Up to $30", 7), bound_before("the 30", 4)
    (('>', 0), ('<', 0), ('', 4))
    """
    for mark, pattern in _bounds():
        found = pattern.search(text, max(0, at - BOUND_CHARS), at)
        if found is not None:
            return mark, found.start()
    return "", at


@lru_cache(maxsize=1)
def _bounds() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words = pack.Patterns("bounds")
    return tuple(
        (mark, re.compile(rf"(?<!\w)(?:{words.text(name)})\s*[$€£]?\Z", re.IGNORECASE))
        for mark, name in ((">", "more"), ("<", "less"), ("~", "about"))
    )


def _with_either_marks(text: str, token: Token) -> Token:
    """A figure as :func:`parse_number` reads it: "1.200" are thousands here."""
    if "." not in token.form:
        return token
    value = parse_number(fold(text[token.start : token.end]))
    return token if value is None else replace(token, form=f"{value:.15g}")


def same_value(first: Value, second: Value) -> bool:
    """Whether two values support each other.

    >>> same_value(value_of("35 countries"), value_of("35 states"))
    True
    >>> same_value(value_of("35 countries"), value_of("more than 30 countries"))
    False
    >>> same_value(value_of("Ulf Kristersson"), value_of("Prime Minister Ulf Kristersson"))
    True
    >>> same_value(value_of("February 12"), value_of("12 فبراير"))
    True
    """
    if first.numbers or second.numbers:
        if first.hedge != second.hedge or sorted(first.numbers) != sorted(second.numbers):
            return False
        months = _months(first), _months(second)
        return months[0] == months[1] or not (months[0] and months[1])
    return same_words(first, second)


def same_words(first: Value, second: Value) -> bool:
    """Whether one text is the other or a little more: for what is said, where a shared number says little.

    >>> first, second = "it needs 5 billion euros now", "nobody has 5 billion euros"
    >>> same_value(value_of(first), value_of(second)), same_words(value_of(first), value_of(second))
    (True, False)
    """
    if sorted(first.numbers) != sorted(second.numbers):
        return False
    ours, theirs = set(first.words), set(second.words)
    if not ours or not theirs:
        return ours == theirs
    smaller, larger = sorted((ours, theirs), key=len)
    return (
        smaller <= larger
        and (len(smaller) > 1 or len(larger) <= 3)
        and len(larger) <= 3 * len(smaller)
    )


def _months(value: Value) -> frozenset[int]:
    months = pack.months()
    return frozenset(months[word] for word in value.words if word in months)
