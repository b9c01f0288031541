"""Names and numbers across two scripts: what a question and a passage share although no word matches.

Names are written by ear, so Latin and Arabic spellings of one name have much the same consonants in
the same order: Newcastle and «نيوكاسل», Luther and «لوثر». A word is reduced to its first sound and the
classes of its consonants, as Soundex does (Russell, 1918; for names in Arabic and English: Freeman et
al., "Cross Linguistic Name Matching in English and Arabic", 2006); numbers are compared as they
are, whatever their digits look like.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.language.scripts import normalised
from assistant.language.words import STOP_WORDS

RELIABILITY = {3: 0.4, 4: 0.8}
"""How much a match counts by its consonants, 1 from five on, 0 below three. Of a page's thirty names one in
twenty words shares all of three consonants by chance, one in 250 of four (twelve classes, unevenly
used)."""
_FUZZY = 5
"""From so many letters on, one may differ."""

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
_GERMAN_Z = re.compile("(?<=[rlnRLN])z")
_SOFT_C = re.compile("c(?=[eiy])")
_ARABIC_FIRST = {**dict.fromkeys("اأإآعئؤء", "a"), "ه": "h", "ح": "h", "و": "w", "ي": "y"}
_LATIN_FIRST = {**dict.fromkeys("aeiou", "a"), "h": "h", "w": "w", "y": "y"}
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
    """First sound and consonant classes of a Latin or Arabic word; several where it may have prefixes.

    The first sound is ``a`` for any vowel, ``h``, ``w``, ``y``, or nothing where a consonant comes first.

    >>> sorted(skeletons("Newcastle")), sorted(skeletons("نيوكاسل"))
    (['NKSTL'], ['NKSL'])
    >>> skeletons("Merz") & skeletons("ميرتس")
    frozenset({'MRTS'})
    >>> sorted(skeletons("والعراق")), sorted(skeletons("Iraq"))
    (['aLRK', 'aRK', 'wLRK'], ['aRK'])
    """
    if word.isascii() or unicodedata.name(word[0], "").startswith("LATIN"):
        # A German z is heard as ts: Merz is «ميرتس».
        return frozenset({_latin_skeleton(word), _latin_skeleton(_GERMAN_Z.sub("ts", word))})
    word = "".join(char for char in word if char.isalpha())
    forms = {word, _ARABIC_PREFIX.sub("", word), _ARABIC_PARTICLE.sub("", word)}
    return frozenset(
        _ARABIC_FIRST.get(form[0], "")
        + _squeeze(_ARABIC.get(char, "") for char in form.replace("تش", "ش"))
        for form in forms
        if form
    )


def _latin_skeleton(word: str) -> str:
    plain = "".join(c for c in normalised(word.lower(), "NFKD") if c.isalpha())
    plain = _SOFT_C.sub("s", plain)
    for letters, other in _LATIN_RULES:
        plain = plain.replace(letters, other)
    return _LATIN_FIRST.get(plain[:1], "") + _squeeze(_LATIN.get(char, "") for char in plain)


def _squeeze(classes: Iterable[str]) -> str:
    return "".join(
        letter for letter, _ in itertools.groupby(letter for letter in classes if letter)
    )


def consonants_of(skeleton: str) -> int:
    """How many consonants a skeleton has; its first sound, where it is none, does not count.

    >>> consonants_of("aRK")
    2
    """
    return sum(map(str.isupper, skeleton))


def reliability(one: str, other: str) -> float:
    """How surely two skeletons are of one name, 0 to 1: equal, or long with one letter between them.

    >>> reliability("NKSTL", "NKSL"), reliability("BRS", "BRS"), reliability("BRS", "BRT")
    (0.8, 0.4, 0.0)
    """
    consonants = min(consonants_of(one), consonants_of(other))
    if one != other and (
        max(len(one), len(other)) < _FUZZY or one[0] != other[0] or not _one_apart(one, other)
    ):
        return 0.0
    return 1.0 if consonants > max(RELIABILITY) else RELIABILITY.get(consonants, 0.0)


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter put in, left out or changed makes one of the other."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if len(longer) - len(shorter) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), None)
    if at is None:
        return True
    return longer[at + 1 :] == (shorter[at:] if len(longer) > len(shorter) else shorter[at + 1 :])


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
        words = [word for word in _WORD.findall(text) if word not in STOP_WORDS]
    else:
        words = _NAME.findall(text, max(0, text.find(" ")) if is_question else 0)
    found = (
        frozenset(form for form in skeletons(word) if reliability(form, form) > 0) for word in words
    )
    return [forms for forms in found if forms]


def overlap_shares(question: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """Which share of the question's names and numbers each text has.

    Args:
        question: In one script.
        texts: In the other.

    Returns:
        ``(n,)`` of 0 to 1; each name and number counts by its inverse document frequency over these texts
        (BM25's), names also by how surely they are the same.
    """
    wanted: list[NDArray[np.float64]] = []
    if texts:
        numbers = [numbers_in(text) for text in texts]
        wanted += [
            np.array([float(number in found) for found in numbers])
            for number in sorted(numbers_in(question))
        ]
        names = [
            frozenset(itertools.chain.from_iterable(names_in(text, is_question=False)))
            for text in texts
        ]
        wanted += [
            np.array([_best(forms, found) for found in names])
            for forms in dict.fromkeys(names_in(question, is_question=True))
        ]
    shares = np.zeros(len(texts))
    if not wanted:
        return shares
    rarities = [_rarity(found) for found in wanted]
    for found, rarity in zip(wanted, rarities, strict=True):
        shares += rarity * found
    return shares / sum(rarities)


def _best(forms: Set[str], found: Set[str]) -> float:
    """How surely one of a word's skeletons is among those of a text."""
    exact = [reliability(form, form) for form in forms if form in found]
    if exact:
        return max(exact)
    long = [form for form in forms if len(form) >= _FUZZY - 1]
    return max((reliability(form, other) for form in long for other in found), default=0.0)


def _rarity(found: NDArray[np.float64]) -> float:
    count = int(np.count_nonzero(found))
    return float(np.log1p((len(found) - count + 0.5) / (count + 0.5)))
