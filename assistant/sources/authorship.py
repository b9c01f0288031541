"""The date and the author that an article's own first lines name, where nothing else does."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.bylines import bare_author, is_doubtful_dateline, read_dateline, read_line
from assistant.sources.blocks import Block, with_lede
from assistant.types import ParagraphKind, Section

LINES = 4
"""Paragraphs after the headline that may be a byline."""
BODY_BLOCKS = 40
"""In so many first paragraphs a rubric's words are looked for."""


def read_byline(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """Author and ISO date of the first short paragraphs that are nothing but a byline; else a dateline's date.

    A paragraph that says anything else is none: "On 4 November 2024 leaders met." dates an event.

    Args:
        blocks: The article's paragraphs from its headline on.

    Returns:
        Each None where it is not given.
    """
    lines = [block for block in blocks if block.section is not Section.HEADLINE][:LINES]
    has_headline = any(block.kind is ParagraphKind.HEADING for block in blocks[: LINES + 1])
    body = " ".join(block.text for block in blocks[:BODY_BLOCKS])
    author = published = dateline = None
    for at, block in enumerate(lines):
        text = block.text.strip(" *_\t\n")
        if block.kind is not ParagraphKind.TEXT or not text:
            continue
        found = read_line(text)
        if found and block is blocks[0] and is_doubtful_dateline(text):
            continue
        if found is None:
            dateline = dateline or read_dateline(text)
        else:
            author = author or found.author
            if found.is_dateline:
                dateline = dateline or found.published
            else:
                published = published or found.published
        dated = found is not None and found.published is not None and found.author is None
        if dated and at == 1 and has_headline and lines[0].kind is ParagraphKind.TEXT:
            author = author or bare_author(lines[0].text, body)
    return author, published or dateline


def is_byline(block: Block) -> bool:
    """Whether a paragraph is nothing but a byline or a dateline."""
    return block.kind is ParagraphKind.TEXT and read_line(block.text.strip(" *_\t\n")) is not None


def with_lede_under_byline(blocks: Sequence[Block], author: str | None) -> list[Block]:
    """Mark the first paragraph of the text itself as the lede, not the byline over it.

    Args:
        blocks: The article's paragraphs from its headline on.
        author: As :func:`read_byline` found it: its line may be the name alone.
    """
    above = 0
    for block in blocks:
        is_above = block.section is Section.HEADLINE or is_byline(block)
        if not is_above and block.text.strip(" *_\t\n") != author:
            break
        above += 1
    return [*blocks[:above], *with_lede(blocks[above:])]
