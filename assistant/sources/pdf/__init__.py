"""PDF → blocks: characters with places become rows, rows become lines in order, lines paragraphs.

pdfium gives characters and where they stand. What it does not give is structure: that is read from
geometry and from what recurs over the pages, never from a language's words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from assistant.errors import SourceError
from assistant.sources.authorship import read_byline
from assistant.sources.blocks import MAX_ARTICLE_CHARS, Block, Meta, build_article, clean
from assistant.sources.pdf.edges import Page, without_running_rows
from assistant.sources.pdf.glyphs import drawing_ranks, sheets
from assistant.sources.pdf.layout import reading_order
from assistant.sources.pdf.limits import unfolded_bytes
from assistant.sources.pdf.paragraphs import paragraphs
from assistant.sources.pdf.rows import Line, rows, stored_so
from assistant.sources.properties import author_of, is_by_converter
from assistant.types import Article, ParagraphKind, Section

FORMAT = "pdf"

MAX_PAGES = 5_000

MAX_PAGE_OBJECTS = 200_000
"""Of one page; a map has some ten thousand."""

MAX_PAGE_CHARS = 500_000

REPEATED_CHARS = 200_000
"""What stands on several pages but is stored once, as a head; more is one page many times over."""

_JUNK_TITLE = re.compile(
    r"^\(?(?:untitled|anonymous|unspecified|microsoft word|document\d*$)|\.(docx?|indd|pdf|tex|qxd)$",
    re.I,
)
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


def parse_pdf(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article of a PDF's text.

    Raises:
        SourceError: It is encrypted, broken, too large, or only pictures.
    """
    import pypdfium2

    unfolded = unfolded_bytes(data, location=location)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = str(error)
        advice = "save it without a password" if "assword" in reason else "export it again"
        msg = f"{location}: the PDF cannot be opened ({clean(reason)[:120]}); {advice}"
        raise SourceError(msg) from error
    try:
        pages, aside = _read(document, location, most=REPEATED_CHARS + 8 * unfolded)
        fields = document.get_metadata_dict(skip_empty=True)
    except pypdfium2.PdfiumError as error:
        msg = (
            f"{location}: a page of the PDF is broken ({clean(str(error))[:120]}); export it again"
        )
        raise SourceError(msg) from error
    finally:
        document.close()
    lines = [reading_order(rows_of_page) for rows_of_page in without_running_rows(pages)]
    if not any(lines) and not aside:
        msg = f"{location}: the PDF has no text, only pictures of it; run text recognition first"
        raise SourceError(msg)
    blocks = paragraphs(lines, aside)
    title = _mark_headline(blocks) or _metadata_title(fields.get("Title"))
    created = _PDF_DATE.match(fields.get("CreationDate", ""))
    # What a converter made, it made when someone printed or saved what was published before.
    is_copy = is_by_converter(fields.get("Producer")) or is_by_converter(fields.get("Creator"))
    made = "-".join(created.groups()) if created and not is_copy else None
    # The file may be a late copy of what the text itself dates.
    author, published = read_byline(blocks)
    meta = Meta(
        title=title,
        url=url,
        author=author_of(fields.get("Author")) or author,
        published=published or made,
    )
    return [build_article(blocks, meta, location=location, format_name=FORMAT)]


def _read(document: Any, location: str, *, most: int) -> tuple[list[Page], list[Line]]:
    """Return the rows of each page, and the lines that run in other directions than it.

    Raises:
        SourceError: There is too much of it; ``most`` characters could come of what is stored once.
    """
    import pypdfium2

    if len(document) > MAX_PAGES:
        msg = f"{location}: {len(document)} pages, the limit is {MAX_PAGES}; split the PDF"
        raise SourceError(msg)
    pages: list[Page] = []
    aside: list[Line] = []
    total = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        _check(
            pypdfium2.raw.FPDFPage_CountObjects(page.raw),
            "objects on a page",
            MAX_PAGE_OBJECTS,
            location,
            number,
        )
        text_page = page.get_textpage()
        count = text_page.count_chars()
        _check(count, "characters on a page", MAX_PAGE_CHARS, location, number)
        total += count
        _check(total, "characters", MAX_ARTICLE_CHARS, location, number)
        _check(total, "characters, the same ones over and over", most, location, number)
        found = sheets(page, text_page)
        for main in found[:1]:
            ranks = drawing_ranks(page) if stored_so(main.glyphs) else None
            pages.append(Page(rows(main.glyphs, number, ranks=ranks), main.bottom, main.top))
        for sheet in found[1:]:
            aside.extend(line for row in rows(sheet.glyphs, number) for line in row)
        text_page.close()
        page.close()
    return pages, aside


def _check(count: int, what: str, limit: int, location: str, number: int) -> None:
    """Refuse what is beyond ``limit``.

    Raises:
        SourceError: It is.
    """
    if count > limit:
        msg = f"{location}: {count:,} {what} (at page {number}), the limit is {limit:,}; split the PDF"
        raise SourceError(msg)


def _mark_headline(blocks: list[Block]) -> str | None:
    """Make the first heading of the first page the headline."""
    for index, block in enumerate(blocks[:6]):
        if block.page != blocks[0].page:
            break
        if block.kind is ParagraphKind.HEADING:
            blocks[index] = replace(block, section=Section.HEADLINE)
            return clean(block.text)
    return None


def _metadata_title(title: str | None) -> str | None:
    title = clean(title or "")
    return title if title and not _JUNK_TITLE.search(title) else None
