"""The stance of one sentence to a claim: the network judges, figures and exchanges prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.candidates import Sentence
from assistant.checking.claims.exchanges import Exchange, Wording
from assistant.types import ClaimDifference, Difference, Stance

STANCES = (Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL)
"""Order of the network's probabilities."""
SUPPORTS, REFUTES, NEUTRAL = range(3)
SUPPORTED = 0.75
"""From this probability on a sentence supports a claim."""
REFUTED = 0.7
"""From this one on it refutes it."""
SAME_WORDS = 0.95
"""Where the sentence has its very words."""
CLEARLY = 0.25
"""By how much likelier the claim must be with one thing exchanged for that to be what differs."""
FIGURES = (Difference.NUMBER, Difference.DATE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its stance."""

    sentence: Sentence
    stance: Stance
    probability: float
    differences: tuple[ClaimDifference, ...]
    """Their source spans are within the sentence."""
    cosine: float


def stance_of(
    chance: NDArray[np.float64],
    *,
    is_proved: bool,
    wording: Wording,
    tried: Sequence[Exchange],
    chances: NDArray[np.float64],
) -> tuple[Stance, float, tuple[ClaimDifference, ...]]:
    """The stance of a sentence, its probability, and what differs.

    Args:
        chance: The network's probabilities for the claim, in the order of :data:`STANCES`.
        is_proved: Whether the source gives every figure of the claim.
        wording: How far the claim is worded as the sentence is.
        tried: The claim with one thing exchanged for the sentence's.
        chances: ``(len(tried), 3)``, the network's probabilities for each.
    """
    support, refute, neutral = (float(value) for value in chance)
    gains = chances[:, SUPPORTS] - support
    order = [int(at) for at in np.argsort(-gains, kind="stable") if gains[at] > 0]
    if refute >= REFUTED:
        return Stance.REFUTES, refute, tuple(tried[at].difference for at in order[:1])
    if wording.is_same and is_proved:
        return Stance.SUPPORTS, max(support, SAME_WORDS), ()
    clear = [
        tried[at].difference
        for at in order
        if gains[at] >= CLEARLY and chances[at, SUPPORTS] >= SUPPORTED
    ]
    turned = _turned([tried[at] for at in order], chances[order, SUPPORTS], wording, is_proved)
    if turned:
        return Stance.REFUTES, max(refute, SUPPORTED), tuple(turned[:1])
    if support >= SUPPORTED and is_proved:
        return Stance.SUPPORTS, support, ()
    return Stance.NEUTRAL, neutral, tuple(clear[:1])


def _turned(
    tried: Sequence[Exchange],
    supports: NDArray[np.float64],
    wording: Wording,
    is_proved: bool,
) -> list[ClaimDifference]:
    """What the claim has in the place of something else, of the exchanges that the network prefers, best first."""
    # Worded alike, what stands in the place of something else is what differs; else the network must be sure.
    turned = [one.difference for one in tried if wording.is_near and one.is_absent]
    if is_proved or turned:
        return turned
    # Whether the figures count the same is the network's call: so much it says of the claim with the source's.
    return [
        one.difference
        for one, support in zip(tried, supports, strict=True)
        if one.difference.about in FIGURES and support >= SUPPORTED
    ]
