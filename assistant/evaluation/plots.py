"""Curves drawn with characters: they show in a terminal, and rich saves them as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation.metrics import Bin

PLOT_WIDTH, PLOT_HEIGHT = 40, 10
EIGHTHS = " ▁▂▃▄▅▆▇█"

Plot = list[list[tuple[str, str]]]
"""Lines of ``(text, style)`` pieces."""


def coverage_plot(curve: Sequence[tuple[float, float]]) -> Plot:
    """Columns of F1 by the share of questions that are answered, surest first."""
    heights = [quality for _, quality in curve]
    lines = [[("F1 of the answers, by the share of questions answered", "bold")]]
    lines += _columns(heights, style="green")
    lines.append([(" " * 6 + "└" + "─" * _width(heights), "dim")])
    lines.append([(" " * 7 + f"{'0 %':<{_width(heights) - 5}}100 %", "dim")])
    return lines


def reliability_plot(bins: Sequence[Bin]) -> Plot:
    """One bar a bin: how often answers of that confidence were right, a mark where they should be."""
    lines = [
        [("How often answers of a confidence are right (│ marks where they should be)", "bold")]
    ]
    for item in bins:
        filled = round(item.accuracy * PLOT_WIDTH)
        due = min(PLOT_WIDTH - 1, round(item.confidence * PLOT_WIDTH))
        bar = "█" * filled + " " * (PLOT_WIDTH - filled)
        lines.append(
            [
                (f"{item.confidence:5.2f} ", "dim"),
                (bar[:due], "blue"),
                ("│", "bold"),
                (bar[due + 1 :], "blue"),
                (f" {item.accuracy:.2f}  {item.count} questions", "dim"),
            ]
        )
    return lines


def _width(heights: Sequence[float]) -> int:
    return 2 * len(heights)


def _columns(heights: Sequence[float], *, style: str) -> Plot:
    lines: Plot = []
    for row in range(PLOT_HEIGHT, 0, -1):
        label = f"{row / PLOT_HEIGHT:5.1f} " if row % 2 == 0 else " " * 6
        cells = ""
        for height in heights:
            eighths = round(min(max(height * PLOT_HEIGHT - (row - 1), 0.0), 1.0) * 8)
            cells += EIGHTHS[eighths] * 2
        lines.append([(label + "│", "dim"), (cells, style)])
    return lines
