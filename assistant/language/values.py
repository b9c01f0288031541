"""When two answers are the same value.

"35 countries" and "35 states" support each other, "more than 30" does not; "Ulf Kristersson" and
"Prime Minister Ulf Kristersson" are one man. Only grouping depends on this: every citation keeps its
own words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.language import pack
from assistant.language.scripts import normalised

_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c\u202f\u00a0]\d+)*")
_NUMBER_MARK = "\x00"
_WORD = re.compile(r"\x00|[^\W_]+")
_ARTICLES = frozenset("a an the der die das le la les el los las un une ein eine".split())
_HEDGES = (
    (
        re.compile(
            r"\b(?:more than|over|above|at least|upwards of|mehr als|plus de|más de)\b|أكثر من"
        ),
        ">",
    ),
    (
        re.compile(
            r"\b(?:less than|fewer than|under|below|at most|up to|weniger als|moins de)\b|أقل من"
        ),
        "<",
    ),
    (
        re.compile(
            r"\b(?:about|around|roughly|nearly|almost|approximately|some|etwa|environ)\b|حوالي|نحو"
        ),
        "~",
    ),
)
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    word: 10 * value
    for value, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)
}
_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "ألف": 10**3,
    "مليون": 10**6,
    "مليار": 10**9,
}


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
    folded = fold(text)
    hedge = ""
    for pattern, mark in _HEDGES:
        found = pattern.search(folded) or pattern.search(normalised(text, "NFC").casefold())
        if found:
            hedge = mark
            folded = pattern.sub(" ", folded)
            break
    written = [parse_number(number) for number in _NUMBER.findall(folded)]
    pending = iter(value for value in written if value is not None)
    numbers: list[float] = []
    words: list[str] = []
    spelled: int | None = None
    for word in _WORD.findall(_NUMBER.sub(f" {_NUMBER_MARK} ", folded)):
        if word in _NUMBER_WORDS:
            spelled = (spelled or 0) + _NUMBER_WORDS[word]
            continue
        if spelled is not None:
            numbers.append(float(spelled))
            spelled = None
        if word == _NUMBER_MARK:
            numbers += [value for value in (next(pending, None),) if value is not None]
        elif word in _SCALES and numbers:
            numbers[-1] *= _SCALES[word]
        elif word not in _ARTICLES:
            words.append(word)
    if spelled is not None:
        numbers.append(float(spelled))
    return Value(hedge, tuple(numbers), tuple(words))


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
