"""JSON Lines, JSON arrays and objects, JSON Feed, and SQuAD-format JSON → articles."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from assistant.errors import SourceError
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
from assistant.sources.plain import paragraphs_of
from assistant.types import Article, IngestFailure

FORMAT = "json"
FORMAT_LINES = "jsonl"

MAX_LINE_CHARS = 16 << 20
"""A longer line of JSON Lines is refused: one article is never that long."""

_HTML_TEXT = "content_html"
_TEXT = (
    *("text", "body", "content", "article", "maintext", "articleBody", "page_content"),
    *(
        _HTML_TEXT,
        "content_text",
        "contents",
        "full_text",
        "fulltext",
        "article_text",
        "raw_content",
    ),
)
_TITLE = ("title", "headline", "name")
_URL = ("url", "link")
_PUBLISHED = (
    *("published", "date_published", "datePublished", "date", "publish_date"),
    *("published_at", "publishedAt", "published_date", "pubDate"),
)
_LANGUAGE = ("language", "lang")
_AUTHOR = ("author", "authors", "byline")
_SITE = ("site", "sitename", "publisher", "source_domain")
_ID = ("id", "_id", "uid")
_RENDERED = "rendered"
"""How WordPress calls what is HTML, in titles too."""
_HOLDERS = ("name", _RENDERED, "text", "value", "#text")
_KNOWN = frozenset((*_TEXT, *_TITLE, *_URL, *_PUBLISHED, *_LANGUAGE, *_AUTHOR, *_SITE))
_METADATA_CHARS = 10_000
_HTML = re.compile(
    r"\A\s*<([a-z]\w*)\b[^<>]*>.*</\1>|</(?:p|div|li|h[1-6])>|<br\s*/?>", re.I | re.S
)
"""What a text that is HTML begins with or has in it."""


def parse_lines(
    lines: Iterable[str], *, location: str, first_line: int = 1
) -> Iterator[Article | IngestFailure]:
    """Yield the articles of each line, and a failure that names the line for each bad one."""
    seen: dict[str, str] = {}
    for number, line in enumerate(lines, first_line):
        if not line.strip():
            continue
        where = f"{location}: line {number}"
        try:
            if len(line) > MAX_LINE_CHARS:
                msg = f"{where}: longer than the limit of {MAX_LINE_CHARS >> 20} MiB; split it"
                raise SourceError(msg)  # noqa: TRY301 - one way out for every bad line
            records = _records(load(line, where=where))
        except SourceError as error:
            yield IngestFailure(location, str(error))
            continue
        yield from _articles(records, where, location, FORMAT_LINES, seen)


def parse_document(value: Any, *, location: str) -> Iterator[Article | IngestFailure]:
    """Yield the articles of one JSON value: an object, an array, JSON Feed, or the SQuAD format."""
    records = value if isinstance(value, list) else _records(value)
    yield from _articles(records, location, location, FORMAT, {})


def _records(value: Any) -> list[Any]:
    """What one JSON value holds: the entries of SQuAD's ``data`` or of a JSON Feed, or itself."""
    if not isinstance(value, dict):
        return [value]
    if isinstance(value.get("data"), list):
        return list(value["data"])
    if not isinstance(value.get("items"), list) or _first(value, _TEXT):
        return [value]
    common = {"site": value.get("title"), "language": value.get("language")}
    home = value.get("home_page_url") or value.get("feed_url")
    return [
        {"content_text": item.get("summary"), **common, **item, **_whole_url(item, home)}
        if isinstance(item, dict)
        else item
        for item in value["items"]
    ]


def _whole_url(item: dict[str, Any], home: Any) -> dict[str, str]:
    """An item's address, which may start where the feed is."""
    url = item.get("url")
    if not isinstance(url, str) or not isinstance(home, str):
        return {}
    try:
        return {"url": urljoin(home, url)}
    except ValueError:
        return {}


def _articles(
    records: list[Any], where: str, location: str, format_name: str, seen: dict[str, str]
) -> Iterator[Article | IngestFailure]:
    for number, record in enumerate(records, 1):
        place = f"{where}: record {number}" if len(records) > 1 else where
        try:
            article = _article(record, place, location, format_name)
        except SourceError as error:
            yield IngestFailure(location, str(error))
            continue
        if (kept := distinct(article, seen)) is not None:
            yield kept


def load(text: str, *, where: str) -> Any:
    """Parse JSON.

    Raises:
        SourceError: It is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        msg = f"{where}: not valid JSON ({clean(reason)[:120]}); correct it or leave it out"
        raise SourceError(msg) from error


def _article(record: Any, where: str, location: str, format_name: str) -> Article:
    if not isinstance(record, dict):
        msg = f"{where}: a JSON {type(record).__name__} where an object with a text was expected"
        raise SourceError(msg)
    if isinstance(record.get("kwargs"), dict):  # as LangChain stores its documents
        record = record["kwargs"]
    if isinstance(about := record.get("metadata"), dict):
        record = {"url": about.get("source"), **about, **record}
    fields = {**{str(name).lower(): value for name, value in record.items()}, **record}
    meta = Meta(
        title=_title(fields),
        url=_web_url(_first(fields, _URL)),
        site=_first(fields, _SITE),
        author=_first(fields, _AUTHOR),
        published=_first(fields, _PUBLISHED),
        language=_first(fields, _LANGUAGE),
    )
    text = _first(fields, _TEXT)
    if isinstance(fields.get("paragraphs"), list):
        blocks = [Block(context) for context in _contexts(fields["paragraphs"])]
    elif text is not None:
        is_html = text == fields.get(_HTML_TEXT) or _HTML.search(text)
        blocks = with_lede(text_of_fragment(text) if is_html else paragraphs_of(text))
    else:
        blocks = []
    if not any(clean(block.text) for block in blocks):
        names = ", ".join(sorted(clean(str(name))[:40] for name in record)[:8]) or "none"
        msg = f"{where}: no text in it (fields: {names}); put the article into the field 'text'"
        raise SourceError(msg)
    # A row's own URL or id keeps its article apart from its neighbours'; else its title does.
    own_id = _first(fields, _ID)
    key = meta.url or (f"id:{own_id}" if own_id else None)
    return build_article(
        blocks,
        meta,
        location=location,
        format_name=format_name,
        key=key or (title_key(meta.title) if meta.title else title_key(blocks[0].text[:200])),
        metadata=_metadata(record),
    )


def _title(fields: dict[str, Any]) -> str | None:
    title = _first(fields, _TITLE)
    is_html = isinstance(fields.get("title"), dict) and _RENDERED in fields["title"]
    return " ".join(b.text for b in text_of_fragment(title)) if title and is_html else title


def _contexts(paragraphs: list[Any]) -> Iterator[str]:
    for paragraph in paragraphs:
        context = paragraph.get("context") if isinstance(paragraph, dict) else paragraph
        if isinstance(context, str):
            yield context


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in (*names, *map(str.lower, names)):
        value = _named(record.get(name))
        if isinstance(value, list):
            parts = [_named(item) for item in value]
            if parts and all(isinstance(part, str) for part in parts):
                return ("\n\n" if names is _TEXT else ", ").join(parts)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool) and names in (_ID, _PUBLISHED):
            return str(value)
    return None


def _named(value: Any) -> Any:
    """What an object is there to hold: a name, as in JSON Feed and JSON-LD, or a text; others as they are."""
    if not isinstance(value, dict):
        return value
    return next((value[name] for name in _HOLDERS if isinstance(value.get(name), str)), None)


def _web_url(value: str | None) -> str | None:
    if value is None:
        return None
    stripped = value.strip()
    return stripped if stripped.lower().startswith(("http://", "https://")) else None


def _metadata(record: dict[str, Any]) -> dict[str, Any]:
    """Keep the row's other fields, as far as they are small."""
    return {
        clean(name): clean(value) if isinstance(value, str) else value
        for name, value in record.items()
        if name not in _KNOWN
        and name.lower() not in _KNOWN
        and isinstance(value, str | int | float | bool)
        and not (isinstance(value, float) and not math.isfinite(value))  # JSON has neither
        and len(str(value)) <= _METADATA_CHARS
    }
