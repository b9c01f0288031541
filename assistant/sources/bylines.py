"""The date and the author that an article's own first lines name, where nothing else does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.sources.blocks import Block
from assistant.types import ParagraphKind, Section
from assistant.values import MONTHS, WEEKDAYS, fold

LINES = 4
"""Paragraphs after the headline that may be a byline."""
LINE_CHARS = 120

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NAME_OF_MONTH = r"[^\W\d_]{3,10}\.?"
_DATE = (
    r"(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?:[T ]\d\d:\d\d\S*)?"
    rf"|(?P<day>{_DAY})\s+(?:of\s+)?(?P<month>{_NAME_OF_MONTH}),?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<us_month>{_NAME_OF_MONTH})\s+(?P<us_day>{_DAY}),?\s+(?P<us_year>(?:19|20)\d\d)"
)
_BYLINE = re.compile(
    r"(?:(?P<by>by|بقلم|von|par|por)(?P<sign>[:\s])\s*(?P<author>[^\d,;|•·–—()]{2,60}?)\s*(?:[,;|•·–—-]\s*|$))?"
    r"(?:(?:(?:first\s+)?(?:published|posted)|date[d]?|نُ?شرت?|تاريخ النشر)\s*(?:on|at|في)?\s*:?\s*)?"
    r"(?:[^\W\d_]{2,12}day,?\s+)?"
    rf"(?:{_DATE})?"
    r"(?:\s*[,|•·–—-]?\s*(?:at\s+)?\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\.?)?(?:\s+[A-Z]{2,4})?)?\s*\.?",
    re.IGNORECASE,
)


_PLACE = (
    r"(?:[A-ZÀ-Þ][\w'’.-]*(?:[ -](?:[a-z]{1,3} )?[A-ZÀ-Þ][\w'’.-]*){0,3}"
    r"(?:, [A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,2})?"
    r"|[\u0621-\u064a]+(?: [\u0621-\u064a]+){0,3})"
)
_AGENCY = r"(?:\s*\([^()\d]{2,40}\))?"
_DATELINE = re.compile(rf"{_PLACE}{_AGENCY}[,،]?\s+(?:{_DATE}){_AGENCY}\s*(?:--|[-–—])\s+(?=\S)")
_IN_PLACE = frozenset("in at from on since by the في من".split())
"""What a sentence begins with that only tells where something happened."""
_SMALL_WORDS = frozenset(
    "and und y et e & de del da di du la le van von der den bin al ibn with mit con".split()
)
_PREFIXED = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
"""al-Rub, d'Estaing"""
_NO_AUTHOR = frozenset(
    "the a an this that of in on at all our your my their what which who whom how".split()
)


def read_byline(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Author and ISO date of the first short paragraph that is nothing but a byline; else a dateline's date.

    A paragraph that says anything else is none: "On 4 November 2024 leaders met." dates an event.

    Args:
        blocks: The article's paragraphs from its headline on.

    Returns:
        Each None where it is not given.
    """
    lines = [block for block in blocks if block.section is not Section.HEADLINE][:LINES]
    author = published = dateline = None
    for block in lines:
        text = block.text.strip(" *_\t\n")
        if block.kind is not ParagraphKind.TEXT or not text:
            continue
        dateline = dateline or _read_dateline(text)
        found = _BYLINE.fullmatch(text) if len(text) <= LINE_CHARS else None
        if found is None or author or published:
            continue
        dated = _date_of(found)
        if found["author"] and not _is_author(found, is_dated=dated is not None):
            continue
        author, published = found["author"], dated
    return author, published or dateline


def _read_dateline(text: str) -> str | None:
    """The date before an article's first words: "TAVIRA, 6 November 2024 - Leaders"."""
    found = _DATELINE.match(text)
    if found is None or text.split(maxsplit=1)[0].lower() in _IN_PLACE:
        return None
    return _date_of(found)


def _is_author(found: re.Match[str], *, is_dated: bool) -> bool:
    """Whether what stands after "by" is someone's name: "By the sea" and "By Monday" name nobody."""
    author = found["author"]
    if found["sign"] == ":" or found["by"] == "بقلم":
        return True
    words = author.split()
    folded = [fold(word) for word in words]
    is_time = folded[0].strip(".") in MONTHS or folded[0] in WEEKDAYS
    if not _NO_AUTHOR.isdisjoint(folded) or (is_time and len(words) == 1):
        return False
    if author[-1] in "?!" or (author[-1] == "." and len(folded[-1]) > 3):
        return False
    if is_dated:
        return True
    return len(words) > 1 and words[0][0].isupper() and all(
        word[0].isupper() or word in _SMALL_WORDS or _PREFIXED.match(word) for word in words
    )  # fmt: skip


def _date_of(found: re.Match[str]) -> str | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"]).isoformat()
        day, month, year = (
            found["day"] or found["us_day"],
            found["month"] or found["us_month"],
            found["year"] or found["us_year"],
        )
        if day is None or fold(month).rstrip(".") not in MONTHS:
            return None
        number = MONTHS[fold(month).rstrip(".")]
        return date(int(year), number, int(re.sub(r"\D", "", day))).isoformat()
    except ValueError:
        return None
