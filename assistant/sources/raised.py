"""Raised text: a note's mark is no part of the number before it, a power is."""

from __future__ import annotations

import re

_DIGITS = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_EXPONENT = re.compile(r"[-−+]?\d{1,3}")
_BASE = re.compile(r"(?:^|[^\w.,])(?:10|2|[A-Za-zα-ω]|[kdcmµ]m|ft|yd|mi|in)$")
"""What has powers: ten and two, a variable, a unit of length."""
_MARK = re.compile(r"[\d\s,;.–*†‡§¶#()\[\]-]+|[a-z]")


def raised(before: str, text: str) -> str:
    """Return raised text as it stands in its line: a power as such, a mark of a note not at all.

    Args:
        before: The text that it stands behind, or the end of it.
        text: What is raised.

    >>> raised("took in 212", "3"), raised("some 10", "6"), raised("9 km", "2")
    ('', '^6', '²')
    >>> raised("the 19", "th"), raised("4,812", "a")
    ('th', '')
    """
    mark = text.strip()
    if _EXPONENT.fullmatch(mark) and _BASE.search(before):
        return f"^{mark}" if before[-1:].isdigit() else mark.translate(_DIGITS)
    if mark[:1] in "-−" and _EXPONENT.fullmatch(mark):
        return f"^{mark}"
    if not _MARK.fullmatch(mark):
        return text
    is_ordinal = mark.isalpha() and re.search(r"(?<![\d.,])\d{1,2}$", before)
    return text if is_ordinal else ""
