"""Which paragraphs of a page are its article, and how much of the page's text that is.

Trafilatura's choice is taken where it agrees with what stands on the page: with the running text outside
navigation, comments and teasers. Where it left most of that out, the smallest element that holds nearly
all of it is read instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.sources.markup import Piece
from assistant.types import ParagraphKind

PROSE_BYTES = 60
"""A shorter paragraph may be a label, a name, a button. In bytes, for a Chinese word has two letters."""
LINKED = 0.4
"""Where more of a paragraph is links, it leads to other pages."""
ALL_LINKED = 0.8
UNSURE = 0.4
"""Below this share of the running text, the other reading is taken."""
MOST = 0.85
HALF = 0.5
"""Below this share of the running text, the report warns."""
_PROSE = frozenset({ParagraphKind.TEXT, ParagraphKind.QUOTE, ParagraphKind.LIST_ITEM})
_FURNITURE_TAGS = frozenset("nav footer aside form dialog button menu".split())
_FURNITURE_NAME = re.compile(
    r"comment|disqus|respond|related|recommend|sidebar|newsletter|promo|teaser|cookie|consent|social|share"
    r"|footer|breadcrumb|navbar|menu|popup|modal|subscri|advert|sponsor|outbrain|taboola|trending|most-(?:read|popular)"
)
_FURNITURE_ROLES = frozenset("navigation complementary contentinfo search dialog banner".split())


@dataclass(slots=True)
class Layout:
    """Where a page's running text stands."""

    weights: dict[Any, int]
    """Of each element with running text in or below it: characters."""
    furniture: set[Any]
    """Elements in or below what stands around an article."""


def is_prose(piece: Piece) -> bool:
    """Whether a paragraph is running text, not a label, a list of links or a table."""
    text = piece.block.text
    return (
        piece.block.kind in _PROSE
        and len(text.encode("utf-8", "replace")) >= PROSE_BYTES
        and piece.linked_chars < LINKED * len(text)
    )


def layout_of(body: Any, pieces: Sequence[Piece]) -> Layout:
    """Weigh a page's elements by the running text in them."""
    elements = [element for element in body.iter() if isinstance(element.tag, str)]
    weights = _weights(elements, [piece for piece in pieces if is_prose(piece)])
    most = MOST * weights.get(body, 0)
    around_title = {e for h in body.iter("h1", "main") for e in (h, *h.iterancestors())}
    furniture: set[Any] = set()
    for element in elements:
        # What holds the title or nearly all of the text is the article, whatever its name says.
        is_main = element in around_title or weights.get(element, 0) > most
        if element.getparent() in furniture or (_is_furniture(element) and not is_main):
            furniture.add(element)
    running = [p for p in pieces if is_prose(p) and p.element not in furniture]
    return Layout(_weights(elements, running), furniture)


def in_furniture(element: Any) -> bool:
    """Whether an element stands in navigation, a comment, a teaser or a footer, by its name and those around it."""
    return any(
        _is_furniture(e)
        for e in (element, *element.iterancestors())
        if e.tag not in ("body", "html")
    )


def share_of(pieces: Sequence[Piece], kept: Collection[int], layout: Layout) -> float:
    """Share of the page's running text, 0 to 1, that the runs ``kept`` hold; 1 where there is none."""
    running = [p for p in pieces if is_prose(p) and p.element not in layout.furniture]
    total = sum(len(p.block.text) for p in running)
    return sum(len(p.block.text) for p in running if p.run in kept) / total if total else 1.0


def second_reading(body: Any, pieces: Sequence[Piece], layout: Layout) -> set[int]:
    """Runs inside the smallest element that holds nearly all of the running text."""
    at, total = body, layout.weights.get(body, 0)
    while total:
        inner = max(at, key=lambda e: layout.weights.get(e, 0), default=None)
        if inner is None or layout.weights.get(inner, 0) < MOST * total:
            break
        at = inner
    inside = set(at.iter())
    return {
        piece.run
        for piece in pieces
        if piece.element in inside
        and piece.element not in layout.furniture
        and (piece.linked_chars <= LINKED * len(piece.block.text))
    }


def completed(pieces: Sequence[Piece], kept: Collection[int]) -> set[int]:
    """Add what belongs to kept paragraphs: loose text of the same element, a live blog's times and heads."""
    places = [at for at, piece in enumerate(pieces) if piece.run in kept]
    if not places:
        return set(kept)
    own = {pieces[at].element for at in places if is_prose(pieces[at])}
    added = {piece.run for piece in pieces if piece.element in own} | set(kept)
    around = _around(pieces, places)
    first, last = places[0], places[-1]
    if not any(_is_time(piece) for piece in pieces[first:last]):
        return added
    while first and _is_head(pieces[first - 1]) and pieces[first - 1].element in around:
        first -= 1
    posts = pieces[first:last]
    return added | {p.run for p in posts if p.element in around and _is_head(p)}


def without_asides(pieces: Sequence[Piece], layout: Layout) -> list[Piece]:
    """Without what stands around the article, or only leads to another page; all where that is most of it."""
    kept = [p for p in pieces if p.element not in layout.furniture and not _leads_elsewhere(p)]
    char_counts = [sum(len(p.block.text) for p in some) for some in (kept, pieces)]
    return kept if 2 * char_counts[0] >= char_counts[1] else list(pieces)


def is_in_article(piece: Piece) -> bool:
    """Whether a paragraph stands in an element that a page calls its article."""
    return any(e.tag in ("article", "main") for e in piece.element.iterancestors())


def _leads_elsewhere(piece: Piece) -> bool:
    if piece.block.kind in (ParagraphKind.HEADING, ParagraphKind.TABLE, ParagraphKind.CODE):
        return False
    return piece.linked_chars >= ALL_LINKED * len(piece.block.text)


def _is_head(piece: Piece) -> bool:
    return _is_time(piece) or (
        piece.block.kind is ParagraphKind.HEADING and piece.element.tag != "h1"
    )


def _is_time(piece: Piece) -> bool:
    time = piece.element if piece.element.tag == "time" else piece.element.find("time")
    return time is not None and len(piece.block.text) < PROSE_BYTES


def _around(pieces: Sequence[Piece], places: Sequence[int]) -> set[Any]:
    """The smallest element around most of the kept paragraphs, and all below it."""
    total = sum(len(pieces[at].block.text) for at in places)
    held: dict[Any, int] = {}
    for at in places:
        piece = pieces[at]
        for element in (piece.element, *piece.element.iterancestors()):
            held[element] = held.get(element, 0) + len(piece.block.text)
    wide = [element for element, chars in held.items() if chars >= MOST * total]
    return set(min(wide, key=lambda e: held[e]).iter()) if wide else set()


def _weights(elements: Sequence[Any], pieces: Sequence[Piece]) -> dict[Any, int]:
    weights: dict[Any, int] = {}
    for piece in pieces:
        weights[piece.element] = weights.get(piece.element, 0) + len(piece.block.text)
    for element in reversed(elements):
        parent = element.getparent()
        if parent is not None and element in weights:
            weights[parent] = weights.get(parent, 0) + weights[element]
    return weights


def _is_furniture(element: Any) -> bool:
    if element.tag in _FURNITURE_TAGS or element.get("role") in _FURNITURE_ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return _FURNITURE_NAME.search(names) is not None
