from __future__ import annotations

import pytest

from assistant.assistant import Assistant
from assistant.caches import Caches
from assistant.library import Library
from embeddings.index import FaissIndex
from tests.assistant.fakes import DIM, HashEncoder
from tests.assistant.test_packing import article

ARTICLES = [article(f"a-{n}", [f"Word{n} and word{n + 1} in text {n}."]) for n in range(30)]


@pytest.fixture
def pq(tmp_path):
    with Assistant(Library(tmp_path, model_id=HashEncoder.id, dim=DIM), HashEncoder()) as made:
        yield made


@pytest.fixture
def built(monkeypatch):
    """How often an index was built through files."""
    calls = []
    build = FaissIndex.build

    def counted(folder, batches, **options):
        calls.append(options["total"])
        return build(folder, batches, **options)

    monkeypatch.setattr(FaissIndex, "build", counted)
    monkeypatch.setattr("assistant.caches.STREAMED_FROM", 20)
    monkeypatch.setattr("assistant.caches.FIRST_STREAMED_FROM", 20)
    return calls


def answers(caches):
    queries = HashEncoder().encode_queries([one.text for one in ARTICLES])
    scores, ids = caches.vectors().search(queries, 4)
    return scores.tolist(), ids.tolist()


def test_many_passages_are_built_through_files(pq, built, monkeypatch):
    seen = []
    pq.add_articles(ARTICLES[:25], on_progress=seen.append)
    assert built == [25]
    assert seen[-1].label == "building the index"
    assert seen[-1].done == 50  # read, then written
    pq.remove(ARTICLES[3].id)
    pq.add_articles(ARTICLES[25:])
    assert built == [25]
    monkeypatch.setattr("assistant.caches.STREAMED_FROM", 10**9)
    monkeypatch.setattr("assistant.caches.FIRST_STREAMED_FROM", 10**9)
    through_files = answers(Caches(pq._library))
    assert through_files == answers(pq._caches)
    with pq._library.writing():
        pq._caches.rebuild()
    assert answers(pq._caches) == through_files
    assert built == [25]


def test_a_first_index_of_fewer_passages_is_built_through_files_already(pq, built, monkeypatch):
    monkeypatch.setattr("assistant.caches.FIRST_STREAMED_FROM", 4)
    pq.add_articles(ARTICLES[:5])
    assert built == [5]
    pq.add_articles(ARTICLES[5:15])  # the index is there now: ten more are added to it
    assert built == [5]
    monkeypatch.setattr("assistant.caches.FIRST_STREAMED_FROM", 10**9)
    assert answers(pq._caches) == answers(Caches(pq._library))


def test_a_build_that_was_stopped_goes_on_and_the_old_index_serves(pq, built, tmp_path):
    pq.add_articles(ARTICLES[:5])
    before = FaissIndex.load(tmp_path / "vectors", expect_model=HashEncoder.id)
    assert len(before) == 5

    def stop(progress):
        if progress.label == "building the index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pq.add_articles(ARTICLES[5:], on_progress=stop)
    assert len(FaissIndex.load(tmp_path / "vectors", expect_model=HashEncoder.id)) == 5
    assert pq._library.counts()["articles"] == 30
    # A search needs no build: it catches up in memory.
    expected = answers(Caches(pq._library))
    pq.add_articles(ARTICLES[:1])
    assert built == [30, 30]
    assert len(FaissIndex.load(tmp_path / "vectors", expect_model=HashEncoder.id)) == 30
    assert answers(Caches(pq._library)) == expected
