"""What can be measured on a file of questions.

``retrieval`` looks for each question's paragraph in a library made of the whole file; ``reader`` hands
the reader that paragraph; ``answers`` asks the whole library, which is what users live with.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from assistant.assistant import READ_PASSAGES, SPARE_PASSAGES, Assistant
from assistant.evaluation.squad import Question, QuestionSet
from assistant.library import Library
from assistant.reading.reader import Reader, SentenceReader
from assistant.reading.reranking import Reranker
from assistant.reading.span_features import passage_features
from assistant.reading.span_reader import SpanReader
from assistant.search.fusion import DEFAULT_SETTINGS, Fusion, without_captions
from assistant.types import Hit, Progress, ReadSpan
from embeddings.encoder import Encoder

SEARCH_DEPTH = 20
"""Passages among which a paragraph is looked for."""
QUERIES_AT_ONCE = 64
ProgressFunction = Callable[[Progress], None]


class Task(StrEnum):
    """What is measured."""

    RETRIEVAL = "retrieval"
    READER = "reader"
    ANSWERS = "answers"
    CLAIMS = "claims"


class Setting(StrEnum):
    """What of a question's own article is in the library."""

    PRESENT = "present"
    PARAGRAPH_REMOVED = "paragraph removed"
    ARTICLE_REMOVED = "article removed"


@dataclass(frozen=True, slots=True)
class Ranking:
    """At which ranks a question's paragraph came, by way of searching; None where not found."""

    question: Question
    ranks: dict[str, int | None]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was read for one question."""

    question: Question
    setting: Setting
    text: str
    """The best answer, given or not; "" if there is no candidate."""
    confidence: float
    """Probability that there is an answer (reader), or that this is it (answers)."""
    is_given: bool
    """Whether the program answers it, or says that the articles do not."""
    elapsed_ms: float
    baseline: str | None = None
    """What the sentence reader answered ("" when it declined), where it was asked too."""

    @property
    def given(self) -> str:
        """The text, "" when it is withheld."""
        return self.text if self.is_given else ""


@contextmanager
def library_of(
    questions: QuestionSet,
    encoder: Encoder,
    *,
    on_progress: ProgressFunction | None = None,
) -> Iterator[Library]:
    """A library of all articles of a file, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pullquote-eval-") as folder:
        library = Library(Path(folder) / "library", model_id=encoder.id, dim=encoder.dim)
        try:
            Assistant(library, encoder).add_articles(questions.articles, on_progress=on_progress)
            yield library
        finally:
            library.close()


def rank_paragraphs(
    questions: QuestionSet,
    chosen: Sequence[Question],
    encoder: Encoder,
    *,
    reranker: Reranker | None = None,
    on_progress: ProgressFunction | None = None,
) -> list[Ranking]:
    """Where the paragraph of every answerable question comes: fused, and by each search alone.

    A paragraph has the rank of its first passage among paragraphs. With a reranker, the fused order
    is also measured after it.
    """
    asked = [question for question in chosen if question.is_answerable]
    ways = {"fused": Fusion.SCORES, "dense": Fusion.DENSE, "lexical": Fusion.LEXICAL}
    if reranker is not None:
        ways["reranked"] = Fusion.SCORES
    ranks: list[dict[str, int | None]] = [{} for _ in asked]
    elapsed = [0.0] * len(asked)
    started = time.perf_counter()
    with library_of(questions, encoder, on_progress=on_progress) as library:
        for number, (way, fusion) in enumerate(ways.items()):
            pq = Assistant(
                library,
                encoder,
                settings=replace(DEFAULT_SETTINGS, fusion=fusion),
                reranker=reranker if way == "reranked" else None,
            )
            for at in range(0, len(asked), QUERIES_AT_ONCE):
                batch = asked[at : at + QUERIES_AT_ONCE]
                began = time.perf_counter()
                results = pq.search_batch([q.text for q in batch], k=SEARCH_DEPTH)
                each = 1000 * (time.perf_counter() - began) / len(batch)
                for place, (question, hits) in enumerate(zip(batch, results, strict=True), at):
                    ranks[place][way] = _rank(question, hits)
                    if way == "fused":
                        elapsed[place] = each
                done = number * len(asked) + at + len(batch)
                _tell(on_progress, done, len(ways) * len(asked), started)
    return [
        Ranking(question, found, ms)
        for question, found, ms in zip(asked, ranks, elapsed, strict=True)
    ]


def _rank(question: Question, hits: Sequence[Hit]) -> int | None:
    places = dict.fromkeys((hit.passage.article_id, hit.passage.paragraph) for hit in hits)
    wanted = (question.article_id, question.paragraph)
    return list(places).index(wanted) + 1 if wanted in places else None


def read_paragraphs(
    questions: QuestionSet,
    chosen: Sequence[Question],
    reader: SpanReader,
    *,
    on_progress: ProgressFunction | None = None,
) -> list[Prediction]:
    """What the reader finds for every question in its own paragraph."""
    contexts = questions.contexts()
    calibration = reader.calibration
    predictions = []
    started = time.perf_counter()
    for number, question in enumerate(chosen):
        began = time.perf_counter()
        context = contexts[question.article_id, question.paragraph]
        spans = reader.read_raw(question.text, [context])
        best = spans[0] if spans else None
        probability = 0.0
        if best:
            probability = calibration.passage_probability(passage_features(spans))
        predictions.append(
            Prediction(
                question=question,
                setting=Setting.PRESENT,
                text=context[best.start : best.end] if best else "",
                confidence=probability,
                is_given=probability >= calibration.passage_threshold,
                elapsed_ms=1000 * (time.perf_counter() - began),
            )
        )
        _tell(on_progress, number + 1, len(chosen), started)
    return predictions


def answer_questions(
    questions: QuestionSet,
    chosen: Sequence[Question],
    encoder: Encoder,
    reader: Reader,
    *,
    removals: bool = False,
    baseline: bool = False,
    on_progress: ProgressFunction | None = None,
) -> list[Prediction]:
    """Ask every question of the whole library.

    Args:
        questions: What the library is made of.
        chosen: The questions to ask.
        encoder: Of the library.
        reader: What reads.
        removals: Ask every answerable question twice more, without its paragraph and without its
            whole article.
        baseline: Let the sentence reader answer from the same passages too.
        on_progress: Told after every question.
    """
    sentences = SentenceReader(encoder) if baseline else None
    predictions = []
    with library_of(questions, encoder, on_progress=on_progress) as library:
        pq = Assistant(library, encoder, reader=ForcedReader(reader))
        started = time.perf_counter()
        for number, question in enumerate(chosen):
            settings = list(Setting) if removals and question.is_answerable else [Setting.PRESENT]
            began = time.perf_counter()
            ranked = search_with_spares(pq, question)
            searched = time.perf_counter() - began
            for setting, hits in hits_by_setting(question, ranked, settings).items():
                began = time.perf_counter()
                answer = pq.answer_from(question.text, hits)
                group = answer.answers[0] if answer.answers else None
                confidence = group.confidence if group else 0.0
                predictions.append(
                    Prediction(
                        question=question,
                        setting=setting,
                        text=group.text if group else "",
                        confidence=confidence,
                        is_given=group is not None and confidence >= reader.threshold,
                        elapsed_ms=1000 * (searched + time.perf_counter() - began),
                        baseline=_baseline(sentences, question, hits, setting),
                    )
                )
            _tell(on_progress, number + 1, len(chosen), started)
    return predictions


def _baseline(
    reader: SentenceReader | None, question: Question, hits: Sequence[Hit], setting: Setting
) -> str | None:
    if reader is None or setting is not Setting.PRESENT:
        return None
    spans = reader.read(question.text, hits)
    return spans[0].text if spans and spans[0].probability >= reader.threshold else ""


def search_with_spares(pq: Assistant, question: Question) -> list[Hit]:
    """Enough hits that some are left when the question's own article is taken away."""
    own = pq.article(question.article_id)
    spare = sum(1 + (p.end - p.start) // 400 for p in own.paragraphs)
    found = pq.search(question.text, k=READ_PASSAGES + SPARE_PASSAGES + spare)
    return without_captions(found)


def hits_by_setting(
    question: Question, ranked: Sequence[Hit], settings: Sequence[Setting]
) -> dict[Setting, list[Hit]]:
    """The passages that are read in each setting, as if what is removed were not in the library."""
    kept: dict[Setting, list[Hit]] = {}
    for setting in settings:
        hits = list(ranked)
        if setting is not Setting.PRESENT:
            hits = [
                hit
                for hit in hits
                if hit.passage.article_id != question.article_id
                or (
                    setting is Setting.PARAGRAPH_REMOVED
                    and hit.passage.paragraph != question.paragraph
                )
            ]
        kept[setting] = hits[:READ_PASSAGES]
    return kept


@dataclass
class ForcedReader:
    """Another reader of which every candidate is given, whatever its threshold."""

    reader: Reader
    threshold: float = 0.0
    possible_threshold: float = 0.0
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.reader.id

    def prepare(self) -> None:
        """Load what is needed."""
        self.reader.prepare()

    def read(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[ReadSpan]:
        """As the reader itself reads."""
        return self.reader.read(question, hits, cancelled=cancelled)


def _tell(on_progress: ProgressFunction | None, done: int, total: int, started: float) -> None:
    if on_progress is not None:
        elapsed = time.perf_counter() - started
        label = "questions" if done < total else ""
        on_progress(Progress(done=done, total=total, label=label, elapsed_s=elapsed))
