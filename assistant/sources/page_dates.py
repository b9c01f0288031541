"""When a page was published, by what it says itself, and where it says so.

None rather than a wrong day: a date in prose, beside a link to another page, in a comment, a footer or a
copyright notice dates something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.language.bylines import read_dateline
from assistant.sources import linked_data, main_text
from assistant.sources.blocks import clean
from assistant.sources.days import LINE_CHARS, DayReader, is_update
from assistant.sources.furniture import fold
from assistant.sources.markup import Piece
from assistant.types import ParagraphKind

LINES_ABOVE = 3
"""So many lines over the heading are looked at."""
RUNNING = 2
"""Paragraphs of running text from the top among which a date line is looked for."""
TITLE_WORDS = 3
"""A heading of fewer words may be a part of any title, a link of fewer a name."""
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
_PUBLISHED_CLASSES = frozenset({"published", "dt-published"})
_UPDATED = re.compile(r"updat|modif|revis", re.IGNORECASE)
_PARTS_OF_THE_PAGE = ("", "mainentity", "mainentityofpage", "blogpost", "blogposts")
"""What an item may be to the one around it, and still be the page's own; others are comments, reviews, authors."""
_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-](\d\d?|[a-z]{3,9})[/-](\d\d?)(?:[/_-]|$)|/((?:19|20)\d\d)(\d\d)(\d\d)/"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A day and where it stands."""

    day: str
    """ISO 8601."""
    where: str
    """``json-ld``, ``meta``, ``time element``, ``address``, ``date line``, ``dateline`` or ``update line``."""


def published_of(
    tree: Any, pieces: Sequence[Piece], *, nodes: Sequence[dict[str, Any]], url: str | None
) -> Found | None:
    """The day on which a page was published; None where the page does not say so.

    Args:
        tree: The page.
        pieces: Its paragraphs.
        nodes: What it says of itself in JSON-LD.
        url: Its address.
    """
    reader = _reader_of(tree)
    top = _Top.of(tree, pieces)
    ways = (
        ("json-ld", map(_text_of, linked_data.published_of(nodes))),
        ("meta", _meta(tree, top)),
        ("time element", _marked_up(tree, top, reader)),
    )
    for where, values in ways:
        if day := _first(map(reader.day, values)):
            return Found(day, where)
    if day := _first(reader.of_line(line, updated=False) for line in top.texts()):
        return Found(day, "date line")
    if day := _of_address(url, reader):
        return Found(day, "address")
    if day := _first(map(read_dateline, top.running)):
        return Found(day, "dateline")
    day = _first(reader.of_line(line, updated=True) for line in top.texts())
    return Found(day, "update line") if day else None


def _first(days: Iterable[str | None]) -> str | None:
    return next(filter(None, days), None)


def _text_of(value: Any) -> str:
    """A stated value as text, of a list the first, of a typed one what it holds."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value")
    return str(value or "")


def _reader_of(tree: Any) -> DayReader:
    locale = next(
        (m.get("content") or "" for m in tree.iter("meta") if m.get("property") == "og:locale"), ""
    )
    return DayReader.of_locales(tree.get("lang") or "", locale)


@dataclass(frozen=True, slots=True)
class _Top:
    """Where an article begins: its heading, its first running text, and the short lines about them."""

    starts: Sequence[Any]
    """The elements of its heading and of its first running text, as far as there are."""
    lines: Sequence[Piece]
    running: Sequence[str]
    """The first paragraphs of running text."""

    def texts(self) -> Iterator[str]:
        """The lines' texts, but for those that lead to another page."""
        return (line.block.text for line in self.lines if not _leads_elsewhere(line))

    @classmethod
    def of(cls, tree: Any, pieces: Sequence[Piece]) -> _Top:
        heading = _heading_at(tree, pieces)
        running = [n for n, p in enumerate(pieces) if n >= (heading or 0) and main_text.is_prose(p)]
        del running[RUNNING:]
        if not running:
            return cls([] if heading is None else [pieces[heading].element], (), ())
        start = running[0] if heading is None else heading
        first = pieces[start].element
        starts = [first, pieces[running[0]].element]
        around = _around(first, pieces[running[-1 if heading is None else 0]].element)
        # With the second running text missing, what follows the first may be anything.
        lines = [
            piece
            for number, piece in enumerate(pieces[: running[-1]])
            if number >= start - LINES_ABOVE
            and number != heading
            and _is_line(piece)
            and _is_of_the_page(piece.element, starts)
            and (number > start or _is_beside(piece.element, around, first))
        ]
        return cls(starts, lines, [pieces[number].block.text for number in running])


def _heading_at(tree: Any, pieces: Sequence[Piece]) -> int | None:
    """The heading that the page's title repeats, else the first one of the first level."""
    title = fold(next((clean(t.text_content()) for t in tree.iter("title")), ""))
    headings = [n for n, piece in enumerate(pieces) if piece.block.kind is ParagraphKind.HEADING]
    for number in headings:
        text = fold(pieces[number].block.text)
        if text == title or (len(text.split()) >= TITLE_WORDS and text in title):
            return number
    return next((n for n in headings if pieces[n].element.tag == "h1"), None)


def _around(first: Any, second: Any) -> Any:
    """The smallest element around two."""
    path = {first, *first.iterancestors()}
    return next((e for e in (second, *second.iterancestors()) if e in path), None)


def _is_beside(element: Any, around: Any, heading: Any) -> bool:
    """Whether a line over the heading stands beside it, and not at the head of every page of the site."""
    path = [element, *element.iterancestors()]
    banner = next((e for e in path if e.tag == "header" or e.get("role") == "banner"), None)
    return around in path and (banner is None or banner in heading.iterancestors())


def _is_line(piece: Piece) -> bool:
    """Whether a paragraph may be a date line: short, and no headline, caption or table."""
    path = (piece.element, *piece.element.iterancestors())
    return (
        len(piece.block.text) <= LINE_CHARS
        and piece.block.kind not in (ParagraphKind.TABLE, ParagraphKind.CAPTION)
        and not any(e.tag in ("figure", "h1") for e in path)
    )


def _leads_elsewhere(line: Piece) -> bool:
    """Whether there is a link in a line that says more than a name or a rubric."""
    links = (clean(link.text_content()) for link in line.element.iter("a"))
    return any(len(text.split()) >= TITLE_WORDS and text in line.block.text for text in links)


def _meta(tree: Any, top: _Top) -> Iterator[str]:
    stated: dict[str, str] = {}
    for element in tree.iter("meta"):
        value = (element.get("content") or "").strip()
        name = element.get("property") or element.get("name")
        if not name and _is_of_the_page(element, top.starts):
            name = element.get("itemprop")
        if value and name:
            stated.setdefault(name.strip().lower(), value)
    yield from (stated[name] for name in _META if name in stated)


def _is_of_the_page(element: Any, starts: Sequence[Any]) -> bool:
    """Whether an element speaks of the page's own article, and not of a comment, a review, or another page."""
    if main_text.in_furniture(element):
        return False
    path = (element, *element.iterancestors())
    item = next((e for e in path if e.get("itemscope") is not None), None)
    if item is None:
        return True
    role = (item.get("itemprop") or "").lower()
    kind = (item.get("itemtype") or "").strip("/ ").rpartition("/")[2]
    if role not in _PARTS_OF_THE_PAGE or not linked_data.is_page({"@type": kind}):
        return False
    is_around = any(item in (start, *start.iterancestors()) for start in starts)
    # An item of nothing to show only describes the page; the card of another one has a title.
    return is_around or item.tag in ("html", "body") or not item.text_content().strip()


def _marked_up(tree: Any, top: _Top, reader: DayReader) -> Iterator[str]:
    """What elements made for dates state: anywhere if made for this one, else above the text."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "meta":
            continue
        names = f"{element.get('itemprop') or ''} {element.get('property') or ''}"
        is_marked = _ITEM in names or element.get("pubdate") is not None
        if is_marked and _is_of_the_page(element, top.starts):
            yield element.get("datetime") or element.get("content") or element.text_content()
    for element in tree.iter("time", "abbr"):
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        is_published = not _PUBLISHED_CLASSES.isdisjoint(label.split())
        if not is_published and (element.tag == "abbr" or _UPDATED.search(label)):
            continue
        if _is_stated(element, top, reader):
            yield element.get("datetime") or element.get("title") or element.text_content()


def _is_stated(element: Any, top: _Top, reader: DayReader) -> bool:
    """Whether an element stands in a line above the text that says when that was published."""
    shown = clean(element.text_content())
    around = {element, *element.iterancestors()}
    for line in top.lines:
        if line.element not in around or shown not in line.block.text or _leads_elsewhere(line):
            continue
        before, _, after = line.block.text.partition(shown)
        for other in {clean(e.text_content()) for e in line.element.iter("time")} - {shown, ""}:
            before, after = before.rpartition(other)[2], after.partition(other)[0]
        return not is_update(before) and reader.states(before, after)
    return False


def _of_address(url: str | None, reader: DayReader) -> str | None:
    path = re.split(r"[?#]", url or "", maxsplit=1)[0]
    found = _ADDRESS.search(path.lower())
    if found is None:
        return None
    year, month, day = filter(None, found.groups())
    return reader.day(f"{year}-{month}-{day}" if month.isdigit() else f"{day} {month} {year}")
