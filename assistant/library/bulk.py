"""A large archive into a library: passages encoded by many workers, stored by one process.

Batches are handed out ahead and stored in order, so the library is the same as if one machine had made
it. What is stored is complete article by article: after a stop, adding the same sources again skips
it and goes on. A batch whose worker died is encoded by another.

The workers are Dask's, the optional extra ``pullquote[dask]``; each needs Pullquote installed. Dask
sends Python objects, so its scheduler belongs on a trusted network only.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ClusterError, PullquoteError, UsageError
from assistant.library.articles import Library
from assistant.library.caches import Caches
from assistant.library.ingest import Ingestor, Pending, texts_of
from assistant.reading.models import load_encoder
from embeddings.encoder import THREADS_VARIABLE, Encoder, SentenceTransformerEncoder

AHEAD = 4
"""Batches per worker that are handed out before the first is back, so that none waits."""
CONNECT_S = 30.0
"""How long the scheduler and its first worker are waited for."""


class BulkIngestor(Ingestor):
    """An :class:`~assistant.library.ingest.Ingestor` whose batches are encoded elsewhere.

    Args:
        library: Where the articles go.
        caches: Its indexes, saved at the end.
        encoder: Names the model; the workers load their own.
        executor: Runs :func:`encode_batch`; it must survive a worker's death by itself.
        workers: How many batches are encoded at a time.
    """

    def __init__(
        self,
        library: Library,
        caches: Caches,
        encoder: Encoder,
        *,
        executor: Executor,
        workers: int,
    ) -> None:
        super().__init__(library, caches, encoder)
        self._executor = executor
        self._most = max(1, workers) * AHEAD

    def _encoded(
        self, batches: Iterator[list[Pending]]
    ) -> Iterator[tuple[list[Pending], NDArray[np.float32]]]:
        encoder = self._encoder
        model = encoder.name_or_path if isinstance(encoder, SentenceTransformerEncoder) else None
        running: deque[tuple[list[Pending], Future[NDArray[np.float32]]]] = deque()
        try:
            for batch in batches:
                future = self._executor.submit(encode_batch, model, encoder.id, texts_of(batch))
                running.append((batch, future))
                if len(running) >= self._most:
                    yield _finished(*running.popleft())
            while running:
                yield _finished(*running.popleft())
        finally:
            for _, future in running:
                future.cancel()


def encode_batch(model: str | None, encoder_id: str, texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode passages on a worker, which keeps the model for the next batch.

    Args:
        model: Name or path of a sentence-transformers model; None for the bundled encoder.
        encoder_id: Id of the encoder whose vectors the library holds.
        texts: What is embedded, as :func:`embeddings.chunking.embedding_text` makes it.

    Returns:
        ``(n, dim)`` float32 unit rows.

    Raises:
        ClusterError: The worker has another version of the model.
        ModelError: The worker cannot load it.
    """
    encoder = _worker_encoder(model)
    if encoder.id != encoder_id:
        raise ClusterError(
            f"a worker has the encoder {encoder.id!r}, not {encoder_id!r}: install the same "
            "version of pullquote on every machine"
        )
    return encoder.encode_passages(texts)


@functools.cache
def _worker_encoder(model: str | None) -> Encoder:
    return load_encoder(model)


def _finished(
    batch: list[Pending], future: Future[NDArray[np.float32]]
) -> tuple[list[Pending], NDArray[np.float32]]:
    try:
        return batch, future.result()
    except PullquoteError:
        raise
    except Exception as error:  # whatever a worker, or the way to it, may raise
        line = " ".join(str(error).split())[:300] or type(error).__name__
        raise ClusterError(
            f"the workers failed on a batch that begins with {batch[0].article.source!r} ({line}): "
            "see to them and run the same again, it goes on from here"
        ) from error


@contextlib.contextmanager
def cluster_executor(cluster: str) -> Iterator[tuple[Executor, int]]:
    """Workers of a Dask cluster and how many tasks they run at a time.

    Args:
        cluster: Address of its scheduler, such as ``tcp://10.0.0.5:8786``, or a number of worker
            processes to start on this machine for as long as this lasts.

    Raises:
        UsageError: Dask is not installed, or ``cluster`` is neither.
        ClusterError: There is no scheduler at that address, or it has no worker.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UsageError(
            "spreading the work needs Dask: install it with pip install 'pullquote[dask]'"
        ) from error
    with contextlib.ExitStack() as stack:
        try:
            if cluster.isdigit() and int(cluster) > 0:
                threads = max(1, (os.cpu_count() or 1) // int(cluster))
                address = stack.enter_context(
                    LocalCluster(
                        n_workers=int(cluster),
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address=None,
                        env={THREADS_VARIABLE: str(threads)},
                    )
                )
            elif "://" in cluster:
                address = cluster
            else:
                raise UsageError(
                    f"{cluster!r} is no cluster: give a scheduler's address, such as "
                    "tcp://10.0.0.5:8786, or a number of processes"
                )
            client = stack.enter_context(Client(address, timeout=CONNECT_S, set_as_default=False))
            client.wait_for_workers(1, timeout=CONNECT_S)
        except (OSError, ValueError) as error:  # a timeout is an OSError
            raise ClusterError(
                f"no worker at {cluster} answers ({' '.join(str(error).split())[:200]}): start "
                "`dask scheduler` and, where the work shall be done, `dask worker ADDRESS`"
            ) from error
        yield client.get_executor(retries=2), sum(client.nthreads().values())
