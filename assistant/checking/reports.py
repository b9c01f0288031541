"""What checking hands back: frozen values and their JSON forms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.jsonform import citation_to_json, hit_to_json
from assistant.types import Citation, Hit, Span

QUOTE_SCHEMA = "pullquote/quote/1"


class QuoteStatus(StrEnum):
    """Whether a quote is in the library."""

    EXACT = "exact"
    ALTERED = "altered"
    NOT_FOUND = "not found"


class ChangeKind(StrEnum):
    """How a quote departs from its source."""

    REPLACED = "replaced"
    ADDED = "added"
    LEFT_OUT = "left out"
    JOINED = "joined"
    REORDERED = "reordered"


class Difference(StrEnum):
    """What a departure is about."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    PLACE = "place"
    NEGATION = "negation"
    HEDGE = "hedge"
    OPPOSITE = "opposite"
    WORDING = "wording"


class Attribution(StrEnum):
    """Whether the one who is said to say it does say it."""

    NOT_CLAIMED = "not claimed"
    CONFIRMED = "confirmed"
    MISATTRIBUTED = "misattributed"
    UNCONFIRMED = "not attributed in the source"


@dataclass(frozen=True, slots=True)
class Change:
    """One departure of a quote from its source."""

    kind: ChangeKind
    given: str
    """The words of the quote, empty where some were left out."""
    true: str
    """The words of the source, empty where some were added."""
    given_span: Span
    """Where in the quote as given."""
    source_span: Span
    """Where in the article's text."""
    about: Difference = Difference.WORDING


@dataclass(frozen=True, slots=True)
class QuoteMatch:
    """A place in an article that a quote comes from, or comes nearest to."""

    article_id: str
    citations: tuple[Citation, ...]
    """The true wording: one citation for each piece (and each paragraph of it), in the quote's order."""
    similarity: float
    """Share of the quote that is there, 0 to 1."""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know although the words are right, such as a skipped "not"."""
    speaker: str | None = None
    """Who says it in the source; None for the outlet's own statement."""
    speaker_in_full: str | None = None
    """The same with the given names that the source has for a surname."""


@dataclass(frozen=True, slots=True)
class QuoteReport:
    """What ``Assistant.verify`` gives."""

    text: str
    """As given."""
    quote: str
    """The part that was looked for: without the attribution around it."""
    quote_start: int
    """Where ``quote`` starts in ``text``."""
    status: QuoteStatus
    matches: tuple[QuoteMatch, ...]
    """Best first; for an exact quote every place, oldest publication first."""
    attribution: Attribution = Attribution.NOT_CLAIMED
    claimed_speaker: str | None = None
    nearest: tuple[Hit, ...] = ()
    """Passages on the same matter, where the quote is not there."""
    elapsed_ms: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether the quote is there, and who is claimed to say it does."""
        borne_out = (Attribution.NOT_CLAIMED, Attribution.CONFIRMED)
        return self.status is QuoteStatus.EXACT and self.attribution in borne_out


def quote_report_to_json(report: QuoteReport) -> dict[str, Any]:
    """The form of ``pullquote verify --json``."""
    return {
        "schema": QUOTE_SCHEMA,
        "text": report.text,
        "quote": report.quote,
        "quote_start": report.quote_start,
        "status": report.status.value,
        "attribution": report.attribution.value,
        "claimed_speaker": report.claimed_speaker,
        "matches": [
            {
                "article_id": match.article_id,
                "similarity": round(match.similarity, 4),
                "speaker": match.speaker,
                "speaker_in_full": match.speaker_in_full,
                "notes": list(match.notes),
                "changes": [change_to_json(change) for change in match.changes],
                "citations": [citation_to_json(citation) for citation in match.citations],
            }
            for match in report.matches
        ],
        "nearest": [hit_to_json(hit) for hit in report.nearest],
        "elapsed_ms": round(report.elapsed_ms, 3),
    }


def change_to_json(change: Change) -> dict[str, Any]:
    """One change of a quote."""
    return {
        "kind": change.kind.value,
        "about": change.about.value,
        "given": change.given,
        "true": change.true,
        "given_start": change.given_span.start,
        "given_end": change.given_span.end,
        "source_start": change.source_span.start,
        "source_end": change.source_span.end,
    }


CLAIM_SCHEMA = "pullquote/claim/1"


class Verdict(StrEnum):
    """What the library says of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    MIXED = "mixed"
    NOT_ENOUGH = "not enough information"


class Stance(StrEnum):
    """What one sentence says of a claim."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    NEUTRAL = "not enough information"


@dataclass(frozen=True, slots=True)
class ClaimDifference:
    """One thing that a claim says otherwise than its evidence, or that the evidence lacks."""

    about: Difference
    claimed: str
    """The claim's words, empty where the claim lacks the source's."""
    found: str
    """The source's words, empty where it says nothing of the kind."""
    claim_span: Span
    """Where in the claim; empty where ``claimed`` is."""
    source_span: Span
    """Where in the article's text; empty where ``found`` is."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with what it says of a claim."""

    citation: Citation
    stance: Stance
    probability: float
    """Of that stance, 0 to 1."""
    differences: tuple[ClaimDifference, ...] = ()
    similarity: float = 0.0
    """Cosine of claim and sentence."""


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """What ``Assistant.check`` gives."""

    claim: str
    verdict: Verdict
    confidence: float
    """Probability of the verdict as its evidence goes, 0 to 1."""
    evidence: tuple[Evidence, ...]
    """What decides first, then what is nearest."""
    supporting_sources: int = 0
    """Independent sources: copies of one text count once."""
    refuting_sources: int = 0
    id: str | None = None
    """The caller's own name for the claim, in a batch."""
    elapsed_ms: float = 0.0

    @property
    def differences(self) -> tuple[ClaimDifference, ...]:
        """What differs from the evidence that decides."""
        return self.evidence[0].differences if self.evidence else ()


def claim_report_to_json(report: ClaimReport) -> dict[str, Any]:
    """The form of ``pullquote check --json``."""
    return {
        "schema": CLAIM_SCHEMA,
        "id": report.id,
        "claim": report.claim,
        "verdict": report.verdict.value,
        "confidence": round(report.confidence, 4),
        "supporting_sources": report.supporting_sources,
        "refuting_sources": report.refuting_sources,
        "evidence": [
            {
                "stance": item.stance.value,
                "probability": round(item.probability, 4),
                "similarity": round(item.similarity, 4),
                "differences": [
                    {
                        "about": difference.about.value,
                        "claimed": difference.claimed,
                        "found": difference.found,
                        "claim_start": difference.claim_span.start,
                        "claim_end": difference.claim_span.end,
                        "source_start": difference.source_span.start,
                        "source_end": difference.source_span.end,
                    }
                    for difference in item.differences
                ],
                "citation": citation_to_json(item.citation),
            }
            for item in report.evidence
        ],
        "elapsed_ms": round(report.elapsed_ms, 3),
    }
