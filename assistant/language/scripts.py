"""Writing systems: which script a text is in, and which language a question may be in.

Word matching says nothing across scripts, so retrieval must know when a question and a passage do
not share one. A language detector would cost more than the search; the letters themselves suffice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import islice
from typing import Literal

NORMALISED_CHARS = 1_000
"""Normalised in one go; far more than a word or a name has."""
SAMPLE_CHARS = 400
"""Letters looked at, from the start of the text."""

_SCRIPT_OF_LANGUAGE = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "sd", "ku"), "ARABIC"),
    **dict.fromkeys(("he", "yi"), "HEBREW"),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "sr", "kk", "ky", "mn"), "CYRILLIC"),
    **dict.fromkeys(("el",), "GREEK"),
    **dict.fromkeys(("zh", "ja"), "CJK"),
    **dict.fromkeys(("ko",), "HANGUL"),
    **dict.fromkeys(("hi", "mr", "ne"), "DEVANAGARI"),
}
_ALIASES = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "FULLWIDTH": "LATIN"}


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> str:
    name = unicodedata.name(letter, "")
    script = name.split(" ", 1)[0].split("-", 1)[0]
    return _ALIASES.get(script, script)


def normalised(text: str, form: Literal["NFC", "NFKD"]) -> str:
    """``text`` in a Unicode normal form, in time that grows with its length only.

    Marks on one letter are sorted one against another, so that a thousand times as many take a
    million times as long (UAX #15 names the attack): long texts are normalised in pieces.

    >>> normalised("e\u0301", "NFC")
    'é'
    """
    if len(text) <= NORMALISED_CHARS:
        return unicodedata.normalize(form, text)
    pieces = range(0, len(text), NORMALISED_CHARS)
    return "".join(unicodedata.normalize(form, text[at : at + NORMALISED_CHARS]) for at in pieces)


def script_of(text: str) -> str | None:
    """The script of most letters of ``text``, in Unicode's upper-case naming; None without letters.

    >>> script_of("Paris, 35"), script_of("قاعدة"), script_of("35 %")
    ('LATIN', 'ARABIC', None)
    """
    counts: dict[str, int] = {}
    for letter, count in Counter(islice(filter(str.isalpha, text), SAMPLE_CHARS)).items():
        script = _script_of_letter(letter)
        counts[script] = counts.get(script, 0) + count
    return max(counts, key=lambda script: counts[script]) if counts else None


def script_of_language(language: str | None) -> str | None:
    """The script a language is written in; Latin where not listed, None for None.

    >>> script_of_language("ar"), script_of_language("de")
    ('ARABIC', 'LATIN')
    """
    return None if language is None else _SCRIPT_OF_LANGUAGE.get(language, "LATIN")
