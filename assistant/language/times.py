"""Times in questions: "in May 2024", "on Monday", "before 2010"; for follow-ups about another time."""

from __future__ import annotations

import re

_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "يناير|فبراير|مارس|[أا]بريل|مايو|يونيو|يوليو|[أا]غسطس|سبتمبر|[أا]كتوبر|نوفمبر|ديسمبر"
)
_WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WHEN = (
    rf"(?:(?:{_DAY}\s+(?:of\s+)?(?:{_MONTH})|(?:{_MONTH})\s+{_DAY}\b|{_MONTH})(?:,?\s+{_YEAR})?|"
    rf"(?:the\s+(?:year|early|late)\s+|عام\s+|سنة\s+)?{_YEAR}s?|{_WEEKDAY})(?!\w)"
)
_PREPOSITION = r"(?:(?:in|on|at|by|since|before|after|during|until|till|from)\s+|(?:في|منذ|قبل|بعد|حتى|خلال)\s+)"
_PHRASE = rf"(?P<preposition>{_PREPOSITION})?(?P<when>{_WHEN})"
_COUNTS = r"(?!\s+(?!(?:was|is|has|does|this|its|his)\b)(?:[a-z]+s|people|percent|per)\b)"
"""A number of "dollars" or "people" is no year."""
_TIME = re.compile(
    rf"(?<![\w-])(?:(?P<preposition>{_PREPOSITION})|(?=(?:عام|سنة)\s))(?P<when>{_WHEN}){_COUNTS}",
    re.IGNORECASE,
)
_EVENT = (
    "elections?|vote|referendum|census|budget|season|summit|tournament|final|championships?|games"
)
_YEAR_OF_EVENT = re.compile(rf"(?<=\b[Tt]he )(?P<when>{_YEAR})(?=\s+(?:[A-ZÀ-Þ]|(?:{_EVENT})\b))")
_ONLY_YEAR = re.compile(_YEAR)
_UNCLEAR = re.compile(
    rf"(?i:\b(?:last|this|next|early|late|mid|between)[\s-]+(?:{_WHEN}))|{_WEEKDAY}|{_DAY}\s+(?:of\s+)?(?:{_MONTH})"
    r"|\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
    rf"|(?<![\w$€£-]){_YEAR}s?(?!\w)(?!\s+[a-z])|\b[Tt]he\s+{_YEAR}(?!\w){_COUNTS}|يوم\s+ال"
)
"""A time that is none to put another for: "last Monday"."""
_SEVERAL = re.compile(
    rf"(?:{_WHEN})\s*(?:and|or|to|until|till|[-–—]|و|إلى|حتى)\s*(?:{_PREPOSITION})?(?:{_WHEN})",
    re.IGNORECASE,
)
_NAME_OF_TIME = re.compile(rf"\b(?:{_MONTH}|{_WEEKDAY})\b", re.IGNORECASE)
_ANOTHER = re.compile(
    rf"\s*(?P<and>(?:and|but|or)\s+|و(?=[\u0621-\u064a]))?(?P<about>(?:what|how)\s+about\s+|(?:و?ماذا عن)\s+)?"
    rf"{_PHRASE}\s*[?؟]*\s*",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"\s*(?:when\b|since when|(?:in |on |by )?(?:what|which) (?:year|month|day|date|decade)\b|"
    r"متى|في أي (?:عام|سنة|شهر|يوم))",
    re.IGNORECASE,
)
_ARABIC = re.compile("[\u0621-\u064a]")
_LETTER = re.compile(r"[^\W\d_]")
_ON = re.compile(rf"{_WEEKDAY}|{_DAY}\s|(?:{_MONTH})\s+{_DAY}\b", re.IGNORECASE)


def at_another_time(asked: str, question: str) -> str | None:
    """The earlier question about the time that ``question`` consists of; None where it is more or less.

    >>> at_another_time("How many tourists came in 2018?", "and before 2010?")
    'How many tourists came before 2010?'
    >>> at_another_time("When was the dam built?", "and in 1974?") is None
    True
    """
    other = _ANOTHER.fullmatch(question)
    if other is None or _ASKS_WHEN.match(asked):
        return None
    if not re.search(r"\w", asked) or _SEVERAL.search(asked):
        return None
    when = _NAME_OF_TIME.sub(lambda name: name.group().capitalize(), other["when"])
    preposition = (other["preposition"] or "").lower()
    if _LETTER.search(question) and bool(_ARABIC.search(asked)) != bool(_ARABIC.search(question)):
        return None
    events = list(_YEAR_OF_EVENT.finditer(asked))
    before = [*_TIME.finditer(asked), *events]
    rest = asked
    for time in reversed(before):
        rest = rest[: time.start()] + " " * len(time.group()) + rest[time.end() :]
    if len(before) > 1 or _UNCLEAR.search(rest):
        return None
    # "May" and "March" alone may be names, unless it was a time that was asked about.
    if not before and not preposition and not re.search(r"\d|day\b", when):
        return None
    if events and _ONLY_YEAR.fullmatch(when):
        return asked[: events[0].start()] + when + _mark(asked, asked[events[0].end() :])
    if before and not events:
        last = before[0]
        kept = last["preposition"] or ""
        put = preposition or (
            kept if bool(_ON.match(when)) == bool(_ON.match(last["when"])) else _fitting(when)
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
    return "on " if _ON.match(when) else "in "


def _mark(asked: str, rest: str) -> str:
    """What follows, with the question mark that it should have."""
    rest = rest.rstrip()
    if rest.endswith(("?", "؟", ".")):
        return rest
    return rest + ("؟" if _ARABIC.search(asked) else "?")
