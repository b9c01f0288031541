"""The chat, by what a person sees: lists, commands, keys, adding, keeping, exporting."""

from __future__ import annotations

import asyncio
import json
import os
import threading

import pytest
from textual.widgets import DataTable, Input

from assistant.tui.app import PullquoteApp
from assistant.tui.claims import ClaimsScreen
from assistant.tui.question import MAX_QUESTION_CHARS, CommandSuggester, QuestionInput
from assistant.tui.screens import MAX_CHOICES, HelpScreen, PickScreen, fuzzy
from assistant.tui.settings import Settings
from assistant.tui.source import SourcePane, SourceScreen
from assistant.tui.tasks import CLAIMS_SHOWN_TOGETHER
from tests.assistant.tui.chat import app_over, assistant, seen, settle, write

pytestmark = pytest.mark.asyncio

ARCHES = "How many arches has the bridge of Arta?"


def words(app):
    """What is seen, without line breaks and borders."""
    return " ".join(seen(app).replace("▌", " ").replace("│", " ").split())


@pytest.fixture
def at_80(folder):
    return app_over(folder), {"size": (80, 24), "notifications": True}


async def test_help_shows_keys_as_they_are_set(folder):
    app = app_over(folder, settings=Settings(keys={"articles": "ctrl+o"}, reduced_motion=True))
    async with app.run_test(size=(80, 45)) as pilot:
        await settle(app, pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert "Ctrl+O pick an article (articles)" in words(app)
        assert "/verify QUOTE is it really there?" in words(app)
        await pilot.press("escape", "ctrl+o")
        await settle(app, pilot)
        assert isinstance(app.screen, PickScreen)
        await pilot.press("escape", "f2")
        await settle(app, pilot)
        assert not isinstance(app.screen, PickScreen)


async def test_articles_are_picked_by_parts_of_their_name(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await pilot.press("f2")
        await settle(app, pilot)
        assert "Articles (3)" in seen(app)
        await pilot.press("t", "w", "r")
        await settle(app, pilot)
        assert "Articles (1 of 3)" in seen(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, SourceScreen)
        assert "The old bridge of Arta has 9 arches" in seen(app)


async def test_earlier_questions_come_back_into_the_line(at_80, folder):
    with assistant(folder) as pq:
        kept = pq.start_conversation("x")
        pq.add_turn(kept, pq.ask("When was the bridge built?"))
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await pilot.press("f3")
        await settle(app, pilot)
        await pilot.press(*"built")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.query_one(QuestionInput).value == "When was the bridge built?"


async def test_up_and_down_recall_what_was_asked(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        line = app.query_one(QuestionInput)
        line.value = "half a"
        await pilot.press("up")
        assert line.value == ARCHES
        await pilot.press("down")
        assert line.value == "half a"


async def test_conversations_are_kept_continued_and_picked(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
    again = app_over(folder, continue_last=True)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(again, pilot)
        assert f"› {ARCHES}" in seen(again)
        assert "going on after 1 turn" in seen(again) or len(again.turns) == 1
        await write(again, pilot, "/new")
        assert ARCHES not in seen(again)
        await write(again, pilot, "/history")
        assert isinstance(again.screen, PickScreen)
        await pilot.press("enter")
        await settle(again, pilot)
        assert f"› {ARCHES}" in seen(again)
        await write(again, pilot, "How many arches has the tower?")
    with assistant(folder) as pq:
        assert [kept.turn_count for kept in pq.conversations()] == [2]


async def test_adding_works_without_leaving(at_80, tmp_path):
    (tmp_path / "more words.txt").write_text("The tower of Pisa leans by 4 degrees.", "utf-8")
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, f"/add {tmp_path / 'more words.txt'}")
        assert "1 added" in seen(app)
        assert "4 articles in the library" in seen(app)
        await write(app, pilot, f"/add {tmp_path / 'missing.txt'}")
        assert "missing.txt" in "".join(seen(app).split())  # a long path goes over lines
        await write(app, pilot, "/add")
        assert "/add PATH or URL: add files, folders, web pages, feeds" in seen(app)


async def test_an_empty_library_leads_to_adding(tmp_path):
    (tmp_path / "new.txt").write_text("The tower of Pisa leans by 4 degrees.", "utf-8")
    app = app_over(tmp_path / "empty")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "The library is empty." in seen(app)
        assert app.query_one(QuestionInput).value == "/add "
        await pilot.press(*str(tmp_path / "new.txt"), "enter")
        await settle(app, pilot)
        assert "1 article in the library" in seen(app)


async def test_an_add_shows_its_progress_and_is_stopped_by_escape(folder, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(40):
        (many / f"{number:02}.txt").write_text(
            f"Article {number} tells of {number} ships.", "utf-8"
        )
    held, seen_one = threading.Event(), threading.Event()

    def opening(_):
        pq = assistant(folder)
        add = pq.add

        def slow_add(sources, *, on_progress, cancelled):
            def told(progress):
                on_progress(progress)
                seen_one.set()
                held.wait(20)

            return add(sources, on_progress=told, cancelled=cancelled)

        pq.add = slow_add
        return pq

    from assistant.tui.app import PullquoteApp

    app = PullquoteApp(opening)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.query_one(QuestionInput).value = f"/add {many}"
        await pilot.press("enter")
        assert await asyncio.to_thread(seen_one.wait, 20)
        await pilot.pause()
        assert "adding" in seen(app)
        assert "(Esc stops)" in seen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "what was added is kept" in seen(app)
        held.set()
        await settle(app, pilot)
        assert "Cancelled." in seen(app)
        assert "adding" not in seen(app)


async def test_export_writes_all_citations_and_overwrites_nothing(at_80, tmp_path):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await write(app, pilot, "/verify The bridge of Arta has 7 arches.")
        await write(app, pilot, "/export talk.md")
        written = (tmp_path / "talk.md").read_text("utf-8")
        assert f"## {ARCHES}" in written
        assert r"[1] Bridges \[bold\]of\[/\] Arta" in written
        assert "Exact: the quote is in the library." in written
        assert (tmp_path / "talk.md").stat().st_mode & 0o777 == 0o600
        await write(app, pilot, "/export talk.md")
        assert "talk.md exists: name a new file" in words(app)
        assert (tmp_path / "talk.md").read_text("utf-8") == written
        await write(app, pilot, "/export talk.svg")
        assert "talk.svg: a conversation is saved as .md or .json" in words(app)
        assert not (tmp_path / "talk.svg").exists()
        await write(app, pilot, "/export talk.json")
        form = json.loads((tmp_path / "talk.json").read_text("utf-8"))
        assert [turn["schema"] for turn in form["turns"]] == [
            "pullquote/answer/1",
            "pullquote/quote/1",
        ]


async def test_copying_gives_quote_and_citation(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await pilot.press("ctrl+up", "y")
        assert app.clipboard.startswith("“7 arches” — Bridges [bold]of[/] Arta, lede, paragraph 2")
        await pilot.press("o")
        await pilot.pause()
        assert "This article has no web address." in seen(app)


async def test_checks_stand_in_the_conversation(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "/verify The bridge of Arta has 8 arches.")
        assert "Altered: the source says it differently." in seen(app)
        assert "[-8-]{+7+}" in seen(app)
        await write(app, pilot, "1")
        assert isinstance(app.screen, SourceScreen)
        await pilot.press("escape")
        await write(app, pilot, "/timeline When was the bridge of Arta built?")
        assert "1606" in seen(app)
        await write(app, pilot, "/brief the bridge of Arta")
        assert "/brief the bridge of Arta" in seen(app)
        await write(app, pilot, "Tell me about the bridge of Arta")
        assert app.turns[-1].citations == app.turns[-2].citations != ()
        assert app.turns[-1].citations[0].quote in seen(app).replace("\n", " ")
        await write(app, pilot, "1")
        assert isinstance(app.screen, SourceScreen)
        await pilot.press("escape")
        await write(app, pilot, "/check The bridge of Arta has 8 arches.")
        assert "/check The bridge of Arta has 8 arches." in seen(app)


async def test_claims_of_a_file_are_listed_filtered_and_saved(folder, tmp_path):
    (tmp_path / "claims.txt").write_text(
        "The bridge of Arta has 7 arches.\nThe bridge of Arta has 8 arches.\nPigs fly.\n", "utf-8"
    )
    app = app_over(folder)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "/check claims.txt")
        assert isinstance(app.screen, ClaimsScreen)
        assert "3 claims" in seen(app)
        table = app.screen.query_one(DataTable)
        assert table.row_count == 3
        supported = sum(report.verdict.value == "supported" for report in app.claims)
        await pilot.press("1")
        await settle(app, pilot)
        assert table.row_count == supported
        await pilot.press("0", "slash", *"pigs")
        await settle(app, pilot)
        assert table.row_count == 1
        await pilot.press("enter", "x")
        await settle(app, pilot)
        assert "Saved 1 claims" in words(app) or "Saved 1 claim" in words(app)
        rows = (tmp_path / "claims-checked.csv").read_text("utf-8").splitlines()
        assert (tmp_path / "claims-checked.csv").stat().st_mode & 0o777 == 0o600
        assert len(rows) == 2
        assert "Pigs fly." in rows[1]
        await pilot.press("escape")
        await settle(app, pilot)
        assert not isinstance(app.screen, ClaimsScreen)
        await pilot.press("f6")
        await pilot.pause()
        assert isinstance(app.screen, ClaimsScreen)


async def test_markup_in_claims_and_their_ids_is_text(folder, tmp_path):
    row = {"id": "[/red]7", "claim": "The bridge of Arta has 8 [/red] arches."}
    (tmp_path / "claims.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    app = app_over(folder)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "/check claims.jsonl")
        await settle(app, pilot)
        assert "[/red]7" in seen(app)
        assert "8 [/red] arches" in seen(app)


async def test_another_file_of_claims_ends_the_first(folder, tmp_path):
    old = [f"The bridge of Arta has {number} arches." for number in range(20)]
    new = ["The bridge of Arta was built in 1606.", "Pigs fly."]
    (tmp_path / "old.txt").write_text("\n".join(old), "utf-8")
    (tmp_path / "new.txt").write_text("\n".join(new), "utf-8")
    held, reached = threading.Event(), threading.Event()

    def opening(_):
        pq = assistant(folder)
        check_each = pq.check_each

        def halting(claims, *, cancelled):
            for number, report in enumerate(check_each(claims, cancelled=cancelled), 1):
                if report.claim in old and number == CLAIMS_SHOWN_TOGETHER:
                    reached.set()
                    held.wait(20)
                yield report

        pq.check_each = halting
        return pq

    app = PullquoteApp(opening)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(app, pilot)
        app.query_one(QuestionInput).value = "/check old.txt"
        await pilot.press("enter")
        assert await asyncio.to_thread(reached.wait, 20)
        await pilot.press("escape")
        await pilot.pause()
        app.query_one(QuestionInput).value = "/check new.txt"
        await pilot.press("enter")
        await pilot.pause()
        held.set()
        await settle(app, pilot)
        assert [report.claim for report in app.claims] == new
        assert app.screen.query_one(DataTable).row_count == len(new)
        assert "2 claims · new.txt" in words(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert "Cancelled" not in seen(app)


async def test_evidence_of_a_claim_opens_its_source(folder, tmp_path):
    (tmp_path / "claims.txt").write_text("The bridge of Arta has 7 arches.\n", "utf-8")
    app = app_over(folder)
    async with app.run_test(size=(140, 45)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "/check claims.txt")
        await pilot.press("enter", "1")
        await settle(app, pilot)
        assert isinstance(app.screen, SourceScreen)
        assert "The bridge of Arta has 7 arches." in seen(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, ClaimsScreen)


async def test_the_palette_offers_what_the_chat_can_do(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"earlier")
        await settle(app, pilot)
        assert "Earlier questions" in seen(app)


async def test_themes_switch_and_stay_readable(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        assert app.theme == "dark"
        await pilot.press("f4")
        assert app.theme == "light"


async def test_slash_commands_are_hinted_and_completed(at_80, tmp_path):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await pilot.press(*"/exp")
        await pilot.pause()
        assert "/export FILE: save the conversation" in seen(app)
        await pilot.press("tab")
        await pilot.pause()
        line = app.query_one(QuestionInput)
        assert line.value == "/export"
        line.value = f"/add {tmp_path}/bri"
        line.cursor_position = len(line.value)
        await pilot.pause()
        await settle(app, pilot)
        await pilot.press("tab")
        assert line.value == f"/add {tmp_path}/bridges.md"
        await write(app, pilot, "/nonsense")
        assert "There is no command /nonsense" in seen(app)
        await write(app, pilot, "/library")
        assert "3 articles and 0 conversations in " in words(app)


async def test_huge_and_odd_input_is_taken_calmly(at_80):
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "🙂" * 300 + "\u200b\u202e[red]")
        line = app.query_one(QuestionInput)
        line.focus()
        from textual.events import Paste

        line.post_message(Paste("two\nlines " + "x" * 100_000))
        await settle(app, pilot)
        assert line.value.startswith("two lines xxx")
        assert len(line.value) == MAX_QUESTION_CHARS
        assert "Add long texts as articles with /add." in words(app)
        await pilot.resize_terminal(60, 20)
        await pilot.resize_terminal(140, 45)
        await settle(app, pilot)
        assert line.value.startswith("two lines xxx")


async def test_an_article_that_changed_since_is_not_misquoted(folder, tmp_path):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        (tmp_path / "bridges.md").write_text("# Bridges\n\nNothing is here now.\n", "utf-8")
        await write(app, pilot, f"/add {tmp_path / 'bridges.md'}")
        await write(app, pilot, "1")
        assert app.screen.query_one(SourcePane).citation is None
        await pilot.press("escape")
        await pilot.pause()
        assert "The article has changed since this answer" in words(app)


async def test_fifty_thousand_articles_are_searched_without_a_wait():
    choices = [(str(n), f"Article {n} about the river number {n % 977}") for n in range(50_000)]
    found = fuzzy("river 976", choices)
    assert found[0][1].endswith("number 976")
    assert len(fuzzy("a r", choices)) == MAX_CHOICES
    screen = PickScreen("Articles", choices, bidi=app_over(None).bidi)
    app = app_over(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.press(*"49999")
        await settle(app, pilot)
        assert screen.query_one(Input).value == "49999"
        assert screen.shown[0] == ("49999", choices[49999][1])


async def test_nothing_is_exported_to_where_programs_keep_their_settings(
    at_80, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "home" / ".ssh")
    app, options = at_80
    async with app.run_test(**options) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        for name in ("~/.bash_profile", "~/.ssh/config.md", "link/config.md", ".profile"):
            await write(app, pilot, f"/export {name}")
            assert f"{name}: hidden files" in words(app)
        assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []
        await write(app, pilot, "/export [/red]x/y.md")
        assert "[/red]x/y.md cannot be written (No such file" in words(app)
        await write(app, pilot, "/export [/red]x")
        assert (tmp_path / "[" / "red]x.md").exists() is False
        await write(app, pilot, "/export talk")
        assert (tmp_path / "talk.md").read_text("utf-8").startswith("# Conversation")
        await write(app, pilot, "/export .")
        *_, last = app._notifications
        assert last.message == ". exists: name a new file"


async def test_what_only_looks_like_a_path_is_none(folder):
    """A ~ that is no user's, and more than a file's name can hold."""
    app = app_over(folder)
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        await settle(app, pilot)
        claim = "~35 arches has the bridge of Arta, " + "and more, " * 40
        await write(app, pilot, f"/check {claim}")
        assert [type(turn).__name__ for turn in app.turns] == ["ClaimReport"]
        await write(app, pilot, "/export ~no-such-user/talk.md")
        *_, last = app._notifications
        assert "cannot be written (No such file or directory)" in last.message
        await write(app, pilot, '/add ""')
        assert "failed: an empty name" in words(app)
        for odd in (
            "/export ~\0.md",
            "/export a\0.md",
            "/export " + "x" * 300,
            "/add ~\0",
            "/check ~\0 arches of Arta",
        ):
            await write(app, pilot, odd)
        assert len(app.turns) == 2
    assert await CommandSuggester().get_suggestion("/add ~no-such-user/x") is None
    assert await CommandSuggester().get_suggestion("/add a\0/") is None
    assert await CommandSuggester().get_suggestion("/add ~\0") is None


async def test_a_name_that_would_steer_the_terminal_is_not_offered(tmp_path):
    for name in (b"ab\x1b]0;x\x07.md", b"ab\xff.md", "ab\u202e.md".encode(), b"abc.md"):
        (tmp_path / os.fsdecode(name)).touch()
    offered = await CommandSuggester().get_suggestion(f"/add {tmp_path}/ab")
    assert offered == f"/add {tmp_path}/abc.md"


async def test_claims_of_a_file_with_a_long_name_are_not_lost(folder, tmp_path):
    name = "x" * 250 + ".txt"
    (tmp_path / name).write_text("The bridge of Arta has 7 arches.\n", "utf-8")
    app = app_over(folder)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(app, pilot)
        await write(app, pilot, f"/check {name}")
        await pilot.press("x")
        await settle(app, pilot)
        *_, last = app._notifications
        assert "cannot be written (File name too long)" in last.message
    with assistant(folder) as pq:
        assert pq.article_count() == 3
