"""Dated statements in order: what the articles say happened when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from assistant.checking.claims.candidates import meaningful_stems, overlap
from assistant.language.dates import DateMention
from assistant.language.facts import Facts, facts_of
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, names_in
from assistant.language.tenses import is_ahead, is_since
from assistant.library import Library
from assistant.library.fingerprints import fingerprint, same_text
from assistant.search.citing import cite_statement
from assistant.types import Article, Hit, Timeline, TimelineEntry
from embeddings.sentences import sentence_spans

DAYS_AHEAD = 92
"""A date without a year lies at most this long after the article that gives it."""
ABOUT_IT = 0.25
"""So far on from the worst passage's score to the best one's, an article's best one is about the matter."""
FEW_ARTICLES = 5
"""Among fewer the worst may be about the matter too: scores are only comparable, and none is nought."""
DATE_ALONE_WORDS = 2
"""With so few words beside it a date is a line of its own, and no statement."""


def timeline_of_hits(subject: str, hits: Sequence[Hit], library: Library) -> Timeline:
    """The dated statements in passages about a question, of articles that come near the best one or name it."""
    near = _near(subject, hits)
    places: dict[tuple[str, int, int], None] = {}
    for hit in hits:
        passage = hit.passage
        if passage.is_evidence and passage.article_id in near:
            for start, end in sentence_spans(passage.text):
                places[passage.article_id, passage.start + start, passage.start + end] = None
    return _timeline(subject, list(places), library)


def _near(subject: str, hits: Sequence[Hit]) -> set[str]:
    """The articles that are about a matter: all where they are few."""
    articles = {hit.passage.article_id for hit in hits}
    if len(articles) < FEW_ARTICLES:
        return articles
    scores = [hit.score for hit in hits]
    least = min(scores) + ABOUT_IT * (max(scores) - min(scores))
    near = {hit.passage.article_id for hit in hits if hit.score >= least}
    wanted = meaningful_stems(subject)
    for hit in hits:
        passage = hit.passage
        if passage.article_id not in near and (
            _names(subject, wanted, passage.text) or _names(subject, wanted, passage.title)
        ):
            near.add(passage.article_id)
    return near


def _names(subject: str, wanted: set[str], text: str) -> bool:
    """Whether a text has a word of the subject that carries meaning, or a name of it in another script."""
    if overlap(wanted, text):
        return True
    if not can_compare(script_of(subject), script_of(text)):
        return False
    found = frozenset().union(*names_in(text, is_question=False))
    return any(not found.isdisjoint(forms) for forms in names_in(subject, is_question=False))


def timeline_of_article(article: Article, library: Library) -> Timeline:
    """The dated statements of one article."""
    places = [
        (article.id, paragraph.start + start, paragraph.start + end)
        for paragraph in article.paragraphs
        if paragraph.is_evidence
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end])
    ]
    return _timeline(article.title, places, library)


def _timeline(subject: str, places: Sequence[tuple[str, int, int]], library: Library) -> Timeline:
    entries: list[TimelineEntry] = []
    undated = 0
    for article_id, start, end in places:
        article = library.article(article_id)
        text = article.text[start:end]
        facts = facts_of(text)
        dated = [
            (mention, resolved)
            for mention in facts.dates
            if not _stands_alone(mention, facts)
            and not is_since(mention, facts)
            and (resolved := resolve(mention, article.published, is_ahead=is_ahead(mention, facts)))
            is not None
        ]
        if not dated:
            undated += 1
            continue
        for mention, (first, last, inferred) in dated:
            entries.append(
                TimelineEntry(
                    date=first,
                    last_date=last,
                    date_text=text[mention.span.start : mention.span.end],
                    is_inferred=inferred,
                    citation=cite_statement(article, start, end),
                )
            )
    return Timeline(subject, tuple(_merged(entries, library)), undated)


def _stands_alone(mention: DateMention, facts: Facts) -> bool:
    """Whether a date is all there is, as in a byline."""
    outside = [
        token
        for token in facts.tokens
        if token.end <= mention.span.start or mention.span.end <= token.start
    ]
    return len(outside) <= DATE_ALONE_WORDS


def resolve(
    mention: DateMention, published: str | None, *, is_ahead: bool | None = None
) -> tuple[str, str | None, bool] | None:
    """``(date, last date, whether the year is inferred)``; None where it cannot be placed.

    Args:
        mention: The date as far as it is given.
        published: The article's own date.
        is_ahead: What happens then is told of as to come: a weekday or month is the next one, not the last;
            None where that is not known.

    >>> from assistant.types import Span
    >>> resolve(DateMention(None, 12, 15, 16, None, Span(0, 0)), "2026-01-07")
    ('2025-12-15', '2025-12-16', True)
    >>> resolve(DateMention(None, None, None, None, 2, Span(0, 0)), "2026-01-07")
    ('2026-01-06', None, True)
    >>> resolve(DateMention(None, 12, None, None, None, Span(0, 0)), "2026-01-07", is_ahead=True)
    ('2026-12', None, True)
    """
    known = _day(published)
    if mention.weekday is not None and mention.month is None and mention.year is None:
        if known is None:
            return None
        back = (known.isoweekday() - mention.weekday) % 7
        days = (7 - back) % 7 if is_ahead else -back
        return (known + timedelta(days=days)).isoformat(), None, True
    year, inferred = mention.year, False
    if year is None and mention.month is not None and known is not None:
        year = _year_of(mention.month, mention.day, known, is_ahead=is_ahead)
        inferred = _is_day(year, mention.month, mention.last_day or mention.day or 1)
        year = year if inferred else None  # 29 February, but of another year
    head = f"{year:04d}" if year is not None else "-"
    if mention.month is None:
        return (head, None, False) if year is not None else None
    head += f"-{mention.month:02d}"
    if mention.day is None:
        return head, None, inferred
    last = None if mention.last_day is None else f"{head}-{mention.last_day:02d}"
    return f"{head}-{mention.day:02d}", last, inferred


def _year_of(month: int, day: int | None, known: date, *, is_ahead: bool | None) -> int:
    """The year of a date that an article of the day ``known`` gives without it."""
    if is_ahead:
        is_over = (month, day or known.day) < (known.month, known.day)
        return known.year + is_over
    limit = known if is_ahead is False else known + timedelta(days=DAYS_AHEAD)
    return limit.year - ((month, day or 1) > (limit.month, limit.day))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None


def _merged(entries: Sequence[TimelineEntry], library: Library) -> list[TimelineEntry]:
    """In order of time; the same sentence of several articles once, with how many say it."""
    originals = library.originals(list({entry.citation.article_id for entry in entries}))
    kept: list[tuple[TimelineEntry, set[str]]] = []
    for entry in sorted(entries, key=_order):
        citation = entry.citation
        source = originals.get(citation.article_id, citation.article_id)
        for known, sources in kept:
            if known.date == entry.date and _same(known.citation.quote, citation.quote):
                sources.add(source)
                break
        else:
            kept.append((entry, {source}))
    return [
        TimelineEntry(
            entry.date,
            entry.last_date,
            entry.date_text,
            entry.is_inferred,
            entry.citation,
            len(sources),
        )
        for entry, sources in kept
    ]


def _same(first: str, second: str) -> bool:
    if first == second:
        return True
    ours, theirs = fingerprint(first), fingerprint(second)
    return bool(ours and theirs) and same_text(ours, theirs)


def _order(entry: TimelineEntry) -> tuple[bool, str, str, int]:
    """Dates without a year last, among themselves by month and day."""
    return entry.date.startswith("-"), entry.date, entry.citation.article_id, entry.citation.start
