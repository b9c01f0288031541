"""Why there is no answer, what comes nearest to one, and what that lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from assistant.answering.asked import Question
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, overlap_shares
from assistant.language.values import fold
from assistant.language.words import words_of
from assistant.library import Library
from assistant.library.lexical import MAX_QUERY_TERMS
from assistant.reading.reader import SentenceReader
from assistant.search.citing import cite
from assistant.types import Citation, Hit, Missing, Section, UnanswerableReason

NEAREST = 3
"""So many passages are shown where there is no answer."""
RELEVANT_SHARE = 0.4
"""An article is relevant that has so much of the question's words: two of five."""
RELEVANT_NAMES = 0.5
"""Or more than so much of its names, or whatever happens in a city of the library's would be in it."""
RELEVANT_COSINE = 0.82
"""A passage so close in meaning is relevant whatever its words. Of thirty questions about nothing in a
library of sixteen articles none came closer than .81, of those about it two in three did."""
RELEVANT_COSINE_ELSEWHERE = 0.78
"""The same where not both are in Latin script, as the encoder's cosines are lower there."""
MIN_STEM_CHARS = 3
INFLECTION_CHARS = 3
"""Forms of one word differ by so many letters at the end, and by fewer than they share beyond a stem."""

# Not the first word, which has a capital anyway.
_NAME = re.compile(r"(?<=\W)[A-ZÀ-ÖØ-Þ][\w-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w-]+)*")
_ARABIC_PREFIX = re.compile("^(?:وال|بال|فال|كال|لل|ال|[وبلفكس])(?=.{3})")
_ASKED_AMOUNT = frozenset({"many", "much", "عدد"})


def reason_of(question: str, hits: Sequence[Hit], *, is_possible: bool) -> UnanswerableReason:
    """Why nothing is given; 'nothing relevant' only where neither the search nor the reader is near."""
    if is_possible:
        return UnanswerableReason.LOW_CONFIDENCE
    if not hits or not is_relevant(question, hits):
        return UnanswerableReason.NOTHING_RELEVANT
    return UnanswerableReason.NO_SPAN


def nearest(
    question: str, hits: Sequence[Hit], *, library: Library, reader: SentenceReader
) -> tuple[Citation, ...]:
    """The sentence that comes closest in each of the first passages that tell more than who wrote them.

    Args:
        question: As it was searched.
        hits: The passages that were read.
        library: Where the articles are.
        reader: Rates the sentences.
    """
    told = list(islice((at for at, hit in enumerate(hits) if _tells(hit)), NEAREST))
    best: dict[int, tuple[int, int]] = {}
    for span in reader.read(question, [hits[at] for at in told]):
        best.setdefault(told[span.hit_index], (span.start, span.end))
    found = []
    for at in told:
        article = library.article_of(hits[at].passage)
        if article is not None and at in best:
            found.append(cite(article, *best[at], hit_index=at))
    return tuple(found)


def _tells(hit: Hit) -> bool:
    """Whether a passage is more than a headline or a byline."""
    # Only here, as it takes a fifth of the time that an answer does.
    from assistant.language.bylines import read_line

    return hit.passage.section is not Section.HEADLINE and read_line(hit.passage.text) is None


def missing(
    wanted: Question, hits: Sequence[Hit], *, find: Callable[[str], Sequence[Hit]]
) -> Missing:
    """What the passages lack of a question's names and words.

    Args:
        wanted: The question.
        hits: The passages that were read.
        find: Searches the library for a name that none of them has.
    """
    question, asked = wanted.text, wanted.phrase
    names = list(dict.fromkeys(_NAME.findall(question.strip())))[:MAX_QUERY_TERMS]
    present = [name for name in names if _is_named(name, hits)]
    absent = [name for name in names if name not in present]
    absent = [name for name in absent if not _is_named(name, find(name))]
    if absent:
        return Missing(tuple(absent), tuple(present), asked=asked)
    other = {word for name in names for word in words_of(fold(name))} | set(words_of(fold(asked)))
    words = [word for word in dict.fromkeys(words_of(fold(question))) if word not in other]
    texts = " ".join(f"{hit.passage.title} {hit.passage.text}" for hit in hits)
    found = _found(words, texts)
    # Where most words are not there the passages are in another language, or about something else.
    lacking = set(words) - found if 2 * len(found) >= len(words) else set()
    written = dict.fromkeys(re.findall(r"\w[\w'’-]*\w", question))
    return Missing(
        (), tuple(present), tuple(word for word in written if fold(word) in lacking), asked
    )


def _is_named(name: str, hits: Sequence[Hit]) -> bool:
    """Whether a passage has a name, by its words or, in another script, by their sound."""
    script, words = script_of(name), words_of(fold(name))
    for hit in hits:
        text = f"{hit.passage.title} {hit.passage.text}"
        if can_compare(script, script_of(text)):
            if overlap_shares(name, [text])[0] >= RELEVANT_NAMES:
                return True
        elif len(_found(words, text)) == len(set(words)):
            return True
    return False


def is_relevant(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the passages of one article are about what is asked, answered or not.

    By the cosine of one of them, or by what they share with the question: words and names in the same
    script, names by sound in another. A question without words of its own has the benefit of the doubt.
    """
    words = [word for word in dict.fromkeys(words_of(fold(question))) if len(word) > 1]
    words = [word for word in words if word not in _ASKED_AMOUNT][:MAX_QUERY_TERMS]
    if not words:
        return bool(hits)
    names = dict.fromkeys(_NAME.findall(question.strip()))
    name_words = [words_of(fold(name)) for name in names][:MAX_QUERY_TERMS]
    script = script_of(question)
    alike: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for hit in hits:
        passage = hit.passage
        other = script_of(passage.text)
        is_alike = None in (script, other) or script == other
        is_latin = {script, other} <= {"LATIN", None}
        near = RELEVANT_COSINE if is_latin else RELEVANT_COSINE_ELSEWHERE
        if hit.dense_score is not None and hit.dense_score >= near:
            return True
        if is_alike:
            alike.setdefault(passage.article_id, [passage.title]).append(passage.text)
        elif can_compare(script, other):
            elsewhere.setdefault(passage.article_id, [passage.title]).append(passage.text)
    if any(_shares_words(words, name_words, " ".join(texts)) for texts in alike.values()):
        return True
    spoken = overlap_shares(question, [" ".join(texts) for texts in elsewhere.values()])
    return bool((spoken >= RELEVANT_NAMES).any())


def _shares_words(words: Sequence[str], names: Sequence[Sequence[str]], text: str) -> bool:
    """Whether a text has enough of the words, more than one of several, or of the names in full."""
    found = _found(set(words).union(*names), text)
    count = sum(word in found for word in words)
    if count >= max(RELEVANT_SHARE * len(words), min(2, len(words))):
        return True
    return sum(found.issuperset(name) for name in names) > RELEVANT_NAMES * len(names)


def _found(words: Iterable[str], text: str) -> set[str]:
    """Which of the words, folded, a text has in some form."""
    there: dict[str, set[str]] = {}
    for word in set(words_of(fold(text))):
        for form in _forms(word):
            there.setdefault(form[:MIN_STEM_CHARS], set()).add(form)
    return {
        word
        for word in words
        if any(
            _same_word(form, other)
            for form in _forms(word)
            for other in there.get(form[:MIN_STEM_CHARS], ())
        )
    }


def _forms(word: str) -> set[str]:
    """An Arabic word with and without what is written onto it."""
    return {word, _ARABIC_PREFIX.sub("", word)}


def _same_word(one: str, other: str) -> bool:
    """Whether two folded words are forms of one: alike but for their last letters.

    >>> _same_word("soldiers", "soldier"), _same_word("germany", "german")
    (True, True)
    >>> _same_word("australia", "austria"), _same_word("planet", "plans"), _same_word("1998", "1999")
    (False, False, False)
    """
    if one == other or not one.isalpha() or not other.isalpha():
        return one == other
    shared = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    # Arabic writes no short vowels: fewer letters say as much.
    surplus = shared - (MIN_STEM_CHARS if one.isascii() else MIN_STEM_CHARS - 1)
    return max(len(one), len(other)) - shared <= min(INFLECTION_CHARS, surplus)
