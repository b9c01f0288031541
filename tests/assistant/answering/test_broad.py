"""Broad questions are told from others by how they are put, in every language of the table."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from assistant.answering.broad import BroadQuestion, brief_subject, broad_question

TABLE = tomllib.loads(
    resources.files("assistant.answering").joinpath("broad.toml").read_text("utf-8")
)
FORMS = [
    (kind, template)
    for table in TABLE.values()
    for kind in ("about", "reactions", "compare")
    for template in table[kind]
]


@pytest.mark.parametrize(("kind", "template"), FORMS)
def test_every_form_of_the_table_gives_its_subjects_as_they_were_written(kind, template):
    subjects = ("Ärger in Ostby", "Łódź 2")[: template.count("*")]
    question = template
    for subject in subjects:
        question = question.replace("*", subject, 1)
    found = broad_question(f"  {question[0].upper()}{question[1:]} ؟")
    assert found == BroadQuestion(subjects, of_people=kind == "reactions")


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("Can you please tell me about Merz and Macron?", ("Merz and Macron",)),
        ("so, tell me about the strike, please!", ("the strike",)),
        ("ماذا حدث في برلين؟", ("برلين",)),
        ("Compare the Paris and Berlin summits", ("the Paris summits", "Berlin summits")),
        ("compare WeWork with SoftBank", ("WeWork", "SoftBank")),
        ("قارن بين قمة باريس وقمة برلين", ("قمة باريس", "قمة برلين")),
        ("How are people reacting?", ()),
        ("Que s’est-il passé à Paris ?", ("Paris",)),
    ],
)
def test_what_is_polite_is_no_part_of_the_subject(question, subjects):
    found = broad_question(question)
    assert found is not None
    assert found.subjects == subjects


@pytest.mark.parametrize(
    "question",
    [
        "Tell me who was in Paris",
        "Tell me about it",
        "What happened?",
        "tell me about",
        "What did people say?",
        "How many people reacted?",
        "Who is Merz?",
        "Who compared Paris and Berlin?",
        "What is the summary of costs in euros?",
        "",
        "?",
        "Tell me about " + "x" * 300,
        "İstanbul hakkında",
    ],
)
def test_other_questions_are_not_broad(question):
    assert broad_question(question) is None
    assert brief_subject(question) is None


def test_a_subject_can_be_asked_for_again():
    assert brief_subject("Tell me about the Paris summit") == "the Paris summit"
    asked = "How are people reacting to the summit?"
    assert broad_question(brief_subject(asked) or "") == BroadQuestion(
        ("the summit",), of_people=True
    )
