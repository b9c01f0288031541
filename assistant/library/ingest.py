"""Articles into the library: compared, chunked, encoded in batches, stored one by one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from assistant.errors import Cancelled, LibraryReadOnly, PullquoteError, SourceError
from assistant.library import storage
from assistant.library.articles import Library
from assistant.library.caches import Caches
from assistant.output.sanitise import for_display
from assistant.sources.reading import FileState, read_changed
from assistant.types import Article, IngestFailure, IngestReport, IngestWarning, Progress
from assistant.version import __version__
from embeddings.chunking import MAX_TOKENS, PassageSpan, embedding_text, passages
from embeddings.encoder import Encoder

BATCH_PASSAGES = 128
"""Passages encoded together: enough for batches of like length, few enough to lose little."""
CHUNKING = f"chunking/1/{MAX_TOKENS}"
"""Names how passages are made: articles made otherwise are made again when they are added."""


def recipe(model_id: str) -> str:
    """How articles are made now, for :func:`assistant.storage.state_hash`."""
    return f"{CHUNKING} {model_id}"


def file_recipe(model_id: str) -> str:
    """How files are read now and articles made of them: another release may read more in the same file."""
    return f"{__version__} {recipe(model_id)}"


def articles_of(
    sources: Sequence[str | Path],
    *,
    library: Library,
    stdin: BinaryIO | None = None,
    allow_private: bool = False,
    rehash: bool = False,
) -> Iterator[Article | IngestFailure | FileState]:
    """What the sources hold: files, folders, ``-`` and web addresses.

    Files that look as they did when all of them was stored are not read.

    Args:
        sources: What to read.
        library: Where earlier fetches left what spares fetching an unchanged page again.
        stdin: What ``-`` reads.
        allow_private: Fetch from private and loopback addresses too.
        rehash: Read all files.
    """
    recipe = file_recipe(library.model_id)

    def known(location: str) -> str | None:
        return None if rehash else library.file_stamp(location, recipe=recipe)

    for source in sources:
        if is_web(source):
            yield from _fetched(str(source), library, allow_private=allow_private)
        else:
            yield from read_changed(source, known=known, stdin=stdin)


def is_web(source: str | Path) -> bool:
    """Whether a source is fetched instead of read."""
    return str(source).startswith(("http://", "https://"))


def _fetched(
    url: str, library: Library, *, allow_private: bool
) -> Iterator[Article | IngestFailure]:
    from assistant.sources.fetch import Fetcher, read_url

    known = [library.article(article_id) for article_id in library.article_ids(source=url)]
    validators = known[0].metadata if known else {}
    try:
        found = list(
            read_url(
                url,
                fetcher=Fetcher(allow_private=allow_private),
                etag=validators.get("etag"),
                last_modified=validators.get("last_modified"),
            )
        )
    except SourceError as error:
        yield IngestFailure(url, str(error))
        return
    # Nothing means that the server says it has not changed: what is known is what there is.
    yield from found or known


def count_of(sources: Sequence[str | Path]) -> int | None:
    """How many articles there will be, where each source is one file; None where unknown."""
    paths = [Path(source) for source in sources if str(source) != "-" and not is_web(source)]
    if len(paths) < len(sources) or any(os.path.isdir(path) for path in paths):
        return None
    several = (".jsonl", ".json", ".xml", ".rss", ".atom", ".gz")
    return None if any(path.suffix in several for path in paths) else len(paths)


@dataclass(slots=True)
class Pending:
    """An article that waits for its vectors."""

    article: Article
    spans: list[PassageSpan]
    state: str


@dataclass(slots=True)
class _Counts:
    """The report as it grows."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failures: list[IngestFailure] = field(default_factory=list)
    warnings: list[IngestWarning] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    """The source that each article was first seen in, by id."""
    sources: set[str] = field(default_factory=set)
    files: list[FileState] = field(default_factory=list)
    """Those that were read to their end."""
    shared: set[str] = field(default_factory=set)
    """Sources with an article that came from another one."""


def texts_of(batch: Sequence[Pending]) -> list[str]:
    """What is embedded for the passages of articles, in order."""
    return [
        embedding_text(waiting.article.title, waiting.article.text[span.start : span.end])
        for waiting in batch
        for span in waiting.spans
    ]


def _refused(article: Article, error: Exception) -> IngestFailure:
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
    message = f"{article.source}: {article.title[:80]!r} cannot be stored ({reason}); leave it out"
    return IngestFailure(article.source, for_display(message, keep_newlines=False))


class Ingestor:
    """Adds articles to one library.

    Args:
        library: Where they go.
        caches: Its indexes, saved at the end.
        encoder: Makes the vectors.
    """

    def __init__(self, library: Library, caches: Caches, encoder: Encoder) -> None:
        self._library = library
        self._caches = caches
        self._encoder = encoder
        self._recipe = recipe(encoder.id)

    def add(
        self,
        articles: Iterable[Article | IngestFailure | FileState],
        *,
        total: int | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> IngestReport:
        """Store what is new or changed; what is cancelled or interrupted is complete up to there.

        Raises:
            LibraryLocked: Another process is writing.
            LibraryReadOnly: The library cannot be written.
            Cancelled: ``cancelled()`` turned true.
        """
        started = time.perf_counter()
        counts = _Counts()

        def tell(label: str) -> None:
            if on_progress is not None:
                done = len(counts.added) + len(counts.updated) + len(counts.unchanged)
                elapsed = time.perf_counter() - started
                on_progress(Progress(done + len(counts.failures), total, label, elapsed))

        def waiting() -> Iterator[list[Pending]]:
            pending: list[Pending] = []
            for item in self._chunked(articles, counts):
                if cancelled is not None and cancelled():
                    raise Cancelled("adding was cancelled; what was added until then is kept")
                if item is not None:
                    pending.append(item)
                    if sum(len(one.spans) for one in pending) >= BATCH_PASSAGES:
                        yield pending
                        pending = []
                tell(item.article.title if item is not None else "")
            if pending:
                yield pending

        with self._library.writing():
            for batch, vectors in self._encoded(waiting()):
                try:
                    self._put(batch, vectors, counts)
                except LibraryReadOnly as error:
                    stored = len(counts.added) + len(counts.updated)
                    raise LibraryReadOnly(
                        f"{error}; {stored} articles of this run are stored and stay, "
                        "the same again goes on from there"
                    ) from error
            tell("")

            def tell_steps(done: int, steps: int) -> None:
                if on_progress is not None:
                    elapsed = time.perf_counter() - started
                    on_progress(Progress(done, steps, "building the index", elapsed))

            self._caches.save(on_progress=tell_steps)
            vanished = self._vanished(counts)
            self._keep_files(counts, vanished)
        ids = counts.added + counts.updated
        return IngestReport(
            added=tuple(counts.added),
            updated=tuple(counts.updated),
            unchanged=tuple(counts.unchanged),
            vanished=tuple(article_id for _, article_id in vanished),
            duplicates=tuple(self._library.originals(ids).items()),
            failures=tuple(counts.failures),
            elapsed_s=time.perf_counter() - started,
            warnings=tuple(counts.warnings),
        )

    def _chunked(
        self, articles: Iterable[Article | IngestFailure | FileState], counts: _Counts
    ) -> Iterator[Pending | None]:
        """What has to be stored, None for what has not."""
        for article in articles:
            if isinstance(article, FileState):
                if article.was_read:
                    counts.files.append(article)
                else:
                    self._pass_over(article.location, counts)
                    yield None
                continue
            if isinstance(article, IngestFailure):
                counts.failures.append(article)
                yield None
                continue
            counts.sources.add(article.source)
            if article.id in counts.seen:
                if counts.seen[article.id] != article.source:
                    counts.shared.add(article.source)
                counts.unchanged.append(article.id)
                yield None
                continue
            counts.seen[article.id] = article.source
            state = storage.state_hash(article, recipe=self._recipe)
            if self._library.state_hash(article.id) == state:
                counts.unchanged.append(article.id)
                yield None
                continue
            bounds = [(paragraph.start, paragraph.end) for paragraph in article.paragraphs]
            try:
                spans = passages(bounds, article.text)
            except Exception as error:  # of this article's text alone
                counts.failures.append(_refused(article, error))
                yield None
                continue
            yield Pending(article, spans, state)

    def _pass_over(self, source: str, counts: _Counts) -> None:
        """Count the articles of a file that was not read."""
        ids = self._library.article_ids(source=source)
        counts.sources.add(source)
        counts.seen |= dict.fromkeys(ids, source)
        counts.unchanged += ids

    def _encoded(
        self, batches: Iterator[list[Pending]]
    ) -> Iterator[tuple[list[Pending], NDArray[np.float32]]]:
        """Each batch with the vectors of its passages, in the order given."""
        for batch in batches:
            yield batch, self._encoder.encode_passages(texts_of(batch))

    def _put(self, batch: list[Pending], vectors: NDArray[np.float32], counts: _Counts) -> None:
        at = 0
        for waiting in batch:
            known = self._library.has_article(waiting.article.id)
            rows = vectors[at : at + len(waiting.spans)]
            at += len(waiting.spans)
            try:
                self._library.put(waiting.article, waiting.spans, rows, state=waiting.state)
            except PullquoteError:
                raise  # of the library, not of this article
            except Exception as error:  # whatever SQLite or a driver has against its values
                counts.failures.append(_refused(waiting.article, error))
                continue
            (counts.updated if known else counts.added).append(waiting.article.id)
            counts.warnings += [
                IngestWarning(waiting.article.id, waiting.article.source, message)
                for message in waiting.article.warnings
            ]

    def _keep_files(self, counts: _Counts, vanished: Sequence[tuple[str, str]]) -> None:
        """Keep the stamps of files of which what is in the library is all and nothing else."""
        unlike = counts.shared | {failure.source for failure in counts.failures}
        unlike |= {source for source, _ in vanished}
        stamps = {one.location: one.stamp for one in counts.files if one.location not in unlike}
        self._library.keep_file_stamps(stamps, recipe=file_recipe(self._encoder.id))

    def _vanished(self, counts: _Counts) -> list[tuple[str, str]]:
        """Articles that a source had before and has no more, with it; failed sources are not judged."""
        failed = {failure.source for failure in counts.failures}
        return [
            (source, article_id)
            for source in sorted(counts.sources - failed)
            for article_id in self._library.article_ids(source=source)
            if article_id not in counts.seen
        ]
