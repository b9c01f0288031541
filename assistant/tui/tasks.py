"""Everything slow, in threads: the library, the models, the disk. Threads touch no widget, they post messages."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias

from textual import work
from textual.app import App

from assistant.errors import Cancelled, LibraryReadOnly, PullquoteError
from assistant.tui import messages
from assistant.tui.messages import Task
from assistant.types import Answer, Progress

if TYPE_CHECKING:
    from assistant.assistant import Assistant

OpenAssistant: TypeAlias = "Callable[[Callable[[Progress], None]], Assistant]"
"""Opens the library; told where to report how far filling a new one is."""

NEWEST = 12
"""Articles looked at for the welcome and its questions."""
CLAIMS_SHOWN_TOGETHER = 8
PROGRESS_S = 0.1
"""A screen needs to hear of progress no more often."""
P = ParamSpec("P")


def told(
    task: Task,
) -> Callable[[Callable[Concatenate[Tasks, P], None]], Callable[Concatenate[Tasks, P], None]]:
    """Whatever goes wrong in a worker becomes a message with what to do."""

    def wrap(
        method: Callable[Concatenate[Tasks, P], None],
    ) -> Callable[Concatenate[Tasks, P], None]:
        def telling(self: Tasks, /, *args: P.args, **kwargs: P.kwargs) -> None:
            try:
                method(self, *args, **kwargs)
            except Cancelled:
                self.post_message(messages.TaskFailed("Cancelled.", task))
            except PullquoteError as error:
                self.post_message(messages.TaskFailed(str(error), task))
            except Exception as error:
                if not self.is_running:
                    return  # the library was closed below a worker that had not finished yet
                text = (
                    f"{task.value} failed unexpectedly ({type(error).__name__}: {error}); try again, "
                    "and check the library with `pullquote doctor` if it stays so"
                )
                self.post_message(messages.TaskFailed(text, task))

        functools.update_wrapper(telling, method)
        return telling

    return wrap


class Tasks(App[int]):
    """What a chat does in threads; :class:`~assistant.tui.app.PullquoteApp` shows what comes of it."""

    def __init__(self, open_assistant: OpenAssistant, *, continue_last: bool) -> None:
        super().__init__()
        self._open_assistant = open_assistant
        self._continue_last = continue_last
        self.pq: Assistant | None = None
        self.conversation_id: int | None = None
        self.cancel_question = threading.Event()
        self.cancel_add = threading.Event()
        self.cancel_claims = threading.Event()
        self._progress_s = 0.0

    def post_progress(self, progress: Progress, task: Task) -> None:
        """Tell how far a task is, not more often than eyes follow."""
        now = time.monotonic()
        if now - self._progress_s >= PROGRESS_S or progress.done == progress.total:
            self._progress_s = now
            self.post_message(messages.AddProgress(progress, task))

    @work(thread=True, group="open")
    @told(Task.OPEN)
    def open_library(self) -> None:
        """Open the library, then load the models."""
        pq = self._open_assistant(lambda progress: self.post_progress(progress, Task.OPEN))
        kept = pq.conversations() if self._continue_last else []
        turns = pq.turns(kept[0].id) if kept else []
        if kept:
            self.conversation_id = kept[0].id
        self.pq = pq
        self.post_message(
            messages.LibraryOpened(pq.articles(limit=NEWEST), pq.article_count(), turns)
        )
        pq.prepare()
        self.post_message(messages.ModelsLoaded())

    @work(thread=True, group="suggest", exclusive=True)
    @told(Task.SUGGEST)
    def find_questions(self, wanted: int, busy: Callable[[], bool]) -> None:
        """Look for questions that the newest articles answer; stops when ``busy``."""
        from assistant.tui.suggestions import suggest

        assert self.pq is not None
        questions: list[str] = []
        newest = self.pq.articles(limit=NEWEST)
        for question in suggest(self.pq, newest, wanted=wanted, stop=busy):
            questions.append(question)
            self.post_message(messages.QuestionsFound(questions))

    @work(thread=True, group="suggest", exclusive=True)
    @told(Task.SUGGEST)
    def find_rephrased(self, declined: Answer, busy: Callable[[], bool]) -> None:
        """Look for questions near a declined one that the articles answer; stops when ``busy``."""
        from assistant.tui.suggestions import rephrased

        assert self.pq is not None
        questions = list(rephrased(self.pq, declined, stop=busy))
        if questions:
            self.post_message(messages.Rephrased(declined, questions))

    @work(thread=True, group="ask")
    @told(Task.ASK)
    def ask(self, question: str, history: Sequence[Answer]) -> None:
        """Answer a question and keep the turn."""
        assert self.pq is not None
        started = time.perf_counter()
        answer = self.pq.ask(question, history=history, cancelled=self.cancel_question.is_set)
        self.post_message(messages.TurnDone(answer, _since_ms(started)))
        with contextlib.suppress(LibraryReadOnly):
            if self.conversation_id is None:
                self.conversation_id = self.pq.start_conversation(question)
            self.pq.add_turn(self.conversation_id, answer)

    @work(thread=True, group="ask")
    @told(Task.ASK)
    def verify(self, quote: str) -> None:
        """Look a quote up."""
        assert self.pq is not None
        started = time.perf_counter()
        report = self.pq.verify(quote, cancelled=self.cancel_question.is_set)
        self.post_message(messages.TurnDone(report, _since_ms(started)))

    @work(thread=True, group="ask")
    @told(Task.ASK)
    def check(self, claim: str) -> None:
        """Check a claim."""
        assert self.pq is not None
        started = time.perf_counter()
        report = self.pq.check(claim, cancelled=self.cancel_question.is_set)
        self.post_message(messages.TurnDone(report, _since_ms(started)))

    @work(thread=True, group="ask")
    @told(Task.ASK)
    def timeline(self, subject: str) -> None:
        """List dated statements."""
        assert self.pq is not None
        started = time.perf_counter()
        found = self.pq.timeline(subject)
        self.post_message(messages.TurnDone(found, _since_ms(started)))

    @work(thread=True, group="ask")
    @told(Task.ASK)
    def brief(self, subject: str) -> None:
        """Tell the most about a subject."""
        assert self.pq is not None
        started = time.perf_counter()
        found = self.pq.brief(subject)
        self.post_message(messages.TurnDone(found, _since_ms(started)))

    @work(thread=True, group="claims", exclusive=True)
    @told(Task.CLAIMS)
    def check_claims(self, path: Path, cancelled: threading.Event) -> None:
        """Check the claims of a file, telling verdicts as they come, until ``cancelled`` is set."""
        from assistant.checking.claims.batches import check_batch, read_claims
        from assistant.errors import SourceError

        assert self.pq is not None
        pq = self.pq
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path} cannot be read as UTF-8 text: {error}") from error
        claims = read_claims(text, name=str(path))
        self.post_message(messages.ClaimChecked([], 0, len(claims), cancelled))
        ready = []
        reports = check_batch(
            claims, lambda texts: pq.check_each(texts, cancelled=cancelled.is_set)
        )
        try:
            for done, report in enumerate(reports, 1):
                ready.append(report)
                if len(ready) == CLAIMS_SHOWN_TOGETHER or done == len(claims):
                    self.post_message(messages.ClaimChecked(ready, done, len(claims), cancelled))
                    ready = []
        except Cancelled:
            # Another file took its place: nobody stopped it, and its screen is the other's now.
            if cancelled is self.cancel_claims:
                raise

    @work(thread=True, group="add")
    @told(Task.ADD)
    def add(self, sources: Sequence[str]) -> None:
        """Add articles."""
        assert self.pq is not None
        report = self.pq.add(
            sources,
            on_progress=lambda progress: self.post_progress(progress, Task.ADD),
            cancelled=self.cancel_add.is_set,
        )
        newest = self.pq.articles(limit=NEWEST)
        self.post_message(messages.AddFinished(report, newest, self.pq.article_count()))

    @work(thread=True, group="source", exclusive=True)
    @told(Task.SOURCE)
    def load_source(
        self,
        article_id: str,
        opened: messages.OpenCitation | None,
        *,
        take_focus: bool = True,
    ) -> None:
        """Read an article with what is related to it."""
        assert self.pq is not None
        article = self.pq.article(article_id)
        related = self.pq.related(article_id)
        known = opened.citation.content_hash if opened is not None else ""
        if known and known != article.content_hash:
            text = "The article has changed since this answer; ask again to see the quote marked."
            self.post_message(messages.Told(text))
            opened = None
        self.post_message(messages.SourceLoaded(article, opened, related, take_focus=take_focus))

    @work(thread=True, group="list", exclusive=True)
    @told(Task.LIST)
    def load_conversation(self, conversation_id: int) -> None:
        """Read a kept conversation."""
        assert self.pq is not None
        turns = self.pq.turns(conversation_id)
        self.post_message(messages.ConversationLoaded(conversation_id, turns))

    @work(thread=True, group="list", exclusive=True)
    @told(Task.LIST)
    def fetch(self, read: Callable[[Assistant], Any], use: Callable[[Any], None]) -> None:
        """Read something from the library, then hand it to the screen's own thread."""
        assert self.pq is not None
        self.call_from_thread(use, read(self.pq))


def _since_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000.0
