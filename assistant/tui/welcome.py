"""What an empty conversation shows: the newest articles and questions that they answer."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static

from assistant.tui.bidi import Bidi
from assistant.tui.messages import OpenArticle
from assistant.tui.text import as_option, short_date
from assistant.types import ArticleSummary


class Asked(Message):
    """A question was chosen."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__()


class Offer(Vertical):
    """Questions to ask in the place of one that was declined."""

    def __init__(self, questions: Sequence[str], *, bidi: Bidi) -> None:
        self.bidi = bidi
        self.questions = list(questions)
        super().__init__(classes="offer")

    def compose(self) -> ComposeResult:
        """A heading and the list."""
        yield Static(Text("These articles answer:"))
        yield OptionList(
            *(as_option(question, bidi=self.bidi) for question in self.questions), markup=False
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Offer the question to the line in which it is asked."""
        event.stop()
        self.post_message(Asked(self.questions[event.option_index]))


class Welcome(Vertical):
    """Articles to open and questions to ask, chosen with the arrow keys and Enter."""

    ARTICLES = 4
    QUESTIONS = 4

    def __init__(self, newest: Sequence[ArticleSummary], article_count: int, *, bidi: Bidi) -> None:
        self.bidi = bidi
        self.questions: list[str] = []
        self.newest = list(newest)
        self.article_count = article_count
        super().__init__(id="welcome")

    def compose(self) -> ComposeResult:
        """Headings and lists."""
        yield Static(id="welcome-title")
        yield OptionList(id="newest", markup=False)
        yield Static(id="try-title")
        yield OptionList(id="try", markup=False)

    def on_mount(self) -> None:
        """Show the articles; questions come when the models are loaded."""
        if self.query(OptionList):  # a first question may take everything away again at once
            self.show_articles(self.newest, self.article_count)
            self.offer([])

    def show_articles(self, newest: Sequence[ArticleSummary], article_count: int) -> None:
        """Show the newest articles, or how to add some."""
        title = self.query_one("#welcome-title", Static)
        articles = self.query_one("#newest", OptionList)
        articles.clear_options()
        articles.display = bool(newest)
        if not newest:
            title.update(
                Text(
                    "The library is empty.\n\nName files, folders, web pages or feeds after /add and "
                    "press Enter, for example\n  /add ~/Documents/articles\n"
                    "You can go on working here while they are added."
                )
            )
            return
        words = "1 article" if article_count == 1 else f"{article_count:,} articles"
        title.update(Text(f"{words} in the library; the newest:"))
        for summary in newest[: self.ARTICLES]:
            date = f"  {short_date(summary.published)}" if summary.published else ""
            articles.add_option(as_option(summary.title + date, bidi=self.bidi, id=summary.id))

    def offer(self, questions: Sequence[str]) -> None:
        """Show questions to try."""
        self.questions = list(questions)
        title = self.query_one("#try-title", Static)
        title.update(Text("Some questions to try:"))
        title.display = bool(questions)
        choices = self.query_one("#try", OptionList)
        choices.clear_options()
        choices.display = bool(questions)
        choices.add_options(as_option(question, bidi=self.bidi) for question in questions)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the article, or ask the question."""
        event.stop()
        if event.option_list.id == "newest" and event.option.id is not None:
            self.post_message(OpenArticle(event.option.id))
        else:
            self.post_message(Asked(self.questions[event.option_index]))
