"""Sentences that say the same but for one value: a contradiction, or the same news with other figures."""

from __future__ import annotations

import re

from assistant.language.values import fold

TWIN_CHARS = 60
"""How much before and after a value is looked at to tell whether two sentences are alike but for it."""
TWIN_SHARE = 0.7
MIN_TWIN_WORDS = 4
_WORD = re.compile(r"\w+")


def words_around(text: str, start: int, end: int) -> frozenset[str]:
    """Folded words near ``text[start:end]``."""
    before, after = text[max(0, start - TWIN_CHARS) : start], text[end : end + TWIN_CHARS]
    return frozenset(_WORD.findall(fold(f"{before} {after}")))


def are_twins(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two values stand among the same words, as :func:`words_around` gives them."""
    smaller = min(len(first), len(second))
    return smaller >= MIN_TWIN_WORDS and len(first & second) >= TWIN_SHARE * smaller
