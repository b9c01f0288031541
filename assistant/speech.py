"""Who says it: reported speech told from the outlet's own statement."""

from __future__ import annotations

import re

from assistant.types import Span

_NAME = (
    r"(?:[A-Z][\w'’.-]*(?:\s+(?:de|van|von|der|al-|bin|of|the)\s+|\s+)?){1,6}(?:\s*\([A-Z]{2,5}\))?"
)
_VERB = (
    r"(?:said|says|stated|states|told|added|adds|announced|argued|argues|claimed|claims|insisted|insists|"
    r"warned|warns|declared|declares|explained|explains|noted|notes|wrote|writes|tweeted|posted|"
    r"reported|reports|confirmed|confirms|denied|denies|suggested|suggests|called)"
)
_BEFORE = re.compile(rf"(?P<who>{_NAME})\s*,?\s+(?:has |had |also |later )?{_VERB}\b")
_AFTER = re.compile(rf"\b{_VERB}\s+(?P<who>{_NAME})")
_ACCORDING = re.compile(rf"\b(?:[Aa]ccording to|in the words of)\s+(?P<who>(?:the\s+)?{_NAME})")
_ARABIC = re.compile(
    r"(?:قال|قالت|صرح|صرحت|أعلن|أعلنت|أكد|أكدت|أوضح|أوضحت|وفقا ل|وفقًا ل)\s*(?P<who>(?:[\u0621-\u064a]+\s?){1,3})"
)


def speaker_of(text: str, sentence: Span, at: int) -> str | None:
    """Who is said to say what stands at ``at``; None for the outlet's own statement.

    Args:
        text: The article's text.
        sentence: The sentence around ``at``.
        at: Offset of the quote in the text.

    >>> s = "Sweden is ready, says Ewa Skoog Haslum, head of command."
    >>> speaker_of(s, Span(0, len(s)), 0)
    'Ewa Skoog Haslum'
    """
    piece = text[sentence.start : sentence.end]
    for pattern in (_ACCORDING, _AFTER, _BEFORE, _ARABIC):
        found = pattern.search(piece)
        if found is None:
            continue
        who = found.group("who").strip(" ,.:;'’")
        inside = sentence.start + found.start("who") <= at < sentence.start + found.end("who")
        if who and not inside:
            return who
    return None
