"""What a claim says otherwise than a sentence, found by saying it the sentence's way.

One thing of the claim at a time is exchanged for what the sentence has in its place: a figure, a date, a
name, a few words. Where the network holds the claim so changed for supported, and the claim as it is not,
that thing is the difference. Which things belong together is thus the network's call, in any language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, pairwise

from assistant.checking.claims.figures import agrees, unmet_dates, unmet_quantities
from assistant.checking.wording import difference_of
from assistant.language.cues import HEDGES, WEAK_STEMS, is_negation
from assistant.language.facts import Bound, Facts
from assistant.language.stems import stem
from assistant.language.tokens import Token
from assistant.language.words import STOP_WORDS
from assistant.types import ClaimDifference, Difference, Span

MOST_EXCHANGES = 8
"""For one sentence; figures and names come first."""
MOST_WORDS = 4
"""Of a run of words that is exchanged as a whole."""
NEAR, SAME = 0.75, 0.95
"""Share of a claim's meaningful words, in order, from which on a sentence is worded alike, and the same."""
MOST_SKIPPED = 0.25
"""Words of the sentence between those, for each of them: where more are passed over, they may belong apart."""
MOST_RIVALS = 4
"""Figures, dates or names of the sentence that are tried for one of the claim."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A claim with one thing said as the sentence says it."""

    claim: str
    difference: ClaimDifference
    """Its source span is within the sentence."""
    is_absent: bool
    """What was exchanged, a figure, a name or a denial, is not in the sentence."""


def exchanges(claim: str, ours: Facts, sentence: str, theirs: Facts) -> list[Exchange]:
    """The claim with one thing at a time exchanged for the sentence's.

    >>> from assistant.language.facts import facts_of
    >>> claim, sentence = "36 countries met in Paris.", "On Tuesday 35 countries met in Paris."
    >>> exchanges(claim, facts_of(claim), sentence, facts_of(sentence))[0].claim
    '35 countries met in Paris.'
    """
    found: dict[str, Exchange] = {}
    for part in (_figures, _names, _swapped, _words):
        for about, mine, yours, changed, is_absent in part(claim, ours, sentence, theirs):
            difference = ClaimDifference(
                about=about,
                claimed=_words_at(claim, mine),
                found=_words_at(sentence, yours),
                claim_span=mine,
                source_span=yours,
            )
            if changed != claim:
                found.setdefault(changed, Exchange(changed, difference, is_absent))
    return list(islice(found.values(), MOST_EXCHANGES))


@dataclass(frozen=True, slots=True)
class Wording:
    """How far a claim is worded as a sentence is."""

    is_near: bool
    """Most of its words stand in the sentence, in order and together."""
    is_same: bool
    """And nothing that means something differs."""


def wording_of(ours: Facts, theirs: Facts) -> Wording:
    """Lay a claim's words beside a sentence's.

    >>> from assistant.language.facts import facts_of
    >>> sentence = facts_of("On Tuesday, Brandt, 55, opened the old pier in Lindau.")
    >>> wording_of(facts_of("Brandt opened the old pier."), sentence)
    Wording(is_near=True, is_same=True)
    >>> wording_of(facts_of("Brandt closed the old pier."), sentence)
    Wording(is_near=False, is_same=False)
    """
    codes = _aligned(ours, theirs)
    equal = [code for code in codes if code[0] == "equal"]
    if not equal:
        return Wording(is_near=False, is_same=False)
    low, high = equal[0][3], equal[-1][4]
    matched = [token for _, i1, i2, _, _ in equal for token in ours.tokens[i1:i2]]
    skipped = [
        token
        for tag, _, _, j1, j2 in codes
        if tag != "equal" and low <= j1 and j2 <= high
        for token in theirs.tokens[j1:j2]
    ]
    kept = _meaning(matched) / max(1, _meaning(ours.tokens))
    together = len(skipped) <= MOST_SKIPPED * len(matched)
    missed = [t for tag, i1, i2, _, _ in codes if tag != "equal" for t in ours.tokens[i1:i2]]
    turned = any(is_negation(t.form) or t.form in HEDGES for t in (*skipped, *missed))
    return Wording(
        is_near=together and kept >= NEAR,
        is_same=together and kept >= SAME and not turned,
    )


def _aligned(ours: Facts, theirs: Facts) -> Sequence[tuple[str, int, int, int, int]]:
    """How the words of the claim run beside the sentence's, by their stems, as difflib's opcodes."""
    mine, yours = ([stem(token.form) for token in facts.tokens] for facts in (ours, theirs))
    return SequenceMatcher(None, mine, yours, autojunk=False).get_opcodes()


_TURNS = (Difference.NEGATION, Difference.OPPOSITE)
_Found = Iterator[tuple[Difference, Span, Span, str, bool]]
"""What it is about, where it stands in claim and sentence, the changed claim, whether the sentence lacks it."""


def in_its_figures(claim: str, ours: Facts, sentence: str, theirs: Facts) -> str:
    """The claim with each figure that the sentence bears out written as there.

    >>> from assistant.language.facts import facts_of
    >>> claim, sentence = "It earned 0.05 billion euros.", "The firm earned 50 million euros."
    >>> in_its_figures(claim, facts_of(claim), sentence, facts_of(sentence))
    'It earned 50 million euros.'
    """
    for quantity in reversed(ours.quantities):
        same = [
            other
            for other in theirs.quantities
            if quantity.bound is other.bound is Bound.EXACT
            and (quantity.value == other.value or quantity.unit != other.unit)
            and agrees(quantity, other)
        ]
        if same:
            is_converted = quantity.value != same[0].value
            mine, yours = (
                each.measured if is_converted else each.span for each in (quantity, same[0])
            )
            claim = _put(claim, mine, _words_at(sentence, yours))
    return claim


def _words_at(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _put(text: str, span: Span, other: str) -> str:
    return text[: span.start] + other + text[span.end :]


def _figures(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    for quantity, rivals in unmet_quantities(ours, theirs):
        for rival in rivals[:MOST_RIVALS]:
            has_other_unit = quantity.unit and rival.unit and quantity.unit != rival.unit
            mine, yours = (
                each.measured if has_other_unit else each.span for each in (quantity, rival)
            )
            changed = _put(claim, mine, _words_at(sentence, yours))
            yield Difference.NUMBER, mine, yours, changed, True
    for date, dates in unmet_dates(ours, theirs):
        for other in dates[:MOST_RIVALS]:
            changed = _put(claim, date.span, _words_at(sentence, other.span))
            yield Difference.DATE, date.span, other.span, changed, True


def _names(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    mine, yours = (
        [name for name in one.names if _lacks(other, name.forms)]
        for one, other in ((ours, theirs), (theirs, ours))
    )
    for name in mine:
        for rival in yours[:MOST_RIVALS]:
            changed = _put(claim, name.span, _words_at(sentence, rival.span))
            yield Difference.NAME, name.span, rival.span, changed, True


def _lacks(facts: Facts, forms: Iterable[str]) -> bool:
    """Whether a text has none of the words."""
    return {stem(token.form) for token in facts.tokens}.isdisjoint(map(stem, forms))


def _swapped(claim: str, ours: Facts, _: str, theirs: Facts) -> _Found:
    """Two names of the claim, each in the other's place: who did it to whom."""
    there = {token.form: token for token in reversed(theirs.tokens)}
    known = [name for name in ours.names if name.forms[-1] in there]
    for first, second in pairwise(known):
        a, b = (_words_at(claim, name.span) for name in (first, second))
        changed = _put(_put(claim, second.span, a), first.span, b)
        token = there[second.forms[-1]]
        yield Difference.NAME, first.span, Span(token.start, token.end), changed, False


def _words(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    """Where the two run side by side: other words, or a denial that only one of them has."""
    for tag, i1, i2, j1, j2 in _aligned(ours, theirs):
        here, there = ours.tokens[i1:i2], theirs.tokens[j1:j2]
        if tag == "equal" or max(len(here), len(there)) > MOST_WORDS:
            continue
        if tag != "replace":
            if not any(is_negation(token.form) for token in (*here, *there)):
                continue
        elif not (_meaning(here) and _meaning(there)):
            continue
        first, second = _span(here, ours.tokens, i1), _span(there, theirs.tokens, j1)
        words = _words_at(sentence, second)
        padded = f" {words} " if not here else words
        changed = " ".join(_put(claim, first, padded).split())
        about = difference_of(_words_at(claim, first), words)
        named = about is Difference.NAME and any(
            name.span.start < first.end and first.start < name.span.end for name in ours.names
        )
        strange = named and _lacks(theirs, [token.form for token in here])
        yield about, first, second, changed, about in _TURNS or strange


def _meaning(tokens: Sequence[Token]) -> int:
    """How many of the words mean something; who is said to say it does not count."""
    return sum(
        token.form not in STOP_WORDS and stem(token.form) not in WEAK_STEMS for token in tokens
    )


def _span(tokens: Sequence[Token], all_tokens: Sequence[Token], at: int) -> Span:
    if tokens:
        return Span(tokens[0].start, tokens[-1].end)
    place = all_tokens[at].start if at < len(all_tokens) else all_tokens[-1].end
    return Span(place, place)
