"""Tables as text: a line a row, every cell in its column."""

from __future__ import annotations

from collections.abc import Sequence


def lines_of(rows: Sequence[Sequence[str]]) -> str:
    r"""Write rows of clean cells as lines; an empty cell keeps its place.

    >>> lines_of([["Team", "Gold", "Silver"], ["Belmark", "", "3"], ["", "7", ""]])
    'Team | Gold | Silver\nBelmark | | 3\n| 7 |'
    """
    return "\n".join(" | ".join(row).replace("  ", " ").strip() for row in rows if row)
