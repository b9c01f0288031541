"""The chat: what keys and commands do in the conversation."""

from __future__ import annotations

import os
import re
import webbrowser
from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text
from textual.app import SystemCommand
from textual.screen import Screen
from textual.widgets import Input

from assistant.errors import UsageError
from assistant.sanitise import safe_url
from assistant.tui import commands, messages, turns
from assistant.tui.bidi import Bidi, has_rtl
from assistant.tui.cards import AnswerCard, Card
from assistant.tui.clipboard import copy_through_tmux
from assistant.tui.conversation import ConversationApp
from assistant.tui.screens import (
    HelpScreen,
    PickScreen,
    article_choices,
    conversation_choices,
)
from assistant.tui.source import SourcePane, SourceScreen
from assistant.tui.text import Paragraphs, Part, one_line
from assistant.tui.welcome import Welcome
from assistant.types import Answer, Citation

HISTORY_TURNS = 6
"""Earlier turns that a follow-up may take its subject from."""
_NUMBER = re.compile(r"^\[?(\d{1,2})\]?$")


class PullquoteApp(ConversationApp):
    """The chat over one library."""

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
            turns.run_command(self, command.name, rest)

    # What the user opens

    def on_open_citation(self, message: messages.OpenCitation) -> None:
        """Show a source at its quote."""
        if self.pq is not None:
            self.load_source(message.citation.article_id, message)

    def on_open_article(self, message: messages.OpenArticle) -> None:
        """Show an article."""
        if self.pq is not None:
            self.load_source(message.article_id, None)

    def on_welcome_asked(self, message: Welcome.Asked) -> None:
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
                self.on_welcome_asked(Welcome.Asked(question))

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
        turns.show_claims(self, None)

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
            return self.focused.citations[0] if self.focused.citations else None
        if pane is not None and pane.article is not None:
            return pane.citation
        card = self._last_card()
        return card.citations[0] if card is not None else None

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
        except OSError as error:
            self.notify(
                f"{name}: {error.strerror}; name another file", severity="error", markup=False
            )
            return
        except UsageError as error:
            self.notify(str(error), severity="error", markup=False)
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
        yield from turns.system_commands(self)
        yield from super().get_system_commands(screen)

    def _shown_pane(self) -> SourcePane | None:
        if isinstance(self.screen, SourceScreen):
            return self.screen.query_one(SourcePane)
        pane = self._beside
        return pane if pane is not None and pane.has_class("shown") else None
