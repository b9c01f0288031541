"""Hits and spans become an answer: grouped by value, cited, or declined with a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote as percent_encode

from assistant.errors import ArticleNotFound
from assistant.library import Library
from assistant.spans import refine, sentence_around
from assistant.speech import speaker_of
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Article,
    Citation,
    Hit,
    ReadSpan,
    RelatedArticle,
    UnanswerableReason,
)
from assistant.values import Value, fold, same_value, value_of

CONTEXT_CHARS = 32
"""Length of a citation's prefix and suffix, as in the W3C text-quote selector's examples."""
MIN_GROUP_SHARE = 0.4
"""Another value is shown beside the best one if it is at least this share as probable."""
TWIN_CHARS = 60
"""How much before and after a value is looked at to tell whether two sentences are alike but for it."""
TWIN_SHARE = 0.7
"""Of RGB's questions with planted values, 82 % show both so, 70 % by their probabilities alone."""
MIN_TWIN_WORDS = 4
MAX_GROUPS = 5
MAX_CITATIONS = 8
NOTHING_RELEVANT_SHARE = 0.25
"""Below this share of the threshold nothing was even near: the reason is 'nothing relevant'."""
FRAGMENT_WORDS = 6
"""Longer quotes are linked by their first and last words, as the text-fragment draft advises."""

_WORD = re.compile(r"\w+")


def answer(
    question: str,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    library: Library,
    threshold: float,
    related: Sequence[RelatedArticle] = (),
    timings_ms: dict[str, float] | None = None,
    asked_as: str | None = None,
) -> Answer:
    """Decide, group and cite.

    Args:
        question: As the user asked it.
        hits: The passages that were read.
        spans: What the reader found in them, most probable first.
        library: Where the articles are.
        threshold: Probability from which a span is given as an answer.
        related: Articles worth reading next.
        timings_ms: Milliseconds by step.
        asked_as: The question as it was searched, where it was completed.
    """
    best = max((span.probability for span in spans), default=0.0)
    groups: tuple[AnswerGroup, ...] = ()
    reason: UnanswerableReason | None = None
    if spans and best >= threshold:
        groups = group(question, hits, spans, library=library, threshold=threshold)
    if not groups:
        reason = _reason(hits, spans, best=min(best, threshold), threshold=threshold)
    return Answer(
        question=question,
        status=AnswerStatus.ANSWERED if groups else AnswerStatus.UNANSWERABLE,
        reason=reason,
        confidence=groups[0].confidence if groups else best,
        answers=groups,
        passages=tuple(hits),
        related=tuple(related),
        timings_ms=dict(timings_ms or {}),
        asked_as=asked_as,
        null_score=spans[0].null_score if spans else None,
    )


def _reason(
    hits: Sequence[Hit], spans: Sequence[ReadSpan], *, best: float, threshold: float
) -> UnanswerableReason:
    if not hits:
        return UnanswerableReason.NOTHING_RELEVANT
    if not spans:
        return UnanswerableReason.NO_SPAN
    if best < NOTHING_RELEVANT_SHARE * threshold:
        return UnanswerableReason.NOTHING_RELEVANT
    if spans[0].score < spans[0].null_score:
        return UnanswerableReason.NO_SPAN
    return UnanswerableReason.LOW_CONFIDENCE


def group(
    question: str,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    library: Library,
    threshold: float,
) -> tuple[AnswerGroup, ...]:
    """Spans by value, most probable value first, each with its citations."""
    floor = max(threshold * MIN_GROUP_SHARE, spans[0].probability * MIN_GROUP_SHARE)
    members: list[tuple[Value, list[tuple[ReadSpan, Citation]]]] = []
    shown: list[tuple[int, frozenset[str]]] = []
    for span in spans:
        passage = hits[span.hit_index].passage
        around = _words_around(passage.text, span.start - passage.start, span.end - passage.start)
        # However improbable: a shown sentence with another value in its place is a contradiction.
        if span.probability < floor and not any(
            place != span.hit_index and _is_twin(around, other) for place, other in shown
        ):
            continue
        try:
            article = library.article(passage.article_id)
        except ArticleNotFound:
            continue  # removed since it was searched
        if article.text[passage.start : passage.end] != passage.text:
            continue  # the article was replaced since it was searched: never misquote
        start, end = refine(question, article.text, span.start, span.end)
        if start >= end:
            continue
        citation = replace(
            cite(article, start, end, hit_index=span.hit_index),
            reader_score=span.score,
            null_score=span.null_score,
        )
        shown.append((span.hit_index, around))
        value = value_of(citation.quote)
        for known, group_members in members:
            if same_value(known, value):
                if not _repeats(citation, group_members):
                    group_members.append((span, citation))
                break
        else:
            members.append((value, [(span, citation)]))
    groups = [_as_group(found, library) for _, found in members]
    groups.sort(key=lambda item: -item.confidence)
    return tuple(groups[:MAX_GROUPS])


def _words_around(text: str, start: int, end: int) -> frozenset[str]:
    """Folded words near ``text[start:end]``."""
    before, after = text[max(0, start - TWIN_CHARS) : start], text[end : end + TWIN_CHARS]
    return frozenset(_WORD.findall(fold(f"{before} {after}")))


def _is_twin(first: frozenset[str], second: frozenset[str]) -> bool:
    smaller = min(len(first), len(second))
    return smaller >= MIN_TWIN_WORDS and len(first & second) >= TWIN_SHARE * smaller


def _repeats(citation: Citation, members: Sequence[tuple[ReadSpan, Citation]]) -> bool:
    """Whether the same sentence is cited already: overlapping passages read it twice."""
    return any(
        known.article_id == citation.article_id
        and known.start < citation.end
        and citation.start < known.end
        for _, known in members
    )


def _as_group(members: Sequence[tuple[ReadSpan, Citation]], library: Library) -> AnswerGroup:
    article_ids = list(dict.fromkeys(citation.article_id for _, citation in members))
    originals = library.originals(article_ids)
    sources = {originals.get(article_id, article_id) for article_id in article_ids}
    best_span, best_citation = members[0]
    return AnswerGroup(
        text=best_citation.quote,
        confidence=best_span.probability,
        citations=tuple(citation for _, citation in members[:MAX_CITATIONS]),
        source_count=len(sources),
    )


def cite(article: Article, start: int, end: int, *, hit_index: int = -1) -> Citation:
    """The citation of ``article.text[start:end]``.

    Raises:
        ValueError: The span is empty or not inside one paragraph.
    """
    position = article.paragraph_at(start)
    paragraph = article.paragraphs[position]
    if not paragraph.start <= start < end <= paragraph.end:
        raise ValueError(f"span {start}:{end} is not inside paragraph {position}")
    sentence = sentence_around(article.text, paragraph, start, end)
    quote = article.text[start:end]
    prefix = article.text[max(paragraph.start, start - CONTEXT_CHARS) : start]
    suffix = article.text[end : min(paragraph.end, end + CONTEXT_CHARS)]
    return Citation(
        article_id=article.id,
        title=article.title,
        url=article.url,
        published=article.published,
        language=paragraph.language or article.language,
        section=paragraph.section,
        paragraph=position,
        start=start,
        end=end,
        quote=quote,
        prefix=prefix,
        suffix=suffix,
        content_hash=article.content_hash,
        link=text_fragment(article.url, quote, prefix=prefix, suffix=suffix),
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        sentence=article.text[sentence.start : sentence.end],
        source=article.source,
        speaker=speaker_of(article.text, sentence, start),
        hit_index=hit_index,
    )


def text_fragment(url: str | None, quote: str, *, prefix: str = "", suffix: str = "") -> str | None:
    """``url`` opened at ``quote`` (https://wicg.github.io/scroll-to-text-fragment/).

    >>> text_fragment("https://example.org/a#top", "35 countries")
    'https://example.org/a#:~:text=35%20countries'
    """
    if not url or not url.startswith(("http://", "https://")):
        return None
    words = quote.split()
    before, after = prefix.split()[1:], suffix.split()[:-1]
    parts = [f"{_encode(' '.join(before[-3:]))}-"] if before else []
    if len(words) > 2 * FRAGMENT_WORDS:
        parts.append(_encode(" ".join(words[:FRAGMENT_WORDS])))
        parts.append(_encode(" ".join(words[-FRAGMENT_WORDS:])))
    else:
        parts.append(_encode(quote))
    if after:
        parts.append(f"-{_encode(' '.join(after[:3]))}")
    return f"{url.split('#', 1)[0]}#:~:text={','.join(parts)}"


def _encode(text: str) -> str:
    # The dash, the comma and the ampersand have a meaning of their own in a text directive.
    return percent_encode(text, safe="").replace("-", "%2D")
