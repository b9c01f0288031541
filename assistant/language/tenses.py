"""Whether what a date dates lies behind its article or ahead of it, as the words around it tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language import pack
from assistant.language.dates import DateMention
from assistant.language.facts import Facts
from assistant.language.stems import is_past
from assistant.language.tokens import Token

_PATTERNS = pack.Patterns("tenses")
_WORDS = pack.Words("tenses")
_ARABIC_PRESENT = re.compile(r"[يتن]\w{2}")
_BEGINNING_WORDS = 4
"""Between "the lowest since" and "began in 1926"."""


def is_ahead(mention: DateMention, facts: Facts) -> bool | None:
    """Whether what happens then is told of as to come; None where the words do not say.

    >>> from assistant.language.facts import facts_of
    >>> facts = facts_of("He said on Monday that they will meet on Friday, as was planned on Tuesday.")
    >>> [is_ahead(date, facts) for date in facts.dates]
    [False, True, False]
    >>> facts = facts_of("The vote on 5 May is the next.")
    >>> [is_ahead(date, facts) for date in facts.dates]
    [None]
    """
    before = [token for token in facts.tokens if token.end <= mention.span.start]
    if before and before[-1].form == "last":
        return False
    limit = _limits(before)
    is_weekday = mention.weekday is not None and mention.month is None
    for at in range(len(before) - 1, -1, -1):
        form = before[at].form
        after = before[at + 1].form if at + 1 < len(before) else ""
        if form == "would" and after in _WORDS.told_later:
            return False
        if form in _WORDS.ahead_for and after in ("for", "to"):
            return True
        if form in _WORDS.ahead and _is_meant(before, at):
            return True
        if form == "to" and at and before[at - 1].form in _WORDS.intends and _may_be_verb(after):
            return True if limit else _is_intended(before, at, is_weekday=is_weekday)
        if not form.isascii():
            if form in _WORDS.source:
                return None
            if form in _WORDS.may and _ARABIC_PRESENT.match(after):
                return True
            is_noun = form in _WORDS.nouns or form[1:] in _WORDS.nouns
            if _PATTERNS.ahead_form.fullmatch(form) and not is_noun:
                return True
            if _PATTERNS.past_form.fullmatch(form):
                return False
        if limit:
            told = _at_limit(before, at, is_until=limit in _WORDS.until)
            if told is not None:
                return told
        elif (is_past(form) or form == "born") and not (at and before[at - 1].form in _WORDS.be):
            is_near = all(token.form in _WORDS.before_date for token in before[at + 1 :])
            is_loose = any(token.form in _WORDS.loose for token in before[at + 1 :])
            if is_loose and not is_weekday:
                return None
            return False if is_near or is_weekday or form not in _WORDS.announces else None
    return _goes_on_ahead(mention, facts) if limit else None


def is_since(mention: DateMention, facts: Facts) -> bool:
    """Whether a date only tells since when: "the lowest since 1926", "closed since August".

    >>> from assistant.language.facts import facts_of
    >>> facts = facts_of("On Monday it was the highest since measurements began in 1926.")
    >>> [is_since(date, facts) for date in facts.dates]
    [False, True]
    """
    before = [token for token in facts.tokens if token.end <= mention.span.start]
    at = len(before) - 1
    while at >= 0 and before[at].form in _WORDS.between_since:
        at -= 1
    if at >= 0 and before[at].form in _WORDS.since:
        return True
    # "The lowest since measurements began in 1926", but "since records began hit Oslo on Monday".
    while at >= 0 and before[at].form in _WORDS.before_date:
        at -= 1
    if at < 0 or before[at].form not in _WORDS.began:
        return False
    last_date = max(
        (d.span.end for d in facts.dates if d.span.end <= mention.span.start), default=0
    )
    for place in range(max(0, at - _BEGINNING_WORDS), at):
        if before[place].form in _WORDS.since and before[place].start >= last_date:
            earlier = before[max(0, place - 4) : place]
            return any(_PATTERNS.records.fullmatch(token.form) for token in earlier)
    return False


def _is_meant(before: Sequence[Token], at: int) -> bool:
    """Whether a word of what is to come is meant so: not "the next day", not "due to rain"."""
    form = before[at].form
    after = [token.form for token in before[at + 1 : at + 3]]
    if form == "next":
        return not after or after[0] not in _WORDS.of_a_day
    if form == "due" and after[:1] == ["to"]:
        return after[1:] == ["be"] or any(
            token.form in _WORDS.being for token in before[max(0, at - 2) : at]
        )
    return True


def _is_intended(before: Sequence[Token], at: int, *, is_weekday: bool) -> bool | None:
    """Whether what stands behind the "to" at ``at`` is to come: after "he was forced" it was done."""
    wants = before[at - 1].form
    if wants == "due" and not _is_meant(before, at - 1):
        return None
    over = [token.form for token in before[max(0, at - 3) : at - 1]]
    if not is_past(wants) or (
        over[-1:] and over[-1] in _WORDS.asked_of and over != ["had", "been"]
    ):
        return True
    if not is_weekday:
        return None if wants in _WORDS.compelled else True
    return wants not in _WORDS.compelled and before[at + 1].form in _WORDS.meetings


def _limits(before: Sequence[Token]) -> str:
    """The "until" or "by" that a date stands behind, "" where there is none."""
    at = len(before) - 1
    while at >= 0 and before[at].form in _WORDS.to_last_day:
        at -= 1
    return before[at].form if at >= 0 and before[at].form in _WORDS.last_day else ""


def _at_limit(before: Sequence[Token], at: int, *, is_until: bool) -> bool | None:
    """What a word before "until" or "by" tells: "had fled by", "must leave by", "postponed until"."""
    form = before[at].form
    if form in _WORDS.not_so:
        return not at or before[at - 1].form not in _WORDS.when_not
    if form in ("was", "were") and not is_until:
        return False if _PATTERNS.participle.fullmatch(before[at + 1].form) else None
    if form in _WORDS.lasted:
        return False
    if form in _WORDS.modals or form in ("is", "are"):
        return True
    is_put_off = is_until and form in _WORDS.put_off
    if not (is_past(form) or is_put_off) or (at and before[at - 1].form in _WORDS.be):
        return None
    return form in _WORDS.intends or (
        is_until and (form in _WORDS.put_off or form in _WORDS.announces)
    )


def _goes_on_ahead(mention: DateMention, facts: Facts) -> bool:
    """Whether what follows a date tells of it as to come: "By Monday 300 had fled" does not."""
    for token in facts.tokens:
        if token.start < mention.span.end:
            continue
        if token.form in _WORDS.ahead or token.form in _WORDS.modals:
            return True
        if is_past(token.form) or token.form in ("had", "was", "were"):
            return False
    return True


def _may_be_verb(form: str) -> bool:
    return form.isalpha() and form not in _WORDS.no_verb
