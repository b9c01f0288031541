"""When a sentence says that something happens: its dates as days of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from assistant.language.dates import DateMention
from assistant.language.facts import Facts, facts_of
from assistant.language.tenses import is_ahead, is_since
from assistant.types import Span

DAYS_AHEAD = 92
"""A date without a year lies at most this long after the article that gives it."""
DATE_ALONE_WORDS = 2
"""With so few words beside it a date is a line of its own, and no statement."""


@dataclass(frozen=True, slots=True)
class DayTold:
    """A date of a sentence, placed."""

    first: str
    """As far as it is known: 2026-01-06, 2026-01, 2026; ``--01-06`` without a year."""
    last: str | None
    """The last day of a range."""
    is_inferred: bool
    """The year is the article's, not the sentence's."""
    span: Span
    """Where the sentence gives it."""


def days_told(sentence: str, published: str | None) -> list[DayTold]:
    """The dates on which a sentence says that something happens, in its order.

    Args:
        sentence: Its text.
        published: The date of the article, for days without a year.

    >>> [day.first for day in days_told("The ministers met in Paris on Tuesday.", "2026-01-07")]
    ['2026-01-06']
    """
    facts = facts_of(sentence)
    found = []
    for mention in facts.dates:
        if _stands_alone(mention, facts) or is_since(mention, facts):
            continue
        placed = resolve(mention, published, is_ahead=is_ahead(mention, facts))
        if placed is not None:
            found.append(DayTold(*placed, mention.span))
    return found


def _stands_alone(mention: DateMention, facts: Facts) -> bool:
    """Whether a date is all there is, as in a byline."""
    outside = [
        token
        for token in facts.tokens
        if token.end <= mention.span.start or mention.span.end <= token.start
    ]
    return len(outside) <= DATE_ALONE_WORDS


def resolve(
    mention: DateMention, published: str | None, *, is_ahead: bool | None = None
) -> tuple[str, str | None, bool] | None:
    """``(date, last date, whether the year is inferred)``; None where it cannot be placed.

    Args:
        mention: The date as far as it is given.
        published: The article's own date.
        is_ahead: What happens then is told of as to come: a weekday or month is the next one, not the last;
            None where that is not known.

    >>> from assistant.types import Span
    >>> resolve(DateMention(None, 12, 15, 16, None, Span(0, 0)), "2026-01-07")
    ('2025-12-15', '2025-12-16', True)
    >>> resolve(DateMention(None, None, None, None, 2, Span(0, 0)), "2026-01-07")
    ('2026-01-06', None, True)
    >>> resolve(DateMention(None, 12, None, None, None, Span(0, 0)), "2026-01-07", is_ahead=True)
    ('2026-12', None, True)
    """
    known = _day(published)
    if mention.weekday is not None and mention.month is None and mention.year is None:
        if known is None:
            return None
        back = (known.isoweekday() - mention.weekday) % 7
        days = (7 - back) % 7 if is_ahead else -back
        return (known + timedelta(days=days)).isoformat(), None, True
    year, inferred = mention.year, False
    if year is None and mention.month is not None and known is not None:
        year = _year_of(mention.month, mention.day, known, is_ahead=is_ahead)
        inferred = _is_day(year, mention.month, mention.last_day or mention.day or 1)
        year = year if inferred else None  # 29 February, but of another year
    head = f"{year:04d}" if year is not None else "-"
    if mention.month is None:
        return (head, None, False) if year is not None else None
    head += f"-{mention.month:02d}"
    if mention.day is None:
        return head, None, inferred
    last = None if mention.last_day is None else f"{head}-{mention.last_day:02d}"
    return f"{head}-{mention.day:02d}", last, inferred


def _year_of(month: int, day: int | None, known: date, *, is_ahead: bool | None) -> int:
    """The year of a date that an article of the day ``known`` gives without it."""
    if is_ahead:
        is_over = (month, day or known.day) < (known.month, known.day)
        return known.year + is_over
    limit = known if is_ahead is False else known + timedelta(days=DAYS_AHEAD)
    return limit.year - ((month, day or 1) > (limit.month, limit.day))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None
