"""What checking hands back: quotes, claims, timelines and bundles that were checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.types.answers import Citation, Hit
from assistant.types.articles import Span


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
    missing: tuple[str, ...] = ()
    """Where nothing decides: the claim's words that the nearest sentence, the first of ``evidence``, lacks."""
    id: str | None = None
    """The caller's own name for the claim, in a batch."""
    elapsed_ms: float = 0.0

    @property
    def differences(self) -> tuple[ClaimDifference, ...]:
        """What differs from the evidence that decides."""
        return self.evidence[0].differences if self.evidence else ()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One dated statement."""

    date: str
    """ISO 8601, as far as it is known: ``2025-12-15``, ``2025-12``, ``2025``, ``--12-15``."""
    last_date: str | None
    """End of a range of days."""
    date_text: str
    """The date as the article writes it."""
    is_inferred: bool
    """The year is taken from the article's own date."""
    citation: Citation
    source_count: int = 1
    """Independent sources that say it in the same words."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Dated statements on one matter, earliest first."""

    subject: str
    entries: tuple[TimelineEntry, ...]
    undated: int = 0
    """Statements looked at that give no date."""


class BundleKind(StrEnum):
    """What a bundle is the evidence of."""

    ANSWER = "answer"
    CLAIM = "claim"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class BundleProblem:
    """One thing in a bundle that is not as it was written."""

    where: str
    """Path of the value, such as ``/sources/0/excerpts/0/text``."""
    message: str
    byte_start: int
    """First byte of the file that may have changed."""
    byte_end: int
    """The byte after the last."""


@dataclass(frozen=True, slots=True)
class BundleReport:
    """What a check of a bundle found."""

    path: str
    problems: tuple[BundleProblem, ...]
    kind: BundleKind | None = None
    created: str | None = None
    tool: str | None = None
    subject: str | None = None
    """The question, claim or quote."""
    quote_count: int = 0
    source_count: int = 0

    @property
    def is_intact(self) -> bool:
        """Whether everything is as it was written."""
        return not self.problems
