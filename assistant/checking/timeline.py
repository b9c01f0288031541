"""Dated statements in order: what the articles say happened when."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.checking.claims.candidates import meaningful_stems, overlap
from assistant.language.calendar import days_told
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, names_in
from assistant.library import Library
from assistant.library.fingerprints import fingerprint, same_text
from assistant.search.citing import cite_statement
from assistant.types import Article, Hit, Timeline, TimelineEntry
from embeddings.sentences import sentence_spans

ABOUT_IT = 0.25
"""So far on from the worst passage's score to the best one's, an article's best one is about the matter."""
FEW_ARTICLES = 5
"""Among fewer the worst may be about the matter too: scores are only comparable, and none is nought."""


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
        dated = days_told(text, article.published)
        if not dated:
            undated += 1
            continue
        entries += [
            TimelineEntry(
                date=day.first,
                last_date=day.last,
                date_text=text[day.span.start : day.span.end],
                is_inferred=day.is_inferred,
                citation=cite_statement(article, start, end),
            )
            for day in dated
        ]
    return Timeline(subject, tuple(_merged(entries, library)), undated)


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
