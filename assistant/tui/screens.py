"""The screens beside the conversation: a source on its own, the list of articles, help."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.fuzzy import Matcher
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.sanitise import for_display
from assistant.tui.bidi import Bidi
from assistant.tui.widgets import SourcePane
from assistant.types import ArticleSummary

MAX_CHOICES = 200

HELP = """\
Ask anything in the line below; Enter asks.

Tab, Shift+Tab   to the answers and back
Enter, 1 to 9    on an answer: open that citation
n, p             in a source: next and previous evidence
o                in a source: open the page at the quote
y                copy the quote with its citation
e                save the conversation as Markdown
Escape           cancel the question, leave a screen
Ctrl+T           to the source pane
F2               articles      F3  earlier questions
F4               light or dark F1  this help
Ctrl+P           all commands  Ctrl+Q  leave

/add PATH        add files or folders
/articles        pick an article     /related   of the open source
/export FILE     .md or .json        /library   where it is
/verify QUOTE    is it really there? /alone QUESTION  as it stands
/help            this                /quit      leave
"""


class SourceScreen(Screen[None]):
    """A source on a screen of its own, where there is no room beside the conversation."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen", "back")]

    def __init__(self, bidi: Bidi) -> None:
        self.bidi = bidi
        super().__init__()

    def compose(self) -> ComposeResult:
        """The pane and the keys."""
        yield SourcePane(bidi=self.bidi, name="source alone")
        yield Footer()


class PickScreen(ModalScreen[str | None]):
    """Pick one of many by typing parts of its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back"),
        Binding("down", "down", show=False),
    ]

    def __init__(self, title: str, choices: list[tuple[str, str]]) -> None:
        """Offer ``choices``, pairs of (value, label)."""
        self.heading = title
        self.choices = choices
        super().__init__()

    def compose(self) -> ComposeResult:
        """A line to type in and what matches it."""
        with Vertical(classes="pick"):
            yield Static(Text(self.heading), classes="pick-title")
            yield Input(placeholder="type to search")
            yield OptionList()

    def on_mount(self) -> None:
        """Show everything first."""
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._fill(event.value)

    def _fill(self, query: str) -> None:
        shown = self.choices
        if query:
            matcher = Matcher(query)
            scored = [(matcher.match(label), value, label) for value, label in self.choices]
            scored = sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])
            shown = [(value, label) for _, value, label in scored]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Text(for_display(label, keep_newlines=False)), id=f"{number}")
            for number, (_, label) in enumerate(shown[:MAX_CHOICES])
        )
        self.shown = shown
        if shown:
            options.highlighted = 0

    def action_down(self) -> None:
        """From the line into the list."""
        self.query_one(OptionList).focus()

    def on_input_submitted(self) -> None:
        """Take the first match."""
        self.dismiss(self.shown[0][0] if self.shown else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the chosen one."""
        event.stop()
        self.dismiss(self.shown[event.option_index][0])


class HelpScreen(ModalScreen[None]):
    """All keys and commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "app.pop_screen", "back"),
    ]

    def compose(self) -> ComposeResult:
        """The text."""
        with VerticalScroll(classes="help"):
            yield Static(Text(HELP))


def article_choices(summaries: list[ArticleSummary]) -> list[tuple[str, str]]:
    """Articles for :class:`PickScreen`."""
    return [
        (summary.id, f"{summary.title}  {summary.published or ''}".rstrip())
        for summary in summaries
    ]
