"""Near-copies of a text: the same wire story on two sites.

The fingerprint of a text is the smallest hashes of its word shingles ("bottom-k sketch", Broder,
"On the resemblance and containment of documents", 1997): two texts share about as many of them as
their shingle sets overlap.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

SHINGLE_WORDS = 5
SKETCH_SIZE = 48
MIN_WORDS = 30
"""Shorter texts repeat by chance (tables, weather, stock phrases): no fingerprint."""
NEAR_DUPLICATE = 0.6
"""Share of common sketch hashes from which two articles count as one source."""

_WORD = re.compile(r"\w+")


def fingerprint(text: str) -> tuple[int, ...]:
    """The sketch of ``text``: ascending signed 64-bit hashes, empty for short texts.

    >>> fingerprint("too short")
    ()
    """
    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return ()
    shingles = {
        " ".join(words[start : start + SHINGLE_WORDS])
        for start in range(len(words) - SHINGLE_WORDS + 1)
    }
    hashes = sorted(
        int.from_bytes(
            hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest(),
            "big",
            signed=True,
        )
        for shingle in shingles
    )
    return tuple(hashes[:SKETCH_SIZE])


def similarity(common: int, size: int, other_size: int) -> float:
    """Share of common hashes, 0 to 1, of the smaller sketch.

    >>> similarity(24, 48, 48)
    0.5
    """
    smaller = min(size, other_size)
    return common / smaller if smaller else 0.0


def same_text(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two sketches are of near-copies."""
    common = len(set(first) & set(second))
    return similarity(common, len(first), len(second)) >= NEAR_DUPLICATE
