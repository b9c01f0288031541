"""The kinds of turn that a conversation holds: their citations, lines and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.output.text import Line, quote_marks
from assistant.tui.bidi import Bidi
from assistant.tui.cards import AnswerCard, Card, ReportCard
from assistant.tui.messages import Turn
from assistant.tui.screens import Choice
from assistant.tui.text import citations_of, one_line, place
from assistant.types import Answer, Brief, Citation, ClaimReport, QuoteReport

if TYPE_CHECKING:
    from assistant.assistant import Assistant

CONVERSATIONS_SEARCHED = 200


def citations_in(turn: Turn) -> list[Citation]:
    """All citations of a turn, in the order of their numbers."""
    if isinstance(turn, Answer):
        return citations_of(turn)
    if isinstance(turn, Brief):
        return list(turn.citations)
    if isinstance(turn, ClaimReport):
        return [item.citation for item in turn.evidence]
    if isinstance(turn, QuoteReport):
        return [match.citations[0] for match in turn.matches if match.citations]
    return [entry.citation for entry in turn.entries]


def lines_of(turn: Turn) -> list[Line]:
    """A turn as lines for people."""
    from assistant.output.checks import claim_lines, quote_lines, timeline_lines
    from assistant.output.text import answer_lines, brief_lines

    if isinstance(turn, Answer):
        return answer_lines(turn)
    if isinstance(turn, Brief):
        return brief_lines(turn)
    if isinstance(turn, ClaimReport):
        return claim_lines(turn)
    if isinstance(turn, QuoteReport):
        return quote_lines(turn)
    return timeline_lines(turn)


def question_of(turn: Turn) -> str:
    """What the user wrote for it."""
    if isinstance(turn, Answer):
        return turn.question
    if isinstance(turn, Brief):
        return f"/brief {turn.subject}"
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
