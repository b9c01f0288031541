"""Days that lines of a page state, and those that they only mention."""

import pytest

from assistant.sources.days import DayReader


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Published 5 January 2026", "2026-01-05"),
        ("By Ann Lee, 5 January 2026 at 10:05", "2026-01-05"),
        ("Deadline: 5 January 2026", None),
        ("The vote was on 5 January 2026", None),
        ("© 5 January 2026", None),
    ],
)
def test_a_line_dates_a_page_only_where_it_is_there_to_state_the_day(line, day):
    assert DayReader.of_locales("en").of_line(line, updated=False) == day
