"""Names and numbers across two scripts: what a question and a passage share although no word matches.

Names are written by ear, so Latin and Arabic spellings of one name have much the same consonants in
the same order: Newcastle and «نيوكاسل», Luther and «لوثر». A word is reduced to the classes of its
consonants (the idea of Soundex, patented by Russell in 1918, and of the "skeletons" that name matching across
scripts uses; Freeman et al., "Cross Linguistic Name Matching in English and Arabic", 2006); numbers
are compared as they are, whatever their digits look like.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Set
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SHORTEST = 3
"""Consonants of a skeleton that may match; shorter ones are shared by too many words."""
_FUZZY = 5
"""From so many consonants on, one may differ."""

# Classes are merged where Arabic writes one letter for several Latin ones, or writers disagree.
_ARABIC = {
    "ب": "B", "پ": "B", "ت": "T", "ط": "T", "ث": "T", "ج": "G", "غ": "G", "گ": "G", "خ": "K",
    "ق": "K", "ك": "K", "ک": "K", "د": "D", "ض": "D", "ذ": "D", "ظ": "D", "ر": "R", "ز": "S",
    "س": "S", "ص": "S", "ش": "S", "ژ": "S", "چ": "S", "ف": "F", "ڤ": "F", "ل": "L", "م": "M",
    "ن": "N",
}  # fmt: skip
_LATIN = {
    "b": "B", "p": "B", "t": "T", "d": "D", "g": "G", "j": "G", "k": "K", "q": "K", "c": "K",
    "f": "F", "v": "F", "r": "R", "l": "L", "m": "M", "n": "N", "s": "S", "z": "S",
}  # fmt: skip
_LATIN_RULES = (
    ("sch", "s"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("th", "t"), ("ph", "f"), ("gh", "g"),
    ("kh", "k"), ("ck", "k"), ("x", "ks"),
)  # fmt: skip
_SOFT_C = re.compile("c(?=[eiy])")
_ARABIC_PREFIX = re.compile("^(?:وال|بال|فال|كال|لل|ال)(?=.{3})")
_ARABIC_PARTICLE = re.compile("^[وبلفك](?=.{3})")
_NUMBER = re.compile(r"\d+(?:[.,٫٬]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][^\W\d_]+")
_ARABIC_LETTER = re.compile("[\u0621-\u064a]")
_SCRIPTS = frozenset({"LATIN", "ARABIC"})


def can_compare(script: str | None, other: str | None) -> bool:
    """Whether names can be compared between two scripts, in Unicode's naming."""
    return {script, other} == _SCRIPTS


@lru_cache(maxsize=65536)
def skeletons(word: str) -> frozenset[str]:
    """The consonant classes of a Latin or Arabic word; several where prefixes may be cut off.

    >>> sorted(skeletons("Newcastle")), sorted(skeletons("نيوكاسل"))
    (['NKSTL'], ['NKSL'])
    >>> sorted(skeletons("والنرويج"))
    ['LNRG', 'NRG']
    """
    if word.isascii() or unicodedata.name(word[0], "").startswith("LATIN"):
        return frozenset({_latin_skeleton(word)})
    word = "".join(char for char in word if char.isalpha())
    forms = {word, _ARABIC_PREFIX.sub("", word), _ARABIC_PARTICLE.sub("", word)}
    return frozenset(
        _squeeze(_ARABIC.get(char, "") for char in form.replace("تش", "ش")) for form in forms
    )


def _latin_skeleton(word: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if c.isalpha())
    plain = _SOFT_C.sub("s", plain)
    for letters, other in _LATIN_RULES:
        plain = plain.replace(letters, other)
    return _squeeze(_LATIN.get(char, "") for char in plain)


def _squeeze(classes: object) -> str:
    found = ""
    for letter in classes:  # type: ignore[attr-defined]
        if letter and found[-1:] != letter:
            found += letter
    return found


def same_name(one: str, other: str) -> bool:
    """Whether two skeletons may be of one name: equal, or long with one consonant between them.

    >>> same_name("NKSTL", "NKSL"), same_name("BRS", "BRS"), same_name("BRS", "BRT")
    (True, True, False)
    """
    if min(len(one), len(other)) < SHORTEST:
        return False
    if one == other:
        return True
    if max(len(one), len(other)) < _FUZZY or abs(len(one) - len(other)) > 1:
        return False
    if one[0] != other[0]:
        return False
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    at = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), None)
    if at is None:
        return True
    rest = shorter[at:] if len(longer) > len(shorter) else shorter[at + 1 :]
    return longer[at + 1 :] == rest


def numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text in ASCII digits, without grouping.

    >>> sorted(numbers_in("١٬٥٠٠ and 12.5"))
    ['12.5', '1500']
    """
    found = set()
    for match in _NUMBER.findall(text):
        digits = "".join(
            str(unicodedata.digit(c)) if c.isdigit() else "." if c in ".٫" else "" for c in match
        )
        found.add(digits)
    return frozenset(found)


def names_in(text: str, *, is_question: bool) -> list[frozenset[str]]:
    """The skeletons of every word that may be a name; several for one with Arabic prefixes.

    Arabic marks no names, so there every word may be one; of a Latin text only capitalised words are,
    and of a Latin question not its first.
    """
    if _ARABIC_LETTER.search(text):
        words = _WORD.findall(text)
    else:
        words = _NAME.findall(text, max(0, text.find(" ")) if is_question else 0)
    return [
        long
        for word in words
        if (long := frozenset(form for form in skeletons(word) if len(form) >= SHORTEST))
    ]


def overlap_scores(question: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """How many of the question's names and numbers each text has, rare ones counting more.

    Args:
        question: In one script.
        texts: In the other.

    Returns:
        ``(n,)`` sums of the weights of what is found; the weight of each is BM25's inverse document
        frequency over these texts.
    """
    scores = np.zeros(len(texts))
    asked = [frozenset({number}) for number in numbers_in(question)]
    named = list(dict.fromkeys(names_in(question, is_question=True)))
    if not texts or not (asked or named):
        return scores
    numbers = [numbers_in(text) for text in texts]
    for wanted in asked:
        scores += _weighted(np.array([not wanted.isdisjoint(found) for found in numbers]))
    names = [
        frozenset().union(*names_in(text, is_question=False)) if text else frozenset()
        for text in texts
    ]
    for wanted in named:
        scores += _weighted(np.array([_has(wanted, found) for found in names]))
    return scores


def _has(wanted: Set[str], found: Set[str]) -> bool:
    if not wanted.isdisjoint(found):
        return True
    long = [form for form in wanted if len(form) >= _FUZZY - 1]
    return any(same_name(form, other) for form in long for other in found)


def _weighted(present: NDArray[np.bool_]) -> NDArray[np.float64]:
    count = int(present.sum())
    if not count:
        return np.zeros(len(present))
    return present * float(np.log1p((len(present) - count + 0.5) / (count + 0.5)))
