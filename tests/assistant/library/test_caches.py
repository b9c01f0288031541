from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.errors import LibraryReadOnly
from assistant.library import Library
from assistant.library.caches import Caches
from assistant.library.lexical import LexicalIndex
from embeddings.index import FaissIndex
from tests.assistant.fakes import DIM, HashEncoder
from tests.assistant.search.test_packing import article

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
    monkeypatch.setattr("assistant.library.caches.STREAMED_FROM", 20)
    monkeypatch.setattr("assistant.library.caches.FIRST_STREAMED_FROM", 20)
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
    monkeypatch.setattr("assistant.library.caches.STREAMED_FROM", 10**9)
    monkeypatch.setattr("assistant.library.caches.FIRST_STREAMED_FROM", 10**9)
    through_files = answers(Caches(pq._library))
    assert through_files == answers(pq._caches)
    with pq._library.writing():
        pq._caches.rebuild()
    assert answers(pq._caches) == through_files
    assert built == [25]


def test_a_first_index_of_fewer_passages_is_built_through_files_already(pq, built, monkeypatch):
    monkeypatch.setattr("assistant.library.caches.FIRST_STREAMED_FROM", 4)
    pq.add_articles(ARTICLES[:5])
    assert built == [5]
    pq.add_articles(ARTICLES[5:15])  # the index is there now: ten more are added to it
    assert built == [5]
    monkeypatch.setattr("assistant.library.caches.FIRST_STREAMED_FROM", 10**9)
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


# The lexical index


def open_library(folder, *, read_only=False):
    return Library(folder, model_id=HashEncoder.id, dim=DIM, read_only=read_only)


def found(caches, word="word3"):
    return [passage_id for passage_id, _ in caches.lexical().search(word, 5)]


def damage_lexical(folder):
    (folder / "lexical" / "meta.json").write_bytes(b"garbage")
    return {path: path.read_bytes() for path in folder.glob("lexical*/*") if path.is_file()}


def no_room(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_damaged_lexical_index_is_left_alone_where_only_reading_is_allowed(pq, tmp_path):
    pq.add_articles(ARTICLES)
    expected = found(pq._caches)
    before = damage_lexical(tmp_path)
    with open_library(tmp_path, read_only=True) as reader:
        caches = Caches(reader)
        assert found(caches) == expected
        assert caches.lexical().in_memory
    assert {path: path.read_bytes() for path in before} == before


def test_a_damaged_lexical_index_is_left_alone_while_another_writes(pq, tmp_path):
    pq.add_articles(ARTICLES)
    expected = found(pq._caches)
    before = damage_lexical(tmp_path)
    with open_library(tmp_path) as reader:
        caches = Caches(reader)
        with pq._library.writing():
            assert caches.lexical() is None
            assert {path: path.read_bytes() for path in before} == before
        assert found(caches) == expected
        assert not caches.lexical().in_memory


def test_an_open_lexical_index_serves_while_another_makes_it_again(pq, tmp_path):
    pq.add_articles(ARTICLES[:10])
    with open_library(tmp_path) as reader:
        caches = Caches(reader)
        expected = found(caches)
        assert len(expected) == 2
        pq.remove(ARTICLES[9].id)
        with pq._library.writing():
            LexicalIndex.discard(tmp_path / "lexical")
            assert found(caches) == expected
        assert len(caches.lexical()) == 9
        assert len(LexicalIndex.stored(tmp_path / "lexical")) == 9


def test_a_lexical_index_that_is_taken_away_while_open_is_made_again(pq, tmp_path):
    pq.add_articles(ARTICLES[:5])
    assert len(found(pq._caches)) == 2
    LexicalIndex.discard(tmp_path / "lexical")
    pq.add_articles(ARTICLES[5:])
    assert len(pq._caches.lexical()) == 30
    assert len(Caches(pq._library).lexical()) == 30


def test_a_rebuild_that_is_killed_while_removing_is_made_good(pq, monkeypatch):
    pq.add_articles(ARTICLES)
    expected = found(pq._caches)
    assert len(expected) == 2

    def killed(folder, **_):
        for path in Path(folder).iterdir():
            path.unlink()
        if Path(folder).name == "lexical":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pq._library.writing():
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            pq._caches.rebuild()
    assert found(Caches(pq._library)) == expected


# A full disk


@pytest.mark.parametrize(
    "step", ["embeddings.index.write_manifest", "assistant.library.lexical._write_manifest"]
)
def test_indexes_that_cannot_be_written_are_told_and_follow_later(pq, tmp_path, monkeypatch, step):
    pq.add_articles(ARTICLES[:10])
    with monkeypatch.context() as patch:
        patch.setattr(step, no_room)
        with pytest.raises(LibraryReadOnly, match=r"No space left on device.*make room") as told:
            pq.add_articles(ARTICLES[10:20])
        assert "\n" not in str(told.value)
        with pytest.raises(LibraryReadOnly, match="No space left"):
            pq.remove(ARTICLES[3].id)
    assert pq._library.counts()["articles"] == 19
    assert answers(pq._caches) == answers(Caches(pq._library))
    pq.add_articles(ARTICLES[20:])
    assert len(FaissIndex.load(tmp_path / "vectors", expect_model=HashEncoder.id)) == 29
    assert len(LexicalIndex.stored(tmp_path / "lexical")) == 29
    assert pq.doctor(repair=False).is_healthy


def test_a_rebuild_that_cannot_write_is_told(pq, monkeypatch):
    pq.add_articles(ARTICLES[:10])
    with monkeypatch.context() as patch, pq._library.writing():
        patch.setattr(LexicalIndex, "discard", no_room)
        with pytest.raises(LibraryReadOnly, match="No space left"):
            pq._caches.rebuild()
    assert pq.doctor().is_healthy


def test_a_search_goes_on_in_memory_where_the_lexical_index_cannot_be_written(
    pq, tmp_path, monkeypatch
):
    pq.add_articles(ARTICLES[:10])
    LexicalIndex.discard(tmp_path / "lexical")
    caches = Caches(pq._library)
    with monkeypatch.context() as patch:
        patch.setattr("assistant.library.lexical._write_manifest", no_room)
        assert len(found(caches)) == 2
        assert caches.lexical().in_memory
    with pq._library.writing():
        caches.save()
    assert not caches.lexical().in_memory
    assert len(LexicalIndex.stored(tmp_path / "lexical")) == 10


def test_what_tantivy_cannot_write_is_an_os_error(tmp_path):
    index = LexicalIndex(tmp_path / "lexical")
    shutil.rmtree(tmp_path / "lexical")
    with pytest.raises(OSError, match="Lockfile"):
        index.update([], generation=1)
