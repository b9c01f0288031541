"""The chat: its conversation, what waits in it, what workers tell it, and what keys and commands do."""

from __future__ import annotations

import os
import re
import threading
import webbrowser
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from assistant.errors import PullquoteError
from assistant.output.progress import progress_text
from assistant.output.sanitise import safe_url
from assistant.output.text import report_lines, warning_lines
from assistant.tui import commands, messages, turns
from assistant.tui.bidi import Bidi, has_rtl
from assistant.tui.cards import AnswerCard, Card, Note, Question
from assistant.tui.claims import ClaimsScreen
from assistant.tui.clipboard import copy_through_tmux
from assistant.tui.commands import claims_file, sources_in
from assistant.tui.messages import Task
from assistant.tui.palette import THEMES
from assistant.tui.question import QuestionInput
from assistant.tui.screens import HelpScreen, PickScreen, article_choices, conversation_choices
from assistant.tui.settings import KEYS, Settings
from assistant.tui.source import SourcePane, SourceScreen
from assistant.tui.tasks import OpenAssistant, Tasks
from assistant.tui.text import Paragraphs, Part, one_line
from assistant.tui.welcome import Asked, Offer, Welcome
from assistant.types import Answer, Citation, ClaimReport

HISTORY_TURNS = 6
"""Earlier turns that a follow-up may take its subject from."""
_NUMBER = re.compile(r"^\[?(\d{1,2})\]?$")
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


class PullquoteApp(Tasks):
    """The chat over one library.

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
        if isinstance(message.turn, Answer) and message.turn.nearest:
            self.find_rephrased(message.turn, lambda: self._busy or not self.is_running)

    def on_rephrased(self, message: messages.Rephrased) -> None:
        """Offer questions that the articles answer, unless something else was asked meanwhile."""
        if self.turns and self.turns[-1] is message.declined and not self._busy:
            self._append(Offer(message.questions, bidi=self.bidi), follow=False)

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
        if card.citations:
            self._open_beside(card, card.citations[0])

    def _open_beside(self, card: Card, citation: Citation) -> None:
        """Open a card's source beside it where there is room, without going there."""
        wide = self.size.width >= SIDE_BY_SIDE_COLUMNS
        if wide and self.pq is not None and len(self.screen_stack) == 1:
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

    # What the user writes

    def on_input_changed(self, event: Input.Changed) -> None:
        """While a command is written, say what may follow; show right-to-left text in its order."""
        if event.input is not self.question_line:
            return
        if event.value.startswith("/"):
            self.tell(commands.hint(event.value))
        elif has_rtl(event.value) and self.bidi is Bidi.APP:
            parts = [Part(Text(one_line(event.value)))]
            self._status.update(Paragraphs(parts, bidi=self.bidi))
        elif not self._busy and event.value:
            self.tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask, jump to a source, or run a slash command."""
        if event.input is not self.question_line:
            return
        text = " ".join(event.value.split())
        event.input.value = ""
        number = _NUMBER.match(text)
        if not text:
            return
        if number is not None and self._last_card() is not None:
            self._open_number(int(number.group(1)))
            return
        self.question_line.keep(text)
        if text.startswith("/"):
            self._command(text)
        else:
            self.ask_now(text)

    def ask_now(self, question: str, *, alone: bool = False) -> None:
        """Ask a question, after those that wait."""
        self.run_turn(question, lambda: self.ask(question, () if alone else self._history()))

    def _history(self) -> Sequence[Answer]:
        answers = [turn for turn in self.turns if isinstance(turn, Answer)]
        return tuple(answers[-HISTORY_TURNS:])

    def _command(self, text: str) -> None:
        name, _, rest = text[1:].partition(" ")
        rest = rest.strip()
        command = commands.command_named(name)
        if command is None:
            self.append_note(f"There is no command /{one_line(name)}; /help lists them.")
        elif command.needs_argument and not rest:
            told = f"/{command.name} {command.argument}: {command.description}"
            self.append_note(told)
        else:
            self._run_command(command.name, rest)

    def _run_command(self, name: str, rest: str) -> None:
        """Do what a slash command says."""
        if name == "add":
            self.add_sources(sources_in(rest))
        elif name == "verify":
            self.run_turn(f"/verify {rest}", lambda: self.verify(rest))
        elif name == "check" and (path := claims_file(rest)) is not None:
            self._show_claims(path)
        elif name == "check":
            self.run_turn(f"/check {rest}", lambda: self.check(rest))
        elif name == "timeline":
            self.run_turn(f"/timeline {rest}", lambda: self.timeline(rest))
        elif name == "brief":
            self.run_turn(f"/brief {rest}", lambda: self.brief(rest))
        elif name == "alone" and rest:
            self.ask_now(rest, alone=True)
        elif name == "alone":
            self.action_alone()
        elif name == "export":
            self.action_export(rest)
        elif name == "library":
            self._tell_library()
        elif name == "quit":
            self.exit(0)
        else:
            actions = {
                "articles": self.action_articles,
                "related": self.action_related,
                "history": self.action_conversations,
                "new": self.action_new,
                "help": self.action_help,
            }
            actions[name]()

    def _tell_library(self) -> None:
        if self.pq is None:
            self.append_note("The library is still being opened.")
            return
        folder = self.pq.folder

        def told(summary: tuple[int, int]) -> None:
            articles, conversations = summary
            kept = "1 conversation" if conversations == 1 else f"{conversations:,} conversations"
            words = "1 article" if articles == 1 else f"{articles:,} articles"
            self.append_note(f"{words} and {kept} in {one_line(str(folder))}")

        self.fetch(lambda pq: (pq.article_count(), len(pq.conversations())), told)

    def _show_claims(self, path: Path | None) -> None:
        """Show the claims screen; with a file, check the claims in it."""
        if self.pq is None:
            self.append_note("The library is still being opened.")
            return
        if path is None and not self.claims:
            self.append_note("No claims were checked yet: /check FILE (text, CSV or JSON lines).")
            return
        if path is not None:
            self.claims.clear()
            # An event of its own: cleared, that of a batch before would let its worker go on.
            earlier, self.cancel_claims = self.cancel_claims, threading.Event()
            earlier.set()
        if not isinstance(self.screen, ClaimsScreen):
            self.push_screen(ClaimsScreen(self.claims, str(path or ""), bidi=self.bidi))
        if path is not None:
            self.check_claims(path, self.cancel_claims)

    # What the user opens

    def on_open_citation(self, message: messages.OpenCitation) -> None:
        """Show a source at its quote."""
        if self.pq is not None:
            self.load_source(message.citation.article_id, message)

    def on_open_article(self, message: messages.OpenArticle) -> None:
        """Show an article."""
        if self.pq is not None:
            self.load_source(message.article_id, None)

    def on_asked(self, message: Asked) -> None:
        """A suggested question goes into the line, so that it can be changed first."""
        self.question_line.value = message.question
        self.question_line.cursor_position = len(message.question)
        self.question_line.focus()

    def _open_number(self, number: int) -> None:
        card = self._last_card()
        if card is not None:
            card.action_open(number)

    def _last_card(self) -> Card | None:
        focused = self.focused
        if isinstance(focused, Card):
            return focused
        return next(
            (c for c in reversed(list(self.screen_stack[0].query(Card))) if c.citations), None
        )

    # Keys

    def action_help(self) -> None:
        """Show all keys."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen(self.settings.keys, str(self.settings.path or "")))

    def action_articles(self) -> None:
        """Pick an article to read."""

        def chosen(article_id: str | None) -> None:
            if article_id is not None:
                self.load_source(article_id, None)

        self._pick("Articles", lambda pq: article_choices(pq.articles()), chosen)

    def action_earlier(self) -> None:
        """Pick an earlier question to ask again."""

        def chosen(question: str | None) -> None:
            if question is not None:
                self.on_asked(Asked(question))

        self._pick("Earlier questions", turns.earlier_questions, chosen)

    def action_conversations(self) -> None:
        """Pick a kept conversation to go on with."""

        def chosen(conversation_id: str | None) -> None:
            if conversation_id is not None:
                self.load_conversation(int(conversation_id))

        self._pick("Conversations", lambda pq: conversation_choices(pq.conversations()), chosen)

    def _pick(self, title: str, read: Any, chosen: Any) -> None:
        if self.pq is None:
            self.notify("The library is still being opened.")
        elif not isinstance(self.screen, PickScreen):
            self.fetch(
                read,
                lambda choices: self.push_screen(
                    PickScreen(title, choices, bidi=self.bidi), chosen
                ),
            )

    def action_claims(self) -> None:
        """Show the claims that are being checked, or were."""
        self._show_claims(None)

    def action_new(self) -> None:
        """Begin a new conversation."""
        self.begin()

    def action_theme(self) -> None:
        """Switch between light and dark."""
        self.theme = "light" if self.current_theme.dark else "dark"

    def action_cancel(self) -> None:
        """Cancel what is running; else go back to the question."""
        if self._busy:
            self.cancel_question.set()
            self._waiting.clear()
            self.tell("cancelling…")
        elif self.focused is not self.question_line and len(self.screen_stack) == 1:
            self.question_line.focus()
        elif self._adding:
            self.cancel_add.set()
            self._adds.clear()
            self._show_progress("stopping after this article; what was added is kept…")
        else:
            self.question_line.value = ""

    def action_answers(self) -> None:
        """To the last answer and back."""
        card = self._last_card()
        if isinstance(self.focused, Card) or card is None:
            self.question_line.focus()
        elif len(self.screen_stack) == 1:
            card.focus()

    def action_focus_source(self) -> None:
        """To the source and back."""
        pane = self._shown_pane()
        if pane is None:
            self._open_number(1)
        elif pane.view.has_focus and len(self.screen_stack) == 1:
            self.question_line.focus()
        else:
            pane.view.focus()

    def action_evidence(self, step: int) -> None:
        """Next or previous evidence of the open answer."""
        pane = self._shown_pane()
        citation = pane.evidence_step(step) if pane is not None else None
        if pane is not None and citation is not None:
            opened = messages.OpenCitation(pane.evidence, citation, pane.answer)
            self.load_source(citation.article_id, opened)

    def action_candidate(self, step: int) -> None:
        """Next or previous candidate of a possible answer."""
        card = self._last_card()
        if not isinstance(card, AnswerCard) or not card.step(step):
            self.notify("There is no other candidate.")
        elif card.citation_at_hand is not None:
            self._open_beside(card, card.citation_at_hand)

    def action_why(self) -> None:
        """Show or hide why this passage was found."""
        pane = self._shown_pane()
        if pane is not None:
            pane.toggle_why()

    def action_related(self) -> None:
        """To the related articles and back."""
        pane = self._shown_pane()
        if pane is None or pane.article is None:
            self.notify("Open a source first: write its number, or /articles.")
        else:
            pane.toggle_related()

    def action_open_link(self) -> None:
        """Open the page at the quote."""
        pane = self._shown_pane()
        citation = self._citation_at_hand()
        url = pane.article.url if pane is not None and pane.article is not None else None
        link = safe_url(citation.link if citation is not None and citation.link else url)
        if link is None:
            self.notify("This article has no web address.", severity="warning")
        else:
            if self.is_web:
                self.open_url(link)
            else:
                webbrowser.open(link)
            self.notify("Opened in the browser.")

    def action_copy(self) -> None:
        """Copy the quote with its citation."""
        citation = self._citation_at_hand()
        if citation is None:
            self.notify("Open a source or go to an answer first.", severity="warning")
            return
        text = turns.quotation(citation)
        self.copy_to_clipboard(text)
        if "TMUX" in os.environ and not self.is_headless:
            copy_through_tmux(text)
        self.notify("Copied the quote with its citation.")

    def _citation_at_hand(self) -> Citation | None:
        pane = self._shown_pane()
        if isinstance(self.focused, Card):
            return self.focused.citation_at_hand
        if pane is not None and pane.article is not None:
            return pane.citation
        card = self._last_card()
        return card.citation_at_hand if card is not None else None

    def action_alone(self) -> None:
        """Ask the question of a completed follow-up again, as it stands."""
        focused = self.focused
        answer = focused.answer if isinstance(focused, AnswerCard) else None
        if answer is None:
            answer = next((t for t in reversed(self.turns) if isinstance(t, Answer)), None)
        if answer is None or not answer.asked_as:
            self.notify("This question was asked as it stands.")
        else:
            self.ask_now(answer.question, alone=True)

    def action_export(self, name: str = "") -> None:
        """Save the conversation as Markdown or JSON."""
        from assistant.tui.export import save_conversation

        if not self.turns:
            self.notify("There is nothing to export yet.", severity="warning")
            return
        try:
            path = save_conversation(self.turns, name)
        except PullquoteError as error:
            self.notify(one_line(str(error)), severity="error", markup=False)
            return
        self.append_note(f"Saved {one_line(str(path))}")

    def action_scroll_conversation(self, lines: int) -> None:
        """Scroll by lines."""
        self._conversation.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by pages."""
        self.action_scroll_conversation(pages * max(1, self._conversation.size.height - 2))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield SystemCommand("Articles", "Pick an article to read", self.action_articles)
        yield SystemCommand("Earlier questions", "Ask one again", self.action_earlier)
        yield SystemCommand(
            "Conversations", "Go on with a kept conversation", self.action_conversations
        )
        yield SystemCommand("New conversation", "Begin again", self.action_new)
        yield SystemCommand("Export", "Save the conversation as Markdown", self.action_export)
        yield SystemCommand("Copy quote", "With its citation", self.action_copy)
        yield SystemCommand("Open page", "In the browser, at the quote", self.action_open_link)
        yield SystemCommand("Claims", "The checked claims", self.action_claims)
        yield SystemCommand("Light or dark", "Switch", self.action_theme)
        yield from super().get_system_commands(screen)

    def _shown_pane(self) -> SourcePane | None:
        if isinstance(self.screen, SourceScreen):
            return self.screen.query_one(SourcePane)
        pane = self._beside
        return pane if pane is not None and pane.has_class("shown") else None
