"""What a claim says otherwise than a sentence, found by saying it the sentence's way.

One thing of the claim at a time is exchanged for what the sentence has in its place: a figure, a date, a
name, a few words. Where the network holds the claim so changed for supported, and the claim as it is not,
that thing is the difference. Which things belong together is thus the network's call, in any language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice, pairwise

from assistant.checking.claims.figures import agrees, unmet_dates, unmet_quantities
from assistant.checking.wording import difference_of
from assistant.language.cues import HEDGES, WEAK_STEMS, is_negation
from assistant.language.facts import Bound, Facts, Name
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
MOST_NAMES = 4
"""Names of the sentence that are tried for one of the claim."""


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
        for about, mine, yours, changed in part(claim, ours, sentence, theirs):
            difference = ClaimDifference(
                about=about,
                claimed=claim[mine.start : mine.end],
                found=sentence[yours.start : yours.end],
                claim_span=mine,
                source_span=yours,
            )
            is_absent = (
                part in (_figures, _names)
                or about in _TURNS
                or (part is _words and about is Difference.NAME and _is_strange(mine, ours, theirs))
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
    mine, yours = ([stem(token.form) for token in facts.tokens] for facts in (ours, theirs))
    codes = SequenceMatcher(None, mine, yours, autojunk=False).get_opcodes()
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


_TURNS = (Difference.NEGATION, Difference.OPPOSITE)
_Found = Iterator[tuple[Difference, Span, Span, str]]


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
            if quantity.bound is other.bound is Bound.EXACT and quantity.value == other.value
        ]
        if same and agrees(quantity, same[0]):
            other = sentence[same[0].span.start : same[0].span.end]
            claim = _put(claim, quantity.span, other)
    return claim


def _put(text: str, span: Span, other: str) -> str:
    return text[: span.start] + other + text[span.end :]


def _figures(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    for quantity, rivals in unmet_quantities(ours, theirs):
        for rival in rivals[:MOST_NAMES]:
            other = sentence[rival.span.start : rival.span.end]
            yield Difference.NUMBER, quantity.span, rival.span, _put(claim, quantity.span, other)
    for date, others in unmet_dates(ours, theirs):
        for each in others[:MOST_NAMES]:
            other = sentence[each.span.start : each.span.end]
            yield Difference.DATE, date.span, each.span, _put(claim, date.span, other)


def _names(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    mine, yours = _strange(ours.names, theirs), _strange(theirs.names, ours)
    for name in mine:
        for rival in yours[:MOST_NAMES]:
            other = sentence[rival.span.start : rival.span.end]
            yield Difference.NAME, name.span, rival.span, _put(claim, name.span, other)


def _strange(names: Sequence[Name], others: Facts) -> list[Name]:
    """Names that the other text has no word of."""
    there = {stem(token.form) for token in others.tokens}
    return [name for name in names if not there.intersection(map(stem, name.forms))]


def _is_strange(span: Span, ours: Facts, theirs: Facts) -> bool:
    """Whether a name stands there, and no word of it in the other text."""
    there = {stem(token.form) for token in theirs.tokens}
    words = [t for t in ours.tokens if span.start <= t.start < span.end]
    named = any(n.span.start < span.end and span.start < n.span.end for n in ours.names)
    return named and not any(stem(token.form) in there for token in words)


def _swapped(claim: str, ours: Facts, _: str, theirs: Facts) -> _Found:
    """Two names of the claim, each in the other's place: who did it to whom."""
    there = {token.form: token for token in reversed(theirs.tokens)}
    known = [name for name in ours.names if name.forms[-1] in there]
    for first, second in pairwise(known):
        a, b = (claim[n.span.start : n.span.end] for n in (first, second))
        changed = _put(_put(claim, second.span, a), first.span, b)
        token = there[second.forms[-1]]
        yield Difference.NAME, first.span, Span(token.start, token.end), changed


def _words(claim: str, ours: Facts, sentence: str, theirs: Facts) -> _Found:
    """Where the two run side by side: other words, or a denial that only one of them has."""
    mine, yours = ([stem(token.form) for token in facts.tokens] for facts in (ours, theirs))
    matcher = SequenceMatcher(None, mine, yours, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        here, there = ours.tokens[i1:i2], theirs.tokens[j1:j2]
        if tag == "equal" or max(len(here), len(there)) > MOST_WORDS:
            continue
        if tag != "replace":
            if not any(is_negation(token.form) for token in (*here, *there)):
                continue
        elif not (_meaning(here) and _meaning(there)):
            continue
        first, second = _span(here, ours.tokens, i1), _span(there, theirs.tokens, j1)
        words = sentence[second.start : second.end]
        padded = f" {words} " if not here else words
        changed = " ".join(_put(claim, first, padded).split())
        about = difference_of(claim[first.start : first.end], words)
        yield about, first, second, changed


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
