"""Follow-up questions completed from the turn before.

"When?" or "And who signed it?" mean nothing alone. A question is taken for a follow-up only if it
shows it: it opens with a connective, is a bare question word, or has a pronoun with nothing of its own
that the pronoun could stand for. The completed question is shown to the user, never used silently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.reader import words_of
from assistant.types import Answer

MAX_SUBJECT_WORDS = 8

_CONNECTIVE = re.compile(
    r"^\s*(?:and|but|so|also|then|ok(?:ay)?,?|what about|how about|و(?=\S)|وماذا عن|ماذا عن)\b[,\s]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^\s*(?:and\s+)?(?:what|how) about\s+(?P<what>.+?)\s*\?*\s*$", re.IGNORECASE)
_BARE = re.compile(
    r"^\s*(?:and\s+|but\s+|so\s+)?(?P<word>when|where|who|why|how|how many|how much|since when|by whom|with whom|"
    r"which(?: ones?)?|what|متى|أين|من|لماذا|كيف|كم)(?:\s+(?:exactly|precisely|else|so|not))?\s*[?؟]*\s*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<word>it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then)\b(?!\s*['’])",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"\b(?:this|that|these|those)\s+[a-z]{3,}", re.IGNORECASE)
_NAME = re.compile(
    r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|von|van|for|and)\s+){0,2}[A-Z][\w’'.-]*)*"
)
_EVENT = (
    "summit|meeting|talks?|conference|declaration|agreement|treaty|accord|proposal|election|war|crisis|"
    "government|parliament|army|coalition|court"
)
_SUBJECT_NAME = re.compile(rf"(?:\bthe\s+)?{_NAME.pattern}(?:\s+(?:{_EVENT})\b)?")
_WHO_IS = re.compile(r"^\s*[Ww]ho\s+(?:is|was)\s+[A-Z]")
_QUESTION_OPENING = re.compile(
    r"^\s*(?:and\s+|but\s+)?(?:who|whom|whose|what|which|when|where|why|how many|how much|how|did|"
    r"does|do|is|are|was|were|has|have|had|can|could|will|would|should|may|might|متى|أين|من|لماذا|كيف|كم|ماذا|هل)\b",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    r"\bthe\s+(?P<what>(?:[a-z][\w-]*\s+){0,3}[a-z][\w-]*(?:\s+(?:of|in|at|for)\s+(?:the\s+)?[A-Z]\w+)?)"
)
_POSSESSIVES = frozenset({"its", "their", "theirs", "his", "hers"})
_PERSONAL = frozenset({"he", "him", "his", "she", "her", "hers"})


def complete(question: str, history: Sequence[Answer]) -> str | None:
    """``question`` with the subject of the turn before, or None where it stands on its own.

    Args:
        question: As the user asked it.
        history: Earlier answers, oldest first.
    """
    if not history:
        return None
    previous = history[-1]
    asked = previous.asked_as or previous.question
    subject = subject_of(previous)
    if not subject:
        return None
    about = _ABOUT.match(question)
    if about is not None:
        return _exchange(asked, about.group("what"))
    if _BARE.match(question):
        return _bare(question, asked)
    rest = _CONNECTIVE.sub("", question)
    opened = rest != question
    pronoun = _free_pronoun(rest)
    if pronoun is not None:
        return _capitalised(_replace(rest, pronoun, _for_pronoun(previous, pronoun, subject)))
    if opened and not _has_own_subject(rest):
        return _capitalised(f"{rest.rstrip(' ?؟')} – {subject}?")
    return None


def subject_of(answer: Answer) -> str:
    """What the turn was about: the names in its question, else its longest noun phrase."""
    question = answer.asked_as or answer.question
    body = _QUESTION_OPENING.sub("", question)
    names = [match.group() for match in _SUBJECT_NAME.finditer(body)]
    names = [name for name in names if name.lower() not in ("i", "the")]
    phrases = [match.group().strip() for match in _NOUN_PHRASE.finditer(body)]
    if phrases and names:
        holding = [phrase for phrase in phrases if any(name in phrase for name in names)]
        if holding:
            return _shorten(max(holding, key=len))
    if names:
        return _shorten(max(names, key=len))
    if phrases:
        return _shorten(max(phrases, key=len))
    return _shorten(" ".join(words_of(body)))


def _shorten(subject: str) -> str:
    return " ".join(subject.strip(" ?؟.,").split()[:MAX_SUBJECT_WORDS])


def _free_pronoun(question: str) -> re.Match[str] | None:
    """A pronoun that nothing before it in the question could mean."""
    for match in _PRONOUN.finditer(question):
        word = match.group("word").lower()
        before = _QUESTION_OPENING.sub("", question[: match.start()])
        if _has_own_subject(before):
            return None
        if word in ("there", "then", "that"):
            continue
        if word in ("this", "these", "those") and _DETERMINED.match(question, match.start()):
            continue
        return match
    return None


def _has_own_subject(text: str) -> bool:
    """Whether the text names something: a name, or a noun phrase of its own."""
    body = _QUESTION_OPENING.sub("", text)
    return bool(_NAME.search(body)) or bool(_NOUN_PHRASE.search(body)) or len(words_of(body)) >= 4


def _for_pronoun(previous: Answer, pronoun: re.Match[str], subject: str) -> str:
    """A person from the answer for "he" and "she", the subject for everything else."""
    named = _WHO_IS.match(previous.asked_as or previous.question) and _NAME.search(subject)
    if pronoun.group("word").lower() in _PERSONAL and previous.answers and not named:
        text = previous.answers[0].text
        if len(text.split()) <= MAX_SUBJECT_WORDS and _NAME.match(text):
            return text
    return subject


def _replace(question: str, pronoun: re.Match[str], subject: str) -> str:
    word = pronoun.group("word").lower()
    her_object = word == "her" and not re.match(r"\s+\w", question[pronoun.end() :])
    possessive = word in _POSSESSIVES or (word == "her" and not her_object)
    ending = ("’" if subject.endswith("s") else "’s") if possessive else ""
    return question[: pronoun.start()] + subject + ending + question[pronoun.end() :]


def _bare(question: str, asked: str) -> str:
    """The earlier question asked with another question word."""
    word = re.sub(r"^\s*(?:and|but|so)\s+", "", question, flags=re.IGNORECASE).strip(" ?؟")
    rest = _QUESTION_OPENING.sub("", asked).strip(" ?؟")
    mark = "؟" if "\u0600" <= word[:1] <= "\u06ff" else "?"
    return _capitalised(f"{word} {rest}{mark}")


def _exchange(asked: str, what: str) -> str:
    """The earlier question about something else."""
    names = list(_NAME.finditer(_QUESTION_OPENING.sub(lambda m: " " * len(m.group()), asked)))
    if names:
        last = max(names, key=lambda match: len(match.group()))
        return (
            asked[: last.start()]
            + what
            + " " * (last.group() != last.group().rstrip())
            + asked[last.end() :]
        )
    return f"{asked.rstrip(' ?؟')} – {what}?"


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]
