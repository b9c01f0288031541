"""Lines that are nothing but a byline or a dateline: the author and the date that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.language import pack
from assistant.language.values import fold

_PATTERNS = pack.Patterns("bylines")
_WORDS = pack.Words("bylines")
LINE_CHARS = 120
DATELINE_CHARS = 1_000
"""So far the sentence behind a dateline is looked at."""
NAME_WORDS = 4


_SENTENCE_END = re.compile(r"[.!?؟…][\"'”’»)]*(?:\s|$)")
_SENTENCE_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+")
_PREFIXED = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
"""al-Rub, d'Estaing"""
_ARABIC_NAME = re.compile(r"[\u0621-\u064a]+(?: [\u0621-\u064a]+)+")
_ASCII_DIGITS = {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}


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
    found = _PATTERNS.byline.fullmatch(text)
    if found is None:
        found = _PATTERNS.dateline_alone.fullmatch(text)
        published = _date_of(found) if found and not _is_sentence(text) else None
        return Byline(None, published, is_dateline=True) if published else None
    published, author = _date_of(found), found["author"]
    if author:
        place = _PATTERNS.in_town.search(author) if fold(found["by"]) == "by" else None
        author = (author[: place.start()] if place else author).strip()
        is_dated = published is not None and place is None
        if not _is_author(found, author, is_dated=is_dated) or not _is_outlet(found["of"]):
            return None
    is_late = found["updated"] is not None
    return Byline(author, published, is_dateline=is_late) if author or published else None


def is_doubtful_dateline(text: str) -> bool:
    """Whether a line of a place and a date may as well be a headline: the place is not in capitals.

    >>> is_doubtful_dateline("Lusail Stadium, 18 December 2022"), is_doubtful_dateline("OSTBY, 10 November 2026")
    (True, False)
    """
    text = text.translate(_ASCII_DIGITS)
    is_dateline = (
        _PATTERNS.byline.fullmatch(text) is None
        and _PATTERNS.dateline_alone.fullmatch(text) is not None
    )
    return is_dateline and not _in_capitals(text)


def is_sentence(text: str) -> bool:
    """Whether a text begins as a sentence and holds the end of one."""
    end = _SENTENCE_END.search(text)
    first = next((letter for letter in text if letter.isalpha()), "a")
    return (
        end is not None
        and not first.islower()
        and len(text.split(maxsplit=_SENTENCE_WORDS)) >= _SENTENCE_WORDS
    )


def bare_author(text: str, body: str = "") -> str | None:
    """``text``, if it may be someone's name that stands over the date without a "by".

    Args:
        text: A line.
        body: The text under it: a word that it has in small letters is in no name.
    """
    name = text.strip(" *_\t\n")
    words = name.split()
    folded = {fold(word) for word in words}
    if not 2 <= len(words) <= NAME_WORDS or re.search(r"[\d.,،;:؛?!؟()\"«»“”|/]", name):
        return None
    if not folded.isdisjoint(_WORDS.no_author | _WORDS.no_names | _WORDS.no_person):
        return None
    if _ARABIC_NAME.fullmatch(name):
        is_place = any(_PATTERNS.adjective.fullmatch(word) for word in words)
        return None if words[0].startswith("ال") or is_place else name
    common = {word for word in _WORD.findall(body) if word.islower()}
    if words[-1].lower() in common:  # "Will" and "Mark" are in the text of any article
        return None
    is_name = words[0][0].isupper() and words[-1][0].isupper()
    return name if is_name and all(_is_in_name(word) for word in words) else None


def read_dateline(text: str) -> str | None:
    """The date before an article's first words: "TAVIRA, 6 November 2024 - Leaders"."""
    text = text[:DATELINE_CHARS].translate(_ASCII_DIGITS)
    found = _PATTERNS.dateline.match(text[:LINE_CHARS])
    if found is None or _is_sentence(text):
        return None
    follows = text[found.end() :]
    if _is_range_end(follows) or _PATTERNS.aside.match(follows):
        return None
    return _date_of(found) if _in_capitals(text) or is_sentence(follows) else None


def _is_range_end(text: str) -> bool:
    """Whether the text goes on with another date: "3 May 1920 – 4 May 2020"."""
    found = _PATTERNS.range_end.match(text)
    if found is None:
        return False
    month = found["month"] or found["us_month"]
    return month is None or fold(month).rstrip(".") in pack.months("en", "ar")


def _in_capitals(text: str) -> bool:
    word = re.split(r"[\s,(]", text, maxsplit=1)[0]
    return word.isupper() and sum(map(str.isalpha, word)) > 1


def _is_sentence(text: str) -> bool:
    return text.split(maxsplit=1)[0].lower() in _WORDS.in_place


def _is_in_name(word: str) -> bool:
    return word[0].isupper() or word in _WORDS.small_words or _PREFIXED.match(word) is not None


def _is_outlet(of: str | None) -> bool:
    """Whether what follows a name says whose reporter it is, or what for: "Health Editor"."""
    words = (of or "").split()
    if not words:
        return True
    return fold(words[-1]) in _WORDS.roles or all(
        _is_in_name(word) or word in ("the", "for", "at", "in") or not word.isascii()
        for word in words
    )


def _is_author(found: re.Match[str], author: str, *, is_dated: bool) -> bool:
    """Whether what stands after "by" is someone's name: "By the sea" and "By Monday" name nobody."""
    if found["sign"] == ":" or found["by"] == "بقلم":
        return True
    words = author.split()
    folded = [fold(word) for word in words]
    is_time = folded[0].strip(".") in pack.months("en", "ar") or folded[0] in pack.weekdays("en")
    if not _WORDS.no_author.isdisjoint(folded) or (is_time and len(words) == 1):
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
        if day is None or fold(month).rstrip(".") not in pack.months("en", "ar"):
            return None
        number = pack.months("en", "ar")[fold(month).rstrip(".")]
        return date(int(year), number, int(re.sub(r"\D", "", day))).isoformat()
    except ValueError:
        return None
