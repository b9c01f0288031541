"""Kept conversations: questions with their answers, in the library's own database."""

from __future__ import annotations

import json

from assistant.language.inputs import without_halves
from assistant.library import storage
from assistant.library.articles import Library
from assistant.output.json import answer_from_json, answer_to_json
from assistant.output.sanitise import json_text
from assistant.types import Answer, Conversation


def start_conversation(library: Library, title: str) -> int:
    """Begin a conversation that is kept; gives its id."""
    return library.execute_history(
        "INSERT INTO conversations (started_at, title) VALUES (?, ?)",
        (storage.now(), without_halves(title)),
    )


def add_turn(library: Library, conversation_id: int, answer: Answer) -> int:
    """Keep one question with its answer; gives the turn's id."""
    return library.execute_history(
        "INSERT INTO turns (conversation_id, asked_at, question, answer) VALUES (?, ?, ?, ?)",
        (
            conversation_id,
            storage.now(),
            answer.question,
            json_text(answer_to_json(answer)),
        ),
    )


def conversations(library: Library) -> list[Conversation]:
    """Kept conversations, newest first."""
    rows = library.history_rows(
        "SELECT c.id, c.started_at, c.title, "
        "(SELECT COUNT(*) FROM turns t WHERE t.conversation_id = c.id) "
        "FROM conversations c ORDER BY c.id DESC"
    )
    return [Conversation(*row) for row in rows]


def turns(library: Library, conversation_id: int) -> list[Answer]:
    """The answers of a conversation, oldest first."""
    rows = library.history_rows(
        "SELECT answer FROM turns WHERE conversation_id = ? ORDER BY id", (conversation_id,)
    )
    return [answer_from_json(json.loads(row[0])) for row in rows]
