"""Questions for what someone said, and what goes on from them: "What did Merz say about Ukraine?"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language import pack
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, overlap_shares
from assistant.reading.span_features import stems

_PATTERNS = pack.Patterns("asked_statements")
_WORDS = pack.Words("asked_statements")
_ENGLISH = pack.Patterns("asked_statements", "en")
_ARABIC = pack.Patterns("asked_statements", "ar")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for what someone said."""

    speaker: str
    topic: frozenset[str]
    """Stems of the subject's words; empty where any statement will do."""
    subject: str = ""
    """The subject as it was asked."""

    def share_in(self, text: str) -> float:
        """How much of the subject a text has, 0 to 1: of its words, of its names in another script."""
        if not self.topic:
            return 1.0
        if can_compare(script_of(self.subject), script_of(text)):
            return float(overlap_shares(self.subject, [text])[0])
        return len(self.topic & stems(text)) / len(self.topic)


def asked_statement(question: str) -> Asked | None:
    """Whose words a question asks for; None for any other question.

    >>> asked_statement("What did Merz say?")
    Asked(speaker='Merz', topic=frozenset(), subject='')
    >>> asked_statement("What did they say the cause was?") is None
    True
    """
    match = _match_asked(_one_line(question))
    if match is None:
        return None
    speaker = _who(match).strip(" ,'\"“”«»")
    words = re.findall(r"\w+", speaker.casefold())
    if (
        not words
        or words[-1] in _WORDS.nobody
        or words[0] in _WORDS.not_asked
        or (words[0] in _WORDS.auxiliaries and speaker[0].islower())
        or words[-1] in _WORDS.not_asked
    ):
        return None
    small = re.findall(r"(?<!\w)[a-z]\w*", speaker)
    is_clause = not _WORDS.auxiliaries.isdisjoint(small) or re.match(r"[a-z]\w*ed\b", speaker)
    if match.re is _ENGLISH.asked_in_clause and is_clause:
        return None  # "what caused the fire, officials said"
    subject = match["topic"] or ""
    return Asked(speaker, frozenset(stems(subject)) - _no_topic(), subject)


@lru_cache(maxsize=1)
def _no_topic() -> frozenset[str]:
    """Stems of what only links a subject to the question."""
    return frozenset(stems(" ".join(_WORDS.no_topic)))


def _one_line(question: str) -> str:
    return " ".join(question.split())


def _who(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next(groups[name] for name in ("who", "who_has", "who_is") if groups.get(name))


def _match_asked(question: str) -> re.Match[str] | None:
    """What matches a question whose blanks are single ones."""
    patterns = (_ENGLISH.asked, _ENGLISH.asked_in_clause, _ARABIC.asked)
    return next((match for pattern in patterns if (match := pattern.search(question))), None)


def about_another_topic(asked: str, question: str) -> str | None:
    """A question for what someone said, with the subject of a follow-up in the place of its own.

    >>> about_another_topic("What did Merz say about Ukraine?", "and about trains?")
    'What did Merz say about trains?'
    """
    question, asked = _one_line(question), _one_line(asked)
    other, found = _PATTERNS.other_topic.match(question), _match_asked(asked)
    if other is None or found is None or asked_statement(asked) is None:
        return None
    if _PATTERNS.new_question.search(question) or script_of(question) != script_of(asked):
        return None
    topic = other["topic"] or other["arabic"]
    end = found.end() if found["topic"] is None else found.start("topic")
    mark = "؟" if other["arabic"] else "?"
    return f"{asked[:end].rstrip(' ?؟.!')} {topic}{mark}"


def more_of_it(asked: str, question: str) -> str | None:
    """A question for what else someone said, where a follow-up asks no more than "what else".

    >>> more_of_it("What did Merz say about Ukraine?", "Anything else?")
    'What else did Merz say about Ukraine?'
    """
    asked, question = _one_line(asked), _one_line(question)
    if asked_statement(asked) is None:
        return None
    if _ARABIC.more.match(question) and script_of(asked) == "ARABIC":
        return f"{asked.rstrip(' ؟?.')} أيضا؟"
    if _ENGLISH.more.match(question) and script_of(asked) == "LATIN":
        return re.sub(r"\b(what) (?:exactly |else )?", r"\1 else ", asked, count=1, flags=re.I)
    return None
