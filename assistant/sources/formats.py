"""Tell the format from the bytes and hand them to its reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from assistant.errors import SourceError
from assistant.sources import markdown, pagetext, plain, records
from assistant.sources.decoding import decode
from assistant.types import Article, IngestFailure

HEAD_BYTES = 1 << 16
"""How much of a source is looked at to tell its format."""

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|article|main|div|p|section|h[1-6]|table|meta|title)\b",
    re.I,
)


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
    text = decode(data, location=location)
    if text.lstrip()[:1] in ("{", "[") and (found := _json(text, location)) is not None:
        yield from found
    elif pagetext.is_page_text(text):
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
        if stripped.startswith(('{"', "[{", '["', "{\n")):
            records.load(stripped, where=location)  # raises the error that names the place
        return None
