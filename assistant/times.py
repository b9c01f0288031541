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
_TIME = re.compile(rf"(?<![\w-]){_PHRASE}", re.IGNORECASE)
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
    when, preposition = other["when"], other["preposition"] or ""
    if _LETTER.search(question) and bool(_ARABIC.search(asked)) != bool(_ARABIC.search(question)):
        return None
    before = list(_TIME.finditer(asked))
    # "May" and "March" alone may be names, unless it was a time that was asked about.
    if not before and not preposition and not re.search(r"\d|day\b", when):
        return None
    if before:
        last = before[-1]
        kept = last["preposition"] or ""
        put = preposition or (
            kept if bool(_ON.match(when)) == bool(_ON.match(last["when"])) else _fitting(when)
        )
        if last.start() == 0:
            put = put[:1].upper() + put[1:]
        return asked[: last.start()] + put + when + _mark(asked, asked[last.end() :])
    rest = asked.rstrip(" ?؟")
    return f"{rest} {preposition or _fitting(when)}{when}" + _mark(asked, "")


def _fitting(when: str) -> str:
    if _ARABIC.search(when):
        return "في "
    return "on " if _ON.match(when) else "in "


def _mark(asked: str, rest: str) -> str:
    """What follows, with the question mark that it should have."""
    rest = rest.rstrip()
    if rest.endswith(("?", "؟")):
        return rest
    return rest + ("؟" if _ARABIC.search(asked) else "?")
