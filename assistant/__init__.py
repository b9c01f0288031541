"""Pullquote: answers from a library of articles, in the articles' own words.

::

    from assistant import Assistant

    with Assistant.open() as pq:
        print(pq.ask("How many countries took part?").answers[0].text)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assistant.errors import PullquoteError
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Article,
    Citation,
    Filters,
    Hit,
    IngestReport,
    Passage,
    Section,
    Span,
)
from assistant.version import __version__

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.checking.reports import (
        Attribution,
        Change,
        ChangeKind,
        ClaimDifference,
        ClaimReport,
        Difference,
        Evidence,
        QuoteMatch,
        QuoteReport,
        QuoteStatus,
        Stance,
        Verdict,
    )
    from assistant.checking.timeline import Timeline, TimelineEntry

__all__ = [
    "Answer",
    "AnswerGroup",
    "AnswerStatus",
    "Article",
    "Assistant",
    "Attribution",
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
    "Passage",
    "PullquoteError",
    "QuoteMatch",
    "QuoteReport",
    "QuoteStatus",
    "Section",
    "Span",
    "Stance",
    "Timeline",
    "TimelineEntry",
    "Verdict",
    "__version__",
]


_CHECKING = ("assistant.checking.reports", "assistant.checking.timeline")


def __getattr__(name: str) -> Any:
    """Import the assistant when it is first asked for: the chat paints before it needs it (PEP 562)."""
    if name == "Assistant":
        from assistant.assistant import Assistant

        globals()["Assistant"] = Assistant
        return Assistant
    if name in __all__:
        for module in _CHECKING:
            found = getattr(import_module(module), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
