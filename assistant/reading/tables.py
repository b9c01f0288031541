"""Tables as a reader can read them: each cell beside the heads of its row and column.

A network that was trained on sentences counts no columns: in "Corvia | 2 | | 1" it takes the first number.
So of a table it is given the rows and columns that the question names, as "Corvia: 1 Bronze", and what it
finds there is led back to the cell.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from assistant.language.words import words_of

CELL_SEPARATOR = " | "
STEM_CHARS = 4
"""Words that share so many first letters, and one of which begins the other, are the same here."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A text to read, and where each of its characters is from."""

    text: str
    origins: tuple[int, ...]
    """Offset in the passage, -1 for what stands between cells."""

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """The passage's stretch behind a span of the view: of its first cell alone; None where it has none."""
        span = list(self.origins[start:end])
        while span and span[0] < 0:
            span.pop(0)
        length = next((n for n in range(1, len(span)) if span[n] != span[0] + n), len(span))
        return (span[0], span[0] + length) if span else None


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    start: int
    """Offset in the passage."""


def table_view(question: str, passage: str) -> TableView | None:
    r"""The rows and columns of a table that a question names; all where it names none.

    Returns:
        None where the passage is no table with a head of words over each column.

    >>> table_view("How many bronze medals did Corvia win?", "Team | Gold | Bronze\nCorvia | 2 | 1").text
    'Corvia: 1 Bronze.'
    """
    if CELL_SEPARATOR not in passage:
        return None
    head, *rows = _rows_of(passage)
    if not rows or not _is_head(head) or any(len(row) > len(head) for row in rows):
        return None
    parts = _named_cells(set(words_of(question)), head, rows)
    origins: list[int] = []
    for text, start in parts:
        origins += range(start, start + len(text)) if start >= 0 else [-1] * len(text)
    return TableView("".join(text for text, _ in parts).rstrip("\n"), tuple(origins))


def _named_cells(
    asked: Set[str], head: Sequence[_Cell], rows: Sequence[Sequence[_Cell]]
) -> list[tuple[str, int]]:
    keys = [{at for at, cell in enumerate(row) if _is_named(cell, asked)} for row in rows]
    chosen = [(row, key) for row, key in zip(rows, keys, strict=True) if key]
    parts: list[tuple[str, int]] = []
    for row, key in chosen or [(row, {0}) for row in rows]:
        columns = [at for at in range(len(row)) if at not in key]
        named = [at for at in columns if _is_named(head[at], asked)]
        parts += _line(
            [row[at] for at in sorted(key)], [(row[at], head[at]) for at in named or columns]
        )
    return parts


def _line(key: Sequence[_Cell], cells: Sequence[tuple[_Cell, _Cell]]) -> list[tuple[str, int]]:
    """One row as "key, key: value head, value head." with offsets; nothing where its cells are empty."""
    filled = [(cell, head) for cell, head in cells if cell.text]
    if not filled:
        return []
    parts: list[tuple[str, int]] = []
    for at, cell in enumerate(key):
        parts += [(", ", -1)] if at else []
        parts.append((cell.text, cell.start))
    for at, (cell, head) in enumerate(filled):
        parts += [(", " if at else ": ", -1), (cell.text, cell.start)]
        parts += [(" ", -1), (head.text, head.start)] if head.text else []
    return [*parts, (".\n", -1)]


def _rows_of(passage: str) -> list[list[_Cell]]:
    rows = []
    start = 0
    for line in passage.split("\n"):
        cells, at = [], start
        for part in line.split("|"):
            text = part.strip()
            cells.append(_Cell(text, at + len(part) - len(part.lstrip())))
            at += len(part) + 1
        rows.append(cells)
        start += len(line) + 1
    return rows


def _is_head(row: Sequence[_Cell]) -> bool:
    """Whether a first row names columns: by words, or by years over the numbers below an empty corner."""
    named = [cell.text for cell in row[1:]]
    if len(row) < 2 or not all(named):
        return False
    return not row[0].text or all(any(c.isalpha() for c in text) for text in named)


def _is_named(cell: _Cell, asked: Set[str]) -> bool:
    words = words_of(cell.text)
    return bool(words) and all(any(_is_same(word, other) for other in asked) for word in words)


def _is_same(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    return len(short) >= STEM_CHARS and long.startswith(short)
