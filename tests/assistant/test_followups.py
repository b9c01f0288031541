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


PAIRS = [
    ("What is the Paris Declaration?", "What does it provide for?", "Coalition of the Willing"),
    ("Who is Friedrich Merz?", "And what did he not rule out?", "Coalition of the Willing"),
    (
        "What is the Coalition of the Willing?",
        "Where was its 15th summit?",
        "Coalition of the Willing",
    ),
    (
        "How many countries took part in the Paris summit?",
        "When did it take place?",
        "Coalition of the Willing",
    ),
    (
        "What role does the United States play?",
        "How will it monitor the peace?",
        "Coalition of the Willing",
    ),
    ("What does Volodymyr Zelenskyy propose?", "When?", "Following recent Berlin talks"),
    (
        "What does Evika Silina say?",
        "Where was it discussed with eight countries?",
        "In the shadow",
    ),
    (
        "What is Sweden prepared to contribute?",
        "And who says that it carries risks?",
        "Sweden is prepared",
    ),
    (
        "What did leaders sign in Paris?",
        "And who signed the declaration of intent?",
        "In Paris, leaders",
    ),
    ("كم مظلي أمريكي غادر القاعدة؟", "متى؟", "غادر 1500"),
]
"""A question, what is asked after it, and the article that answers the second."""
MIN_RIGHT = 8


def test_follow_ups_find_the_right_article(seeds):
    wrong = []
    for first, then, title in PAIRS:
        answer = seeds.ask(then, history=[seeds.ask(first)])
        cited = [c.title for g in answer.answers[:1] for c in g.citations]
        nearest = [hit.passage.title for hit in answer.passages[:1]]
        if not any(found.startswith(title) for found in cited or nearest):
            wrong.append((then, answer.asked_as, cited or nearest))
    assert len(PAIRS) - len(wrong) >= MIN_RIGHT, wrong


def test_a_person_who_is_asked_about_stays_the_subject():
    before = turn("Who is Friedrich Merz?", "Chancellor")
    assert complete("What did he say?", [before]) == "What did Friedrich Merz say?"


def test_an_event_keeps_its_noun():
    before = turn("How many countries took part in the Paris summit?", "35")
    assert complete("When did it take place?", [before]) == "When did the Paris summit take place?"


def test_an_arabic_question_word_is_exchanged():
    before = turn("كم مظلي غادر القاعدة؟", "1500")
    assert complete("متى؟", [before]) == "متى مظلي غادر القاعدة؟"
