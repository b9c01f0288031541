"""Stems of words, and whether a word tells of something done."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language import pack

_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)'(?=\w{2})")
"""French and Italian: "n'est" is "est" with a word before it."""


def measure_of(form: str) -> str | None:
    """The short form of a word for a measure: "km" for "kilometres"."""
    return _roots("measures").get(form)


def is_past(form: str) -> bool:
    """Whether a word may tell of something done, by its form alone.

    >>> is_past("signed"), is_past("sent"), is_past("signs")
    (True, True, False)
    """
    return form.endswith("ed") or form in _roots("irregular")


def stem(form: str) -> str:
    """A crude stem: enough to meet plurals, tenses, the Arabic article, and words that mean the same.

    >>> stem("commitments"), stem("agreed"), stem("countries"), stem("المستشار"), stem("n'est")
    ('commitment', 'agre', 'countri', 'مستشار', 'est')
    >>> stem("agree"), stem("ruled"), stem("rules"), stem("cancelled")
    ('agre', 'rul', 'rul', 'cancel')
    """
    word = _plain_stem(form)
    return _senses().get(word, word)


_ARABIC_STARTS = ("وال", "بال", "كال", "فال", "لل", "ال")
_ARABIC_ENDS = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي", "ا")
_ARABIC = re.compile("[\u0621-\u064a]+")


def _arabic_stem(form: str) -> str:
    """Without article and one ending of case, number or gender.

    The affixes of light10 (Larkey et al., "Light Stemming for Arabic Information Retrieval", 2007), and the
    alif of the accusative.
    """
    if not _ARABIC.fullmatch(form):
        return form
    for prefix in _ARABIC_STARTS:
        if form.startswith(prefix) and len(form) > len(prefix) + 2:
            form = form.removeprefix(prefix)
            break
    for ending in _ARABIC_ENDS:
        if form.endswith(ending) and len(form) > len(ending) + 2:
            return form.removesuffix(ending)
    return form


def _plain_stem(form: str) -> str:
    if not form.isascii():
        return _arabic_stem(form)
    if form in _roots("measures"):
        return _roots("measures")[form]
    word = _roots("irregular").get(form) or _ELIDED.sub("", form, count=1).removesuffix("'s")
    if len(word) <= 3:
        return word
    for suffix, put in (
        ("ations", "ate"), ("ation", "ate"), ("ingly", ""), ("edly", ""), ("ies", "i"), ("ied", "i"),
        ("ing", ""), ("ed", ""), ("es", "e"), ("ly", ""), ("s", ""), ("y", "i"),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(suffix) + put
            break
    if len(word) > 5 and word.endswith("ell") and form != word:
        word = word[:-1]  # cancelled, travelled
    # "rule" as "ruled" is; "agreed" has its own.
    if len(word) > 4 or (len(word) == 4 and not form.endswith(("ed", "ing"))):
        word = word.removesuffix("e")
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word


@lru_cache
def _roots(name: str) -> dict[str, str]:
    return {word: row[0] for row in pack.rows("stems", name) for word in row[1:]}


@lru_cache(maxsize=1)
def _senses() -> dict[str, str]:
    """The stem that stands for all of a meaning."""
    return {
        _plain_stem(word): _plain_stem(row[0])
        for row in pack.rows("stems", "alike")
        for word in row
    }
