"""What a change of words is about: a number, a date, a name, a denial, an opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.language import pack
from assistant.language.cues import HEDGES, is_negation
from assistant.language.pack import months, opposites, weekdays
from assistant.language.stems import stem
from assistant.language.tokens import tokens_of
from assistant.types import Difference

_WORDS = pack.Words("cues")


def difference_of(given: str, true: str) -> Difference:
    """What a change of words is about.

    >>> difference_of("36", "35").value, difference_of("", "not").value
    ('number', 'negation')
    >>> difference_of("hasn't", "has not").value, difference_of("can't", "cannot").value
    ('wording', 'wording')
    """
    ours, theirs = ([token.form for token in tokens_of(text)] for text in (given, true))
    if _written_out(ours) == _written_out(theirs):
        return Difference.WORDING
    forms = [*ours, *theirs]
    if all(any(form in months() or form in weekdays() for form in each) for each in (ours, theirs)):
        return Difference.DATE
    if any(form.lstrip("-")[:1].isdigit() for form in forms):
        return Difference.NUMBER
    if any(is_negation(form) for form in forms):
        return Difference.NEGATION
    if any(form in HEDGES or form in _WORDS.loose for form in forms):
        return Difference.HEDGE
    if any(frozenset((stem(a), stem(b))) in _opposites() for a in ours for b in theirs):
        return Difference.OPPOSITE
    if re.search(r"(?:^|\s)[A-Z]", given) and re.search(r"(?:^|\s)[A-Z]", true):
        return Difference.NAME
    return Difference.WORDING


def _written_out(forms: Sequence[str]) -> list[str]:
    """Forms with "don't" as "do not"."""
    found: list[str] = []
    for form in forms:
        verb = _short_verbs().get(form, form.removesuffix("n't"))
        if form == "cannot" or verb != form:
            found += [verb.removesuffix("not"), "not"]
        else:
            found.append(form)
    return found


@lru_cache(maxsize=1)
def _short_verbs() -> dict[str, str]:
    """What is left of a verb that lost letters to "not"."""
    return {row[1]: row[0] for row in pack.rows("cues", "short_verbs")}


@lru_cache(maxsize=1)
def _opposites() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(map(stem, pair)) for pair in opposites())
