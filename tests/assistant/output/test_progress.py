from __future__ import annotations

import io

from assistant.output.progress import CLEAR_LINE, ProgressLine, progress_text
from assistant.types import Progress


def test_a_line_says_what_how_many_how_fast_and_how_long():
    assert progress_text("adding", Progress(0, None, "", 0.0)) == "adding: 0"
    assert progress_text("adding", Progress(3, None, "A\x1b[2J title", 2.0)) == (
        "adding: 3 · 1.5/s · A␛[2J title"
    )
    assert (
        progress_text("adding", Progress(30, 120, "", 10.0)) == "adding: 30/120 · 3.0/s · 30 s left"
    )


def test_a_short_task_shows_nothing_and_a_long_one_clears_its_line():
    quick = io.StringIO()
    line = ProgressLine("adding", quick)
    line.show(Progress(1, 2, "one", 0.1))
    line.show(Progress(2, 2, "", 0.2))
    assert quick.getvalue() == ""
    slow = io.StringIO()
    line = ProgressLine("adding", slow)
    line.show(Progress(1, 2, "one", 1.0))
    line.show(Progress(1, 2, "too soon", 1.1))
    line.show(Progress(2, 2, "", 2.0))
    assert slow.getvalue() == f"{CLEAR_LINE}adding: 1/2 · 1.0/s · 1 s left · one{CLEAR_LINE}"
