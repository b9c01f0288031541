"""Hits and spans become an answer: grouped by value, cited, or declined with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.asked import Question, asked_of, is_unreal
from assistant.answering.declining import reason_of
from assistant.answering.roles import with_holders
from assistant.answering.statements import with_statements
from assistant.language import pack
from assistant.language.minimal_pairs import are_twins, words_around
from assistant.language.values import Value, same_value, same_words, value_of
from assistant.library import Library
from assistant.reading.spans import may_answer, refine
from assistant.search.citing import cite
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Candidate,
    Citation,
    Hit,
    Passage,
    QuestionKind,
    ReadSpan,
    RelatedArticle,
    Says,
    Section,
    Tier,
)
from embeddings.sentences import sentence_at

_PATTERNS = pack.Patterns("answers")
MIN_GROUP_SHARE = 0.4
"""Another value is shown beside the best one if it is at least this share as probable."""
MAX_GROUPS = 5
MAX_CITATIONS = 8
MIN_CANDIDATES, MAX_CANDIDATES = 3, 5

_QUOTES = " \n\"'”’»“"

Cited = tuple[ReadSpan, Citation]
"""What was read, and as it is cited."""


def answer(
    question: str,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    library: Library,
    threshold: float,
    possible_threshold: float,
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
        possible_threshold: Probability from which it is shown as possible.
        related: Articles worth reading next.
        timings_ms: Milliseconds by step.
        asked_as: The question as it was searched, where it was completed.
        shown: What was quoted before in the conversation: "what else" asks for more than that.
    """
    wanted = asked_of(asked_as or question)
    asked = wanted.text
    spans = [span for span in spans if _may_answer(wanted, hits[span.hit_index].passage, span)]
    spans = with_statements(asked, hits, spans, library=library)
    spans = with_holders(asked, hits, spans, library=library)
    if _PATTERNS.what_else.search(asked):
        spans = [span for span in spans if not _is_shown(span, hits, shown)]
    cited = [(span, citation) for span in spans if (citation := _cite(asked, hits, span, library))]
    best = cited[0][0].probability if cited else 0.0
    is_answered = bool(cited) and best >= threshold
    if is_answered and cited[0][0].says is not None:
        groups = _ruled(cited, threshold, library)
    else:
        groups = _group(asked, hits, cited, library=library) if is_answered else ()
    is_possible = bool(cited) and not groups and best >= possible_threshold
    tier = Tier.POSSIBLE if is_possible else Tier.ANSWERED if groups else Tier.DECLINED
    return Answer(
        question=question,
        status=AnswerStatus.ANSWERED if groups else AnswerStatus.UNANSWERABLE,
        reason=None if groups else reason_of(asked, hits, is_possible=is_possible),
        confidence=groups[0].confidence if groups else best,
        answers=groups,
        passages=tuple(hits),
        related=tuple(related),
        timings_ms=dict(timings_ms or {}),
        asked_as=asked_as,
        null_score=spans[0].null_score if spans else None,
        kind=wanted.kind,
        tier=tier,
        candidates=_candidates(cited),
    )


def _is_shown(span: ReadSpan, hits: Sequence[Hit], shown: Sequence[Citation]) -> bool:
    article_id = hits[span.hit_index].passage.article_id
    return any(_quotes_of(citation, article_id, span.start, span.end) for citation in shown)


def _quotes_of(citation: Citation, article_id: str, start: int, end: int) -> bool:
    """Whether a citation has a code point of an article's ``start:end``."""
    return citation.article_id == article_id and citation.start < end and start < citation.end


def _may_answer(wanted: Question, passage: Passage, span: ReadSpan) -> bool:
    if span.says is not None:
        return True
    start, end = span.start - passage.start, span.end - passage.start
    return (
        wanted.fits(span.text)
        and not _repeats_question(passage, span)
        and may_answer(wanted.text, passage.text, start, end)
    )


def _repeats_question(passage: Passage, span: ReadSpan) -> bool:
    """Whether a span is a headline, or stands in a question: both say what is asked, not what is so."""
    words = len(span.text.split())
    if passage.section is Section.HEADLINE and 2 * words > len(passage.text.split()):
        return True
    around = sentence_at(passage.text, span.start - passage.start)
    return around is not None and passage.text[slice(*around)].rstrip(_QUOTES).endswith(("?", "؟"))


def _cite(question: str, hits: Sequence[Hit], span: ReadSpan, library: Library) -> Citation | None:
    """A span as people want it, cited; None where its article has changed or nothing of it is left."""
    article = library.article_of(hits[span.hit_index].passage)
    if article is None:
        return None  # never misquote
    start, end = span.start, span.end
    if span.says is None:  # what settles a yes or no is a whole sentence
        start, end = refine(question, article.text, start, end)
    if start >= end:
        return None
    citation = cite(article, start, end, hit_index=span.hit_index)
    before = citation.sentence[: start - citation.sentence_start]
    if is_unreal(before) and not is_unreal(question):
        # "May" is no answer out of "was to have been opened in May": the sentence says what became of it.
        bounds = citation.sentence_start, citation.sentence_end
        citation = cite(article, *bounds, hit_index=span.hit_index)
    return replace(citation, reader_score=span.score, null_score=span.null_score)


def _group(
    question: str, hits: Sequence[Hit], cited: Sequence[Cited], *, library: Library
) -> tuple[AnswerGroup, ...]:
    """Spans by value, most probable value first, each with its citations."""
    floor = cited[0][0].probability * MIN_GROUP_SHARE
    members: list[tuple[Value, list[Cited]]] = []
    shown: list[tuple[int, frozenset[str], bool]] = []
    # Two statements that share a number are two, and may stand in one sentence.
    asks_statement = asked_of(question).kind is QuestionKind.STATEMENT
    is_same = same_words if asks_statement else same_value
    asks_several = asks_statement or asked_of(question).kind is QuestionKind.LIST
    for span, citation in cited:
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
        value = value_of(citation.quote)
        known_members = next((group for known, group in members if is_same(known, value)), None)
        if known_members is not None:
            if not _repeats(citation, known_members):
                known_members.append((span, citation))
        elif asks_several or not any(_is_beside(citation, group) for _, group in members):
            members.append((value, [(span, citation)]))
        else:
            continue
        shown.append((span.hit_index, around, counts))
    groups = [_as_group(found, library) for _, found in members]
    groups.sort(key=lambda item: -item.confidence)
    return tuple(groups[:MAX_GROUPS])


def _ruled(cited: Sequence[Cited], threshold: float, library: Library) -> tuple[AnswerGroup, ...]:
    """What says yes and what says no, the more probable first; what is merely possible disputes nothing."""
    groups: dict[Says | None, list[Cited]] = {}
    for span, citation in cited:
        group = groups.setdefault(span.says, [])
        if span.probability >= threshold and not _repeats(citation, group):
            group.append((span, citation))
    return tuple(_as_group(members, library) for members in groups.values() if members)


def _candidates(cited: Sequence[Cited]) -> tuple[Candidate, ...]:
    """The most probable values, each once; where these are few, other places that say the same."""
    values: list[Value] = []
    firsts, others = [], []
    for span, citation in cited:
        candidate = Candidate(citation.quote, span.probability, citation, span.says)
        value = value_of(citation.quote)
        if any(same_value(value, known) for known in values):
            others.append(candidate)
        else:
            values.append(value)
            firsts.append(candidate)
    found = firsts[:MAX_CANDIDATES] + others[: max(0, MIN_CANDIDATES - len(firsts))]
    return tuple(sorted(found, key=lambda candidate: -candidate.probability))


def _is_beside(citation: Citation, members: Sequence[Cited]) -> bool:
    """Whether it stands in a sentence that is cited for another value already."""
    return any(
        citation.article_id == known.article_id
        and citation.sentence_start < known.sentence_end
        and known.sentence_start < citation.sentence_end
        for _, known in members
    )


def _repeats(citation: Citation, members: Sequence[Cited]) -> bool:
    """Whether the same sentence is cited already: overlapping passages read it twice."""
    return any(
        _quotes_of(known, citation.article_id, citation.start, citation.end) for _, known in members
    )


def _as_group(members: Sequence[Cited], library: Library) -> AnswerGroup:
    article_ids = list(dict.fromkeys(citation.article_id for _, citation in members))
    originals = library.originals(article_ids)
    sources = {originals.get(article_id, article_id) for article_id in article_ids}
    best_span, best_citation = members[0]
    return AnswerGroup(
        text=best_citation.quote,
        confidence=best_span.probability,
        citations=tuple(citation for _, citation in members[:MAX_CITATIONS]),
        source_count=len(sources),
        says=best_span.says,
    )
