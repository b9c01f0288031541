"""Loading the models that an assistant works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import ModelError
from embeddings.encoder import Encoder
from embeddings.encoder import load_encoder as load_any_encoder
from embeddings.errors import EmbeddingsError

if TYPE_CHECKING:
    from assistant.reading.reader import Reader
    from assistant.reading.reranking import Reranker


def load_encoder(model: str | None = None) -> Encoder:
    """The bundled encoder, or a sentence-transformers model by name or path.

    Raises:
        ModelError: It cannot be loaded.
    """
    try:
        return load_any_encoder(model)
    except EmbeddingsError as error:
        raise ModelError(str(error)) from error


def load_reranker(model: str | None) -> Reranker | None:
    """What orders passages anew, not loaded yet; None where nothing is wanted.

    Args:
        model: ``reader`` for the bundled reader, else a cross-encoder by name or path.

    Raises:
        ModelError: The bundled reader is not there.
    """
    if model is None:
        return None
    from assistant.reading.reranking import READER_NAME, CrossEncoderReranker, ReaderReranker

    if model != READER_NAME:
        return CrossEncoderReranker(model)
    from assistant.reading.span_reader import SpanReader

    return ReaderReranker(SpanReader())


def load_reader(encoder: Encoder) -> Reader:
    """The trained reader where its weights are, else the one that needs none."""
    from assistant.reading.reader import SentenceReader
    from assistant.reading.span_reader import SpanReader

    return SpanReader() if SpanReader.is_available() else SentenceReader(encoder)
