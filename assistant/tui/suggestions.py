"""Questions that the newest articles answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.assistant import Assistant
from assistant.types import ArticleSummary


def suggest(
    pq: Assistant, articles: Sequence[ArticleSummary], *, wanted: int, stop: Callable[[], bool]
) -> list[str]:
    """Up to ``wanted`` questions that the articles answer."""
    del pq, articles, wanted, stop
    return []
