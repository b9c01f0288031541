"""Suggested questions: natural, from the articles, and answered by them."""

from __future__ import annotations

import pytest

from assistant.tui.suggestions import answers, candidates, question_of, suggest


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The harbour authority of Oslo provides for longer quays by 2030.",
            None,
            None,
        ),
        (
            "The Oslo Accord provides for two states.",
            "What does the Oslo Accord provide for?",
            "two states.",
        ),
        ("Norway plans to build a tunnel.", "What does Norway plan to do?", "build a tunnel."),
        (
            "After long talks, Prime Minister Anna Berg has promised new ferries.",
            "What has Prime Minister Anna Berg promised?",
            "new ferries.",
        ),
        (
            "Nordic ministers agree on common rules for ferries.",
            "What do Nordic ministers agree on?",
            "common rules for ferries.",
        ),
        (
            "The first meeting of the council took place on Friday in Oslo.",
            "When did the first meeting of the council take place?",
            "on Friday in Oslo.",
        ),
        (
            "Norway is prepared to contribute ten ships.",
            "What is Norway prepared to contribute?",
            "ten ships.",
        ),
        ("غادر 20 سائحا المدينة في مارس الماضي.", "متى غادر 20 سائحا المدينة؟", "مارس الماضي."),
        ("وغادر 20 سائحا المدينة في مارس الماضي.", "متى غادر 20 سائحا المدينة؟", "مارس الماضي."),
        ("وقد غادر 20 سائحا المدينة في مارس الماضي.", "متى غادر 20 سائحا المدينة؟", "مارس الماضي."),
        (
            "وصل 20 سائحا إلى المدينة في مارس الماضي.",
            "متى وصل 20 سائحا إلى المدينة؟",
            "مارس الماضي.",
        ),
        ("ووقعت المدينة اتفاقا في مارس الماضي.", "متى وقعت المدينة اتفاقا؟", "مارس الماضي."),
        (
            "وافقت المدينة على الاتفاق في مارس الماضي.",
            "متى وافقت المدينة على الاتفاق؟",
            "مارس الماضي.",
        ),
        ("وزارت الوزيرة المدينة في مارس الماضي.", "متى زارت الوزيرة المدينة؟", "مارس الماضي."),
        ("وزارة الصحة فتحت العيادة في مارس الماضي.", None, None),
        ("وزيرة الصحة زارت المدينة في مارس الماضي.", None, None),
        ("ولم يغادر السياح المدينة في مارس الماضي.", None, None),
        ("المدينة استقبلت 20 سائحا في مارس الماضي.", None, None),
        (
            "League of the Fjords plans a tunnel.",
            "What does the League of the Fjords plan?",
            "a tunnel.",
        ),
        (
            "Ministry of Fisheries plans a port.",
            "What does the Ministry of Fisheries plan?",
            "a port.",
        ),
        ("United States plans a port.", "What does the United States plan?", "a port."),
        ("Olaf of Ostby plans a port.", "What does Olaf of Ostby plan?", "a port."),
        (
            "وسعت المدينة الميناء القديم في مارس الماضي.",
            "متى وسعت المدينة الميناء القديم؟",
            "مارس الماضي.",
        ),
        ("وظفت المدينة 20 عاملا في مارس الماضي.", "متى وظفت المدينة 20 عاملا؟", "مارس الماضي."),
        (
            "وحدت المدينة مدارسها كلها في مارس الماضي.",
            "متى وحدت المدينة مدارسها كلها؟",
            "مارس الماضي.",
        ),
        ("وأعلنت المدينة إفلاسها في مارس الماضي.", "متى أعلنت المدينة إفلاسها؟", "مارس الماضي."),
        ("وفاة الملك في المدينة كانت في مارس الماضي.", None, None),
        ("وصول القطار إلى المدينة كان في مارس الماضي.", None, None),
        ("ويليام زار المدينة في مارس الماضي.", None, None),
        ("وارسو استقبلت السياح في مارس الماضي.", None, None),
        ("House of Cards needs a new writer.", "What does House of Cards need?", "a new writer."),
        ("House of Lords needs a new roof.", "What does the House of Lords need?", "a new roof."),
        ("It provides for support.", None, None),
        ("He plans a journey.", None, None),
        ("Rain.", None, None),
    ],
)
def test_a_sentence_becomes_the_question_that_it_answers(sentence, question, answer):
    made = question_of(sentence)
    if question is None:
        assert made is None
    else:
        assert made[0] == question
        assert sentence[made[1] :].strip() == answer


def test_an_and_is_cut_off_a_word_that_the_article_has_without_it():
    sentence = "وتفقدت الوزيرة المدينة كلها في مارس الماضي."
    assert question_of(sentence)[0] == "متى وتفقدت الوزيرة المدينة كلها؟"
    assert (
        question_of(sentence, f"تفقدت الوزيرة الميناء. {sentence}")[0]
        == "متى تفقدت الوزيرة المدينة كلها؟"
    )


def test_the_seeds_give_questions_that_the_seeds_answer(seeds):
    articles = seeds.articles()
    found = list(suggest(seeds, articles, wanted=3, stop=lambda: False))
    assert len(found) == 3
    made = {c.question: c for a in articles for c in candidates(seeds.article(a.id))}
    assert all(answers(seeds.ask(question), made[question]) for question in found)


def test_the_search_ends_when_the_user_asks_something(seeds):
    assert list(suggest(seeds, seeds.articles(), wanted=3, stop=lambda: True)) == []
