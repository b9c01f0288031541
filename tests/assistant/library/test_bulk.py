from __future__ import annotations

import os
import signal
import socket
import sys
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.errors import Cancelled, ClusterError, UsageError
from assistant.library import Library
from assistant.library.bulk import AHEAD, BulkIngestor, cluster_executor, encode_batch
from assistant.library.ingest import Ingestor
from tests.assistant.fakes import DIM, HashEncoder
from tests.assistant.search.test_packing import article

ARTICLES = [
    article(f"a-{n}", [f"Paragraph {p} of article {n}." for p in range(1 + n % 3)])
    for n in range(40)
]
PASSAGES = sum(len(one.paragraphs) for one in ARTICLES)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("assistant.library.ingest.BATCH_PASSAGES", 4)
    monkeypatch.setattr("assistant.library.bulk._worker_encoder", lambda model: HashEncoder())


def opened(folder):
    return Assistant(Library(folder, model_id=HashEncoder.id, dim=DIM), HashEncoder())


def stored(pq):
    """Everything that is kept of articles, but when."""
    return pq._library.history_rows(
        'SELECT p.id, a.id, a.state_hash, a.text, p.paragraph, p.start, p."end", p.vector '
        "FROM passages p JOIN articles a ON a.id = p.article_id ORDER BY p.id"
    )


def ingestor(pq, executor, workers=3):
    return BulkIngestor(pq._library, pq._caches, pq._encoder, executor=executor, workers=workers)


class Counting(ThreadPoolExecutor):
    """Workers that die after some batches."""

    def __init__(self, *, batches_left=10**9):
        super().__init__(3)
        self.batches_left = batches_left
        self.texts = 0
        self.most_running = 0
        self.futures = []

    def submit(self, function, /, *arguments):
        self.batches_left -= 1
        if self.batches_left < 0:
            future = Future()
            future.set_exception(RuntimeError("KilledWorker:\n 4 workers died"))
        else:
            self.texts += len(arguments[2])
            future = super().submit(function, *arguments)
        self.futures.append(future)
        return future


def test_the_library_is_the_same_as_one_machine_makes(tmp_path):
    with opened(tmp_path / "one") as one, opened(tmp_path / "many") as many:
        Ingestor(one._library, one._caches, one._encoder).add(iter(ARTICLES))
        with Counting() as workers:
            report = ingestor(many, workers).add(iter(ARTICLES))
        assert report.added == tuple(a.id for a in ARTICLES)
        assert stored(many) == stored(one)
        assert len(stored(many)) == workers.texts == PASSAGES
        assert many.doctor(repair=False).is_healthy


def test_after_a_stop_only_the_rest_is_encoded(tmp_path):
    with opened(tmp_path / "one") as one:
        Ingestor(one._library, one._caches, one._encoder).add(iter(ARTICLES))
        expected = stored(one)
    with opened(tmp_path / "many") as pq, Counting(batches_left=9) as workers:
        with pytest.raises(ClusterError, match=r"\(KilledWorker: 4 workers died\): .* goes on"):
            ingestor(pq, workers).add(iter(ARTICLES))
        kept = len(stored(pq))
        assert kept == workers.texts > 0
    with opened(tmp_path / "many") as pq, Counting() as workers:
        report = ingestor(pq, workers).add(iter(ARTICLES))
        assert workers.texts == PASSAGES - kept
        assert len(report.unchanged) + len(report.added) == len(ARTICLES)
        assert stored(pq) == expected


def test_few_batches_are_under_way_at_a_time(tmp_path):
    read = []

    def articles():
        for one in ARTICLES:
            read.append(one)
            yield one

    class Stuck(Counting):
        def submit(self, function, /, *arguments):
            assert len(read) <= 4 * (len(self.futures) + 1)
            return super().submit(function, *arguments)

    with opened(tmp_path) as pq, Stuck() as workers:
        stops = iter([False] * 30 + [True])
        with pytest.raises(Cancelled):
            ingestor(pq, workers, workers=1).add(articles(), cancelled=lambda: next(stops))
        # What is handed out and not yet stored is at most one window.
        assert len(workers.futures) * 4 - len(stored(pq)) <= 4 * (AHEAD + 2)
        assert len(stored(pq)) > 0


def test_a_worker_with_another_model_is_refused():
    with pytest.raises(ClusterError, match=r"a worker has the encoder 'fake/hash/1', not 'other'"):
        encode_batch(None, "other", ["text"])
    assert np.array_equal(
        encode_batch(None, HashEncoder.id, ["text"]), HashEncoder().encode_passages(["text"])
    )


def test_missing_dask_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UsageError, match=r"pip install 'pullquote\[dask\]'"),
        cluster_executor("2"),
    ):
        pass


@pytest.mark.parametrize("cluster", ["nonsense", "0", "-1", ""])
def test_what_is_no_cluster_is_refused(cluster):
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="is no cluster: give a"), cluster_executor(cluster):
        pass


def test_a_scheduler_that_is_not_there_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("assistant.library.bulk.CONNECT_S", 0.5)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        with (
            pytest.raises(ClusterError, match=f"no worker at {address}"),
            cluster_executor(address),
        ):
            pass


@pytest.mark.full
def test_a_killed_workers_batches_are_encoded_by_others(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    from distributed import LocalCluster

    monkeypatch.undo()
    monkeypatch.setattr("assistant.library.ingest.BATCH_PASSAGES", 4)
    archive = tmp_path / "archive"
    archive.mkdir()
    for one in ARTICLES:
        (archive / f"{one.source}.md").write_text(f"# {one.source}\n\n{one.text}\n", "utf-8")
    with (
        Assistant.open(tmp_path / "one", seeds=False) as one,
        Assistant.open(tmp_path / "many", seeds=False) as many,
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
    ):
        one.add([archive])
        killed = []

        def kill_one(progress):
            if progress.done >= 10 and not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        report = many.add([archive], cluster=cluster.scheduler_address, on_progress=kill_one)
        assert killed
        assert len(report.added) == len(ARTICLES)
        assert [row[:-1] for row in stored(many)] == [row[:-1] for row in stored(one)]
        for ours, theirs in zip(stored(many), stored(one), strict=True):
            assert np.array_equal(
                np.frombuffer(ours[-1], np.float16), np.frombuffer(theirs[-1], np.float16)
            )
