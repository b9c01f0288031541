"""Whether the words that claim and sentence share also belong together in both.

Words alone do not say who did what: "He rejected calls to resign" has "resign", and "Ukraine's President
Zelenskyy and envoy Witkoff" has "Witkoff" and "President". What is read here is read from the order of
words: who denies it contradicts, what does not stand together supports nothing, and what cannot be read
changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.checking.compare import (
    NEGATIONS,
    PRONOUNS,
    SAME_NAME_LETTERS,
    TITLES,
    WEAK_STEMS,
    Comparison,
    Departure,
    dimensions_of,
    is_negation,
    negations_of,
)
from assistant.checking.facts import PAST_FORMS, Facts, stem
from assistant.checking.reports import Difference
from assistant.checking.tokens import Token, fold_word
from assistant.lexical import STOP_WORDS
from assistant.types import Span

_DENIES = frozenset(
    "deny denies denied denying refute refutes refuted refuting reject rejects rejected rejecting refuse "
    "refuses refused refusing".split()
)
_DENIES_TO = frozenset(
    "fail fails failed failing decline declines declined declining neglect neglects neglected".split()
)
"""Before an infinitive only: sales decline too."""
_DENIES_STATEMENT = frozenset(
    "dispute disputes disputed disputing dismiss dismisses dismissed dismissing decline declines declined".split()
)
"""Before "that" or a word for what was said only: officials are dismissed too."""
_RULES = frozenset("rule rules ruled ruling".split())
_STATEMENTS = frozenset(
    stem(word)
    for word in "claim allegation accusation report rumour rumor suggestion assertion charge call demand request "
    "appeal offer proposal invitation criticism idea notion".split()
)
_ARABIC_DENIES = frozenset(
    fold_word(start + word)
    for start in ("", "و", "ف")
    for word in (
        "نفى نفت نفوا ينفي تنفي رفض رفضت رفضوا يرفض ترفض أنكر أنكرت ينكر تنكر استبعد استبعدت "
        "يستبعد تستبعد"
    ).split()
)
_ARABIC_DENIES_WITH = {
    fold_word(word): preposition
    for words, preposition in (
        ("فشل فشلت فشلوا يفشل تفشل", "في"),
        ("امتنع امتنعت يمتنع تمتنع", "عن"),
    )
    for word in words.split()
}
_CLAUSE_WORDS = frozenset(
    "but while although though because and who which where saying adding insisting".split()
)
_PAUSE = re.compile(r"[.,;:!?()،؛؟—–]")
_STOP = re.compile(r"[.;:!?؛؟]")
_BE = frozenset("is are was were be been being".split())
SAID_LETTERS = 5
"""A proposal is what was proposed, an invitation what was invited to."""
NEGATION_REACH = 3
"""So many words before a denial a negation takes it back: "did not rule out"."""

_NEGATES_NEXT = frozenset("not never no cannot".split())
_BEFORE_VERB = frozenset("to will did does not".split())
SHORT_CLAIM = 6
"""Of so many meaningful words, a verb that is missing is too many."""
_ADVERBS = frozenset("yet even only longer always ever really very also just still any".split())
_COPULAS = frozenset("is was remains became".split())
_DETERMINERS = frozenset("the a an its his her their".split())
_OF = frozenset("of for in at to from on with by against near after between during".split())
_DESCRIBES_ON = frozenset("who which that since until as".split())
_LINKS = frozenset(
    "elected appointed named became become serving serves served sworn new current called known".split()
)
_NO_LONGER = frozenset("former previous ex late outgoing onetime past then".split())
_LESSER = frozenset("deputy vice acting assistant incoming future designate".split())
_AUXILIARIES = frozenset("will did has have had".split())
_OFFICES = frozenset(
    "founder co-founder cofounder owner author member leader head spokesman spokeswoman architect".split()
)
_ALSO_CALLED = {
    name: kind
    for kind, names in (
        ("swedish", "sweden"), ("french", "france"), ("danish", "denmark"), ("finnish", "finland"),
        ("norwegian", "norway"), ("spanish", "spain"), ("british", "britain uk"), ("polish", "poland"),
        ("american", "us usa america"), ("turkish", "turkey turkiye"), ("dutch", "netherlands"),
        ("greek", "greece"), ("irish", "ireland"), ("swiss", "switzerland"), ("welsh", "wales"),
        ("scottish", "scotland"), ("chinese", "china"), ("australian", "australia"),
        ("austrian", "austria"), ("iraqi", "iraq"), ("slovak", "slovakia"), ("slovene", "slovenia slovenian"),
    )
    for name in names.split()
}  # fmt: skip


def related(
    comparison: Comparison, ours: Facts, claim: str, theirs: Facts, sentence: str
) -> Comparison:
    """``comparison`` with what the order of words says against it.

    Args:
        comparison: Claim and sentence side by side.
        ours: What is checkable in the claim.
        claim: The claim.
        theirs: What is checkable in the sentence.
        sentence: The sentence.

    >>> from assistant.checking.compare import compare
    >>> from assistant.checking.facts import facts_of
    >>> claim, sentence = "Lund will sell the port.", "Lund refused to sell the port."
    >>> found = related(
    ...     compare(claim, sentence), facts_of(claim), claim, facts_of(sentence), sentence)
    >>> [(departure.about.value, departure.found) for departure in found.departures]
    [('negation', 'refused to')]
    """
    departures = _with_denials(list(comparison.departures), ours, theirs, sentence)
    departures = [_settled(departure, ours, claim, theirs) for departure in departures]
    elsewhere = [_elsewhere(departure, ours, theirs) for departure in departures]
    wanting = [(Difference.NAME, span) for span in elsewhere if span is not None]
    apart = _title_apart(ours, claim, theirs, sentence, departures) or _subject_apart(
        ours, claim, theirs, sentence, departures
    )
    wanting += [(Difference.WORDING, apart)] if apart is not None else []
    wanting += [(Difference.WORDING, Span(t.start, t.end)) for t in _other_dimensions(ours, theirs)]
    departures += [_lacking(about, claim, span) for about, span in dict.fromkeys(wanting)]
    verb = _missing_verb(ours, theirs)
    if verb is not None and not any(departure.contradicts for departure in departures):
        departures.append(_lacking(Difference.WORDING, claim, Span(verb.start, verb.end)))
    return replace(comparison, departures=tuple(departures))


def _lacking(about: Difference, claim: str, span: Span) -> Departure:
    return Departure(about, claim[span.start : span.end], "", span, Span(0, 0))


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end


# Denials


@dataclass(frozen=True, slots=True)
class _Denial:
    """Words that deny what follows: tokens ``first:last``."""

    first: int
    last: int


def denials_of(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Ranges of tokens that deny what they govern.

    >>> from assistant.checking.tokens import tokens_of
    >>> tokens = tokens_of("She ruled out a sale; sales declined; he declined to comment.")
    >>> [" ".join(t.form for t in tokens[a:b]) for a, b in denials_of(tokens)]
    ['ruled out', 'declined to']
    """
    return [(denial.first, denial.last) for denial in _denials(tokens)]


def _denials(tokens: Sequence[Token]) -> Iterator[_Denial]:
    forms = [token.form for token in tokens]
    for at, form in enumerate(forms):
        after = forms[at + 1 : at + 4]
        if form in _RULES and "out" in after[:2]:
            yield _Denial(at, at + 2 + after.index("out"))
        elif form in _DENIES:
            yield _Denial(at, at + 2 if after[:1] == ["to"] else at + 1)
        elif form in _DENIES_TO and after[:1] == ["to"]:
            yield _Denial(at, at + 2)
        elif form in _ARABIC_DENIES or (
            form in _DENIES_STATEMENT
            and (after[:1] == ["that"] or any(stem(word) in _STATEMENTS for word in after))
        ):
            yield _Denial(at, at + 1)
        elif form in _ARABIC_DENIES_WITH and after[:1] == [_ARABIC_DENIES_WITH[form]]:
            yield _Denial(at, at + 2)


def _governed(denial: _Denial, tokens: Sequence[Token], text: str) -> set[int]:
    """Which tokens the denial is about: to the end of its clause; of a passive, what is before it too."""
    in_that = denial.last < len(tokens) and tokens[denial.last].form in ("that", "أن", "ان")
    found = set()
    for at in range(denial.last, len(tokens)):
        between = text[tokens[at - 1].end : tokens[at].start]
        if (_STOP if in_that else _PAUSE).search(between) or tokens[at].form in _CLAUSE_WORDS:
            break
        found.add(at)
    if denial.first and tokens[denial.first - 1].form in _BE:
        for at in range(denial.first - 1, -1, -1):
            if _PAUSE.search(text[tokens[at].end : tokens[at + 1].start]):
                break
            found.add(at)
    return found


def _with_denials(
    departures: list[Departure], ours: Facts, theirs: Facts, sentence: str
) -> list[Departure]:
    """With what the sentence denies of the claim or leaves open, unless the claim does so too."""
    if next(_denials(ours.tokens), None) is not None:
        return departures
    for denial in _denials(theirs.tokens):
        if not _denies_claim(denial, ours, theirs, sentence):
            continue
        kept = [d for d in departures if d.about is not Difference.NEGATION]
        span = Span(theirs.tokens[denial.first].start, theirs.tokens[denial.last - 1].end)
        before = theirs.tokens[max(0, denial.first - NEGATION_REACH) : denial.first]
        if any(is_negation(token.form) for token in before):
            about = Difference.HEDGE  # what is not ruled out is possible, no more
        elif len(negations_of(ours.tokens)) % 2:
            return kept
        else:
            about = Difference.NEGATION
        found = sentence[span.start : span.end]
        return [*kept, Departure(about, "", found, Span(0, 0), span)]
    if any(token.form == "whether" for token in ours.tokens):
        return departures
    for at, token in enumerate(theirs.tokens):
        if token.form == "whether" and _denies_claim(_Denial(at, at + 1), ours, theirs, sentence):
            span = Span(token.start, token.end)
            found = sentence[span.start : span.end]
            return [*departures, Departure(Difference.HEDGE, "", found, Span(0, 0), span)]
    return departures


def _denies_claim(denial: _Denial, ours: Facts, theirs: Facts, sentence: str) -> bool:
    """Whether what the claim says, its subject aside, is what the denial is about."""
    governed = _governed(denial, theirs.tokens, sentence)
    inside = {stem(theirs.tokens[at].form) for at in governed}
    said = {word[:SAID_LETTERS] for word in _STATEMENTS & inside}
    if any(stem(token.form)[:SAID_LETTERS] in said for token in ours.tokens):
        return False  # the claim is about the call or the offer, which there was
    outside = {stem(t.form) for at, t in enumerate(theirs.tokens) if at not in governed}
    places = []
    for token in ours.tokens:
        word = stem(token.form)
        named = any(name.span.start <= token.start < name.span.end for name in ours.names)
        meant = token.form not in STOP_WORDS and word not in WEAK_STEMS
        if not meant or token.form in NEGATIONS or (named and word not in inside):
            continue
        if word in inside or word in outside:
            places.append(word in inside and word not in outside)
    if not places or not places[-1]:
        return False
    return 2 * sum(places) >= len(places) or places == sorted(places)


# Departures that prove nothing


def _settled(departure: Departure, ours: Facts, claim: str, theirs: Facts) -> Departure:
    """A departure that contradicts nothing as one of something lacking."""
    if departure.about is Difference.NEGATION:
        denied = _negated(ours) or _negated(theirs, departure.source_span)
        both = {_root(t) for t in ours.tokens} & {_root(t) for t in theirs.tokens}
        if not denied or any(_root(token) in both for token in denied):
            return departure
        if denied[0] not in ours.tokens:
            return replace(departure, about=Difference.HEDGE)  # "did not say whether"
        return _lacking(Difference.WORDING, claim, Span(denied[0].start, denied[0].end))
    if departure.about is Difference.NAME and departure.found:
        forms = [fold_word(word) for word in departure.claimed.split()]
        other = {fold_word(word) for word in departure.found.split()}
        if forms and all(form in TITLES for form in forms) and not other & TITLES:
            return _lacking(Difference.NAME, claim, departure.claim_span)
    return departure


def _root(token: Token) -> str:
    """The stem of "rule" and "ruled" alike."""
    return stem(token.form).removesuffix("e")


def _missing_verb(ours: Facts, theirs: Facts) -> Token | None:
    """A verb of a short claim that the sentence has not: all else may be the same, and say nothing."""
    meant = [token for token in ours.tokens if token.form not in STOP_WORDS]
    if len(meant) > SHORT_CLAIM:
        return None
    roots = {_root(token) for token in theirs.tokens}
    for before, token in pairwise(ours.tokens):
        is_verb = (
            token.form.endswith("ed") or token.form in PAST_FORMS or before.form in _BEFORE_VERB
        )
        denies = is_negation(token.form)
        if (
            is_verb
            and not denies
            and token in meant
            and token.form.isalpha()
            and _root(token) not in roots
        ):
            return token if stem(token.form) not in WEAK_STEMS else None
    return None


def _negated(facts: Facts, within: Span | None = None) -> list[Token]:
    """The word after an English negation, after "no" two; none where it is not to be told."""
    for at, token in enumerate(facts.tokens):
        if within is not None and not within.start <= token.start < within.end:
            continue
        if token.form in _NEGATES_NEXT or token.form.endswith("n't"):
            following = [
                other
                for other in facts.tokens[at + 1 :]
                if other.form not in STOP_WORDS
                and other.form not in _ADVERBS
                and not other.form.endswith("ly")
            ]
            return following[: 2 if token.form == "no" else 1]
    return []


def _elsewhere(departure: Departure, ours: Facts, theirs: Facts) -> Span | None:
    """Another name of the claim that the sentence lacks: it is about another matter, then."""
    if departure.about not in (Difference.NAME, Difference.PLACE) or not departure.found:
        return None
    for name in ours.names:
        if _overlap(name.span, departure.claim_span):
            continue
        for form in name.forms:
            if form not in TITLES and not any(_alike(form, t.form) for t in theirs.tokens):
                return name.span
    return None


def _other_dimensions(ours: Facts, theirs: Facts) -> list[Token]:
    """Where the claim has it 4 metres long and the sentence 4 metres high."""
    given = {token.form for token in dimensions_of(theirs)}
    return [token for token in dimensions_of(ours) if given and token.form not in given]


def _alike(first: str, second: str) -> bool:
    """Whether two words are of one name: Latvia, Latvian; France, French."""
    ours, theirs = (form.removesuffix("'s") for form in (first, second))
    ours, theirs = _ALSO_CALLED.get(ours, ours), _ALSO_CALLED.get(theirs, theirs)
    if stem(ours) == stem(theirs):
        return True
    listed = set(_ALSO_CALLED.values())
    return (
        not {ours, theirs} & listed
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


def _title_apart(
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
    rivals = [d for d in departures if d.found and _overlap(d.claim_span, span)]
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
    return any(_alike(place, other) for place in places for other in found)


def _places_beside(tokens: Sequence[Token], text: str, first: int, last: int) -> list[str]:
    """Names right before a title, and after "of": the Latvian Prime Minister, the mayor of Lindau."""
    found = []
    at = first - 1
    while (
        at >= 0
        and _is_capital(text, tokens[at])
        and not _PAUSE.search(text[tokens[at].end : tokens[at + 1].start])
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
        if not abbreviated and _STOP.search(
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


def _subject_apart(
    ours: Facts, claim: str, theirs: Facts, sentence: str, departures: Sequence[Departure]
) -> Span | None:
    """The claim's subject and verb where the sentence has both, but not the one as doing the other."""
    tokens = ours.tokens
    first = 1 if tokens and tokens[0].form == "the" else 0
    last = first
    while last < len(tokens) and _is_capital(claim, tokens[last]):
        last += 1
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
    is_verb = verb > last or form.endswith("ed") or form in PAST_FORMS
    if not is_verb or form in STOP_WORDS:
        return None
    span = Span(tokens[first].start, tokens[verb].end)
    stems = [stem(token.form) for token in theirs.tokens]
    name = stem(tokens[last - 1].form)
    verbs = [i for i, word in enumerate(stems) if word == stem(form)]
    places = [i for i, word in enumerate(stems) if word == name]
    if not verbs:
        return None
    if any(d.found and _overlap(d.claim_span, span) for d in departures):
        return None  # that is said already
    if not places:
        return span if _has_other_subject(theirs, verbs) else None
    if any(_does(theirs.tokens, sentence, n, v) for n in places for v in verbs):
        return None
    return span


def _has_other_subject(theirs: Facts, verbs: Sequence[int]) -> bool:
    """Whether the sentence starts with a name in full, before the verb."""
    start = theirs.tokens[0].start
    return any(
        name.span.start == start and len(name.forms) > 1 and theirs.tokens[at].start > name.span.end
        for name in theirs.names
        for at in verbs
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
        return preposition == "by" or start - verb <= 2
    if tokens[name].form.endswith("'s"):
        return False
    return tokens[start].form in _OF or preposition not in _OF
