"""The conversation: what stands in it, what waits, and what workers tell it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Footer, Static

from assistant.checking.reports import ClaimReport
from assistant.progress import progress_text
from assistant.render import report_lines, warning_lines
from assistant.tui import messages, turns
from assistant.tui.bidi import Bidi
from assistant.tui.cards import Card, Note, Question
from assistant.tui.claims import ClaimsScreen
from assistant.tui.messages import Task
from assistant.tui.palette import THEMES
from assistant.tui.question import QuestionInput
from assistant.tui.settings import KEYS, Settings
from assistant.tui.source import SourcePane, SourceScreen
from assistant.tui.tasks import OpenAssistant, Tasks
from assistant.tui.text import one_line
from assistant.tui.welcome import Welcome
from assistant.types import Answer

SIDE_BY_SIDE_COLUMNS = 120
"""From this width the source stands beside the conversation; below it is a screen of its own."""
TURNS_SHOWN = 30
"""Of a long conversation that is gone on with, so many are drawn."""
_EXPLICIT_ORDER, _IMPLICIT_ORDER = "\x1b[8l", "\x1b[8h"
"""Tell terminals that order right-to-left text (VTE, mlterm, mintty) that the program does (BDSM, ECMA-48)."""


def _bindings() -> list[BindingType]:
    return [
        Binding(
            key.keys,
            key.action,
            key.label or key.description,
            show=bool(key.label),
            priority=key.priority,
            id=key.name,
        )
        for key in KEYS
    ]


class ConversationApp(Tasks):
    """The conversation, without what keys and commands do.

    Args:
        open_assistant: Opens the library; called in a worker.
        continue_last: Go on with the last kept conversation.
        settings: What the user has chosen.
    """

    CSS_PATH = "pullquote.tcss"
    TITLE = "Pullquote"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-medium"), (40, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    def __init__(
        self,
        open_assistant: OpenAssistant,
        *,
        continue_last: bool = False,
        settings: Settings = Settings(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(open_assistant, continue_last=continue_last)
        self.settings = settings
        self.bidi: Bidi = settings.bidi
        self.turns: list[messages.Turn] = []
        self.claims: list[ClaimReport] = []
        self._waiting: list[partial[Any]] = []
        self._adds: list[Sequence[str]] = []
        self._busy = False
        self._adding = False
        self._article_count: int | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in self.available_themes else "dark"
        if settings.reduced_motion:
            self.animation_level = "none"
        self.set_keymap(dict(settings.keys))

    def compose(self) -> ComposeResult:
        """Conversation, source, keys."""
        with Horizontal(id="main"):
            with Vertical(id="conversation-pane"):
                yield VerticalScroll(id="conversation", can_focus=False)
                yield Static(id="progress")
                yield Static(id="status")
                yield QuestionInput()
            yield SourcePane(bidi=self.bidi, classes="beside")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Paint first, load behind."""
        question = self.question_line
        question.focus()
        question.cursor_blink = not self.settings.reduced_motion
        if self.bidi is Bidi.APP and self._driver is not None and not self.is_headless:
            self._driver.write(_EXPLICIT_ORDER)
        if self.settings.theme not in self.available_themes:
            self.notify(
                f"There is no theme {self.settings.theme!r}; Ctrl+P, Theme lists them.",
                severity="warning",
                markup=False,
            )
        self.tell("opening the library…")
        # Imports in a thread would compete with the first paint.
        self.call_after_refresh(self.open_library)

    def on_unmount(self) -> None:
        """Close the library."""
        for event in (self.cancel_question, self.cancel_add, self.cancel_claims):
            event.set()
        if self.bidi is Bidi.APP and self._driver is not None and not self.is_headless:
            self._driver.write(_IMPLICIT_ORDER)
        if self.pq is not None:
            self.pq.close()

    # What workers tell

    def on_library_opened(self, message: messages.LibraryOpened) -> None:
        """The library is open: show what to ask."""
        self._article_count = message.article_count
        self.tell("loading the models… write your question meanwhile")
        self._show_progress("")
        if message.turns:
            self._resume(message.turns)
        elif not self._waiting:
            self._append(Welcome(message.newest, message.article_count, bidi=self.bidi))
        if message.article_count == 0:
            self.question_line.value = "/add "
            self.question_line.cursor_position = len("/add ")
        self._next()

    def on_models_loaded(self) -> None:
        """Everything is loaded; look for questions to offer."""
        if not self._busy:
            self.tell("ready")
        self._suggest()

    def _suggest(self) -> None:
        welcome = self.screen_stack[0].query(Welcome)
        if welcome and self._article_count:
            self.find_questions(Welcome.QUESTIONS, lambda: self._busy or not self.is_running)

    def on_questions_found(self, message: messages.QuestionsFound) -> None:
        """Offer questions that the articles answer."""
        for welcome in self.screen_stack[0].query(Welcome):
            welcome.offer(message.questions)

    def on_turn_done(self, message: messages.TurnDone) -> None:
        """Show the outcome; then the next waiting question."""
        self._show_turn(message.turn)
        elapsed = message.elapsed_ms
        took = f"{elapsed:.0f} ms" if elapsed < 1000 else f"{elapsed / 1000:.1f} s"
        done = f"answered in {took}"
        has_sources = bool(turns.citations_in(message.turn))
        self._settle(f"{done} · 1 Enter: first source" if has_sources else done)

    def on_task_failed(self, message: messages.TaskFailed) -> None:
        """Show what went wrong and what to do."""
        if message.task is Task.SUGGEST:  # nobody asked for it; asking will show what is wrong
            return
        self._append(Note(one_line(message.text), classes="note failure"))
        if isinstance(self.screen, ClaimsScreen) and message.task is Task.CLAIMS:
            self.screen.failed(message.text)
        elif len(self.screen_stack) > 1:  # another screen hides the conversation
            self.notify(one_line(message.text), severity="warning", markup=False)
        if message.task is Task.ADD:
            self._end_add()
        elif message.task is Task.ASK:
            self._settle("")
        elif message.task is Task.OPEN:
            self.tell("the library is not open")
            self._show_progress("")

    def on_told(self, message: messages.Told) -> None:
        """A line for the conversation."""
        self._append(Note(message.text))

    def on_add_progress(self, message: messages.AddProgress) -> None:
        """Show how far adding is."""
        progress = message.progress
        label = "adding" if message.task is Task.ADD else "making the library"
        stop = "  (Esc stops)" if message.task is Task.ADD else ""
        if message.task is Task.OPEN or self._adding:
            self._show_progress(progress_text(label, progress) + stop)

    def on_add_finished(self, message: messages.AddFinished) -> None:
        """Show what was added."""
        self._article_count = message.article_count
        for line in [*report_lines(message.report), *warning_lines(message.report)]:
            self._append(Note("".join(text for text, _ in line)))
        for welcome in self.screen_stack[0].query(Welcome):
            welcome.show_articles(message.newest, message.article_count)
        self._end_add()
        self._suggest()

    def on_claim_checked(self, message: messages.ClaimChecked) -> None:
        """Keep verdicts, and show them where they are looked at."""
        if message.batch is not self.cancel_claims:
            return  # posted before another file took its place
        self.claims += message.reports
        for screen in self.screen_stack:
            if isinstance(screen, ClaimsScreen):
                screen.progressed(message)
        if message.done == message.total and not isinstance(self.screen, ClaimsScreen):
            self.append_note(f"{message.total} claims are checked; F6 shows them.")

    def on_conversation_loaded(self, message: messages.ConversationLoaded) -> None:
        """Go on with a kept conversation."""
        self.begin()
        self.conversation_id = message.conversation_id
        self._resume(message.turns)

    async def on_source_loaded(self, message: messages.SourceLoaded) -> None:
        """Show the source where there is room for it."""
        pane = await self._pane(may_push=message.take_focus)
        if pane is None:
            return
        opened = message.opened
        pane.show(
            message.article,
            citation=opened.citation if opened else None,
            answer=opened.answer if opened else None,
            evidence=opened.evidence if opened else (),
            related=message.related,
        )
        if message.take_focus:
            pane.view.focus()

    def _settle(self, status: str) -> None:
        self._busy = False
        self.tell(status)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._busy and self.pq is not None:
            self._waiting.pop(0)()

    def _end_add(self) -> None:
        self._adding = False
        self._show_progress("")
        if self._adds:
            self._start_add(self._adds.pop(0))

    # What waits

    def run_turn(self, shown: str, start: Any) -> None:
        """Start something in the conversation, or let it wait its turn."""
        if self._busy or self.pq is None:
            self._waiting.append(partial(self.run_turn, shown, start))
            count = len(self._waiting)
            waits = "1 question waits" if count == 1 else f"{count} questions wait"
            self.tell(f"{waits}; Esc cancels: {one_line(shown)}")
            return
        self.screen_stack[0].query(Welcome).remove()
        self._busy = True
        self.cancel_question.clear()
        self._append(Question(shown, bidi=self.bidi))
        self.tell("reading…  (Esc cancels)")
        start()

    def add_sources(self, sources: Sequence[str]) -> None:
        """Add articles, after those that are being added."""
        if self.pq is None or self._adding:
            self._adds.append(sources)
            self._append(Note("Noted; it is added after what is being added now."))
        else:
            self._start_add(sources)

    def _start_add(self, sources: Sequence[str]) -> None:
        self._adding = True
        self.cancel_add.clear()
        self._show_progress("adding…  (Esc stops)")
        self.add(sources)

    def on_resize(self, event: events.Resize) -> None:
        """A source that no longer fits beside the conversation is hidden; keys bring it back."""
        pane = self._beside
        if pane is not None:
            wide = event.size.width >= SIDE_BY_SIDE_COLUMNS
            pane.set_class(wide and pane.article is not None, "shown")

    # Drawing

    def _resume(self, answers: Sequence[Answer]) -> None:
        hidden = len(answers) - TURNS_SHOWN
        if hidden > 0:
            self._append(Note(f"{hidden} earlier turns are kept and not shown."))
            self.turns += answers[:hidden]
        for answer in answers[max(0, hidden) :]:
            self.question_line.keep(answer.question)
            self._append(Question(answer.question, bidi=self.bidi))
            self._show_turn(answer, resumed=True)
        self.tell(f"going on after {len(answers)} {'turn' if len(answers) == 1 else 'turns'}")

    def _show_turn(self, turn: messages.Turn, *, resumed: bool = False) -> None:
        """Add a card, its question at the top; open its first source beside it where there is room."""
        self.turns.append(turn)
        card = turns.card_for(turn, bidi=self.bidi)
        self._append(card, follow=False)
        if resumed:
            self._conversation.scroll_end(animate=False)
            return
        self.call_after_refresh(self._show_from_question, card)
        wide = self.size.width >= SIDE_BY_SIDE_COLUMNS
        if wide and card.citations and self.pq is not None and len(self.screen_stack) == 1:
            citation = card.citations[0]
            opened = messages.OpenCitation(card.citations, citation, card.answer)
            self.load_source(citation.article_id, opened, take_focus=False)

    def _show_from_question(self, card: Card) -> None:
        """A card longer than the screen is shown from its question on, not from its end."""
        conversation = self._conversation
        siblings = list(conversation.children)
        if card in siblings:
            top = siblings[max(0, siblings.index(card) - 1)]
            conversation.scroll_to_widget(top, animate=False, top=True)

    def _append(self, widget: Widget, *, follow: bool = True) -> None:
        self._conversation.mount(widget)
        if follow:
            self._conversation.scroll_end(animate=False)

    def begin(self) -> None:
        """Begin a new conversation."""
        self.conversation_id = None
        self.turns = []
        self._conversation.remove_children()
        pane = self._beside
        if pane is not None:
            pane.article = None
            pane.remove_class("shown")
        self.tell("a new conversation")
        self.question_line.focus()

    def append_note(self, text: str) -> None:
        """Add a line from the program."""
        self._append(Note(text))

    def tell(self, status: str) -> None:
        """Say what is going on, in the line above the question."""
        self._status.update(Text(one_line(status)))

    def _show_progress(self, text: str) -> None:
        line = self.screen_stack[0].query_one("#progress", Static)
        line.update(Text(text))
        line.display = bool(text)

    @property
    def question_line(self) -> QuestionInput:
        """Where questions are written."""
        return self.screen_stack[0].query_one(QuestionInput)

    @property
    def _conversation(self) -> VerticalScroll:
        return self.screen_stack[0].query_one("#conversation", VerticalScroll)

    @property
    def _status(self) -> Static:
        return self.screen_stack[0].query_one("#status", Static)

    @property
    def _beside(self) -> SourcePane | None:
        if not self.screen_stack:
            return None
        return next(iter(self.screen_stack[0].query(SourcePane)), None)

    async def _pane(self, *, may_push: bool) -> SourcePane | None:
        """Where sources are shown at this width; None where that is elsewhere and is not wanted."""
        if self.size.width >= SIDE_BY_SIDE_COLUMNS and len(self.screen_stack) == 1:
            pane = self._beside
            if pane is not None:
                pane.add_class("shown")
            return pane
        if not isinstance(self.screen, SourceScreen):
            if not may_push:
                return None
            await self.push_screen(SourceScreen(bidi=self.bidi, keys=self.settings.keys))
        return self.screen.query_one(SourcePane)
