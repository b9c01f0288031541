"""Pullquote: answers from a library of articles, in the articles' own words.

::

    from assistant import Assistant

    with Assistant.open() as pq:
        print(pq.ask("How many countries took part?").answers[0].text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import PullquoteError
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Article,
    Attribution,
    Brief,
    BriefSentence,
    BriefSide,
    Candidate,
    Change,
    ChangeKind,
    Citation,
    ClaimDifference,
    ClaimReport,
    Difference,
    Evidence,
    Filters,
    Hit,
    IngestReport,
    IngestWarning,
    Missing,
    Passage,
    QuestionKind,
    QuoteMatch,
    QuoteReport,
    QuoteStatus,
    Says,
    Section,
    Span,
    Stance,
    Tier,
    Timeline,
    TimelineEntry,
    Verdict,
)
from assistant.version import __version__

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = [
    "Answer",
    "AnswerGroup",
    "AnswerStatus",
    "Article",
    "Assistant",
    "Attribution",
    "Brief",
    "BriefSentence",
    "BriefSide",
    "Candidate",
    "Change",
    "ChangeKind",
    "Citation",
    "ClaimDifference",
    "ClaimReport",
    "Difference",
    "Evidence",
    "Filters",
    "Hit",
    "IngestReport",
    "IngestWarning",
    "Missing",
    "Passage",
    "PullquoteError",
    "QuestionKind",
    "QuoteMatch",
    "QuoteReport",
    "QuoteStatus",
    "Says",
    "Section",
    "Span",
    "Stance",
    "Tier",
    "Timeline",
    "TimelineEntry",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Import the assistant when it is first asked for: the chat paints before it needs it (PEP 562)."""
    if name == "Assistant":
        from assistant.assistant import Assistant

        globals()["Assistant"] = Assistant
        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
