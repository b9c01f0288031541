"""What small raised text is: a note's mark, a power, the cents of a price, the end of an ordinal."""

from __future__ import annotations

import re

_NOTE = re.compile(r"[\[(].*[\])]|[*†‡§¶#\s]+", re.DOTALL)
_POWERS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_EXPONENT = re.compile(r"[-−+]?\d{1,3}")
_CHARGE = re.compile(r"\d?[-−+]")
_UNIT = re.compile(
    r"(?:^|[\s\d/·*(])(?:(?:da|[khdcmnµμ])?m|ft|in|mi|yd|s|[kmg]?W|[kcm]?g|[a-zA-Zα-ω]|км|м|см|мм|كم|م|سم)\s?$"
)
_BASE = re.compile(r"(?<![\d.,٫٬])(?:10|[2-9])$")
_PRICE = re.compile(r"[$€£¥]\s?\d[\d.,]*$")
_NUMBER = re.compile(r"\d$")
_LETTER_MARK = re.compile(r"[a-z](?:\s?[,;]\s?[a-z])+")
_WORD_OR_LONG_NUMBER = re.compile(r"(?:[^\W\d_]{4}|\d{3}|\d[.,]\d+)$")
"""What a letter behind is a note to: of shorter ones it may be the end, as in "Sra", "1er" and "xn"."""
_SIGNS = {"TM": "™", "SM": "℠"}
_LONG_NUMBER = re.compile(r"\d{3}$|\d[.,]\d+$")


def raised(before: str, text: str, *, after: str = "", is_link: bool = False) -> str:
    """Text to put in place of a raised one.

    Args:
        before: What stands before it in the paragraph.
        text: The raised text.
        after: What follows it.
        is_link: It is, or holds, a link: to a note.

    Returns:
        Empty for a note's mark, which is no part of the word or number before it.

    >>> raised("had 4,812", "1"), raised("found 10", "6"), raised("35 km", "2"), raised("the 20", "th")
    ('', '^6', '²', 'th')
    >>> raised("for $19", "99"), raised("about 1", "1", after="⁄2 cups"), raised("his mayor", "[2]")
    ('.99', ' 1', '')
    >>> raised("had 4,812", "a"), raised("Members", "b"), raised("1", "a"), raised("Belmark", "TM")
    ('', '', 'a', '™')
    """
    if not text or _NOTE.fullmatch(text):
        return ""
    if not any(character.isdigit() for character in text):
        is_mark = len(text) == 1 and (
            is_link or (text.isalpha() and _WORD_OR_LONG_NUMBER.search(before))
        )
        return "" if is_mark or _LETTER_MARK.fullmatch(text) else _SIGNS.get(text, text)
    if is_link:
        return ""
    if after[:1] in ("⁄", "∕", "/"):
        return f" {text}" if _NUMBER.search(before) else text
    if not before.strip() or before[-1:].isspace():
        return text if after[:1].isalpha() else ""
    if _PRICE.search(before) and len(text) == 2 and text.isdigit():
        return f".{text}"
    return _power(before, text)


def _power(before: str, text: str) -> str:
    is_exponent = _EXPONENT.fullmatch(text) is not None
    if _UNIT.search(before) and is_exponent:
        return text.translate(_POWERS)
    if _BASE.search(before) and text not in ("0", "1"):
        return f"^{text}"
    if _CHARGE.fullmatch(text) or (is_exponent and not text[0].isdigit()):
        return f"^{text}"
    if not is_exponent and not re.fullmatch(r"[\d\s,;–-]+", text):
        return f"^{text}" if re.search(r"[\w)]$", before) else text
    if re.search(r"\d\d?$", before) and not _LONG_NUMBER.search(before) and len(text) == 2:
        return f"^{text}"
    return ""
