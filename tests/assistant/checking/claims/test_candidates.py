from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from assistant.checking.claims.candidates import (
    meaningful_stems,
    overlap,
    preselected,
    sentences_of,
)
from assistant.checking.claims.verdicts import ClaimChecker
from assistant.errors import UsageError
from assistant.library import Library
from assistant.types import Hit, Verdict
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article, made


@contextmanager
def library_of(folder, *articles):
    with made(folder, *articles):
        pass
    with Library(folder, model_id=HashEncoder.id, dim=HashEncoder.dim) as library:
        passages = [passage for one in articles for passage in library.passages_of(one.id)]
        yield library, [Hit(passage=passage, score=1.0) for passage in passages]


def test_sentences_are_those_of_the_passages_at_their_places(tmp_path):
    told = article(
        "told", ["The port has two cranes. It was built in 1901.", "By Ann Lee, 5 January 2026"]
    )
    with library_of(tmp_path, told) as (_, hits):
        found = sentences_of(hits)
        assert [sentence.text for sentence in found] == [
            "The port has two cranes.",
            "It was built in 1901.",
        ]
        assert [told.text[s.start : s.end] for s in found] == [s.text for s in found]
        assert preselected("How many cranes?", hits) == found


def test_what_is_shared_is_counted_by_stems_that_mean_something():
    wanted = meaningful_stems("The cranes of the port fell")
    assert len(wanted) == 3
    assert overlap(wanted, "A crane dropped at the port.") == 1.0
    assert overlap(set(), "A crane.") == 0.0


def test_the_network_judges_the_claim_beside_the_sentences(tmp_path):
    told = article("told", ["The port has two cranes and a tower."])
    asked = []

    def judge(pairs):
        asked.extend(pairs)
        return np.tile([0.9, 0.05, 0.05], (len(pairs), 1))

    with library_of(tmp_path, told) as (library, hits):
        checker = ClaimChecker(
            library, lambda claims, k, filters: [hits] * len(claims), HashEncoder(), judge
        )
        report = checker.check("The port has two cranes and a tower.")
        assert report.verdict is Verdict.SUPPORTED
        assert any("two cranes" in sentence for _, sentence in asked)
        with pytest.raises(UsageError, match="has no words"):
            checker.check("?!")
