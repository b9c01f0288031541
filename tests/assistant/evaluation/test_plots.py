from __future__ import annotations

from assistant.evaluation.metrics import Bin
from assistant.evaluation.plots import PLOT_HEIGHT, PLOT_WIDTH, coverage_plot, reliability_plot


def text_of(line):
    return "".join(piece for piece, _ in line)


def test_columns_are_as_high_as_the_quality():
    curve = [(0.05, 1.0), *((place / 20, 0.45) for place in range(2, 21))]
    lines = [text_of(line) for line in coverage_plot(curve)]
    columns = [line[7:] for line in lines[1 : PLOT_HEIGHT + 1]]
    assert columns[0] == "██" + " " * 38
    assert columns[5] == "██" + "▄" * 38
    assert columns[-1] == "█" * 40
    assert lines[-1] == " " * 7 + "0 %" + " " * 32 + "100 %"


def test_a_bar_is_as_long_as_often_it_was_right_with_a_mark_where_it_should_end():
    line = text_of(reliability_plot([Bin(confidence=0.5, accuracy=0.25, count=8)])[1])
    bar = line[6 : 6 + PLOT_WIDTH]
    assert bar.rstrip(" ") == "█" * 10 + " " * 10 + "│"
    assert line.endswith("0.25  8 questions")
