"""Tell the format from the bytes and hand them to its reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from assistant.errors import SourceError
from assistant.sources import docx, feeds, html, markdown, pagetext, pdf, plain, records
from assistant.sources.blocks import check_length
from assistant.sources.decoding import decode
from assistant.types import Article, IngestFailure

HEAD_BYTES = 1 << 16
"""How much of a source is looked at to tell its format."""

_BLANKS_AND_MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)[\s>]", re.I)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|main|div|p|section|h[1-6]|table|meta|title)\b",
    re.I,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def starts_as_lines(head: bytes) -> bool:
    """Whether the first line is a JSON object of its own."""
    first, newline, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not first.startswith(b"{") or not newline:
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def parse_bytes(
    data: bytes, *, location: str, url: str | None
) -> Iterator[Article | IngestFailure]:
    """Yield the articles of an uncompressed source.

    Raises:
        SourceError: It is empty, binary, or broken.
    """
    head = data[:HEAD_BYTES]
    if not head.strip():
        msg = f"{location}: empty; nothing to add"
        raise SourceError(msg)
    if b"%PDF-" in head[:1024]:
        yield from pdf.parse_pdf(data, location=location, url=url)
    elif head.startswith(b"PK\x03\x04"):
        yield from docx.parse_docx(data, location=location, url=url)
    elif head.startswith(_OLE):
        msg = f"{location}: an old or password-protected Office file; save it as DOCX or PDF"
        raise SourceError(msg)
    elif head.lstrip(_BLANKS_AND_MARKS)[:1] == b"<":
        yield from _markup(data, location, url)
    else:
        yield from _text(data, location, url)


def _markup(data: bytes, location: str, url: str | None) -> Iterator[Article | IngestFailure]:
    head = data[:HEAD_BYTES].replace(b"\0", b"")  # UTF-16 counts as well
    page, feed = _HTML.search(head), _FEED.search(head)
    if feed and not (page and page.start() < feed.start()):
        yield from feeds.parse_feed(data, location=location, url=url)
    elif page:
        yield from html.parse_html(data, location=location, url=url)
    elif head.lstrip(_BLANKS_AND_MARKS).startswith(b"<?xml"):
        msg = f"{location}: XML that is neither a web page nor a feed; convert it to text"
        raise SourceError(msg)
    else:
        yield from _text(data, location, url)


def _text(data: bytes, location: str, url: str | None) -> Iterator[Article | IngestFailure]:
    text = decode(data, location=location)
    if text.lstrip()[:1] in ("{", "[") and (found := _json(text, location)) is not None:
        yield from found
        return
    check_length(len(text), location)
    if pagetext.is_page_text(text):
        yield from pagetext.parse_page_text(text, location=location, url=url)
    elif markdown.is_markdown(text):
        yield from markdown.parse_markdown(text, location=location, url=url)
    else:
        yield from plain.parse_plain(text, location=location, url=url)


def _json(text: str, location: str) -> Iterator[Article | IngestFailure] | None:
    """Read JSON, or JSON Lines whose first line is bad; None where neither fits."""
    stripped = text.lstrip("\ufeff \t\n")
    try:
        return records.parse_document(json.loads(stripped), location=location)
    except (ValueError, RecursionError):
        lines = stripped.split("\n")
        if any(starts_as_lines(line.encode("utf-8", "replace") + b"\n") for line in lines[:50]):
            return records.parse_lines(text.split("\n"), location=location)
        if stripped.startswith(('{"', "[{", '["', "{\n", "[[")):
            records.load(stripped, where=location)  # raises the error that names the place
        return None
