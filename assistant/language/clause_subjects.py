"""Whose clause an answer stands in: a sentence may tell of several.

"Germany promised 40 divers; Austria sent 25 firefighters" has "Austria", "divers" and "40", and yet does
not say how many divers Austria promised.
"""

from __future__ import annotations

import re

from assistant.language import pack
from assistant.language.words import STOP_WORDS
from assistant.types import Span
from embeddings.sentences import sentence_at

_PATTERNS = pack.Patterns("clauses")
_WORDS = pack.Words("clauses")
_NAME = re.compile(r"[A-Z][\w'’-]+")
_FULL_NAME = re.compile(
    r"(?<!\w)(?<![A-Z][a-z]\s)[A-Z][a-zà-ÿ]+\s+[A-Z][a-zà-ÿ][\w'’-]*(?!\s+[A-Z])"
)
_CLAUSE_WORDS = 3
"""A clause has so many: a list's members, parted by semicolons, have fewer."""


def is_of_another(question: str, text: str, start: int, end: int) -> bool:
    """Whether an answer is told of someone else than whom the question names.

    It is where its clause opens with a name and has none of the question's, while another clause of the
    sentence opens with one of those.

    Args:
        question: What was asked.
        text: The passage.
        start: Offset of the answer in the text.
        end: Offset after it.

    >>> text = "Germany promised 40 divers; Austria sent 25 firefighters."
    >>> is_of_another("How many divers did Austria promise?", text, 17, 26)
    True
    >>> is_of_another("How many divers did Germany promise?", text, 17, 26)
    False
    """
    if _PATTERNS.boundary.search(text) is None:
        return False
    sentence = sentence_at(text, start)
    clauses = _clauses(text, Span(*sentence)) if sentence is not None else []
    own = next((clause for clause in clauses if clause.start <= start < clause.end), None)
    asked = _names(question[1:])
    if own is None or not asked:
        return False
    subject = _subject(text, own)
    if subject is None or (start < subject.end and subject.start < end):
        return False
    if asked & _names(text[own.start : own.end]) or _PATTERNS.its.search(text, own.start, own.end):
        return False
    others = [_subject(text, clause) for clause in clauses if clause != own]
    return any(
        other is not None and _plain(text[other.start : other.end].rsplit(maxsplit=1)[-1]) in asked
        for other in others
    )


def is_of_namesake(question: str, text: str, start: int, end: int) -> bool:
    """Whether an answer's sentence tells of somebody of the same surname, not of whom the question names in full.

    Args:
        question: What was asked.
        text: The passage.
        start: Offset of the answer in it.
        end: Offset after it.

    >>> is_of_namesake("When did Helen Carrow pay?", "Philip Carrow paid in 2021.", 22, 26)
    True
    >>> is_of_namesake("When did Helen Carrow pay?", "Carrow paid in 2021.", 15, 19)
    False
    """
    asked = [match.group().split() for match in _FULL_NAME.finditer(question, 1)]
    if not asked or any(_plain(names[-1]) in text[start:end] for names in asked):
        return False
    sentence = text[slice(*(sentence_at(text, start) or (0, 0)))]
    for names in asked:
        given, surname = _plain(names[0]), _plain(names[-1])
        if given.lower() in _WORDS.no_given or surname.lower() in _WORDS.no_surnames:
            continue
        told = [
            match.group("given")
            for match in re.finditer(
                rf"(?:(?P<given>[A-Z][\w'’-]+)\s+)?(?<!\w){re.escape(surname)}(?!\w)", sentence
            )
        ]
        # A first letter in common is a slip of the pen: Wendall, Wendell.
        others = [
            name
            for name in told
            if name is not None and name.lower() not in _WORDS.no_given and name[0] != given[0]
        ]
        if (
            told
            and len(others) == len(told)
            and not re.search(rf"(?<!\w){re.escape(given)}(?!\w)", sentence)
        ):
            return True
    return False


def _clauses(text: str, sentence: Span) -> list[Span]:
    ends = [
        match.end() for match in _PATTERNS.boundary.finditer(text, sentence.start, sentence.end)
    ]
    spans = [
        Span(a, b) for a, b in zip([sentence.start, *ends], [*ends, sentence.end], strict=True)
    ]
    return [span for span in spans if len(text[span.start : span.end].split()) >= _CLAUSE_WORDS]


def _subject(text: str, clause: Span) -> Span | None:
    """The name that a clause opens with."""
    head = _PATTERNS.head.match(text, clause.start, clause.end)
    if head is None or all(
        _plain(word).lower() in STOP_WORDS | _WORDS.no_names for word in head["name"].split()
    ):
        return None
    return Span(head.start("name"), head.end("name"))


def _names(text: str) -> set[str]:
    return {_plain(word) for word in _NAME.findall(text)}


def _plain(word: str) -> str:
    return _PATTERNS.possessive.sub("", word)
