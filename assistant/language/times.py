"""Times in questions: "in May 2024", "on Monday", "before 2010"; for follow-ups about another time."""

from __future__ import annotations

import re

from assistant.language import pack

_PATTERNS = pack.Patterns("times")
_ARABIC = re.compile("[\u0621-\u064a]")
_LETTER = re.compile(r"[^\W\d_]")


def at_another_time(asked: str, question: str) -> str | None:
    """The earlier question about the time that ``question`` consists of; None where it is more or less.

    >>> at_another_time("How many tourists came in 2018?", "and before 2010?")
    'How many tourists came before 2010?'
    >>> at_another_time("When was the dam built?", "and in 1974?") is None
    True
    """
    other = _PATTERNS.another.fullmatch(question)
    if other is None or _PATTERNS.asks_when.match(asked):
        return None
    if not re.search(r"\w", asked) or _PATTERNS.several.search(asked):
        return None
    when = _PATTERNS.name_of_time.sub(lambda name: name.group().capitalize(), other["when"])
    preposition = (other["preposition"] or "").lower()
    if _LETTER.search(question) and bool(_ARABIC.search(asked)) != bool(_ARABIC.search(question)):
        return None
    events = list(_PATTERNS.year_of_event.finditer(asked))
    before = [*_PATTERNS.time.finditer(asked), *events]
    rest = asked
    for time in reversed(before):
        rest = rest[: time.start()] + " " * len(time.group()) + rest[time.end() :]
    if len(before) > 1 or _PATTERNS.unclear.search(rest):
        return None
    # "May" and "March" alone may be names, unless it was a time that was asked about.
    if not before and not preposition and not re.search(r"\d|day\b", when):
        return None
    if events and _PATTERNS.only_year.fullmatch(when):
        return asked[: events[0].start()] + when + _mark(asked, asked[events[0].end() :])
    if before and not events:
        last = before[0]
        kept = last["preposition"] or ""
        put = preposition or (
            kept
            if bool(_PATTERNS.on.match(when)) == bool(_PATTERNS.on.match(last["when"]))
            else _fitting(when)
        )
        if last.start() == 0:
            put = put[:1].upper() + put[1:]
        return asked[: last.start()] + put + when + _mark(asked, asked[last.end() :])
    rest = asked.rstrip(" ?؟.")
    return f"{rest} {preposition or _fitting(when)}{when}" + _mark(
        asked, asked.rstrip()[len(rest) :]
    )


def _fitting(when: str) -> str:
    if _ARABIC.search(when):
        return "في "
    return "on " if _PATTERNS.on.match(when) else "in "


def _mark(asked: str, rest: str) -> str:
    """What follows, with the question mark that it should have."""
    rest = rest.rstrip()
    if rest.endswith(("?", "؟", ".")):
        return rest
    return rest + ("؟" if _ARABIC.search(asked) else "?")
