from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.library.filters import check_dates, iso_date
from assistant.types import Filters


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        (None, None),
        ("2025", "2025"),
        ("2025-01", "2025-01"),
        ("20250131", "2025-01-31"),
        ("2025-W01-1", "2024-12-30"),
    ],
)
def test_a_date_as_it_is_compared(written, compared):
    assert iso_date(written) == compared


@pytest.mark.parametrize("written", ["", "yesterday", "2025-13", "2025-02-30", "31.01.2025"])
def test_what_is_no_date_is_refused_with_how_to_write_one(written):
    with pytest.raises(UsageError, match="write it as 2025-01-31"):
        iso_date(written)


def test_a_time_may_follow_a_whole_date_only():
    check_dates(Filters(published_from="2025-01-31T09:00", published_to="2025"))
    with pytest.raises(UsageError, match="'2025-01T09:00' is not a date"):
        check_dates(Filters(published_from="2025-01T09:00"))
