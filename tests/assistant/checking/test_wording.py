from __future__ import annotations

import pytest

from assistant.checking.wording import difference_of
from assistant.types import Difference


@pytest.mark.parametrize(
    ("given", "true", "about"),
    [
        ("36", "35", Difference.NUMBER),
        ("Monday", "Friday", Difference.DATE),
        ("", "never", Difference.NEGATION),
        ("may", "", Difference.HEDGE),
        ("nearly", "", Difference.HEDGE),
        ("rose", "fell", Difference.OPPOSITE),
        ("Anna", "Ida", Difference.NAME),
        ("quickly", "calmly", Difference.WORDING),
        ("won't", "will not", Difference.WORDING),
        ("hasn't", "has not", Difference.WORDING),
        ("حوالي", "", Difference.HEDGE),
    ],
)
def test_what_a_change_is_about(given, true, about):
    assert difference_of(given, true) is about
