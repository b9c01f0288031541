"""Whether what a date dates lies behind its article or ahead of it, as the words around it tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language.dates import DateMention
from assistant.language.facts import Facts
from assistant.language.stems import is_past
from assistant.language.tokens import Token

_AHEAD = frozenset("will shall would next tomorrow upcoming due plans سوف".split())
_TOLD_LATER = frozenset("later eventually subsequently".split())
"""After "would" in a tale: "he would later be king"."""
_OF_A_DAY = frozenset("day morning afternoon evening night".split())
"""After "next" in a tale."""
_AHEAD_FOR = frozenset("scheduled planned expected set".split())
"""Before "for" and "to": what was planned on Tuesday lies behind."""
_BE = frozenset("be been".split())
_BEING = frozenset("is are am was were be been being".split())
_INTENDS = frozenset(
    "is are was were am be been being going agreed agree agrees decided decision promised promises promise vowed vows "
    "pledged pledges plan planned hopes hope hoped wants want wanted intends intended asked asks ordered order orders "
    "told urged urges expected set due scheduled invited required obliged forced supposed likely ready threatened "
    "offered offers must has have proposed demanded deadline".split()
)
"""Before "to" and a verb; after other words "to" leads somewhere: "taken to Paris on Monday"."""
_MEETINGS = frozenset("meet return gather reconvene resume vote talk".split())
"""What is agreed on with its day; of other things it is told when they were agreed on."""
_COMPELLED = frozenset("forced obliged required told asked ordered urged threatened".split())
_ASKED_OF = frozenset("is are am be been being will".split())
"""Before "asked to", which so lies ahead, or may."""
_MODALS = frozenset("must should can could may might need needs".split())
_NO_VERB = frozenset(
    "the a an this that these those his her its their our my your him them us me it all some at".split()
)
_UNTIL = frozenset("until till حتى".split())
_LAST_DAY = frozenset("until till by حتى بحلول".split())
_TO_LAST_DAY = frozenset(
    "the end of late early at least next this noon midnight morning evening".split()
)
"""Between "by" and its date."""
_LASTED = frozenset(
    "had was were lasted remained stayed served continued lived worked waited ran heard slept sat stood lay kept "
    "nobody none".split()
)
"""What went on so until a day had done so when it was told."""
_PARTICIPLE = re.compile(r"\w+(?:ed|en|wn|lt|nt|ne|de|ld|st|ght|id|ung|ut|et)")
_NOT = frozenset("not never".split())
_WHEN_NOT = frozenset("did had was were has have".split())
"""Before "not", where it was told of."""
_PUT_OFF = frozenset(
    "postponed delayed suspended extended adjourned deferred prolonged closed shut barred banned remanded given "
    "granted halted moved pushed jailed blocked cancelled canceled stopped put".split()
)
"""What was done so until a day lies before it."""
_ANNOUNCES = frozenset(
    "said told announced agreed planned scheduled promised expected called set vowed pledged warned predicted asked "
    "wrote added invited proposed demanded urged ordered decided confirmed".split()
)
"""What such a word is said of may lie behind or ahead."""
_LOOSE = frozenset("before ahead after of for to that if when who which whose deadline".split())
"""What stands behind these may have another time than the verb before them: "before the deadline of"."""
_MAY = frozenset(("قد", "وقد"))
_ARABIC_PRESENT = re.compile(r"[يتن]\w{2}")
_ARABIC_AHEAD = re.compile(
    r"[وف]?(?:لن|المقرر|المزمع|المتوقع|المنتظر"
    r"|س(?!يار|ياس|ياح|ياق|يد|ينا|ينم|يول|يطر|تار|تين|توك|يل|يف)[يتن]\w{3,})"
)
_ARABIC_NOUNS = frozenset(
    "سنوات سنوي سنوية سنويا سنغافورة سنغال ستيفن ستيفان ستيفاني ستيوارت ستيلا ستيفنز ستيفنسون ستارمر ستانلي ستالين "
    "ستانفورد ستراسبورغ ستراسبورج ستوديو ستيني ستينيات سيرجي سيرغي سيرجيو سيراليون سيرينا سيبيريا سيبيري سيزار سيسيل "
    "سيشيل سيئول سيؤول سيسي سيسيليا سيباستيان سيناتور سيناريو سيتروين سيتيزن سينسيناتي سيادة سيادي سيادية سيبراني "
    "سيبرانية سيناتورا سيمنز سيمون سيميوني سيمفونية سيجارة سيرة سيرته سيرتها سيرتهم سيرك سيكولوجي".split()
)
"""Names and nouns that begin as verbs of what is to come do."""
_ARABIC_PAST = re.compile(r"[وف]?(?:قال|أعلن|أكد|أضاف|ذكر|صرح|كان|وعد)(?:ت|وا)?")
_ARABIC_SOURCE = frozenset("بحسب حسب وفقا وفقًا وفق نقلا نقلًا".split())
"""What comes after it tells who says so."""
_BEFORE_DATE = frozenset("on in at early late last the this of in during".split())
_SINCE = frozenset("since seit depuis منذ".split())
_BETWEEN_SINCE = frozenset("at least about around early late the year عام سنة شهر يوم".split())
_RECORDS = re.compile(
    r"first|worst|most|best|only|least"
    r"|(?:high|low|large?|bigg|small|great|long|short|old|young|late?|earli|strong|weak|hott|cold|warm|wett|dri|dead?|deadli"
    r"|fast|slow|hard|heavi|bloodi|busi|deep|cheap|steep|sharp|near|rare?|few|wide?|broad|close?|poor|loud|bright|dark)est"
)
_BEGAN = frozenset("began begun begin started start".split())
_BEGINNING_WORDS = 4
"""Between "the lowest since" and "began in 1926"."""


def is_ahead(mention: DateMention, facts: Facts) -> bool | None:
    """Whether what happens then is told of as to come; None where the words do not say.

    >>> from assistant.language.facts import facts_of
    >>> facts = facts_of("He said on Monday that they will meet on Friday, as was planned on Tuesday.")
    >>> [is_ahead(date, facts) for date in facts.dates]
    [False, True, False]
    >>> facts = facts_of("The vote on 5 May is the next.")
    >>> [is_ahead(date, facts) for date in facts.dates]
    [None]
    """
    before = [token for token in facts.tokens if token.end <= mention.span.start]
    if before and before[-1].form == "last":
        return False
    limit = _limits(before)
    is_weekday = mention.weekday is not None and mention.month is None
    for at in range(len(before) - 1, -1, -1):
        form = before[at].form
        after = before[at + 1].form if at + 1 < len(before) else ""
        if form == "would" and after in _TOLD_LATER:
            return False
        if form in _AHEAD_FOR and after in ("for", "to"):
            return True
        if form in _AHEAD and _is_meant(before, at):
            return True
        if form == "to" and at and before[at - 1].form in _INTENDS and _may_be_verb(after):
            return True if limit else _is_intended(before, at, is_weekday=is_weekday)
        if not form.isascii():
            if form in _ARABIC_SOURCE:
                return None
            if form in _MAY and _ARABIC_PRESENT.match(after):
                return True
            is_noun = form in _ARABIC_NOUNS or form[1:] in _ARABIC_NOUNS
            if _ARABIC_AHEAD.fullmatch(form) and not is_noun:
                return True
            if _ARABIC_PAST.fullmatch(form):
                return False
        if limit:
            told = _at_limit(before, at, is_until=limit in _UNTIL)
            if told is not None:
                return told
        elif (is_past(form) or form == "born") and not (at and before[at - 1].form in _BE):
            is_near = all(token.form in _BEFORE_DATE for token in before[at + 1 :])
            is_loose = any(token.form in _LOOSE for token in before[at + 1 :])
            if is_loose and not is_weekday:
                return None
            return False if is_near or is_weekday or form not in _ANNOUNCES else None
    return _goes_on_ahead(mention, facts) if limit else None


def is_since(mention: DateMention, facts: Facts) -> bool:
    """Whether a date only tells since when: "the lowest since 1926", "closed since August".

    >>> from assistant.language.facts import facts_of
    >>> facts = facts_of("On Monday it was the highest since measurements began in 1926.")
    >>> [is_since(date, facts) for date in facts.dates]
    [False, True]
    """
    before = [token for token in facts.tokens if token.end <= mention.span.start]
    at = len(before) - 1
    while at >= 0 and before[at].form in _BETWEEN_SINCE:
        at -= 1
    if at >= 0 and before[at].form in _SINCE:
        return True
    # "The lowest since measurements began in 1926", but "since records began hit Oslo on Monday".
    while at >= 0 and before[at].form in _BEFORE_DATE:
        at -= 1
    if at < 0 or before[at].form not in _BEGAN:
        return False
    last_date = max(
        (d.span.end for d in facts.dates if d.span.end <= mention.span.start), default=0
    )
    for place in range(max(0, at - _BEGINNING_WORDS), at):
        if before[place].form in _SINCE and before[place].start >= last_date:
            earlier = before[max(0, place - 4) : place]
            return any(_RECORDS.fullmatch(token.form) for token in earlier)
    return False


def _is_meant(before: Sequence[Token], at: int) -> bool:
    """Whether a word of what is to come is meant so: not "the next day", not "due to rain"."""
    form = before[at].form
    after = [token.form for token in before[at + 1 : at + 3]]
    if form == "next":
        return not after or after[0] not in _OF_A_DAY
    if form == "due" and after[:1] == ["to"]:
        return after[1:] == ["be"] or any(
            token.form in _BEING for token in before[max(0, at - 2) : at]
        )
    return True


def _is_intended(before: Sequence[Token], at: int, *, is_weekday: bool) -> bool | None:
    """Whether what stands behind the "to" at ``at`` is to come: after "he was forced" it was done."""
    wants = before[at - 1].form
    if wants == "due" and not _is_meant(before, at - 1):
        return None
    over = [token.form for token in before[max(0, at - 3) : at - 1]]
    if not is_past(wants) or (over[-1:] and over[-1] in _ASKED_OF and over != ["had", "been"]):
        return True
    if not is_weekday:
        return None if wants in _COMPELLED else True
    return wants not in _COMPELLED and before[at + 1].form in _MEETINGS


def _limits(before: Sequence[Token]) -> str:
    """The "until" or "by" that a date stands behind, "" where there is none."""
    at = len(before) - 1
    while at >= 0 and before[at].form in _TO_LAST_DAY:
        at -= 1
    return before[at].form if at >= 0 and before[at].form in _LAST_DAY else ""


def _at_limit(before: Sequence[Token], at: int, *, is_until: bool) -> bool | None:
    """What a word before "until" or "by" tells: "had fled by", "must leave by", "postponed until"."""
    form = before[at].form
    if form in _NOT:
        return not at or before[at - 1].form not in _WHEN_NOT
    if form in ("was", "were") and not is_until:
        return False if _PARTICIPLE.fullmatch(before[at + 1].form) else None
    if form in _LASTED:
        return False
    if form in _MODALS or form in ("is", "are"):
        return True
    is_put_off = is_until and form in _PUT_OFF
    if not (is_past(form) or is_put_off) or (at and before[at - 1].form in _BE):
        return None
    return form in _INTENDS or (is_until and (form in _PUT_OFF or form in _ANNOUNCES))


def _goes_on_ahead(mention: DateMention, facts: Facts) -> bool:
    """Whether what follows a date tells of it as to come: "By Monday 300 had fled" does not."""
    for token in facts.tokens:
        if token.start < mention.span.end:
            continue
        if token.form in _AHEAD or token.form in _MODALS:
            return True
        if is_past(token.form) or token.form in ("had", "was", "were"):
            return False
    return True


def _may_be_verb(form: str) -> bool:
    return form.isalpha() and form not in _NO_VERB
