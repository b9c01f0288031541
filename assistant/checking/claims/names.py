"""Names of a claim that a sentence has otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.checking.claims.differences import Departure, departure_of
from assistant.language.cues import PRONOUNS, TITLES
from assistant.language.facts import Facts, Name, facts_of
from assistant.language.stems import stem
from assistant.language.tokens import tokens_of
from assistant.language.words import STOP_WORDS
from assistant.types import Difference, Span

_AUXILIARIES = frozenset("is has was will would can could had did does".split())
_BEFORE_PLACE = frozenset("in at from near to around outside في من إلى".split())
_NO_SURNAMES = frozenset(
    "court party bank university college school ministry council hospital club united city town county state street "
    "road square bridge museum institute agency commission committee association foundation league cup union front "
    "river valley island lake sea airport station church party office service group company street house".split()
)
SAME_NAME_LETTERS = 5
"""Names with this much in common are of one place: Germany and German, Russia and Russian."""
GIVEN_AND_SURNAME = 2
SAME_BEFORE = 2
"""So many words before two names are the same where the one stands in the other's place."""


def known_names(context: str, ours: Facts) -> frozenset[str]:
    """Stems that the context has; of the claim's names also those that it has as another part of speech.

    "German" is known where "Germany" is, "Russian" where "Russia" is.
    """
    there = frozenset(stem(token.form) for token in tokens_of(context)) if context else frozenset()
    beginnings = {
        form[:SAME_NAME_LETTERS] for name in facts_of(context).names for form in name.forms
        if len(form) > SAME_NAME_LETTERS
    } if context else set()  # fmt: skip
    return there | {
        stem(form) for name in ours.names for form in name.forms
        if form[:SAME_NAME_LETTERS] in beginnings
    }  # fmt: skip


@lru_cache(maxsize=512)
def inner_names(text: str) -> frozenset[str]:
    """Words that ``text`` writes with a capital within sentences, folded."""
    return frozenset(form for name in facts_of(text).names for form in name.forms)


def name_departures(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    codes: Sequence[tuple[str, int, int, int, int]],
    known: frozenset[str],
    our_set: set[str],
) -> list[Departure]:
    """The claim's names that the sentence has not, each with the one that stands in its place, if any."""
    their_set = {stem(token.form) for token in theirs.tokens}
    found = []
    for name in ours.names:
        strange = [form for form in name.forms if stem(form) not in their_set]
        said = [form for form in name.forms if form not in TITLES] or name.forms
        if not strange or len(strange) < len(said) / 2:
            continue
        namesake = _namesake(name, theirs, their_set, {token.form for token in ours.tokens})
        if namesake is None:
            namesake = _in_its_place(name, ours, theirs, codes, our_set)
        if namesake is None and all(stem(form) in known for form in name.forms):
            # Known to the article, but the sentence tells of another place.
            if _is_place(claim, name) and any(
                _is_place(sentence, other, loosely=True)
                and not any(stem(form) in our_set for form in other.forms)
                for other in theirs.names
            ):
                found.append(departure_of(Difference.PLACE, claim, name.span, sentence, Span(0, 0)))
            continue
        span = namesake.span if namesake is not None else Span(0, 0)
        is_place = _is_place(claim, name)
        for tag, i1, i2, j1, j2 in codes:
            if tag != "replace" or namesake is not None:
                continue
            start, end = ours.tokens[i1].start, ours.tokens[i2 - 1].end
            if not (start < name.span.end and name.span.start < end):
                continue
            low, high = theirs.tokens[j1].start, theirs.tokens[j2 - 1].end
            rivals = [
                other
                for other in theirs.names
                if other.span.start < high and low < other.span.end
                and not all(stem(form) in our_set for form in other.forms)
                and (is_place or _may_be_alike(name, other))
            ]  # fmt: skip
            alike = [other for other in rivals if _is_place(sentence, other) == is_place]
            single = [other for other in rivals if len(other.forms) == 1 or not is_place]
            if alike or single:
                span = (alike or single)[0].span
        about = Difference.PLACE if is_place and len(name.forms) == 1 else Difference.NAME
        found.append(departure_of(about, claim, name.span, sentence, span))
    return found


def _namesake(name: Name, theirs: Facts, their_set: set[str], claimed: set[str]) -> Name | None:
    """Another one of the same last name that the claim has not too: Karim Haddad is not Nadia Haddad."""
    core = [form for form in name.forms if form not in TITLES]
    if len(core) < 2 or all(stem(form) in their_set for form in core):
        return None
    for other in theirs.names:
        others = [form for form in other.forms if form not in TITLES]
        if (
            len(others) == len(core) == GIVEN_AND_SURNAME
            and others[0] == core[0]
            and others[1] not in claimed
            and stem(core[1]) not in their_set
            and not {others[1], core[1]} & _NO_SURNAMES
        ):
            return other  # Diane Harcourt is not Diane Holloway
        if others[-1:] == core[-1:] and core[-1] in _NO_SURNAMES:
            continue  # the Supreme Court is no other member of the Norwick Court
        if len(others) > 1 and others[-1] == core[-1] and others[-2] not in core:
            return other if others[-2] not in claimed else None
    return None


def _in_its_place(
    name: Name,
    ours: Facts,
    theirs: Facts,
    codes: Sequence[tuple[str, int, int, int, int]],
    our_set: set[str],
) -> Name | None:
    """The source's name that stands exactly where the claim has another one, behind the same words."""
    for before, (tag, i1, i2, j1, j2) in pairwise(codes):
        if tag != "replace" or before[0] != "equal" or before[2] - before[1] < SAME_BEFORE:
            continue
        if ours.tokens[i1].start != name.span.start or ours.tokens[i2 - 1].end != name.span.end:
            continue
        for other in theirs.names:
            low, high = theirs.tokens[j1].start, theirs.tokens[j2 - 1].end
            new = not any(stem(form) in our_set for form in other.forms)
            if (
                new
                and low == other.span.start
                and len(other.forms) == len(name.forms) <= high - low
            ):
                return other
    return None


def _may_be_alike(name: Name, other: Name) -> bool:
    """Whether one name can stand for the other: a person for a person, not an airline for an aircraft."""
    mine, yours = (any(char.isdigit() for form in n.forms for char in form) for n in (name, other))
    return mine == yours and (len(name.forms) > 1) == (len(other.forms) > 1)


def _is_place(text: str, name: Name, *, loosely: bool = False) -> bool:
    """Whether the word before, or loosely the one before that, says that a place follows."""
    before = text[: name.span.start].lower().split()[-2 if loosely else -1 :]
    return any(word in _BEFORE_PLACE for word in before)


def first_name_departures(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    codes: Sequence[tuple[str, int, int, int, int]],
    known: frozenset[str],
) -> list[Departure]:
    """A name changed at the start of the sentence, where every word has a capital.

    Only the context tells that the source's first word is a name.
    """
    if not codes or codes[0][0] != "replace" or codes[0][2] > 2 or codes[0][4] > 2:
        return []
    mine, yours = ours.tokens[: codes[0][2]], theirs.tokens[: codes[0][4]]
    if any(name.span.start < token.end for token in mine for name in ours.names):
        return []
    there = {stem(token.form) for token in theirs.tokens}
    if any(stem(token.form) in there for token in mine):
        return []  # it only stands elsewhere: "Brennhall was founded in 1743, Stolberg in 1969"
    first = claim[mine[0].start : mine[0].start + 1]
    if not first.isupper() or mine[0].form in STOP_WORDS | PRONOUNS:
        return []
    # A bare singular before an auxiliary is a name too: "Germany is", but not "Leaders are".
    word, after = yours[-1].form, theirs.tokens[codes[0][4] : codes[0][4] + 1]
    if word in PRONOUNS:
        return []  # it may well stand for the claim's name
    bare = len(yours) == 1 and bool(after) and after[0].form in _AUXILIARIES
    if word not in known and (not bare or word.endswith(("s", "ing", "ly"))):
        return []
    span, other = Span(mine[0].start, mine[-1].end), Span(yours[0].start, yours[-1].end)
    return [departure_of(Difference.NAME, claim, span, sentence, other)]
