"""Where articles contradict each other, an answer shows both values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answering.answers import answer as make_answer
from assistant.assistant import Assistant
from assistant.types import Hit, ReadSpan
from tests.assistant.checking.libraries import library_of

TEXTS = {
    "mill": "The old mill was bought by Farrow Partners for a record sum in 2012, the town said.",
    "copy": "The old mill was bought by Halden Group for a record sum in 2012, the town said.",
    "other": "Visitors from Oslo like the garden behind the house, where a Lindgren statue stands.",
}
VALUES = {"mill": "Farrow Partners", "copy": "Halden Group", "other": "Lindgren"}


@pytest.fixture(scope="module")
def pq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("disagreement")
    with library_of(folder, {name: (text, "en") for name, text in TEXTS.items()}) as opened:
        yield opened


def spans_of(hits: list[Hit], probabilities: dict[str, float]) -> list[ReadSpan]:
    found = []
    for index, hit in enumerate(hits):
        value = VALUES[hit.passage.title]
        at = hit.passage.text.index(value)
        found.append(
            ReadSpan(index, at, at + len(value), value, 1.0, 0.0, probabilities[hit.passage.title])
        )
    return sorted(found, key=lambda span: -span.probability)


def test_same_sentence_with_another_value_is_shown(pq: Assistant) -> None:
    question = "Who bought the old mill?"
    hits = pq.search(question, k=3)
    spans = spans_of(hits, {"mill": 0.95, "copy": 0.05, "other": 0.06})
    groups = make_answer(
        question, hits, spans, library=pq._library, threshold=0.5, possible_threshold=0.2
    ).answers
    assert [item.text for item in groups] == ["Farrow Partners", "Halden Group"]
    assert [item.confidence for item in groups] == [0.95, 0.05]


def test_reader_finds_both(pq: Assistant) -> None:
    answer = pq.ask("Who bought the old mill?")
    shown = " | ".join(item.text for item in answer.answers)
    assert "Farrow Partners" in shown
    assert "Halden Group" in shown
    assert "Lindgren" not in shown
