"""What kind of question is asked, decided once: who, when, how many, why, yes or no, a list, keywords.

The words that tell are in ``asked.toml``, one table a language. A language without a table has no kinds: its
questions are :attr:`QuestionKind.OTHER`, of which anything may be the answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.answering.asked_statements import asked_statement
from assistant.types import QuestionKind

_IN_TABLE: tuple[QuestionKind, ...] = tuple(
    kind
    for kind in QuestionKind
    if kind
    not in (QuestionKind.MONEY, QuestionKind.YES_NO, QuestionKind.STATEMENT, QuestionKind.KEYWORDS)
)
MAX_KEYWORDS = 8
"""More words than that without a question mark are a statement."""

_MONEY, _SHARE, _TIME = "money", "share", "time"
_ALLOWED = {
    QuestionKind.MONEY: {_MONEY},
    QuestionKind.SHARE: {_SHARE},
    QuestionKind.DURATION: {_TIME},
    QuestionKind.AGE: {_TIME},
    QuestionKind.WHEN: {_TIME},
    QuestionKind.COUNT: {_SHARE, _TIME},
    QuestionKind.WHO: set(),
    QuestionKind.WHERE: set(),
}
"""Of these types an answer's figures may be; a figure without a unit may be of any."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is read."""

    text: str
    """Without the order before it: "who won" of "tell me who won"."""
    kind: QuestionKind = QuestionKind.OTHER
    phrase: str = ""
    """The words that ask, as they were written: "How old"."""
    statement: str = ""
    """Of a yes/no question what it asks the truth of; empty for all others."""

    def stated(self, answer: str) -> str:
        """Question and answer as one statement, in an order of words that a network reads well enough.

        >>> asked_of("Where are tickets sold?").stated("at the pier")
        'tickets are sold at the pier'
        >>> asked_of("Who won?").stated("Anna Lind")
        'Anna Lind won'
        """
        table = _table_for(self.text)
        ends = (_opening(table[kind.value], self.text) for kind in _IN_TABLE)
        rest = self.text[max((end for end in ends if end is not None), default=0) :].strip(" ?؟!.")
        led = _statement(table, rest)
        return f"{led} {answer}" if led else f"{answer} {rest}"

    def fits(self, answer: str) -> bool:
        """Whether an answer may be of the type that is asked for.

        >>> asked_of("How much did it cost?").fits("12 percent"), asked_of("How long was he jailed?").fits("$500")
        (False, False)
        >>> asked_of("How much did it cost?").fits("$12"), asked_of("When did it open?").fits("after the flood")
        (True, True)
        """
        allowed = _ALLOWED.get(self.kind)
        # What reads figures takes time to import: names are looked at only where they have one.
        if allowed is None or not (allowed or any(letter.isdigit() for letter in answer)):
            return True
        from assistant.language.facts import facts_of

        types = [_type_of(quantity.unit) for quantity in facts_of(answer).quantities]
        return not types or any(found is None or found in allowed for found in types)


@lru_cache(maxsize=256)
def asked_of(question: str) -> Question:
    """What a question asks for.

    >>> asked = asked_of("Tell me how old Anna Lind is.")
    >>> asked.text, asked.kind.value, asked.phrase
    ('how old Anna Lind is.', 'age', 'how old')
    >>> asked_of("Did Merz rule out deployments?").statement
    'Merz rule out deployments'
    """
    text = " ".join(question.split())
    table = _table_for(text)
    order = _opening(table["order"], text)
    if order is not None and _begins_question(table, rest := text[order:].lstrip(" ,:")):
        text = rest
    if asked_statement(text) is not None:
        return Question(text, QuestionKind.STATEMENT)
    found = [(end, kind) for kind in _IN_TABLE if (end := _opening(table[kind.value], text))]
    if found:
        end, kind = max(found, key=lambda item: item[0])
        words = set(text.rstrip(" ?؟!.").casefold().split())
        if kind is QuestionKind.AMOUNT and not words.isdisjoint(table["money_words"]):
            kind = QuestionKind.MONEY
        return Question(text, kind, "" if kind is QuestionKind.OTHER else text[:end].strip(" ¿"))
    statement = _statement(table, text)
    if statement:
        return Question(text, QuestionKind.YES_NO, statement=statement)
    is_short = len(text.split()) <= MAX_KEYWORDS and not re.search(r"[.?!؟]\s*$", text)
    return Question(
        text, QuestionKind.KEYWORDS if is_short and order is None else QuestionKind.OTHER
    )


def _begins_question(table: Mapping[str, Sequence[str]], text: str) -> bool:
    keys = (*(kind.value for kind in _IN_TABLE), "drop", "move")
    return any(_opening(table[key], text) is not None for key in keys)


def _statement(table: Mapping[str, Sequence[str]], text: str) -> str:
    """What a yes/no question asks the truth of, its verb behind its subject; empty where it is none."""
    plain = text.rstrip(" ?؟!.")
    end = _opening(table["drop"], plain)
    if end is not None:
        return plain[end:].strip(" ,")
    end = _opening(table["move"], plain)
    if end is None or not plain[end:].strip():
        return ""
    verb, rest = plain[:end].strip().casefold(), plain[end:].strip()
    if verb in table["silent"]:
        return rest
    from assistant.language.cues import PRONOUNS

    first = rest.split(maxsplit=1)[0]
    subject = re.match(_SUBJECT, rest)
    at = len(first) if first.casefold() in PRONOUNS or subject is None else subject.end()
    return " ".join(f"{rest[:at]} {verb} {rest[at:]}".split())


_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’.-]*"
_SUBJECT = rf"(?:\S{{1,3}}\s+)?(?:{_NAME}(?:(?:\s+(?:of|the|de|von|van|and|und))*\s+{_NAME})*|\S+)"
"""A name or a word, with the short one before it."""


def is_turned(sentence: str, at: int) -> bool:
    """Whether a sentence has a word around an offset that may deny, refuse, put off or take back what stands there.

    >>> sentence = "It was not given to Lind but to Hell."
    >>> is_turned(sentence, sentence.index("Lind")), is_turned(sentence, sentence.index("Hell"))
    (True, False)
    """
    start, end = 0, len(sentence)
    for word, place in _placed(sentence):
        if word in _contrasts():
            start, end = (place, end) if place <= at else (start, min(end, place))
    from assistant.language.denials import denies

    clause = sentence[start:end]
    return _has(clause, "turned") or denies(clause)


@lru_cache(maxsize=1)
def _contrasts() -> frozenset[str]:
    return frozenset({";", *(word for table in _tables().values() for word in table["contrast"])})


def _placed(text: str) -> Iterator[tuple[str, int]]:
    """The words of a text in lower case, and its semicolons, each with its offset."""
    at = 0
    for word in text.replace(";", " ; ").split():
        at = text.index(word, at)
        yield word.lower().strip(',.:"“”«»'), at
        at += len(word)


def is_unreal(before: str) -> bool:
    """Whether what follows these words of a sentence was only planned, or might have been.

    >>> is_unreal("The bridge was to have been opened in"), is_unreal("The bridge was opened in")
    (True, False)
    """
    return _has(before, "unreal")


def _has(text: str, key: str) -> bool:
    """Whether a text has one of a key's phrases, in any language."""
    plain = "".join(c if c.isalnum() or c == "'" else " " for c in text.lower().replace("’", "'"))
    words = f" {' '.join(plain.split())} "
    return any(f" {phrase} " in words for table in _tables().values() for phrase in table[key])


def _opening(phrases: Iterable[str], text: str) -> int | None:
    """Where the longest of the phrases that a text begins with ends."""
    begun = text.lstrip("¿ ")
    offset, folded = len(text) - len(begun), begun.lower().replace("’", "'")
    ends = [
        len(phrase)
        for phrase in phrases
        if folded.startswith(phrase) and not folded[len(phrase) : len(phrase) + 1].isalnum()
    ]
    return offset + max(ends) if ends else None


def _table_for(text: str) -> Mapping[str, Sequence[str]]:
    """The table of the language whose phrases, then whose small words, a question has most of."""
    words = text.casefold().split()

    def score(table: Mapping[str, Sequence[str]]) -> tuple[bool, int]:
        opens = _begins_question(table, text) or _opening(table["order"], text) is not None
        return opens, sum(word in table["small"] for word in words)

    return max(_tables().values(), key=score)


def _type_of(unit: str) -> str | None:
    if unit == "%":
        return _SHARE
    units = _units()
    return next((kind for kind, stems in units.items() if unit in stems), None)


@lru_cache(maxsize=1)
def _units() -> dict[str, frozenset[str]]:
    tables = _tables().values()
    return {
        _MONEY: frozenset(unit for table in tables for unit in table["currency"]),
        _TIME: frozenset(unit for table in tables for unit in table["span"]),
    }


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    raw = resources.files("assistant.answering").joinpath("asked.toml").read_text("utf-8")
    return tomllib.loads(raw)
