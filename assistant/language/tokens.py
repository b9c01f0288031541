"""Words as an editor compares them, each with the code points that it stands for.

Two wordings are the same when only this differs: typographic quotes and dashes, white space, case,
diacritics, Unicode forms, hyphens, thousands marks, and small numbers in words or figures. What carries
meaning stays: every word, every figure with its sign, and symbols such as ``%``.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.language import pack
from assistant.language.scripts import normalised
from assistant.language.words import STOP_WORDS

CACHED_CHARS = 4_000_000
"""Of texts whose tokens are kept: some hundred articles; the tokens take thirty times the room."""

_WORDS = pack.Words("tokens")
_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0963"
    "\u0971-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
"""What continues a word without being a letter: accents, vowel signs, the Arabic stretch."""
_INVISIBLE = (
    "\u00ad\u200b-\u200f\u2060\u2061-\u2064\ufeff\ufe00-\ufe0f\u061c\u202a-\u202e\u2066-\u2069"
)
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f\u0e80-\u0eff"
"""Scripts that write without blanks: one token a letter."""
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_NUMBER = r"\d+(?:[.,\u066b\u066c'’\u00a0\u202f\u2009]\d+)*"
_TOKEN = re.compile(
    rf"(?P<sign>(?<![\w)\]])[-−–](?=\d))?(?P<number>{_NUMBER})(?P<suffix>[^\W_{_UNSPACED}]*)"
    rf"|(?P<unspaced>[{_UNSPACED}][{_MARK}]*)"
    rf"|(?P<word>{_LETTER}(?:[^\W_{_UNSPACED}]|[{_MARK}{_INVISIBLE}]|['’ʼ‘`´](?=[^\W\d_])"
    rf"|[-‐\u00ad]\r?\n[ \t]*(?=[^\W\d_]))*)"
    r"|(?P<symbol>[%‰٪$€£¥₹₽°+=<>±×÷§&@#])"
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´", "'"))
_DROPPED = re.compile(rf"[-‐\s{_INVISIBLE}\u0640]")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[,'’\u066c\u00a0\u202f\u2009]\d{3})+(?:[.\u066b]\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+[,\u066b]\d{1,2}")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or symbol."""

    form: str
    """What is compared."""
    start: int
    """Offset of its first code point in the text."""
    end: int
    is_acronym: bool = False
    """Written in capitals, and another word for it."""

    @property
    def weight(self) -> float:
        """How much it says: little for the commonest words."""
        return 0.25 if self.form in STOP_WORDS else 1.0


@lru_cache(maxsize=1)
def _same_words() -> dict[str, str]:
    """Words that are compared as one, small numbers as figures."""
    rows = (*pack.rows("tokens", "same"), *pack.rows("numbers", "ones"))
    return {word: row[0] for row in rows for word in row[1:]}


def fold_word(word: str) -> str:
    r"""What is compared of a word.

    >>> fold_word("Zélenskyy’s"), fold_word("secu-\nrity"), fold_word("ﬁnal"), fold_word("eleven")
    ("zelenskyy's", 'security', 'final', '11')
    """
    plain = _DROPPED.sub("", word).translate(_APOSTROPHES)
    if plain.isascii():
        folded = plain.lower()
    else:
        decomposed = normalised(plain, "NFKD").casefold().translate(_UNDECOMPOSED)
        folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _same_words().get(folded, folded)


def fold_number(number: str) -> str:
    """A figure with a point for the decimal mark and no thousands marks.

    >>> fold_number("1,200"), fold_number("1\u202f200"), fold_number("3,5"), fold_number("١٢")
    ('1200', '1200', '3.5', '12')
    """
    if _THOUSANDS.fullmatch(number):
        number = re.sub(r"[,'’\u066c\u00a0\u202f\u2009]", "", number)
    elif _DECIMAL_COMMA.fullmatch(number):
        number = number.replace(",", ".")
    number = number.replace("\u066b", ".")
    if number.isascii():
        return number
    return "".join(
        str(unicodedata.digit(char)) if unicodedata.digit(char, -1) >= 0 else char
        for char in number
    )


def tokens_of(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of ``text[start:end]``; offsets refer to ``text``.

    >>> [token.form for token in tokens_of("“We’re 5% ahead”")]
    ["we're", '5', '%', 'ahead']
    """
    found = []
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup
        if kind in ("number", "suffix"):
            sign = "-" if match.group("sign") else ""
            form = sign + fold_number(match.group("number")) + fold_word(match.group("suffix"))
        else:
            form = fold_word(match.group())
        if form:
            word = match.group()
            acronym = kind == "word" and form in _WORDS.acronyms and word.isupper()
            found.append(Token(form, match.start(), match.end(), acronym))
    return found


@dataclass(frozen=True, slots=True)
class TokenText:
    """A text as tokens, with the places of every form."""

    tokens: tuple[Token, ...]
    forms: tuple[str, ...]
    places: dict[str, list[int]]


class _TokenCache:
    """The last texts with their tokens, up to so many characters."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._known: OrderedDict[str, TokenText] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._size

    def get(self, text: str) -> TokenText:
        with self._lock:
            found = self._known.get(text)
            if found is not None:
                self._known.move_to_end(text)
                return found
        found = _token_text(text)
        with self._lock:
            if text not in self._known:
                self._known[text] = found
                self._size += len(text)
            while self._size > self._limit:
                gone, _ = self._known.popitem(last=False)
                self._size -= len(gone)
        return found


def token_text(text: str) -> TokenText:
    """The tokens of a whole text; the last few texts are kept, :data:`CACHED_CHARS` of them in all."""
    return _CACHE.get(text)


def _token_text(text: str) -> TokenText:
    tokens = tuple(tokens_of(text))
    places: dict[str, list[int]] = {}
    for position, token in enumerate(tokens):
        places.setdefault(token.form, []).append(position)
    return TokenText(tokens, tuple(token.form for token in tokens), places)


_CACHE = _TokenCache(CACHED_CHARS)


def same_when_joined(given: list[str], true: list[str]) -> bool:
    """Whether two runs of forms differ by blanks and hyphens only.

    >>> same_when_joined(["co", "operation"], ["cooperation"]), same_when_joined(["1", "5"], ["15"])
    (True, False)
    >>> same_when_joined(["1", "200"], ["1200"]), same_when_joined(["per", "cent"], ["%"])
    (True, True)
    """
    ours, theirs = "".join(given), "".join(true)
    if _same_words().get(ours, ours) != _same_words().get(theirs, theirs) or not ours:
        return False
    longer = max(given, true, key=len)
    if any(form[-1:].isdigit() and after[:1].isdigit() for form, after in pairwise(longer)):
        return all(len(form) == 3 for form in longer[1:]) and len(longer[0]) <= 3
    return True
