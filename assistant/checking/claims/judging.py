"""The stance of one sentence to a claim: by what differs, else by the network."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.candidates import Sentence
from assistant.checking.claims.clauses import may_be_anyones
from assistant.checking.claims.differences import Comparison, Departure
from assistant.checking.claims.ownership import RETRACTED
from assistant.checking.claims.relations import denials_of
from assistant.language.facts import SUMS, Facts, facts_of
from assistant.language.scripts import script_of
from assistant.language.sounds import names_in
from assistant.language.stems import stem
from assistant.language.tokens import tokens_of
from assistant.language.words import STOP_WORDS
from assistant.types import Difference, Span, Stance

SAME_WORDS = 0.8
"""From this share of its meaningful words on, a claim without departures is what the sentence says."""
ORDER_SHARE = 0.3
"""How much of the certainty that words give hangs on their order."""
DENIAL_DISCOUNT = 0.2
"""How much less it says that someone denies a claim than that something else is told."""
NEAR_WORDS = 0.7
"""From this share on, apart from the words that differ, the two are about the same thing."""
MIN_SHARED_WORDS = 3
MIN_CLAIM_WORDS = 2
"""A claim of fewer meaningful words says nothing that could be supported."""
SURE_SUPPORT = 0.75
SURE_REFUTE = 0.9
LOOSE_COVERAGE = 0.5
ACROSS_COSINE = 0.83
"""Cosine from which sentences in two scripts say the same, as far as their figures agree."""
_PRONOUN_FIRST = re.compile(r"(?:He|She)\b")
"""It stands for a name of the claim's, which then is not there."""
_DID = frozenset("do does did".split())


STANCES = (Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL)
"""Order of the network's probabilities."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its stance."""

    sentence: Sentence
    stance: Stance
    probability: float
    closeness: float
    """How much of the claim's wording it has, apart from what differs; 0 to 1."""
    departures: tuple[Departure, ...]
    cosine: float
    share: float
    """Of the claim's meaningful words, which the sentence itself has."""


@lru_cache(maxsize=4096)
def cached_facts(sentence: str) -> Facts:
    """:func:`facts_of` a sentence, remembered: it is laid beside many claims."""
    return facts_of(sentence)


def judge(
    claim: str,
    ours: Facts,
    sentence: Sentence,
    comparison: Comparison,
    cosine: float,
    share: float,
    chance: NDArray[np.float64],
    names: frozenset[str] = frozenset(),
) -> Judged:
    """The stance of one sentence.

    Args:
        claim: The claim.
        ours: What is checkable in it.
        sentence: The sentence.
        comparison: Claim and sentence side by side.
        cosine: Of their vectors.
        share: Of the claim's meaningful words, which the sentence itself has.
        chance: The network's probabilities in the order of :data:`STANCES`.
        names: Words that the article writes with a capital within sentences, folded.
    """

    def judged(stance: Stance, probability: float, closeness: float) -> Judged:
        shown = comparison.departures if closeness >= LOOSE_COVERAGE else ()
        return Judged(sentence, stance, probability, closeness, tuple(shown), cosine, share)

    opposed = [departure for departure in comparison.departures if departure.contradicts]
    lacking = [
        departure
        for departure in comparison.departures
        if not departure.found and departure.about is not Difference.NEGATION
    ]
    if script_of(claim) != script_of(sentence.text):
        figures = (Difference.NUMBER, Difference.DATE)
        kept = [departure for departure in comparison.departures if departure.about in figures]
        comparison = replace(comparison, departures=tuple(kept))
        return _judge_across(comparison, ours, claim, sentence.text, cosine, judged)
    theirs = cached_facts(sentence.text)
    closeness = _closeness(ours, comparison, theirs)
    if RETRACTED.search(sentence.text) and not RETRACTED.search(claim):
        return judged(Stance.NEUTRAL, 0.9, closeness)
    meaningful = sum(token.form not in STOP_WORDS for token in ours.tokens)
    shared = comparison.coverage * meaningful
    if meaningful < MIN_CLAIM_WORDS:
        return judged(Stance.NEUTRAL, 0.9, closeness)
    # Names that only the article has are no evidence by themselves.
    least = LOOSE_COVERAGE / 2 if _PRONOUN_FIRST.match(sentence.text) else LOOSE_COVERAGE
    has_words = share >= least
    if not opposed and not lacking and comparison.coverage >= SAME_WORDS and has_words:
        hedged = any(d.about is Difference.HEDGE for d in comparison.departures)
        if hedged:
            # The source only holds possible what the claim says is so.
            return judged(Stance.NEUTRAL, comparison.coverage, closeness)
        order = 1.0 - ORDER_SHARE * (1.0 - comparison.in_order)
        return judged(Stance.SUPPORTS, 0.5 + order * comparison.coverage / 2, closeness)
    near = closeness >= NEAR_WORDS and shared >= MIN_SHARED_WORDS
    near = near or (closeness >= 1.0 and _same_apart_from(opposed, ours, theirs))
    if (
        opposed
        and not lacking
        and (near or _only_figures(ours, sentence, comparison, closeness, names))
    ):
        denied = any(
            d.about is Difference.NEGATION and denials_of(tokens_of(d.found)) for d in opposed
        )
        probability = 0.4 + closeness / 2 - (DENIAL_DISCOUNT if denied else 0.0)
        return judged(Stance.REFUTES, probability, closeness)
    support, refute, neutral = (float(value) for value in chance)
    if support >= SURE_SUPPORT and not opposed and not lacking and has_words:
        return judged(Stance.SUPPORTS, support, closeness)
    if refute >= SURE_REFUTE and comparison.coverage >= LOOSE_COVERAGE and opposed:
        return judged(Stance.REFUTES, refute, closeness)
    return judged(Stance.NEUTRAL, max(neutral, 0.5), closeness)


def _only_figures(
    ours: Facts, sentence: Sentence, comparison: Comparison, closeness: float, names: frozenset[str]
) -> bool:
    """Whether a short claim about a name differs in its figure alone: founded in 2012, not in 2011."""
    figures = (Difference.NUMBER, Difference.DATE)
    if closeness < 1.0 or any(d.about not in figures for d in comparison.departures):
        return False
    there = {token.form for token in tokens_of(sentence.text)}
    others = [t.form for t in ours.tokens if t.form not in STOP_WORDS and t.form in there]
    return len(others) >= MIN_CLAIM_WORDS and any(form in names for form in others)


def _same_apart_from(opposed: Sequence[Departure], ours: Facts, theirs: Facts) -> bool:
    """Whether the sentence has all of the claim's words in a row, two that mean something or more, but for these."""

    def left(facts: Facts, spans: Sequence[Span]) -> list[str]:
        return [
            stem(token.form)
            for token in facts.tokens
            if token.form not in _DID
            and not any(span.start <= token.start < span.end for span in spans)
        ]

    wanted = left(ours, [departure.claim_span for departure in opposed])
    there = left(theirs, [departure.source_span for departure in opposed])
    if sum(word not in STOP_WORDS for word in wanted) < MIN_CLAIM_WORDS:
        return False
    size = len(wanted)
    return any(there[at : at + size] == wanted for at in range(len(there) - size + 1))


def _closeness(ours: Facts, comparison: Comparison, theirs: Facts) -> float:
    """Coverage of the claim's words apart from those that differ."""
    # Words that only do not belong together are there all the same.
    spans = [
        d.claim_span for d in comparison.departures if d.found or d.about is not Difference.WORDING
    ]
    meant = [token for token in ours.tokens if token.form not in STOP_WORDS]
    # What a sum is in says nothing of what it is for.
    differing = [
        token
        for before, token in zip([None, *ours.tokens], ours.tokens, strict=False)
        if token.form not in STOP_WORDS
        and any(
            span.start <= token.start < span.end
            or (before is not None and before.end == span.end and token.form in SUMS)
            for span in spans
        )
    ]
    there = {stem(token.form) for token in theirs.tokens}
    covered = comparison.coverage * len(meant) - sum(stem(t.form) in there for t in differing)
    rest = len(meant) - len(differing)
    return min(1.0, max(0.0, covered / rest)) if rest > 0 else 0.0


def _judge_across(
    comparison: Comparison,
    ours: Facts,
    claim: str,
    sentence: str,
    cosine: float,
    judged: Callable[[Stance, float, float], Judged],
) -> Judged:
    """Across scripts words cannot be compared; meaning and figures can."""
    # Arabic has a form of its own for two, and needs no word for one.
    few = [quantity.span for quantity in ours.quantities if quantity.value in (1, 2)]
    figures = [departure for departure in comparison.departures if departure.claim_span not in few]
    if cosine < ACROSS_COSINE or not (ours.quantities or ours.dates):
        return judged(Stance.NEUTRAL, 0.6, 0.0)
    if not figures:
        if script_of(claim) == "LATIN" and may_be_anyones(
            ours, claim, cached_facts(sentence), sentence
        ):
            return judged(Stance.NEUTRAL, 0.6, 0.0)
        return judged(Stance.SUPPORTS, 0.7, cosine)
    # Another figure of another matter refutes nothing: they must have a name in common, by its sound.
    if all(departure.found for departure in figures) and _share_a_name(claim, sentence):
        return judged(Stance.REFUTES, 0.6, cosine - 0.1)
    return judged(Stance.NEUTRAL, 0.6, 0.0)


def _share_a_name(claim: str, sentence: str) -> bool:
    ours, theirs = (
        frozenset().union(*names_in(text, is_question=False)) for text in (claim, sentence)
    )
    return not ours.isdisjoint(theirs)
