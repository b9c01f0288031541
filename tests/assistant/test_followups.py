from __future__ import annotations

import pytest

from assistant.followups import complete
from assistant.types import Answer, AnswerGroup, AnswerStatus


def turn(question, answer=None, asked_as=None):
    groups = (AnswerGroup(answer, 0.9, ()),) if answer else ()
    status = AnswerStatus.ANSWERED if answer else AnswerStatus.UNANSWERABLE
    return Answer(question, status, None, 0.9, groups, (), (), {}, asked_as)


@pytest.mark.parametrize(
    ("before", "question", "has"),
    [
        (turn("What is the Paris Declaration?"), "Who signed it?", "Paris Declaration"),
        (turn("Where was the Berlin summit held?"), "When?", "Berlin summit"),
        (
            turn("Who is the Swedish prime minister?", "Ulf Kristersson"),
            "What did he say?",
            "Ulf Kristersson",
        ),
        (turn("What will Sweden contribute?"), "What about Germany?", "Germany"),
        (
            turn("What is the Coalition of the Willing?"),
            "And who leads it?",
            "Coalition of the Willing",
        ),
    ],
)
def test_follow_ups_take_their_subject_from_the_turn_before(before, question, has):
    completed = complete(question, [before])
    assert completed is not None
    assert has in completed


@pytest.mark.parametrize(
    "question",
    [
        "How many countries had representatives at the Paris summit?",
        "What is the boiling point of water?",
        "Did Zelenskyy say that he would hold a referendum?",
        "Is there a contact line in Ukraine?",
        "What did the Latvian prime minister say about her cooperation with Finland?",
        "Which Chinese officials attended the Paris summit?",
        "When do defence ministers meet in Brussels?",
        "كم عدد المظليين الأمريكيين الذين غادروا القاعدة؟",
    ],
)
def test_questions_that_stand_alone_are_never_rewritten(question):
    assert (
        complete(question, [turn("Who signed the Paris Declaration?", "Emmanuel Macron")]) is None
    )


def test_nothing_is_completed_without_a_turn_before():
    assert complete("When?", []) is None
