"""Whose figure it is, where a sentence has several clauses.

"Germany promised 40 divers; Austria sent 25 firefighters" has "Germany", "sent" and "25 firefighters", and yet
does not say that Germany sent them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.claims.figures import agrees
from assistant.checking.claims.subjects import leading_name
from assistant.language.facts import Facts, Quantity
from assistant.language.sounds import names_in
from assistant.language.stems import is_past, stem
from assistant.language.tokens import Token
from assistant.language.words import STOP_WORDS
from assistant.types import Span

_BOUNDARY = re.compile(r";\s+|,\s+(?:while|whereas|but|and)\s+(?=[^\W\d_])")
_PAUSE = re.compile(r"[،؛;,]\s")
_VERBS = frozenset("is are was were has have had will would".split())


def figure_apart(ours: Facts, claim: str, theirs: Facts, sentence: str) -> Span | None:
    """Where in a claim a figure stands that the sentence gives in a clause of another subject's; else None.

    Args:
        ours: What is checkable in the claim.
        claim: The claim.
        theirs: What is checkable in the sentence.
        sentence: The sentence, in the same script.
    """
    clauses = list(_clauses(theirs.tokens, sentence))
    if len(clauses) < 2:
        return None
    counted = _counted_apart(ours, theirs, sentence, clauses)
    if counted is not None:
        return counted
    name = _subject(ours.tokens, claim)
    held = clauses_of(name, theirs, clauses) if name is not None else set()
    if not held:
        return None
    for quantity in ours.quantities:
        places = clauses_with(quantity, theirs, clauses)
        # A clause that goes on without a subject of its own may go on with the name.
        if places and not places & held and all(
            _starts_with_name(theirs.tokens, clauses[place], sentence) for place in places
        ):  # fmt: skip
            return quantity.span
    return None


def _counted_apart(
    ours: Facts, theirs: Facts, sentence: str, clauses: Sequence[Span]
) -> Span | None:
    """Where a claim begins with so many of something, whose verb the sentence has in another subject's clause only."""
    first = next(
        (q for q in ours.quantities if q.span.start == ours.tokens[0].start and q.unit), None
    )
    verb = next((t for t in ours.tokens if is_past(t.form)), None)
    if first is None or verb is None:
        return None
    places = clauses_with(first, theirs, clauses)
    does = clauses_of(stem(verb.form), theirs, clauses)
    if not places or not does or places & does:
        return None
    if all(_has_subject(theirs.tokens, clauses[place], sentence) for place in does):
        return first.span
    return None


def _has_subject(tokens: Sequence[Token], clause: Span, sentence: str) -> bool:
    """Whether a clause begins with something that could do what it tells of, not with a verb."""
    inside = tokens_in(tokens, clause)
    return len(inside) > 1 and (
        inside[0].form in ("the", "a", "an", "its", "their", "his", "her")
        or _starts_with_name(tokens, clause, sentence)
    )


def may_be_anyones(ours: Facts, claim: str, theirs: Facts, sentence: str) -> bool:
    """Whether a figure's clause, across scripts, names none of a claim's names although others have figures too.

    Args:
        ours: What is checkable in the claim.
        claim: The claim, in Latin script.
        theirs: What is checkable in the sentence.
        sentence: The sentence, in another.
    """
    names = names_in(claim, is_question=False)
    clauses = split_at(sentence, _PAUSE)
    if not names or len(clauses) < 2:
        return False
    with_figures = set().union(
        *(clauses_with(quantity, theirs, clauses) for quantity in theirs.quantities)
    )
    if len(with_figures) < 2:
        return False
    for quantity in ours.quantities:
        for place in clauses_with(quantity, theirs, clauses):
            piece = sentence[clauses[place].start : clauses[place].end]
            there = frozenset().union(*names_in(piece, is_question=False))
            if not any(forms & there for forms in names):
                return True
    return False


def clauses_with(quantity: Quantity, theirs: Facts, clauses: Sequence[Span]) -> set[int]:
    """Clauses with a figure that bears the quantity out."""
    return {
        place
        for place, clause in enumerate(clauses)
        for other in theirs.quantities
        if clause.start <= other.span.start < clause.end and agrees(quantity, other)
    }


def _subject(tokens: Sequence[Token], claim: str) -> str | None:
    """The stem of the last word of the name that a claim begins with."""
    first, last = leading_name(tokens, claim)
    if last == first or tokens[first].form in STOP_WORDS:
        return None
    return stem(tokens[last - 1].form)


def _clauses(tokens: Sequence[Token], sentence: str) -> Iterator[Span]:
    """Parts of a sentence with a verb each: a list of names is no clause."""
    start = 0
    for part in split_at(sentence, _BOUNDARY):
        clause = Span(start, part.end)
        inside = tokens_in(tokens, clause)
        if any(token.form in _VERBS or is_past(token.form) for token in inside):
            yield clause
            start = part.end
    if start < len(sentence):
        yield Span(start, len(sentence))


def clauses_of(word: str, theirs: Facts, clauses: Sequence[Span]) -> set[int]:
    """Clauses with a word of that stem."""
    return {
        place
        for place, clause in enumerate(clauses)
        if any(stem(token.form) == word for token in tokens_in(theirs.tokens, clause))
    }


def split_at(sentence: str, boundary: re.Pattern[str]) -> list[Span]:
    """A sentence in parts, each with the boundary that ends it."""
    ends = [match.end() for match in boundary.finditer(sentence)]
    return [Span(a, b) for a, b in zip([0, *ends], [*ends, len(sentence)], strict=True)]


def tokens_in(tokens: Sequence[Token], clause: Span) -> list[Token]:
    """Those of the tokens that start in a clause."""
    return [token for token in tokens if clause.start <= token.start < clause.end]


def _starts_with_name(tokens: Sequence[Token], clause: Span, sentence: str) -> bool:
    inside = [token for token in tokens_in(tokens, clause) if token.form != "the"]
    return bool(inside) and sentence[inside[0].start].isupper() and inside[0].form not in STOP_WORDS
