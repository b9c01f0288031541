"""Hits and spans become an answer: grouped by value, cited, or declined with a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.asked_statements import asked_statement
from assistant.answering.roles import with_holders
from assistant.answering.statements import with_statements
from assistant.language.minimal_pairs import are_twins, words_around
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, overlap_shares
from assistant.language.values import Value, fold, same_value, same_words, value_of
from assistant.language.words import words_of
from assistant.library import Library
from assistant.library.lexical import MAX_QUERY_TERMS
from assistant.reading.spans import may_answer, refine
from assistant.search.citing import cite
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Citation,
    Hit,
    Passage,
    ReadSpan,
    RelatedArticle,
    UnanswerableReason,
)

MIN_GROUP_SHARE = 0.4
"""Another value is shown beside the best one if it is at least this share as probable."""
MAX_GROUPS = 5
MAX_CITATIONS = 8
NEAR_SHARE = 0.25
"""From this share of the threshold on the reader found something near: the passages are relevant."""
RELEVANT_SHARE = 0.4
"""An article is relevant that has so much of the question's words: two of five."""
RELEVANT_NAMES = 0.5
"""Or more than so much of its names, or whatever happens in a city of the library's would be in it."""
RELEVANT_COSINE = 0.82
"""A passage so close in meaning is relevant whatever its words. Of thirty questions about nothing in a
library of sixteen articles none came closer than .81, of those about it two in three did."""
RELEVANT_COSINE_ELSEWHERE = 0.78
"""The same where not both are in Latin script, as the encoder's cosines are lower there."""
MIN_STEM_CHARS = 3
INFLECTION_CHARS = 3
"""Forms of one word differ by so many letters at the end, and by fewer than they share beyond a stem."""

# Not the first word, which has a capital anyway.
_NAME = re.compile(r"(?<=\W)[A-ZÀ-ÖØ-Þ][\w-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w-]+)*")
_ARABIC_PREFIX = re.compile("^(?:وال|بال|فال|كال|لل|ال|[وبلفكس])(?=.{3})")
_ELSE = re.compile(
    r"^\W*(?:and\s+)?(?:wh\w+|any\w*)\s+else\b|(?<!\w)(?:أيضا|أيضًا|غير ذلك)(?!\w)",
    re.IGNORECASE,
)
_ASKED_AMOUNT = frozenset({"many", "much", "عدد"})


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
    shown: Sequence[Citation] = (),
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
        shown: What was quoted before in the conversation: "what else" asks for more than that.
    """
    asked = asked_as or question
    spans = [span for span in spans if _may_answer(asked, hits[span.hit_index].passage, span)]
    spans = with_statements(asked, hits, spans, library=library)
    spans = with_holders(asked, hits, spans, library=library)
    if _ELSE.search(asked):
        spans = [span for span in spans if not _is_shown(span, hits, shown)]
    best = max((span.probability for span in spans), default=0.0)
    groups: tuple[AnswerGroup, ...] = ()
    reason: UnanswerableReason | None = None
    if spans and best >= threshold:
        groups = group(asked, hits, spans, library=library, threshold=threshold)
    if not groups:
        reason = _reason(asked, hits, spans, best=min(best, threshold), threshold=threshold)
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


def _is_shown(span: ReadSpan, hits: Sequence[Hit], shown: Sequence[Citation]) -> bool:
    article_id = hits[span.hit_index].passage.article_id
    return any(_quotes_of(citation, article_id, span.start, span.end) for citation in shown)


def _quotes_of(citation: Citation, article_id: str, start: int, end: int) -> bool:
    """Whether a citation has a code point of an article's ``start:end``."""
    return citation.article_id == article_id and citation.start < end and start < citation.end


def _may_answer(question: str, passage: Passage, span: ReadSpan) -> bool:
    return may_answer(question, passage.text, span.start - passage.start, span.end - passage.start)


def _reason(
    question: str,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    best: float,
    threshold: float,
) -> UnanswerableReason:
    """Why nothing is given; 'nothing relevant' only where neither the search nor the reader is near."""
    is_near = best >= NEAR_SHARE * threshold and bool(spans)
    if not hits or not (is_near or is_relevant(question, hits)):
        return UnanswerableReason.NOTHING_RELEVANT
    if not spans or not is_near or not _beats_null(spans[0]):
        return UnanswerableReason.NO_SPAN
    return UnanswerableReason.LOW_CONFIDENCE


def _beats_null(span: ReadSpan) -> bool:
    return span.score is None or span.null_score is None or span.score >= span.null_score


def is_relevant(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the passages of one article are about what is asked, answered or not.

    By the cosine of one of them, or by what they share with the question: words and names in the same
    script, names by sound in another. A question without words of its own has the benefit of the doubt.
    """
    words = [word for word in dict.fromkeys(words_of(fold(question))) if len(word) > 1]
    words = [word for word in words if word not in _ASKED_AMOUNT][:MAX_QUERY_TERMS]
    if not words:
        return bool(hits)
    names = dict.fromkeys(_NAME.findall(question.strip()))
    name_words = [words_of(fold(name)) for name in names][:MAX_QUERY_TERMS]
    script = script_of(question)
    alike: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for hit in hits:
        passage = hit.passage
        other = script_of(passage.text)
        is_alike = None in (script, other) or script == other
        is_latin = {script, other} <= {"LATIN", None}
        near = RELEVANT_COSINE if is_latin else RELEVANT_COSINE_ELSEWHERE
        if hit.dense_score is not None and hit.dense_score >= near:
            return True
        if is_alike:
            alike.setdefault(passage.article_id, [passage.title]).append(passage.text)
        elif can_compare(script, other):
            elsewhere.setdefault(passage.article_id, [passage.title]).append(passage.text)
    if any(_shares_words(words, name_words, " ".join(texts)) for texts in alike.values()):
        return True
    spoken = overlap_shares(question, [" ".join(texts) for texts in elsewhere.values()])
    return bool((spoken >= RELEVANT_NAMES).any())


def _shares_words(words: Sequence[str], names: Sequence[Sequence[str]], text: str) -> bool:
    """Whether a text has enough of the words, more than one of several, or of the names in full."""
    there: dict[str, set[str]] = {}
    for word in set(words_of(fold(text))):
        for form in _forms(word):
            there.setdefault(form[:MIN_STEM_CHARS], set()).add(form)
    wanted = set(words).union(*names)
    found = {
        word
        for word in wanted
        if any(
            _same_word(form, other)
            for form in _forms(word)
            for other in there.get(form[:MIN_STEM_CHARS], ())
        )
    }
    count = sum(word in found for word in words)
    if count >= max(RELEVANT_SHARE * len(words), min(2, len(words))):
        return True
    return sum(found.issuperset(name) for name in names) > RELEVANT_NAMES * len(names)


def _forms(word: str) -> set[str]:
    """An Arabic word with and without what is written onto it."""
    return {word, _ARABIC_PREFIX.sub("", word)}


def _same_word(one: str, other: str) -> bool:
    """Whether two folded words are forms of one: alike but for their last letters.

    >>> _same_word("soldiers", "soldier"), _same_word("germany", "german")
    (True, True)
    >>> _same_word("australia", "austria"), _same_word("planet", "plans"), _same_word("1998", "1999")
    (False, False, False)
    """
    if one == other or not one.isalpha() or not other.isalpha():
        return one == other
    shared = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    # Arabic writes no short vowels: fewer letters say as much.
    surplus = shared - (MIN_STEM_CHARS if one.isascii() else MIN_STEM_CHARS - 1)
    return max(len(one), len(other)) - shared <= min(INFLECTION_CHARS, surplus)


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
    shown: list[tuple[int, frozenset[str], bool]] = []
    # Two statements that share a number are two.
    is_same = same_words if asked_statement(question) is not None else same_value
    for span in spans:
        passage = hits[span.hit_index].passage
        around = words_around(passage.text, span.start - passage.start, span.end - passage.start)
        # However improbable: a shown sentence with another value in its place is a contradiction.
        counts = bool(
            value_of(passage.text[span.start - passage.start : span.end - passage.start]).numbers
        )
        if span.probability < floor and not any(
            place != span.hit_index and counts == known and are_twins(around, other)
            for place, other, known in shown
        ):
            continue
        article = library.article_of(passage)
        if article is None:
            continue  # never misquote
        start, end = refine(question, article.text, span.start, span.end)
        if start >= end:
            continue
        citation = replace(
            cite(article, start, end, hit_index=span.hit_index),
            reader_score=span.score,
            null_score=span.null_score,
        )
        shown.append((span.hit_index, around, counts))
        value = value_of(citation.quote)
        for known, group_members in members:
            if is_same(known, value):
                if not _repeats(citation, group_members):
                    group_members.append((span, citation))
                break
        else:
            members.append((value, [(span, citation)]))
    groups = [_as_group(found, library) for _, found in members]
    groups.sort(key=lambda item: -item.confidence)
    return tuple(groups[:MAX_GROUPS])


def _repeats(citation: Citation, members: Sequence[tuple[ReadSpan, Citation]]) -> bool:
    """Whether the same sentence is cited already: overlapping passages read it twice."""
    return any(
        _quotes_of(known, citation.article_id, citation.start, citation.end) for _, known in members
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
