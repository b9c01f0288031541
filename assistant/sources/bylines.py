"""The date and the author that an article's own first lines name, where nothing else does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.sources.blocks import Block, with_lede
from assistant.types import ParagraphKind, Section
from assistant.values import MONTHS, WEEKDAYS, fold

LINES = 4
"""Paragraphs after the headline that may be a byline."""
LINE_CHARS = 120
NAME_WORDS = 4

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NAME_OF_MONTH = r"[^\W\d_]{3,10}\.?"
_DATE = (
    r"(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?:[T ]\d\d:\d\d\S*)?"
    rf"|(?P<day>{_DAY})\s+(?:of\s+)?(?P<month>{_NAME_OF_MONTH}),?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<us_month>{_NAME_OF_MONTH})\s+(?P<us_day>{_DAY}),?\s+(?P<us_year>(?:19|20)\d\d)"
)
_WEEKDAY = (
    r"(?:(?:[^\W\d_]{2,12}day|mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\b\.?"
    r"|(?:يوم\s+)?(?:ال)?(?:أحد|اثنين|إثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت))[,،]?\s+"
)
_SEPARATOR = r"\s*[,،;|•·–—][\s,،;|•·–—]*"
_NO_SEPARATOR = r"[^\d,،;|•·–—()]"
_BYLINE = re.compile(
    rf"(?:(?P<by>by|بقلم|كتبت?|إعداد|von|par|por)(?P<sign>[:\s])\s*(?P<author>(?!\s){_NO_SEPARATOR}{{2,60}}?)"
    rf"(?:(?:{_SEPARATOR}|\s+-\s+)(?P<of>(?!\s){_NO_SEPARATOR}{{2,40}}?))??"
    r"\s*(?:[,،;|•·–—-][\s,،;|•·–—-]*|$))?"
    r"(?:(?:(?:first\s+)?(?:published|posted)|date[d]?|نُ?شرت?|تاريخ النشر"
    r"|(?P<updated>(?:last\s+)?(?:updated|modified)|(?:آخر )?تحديث))\s*(?:on|at|في)?\s*:?\s*)?"
    rf"(?:{_WEEKDAY})?"
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
_PLACE_AND_DATE = rf"{_PLACE}{_AGENCY}[,،]?\s+(?:(?i:{_WEEKDAY}))?(?:{_DATE}){_AGENCY}"
_DATELINE = re.compile(rf"{_PLACE_AND_DATE}\s*(?:--|[-–—])\s+(?=\S)")
_DATELINE_ALONE = re.compile(rf"{_PLACE_AND_DATE}\s*(?:--|[-–—:])?")
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
_NO_NAMES = frozenset(
    "news report reports special analysis opinion exclusive update updated live breaking world business sport sports "
    "politics comment editorial staff press release from for to with by over under after before about is are was were "
    "في من على إلى عن مع بعد قبل بين خاص خاصة حصري عاجل تقرير تحليل رأي أخبار وكالات تغطية متابعة متابعات".split()
)
"""Words of a rubric or a headline, which no name has."""
_ROLES = frozenset(
    "editor correspondent reporter writer columnist analyst journalist staff bureau agency".split()
)
_IN_TOWN = re.compile(r"\s+in\s+[A-ZÀ-Þ].*")
_ARABIC_NAME = re.compile(r"[\u0621-\u064a]+(?: [\u0621-\u064a]+)+")
_ASCII_DIGITS = {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}


def read_byline(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Author and ISO date of the first short paragraphs that are nothing but a byline; else a dateline's date.

    A paragraph that says anything else is none: "On 4 November 2024 leaders met." dates an event.

    Args:
        blocks: The article's paragraphs from its headline on.

    Returns:
        Each None where it is not given.
    """
    lines = [block for block in blocks if block.section is not Section.HEADLINE][:LINES]
    has_headline = any(block.kind is ParagraphKind.HEADING for block in blocks[: LINES + 1])
    author = published = dateline = None
    for at, block in enumerate(lines):
        text = block.text.strip(" *_\t\n")
        if block.kind is not ParagraphKind.TEXT or not text:
            continue
        found = read_line(text)
        if found is None:
            dateline = dateline or read_dateline(text)
        else:
            author = author or found.author
            if found.is_dateline:
                dateline = dateline or found.published
            else:
                published = published or found.published
        dated = found is not None and found.published is not None and found.author is None
        if dated and at == 1 and has_headline and lines[0].kind is ParagraphKind.TEXT:
            author = author or bare_author(lines[0].text)
    return author, published or dateline


def is_byline(block: Block) -> bool:
    """Whether a paragraph is nothing but a byline or a dateline."""
    return block.kind is ParagraphKind.TEXT and read_line(block.text.strip(" *_\t\n")) is not None


def with_lede_under_byline(blocks: Sequence[Block], author: str | None) -> list[Block]:
    """Mark the first paragraph of the text itself as the lede, not the byline over it.

    Args:
        blocks: The article's paragraphs from its headline on.
        author: As :func:`read_byline` found it: its line may be the name alone.
    """
    above = 0
    for block in blocks:
        is_above = block.section is Section.HEADLINE or is_byline(block)
        if not is_above and block.text.strip(" *_\t\n") != author:
            break
        above += 1
    return [*blocks[:above], *with_lede(blocks[above:])]


@dataclass(frozen=True, slots=True)
class Byline:
    """What one line of a byline gives."""

    author: str | None
    published: str | None
    """ISO 8601."""
    is_dateline: bool = False
    """The date stands behind a place or "updated": a line that says "published" knows better."""


def read_line(text: str) -> Byline | None:
    """Author and date of a line that is nothing but a byline or a dateline, None for any other.

    >>> read_line("By Ann Lee, Capital Observer")
    Byline(author='Ann Lee', published=None, is_dateline=False)
    >>> read_line("HARWICK, Tuesday 10 November 2026").published
    '2026-11-10'
    >>> read_line("In Harwick, 10 November 2026")
    """
    if len(text) > LINE_CHARS:
        return None
    text = text.translate(_ASCII_DIGITS)
    found = _BYLINE.fullmatch(text)
    if found is None:
        found = _DATELINE_ALONE.fullmatch(text)
        published = _date_of(found) if found and not _is_sentence(text) else None
        return Byline(None, published, is_dateline=True) if published else None
    published, author = _date_of(found), found["author"]
    if author:
        place = _IN_TOWN.search(author) if fold(found["by"]) == "by" else None
        author = (author[: place.start()] if place else author).strip()
        is_dated = published is not None and place is None
        if not _is_author(found, author, is_dated=is_dated) or not _is_outlet(found["of"]):
            return None
    is_late = found["updated"] is not None
    return Byline(author, published, is_dateline=is_late) if author or published else None


def bare_author(text: str) -> str | None:
    """``text``, if it may be someone's name that stands over the date without a "by"."""
    name = text.strip(" *_\t\n")
    words = name.split()
    folded = {fold(word) for word in words}
    if not 2 <= len(words) <= NAME_WORDS or re.search(r"[\d.,،;:؛?!؟()\"«»“”|/]", name):
        return None
    if not folded.isdisjoint(_NO_AUTHOR | _NO_NAMES):
        return None
    if _ARABIC_NAME.fullmatch(name):
        return None if words[0].startswith("ال") else name
    is_name = words[0][0].isupper() and words[-1][0].isupper()
    return name if is_name and all(_is_in_name(word) for word in words) else None


def read_dateline(text: str) -> str | None:
    """The date before an article's first words: "TAVIRA, 6 November 2024 - Leaders"."""
    text = text[:LINE_CHARS].translate(_ASCII_DIGITS)
    found = _DATELINE.match(text)
    return None if found is None or _is_sentence(text) else _date_of(found)


def _is_sentence(text: str) -> bool:
    return text.split(maxsplit=1)[0].lower() in _IN_PLACE


def _is_in_name(word: str) -> bool:
    return word[0].isupper() or word in _SMALL_WORDS or _PREFIXED.match(word) is not None


def _is_outlet(of: str | None) -> bool:
    """Whether what follows a name says whose reporter it is, or what for: "Health Editor"."""
    words = (of or "").split()
    if not words:
        return True
    return fold(words[-1]) in _ROLES or all(
        _is_in_name(word) or word in ("the", "for", "at", "in") or not word.isascii()
        for word in words
    )


def _is_author(found: re.Match[str], author: str, *, is_dated: bool) -> bool:
    """Whether what stands after "by" is someone's name: "By the sea" and "By Monday" name nobody."""
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
    return len(words) > 1 and words[0][0].isupper() and all(_is_in_name(word) for word in words)


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
