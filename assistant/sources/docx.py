"""Word documents (DOCX) → blocks, read from the parts of the ZIP package.

Elements are told by their local names, so that Strict Open XML, which has other namespaces, is
read like the usual kind. The XML parser nests 256 levels at most, which bounds the recursion.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.errors import SourceError
from assistant.sources.authorship import read_byline, with_lede_under_byline
from assistant.sources.blocks import LINE_BREAK, Block, Meta, build_article, by_lines, clean
from assistant.sources.formulas import formula_of
from assistant.sources.properties import author_of
from assistant.sources.raised import raised
from assistant.sources.tables import lines_of
from assistant.types import Article, ParagraphKind, Section

FORMAT = "docx"

MAX_PART_BYTES = 64 << 20
"""Unpacked size of one part: XML packs a thousandfold, so the packed size says nothing."""

MAX_TAGS = 2_000_000
"""Of one part; the longest novels have half of it, and each takes some 150 bytes of memory."""

MAX_COLUMNS = 63
"""Of a table, as in Word: what a cell says it spans may be any number."""

MAX_BASES = 20
"""Of a style: Word allows eleven; styles that are based on each other in a ring have no end."""

_SKIPPED = frozenset(
    "del moveFrom instrText delText Fallback pPr rPr trPr tcPr tblPr sectPr rt".split()
)
"""Deleted text, field codes, properties, readings over characters, and what stands twice."""
_TABS = frozenset({"tab", "ptab"})
_BREAKS = frozenset({"br", "cr"})
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_OWN_KINDS = frozenset({ParagraphKind.TABLE, ParagraphKind.NOTE})
"""Blocks that stand behind the table in one of whose cells they are."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def parse_docx(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article of a document.

    Raises:
        SourceError: It is another kind of ZIP archive, encrypted, broken, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {
                name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()
            }
            package = _Package(archive, location, names)
            document = package.target("", "officeDocument", "word/document.xml")
            main = package.part(document)
            if main is None or _name(main) != "document":
                msg = f"{location}: a ZIP archive that is no Word document; unpack it and add that"
                raise SourceError(msg)
            styles, footnotes, endnotes = (
                package.part(package.target(document, kind, f"word/{kind}.xml"))
                for kind in ("styles", "footnotes", "endnotes")
            )
            core = package.part(package.target("", "core-properties", "docProps/core.xml"))
    except (*_BROKEN, OSError) as error:
        msg = f"{location}: the Word document is damaged ({clean(str(error))[:120]}); save it again"
        raise SourceError(msg) from error
    notes = {
        (part, _value(note, "id")): note
        for part, root in (("footnotes", footnotes), ("endnotes", endnotes))
        for note in (() if root is None else root)
    }
    body = _Body(_styles(styles), notes).blocks(main)
    blocks = [line for block in body for line in by_lines(block)]
    properties = {_name(field): field.text for field in (() if core is None else core)}
    author, published = read_byline([block for block in blocks if clean(block.text)])
    meta = Meta(
        title=properties.get("title"),
        url=url,
        author=author_of(properties.get("creator")) or author,
        published=published or properties.get("created"),
    )
    marked = with_lede_under_byline(blocks, author)
    return [build_article(marked, meta, location=location, format_name=FORMAT)]


@dataclass(frozen=True, slots=True)
class _Package:
    archive: zipfile.ZipFile
    location: str
    names: Mapping[str, str]
    """Of its parts, by their names in small letters: case does not tell parts apart."""

    def part(self, name: str) -> Any | None:
        """Root element of a part, None where there is no such part."""
        from lxml import etree

        if name.lower() not in self.names:
            return None
        with self.archive.open(self.names[name.lower()]) as stream:
            data = stream.read(MAX_PART_BYTES + 1)
        if len(data) > MAX_PART_BYTES or data.count(b"<") > MAX_TAGS:
            msg = (
                f"{self.location}: {name} unpacks to more than {MAX_PART_BYTES >> 20} MiB or"
                f" {MAX_TAGS:,} tags; split it"
            )
            raise SourceError(msg)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            return etree.fromstring(data, parser)
        except etree.LxmlError as error:
            msg = f"{self.location}: {name} is damaged ({clean(str(error))[:120]}); save it again"
            raise SourceError(msg) from error

    def target(self, source: str, kind: str, default: str) -> str:
        """Name of the part that ``source`` names for a kind of relationship."""
        folder, name = posixpath.split(source)
        relations = self.part(f"{folder}/_rels/{name}.rels".lstrip("/"))
        for relation in () if relations is None else relations:
            if str(relation.get("Type", "")).endswith(f"/{kind}"):
                path = posixpath.join("/", folder, str(relation.get("Target", "")))
                return posixpath.normpath(path).lstrip("/")
        return default


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: Any, name: str = "val") -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    return next((str(v) for k, v in element.items() if k.rpartition("}")[2] == name), None)


def _child(element: Any, *path: str) -> Any | None:
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _name(child) == name), None)
    return element


def _is_skipped(element: Any) -> bool:
    """Whether the element holds no text of the author's: nor do a list of contents and a prompt."""
    control = _child(element, "sdtPr") if _name(element) == "sdt" else None
    gallery = _value(_child(control, "docPartObj", "docPartGallery"))
    is_prompt = _child(control, "showingPlcHdr") is not None
    return _name(element) in _SKIPPED or gallery == "Table of Contents" or is_prompt


def _count(element: Any | None) -> int:
    """A number of columns."""
    value = _value(element) or ""
    return min(int(value), MAX_COLUMNS) if value.isdecimal() else 0


_Look = Mapping[str, bool]
"""Whether text is ``hidden``, ``struck`` or ``raised``, as far as it is said."""


def _look(properties: Any | None) -> _Look:
    """What the properties of a run, or of a style's runs, say."""
    look: dict[str, bool] = {}
    for child in () if properties is None else properties:
        name, value = _name(child), _value(child)
        if name == "vanish":
            look["hidden"] = value not in ("0", "false", "off")
        elif name in ("strike", "dstrike"):
            look["struck"] = value not in ("0", "false", "off")
        elif name == "vertAlign":
            look["raised"] = value == "superscript"
        elif name == "position":
            look["raised"] = (value or "").removeprefix("+").isdecimal() and value != "0"
    return look


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    """Built-in names are English whatever the language of the ids."""
    look: _Look


def _styles(root: Any | None) -> dict[str, _Style]:
    found = {
        _value(element, "styleId") or "": element
        for element in (() if root is None else root)
        if _name(element) == "style"
    }
    styles: dict[str, _Style] = {}
    for style_id, element in found.items():
        look: dict[str, bool] = {}
        base: Any | None = element
        for _ in range(MAX_BASES):
            if base is None or len(look) == 3:
                break
            look = {**_look(_child(base, "rPr")), **look}
            base = found.get(_value(_child(base, "basedOn")) or "")
        styles[style_id] = _Style((_value(_child(element, "name")) or "").lower(), look)
    return styles


@dataclass(slots=True)
class _Body:
    """Reads one document; the notes are taken out as they are found, so that none comes twice."""

    styles: Mapping[str, _Style]
    notes: dict[tuple[str, str | None], Any]
    _unended: str = field(default="", init=False)
    """Text of paragraphs whose ends a tracked change deleted."""

    def blocks(self, node: Any) -> Iterator[Block]:
        """Yield the paragraphs and tables below ``node`` in order, notes and boxes behind theirs."""
        for child in node:
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif not _is_skipped(child):
                yield from self.blocks(child)

    def _paragraph(self, node: Any) -> Iterator[Block]:
        properties = _child(node, "pPr")
        style_id = _value(_child(properties, "pStyle")) or ""
        style = self.styles.get(style_id, _Style(style_id.lower(), {}))
        parts: list[str] = []
        asides: list[Block] = []
        self._read(node, style.look, parts, asides)
        text = self._unended + "".join(parts)
        self._unended = ""
        if _child(properties, "rPr", "del") is not None:
            self._unended = text
        else:
            numbered = _value(_child(properties, "numPr", "numId")) != "0"
            yield _styled(text, style.name, numbered and _child(properties, "numPr") is not None)
        yield from asides

    def _read(self, node: Any, look: _Look, parts: list[str], asides: list[Block]) -> None:
        """Add the text of the runs below ``node`` to ``parts``, what stands apart to ``asides``."""
        for child in node:
            name = _name(child)
            if _is_skipped(child):
                continue
            if name == "t":
                parts.append(child.text or "")
            elif name in _TABS:
                parts.append(" ")
            elif name in _BREAKS:
                parts.append(LINE_BREAK)
            elif name == "noBreakHyphen":
                parts.append("\u2011")
            elif name == "oMath":
                parts.append(formula_of(child))
            elif name in _NOTES:
                note = self.notes.pop((_NOTES[name], _value(child, "id")), ())
                asides.extend(_apart(self.blocks(note)))
            elif name == "txbxContent":
                asides.extend(_apart(self.blocks(child)))
            elif name == "r":
                self._run(child, look, parts, asides)
            else:
                self._read(child, look, parts, asides)

    def _run(self, node: Any, look: _Look, parts: list[str], asides: list[Block]) -> None:
        properties = _child(node, "rPr")
        style = self.styles.get(_value(_child(properties, "rStyle")) or "")
        look = {**look, **(style.look if style else {}), **_look(properties)}
        if look.get("hidden") or look.get("struck"):
            return
        if look.get("raised"):
            own: list[str] = []
            self._read(node, look, own, asides)
            parts.append(raised("".join(parts[-8:]), "".join(own)))
        else:
            self._read(node, look, parts, asides)

    def _table(self, node: Any) -> Iterator[Block]:
        """Yield a table as lines of cells, or the blocks of one that only frames or places them."""
        rows = [self._cells(row) for row in _inside(node, "tr")]
        filled = [cell for row in rows for cell in row if cell]
        texts = [[[b for b in cell if b.kind not in _OWN_KINDS] for cell in row] for row in rows]
        is_layout = len(rows) == 1 and any(len(cell) > 1 for cell in texts[0])
        if is_layout or max(map(len, rows), default=0) < 2:
            for cell in filled:
                yield from cell
            return
        lines = [[" ".join(clean(b.text) for b in cell) for cell in row] for row in texts]
        yield Block(lines_of([line for line in lines if any(line)]), kind=ParagraphKind.TABLE)
        for cell in filled:
            yield from (block for block in cell if block.kind in _OWN_KINDS)

    def _cells(self, row: Any) -> list[list[Block]]:
        """Blocks of a row's cells, one entry a column: empty where a cell reaches into it."""
        properties = _child(row, "trPr")
        if _child(properties, "del") is not None or _child(properties, "hidden") is not None:
            return []
        cells: list[list[Block]] = [[]] * _count(_child(properties, "gridBefore"))
        for cell in _inside(row, "tc"):
            # What is merged with the cell above has an empty paragraph of its own.
            cells.append([block for block in self.blocks(cell) if clean(block.text)])
            span = _count(_child(cell, "tcPr", "gridSpan"))
            cells.extend([[]] * min(span - 1, MAX_COLUMNS - len(cells)))
        return cells


def _styled(text: str, style: str, numbered: bool) -> Block:
    if style == "title":
        return Block(text, Section.HEADLINE, ParagraphKind.HEADING)
    if style.startswith("heading"):
        return Block(text, kind=ParagraphKind.HEADING)
    if style == "caption":
        return Block(text, Section.CAPTION, ParagraphKind.CAPTION)
    if "quote" in style:
        return Block(text, kind=ParagraphKind.QUOTE)
    if numbered or style.startswith("list"):
        return Block(text, kind=ParagraphKind.LIST_ITEM)
    return Block(text)


def _apart(blocks: Iterator[Block]) -> Iterator[Block]:
    """Mark the blocks of a note or a text box."""
    for block in blocks:
        is_table = block.kind is ParagraphKind.TABLE
        yield block if is_table else replace(block, section=Section.BODY, kind=ParagraphKind.NOTE)


def _inside(node: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table, or the cells of a row, but not those of tables inside."""
    for child in node:
        if _name(child) == name:
            yield child
        elif _name(child) not in _SKIPPED:
            yield from _inside(child, name)
