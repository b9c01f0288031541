"""Spans as people want them: whole sentences around, tidy ends, whole quotations and dates."""

from __future__ import annotations

import re

from assistant.types import Paragraph, Span
from embeddings.sentences import sentence_spans

_OPENERS = "\"'“‘«„([{‹「『"
_CLOSERS = "\"'”’»“)]}›」』"
_PAIRS = {
    "“": "”",
    "‘": "’",
    "«": "»",
    "„": "“",
    "(": ")",
    "[": "]",
    "{": "}",
    "‹": "›",
    "「": "」",
}
_TRAILING = " \t\n,;:،؛.!?؟。…-–—"
_ABBREVIATION_END = re.compile(r"(?:\b\w\.){2,}$|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|Dr|No|a\.m|p\.m)\.$")
_SAYING = re.compile(
    r"\bwhat\b.{0,60}\b(?:say|said|says|state|stated|declare|declared|tell|told|quote[ds]?)\b"
    r"|ماذا قال|ماذا قالت|ماذا صرح",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"“[^”]{8,600}”|«[^»]{8,600}»|„[^“]{8,600}“|\"[^\"]{8,600}\"")
_WHEN = re.compile(
    r"^\s*(?:when|on (?:what|which) (?:date|day)|what (?:date|day)|متى)\b|في أي يوم", re.IGNORECASE
)
_WEEKDAY_BEFORE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+$|(?:الإثنين|الاثنين|الثلاثاء|الأربعاء|الخميس|"
    r"الجمعة|السبت|الأحد)،?\s+$"
)
_DAY_BEFORE = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?\s+$")
_YEAR_AFTER = re.compile(r"^,?\s+(?:19|20)\d\d\b")
_MONTH = re.compile(
    r"^(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)


def sentence_around(text: str, paragraph: Paragraph, start: int, end: int) -> Span:
    """The sentence of ``paragraph`` that holds ``start:end``, or the sentences it spans."""
    first, last = paragraph.start, paragraph.end
    found = [
        (paragraph.start + s, paragraph.start + e)
        for s, e in sentence_spans(text[paragraph.start : paragraph.end])
        if paragraph.start + s < end and start < paragraph.start + e
    ]
    if found:
        first, last = min(found[0][0], start), max(found[-1][1], end)
    return Span(first, last)


def refine(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Tidy ends of a span, a quotation completed when asked what someone said, a date with its day.

    Args:
        question: What was asked.
        text: The article's text.
        start: Offset of the span.
        end: Offset after it.

    Returns:
        The new span; never across a paragraph break.
    """
    if _SAYING.search(question):
        start, end = _whole_quotation(text, start, end)
    if _WHEN.search(question):
        start, end = _whole_date(text, start, end)
    return tidy(text, start, end)


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Ends without stray punctuation, half quotes or half brackets.

    >>> text = 'said: "We agree."'
    >>> text[slice(*tidy(text, 5, 17))]
    '"We agree."'
    >>> text[slice(*tidy(text, 0, 15))]
    'said: "We agree'
    """
    while start < end:
        piece = text[start:end]
        if piece[0].isspace() or piece[0] in ",;:،؛.)]}”»":
            start += 1
        elif (
            piece[-1].isspace()
            or (piece[-1] in _TRAILING and not _keeps_end(piece))
            or piece[-1] in "([{“«„"
        ):
            end -= 1
        elif (half := _half(piece)) is not None:
            start, end = (start + 1, end) if half == 0 else (start, end - 1)
        else:
            break
    return start, end


def _keeps_end(piece: str) -> bool:
    """Whether final punctuation belongs to the span: an abbreviation, or a whole sentence."""
    return bool(_ABBREVIATION_END.search(piece)) or (
        piece[-1] in ".!?؟。…" and len(piece.split()) >= 8
    )


def _half(piece: str) -> int | None:
    """0 if the first character opens what is never closed, -1 if the last closes what never opened."""
    first, last = piece[0], piece[-1]
    if first in _OPENERS and piece.count(_PAIRS.get(first, first)) < (
        2 if first == _PAIRS.get(first, first) else 1
    ):
        return 0
    if last in _CLOSERS:
        openers = [o for o, c in _PAIRS.items() if c == last] or [last]
        if openers == [last] and piece.count(last) < 2:
            return -1
        if openers != [last] and not any(opener in piece[:-1] for opener in openers):
            return -1
    return None


def _paragraph_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    low = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    high = text.find("\n\n", end)
    return low, high if high >= 0 else len(text)


def _whole_quotation(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = _paragraph_bounds(text, start, end)
    for match in _QUOTATION.finditer(text, low, high):
        if match.start() <= start and end <= match.end():
            return match.span()
    return start, end


def _whole_date(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = _paragraph_bounds(text, start, end)
    if _MONTH.match(text[start:end]):
        before = _DAY_BEFORE.search(text[low:start])
        if before:
            start = low + before.start()
    weekday = _WEEKDAY_BEFORE.search(text[low:start])
    if weekday:
        start = low + weekday.start()
    year = _YEAR_AFTER.match(text[end:high])
    if year and re.search(r"\d\s*$|[a-z]\s*$", text[start:end]):
        end += year.end()
    return start, end
