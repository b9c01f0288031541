"""The error tree of this package.

::

    EmbeddingsError                anything this package raises on purpose
    ├── ModelLoadError             a model, or one of its files, is not there or cannot be loaded
    └── ModelBuildError            weights cannot be converted

Every message is one line that says what failed, the value seen, and what to do.
"""

from __future__ import annotations


class EmbeddingsError(Exception):
    """Root of every error that this package raises on purpose."""


class ModelLoadError(EmbeddingsError):
    """A model, or one of its files, is not there or cannot be loaded."""


class ModelBuildError(EmbeddingsError):
    """Weights cannot be converted."""
