"""Words of a text, and those that carry no meaning."""

from __future__ import annotations

_ENGLISH_STOP_WORDS = (
    "a about an and are as at be been being but by can could did do does for from had has have how "
    "if in into is it its me of on or our should than that the their them then there these they "
    "this those to was we were what when where which who whom whose why will with would you your"
)
_ARABIC_STOP_WORDS = (
    "في من على إلى الى عن مع هل ما ماذا متى أين اين كم كيف لماذا من هو هي هم التي الذي الذين هذا "
    "هذه ذلك تلك أن ان إن كان كانت قد لقد ثم أو او و لا لم لن بين عند"
)
STOP_WORDS = frozenset((_ENGLISH_STOP_WORDS + " " + _ARABIC_STOP_WORDS).split())
"""Left out of queries, unless nothing else is left; indexed all the same."""


def words_of(text: str) -> list[str]:
    """Lower-cased words that carry meaning: letters and digits, without stop words.

    >>> words_of("What is the boiling point of water?")
    ['boiling', 'point', 'water']
    """
    cleaned = "".join(char if char.isalnum() else " " for char in text.casefold())
    return [word for word in cleaned.split() if word not in STOP_WORDS]
