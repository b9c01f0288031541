"""What exactly differs between two wordings: a number, a date, a name, a negation, a hedge.

Two sentences are laid side by side word by word. Where they share most of their words, what stands in the
place of something else is a difference; where they share few, nothing can be compared, and nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from assistant.checking.facts import (
    Bound,
    DateMention,
    Facts,
    Name,
    Quantity,
    facts_of,
    is_past,
    stem,
)
from assistant.checking.reports import Difference
from assistant.checking.tokens import PAUSE, Token, tokens_of
from assistant.lexical import STOP_WORDS
from assistant.types import Span

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor cannot without hardly barely isn't aren't "
    "wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't hasn't haven't "
    "hadn't nicht kein keine keinen nie ne pas jamais nunca لا لم لن ليس ليست غير دون بدون".split()
)
HEDGES = frozenset(
    "could may might would if unless possibly perhaps probably likely potentially potential possible "
    "reportedly allegedly apparently supposedly planned proposed expected ربما محتمل يمكن إذا".split()
)
_ARABIC_PERHAPS = frozenset("قد وقد فقد".split())
CONDITIONS = frozenset("if unless provided إذا اذا".split())
CONDITION_REACH = 2
"""So far behind what the two share a condition of it may stand: "in May only if"."""
_FUTURE = frozenset("will shall".split())
"""What will be is not yet: a hedge where the claim tells of it as done."""
_LOOSE = frozenset("almost nearly about around approximately roughly over under حوالي نحو".split())
_MONTH_WORD = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_OPPOSITES_LISTED = (
    "increase/decrease rise/fall rise/drop grow/shrink up/down more/less more/fewer higher/lower high/low "
    "warm/cool warmer/colder warming/cooling hot/cold hotter/cooler gain/lose growth/decline accelerate/slow "
    "expand/contract win/lose before/after first/last start/end begin/end open/close accept/reject "
    "approve/reject support/oppose allow/ban agree/disagree confirm/deny true/false right/wrong good/bad "
    "positive/negative strong/weak large/small big/small early/late fast/slow better/worse best/worst "
    "most/least maximum/minimum majority/minority safe/dangerous cause/prevent always/never all/none "
    "men/women boy/girl male/female husband/wife father/mother brother/sister son/daughter "
    "north/south east/west northern/southern eastern/western winter/summer day/night man/woman "
    "friend/enemy ally/enemy buy/sell import/export enter/leave join/leave include/exclude "
    "public/secret legal/illegal possible/impossible likely/unlikely rich/poor success/failure "
    "succeed/fail advance/retreat attack/defend war/peace past/future above/below thicker/thinner "
    "wetter/drier acidic/alkaline overestimate/underestimate strengthen/weaken thick/thin raise/cut raise/lower "
    "increase/reduce widen/narrow hire/dismiss lend/borrow beat/lose defeat/lose "
    "positive/negative openly/secretly with/without ready/unready prepared/unprepared".split()
)
_OPPOSITES = frozenset(
    pair
    for listed in _OPPOSITES_LISTED
    for first, second in (listed.split("/"),)
    for pair in ((stem(first), stem(second)), (stem(second), stem(first)))
)
_DIMENSIONS = frozenset("long wide high tall deep thick broad طولا عرضا".split())
_NE_WITH = frozenset("pas jamais rien personne aucun aucune plus nie".split())
"""French "ne … pas" denies once."""
_SHORT_VERBS = {"won't": "will", "can't": "can", "shan't": "shall"}
_NE_REACH = 4
TITLES = frozenset(
    "mr mrs ms dr prof professor sir lord lady king queen prince princess pope president chancellor "
    "minister premier senator governor mayor secretary general chief executive director chairman "
    "chairwoman ambassador envoy judge captain colonel prime former acting vice deputy".split()
)
"""What stands before a name and is no part of it."""
_AUXILIARIES = frozenset("is has was will would can could had did does".split())
PRONOUNS = frozenset("he she it they we i you this that these those هو هي هم".split())
_BEFORE_PLACE = frozenset("in at from near to around outside في من إلى".split())
_NO_SURNAMES = frozenset(
    "court party bank university college school ministry council hospital club united city town county state street "
    "road square bridge museum institute agency commission committee association foundation league cup union front "
    "river valley island lake sea airport station church party office service group company street house".split()
)
SAME_NAME_LETTERS = 5
"""Names with this much in common are of one place: Germany and German, Russia and Russian."""
SAME_BEFORE = 2
"""So many words before two names are the same where the one stands in the other's place."""
ROUNDING = 0.02
"""How far, as a share, a rounded figure may be from what it rounds."""
WEAK_STEMS = frozenset(
    stem(word)
    for word in "say said says tell told state stated says report reported according also have has be".split()
)


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing that a claim says otherwise than its source."""

    about: Difference
    claimed: str
    """The claim's words, empty where it lacks something."""
    found: str
    """The source's words, empty where it says nothing of the kind."""
    claim_span: Span
    source_span: Span

    @property
    def contradicts(self) -> bool:
        """Whether the source says otherwise, rather than less."""
        return bool(self.found or self.about is Difference.NEGATION) and self.about not in (
            Difference.HEDGE,
            Difference.WORDING,
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim laid beside a sentence."""

    coverage: float
    """Share of the claim's meaningful words that the sentence has, 0 to 1."""
    back_coverage: float
    """Share of the sentence's meaningful words that the claim has."""
    in_order: float
    """Share of the claim's words that stand in the sentence in the same order."""
    departures: tuple[Departure, ...]
    missing_names: int
    missing_numbers: int
    claim_negations: int
    source_negations: int
    claim_hedges: int
    source_hedges: int
    opposites: int


def difference_of(given: str, true: str) -> Difference:
    """What a change of words is about.

    >>> difference_of("36", "35").value, difference_of("", "not").value
    ('number', 'negation')
    >>> difference_of("hasn't", "has not").value, difference_of("can't", "cannot").value
    ('wording', 'wording')
    """
    ours, theirs = ([token.form for token in tokens_of(text)] for text in (given, true))
    if _written_out(ours) == _written_out(theirs):
        return Difference.WORDING
    forms = [*ours, *theirs]
    if _MONTH_WORD.search(given) and _MONTH_WORD.search(true):
        return Difference.DATE
    if any(form.lstrip("-")[:1].isdigit() for form in forms):
        return Difference.NUMBER
    if any(is_negation(form) for form in forms):
        return Difference.NEGATION
    if any(form in HEDGES or form in _LOOSE for form in forms):
        return Difference.HEDGE
    if any((stem(a), stem(b)) in _OPPOSITES for a in forms for b in forms):
        return Difference.OPPOSITE
    if re.search(r"(?:^|\s)[A-Z]", given) and re.search(r"(?:^|\s)[A-Z]", true):
        return Difference.NAME
    return Difference.WORDING


def _written_out(forms: Sequence[str]) -> list[str]:
    """Forms with "don't" as "do not"."""
    found: list[str] = []
    for form in forms:
        verb = _SHORT_VERBS.get(form, form.removesuffix("n't"))
        if form == "cannot" or verb != form:
            found += [verb.removesuffix("not"), "not"]
        else:
            found.append(form)
    return found


def is_negation(form: str) -> bool:
    """Whether a folded word denies."""
    return form in NEGATIONS or form.endswith("n't")


def negations_of(tokens: Sequence[Token]) -> list[Token]:
    """The words that deny, a pair such as "ne … pas" once.

    >>> [token.form for token in negations_of(tokens_of("Il ne vient pas, he did not say."))]
    ['pas', 'not']
    """
    return [
        token
        for at, token in enumerate(tokens)
        if is_negation(token.form)
        and not (
            token.form == "ne"
            and any(other.form in _NE_WITH & NEGATIONS for other in tokens[at + 1 : at + _NE_REACH])
        )
    ]


def compare(
    claim: str, sentence: str, *, context: str = "", names: frozenset[str] = frozenset()
) -> Comparison:
    """Lay a claim beside a sentence.

    Args:
        claim: One statement.
        sentence: What may support or contradict it.
        context: Words around the sentence (its title, its paragraph): names there are known, not missing.
        names: Words that the article writes with a capital within sentences, folded.

    >>> [d.about.value for d in compare("36 countries met.", "On Tuesday 35 countries met.").departures]
    ['number']
    """
    return compare_facts(
        facts_of(claim), claim, facts_of(sentence), sentence, context=context, names=names
    )


def compare_facts(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    *,
    context: str = "",
    names: frozenset[str] = frozenset(),
) -> Comparison:
    """:func:`compare` with the facts already read."""
    known = _known_names(context, ours)
    our_stems = [stem(token.form) for token in ours.tokens]
    their_stems = [stem(token.form) for token in theirs.tokens]
    their_set = set(their_stems)
    our_set = set(our_stems)
    implied = _implied_dimensions(ours, theirs)
    ours_meaning = [
        s for t, s in zip(ours.tokens, our_stems, strict=True)
        if _means(t.form) and t.start not in implied
    ]  # fmt: skip
    theirs_meaning = [s for t, s in zip(theirs.tokens, their_stems, strict=True) if _means(t.form)]
    matcher = SequenceMatcher(None, our_stems, their_stems, autojunk=False)
    codes = matcher.get_opcodes()
    in_order = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
    departures: list[Departure] = []
    departures += _numbers(ours, claim, theirs, sentence)
    departures += _dates(ours, claim, theirs, sentence)
    departures += _names(ours, claim, theirs, sentence, codes, known, our_set)
    departures += _first_names(ours, claim, theirs, sentence, codes, names or inner_names(context))
    departures += _opposites(ours, claim, theirs, sentence, our_stems, their_stems)
    region = _region(codes, len(theirs.tokens))
    denial = _negation(ours, claim, theirs, sentence, region)
    departures += denial
    departures += _hedges(ours, claim, theirs, sentence, region)
    named = [form for name in ours.names for form in name.forms]
    known_names = known & {stem(form) for form in named}
    return Comparison(
        coverage=_share(ours_meaning, their_set | known_names),
        back_coverage=_share(theirs_meaning, our_set),
        in_order=in_order / len(our_stems) if our_stems else 0.0,
        departures=tuple(departures),
        missing_names=sum(
            1 for form in named if stem(form) not in their_set and stem(form) not in known
        ),
        missing_numbers=sum(1 for d in departures if d.about is Difference.NUMBER and not d.found),
        claim_negations=len(negations_of(ours.tokens)),
        source_negations=len(negations_of(theirs.tokens)),
        claim_hedges=len(_hedges_of(ours)),
        source_hedges=len(_hedges_of(theirs)),
        opposites=sum(d.about is Difference.OPPOSITE for d in departures),
    )


def _known_names(context: str, ours: Facts) -> frozenset[str]:
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


def _implied_dimensions(ours: Facts, theirs: Facts) -> set[int]:
    """Where the claim says "long" after a measure that the source gives without: a 5-kilometre road."""
    given = {token.start for token in dimensions_of(theirs)}
    return set() if given else {token.start for token in dimensions_of(ours)}


def dimensions_of(facts: Facts) -> list[Token]:
    """Where "long" and the like follow a measure.

    >>> [token.form for token in dimensions_of(facts_of("A wall 4 metres high is long."))]
    ['high']
    """
    ends = {quantity.span.end for quantity in facts.quantities if quantity.unit}
    return [
        last
        for first, _, last in zip(facts.tokens, facts.tokens[1:], facts.tokens[2:], strict=False)
        if first.end in ends and last.form in _DIMENSIONS
    ]


def _means(form: str) -> bool:
    return form not in STOP_WORDS and stem(form) not in WEAK_STEMS and not is_negation(form)


def _share(wanted: Sequence[str], there: frozenset[str] | set[str]) -> float:
    return sum(word in there for word in wanted) / len(wanted) if wanted else 0.0


# Quantities and dates


def _numbers(ours: Facts, claim: str, theirs: Facts, sentence: str) -> list[Departure]:
    found = []
    unmet = sum(
        not any(agrees(quantity, other) for other in theirs.quantities)
        for quantity in ours.quantities
    )
    for quantity in ours.quantities:
        if any(agrees(quantity, other) for other in theirs.quantities):
            continue
        rivals = [
            other
            for other in theirs.quantities
            if not any(agrees(mine, other) for mine in ours.quantities)
        ]
        # The same thing counted; else, where each sentence has one figure left, that one.
        same = [other for other in rivals if other.unit == quantity.unit and quantity.unit]
        if not same and len(rivals) == 1 and unmet == 1:
            symbols = {"%", "$", "€", "£", "°", "th"}
            if not ({rivals[0].unit, quantity.unit} & symbols):
                same = rivals
        other_span = same[0].span if same else Span(0, 0)
        found.append(_departure(Difference.NUMBER, claim, quantity.span, sentence, other_span))
    return found


def agrees(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the source's figure bears the claim's out."""
    if ours.unit != theirs.unit and {ours.unit, theirs.unit} & {"%", "th"}:
        return False
    if ours.low == ours.high and theirs.low == theirs.high:
        return ours.value == theirs.value or _is_rounded(ours.value, theirs.value)
    if ours.unit == theirs.unit and ours.bound is theirs.bound:
        # "Over 40" is not borne out by "over 35", nor "nearly 603" by "nearly 600".
        return (
            ours.value == theirs.value
            or _is_rounded(ours.value, theirs.value)
            or (ours.bound is Bound.LEAST and ours.value < theirs.value)
            or (ours.bound is Bound.MOST and ours.value > theirs.value)
        )
    if ours.unit != theirs.unit and ours.unit and theirs.unit:
        # "More than two dozen leaders" says nothing of fifty countries.
        return False
    # "Over 70" and "under 70" meet in one point only.
    meet = ours.low <= theirs.high and theirs.low <= ours.high
    return (meet and not (ours.low == theirs.high or theirs.low == ours.high)) or (
        meet and Bound.EXACT in (ours.bound, theirs.bound)
    )


def _is_rounded(ours: float, theirs: float) -> bool:
    """Whether the claim's figure is the source's with fewer digits, and near it.

    >>> _is_rounded(1200, 1203), _is_rounded(1203, 1200), _is_rounded(36, 35)
    (True, False, False)
    """
    if ours == 0 or theirs == 0 or abs(ours - theirs) > ROUNDING * abs(theirs):
        return False
    digits = len(f"{abs(ours):.10g}".replace(".", "").strip("0"))
    return float(f"{theirs:.{max(2, digits)}g}") == ours


def _dates(ours: Facts, claim: str, theirs: Facts, sentence: str) -> list[Departure]:
    found = []
    for date in ours.dates:
        if any(_fits(date, other) for other in theirs.dates):
            continue
        alike = [other for other in theirs.dates if _comparable(date, other)]
        span = alike[0].span if alike else Span(0, 0)
        found.append(_departure(Difference.DATE, claim, date.span, sentence, span))
    return found


def _fits(ours: DateMention, theirs: DateMention) -> bool:
    """Whether nothing that both give differs, and they give something in common."""
    common = False
    for name in ("year", "month", "weekday"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine is not None and other is not None:
            if mine != other:
                return False
            common = True
    if ours.day is not None and theirs.day is not None:
        last = theirs.last_day or theirs.day
        if not theirs.day <= ours.day <= last:
            return False
        if ours.last_day is not None and theirs.last_day is not None and ours.last_day != last:
            return False
        common = True
    return common


def _comparable(ours: DateMention, theirs: DateMention) -> bool:
    return any(
        getattr(ours, name) is not None and getattr(theirs, name) is not None
        for name in ("year", "month", "weekday", "day")
    )


# Names, opposites, negation, hedges


def _names(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    codes: Sequence[tuple[str, int, int, int, int]],
    known: frozenset[str],
    our_set: set[str],
) -> list[Departure]:
    their_set = {stem(token.form) for token in theirs.tokens}
    found = []
    for name in ours.names:
        strange = [form for form in name.forms if stem(form) not in their_set]
        if not strange or len(strange) < len(name.forms) / 2:
            continue
        namesake = _namesake(name, theirs, their_set, {token.form for token in ours.tokens})
        if namesake is None:
            namesake = _in_its_place(name, ours, theirs, codes, our_set)
        if namesake is None and all(stem(form) in known for form in name.forms):
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
            ]  # fmt: skip
            alike = [other for other in rivals if _is_place(sentence, other) == is_place]
            single = [other for other in rivals if len(other.forms) == 1 or not is_place]
            if alike or single:
                span = (alike or single)[0].span
        about = Difference.PLACE if is_place and len(name.forms) == 1 else Difference.NAME
        found.append(_departure(about, claim, name.span, sentence, span))
    return found


def _namesake(name: Name, theirs: Facts, their_set: set[str], claimed: set[str]) -> Name | None:
    """Another one of the same last name that the claim has not too: Karim Haddad is not Nadia Haddad."""
    core = [form for form in name.forms if form not in TITLES]
    if len(core) < 2 or all(stem(form) in their_set for form in core):
        return None
    for other in theirs.names:
        others = [form for form in other.forms if form not in TITLES]
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


def _is_place(text: str, name: Name) -> bool:
    """Whether the word before says that a place follows."""
    before = text[: name.span.start].lower().split()[-1:]
    return bool(before) and before[0] in _BEFORE_PLACE


def _first_names(
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
    return [_departure(Difference.NAME, claim, span, sentence, other)]


def _opposites(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    our_stems: Sequence[str],
    their_stems: Sequence[str],
) -> list[Departure]:
    found = []
    ours_only = [at for at, word in enumerate(our_stems) if word not in their_stems]
    theirs_only = [at for at, word in enumerate(their_stems) if word not in our_stems]
    for at in ours_only:
        for other in theirs_only:
            if (our_stems[at], their_stems[other]) in _OPPOSITES:
                mine, yours = ours.tokens[at], theirs.tokens[other]
                found.append(
                    _departure(
                        Difference.OPPOSITE,
                        claim,
                        Span(mine.start, mine.end),
                        sentence,
                        Span(yours.start, yours.end),
                    )
                )
                break
    return found


def _region(codes: Sequence[tuple[str, int, int, int, int]], length: int) -> tuple[int, int]:
    """Which of the sentence's tokens the claim is about: from the first shared word to the last."""
    shared = [(j1, j2) for tag, _, _, j1, j2 in codes if tag == "equal"]
    if not shared:
        return 0, length
    return max(0, shared[0][0] - 2), min(length, shared[-1][1] + 1)


def _negation(
    ours: Facts, claim: str, theirs: Facts, sentence: str, region: tuple[int, int]
) -> list[Departure]:
    mine = negations_of(ours.tokens)
    yours = negations_of(theirs.tokens[slice(*region)])
    if len(mine) % 2 == len(yours) % 2:
        return []
    claim_span = _token_span(mine[:1])
    source_span = _token_span(yours[:1])
    return [_departure(Difference.NEGATION, claim, claim_span, sentence, source_span)]


def _hedges(
    ours: Facts, claim: str, theirs: Facts, sentence: str, region: tuple[int, int]
) -> list[Departure]:
    mine = _hedges_of(ours)
    low, high = region
    for at in range(high, min(high + CONDITION_REACH, len(theirs.tokens))):
        if PAUSE.search(sentence[theirs.tokens[high - 1].end : theirs.tokens[at].start]):
            break
        if theirs.tokens[at].form in CONDITIONS:
            high = at + 1
            break
    there = theirs.tokens[low:high]
    yours = [token for token in _hedges_of(theirs) if token in there]
    if any(token.form in _FUTURE for token in ours.tokens):
        yours = [token for token in yours if not _is_told_future(token, theirs)]
    if not mine and not yours and not any(token.form in _FUTURE for token in ours.tokens):
        is_told = any(is_past(token.form) for token in ours.tokens)
        yours = [t for t in theirs.tokens[slice(*region)] if t.form in _FUTURE and is_told]
    if mine or not yours:
        return []
    return [_departure(Difference.HEDGE, claim, Span(0, 0), sentence, _token_span(yours[:1]))]


def _hedges_of(facts: Facts) -> list[Token]:
    """The words that leave open whether it is so; "May" is a month, and «قد» does so before a present only."""
    found = []
    for at, token in enumerate(facts.tokens):
        following = facts.tokens[at + 1].form if at + 1 < len(facts.tokens) else ""
        if token.form in _ARABIC_PERHAPS:
            before = facts.tokens[at - 1].form if at else ""
            if following.startswith(("ي", "ت")) and len(following) > 3 and "كان" not in before:
                found.append(token)
        elif token.form in HEDGES and not any(
            date.span.start <= token.start < date.span.end for date in facts.dates
        ):
            found.append(token)
    return found


def _is_told_future(token: Token, theirs: Facts) -> bool:
    """Whether "would" stands for "will", as after "he said"."""
    before = [other for other in theirs.tokens if other.start < token.start]
    return token.form == "would" and any(
        stem(other.form) in WEAK_STEMS and is_past(other.form) for other in before
    )


def _token_span(tokens: Sequence[Token]) -> Span:
    return Span(tokens[0].start, tokens[-1].end) if tokens else Span(0, 0)


def _departure(
    about: Difference, claim: str, claim_span: Span, sentence: str, source_span: Span
) -> Departure:
    return Departure(
        about=about,
        claimed=claim[claim_span.start : claim_span.end],
        found=sentence[source_span.start : source_span.end],
        claim_span=claim_span,
        source_span=source_span,
    )
