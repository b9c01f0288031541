"""RSS and Atom files → one article for each entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assistant.errors import SourceError
from assistant.output.sanitise import safe_url
from assistant.sources.blocks import (
    Block,
    Meta,
    build_article,
    clean,
    distinct,
    title_key,
    with_lede,
)
from assistant.sources.html import text_of_fragment
from assistant.types import Article, IngestFailure

FORMAT = "feed"

_TEXT = ("encoded", "content", "description", "summary")
"""Longest first: what a feed calls its content before what it calls a summary."""


def parse_feed(data: bytes, *, location: str) -> Iterator[Article | IngestFailure]:
    """Yield an article for each entry, a failure for each entry without text.

    Raises:
        SourceError: It is not a feed, or has no entries.
    """
    from lxml import etree

    # DTDs can nest entities into gigabytes; feeds need none.
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        msg = f"{location}: the feed is damaged ({clean(str(error))[:120]}); fetch it again"
        raise SourceError(msg) from error
    entries = [e for e in root.iter() if _name(e) in ("item", "entry")] if root is not None else []
    if not entries:
        msg = f"{location}: a feed without entries; nothing to add"
        raise SourceError(msg)
    channel = next((e for e in root.iter() if _name(e) == "channel"), root)
    site = _child_text(channel, "title")
    language = _child_text(channel, "language") or root.get(
        "{http://www.w3.org/XML/1998/namespace}lang"
    )
    seen: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        where = f"{location}: entry {number}"
        try:
            article = _article(entry, location, Meta(site=site, language=language))
        except SourceError:
            yield IngestFailure(location, f"{where}: no text in it; add the page it links to")
            continue
        if (kept := distinct(article, seen)) is not None:
            yield kept


def _article(entry: Any, location: str, common: Meta) -> Article:
    title = _child_text(entry, "title")
    link = safe_url(_link(entry))
    markup = max((_markup(entry, name) for name in _TEXT), key=len)
    blocks: list[Block] = with_lede(text_of_fragment(markup)) if markup.strip() else []
    # Titles may carry HTML, too.
    plain_title = clean(" ".join(b.text for b in text_of_fragment(title))) if title else None
    meta = replace(
        common,
        title=plain_title or None,
        url=link if link and link.startswith("http") else None,
        author=_author(entry),
        published=next(
            (
                text
                for name in ("pubDate", "published", "date", "issued", "updated")
                if (text := _child_text(entry, name))
            ),
            None,
        ),
    )
    key = link or _child_text(entry, "guid") or _child_text(entry, "id")
    if not key:
        key = title_key(meta.title or (clean(blocks[0].text)[:200] if blocks else ""))
    return build_article(blocks, meta, location=location, format_name=FORMAT, key=key)


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child_text(element: Any, name: str) -> str | None:
    for child in element:
        if _name(child) == name:
            text = clean("".join(child.itertext()))
            if text:
                return text
    return None


def _markup(entry: Any, name: str) -> str:
    """Content of the longest child of that name: escaped HTML, or XHTML in place."""
    from lxml import etree

    longest = ""
    for child in entry:
        if _name(child) != name:
            continue
        if len(child):
            text = "".join(etree.tostring(part, encoding="unicode") for part in child)
            text = re.sub(r"(</?)\w+:", r"\1", text)
        else:
            text = child.text or ""
        longest = max(longest, text, key=len)
    return longest


def _link(entry: Any) -> str | None:
    for child in entry:
        if _name(child) == "link":
            href = child.get("href")
            if href and child.get("rel", "alternate") == "alternate":
                return str(href).strip()
            if child.text and child.text.strip():
                return str(child.text).strip()
    return None


def _author(entry: Any) -> str | None:
    names = []
    for child in entry:
        if _name(child) in ("author", "creator"):
            name = _child_text(child, "name") if len(child) else clean(child.text or "")
            if name:
                names.append(name)
    return ", ".join(names) or None
