"""Exact match and F1 as the official scripts compute them.

English follows the SQuAD 2.0 script (Rajpurkar et al., 2018), other languages MLQA's (Lewis et al.,
2020), which removes each language's own articles and every Unicode punctuation mark.
"""

from __future__ import annotations

import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

_ARTICLES = {
    "en": re.compile(r"\b(a|an|the)\b"),
    "ar": re.compile(r"\sال^|ال"),
    "de": re.compile(
        r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    ),
    "es": re.compile(r"\b(un|una|unos|unas|el|la|los|las)\b"),
    "vi": re.compile(r"\b(của|là|cái|chiếc|những)\b"),
}
"""As in MLQA's script; the Arabic pattern is odd there too, and kept for the sake of comparison."""
_ASCII_PUNCTUATION = frozenset(string.punctuation)
_HAN = re.compile(r"[\u4e00-\u9fa5]")


@cache
def _punctuation() -> frozenset[str]:
    marks = (chr(code) for code in range(sys.maxunicode + 1))
    return _ASCII_PUNCTUATION | {mark for mark in marks if unicodedata.category(mark)[0] == "P"}


def normalise(text: str, *, language: str = "en") -> str:
    """An answer as it is compared: lower case, no punctuation, no articles, single blanks.

    >>> normalise("The  Eiffel-Tower.")
    'eiffeltower'
    >>> normalise("«الرياض»", language="ar")
    'رياض'
    """
    marks = _ASCII_PUNCTUATION if language == "en" else _punctuation()
    text = "".join(char for char in text.lower() if char not in marks)
    articles = _ARTICLES.get(language)
    if articles is not None:
        text = articles.sub(" ", text)
    return " ".join(_words(text, language))


def _words(text: str, language: str) -> list[str]:
    # Chinese is compared character by character, words of other scripts in it as words.
    return (_HAN.sub(r" \g<0> ", text) if language == "zh" else text).split()


def exact_match(predicted: str, gold: str, *, language: str = "en") -> float:
    """1 if the two are the same once normalised, else 0."""
    return float(normalise(predicted, language=language) == normalise(gold, language=language))


def f1_score(predicted: str, gold: str, *, language: str = "en") -> float:
    """Overlap of words, 0 to 1; two empty answers agree.

    >>> round(f1_score("Ulf Kristersson", "prime minister Ulf Kristersson"), 3)
    0.667
    """
    ours = normalise(predicted, language=language).split()
    theirs = normalise(gold, language=language).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def gold_answers(texts: Sequence[str], *, language: str = "en") -> list[str]:
    """The answers to compare with: those of which normalising leaves something; ``[""]`` for none."""
    return [text for text in texts if normalise(text, language=language)] or [""]


def best_f1(predicted: str, golds: Sequence[str], *, language: str = "en") -> float:
    """The best F1 against any answer; no answers means that "" is right."""
    answers = gold_answers(golds, language=language)
    return max(f1_score(predicted, gold, language=language) for gold in answers)


def best_exact(predicted: str, golds: Sequence[str], *, language: str = "en") -> float:
    """1 if any answer matches exactly; no answers means that "" is right."""
    answers = gold_answers(golds, language=language)
    return max(exact_match(predicted, gold, language=language) for gold in answers)
