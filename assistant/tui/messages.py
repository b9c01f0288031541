"""What workers tell the screen."""

from __future__ import annotations

from textual.message import Message

from assistant.types import (
    Answer,
    Article,
    ArticleSummary,
    Citation,
    IngestReport,
    Progress,
    RelatedArticle,
)


class LibraryOpened(Message):
    """The library is open."""

    def __init__(self, articles: list[ArticleSummary], turns: list[Answer]) -> None:
        self.articles = articles
        self.turns = turns
        super().__init__()


class ModelsLoaded(Message):
    """Models and indexes are loaded."""


class AnswerFound(Message):
    """A question has its answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__()


class TaskFailed(Message):
    """Something went wrong; what to do is part of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__()


class AddProgress(Message):
    """How far adding is."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        super().__init__()


class AddFinished(Message):
    """Adding is over."""

    def __init__(self, report: IngestReport) -> None:
        self.report = report
        super().__init__()


class OpenCitation(Message):
    """The user wants to see a source."""

    def __init__(self, answer: Answer, citation: Citation) -> None:
        self.answer = answer
        self.citation = citation
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
        citation: Citation | None,
        answer: Answer | None,
        related: list[RelatedArticle],
    ) -> None:
        self.article = article
        self.citation = citation
        self.answer = answer
        self.related = related
        super().__init__()
