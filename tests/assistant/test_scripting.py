"""What scripts pass in: one text where several are expected is one text, not its letters."""

from __future__ import annotations

import json

import pytest

from assistant.assistant import Assistant
from assistant.checking.reports import Verdict
from assistant.library import Library
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
