"""Rows of a page → lines in reading order: columns one after the other, tables row by row."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.sources.pdf.rows import COLUMN_GAP_EM, Line, Row
from assistant.types import ParagraphKind

MIN_COLUMN_LINES = 4
MIN_COLUMN_WIDTH_EM = 10.0
"""Narrower pieces are a table's cells, which are read along the row."""

MAX_EDGES = 12
"""Places where a column may begin that are tried, the ones with most lines first."""

MAX_COLUMNS = 8

MAX_ROW_PITCH_EM = 4.0
"""Rows that stand farther apart belong to no common table."""

_LIST_MARK = re.compile(r"\W{1,2}|\(?\w{1,4}[.)]")


def reading_order(rows: Sequence[Row], *, columns: int = MAX_COLUMNS) -> list[Line]:
    """Read a page's rows (from top to bottom) column by column, where it has columns."""
    if columns > 1:
        for edge in _edges(rows):
            runs = [list(run) for _, run in groupby(rows, key=lambda row: _crosses(row, edge))]
            if any(_is_columns(run, edge) for run in runs):
                return [
                    line for run in runs for line in _run_in_order(run, edge, columns=columns - 1)
                ]
    return list(_along(rows))


def _run_in_order(run: Sequence[Row], edge: float, *, columns: int) -> list[Line]:
    if not _is_columns(run, edge):
        return reading_order(run, columns=columns)
    left = [part for row in run if (part := [line for line in row if line.left < edge])]
    right = [part for row in run if (part := [line for line in row if line.left >= edge])]
    return [
        *reading_order(left, columns=columns),
        *reading_order(right, columns=columns),
    ]


def _edges(rows: Sequence[Row]) -> list[float]:
    """Left edges that several lines share, from the left; the page's own left margin is none."""
    places = Counter(round(line.left) for row in rows for line in row)
    if len(places) < 2:
        return []
    margin = min(places)
    often = [place for place, count in places.most_common(MAX_EDGES) if count >= 2]
    return sorted(place - 1.0 for place in often if place > margin + 2)


def _crosses(row: Row, edge: float) -> bool:
    return any(line.left < edge - line.size / 4 and line.right > edge for line in row)


def _is_columns(run: Sequence[Row], edge: float) -> bool:
    """Whether the rows are two stacks of prose beside each other, parted by ``edge``."""
    lines = [line for row in run for line in row]
    left = [line for line in lines if line.left < edge]
    right = [line for line in lines if line.left >= edge]
    return _is_prose(left) and _is_prose(right) and _are_level(left, right)


def _is_prose(side: Sequence[Line]) -> bool:
    if len(side) < MIN_COLUMN_LINES:
        return False
    widths = sorted(line.right - line.left for line in side)
    size = statistics.median(line.size for line in side)
    return widths[len(widths) // 3] >= MIN_COLUMN_WIDTH_EM * size


def _are_level(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether one stands beside the other, not below it."""
    tops = [max(line.baseline for line in side) for side in (left, right)]
    bottoms = [min(line.baseline for line in side) for side in (left, right)]
    heights = [top - bottom for top, bottom in zip(tops, bottoms, strict=True)]
    return min(tops) - max(bottoms) >= 0.5 * min(heights)


def _along(rows: Sequence[Row]) -> Iterator[Line]:
    """Yield lines row by row; rows of cells that stand below each other are a table's."""
    for stack in _stacks(rows):
        slots = _slots([row for row in stack if len(row) > 1]) if len(stack) > 1 else []
        for row in stack:
            yield _table_row(row, slots) if len(slots) > 1 else _joined(row)


def _stacks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield rows that may be a table's together: split ones, and one that fills a single cell."""
    stack: list[Row] = []
    for index, row in enumerate(rows):
        fits = len(row) > 1 or _is_cell(row, stack[-1:], rows[index + 1 : index + 2])
        if stack and not (fits and _is_near(stack[-1], row)):
            yield stack
            stack = []
        if fits:
            stack.append(row)
        else:
            yield [row]
    if stack:
        yield stack


def _is_cell(row: Row, above: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether the one piece of a row stands within a column of the split rows around it."""
    return (
        bool(above and below)
        and _is_near(above[0], row)
        and _is_near(row, below[0])
        and all(
            len(other) > 1 and not any(row[0].left < i.left < row[0].right for i in other[1:])
            for other in (above[0], below[0])
        )
    )


def _is_near(above: Row, below: Row) -> bool:
    return above[0].baseline - below[0].baseline < MAX_ROW_PITCH_EM * above[0].size


def _slots(rows: Sequence[Row]) -> list[float]:
    """Left edges of the columns of a table; fewer than two where the rows are none."""
    size = statistics.median(line.size for row in rows for line in row)
    spans = sorted((line.left, line.right) for row in rows for line in row)
    edges = [spans[0][0]]
    reach = spans[0][1]
    for left, right in spans[1:]:
        if left > reach + COLUMN_GAP_EM * size / 2:
            edges.append(left)
        reach = max(reach, right)
    if len(edges) > 1 and all(
        _LIST_MARK.fullmatch(row[0].text) for row in rows if row[0].left < edges[1]
    ):
        del edges[1]  # an item and its mark
    return edges


def _table_row(row: Row, slots: Sequence[float]) -> Line:
    cells = [""] * len(slots)
    for line in row:
        slot = max(bisect_right(slots, line.left) - 1, 0)
        cells[slot] = f"{cells[slot]} {line.text}".strip()
    text = re.sub("  +", " ", " | ".join(cells)).strip()
    return replace(_joined(row), text=text, kind=ParagraphKind.TABLE)


def _joined(row: Row) -> Line:
    longest = max(row, key=lambda line: len(line.text))
    return replace(
        row[0],
        text=" ".join(line.text for line in row),
        right=max(line.right for line in row),
        size=longest.size,
    )
