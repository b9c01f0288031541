"""Figures and doers that a sentence gives to something else, and what it takes back.

"Rents rose 8 percent in 2024, compared with 3 percent in 2021" has "8 percent" and "2021", and yet does
not say that rents rose by so much then.
"""

from __future__ import annotations

import re

from assistant.checking.claims.clauses import clauses_of, clauses_with, split_at
from assistant.checking.claims.figures import agrees
from assistant.language.facts import Facts, Quantity, before
from assistant.language.stems import is_past, stem
from assistant.language.tokens import Token
from assistant.language.words import STOP_WORDS
from assistant.types import Span

RETRACTED = re.compile(
    r"\b(?:earlier|previous|original) version of (?:this|the)\b|\b(?:incorrectly|wrongly|mistakenly|erroneously)\b|"
    r"نسخة سابقة من هذ|بالخطأ",
    re.IGNORECASE,
)
"""A sentence that says what was said in error."""
PHRASE_CHARS = 120
"""How long the words may be that lead up to a figure."""
_TAKEN_BACK = re.compile(
    r"\b(?:correct(?:s|ed|ing)|instead of|rather than|(?:and|but)? ?not|revis(?:es|ed|ing))"
    r"(?:\s+(?:in|by|at|the|an?|its|their|his|her|earlier|previous|first|initial|original|figure|number|toll|count|"
    r"estimate|total|of|from|for)){0,6}\s+\Z",
    re.IGNORECASE,
)
"""Before a figure that is not so."""
_BEFORE_NOUN = frozenset("in for among of at on during since by per within from".split())
_END = re.compile(r"[,;:،؛()]|\b(?:and|or|but|while|whereas|than|compared|to|from|و)\b")
_CLAUSES = re.compile(r";\s+|,\s+(?:while|whereas|but)\s+")
_COMPARES = re.compile(
    r"\b(?:compared (?:with|to)|up from|down from|against|versus|مقابل)\s+(?:\w+\s+){0,2}\Z"
)
_FRACTIONS = re.compile(r"\b(?:half|third|quarter|fifth|doubled|tripled|halved)\b", re.IGNORECASE)
_ARABIC_CLAUSE = re.compile(r"[،؛]\s+و?(?=[\u0621-\u064a])")
_ARABIC_TO = re.compile(r"ل(?:ل)?(?=[\u0621-\u064a]{3})")


def owned_apart(ours: Facts, theirs: Facts, sentence: str) -> Span | None:
    """A claim's word that the sentence has only of another figure of the same kind: "3 percent in 2021"."""
    for quantity in ours.quantities:
        same = [other for other in theirs.quantities if agrees(quantity, other)]
        rivals = [
            other
            for other in theirs.quantities
            if other.unit == quantity.unit
            and quantity.unit
            and not any(agrees(mine, other) for mine in ours.quantities)
        ]
        if not same or not rivals or any(_is_compared(other, sentence) for other in same):
            continue
        owned = [_owned(other, theirs, sentence) for other in rivals]
        for token in ours.tokens:
            if token.form in STOP_WORDS or quantity.span.start <= token.start < quantity.span.end:
                continue
            places = [t.start for t in theirs.tokens if _is_same(token, t)]
            if places and all(any(s.start <= at < s.end for s in owned) for at in places):
                return Span(token.start, token.end)
    return None


def _is_compared(quantity: Quantity, sentence: str) -> bool:
    """Whether a figure is the other side of a comparison, which leaves out what is the same of both."""
    return _COMPARES.search(before(sentence, quantity.span.start, chars=PHRASE_CHARS)) is not None


def _is_same(ours: Token, theirs: Token) -> bool:
    if stem(ours.form) == stem(theirs.form):
        return True
    # "for adults" is one word in Arabic.
    return stem(ours.form) == stem(_ARABIC_TO.sub("ال", theirs.form))


def _owned(quantity: Quantity, theirs: Facts, sentence: str) -> Span:
    """What a figure is of, behind it: "in 2021", "of women", "in the control group"; empty without any."""
    after = [token for token in theirs.tokens if token.start >= quantity.span.end]
    for place, token in enumerate(after[:3]):
        if token.form in _BEFORE_NOUN or (place and _ARABIC_TO.match(token.form)):
            end = _END.search(sentence, token.end)
            following = next(
                (q.span.start for q in theirs.quantities if q.span.start >= token.end),
                len(sentence),
            )
            return Span(token.start, min(end.start() if end else len(sentence), following))
        if _END.search(sentence[quantity.span.end : token.end]):
            break
    return Span(0, 0)


def subject_of_other_clause(ours: Facts, theirs: Facts, sentence: str) -> Span | None:
    """A claim's subject that the sentence has in another clause only than the claim's figure."""
    clauses = split_at(sentence, _CLAUSES)
    verb = next((at for at, token in enumerate(ours.tokens) if is_past(token.form)), 0)
    if len(clauses) < 2 or not verb or not ours.quantities:
        return None
    held = set().union(*(clauses_with(q, theirs, clauses) for q in ours.quantities))
    for token in ours.tokens[:verb]:
        if token.form in STOP_WORDS:
            continue
        there = clauses_of(stem(token.form), theirs, clauses)
        counted = [sentence[clauses[place].start : clauses[place].end] for place in there]
        if held and there and not there & held and all(_counts(text) for text in counted):
            return Span(token.start, token.end)
    return None


def _counts(clause: str) -> bool:
    return re.search(r"\d", clause) is not None or _FRACTIONS.search(clause) is not None


def arabic_doer_apart(ours: Facts, theirs: Facts, sentence: str) -> Span | None:
    """The doer of an Arabic claim, which begins with its verb, where the sentence has it with another verb."""
    tokens = ours.tokens
    if len(tokens) < 3 or tokens[0].form.isascii():
        return None
    clauses = split_at(sentence, _ARABIC_CLAUSE)
    doer = next((token for token in tokens[1:] if token.form not in STOP_WORDS), tokens[1])
    does, is_there = (clauses_of(stem(token.form), theirs, clauses) for token in (tokens[0], doer))
    if does and is_there and not does & is_there:
        return Span(tokens[0].start, doer.end)
    return None


def taken_back(ours: Facts, claim: str, theirs: Facts, sentence: str) -> tuple[Span, Span] | None:
    """A claim's figure that the sentence names as wrong, and the one that it puts in its place.

    Returns:
        Where the first is in the claim and the second in the sentence (empty where none can be told);
        None where nothing is taken back.
    """
    for quantity in ours.quantities:
        same = [other for other in theirs.quantities if agrees(quantity, other)]
        if not same or not all(_is_taken_back(other, sentence) for other in same):
            continue
        if _TAKEN_BACK.search(before(claim, quantity.span.start, chars=PHRASE_CHARS)):
            continue  # the claim takes it back too
        others = [
            other for other in theirs.quantities
            if other not in same and not _is_taken_back(other, sentence)
            and (other.unit == quantity.unit or not other.unit)
        ]  # fmt: skip
        return quantity.span, others[0].span if others else Span(0, 0)
    return None


def _is_taken_back(quantity: Quantity, sentence: str) -> bool:
    return _TAKEN_BACK.search(before(sentence, quantity.span.start, chars=PHRASE_CHARS)) is not None
