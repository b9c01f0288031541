"""Loading the models that an assistant works with."""

from __future__ import annotations

from assistant.errors import ModelError
from assistant.reader import Reader, SentenceReader
from assistant.reranking import Reranker
from embeddings.encoder import Encoder
from embeddings.encoder import load_encoder as load_any_encoder
from embeddings.errors import EmbeddingsError


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
    """A cross-encoder by name or path, not loaded yet; None where none is wanted."""
    return None if model is None else Reranker(model)


def load_reader(encoder: Encoder) -> Reader:
    """The trained reader where its weights are, else the one that needs none."""
    from assistant.span_reader import SpanReader

    return SpanReader() if SpanReader.is_available() else SentenceReader(encoder)
