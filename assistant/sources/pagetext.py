"""The seeds' form: the visible text of a news page, furniture included, as plain text.

Such a page has a picture's caption with a label, a headline, a lede, a body, readers' reactions, a
list of other articles as short texts, a cookie notice. It becomes one article for the page and one
for each item of the list, linked both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.errors import SourceError
from assistant.sources.blocks import (
    Block,
    Meta,
    build_article,
    clean,
    derive_title,
    distinct,
    looks_like_headline,
    title_key,
)
from assistant.sources.furniture import LABELS, Furniture, labels_of, speaks_of_cookies
from assistant.types import Article, ParagraphKind, Section

FORMAT = "page-text"

SAMPLE_CHARS = 1 << 18
"""A page shows its furniture within this."""

SUBHEAD_CHARS = 120
"""A longer unclosed line inside a body is a paragraph that lost its full stop."""

_SECTION_TITLES = {Furniture.REACTIONS: Section.REACTIONS, Furniture.RELATED: Section.RELATED}


def is_page_text(text: str) -> bool:
    """Whether ``text`` carries this form's furniture: a label, or two section titles."""
    seen: set[Furniture] = set()
    for line in text[:SAMPLE_CHARS].split("\n"):
        labels = labels_of(line) if line else ()
        if any(label in LABELS for label in labels):
            return True
        seen.update(labels)
        if len(seen - {Furniture.BUTTON}) > 1:
            return True
    return False


def parse_page_text(text: str, *, location: str, url: str | None = None) -> list[Article]:
    """Split a page's text into its own article (first) and the related ones.

    Raises:
        SourceError: Nothing is left without the furniture.
    """
    blocks = list(_blocks(text))
    own = [block for block in blocks if block.section is not Section.RELATED]
    listed = [block for block in blocks if block.section is Section.RELATED]
    if not own:
        msg = f"{location}: no article text besides page furniture; check that the page loaded"
        raise SourceError(msg)
    main = build_article(_own_sections(own), Meta(url=url), location=location, format_name=FORMAT)
    seen = {main.id: ""}
    related: list[Article] = []
    for item in _items(listed):
        headline = next((b.text for b in item if b.section is Section.HEADLINE), None)
        prose = next((b.text for b in item if b.section is Section.RELATED), item[0].text)
        article = build_article(
            item,
            Meta(),
            location=location,
            format_name=FORMAT,
            key=title_key(headline or derive_title(clean(prose))),
        )
        if (kept := distinct(article, seen)) is not None:
            related.append(replace(kept, linked_ids=(main.id,)))
    return [replace(main, linked_ids=tuple(article.id for article in related)), *related]


def _blocks(text: str) -> Iterator[Block]:
    """Yield what is not furniture; related ones (captions included) have section RELATED."""
    section = Section.BODY
    in_cookie_notice = False
    pending: list[str] = []  # lines since the last blank line or label
    for line in [*text.split("\n"), ""]:
        labels = labels_of(line) if line.strip() else ()
        if line.strip() and not labels:
            if not (in_cookie_notice and speaks_of_cookies(line)):
                in_cookie_notice = False
                pending.append(line)
            continue
        # Only the line directly above a label is the picture's caption.
        caption = pending.pop() if pending and Furniture.AI_IMAGE in labels else None
        for paragraph in pending:
            yield Block(paragraph, section)
        pending = []
        if caption is not None:
            yield Block(caption, section, ParagraphKind.CAPTION, ai_generated=True)
        for label in labels:
            section = _SECTION_TITLES.get(label, section)
            in_cookie_notice = label is Furniture.COOKIES or in_cookie_notice


def _own_sections(blocks: list[Block]) -> Iterator[Block]:
    """Tell headline, lede, subheads and body apart."""
    before_headline, before_lede = True, True
    for index, block in enumerate(blocks):
        if block.kind is ParagraphKind.CAPTION:
            yield replace(block, section=Section.CAPTION)
        elif block.section is Section.REACTIONS:
            yield block
        elif before_headline and looks_like_headline(clean(block.text)) and index + 1 < len(blocks):
            before_headline = False
            yield replace(block, section=Section.HEADLINE, kind=ParagraphKind.HEADING)
        elif before_lede:
            before_headline = before_lede = False
            yield replace(block, section=Section.LEDE)
        elif looks_like_headline(clean(block.text), limit=SUBHEAD_CHARS):
            yield replace(block, kind=ParagraphKind.HEADING)
        else:
            yield block


def _items(blocks: list[Block]) -> Iterator[list[Block]]:
    """Yield each related item: caption and title where it has them, then one paragraph."""
    item: list[Block] = []
    titled = False
    for block in blocks:
        if block.kind is ParagraphKind.CAPTION:
            if titled:
                yield item
                item, titled = [], False
            item.append(replace(block, section=Section.CAPTION))
        elif looks_like_headline(clean(block.text)):
            if titled:
                yield item
                item = []
            item.append(replace(block, section=Section.HEADLINE, kind=ParagraphKind.HEADING))
            titled = True
        else:
            yield [*item, block]
            item, titled = [], False
    if item:
        yield item
