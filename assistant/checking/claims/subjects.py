"""Whether a claim and a sentence speak of the same one: whose title it is, and who does what.

"Ukraine's President Zelenskyy and envoy Witkoff" has "Witkoff" and "President", and yet no President Witkoff.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checking.claims.differences import Departure
from assistant.checking.claims.names import SAME_NAME_LETTERS
from assistant.language.cues import PRONOUNS, TITLES, is_negation, negations_of
from assistant.language.demonyms import is_listed, nation_of
from assistant.language.facts import Facts
from assistant.language.stems import is_past, stem
from assistant.language.tokens import PAUSE, STOP, Token, fold_word
from assistant.language.words import STOP_WORDS
from assistant.types import Span

_COPULAS = frozenset("is was remains became".split())
_DETERMINERS = frozenset("the a an its his her their".split())
_OF = frozenset("of for in at to from on with by against near after between during".split())
_BETWEEN = frozenset("which who that also then later already be been have".split())
_WHO_DOES = re.compile(r",?\s+(?:which|who|that)\s+(?:(?:has|had|have|also|then|later)\s+){0,2}")
"""Between a name and what a relative clause says that it does."""
_BE = frozenset("be been being is are was were".split())
_UNCHANGED = frozenset(
    "beat hit cut put set shut hurt let split quit outbid bid upset broadcast cast burst wed".split()
)
"""Verbs whose past is their present."""
_ACTS_FOR = frozenset(
    "government delegation cabinet parliament army forces troops authorities representatives".split()
)
"""What the delegation of a country does, the country does."""
_DESCRIBES_ON = frozenset("who which that since until as".split())
_LINKS = frozenset(
    "elected appointed named became become serving serves served sworn new current called known".split()
)
_NO_LONGER = frozenset("former previous ex late outgoing onetime past then".split())
_LESSER = frozenset("deputy vice acting assistant incoming future designate".split())
_AUXILIARIES = frozenset("will did has have had is are was were be been being would".split())
_CLAUSE_PRONOUNS = frozenset("who which whom".split())
_OFFICES = frozenset(
    "founder co-founder cofounder owner author member leader head spokesman spokeswoman architect".split()
)


def alike(first: str, second: str) -> bool:
    """Whether two words are of one name: Latvia, Latvian; France, French."""
    ours, theirs = (form.removesuffix("'s") for form in (first, second))
    ours, theirs = nation_of(ours), nation_of(theirs)
    if stem(ours) == stem(theirs):
        return True
    return (
        not (is_listed(ours) or is_listed(theirs))
        and len(ours) > SAME_NAME_LETTERS
        and ours[:SAME_NAME_LETTERS] == theirs[:SAME_NAME_LETTERS]
    )


# Whose title it is


@dataclass(frozen=True, slots=True)
class _Described:
    """A claim that someone is something: Merz is the Chancellor of Germany."""

    name: tuple[Token, ...]
    title: tuple[str, ...]
    """Stems."""
    places: tuple[str, ...]
    """What the title is of, folded."""
    forms: frozenset[str]
    """All of the claim's words."""
    is_past: bool


def _described(ours: Facts, claim: str) -> _Described | None:
    tokens = ours.tokens
    at = next((i for i, token in enumerate(tokens) if i and token.form in _COPULAS), 0)
    if not at:
        return None
    sides = (tokens[:at], tokens[at + 1 :])
    for name, about in (sides, sides[::-1]):
        who = [t for t in name if t.form not in TITLES]
        if not who or not all(_is_capital(claim, token) for token in name):
            continue
        if _is_no_name(name[0]) or not about:
            continue
        starts = about[0].form in _DETERMINERS or _is_capital(claim, about[0])
        if about is tokens[:at]:
            starts = about[0].form in _DETERMINERS
        if not starts:
            continue
        rest = [t for t in about if t.form not in _DETERMINERS]
        cut = next((i for i, t in enumerate(rest) if t.form in _OF | _DESCRIBES_ON), len(rest))
        head = [t for t in rest[:cut] if t.form not in STOP_WORDS]
        title = [t for t in head if not _is_capital(claim, t) or t.form in TITLES]
        if not title or not ({t.form for t in title} & (TITLES | _OFFICES)):
            continue
        places = [
            t.form.removesuffix("'s") for t in (*head, *rest[cut:])
            if _is_capital(claim, t) and t.form not in TITLES and t.form not in STOP_WORDS
        ]  # fmt: skip
        return _Described(
            name=tuple(who),
            title=tuple(stem(t.form) for t in title),
            places=tuple(places),
            forms=frozenset(t.form for t in tokens),
            is_past=tokens[at].form == "was",
        )
    return None


def _is_no_name(token: Token) -> bool:
    """Whether a first word has its capital for being first: the, he, it's."""
    word = token.form.partition("'")[0]
    return word in STOP_WORDS or word in PRONOUNS


def _is_capital(text: str, token: Token) -> bool:
    return text[token.start].isupper()


def title_apart(
    ours: Facts, claim: str, theirs: Facts, sentence: str, departures: Sequence[Departure]
) -> Span | None:
    """The claim where the sentence gives its title to another one, or of another place."""
    described = _described(ours, claim)
    if described is None or negations_of(ours.tokens):
        return None
    whole = Span(ours.tokens[0].start, ours.tokens[-1].end)
    span = Span(described.name[0].start, described.name[-1].end)
    stems = [stem(token.form) for token in theirs.tokens]
    last = stem(described.name[-1].form)
    names = [i for i, word in enumerate(stems) if word == last]
    size = len(described.title)
    titles = [
        i
        for i in range(len(stems))
        if tuple(stems[i : i + size]) == described.title
        and not (i and _is_of_another(theirs.tokens[i - 1].form, described))
    ]
    rivals = [d for d in departures if d.found and d.claim_span.overlaps(span)]
    beside = [_places_beside(theirs.tokens, sentence, i, i + size) for i in titles]
    if not names:
        # That someone else has the title contradicts only where it is of the same place.
        same = not described.places or any(_are_of(described.places, found) for found in beside)
        return None if rivals and titles and same else whole
    ours_set = {stem(token.form) for token in ours.tokens}
    for i, found in zip(titles, beside, strict=True):
        wrong = bool(found and described.places and not _are_of(described.places, found))
        told = {fold_word(word) for d in departures if d.found for word in d.found.split()}
        for n in names:
            low, high = (i + size, n) if i < n else (n + 1, i)
            together = _joins(theirs.tokens, sentence, low, high, ours_set)
            if together and (not wrong or told & set(found)):
                return None
    return whole


def _is_of_another(before: str, described: _Described) -> bool:
    """Whether the word before a title makes it another: the previous mayor, the deputy director."""
    others = _LESSER if described.is_past else _LESSER | _NO_LONGER
    return before in others and before not in described.forms


def _are_of(places: Sequence[str], found: Sequence[str]) -> bool:
    return any(alike(place, other) for place in places for other in found)


def _places_beside(tokens: Sequence[Token], text: str, first: int, last: int) -> list[str]:
    """Names right before a title, and after "of": the Latvian Prime Minister, the mayor of Lindau."""
    found = []
    at = first - 1
    while (
        at >= 0
        and _is_capital(text, tokens[at])
        and not PAUSE.search(text[tokens[at].end : tokens[at + 1].start])
    ):
        if tokens[at].form not in STOP_WORDS and tokens[at].form not in TITLES:
            found.append(tokens[at].form)
        at -= 1
    if last < len(tokens) and tokens[last].form in _OF:
        for token in tokens[last + 1 :]:
            if _is_capital(text, token):
                found.append(token.form)
            elif found or token.form not in STOP_WORDS:
                break
    return found


def _joins(tokens: Sequence[Token], text: str, low: int, high: int, ours: set[str]) -> bool:
    """Whether nothing stands between title and name that parts them."""
    for at in range(low, high):
        token = tokens[at]
        abbreviated = token.form in TITLES and token.end - token.start <= 4  # Dr.
        if not abbreviated and STOP.search(
            text[token.end : tokens[at + 1].start] if at + 1 < len(tokens) else ""
        ):
            return False
        if token.form in STOP_WORDS or token.form in _LINKS or token.form in TITLES:
            continue
        if stem(token.form) in ours or tokens[at - 1].form in _OF:
            continue
        own_run = all(
            _is_capital(text, tokens[i]) and text[tokens[i - 1].end : tokens[i].start].isspace()
            for i in range(at + 1, high + 1)
        )
        if not (high < len(tokens) and _is_capital(text, token) and own_run):
            return False
    return True


# Who does it


def leading_name(tokens: Sequence[Token], claim: str) -> tuple[int, int]:
    """First token of the capitalised words that a claim begins with, and the one after; equal without any."""
    first = 1 if tokens and tokens[0].form == "the" else 0
    last = first
    while last < len(tokens) and (
        _is_capital(claim, tokens[last])
        or (
            first < last < len(tokens) - 1
            and tokens[last].form == "and"
            and _is_capital(claim, tokens[last + 1])
        )
    ):
        last += 1
    return first, last


def subject_apart(
    ours: Facts, claim: str, theirs: Facts, sentence: str, departures: Sequence[Departure]
) -> Span | None:
    """The claim's subject and verb where the sentence has both, but not the one as doing the other."""
    tokens = ours.tokens
    first, last = leading_name(tokens, claim)
    if last == first or last >= len(tokens) or _is_no_name(tokens[first]):
        return None
    verb = last
    while verb < len(tokens) and (
        tokens[verb].form in _AUXILIARIES or is_negation(tokens[verb].form)
    ):
        verb += 1
    if verb >= len(tokens):
        return None
    form = tokens[verb].form
    is_verb = verb > last or is_past(form) or form in _UNCHANGED
    if not is_verb or form in STOP_WORDS:
        return None
    span = Span(tokens[first].start, tokens[verb].end)
    stems = [stem(token.form) for token in theirs.tokens]
    name = stem(tokens[last - 1].form)
    verbs = [i for i, word in enumerate(stems) if word == stem(form)]
    places = [i for i, word in enumerate(stems) if word == name]
    if not verbs:
        return None
    if any(d.found and d.claim_span.overlaps(span) for d in departures):
        return None  # that is said already
    if not places:
        there = {token.form for token in tokens[:verb]}
        other = _has_other_subject(theirs, verbs) or any(
            _named_before(theirs.tokens, sentence, at, there) for at in verbs
        )
        other = other or (
            not _is_passive(tokens, verb)
            and any(_is_done_by(ours, claim, theirs, sentence, verb, at) for at in verbs)
        )
        return span if other else None
    suffers = _is_passive(tokens, verb)
    if any(
        _suffers(theirs.tokens, sentence, n, v) if suffers else _does(theirs.tokens, sentence, n, v)
        for n in places
        for v in verbs
    ):
        return None
    return span


def object_apart(ours: Facts, theirs: Facts, departures: Sequence[Departure]) -> Span | None:
    """Whom a claim's verb concerns, where the sentence names somebody else in full behind that verb."""
    there = {stem(token.form) for token in theirs.tokens}
    for token in ours.tokens:
        if not is_past(token.form):
            continue
        verb = next((t for t in theirs.tokens if stem(t.form) == stem(token.form)), None)
        if verb is None:
            continue
        for name in ours.names:
            core = [form for form in name.forms if form not in TITLES]
            if len(core) < 2 or name.span.start < token.end or any(stem(f) in there for f in core):
                continue
            if any(d.found and d.claim_span.overlaps(name.span) for d in departures):
                continue  # that is said already
            for other in theirs.names:
                others = [form for form in other.forms if form not in TITLES]
                said = {form for mine in ours.names for form in mine.forms}
                if len(others) > 1 and other.span.start > verb.start and not said & set(others):
                    return name.span
    return None


def _is_done_by(ours: Facts, claim: str, theirs: Facts, sentence: str, verb: int, at: int) -> bool:
    """Whether what a claim says is done to someone is done by him in the sentence: "was bought by Lund"."""
    after = ours.tokens[verb + 1 : verb + 2]
    if not after or not _is_capital(claim, after[0]) or not _is_passive(theirs.tokens, at):
        return False
    word = stem(after[0].form)
    places = [i for i, token in enumerate(theirs.tokens) if i > at and stem(token.form) == word]
    return any(_is_by(theirs.tokens, sentence, at, place) for place in places)


def _named_before(tokens: Sequence[Token], text: str, verb: int, claimed: set[str]) -> bool:
    """Whether a name that the claim's subject has not stands right before a verb: "Jan Pohl, confirmed"."""
    at = verb - 1
    while at >= 0 and (tokens[at].form in _AUXILIARIES or tokens[at].form in _BETWEEN):
        at -= 1
    if at < 1 or STOP.search(text[tokens[at].end : tokens[verb].start]):
        return False
    token = tokens[at]
    return (
        _is_capital(text, token)
        and not _is_no_name(token)
        and token.form not in claimed
        and not token.form.endswith("'s")
    )


def _has_other_subject(theirs: Facts, verbs: Sequence[int]) -> bool:
    """Whether the sentence starts with a name in full, before the verb."""
    start = theirs.tokens[0].start
    return any(
        name.span.start == start and len(name.forms) > 1 and theirs.tokens[at].start > name.span.end
        for name in theirs.names
        for at in verbs
    )


def _is_by(tokens: Sequence[Token], text: str, verb: int, start: int) -> bool:
    """Whether a name is whom something is done by: "introduced in May by the minister, Ada Moss"."""
    by = next((at for at in range(start - 1, verb, -1) if tokens[at].form == "by"), None)
    if by is None:
        return False
    led_by = text[tokens[by].end : tokens[start].start]
    return not any(t.form in _OF for t in tokens[by + 1 : start]) and (
        not PAUSE.search(led_by) or not any(_is_capital(text, t) for t in tokens[by + 1 : start])
    )


def _is_passive(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a verb tells what is done to its subject: "was bought", "be led"."""
    before = [token.form for token in tokens[max(0, verb - 3) : verb]]
    return is_past(tokens[verb].form) and any(form in _BE for form in before)


def _suffers(tokens: Sequence[Token], text: str, name: int, verb: int) -> bool:
    """Whether what a verb tells of may be done to the name."""
    if _is_passive(tokens, verb):
        return name < verb or not _is_by(tokens, text, verb, name)
    if name > verb:
        return True
    # "Lind was bought", "bought" alone: a participle behind a name may be either.
    return not _has_object_name(tokens, text, verb)


def _has_object_name(tokens: Sequence[Token], text: str, verb: int) -> bool:
    after = tokens[verb + 1] if verb + 1 < len(tokens) else None
    return after is not None and _is_capital(text, after)


def _has_object(tokens: Sequence[Token], text: str, verb: int) -> bool:
    """Whether what follows a verb is what it is done to: "Moss beat Reed", "defeating Reed"; not "said Reed"."""
    if tokens[verb].form.endswith("ing"):
        return True
    before = verb - 1
    while before > 0 and tokens[before].form in _AUXILIARIES:
        before -= 1
    if before >= 0 and tokens[before].form in _CLAUSE_PRONOUNS:
        return True
    return (
        before >= 0
        and _is_capital(text, tokens[before])
        and not PAUSE.search(text[tokens[before].end : tokens[verb].start])
    )


def _does(tokens: Sequence[Token], text: str, name: int, verb: int) -> bool:
    """Whether the name may be the subject of the verb."""
    start = name
    while (
        start
        and _is_capital(text, tokens[start - 1])
        and text[tokens[start - 1].end : tokens[start].start].isspace()
    ):
        start -= 1
    before = start - 1
    while before >= 0 and tokens[before].form in _DETERMINERS:
        before -= 1
    preposition = tokens[before].form if before >= 0 else ""
    if name > verb:
        if _is_by(tokens, text, verb, start):
            return True
        if _is_passive(tokens, verb):
            return False
        return preposition == "by" or (start - verb <= 2 and not _has_object(tokens, text, verb))
    between = text[tokens[name].end : tokens[verb].start]
    if _is_passive(tokens, verb):
        return False  # it is done to it
    if _WHO_DOES.fullmatch(between):
        return True
    if tokens[name].form.endswith("'s") or ";" in between:
        return False
    clause = next(
        (at for at in range(start - 1, -1, -1) if tokens[at].form in _CLAUSE_PRONOUNS), None
    )
    if (
        clause is not None
        and "," in between
        and "," not in text[tokens[clause].end : tokens[start].start]
    ):
        return False  # "Moss, who met Reed, wrote"
    if preposition == "of" and before and tokens[before - 1].form in _ACTS_FOR:
        return True
    return tokens[start].form in _OF or preposition not in _OF
