"""The screens beside the conversation: lists to pick from, and help."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from assistant.tui.bidi import Bidi
from assistant.tui.commands import COMMANDS
from assistant.tui.settings import KEYS
from assistant.tui.text import Paragraphs, Part, as_option, short_date
from assistant.types import ArticleSummary, Conversation

MAX_CHOICES = 200
CHECK_EVERY = 1_000
"""Labels matched between two looks at whether the query has changed meanwhile."""
KEY_CELLS, COMMAND_CELLS = 12, 22
Choice = tuple[str, str]
"""What is picked, and what is shown for it."""


def fuzzy(query: str, choices: Sequence[Choice], stopped: object = None) -> list[Choice]:
    """The choices whose labels hold the query's letters in order, the closest first.

    >>> fuzzy("bln", [("1", "Paris"), ("2", "Berlin summit"), ("3", "A bolt in Lyon")])
    [('2', 'Berlin summit'), ('3', 'A bolt in Lyon')]
    """
    letters = [re.escape(letter) for letter in query.casefold() if not letter.isspace()]
    if not letters:
        return list(choices[:MAX_CHOICES])
    # Lazy gaps: the match that is found is not always the shortest, but it starts the earliest.
    pattern = re.compile(".*?".join(letters), re.DOTALL)
    words = query.casefold().split()
    scored = []
    for at, (value, label) in enumerate(choices):
        if at % CHECK_EVERY == 0 and getattr(stopped, "is_cancelled", False):
            return []
        folded = label.casefold()
        found = pattern.search(folded)
        if found is not None:
            whole = -sum(word in folded for word in words)
            scored.append((whole, found.end() - found.start(), found.start(), at, value, label))
    scored.sort()
    return [(entry[-2], entry[-1]) for entry in scored[:MAX_CHOICES]]


class PickScreen(ModalScreen[str | None]):
    """Pick one of many by typing parts of its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back"),
        Binding("down", "move('cursor_down')", show=False, priority=True),
        Binding("up", "move('cursor_up')", show=False, priority=True),
        Binding("pagedown", "move('page_down')", show=False, priority=True),
        Binding("pageup", "move('page_up')", show=False, priority=True),
    ]

    class Matched(Message):
        """What fits the query."""

        def __init__(self, shown: list[Choice], query: str) -> None:
            self.shown = shown
            self.query = query
            super().__init__()

    def __init__(self, title: str, choices: Sequence[Choice], *, bidi: Bidi) -> None:
        self.bidi = bidi
        self.heading = title
        self.choices = list(choices)
        self.shown: list[Choice] = []
        super().__init__()

    def compose(self) -> ComposeResult:
        """A line to type in and what matches it."""
        with Vertical(classes="pick"):
            yield Static(Text(self.heading), classes="pick-title")
            yield Input(placeholder="type to search", compact=True)
            yield OptionList(markup=False)
            yield Static(Text("↑↓ choose · Enter open · Esc back"), classes="pick-keys")

    def on_mount(self) -> None:
        """Show the first ones."""
        self._fill(self.choices[:MAX_CHOICES])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._match(event.value)

    @work(thread=True, exclusive=True, group="match")
    def _match(self, query: str) -> None:
        shown = fuzzy(query, self.choices, get_current_worker())
        if not get_current_worker().is_cancelled:
            self.post_message(self.Matched(shown, query))

    def on_pick_screen_matched(self, message: Matched) -> None:
        """Show what fits, unless more has been typed since."""
        if message.query == self.query_one(Input).value:
            self._fill(message.shown)

    def _fill(self, shown: Sequence[Choice]) -> None:
        self.shown = list(shown)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(as_option(label, bidi=self.bidi) for _, label in shown)
        if shown:
            options.highlighted = 0
        total = len(self.choices)
        told = f"{total}" if len(shown) in (total, MAX_CHOICES) else f"{len(shown)} of {total}"
        self.query_one(".pick-title", Static).update(Text(f"{self.heading} ({told})"))

    def action_move(self, name: str) -> None:
        """Move in the list without leaving the line."""
        getattr(self.query_one(OptionList), f"action_{name}")()

    def on_input_submitted(self) -> None:
        """Take the one that is marked."""
        at = self.query_one(OptionList).highlighted
        self.dismiss(self.shown[at][0] if at is not None and at < len(self.shown) else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the chosen one."""
        event.stop()
        self.dismiss(self.shown[event.option_index][0])


class HelpScreen(ModalScreen[None]):
    """All keys and commands, as they are set."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "back")]

    def __init__(self, keys: Mapping[str, str], settings_path: str) -> None:
        self.keys = keys
        self.settings_path = settings_path
        super().__init__()

    def compose(self) -> ComposeResult:
        """The text."""
        parts = help_parts(self.keys, self.settings_path)
        with VerticalScroll(classes="help"):
            yield Static(Paragraphs(parts, bidi=Bidi.APP))

    def on_mount(self) -> None:
        """Keys scroll it."""
        self.query_one(VerticalScroll).focus()


def help_parts(keys: Mapping[str, str], settings_path: str) -> list[Part]:
    """What F1 shows.

    Args:
        keys: Keys that the user has set, by name.
        settings_path: Where they are set.
    """
    rows = [
        ("1 to 9", "open that source of the answer, or write its number"),
        ("Enter", "on an answer: open its first source"),
        ("Tab", "to the next part, Shift+Tab back; after / it completes"),
        ("Up, Down", "earlier questions"),
        ("PgUp, PgDn", "scroll"),
        ("Ctrl+P", "all commands by name"),
    ]
    for key in KEYS:
        pressed = keys.get(key.name, key.keys).split(",")
        rows.append((", ".join(map(_key_words, pressed)), f"{key.description} ({key.name})"))
    parts = [Part(Text("Write a question and press Enter.")), Part(Text(""))]
    parts += [_row(name, told, KEY_CELLS) for name, told in rows]
    parts.append(Part(Text("")))
    for command in COMMANDS:
        written = f"/{command.name} {command.argument}".rstrip()
        parts.append(_row(written, command.description, COMMAND_CELLS))
    told = f"Keys (by the names in brackets), theme and text direction are set in {settings_path}"
    return [*parts, Part(Text("")), Part(Text(told)), Part(Text("Esc closes this."))]


def _row(name: str, told: str, cells: int) -> Part:
    return Part(Text.assemble((f"{name:<{cells}}", "bold"), told), cells)


def _key_words(key: str) -> str:
    parts = key.strip().split("+")
    return "+".join(
        part.capitalize() if len(parts) > 1 or len(part) > 1 else part for part in parts
    )


def article_choices(summaries: Sequence[ArticleSummary]) -> list[Choice]:
    """Articles for :class:`PickScreen`."""
    return [
        (s.id, f"{s.title}  {short_date(s.published)}" if s.published else s.title)
        for s in summaries
    ]


def conversation_choices(kept: Sequence[Conversation]) -> list[Choice]:
    """Kept conversations for :class:`PickScreen`."""
    return [
        (
            str(c.id),
            f"{c.title}  ({c.turn_count} {'turn' if c.turn_count == 1 else 'turns'}, "
            f"{short_date(c.started_at)})",
        )
        for c in kept
    ]
