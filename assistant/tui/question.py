"""The line in which questions are written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from assistant.language.inputs import MAX_QUESTION_CHARS
from assistant.output.sanitise import for_display
from assistant.tui.commands import COMMANDS, expanded

PLACEHOLDER = "Ask the articles…  (/ for commands, F1 for help)"
MAX_ENTRIES_LOOKED_AT = 2_000


class CommandSuggester(Suggester):
    """Completes slash commands and the paths after them."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first command or path that goes on from what is written."""
        if not value.startswith("/"):
            return None
        name, space, rest = value.partition(" ")
        if not space:
            names = [f"/{command.name}" for command in COMMANDS]
            return next((full for full in names if full.startswith(name) and full != name), None)
        command = next((c for c in COMMANDS if f"/{c.name}" == name), None)
        if command is None or not command.takes_path or not rest:
            return None
        return _with_path(value, rest)


def _with_path(value: str, rest: str) -> str | None:
    """``value`` with its path completed by the first entry that fits."""
    typed = Path(expanded(rest))
    folder, start = (typed, "") if rest.endswith("/") else (typed.parent, typed.name)
    try:
        names = []
        for at, entry in enumerate(folder.iterdir()):
            if at == MAX_ENTRIES_LOOKED_AT:
                break
            is_meant = entry.name.startswith(start) and (start or not entry.name.startswith("."))
            # A name may hold anything, what steers the terminal too.
            if is_meant and entry.name == for_display(entry.name, keep_newlines=False):
                names.append(entry.name + ("/" if entry.is_dir() else ""))
    except (OSError, ValueError):  # no folder, or no name at all
        return None
    return value + min(names)[len(start) :] if names else None


class QuestionInput(Input):
    """One line; Up and Down bring back earlier questions, Tab completes commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("tab", "complete", show=False),
        Binding("pageup", "app.scroll_page(-1)", show=False),
        Binding("pagedown", "app.scroll_page(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(
            placeholder=PLACEHOLDER,
            id="question",
            max_length=MAX_QUESTION_CHARS,
            suggester=CommandSuggester(),
            select_on_focus=False,
        )
        self.asked: list[str] = []
        self._at = 0
        self._draft = ""

    def keep(self, text: str) -> None:
        """Remember what was asked."""
        if not self.asked or self.asked[-1] != text:
            self.asked.append(text)
        self._at = len(self.asked)

    def action_recall(self, step: int) -> None:
        """An earlier question, or a later one; after the last the unfinished line."""
        if self._at == len(self.asked):
            self._draft = self.value
        at = min(max(0, self._at + step), len(self.asked))
        if at != self._at:
            self._at = at
            self.value = self.asked[at] if at < len(self.asked) else self._draft
            self.cursor_position = len(self.value)

    def action_complete(self) -> None:
        """Tab completes a command; elsewhere it moves on as it does everywhere."""
        if self.value.startswith("/"):
            self.action_end()
            self.action_cursor_right()
        else:
            self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        """Lines are joined; what is too long is cut, and said so."""
        event.prevent_default().stop()
        text = " ".join(event.text[: 4 * MAX_QUESTION_CHARS].split())
        room = MAX_QUESTION_CHARS - len(self.value)
        if len(event.text) > 4 * MAX_QUESTION_CHARS or len(text) > room:
            self.notify(
                f"Questions have at most {MAX_QUESTION_CHARS} characters; the rest was left out. "
                "Add long texts as articles with /add.",
                severity="warning",
            )
        self.insert_text_at_cursor(text[: max(0, room)])
