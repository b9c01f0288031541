"""What workers and widgets tell the app."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from textual.message import Message

if TYPE_CHECKING:  # checking is imported when something is checked
    import threading

    from assistant.types import (
        Answer,
        Article,
        ArticleSummary,
        Brief,
        Citation,
        ClaimReport,
        IngestReport,
        Progress,
        QuoteReport,
        RelatedArticle,
        Timeline,
    )

Turn: TypeAlias = "Answer | Brief | ClaimReport | QuoteReport | Timeline"
"""What a turn of a conversation may give."""


class Task(StrEnum):
    """What a worker was doing."""

    OPEN = "opening the library"
    ASK = "answering"
    ADD = "adding"
    SOURCE = "reading the article"
    CLAIMS = "checking the claims"
    SUGGEST = "looking for questions"
    LIST = "listing"


class LibraryOpened(Message):
    """The library is open."""

    def __init__(
        self, newest: Sequence[ArticleSummary], article_count: int, turns: Sequence[Answer]
    ) -> None:
        self.newest = list(newest)
        self.article_count = article_count
        self.turns = list(turns)
        super().__init__()


class ModelsLoaded(Message):
    """Models and indexes are loaded."""


class QuestionsFound(Message):
    """Questions that the newest articles answer."""

    def __init__(self, questions: Sequence[str]) -> None:
        self.questions = list(questions)
        super().__init__()


class Rephrased(Message):
    """Questions that the articles answer, near one that they do not."""

    def __init__(self, declined: Answer, questions: Sequence[str]) -> None:
        self.declined = declined
        self.questions = list(questions)
        super().__init__()


class TurnDone(Message):
    """A question, a claim, a quote or a timeline has its outcome."""

    def __init__(self, turn: Turn, elapsed_ms: float) -> None:
        self.turn = turn
        self.elapsed_ms = elapsed_ms
        super().__init__()


class TaskFailed(Message):
    """Something went wrong; what to do is part of the text."""

    def __init__(self, text: str, task: Task) -> None:
        self.text = text
        self.task = task
        super().__init__()


class Told(Message):
    """A line for the conversation."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class AddProgress(Message):
    """How far adding is."""

    def __init__(self, progress: Progress, task: Task) -> None:
        self.progress = progress
        self.task = task
        super().__init__()


class AddFinished(Message):
    """Adding is over; the library now holds so many articles."""

    def __init__(
        self, report: IngestReport, newest: Sequence[ArticleSummary], article_count: int
    ) -> None:
        self.report = report
        self.newest = list(newest)
        self.article_count = article_count
        super().__init__()


class ConversationLoaded(Message):
    """A kept conversation is to be gone on with."""

    def __init__(self, conversation_id: int, turns: Sequence[Answer]) -> None:
        self.conversation_id = conversation_id
        self.turns = list(turns)
        super().__init__()


class ClaimChecked(Message):
    """One claim of a batch has its verdict; ``total`` there are. ``batch`` is the event that stops it."""

    def __init__(
        self, reports: Sequence[ClaimReport], done: int, total: int, batch: threading.Event
    ) -> None:
        self.reports = list(reports)
        self.done = done
        self.total = total
        self.batch = batch
        super().__init__()


class OpenCitation(Message):
    """The user wants to see a source."""

    def __init__(
        self, evidence: Sequence[Citation], citation: Citation, answer: Answer | None
    ) -> None:
        self.evidence = tuple(evidence)
        self.citation = citation
        self.answer = answer
        super().__init__()


class OpenArticle(Message):
    """The user wants to read an article."""

    def __init__(self, article_id: str) -> None:
        self.article_id = article_id
        super().__init__()


class SourceLoaded(Message):
    """An article is there to be shown."""

    def __init__(
        self,
        article: Article,
        opened: OpenCitation | None,
        related: Sequence[RelatedArticle],
        *,
        take_focus: bool,
    ) -> None:
        self.article = article
        self.opened = opened
        self.related = list(related)
        self.take_focus = take_focus
        super().__init__()
