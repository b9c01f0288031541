"""The chat: questions on the left, sources on the right, everything slow in thread workers."""

from __future__ import annotations

import json
import shlex
import threading
import webbrowser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.assistant import Assistant
from assistant.errors import Cancelled, PullquoteError
from assistant.jsonform import answer_to_json
from assistant.render import report_lines, where
from assistant.sanitise import for_display, safe_url
from assistant.tui import messages
from assistant.tui.bidi import Bidi
from assistant.tui.export import conversation_markdown
from assistant.tui.screens import HelpScreen, PickScreen, SourceScreen, article_choices
from assistant.tui.widgets import AnswerCard, Note, Question, SourcePane, citations_of
from assistant.types import Answer, ArticleSummary, Citation, Progress

SIDE_BY_SIDE_COLUMNS = 120
"""From this width the source stands beside the conversation; below it is a screen of its own."""
SUGGESTIONS = 3
MAX_QUESTION_CHARS = 2_000
PLACEHOLDER = "Ask the articles… (F1 for help)"


class PullquoteApp(App[int]):
    """The chat over one library.

    Args:
        open_assistant: Opens the library; called in a worker.
        continue_last: Go on with the last kept conversation.
        bidi: Who puts right-to-left text into visual order.
    """

    CSS_PATH = "pullquote.tcss"
    TITLE = "Pullquote"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", priority=True),
        Binding("f2", "articles", "articles"),
        Binding("f3", "earlier", "history"),
        Binding("f4", "theme", "theme", show=False),
        Binding("escape", "cancel", "cancel", show=False),
        Binding("ctrl+t", "focus_source", "source", show=False),
        Binding("ctrl+q", "quit", "leave", priority=True),
        Binding("n", "evidence(1)", "next evidence", show=False),
        Binding("p", "evidence(-1)", "previous evidence", show=False),
        Binding("o", "open_link", "open page", show=False),
        Binding("y", "copy", "copy quote", show=False),
        Binding("e", "export", "export", show=False),
    ]

    def __init__(
        self,
        open_assistant: Callable[[], Assistant],
        *,
        continue_last: bool = False,
        bidi: Bidi = Bidi.APP,
    ) -> None:
        super().__init__()
        self._open_assistant = open_assistant
        self._continue_last = continue_last
        self.bidi = bidi
        self.pq: Assistant | None = None
        self.answers: list[Answer] = []
        self._conversation: int | None = None
        self._waiting: list[str] = []
        self._busy = False
        self._cancel = threading.Event()

    def compose(self) -> ComposeResult:
        """Conversation, source, keys."""
        with Horizontal(id="main"):
            with Vertical(id="conversation-pane"):
                yield VerticalScroll(id="conversation", can_focus=False)
                yield Static(id="status")
                yield Input(placeholder=PLACEHOLDER, id="question", max_length=MAX_QUESTION_CHARS)
            yield SourcePane(bidi=self.bidi)
        yield Footer()

    def on_mount(self) -> None:
        """Paint first, load behind."""
        self.query_one("#question", Input).focus()
        self._tell("opening the library…")
        self._open_library()

    # Workers: they touch no widget, they post messages

    @work(thread=True, group="open")
    def _open_library(self) -> None:
        try:
            pq = self._open_assistant()
            kept = pq.conversations() if self._continue_last else []
            turns = pq.turns(kept[0].id) if kept else []
            if kept:
                self._conversation = kept[0].id
            self.pq = pq
            self.post_message(messages.LibraryOpened(pq.articles(limit=50), turns))
            pq.prepare()
            self.post_message(messages.ModelsLoaded())
        except PullquoteError as error:
            self.post_message(messages.TaskFailed(str(error)))

    @work(thread=True, group="ask")
    def _ask(self, question: str, history: tuple[Answer, ...]) -> None:
        pq = self.pq
        if pq is None:
            return
        try:
            answer = pq.ask(question, history=history, cancelled=self._cancel.is_set)
            if self._conversation is None:
                self._conversation = pq.start_conversation(question)
            pq.add_turn(self._conversation, answer)
            self.post_message(messages.AnswerFound(answer))
        except Cancelled:
            self.post_message(messages.TaskFailed("cancelled"))
        except PullquoteError as error:
            self.post_message(messages.TaskFailed(str(error)))

    @work(thread=True, group="add", exclusive=True)
    def _add(self, sources: tuple[str, ...]) -> None:
        pq = self.pq
        if pq is None:
            return
        try:
            report = pq.add(
                sources,
                on_progress=self._post_progress,
                cancelled=self._cancel.is_set,
            )
            self.post_message(messages.AddFinished(report))
        except PullquoteError as error:
            self.post_message(messages.TaskFailed(str(error)))

    def _post_progress(self, progress: Progress) -> None:
        self.post_message(messages.AddProgress(progress))

    @work(thread=True, group="source", exclusive=True)
    def _load_source(
        self, article_id: str, answer: Answer | None, citation: Citation | None
    ) -> None:
        pq = self.pq
        if pq is None:
            return
        try:
            article = pq.article(article_id)
            related = pq.related(article_id)
        except PullquoteError as error:
            self.post_message(messages.TaskFailed(str(error)))
            return
        if citation is not None and article.content_hash != citation.content_hash:
            self.post_message(
                messages.TaskFailed(
                    "the article has changed since this answer; ask again to see it marked"
                )
            )
            citation = None

        self.post_message(messages.SourceLoaded(article, citation, answer, related))

    # What workers tell

    def on_library_opened(self, message: messages.LibraryOpened) -> None:
        """The library is open: show what to ask."""
        self._tell("loading models… you can type already")
        for answer in message.turns:
            self._show_answer(answer)
        if not message.turns:
            self._welcome(message.articles)
        if self._waiting and not self._busy:
            self._start(self._waiting.pop(0))

    def on_models_loaded(self) -> None:
        """Everything is loaded."""
        if not self._busy:
            self._tell("")

    async def on_source_loaded(self, message: messages.SourceLoaded) -> None:
        """Show the source where there is room for it."""
        pane = await self._pane()
        await pane.show(
            message.article,
            citation=message.citation,
            answer=message.answer,
            related=message.related,
        )

    def on_answer_found(self, message: messages.AnswerFound) -> None:
        """Show the answer; then the next waiting question."""
        self._show_answer(message.answer, with_question=False)
        total = message.answer.timings_ms.get("total")
        self._settle("" if total is None else f"answered in {total:.0f} ms")

    def on_task_failed(self, message: messages.TaskFailed) -> None:
        """Show what went wrong and what to do."""
        self._append(Note(for_display(message.text)))
        self._settle("")

    def on_add_progress(self, message: messages.AddProgress) -> None:
        """Show how far adding is."""
        from assistant.progress import progress_text

        self._tell(progress_text("adding", message.progress))

    def on_add_finished(self, message: messages.AddFinished) -> None:
        """Show what was added."""
        for line in report_lines(message.report):
            self._append(Note("".join(text for text, _ in line)))
        self._tell("")

    def _settle(self, status: str) -> None:
        self._busy = False
        self._tell(status)
        if self._waiting:
            self._start(self._waiting.pop(0))

    # What the user does

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask, or run a slash command."""
        if event.input.id != "question":
            return
        text = " ".join(event.value.split())
        event.input.value = ""
        if not text:
            return
        if text.startswith("/"):
            self._command(text)
            return
        self.screen_stack[0].query(".suggestions").remove()
        if self._busy or self.pq is None:
            self._waiting.append(text)
            self._tell(f"{len(self._waiting)} waiting: {text}")
        else:
            self._start(text)

    def _start(self, question: str, *, alone: bool = False) -> None:
        self._busy = True
        self._cancel.clear()
        self._append(Question(question))
        self._tell("reading…  (Escape cancels)")
        self._ask(question, () if alone else tuple(self.answers[-6:]))

    def on_open_citation(self, message: messages.OpenCitation) -> None:
        """Show a source at its quote."""
        self._load_source(message.citation.article_id, message.answer, message.citation)

    def on_open_article(self, message: messages.OpenArticle) -> None:
        """Show an article."""
        self._load_source(message.article_id, None, None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask a suggested question."""
        if event.option_list.has_class("suggestions"):
            question = self.query_one("#question", Input)
            question.value = str(event.option.prompt)
            question.focus()

    def on_resize(self, event: events.Resize) -> None:
        """A source that no longer fits beside the conversation is hidden; keys bring it back."""
        pane = self.screen_stack[0].query_one(SourcePane) if self.screen_stack else None
        if pane is not None and event.size.width < SIDE_BY_SIDE_COLUMNS:
            pane.remove_class("shown")
        elif pane is not None and pane.article is not None:
            pane.add_class("shown")

    def action_help(self) -> None:
        """Show all keys."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_articles(self) -> None:
        """Pick an article to read."""
        if self.pq is None:
            return

        def chosen(article_id: str | None) -> None:
            if article_id is not None:
                self._load_source(article_id, None, None)

        self.push_screen(PickScreen("Articles", article_choices(self.pq.articles())), chosen)

    def action_earlier(self) -> None:
        """Pick an earlier question to ask again."""
        if self.pq is None:
            return
        asked = [
            answer.question
            for conversation in self.pq.conversations()[:20]
            for answer in reversed(self.pq.turns(conversation.id))
        ]
        choices = [(question, question) for question in dict.fromkeys(asked)]

        def chosen(question: str | None) -> None:
            if question is not None:
                self.query_one("#question", Input).value = question

        self.push_screen(PickScreen("Earlier questions", choices), chosen)

    def action_theme(self) -> None:
        """Switch between light and dark."""
        dark = self.current_theme.dark
        self.theme = "textual-light" if dark else "textual-dark"

    def action_cancel(self) -> None:
        """Cancel what is running."""
        if self._busy:
            self._cancel.set()
            self._tell("cancelling…")
        else:
            self.query_one("#question", Input).focus()

    def action_focus_source(self) -> None:
        """Go to the source pane."""
        pane = self._shown_pane()
        if pane is not None:
            pane.query_one(".source-text", VerticalScroll).focus()

    def action_evidence(self, step: int) -> None:
        """Next or previous evidence of the open answer."""
        pane = self._shown_pane()
        citation = pane.evidence_step(step) if pane is not None else None
        if pane is not None and citation is not None:
            self._load_source(citation.article_id, pane.answer, citation)

    def action_open_link(self) -> None:
        """Open the page at the quote."""
        pane = self._shown_pane()
        if pane is None or pane.article is None:
            return
        link = safe_url(pane.citation.link if pane.citation else pane.article.url)
        if link is None:
            self.notify("This article has no web address.", severity="warning")
        else:
            webbrowser.open(link)
            self.notify("Opened in the browser.")

    def action_copy(self) -> None:
        """Copy the quote with its citation."""
        citation = self._citation_at_hand()
        if citation is None:
            self.notify("Open a source or go to an answer first.", severity="warning")
            return
        self.copy_to_clipboard(f"“{citation.quote}” — {where(citation)}")
        self.notify("Copied the quote with its citation.")

    def _citation_at_hand(self) -> Citation | None:
        pane = self._shown_pane()
        if pane is not None and pane.citation is not None:
            return pane.citation
        focused = self.focused
        answer = focused.answer if isinstance(focused, AnswerCard) else None
        answer = answer or next((a for a in reversed(self.answers) if a.answers), None)
        return citations_of(answer)[0] if answer is not None and answer.answers else None

    def action_export(self, name: str = "") -> None:
        """Save the conversation as Markdown or JSON."""
        path = Path(name or "conversation.md").expanduser()
        if not self.answers:
            self.notify("There is nothing to export yet.", severity="warning")
            return
        if path.suffix == ".json":
            turns = [answer_to_json(answer) for answer in self.answers]
            text = json.dumps({"turns": turns}, ensure_ascii=False, indent=1) + "\n"
        else:
            text = conversation_markdown(self.answers)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            self.notify(f"{path}: {error.strerror}; name another file", severity="error")
            return
        self.notify(f"Saved {path.absolute()}")

    def _command(self, text: str) -> None:
        name, _, rest = text[1:].partition(" ")
        rest = rest.strip()
        if name == "add" and rest:
            self._cancel.clear()
            try:
                self._add(tuple(str(Path(part).expanduser()) for part in shlex.split(rest)))
            except ValueError:
                self._add((str(Path(rest).expanduser()),))
        elif name == "add":
            self._append(Note("name files or folders: /add PATH"))
        elif name == "alone" and rest and self.pq is not None and not self._busy:
            self._start(rest, alone=True)
        elif name == "articles":
            self.action_articles()
        elif name == "related":
            pane = self._shown_pane()
            if pane is None:
                self._append(Note("open a source first; its related articles stand below it"))
            else:
                pane.query_one(".related", OptionList).focus()
        elif name == "export":
            self.action_export(rest)
        elif name == "library" and self.pq is not None:
            count = len(self.pq.articles())
            self._append(Note(f"{count} articles in {for_display(str(self.pq.folder))}"))
        elif name == "help":
            self.action_help()
        elif name in ("quit", "exit"):
            self.exit(0)
        else:
            self._append(Note(f"unknown command /{for_display(name)}: /help lists them"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield from super().get_system_commands(screen)
        yield SystemCommand("Articles", "Pick an article to read", self.action_articles)
        yield SystemCommand("Earlier questions", "Ask one again", self.action_earlier)
        yield SystemCommand("Export", "Save the conversation as Markdown", self.action_export)
        yield SystemCommand("Copy quote", "With its citation", self.action_copy)

    # Drawing

    def _welcome(self, articles: list[ArticleSummary]) -> None:
        if not articles:
            self._append(Note("The library is empty. Add articles: /add PATH"))
            return
        titles = [for_display(a.title, keep_newlines=False) for a in articles[:SUGGESTIONS]]
        newest = "\n".join(["Newest articles:", *(f"  {title}" for title in titles)])
        self._append(Note(f"{newest}\n\nSome questions to try:", classes="note suggestions"))
        questions = [suggestion(summary) for summary in articles[:SUGGESTIONS]]
        self._append(
            OptionList(
                *(Option(question) for question in questions), classes="suggestions", markup=False
            )
        )

    def _show_answer(self, answer: Answer, *, with_question: bool = True) -> None:
        """Add a card; open its first source beside it where there is room."""
        self.answers.append(answer)
        if with_question:
            self._append(Question(answer.question))
        card = AnswerCard(answer, bidi=self.bidi)
        self._append(card)
        if answer.answers and self.screen.size.width >= SIDE_BY_SIDE_COLUMNS and not with_question:
            citation = citations_of(answer)[0]
            self._load_source(citation.article_id, answer, citation)

    def _append(self, widget: Static | OptionList) -> None:
        conversation = self.screen_stack[0].query_one("#conversation", VerticalScroll)
        conversation.mount(widget)
        conversation.scroll_end(animate=False)

    def _tell(self, status: str) -> None:
        self.screen_stack[0].query_one("#status", Static).update(for_display(status))

    async def _pane(self) -> SourcePane:
        """Where sources are shown at this width."""
        if self.size.width >= SIDE_BY_SIDE_COLUMNS:
            pane = self.screen_stack[0].query_one(SourcePane)
            pane.add_class("shown")
            return pane
        if not isinstance(self.screen, SourceScreen):
            await self.push_screen(SourceScreen(self.bidi))
        return self.screen.query_one(SourcePane)

    def _shown_pane(self) -> SourcePane | None:
        if isinstance(self.screen, SourceScreen):
            return self.screen.query_one(SourcePane)
        pane = self.screen_stack[0].query_one(SourcePane)
        return pane if pane.has_class("shown") else None

    def on_unmount(self) -> None:
        """Close the library."""
        self._cancel.set()
        if self.pq is not None:
            self.pq.close()


def suggestion(summary: ArticleSummary) -> str:
    """A question that the article should answer, made from its headline."""
    title = for_display(summary.title, keep_newlines=False).rstrip("… ")
    if (summary.language or "").startswith("ar"):
        return f"ماذا حدث: {title}؟"
    return f"What is known about this: {title}?"
