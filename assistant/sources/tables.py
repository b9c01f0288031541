"""Tables: every cell in its column, also beside empty, spanned and nested ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

MAX_COLUMNS = 200
TO_THE_END = 9_999
"""Rows that a cell spans that says 0."""
MAX_CELL_CHARS = 600
"""A longer cell is a column of a page, not of a table."""
_PAGE_PARTS = ("h1", "h2", "article", "form", "iframe")


def lines_of(rows: Sequence[Sequence[str]]) -> str:
    r"""Rows of cells as lines; an empty cell keeps its place.

    >>> lines_of([["Team", "Gold", "Silver"], ["Belmark", "", "3"], ["All", "", ""]])
    'Team | Gold | Silver\nBelmark | | 3\nAll | |'
    """
    lines = (
        row[0] + "".join(f" | {cell}" if cell else " |" for cell in row[1:]) for row in rows if row
    )
    return "\n".join(line.lstrip() for line in lines)


CellText = Callable[[Any], str]
"""An element of a cell to its text in one line."""


def grid_of(table: Any, text_of: CellText) -> list[list[str]]:
    """Cells of an HTML table, row by row.

    A cell that spans rows is repeated in each, for it belongs to each; one that spans columns is repeated
    where it is a head, and keeps the other places empty where it is not.

    Returns:
        Empty where the table only lays out a page: it has one column, or columns of prose.
    """
    if table.get("role") in ("presentation", "none"):
        return []
    nested = next(table.iterdescendants("table"), None)
    is_deep = nested is not None and next(nested.iterdescendants("table"), None) is not None
    if is_deep or next(table.iter(*_PAGE_PARTS), None) is not None:
        return []
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column: rows still to fill, and with what
    for row in _rows(table):
        cells, below = _fill(row, below, text_of)
        if any(len(cell) > MAX_CELL_CHARS for cell in cells):
            return []
        if any(cells):
            rows.append(cells)
    width = max((sum(map(bool, row)) for row in rows), default=0)
    if width < 2:
        return []
    columns = max(map(len, rows))
    return [
        row + [""] * (columns - len(row)) if sum(map(bool, row)) > 1 else _alone(row)
        for row in rows
    ]


def _alone(row: list[str]) -> list[str]:
    """A row of one cell: the head of the rows below it, unless it stands in a column of its own."""
    return [row[0]] if row[0] else row


def _rows(table: Any) -> list[Any]:
    parts = [table, *table.iterchildren("thead", "tbody", "tfoot")]
    found = [row for part in parts for row in part.iterchildren("tr")]
    order = {"thead": 0, "tfoot": 2}
    return sorted(found, key=lambda row: order.get(row.getparent().tag, 1))


def _fill(
    row: Any, above: dict[int, tuple[int, str]], text_of: CellText
) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """One row's cells, and what they leave for the rows below."""
    cells: list[str] = []
    below: dict[int, tuple[int, str]] = {}

    def put(text: str) -> None:
        cells.append(text)

    def fill_from_above() -> None:
        while (at := len(cells)) in above:
            count, text = above[at]
            if count > 1:
                below[at] = (count - 1, text)
            put(text)

    all_cells = list(row.iterchildren("td", "th"))
    is_head = all(cell.tag == "th" for cell in all_cells) and len(all_cells) > 1
    for cell in all_cells:
        fill_from_above()
        text = text_of(cell)
        for step in range(min(_span(cell, "colspan"), MAX_COLUMNS - len(cells))):
            shown = text if step == 0 or is_head else ""
            if (count := _span(cell, "rowspan")) > 1:
                below[len(cells)] = (count - 1, shown)
            put(shown)
    fill_from_above()
    for at in sorted(above):
        if at > len(cells):
            cells.extend([""] * (at - len(cells)))
            fill_from_above()
    return cells, below


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "").strip()
    if not value.isdecimal() or len(value) > 4:
        return 1
    return int(value) or (TO_THE_END if name == "rowspan" else 1)
