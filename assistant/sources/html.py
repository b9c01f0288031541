"""HTML pages → blocks, by trafilatura's tree of the main content.

The tree is used instead of the flat text, so that headings, lists, tables and quotes keep their
kind. Figure captions, which the extraction drops, are put back where they stood.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import SourceError
from assistant.output.sanitise import safe_url
from assistant.sources.blocks import Block, Meta, build_article, clean, with_lede
from assistant.sources.decoding import decode
from assistant.sources.furniture import Furniture, fold, labels_of
from assistant.sources.language import detect
from assistant.types import Article, ParagraphKind, Section

FORMAT = "html"

MAX_HTML_BYTES = 16 << 20
"""A larger page is refused: building its tree would take twenty times as much memory."""

MAX_ELEMENTS = 100_000
"""Of a page; the longest articles have a third of it, and the extraction takes 0.2 ms for each."""

MAX_ATTRIBUTES = 5_000
"""Of one element: the parser compares each with all others."""

MIN_BODY_CHARS = 200
"""With less than this the strict extraction has probably missed the article: try the others."""

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_TITLE_SEPARATOR = re.compile(r"\s+[|–—·»-]\s+|\s*[|»]\s*")
_KINDS = {
    "head": ParagraphKind.HEADING,
    "item": ParagraphKind.LIST_ITEM,
    "quote": ParagraphKind.QUOTE,
    "code": ParagraphKind.CODE,
    "table": ParagraphKind.TABLE,
}
_TRANSPARENT = frozenset({"p", "list", "div", "body", "row", "cell", "ab", "main"})
_STRONGER = frozenset({ParagraphKind.LIST_ITEM, ParagraphKind.QUOTE, ParagraphKind.CODE})
"""Kinds that a paragraph inside takes over."""


def parse_html(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article of a page.

    Args:
        data: The page.
        location: Where it was read from.
        url: Where it was fetched from; the page's own canonical address is then believed only on
            the same host.

    Raises:
        SourceError: It is too large, or no article was found in it.
    """
    if len(data) > MAX_HTML_BYTES:
        msg = (
            f"{location}: an HTML page of {len(data) >> 20} MiB, the limit is"
            f" {MAX_HTML_BYTES >> 20} MiB; save the article alone"
        )
        raise SourceError(msg)
    page = _Page.from_text(decode(data, location=location, markup=True), location)
    document, body = page.extract()
    title = _title(document.title, document.sitename, page.headings())
    blocks = _without_furniture(_with_captions(_without_title(_blocks(body), title), page.tree))
    sample = "\n".join(block.text for block in blocks)
    meta = Meta(
        title=title,
        url=_address(document.url, url),
        site=document.sitename or document.hostname,
        author=document.author,
        published=document.date,
        language=detect(sample) or page.language(),
    )
    return [build_article(with_lede(blocks), meta, location=location, format_name=FORMAT)]


def text_of_fragment(markup: str) -> list[Block]:
    """Return the paragraphs of a piece of HTML that is all content, as feeds carry it."""
    from lxml import etree
    from lxml import html as lxml_html

    if "<" not in markup:
        return [Block(_unescape(markup))]
    try:
        tree = lxml_html.fragment_fromstring(_XML_DECLARATION.sub("", markup), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return [Block(_unescape(re.sub(r"<[^>]*>", " ", markup)))]
    return list(_fragment_blocks(tree))


@dataclass(frozen=True, slots=True)
class _Page:
    tree: Any
    location: str

    @classmethod
    def from_text(cls, text: str, location: str) -> _Page:
        from lxml import etree
        from lxml import html as lxml_html

        # NUL ends the text for the parser underneath; a declared encoding no longer holds.
        text = _XML_DECLARATION.sub("", text).replace("\0", "\ufffd")
        if any(_attribute_count(part) > MAX_ATTRIBUTES for part in text.split(">")):
            msg = f"{location}: an HTML element with over {MAX_ATTRIBUTES:,} attributes; refused"
            raise SourceError(msg)
        try:
            tree = lxml_html.document_fromstring(text.encode("utf-8", "replace"), _parser())
        except (etree.LxmlError, ValueError, AssertionError) as error:
            msg = f"{location}: not readable as HTML ({clean(str(error))[:120]}); save it again"
            raise SourceError(msg) from error
        if sum(1 for _ in islice(tree.iter(), MAX_ELEMENTS + 1)) > MAX_ELEMENTS:
            msg = (
                f"{location}: an HTML page of more than {MAX_ELEMENTS:,} elements;"
                " save the article alone"
            )
            raise SourceError(msg)
        return cls(tree, location)

    def extract(self) -> tuple[Any, Any]:
        """Return trafilatura's document and the tree of its main content.

        Boilerplate taken for article is worse here than a lost aside (it could become an answer),
        so precision comes first, and recall only where that finds next to nothing.
        """
        import trafilatura

        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        best: tuple[Any, Any] | None = None
        best_length = 0
        for precision, recall in ((True, False), (False, False), (False, True)):
            try:
                document = trafilatura.bare_extraction(
                    self.tree,
                    favor_precision=precision,
                    favor_recall=recall,
                    include_comments=False,
                    with_metadata=True,
                )
            except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
                continue  # a page it cannot digest in this mode; the last word is said below
            if document is None or document.body is None:
                continue
            length = sum(len(text) for text in document.body.itertext())
            if length > 2 * best_length:
                best, best_length = (document, document.body), length
            if best_length >= MIN_BODY_CHARS:
                break
        if best is None or not best_length:
            msg = (
                f"{self.location}: no article text found in the HTML page;"
                " a page drawn by scripts must be saved from the browser"
            )
            raise SourceError(msg)
        return best

    def headings(self) -> list[str]:
        """Texts of the page's first-level headings."""
        return [clean(h.text_content()) for h in self.tree.iter("h1")]

    def language(self) -> str | None:
        """What the page says its language is."""
        xml_name = "{http://www.w3.org/XML/1998/namespace}lang"
        return str(self.tree.get("lang") or self.tree.get(xml_name) or "") or None


def _attribute_count(part: str) -> int:
    """About how many attributes there are in what stands before a ``>``."""
    if len(part) < 2 * MAX_ATTRIBUTES or "<" not in part:
        return 0
    return len(_QUOTED.sub("", part[part.index("<") :]).split())


def _parser() -> Any:
    from lxml import html as lxml_html

    return lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
    )


def _title(title: str | None, site: str | None, headings: list[str]) -> str | None:
    """Take the site's name off a title: where a heading is the rest, or where it is the name."""
    if not title:
        return headings[0] if headings else None
    title = clean(title)
    folded = fold(title)
    for heading in headings:
        short = fold(heading)
        if len(short.split()) > 2 and (folded.startswith(short) or folded.endswith(short)):
            return heading
    *head, tail = _TITLE_SEPARATOR.split(title)
    name = fold(site or "")
    if head and name and (fold(tail) in name or name in fold(tail)):
        return title[: title.rindex(tail)].rstrip(" |–—·»-") or title
    return title


def _address(canonical: str | None, fetched: str | None) -> str | None:
    """Address of the page: what it names itself, if that is a page of the web and believable."""
    own = safe_url(canonical)
    if own is None or not own.lower().startswith("http"):
        return fetched
    parts = urlsplit(own)
    if parts.path in ("", "/") and not parts.query:
        return fetched  # a home page, named by every page of a carelessly built site
    if fetched is not None and urlsplit(fetched).hostname != parts.hostname:
        return fetched
    return own


def _blocks(element: Any, kind: ParagraphKind = ParagraphKind.TEXT) -> Iterator[Block]:
    """Yield the paragraphs of trafilatura's tree in order."""
    tag = element.tag
    if tag == "table":
        yield from _table(element)
        return
    own = _KINDS.get(tag)
    if own is not None and kind not in _STRONGER - {ParagraphKind.LIST_ITEM}:
        kind = own
    buffer = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and (child.tag in _KINDS or child.tag in _TRANSPARENT):
            yield Block("".join(buffer), kind=kind)
            buffer = []
            yield from _blocks(child, kind)
        elif isinstance(child.tag, str):
            inline = " " if child.tag == "lb" else "".join(child.itertext())
            buffer.append("\n" if child.tag == "lb" and kind is ParagraphKind.CODE else inline)
        buffer.append(child.tail or "")
    yield Block("".join(buffer), kind=kind)


def _table(element: Any) -> Iterator[Block]:
    """Yield a table as lines of cells; one with a single column is layout, not a table."""
    rows = [
        [clean(" ".join(c.itertext())) for c in row.iter("cell")] for row in element.iter("row")
    ]
    rows = [[cell for cell in row if cell] for row in rows]
    if max((len(row) for row in rows), default=0) > 1:
        yield Block("\n".join(" | ".join(row) for row in rows if row), kind=ParagraphKind.TABLE)
        return
    for cell in element.iter("cell"):
        yield from _blocks(cell)


def _without_title(blocks: Iterator[Block], title: str | None) -> list[Block]:
    """Drop empty blocks and the title where the content repeats it at its beginning."""
    kept = [block for block in blocks if clean(block.text)]
    folded = fold(title or "")
    for index, block in enumerate(kept[:3]):
        if folded and fold(block.text) == folded:
            del kept[index]
            break
    return kept


def _without_furniture(blocks: list[Block]) -> list[Block]:
    """Drop labels and buttons; a label under a caption marks it as AI-generated."""
    kept: list[Block] = []
    for block in blocks:
        labels = labels_of(block.text)
        if not labels:
            kept.append(block)
        elif Furniture.AI_IMAGE in labels and kept and kept[-1].kind is ParagraphKind.CAPTION:
            kept[-1] = replace(kept[-1], ai_generated=True)
    return kept


def _with_captions(blocks: list[Block], tree: Any) -> list[Block]:
    """Put figure captions where they stood: before the next paragraph that was kept."""
    places: dict[str, int] = {}
    for index, block in enumerate(blocks):
        places.setdefault(clean(block.text), index)
    present = set(places)
    waiting: list[Block] = []
    inserted: dict[int, list[Block]] = {}
    position = -1
    for element in tree.iter("p", "li", "blockquote", "h2", "h3", "h4", "figcaption", "table"):
        text = clean(element.text_content())
        if element.tag == "figcaption":
            if text and text not in present and not _is_aside(element):
                present.add(text)
                waiting.extend(_caption(element))
            continue
        index = places.get(text, -1)
        if element.tag == "table":
            index = _table_place(element, blocks, position)
        if index > position:
            inserted.setdefault(index, []).extend(waiting)
            waiting, position = [], index
    result: list[Block] = []
    for index, block in enumerate(blocks):
        result.extend(inserted.get(index, ()))
        result.append(block)
    return result


def _table_place(element: Any, blocks: list[Block], position: int) -> int:
    """Index of the table's block, -1 where it was not kept."""
    first = next(
        (text for c in element.iter("td", "th") if (text := clean(c.text_content()))), None
    )
    for index in range(position + 1, len(blocks)):
        if blocks[index].kind is ParagraphKind.TABLE:
            return index if first and blocks[index].text.startswith(first) else -1
    return -1


def _caption(element: Any) -> Iterator[Block]:
    """Yield a caption and the labels in it as blocks of their own."""
    lines = [clean(text) for text in element.itertext()]
    labels = [line for line in lines if Furniture.AI_IMAGE in labels_of(line)]
    text = " ".join(line for line in lines if line and line not in labels)
    yield Block(text, Section.CAPTION, ParagraphKind.CAPTION, ai_generated=bool(labels))


def _is_aside(element: Any) -> bool:
    return any(a.tag in ("aside", "nav", "footer", "a") for a in element.iterancestors())


_FRAGMENT_KINDS = {
    "li": ParagraphKind.LIST_ITEM,
    "blockquote": ParagraphKind.QUOTE,
    "pre": ParagraphKind.CODE,
    "figcaption": ParagraphKind.CAPTION,
    **{f"h{level}": ParagraphKind.HEADING for level in range(1, 7)},
}
_FRAGMENT_BREAKS = frozenset(
    {"p", "div", "ul", "ol", "dl", "dt", "dd", "table", "tr", "section", "article", "figure", "hr"}
)
_FRAGMENT_DROPPED = frozenset({"script", "style", "noscript", "template", "svg", "form", "iframe"})


def _fragment_blocks(element: Any) -> Iterator[Block]:
    """Walk a fragment without recursion: feeds may nest as deeply as they like."""
    buffer: list[str] = []
    kinds = [ParagraphKind.TEXT]
    # Entries: an element to enter, or the kind stack's height to return to and a tail.
    stack: list[tuple[Any, str | None]] = [(element, None)]

    def flush() -> Iterator[Block]:
        text = "".join(buffer)
        buffer.clear()
        if clean(text):
            section = Section.CAPTION if kinds[-1] is ParagraphKind.CAPTION else Section.BODY
            yield Block(text, section, kinds[-1])

    while stack:
        node, tail = stack.pop()
        if isinstance(node, bool):
            if node:
                yield from flush()
                kinds.pop()
            buffer.append(tail or "")
            continue
        tag = node.tag if isinstance(node.tag, str) else "script"
        breaks = tag in _FRAGMENT_BREAKS or tag in _FRAGMENT_KINDS
        after = (node.tail or "") if node is not element else ""
        if tag in _FRAGMENT_DROPPED:
            buffer.append(after)
            continue
        if breaks:
            yield from flush()
            kinds.append(_FRAGMENT_KINDS.get(tag, kinds[-1]))
        stack.append((breaks, after))
        buffer.append("\n" if tag == "br" else node.text or "")
        stack.extend((child, None) for child in reversed(node))
    yield from flush()


def _unescape(text: str) -> str:
    from html import unescape

    return unescape(text)
