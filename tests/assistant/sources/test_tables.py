from __future__ import annotations

import lxml.html
import pytest

from assistant.sources.tables import grid_of, lines_of


def grid(markup):
    return grid_of(
        lxml.html.fragment_fromstring(markup), lambda cell: " ".join(cell.text_content().split())
    )


def test_a_cell_that_spans_rows_stands_in_each_of_them():
    rows = grid(
        "<table><tr><th>Team</th><th>Gold</th></tr>"
        "<tr><td rowspan=2>Belmark</td><td>3</td></tr><tr><td>4</td></tr></table>"
    )
    assert rows == [["Team", "Gold"], ["Belmark", "3"], ["Belmark", "4"]]
    assert lines_of(rows) == "Team | Gold\nBelmark | 3\nBelmark | 4"


@pytest.mark.parametrize(
    "markup",
    [
        "<table role=presentation><tr><td>a</td><td>b</td></tr></table>",
        "<table><tr><td>only</td></tr><tr><td>one column</td></tr></table>",
        "<table><tr><td><h1>A page</h1></td><td>b</td></tr></table>",
        f"<table><tr><td>{'long ' * 200}</td><td>b</td></tr></table>",
    ],
)
def test_what_only_lays_out_a_page_is_no_table(markup):
    assert grid(markup) == []
