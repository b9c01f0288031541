"""RSS and Atom files → one article for each entry, by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parseaddr
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from assistant.errors import SourceError
from assistant.output.sanitise import safe_url
from assistant.sources.blocks import (
    Meta,
    build_article,
    clean,
    clean_field,
    distinct,
    title_key,
    with_lede,
)
from assistant.sources.decoding import decode
from assistant.sources.html import text_of_fragment
from assistant.types import Article, IngestFailure

FORMAT = "feed"

MAX_FEED_BYTES = 16 << 20
"""A larger feed is refused: a damaged one is read by patterns, which take their time."""

_FIRST_ELEMENT = re.compile(r"<\w")
_ENTITY = re.compile(r"""<!ENTITY\s+(\w+)\s+["'](&#\w{1,7};|[^"'&%<>]{0,16})["']\s*>""")
"""A single character or a short word; longer ones, and ones of others, grow into gigabytes."""
_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?!#|(?:lt|gt|amp|quot|apos);)(?:(\w{1,32});)?", re.S
)
"""To be told from XML's own: HTML's entities, declared ones, and ampersands that stand for themselves."""
_NAMESPACE = re.compile(
    r"""xmlns:([\w.-]+)\s*=\s*["']https?://[^"']*(?:/mrss/?|/podcast-1\.0\.dtd)["']""", re.I
)
_PREFIXED = re.compile(r"(</?)([\w.-]+):")
_ESCAPED_TWICE = re.compile(r"\s*<\w+[^<>]*>.*</\w+>", re.S)


def parse_feed(
    data: bytes, *, location: str, url: str | None = None
) -> Iterator[Article | IngestFailure]:
    """Yield an article for each entry, a failure for each entry without text.

    Args:
        data: The feed.
        location: Where it was read from.
        url: Where it was fetched from; links that are not whole start there.

    Raises:
        SourceError: It is too large or not a feed, or has no entries.
    """
    import feedparser

    if len(data) > MAX_FEED_BYTES:
        msg = f"{location}: a feed of over {MAX_FEED_BYTES >> 20} MiB; split it"
        raise SourceError(msg)
    text = _prepared(decode(data, location=location, markup=True))
    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError) as error:
        msg = f"{location}: the feed is damaged ({clean(str(error))[:120]}); fetch it again"
        raise SourceError(msg) from error
    if not parsed.entries:
        msg = f"{location}: a feed without entries; nothing to add"
        raise SourceError(msg)
    base = urljoin(url or "", str(parsed.feed.get("link") or ""))
    is_atom = parsed.version.startswith("atom")
    common = Meta(
        site=_line(parsed.feed, "title"),
        author=_authors(parsed.feed) if is_atom else None,
        language=parsed.feed.get("language"),
    )
    seen: dict[str, str] = {}
    for number, entry in enumerate(parsed.entries, 1):
        where = f"{location}: entry {number}"
        try:
            article = _article(entry, location, common, base)
        except SourceError:
            yield IngestFailure(location, f"{where}: no text in it; add the page it links to")
            continue
        if (kept := distinct(article, seen)) is not None:
            yield kept


def _prepared(text: str) -> str:
    """Resolve entities, and put aside what tells of pictures and podcasts.

    No DTD is left, and the pictures' own titles and descriptions are not taken for the entry's.
    """
    first = _FIRST_ELEMENT.search(text)
    start = first.start() if first else 0
    declared = dict(_ENTITY.findall(text[:start]))

    def resolved(found: re.Match[str]) -> str:
        if found[0].startswith("<"):
            return found[0]
        return escape(unescape(declared.get(found[1], found[0])))

    text = _REFERENCE.sub(resolved, text[start:])
    prefixes = {"media", "itunes", *_NAMESPACE.findall(text)}
    return _PREFIXED.sub(
        lambda found: f"{found[1]}aside-" if found[2] in prefixes else found[0], text
    )


def _article(entry: Any, location: str, common: Meta, base: str) -> Article:
    contents = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    markup = max(map(_markup, contents), key=len) or str(entry.get("aside-summary") or "")
    blocks = with_lede(text_of_fragment(markup)) if markup.strip() else []
    links = (link for link in entry.get("links", ()) if link.get("rel") == "alternate")
    # A feed's guid may be an address, but is taken for one by default.
    link = next((urljoin(base, str(link.get("href") or "")) for link in links), entry.get("id"))
    url = safe_url(link)
    title = _line(entry, "title")
    meta = replace(
        common,
        title=title,
        url=url if url and url.startswith("http") else None,
        author=_authors(entry) or clean_field(entry.get("aside-author")) or common.author,
        published=next(filter(None, map(entry.get, ("published", "updated", "created"))), None),
        language=(contents[0].get("language") or common.language),
    )
    key = url or entry.get("id")
    if not key:
        key = title_key(title or (clean(blocks[0].text)[:200] if blocks else ""))
    return build_article(blocks, meta, location=location, format_name=FORMAT, key=key)


def _markup(content: Any) -> str:
    """A text of an entry as HTML."""
    value = str(content.get("value") or "")
    if content.get("type") == "text/plain":
        return escape(value)
    if "<" not in value and _ESCAPED_TWICE.match(unescape(value)):
        return unescape(value)
    return value


def _line(parent: Any, name: str) -> str | None:
    """A title, which may be HTML, too."""
    blocks = text_of_fragment(_markup(parent.get(f"{name}_detail") or {}))
    return clean_field(" ".join(block.text for block in blocks))


def _authors(parent: Any) -> str | None:
    names = [author.get("name") or author.get("email") for author in parent.get("authors", ())]
    written = str(parent.get("author") or "")
    if len(names) == 1 and "@" in written:
        # feedparser knows the addresses of old: it cuts "ann@paper.example (Ann Lee)" in two.
        name, address = parseaddr(written)
        names = [name or address]
    return ", ".join(dict.fromkeys(filter(None, names))) or None
