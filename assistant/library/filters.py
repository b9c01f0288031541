"""Dates as filters take them; they are compared as text, so their form matters."""

from __future__ import annotations

import re
from datetime import date, datetime

from assistant.errors import UsageError
from assistant.types import Filters

_SHORT = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")


def iso_date(value: str | None) -> str | None:
    """A date as filters compare it: a year or a month as it is, a day as YYYY-MM-DD; None stays so.

    Raises:
        UsageError: It is no ISO date.

    >>> iso_date("2025-01"), iso_date("20250131")
    ('2025-01', '2025-01-31')
    """
    if value is None:
        return None
    try:
        if _SHORT.fullmatch(value):
            date.fromisoformat(f"{value}-01-01"[:10])
            return value
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise UsageError(f"{value!r} is not a date: write it as 2025-01-31") from error


def check_dates(filters: Filters) -> None:
    """Refuse dates that cannot be compared as text; a time of day may follow a whole date.

    Raises:
        UsageError: One is not of the form 2025, 2025-01, 2025-01-31 or 2025-01-31T09:00.
    """
    for value in (filters.published_from, filters.published_to):
        if value and not _compares(value):
            raise UsageError(f"{value!r} is not a date: write it as 2025-01-31")


def _compares(value: str) -> bool:
    try:
        if len(value) > len("2025-01-31"):
            datetime.fromisoformat(value)
        return iso_date(value[:10]) == value[:10]
    except (UsageError, ValueError):
        return False
