"""What the chat's small modules give: commands, turns, copying, welcome."""

from __future__ import annotations

import subprocess

from textual.app import App

from assistant.tui import clipboard
from assistant.tui.bidi import Bidi
from assistant.tui.cards import AnswerCard
from assistant.tui.commands import claims_file, command_named, hint, sources_in
from assistant.tui.messages import LibraryOpened, Task
from assistant.tui.turns import card_for, citations_in, earlier_questions, lines_of, question_of
from assistant.tui.welcome import Welcome
from tests.assistant.tui.chat import assistant, fill


def test_a_command_may_be_begun_and_two_that_begin_alike_are_none(tmp_path, monkeypatch):
    assert command_named("verify").name == "verify"
    assert command_named("ver").name == "verify"
    assert command_named("a") is None
    assert hint("/ver") == "/verify QUOTE: is it really there?"
    assert hint("/a") == "/add  /articles  /alone"
    assert sources_in("'a b' c") == ("a b", "c")
    assert sources_in("it's") == ("it's",)
    (tmp_path / "claims.txt").write_text("One.")
    assert claims_file("claims.txt").name == "claims.txt"
    assert claims_file("The port is safe.") is None


def test_an_answer_as_a_turn(tmp_path):
    folder = fill(tmp_path, {"port.md": "# A port\n\nThe port has 7 cranes.\n"})
    with assistant(folder) as pq:
        answer = pq.ask("How many cranes has the port?")
        assert question_of(answer) == "How many cranes has the port?"
        assert [citation.quote for citation in citations_in(answer)] == ["7 cranes"]
        assert "7 cranes" in "".join(piece for line in lines_of(answer) for piece, _ in line)
        assert isinstance(card_for(answer, bidi=Bidi.TERMINAL), AnswerCard)
        conversation = pq.start_conversation("Ports")
        for _ in range(2):
            pq.add_turn(conversation, answer)
        assert earlier_questions(pq) == [(answer.question, answer.question)]


def test_tmux_is_handed_the_text_and_one_that_fails_is_no_error(monkeypatch):
    told = []

    def run(command, **options):
        told.append((command[1:], options["input"]))
        raise OSError("no tmux")

    monkeypatch.setattr(subprocess, "run", run)
    clipboard._load("tmux", "a \udce9")
    assert told == [(["load-buffer", "-w", "-"], b"a ?")]


def test_what_workers_tell_is_kept_as_lists():
    opened = LibraryOpened((), 3, ())
    assert (opened.newest, opened.article_count, opened.turns) == ([], 3, [])
    assert Task.ASK == "answering"


async def test_an_empty_library_is_welcomed_with_how_to_add():
    class Host(App):
        def compose(self):
            yield Welcome([], 0, bidi=Bidi.TERMINAL)

    app = Host()
    async with app.run_test():
        shown = str(app.query_one("#welcome-title").render())
        assert "The library is empty." in shown
        assert "/add" in shown
