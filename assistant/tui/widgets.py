"""The parts of the chat's screens."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

from assistant.render import where
from assistant.sanitise import for_display
from assistant.tui.bidi import Bidi
from assistant.tui.messages import OpenArticle, OpenCitation
from assistant.tui.text import Paragraphs, answer_text, article_text, why_text
from assistant.types import Answer, Article, Citation, RelatedArticle


def citations_of(answer: Answer) -> list[Citation]:
    """All citations of an answer, in the order of their numbers."""
    return [citation for group in answer.answers for citation in group.citations]


class Question(Static):
    """What the user asked."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__(Text(f"› {for_display(question)}"), classes="question")


class Note(Static):
    """A line from the program itself."""

    def __init__(self, text: str, *, classes: str = "note") -> None:
        super().__init__(Text(text), classes=classes)


class AnswerCard(Static, can_focus=True):
    """An answer with its citations; Enter opens the first, a digit opens its number."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open(1)", "source"),
        *(Binding(str(digit), f"open({digit})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, answer: Answer, *, bidi: Bidi) -> None:
        self.answer = answer
        super().__init__(Paragraphs(answer_text(answer), bidi=bidi), classes="answer")
        if not answer.answers:
            self.add_class("declined")

    def action_open(self, number: int) -> None:
        """Open the citation with that number."""
        citations = citations_of(self.answer)
        if number <= len(citations):
            self.post_message(OpenCitation(self.answer, citations[number - 1]))

    def on_click(self) -> None:
        """A click opens the first citation."""
        self.action_open(1)


class SourcePane(Vertical):
    """A whole article with the evidence highlighted, related articles below."""

    def __init__(self, *, bidi: Bidi, name: str = "source") -> None:
        self.bidi = bidi
        self.article: Article | None = None
        self.citation: Citation | None = None
        self.answer: Answer | None = None
        super().__init__(classes=name)

    def compose(self) -> ComposeResult:
        """Title, article, why, related."""
        yield Static(classes="source-title")
        yield VerticalScroll(classes="source-text")
        yield Static(classes="source-why")
        yield Label("Related", classes="related-title")
        yield OptionList(classes="related")

    async def show(
        self,
        article: Article,
        *,
        citation: Citation | None,
        answer: Answer | None,
        related: list[RelatedArticle],
    ) -> None:
        """Show an article, scrolled to the paragraph of the citation."""
        self.article, self.citation, self.answer = article, citation, answer
        title = where(citation) if citation else for_display(article.title, keep_newlines=False)
        self.query_one(".source-title", Static).update(Text(title))
        others = citations_of(answer) if answer else []
        body = self.query_one(".source-text", VerticalScroll)
        await body.remove_children()
        widgets: list[Static] = []
        target = None
        for position, text in article_text(article, citation, others):
            kind = "paragraph label" if len(widgets) % 2 == 0 else "paragraph"
            widget = Static(Paragraphs([text], bidi=self.bidi), classes=kind)
            widgets.append(widget)
            if citation is not None and position == citation.paragraph:
                target = widget
        await body.mount_all(widgets)
        body.scroll_home(animate=False)
        if target is not None:
            self.call_after_refresh(body.scroll_to_center, target, animate=False)
        why = self.query_one(".source-why", Static)
        if citation is not None and answer is not None:
            why.update(Text("\n").join(why_text(answer, citation)))
        why.display = citation is not None and answer is not None
        choices = self.query_one(".related", OptionList)
        choices.clear_options()
        choices.add_options(
            Option(
                Text(f"{for_display(item.title, keep_newlines=False)} ({item.why.value})"),
                id=item.article_id,
            )
            for item in related
        )

    def evidence_step(self, step: int) -> Citation | None:
        """The citation ``step`` places further, around the end."""
        if self.answer is None or self.citation is None:
            return None
        citations = citations_of(self.answer)
        at = citations.index(self.citation) if self.citation in citations else 0
        return citations[(at + step) % len(citations)] if citations else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open a related article."""
        event.stop()
        if event.option.id is not None:
            self.post_message(OpenArticle(event.option.id))
