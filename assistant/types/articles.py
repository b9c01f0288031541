"""What the parts of Pullquote hand to each other: frozen values, no behaviour beyond derivation.

Offsets are everywhere Unicode code points into ``Article.text``, half-open, so that
``article.text[span.start:span.end]`` *is* the quote.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PARAGRAPH_SEPARATOR = "\n\n"
"""What joins paragraphs in ``Article.text``."""


class Section(StrEnum):
    """Where on its page a paragraph stands."""

    HEADLINE = "headline"
    CAPTION = "caption"
    LEDE = "lede"
    BODY = "body"
    REACTIONS = "reactions"
    RELATED = "related"


class ParagraphKind(StrEnum):
    """What a paragraph is made of."""

    TEXT = "text"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE = "table"
    QUOTE = "quote"
    CAPTION = "caption"
    CODE = "code"
    NOTE = "note"
    """A footnote, an endnote or a text box: it stands behind the paragraph that it belongs to."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a code point.

        >>> Span(0, 2).overlaps(Span(1, 3)), Span(0, 2).overlaps(Span(2, 3))
        (True, False)
        """
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of an article."""

    start: int
    """Offset of the first code point in ``Article.text``."""
    end: int
    """Offset after the last code point in ``Article.text``."""
    section: Section
    language: str | None = None
    """ISO 639-1 code, or None where too short to tell."""
    kind: ParagraphKind = ParagraphKind.TEXT
    ai_generated: bool = False
    """Belongs to an AI-generated image (or is otherwise marked so by the page): never evidence."""
    page: int | None = None
    """1-based page number, for paged sources (PDF)."""

    @property
    def is_evidence(self) -> bool:
        """Whether an answer may come from this paragraph."""
        return not self.ai_generated


@dataclass(frozen=True, slots=True)
class Article:
    """One article, with everything that citations of it refer to."""

    id: str
    """Hex digest of the URL or path it came from (see :func:`article_id`)."""
    title: str
    text: str
    """Paragraphs joined by a blank line; what every offset refers to."""
    paragraphs: tuple[Paragraph, ...]
    """In order, not overlapping, each non-empty."""
    source: str
    """Where it was read from: a path, a URL, ``-``; several articles may share one."""
    title_derived: bool = False
    """The page gave no title; this one is the start of the first sentence."""
    url: str | None = None
    site: str | None = None
    author: str | None = None
    published: str | None = None
    """ISO 8601 date, or date and time."""
    language: str | None = None
    format: str = "text"
    linked_ids: tuple[str, ...] = ()
    """Articles that the page itself names as related."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What else is known; ``published_from`` and ``warnings`` have properties of their own."""

    @property
    def published_from(self) -> str | None:
        """Where ``published`` was found, such as ``meta`` or ``date line``; None where it is not kept."""
        return self.metadata.get("published_from")

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the article may not be whole, a line each."""
        return tuple(self.metadata.get("warnings", ()))

    @property
    def content_hash(self) -> str:
        """``sha256:`` and the hex digest of ``text`` in UTF-8."""
        return "sha256:" + hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def paragraph_text(self, index: int) -> str:
        """Text of the paragraph at ``index``."""
        paragraph = self.paragraphs[index]
        return self.text[paragraph.start : paragraph.end]

    def paragraph_at(self, offset: int) -> int:
        """Index of the paragraph that holds ``offset``, or the last one that starts before it."""
        found = 0
        for index, paragraph in enumerate(self.paragraphs):
            if paragraph.start > offset:
                break
            found = index
        return found


def article_id(location: str) -> str:
    """Stable id of what lives at ``location`` (a URL or a path).

    >>> article_id("https://example.org/a") == article_id("https://example.org/a")
    True
    """
    return hashlib.sha256(location.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """What a list of articles shows: everything but the text."""

    id: str
    title: str
    title_derived: bool
    url: str | None
    source: str
    site: str | None
    author: str | None
    published: str | None
    language: str | None
    format: str
    content_hash: str
    passage_count: int
    added_at: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one paragraph, small enough to embed and to read."""

    id: int
    """Stable 64-bit id in the library; 0 before it is stored."""
    article_id: str
    paragraph: int
    """Index into ``Article.paragraphs``."""
    start: int
    end: int
    text: str
    """``article.text[start:end]``."""
    section: Section
    language: str | None
    title: str
    """Title of the article."""
    url: str | None = None
    published: str | None = None
    is_evidence: bool = True
    heading: str | None = None
    """The last one above it in the article, apart from the title."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages a search may return; empty fields do not filter."""

    languages: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    article_ids: tuple[str, ...] = ()
    published_from: str | None = None
    """ISO date (2025, 2025-01 or 2025-01-31), inclusive; articles without a date never match."""
    published_to: str | None = None
    """Likewise; a year or a month stands for all its days."""
    evidence_only: bool = False
    """Leave out what may never be evidence (captions of AI-generated images)."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered."""
        return self == Filters()

    def allows_date(self, published: str | None) -> bool:
        """Whether an article of that date may be found.

        >>> Filters(published_to="2025-01-06").allows_date("2025-01-06T09:00")
        True
        """
        if not self.published_from and not self.published_to:
            return True
        if published is None or published < (self.published_from or ""):
            return False
        last = self.published_to
        # A date stands for its whole day.
        return not last or published[: len(last)] <= last


@dataclass(frozen=True, slots=True)
class IngestFailure:
    """One source that could not be added."""

    source: str
    message: str


@dataclass(frozen=True, slots=True)
class IngestWarning:
    """An article that was added, but perhaps not whole."""

    article_id: str
    source: str
    message: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ``add`` did, as article ids."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    """Articles of the given sources that are no longer there; kept until removed."""
    duplicates: tuple[tuple[str, str], ...] = ()
    """(new article, near-identical article that was there before)."""
    failures: tuple[IngestFailure, ...] = ()
    elapsed_s: float = 0.0
    warnings: tuple[IngestWarning, ...] = ()
    """Articles that lack much of what their page shows, of those added or updated."""
    samples_removed: tuple[str, ...] = ()
    """Sample articles that left the library because the first articles of its own came."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long task is."""

    done: int
    """Articles done so far."""
    total: int | None
    """How many there will be; None while unknown."""
    label: str
    """What is being done now."""
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What a check of a library found."""

    checked: dict[str, int]
    """Numbers of articles, paragraphs and passages looked at."""
    problems: tuple[str, ...] = ()
    """What is wrong, a line each."""
    repaired: tuple[str, ...] = ()
    """What was put right, a line each."""

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong that was not put right."""
        return len(self.problems) == len(self.repaired)
