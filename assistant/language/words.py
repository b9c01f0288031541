"""Words of a text, and those that carry no meaning."""

from __future__ import annotations

from assistant.language import pack

STOP_WORDS = pack.Words("words").stop
"""Left out of queries, unless nothing else is left; indexed all the same."""


def words_of(text: str) -> list[str]:
    """Lower-cased words that carry meaning: letters and digits, without stop words.

    >>> words_of("What is the boiling point of water?")
    ['boiling', 'point', 'water']
    """
    cleaned = "".join(char if char.isalnum() else " " for char in text.casefold())
    return [word for word in cleaned.split() if word not in STOP_WORDS]
