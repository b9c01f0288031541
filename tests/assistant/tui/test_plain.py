"""The chat line by line, as screen readers and pipes get it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.tui.plain import run_plain
from tests.assistant.tui.chat import NumberReader, WideHashEncoder, assistant


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


def test_bytes_that_are_no_text_end_nothing(folder, monkeypatch):
    typed = "\ufeffHow many arches has the bridge of Arta?\n".encode() + b"caf\xe9?\n/library\n"
    # As Python opens standard input where the locale is not UTF-8.
    stream = io.TextIOWrapper(io.BytesIO(typed), encoding="ascii", errors="surrogateescape")
    monkeypatch.setattr("sys.stdin", stream)
    target = io.StringIO()
    assert run_plain(lambda: assistant(folder), target=target) == 0
    said = target.getvalue().split("> ")[1:]
    assert "7 arches" in said[0]
    assert said[2] == f"3 articles in {folder}\n"
    with assistant(folder) as pq:
        assert [turn.question for turn in pq.turns(pq.conversations()[0].id)] == [
            "How many arches has the bridge of Arta?",
            "caf\ufffd?",
        ]


def test_commands_are_run_and_never_asked(folder, tmp_path):
    (tmp_path / "lake.md").write_text("# Lake\n\nThe lake of Ioannina has 1 island.\n", "utf-8")
    code, out = talk(
        folder,
        [
            "/verify The bridge of Arta has 7 arches.",
            "/ver The bridge of Arta has 8 arches.",
            "/check The bridge of Arta has 7 arches.",
            "/timeline bridge of Arta",
            "/brief bridge of Arta",
            f'/add "{tmp_path / "lake.md"}"',
            "/alone How many arches has the bridge of Arta?",
            "/library",
            "/quit",
            "/never reached",
        ],
    )
    said = out.split("> ")[1:]
    assert code == 0
    assert len(said) == 9
    assert said[0].startswith("Exact")
    assert "8" in said[1]
    assert "Altered" in said[1]
    assert said[2].startswith("Mixed")  # the tower's guide says 9
    assert "1606" in said[3]
    assert "The bridge of Arta has 7 arches." in said[4]
    assert said[5].startswith("1 added in ")
    assert said[6].startswith("9 arches\n")
    assert said[7] == f"4 articles in {folder}\n"
    with assistant(folder) as pq:
        assert [turn.question for turn in pq.turns(pq.conversations()[0].id)] == [
            "How many arches has the bridge of Arta?"
        ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/verify", "/verify QUOTE: is it really there?"),
        ("/check ?!", "the claim '?!' has no words"),
        ("/export x.md", "/export needs the full screen: start `pullquote` in a terminal"),
        ("/articles", "/articles needs the full screen: start `pullquote` in a terminal"),
        ("/nonsense of all kinds", "There is no command /nonsense; /help lists them."),
        ("/", "There is no command /; /help lists them."),
        ("/check claims.txt", "Many claims at once: `pullquote check --batch FILE`."),
        ("/alone", "/alone QUESTION: ask it as it stands; without one, the last follow-up"),
        ("/check ~35 arches " + "and more " * 100, "Contradicted"),
        ('/add ""', "failed: an empty name; name a file, a folder or a web address"),
        ("/add " + "long" * 1000, "failed: "),
    ],
)
def test_what_a_command_cannot_do_is_said(folder, line, said):
    Path("claims.txt").write_text("The bridge of Arta has 7 arches.\n", "utf-8")
    code, out = talk(folder, [line, "/help", "/quit"])
    assert code == 0
    assert said in out.split("> ")[1]
    help_text = out.split("> ")[2]
    assert "/verify QUOTE: is it really there?\n" in help_text
    assert "/quit: leave\n" in help_text
    assert "In the full screen only: /articles, /related, /export, /history" in help_text
    with assistant(folder) as pq:
        assert pq.conversations() == []
        assert pq.article_count() == 3


def test_a_new_conversation_knows_nothing_of_the_one_before(folder):
    first = "How many arches has the bridge of Arta?"
    _, out = talk(folder, [first, "/new", "And what about its rivers?"])
    assert "asked as: " not in out
    with assistant(folder) as pq:
        assert [kept.turn_count for kept in pq.conversations()] == [1, 1]


def test_a_library_that_cannot_be_written_is_asked_and_nothing_is_kept(folder):
    library = Library(folder, model_id=WideHashEncoder.id, dim=WideHashEncoder.dim, read_only=True)
    target = io.StringIO()
    source = io.StringIO("How many arches has the bridge of Arta?\nAnd its rivers?\n")
    pq = Assistant(library, WideHashEncoder(), reader=NumberReader())
    assert run_plain(lambda: pq, source=source, target=target) == 0
    assert "9 arches" in target.getvalue()
    assert "cannot be written" not in target.getvalue()
    assert "asked as: " in target.getvalue()
    with assistant(folder) as again:
        assert again.conversations() == []
