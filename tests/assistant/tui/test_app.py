"""The chat, by what a person sees."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from assistant.assistant import Assistant
from assistant.errors import LibraryLocked
from assistant.library import Library
from assistant.tui.app import SIDE_BY_SIDE_COLUMNS, PullquoteApp
from assistant.tui.screens import HelpScreen, PickScreen, SourceScreen
from assistant.tui.widgets import AnswerCard, SourcePane
from tests.assistant.fakes import DIM, FirstWordsReader, HashEncoder

pytestmark = pytest.mark.asyncio

BRIDGES = "# Bridges [bold]of[/] Arta\n\nThe bridge of Arta has 7 arches. It was built in 1606.\n\nA second paragraph about rivers.\n"
ARABIC = "# قاعدة\n\nغادر 1500 مظلي أمريكي قاعدة استراتيجية قرب الحدود.\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bridges.md").write_text(BRIDGES, "utf-8")
    (tmp_path / "arabic.md").write_text(ARABIC, "utf-8")
    with assistant(tmp_path / "library") as pq:
        pq.add([tmp_path / "bridges.md", tmp_path / "arabic.md"])
    return tmp_path / "library"


def assistant(folder, probability=0.9):
    library = Library(folder, model_id=HashEncoder.id, dim=DIM)
    return Assistant(library, HashEncoder(), reader=FirstWordsReader(probability))


def app_over(folder, **options):
    probability = options.pop("probability", 0.9)
    return PullquoteApp(lambda: assistant(folder, probability), **options)


async def settle(app, pilot):
    for _ in range(4):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def ask(app, pilot, question):
    app.query_one("#question", Input).value = question
    app.query_one("#question", Input).focus()
    await pilot.press("enter")
    await settle(app, pilot)


def seen(app):
    """The text of the screen as it is drawn."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_an_empty_conversation_offers_articles_and_questions(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        screen = seen(app)
        assert "Newest articles:" in screen
        assert "Bridges [bold]of[/] Arta" in screen
        assert "Some questions to try:" in screen


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (60, 20)])
async def test_an_answer_is_shown_with_its_citation(folder, size):
    app = app_over(folder)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "How many arches has the bridge of Arta?")
        screen = seen(app)
        assert "The bridge of" in screen
        assert "very likely (90%)" in screen
        assert "[1] Bridges [bold]of[/] Arta" in screen
        assert app.query_one(SourcePane).has_class("shown") == (size[0] >= SIDE_BY_SIDE_COLUMNS)


async def test_declining_says_why_and_shows_the_nearest(folder):
    app = app_over(folder, probability=0.3)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "Who swims in rivers?")
        screen = seen(app)
        assert "The articles don't say" in screen
        assert "Nearest passages:" in screen


async def test_the_source_opens_at_the_quote_from_the_keyboard(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "How many arches has the bridge of Arta?")
        app.query_one(AnswerCard).focus()
        await pilot.press("1")
        await settle(app, pilot)
        assert isinstance(app.screen, SourceScreen)
        assert "2 lede" in seen(app) or "2 body" in seen(app)
        pane = app.screen.query_one(SourcePane)
        marked = [
            part.plain[span.start : span.end]
            for widget in pane.query(Static).filter(".paragraph")
            for part in widget.content.parts
            for span in part.spans
            if "reverse" in str(span.style)
        ]
        assert marked == [pane.citation.quote]
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, SourceScreen)


async def test_arabic_sources_are_drawn_from_the_right(folder):
    app = app_over(folder)
    async with app.run_test(size=(140, 45)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "غادر 1500 مظلي أمريكي قاعدة استراتيجية قرب الحدود.")
        lines = [line.rstrip() for line in seen(app).splitlines() if "1500" in line]
        assert lines
        assert all(not line.strip().startswith("غ") for line in lines)


async def test_copying_gives_quote_and_citation(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "How many arches has the bridge of Arta?")
        app.query_one(AnswerCard).focus()
        await pilot.press("y")
        assert app.clipboard.startswith("“The bridge of” — Bridges [bold]of[/] Arta · ")


async def test_conversations_are_kept_and_continued(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "How many arches has the bridge of Arta?")
    again = app_over(folder, continue_last=True)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(again, pilot)
        assert "How many arches has the bridge of Arta?" in seen(again)
        assert len(again.answers) == 1


async def test_adding_works_without_leaving(folder, tmp_path):
    (tmp_path / "more.txt").write_text(
        "The tower of Pisa leans by four degrees to the south.", "utf-8"
    )
    app = app_over(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, f"/add {tmp_path / 'more.txt'}")
        assert "1 added" in seen(app)
        await ask(app, pilot, f"/add {tmp_path / 'missing.txt'}")
        assert "missing.txt" in seen(app)


async def test_an_empty_library_leads_to_adding(tmp_path):
    app = app_over(tmp_path / "empty")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "The library is empty. Add articles: /add PATH" in seen(app)


async def test_export_writes_all_citations_and_overwrites_nothing(folder, tmp_path):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "How many arches has the bridge of Arta?")
        await ask(app, pilot, f"/export {tmp_path / 'talk.md'}")
        written = (tmp_path / "talk.md").read_text("utf-8")
        assert "## How many arches has the bridge of Arta?" in written
        assert r"[1] Bridges \[bold\]of\[/\] Arta" in written
        await ask(app, pilot, f"/export {tmp_path / 'talk.md'}")
        assert (tmp_path / "talk.md").read_text("utf-8") == written


async def test_help_articles_and_themes_are_reachable_by_keys(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape", "f2")
        await pilot.pause()
        assert isinstance(app.screen, PickScreen)
        await pilot.press("b", "r", "i", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, SourceScreen)
        await pilot.press("escape")
        before = app.theme
        await pilot.press("f4")
        assert app.theme != before


async def test_a_library_that_cannot_be_opened_is_explained():
    def locked():
        raise LibraryLocked("process 7 is writing to the library: wait until it has finished")

    app = PullquoteApp(locked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "wait until it has finished" in seen(app)


async def test_huge_and_odd_input_is_taken_calmly(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, "🙂" * 300 + "\u200b\u202e[red]" + "x" * 100_000)
        await ask(app, pilot, "/nonsense")
        assert "unknown command /nonsense" in seen(app)
        await pilot.resize_terminal(60, 20)
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
