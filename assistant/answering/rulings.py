"""The verdict head: sentences that settle a yes or no, answers that their own sentence refutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from assistant.answering.asked import Question, is_turned
from assistant.reading.reader import SentenceReader
from assistant.types import Hit, QuestionKind, ReadSpan, Says
from embeddings.sentences import sentence_at

PASSAGES_JUDGED = 5
SENTENCES_JUDGED = 12
"""The nearest sentences of the first passages: what settles a question shares words or meaning with it."""
SPANS_JUDGED = 5
"""The most probable ones."""


@runtime_checkable
class Judge(Protocol):
    """Says how far texts bear claims out; see :meth:`assistant.reading.span_reader.SpanReader.judge`."""

    def judge(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> NDArray[np.float64]:
        """``(n, 3)`` probabilities that the text supports the claim, refutes it, or does neither."""
        ...


def with_rulings(
    asked: Question,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    judge: Judge,
    sentences: SentenceReader,
    threshold: float,
    cancelled: Callable[[], bool] | None = None,
) -> list[ReadSpan]:
    """The sentences that settle a question for yes or no, most probable first, in the place of the spans.

    The spans stay as they are where the question is another one, or nothing settles it.

    Args:
        asked: The question.
        hits: The passages that were read.
        spans: What the reader found in them.
        judge: Lays sentences beside the statement.
        sentences: Finds the nearest sentences.
        threshold: Probability from which a sentence is handed on.
        cancelled: Asked between steps; true stops.

    Raises:
        Cancelled: ``cancelled()`` turned true.
    """
    if asked.kind is not QuestionKind.YES_NO:
        return list(spans)
    near = sentences.read(asked.statement, hits[:PASSAGES_JUDGED], cancelled=cancelled)
    near = near[:SENTENCES_JUDGED]
    if not near:
        return list(spans)
    verdicts = judge.judge([(asked.statement, span.text) for span in near], cancelled=cancelled)
    ruled = [
        replace(
            span,
            score=None,
            null_score=None,
            probability=float(max(supports, refutes)),
            says=Says.YES if supports >= refutes else Says.NO,
        )
        for span, (supports, refutes, _) in zip(near, verdicts, strict=True)
        if max(supports, refutes) >= threshold
    ]
    ruled.sort(key=lambda span: -span.probability)
    return ruled or list(spans)


def without_refuted(
    asked: Question,
    hits: Sequence[Hit],
    spans: Sequence[ReadSpan],
    *,
    judge: Judge,
    threshold: float,
    cancelled: Callable[[], bool] | None = None,
) -> list[ReadSpan]:
    """The spans but for those whose own sentence denies what they would answer.

    "Tickets are no longer sold at the pier" has where they are not sold. Question and answer are joined to a
    statement, and laid beside the sentence.

    Args:
        asked: The question.
        hits: The passages that were read.
        spans: What the reader found in them, most probable first.
        judge: Lays the statement beside the sentence.
        threshold: Probability below which a span is not looked at, for it is not shown either.
        cancelled: Asked between steps; true stops.

    Raises:
        Cancelled: ``cancelled()`` turned true.
    """
    # The network alone takes one right answer in six for refuted; none of these sentences had such a word.
    judged = [
        span
        for span in spans[:SPANS_JUDGED]
        if span.probability >= threshold and _is_turned(hits, span)
    ]
    if (
        asked.kind in (QuestionKind.YES_NO, QuestionKind.STATEMENT, QuestionKind.KEYWORDS)
        or not judged
    ):
        return list(spans)
    verdicts = judge.judge(
        [(asked.stated(span.text), _sentence(hits, span)) for span in judged], cancelled=cancelled
    )
    refuted = {id(span) for span, row in zip(judged, verdicts, strict=True) if row.argmax() == 1}
    return [span for span in spans if id(span) not in refuted]


def _is_turned(hits: Sequence[Hit], span: ReadSpan) -> bool:
    passage = hits[span.hit_index].passage
    start, end = _bounds(hits, span)
    return is_turned(passage.text[start:end], span.start - passage.start - start)


def _sentence(hits: Sequence[Hit], span: ReadSpan) -> str:
    return hits[span.hit_index].passage.text[slice(*_bounds(hits, span))]


def _bounds(hits: Sequence[Hit], span: ReadSpan) -> tuple[int, int]:
    """Where in its passage the sentence of a span stands."""
    passage = hits[span.hit_index].passage
    return sentence_at(passage.text, span.start - passage.start) or (0, len(passage.text))
