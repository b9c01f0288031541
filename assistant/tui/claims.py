"""The claims of a batch: verdicts as they come, filters, evidence, CSV."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Input, Static

from assistant.errors import PullquoteError
from assistant.tui import messages
from assistant.tui.bidi import Bidi, is_rtl, visual_line
from assistant.tui.cards import Card
from assistant.tui.palette import Palette, palette_for
from assistant.tui.text import one_line
from assistant.tui.turns import card_for
from assistant.types import ClaimReport, Verdict

FILTERS: tuple[Verdict | None, ...] = (None, *Verdict)
"""What is shown, by the digit that chooses it: 0 for all."""
COLUMNS = ("#", "verdict", "sure", "what differs or lacks", "claim")
DIFFERS_CHARS = 40
CLAIM_CHARS = 300


def verdict_words(verdict: Verdict) -> str:
    """A verdict with a mark, so that it shows without colours."""
    marks = {
        Verdict.SUPPORTED: "✓",
        Verdict.CONTRADICTED: "✗",
        Verdict.MIXED: "±",
        Verdict.NOT_ENOUGH: "?",
    }
    words = "not enough" if verdict is Verdict.NOT_ENOUGH else verdict.value
    return f"{marks[verdict]} {words}"


def verdict_style(verdict: Verdict, palette: Palette) -> str:
    """Its colour."""
    styles = {
        Verdict.SUPPORTED: palette.good,
        Verdict.CONTRADICTED: palette.bad,
        Verdict.MIXED: palette.warn,
        Verdict.NOT_ENOUGH: palette.muted,
    }
    return styles[verdict]


class ClaimsScreen(Screen[None]):
    """A table of claims, the evidence of the marked one below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("slash", "search", "search"),
        Binding("enter", "evidence", "evidence"),
        Binding("x", "save", "export CSV"),
        Binding("ctrl+c", "stop", "stop", show=False),
        *(Binding(str(digit), f"filter({digit})", show=False) for digit in range(len(FILTERS))),
    ]

    def __init__(self, reports: list[ClaimReport], name: str, *, bidi: Bidi) -> None:
        self.reports = reports
        self.file_name = name
        self.bidi = bidi
        self.verdict: Verdict | None = None
        self.shown: list[int] = []
        self._total = len(reports)
        self._table_ready = False
        self._failure = ""
        super().__init__()

    def compose(self) -> ComposeResult:
        """Progress, filters, table, evidence."""
        yield Static(id="claims-head")
        yield Static(id="claims-filters")
        yield Input(placeholder="only claims with these words", id="claims-search", compact=True)
        yield DataTable(id="claims-table", cursor_type="row", zebra_stripes=True)
        yield VerticalScroll(id="claims-evidence", can_focus=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show what is there already."""
        table = self._table
        for column in COLUMNS:
            table.add_column(column, key=column)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._fill())
        self._table_ready = True
        self._fill()
        table.focus()

    def progressed(self, message: messages.ClaimChecked) -> None:
        """More claims have their verdicts (they are in ``reports`` already)."""
        self._total = message.total
        if not self._table_ready:
            return
        first = len(self.reports) - len(message.reports)
        for at in range(first, len(self.reports)):
            if self._fits(self.reports[at]):
                self._add_row(at)
        self._head()
        if first == 0:
            self._show_evidence()

    def failed(self, text: str) -> None:
        """Say why checking ended."""
        self._failure = one_line(text)
        self._head()

    def _fits(self, report: ClaimReport) -> bool:
        words = self.query_one("#claims-search", Input).value.casefold().split()
        text = f"{report.claim} {report.id or ''}".casefold()
        return self.verdict in (None, report.verdict) and all(word in text for word in words)

    def _fill(self) -> None:
        self._table.clear()
        self.shown = []
        for at, report in enumerate(self.reports):
            if self._fits(report):
                self._add_row(at)
        self._head()
        self._show_evidence()

    def _add_row(self, at: int) -> None:
        report = self.reports[at]
        palette = palette_for(dark=self.app.current_theme.dark)
        differs = "; ".join(f"{d.about.value}: {d.found or '–'}" for d in report.differences)
        is_open = report.verdict is Verdict.NOT_ENOUGH
        if is_open and report.missing and not differs:
            differs = f"lacks {', '.join(report.missing)}"
        claim = one_line(report.claim[:CLAIM_CHARS])
        line = Text(claim)
        if self.bidi is Bidi.APP:
            line = visual_line(line, base_rtl=is_rtl(claim))
        self._table.add_row(
            Text(one_line(report.id or str(at + 1))),
            Text(verdict_words(report.verdict), style=verdict_style(report.verdict, palette)),
            "" if is_open else f"{report.confidence:.0%}",
            Text(one_line(differs)[:DIFFERS_CHARS]),  # a string would be taken for markup
            line,
            key=str(at),
        )
        self.shown.append(at)

    def _head(self) -> None:
        done, total = len(self.reports), max(self._total, len(self.reports))
        told = f"{done} of {total} claims checked" if done < total else f"{done} claims"
        if self._failure:
            told += f" · {self._failure}"
        elif done < total:
            told += " · Ctrl+C stops"
        name = f" · {one_line(self.file_name)}" if self.file_name else ""
        self.query_one("#claims-head", Static).update(Text(f"{told}{name}"))
        line = Text()
        for digit, verdict in enumerate(FILTERS):
            count = sum(verdict in (None, report.verdict) for report in self.reports)
            words = "all" if verdict is None else verdict_words(verdict)
            style = "bold reverse" if verdict is self.verdict else ""
            line.append(f" {digit} {words} {count} ", style=style)
        self.query_one("#claims-filters", Static).update(line)

    @property
    def _table(self) -> DataTable[object]:
        return self.query_one("#claims-table", DataTable)

    @property
    def marked(self) -> ClaimReport | None:
        """The claim under the cursor."""
        row = self._table.cursor_row
        return self.reports[self.shown[row]] if 0 <= row < len(self.shown) else None

    def _show_evidence(self) -> None:
        box = self.query_one("#claims-evidence", VerticalScroll)
        box.remove_children()
        report = self.marked
        if report is not None:
            box.mount(card_for(report, bidi=self.bidi))
            box.scroll_home(animate=False)

    def on_data_table_row_highlighted(self) -> None:
        """The evidence follows the cursor."""
        self._show_evidence()

    def on_data_table_row_selected(self) -> None:
        """Enter goes to the evidence."""
        self.action_evidence()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Only claims with these words."""
        event.stop()
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the table."""
        event.stop()
        self._table.focus()

    def action_filter(self, digit: int) -> None:
        """Only claims with this verdict."""
        self.verdict = FILTERS[digit]
        self._fill()

    def action_search(self) -> None:
        """To the words."""
        self.query_one("#claims-search", Input).focus()

    def action_evidence(self) -> None:
        """From the table to its evidence."""
        for card in self.query(Card):
            card.focus()

    def action_back(self) -> None:
        """From the evidence to the table, from there to the conversation."""
        if self._table.has_focus:
            self.dismiss()
        else:
            self._table.focus()

    def action_stop(self) -> None:
        """Stop checking; what was checked stays."""
        self.app.cancel_claims.set()  # type: ignore[attr-defined]

    def action_save(self) -> None:
        """Write the claims that are shown to a new CSV file."""
        from assistant.checking.claims.batches import CSV_COLUMNS, csv_line, csv_row
        from assistant.checking.evidence.bundles import write_files

        path = _free_path(Path(self.file_name or "claims"))
        lines = [csv_line(CSV_COLUMNS)]
        lines += [csv_line(csv_row(self.reports[at])) for at in self.shown]
        try:
            write_files({path: "".join(lines).encode("utf-8", "backslashreplace")})
        except PullquoteError as error:
            self.notify(one_line(str(error)), severity="error", markup=False)
            return
        saved = f"Saved {len(self.shown)} claims to {path.absolute()}"
        self.notify(one_line(saved), markup=False)


def _free_path(claims: Path) -> Path:
    """``NAME-checked.csv`` in the working folder, or the first free name like it."""
    number = 1
    path = Path(f"{claims.stem}-checked.csv")
    while os.path.lexists(path):
        number += 1
        path = Path(f"{claims.stem}-checked-{number}.csv")
    return path
