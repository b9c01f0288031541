"""When a page was published, by what it says itself, and where it says so.

None rather than a wrong day: a date in prose, beside a link to another page, in a comment, a footer or a
copyright notice dates something else; a bare year or month is no day; 03/04 is two days, unless the page
says which country's order it uses. Months' names are data, in ``dates.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from assistant.sources import main_text
from assistant.sources.furniture import fold
from assistant.sources.linked_data import is_article
from assistant.sources.markup import Piece
from assistant.types import ParagraphKind

FIRST_YEAR, LAST_YEAR = 1995, 2100
"""Of dates that are only seen: older than the Web are those of other things."""
LINE_CHARS = 160
"""A date line is no longer."""
OTHER_WORDS = 8
"""So many words besides the date a date line may have: names, places, "published on"."""
FILLER_CHARS = 3
ABOVE = 2
"""Paragraphs of running text from the top among which a date line is looked for."""
_META = (
    "article:published_time og:article:published_time article:published og:published_time datepublished"
    " article.published dc.date.issued dcterms.issued dc.date.created dcterms.created dcterms.date dc.date"
    " citation_publication_date citation_online_date citation_date parsely-pub-date sailthru.date bt:pubdate"
    " pubdate pub_date publishdate publish-date publish_date published-date publication-date publicationdate"
    " publication_date published_date rbpubdate cxenseparse:recs:publishtime originalpublicationdate"
    " article_date_original dateposted displaydate release_date date created datecreated"
).split()
"""Names under which pages state it, the plainest first."""
_ITEM = "datePublished"
_ISO = re.compile(r"(?<!\d)(\d{4})([-/.]?)(\d\d)\2(\d\d)(?!\d)")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?![\d/-]|\.\d)")
_TOKEN = re.compile(r"\w+")
_DAY = re.compile(r"(\d{1,2})[^\W\d]{0,3}")
_YEAR = re.compile(r"(\d{4})[^\W\d]{0,2}")
_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?:[/_-]|$)|/((?:19|20)\d\d)(\d\d)(\d\d)/"
)
_SENTENCE = re.compile(r"\w[\"'”’»)]*[.!?。؟]\s*$")
_NO_DATE = re.compile(r"[©®]|\(c\)", re.IGNORECASE)
_UPDATED = re.compile(r"updat|modif|revis", re.IGNORECASE)
_MONTH_FIRST = ("en-us", "en_us", "en-ph", "en_ph")


@dataclass(frozen=True, slots=True)
class Found:
    """A day and where it stands."""

    day: str
    """ISO 8601."""
    where: str
    """``json-ld``, ``meta``, ``time element``, ``address``, ``date line`` or ``update line``."""


def published_of(
    tree: Any, pieces: Sequence[Piece], *, nodes: Sequence[dict[str, Any]], url: str | None
) -> Found | None:
    """The day on which a page was published; None where the page does not say so."""
    reader = _Reader.of(tree)
    top = _above_the_text(pieces)
    ways = (
        ("json-ld", (str(node.get(_ITEM) or "") for node in _dated(nodes))),
        ("meta", _meta(tree)),
        ("time element", _marked_up(tree, top)),
    )
    for where, values in ways:
        for value in values:
            if day := reader.day(value):
                return Found(day, where)
    for where in ("date line", "update line"):
        for piece in top:
            if day := reader.of_line(piece.block.text, updated=where == "update line"):
                return Found(day, where)
        if where == "date line" and (day := _of_address(url)):
            return Found(day, "address")
    return None


def _dated(nodes: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Articles; without one, the page itself."""
    articles = [node for node in nodes if is_article(node) and node.get(_ITEM)]
    yield from articles or nodes


def _meta(tree: Any) -> Iterator[str]:
    stated: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        stated.setdefault(name.strip().lower(), element.get("content") or "")
    yield from (stated[name] for name in _META if name in stated)


def _above_the_text(pieces: Sequence[Piece]) -> list[Piece]:
    """Short paragraphs from the first-level heading to the beginning of the running text."""
    start = next((i for i, piece in enumerate(pieces) if piece.element.tag == "h1"), 0)
    prose = 0
    top = []
    for piece in pieces[max(0, start - 3) :]:
        text = piece.block.text
        is_date_line = len(text) <= LINE_CHARS and not main_text.in_furniture(piece.element)
        if is_date_line and piece.block.kind is not ParagraphKind.TABLE:
            top.append(piece)
        prose += main_text.is_prose(piece)
        if prose >= ABOVE:
            break
    return top


def _marked_up(tree: Any, top: Sequence[Piece]) -> Iterator[str]:
    """What elements made for dates state: anywhere if made for this one, else above the text."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "meta":
            continue
        names = f"{element.get('itemprop') or ''} {element.get('property') or ''}"
        is_own = _ITEM in names or element.get("pubdate") is not None
        if is_own and not main_text.in_furniture(element):
            yield element.get("datetime") or element.get("content") or element.text_content()
    lines = {piece.element for piece in top if len(piece.block.text.split()) <= 2 * OTHER_WORDS}
    for element in tree.iter("time"):
        own = next((e for e in (element, *element.iterancestors()) if e in lines), None)
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if own is None or _UPDATED.search(label) or main_text.in_furniture(element):
            continue
        shown = own.text_content()
        if not is_update(shown) and not _SENTENCE.search(shown):
            yield element.get("datetime") or shown


def _of_address(url: str | None) -> str | None:
    found = _ADDRESS.search(url or "")
    if found is None:
        return None
    return _iso(*(int(group) for group in found.groups() if group))


def is_update(text: str) -> bool:
    """Whether a line says when something was changed, not when it was published."""
    published, updated = _words()
    folded = f" {fold(text)} "
    says = [any(f" {word} " in folded for word in words) for words in (updated, published)]
    return says[0] and not says[1]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads dates of one page."""

    language: str
    order: str
    """Of day and month in numbers with slashes: ``dmy``, ``mdy``, or empty where unknown."""

    @classmethod
    def of(cls, tree: Any) -> _Reader:
        locale = next(
            (m.get("content") or "" for m in tree.iter("meta") if m.get("property") == "og:locale"),
            "",
        )
        tags = [tag.strip().lower() for tag in (tree.get("lang") or "", locale) if tag.strip()]
        language = tags[0][:2] if tags else ""
        if any(tag.startswith(_MONTH_FIRST) for tag in tags):
            return cls(language, "mdy")
        is_known = any(len(tag) > 3 for tag in tags) or language not in ("", "en")
        return cls(language, "dmy" if is_known else "")

    def of_line(self, text: str, *, updated: bool) -> str | None:
        """The day that a line is there to state; None where it is a sentence or has several."""
        if is_update(text) is not updated or _NO_DATE.search(text):
            return None
        days = list(self._days(text))
        if len({day for day, _ in days}) > 1:
            days = self._labelled(text, days)
        if len({day for day, _ in days}) != 1:
            return None
        words = [w for w in fold(text).split() if not w[0].isdigit() and not self._is_month(w)]
        is_sentence = _SENTENCE.search(text) and len(words) > OTHER_WORDS // 2
        return None if is_sentence or len(words) > 2 * OTHER_WORDS else days[0][0]

    def _labelled(self, text: str, days: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Of several days in a line the one behind "published"."""
        published, _ = _words()
        labelled = []
        for day, at in days:
            before = fold(text[:at]).split()[-3:]
            if any(word in published for word in (*before, " ".join(before[-2:]))):
                labelled.append((day, at))
        return labelled[-1:]

    def day(self, value: str) -> str | None:
        """The day of a stated value, in whatever form it is written."""
        value = value.strip()[:LINE_CHARS]
        if found := _ISO.match(value):
            return _iso(int(found[1]), int(found[3]), int(found[4]))
        days = {day for day, _ in self._days(value)}
        return days.pop() if len(days) == 1 else None

    def _days(self, text: str) -> Iterator[tuple[str, int]]:
        """Whole days in a text, and where each begins."""
        for found in (*_ISO.finditer(text), *_EAST_ASIAN.finditer(text)):
            parts = [int(part) for part in found.groups() if part and part[0].isdigit()]
            if day := _seen(*parts):
                yield day, found.start()
        for found in _NUMERIC.finditer(text):
            if day := self._numeric(int(found[1]), int(found[3]), int(found[4]), found[2]):
                yield day, found.start()
        tokens = [(match.group(), match.start()) for match in _TOKEN.finditer(text)]
        for at in range(len(tokens)):
            if found_day := self._worded([word for word, _ in tokens[at : at + 7]]):
                yield found_day, tokens[at][1]

    def _numeric(self, first: int, second: int, year: int, separator: str) -> str | None:
        if separator == "." or self.order == "dmy" or first == second or first > 12:
            return _seen(year, second, first)
        if self.order == "mdy" or second > 12:
            return _seen(year, first, second)
        return None

    def _worded(self, words: list[str]) -> str | None:
        """A day at the beginning of ``words``: "6 January 2026", "January 6, 2026", "2026. január 6"."""
        month, rest = self._month_at(words)
        if month:
            return _of_words(rest[0], rest[1], month) if len(rest) > 1 else None
        month, rest = self._month_at(self._after_fillers(words[1:]))
        if not month or not rest:
            return None
        return _of_words(words[0], rest[0], month) or _of_words(rest[0], words[0], month)

    def _month_at(self, words: list[str]) -> tuple[int | None, list[str]]:
        """The month that ``words`` begin with, by one name or two, and what follows."""
        for width in (2, 1):
            if month := self._month(words[:width]):
                rest = words[width:]
                again = next((w for w in (2, 1) if self._month(rest[:w]) == month), 0)
                return month, self._after_fillers(rest[again:])
        return None, words

    def _after_fillers(self, words: list[str]) -> list[str]:
        """Without the short words inside a date: "6 de enero de 2026", "6th of January"."""
        at = 0
        while at < min(2, len(words)) and len(words[at]) <= FILLER_CHARS and words[at].isalpha():
            if self._is_month(words[at]):
                break
            at += 1
        return words[at:]

    def _month(self, words: list[str]) -> int | None:
        name = fold(" ".join(words))
        own, others = _months()
        if not name or name[0].isdigit():
            return None
        return own.get(self.language, {}).get(name) or others.get(name)

    def _is_month(self, word: str) -> bool:
        return self._month([word]) is not None


def _of_words(day: str, year: str, month: int) -> str | None:
    of_day, of_year = _DAY.fullmatch(day), _YEAR.fullmatch(year)
    return _seen(int(of_year[1]), month, int(of_day[1])) if of_day and of_year else None


def _seen(year: int, month: int, day: int) -> str | None:
    return _iso(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _raw() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(
        resources.files("assistant.sources").joinpath("dates.toml").read_text("utf-8")
    )


@lru_cache(maxsize=1)
def _months() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Months by folded name: of each language, and those that mean one month in all."""
    own: dict[str, dict[str, int]] = {}
    everywhere: dict[str, set[int]] = {}
    for language, names in _raw()["months"].items():
        table = own.setdefault(language, {})
        for number, alternatives in enumerate(names, 1):
            for name in alternatives.split(","):
                table[fold(name)] = number
                everywhere.setdefault(fold(name), set()).add(number)
    return own, {name: next(iter(all_)) for name, all_ in everywhere.items() if len(all_) == 1}


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """What stands before the day of publication, and before that of a change."""
    labels = _raw()["labels"]
    published, updated = (
        frozenset(fold(word) for word in labels[key]) for key in ("published", "updated")
    )
    return published, updated
