"""Small talk asks nothing of the articles; what only begins like it does."""

from __future__ import annotations

import pytest

from assistant.answering.idle_talk import is_idle_talk
from assistant.assistant import Assistant
from assistant.output.text import answer_lines
from assistant.types import UnanswerableReason


@pytest.mark.parametrize(
    "text",
    ["hi", "Hello there!", "Thanks a lot, great.", "thank you", "ok", "Who are you?", "What can you do?",
     "You are stupid!", "fuck you", "That’s wrong.", "مرحبا", "شكرا جزيلا", "How are you?",
     "شكرًا", "شكراً", "مرحباً", "أهلاً", "أهلاً وسهلاً", "السلام عليكم", "السلام عليكم ورحمة الله",
     "السلام عليكم ورحمة الله وبركاته", "good night", "yes man", "great man!", "Thank You"],
)  # fmt: skip
def test_small_talk(text):
    assert is_idle_talk(text)


@pytest.mark.parametrize(
    "text",
    ["What?", "Hi, who is Merz?", "Thanks, and when?", "Good Morning Vietnam", "Who is Hello Kitty?",
     "inflation", "Nice", "Is Merz stupid?", "Who are you with?", "Help for Ukraine", "هل أنت", "no deal",
     "Good Night", "Yes Man", "Super Man", "Great Man"],
)  # fmt: skip
def test_what_may_be_asked_of_the_articles(text):
    assert not is_idle_talk(text)


def test_small_talk_is_answered_with_no_passage(seeds: Assistant):
    asked = seeds.ask("When will the defence ministers meet?")
    thanked = seeds.ask("thanks!", history=[asked])
    assert (thanked.reason, thanked.passages) == (UnanswerableReason.NO_QUESTION, ())
    shown = "\n".join("".join(text for text, _ in line) for line in answer_lines(thanked))
    assert shown == "The articles don't say: ask about what the articles tell; I only quote them."
    # And does not stand between a question and its follow-up.
    assert (
        seeds.ask("Where?", history=[asked, thanked]).asked_as
        == seeds.ask("Where?", history=[asked]).asked_as
        == "Where will the defence ministers meet?"
    )


def test_rows_of_small_talk_take_no_time():
    assert not any(
        is_idle_talk(text) for text in ("hi there " * 8 + "x", "ok?! " * 15 + "x", "hm" * 39 + "x")
    )
    assert not is_idle_talk("ok " * 100_000)
