"""Pullquote: answers from a library of articles, in the articles' own words.

>>> from assistant import Assistant
>>> with Assistant.open() as pq:                                    # doctest: +SKIP
...     print(pq.ask("How many countries took part?").answers[0].text)
"""

from assistant.assistant import Assistant
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

__all__ = [
    "Answer",
    "AnswerGroup",
    "AnswerStatus",
    "Article",
    "Assistant",
    "Citation",
    "Filters",
    "Hit",
    "IngestReport",
    "Passage",
    "PullquoteError",
    "Section",
    "Span",
    "__version__",
]
