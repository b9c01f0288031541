"""What exactly differs between two wordings: a number, a date, a name, a negation, a hedge.

Two sentences are laid side by side word by word. Where they share most of their words, what stands in the
place of something else is a difference; where they share few, nothing can be compared, and nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.checking.claims.differences import Comparison, Departure, departure_of, token_span
from assistant.checking.claims.figures import agrees, date_departures, number_departures
from assistant.checking.claims.names import (
    first_name_departures,
    inner_names,
    known_names,
    name_departures,
)
from assistant.language.cues import HEDGES, WEAK_STEMS, is_negation, negations_of
from assistant.language.facts import Facts, facts_of
from assistant.language.stems import is_past, stem
from assistant.language.tokens import PAUSE, Token, tokens_of
from assistant.language.words import STOP_WORDS
from assistant.types import Difference, Span

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
    "cheap/expensive cheaper/expensive lower/expensive ارتفع/انخفض زاد/تراجع صعد/هبط ارتفع/تراجع ارتفع/هبط "
    "زاد/انخفض فاز/خسر أيد/عارض وافق/رفض فتح/أغلق قبل/رفض أعلى/أدنى أكبر/أصغر ارتفاع/انخفاض زيادة/تراجع "
    "increase/reduce widen/narrow hire/dismiss lend/borrow beat/lose defeat/lose "
    "positive/negative openly/secretly with/without ready/unready prepared/unprepared".split()
)
_OPPOSITES = frozenset(
    pair
    for listed in _OPPOSITES_LISTED
    for first, second in (listed.split("/"),)
    for pair in ((stem(first), stem(second)), (stem(second), stem(first)))
)
_OPPOSED = frozenset(first for first, _ in _OPPOSITES)
OPPOSITE_REACH = 3
"""So near an opposite a word stands that tells of the same thing."""
_DIMENSIONS = frozenset("long wide high tall deep thick broad طولا عرضا".split())
_SHORT_VERBS = {"won't": "will", "can't": "can", "shan't": "shall"}


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
    known = known_names(context, ours)
    our_stems = [stem(token.form) for token in ours.tokens]
    their_stems = [stem(token.form) for token in theirs.tokens]
    their_set = set(their_stems)
    our_set = set(our_stems)
    implied = _implied_dimensions(ours, theirs)
    # A number that is borne out may be written in other words.
    worded = {
        token.start
        for quantity in ours.quantities
        if any(agrees(quantity, other) for other in theirs.quantities)
        for token in ours.tokens
        if quantity.span.start <= token.start < quantity.span.end
    }
    ours_meaning = [
        s for t, s in zip(ours.tokens, our_stems, strict=True)
        if _means(t.form) and t.start not in implied and (s in their_set or t.start not in worded)
    ]  # fmt: skip
    theirs_meaning = [s for t, s in zip(theirs.tokens, their_stems, strict=True) if _means(t.form)]
    matcher = SequenceMatcher(None, our_stems, their_stems, autojunk=False)
    codes = matcher.get_opcodes()
    in_order = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
    departures: list[Departure] = []
    departures += number_departures(ours, claim, theirs, sentence)
    departures += date_departures(ours, claim, theirs, sentence)
    departures += name_departures(ours, claim, theirs, sentence, codes, known, our_set)
    departures += first_name_departures(
        ours, claim, theirs, sentence, codes, names or inner_names(context)
    )
    departures += _opposites(ours, claim, theirs, sentence, our_stems, their_stems)
    region = _region(codes, len(theirs.tokens))
    denial = _negation(ours, claim, theirs, sentence, region)
    departures += denial
    departures += _hedges(ours, claim, theirs, sentence, region)
    named = [form for name in ours.names for form in name.forms]
    named_there = known & {stem(form) for form in named}
    return Comparison(
        coverage=_share(ours_meaning, their_set | named_there),
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


# Names, opposites, negation, hedges


def _opposites(
    ours: Facts,
    claim: str,
    theirs: Facts,
    sentence: str,
    our_stems: Sequence[str],
    their_stems: Sequence[str],
) -> list[Departure]:
    found = []
    mine_bare, yours_bare = ([_bare(word) for word in words] for words in (our_stems, their_stems))
    ours_only = [at for at, word in enumerate(mine_bare) if word not in yours_bare]
    theirs_only = [at for at, word in enumerate(yours_bare) if word not in mine_bare]
    for at in ours_only:
        for other in theirs_only:
            # Of the same thing: with a word beside it that both have.
            if (mine_bare[at], yours_bare[other]) in _OPPOSITES and (
                _beside(mine_bare, at) & _beside(yours_bare, other)
            ):
                mine, yours = ours.tokens[at], theirs.tokens[other]
                found.append(
                    departure_of(
                        Difference.OPPOSITE,
                        claim,
                        Span(mine.start, mine.end),
                        sentence,
                        Span(yours.start, yours.end),
                    )
                )
                break
    return found


def _bare(word: str) -> str:
    """A stem without the Arabic "and" or "so" that is written together with a verb."""
    return word[1:] if word[:1] in ("و", "ف") and word[1:] in _OPPOSED else word


def _beside(stems: Sequence[str], at: int) -> set[str]:
    near = stems[max(0, at - OPPOSITE_REACH) : at + OPPOSITE_REACH + 1]
    return {word for word in near if word not in STOP_WORDS} - {stems[at]}


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
    claim_span = token_span(mine[:1])
    source_span = token_span(yours[:1])
    return [departure_of(Difference.NEGATION, claim, claim_span, sentence, source_span)]


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
    return [departure_of(Difference.HEDGE, claim, Span(0, 0), sentence, token_span(yours[:1]))]


def _hedges_of(facts: Facts) -> list[Token]:
    """The words that leave open whether it is so; "May" is a month, and «قد» does so before a present only."""
    found = []
    for at, token in enumerate(facts.tokens):
        following = facts.tokens[at + 1].form if at + 1 < len(facts.tokens) else ""
        if token.form in _ARABIC_PERHAPS:
            before = facts.tokens[at - 1].form if at else ""
            if following.startswith(("ي", "ت")) and len(following) > 3 and "كان" not in before:
                found.append(token)
        elif (token.form, following) == ("provided", "that") or (
            token.form in HEDGES
            and not any(date.span.start <= token.start < date.span.end for date in facts.dates)
        ):
            found.append(token)
    return found


def _is_told_future(token: Token, theirs: Facts) -> bool:
    """Whether "would" stands for "will", as after "he said"."""
    before = [other for other in theirs.tokens if other.start < token.start]
    return token.form == "would" and any(
        stem(other.form) in WEAK_STEMS and is_past(other.form) for other in before
    )
