"""The chat line by line, as screen readers and pipes get it."""

from __future__ import annotations

import io

from assistant.tui.plain import run_plain
from tests.assistant.tui.chat import assistant


def talk(folder, lines, **options):
    target = io.StringIO()
    code = run_plain(
        lambda: assistant(folder), source=io.StringIO("\n".join(lines)), target=target, **options
    )
    return code, target.getvalue()


def test_questions_are_answered_line_by_line(folder):
    code, out = talk(folder, ["How many arches has the bridge of Arta?", "/quit"])
    assert code == 0
    assert "7 arches" in out
    assert "very likely (90%)" in out
    assert "[1] Bridges [bold]of[/] Arta" in out
    assert "\x1b" not in out


def test_a_follow_up_is_shown_as_it_is_asked_also_in_a_continued_conversation(folder):
    talk(folder, ["How many arches has the bridge of Arta?"])
    _, out = talk(folder, ["And what about its rivers?"], continue_last=True)
    assert "asked as: " in out
    with assistant(folder) as pq:
        assert [kept.turn_count for kept in pq.conversations()] == [2]
