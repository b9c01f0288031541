"""Word documents (DOCX) → blocks, read from the ZIP directly: one XML part and two small ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from assistant.errors import SourceError
from assistant.sources.blocks import Block, Meta, build_article, clean, with_lede
from assistant.types import Article, ParagraphKind, Section

FORMAT = "docx"

MAX_PART_BYTES = 64 << 20
"""Unpacked size of one part: XML packs a thousandfold, so the packed size says nothing."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_DCTERMS = "{http://purl.org/dc/terms/}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset({_W + "del", _W + "moveFrom", _W + "instrText", _FALLBACK, _W + "txbxContent"})
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def parse_docx(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article of a document.

    Raises:
        SourceError: It is another kind of ZIP archive, encrypted, broken, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                msg = f"{location}: a ZIP archive that is no Word document; unpack it and add that"
                raise SourceError(msg)
            body = _part(archive, "word/document.xml", location)
            styles = (
                _part(archive, "word/styles.xml", location) if "word/styles.xml" in names else None
            )
            core = (
                _part(archive, "docProps/core.xml", location)
                if "docProps/core.xml" in names
                else None
            )
    except (*_BROKEN, OSError) as error:
        msg = f"{location}: the Word document is damaged ({clean(str(error))[:120]}); save it again"
        raise SourceError(msg) from error
    kinds = _style_kinds(styles)
    blocks = list(_blocks(body, kinds))
    meta = Meta(
        title=_text(core, _DC + "title"),
        url=url,
        author=_text(core, _DC + "creator"),
        published=_text(core, _DCTERMS + "created"),
        language=None,
    )
    return [build_article(with_lede(blocks), meta, location=location, format_name=FORMAT)]


def _part(archive: zipfile.ZipFile, name: str, location: str) -> Any:
    from lxml import etree

    with archive.open(name) as stream:
        data = stream.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        msg = f"{location}: {name} unpacks to more than {MAX_PART_BYTES >> 20} MiB; split it"
        raise SourceError(msg)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.LxmlError as error:
        msg = f"{location}: {name} is damaged ({clean(str(error))[:120]}); save it again"
        raise SourceError(msg) from error


def _text(core: Any, tag: str) -> str | None:
    found = core.find(tag) if core is not None else None
    return clean(found.text) or None if found is not None and found.text else None


def _style_kinds(styles: Any) -> dict[str, str]:
    """Style ids to their English names: ids are translated, built-in names are not."""
    if styles is None:
        return {}
    names: dict[str, str] = {}
    for style in styles.iter(_W + "style"):
        name = style.find(_W + "name")
        if name is not None:
            names[style.get(_W + "styleId", "")] = str(name.get(_W + "val", "")).lower()
    return names


def _blocks(root: Any, styles: dict[str, str]) -> Iterator[Block]:
    """Yield paragraphs and tables in order, without recursion."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag in _SKIPPED:
            continue
        if node.tag == _W + "p":
            yield _paragraph(node, styles)
        elif node.tag == _W + "tbl":
            rows = []
            for row in node.iter(_W + "tr"):
                cells = (clean(_runs(cell)) for cell in row.iter(_W + "tc"))
                rows.append(" | ".join(cell for cell in cells if cell))
            yield Block("\n".join(row for row in rows if row), kind=ParagraphKind.TABLE)
        else:
            stack.extend(reversed(node))


def _paragraph(node: Any, styles: dict[str, str]) -> Block:
    text = _runs(node)
    properties = node.find(_W + "pPr")
    style_id = None
    numbered = False
    if properties is not None:
        style = properties.find(_W + "pStyle")
        style_id = style.get(_W + "val") if style is not None else None
        numbered = properties.find(_W + "numPr") is not None
    name = styles.get(style_id or "", (style_id or "").lower())
    if name == "title":
        return Block(text, Section.HEADLINE, ParagraphKind.HEADING)
    if name.startswith("heading"):
        return Block(text, kind=ParagraphKind.HEADING)
    if name == "caption":
        return Block(text, Section.CAPTION, ParagraphKind.CAPTION)
    if "quote" in name:
        return Block(text, kind=ParagraphKind.QUOTE)
    if numbered or name.startswith("list"):
        return Block(text, kind=ParagraphKind.LIST_ITEM)
    return Block(text)


def _runs(node: Any) -> str:
    """Text of the runs below ``node``, without what a tracked change deleted."""
    parts: list[str] = []
    stack = list(reversed(node))
    while stack:
        child = stack.pop()
        if child.tag in _SKIPPED:
            continue
        if child.tag == _W + "t":
            parts.append(child.text or "")
        elif child.tag in (_W + "tab", _W + "br", _W + "cr"):
            parts.append(" ")
        elif child.tag == _W + "noBreakHyphen":
            parts.append("\u2011")
        else:
            if child.tag == _W + "p" and parts:
                parts.append(" ")  # paragraphs of one table cell
            stack.extend(reversed(child))
    return "".join(parts)
