"""What a question gives: passages found, spans read, citations, answers, conversations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.types.articles import Passage, Section


class AnswerStatus(StrEnum):
    """Whether the articles answer the question."""

    ANSWERED = "answered"
    UNANSWERABLE = "unanswerable"


class Tier(StrEnum):
    """How sure an answer is, by calibrated probability."""

    ANSWERED = "answered"
    POSSIBLE = "possible"
    """Not sure: the best candidate is better than chance, and too improbable to be given as an answer."""
    DECLINED = "declined"
    """The articles don't say: no passage has a candidate that is better than chance."""


class Says(StrEnum):
    """What settles a question for yes or no."""

    YES = "yes"
    NO = "no"
    DISPUTED = "disputed"
    """One sentence says yes, another no."""


class QuestionKind(StrEnum):
    """What is asked for."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    COUNT = "count"
    AMOUNT = "amount"
    MONEY = "money"
    SHARE = "share"
    DURATION = "duration"
    AGE = "age"
    WHY = "why"
    HOW = "how"
    LIST = "list"
    YES_NO = "yes or no"
    STATEMENT = "statement"
    """What someone said."""
    KEYWORDS = "keywords"
    """A few words, which ask nothing in particular."""
    OTHER = "other"


class UnanswerableReason(StrEnum):
    """Why there is no answer."""

    EMPTY_LIBRARY = "the library is empty"
    NO_QUESTION = "nothing is asked of the articles"
    NOTHING_RELEVANT = "nothing relevant"
    NO_SPAN = "relevant but no span"
    LOW_CONFIDENCE = "below confidence"


class RelatedWhy(StrEnum):
    """Why an article is related to another."""

    LINKED = "linked on the page"
    SAME_STORY = "same story"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found."""

    passage: Passage
    score: float
    """Fused score; comparable within one search only."""
    dense_score: float | None = None
    """Cosine similarity, -1 to 1."""
    dense_rank: int | None = None
    """1-based rank in the dense list, None if not in it."""
    lexical_score: float | None = None
    """BM25 score, 0 and up."""
    lexical_rank: int | None = None
    """1-based rank in the lexical list, None if not in it."""
    reader_score: float | None = None
    """Score the reranker gave, where one ran."""


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """A candidate answer that a reader found in one passage."""

    hit_index: int
    """Index into the passages that were given to the reader."""
    start: int
    """Offset in the article's text."""
    end: int
    text: str
    score: float | None
    """Span score (start plus end logit, or a similarity); comparable within one reader only. None: not read,
    but found by who says it."""
    null_score: float | None
    """The reader's score for 'this passage has no answer', on the same scale."""
    probability: float
    """Calibrated probability that this span answers the question."""
    says: Says | None = None
    """Of a question for yes or no, where this settles it."""

    def overlaps(self, other: ReadSpan) -> bool:
        """Whether the two share a code point of one passage."""
        return (
            self.hit_index == other.hit_index and self.start < other.end and other.start < self.end
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and all that is needed to open and check it.

    ``quote``, ``prefix`` and ``suffix`` form a W3C Web Annotation text-quote selector, ``start``
    and ``end`` a text-position selector on ``Article.text``.
    """

    article_id: str
    title: str
    url: str | None
    published: str | None
    language: str | None
    section: Section
    paragraph: int
    start: int
    end: int
    quote: str
    prefix: str
    suffix: str
    content_hash: str
    link: str | None
    """The source opened at the quote (a URL text fragment), where there is a URL."""
    sentence_start: int
    """The sentence (or sentences) around the quote, in the article's text."""
    sentence_end: int
    sentence: str
    source: str = ""
    speaker: str | None = None
    """Who says it, where the sentence reports speech; None for the outlet's own statement."""
    hit_index: int = -1
    """Index into ``Answer.passages`` of the passage that was read."""
    reader_score: float | None = None
    """The reader's score for the quote, on the scale of ``null_score``; None where none read it."""
    null_score: float | None = None
    """The reader's score for 'this passage has no answer'."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """One value with everything that supports it."""

    text: str
    confidence: float
    citations: tuple[Citation, ...]
    source_count: int = 1
    """Independent sources: syndicated copies of one text count once."""
    says: Says | None = None
    """Of a question for yes or no, which of them this says."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the answer."""

    text: str
    probability: float
    """Calibrated, 0 to 1."""
    citation: Citation
    """Where it stands: ``article.text[citation.start:citation.end] == text``."""
    says: Says | None = None
    """Of a question for yes or no, which of them this says."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the nearest passages lack of a question, in the question's own words."""

    absent: tuple[str, ...] = ()
    """Names that nothing in the library has."""
    present: tuple[str, ...] = ()
    """Names that the passages have."""
    words: tuple[str, ...] = ()
    """Other words that none of the passages has."""
    asked: str = ""
    """What is asked about these, such as "how old"; empty where that cannot be told."""


@dataclass(frozen=True, slots=True)
class RelatedArticle:
    """An article worth reading next."""

    article_id: str
    title: str
    score: float
    why: RelatedWhy


@dataclass(frozen=True, slots=True)
class BriefSentence:
    """A whole sentence that tells something of a subject."""

    citation: Citation
    """The sentence, verbatim."""
    date: str | None = None
    """When it says that something happens, else when its article was published: ISO 8601 as far as it is known,
    ``--12-15`` without a year."""


@dataclass(frozen=True, slots=True)
class BriefSide:
    """What is told about one subject."""

    subject: str
    sentences: tuple[BriefSentence, ...]
    """In order of time, as far as that is known; within an article without dates in its order."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What ``Assistant.brief`` gives: the sentences of the articles that tell most about a subject."""

    subject: str
    """As it was asked."""
    sides: tuple[BriefSide, ...]
    """One; where subjects are compared one for each."""
    elapsed_ms: float = 0.0

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every sentence's citation, side by side, in the order of the numbers that people see."""
        return tuple(sentence.citation for side in self.sides for sentence in side.sentences)


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``Assistant.ask`` gives; the chat, the command line and scripts render this object."""

    question: str
    status: AnswerStatus
    reason: UnanswerableReason | None
    confidence: float
    """Calibrated probability that the first answer is right (status answered), or that the best
    candidate would have been (status unanswerable); 1 of a brief, which quotes and does not answer."""
    answers: tuple[AnswerGroup, ...]
    passages: tuple[Hit, ...]
    related: tuple[RelatedArticle, ...]
    timings_ms: dict[str, float]
    asked_as: str | None = None
    """The question as it was searched, where a follow-up was completed from the turn before."""
    null_score: float | None = None
    """The reader's score for 'no answer' on the best passage."""
    kind: QuestionKind = QuestionKind.OTHER
    tier: Tier = Tier.DECLINED
    candidates: tuple[Candidate, ...] = ()
    """What may be the answer, most probable first, whatever the tier."""
    nearest: tuple[Citation, ...] = ()
    """Of a declined question: the sentence that comes closest in each of the nearest passages."""
    missing: Missing | None = None
    """Of a declined question: what the nearest passages lack."""
    brief: Brief | None = None
    """In the place of ``answers``, where the question is a broad one ("Tell me about ...")."""

    @property
    def asks_several(self) -> bool:
        """Whether several groups stand beside each other and do not differ: a list, someone's statements."""
        return self.kind in (QuestionKind.LIST, QuestionKind.STATEMENT)

    @property
    def says(self) -> Says | None:
        """What settles a question for yes or no; None for other questions, and where nothing is answered."""
        found = {group.says for group in self.answers}
        return Says.DISPUTED if len(found) > 1 else next(iter(found), None)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation that is given, in the order of the numbers that people see."""
        told = self.brief.citations if self.brief is not None else ()
        return tuple(c for group in self.answers for c in group.citations) + told


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kept conversation."""

    id: int
    started_at: str
    title: str
    turn_count: int
