"""Whether the words that claim and sentence share also belong together in both.

Words alone do not say who did what: "He rejected calls to resign" has "resign", and "Ukraine's President
Zelenskyy and envoy Witkoff" has "Witkoff" and "President". What is read here is read from the order of
words: who denies it contradicts, what does not stand together supports nothing, and what cannot be read
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from assistant.checking.claims.clauses import figure_apart
from assistant.checking.claims.compare import dimensions_of
from assistant.checking.claims.differences import Comparison, Departure, departure_of
from assistant.checking.claims.figures import agrees
from assistant.checking.claims.ownership import (
    arabic_doer_apart,
    owned_apart,
    subject_of_other_clause,
    taken_back,
)
from assistant.checking.claims.scopes import (
    compared_apart,
    only_at_first,
    part_of_whole,
    particle_apart,
    replaced,
    scattered,
)
from assistant.checking.claims.subjects import (
    alike,
    leading_name,
    object_apart,
    subject_apart,
    title_apart,
)
from assistant.language.cues import NEGATIONS, TITLES, WEAK_STEMS, is_negation, negations_of
from assistant.language.facts import Facts
from assistant.language.stems import is_past, stem
from assistant.language.tokens import PAUSE, STOP, Token, fold_word
from assistant.language.words import STOP_WORDS
from assistant.types import Difference, Span

_DENIES = frozenset(
    "deny denies denied denying refute refutes refuted refuting reject rejects rejected rejecting refuse "
    "refuses refused refusing".split()
)
_ASKS = {
    word: frozenset(needs.split())
    for words, needs in (
        ("accuse accuses accused accusing suspect suspects suspected", "of"),
        (
            "call calls called calling ask asks asked asking wish wishes wished hope hopes hoped",
            "for to that",
        ),
        (
            "demand demands demanded demanding urge urges urged urging propose proposes proposed proposing",
            "that to",
        ),
        (
            "request requests requested recommend recommends recommended suggest suggests suggested",
            "that to",
        ),
        (
            "want wants wanted plan plans planned intend intends intended threaten threatens threatened",
            "to",
        ),
        ("allege alleges alleged fear fears feared expect expects expected", "that to"),
    )
    for word in words.split()
}
"""Before what is not so for all that: each with a word that follows it."""
LONGEST_SENTENCE = 2_000
"""Characters; what is longer is a row of something, and no sentence that could be taken apart."""
ASKED_REACH = 5
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
_BE = frozenset("is are was were be been being".split())
_ROLES = tuple(
    {stem(first), stem(second)}
    for first, second in (
        ("win", "lose"), ("beat", "lose"), ("defeat", "lose"), ("buy", "sell"), ("lend", "borrow"),
        ("hire", "join"), ("teach", "learn"), ("pay", "receive"),
    )
)  # fmt: skip
"""What the one does, the other side of it does the other."""
SAID_LETTERS = 5
"""A proposal is what was proposed, an invitation what was invited to."""
NEGATION_REACH = 3
"""So many words before a denial a negation takes it back: "did not rule out"."""

_NEGATES_NEXT = frozenset("not never no cannot".split())
_BEFORE_VERB = frozenset("to will did does not".split())
_KIN = frozenset(
    "brother sister wife husband son daughter mother father uncle aunt cousin nephew niece widow "
    "grandson granddaughter grandfather grandmother شقيق شقيقة زوج زوجة ابن ابنة والد والدة عم خال".split()
)
"""Of whom someone is what is never to be guessed."""
SHORT_CLAIM = 6
"""Of so many meaningful words, a verb that is missing is too many."""
_ADVERBS = frozenset("yet even only longer always ever really very also just still any".split())


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

    >>> from assistant.checking.claims.compare import compare
    >>> from assistant.language.facts import facts_of
    >>> claim, sentence = "Lund will sell the port.", "Lund refused to sell the port."
    >>> found = related(
    ...     compare(claim, sentence), facts_of(claim), claim, facts_of(sentence), sentence)
    >>> [(departure.about.value, departure.found) for departure in found.departures]
    [('negation', 'refused to')]
    """
    departures = _with_denials(list(comparison.departures), ours, theirs, sentence)
    wrong = taken_back(ours, claim, theirs, sentence)
    if wrong is not None:
        span, instead = wrong
        found = sentence[instead.start : instead.end]
        departures.append(
            Departure(Difference.NUMBER, claim[span.start : span.end], found, span, instead)
        )
    if len(sentence) > LONGEST_SENTENCE:
        return replace(comparison, departures=tuple(departures))
    part = part_of_whole(ours, theirs, sentence)
    if part is not None and not any(d.claim_span == part[0] for d in departures):
        departures.append(departure_of(Difference.NUMBER, claim, part[0], sentence, part[1]))
    other = replaced(ours, claim, theirs, sentence)
    if other is not None and all(d.about is not Difference.NEGATION for d in departures):
        departures.append(other)
    departures = [_settled(departure, ours, claim, theirs) for departure in departures]
    once = only_at_first(ours, theirs)
    if once is not None:
        departures.append(
            departure_of(Difference.HEDGE, claim, Span(0, 0), sentence, Span(once.start, once.end))
        )
    elsewhere = [_elsewhere(departure, ours, theirs) for departure in departures]
    wanting = [(Difference.NAME, span) for span in elsewhere if span is not None]
    apart = (
        title_apart(ours, claim, theirs, sentence, departures)
        or subject_apart(ours, claim, theirs, sentence, departures)
        or object_apart(ours, theirs, departures)
        or figure_apart(ours, claim, theirs, sentence)
        or owned_apart(ours, theirs, sentence)
        or subject_of_other_clause(ours, theirs, sentence)
        or arabic_doer_apart(ours, theirs, sentence)
        or compared_apart(ours, claim, theirs, sentence)
        or scattered(ours, claim, theirs, sentence)
        or particle_apart(ours, theirs)
    )
    wanting += [(Difference.WORDING, apart)] if apart is not None else []
    wanting += [(Difference.WORDING, Span(t.start, t.end)) for t in _other_dimensions(ours, theirs)]
    there = {
        stem(token.form)
        for token, after in zip_longest(theirs.tokens, theirs.tokens[2:])
        if after is None or after.form != "law"  # a sister-in-law is no sister
    }
    wanting += [
        (Difference.WORDING, Span(t.start, t.end))
        for t in ours.tokens
        if t.form.removesuffix("'s") in _KIN and stem(t.form) not in there
    ]
    wanting += [
        (Difference.WORDING, Span(t.start, t.end)) for t in _counted_of_others(ours, theirs)
    ]
    departures += [_lacking(about, claim, span) for about, span in dict.fromkeys(wanting)]
    verb = _missing_verb(ours, theirs)
    # Another name beside another verb is another matter; another figure may be the same one.
    names = (Difference.NAME, Difference.PLACE)
    if verb is not None and all(d.about in names for d in departures if d.contradicts):
        departures.append(_lacking(Difference.WORDING, claim, Span(verb.start, verb.end)))
    return replace(comparison, departures=tuple(departures))


def _counted_of_others(ours: Facts, theirs: Facts) -> list[Token]:
    """Whom a claim counts ("61 percent of teachers") where the sentence, with the same figure, has none of them."""
    there = {stem(token.form) for token in theirs.tokens}
    found = []
    for quantity in ours.quantities:
        if not any(agrees(quantity, other) for other in theirs.quantities):
            continue
        after = [token for token in ours.tokens if token.start >= quantity.span.end][:4]
        of = next((at for at, token in enumerate(after) if token.form in ("of", "among")), None)
        if of is None:
            continue
        whom = next((t for t in after[of + 1 :] if t.form not in STOP_WORDS), None)
        if whom is not None and stem(whom.form) not in there:
            found.append(whom)
    return found


def _lacking(about: Difference, claim: str, span: Span) -> Departure:
    return Departure(about, claim[span.start : span.end], "", span, Span(0, 0))


# Denials


@dataclass(frozen=True, slots=True)
class _Denial:
    """Words that deny what follows: tokens ``first:last``."""

    first: int
    last: int


def denials_of(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Ranges of tokens that deny what they govern.

    >>> from assistant.language.tokens import tokens_of
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
        if (STOP if in_that else PAUSE).search(between) or tokens[at].form in _CLAUSE_WORDS:
            break
        found.add(at)
    if denial.first and tokens[denial.first - 1].form in _BE:
        for at in range(denial.first - 1, -1, -1):
            if PAUSE.search(text[tokens[at].end : tokens[at + 1].start]):
                break
            found.add(at)
    return found


def _with_denials(
    departures: list[Departure], ours: Facts, theirs: Facts, sentence: str
) -> list[Departure]:
    """With what the sentence denies of the claim or leaves open, unless the claim does so too."""
    denied = {stem(ours.tokens[denial.first].form) for denial in _denials(ours.tokens)}
    for denial in _denials(theirs.tokens):
        # What the claim denies with the same word is no difference.
        if stem(theirs.tokens[denial.first].form) in denied:
            continue
        if denied and not _governs(denial, denied, theirs, sentence):
            continue
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
    asked = _only_asked(ours, theirs, sentence)
    if asked is not None:
        return [*departures, asked]
    if any(token.form == "whether" for token in ours.tokens):
        return departures
    for at, token in enumerate(theirs.tokens):
        if token.form == "whether" and _denies_claim(_Denial(at, at + 1), ours, theirs, sentence):
            span = Span(token.start, token.end)
            found = sentence[span.start : span.end]
            return [*departures, Departure(Difference.HEDGE, "", found, Span(0, 0), span)]
    return departures


def _only_asked(ours: Facts, theirs: Facts, sentence: str) -> Departure | None:
    """A hedge where what is claimed is what someone is accused of, asks for, or plans."""
    mine = {stem(token.form) for token in ours.tokens}
    for at, token in enumerate(theirs.tokens):
        needs = _ASKS.get(token.form)
        after = [other.form for other in theirs.tokens[at + 1 : at + 1 + ASKED_REACH]]
        if needs is None or stem(token.form) in mine or not needs & set(after):
            continue
        last = at + 2 + next(place for place, form in enumerate(after) if form in needs)
        if _denies_claim(_Denial(at, last), ours, theirs, sentence):
            span = Span(token.start, theirs.tokens[last - 1].end)
            return departure_of(Difference.HEDGE, "", Span(0, 0), sentence, span)
    return None


def _governs(denial: _Denial, denied: set[str], theirs: Facts, sentence: str) -> bool:
    """Whether a denial is of the claim's own: "denied that they had refused"."""
    return any(
        stem(theirs.tokens[at].form) in denied for at in _governed(denial, theirs.tokens, sentence)
    )


def _denies_claim(denial: _Denial, ours: Facts, theirs: Facts, sentence: str) -> bool:
    """Whether what the claim says, its subject aside, is what the denial is about."""
    governed = _governed(denial, theirs.tokens, sentence)
    inside = {stem(theirs.tokens[at].form) for at in governed}
    first = next(
        (
            theirs.tokens[at]
            for at in sorted(governed)
            if theirs.tokens[at].form not in STOP_WORDS
            and not theirs.tokens[at].form.endswith("'s")
            and not sentence[theirs.tokens[at].start].isupper()
        ),
        None,
    )
    # "Rejected the proposal", not "declined to comment on it".
    said = {stem(first.form)[:SAID_LETTERS]} if first and stem(first.form) in _STATEMENTS else set()
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
    if departure.about is Difference.OPPOSITE and _is_other_role(departure, ours, claim, theirs):
        return _lacking(Difference.WORDING, claim, departure.claim_span)
    if departure.about is Difference.NAME and departure.found:
        forms = [fold_word(word) for word in departure.claimed.split()]
        other = {fold_word(word) for word in departure.found.split()}
        if forms and all(form in TITLES for form in forms) and not other & TITLES:
            return _lacking(Difference.NAME, claim, departure.claim_span)
    return departure


def _is_other_role(departure: Departure, ours: Facts, claim: str, theirs: Facts) -> bool:
    """Whether who does the one suffers the other: what Moss won, Reed lost."""
    pair = {stem(fold_word(departure.claimed)), stem(fold_word(departure.found))}
    if pair not in _ROLES:
        return False
    first, last = leading_name(ours.tokens, claim)
    names = {stem(token.form) for token in ours.tokens[first:last]}
    return not names or not any(
        stem(token.form) in names and token.start < departure.source_span.start
        for token in theirs.tokens
    )


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
        is_verb = is_past(token.form) or before.form in _BEFORE_VERB
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
        if name.span.overlaps(departure.claim_span):
            continue
        for form in name.forms:
            if form not in TITLES and not any(alike(form, t.form) for t in theirs.tokens):
                return name.span
    return None


def _other_dimensions(ours: Facts, theirs: Facts) -> list[Token]:
    """Where the claim has it 4 metres long and the sentence 4 metres high."""
    given = {token.form for token in dimensions_of(theirs)}
    return [token for token in dimensions_of(ours) if given and token.form not in given]
