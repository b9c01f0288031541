"""What exactly differs between two wordings: a number, a date, a name, a negation, a hedge."""

from __future__ import annotations

import re

from assistant.checking.reports import Difference
from assistant.checking.tokens import tokens_of
from assistant.values import _MONTHS

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor cannot without hardly barely n't isn't aren't "
    "wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't hasn't haven't "
    "hadn't nicht kein keine keinen nie ne pas jamais nunca لا لم لن ليس ليست غير دون بدون".split()
)
HEDGES = frozenset(
    "could may might would if possibly perhaps probably likely potentially potential possible "
    "reportedly allegedly apparently almost nearly about around approximately roughly over under "
    "some most many few often sometimes usually mainly partly largely planned proposed قد ربما "
    "محتمل يمكن إذا حوالي نحو".split()
)


def difference_of(given: str, true: str) -> Difference:
    """What a change of words is about.

    >>> difference_of("36", "35").value, difference_of("", "not").value
    ('number', 'negation')
    """
    ours, theirs = tokens_of(given), tokens_of(true)
    forms = [token.form for token in (*ours, *theirs)]
    if any(form in _MONTHS for form in forms):
        return Difference.DATE
    if any(form.lstrip("-")[:1].isdigit() for form in forms):
        return Difference.NUMBER
    if any(form in NEGATIONS or form.endswith("n't") for form in forms):
        return Difference.NEGATION
    if any(form in HEDGES for form in forms):
        return Difference.HEDGE
    if re.search(r"(?:^|\s)[A-Z]", given) and re.search(r"(?:^|\s)[A-Z]", true):
        return Difference.NAME
    return Difference.WORDING
