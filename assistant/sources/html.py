"""HTML pages → articles.

The page's paragraphs are read from its own tree (:mod:`assistant.sources.markup`); trafilatura says which
of them are the article, and :mod:`assistant.sources.main_text` whether that can be.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import SourceError
from assistant.output.sanitise import safe_url
from assistant.sources import linked_data, main_text, page_dates
from assistant.sources.authorship import is_byline
from assistant.sources.blocks import Block, Meta, build_article, clean, with_lede
from assistant.sources.decoding import decode
from assistant.sources.furniture import Furniture, fold, is_paywall_notice, labels_of
from assistant.sources.language import detect
from assistant.sources.markup import Piece, mark, marked, pieces_of
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
_UNDIGESTED = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)
"""What trafilatura raises at pages that it was not made for."""
_OTHERS = re.compile(
    r"related|recommend|teaser|newsletter|footer|sidebar|trending|most-(?:read|popular)"
)
LITTLE_CHARS = 80
"""Outside of an element that says it is the article, a shorter text may be what a script left to show."""
CLOSED_CHARS = 1_500
"""A longer text under a paywall notice is the whole article, or most of it."""


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
    described = page.metadata(url)
    title = _title(described.title, described.sitename, page.headings())
    nodes = linked_data.nodes_of(page.tree, *page.headings(), title or "")
    address = _address(described.url, url)
    pieces = pieces_of(page.tree)
    found = page_dates.published_of(page.tree, pieces, nodes=nodes, url=address)
    blocks, warnings = _article(page, pieces, nodes)
    blocks = _without_furniture(_without_title(blocks, title))
    sample = "\n".join(block.text for block in blocks)
    meta = Meta(
        title=title,
        url=address,
        site=described.sitename or described.hostname,
        author=described.author,
        published=found.day if found else None,
        language=detect(sample) or page.language(),
    )
    metadata: dict[str, Any] = {"published_from": found.where} if found else {}
    if warnings:
        metadata["warnings"] = warnings
    article = build_article(
        with_lede(blocks), meta, location=location, format_name=FORMAT, metadata=metadata
    )
    return [article]


def text_of_fragment(markup: str) -> list[Block]:
    """Return the paragraphs of a piece of HTML that is all content, as feeds carry it."""
    from lxml import etree
    from lxml import html as lxml_html

    if "<" not in markup:
        return [Block(unescape(markup))]
    try:
        tree = lxml_html.fragment_fromstring(_XML_DECLARATION.sub("", markup), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return [Block(unescape(re.sub(r"<[^>]*>", " ", markup)))]
    return [piece.block for piece in pieces_of(tree)]


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

    def metadata(self, url: str | None) -> Any:
        """Title, author, site and address as trafilatura reads them; its date is a guess and not used."""
        from trafilatura.metadata import extract_metadata
        from trafilatura.settings import Document

        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        try:
            return extract_metadata(self.tree, url, {"extensive_search": False})
        except _UNDIGESTED:
            return Document()

    def runs(self, pieces: list[Piece]) -> set[int]:
        """Runs of paragraphs that trafilatura takes for the article; the tree is marked for it.

        Boilerplate taken for article is worse here than a lost aside (it could become an answer),
        so precision comes first, and recall only where that finds next to nothing.
        """
        import trafilatura

        mark(pieces)
        best: set[int] = set()
        best_length = 0
        for precision, recall in ((True, False), (False, False), (False, True)):
            try:
                document = trafilatura.bare_extraction(
                    self.tree,
                    favor_precision=precision,
                    favor_recall=recall,
                    include_comments=False,
                    with_metadata=False,
                )
            except _UNDIGESTED:
                continue  # a page it cannot digest in this mode
            if document is None or document.body is None:
                continue
            runs = marked("".join(document.body.itertext()))
            length = sum(len(piece.block.text) for piece in pieces if piece.run in runs)
            if length > 2 * best_length:
                best, best_length = runs, length
            if best_length >= MIN_BODY_CHARS:
                break
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


def _article(
    page: _Page, pieces: list[Piece], nodes: list[dict[str, Any]]
) -> tuple[list[Block], list[str]]:
    """The article's paragraphs, and what a reader of the report should know about them.

    Raises:
        SourceError: There are none.
    """
    layout = main_text.layout_of(page.tree, pieces)
    kept = main_text.completed(pieces, page.runs(pieces))
    if main_text.share_of(pieces, kept, layout) < main_text.UNSURE:
        kept |= main_text.second_reading(page.tree, pieces, layout)
    chosen = [piece for piece in pieces if piece.run in kept]
    chosen = _shown_headline(_trimmed(main_text.without_asides(chosen, layout)))
    notices = [piece for piece in chosen if is_paywall_notice(piece.block.text)]
    is_closed = linked_data.is_for_subscribers(nodes) or any(
        is_paywall_notice(piece.block.text) and not _is_of_others(piece.element) for piece in pieces
    )
    blocks = _with_captions(pieces, [piece for piece in chosen if piece not in notices])
    stated = text_of_fragment(_in_paragraphs(linked_data.body_of(nodes)))
    char_count = _char_count(blocks)
    if _char_count(stated) > 2 * char_count:
        return stated, []
    if not blocks:
        msg = (
            f"{page.location}: no article text found in the HTML page;"
            " a page drawn by scripts must be saved from the browser"
        )
        raise SourceError(msg)
    share = main_text.share_of(pieces, {piece.run for piece in chosen}, layout)
    is_short = char_count < LITTLE_CHARS and not any(map(main_text.is_in_article, chosen))
    return blocks, _warnings(share, char_count, is_closed=is_closed, is_short=is_short)


def _warnings(share: float, char_count: int, *, is_closed: bool, is_short: bool) -> list[str]:
    found = []
    if share < main_text.HALF:
        found.append(
            f"kept {share:.0%} of the page's text: compare it with the page".replace("%", " %")
        )
    if is_closed and (char_count < CLOSED_CHARS or share < main_text.HALF):
        found.append(
            "the page shows the whole article to subscribers only: what is kept may be its beginning"
        )
    elif is_short and share >= main_text.HALF:
        found.append(
            f"kept {char_count} characters, little for an article: compare it with the page"
        )
    return found


def _char_count(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _in_paragraphs(text: str) -> str:
    """Plain text with its lines as paragraphs."""
    if "<" in text:
        return text
    return "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Without the byline above the text, which is told elsewhere, and heads of nothing at its end."""
    first = next((at for at, piece in enumerate(pieces) if main_text.is_prose(piece)), 0)
    kept = [p for at, p in enumerate(pieces) if at > first + 1 or not is_byline(p.block)]
    while len(kept) > 1 and kept[-1].block.kind is ParagraphKind.HEADING:
        kept.pop()
    return kept or pieces


def _shown_headline(pieces: list[Piece]) -> list[Piece]:
    """Mark the first-level heading above the text as the headline, also where the page's title is another."""
    for piece in pieces[:3]:
        if piece.element.tag == "h1":
            piece.block = replace(piece.block, section=Section.HEADLINE)
            break
    return pieces


def _with_captions(pieces: list[Piece], chosen: list[Piece]) -> list[Block]:
    """The chosen paragraphs' blocks, and the captions of pictures that stand before the last of them."""
    wanted = {id(piece) for piece in chosen}
    last = max((at for at, piece in enumerate(pieces) if id(piece) in wanted), default=-1)
    if not any(main_text.is_prose(piece) for piece in chosen):
        last = len(pieces) - 1  # a gallery: the captions are its text
    texts = {piece.block.text for piece in chosen if piece.block.kind is not ParagraphKind.CAPTION}
    blocks = []
    for piece in pieces[: last + 1]:
        if piece.block.kind is not ParagraphKind.CAPTION:
            blocks += [piece.block] if id(piece) in wanted else []
        elif piece.block.text not in texts and not _is_aside(piece.element):
            texts.add(piece.block.text)
            blocks.append(piece.block)
    return blocks


def _is_of_others(element: Any) -> bool:
    """Whether an element stands where a page asks for subscribers to its letters, or teases other articles."""
    return any(
        e.tag in ("aside", "nav", "footer")
        or _OTHERS.search(f"{e.get('class') or ''} {e.get('id') or ''}".lower())
        for e in (element, *element.iterancestors())
        if e.tag not in ("body", "html")
    )


def _is_aside(element: Any) -> bool:
    return any(a.tag in ("aside", "nav", "footer", "a") for a in element.iterancestors())


def _without_title(blocks: list[Block], title: str | None) -> list[Block]:
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
