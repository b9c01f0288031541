"""The one class that users import: a library, its models, and what can be asked of them."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from assistant.answering.answers import answer as make_answer
from assistant.answering.asked import asked_of
from assistant.answering.broad import brief_subject
from assistant.answering.declining import missing, nearest
from assistant.answering.followups import complete
from assistant.answering.idle_talk import is_idle_talk
from assistant.answering.rulings import Judge, with_rulings, without_refuted
from assistant.errors import ArticleNotFound, LibraryLocked, PullquoteError, UsageError
from assistant.language.inputs import (
    MAX_QUESTION_CHARS,
    checked_question,
    checked_quote,
    without_halves,
)
from assistant.library import Library, history
from assistant.library.filters import check_dates
from assistant.library.folders import INDEX_VARIABLE, default_folder
from assistant.reading.models import load_encoder, load_reader, load_reranker
from assistant.reading.reader import Reader, SentenceReader, check_cancelled
from assistant.reading.reranking import Reranker
from assistant.search.fusion import DEFAULT_SETTINGS, RetrievalSettings, without_captions
from assistant.search.retriever import RELATED, Retriever
from assistant.types import (
    Answer,
    AnswerStatus,
    Article,
    ArticleSummary,
    Brief,
    Citation,
    Conversation,
    DoctorReport,
    Filters,
    Hit,
    IngestFailure,
    IngestReport,
    Progress,
    RelatedArticle,
    Tier,
    UnanswerableReason,
)
from embeddings.encoder import Encoder
from embeddings.tokens import ENCODING as TOKEN_ENCODING

if TYPE_CHECKING:
    from assistant.checking.claims.verdicts import ClaimChecker
    from assistant.search.packing import PackedContext
    from assistant.sources.reading import FileState
    from assistant.types import ClaimReport, QuoteReport, Timeline

READ_PASSAGES = 10
"""How many passages are read for one question."""
BRIEF_SENTENCES = 5
"""How many sentences a brief has unless another number is asked for."""
SPARE_PASSAGES = 5
"""How many more are searched, in place of captions that may not be evidence."""
NAMES_SEARCHED = 3
"""Passages in which a name is looked for that none of those has that were read."""
FILL_WAIT_S = 10.0
"""How long a new library is waited for that another process fills."""
FILL_POLL_S = 0.1
_clock, _wait = time.monotonic, time.sleep


class Assistant:
    """A library that can be asked. Make one with :meth:`open`; safe to use from several threads.

    >>> import tempfile
    >>> with Assistant.open(tempfile.mkdtemp(), seeds=False) as pq:
    ...     pq.ask("Is anyone there?").reason.value
    'the library is empty'
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        *,
        reader: Reader | None = None,
        settings: RetrievalSettings = DEFAULT_SETTINGS,
        index: str | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._retriever = Retriever(
            library, encoder, settings=settings, index=index, reranker=reranker
        )
        self._library = library
        self._caches = self._retriever.caches
        self._encoder = encoder
        self._reader = reader
        self._checker: ClaimChecker | None = None
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        folder: str | Path | None = None,
        *,
        model: str | None = None,
        index: str | None = None,
        rerank: str | None = None,
        read_only: bool = False,
        seeds: bool = True,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Self:
        """Open a library; a new one is made where there is none.

        Args:
            folder: Its folder; None for the default library.
            model: Name or path of a sentence-transformers model; None for the bundled encoder.
            index: ``milvus://host:19530/collection`` to search the vectors there; None for
                ``PULLQUOTE_INDEX``, else beside the library.
            rerank: Name or path of a sentence-transformers cross-encoder that orders the best
                passages anew; None for none.
            read_only: Never write.
            seeds: Fill a new library with the articles that come with the program.
            on_progress: Told how far filling is.

        Raises:
            LibraryError: The library cannot be used.
            UsageError: The library holds vectors of another model, or the index those of another
                library.
            ModelError: The model cannot be loaded.
        """
        path = Path(os.path.expanduser(folder)) if folder is not None else default_folder()
        encoder = load_encoder(model)
        library = Library(path, model_id=encoder.id, dim=encoder.dim, read_only=read_only)
        pq = cls(
            library,
            encoder,
            index=index or os.environ.get(INDEX_VARIABLE) or None,
            reranker=load_reranker(rerank),
        )
        if seeds and not library.read_only:
            pq._fill(on_progress)
        return pq

    def _fill(self, on_progress: Callable[[Progress], None] | None) -> None:
        """Put the bundled articles into a new library, or wait until another process has."""
        deadline = _clock() + FILL_WAIT_S
        while self._library.generation == 0:
            from assistant.sources import read_seeds

            try:
                self._ingest(read_seeds(), total=None, on_progress=on_progress, cancelled=None)
                return
            except LibraryLocked:
                if _clock() >= deadline:
                    raise
                # Only tried again, not waited for by the lock: to hold it for a moment would make
                # the writing of a third process fail.
                _wait(FILL_POLL_S)

    # Searching

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[Hit]:
        """The best ``k`` passages for ``query``, best first."""
        return self.search_batch([query], k=k, filters=filters)[0]

    def search_batch(
        self,
        queries: Sequence[str],
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[list[Hit]]:
        """:meth:`search` for many queries, encoded together. One text is one query."""
        return self._retriever.search_batch(queries, k=k, filters=filters)

    def pack(
        self,
        question: str,
        *,
        max_tokens: int,
        encoding: str = TOKEN_ENCODING,
        k: int = 50,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> PackedContext:
        """Cited passages within a budget of tokens: :meth:`assistant.search.Retriever.pack`."""
        return self._retriever.pack(
            question, max_tokens=max_tokens, encoding=encoding, k=k, filters=filters
        )

    def related(self, article_id: str, *, k: int = RELATED) -> list[RelatedArticle]:
        """Up to ``k`` articles related to one.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return self._retriever.related(article_id, k=k)

    # Asking

    def prepare(self) -> None:
        """Load models and indexes, so that the first question does not wait."""
        self._retriever.prepare()
        self._get_reader().prepare()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        k: int = READ_PASSAGES,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        strict: bool = False,
        cancelled: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer ``question`` in the articles' own words, or say that they do not.

        Args:
            question: Any question; a follow-up is completed from ``history``.
            history: Earlier answers of the conversation, oldest first.
            k: How many passages are read.
            filters: Which passages may be read.
            strict: Decline where there is no more than a possible answer.
            cancelled: Asked between steps; true stops.

        Raises:
            UsageError: The question is empty or too long, or a date of ``filters`` is none.
            Cancelled: ``cancelled()`` turned true.
        """
        if not question.strip():
            raise UsageError("the question is empty: ask something")
        question = checked_question(question)
        if is_idle_talk(question):
            return _without_passages(question, None, UnanswerableReason.NO_QUESTION)
        started = time.perf_counter()
        asked_as = complete(question, history)
        if asked_as is not None and len(asked_as) > MAX_QUESTION_CHARS:
            asked_as = None
        searched = asked_as or question
        subject = brief_subject(searched)
        if subject is None and self._reader is None and self._library.has_passages():
            threading.Thread(target=self._load_reader).start()
        timings: dict[str, float] = {}
        found = self.search(searched, k=k + SPARE_PASSAGES, filters=filters)
        hits = without_captions(found)[:k]
        timings["search"] = _elapsed_ms(started)
        check_cancelled(cancelled)
        if not hits and not self._library.has_passages():
            return _without_passages(question, asked_as, UnanswerableReason.EMPTY_LIBRARY)
        brief = None if subject is None else self.brief(subject, filters=filters)
        shown = [citation for turn in history for citation in turn.citations]
        if brief is not None and brief.citations:
            from assistant.answering.briefs import brief_answer

            timings["brief"] = brief.elapsed_ms
            answer = brief_answer(question, hits, brief, asked_as=asked_as)
            answer = replace(answer, related=self._related_to(brief.citations[0].article_id))
        else:
            answer = self._answer(
                question, hits, asked_as, timings, cancelled, shown, strict=strict
            )
        related = tuple(
            other for other in answer.related if self._allows(filters, other.article_id)
        )
        timings["total"] = _elapsed_ms(started)
        return replace(answer, timings_ms=timings, related=related)

    def brief(
        self,
        subject: str,
        *,
        article: str | None = None,
        sentences: int = BRIEF_SENTENCES,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> Brief:
        """The sentences of the articles that tell the most about a subject, in order of time.

        Args:
            subject: A subject ("the Paris summit"), or a broad question: "Compare X and Y" lays two side by
                side, "How are people reacting to X?" takes what readers say.
            article: Only from the article with this id.
            sentences: How many, 1 to 20; where two subjects are compared half of them each, two at least.
            filters: Which passages may be used.

        Raises:
            UsageError: The subject is empty, the number out of range, or a date of ``filters`` is none.
            ArticleNotFound: There is no such article.
        """
        from assistant.answering.briefs import make_brief

        if article is not None:
            filters = replace(filters, article_ids=(self.article(article).id,))
        return make_brief(
            subject,
            search=lambda query, k, allowed: self.search(query, k=k, filters=allowed),
            library=self._library,
            encoder=self._encoder,
            count=sentences,
            filters=filters,
        )

    def answer_from(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer from these passages alone, best first, as a search of this library gave them.

        Raises:
            UsageError: The question is empty or too long.
            Cancelled: ``cancelled()`` turned true.
        """
        if not question.strip():
            raise UsageError("the question is empty: ask something")
        hits = without_captions(hits)
        return self._answer(checked_question(question), hits, None, {}, cancelled)

    def _answer(
        self,
        question: str,
        hits: Sequence[Hit],
        asked_as: str | None,
        timings: dict[str, float],
        cancelled: Callable[[], bool] | None,
        shown: Sequence[Citation] = (),
        *,
        strict: bool = False,
    ) -> Answer:
        reading = time.perf_counter()
        reader = self._get_reader()
        wanted, sentences = asked_of(asked_as or question), SentenceReader(self._encoder)
        spans = reader.read(wanted.text, hits, cancelled=cancelled) if hits else []
        if isinstance(reader, Judge):
            spans = without_refuted(
                wanted,
                hits,
                spans,
                judge=reader,
                threshold=reader.possible_threshold,
                cancelled=cancelled,
            )
            spans = with_rulings(
                wanted,
                hits,
                spans,
                judge=reader,
                sentences=sentences,
                threshold=reader.possible_threshold,
                cancelled=cancelled,
            )
        timings["read"] = _elapsed_ms(reading)
        anchor = hits[spans[0].hit_index if spans else 0].passage.article_id if hits else None
        answer = make_answer(
            question,
            hits,
            spans,
            library=self._library,
            threshold=reader.threshold,
            possible_threshold=reader.possible_threshold,
            related=self._related_to(anchor) if anchor is not None else (),
            timings_ms=timings,
            asked_as=asked_as,
            shown=shown,
        )
        if strict and answer.tier is Tier.POSSIBLE:
            answer = replace(answer, tier=Tier.DECLINED)
        if answer.tier is not Tier.DECLINED or not hits:
            return answer
        return replace(
            answer,
            nearest=nearest(wanted.text, hits, library=self._library, reader=sentences),
            missing=missing(wanted, hits, find=lambda name: self.search(name, k=NAMES_SEARCHED)),
        )

    def _related_to(self, article_id: str) -> tuple[RelatedArticle, ...]:
        """What is related to an article that a search found; nothing where it was removed since."""
        with contextlib.suppress(ArticleNotFound):
            return tuple(self.related(article_id, k=RELATED))
        return ()

    # Checking

    def verify(self, quote: str, *, cancelled: Callable[[], bool] | None = None) -> QuoteReport:
        """Look a quote up: exact, altered (with what was changed) or not found, and who said it.

        Raises:
            UsageError: There is no word in it, or it is too long.
            Cancelled: ``cancelled()`` turned true.
        """
        from assistant.checking.quotes.verifying import verify_quote

        return verify_quote(
            checked_quote(quote),
            library=self._library,
            lexical=self._caches.lexical,
            find_alike=lambda query, k: self.search(query[:MAX_QUESTION_CHARS], k=k),
            cancelled=cancelled,
        )

    def check(
        self,
        claim: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        cancelled: Callable[[], bool] | None = None,
    ) -> ClaimReport:
        """Say whether the articles support a claim, with the sentences and what differs.

        Raises:
            UsageError: There is no word in it, or it is too long.
            Cancelled: ``cancelled()`` turned true.
        """
        return self._get_checker().check(claim, filters=filters, cancelled=cancelled)

    def check_each(
        self,
        claims: Sequence[str],
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[ClaimReport]:
        """:meth:`check` for many claims in turn, searched together."""
        return self._get_checker().check_each(claims, filters=filters, cancelled=cancelled)

    def timeline(
        self,
        subject: str,
        *,
        k: int = 20,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> Timeline:
        """The dated statements of an article (by id), or on a question, earliest first.

        Raises:
            UsageError: A date of ``filters`` is none, or the question is too long.
        """
        from assistant.checking.timeline import timeline_of_article, timeline_of_hits

        check_dates(filters)
        subject = checked_question(subject)
        if self._library.has_article(subject):
            article = self._library.article(subject)
            if not filters.allows_date(article.published):
                return timeline_of_hits(article.title, (), self._library)
            return timeline_of_article(article, self._library)
        hits = self.search(subject, k=k, filters=filters)
        return timeline_of_hits(subject, hits, self._library)

    def write_bundle(
        self, path: str | Path, result: Answer | ClaimReport | QuoteReport
    ) -> tuple[Path, ...]:
        """Write the evidence of a result to ``path``, readable reports beside it; gives the files.

        Raises:
            UsageError: One of them exists; nothing is written.
            BundleError: They cannot be written.
        """
        from assistant.checking.evidence.bundles import write_bundle

        return write_bundle(Path(path), result, self._library)

    def _get_checker(self) -> ClaimChecker:
        from assistant.checking.claims.verdicts import ClaimChecker
        from assistant.reading.span_reader import SpanReader

        with self._lock:
            if self._checker is None:
                # What is near a claim is told by the bundled encoder, whatever the library is searched with.
                bundled = load_encoder()
                reader = self._reader if isinstance(self._reader, SpanReader) else SpanReader()
                self._checker = ClaimChecker(
                    self._library,
                    lambda queries, k, filters: self.search_batch(queries, k=k, filters=filters),
                    self._encoder if self._encoder.id == bundled.id else bundled,
                    reader.judge,
                )
            return self._checker

    # Articles

    @property
    def folder(self) -> Path:
        """The library's folder."""
        return self._library.folder

    def article(self, article_id: str) -> Article:
        """The article with that id.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return self._library.article(without_halves(article_id))

    def articles(
        self, *, limit: int | None = None, offset: int = 0, matching: str | None = None
    ) -> list[ArticleSummary]:
        """Articles without their texts, newest publication first."""
        return self._library.summaries(
            limit=limit, offset=offset, matching=matching and without_halves(matching)
        )

    def article_count(self) -> int:
        """How many articles there are; quick also in a large library."""
        return self._library.counts()["articles"]

    def has_language(self, code: str) -> bool:
        """Whether a passage is in the language of that code."""
        return self._library.has_language(without_halves(code))

    def undated_count(self, filters: Filters) -> int:
        """How many articles only the dates of ``filters`` leave out, for they have none.

        Raises:
            UsageError: A date is none.
        """
        return self._library.undated_count(filters)

    def add(
        self,
        sources: str | Path | Sequence[str | Path],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        stdin: BinaryIO | None = None,
        allow_private: bool = False,
        cluster: str | None = None,
        keep_samples: bool = False,
        rehash: bool = False,
    ) -> IngestReport:
        """Add files, folders, pages and feeds; what fails is listed, the rest goes on.

        The sample articles leave a library that had no others. A file whose size and times are those of
        the last time is not read again.

        Args:
            sources: Paths, ``http(s)://`` addresses, or ``-`` for ``stdin``; one or several.
            on_progress: Told after every article.
            cancelled: Asked between articles; true stops.
            stdin: What ``-`` reads.
            allow_private: Fetch from private and loopback addresses too.
            cluster: Spread the encoding over Dask workers: a scheduler's address, or how many
                processes to start here; None: encode in this process.
            keep_samples: Leave the sample articles in.
            rehash: Read every file, and tell by its content whether it has changed.

        Raises:
            ClusterError: The workers fail; what was added until then is kept.
            LibraryLocked: Another process is writing.
            LibraryReadOnly: The library cannot be written.
            Cancelled: ``cancelled()`` turned true; what was added until then is kept.
        """
        from assistant.library.ingest import articles_of, count_of

        if isinstance(sources, (str, Path)):
            sources = [sources]  # its letters would be paths too, and "/" the whole disk
        articles = articles_of(
            sources,
            library=self._library,
            stdin=stdin,
            allow_private=allow_private,
            rehash=rehash,
        )
        total = count_of(sources)
        samples = () if keep_samples else self._only_samples()
        try:
            report = self._ingest(
                articles, total=total, on_progress=on_progress, cancelled=cancelled, cluster=cluster
            )
        finally:
            left = self._without_samples(samples)
        return replace(report, samples_removed=left)

    def _only_samples(self) -> tuple[str, ...]:
        """Ids of the sample articles of a library that has no others."""
        from assistant.sources import SEEDS_PREFIX

        samples = tuple(self._library.article_ids_below(SEEDS_PREFIX))
        return samples if len(samples) == self.article_count() else ()

    def _without_samples(self, samples: Sequence[str]) -> tuple[str, ...]:
        """Remove these, where other articles have come; gives those that were removed."""
        if not samples or self.article_count() <= len(samples):
            return ()
        with self._library.writing():
            for sample in samples:
                self._library.remove(sample)
            self._caches.save()
        return tuple(samples)

    def add_articles(
        self,
        articles: Sequence[Article],
        *,
        on_progress: Callable[[Progress], None] | None = None,
        keep_samples: bool = False,
    ) -> IngestReport:
        """Add articles that are already in hand. Raises as :meth:`add` does."""
        samples = () if keep_samples else self._only_samples()
        report = self._ingest(
            iter(articles), total=len(articles), on_progress=on_progress, cancelled=None
        )
        return replace(report, samples_removed=self._without_samples(samples))

    def _ingest(
        self,
        articles: Iterator[Article | IngestFailure | FileState],
        *,
        total: int | None,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
        cluster: str | None = None,
    ) -> IngestReport:
        from assistant.library.ingest import Ingestor

        if cluster is not None:
            from assistant.library.bulk import BulkIngestor, cluster_executor

            with cluster_executor(cluster) as (executor, workers):
                bulk = BulkIngestor(
                    self._library, self._caches, self._encoder, executor=executor, workers=workers
                )
                return bulk.add(articles, total=total, on_progress=on_progress, cancelled=cancelled)
        ingestor = Ingestor(self._library, self._caches, self._encoder)
        return ingestor.add(articles, total=total, on_progress=on_progress, cancelled=cancelled)

    def remove(self, *article_ids: str) -> None:
        """Remove articles, all at once.

        Raises:
            ArticleNotFound: One is not there; nothing is removed.
        """
        with self._library.writing():
            self._library.remove(*article_ids)
            self._caches.save()

    def doctor(self, *, repair: bool = True, full: bool = False) -> DoctorReport:
        """Check everything; make anew what is derived and wrong.

        Args:
            repair: Whether anything is changed.
            full: Encode every passage again, not only some.
        """
        from assistant.library.doctor import examine

        return examine(self._library, self._caches, self._encoder, repair=repair, full=full)

    def backup(self, path: str | Path) -> None:
        """Write the whole library into one new file.

        Raises:
            UsageError: The file exists.
            LibraryReadOnly: It cannot be written.
        """
        from assistant.library.archive import backup

        backup(self._library, Path(path))

    # Conversations

    def start_conversation(self, title: str) -> int:
        """Begin a conversation that is kept; gives its id."""
        return history.start_conversation(self._library, title)

    def add_turn(self, conversation_id: int, answer: Answer) -> int:
        """Keep one question with its answer; gives the turn's id."""
        return history.add_turn(self._library, conversation_id, answer)

    def conversations(self) -> list[Conversation]:
        """Kept conversations, newest first."""
        return history.conversations(self._library)

    def turns(self, conversation_id: int) -> list[Answer]:
        """The answers of a conversation, oldest first."""
        return history.turns(self._library, conversation_id)

    # Ending

    def close(self) -> None:
        """Close the library; the object cannot be used afterwards."""
        self._retriever.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _allows(self, filters: Filters, article_id: str) -> bool:
        """Whether an article is there and its date passes."""
        try:
            return filters.allows_date(self._library.article(article_id).published)
        except ArticleNotFound:
            return False

    def _get_reader(self) -> Reader:
        with self._lock:
            if self._reader is None:
                self._reader = load_reader(self._encoder)
            return self._reader

    def _load_reader(self) -> None:
        """Load the reader beside the search; if it cannot be, the question says so when it is read for."""
        with contextlib.suppress(PullquoteError):
            self._get_reader().prepare()


def _without_passages(question: str, asked_as: str | None, reason: UnanswerableReason) -> Answer:
    return Answer(
        question=question,
        status=AnswerStatus.UNANSWERABLE,
        reason=reason,
        confidence=0.0,
        answers=(),
        passages=(),
        related=(),
        timings_ms={},
        asked_as=asked_as,
    )


def _elapsed_ms(since: float) -> float:
    return (time.perf_counter() - since) * 1000.0
