"""The kinds of turn that a conversation holds, and the commands that make them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from assistant.checking.reports import ClaimReport, QuoteReport
from assistant.render import Line, quote_marks
from assistant.tui.bidi import Bidi
from assistant.tui.cards import AnswerCard, Card, ReportCard
from assistant.tui.commands import claims_file, sources_in
from assistant.tui.messages import Turn
from assistant.tui.screens import Choice
from assistant.tui.text import citations_of, one_line, place
from assistant.types import Answer, Citation

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.tui.app import PullquoteApp

CONVERSATIONS_SEARCHED = 200


def citations_in(turn: Turn) -> list[Citation]:
    """All citations of a turn, in the order of their numbers."""
    if isinstance(turn, Answer):
        return citations_of(turn)
    if isinstance(turn, ClaimReport):
        return [item.citation for item in turn.evidence]
    if isinstance(turn, QuoteReport):
        return [match.citations[0] for match in turn.matches if match.citations]
    return [entry.citation for entry in turn.entries]


def lines_of(turn: Turn) -> list[Line]:
    """A turn as lines for people."""
    from assistant.render import answer_lines
    from assistant.render_checking import claim_lines, quote_lines, timeline_lines

    if isinstance(turn, Answer):
        return answer_lines(turn)
    if isinstance(turn, ClaimReport):
        return claim_lines(turn)
    if isinstance(turn, QuoteReport):
        return quote_lines(turn)
    return timeline_lines(turn)


def question_of(turn: Turn) -> str:
    """What the user wrote for it."""
    if isinstance(turn, Answer):
        return turn.question
    if isinstance(turn, ClaimReport):
        return f"/check {turn.claim}"
    if isinstance(turn, QuoteReport):
        return f"/verify {turn.text}"
    return f"/timeline {turn.subject}"


def card_for(turn: Turn, *, bidi: Bidi) -> Card:
    """The widget that shows a turn."""
    if isinstance(turn, Answer):
        return AnswerCard(turn, bidi=bidi)
    return ReportCard(lines_of(turn), citations_in(turn), bidi=bidi)


def quotation(citation: Citation) -> str:
    """A quote with its citation, for pasting elsewhere."""
    link = f" {citation.link}" if citation.link else ""
    opening, closing = quote_marks(citation.quote)
    return f"{opening}{one_line(citation.quote)}{closing} — {one_line(citation.title)}, {place(citation)}{link}"


def earlier_questions(pq: Assistant) -> list[Choice]:
    """Questions of kept conversations, newest first, each once."""
    asked = [
        answer.question
        for conversation in pq.conversations()[:CONVERSATIONS_SEARCHED]
        for answer in reversed(pq.turns(conversation.id))
    ]
    return [(question, question) for question in dict.fromkeys(asked)]


def run_command(app: PullquoteApp, name: str, rest: str) -> None:
    """Do what a slash command says."""
    if name == "add":
        app.add_sources(sources_in(rest))
    elif name == "verify":
        app.run_turn(f"/verify {rest}", lambda: app.verify(rest))
    elif name == "check" and (path := claims_file(rest)) is not None:
        show_claims(app, path)
    elif name == "check":
        app.run_turn(f"/check {rest}", lambda: app.check(rest))
    elif name == "timeline":
        app.run_turn(f"/timeline {rest}", lambda: app.timeline(rest))
    elif name == "alone" and rest:
        app.ask_now(rest, alone=True)
    elif name == "alone":
        app.action_alone()
    elif name == "export":
        app.action_export(rest)
    elif name == "library":
        _tell_library(app)
    elif name == "quit":
        app.exit(0)
    else:
        actions = {
            "articles": app.action_articles,
            "related": app.action_related,
            "history": app.action_conversations,
            "new": app.action_new,
            "help": app.action_help,
        }
        actions[name]()


def _tell_library(app: PullquoteApp) -> None:
    if app.pq is None:
        app.append_note("The library is still being opened.")
        return
    folder = app.pq.folder

    def told(summary: tuple[int, int]) -> None:
        articles, conversations = summary
        kept = "1 conversation" if conversations == 1 else f"{conversations:,} conversations"
        words = "1 article" if articles == 1 else f"{articles:,} articles"
        app.append_note(f"{words} and {kept} in {one_line(str(folder))}")

    app.fetch(lambda pq: (pq.article_count(), len(pq.conversations())), told)


def show_claims(app: PullquoteApp, path: Path | None) -> None:
    """Show the claims screen; with a file, check the claims in it."""
    from assistant.tui.claims import ClaimsScreen

    if app.pq is None:
        app.append_note("The library is still being opened.")
        return
    if path is None and not app.claims:
        app.append_note("No claims were checked yet: /check FILE (text, CSV or JSON lines).")
        return
    if path is not None:
        app.claims.clear()
        # An event of its own: cleared, that of a batch before would let its worker go on.
        earlier, app.cancel_claims = app.cancel_claims, threading.Event()
        earlier.set()
    if not isinstance(app.screen, ClaimsScreen):
        app.push_screen(ClaimsScreen(app.claims, str(path or ""), bidi=app.bidi))
    if path is not None:
        app.check_claims(path, app.cancel_claims)


def system_commands(app: PullquoteApp) -> Iterator[SystemCommand]:
    """What the command palette offers of the chat's own."""
    yield SystemCommand("Articles", "Pick an article to read", app.action_articles)
    yield SystemCommand("Earlier questions", "Ask one again", app.action_earlier)
    yield SystemCommand("Conversations", "Go on with a kept conversation", app.action_conversations)
    yield SystemCommand("New conversation", "Begin again", app.action_new)
    yield SystemCommand("Export", "Save the conversation as Markdown", app.action_export)
    yield SystemCommand("Copy quote", "With its citation", app.action_copy)
    yield SystemCommand("Open page", "In the browser, at the quote", app.action_open_link)
    yield SystemCommand("Claims", "The checked claims", app.action_claims)
    yield SystemCommand("Light or dark", "Switch", app.action_theme)
