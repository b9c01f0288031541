"""Which words of a sentence belong together: its clauses, what is set against what, parts of a whole.

A claim whose words a sentence has, but some in one clause and some in another, is not what it says: "The museum
opened in 1931 and was rebuilt in 1988" does not say that it opened in 1988.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.checking.claims.differences import Departure
from assistant.checking.claims.figures import agrees
from assistant.language.cues import WEAK_STEMS, is_negation
from assistant.language.facts import Facts, Quantity
from assistant.language.stems import is_past, stem
from assistant.language.tokens import Token
from assistant.language.words import STOP_WORDS
from assistant.types import Difference, Span

_VERB_NEXT = r"(?:was|were|is|are|has|have|had|will|would|did|can|could|may|might|[a-z]{2,}ed)\b"
_RELATIVE = re.compile(
    r",\s+(?:(?:some|all|most|many|\w+)\s+)?(?:of\s+|in\s+|to\s+)?(?:which|who|whom|whose|where)\b[^,;]*(?:,(?!\s+and\b)|(?=[;.]|$))"
)
_COORDINATED = re.compile(
    rf";\s+|,?\s+(?:while|whereas|although|though)\s+|,?\s+but\s+|,?\s+and\s+(?={_VERB_NEXT})|"
    r"[،؛]\s*(?=(?:بينما|فيما|لكن|في حين|أما|اما)(?!\w))"
)
_SHARED = re.compile(r"\b(?:when|after|because|since|during|as|until|before)\b")
"""What follows tells when or why of all that was coordinated before it."""
_COMPARED = re.compile(
    r",?\s+(?:compared\s+(?:with|to)|up\s+from|down\s+from|as\s+against|against|versus)\s+|،?\s+مقابل\s+|"
    r"(?<=\d)[^;.]{0,40}?\s(?P<from>from)\s+(?=[$€£]?\d)"
)
_REPLACED = re.compile(
    r"(?:,?\s+(?:rather\s+than|instead\s+of)|,\s+(?:and\s+)?not)\s+(?P<out>[^,;.]+)"
    r"|\s+(?:بدلا من|وليس)\s+(?P<ar>[^،؛.]+)"
)
_NOW = re.compile(r"\bthis (?:year|month|week|season)\b|\bnow\b|\btoday\b", re.IGNORECASE)
_PART_OF = re.compile(
    r"\s+of\s+(?:the\s+|its\s+|their\s+|his\s+|her\s+|all\s+|those\s+)?(?:[\w'’]+[’']s\s+)?\Z"
)
_FIRST = frozenset("initially originally previously formerly once".split())
_PARTICLES = frozenset("down off out over away back".split())
_NO_ANTECEDENT = frozenset(
    "by of in at to from on with for into and or but is are was were be been has have had will would".split()
)
_MEANT = 2
ANTECEDENT_TOKENS = 5
"""So many tokens before a relative clause are what it is about."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Stretches of a sentence that belong together: a clause with its subject."""

    spans: tuple[Span, ...]

    def has(self, token: Token) -> bool:
        return any(span.start <= token.start < span.end for span in self.spans)


def scattered(ours: Facts, claim: str, theirs: Facts, sentence: str) -> Span | None:
    """A claim's word that the sentence has in another clause only than the rest; None where all belong together."""
    if _RELATIVE.search(claim) or _COORDINATED.search(claim):
        return None
    units = list(_units(theirs.tokens, sentence))
    if len(units) < 2:
        return None
    held: list[tuple[Token, set[int]]] = []
    for token in _meant(ours):
        word = stem(token.form)
        places = {
            at
            for at, unit in enumerate(units)
            if any(stem(t.form) == word and unit.has(t) for t in theirs.tokens)
        }
        if places:
            held.append((token, places))
    if len(held) < _MEANT or set.intersection(*(places for _, places in held)):
        return None
    # The word that is not where most others are.
    counts = [sum(at in places for _, places in held) for at in range(len(units))]
    best = counts.index(max(counts))
    stray = next(token for token, places in held if best not in places)
    return Span(stray.start, stray.end)


def _meant(facts: Facts) -> list[Token]:
    return [
        token
        for token in facts.tokens
        if token.form not in STOP_WORDS
        and stem(token.form) not in WEAK_STEMS
        and not is_negation(token.form)
    ]


def _units(tokens: Sequence[Token], sentence: str) -> Iterator[_Unit]:
    """Relative clauses with what they are about; coordinated ones, with the first one's subject if without."""
    relatives = [Span(*match.span()) for match in _RELATIVE.finditer(sentence)]
    for relative in relatives:
        yield _Unit((_antecedent(tokens, sentence, relative), relative))
    cuts = [
        match.span()
        for match in _COORDINATED.finditer(sentence)
        if not any(r.start <= match.start() < r.end for r in relatives)
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(sentence)]
    last = _SHARED.search(sentence, starts[-1])
    shared = Span(last.start(), len(sentence)) if last and len(starts) > 1 else Span(0, 0)
    subject = _subject(tokens, Span(starts[0], ends[0]))
    for start, end in zip(starts, ends, strict=True):
        inside = _without(Span(start, end), relatives)
        first = next((t for t in tokens if start <= t.start < end), None)
        bare = first is not None and (
            is_past(first.form) or re.match(_VERB_NEXT, first.form) is not None
        )
        yield _Unit((*inside, shared, *((subject,) if bare else ())))


def _antecedent(tokens: Sequence[Token], sentence: str, relative: Span) -> Span:
    """What a relative clause is about: the words before it up to a verb or a preposition."""
    before = [t for t in tokens if t.end <= relative.start + 1][-ANTECEDENT_TOKENS:]
    is_part = re.match(r",\s+(?:\w+\s+)?of\b", sentence[relative.start :]) is not None
    first = len(before)
    while first and not (
        is_past(before[first - 1].form)
        or before[first - 1].form in _NO_ANTECEDENT
        or (is_part and before[first - 1].form[:1].isdigit())
    ):
        first -= 1
    return Span(before[first].start, before[-1].end) if first < len(before) else Span(0, 0)


def _without(span: Span, holes: Sequence[Span]) -> list[Span]:
    kept, start = [], span.start
    for hole in holes:
        if span.start <= hole.start < span.end:
            kept.append(Span(start, hole.start))
            start = min(hole.end, span.end)
    return [*kept, Span(start, span.end)]


def _subject(tokens: Sequence[Token], clause: Span) -> Span:
    """What stands before the first verb of a clause."""
    inside = [token for token in tokens if clause.start <= token.start < clause.end]
    for at, token in enumerate(inside):
        if at and (is_past(token.form) or re.fullmatch(_VERB_NEXT, token.form)):
            return Span(clause.start, token.start)
    return Span(0, 0)


def compared_apart(ours: Facts, claim: str, theirs: Facts, sentence: str) -> Span | None:
    """A claim's figure that the sentence gives of the other side: "14, compared with three in 2019"."""
    for match in _COMPARED.finditer(sentence):
        at = match.start("from") if match["from"] else match.start()
        stop = re.compile(r"[;.]\s|[;,]\s+(?:an?|the|which|who)\b|$").search(sentence, match.end())
        other = Span(at, stop.start() if stop else len(sentence))
        for quantity in ours.quantities:
            same = [q for q in theirs.quantities if agrees(quantity, q)]
            inside = [q for q in same if other.start <= q.span.start < other.end]
            if not same:
                continue
            if len(inside) == len(same):
                if _is_of_main(ours, claim, theirs, other, quantity):
                    return quantity.span
            elif not inside and _only_in(ours, theirs, other, quantity):
                return quantity.span
    return None


def _only_in(ours: Facts, theirs: Facts, part: Span, but: Quantity) -> bool:
    """Whether a claim has a word, apart from a figure, that the sentence has in that part only."""
    for token in ours.tokens:
        if token.form in STOP_WORDS or but.span.start <= token.start < but.span.end:
            continue
        places = [t.start for t in theirs.tokens if stem(t.form) == stem(token.form)]
        if places and all(part.start <= at < part.end for at in places):
            return True
    return False


def _is_of_main(ours: Facts, claim: str, theirs: Facts, other: Span, but: Quantity) -> bool:
    """Whether the figure of the other side is claimed of the main one: nothing else of the claim is of that side."""
    if _NOW.search(claim):
        return True
    dates = [
        date
        for date in ours.dates
        for there in theirs.dates
        if there.span.start < other.start
        and (date.year, date.month) == (there.year, there.month)
        and (date.year or date.month)
    ]
    return bool(dates) or not _only_in(ours, theirs, other, but)


def replaced(ours: Facts, claim: str, theirs: Facts, sentence: str) -> Departure | None:
    """What the sentence says was not done but something else instead: "moved rather than cancelled"."""
    for match in _REPLACED.finditer(sentence):
        group = "out" if match["out"] is not None else "ar"
        part = Span(*match.span(group))
        inside = {
            stem(t.form) for t in theirs.tokens if part.start <= t.start < part.end
        } - STOP_WORDS
        outside = {stem(t.form) for t in theirs.tokens if not part.start <= t.start < part.end}
        own = _REPLACED.search(claim)
        words = [
            t for t in _meant(ours)
            if stem(t.form) in inside - outside
            and (own is None or not own.start() <= t.start)
        ]  # fmt: skip
        if words:
            found = sentence[match.start() : part.start].strip(" ,")
            span = Span(match.start(), part.start)
            return Departure(Difference.NEGATION, "", found, Span(0, 0), span)
    return None


def part_of_whole(ours: Facts, theirs: Facts, sentence: str) -> tuple[Span, Span] | None:
    """A claim's figure that the sentence gives as a whole of which it tells a part: "seven of the nine".

    Returns:
        Where it is in the claim, and where the part is in the sentence.
    """
    for whole in theirs.quantities:
        before = _PART_OF.search(sentence[: whole.span.start])
        if before is None:
            continue
        part = next((q for q in theirs.quantities if q.span.end == before.start()), None)
        if part is None or any(agrees(mine, part) for mine in ours.quantities):
            continue
        mine = next((q for q in ours.quantities if agrees(q, whole)), None)
        if mine is not None:
            return mine.span, part.span
    return None


def particle_apart(ours: Facts, theirs: Facts) -> Span | None:
    """A claim's verb that the sentence has with another particle: "voted down" is not "voted"."""
    for at, token in enumerate(ours.tokens):
        if not is_past(token.form):
            continue
        mine = _particle(ours.tokens, at)
        yours = {
            _particle(theirs.tokens, place)
            for place, other in enumerate(theirs.tokens)
            if stem(other.form) == stem(token.form)
        }
        if yours and mine not in yours:
            return Span(token.start, token.end)
    return None


def _particle(tokens: Sequence[Token], at: int) -> str:
    following = tokens[at + 1].form if at + 1 < len(tokens) else ""
    return following if following in _PARTICLES else ""


def only_at_first(ours: Facts, theirs: Facts) -> Token | None:
    """The word that says that something was so at first, or once, where the claim does not say so."""
    mine = {token.form for token in ours.tokens}
    words = {stem(token.form) for token in _meant(ours)}
    for at, token in enumerate(theirs.tokens):
        if token.form in _FIRST and token.form not in mine:
            near = [stem(t.form) for t in theirs.tokens[at + 1 : at + 3]]
            if words & set(near):
                return token
    return None
