"""Who holds an office, by how articles name people; and who only seems to."""

from __future__ import annotations

import pytest

from assistant.answering.roles import NAMED, asked_office, holders, with_holders
from assistant.types import ReadSpan
from tests.assistant.answering.test_answers import OneLibrary, hit_of, make_article

TITLE = "Havnor sells its ferries"
TEXT = (
    "Havnor will sell nine ferries. Chief executive Ada Moss blamed high prices. Its chairman, Karl Reed, was "
    "not there. Former chief executive Olaf Hem had bought them. Volta chief executive Jan Brandt wants them. "
    "Rosa Lund, chief financial officer of Havnor, agreed. The Norwick Museum's director, Lena Dahl, laughed. "
    "Rovers coach Tom Berg and United coach Paul Vik watched. President Noor Salmi was told."
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the chief executive of Havnor?", ["Ada Moss"]),
        ("Who is Havnor's CEO?", ["Ada Moss"]),
        ("Who is the chairman of Havnor?", ["Karl Reed"]),
        ("Who is the former chief executive of Havnor?", ["Olaf Hem"]),
        ("Who is the chief executive of Volta?", ["Jan Brandt"]),
        ("Who is the CFO of Havnor?", ["Rosa Lund"]),
        ("Who is the director of the Norwick Museum?", ["Lena Dahl"]),
        ("who is the coach of united", ["Paul Vik"]),
        ("Who is the coach of Brannock?", []),
        ("Who is the director of Havnor?", []),
        ("Who is the president of Havnor?", []),
        ("Who is Ada Moss?", []),
        ("Who is the chief executive?", []),
    ],
)
def test_who_holds_an_office(question, names):
    office = asked_office(question)
    found = holders(office, TITLE, TEXT, 0, len(TEXT)) if office else ()
    assert [TEXT[start:end] for start, end in found] == names


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "Who is the director of the Norwick Museum?",
            "Tom Grant, director of the Harwick Museum, wept.",
        ),
        ("Who is the coach of Norwick United?", "Leeds United head coach Tom Grant wept."),
        ("Who is the manager of Norwick United?", "Tom Grant, manager of Manchester United, wept."),
        (
            "Who is the director of the University of Norwick?",
            "Tom Grant, director of the University of Harwick.",
        ),
        ("Who is the director of Norwick?", "In Norwick sales director Tom Grant wept."),
        (
            "Who is the secretary of Norwick?",
            "Norwick needs a secretary. Secretary Monday's talks failed.",
        ),
        (
            "Who is the former coach of Norwick?",
            "Norwick's coach, Ann Lee, replaced old coach Tom Grant.",
        ),
    ],
)
def test_who_holds_another_office(question, sentence):
    office = asked_office(question)
    assert office is not None
    assert not list(holders(office, "Norwick news", sentence, 0, len(sentence)))


def test_a_name_ends_before_what_it_is_of():
    text = "Volta chief executive Ann Lee of Orlan wept."
    office = asked_office("Who is the chief executive of Volta?")
    assert office is not None
    assert [text[a:b] for a, b in holders(office, "", text, 0, len(text))] == ["Ann Lee"]


def test_what_the_reader_is_unsure_of_is_answered():
    article = make_article(TEXT, name=TITLE)
    start = TEXT.index("Rosa Lund")
    unsure = ReadSpan(0, start, start + 9, "Rosa Lund", 1.0, 2.0, 0.1)
    question = "Who is the chief executive of Volta?"
    first, *others = with_holders(
        question, [hit_of(article)], [unsure], library=OneLibrary(article)
    )
    assert (first.text, first.probability) == ("Jan Brandt", NAMED)
    assert others == [unsure]
    question = "Who is the CFO of Havnor?"
    (only,) = with_holders(question, [hit_of(article)], [unsure], library=OneLibrary(article))
    assert (only.text, only.probability, only.score) == ("Rosa Lund", NAMED, 1.0)
