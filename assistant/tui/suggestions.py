"""Questions that the newest articles answer.

A sentence becomes a question by taking one part out of it ("The Declaration provides for *support*": "What does
the Declaration provide for?"). It is offered only if the library, asked that question, answers with the part that was
taken out: what is offered is therefore answerable, and grammatical as far as the sentence was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.assistant import Assistant
from assistant.errors import ArticleNotFound
from assistant.language import pack
from assistant.tui.text import one_line
from assistant.types import Answer, Article, ArticleSummary, Section
from embeddings.sentences import sentence_spans

MAX_TRIES = 16
SENTENCES_PER_ARTICLE = 14
CANDIDATES_PER_ARTICLE = 4
MIN_CONFIDENCE = 0.6
MAX_WORDS = 16
"""Longer questions are not what anyone would type."""

_PATTERNS = pack.Patterns("suggestions")
_WORDS = pack.Words("suggestions")


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


@lru_cache(maxsize=1)
def _bases() -> dict[str, str]:
    """Verbs by what they are of a third person."""
    return {_third_person(verb): verb for verb in _WORDS.verbs}


@lru_cache(maxsize=1)
def _presents() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Sentences in the present, each with what their questions are made with."""
    plural = r"(?P<subject>(?:[A-Z][\w-]+ )+[a-z]+s)"
    introduction, subject = _PATTERNS.text("introduction"), _PATTERNS.text("subject")
    return tuple(
        (re.compile(f"{introduction}{who} (?P<verb>{'|'.join(sorted(verbs))}) (?P<rest>.+)"), made)
        for who, verbs, made in ((plural, _WORDS.verbs, "do"), (subject, _bases(), "does"))
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the part of an article that answers it."""

    question: str
    article_id: str
    start: int
    end: int


def suggest(
    pq: Assistant, articles: Sequence[ArticleSummary], *, wanted: int, stop: Callable[[], bool]
) -> Iterator[str]:
    """Up to ``wanted`` questions that the articles answer, from as many articles as possible.

    Args:
        pq: The library with its models.
        articles: Where the questions are taken from.
        wanted: How many.
        stop: Asked before every try; true ends the search with what was found.
    """
    waiting = []
    for summary in articles:
        try:
            waiting.append(list(candidates(pq.article(summary.id)))[:CANDIDATES_PER_ARTICLE])
        except ArticleNotFound:  # removed meanwhile
            continue
    found = tries = 0
    while any(waiting):
        for mine in waiting:
            if stop() or found == wanted or tries == MAX_TRIES:
                return
            if mine:
                candidate = mine.pop(0)
                tries += 1
                if answers(pq.ask(candidate.question), candidate):
                    found += 1
                    yield candidate.question


def rephrased(pq: Assistant, declined: Answer, *, stop: Callable[[], bool]) -> Iterator[str]:
    """Questions that the nearest sentences of a declined one answer, each tried out.

    Args:
        pq: The library with its models.
        declined: The answer to what was asked.
        stop: Asked before every try; true ends the search with what was found.
    """
    for citation in declined.nearest:
        try:
            made = question_of(citation.sentence, pq.article(citation.article_id).text)
        except ArticleNotFound:  # removed meanwhile
            continue
        if made is None:
            continue
        if stop():
            return
        question, begin = made
        start = citation.sentence_start + begin
        candidate = Candidate(question, citation.article_id, start, citation.sentence_end)
        if answers(pq.ask(question), candidate):
            yield question


def answers(answer: Answer, candidate: Candidate) -> bool:
    """Whether the library surely answers with the part that was taken out."""
    if not answer.answers or answer.confidence < MIN_CONFIDENCE:
        return False
    return any(
        citation.article_id == candidate.article_id
        and candidate.start < citation.end
        and citation.start < candidate.end
        for citation in answer.answers[0].citations
    )


def candidates(article: Article) -> Iterator[Candidate]:
    """Questions made from the first sentences of an article."""
    looked_at = 0
    for position, paragraph in enumerate(article.paragraphs):
        if paragraph.ai_generated or paragraph.section in (Section.CAPTION, Section.REACTIONS):
            continue
        text = article.paragraph_text(position)
        for start, end in sentence_spans(text):
            looked_at += 1
            if looked_at > SENTENCES_PER_ARTICLE:
                return
            made = question_of(text[start:end], article.text)
            if made is not None:
                question, begin = made
                offset = paragraph.start + start
                yield Candidate(question, article.id, offset + begin, paragraph.start + end)


def question_of(sentence: str, text: str = "") -> tuple[str, int] | None:
    """A question that the sentence answers, and where in it the answer starts; None if none can be made.

    Args:
        sentence: Of an article.
        text: The whole article: how else it writes the sentence's words.

    >>> question_of("The Paris Declaration provides for support in the event of an attack.")
    ('What does the Paris Declaration provide for?', 35)
    >>> question_of("It provides for support.")
    """
    made = _made(sentence, text)
    if made is None:
        return None
    question, begin = made
    question = one_line(" ".join(question.split()))
    if len(question.split()) > MAX_WORDS or _PATTERNS.unclear.search(question):
        return None
    return question, begin


def _made(sentence: str, text: str) -> tuple[str, int] | None:
    if match := _PATTERNS.event_in.match(sentence):
        event = _arabic_clause(match["event"], text)
        return (f"متى {event}؟", match.start("rest")) if event else None
    if match := _PATTERNS.place.match(sentence):
        when = match["rest"].startswith("on ")
        word = "When" if when else "Where"
        auxiliary = "did" if match["verb"] == "took" else "does"
        return f"{word} {auxiliary} {_inside(match['subject'])} take place?", match.start("rest")
    if match := _PATTERNS.ready.match(sentence):
        subject = _inside(match["subject"])
        question = f"What {match['aux']} {subject} {match['verb']} to {match['doing']}?"
        return question, match.start("rest")
    if match := _PATTERNS.perfect.match(sentence):
        return f"What {match['aux']} {_inside(match['subject'])} {match['verb']}?", match.start(
            "rest"
        )
    for pattern, auxiliary in _presents():
        match = pattern.match(sentence)
        if match is not None:
            return _with_do(match, auxiliary)
    return None


def _with_do(match: re.Match[str], auxiliary: str) -> tuple[str, int]:
    verb = _bases().get(match["verb"], match["verb"])
    rest, begin = match["rest"], match.start("rest")
    first = rest.split(" ", 1)[0]
    tail = ""
    if first in _WORDS.prepositions:
        tail, begin = f" {first}", begin + len(first) + 1
    elif first == "to":
        tail, begin = " to do", begin + len("to ")
    return f"What {auxiliary} {_inside(match['subject'])} {verb}{tail}?", begin


def _inside(subject: str) -> str:
    """A subject as it stands inside a sentence, with the article that a headline leaves out."""
    if _PATTERNS.needs_article.match(subject):
        return f"the {subject}"
    first, space, rest = subject.partition(" ")
    return f"{first.lower()}{space}{rest}" if first in ("The", "A", "An") else subject


def _arabic_clause(event: str, text: str) -> str | None:
    """A clause that begins with its verb, as it stands after "when", without an "and" before it; else None."""
    first, _, rest = event.partition(" ")
    if first in _WORDS.indeed:
        first, _, rest = rest.partition(" ")
    if not rest or _PATTERNS.no_verb.match(first):
        return None
    if (
        first.startswith("و")
        and not _PATTERNS.verb_with_w.match(first)
        and _is_word(first[1:], text)
    ):
        first = first[1:]
    return f"{first} {rest}"


def _is_word(word: str, text: str) -> bool:
    """Whether what stands after a "w" is a word without it, as far as is known."""
    if _PATTERNS.known_verb.fullmatch(word) or _PATTERNS.verb_with_w.match(word):
        return True
    return len(word) > 1 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
