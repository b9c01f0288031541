"""A tree of HTML → its paragraphs, as a browser would show them.

The walk knows which elements stand in a sentence and which begin a new paragraph, what is struck out or
hidden, and what a raised digit means. It keeps no opinion on which paragraphs are the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.sources.blocks import Block, clean, goes_on
from assistant.sources.formulas import formula_of
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
_HIDING_UNLESS_SHOWN = {"d-none": re.compile(r"\bd-\w+-"), "hidden": re.compile(r"\w:")}
"""Classes of Bootstrap and Tailwind, and what shows the element again on wider screens."""
_STRIKING_CLASSES = frozenset(
    {"line-through", "strikethrough", "text-decoration-line-through", "strike", "struck"}
)
_FAR_OUT = re.compile(r"-\d{4}")
_CLASS_RULE = re.compile(r"(?:^|(?<=\}))\s*\w*\.([\w-]+)\s*\{([^{}@]*)\}")
_FORMATS = re.compile(r"line-through|vertical-align\s*:\s*super", re.IGNORECASE)
_TABLE_PARTS = {
    **dict.fromkeys(("table", "grid", "treegrid"), "table"),
    **dict.fromkeys(("rowgroup", "table-row-group", "table-header-group"), "tbody"),
    **dict.fromkeys(("row", "table-row"), "tr"),
    **dict.fromkeys(("columnheader", "rowheader"), "th"),
    **dict.fromkeys(("cell", "gridcell", "table-cell"), "td"),
}
"""What roles (ARIA) and ways of display make of elements with other names."""
_STYLE = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]*)", re.IGNORECASE)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Where a word may be broken: as little a part of it as ``<wbr>``."""
_CLOSED = re.compile(r"[.!?…:;؟。！？۔।][\"'”’»)\]]*$")
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
    _apply_rules(tree)
    _take_out_hidden(tree)
    _name_tables(tree)
    return _Walk(tree).pieces


def _cell_text(cell: Any) -> str:
    """A table cell's text in one line."""
    pieces = pieces_of(cell)
    is_list = len(pieces) > 1 and all(p.block.kind is ParagraphKind.LIST_ITEM for p in pieces)
    return ("; " if is_list else " ").join(
        clean(piece.block.text.replace("\n", "; ")) for piece in pieces
    )


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
        # A drop cap is seen; a formula is there once more, for the eye only.
        return len((element.text_content() or "").strip()) > 2 or _is_beside_formula(element)
    styles = _styles(element)
    if _is_unseen(styles):
        return next(element.iter("math"), None) is None  # drawn as a picture beside it
    names = element.get("class") or ""
    return not _HIDING_CLASSES.isdisjoint(names.split()) or any(
        name in names.split() and not shown.search(names)
        for name, shown in _HIDING_UNLESS_SHOWN.items()
    )


def _is_unseen(styles: dict[str, str]) -> bool:
    if styles.get("display", "").startswith("none") or styles.get("visibility") == "hidden":
        return True
    return any(_FAR_OUT.match(styles.get(name, "")) for name in ("left", "top", "text-indent"))


def _is_beside_formula(element: Any) -> bool:
    parent = element.getparent()
    others = () if parent is None else (child for child in parent if child is not element)
    return any(isinstance(e.tag, str) and next(e.iter("math"), None) is not None for e in others)


def _apply_rules(tree: Any) -> None:
    """Write what a page's own style sheet strikes out or raises by class onto the elements, as word processors do."""
    rules: dict[str, str] = {}
    for sheet in tree.iter("style"):
        for name, rule in _CLASS_RULE.findall(sheet.text or ""):
            if found := _FORMATS.search(rule):
                is_struck = "line" in found[0]
                rules[name] = (
                    "text-decoration:line-through" if is_struck else "vertical-align:super"
                )
    for element in tree.iter() if rules else ():
        for name in (element.get("class") or "").split() if isinstance(element.tag, str) else ():
            if name in rules:
                element.set("style", f"{element.get('style') or ''};{rules[name]}")


def _name_tables(tree: Any) -> None:
    """Call the parts of a table by their own names, where roles or styles make one of other elements."""
    for element in tree.iter("div", "span", "section", "ul", "ol", "li", "p"):
        made = element.get("role") or _styles(element).get("display", "")
        if made in _TABLE_PARTS and (made != "table" or _has_rows(element)):
            element.tag = _TABLE_PARTS[made]


def _has_rows(element: Any) -> bool:
    made = (child.get("role") or _styles(child).get("display", "") for child in element)
    return any(_TABLE_PARTS.get(name) in ("tr", "tbody") for name in made)


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
        if tag == "math":
            self._add(formula_of(node), None)
            return False
        styles = _styles(node)
        if _is_struck(node, styles):
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
            if made and goes_on(made[-1].block.text, text):
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


def _is_struck(node: Any, styles: dict[str, str]) -> bool:
    decoration = styles.get("text-decoration", "") + styles.get("text-decoration-line", "")
    return "line-through" in decoration or not _STRIKING_CLASSES.isdisjoint(
        (node.get("class") or "").split()
    )


def _is_block(node: Any, styles: dict[str, str]) -> bool:
    display = styles.get("display", "")
    if display.startswith("inline") and node.tag in ("div", "p", "li", "section"):
        return False
    return node.tag in _BLOCKS or display in ("block", "list-item", "flex", "table")


def _caption(element: Any, run: int) -> Iterator[Piece]:
    """Yield a caption without the labels in it, which are marked on it."""
    lines = [clean(text.translate(_UNSEEN)) for text in element.itertext()]
    labels = [line for line in lines if Furniture.AI_IMAGE in labels_of(line)]
    text = " ".join(line for line in lines if line and line not in labels)
    if text:
        block = Block(text, Section.CAPTION, ParagraphKind.CAPTION, ai_generated=bool(labels))
        yield Piece(block, element, run)
