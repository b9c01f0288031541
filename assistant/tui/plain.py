"""The chat line by line: for screen readers, dumb terminals and pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from assistant.assistant import Assistant
from assistant.errors import PullquoteError
from assistant.render import answer_lines, write_lines
from assistant.sanitise import for_display
from assistant.types import Answer

PROMPT = "> "
MAX_HISTORY = 20


def run_plain(
    open_assistant: Callable[[], Assistant],
    *,
    continue_last: bool = False,
    source: TextIO | None = None,
    target: TextIO | None = None,
) -> int:
    """Read questions a line each, write answers, until the input ends or ``/quit``."""
    source, target = source or sys.stdin, target or sys.stdout
    with open_assistant() as pq:
        history: list[Answer] = []
        conversation: int | None = None
        kept = pq.conversations() if continue_last else []
        if kept:
            conversation = kept[0].id
            history = pq.turns(conversation)
        target.write("Ask a question; an empty line or /quit ends.\n")
        while True:
            target.write(PROMPT)
            target.flush()
            line = source.readline()
            question = line.strip()
            if not question or question in ("/quit", "/exit"):
                target.write("\n")
                return 0
            try:
                answer = pq.ask(question, history=history)
                if conversation is None:
                    conversation = pq.start_conversation(question)
                pq.add_turn(conversation, answer)
            except PullquoteError as error:
                target.write(f"{for_display(str(error))}\n")
                continue
            history = [*history, answer][-MAX_HISTORY:]
            write_lines(answer_lines(answer), target)
