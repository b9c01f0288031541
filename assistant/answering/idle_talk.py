"""What asks nothing of the articles: greetings, thanks, questions to the program, abuse."""

from __future__ import annotations

import re

from assistant.language import pack

_PATTERNS = pack.Patterns("idle_talk")
_MAX_CHARS = 80
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u0652]")


def is_idle_talk(text: str) -> bool:
    """Whether all of a text is small talk, to which no article has an answer.

    >>> is_idle_talk("Hello there!"), is_idle_talk("Who are you?"), is_idle_talk("Who is Hello Kitty?")
    (True, True, False)
    """
    plain = " ".join(_ARABIC_MARKS.sub("", text[: 4 * _MAX_CHARS]).replace("’", "'").split())
    if len(plain) > _MAX_CHARS or len(text) > 4 * _MAX_CHARS or _PATTERNS.title.fullmatch(plain):
        return False
    return _PATTERNS.idle.fullmatch(plain) is not None
