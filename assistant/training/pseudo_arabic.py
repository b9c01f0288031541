"""English texts made to look Arabic, word by word, for want of Arabic ones.

Beside words with a counterpart, names are written in Arabic letters by their sound, articles and some
prepositions become prefixes, and signs are the Arabic ones, so that a reader learns to find one name in two
guises («والعراق», «للعراق») and to read names it has no word piece for. The order of words stays English.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Mapping, Sequence

from assistant.training.rewriting import Span, choose_translation, substitute

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile("['’]s\\b")
_SIGNS = {"?": "؟", ",": "،", ";": "؛"}
_PREFIXES = {"the": "ال", "a": "", "an": "", "of": "", "and": "و", "to": "ل", "for": "ل"}
"""What the word before a word becomes; several may follow each other."""
_LETTERS = (
    ("sch", "ش"), ("tch", "تش"), ("sh", "ش"), ("ch", "تش"), ("th", "ث"), ("ph", "ف"), ("gh", "غ"),
    ("kh", "خ"), ("ck", "ك"), ("qu", "كو"), ("oo", "و"), ("ou", "و"), ("oa", "و"), ("ee", "ي"),
    ("ea", "ي"), ("ie", "ي"), ("ei", "ي"), ("ai", "اي"), ("ay", "اي"), ("au", "او"), ("ow", "او"),
    ("ce", "س"), ("ci", "سي"), ("cy", "سي"), ("x", "كس"), ("a", "ا"), ("b", "ب"), ("c", "ك"), ("d", "د"),
    ("e", "ي"), ("f", "ف"), ("g", "غ"), ("h", "ه"), ("i", "ي"), ("j", "ج"), ("k", "ك"), ("l", "ل"),
    ("m", "م"), ("n", "ن"), ("o", "و"), ("p", "ب"), ("q", "ق"), ("r", "ر"), ("s", "س"), ("t", "ت"),
    ("u", "و"), ("v", "ف"), ("w", "و"), ("y", "ي"), ("z", "ز"),
)  # fmt: skip
_FIRST = {"au": "أو", "a": "أ", "e": "إ", "i": "إ", "o": "أو", "u": "أو"}


def spell(word: str) -> str:
    """A Latin word in Arabic letters, by ear: long vowels only, an "e" after the first is silent.

    >>> spell("Denver"), spell("Peters"), spell("Obama")
    ('دينفر', 'بيترس', 'أوباما')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if c.isascii())
    plain = re.sub(r"([^aeiou])\1", r"\1", plain)
    spelled, at = "", 0
    while at < len(plain):
        letters, arabic = next(
            (pair for pair in _LETTERS if plain.startswith(pair[0], at)), (plain[at], "")
        )
        if at == 0 and letters in _FIRST:
            arabic = _FIRST[letters]
        elif letters == "e" and (at + 1 == len(plain) or re.search("[aeiou]", plain[:at])):
            arabic = ""
        spelled += arabic
        at += len(letters)
    return spelled


def arabise(
    text: str,
    spans: Sequence[Span],
    translations: Mapping[str, Sequence[str]],
    *,
    rng: random.Random,
) -> tuple[str, list[Span]]:
    """An English text in Arabic letters as far as its words are known or are names.

    Args:
        text: The text; what is not in Latin letters stays.
        spans: Half-open code point spans to move along; one that takes in part of what becomes one
            word takes in all of it.
        translations: Lower-cased words with their counterparts, nearest first.
        rng: Where choices come from.

    Returns:
        The new text, and the spans in it.
    """
    replacements = [(m.start(), m.end(), _SIGNS[m.group()]) for m in re.finditer("[?,;]", text)]
    is_every_word_spelled = rng.random() < 0.5
    prefix, begin, gap_from, done = "", -1, -1, 0
    for match in _WORD.finditer(text):
        word = match.group()
        start, end = match.span()
        if start < done:
            continue  # the "s" of a possessive
        if begin < 0 or text[gap_from:start] != " ":
            prefix, begin = "", start
        if word.lower() in _PREFIXES:
            prefix, gap_from = prefix + _PREFIXES[word.lower()], end
            continue
        known = translations.get(word.lower()) if word.isascii() else None
        new = ""
        if known:
            new = choose_translation(known, rng=rng)
        elif "LATIN" in unicodedata.name(word[0], "") and (
            word[0].isupper() or is_every_word_spelled
        ):
            new = spell(word)
        if new:
            if new.startswith("ال") and prefix.endswith("ال"):
                prefix = prefix.removesuffix("ال")
            if prefix.endswith("ل") and prefix != "ال" and new.startswith("ال"):
                new = "ل" + new.removeprefix("ال")
            possessive = _POSSESSIVE.match(text, end)
            done = possessive.end() if possessive else end
            replacements.append((begin, done, _join(prefix, new)))
        prefix, begin, gap_from = "", -1, -1
    return substitute(text, spans, replacements)


def _join(prefix: str, word: str) -> str:
    """A word with its prefixes: "to the" is written "لل"."""
    return prefix.replace("لال", "لل") + word
