"""The chat, by what a person sees: asking, answers, sources."""

from __future__ import annotations

import asyncio

import pytest

from assistant.errors import LibraryLocked
from assistant.tui.app import SIDE_BY_SIDE_COLUMNS, PullquoteApp
from assistant.tui.cards import AnswerCard
from assistant.tui.palette import palette_for
from assistant.tui.question import QuestionInput
from assistant.tui.source import SourcePane, SourceScreen
from assistant.tui.text import MAX_SENTENCE_CHARS, sentence_text
from assistant.types import Citation, Section
from tests.assistant.tui.chat import (
    NumberReader,
    app_over,
    fill,
    is_evidence,
    is_quote,
    is_value,
    seen,
    settle,
    styled,
    write,
)

pytestmark = pytest.mark.asyncio

SIZES = [(80, 24), (140, 45), (60, 20)]
ARCHES = "How many arches has the bridge of Arta?"


async def test_an_empty_conversation_offers_the_newest_articles(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        screen = seen(app)
        assert "3 articles in the library; the newest:" in screen
        assert "Bridges [bold]of[/] Arta" in screen


@pytest.mark.parametrize("size", SIZES)
async def test_an_answer_shows_value_confidence_sentence_and_citation(folder, size):
    app = app_over(folder)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        screen = seen(app)
        assert f"› {ARCHES}" in screen
        assert "█████████░ very likely (90%) · 1 source" in screen
        assert "“The bridge of Arta has 7 arches.” " in screen
        assert "[1] Bridges [bold]of[/] Arta · " in screen
        assert app.query_one(SourcePane).has_class("shown") == (size[0] >= SIDE_BY_SIDE_COLUMNS)


async def test_values_that_differ_stand_side_by_side(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        values = next(line for line in seen(app).splitlines() if "Values that differ" in line)
        assert "7 arches — 1 source" in values
        assert "9 arches — 1 source" in values
        assert "[2] The tower of Arta" in seen(app)


async def test_declining_says_why_and_shows_the_nearest(folder):
    app = app_over(folder, probability=0.1)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        screen = seen(app)
        assert "The articles don't say" in screen
        assert "Nearest passages:" in screen
        assert styled(app, is_evidence).startswith("The bridge of Arta has 7 arches.")
        await write(app, pilot, "1")
        assert isinstance(app.screen, SourceScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_a_possible_answer_does_not_look_like_an_answer(folder, size):
    app = app_over(folder, probability=0.3)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        screen = seen(app)
        assert "Not sure: 7 arches" in screen
        assert "uncertain (30%) · 1 of 2, j/k for the others" in screen
        assert "It may also be: [2] 9 arches (25%)" in screen
        assert styled(app, is_value) == ""
        card = app.query_one(AnswerCard)
        assert card.has_class("possible")
        assert not card.has_class("declined")


async def test_a_declined_question_offers_some_that_are_answered(tmp_path):
    sentence = "The Norwick Council approves 7 bridges."
    library = fill(tmp_path, {"council.txt": f"{sentence}\n\nIt rained."})
    asked = "How was the meeting of Norwick Council in March?"

    class Reader(NumberReader):
        def read(self, question, hits, *, cancelled=None):
            found = super().read(question, hits, cancelled=cancelled)
            return [] if question == asked else found

    app = app_over(library, reader=Reader())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, asked)
        assert "The articles don't say" in seen(app)
        assert "These articles answer:" in seen(app)
        app.query_one(".offer OptionList").focus()
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.question_line.value == "What does the Norwick Council approve?"


async def test_j_and_k_go_through_the_candidates(folder):
    app = app_over(folder, probability=0.3)
    async with app.run_test(size=(140, 45)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        assert styled(app, is_quote) == "7 arches"
        await pilot.press("ctrl+up", "j")
        await settle(app, pilot)
        assert "Not sure: 9 arches" in seen(app)
        assert "[2] The tower of Arta" in seen(app)
        assert styled(app, is_quote) == "9 arches"
        await pilot.press("j")
        assert "Not sure: 7 arches" in seen(app)
        await pilot.press("k")
        assert "Not sure: 9 arches" in seen(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert styled(app, is_quote) == "9 arches"


@pytest.mark.parametrize("size", SIZES)
async def test_a_source_opens_at_its_quote_by_its_number(folder, size):
    app = app_over(folder)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await write(app, pilot, "2")
        assert styled(app, is_quote) == "9 arches"
        assert "[2] of 2 · lede, paragraph 2" in seen(app)
        assert isinstance(app.screen, SourceScreen) == (size[0] < SIDE_BY_SIDE_COLUMNS)
        await pilot.press("n")
        await settle(app, pilot)
        assert styled(app, is_quote) == "7 arches"
        await pilot.press("p")
        await settle(app, pilot)
        assert styled(app, is_quote) == "9 arches"
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, SourceScreen)
        assert isinstance(app.focused, QuestionInput)


async def test_a_card_opens_its_sources_and_says_what_numbers_there_are(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await pilot.press("ctrl+up", "9")
        await settle(app, pilot)
        assert isinstance(app.focused, AnswerCard)
        assert "The sources are numbered 1 to 2." in seen(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert styled(app, is_quote) == "7 arches"


async def test_why_tells_ranks_scores_and_confidence(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await write(app, pilot, "1")
        assert "by meaning" not in seen(app)
        await pilot.press("w")
        await pilot.pause()
        screen = " ".join(seen(app).split())
        assert "by meaning #" in screen
        assert "by words #" in screen
        assert "reader 5.0 against no-answer 1.0" in screen
        assert "confidence 90%, very likely" in screen


@pytest.fixture
def _one_story(monkeypatch):
    """All articles of a library tell one story."""
    monkeypatch.setattr("assistant.search.related.SAME_STORY", -1.0)


@pytest.mark.usefixtures("_one_story")
async def test_related_articles_say_why_and_open(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        await write(app, pilot, "1")
        await pilot.press("r")
        await settle(app, pilot)
        assert "Related" in seen(app)
        assert "(same story)" in seen(app)
        before = app.screen.query_one(SourcePane).article.title
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.screen.query_one(SourcePane).article.title != before


@pytest.mark.usefixtures("_one_story")
async def test_wide_screens_show_everything_side_by_side(folder):
    app = app_over(folder)
    async with app.run_test(size=(140, 45)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        screen = seen(app)
        assert styled(app, is_quote) == "7 arches"
        assert "Why  by meaning" in screen
        assert "Related" in screen
        assert isinstance(app.focused, QuestionInput)
        await pilot.resize_terminal(80, 24)
        await settle(app, pilot)
        assert "Why  by meaning" not in seen(app)
        await pilot.resize_terminal(140, 45)
        await settle(app, pilot)
        assert "Why  by meaning" in seen(app)


async def test_follow_ups_show_how_they_are_asked_and_can_be_undone(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "How many arches has the bridge of Arta?")
        await write(app, pilot, "And what about its rivers?")
        assert "asked as: " in seen(app)
        assert app.turns[-1].asked_as is not None
        await pilot.press("ctrl+up", "u")
        await settle(app, pilot)
        assert app.turns[-1].question == "And what about its rivers?"
        assert app.turns[-1].asked_as is None
        await write(app, pilot, "And what about its rivers?")
        assert app.turns[-1].asked_as is not None
        await write(app, pilot, "/alone")
        assert app.turns[-1].asked_as is None


async def test_arabic_is_drawn_from_the_right(folder):
    app = app_over(folder)
    async with app.run_test(size=(140, 45)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, "كم مظلي أمريكي غادر قاعدة استراتيجية؟")
        assert styled(app, is_quote).strip().startswith("1500") or "1500" in styled(app, is_quote)
        width = app.query_one(".source-text").scrollable_content_region.width
        column = app.query_one(".source-text").region.x
        drawn = [line[column : column + width] for line in seen(app).splitlines() if "1500" in line]
        assert any(line.startswith("  ") and not line.endswith("  ") for line in drawn)


async def test_a_right_to_left_question_is_shown_in_its_order_while_it_is_written(folder):
    app = app_over(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.query_one(QuestionInput).value = "אבג 12"
        await pilot.pause()
        status = [line.rstrip() for line in seen(app).splitlines() if "12 גבא" in line]
        assert len(status) == 1
        assert len(status[0]) > 70


async def test_a_question_written_before_the_library_is_open_waits_for_it(folder):
    import threading

    gate = threading.Event()

    def opening(_):
        from tests.assistant.tui.chat import assistant

        gate.wait(20)
        return assistant(folder)

    app = PullquoteApp(opening)
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(QuestionInput).value = ARCHES
        await pilot.press("enter")
        await pilot.pause()
        assert "1 question waits" in seen(app)
        gate.set()
        await settle(app, pilot)
        assert "very likely (90%)" in seen(app)


async def test_escape_cancels_a_running_question(folder):
    import threading

    from assistant.errors import Cancelled
    from tests.assistant.tui.chat import NumberReader

    started = threading.Event()

    class SlowReader(NumberReader):
        def read(self, question, hits, *, cancelled=None):
            started.set()
            while not cancelled():
                threading.Event().wait(0.01)
            raise Cancelled("cancelled")

    app = app_over(folder, reader=SlowReader())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.query_one(QuestionInput).value = ARCHES
        await pilot.press("enter")
        assert await asyncio.to_thread(started.wait, 20)
        await pilot.pause()
        assert "Esc cancels" in seen(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert "Cancelled." in seen(app)
        assert app.turns == []


async def test_a_library_that_cannot_be_opened_is_explained():
    def locked(_):
        raise LibraryLocked("process 7 is writing to the library: wait until it has finished")

    app = PullquoteApp(locked)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "wait until it has finished" in seen(app)


async def test_a_worker_that_fails_unexpectedly_says_what_to_do(folder):
    from tests.assistant.tui.chat import NumberReader

    class BrokenReader(NumberReader):
        def read(self, question, hits, *, cancelled=None):
            raise ZeroDivisionError("division by zero")

    app = app_over(folder, reader=BrokenReader())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ARCHES)
        screen = " ".join(seen(app).replace("▌", " ").split())
        assert "answering failed unexpectedly (ZeroDivisionError: division by zero)" in screen
        assert "pullquote doctor" in screen
        assert "reading…" not in screen


async def test_a_long_sentence_without_blanks_is_cut_before_its_quote():
    """Chinese has blanks only where a Latin word stands: here behind the quote."""
    before, quote = "桥" * 500, "七个桥拱"
    sentence = f"{before}{quote}，见 Arta 一书。"
    citation = Citation(
        article_id="a",
        title="桥",
        url=None,
        published=None,
        language="zh",
        section=Section.LEDE,
        paragraph=0,
        start=1000 + len(before),
        end=1000 + len(before) + len(quote),
        quote=quote,
        prefix="",
        suffix="",
        content_hash="",
        link=None,
        sentence_start=1000,
        sentence_end=1000 + len(sentence),
        sentence=sentence,
    )
    shown = sentence_text(citation, palette_for(dark=True)).plain
    spare = (MAX_SENTENCE_CHARS - len(quote)) // 2
    assert shown == f"“… {'桥' * spare}{quote}，见 Arta 一书。”"
