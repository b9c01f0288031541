"""Briefs: the sentences that tell the most about a subject, verbatim and cited.

Sentences of the articles about the subject are chosen one by one by maximal marginal relevance (Carbonell and
Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries", 1998): the
next one is worth the most of itself, less what the chosen ones say already. Of itself a sentence is worth its nearness
to the subject, its nearness to the middle of what the articles say (the centroid; Radev et al., "Centroid-based
Summarization of Multiple Documents", 2004), and its place, for news tells first what matters most.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.broad import BroadQuestion, broad_question
from assistant.answering.declining import is_relevant
from assistant.errors import UsageError
from assistant.language.bylines import read_line
from assistant.language.calendar import days_told
from assistant.language.words import words_of
from assistant.library import Library
from assistant.search.citing import cite_statement
from assistant.search.fusion import without_captions
from assistant.types import (
    Answer,
    AnswerStatus,
    Article,
    Brief,
    BriefSentence,
    BriefSide,
    Filters,
    Hit,
    ParagraphKind,
    Section,
    Tier,
)
from embeddings.encoder import Encoder
from embeddings.sentences import sentence_spans

MAX_SENTENCES = 20
"""A longer one is no brief."""
PASSAGES = 40
"""How many passages are searched for the articles that are about the subject."""
MAX_ARTICLES = 4
ABOUT_IT = 0.6
"""So far on from the middle passage's score to the best one's, an article's best one is about the subject."""
ENCODED = 32
"""Sentences that are compared by meaning: encoding them is what takes the time."""
MIN_WORDS = 6
"""Fewer are a heading or a fragment."""
MAX_CHARS = 600
"""What is longer is no sentence: nobody put full stops there."""
NEARNESS, CENTRALITY, SHARED, PLACE = 1.0, 1.0, 0.6, 2.0
"""What nearness, centrality by meaning and by words, and place are worth. The first three are standardised over the
sentences compared, the last is 1 for an article's first sentence and falls to a half at its PLACE_HALVES-th. On five
subjects of news pages (37 key points) most weights around these differ by no more than one or two key points."""
PLACE_HALVES = 6.0
NOVELTY = 0.5
"""Weight of what the chosen ones say already, in the same units."""
SAME_WORDS = 0.6
"""A sentence that shares so many of its and another's words with it says the same."""

_TOLD: Sequence[frozenset[Section]] = (
    frozenset((Section.LEDE, Section.BODY)),
    frozenset((Section.RELATED,)),
)
"""The sections that tell, the second where an article has nothing in the first: a teaser that came with another."""
_REACTIONS: Sequence[frozenset[Section]] = (frozenset((Section.REACTIONS,)),)
_RUNNING = frozenset((ParagraphKind.TEXT, ParagraphKind.LIST_ITEM, ParagraphKind.QUOTE))

Search = Callable[[str, int, Filters], Sequence[Hit]]
"""A query, how many passages at the most, and which may be found."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence that may be chosen."""

    article: Article
    start: int
    """In the article's text."""
    end: int
    place: int
    """How many of its article stand before it."""

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def make_brief(
    subject: str,
    *,
    search: Search,
    library: Library,
    encoder: Encoder,
    count: int,
    filters: Filters = Filters(),  # noqa: B008 - frozen
) -> Brief:
    """The ``count`` sentences that tell the most about a subject; of two that are compared, half of them each.

    Args:
        subject: A subject, or a broad question about one or two.
        search: Finds passages of the library.
        library: Where the articles are.
        encoder: What sentences are compared with; any will do.
        count: How many sentences; at least two for each of two subjects.
        filters: Which passages may be used.

    Raises:
        UsageError: The subject is empty, or the count out of range.
    """
    if not subject.strip():
        raise UsageError("the subject is empty: name what the brief is to be about")
    if not 1 <= count <= MAX_SENTENCES:
        raise UsageError(f"a brief has 1 to {MAX_SENTENCES} sentences, not {count}: ask for fewer")
    started = time.perf_counter()
    asked = broad_question(subject) or BroadQuestion((subject,))
    sections = _REACTIONS if asked.of_people else _TOLD
    if asked.of_people:
        filters = replace(filters, sections=(Section.REACTIONS,))
    sides = []
    for one in asked.subjects or (subject,):
        share = max(2, math.ceil(count / len(asked.subjects))) if asked.subjects[1:] else count
        articles = _about(one, search(one, PASSAGES, filters), library)
        pool = [sentence for article in articles for sentence in _sentences(article, sections)]
        chosen = _chosen(one, _worth_encoding(pool, one), encoder, share)
        sides.append(BriefSide(one, tuple(_in_order(chosen, articles))))
    return Brief(subject, tuple(sides), (time.perf_counter() - started) * 1000.0)


def brief_answer(
    question: str, hits: Sequence[Hit], brief: Brief, *, asked_as: str | None = None
) -> Answer:
    """The answer to a broad question: a brief that has sentences.

    Args:
        question: As the user asked it.
        hits: What was found for it.
        brief: What is told.
        asked_as: The question as it was searched, where it was completed.
    """
    return Answer(
        question=question,
        status=AnswerStatus.ANSWERED,
        reason=None,
        confidence=1.0,
        answers=(),
        passages=tuple(hits),
        related=(),
        timings_ms={},
        asked_as=asked_as,
        tier=Tier.ANSWERED,
        brief=brief,
    )


def _about(subject: str, hits: Sequence[Hit], library: Library) -> list[Article]:
    """The articles that are about a subject, best first; of copies of one text the first."""
    hits = without_captions(hits)
    if not is_relevant(subject, hits):
        return []
    scores = [hit.score for hit in hits]
    middle = float(np.median(scores))
    least = middle + ABOUT_IT * (max(scores) - middle)
    ids = list(dict.fromkeys(hit.passage.article_id for hit in hits if hit.score >= least))
    originals = library.originals(ids)
    found: dict[str, Article] = {}
    for hit in hits:
        article_id = hit.passage.article_id
        if article_id in ids and originals.get(article_id, article_id) not in found:
            article = library.article_of(hit.passage)
            if article is not None:  # removed since it was found
                found[originals.get(article_id, article_id)] = article
    return list(found.values())[:MAX_ARTICLES]


def _sentences(article: Article, choices: Sequence[frozenset[Section]]) -> list[_Sentence]:
    """The sentences of an article's running text, of the first choice of sections that has any."""
    return next((found for sections in choices if (found := _sentences_in(article, sections))), [])


def _sentences_in(article: Article, sections: frozenset[Section]) -> list[_Sentence]:
    found: list[_Sentence] = []
    for paragraph in article.paragraphs:
        if (
            paragraph.section not in sections
            or paragraph.kind not in _RUNNING
            or not paragraph.is_evidence
        ):
            continue
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end]):
            text = article.text[paragraph.start + start : paragraph.start + end]
            if _tells(text):
                place = len(found)
                found.append(
                    _Sentence(article, paragraph.start + start, paragraph.start + end, place)
                )
    return found


@lru_cache(maxsize=16_384)
def _tells(text: str) -> bool:
    """Whether a text says something: no heading, byline or question."""
    return (
        len(text) <= MAX_CHARS
        and len(text.split()) >= MIN_WORDS
        and not text.rstrip("\"'”’»)").endswith(("?", "؟", ":"))
        and read_line(text) is None
    )


def _worth_encoding(pool: Sequence[_Sentence], subject: str) -> list[_Sentence]:
    """The sentences with the most of what the others speak of too, or of the subject's words, and the first."""
    if len(pool) <= ENCODED:
        return list(pool)
    words = [_words(sentence) for sentence in pool]
    wanted = frozenset(words_of(subject))
    named = np.array([len(found & wanted) for found in words], dtype=np.float64)
    worth = _standardised(_shared(words)) + _standardised(named) + PLACE * _places(pool)
    best = np.argsort(-worth, kind="stable")[:ENCODED]
    return [pool[at] for at in sorted(best.tolist())]


def _words(sentence: _Sentence) -> frozenset[str]:
    return frozenset(words_of(sentence.text))


def _shared(words: Sequence[frozenset[str]]) -> NDArray[np.float64]:
    """How much each of some sentences speaks of what the others do: by words, evened out over its length."""
    common = Counter(word for found in words for word in found)
    return np.array(
        [
            math.fsum(math.log(common[w]) for w in found) / math.sqrt(1 + len(found))
            for found in words
        ]
    )


def _places(pool: Sequence[_Sentence]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.array([sentence.place for sentence in pool]) / PLACE_HALVES)


def _chosen(
    subject: str, pool: Sequence[_Sentence], encoder: Encoder, count: int
) -> list[_Sentence]:
    """Maximal marginal relevance over the sentences of a pool."""
    if len(pool) < 2:
        return list(pool)
    vectors = encoder.encode_passages([sentence.text for sentence in pool])
    query = encoder.encode_queries([subject])[0]
    words = [_words(sentence) for sentence in pool]
    alike = vectors @ vectors.T
    worth = (
        NEARNESS * _standardised(vectors @ query)
        + CENTRALITY * _standardised(alike.mean(axis=1))
        + SHARED * _standardised(_shared(words))
        + PLACE * _places(pool)
    )
    others = alike[~np.eye(len(pool), dtype=np.bool_)]
    said = np.full(len(pool), others.mean())
    chosen: list[int] = []
    while len(chosen) < count:
        value = worth - NOVELTY * (said - others.mean()) / (float(others.std()) or 1.0)
        best = int(value.argmax())
        if worth[best] == -np.inf:
            break
        chosen.append(best)
        said = np.maximum(said, alike[:, best])
        worth[[_says_same(words[best], other) for other in words]] = -np.inf
    return [pool[at] for at in chosen]


def _says_same(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= SAME_WORDS * len(words | others)


def _standardised(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = (values - values.mean()) / (float(values.std()) or 1.0)
    return result


def _in_order(chosen: Sequence[_Sentence], articles: Sequence[Article]) -> list[BriefSentence]:
    """Chosen sentences with citations, in order of time."""
    by_article: dict[str, list[_Sentence]] = defaultdict(list)
    for sentence in chosen:
        by_article[sentence.article.id].append(sentence)
    dated: list[tuple[str, BriefSentence]] = []
    for article in articles:
        when = article.published or ""
        for sentence in sorted(by_article[article.id], key=lambda item: item.start):
            told = days_told(sentence.text, article.published)
            own = told[0].first if told else None
            # What gives no date of its own goes on from what stands before it, where the article has none either.
            when = own or article.published or when
            citation = cite_statement(article, sentence.start, sentence.end)
            dated.append((when[:10], BriefSentence(citation, own or article.published)))
    return [sentence for _, sentence in sorted(dated, key=lambda item: item[0])]
