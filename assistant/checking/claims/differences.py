"""What a claim says otherwise than a sentence: the parts of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.tokens import Token
from assistant.types import Difference, Span


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing that a claim says otherwise than its source."""

    about: Difference
    claimed: str
    """The claim's words, empty where it lacks something."""
    found: str
    """The source's words, empty where it says nothing of the kind."""
    claim_span: Span
    source_span: Span

    @property
    def contradicts(self) -> bool:
        """Whether the source says otherwise, rather than less."""
        return bool(self.found or self.about is Difference.NEGATION) and self.about not in (
            Difference.HEDGE,
            Difference.WORDING,
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim laid beside a sentence."""

    coverage: float
    """Share of the claim's meaningful words that the sentence has, 0 to 1."""
    back_coverage: float
    """Share of the sentence's meaningful words that the claim has."""
    in_order: float
    """Share of the claim's words that stand in the sentence in the same order."""
    departures: tuple[Departure, ...]
    missing_names: int
    missing_numbers: int
    claim_negations: int
    source_negations: int
    claim_hedges: int
    source_hedges: int
    opposites: int


def token_span(tokens: Sequence[Token]) -> Span:
    """From the first of them to the last, empty without any."""
    return Span(tokens[0].start, tokens[-1].end) if tokens else Span(0, 0)


def departure_of(
    about: Difference, claim: str, claim_span: Span, sentence: str, source_span: Span
) -> Departure:
    """A departure with the words that stand at its places."""
    return Departure(
        about=about,
        claimed=claim[claim_span.start : claim_span.end],
        found=sentence[source_span.start : source_span.end],
        claim_span=claim_span,
        source_span=source_span,
    )
