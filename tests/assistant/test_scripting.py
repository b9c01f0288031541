"""What scripts pass in: one text where several are expected is one text, not its letters."""

from __future__ import annotations

import json

import pytest

from assistant.assistant import Assistant
from assistant.errors import LibraryClosed
from assistant.library import Library
from assistant.types import Verdict
from tests.assistant.fakes import DIM, HashEncoder


@pytest.fixture
def pq(tmp_path):
    library = Library(tmp_path / "library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder()) as opened:
        yield opened


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "article.jsonl"
    path.write_text(json.dumps({"title": "A harbour", "text": "The harbour must grow."}), "utf-8")
    return path


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_one_source(pq, source, kind):
    report = pq.add(kind(source))
    assert (len(report.added), report.failures) == (1, ())


def test_one_query_and_one_claim(pq, source):
    pq.add([source])
    (hits,) = pq.search_batch("harbour")
    assert "The harbour must grow." in [hit.passage.text for hit in hits]
    (report,) = pq.check_each("The harbour must grow.")
    assert report.claim == "The harbour must grow."


def test_claims_are_checked_in_a_library_of_another_encoder(pq, source):
    pq.add(source)
    assert pq.check("The harbour must grow.").verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "use",
    [
        lambda pq, source: pq.ask("Must the harbour grow?"),
        lambda pq, source: pq.search("harbour"),
        lambda pq, source: pq.articles(),
        lambda pq, source: pq.check("The harbour must grow."),
        lambda pq, source: pq.add(source),
        lambda pq, source: pq.remove("0123"),
        lambda pq, source: pq.article("0123"),
        lambda pq, source: pq.start_conversation("Harbours"),
    ],
)
def test_a_closed_library_says_that_it_is_closed(pq, source, tmp_path, use):
    pq.add(source)
    pq.close()
    with pytest.raises(LibraryClosed) as caught:
        use(pq, source)
    assert str(caught.value) == f"the library in {tmp_path / 'library'} was closed: open it again"
