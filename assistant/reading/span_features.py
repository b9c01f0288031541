"""What is known of a span, and of a passage, as numbers that a probability can be made from."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from assistant.language.minimal_pairs import are_twins, words_around
from assistant.language.scripts import script_of
from assistant.language.values import same_value, value_of
from assistant.language.words import words_of
from assistant.types import Hit

MARGIN_LIMIT = 12.0
LEAD_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class RawSpan:
    """A span as the model scored it, before calibration."""

    hit_index: int
    start: int
    end: int
    score: float
    null_score: float
    odds: float = 0.0
    """Log odds that the passage answers at all: all its spans together against "no answer"."""

    @property
    def margin(self) -> float:
        """By how much the span beats "no answer"."""
        return self.score - self.null_score


def passage_margins(raw: Sequence[RawSpan], count: int) -> list[float]:
    """The best margin over "no answer" of each of ``count`` passages, within the margin's limits."""
    margins = [-MARGIN_LIMIT] * count
    for span in raw:
        margins[span.hit_index] = max(margins[span.hit_index], min(span.margin, MARGIN_LIMIT))
    return margins


def passage_features(raw: Sequence[RawSpan]) -> tuple[float, ...]:
    """The ``calibration.PASSAGE_FEATURES`` of one passage that was given with the question.

    The odds of any answer against none, and how far the best span leads the next one.

    Args:
        raw: What was read in it, best first; not empty.
    """
    best = raw[0]
    lead = best.score - raw[1].score if len(raw) > 1 else LEAD_LIMIT
    odds = max(-MARGIN_LIMIT, min(MARGIN_LIMIT, best.odds))
    return (odds, max(-LEAD_LIMIT, min(LEAD_LIMIT, lead)))


def span_features(
    question: str, raw: Sequence[RawSpan], hits: Sequence[Hit]
) -> list[tuple[float, ...]]:
    """The :data:`FEATURES` of each span.

    Margin over null; lead over the best other value, but for what another passage says in its place
    in the same words (then the articles disagree, and it is no other reading of them); log2 of its
    passage's rank among those in the question's script, or among those in others.

    Args:
        question: As it was read.
        raw: Spans of the passages of ``hits``.
        hits: What was read, best first.
    """
    ranks = _ranks(len(hits), across_scripts(question, hits))
    margins = [span.margin for span in raw]
    values = [value_of(hits[span.hit_index].passage.text[span.start : span.end]) for span in raw]
    around = [
        words_around(passage.text, span.start, span.end)
        for span in raw
        for passage in (hits[span.hit_index].passage,)
    ]
    rows: list[tuple[float, ...]] = []
    for at, span in enumerate(raw):
        rivals = [
            margins[other_at]
            for other_at, other in enumerate(raw)
            if not same_value(values[at], values[other_at])
            and (other.hit_index == span.hit_index or not are_twins(around[at], around[other_at]))
        ]
        lead = margins[at] - max(rivals, default=-LEAD_LIMIT)
        rows.append(
            (
                max(-MARGIN_LIMIT, min(MARGIN_LIMIT, margins[at])),
                max(-LEAD_LIMIT, min(LEAD_LIMIT, lead)),
                float(np.log2(ranks[span.hit_index])),
            )
        )
    return rows


def _ranks(count: int, foreign: Set[int]) -> list[int]:
    """The rank of each passage, from 1, among those on the same side of the scripts' divide.

    No word matches across it, so the search ranks passages on the other side lower as such.
    """
    ranks = []
    seen = {True: 0, False: 0}
    for at in range(count):
        seen[at in foreign] += 1
        ranks.append(seen[at in foreign])
    return ranks


def crosses_script(question: str, text: str) -> bool:
    """Whether question and passage are written in different scripts.

    >>> crosses_script("How many?", "ألف"), crosses_script("35 %?", "ألف")
    (True, False)
    """
    script = script_of(question)
    return script is not None and script_of(text) not in (script, None)


def across_scripts(question: str, hits: Sequence[Hit]) -> set[int]:
    """Which of the hits are written in another script than the question."""
    return {at for at, hit in enumerate(hits) if crosses_script(question, hit.passage.text)}


def stems(text: str) -> set[str]:
    """The first letters of a text's content words, without Arabic articles, to match their other forms.

    >>> sorted(stems("What did the soldiers say?"))
    ['say', 'soldi']
    """
    return {_stem(word) for word in words_of(text)}


def _stem(word: str) -> str:
    # Endings differ between question and passage more often than beginnings, in every language here.
    if word.startswith("ال") and len(word) > 4:
        word = word[2:]
    return word[:5] if len(word) > 5 else word
