"""Page furniture: what a page says around its articles, told by a table of phrases.

The table is ``furniture.toml``, one section a language. A site is served in many languages around
the same article, so phrases of all languages are looked for on every page.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from assistant.language.scripts import normalised


class Furniture(StrEnum):
    """What a line of furniture is; the values are the keys of the table."""

    AI_IMAGE = "ai_image"
    AI_TEXT = "ai_text"
    REACTIONS = "reactions"
    RELATED = "related"
    COOKIES = "cookies"
    BUTTON = "buttons"


LABELS = frozenset({Furniture.AI_IMAGE, Furniture.AI_TEXT})
"""What may share a line: a card on a page can carry both labels."""

MAX_LINE_CHARS = 160
"""No phrase of the table is longer; longer lines are not looked at."""

MAX_NOTICE_CHARS = 300
"""A longer paragraph that speaks of subscribers is about them."""

_COOKIE_WORDS = "cookie_words"
_PAYWALL = "paywall"


def fold(line: str) -> str:
    """Return ``line`` as it is compared: without case, diacritics, punctuation and extra blanks.

    >>> fold("  AI-generated IMAGE: ")
    'ai generated image'
    """
    decomposed = normalised(line, "NFKD").casefold()
    kept = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "\u0640")
    return " ".join(re.findall(r"\w+", kept))


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, Furniture], tuple[str, ...], tuple[str, ...]]:
    raw = resources.files("assistant.sources").joinpath("furniture.toml").read_text("utf-8")
    phrases: dict[str, Furniture] = {}
    cookie_words: set[str] = set()
    paywall: set[str] = set()
    for entries in tomllib.loads(raw).values():
        cookie_words.update(fold(word) for word in entries[_COOKIE_WORDS])
        paywall.update(fold(phrase) for phrase in entries.get(_PAYWALL, ()))
        for what in Furniture:
            for phrase in entries[what.value]:
                phrases.setdefault(fold(phrase), what)
    return phrases, tuple(sorted(cookie_words)), tuple(sorted(paywall))


def labels_of(line: str) -> tuple[Furniture, ...]:
    """Tell what a line of furniture is.

    Returns:
        Empty where the line is not furniture; two labels where both stand on one line.
    """
    if len(line) > MAX_LINE_CHARS:
        return ()
    phrases, _, _ = _table()
    rest = fold(line)
    if not rest:
        return ()
    whole = phrases.get(rest)
    if whole is not None:
        return (whole,)
    found: list[Furniture] = []
    while rest:
        start = next(
            (
                p
                for p, what in phrases.items()
                if what in LABELS and (rest + " ").startswith(p + " ")
            ),
            None,
        )
        if start is None:
            return ()
        found.append(phrases[start])
        rest = rest[len(start) :].strip()
    return tuple(found)


def speaks_of_cookies(line: str) -> bool:
    """Whether a line uses the words of a cookie notice; asked only directly after its title."""
    _, words, _ = _table()
    folded = f" {fold(line)} "
    return any(f" {word} " in folded for word in words)


def is_paywall_notice(text: str) -> bool:
    """Whether a short paragraph asks for a subscription to read on.

    >>> is_paywall_notice("Subscribe to continue reading."), is_paywall_notice("They subscribe to it.")
    (True, False)
    """
    if len(text) > MAX_NOTICE_CHARS:
        return False
    _, _, notices = _table()
    folded = f" {fold(text)} "
    return any(f" {notice} " in folded for notice in notices)
