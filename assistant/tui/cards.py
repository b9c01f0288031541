"""What stands in the conversation: questions, answers, checks, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Static

from assistant.output.text import Line
from assistant.tui.bidi import Bidi
from assistant.tui.messages import OpenCitation
from assistant.tui.palette import Palette, palette_for
from assistant.tui.text import (
    Paragraphs,
    Part,
    answer_parts,
    citations_of,
    one_line,
    report_parts,
)
from assistant.types import Answer, Citation, Tier


class Question(Static):
    """What the user asked."""

    def __init__(self, question: str, *, bidi: Bidi) -> None:
        self.question = question
        parts = [Part(Text(f"› {one_line(question)}"), 2)]
        super().__init__(Paragraphs(parts, bidi=bidi), classes="question")


class Note(Static):
    """A line from the program itself."""

    def __init__(self, text: str, *, classes: str = "note") -> None:
        super().__init__(Text(text), classes=classes)


class Card(Static, can_focus=True):
    """Something with citations; Enter opens the one that is looked at, a digit opens its number."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open_shown", "open source"),
        Binding("up", "app.scroll_conversation(-3)", show=False),
        Binding("down", "app.scroll_conversation(3)", show=False),
        Binding("pageup", "app.scroll_page(-1)", show=False),
        Binding("pagedown", "app.scroll_page(1)", show=False),
        *(Binding(str(digit), f"open({digit})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, citations: Sequence[Citation], *, bidi: Bidi, classes: str) -> None:
        self.citations = tuple(citations)
        self.bidi = bidi
        super().__init__(classes=f"card {classes}")

    def parts(self, palette: Palette) -> list[Part]:
        """What the card says, in these colours."""
        raise NotImplementedError

    @property
    def answer(self) -> Answer | None:
        """The answer that the card shows, if it shows one."""
        return None

    def on_mount(self) -> None:
        """Draw, now and whenever the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())
        self._draw()

    def _draw(self) -> None:
        palette = palette_for(dark=self.app.current_theme.dark)
        self.update(Paragraphs(self.parts(palette), bidi=self.bidi))

    @property
    def citation_at_hand(self) -> Citation | None:
        """The citation of what is looked at: the first."""
        return self.citations[0] if self.citations else None

    def action_open_shown(self) -> None:
        """Open the citation of what is looked at."""
        if self.citation_at_hand is not None:
            self.action_open(1 + self.citations.index(self.citation_at_hand))

    def action_open(self, number: int) -> None:
        """Open the citation with that number."""
        if number <= len(self.citations):
            citation = self.citations[number - 1]
            self.post_message(OpenCitation(self.citations, citation, self.answer))
        elif self.citations:
            self.notify(f"The sources are numbered 1 to {len(self.citations)}.")


class AnswerCard(Card):
    """An answer with its citations."""

    def __init__(self, answer: Answer, *, bidi: Bidi) -> None:
        self._answer = answer
        self._candidate = 0
        kind = f"answer {answer.tier.value}"
        super().__init__(citations_of(answer), bidi=bidi, classes=kind)

    @property
    def answer(self) -> Answer:
        """The answer that the card shows."""
        return self._answer

    def parts(self, palette: Palette) -> list[Part]:
        """The answer, how sure, the sentences and where they stand."""
        return answer_parts(self._answer, palette, candidate=self._candidate)

    @property
    def citation_at_hand(self) -> Citation | None:
        """The citation of what is looked at."""
        return self.citations[self._candidate] if self.citations else None

    def step(self, step: int) -> bool:
        """Look at another candidate of a possible answer; whether there is one."""
        if self._answer.tier is not Tier.POSSIBLE or len(self.citations) < 2:
            return False
        self.action_candidate((self._candidate + step) % len(self.citations))
        return True

    def action_candidate(self, index: int) -> None:
        """Look at the candidate with that index."""
        self._candidate = index
        self._draw()


class ReportCard(Card):
    """The outcome of a check: lines made by :mod:`assistant.output.checks`."""

    def __init__(
        self, lines: Sequence[Line], citations: Sequence[Citation], *, bidi: Bidi, classes: str = ""
    ) -> None:
        self.lines = list(lines)
        super().__init__(citations, bidi=bidi, classes=f"report {classes}")

    def parts(self, palette: Palette) -> list[Part]:
        """The lines, those that start with a number hanging from it."""
        return report_parts(self.lines, palette)
