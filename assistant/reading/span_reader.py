"""The trained reader: exact spans, scored against "this passage does not say".

The model scores every token as the first and as the last of an answer; position 0 (``<s>``) stands for
no answer (Devlin et al., "BERT", 2019, section 4.3). Spans are decoded here: windows with stride over
long passages, first ≤ last, a length limit, the best few without overlaps, and one null score per
passage (the lowest of its windows). Token positions map to code points of the article's text by the
tokenizer's own offsets; nothing is searched for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.reading.calibration import CALIBRATION_NAME, VERDICTS, Calibration, load_calibration
from assistant.reading.reader import MAX_SPANS, check_cancelled
from assistant.reading.span_features import RawSpan, across_scripts, span_features
from assistant.reading.spans import after_conjunction
from assistant.reading.tables import TableView, table_view
from assistant.types import Hit, ReadSpan
from embeddings.encoder import batches, open_session, thread_count
from embeddings.errors import EmbeddingsError
from embeddings.table import load_table
from embeddings.tokenizer import BOS_ID, EOS_ID, PAD_ID, load_tokenizer

READER_FOLDER = Path(__file__).resolve().parents[2] / "embeddings" / "models" / "reader"
MODEL_NAME = "reader.onnx"

SPAN_OUTPUTS = ["start_logits", "end_logits"]
VERDICT_OUTPUTS = ["verdict_logits"]

MAX_QUESTION_TOKENS = 64
MAX_TITLE_TOKENS = 32
MAX_CLAIM_TOKENS = 112
WINDOW_TOKENS = 384
"""Tokens of one window, question and markers included."""
STRIDE_TOKENS = 128
"""Passage tokens that two windows share: longer than any answer."""
MAX_ANSWER_TOKENS = 32
TOP_POSITIONS = 12
"""First and last tokens looked at per window; the best span is among them but for freak cases."""
SPANS_PER_PASSAGE = 3

_SPACED_WORD = re.compile(
    "[0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0300-\u0373\u0376-\u037d"
    "\u0386-\u052f\u0591-\u05f4\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u1e00-\u1fff]{2,}"
)
"""Letters, digits and marks of Latin, Greek, Cyrillic, Hebrew and Arabic script."""


@dataclass(frozen=True, slots=True)
class _Window:
    """One run of the model over part of a passage."""

    passage: int
    ids: list[int]
    first: int
    """Position of the first passage token in ``ids``."""
    starts: NDArray[np.int64]
    """Where in the passage each token starts, in code points."""
    ends: NDArray[np.int64]


class SpanReader:
    """Reads with the bundled model; thread-safe.

    Args:
        folder: Where ``reader.onnx`` and ``calibration.json`` are.
        calibration: Instead of the saved one.
    """

    def __init__(
        self, folder: Path = READER_FOLDER, *, calibration: Calibration | None = None
    ) -> None:
        self._folder = folder
        self.calibration = calibration or load_calibration(folder / CALIBRATION_NAME)
        self.threshold = self.calibration.threshold
        self.possible_threshold = self.calibration.possible_threshold
        self.id = "span/1"
        self._lock = threading.Lock()
        self._session: Any = None
        self._read_for: tuple[str, dict[tuple[str, str], list[RawSpan]]] = ("", {})

    @staticmethod
    def is_available(folder: Path = READER_FOLDER) -> bool:
        """Whether the weights are there."""
        return (folder / MODEL_NAME).is_file() and (folder / CALIBRATION_NAME).is_file()

    def prepare(self) -> None:
        """Load the model.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._lock:
            if self._session is None:
                try:
                    self._session = open_session(self._folder / MODEL_NAME, threads=thread_count())
                except EmbeddingsError as error:
                    raise ModelError(str(error)) from error

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[ReadSpan]:
        """See :meth:`assistant.reading.reader.Reader.read`; scores are sums of two logits."""
        views = [table_view(question, hit.passage.text) for hit in hits]
        texts = [
            hit.passage.text if view is None else view.text
            for hit, view in zip(hits, views, strict=True)
        ]
        raw = self.read_raw(question, texts, titles_of(hits), cancelled=cancelled)
        return self.rate(question, hits, _in_passages(raw, views))

    def rate(self, question: str, hits: Sequence[Hit], raw: Sequence[RawSpan]) -> list[ReadSpan]:
        """The spans that were read in ``hits``, with probabilities, most probable first."""
        if not raw:
            return []
        texts = [hits[s.hit_index].passage.text[s.start : s.end] for s in raw]
        calibration = self.calibration
        features = span_features(question, raw, hits)
        foreign = across_scripts(question, hits)
        spans = []
        for span, text, row in zip(raw, texts, features, strict=True):
            offset = hits[span.hit_index].passage.start
            spans.append(
                ReadSpan(
                    hit_index=span.hit_index,
                    start=offset + span.start,
                    end=offset + span.end,
                    text=text,
                    score=span.score,
                    null_score=span.null_score,
                    probability=calibration.probability(row, across=span.hit_index in foreign),
                )
            )
        spans.sort(key=lambda span: (-span.probability, span.hit_index, span.start))
        return spans[:MAX_SPANS]

    def read_raw(
        self,
        question: str,
        texts: Sequence[str],
        titles: Sequence[str] = (),
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[RawSpan]:
        """The best few spans of every text, before calibration; offsets are into the texts.

        What was just read for the same question is remembered: with the reader as reranker an answer's
        passages were read when they were ranked.

        Args:
            question: What is asked.
            texts: What is read.
            titles: What each text stands under, read too though it answers nothing; "" where there is nothing.
            cancelled: Asked between batches; true stops.
        """
        if not question.strip() or not texts:
            return []
        with self._lock:
            if self._read_for[0] != question:
                self._read_for = (question, {})
            remembered = self._read_for[1]
        titled = list(zip(titles or [""] * len(texts), texts, strict=True))
        missing = [pair for pair in dict.fromkeys(titled) if pair not in remembered]
        if missing:
            found: dict[tuple[str, str], list[RawSpan]] = {pair: [] for pair in missing}
            for span in self._read_anew(question, missing, cancelled=cancelled):
                found[missing[span.hit_index]].append(span)
            with self._lock:
                remembered.update(found)
        return [
            replace(span, hit_index=index)
            for index, pair in enumerate(titled)
            for span in remembered[pair]
        ]

    def _read_anew(
        self,
        question: str,
        titled: Sequence[tuple[str, str]],
        *,
        cancelled: Callable[[], bool] | None,
    ) -> list[RawSpan]:
        self.prepare()
        windows = self._windows(question, titled)
        starts: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(windows)
        ends = list(starts)
        table = load_table()
        lengths = [len(window.ids) for window in windows]
        for batch in batches(lengths):
            check_cancelled(cancelled)
            ids, mask = _padded([windows[index].ids for index in batch])
            start_scores, end_scores = self._session.run(
                SPAN_OUTPUTS, {"inputs_embeds": table.rows(ids), "attention_mask": mask}
            )
            for row, index in enumerate(batch):
                starts[index] = start_scores[row, : lengths[index]]
                ends[index] = end_scores[row, : lengths[index]]
        return _decode(windows, starts, ends, texts=[text for _, text in titled])

    def judge(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> NDArray[np.float64]:
        """How far texts bear claims out.

        Args:
            pairs: Each a claim and what it is laid beside, a sentence or a short passage; what does not fit
                into one window is cut off.
            cancelled: Asked between batches; true stops.

        Returns:
            ``(n, 3)`` calibrated probabilities that the text supports the claim, refutes it, or does neither.

        Raises:
            ModelError: The model cannot be loaded.
            Cancelled: ``cancelled()`` turned true.
        """
        return self.calibration.verdict_probabilities(
            self.verdict_scores(pairs, cancelled=cancelled)
        )

    def verdict_scores(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> NDArray[np.float32]:
        """The scores behind :meth:`judge`, ``(n, 3)``, before calibration."""
        self.prepare()
        tokenizer = load_tokenizer()
        rows = []
        for claim, text in pairs:
            head = [BOS_ID, *tokenizer.encode(claim)[:MAX_CLAIM_TOKENS], EOS_ID, EOS_ID]
            room = WINDOW_TOKENS - len(head) - 1
            rows.append([*head, *tokenizer.encode(text)[:room], EOS_ID])
        scores = np.empty((len(rows), len(VERDICTS)), np.float32)
        table = load_table()
        for batch in batches([len(row) for row in rows]):
            check_cancelled(cancelled)
            ids, mask = _padded([rows[index] for index in batch])
            (scores[list(batch)],) = self._session.run(
                VERDICT_OUTPUTS, {"inputs_embeds": table.rows(ids), "attention_mask": mask}
            )
        return scores

    @staticmethod
    def _windows(question: str, titled: Sequence[tuple[str, str]]) -> list[_Window]:
        tokenizer = load_tokenizer()
        asked = [BOS_ID, *tokenizer.encode(question)[:MAX_QUESTION_TOKENS], EOS_ID, EOS_ID]
        windows = []
        for index, (title, text) in enumerate(titled):
            above = [*tokenizer.encode(title)[:MAX_TITLE_TOKENS], EOS_ID] if title else []
            head = [*asked, *above]
            room = WINDOW_TOKENS - len(head) - 1
            encoding = tokenizer.encode_with_offsets(text)
            ids = list(encoding.ids)
            first_offsets, last_offsets = whole_words(text, encoding.starts, encoding.ends)
            windows += [
                _Window(
                    passage=index,
                    ids=[*head, *ids[at : at + room], EOS_ID],
                    first=len(head),
                    starts=first_offsets[at : at + room],
                    ends=last_offsets[at : at + room],
                )
                for at in _window_starts(len(ids), room)
            ]
        return windows


def titles_of(hits: Sequence[Hit]) -> list[str]:
    """What each passage stands under: its title and heading; "" where there is no heading.

    A title alone gives nothing where it was measured: see the model card.
    """
    passages = [hit.passage for hit in hits]
    return [f"{one.title}: {one.heading}" if one.heading else "" for one in passages]


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids of one length with their mask, each ``(rows, longest)``."""
    width = max(len(row) for row in rows)
    ids = np.full((len(rows), width), PAD_ID, np.int64)
    mask = np.zeros((len(rows), width), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _in_passages(raw: Sequence[RawSpan], views: Sequence[TableView | None]) -> list[RawSpan]:
    """Spans of views as spans of the passages; those between cells are dropped."""
    found: dict[tuple[int, int, int], RawSpan] = {}
    for span in raw:
        view = views[span.hit_index]
        place = (span.start, span.end) if view is None else view.origin(span.start, span.end)
        if place is not None:
            key = (span.hit_index, *place)
            moved = replace(span, start=place[0], end=place[1])
            found[key] = max(found.get(key, moved), moved, key=lambda one: one.score)
    return list(found.values())


def whole_words(
    text: str, starts: Sequence[int], ends: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the words begin and end that tokens are part of: no answer cuts a word in two.

    Words of scripts that put no space between them are left as the tokenizer cuts them.

    Args:
        text: The passage.
        starts: Where in it each token starts.
        ends: Where it ends.

    >>> [bounds.tolist() for bounds in whole_words("بالقاهرة.", [0, 2, 8], [2, 8, 9])]
    [[0, 0, 8], [8, 8, 9]]
    """
    firsts = np.arange(len(text) + 1)
    lasts = firsts.copy()
    for match in _SPACED_WORD.finditer(text):
        firsts[match.start() : match.end()] = match.start()
        lasts[match.start() + 1 : match.end() + 1] = match.end()
    return firsts[np.asarray(starts, np.int64)], lasts[np.asarray(ends, np.int64)]


def _window_starts(length: int, room: int) -> list[int]:
    """Where windows of ``room`` tokens begin, so that neighbours share ``STRIDE_TOKENS``.

    >>> _window_starts(100, 300), _window_starts(500, 300)
    ([0], [0, 172, 200])
    """
    if length == 0:
        return []
    starts = list(range(0, max(1, length - room + 1), room - STRIDE_TOKENS))
    if starts[-1] + room < length:
        starts.append(length - room)
    return starts


def _decode(
    windows: Sequence[_Window],
    starts: Sequence[NDArray[np.float32]],
    ends: Sequence[NDArray[np.float32]],
    *,
    texts: Sequence[str],
) -> list[RawSpan]:
    """The best spans of each passage, passages in order, best span first."""
    nulls = [np.inf] * len(texts)
    alls = [-np.inf] * len(texts)
    found: list[list[tuple[float, int, int]]] = [[] for _ in texts]
    for window, start, end in zip(windows, starts, ends, strict=True):
        # The window that is surest that it holds an answer speaks for the passage.
        nulls[window.passage] = min(nulls[window.passage], float(start[0] + end[0]))
        size = len(window.starts)
        body = slice(window.first, window.first + size)
        alls[window.passage] = np.logaddexp(alls[window.passage], all_spans(start[body], end[body]))
        found[window.passage] += [
            (score, int(window.starts[i]), int(window.ends[j]))
            for score, i, j in best_spans(start[body], end[body])
            if window.starts[i] < window.ends[j]
        ]
    spans = []
    for index, candidates in enumerate(found):
        kept: list[tuple[float, int, int]] = []
        for score, first, last in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
            if all(last <= other[1] or other[2] <= first for other in kept):
                kept.append((score, first, last))
            if len(kept) == SPANS_PER_PASSAGE:
                break
        null, odds = float(nulls[index]), float(alls[index] - nulls[index])
        spans += [
            RawSpan(index, after_conjunction(texts[index], s, e), e, score, null, odds)
            for score, s, e in kept
        ]
    return spans


def best_spans(
    start: NDArray[np.float32], end: NDArray[np.float32]
) -> list[tuple[float, int, int]]:
    """The best token spans of a window as ``(score, first, last)``, best first, inclusive.

    Args:
        start: ``(n,)`` scores of passage tokens as first ones.
        end: ``(n,)`` scores of them as last ones.

    >>> import numpy as np
    >>> best_spans(np.array([0.0, 3.0, 0.0]), np.array([5.0, 0.0, 2.0]))[0]
    (5.0, 0, 0)
    """
    size = len(start)
    top = min(TOP_POSITIONS, size)
    firsts = np.argsort(-start, kind="stable")[:top]
    lasts = np.argsort(-end, kind="stable")[:top]
    spans = [
        (float(start[i] + end[j]), int(i), int(j))
        for i in firsts
        for j in lasts
        if i <= j < i + MAX_ANSWER_TOKENS
    ]
    spans.sort(key=lambda span: (-span[0], span[1], span[2]))
    return spans[: 4 * SPANS_PER_PASSAGE]


def all_spans(start: NDArray[np.float32], end: NDArray[np.float32]) -> float:
    """Log of the summed exponentials of all spans' scores: how much speaks for an answer anywhere.

    Args:
        start: ``(n,)`` scores of passage tokens as first ones.
        end: ``(n,)`` scores of them as last ones.

    >>> import numpy as np
    >>> round(all_spans(np.zeros(2), np.zeros(2)), 4) == round(float(np.log(3)), 4)
    True
    """
    size = len(start)
    if not size:
        return -np.inf
    # Sums over the last tokens a span from each first token may have, as differences of running sums.
    highest = float(end.max())
    running = np.concatenate([[0.0], np.cumsum(np.exp(end.astype(np.float64) - highest))])
    firsts = np.arange(size)
    sums = running[np.minimum(firsts + MAX_ANSWER_TOKENS, size)] - running[firsts]
    totals = start.astype(np.float64) + np.log(np.maximum(sums, 1e-12))
    return float(np.logaddexp.reduce(totals)) + highest
