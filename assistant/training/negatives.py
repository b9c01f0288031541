"""Passages that do not answer a question: what a search returns beside the answer, and what is left without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.sentences import sentence_spans

BM25_K1, BM25_B = 1.2, 0.75  # Robertson and Zaragoza, 2009
_LETTERS = re.compile(r"\w+", re.UNICODE)


def words_of(text: str) -> list[str]:
    """Lower-cased words and numbers."""
    return _LETTERS.findall(text.lower())


def remove_answers(text: str, golds: Sequence[tuple[int, int]]) -> str:
    """The text without the sentences that hold an answer or say the same words.

    Returns:
        "" when too little would be left, or an answer would still stand there.
    """
    answers = {" ".join(words_of(text[a:b])) for a, b in golds}
    kept = []
    for start, end in sentence_spans(text):
        said = f" {' '.join(words_of(text[start:end]))} "
        overlaps = any(a < end and start < b for a, b in golds)
        if not overlaps and not any(f" {answer} " in said for answer in answers if answer):
            kept.append(text[start:end])
    left = " ".join(kept).strip()
    return left if len(left) >= 120 else ""


def contains_any(passage_words: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in the passage; both as joined words."""
    padded = f" {passage_words} "
    return any(f" {answer} " in padded for answer in answers if answer)


def best_columns(scores: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    """The ``top`` columns with the highest scores of each row, ``(rows, top)``, highest first."""
    best = np.argpartition(-scores, top - 1, axis=1)[:, :top]
    order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable")
    return np.take_along_axis(best, order, 1)


def rank_passages(
    questions: Sequence[str], passages: Sequence[str], *, top: int = 30
) -> NDArray[np.int32]:
    """Passages by BM25 for each question.

    Returns:
        ``(questions, min(top, passages))`` indices, best first.
    """
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    lengths = np.zeros(len(passages), np.float32)
    for row, passage in enumerate(passages):
        counts = Counter(words_of(passage))
        lengths[row] = sum(counts.values())
        for word, count in counts.items():
            rows.append(row)
            columns.append(vocabulary.setdefault(word, len(vocabulary)))
            values.append(count)
    tf = np.array(values, np.float32)
    at, of = np.array(rows), np.array(columns)
    df = np.bincount(of, minlength=len(vocabulary))
    idf = np.log1p((len(passages) - df + 0.5) / (df + 0.5)).astype(np.float32)
    norm = BM25_K1 * (1 - BM25_B + BM25_B * lengths[at] / lengths.mean())
    weights = idf[of] * tf * (BM25_K1 + 1) / (tf + norm)
    table = sparse.csr_matrix((weights, (of, at)), shape=(len(vocabulary), len(passages)))
    top = min(top, len(passages))
    ranked = np.zeros((len(questions), top), np.int32)
    for start in range(0, len(questions), 512):
        part = questions[start : start + 512]
        asked = sparse.lil_matrix((len(part), len(vocabulary)), dtype=np.float32)
        for row, question in enumerate(part):
            for word in set(words_of(question)):
                if word in vocabulary:
                    asked[row, vocabulary[word]] = 1.0
        scores = (asked.tocsr() @ table).toarray()
        ranked[start : start + len(part)] = best_columns(scores, top)
    return ranked
