"""Asking, checking and verifying texts that were made to cost: four times the text, four times the work."""

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
def test_work_grows_as_the_text_does(seeds: Assistant, path: str, piece: str) -> None:
    work = getattr(seeds, path)
    work(piece * 10)  # what is loaded once
    # Apart by more than a factor of two, for which passages are found differs from size to size.
    little, much = (steps(work, piece * (chars // len(piece))) for chars in (500, 2_000))
    assert much <= 5 * little  # 16 where every piece is held against every other
