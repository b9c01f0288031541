"""Who holds an office, by how articles name people; and who only seems to."""

from __future__ import annotations

import pytest

from assistant.roles import asked_office, holders
from tests.assistant.checking.libraries import library_of

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


def test_it_is_answered_with_the_sentence_that_says_so(tmp_path):
    with library_of(tmp_path, {TITLE: (TEXT, "en")}) as pq:
        answer = pq.ask("Who is the chief executive of Volta?")
    assert answer.answers[0].text == "Jan Brandt"
    assert answer.answers[0].citations[0].sentence.startswith("Volta chief executive Jan Brandt")
