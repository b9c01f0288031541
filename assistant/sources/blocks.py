"""Blocks of a page → :class:`Article`: the one place where text and offsets are made.

Every reader of a format hands over blocks in reading order; here they are cleaned once, joined by
``PARAGRAPH_SEPARATOR``, and get their offsets while they are joined. Nothing is searched for.

What "cleaned" means, and is never done again afterwards: runs of blanks, tabs and line breaks
inside a paragraph become one space (line breaks stay in code and tables), the ends are trimmed, NUL
and lone surrogates become U+FFFD because neither SQLite nor UTF-8 can hold them. Everything else
is the author's: no Unicode normalisation, no smart-quote folding, no removal of control characters
(they are made visible where text is shown, see :mod:`assistant.output.sanitise`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from assistant.errors import SourceError
from assistant.sources import language as languages
from assistant.sources.properties import date_of
from assistant.types import (
    PARAGRAPH_SEPARATOR,
    Article,
    Paragraph,
    ParagraphKind,
    Section,
    article_id,
)

MAX_ARTICLE_CHARS = 8_000_000
"""Of one article's text: twice the longest novels. More is a data file, not an article."""

MAX_PARAGRAPHS = 100_000
"""Of one article: twice those of the longest novels."""

MAX_TITLE_CHARS = 1_000
"""Of a title that a source states; the rest of it stands in the text. Passages and lists repeat titles."""

TITLE_CHARS = 80
"""A derived title is cut at a word boundary before this many code points."""

MAX_DATE_CHARS = 64
"""A longer field holds more than a date."""

MAX_HEADLINE_CHARS = 200
"""A longer first line is a sentence, not a headline."""

_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_LINE_BLANKS = " \t\r\f\v"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[؟。！？۔।])[\"'”’»」)\]]*\s*")
_ABBREVIATED = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|Gen|Sen|Rep|Gov|Lt|Col|Nr))\.$"
)
_LINE_KINDS = frozenset({ParagraphKind.CODE, ParagraphKind.TABLE})
_STOPPED = re.compile(r"[.!?…؟。！？۔।][\"'”’»)\]]*$")
SHORT_LINE_CHARS = 60
"""A line that is broken off later than this without a stop goes on in the next."""
LINE_BREAK = "\v"
"""Where an author ended a line inside a paragraph, in a block's text."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph as a reader found it, before it has offsets."""

    text: str
    section: Section = Section.BODY
    kind: ParagraphKind = ParagraphKind.TEXT
    ai_generated: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """What a source says about an article besides its text."""

    title: str | None = None
    url: str | None = None
    site: str | None = None
    author: str | None = None
    published: str | None = None
    """As the source wrote it; made ISO 8601 where it can be read as a date."""
    language: str | None = None


def clean(text: str, kind: ParagraphKind = ParagraphKind.TEXT) -> str:
    r"""Return ``text`` as it will stand in ``Article.text``.

    >>> clean(" a\r\n b ")
    'a b'
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    if kind in _LINE_KINDS:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        # No pattern: it would look at a long run of blanks from each of them on.
        lines = [line.rstrip(_LINE_BLANKS) for line in text.split("\n")]
        return "\n".join(lines).strip("\n").rstrip()
    return _BLANKS.sub(" ", text).strip()


def goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the end of a line that its author broke.

    >>> goes_on("North: 9 to 18", "South: 10 to 20"), goes_on("The wind blew hard,", "And all ships were lost.")
    (False, True)
    """
    if _STOPPED.search(line):
        return False
    first = next((c for c in following if c.isalnum()), "")
    return first.islower() or line.endswith(",") or len(line) > SHORT_LINE_CHARS


def by_lines(block: Block) -> list[Block]:
    """Part a block at its author's line breaks, but for sentences that run over them."""
    if LINE_BREAK not in block.text or block.kind in (*_LINE_KINDS, ParagraphKind.HEADING):
        return [block]
    lines: list[str] = []
    for line in filter(None, map(clean, block.text.split(LINE_BREAK))):
        if lines and goes_on(lines[-1], line):
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return [replace(block, text=line) for line in lines]


def clean_field(value: str | None) -> str | None:
    """Return a one-line field (title, author, site), or None where nothing is left."""
    return (clean(value) or None) if value else None


def derive_title(text: str) -> str:
    """Make a short title from the first sentence of ``text``.

    >>> derive_title("Paris is calm. More follows.")
    'Paris is calm'
    """
    text = text.strip()
    end = len(text)
    # Where a sentence ends that is cut anyway is all the same.
    for found in _SENTENCE_END.finditer(text, 0, 2 * TITLE_CHARS):
        if not _ABBREVIATED.search(text[: found.start()]):
            end = found.start()
            break
    sentence = text[:end].strip()
    if len(sentence) <= TITLE_CHARS:
        return sentence.rstrip(".。") or sentence
    return _cut(sentence, TITLE_CHARS)


def _cut(text: str, limit: int) -> str:
    """The beginning of a text, at most ``limit`` characters with the dots behind it."""
    cut = text.rfind(" ", 0, limit)
    if cut < limit // 2:  # no blanks, as in Chinese: any place is as good
        cut = limit - 1
    return text[:cut].rstrip(" ,;:–—-،؛") + "…"


def looks_like_headline(text: str, *, limit: int = MAX_HEADLINE_CHARS) -> bool:
    """Whether one line reads as a headline: short, and not closed like a sentence."""
    stripped = text.rstrip("\"'”’»)] ")
    return (
        0 < len(text) <= limit
        and "\n" not in text
        and not stripped.endswith((".", "。", "…", ":", ";", ",", "،", "؛"))
        and any(character.isalpha() for character in text)
    )


def iso_date(value: str | None, language: str | None = None) -> str | None:
    """Return a date (or date and time) in ISO 8601, or None where ``value`` is not one.

    Args:
        value: As a source states it.
        language: What the source says its language is, and its country: of "03/04" one or the other is the day.

    >>> iso_date("Tue, 06 Jan 2026 18:00:00 GMT")
    '2026-01-06T18:00:00+00:00'
    >>> iso_date("2026-01-06")
    '2026-01-06'
    >>> iso_date("6 janvier 2026"), iso_date("03/04/2026"), iso_date("03/04/2026", "fr")
    ('2026-01-06', None, '2026-04-03')
    """
    from assistant.sources.days import DayReader  # which asks what blocks have, too

    text = (value or "").strip()
    if not text or len(text) > MAX_DATE_CHARS:
        return None
    try:
        if text.isascii() and text.isdigit() and len(text) in (10, 13):
            seconds = int(text) / (1000 if len(text) == 13 else 1)
            return datetime.fromtimestamp(seconds, UTC).isoformat()
        if len(text) in (8, 10):
            return date.fromisoformat(text).isoformat()
        return datetime.fromisoformat(text).isoformat()
    except (ValueError, OverflowError, OSError):
        pass  # not ISO: the form of e-mail and RSS is the other one in use
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return DayReader.of_locales(language or "").day(text)


def with_lede(blocks: Iterable[Block]) -> list[Block]:
    """Mark the first plain paragraph as the lede, unless one is marked already."""
    marked = list(blocks)
    if any(block.section is Section.LEDE for block in marked):
        return marked
    for index, block in enumerate(marked):
        if block.section is Section.BODY:
            if block.kind is ParagraphKind.TEXT and clean(block.text):
                marked[index] = replace(block, section=Section.LEDE)
                break
            if block.kind is not ParagraphKind.HEADING:
                break
    return marked


def build_article(
    blocks: Iterable[Block],
    meta: Meta,
    *,
    location: str,
    format_name: str,
    key: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Article:
    """Join ``blocks`` to an article.

    Args:
        blocks: In reading order; those without any text are dropped.
        meta: What the source says about the article. Its title becomes the first paragraph
            (section headline) unless a block already is one; without a title one is derived from
            the first sentence, marked, and kept out of the text.
        location: The source, as a path or URL.
        format_name: For ``Article.format``.
        key: What tells this article from others of the same source; None where there is one only.
        metadata: Goes to ``Article.metadata``.

    Raises:
        SourceError: No block has text, or there is too much of it or too many of them.
    """
    blocks = list(blocks)
    check_length(sum(len(block.text) for block in blocks), location)
    title = clean_field(meta.title)
    kept = [
        replace(block, text=text) for block in blocks if (text := clean(block.text, block.kind))
    ]
    if len(kept) > MAX_PARAGRAPHS:
        msg = (
            f"{location}: {len(kept):,} paragraphs in one article, the limit is"
            f" {MAX_PARAGRAPHS:,}; split it"
        )
        raise SourceError(msg)
    if not any(character.isalnum() for block in kept for character in block.text):
        msg = f"{location}: no text found in it ({format_name}); check that it is an article"
        raise SourceError(msg)
    headline = next((block.text for block in kept if block.section is Section.HEADLINE), None)
    if title is None:
        title = clean_field(headline)
    elif headline is None:
        kept.insert(0, Block(title, Section.HEADLINE, ParagraphKind.HEADING))
    derived = title is None
    if title is not None and len(title) > MAX_TITLE_CHARS:
        title = _cut(title, MAX_TITLE_CHARS)
    if title is None:
        prose = (b.text for b in kept if b.kind is not ParagraphKind.CAPTION)
        title = derive_title(clean(next(prose, kept[0].text)))
    text = PARAGRAPH_SEPARATOR.join(block.text for block in kept)
    main_language, own_languages = languages.of_blocks(
        [block.text for block in kept], meta.language
    )
    paragraphs = []
    start = 0
    for block, own_language in zip(kept, own_languages, strict=True):
        end = start + len(block.text)
        paragraphs.append(
            Paragraph(
                start, end, block.section, own_language, block.kind, block.ai_generated, block.page
            )
        )
        start = end + len(PARAGRAPH_SEPARATOR)
    published = iso_date(date_of(meta.published), meta.language or main_language)
    extra = dict(metadata or {})
    if published is None and meta.published and meta.published.strip():
        extra["published_as_written"] = clean(meta.published)[:200]
    url = clean_field(meta.url)
    return Article(
        id=identify(location, url, key),
        title=title,
        text=text,
        paragraphs=tuple(paragraphs),
        source=location,
        title_derived=derived,
        url=url,
        site=clean_field(meta.site),
        author=clean_field(meta.author),
        published=published,
        language=main_language,
        format=format_name,
        metadata=extra,
    )


def check_length(char_count: int, location: str) -> None:
    """Refuse what is too long for one article.

    Raises:
        SourceError: It is.
    """
    if char_count > MAX_ARTICLE_CHARS:
        msg = (
            f"{location}: {char_count:,} characters in one article, the limit is"
            f" {MAX_ARTICLE_CHARS:,}; split it"
        )
        raise SourceError(msg)


def identify(location: str, url: str | None, key: str | None) -> str:
    """Id of an article: of its URL or location, or of one of several in the same source."""
    return article_id(f"{location}#{key}" if key else url or location)


def title_key(title: str) -> str:
    """Key of an article that has nothing better: its title without case and punctuation.

    >>> title_key("Paris: a summit!")
    'paris a summit'
    """
    return " ".join(re.findall(r"\w+", title.casefold())) or title


def distinct(article: Article, seen: dict[str, str]) -> Article | None:
    """Give ``article`` an id that no other of its source has, and note it.

    Args:
        article: Of a source with several.
        seen: Ids of the source so far, with digests of what they stand for; added to.

    Returns:
        None for a word-for-word repetition. A second article under the same key gets its text's
        hash into the id, not a counter, so that the id stays when its neighbours change.
    """
    content = f"{article.title}\n{article.text}".encode("utf-8", "replace")
    digest = hashlib.sha256(content).hexdigest()
    if article.id in seen and seen[article.id] != digest:
        article = replace(article, id=article_id(f"{article.id}#{digest}"))
    if article.id in seen:
        return None
    seen[article.id] = digest
    return article
