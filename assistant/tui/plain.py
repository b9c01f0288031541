"""The chat line by line: for screen readers, dumb terminals and pipes."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import TextIO

from assistant.assistant import Assistant
from assistant.errors import LibraryReadOnly, PullquoteError
from assistant.output.sanitise import for_display
from assistant.output.text import (
    Line,
    answer_lines,
    brief_lines,
    report_lines,
    warning_lines,
    write_lines,
)
from assistant.tui.commands import COMMANDS, claims_file, command_named, sources_in
from assistant.types import Answer

PROMPT = "> "
MAX_HISTORY = 20
FULL_SCREEN = ("articles", "related", "export", "history")
"""Commands that only the full screen has."""


def run_plain(
    open_assistant: Callable[[], Assistant],
    *,
    continue_last: bool = False,
    source: TextIO | None = None,
    target: TextIO | None = None,
) -> int:
    """Read questions and commands a line each, write answers, until the input ends or ``/quit``."""
    source, target = source or _standard_input(), target or sys.stdout
    with open_assistant() as pq:
        talk = _Talk(pq, continue_last=continue_last)
        target.write("Ask a question; /help lists commands, an empty line or /quit ends.\n")
        while True:
            target.write(PROMPT)
            target.flush()
            line = source.readline().removeprefix("\ufeff").strip()
            if not line or line == "/exit" or _is_quit(line):
                target.write("\n")
                return 0
            try:
                write_lines(talk.lines_for(line), target)
            except PullquoteError as error:
                target.write(f"{for_display(str(error))}\n")


def _standard_input() -> TextIO:
    """Lines of UTF-8 text, whatever the locale; bytes that are none are shown as such, not fatal."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def _is_quit(line: str) -> bool:
    command = command_named(line[1:]) if line.startswith("/") else None
    return command is not None and command.name == "quit"


class _Talk:
    """A conversation, kept as it goes on."""

    def __init__(self, pq: Assistant, *, continue_last: bool) -> None:
        self._pq = pq
        self._conversation: int | None = None
        self._history: list[Answer] = []
        kept = pq.conversations() if continue_last else []
        if kept:
            self._conversation = kept[0].id
            self._history = pq.turns(kept[0].id)

    def lines_for(self, line: str) -> list[Line]:
        """What is said to one line of input.

        Raises:
            PullquoteError: It cannot be answered or done.
        """
        if not line.startswith("/"):
            return self._ask(line)
        name, _, rest = line[1:].partition(" ")
        rest = rest.strip()
        command = command_named(name)
        if command is None:
            return _told(f"There is no command /{name}; /help lists them.")
        if command.name in FULL_SCREEN:
            return _told(
                f"/{command.name} needs the full screen: start `pullquote` in a terminal, "
                "without --plain."
            )
        if not rest and (command.needs_argument or command.name == "alone"):
            return _told(f"/{command.name} {command.argument}: {command.description}")
        return self._run(command.name, rest)

    def _run(self, name: str, rest: str) -> list[Line]:
        from assistant.output.checks import claim_lines, quote_lines, timeline_lines

        if name == "verify":
            return quote_lines(self._pq.verify(rest))
        if name == "check" and claims_file(rest) is not None:
            return _told("Many claims at once: `pullquote check --batch FILE`.")
        if name == "check":
            return claim_lines(self._pq.check(rest))
        if name == "timeline":
            return timeline_lines(self._pq.timeline(rest))
        if name == "brief":
            return brief_lines(self._pq.brief(rest))
        if name == "add":
            report = self._pq.add(sources_in(rest))
            return [*report_lines(report), *warning_lines(report)]
        if name == "alone":
            return self._ask(rest, alone=True)
        if name == "new":
            self._conversation, self._history = None, []
            return _told("A new conversation.")
        if name == "library":
            count = self._pq.article_count()
            words = "1 article" if count == 1 else f"{count:,} articles"
            return _told(f"{words} in {self._pq.folder}")
        return _help()

    def _ask(self, question: str, *, alone: bool = False) -> list[Line]:
        answer = self._pq.ask(question, history=() if alone else self._history)
        with contextlib.suppress(LibraryReadOnly):
            if self._conversation is None:
                self._conversation = self._pq.start_conversation(question)
            self._pq.add_turn(self._conversation, answer)
        self._history = [*self._history, answer][-MAX_HISTORY:]
        return answer_lines(answer)


def _help() -> list[Line]:
    lines = [
        _line(f"{f'/{command.name} {command.argument}'.rstrip()}: {command.description}")
        for command in COMMANDS
        if command.name not in FULL_SCREEN
    ]
    others = ", ".join(f"/{name}" for name in FULL_SCREEN)
    return [*lines, _line(f"In the full screen only: {others}")]


def _told(text: str) -> list[Line]:
    return [_line(text)]


def _line(text: str) -> Line:
    return [(for_display(text, keep_newlines=False), "")]
