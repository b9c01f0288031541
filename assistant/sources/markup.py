"""A tree of HTML → its paragraphs, as a browser would show them.

The walk knows which elements stand in a sentence and which begin a new paragraph, what is struck out or
hidden, and what a raised digit means. It keeps no opinion on which paragraphs are the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.sources.blocks import Block, clean
from assistant.sources.furniture import Furniture, labels_of
from assistant.sources.raised import raised
from assistant.sources.tables import grid_of, lines_of
from assistant.types import ParagraphKind, Section

_KINDS = {
    "li": ParagraphKind.LIST_ITEM,
    "dt": ParagraphKind.LIST_ITEM,
    "dd": ParagraphKind.LIST_ITEM,
    "blockquote": ParagraphKind.QUOTE,
    "pre": ParagraphKind.CODE,
    "caption": ParagraphKind.HEADING,
    **{f"h{level}": ParagraphKind.HEADING for level in range(1, 7)},
}
_BLOCKS = frozenset(
    "p div ul ol dl table tr td th tbody thead tfoot section article figure hr address center aside main"
    " header footer nav form fieldset legend details summary body html menu dir hgroup search dialog"
    " listing xmp optgroup option select".split()
) | set(_KINDS)
_DROPPED = frozenset(
    "script style noscript template svg iframe title textarea datalist select audio video canvas map"
    " del s strike rp rt input frameset noframes".split()
)
"""What a browser does not show as running text, and what the author struck out."""
_IN_SENTENCES_ONLY = frozenset({"button"})
"""Pressed where it stands alone, read where text stands before and after it."""
_INSIDE_SENTENCES = frozenset({ParagraphKind.TEXT, ParagraphKind.QUOTE})
_HIDING_CLASSES = frozenset({"sr-only", "visually-hidden", "screen-reader-text"})
_STYLE = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]*)", re.IGNORECASE)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Where a word may be broken: as little a part of it as ``<wbr>``."""
_CLOSED = re.compile(r"[.!?…:;؟。！？۔।][\"'”’»)\]]*$")
_STOPPED = re.compile(r"[.!?…؟。！？۔।][\"'”’»)\]]*$")
SHORT_LINE_CHARS = 60
"""A line that is broken off later than this without a stop goes on in the next."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARK_BASE = 0x2801
_MARK_COUNT = 0xFE
"""Marks are two Braille patterns: printable, no letters, on hardly any page."""


@dataclass(slots=True)
class Piece:
    """One paragraph and where in the tree it stands."""

    block: Block
    element: Any
    """The element that makes it a paragraph."""
    run: int = 0
    """The same for paragraphs that only line breaks part."""
    places: list[tuple[Any, bool]] = field(default_factory=list)
    """Where its text stands: an element, and whether it is the element's tail."""
    linked_chars: int = 0
    """How much of it is links."""


def pieces_of(tree: Any) -> list[Piece]:
    """The paragraphs of a tree in reading order; what it hides is taken out of it."""
    _take_out_hidden(tree)
    return _Walk(tree).pieces


def _cell_text(cell: Any) -> str:
    """A table cell's text in one line."""
    return " ".join(clean(piece.block.text.replace("\n", "; ")) for piece in pieces_of(cell))


def mark(pieces: list[Piece]) -> None:
    """Write the number of its run before each text, to be found again in a copy of the tree."""
    for piece in pieces[: _MARK_COUNT**2]:
        high, low = divmod(piece.run, _MARK_COUNT)
        marks = chr(_MARK_BASE + high) + chr(_MARK_BASE + low)
        for element, is_tail in piece.places:
            # lxml reads control characters, but refuses to write them.
            if is_tail:
                element.tail = marks + _CONTROLS.sub(" ", element.tail or "")
            else:
                element.text = marks + _CONTROLS.sub(" ", element.text or "")


def marked(text: str) -> set[int]:
    """Numbers of the runs whose marks are in a text."""
    high: int | None = None
    found = set()
    for character in text:
        value = ord(character) - _MARK_BASE
        if not 0 <= value < _MARK_COUNT:
            high = None
        elif high is None:
            high = value
        else:
            found.add(high * _MARK_COUNT + value)
            high = None
    return found


def _styles(element: Any) -> dict[str, str]:
    style = element.get("style")
    return {k.lower(): v.strip().lower() for k, v in _STYLE.findall(style)} if style else {}


def _is_hidden(element: Any) -> bool:
    if element.tag == "template" or element.get("hidden") not in (None, "until-found"):
        return True
    if element.get("aria-hidden") == "true":
        return len((element.text_content() or "").strip()) > 2  # a drop cap is seen
    styles = _styles(element)
    if styles.get("display", "").startswith("none") or styles.get("visibility") == "hidden":
        return True
    return not _HIDING_CLASSES.isdisjoint((element.get("class") or "").split())


def _take_out_hidden(tree: Any) -> None:
    """Take out what the page does not show, unless nearly all of it is hidden until a script runs."""
    hidden = [e for e in tree.iter() if isinstance(e.tag, str) and _is_hidden(e)]
    if not hidden:
        return
    total = _text_length(tree)
    for element in hidden:
        parent = element.getparent()
        if parent is None or (element.tag != "template" and 2 * _text_length(element) > total):
            continue
        element.drop_tree()


def _text_length(tree: Any) -> int:
    return sum(
        len((e.text or "").strip()) + sum(len((c.tail or "").strip()) for c in e)
        for e in tree.iter()
        if isinstance(e.tag, str) and e.tag not in _DROPPED
    )


class _Walk:
    """Goes through a tree without recursion: pages may nest as deeply as they like."""

    def __init__(self, root: Any) -> None:
        self.pieces: list[Piece] = []
        self._root = root
        self._lines: list[list[str]] = [[]]
        self._places: list[list[tuple[int, Any, bool]]] = [[]]
        self._blocks: list[tuple[Any, ParagraphKind]] = [(root, ParagraphKind.TEXT)]
        self._links = 0
        self._linked_chars = 0
        self._quotes = 0
        self._run = 0
        self._is_loose = False
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, is_end = stack.pop()
            if is_end:
                self._leave(node)
            elif self._enter(node):
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node))
            else:
                self._tail(node)
        self._flush()

    def _enter(self, node: Any) -> bool:
        """Whether there is something to see inside."""
        tag = node.tag
        if not isinstance(tag, str) or (tag in _DROPPED and node is not self._root):
            return False
        if tag in _IN_SENTENCES_ONLY and not self._is_in_sentence(node):
            return False
        if tag == "br":
            self._break_line()
            return False
        if tag == "figcaption":
            self._flush()
            self.pieces.extend(_caption(node, self._run))
            self._run += 1
            return False
        if tag == "table" and (grid := grid_of(node, _cell_text)):
            self._table(node, lines_of(grid))
            return False
        styles = _styles(node)
        if "line-through" in styles.get("text-decoration", "") + styles.get(
            "text-decoration-line", ""
        ):
            return False
        if tag == "sup" or styles.get("vertical-align") == "super":
            return self._raise(node)
        if _is_block(node, styles):
            self._flush()
            self._blocks.append((node, self._kind_of(tag)))
        elif tag == "a":
            self._links += 1
        elif tag == "q":
            self._add("‘" if self._quotes % 2 else "“", (node, False))
            self._quotes += 1
        self._add(node.text, (node, False))
        return True

    def _leave(self, node: Any) -> None:
        if self._blocks[-1][0] is node and node is not self._root:
            self._flush()
            self._blocks.pop()
            self._is_loose = bool((node.tail or "").strip())
        elif node.tag == "a":
            self._links -= 1
        elif node.tag == "q":
            self._quotes -= 1
            self._add("’" if self._quotes % 2 else "”", None)
        self._tail(node)

    def _tail(self, node: Any) -> None:
        if node is not self._root:
            self._add(node.tail, (node, True))

    def _kind_of(self, tag: str) -> ParagraphKind:
        above = self._blocks[-1][1]
        if above in (ParagraphKind.QUOTE, ParagraphKind.CODE):
            return above
        return _KINDS.get(tag, above)

    def _add(self, text: str | None, place: tuple[Any, bool] | None) -> None:
        if not text:
            return
        self._lines[-1].append(text.translate(_UNSEEN))
        if self._links:
            self._linked_chars += len(text.strip())
        if place is not None and text.strip():
            self._places[-1].append((len(text.strip()), *place))

    def _is_in_sentence(self, node: Any) -> bool:
        return bool("".join(self._lines[-1]).strip() and (node.tail or "").strip())

    def _break_line(self) -> None:
        if self._blocks[-1][1] is ParagraphKind.CODE:
            self._add("\n", None)
        elif not "".join(self._lines[-1]).strip() and len(self._lines) > 1:
            self._flush(in_run=True)
        else:
            self._lines.append([])
            self._places.append([])

    def _raise(self, node: Any) -> bool:
        before = "".join(self._lines[-1])[-40:]
        following = node.getnext()
        after = node.tail or ("" if following is None else following.text_content())
        is_link = node.find(".//a") is not None or node.getparent().tag == "a"
        text = raised(before, clean(node.text_content()), after=after, is_link=is_link)
        self._add(text, None)
        return False

    def _table(self, node: Any, text: str) -> None:
        self._flush()
        for caption in node.iterchildren("caption"):
            title = clean(caption.text_content())
            self.pieces.append(Piece(Block(title, kind=ParagraphKind.HEADING), caption, self._run))
        piece = Piece(Block(text, kind=ParagraphKind.TABLE), node, self._run)
        self._run += 1
        piece.linked_chars = sum(len(clean(a.text_content())) for a in node.iter("a"))
        for element in node.iter():
            if isinstance(element.tag, str) and element.tag not in _DROPPED:
                piece.places += [(element, False)] if (element.text or "").strip() else []
                is_tail = element is not node and (element.tail or "").strip()
                piece.places += [(element, True)] if is_tail else []
        self.pieces.append(piece)

    def _flush(self, *, in_run: bool = False) -> None:
        """End the paragraph; ``in_run``: by line breaks alone."""
        lines, places = self._lines, self._places
        linked, self._linked_chars = self._linked_chars, 0
        is_loose, self._is_loose = self._is_loose, False
        self._lines, self._places = [[]], [[]]
        element, kind = self._blocks[-1]
        made: list[Piece] = []
        for parts, where in zip(lines, places, strict=True):
            text = clean("".join(parts), kind)
            if not text:
                continue
            if made and _goes_on(made[-1].block.text, text):
                made[-1].block = replace(made[-1].block, text=f"{made[-1].block.text} {text}")
                continue
            # The longest stretch: a short one may be a date line that an extraction leaves out.
            longest = max(where, key=lambda place: place[0], default=None)
            place = [longest[1:]] if longest else []
            made.append(Piece(Block(text, kind=kind), element, self._run, place, linked))
            linked = 0
        self._run += 0 if in_run else 1
        if made and is_loose and self._joins(made[0].block.text):
            self._join(made.pop(0))
        self.pieces.extend(made)

    def _joins(self, text: str) -> bool:
        """Whether loose text ends a sentence that the block before it stands in the middle of."""
        kinds = [piece.block.kind for piece in self.pieces[-2:]]
        if not text[0].islower() or len(kinds) < 2 or not _INSIDE_SENTENCES.issuperset(kinds):
            return False
        return not any(_CLOSED.search(piece.block.text) for piece in self.pieces[-2:])

    def _join(self, last: Piece) -> None:
        middle = self.pieces.pop()
        first = self.pieces[-1]
        texts = (first.block.text, middle.block.text, last.block.text)
        first.block = replace(first.block, text=" ".join(texts))


def _is_block(node: Any, styles: dict[str, str]) -> bool:
    display = styles.get("display", "")
    if display.startswith("inline") and node.tag in ("div", "p", "li", "section"):
        return False
    return node.tag in _BLOCKS or display in ("block", "list-item", "flex", "table")


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the end of a line."""
    if _STOPPED.search(line):
        return False
    first = next((c for c in following if c.isalnum()), "")
    return first.islower() or line.endswith(",") or len(line) > SHORT_LINE_CHARS


def _caption(element: Any, run: int) -> Iterator[Piece]:
    """Yield a caption without the labels in it, which are marked on it."""
    lines = [clean(text.translate(_UNSEEN)) for text in element.itertext()]
    labels = [line for line in lines if Furniture.AI_IMAGE in labels_of(line)]
    text = " ".join(line for line in lines if line and line not in labels)
    if text:
        block = Block(text, Section.CAPTION, ParagraphKind.CAPTION, ai_generated=bool(labels))
        yield Piece(block, element, run)
