"""Examples as tokens, and batches of one padded length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BOS, PAD, EOS = 0, 1, 2  # XLM-R's vocabulary
BUCKETS = (48, 64, 80, 96, 112, 128, 160, 208, 256, 320)
"""Padded lengths; few, because the allocator keeps a buffer for every shape it has seen."""
QUESTION_LIMIT = 56
TITLE_LIMIT = 32
ScoreFunction = Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[NDArray, NDArray, NDArray]]
"""``(ids, mask)``, each ``(batch, length)``, to start and end scores of the same shape and verdicts ``(batch, 3)``."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question on one window of a passage, as tokens."""

    ids: list[int]
    passage_start: int
    """Position of the passage's first token; the last position is the closing ``</s>``."""
    golds: list[tuple[int, int]]
    """Inclusive token positions; ``[(0, 0)]`` when there is no answer."""
    kind: str
    """``answer``, or the way the unanswerable question was made."""
    offsets: list[tuple[int, int]]
    """Code point spans of the passage's tokens in :attr:`text`."""
    text: str
    answers: tuple[str, ...]
    set_name: str
    question: str = ""
    votes: tuple[int, ...] = (1,)
    """How many annotators gave each of the golds."""
    verdict: tuple[int, ...] = ()
    """Of a claim beside its evidence, the labels that are right; empty for a question."""
    language: str = "en"
    """Of the text."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one padded length."""

    examples: list[Example]
    length: int


def bucket_of(length: int) -> int:
    """The padded length for a number of tokens.

    >>> bucket_of(65)
    80
    """
    return next((size for size in BUCKETS if size >= length), -(-length // 64) * 64)


def group(examples: Sequence[Example], *, tokens: int) -> list[Batch]:
    """Batches of similar lengths, each of at most ``tokens`` padded tokens."""
    batches: list[Batch] = []
    ordered = sorted(examples, key=lambda example: -len(example.ids))
    while ordered:
        length = bucket_of(len(ordered[0].ids))
        count = max(1, tokens // length)
        batches.append(Batch(ordered[:count], length))
        ordered = ordered[count:]
    return batches
