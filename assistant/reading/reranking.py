"""Reading the query and each of the best passages together, and ordering them anew.

Two ways, both options because both cost more than the search: the bundled reader, by how surely it
finds an answer in a passage, and any cross-encoder, for which sentence-transformers is imported when
the first passages are scored, not before.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from assistant.errors import ModelError
from assistant.reading.span_features import crosses_script, passage_margins
from assistant.reading.span_reader import SpanReader, titles_of
from assistant.types import Hit
from embeddings.chunking import embedding_text
from embeddings.encoder import clean

RERANKED = 20
"""How many of the best passages are read again: more cost time in proportion and seldom rise."""


READER_NAME = "reader"
"""Instead of a model's name: the bundled reader."""


class Reranker(Protocol):
    """Orders hits anew."""

    def prepare(self) -> None:
        """Load the model now.

        Raises:
            ModelError: It cannot be loaded.
        """
        ...

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits with the best ``RERANKED`` in a new order, the others behind them.

        Args:
            query: What they were found for.
            hits: Best first.

        Returns:
            All of them; those that were read have ``reader_score``. Equal scores keep their order.

        Raises:
            ModelError: The model cannot be loaded or used.
        """
        ...


class ReaderReranker:
    """Adds the reader's margin over "no answer" to the search's own score. Thread-safe.

    The search knows what a passage is about, the reader whether it answers; the weight between the two
    is fitted with the reader's calibration.
    """

    def __init__(self, reader: SpanReader) -> None:
        self._reader = reader

    def prepare(self) -> None:
        """See :meth:`Reranker.prepare`."""
        self._reader.prepare()

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """See :meth:`Reranker.rerank`; ``reader_score`` is the margin in logits."""
        read = hits[:RERANKED]
        if not read:
            return []
        raw = self._reader.read_raw(query, [hit.passage.text for hit in read], titles_of(read))
        margins = passage_margins(raw, len(read))
        calibration = self._reader.calibration
        margins = [
            margin + calibration.cross_script.margin * crosses_script(query, hit.passage.text)
            for margin, hit in zip(margins, read, strict=True)
        ]
        weight = calibration.rerank_weight
        scored = [with_reader_score(hit, margin) for hit, margin in zip(read, margins, strict=True)]
        scored.sort(key=lambda hit: -(hit.score + weight * (hit.reader_score or 0.0)))
        return [*scored, *hits[RERANKED:]]


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers can load, by name or path. Thread-safe.

    Args:
        name_or_path: A model's folder, or its name on the Hugging Face hub.
    """

    def __init__(self, name_or_path: str) -> None:
        self.name_or_path = name_or_path
        self._lock = threading.Lock()
        self._model: Any = None

    def prepare(self) -> None:
        """See :meth:`Reranker.prepare`."""
        self._load()

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """See :meth:`Reranker.rerank`; ``reader_score`` is the model's own, higher is better.

        Raises:
            ModelError: The model cannot be loaded, or gives no single score.
        """
        read = hits[:RERANKED]
        if not read:
            return []
        model = self._load()
        texts = [embedding_text(hit.passage.title, hit.passage.text) for hit in read]
        pairs = [(clean(query), clean(text)) for text in texts]
        scores = model.predict(pairs, show_progress_bar=False, convert_to_numpy=True)
        if scores.shape != (len(read),):
            raise ModelError(
                f"the model {self.name_or_path!r} gives {scores.shape[-1]} scores for a passage: "
                "--rerank needs a cross-encoder with one"
            )
        scored = [
            with_reader_score(hit, float(score)) for hit, score in zip(read, scores, strict=True)
        ]
        # Stable: equal scores keep the order of the search.
        scored.sort(key=lambda hit: -(hit.reader_score or 0.0))
        return [*scored, *hits[RERANKED:]]

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                try:
                    from sentence_transformers import CrossEncoder

                    self._model = CrossEncoder(self.name_or_path)
                except Exception as error:  # transformers raises whatever its parts raise
                    line = str(error).splitlines()[0] if str(error) else type(error).__name__
                    raise ModelError(
                        f"cannot load the cross-encoder {self.name_or_path!r} ({line}); give the "
                        "folder of a sentence-transformers cross-encoder, or the name of one while "
                        "online"
                    ) from error
            return self._model


def with_reader_score(hit: Hit, score: float) -> Hit:
    """The hit with the score that a reranker gave it."""
    return replace(hit, reader_score=score)
