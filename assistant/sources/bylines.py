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


_SMALL_WORDS = frozenset(
    "and und y et e & de del da di du la le van von der den bin al ibn with mit con".split()
)
_PREFIXED = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
"""al-Rub, d'Estaing"""
_NO_AUTHOR = frozenset(
    "the a an this that of in on at all our your my their what which who whom how".split()
)


def read_byline(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Author and ISO date of the first short paragraph that is nothing but a byline.

    A paragraph that says anything else is none: "On 4 November 2024 leaders met." dates an event.

    Args:
        blocks: The article's paragraphs from its headline on.

    Returns:
        Each None where it is not given.
    """
    lines = [block for block in blocks if block.section is not Section.HEADLINE][:LINES]
    for block in lines:
        text = block.text.strip(" *_\t\n")
        if block.kind is not ParagraphKind.TEXT or not text or len(text) > LINE_CHARS:
            continue
        found = _BYLINE.fullmatch(text)
        if found is None:
            continue
        published = _date_of(found)
        if found["author"] and not _is_author(found, is_dated=published is not None):
            continue
        if published or found["author"]:
            return found["author"], published
    return None, None


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
