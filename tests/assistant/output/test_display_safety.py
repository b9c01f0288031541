"""What an article says is shown, never obeyed: tests on the bytes that are written."""

from __future__ import annotations

import io
import json

import pytest
from textual.widgets import Input

from assistant.assistant import Assistant
from assistant.cli import run
from assistant.library import Library
from assistant.output.text import (
    answer_lines,
    article_lines,
    hits_lines,
    summaries_lines,
    write_lines,
)
from assistant.tui.app import PullquoteApp
from assistant.tui.export import conversation_markdown
from tests.assistant.fakes import DIM, FirstWordsReader, HashEncoder

NASTY = (
    "The \x1b[2J[bold]bridge[/bold] of \u202eAtra\u202c has \u200b7 arches \x07and \x9b31m more."
)
ROWS = [
    {
        "title": "Bridges \x1b]0;owned\x07 [link=javascript:alert(1)]x[/link] \u202egnihton",
        "text": NASTY,
        "url": "javascript:alert(1)",
        "author": "\x1b[31mEve",
    }
]
HARMFUL = ["\x1b", "\x07", "\x9b", "\u202e", "\u200b"]


@pytest.fixture
def pq(tmp_path):
    (tmp_path / "nasty.jsonl").write_text(json.dumps(ROWS[0]) + "\n", "utf-8")
    library = Library(tmp_path / "library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder(), reader=FirstWordsReader()) as opened:
        report = opened.add([tmp_path / "nasty.jsonl"])
        assert len(report.added) == 1
        yield opened


def check_harmless(text):
    assert [char for char in HARMFUL if char in text] == []
    assert "](javascript" not in text
    assert "<javascript" not in text


def test_plain_output_obeys_nothing(pq):
    answer = pq.ask("How many arches has the bridge?")
    article = pq.article(pq.articles()[0].id)
    for lines in (
        answer_lines(answer),
        hits_lines(pq.search("bridge arches", k=3)),
        article_lines(article),
        summaries_lines(pq.articles()),
    ):
        stream = io.StringIO()
        write_lines(lines, stream)
        check_harmless(stream.getvalue())
        assert "bridge" in stream.getvalue().lower()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colour_output_escapes_only_its_own(pq, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    write_lines(answer_lines(pq.ask("How many arches has the bridge?")), stream)
    written = stream.getvalue()
    assert "\x1b[2J" not in written
    assert "\x1b]0;" not in written
    assert "\u202e" not in written
    assert "[bold]" in written.replace("\x1b[1;4m", "")


@pytest.mark.parametrize("screen", [io.StringIO, Terminal])
def test_ids_and_paths_are_harmless_too(monkeypatch, screen):
    monkeypatch.setenv("TERM", "dumb")
    stream = screen()
    odd = "\x1b]0;owned\x07\x9b31m\u202e[/red]"
    write_lines([[("removed ", ""), (odd, "bold")], [(f"kept as /tmp/{odd}", "")]], stream)
    shown = "␛]0;owned␇⟦U+009B⟧31m⟦U+202E⟧[/red]"
    assert stream.getvalue().splitlines() == [f"removed {shown}", f"kept as /tmp/{shown}"]


def test_exports_hold_no_live_link_and_no_control(pq):
    written = conversation_markdown([pq.ask("How many arches has the bridge?")])
    check_harmless(written)
    assert "Bridges" in written


def test_a_javascript_address_is_never_a_link(pq):
    answer = pq.ask("How many arches has the bridge?")
    assert [c.link for g in answer.answers for c in g.citations] == [None]


async def test_the_chat_shows_markup_as_text(pq):
    app = PullquoteApp(
        lambda _: Assistant(
            Library(pq.folder, model_id=HashEncoder.id, dim=DIM),
            HashEncoder(),
            reader=FirstWordsReader(),
        )
    )
    async with app.run_test(size=(140, 40)) as pilot:
        for _ in range(3):
            await app.workers.wait_for_complete()
            await pilot.pause()
        app.query_one("#question", Input).value = "How many arches has the [red]bridge?"
        await pilot.press("enter")
        for _ in range(4):
            await app.workers.wait_for_complete()
            await pilot.pause()
        strips = app.screen._compositor.render_strips()
        drawn = "\n".join("".join(segment.text for segment in strip) for strip in strips)
    check_harmless(drawn)
    assert "[bold]" in drawn
    assert "[red]bridge?" in drawn


def test_error_messages_obey_nothing(tmp_path, capsys):
    name = "no\x1b[2Jsuch\u202efile.txt"
    assert run(["add", str(tmp_path / name), "--library", str(tmp_path / "own")]) == 3
    streams = capsys.readouterr()
    check_harmless(streams.out + streams.err)
    assert run(["show", name, "--library", str(tmp_path / "own")]) == 3
    streams = capsys.readouterr()
    check_harmless(streams.out + streams.err)
