"""The dates in a text as far as they are given, in figures and in the languages of :mod:`assistant.language.pack`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language import pack
from assistant.language.tokens import Token
from assistant.language.words import STOP_WORDS
from assistant.types import Span

_PATTERNS = pack.Patterns("dates")
_WORDS = pack.Words("dates")
_PART = re.compile(r"[-‐'’]\w")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_WEEKDAY_BEFORE = re.compile(r"[\s,،(]*")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as far as it is given."""

    year: int | None
    month: int | None
    day: int | None
    last_day: int | None
    """End of a range of days."""
    weekday: int | None
    """1 for Monday."""
    span: Span


def dates_in(text: str, tokens: Sequence[Token]) -> tuple[list[DateMention], set[int]]:
    """The dates of a text in its order, and the places of the tokens that they are made of."""
    found: list[DateMention] = []
    used: set[int] = set()
    for match in _ISO.finditer(text):
        year, month, day = (int(group) for group in match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            own = [
                at for at, token in enumerate(tokens)
                if token.start < match.end() and match.start() < token.end
            ]  # fmt: skip
            first, weekday = _weekday_before(text, tokens, own[0])
            used.update(range(first, own[-1] + 1))
            span = Span(min(match.start(), tokens[first].start), match.end())
            found.append(DateMention(year, month, day, None, weekday, span))
    for at, token in enumerate(tokens):
        if at in used or _month(text, token) is None:
            continue
        mention = _around_month(text, tokens, at, used)
        found += [mention] if mention is not None else []
    for at, token in enumerate(tokens):
        if at in used:
            continue
        if (weekday := pack.weekdays().get(token.form)) is not None:
            used.add(at)
            found.append(DateMention(None, None, None, None, weekday, Span(token.start, token.end)))
        elif _YEAR.fullmatch(token.form) and _is_year(text, tokens, at):
            used.add(at)
            found.append(
                DateMention(int(token.form), None, None, None, None, Span(token.start, token.end))
            )
    return sorted(found, key=lambda date: date.span.start), used


def is_range(between: str) -> bool:
    """Whether the words between two figures make a range of them: "15 to 16"."""
    return _PATTERNS.range.match(between) is not None


def _month(text: str, token: Token) -> int | None:
    month = pack.months().get(token.form)
    if token.form in _WORDS.cased_months and not text[token.start].isupper():
        return None
    return month


def _around_month(
    text: str, tokens: Sequence[Token], at: int, used: set[int]
) -> DateMention | None:
    month = _month(text, tokens[at])
    day = last_day = year = None
    first = last = at
    before, after = at - 1, at + 1
    # "15 December", "15-16 December", "the 15th of December"
    if before >= 0 and tokens[before].form in ("of", "de", "von"):
        before -= 1
    value = _day_at(text, tokens, before)
    if value is not None:
        day, first = value, before
        earlier = _day_at(text, tokens, before - 1)
        if earlier is not None and is_range(text[tokens[before - 1].end : tokens[before].start]):
            day, last_day, first = earlier, value, before - 1
    else:
        value = _day_at(text, tokens, after)
        if value is not None:
            day, last, after = value, after, after + 1
            later = _day_at(text, tokens, after)
            between = text[tokens[last].end : tokens[after].start] if later is not None else ""
            if later is not None and re.fullmatch(r"\s*[-–—]\s*|\s+and\s+|\s+to\s+", between):
                last_day, last, after = later, after, after + 1
    if after < len(tokens) and _YEAR.fullmatch(tokens[after].form):
        gap = text[tokens[last].end : tokens[after].start]
        if re.fullmatch(r"[\s,،]*(?:of\s+)?", gap):
            year, last = int(tokens[after].form), after
    word = tokens[at]
    in_time = (
        at > 0 and tokens[at - 1].form in _WORDS.before_month and not _PART.match(text, word.end)
    )
    if day is None and year is None and word.form in _WORDS.cased_months and not in_time:
        return None  # a name as often: Theresa May, Mar-a-Lago
    weekday = None
    if day is not None:
        first, weekday = _weekday_before(text, tokens, first)
    used.update(range(first, last + 1))
    span = Span(tokens[first].start, tokens[last].end)
    return DateMention(year, month, day, last_day, weekday, span)


def _weekday_before(text: str, tokens: Sequence[Token], first: int) -> tuple[int, int | None]:
    """Where a date starts that is written from ``tokens[first]`` on, and its weekday if it has one.

    In "Wednesday, 12 March" the weekday says nothing by itself.
    """
    at = first - 1
    if at >= 0 and tokens[at].form in _WORDS.between_weekday:
        at -= 1
    if at < 0 or tokens[at].form not in pack.weekdays():
        return first, None
    inner = tokens[at + 1].start if at + 1 < first else tokens[first].start
    if not _WEEKDAY_BEFORE.fullmatch(text, tokens[at].end, inner):
        return first, None
    return at, pack.weekdays()[tokens[at].form]


def _day_at(text: str, tokens: Sequence[Token], at: int) -> int | None:
    if not 0 <= at < len(tokens):
        return None
    # The sign of "15-16" is a dash.
    match = _PATTERNS.day.fullmatch(tokens[at].form.lstrip("-"))
    if match is None or not text[tokens[at].start : tokens[at].end].lstrip("-–−")[:1].isdigit():
        return None
    return int(match.group(1)) if 1 <= int(match.group(1)) <= 31 else None


def _is_year(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether four figures are a year: no thousands mark, nothing counted, no currency."""
    token = tokens[at]
    if text[token.start : token.end] != token.form and token.form.isascii():
        digits = text[token.start : token.end]
        if not digits.isdigit():
            return False
    if at and tokens[at - 1].form in ("$", "€", "£"):
        return False
    before = tokens[at - 1].form if at else ""
    if before in _WORDS.before_year:
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    # "The 2022 strike", but "the 2000 strikers".
    if before in _WORDS.determiners and following is not None and not following.form.endswith("s"):
        return True
    if following is None or not text[token.end : following.start].isspace():
        return True
    return following.form in STOP_WORDS
