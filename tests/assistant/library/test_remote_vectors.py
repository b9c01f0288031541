"""A library whose vectors are in Milvus (milvus-lite here; a server in the full run of embeddings)."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

pytest.importorskip("pymilvus")
pytest.importorskip("milvus_lite")

from assistant.assistant import Assistant
from assistant.cli import run
from assistant.errors import IndexUnreachable, UsageError
from assistant.library import Library
from assistant.library.archive import backup, restore
from assistant.types import Filters
from embeddings.errors import IndexUnavailable
from embeddings.milvus import MilvusIndex
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article

WORDS = "summit paris troops tariff vaccine harvest election budget glacier orchestra".split()


def articles(first, last, *, version=1):
    return [
        article(
            f"article-{n}",
            [
                f"The {WORDS[n % 10]} of {n} in version {version}.",
                f"Its {WORDS[(n + version) % 10]} followed.",
            ],
            title=f"Title {n}",
        )
        for n in range(first, last)
    ]


def opened(folder, index=None, *, read_only=False):
    encoder = HashEncoder()
    library = Library(folder, model_id=encoder.id, dim=encoder.dim, read_only=read_only)
    return Assistant(library, encoder, index=index)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    return f"milvus-lite://{tmp_path_factory.mktemp('milvus')}/lite.db"


def ids_in(uri, pq):
    index = MilvusIndex(
        uri, dim=16, model_id=f"{HashEncoder.id} of library {pq._library.identity()}"
    )
    try:
        return index.generation, index.ids().tolist()
    finally:
        index.close()


def answers(pq):
    return [
        [(hit.passage.id, hit.score, hit.dense_score, hit.dense_rank) for hit in hits]
        for filters in (Filters(), Filters(article_ids=(articles(3, 4)[0].id,)))
        for hits in pq.search_batch([*WORDS, "The glacier of 8"], k=7, filters=filters)
    ]


def test_results_are_those_of_the_local_index_through_every_change(tmp_path, server):
    uri = f"{server}/changes"
    with opened(tmp_path / "library", uri) as remote:
        for change in (
            lambda: remote.add_articles(articles(0, 30)),
            lambda: remote.add_articles(articles(10, 14, version=2)),
            lambda: remote.remove(articles(3, 4)[0].id),
        ):
            change()
            with opened(tmp_path / "library") as local:
                assert answers(remote) == answers(local)
                state = local._library.generation, local._library.all_passage_ids()
            assert ids_in(uri, remote) == state
        assert remote.doctor().is_healthy
        assert not (tmp_path / "other").exists()
    with opened(tmp_path / "library", uri) as again:
        assert again.related(articles(5, 6)[0].id, k=2)


class DyingIndex(MilvusIndex):
    """A collection whose server dies after some vectors and comes back when it is told to."""

    adds_left: int | None = None

    def add(self, ids, vectors):
        ids, vectors = np.asarray(ids), np.asarray(vectors)
        for n in range(len(ids)):
            if DyingIndex.adds_left is not None:
                if DyingIndex.adds_left == 0:
                    raise IndexUnavailable("Milvus at http://fake:1 failed to upsert 'c' (gone)")
                DyingIndex.adds_left -= 1
            super().add(ids[n : n + 1], vectors[n : n + 1])


@pytest.mark.parametrize("sent_before", [0, 12])
def test_a_server_that_dies_mid_add_loses_nothing(tmp_path, server, monkeypatch, sent_before):
    monkeypatch.setattr("assistant.library.remote_vectors.MilvusIndex", DyingIndex)
    uri = f"{server}/dies_{sent_before}"
    folder = tmp_path / "library"
    with opened(folder, uri) as pq:
        if sent_before:
            pq.add_articles(articles(0, sent_before))
        DyingIndex.adds_left = 7
        with pytest.raises(IndexUnreachable, match=r"failed to upsert.*the library has everything"):
            pq.add_articles(articles(sent_before, 30))
        assert pq._library.counts() == {"articles": 30, "passages": 60}
        generation, sent = ids_in(uri, pq)
        assert len(sent) == 2 * sent_before + 7
        assert generation < pq._library.generation
        # While it is away: gone again in the library, never heard of by the server.
        with pytest.raises(IndexUnreachable):
            pq.remove(articles(sent_before, sent_before + 1)[0].id)
        with pytest.raises(IndexUnreachable):
            pq.search("summit")
        DyingIndex.adds_left = None
        with opened(folder) as local:
            assert answers(pq) == answers(local)
        assert ids_in(uri, pq) == (pq._library.generation, pq._library.all_passage_ids())
        assert pq._library.counts()["passages"] == 58


def test_another_process_sends_while_this_one_only_searches(tmp_path, server):
    uri = f"{server}/two"
    with opened(tmp_path / "l", uri) as one, opened(tmp_path / "l", uri) as two:
        one.add_articles(articles(0, 5))
        assert two.search("summit")
        one.add_articles(articles(5, 9))
        assert [h.passage.title for h in two.search("The glacier of 8 in version 1.", k=1)] == [
            "Title 8"
        ]
        with opened(tmp_path / "l", uri, read_only=True) as reading:
            assert answers(reading) == answers(one)


def test_what_a_later_state_had_sent_is_put_right(tmp_path, server):
    uri = f"{server}/older"
    with opened(tmp_path / "l", uri) as pq:
        pq.add_articles(articles(0, 4))
        pq._library.history_rows("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(tmp_path / "l", tmp_path / "copy")
    with opened(tmp_path / "l", uri) as pq:
        pq.add_articles(articles(4, 9))
    with opened(tmp_path / "copy", uri) as older, opened(tmp_path / "copy") as local:
        assert answers(older) == answers(local)
        assert ids_in(uri, older) == (local._library.generation, local._library.all_passage_ids())


def test_another_librarys_collection_is_refused(tmp_path, server):
    uri = f"{server}/mine"
    with opened(tmp_path / "mine", uri) as pq:
        pq.add_articles(articles(0, 2))
        backup(pq._library, tmp_path / "backup.sqlite3")
    restore(tmp_path / "backup.sqlite3", tmp_path / "theirs")
    with (
        opened(tmp_path / "theirs", uri) as pq,
        pytest.raises(UsageError, match=r"holds vectors of .* of library .*name another"),
    ):
        pq.search("summit")


def test_doctor_mends_a_collection(tmp_path, server):
    uri = f"{server}/doctor"
    with opened(tmp_path / "l", uri) as pq:
        pq.add_articles(articles(0, 4))
        pq._caches.vectors().remove(pq._library.all_passage_ids()[:3])
        report = pq.doctor()
        assert report.problems == ("vector index: 5 passages instead of 8",)
        assert report.is_healthy
        assert ids_in(uri, pq)[1] == pq._library.all_passage_ids()


def test_the_option_and_the_variable(tmp_path, server, monkeypatch, capsys, seeds_folder):
    shutil.copytree(seeds_folder, tmp_path / "seeds")
    library = ["--library", str(tmp_path / "seeds")]
    assert run(["search", "Paris summit", "--json", *library]) == 0
    local = capsys.readouterr().out
    uri = f"{server}/option"
    assert run(["--index", uri, "search", "Paris summit", "--json", *library]) == 0
    assert capsys.readouterr().out == local
    monkeypatch.setenv("PULLQUOTE_INDEX", uri)
    assert run(["search", "Paris summit", "--json", *library]) == 0
    assert capsys.readouterr().out == local
    assert run(["search", "Paris summit", *library, "--index", "http://x/c"]) == 2
    assert "must be like milvus://host:19530/collection" in capsys.readouterr().err
