"""Broad questions: what asks for all that is told about a subject, not for one thing about it.

How they are put stands in ``broad.toml``, a table a language. A question may be in another language than the
articles, so all tables are tried.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.types import Span

MAX_CHARS = 300
"""A longer text is no question about one subject."""
_ENDS = " \t\n?!.…؟¿¡،,;:"
_ALIKE = str.maketrans("أإآ’", "ااا'")


@dataclass(frozen=True, slots=True)
class BroadQuestion:
    """What a broad question is about."""

    subjects: tuple[str, ...]
    """As they were asked; two where they are compared, none where it only asks how people react."""
    of_people: bool = False
    """Only what readers and the public say."""


Template = tuple[str, ...]
"""What stands around the subjects, one piece more than there are subjects."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """One language's table, folded; longer templates first."""

    about: tuple[Template, ...]
    reactions: tuple[Template, ...]
    compare: tuple[Template, ...]
    polite: tuple[str, ...]
    pronouns: frozenset[str]


def broad_question(question: str) -> BroadQuestion | None:
    """What a broad question is about; None for any other question.

    >>> broad_question("Please tell me about the Paris summit!")
    BroadQuestion(subjects=('the Paris summit',), of_people=False)
    >>> broad_question("Compare the Paris and Berlin summits").subjects
    ('the Paris summits', 'Berlin summits')
    >>> broad_question("How are people reacting?")
    BroadQuestion(subjects=(), of_people=True)
    >>> broad_question("Tell me who was in Paris") is None
    True
    """
    if len(question) > MAX_CHARS:
        return None
    line = " ".join(question.split()).strip(_ENDS)
    folded = _fold(line)
    if len(folded) != len(line):
        return None  # a letter of two in lower case: places would no longer be those of the line
    for wording in _wordings():
        start, end = _core(folded, wording.polite)
        for templates in (wording.compare, wording.reactions, wording.about):
            places = _subjects(folded, start, end, templates, wording.pronouns)
            if places is not None:
                found = tuple(line[place.start : place.end] for place in places)
                if templates is wording.compare:
                    found = _in_full(*found)
                return BroadQuestion(found, of_people=templates is wording.reactions)
    return None


def brief_subject(question: str) -> str | None:
    """What to brief on where a question is a broad one; None for any other question.

    >>> brief_subject("Tell me about the Paris summit"), brief_subject("Who met in Paris?")
    ('the Paris summit', None)
    >>> brief_subject("Compare Paris and Berlin")
    'Compare Paris and Berlin'
    """
    asked = broad_question(question)
    if asked is None:
        return None
    # What is more than one subject has to be said as it was asked.
    return asked.subjects[0] if len(asked.subjects) == 1 and not asked.of_people else question


def _core(folded: str, polite: Sequence[str]) -> tuple[int, int]:
    """A question without what is only polite."""
    start, end = 0, len(folded)
    while True:
        rest = folded[start:end].rstrip(_ENDS)
        end = start + len(rest)
        first = next((p for p in polite if rest.startswith((f"{p} ", f"{p}, "))), None)
        last = next((p for p in polite if rest.endswith((f" {p}", f", {p}"))), None)
        if first is None and last is None:
            return start, end
        if first is not None:
            start += len(first) + 1
            start += len(folded[start:end]) - len(folded[start:end].lstrip(_ENDS))
        else:
            end -= len(last or "")


def _subjects(
    folded: str, start: int, end: int, templates: Sequence[Template], pronouns: frozenset[str]
) -> list[Span] | None:
    """Where the subjects stand in a question of one of these forms; None where it has none of them."""
    for first, *others in templates:
        if not folded.startswith(first, start, end):
            continue
        found: list[Span] = []
        at = start + len(first)
        for place, piece in enumerate(others):
            is_last = place == len(others) - 1
            # A subject has a letter at least.
            until = end - len(piece) if is_last else folded.find(piece, at + 1, end)
            if until <= at or not folded.startswith(piece, until, end):
                break
            if folded[at:until].strip(_ENDS) in pronouns:
                break
            found.append(Span(at, until))
            at = until + len(piece)
        else:
            if at == end:
                return found
    return None


def _in_full(first: str, second: str) -> tuple[str, str]:
    """Two subjects, the first with what is said only once: "the Paris and Berlin summits".

    >>> _in_full("WeWork", "SoftBank"), _in_full("the layoffs at WeWork", "the bailout")
    (('WeWork', 'SoftBank'), ('the layoffs at WeWork', 'the bailout'))
    """
    ours, theirs = first.split(), second.split()
    # Names first, then what both are; without capitals (Arabic) it is said twice anyway.
    shared = list(itertools.takewhile(lambda word: word[0].islower(), reversed(theirs)))[::-1]
    names = theirs[: len(theirs) - len(shared)]
    if shared and names and all(word[0].isupper() for word in [*names, ours[-1]]):
        return " ".join([*ours, *shared]), second
    return first, second


@lru_cache(maxsize=1)
def _wordings() -> tuple[_Wording, ...]:
    raw = resources.files("assistant.answering").joinpath("broad.toml").read_text("utf-8")
    return tuple(_wording(table) for table in tomllib.loads(raw).values())


def _wording(table: dict[str, list[str]]) -> _Wording:
    def templates(name: str) -> tuple[Template, ...]:
        ordered = sorted(table[name], key=len, reverse=True)
        return tuple(tuple(_fold(template).split("*")) for template in ordered)

    return _Wording(
        about=templates("about"),
        reactions=templates("reactions"),
        compare=templates("compare"),
        polite=tuple(sorted(map(_fold, table["polite"]), key=len, reverse=True)),
        pronouns=frozenset(map(_fold, table["pronouns"])),
    )


def _fold(text: str) -> str:
    return text.lower().translate(_ALIKE)
