"""The error tree of this package.

::

    EmbeddingsError                anything this package raises on purpose
    ├── ModelLoadError             a model, or one of its files, is not there or cannot be loaded
    ├── ModelBuildError            weights cannot be converted
    ├── IndexDamaged               a vector index on disk is not there, not whole, or another model's
    └── IndexUnavailable           a vector index elsewhere cannot be reached, or its library is missing

Every message is one line that says what failed, the value seen, and what to do.
"""

from __future__ import annotations


class EmbeddingsError(Exception):
    """Root of every error that this package raises on purpose."""


class ModelLoadError(EmbeddingsError):
    """A model, or one of its files, is not there or cannot be loaded."""


class ModelBuildError(EmbeddingsError):
    """Weights cannot be converted."""


class IndexDamaged(EmbeddingsError):
    """A vector index on disk is not there, not whole, or another model's: rebuild it."""


class IndexUnavailable(EmbeddingsError):
    """A vector index elsewhere cannot be reached, or the library that talks to it is missing."""
