"""A cell is read with the heads of its row and column, and led back to its place."""

from __future__ import annotations

import pytest

from assistant.reading.span_reader import SpanReader
from assistant.reading.tables import table_view
from assistant.types import Hit, Passage, Section

MEDALS = "Team | Gold | Silver | Bronze\nArdenia | 7 | 4 | 9\nBelmark | | 3 | 5\nCorvia | 2 | | 1"
BOATS = (
    "Line | Stop | First boat\nRed | Lindholm | 06:10\nRed | Osterby | 06:45\nBlue | Kappel | 07:20"
)
CODES = "Code | Meaning | Action\nE01 | No ignition | Press reset once\nE04 | Low water pressure | Refill to 1.5 bar"


def hit(text: str, *, start: int = 100) -> Hit:
    passage = Passage(1, "a", 0, start, start + len(text), text, Section.BODY, "en", "Games")
    return Hit(passage, 1.0)


@pytest.mark.parametrize(
    ("question", "table", "text"),
    [
        ("How many gold medals did Belmark win?", MEDALS, ""),
        ("How many bronze medals did Corvia win?", MEDALS, "Corvia: 1 Bronze."),
        ("What did Belmark win?", MEDALS, "Belmark: 3 Silver, 5 Bronze."),
        (
            "Who had most silver?",
            MEDALS,
            "Ardenia: 4 Silver.\nBelmark: 3 Silver.",
        ),
        ("When does the first boat leave from Osterby?", BOATS, "Osterby: 06:45 First boat."),
        ("What does error code E04 mean?", CODES, "E04: Low water pressure Meaning."),
        ("كم ميدالية ذهبية؟", "الفريق | ذهبية\nأردينيا | 7", "أردينيا: 7 ذهبية."),
        ("What did rail cost in 2025?", "| 2024 | 2025\nRail | 18 | 22", "Rail: 22 2025."),
    ],
)
def test_rows_and_columns_that_are_named(question: str, table: str, text: str) -> None:
    view = table_view(question, table)
    assert view is not None
    assert view.text == text
    for place, origin in enumerate(view.origins[: len(text)]):
        assert origin < 0 or table[origin] == text[place]


@pytest.mark.parametrize(
    "text",
    [
        "No table at all.",
        "one | line",
        "2019 | 7\n2020 | 8",
        "a | b\n1 | 2 | 3",
        "Team | \nArdenia | 7",
    ],
)
def test_other_texts_are_read_as_they_are(text: str) -> None:
    assert table_view("How many did Ardenia win?", text) is None


def test_a_span_over_a_cell_and_its_head_is_the_cell() -> None:
    view = table_view("How many bronze medals did Corvia win?", MEDALS)
    assert view is not None
    start = view.text.index("1")
    place = view.origin(start, start + len("1 Bronze"))
    assert place is not None
    assert (MEDALS[slice(*place)], place[0]) == ("1", len(MEDALS) - 1)
    assert view.origin(len("Corvia"), len("Corvia: ")) is None


@pytest.mark.parametrize(
    ("question", "table", "answer"),
    [
        ("How many gold medals did Belmark win?", MEDALS, None),
        ("How many bronze medals did Corvia win?", MEDALS, "1"),
        ("How many silver medals did Belmark win?", MEDALS, "3"),
        ("When does the first boat leave from Osterby?", BOATS, "06:45"),
    ],
)
def test_the_reader_finds_the_cell(question: str, table: str, answer: str | None) -> None:
    spans = SpanReader().read(question, [hit(table)])
    if answer is None:
        assert spans == []
        return
    best = spans[0]
    assert best.text == answer
    assert table[best.start - 100 : best.end - 100] == answer
