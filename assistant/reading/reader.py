"""Readers: a question and passages in, candidate answer spans out.

Every reader implements :class:`Reader`. :class:`SentenceReader` picks whole sentences by meaning and
shared words; the trained span reader is in :mod:`assistant.reading.span_reader`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from assistant.errors import Cancelled
from assistant.language.words import words_of
from assistant.types import Hit, ReadSpan
from embeddings.encoder import Encoder
from embeddings.sentences import sentence_spans

MAX_SPANS = 20
"""Most candidates that a reader hands on."""


class Reader(Protocol):
    """Finds answers in passages."""

    id: str
    """Names the reader and its weights."""
    threshold: float
    """Probability below which the best span is not given as an answer."""
    possible_threshold: float
    """Probability below which it is not shown as possible either: no better than chance."""

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[ReadSpan]:
        """Candidate answers in ``hits``, most probable first, not overlapping within a passage.

        Raises:
            Cancelled: ``cancelled()`` turned true.
        """
        ...

    def prepare(self) -> None:
        """Load what is needed, so that the first question does not wait."""
        ...


def check_cancelled(cancelled: Callable[[], bool] | None) -> None:
    """Stop here if the caller asked for it.

    Raises:
        Cancelled: It did.
    """
    if cancelled is not None and cancelled():
        raise Cancelled("the question was cancelled")


def logistic(value: float) -> float:
    """``1 / (1 + exp(-value))`` without overflow.

    >>> logistic(0.0)
    0.5
    """
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)


class SentenceReader:
    """Answers with the best sentence of the passages: no training, any encoder.

    A sentence's score is its cosine with the question plus the share of the question's words that it
    has, rarer words counting more.
    """

    id = "sentence/1"
    OVERLAP_WEIGHT = 0.2
    # Logistic fit of "the best sentence holds the answer" over the score, on SQuADShifts (Wikipedia
    # part) with each question's own article present or removed.
    SLOPE = 21.0
    CENTRE = 0.935
    threshold = 0.5
    possible_threshold = 0.25

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def prepare(self) -> None:
        """Nothing of its own to load."""

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[ReadSpan]:
        """See :meth:`Reader.read`; scores are 0 to about 1.2."""
        places: list[tuple[int, int, int]] = []
        for index, hit in enumerate(hits):
            places += [(index, start, end) for start, end in sentence_spans(hit.passage.text)]
        if not places or not question.strip():
            return []
        check_cancelled(cancelled)
        sentences = [hits[index].passage.text[start:end] for index, start, end in places]
        query = self._encoder.encode_queries([question])[0]
        cosines = self._encoder.encode_passages(sentences) @ query
        check_cancelled(cancelled)
        scores = cosines + self.OVERLAP_WEIGHT * _overlaps(question, sentences)
        order = sorted(range(len(places)), key=lambda at: (-scores[at], at))[:MAX_SPANS]
        null = self.CENTRE
        return [
            ReadSpan(
                hit_index=places[at][0],
                start=hits[places[at][0]].passage.start + places[at][1],
                end=hits[places[at][0]].passage.start + places[at][2],
                text=sentences[at],
                score=float(scores[at]),
                null_score=null,
                probability=logistic(self.SLOPE * (float(scores[at]) - null)),
            )
            for at in order
        ]


def _overlaps(
    question: str, sentences: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Share of the question's words in each sentence, ``(n,)`` in 0..1, weighted by rarity here."""
    wanted = set(words_of(question))
    if not wanted:
        return np.zeros(len(sentences))
    bags = [set(words_of(sentence)) for sentence in sentences]
    found = Counter(word for bag in bags for word in bag & wanted)
    weights = {word: math.log(1 + len(bags) / (1 + found[word])) for word in wanted}
    total = sum(weights.values())
    return np.array([sum(weights[word] for word in bag & wanted) / total for bag in bags])
