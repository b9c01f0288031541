"""Asking, checking and verifying texts that were made to cost: twice the text, twice the work."""

from __future__ import annotations

import pytest

from assistant.assistant import Assistant
from tests.assistant.language.test_inputs import steps

pytestmark = pytest.mark.full

PIECES = [
    "Up 5% from 4% to ",
    "$1 ",
    "e\u0301\u0323",
    "not said that ",
    "Ab ",
    "3-5 to 7 ",
    "“a” said ",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("path", ["ask", "check", "verify", "search", "timeline"])
def test_twice_the_text_is_twice_the_work(seeds: Assistant, path: str, piece: str) -> None:
    work = getattr(seeds, path)
    work(piece * 10)  # what is loaded once
    once, twice = (steps(work, piece * (chars // len(piece))) for chars in (1_000, 2_000))
    assert twice <= 2.5 * once
