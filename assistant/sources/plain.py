"""Plain text → blocks."""

from __future__ import annotations

import re

from assistant.sources.blocks import (
    Block,
    Meta,
    build_article,
    clean,
    looks_like_headline,
    with_lede,
)
from assistant.sources.bylines import read_byline
from assistant.types import Article, ParagraphKind, Section

FORMAT = "text"

WRAP_COLUMNS = 120
"""Where no line is longer, lines are taken for wrapped ones; else each line is a paragraph."""

_BLANK_LINES = re.compile(r"\n{3,}")
_LIST_MARK = re.compile(r"\s{0,8}(?:[-*•‣–]|\(?\d{1,3}[.)])\s+(?=\S)")


def parse_plain(text: str, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article; a short first line without a full stop is its headline.

    Raises:
        SourceError: There is no text.
    """
    blocks = paragraphs_of(text)
    if len(blocks) > 1 and looks_like_headline(clean(blocks[0].text)):
        blocks[0] = Block(blocks[0].text, Section.HEADLINE, ParagraphKind.HEADING)
    author, published = read_byline(blocks)
    meta = Meta(url=url, author=author, published=published)
    return [build_article(with_lede(blocks), meta, location=location, format_name=FORMAT)]


def paragraphs_of(text: str) -> list[Block]:
    """Split at blank lines; join wrapped lines; keep list items apart."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _BLANK_LINES.sub("\n\n", text).split("\n")
    wrapped = max((len(line) for line in lines), default=0) <= WRAP_COLUMNS
    blocks: list[Block] = []
    current: list[str] = []
    kind = ParagraphKind.TEXT

    def close() -> None:
        if current:
            blocks.append(Block(" ".join(current), kind=kind))
            current.clear()

    for line in lines:
        mark = _LIST_MARK.match(line)
        if not line.strip() or mark or not wrapped:
            close()
            kind = ParagraphKind.TEXT
        if mark:
            kind = ParagraphKind.LIST_ITEM
        if line.strip():
            # Bullets are layout; numbers may be meant ("3) Ukraine"), so they stay.
            bullet = mark and not mark.group().strip(" ().\t").isdigit()
            current.append(line[mark.end() :] if mark and bullet else line)
    close()
    return blocks
