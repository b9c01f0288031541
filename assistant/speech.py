"""Who says it: reported speech told from the outlet's own statement.

English and Arabic patterns over one sentence, and over what stands before it in its paragraph: "Merz
said", "said Merz", "Merz: “…”", "according to Merz", «قال ميرتس». A pronoun is traced back to the one
who spoke, or was spoken of, before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from assistant.speaker_names import OFFICES, PEOPLE, SPOKESPERSON, same_person
from assistant.types import Span
from embeddings.sentences import sentence_spans

QUOTATION = re.compile(
    r"(?:(?P<double>[\"“«„»])|(?<!\w)['‘](?=\w))"
    r"(?P<inner>(?(double)[^\"“”«»„]+|(?:[^'’\"“”]|['’](?=\w)){1,1000}))"
    r"(?(double)[\"”»“«]|['’](?!\w))"
)
"""Words in quotation marks; group ``inner`` is without the marks."""

_NO_SPEAKERS = frozenset(
    "this that these those there here in on at by for from with but and so yet while when if as after "
    "before since although though because however meanwhile today yesterday what who which how why".split()
)
_NO_SUBJECTS = _NO_SPEAKERS | frozenset(
    "is are was were do does did has have had can could will would should may might must shall no yes".split()
)
_NO_ROLE = (
    rf"(?:{'|'.join(sorted(_NO_SPEAKERS))}|of|to|into|between|among|the|an?|his|her|its|their)"
)
_UPPER = "A-ZÀ-ÖØ-ÞΑ-ΩА-Я" + "".join(
    char for char in map(chr, (*range(0x100, 0x250), *range(0x1E00, 0x1F00))) if char.isupper()
)
_CAP = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|St|Sgt|Capt|Maj)\.|[{_UPPER}]\.(?:[A-Z]\.){{0,5}}|"
    rf"(?:(?:[Aa]l|[Ee]l|[Aa][dnrst]|[Aa]sh|d['’])-?)?[{_UPPER}][\w'’-]*)"
)
_PARTICLE = r"(?:de|van|von|der|den|al|bin|ibn|of|the|for|di|da|la|del|dos|das|du|zu|ter)"
_NAME = (
    rf"(?:[Tt]he\s+)?{_CAP}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_CAP}){{0,7}}(?:,?\s+(?:Jr|Sr)\.)?"
    r"(?:\s*\([A-Z][\w.-]{0,8}\))?"
)
_ROLE = (
    r"(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Ss]ome|[Mm]any|[Ss]everal|[Tt]wo|[Oo]ne)\s+)?"
    rf"(?:(?!{_NO_ROLE}\b)[\w'’-]+\s+){{0,2}}(?i:{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b"
    rf"(?:\s+(?:for|of|from|at|on|in|by)\s+(?:the\s+)?(?:[a-z][\w'’-]*\s+(?:of\s+)?){{0,3}}?[\w'’-]+"
    rf"(?:\s+[{_UPPER}][\w'’-]*)*){{0,2}}"
)
_PRONOUNS = frozenset(("he", "she", "they", "it"))
_PRONOUN = r"(?:He|She|They|It|he|she|they|it)"
_WHO = rf"(?<![\w'’-])(?P<who>{_ROLE}(?:\s+{_NAME})?|{_NAME}|\b{_PRONOUN})"
_VERB = (
    r"(?:said(?!\s+to\s+(?:be|have)\b)|says|say|stated|states?(?=\s+that\b|[,:]|\s*[“\"«])|told|tells|added|adds|announced|announces|argued|argues|argue|"
    r"claimed|claims|claim|insisted|insists|warned|warns|warn|declared|declares|explained|explains|noted|"
    r"notes|note|wrote|writes|tweeted|posted|reported|reports|report|confirmed|confirms|denied|denies|"
    r"suggested|suggests|replied|replies|responded|responds|admitted|admits|acknowledged|acknowledges|"
    r"conceded|promised|promises|pledged|pledges|vowed|vows|urged|urges|demanded|demands|emphasi[sz]ed|"
    r"emphasi[sz]es|stressed|stresses|believes?|believed|thinks?|hopes?|hoped|predicted|predicts|estimated|"
    r"estimates|described|describes|criticise[sd]?|criticize[sd]?|praise[sd]?|recalled|recalls|remarked|"
    r"signall?ed|signals|testified|commented|continued|concluded|asked|asks|reiterated|alleged|alleges|"
    r"(?:found|finds|find|showed|shows|show|revealed|reveals|reveal)(?=\s+that\b))"
)
_ADVERB = r"(?:(?:has|have|had|also|later|then|previously|repeatedly|once|however|already|publicly)\s+){0,2}"
_NO_STATEMENT = (
    r"(?!continued\s+(?:as|to|for|until|in|with|on|through|his|her|its|their|the)\b|"
    r"claim(?:ed|s)?\s+(?:the\s+lives\b|(?:her|his|its|their)\s+(?:[\w-]+\s+){0,4}?(?:titles?|wins?|victory|life|"
    r"place|crown|medals?|gold|throne|spot|seat|prize)\b))"
)
_BEFORE = re.compile(
    rf"{_WHO}(?P<aside>(?:,\s[^,.;:“\"]{{1,80}}){{1,2}},|,\s[A-Z]-[A-Z][\w.]{{0,6}},|\s+\([^()]{{1,30}}\))?,?\s+{_ADVERB}{_NO_STATEMENT}{_VERB}\b"
)
_TITLED = (
    rf"{_NAME}(?:\s+(?!{_NO_ROLE}\b)[a-z][\w-]*){{0,4}}?\s+"
    rf"(?:boss|head|leader|chair\w*|founder|captain|owner|manager|editor|author|{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b"
    rf"(?:\s+{_NAME})?"
)
"""Where a name comes last, a noun may come after it, and then another: "AirAsia boss Tony Fernandes"."""
_LAST_WHO = rf"(?P<who>{_TITLED}|{_ROLE}(?:\s+{_NAME})?|{_NAME})"
_FIRST_WHO = rf"(?P<who>{_TITLED}|{_ROLE}(?:\s+{_NAME})?|{_NAME}|\b{_PRONOUN})"
_AFTER = re.compile(
    rf"(?:[,”\"’'»]|\.\.\.|[?!])\s*{_ADVERB}(?!tells?\b|told\b){_VERB}\s+{_LAST_WHO}"
)
"""After "told" stands who listens."""
_ACCORDING = re.compile(
    rf"\b(?:[Aa]ccording to|[Ii]n the words of|[Aa]s (?:told|reported|stated|claimed) by)\s+"
    rf"{_LAST_WHO}"
)
_COLON = re.compile(rf"^\W*{_FIRST_WHO}(?P<rest>[^“”\"«».!?]{{0,120}}):\s*(?=[“\"«„‘'\w])")
_INTRODUCES = re.compile(r"[^.!?“”\"«»]{0,40}[:,]?\s*[“\"«]")
"""After "Holm replied": a quotation of his own."""
_QUOTED_NEXT = re.compile(r"\s*[“\"«„‘']")
_NO_SPEAKING = frozenset(
    "study studies report reports survey poll analysis research review update updates live breaking news "
    "exclusive explainer explained video videos photo photos picture pictures gallery watch opinion opinions "
    "comment editorial interview profile obituary background note notes warning alert correction fact factbox "
    "timeline statement declaration views sentiments posts source sources question answer example".split()
)
"""What headlines and notes put before a colon, and nobody's name."""
_LABEL = r"(?:^|\n)\W*{}\s*:\s"
_SUBJECT = re.compile(rf"^\W*(?P<who>{_NAME})")

_AR_WORD = r"[\u0621-\u064a\u064b-\u0652]+"
_AR_STOP = (
    r"(?=\s*(?:[:،,.«“\"(]|$|\s(?:إن|أن|إنه|إنها|أنه|أنها|بأن|في|خلال|على|بعد|عن|أمام|إلى|من|يوم|أمس|اليوم|صباح|مساء|"
    r"(?:ال)?(?:أحد|اثنين|إثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت)|ل(?:لصحفيين|لصحافيين|قناة|شبكة|وكالة|صحيفة|مجلة|موقع|"
    r"وسائل|هيئة|إذاعة|تلفزيون|برنامج|رويترز|\w+(?:ه|هم|ها)))\b))"
)
"""What a name ends at: "that", where, when and to whom."""
_AR_NAME = rf"(?P<who>(?!(?:إن|أن|إنه|إنها|أنه|أنها|بأن)\b){_AR_WORD}(?:\s+{_AR_WORD}){{0,8}}?)"
_AR_VERB = (
    r"(?:قال|قالت|صرح|صرّح|صرحت|أعلن|أعلنت|أكد|أكدت|أوضح|أوضحت|أضاف|أضافت|ذكر|ذكرت|حذر|حذّر|حذرت|حذّرت|يقول|تقول|"
    r"اعتبر|اعتبرت|شدد|شددت|كتب|كتبت|نفى|نفت|أشار|أشارت|لفت|لفتت|رأى|رأت|تابع|تابعت|أردف|أفاد|أفادت)"
)
_AR_BEFORE = re.compile(rf"(?<!\w)[وف]?{_AR_VERB}\s+{_AR_NAME}{_AR_STOP}")
_AR_AFTER = re.compile(
    rf"^\W*(?P<who>(?!{_AR_VERB}\b){_AR_WORD}(?:\s+{_AR_WORD}){{0,5}}?)\s+{_AR_VERB}(?=\s+(?:إن|أن|إنه|إنها|أنه|أنها|بأن)\b)"
)
_AR_COLON = re.compile(rf"^\W*(?P<who>{_AR_WORD}(?:\s+{_AR_WORD}){{0,4}}):\s*(?=[“\"«])")
_AR_ACCORDING = re.compile(
    rf"(?<!\w)و?(?:وفق[اً]*\s+ل|وفق\s+|بحسب\s+|حسب\s+|على حد قول\s+|نقلا? عن\s+){_AR_NAME}{_AR_STOP}"
)
_AR_ACCORDING_SHORT = re.compile(
    rf"(?<!\w)و?(?:وفق[اً]*\s+ل|وفق\s+|بحسب\s+|حسب\s+|نقلا? عن\s+)(?P<who>{_AR_WORD}(?:\s+ال{_AR_WORD}){{0,3}})"
)
"""Without a mark after the name: it goes on while the words have the article."""
_SIGNED = re.compile(
    rf"[”\"’'»“]\s*(?:\(|[—–-]\s*)(?P<who>{_NAME}|{_AR_WORD}(?:\s+{_AR_WORD}){{0,3}})\)?[\s,.\d]*$"
)
"""A quotation with who said it after a dash or in brackets."""
_THAT = re.compile(r"[\s,:]*(?:that\b|(?:(?:إلى|من)\s+)?(?:إن|أن)\b)?[\s,:]*")
_TOLD = re.compile(r"\b(?:told|tells?)$")
_LISTENER = re.compile(
    r"\s+(?:(?:him|her|them|us|me|reporters|journalists|[\w'’-]+(?=[:,]?\s*[“\"«]))(?!\w)"
    r"|[^.,;:“”\"«»]{1,60}?(?=\s+that\b))"
)
"""Who is told, where it can be seen where that ends."""
_PREPOSITION = re.compile(
    r"\b(?:(?:of|for|to|from|in|on|at|between|with|by|near|against|than|about|into|nor)\s+(?:the\s+)?"
    r"|(?:between|from)\s+[^.,;]{1,60}\s+and\s+)$"
)
"""Before a name, which then is no subject."""
_APPOSITION = re.compile(
    rf",\s(?:the\s|an?\s|its\s)?(?:[\w'’-]+\s){{0,3}}?(?i:chair\w*|head|CEO|professor|author|founder|member|"
    rf"{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b(?:\s(?:of|for|at|in|to|from)\s(?:(?!is\b|are\b|was\b|were\b|has\b|"
    r"have\b|had\b|will\b|would\b)[^\s,.;]+\s?){1,8})?,"
)
"""After "according to Merz": "the chairman of the party,"."""
_OF_WHOM = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir)\s+(?:[\w'’-]+\s+){0,2}?)?\b(?:[\w'’-]+\s+(?:of|for)|"
    r"(?:reports?|stud(?:y|ies)|letter|statement|surveys?|article|book|poll|review|analysis|paper|investigation)\s+by)"
    r"\s+(?:the\s+)?$"
)
"""Before a name: "the wife of Orban"."""
_FROM_WHERE = re.compile(
    rf"(?P<name>{_CAP}(?:\s+{_CAP}){{1,3}})(?:,\s\d{{1,3}},)?\s+(?:from|of|in)\s+(?:the\s+)?(?:[\w'’-]+\s+){{0,5}}$"
)
"""Before a name: "Maria Holm from the old part of Paris"."""
_DAY = re.compile(
    r"(?:(?:on|last|this)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:\s+|$)|(?:in|last|this)\s+(?:january|"
    r"february|march|april|may|june|july|august|september|october|november|december)(?:\s+|$)",
    re.IGNORECASE,
)
"""Before a name that opens a sentence; alone, May and April are people too."""
_CONNECTIVE = re.compile(
    r"(?:but|and|so|yet|meanwhile|however|also|then|only|still|now|later|earlier|instead|today|yesterday)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
"""Before a name that opens a sentence; after "while" or "because" he does not say what the sentence does."""
_NOBODY = frozenset("the a an i you we his her its their my our your".split())
_ASIDE_NAME = re.compile(
    rf",\s(?P<name>(?!(?:Jr|Sr)\.){_CAP}\s+(?:{_PARTICLE}\s+){{0,2}}{_CAP}(?:\s+{_CAP})*),"
)
_IN_CLAUSE = re.compile(r"\b(?:who|that|which)\s+\w+\s+$")
"""Before a name, which then is no subject: "the man who investigated Volker said"."""
_POSSESSIVE = re.compile(r"['’]s$")
"""In "Merz's signals" nobody signals."""
NEAR_NAME = 120
"""Characters around a name in which it is looked for as a speaker."""
QUOTED_TURNS = 4
"""So many quotations in a row may be one speaker's without being said to be."""
SAID_WORDS = 4
"""So many words before "according to" are what is said: "on Monday" is not."""
NAME_PLACES = 50
"""So many places of it are looked at."""


class _Form(StrEnum):
    BEFORE = "X said: …"
    COLON = "X: …"
    AFTER = "…, said X"
    ACCORDING = "according to X"


@dataclass(frozen=True, slots=True)
class _Attribution:
    """One place where a text says who speaks."""

    who: str
    who_start: int
    start: int
    end: int
    told_end: int
    """Where the speaker and the verb end; what follows up to ``end`` is the text's own."""
    form: _Form


@dataclass(frozen=True, slots=True)
class ClaimedSpeech:
    """What a text says that someone says."""

    speaker: str
    speaker_start: int
    said_start: int
    said_end: int
    told: Span
    """The words that say who speaks."""


def speaker_of(text: str, sentence: Span, at: int) -> str | None:
    """Who is said to say what stands at ``at``; None for the outlet's own statement.

    Args:
        text: The article's text.
        sentence: The sentence around ``at``.
        at: Offset of the quote in the text.

    >>> s = "Sweden is ready, says Ewa Skoog Haslum, head of command."
    >>> speaker_of(s, Span(0, len(s)), 0)
    'Ewa Skoog Haslum'
    >>> s = "Leaders met on Tuesday. The talks took three hours."
    >>> speaker_of(s, Span(24, len(s)), 24) is None
    True
    """
    return _speaker_of(text, sentence, at, turns=QUOTED_TURNS)


def _speaker_of(text: str, sentence: Span, at: int, *, turns: int) -> str | None:
    high = text.find("\n\n", sentence.start)
    paragraph = Span(_paragraph_start(text, sentence.start), len(text) if high < 0 else high)
    quotation = _quotation_around(text, paragraph, at)
    around = sentence
    if quotation is not None:
        touched = [s for s in _sentences(text, paragraph) if Span(*s).overlaps(quotation)]
        around = Span(
            min([sentence.start, *(start for start, _ in touched)]),
            max([sentence.end, *(end for _, end in touched)]),
        )
    found = _speakers_in(text, around, at, quotation)
    if not found and quotation is not None:
        after = _said_after(text, quotation, around, paragraph)
        found = _speakers_in(text, after, at, quotation) if after is not None else []
        outside = text[around.start : quotation.start] + text[quotation.end : around.end]
        if not found and turns and not re.search(r"\w", outside):
            # A quotation alone goes on from the one before it.
            return _last_speaker(text, Span(paragraph.start, around.start), turns=turns - 1)
    if not found:
        return None
    anchor = Span(at, at) if quotation is None else quotation
    item = _nearest(found, Span(anchor.start - around.start, anchor.end - around.start))
    if quotation is not None and item.form is _Form.BEFORE:
        # Words between a quotation and who speaks after it: "... had “…”, while Lind said".
        between = text[quotation.end : around.start + item.start]
        earlier = [one for one in found if around.start + one.end <= quotation.start]
        if earlier and re.search(r"\w", between):
            item = earlier[-1]
    if item.who.lower() in _PRONOUNS:
        return _before_pronoun(text, Span(paragraph.start, around.start))
    return item.who


def _speakers_in(text: str, around: Span, at: int, quotation: Span | None) -> list[_Attribution]:
    """Attributions around ``at``, in the text's order, but those inside the quotation and of ``at`` itself."""
    found = []
    for item in _attributions(text[around.start : around.end]):
        start = around.start + item.who_start
        is_inside = quotation is not None and quotation.start < start < quotation.end
        if is_inside or start <= at < start + len(item.who):
            continue
        if _may_speak(item, text, around):
            found.append(item)
    return sorted(found, key=lambda item: item.start)


def _said_after(text: str, quotation: Span, around: Span, paragraph: Span) -> Span | None:
    """The sentence with the next one's opening where that says who speaks: “It rained!” Lind said."""
    if quotation.end != around.end:
        return None
    after = _BEFORE.match(text, around.end + 1, min(paragraph.end, around.end + NEAR_NAME))
    if after is None or _INTRODUCES.match(text, after.end()):
        return None
    return Span(around.start, after.end())


def _nearest(found: Sequence[_Attribution], place: Span) -> _Attribution:
    return min(found, key=lambda item: _distance(item, place.start, place.end))


def claimed_speakers(text: str) -> list[ClaimedSpeech]:
    """Who a short text says to say what.

    >>> [(c.speaker, text[c.said_start:c.said_end]) for text in ["Merz said that we are ready."]
    ...  for c in claimed_speakers(text)]
    [('Merz', 'we are ready.')]
    """
    claims = []
    signed = _SIGNED.search(text)
    if signed is not None:
        told = Span(signed.start() + 1, signed.end())
        before = len(text[: told.start].rstrip(" ,:;\n\"'”“’‘»"))
        claims.append(ClaimedSpeech(signed.group("who"), signed.start("who"), 0, before, told))
    for item in _attributions(text):
        if item.who.lower() in _PRONOUNS:
            continue
        listener = (
            _LISTENER.match(text, item.end) if _TOLD.search(text, item.start, item.end) else None
        )
        aside = _APPOSITION.match(text, item.end) if item.form is _Form.ACCORDING else None
        led = listener or aside
        rest = _THAT.match(text, led.end() if led else item.end)
        after = rest.end() if rest else item.end
        told = Span(item.start, item.told_end)
        before = len(text[: item.start].rstrip(" ,:;\n\"'”“’‘"))
        comes_last = item.form is _Form.AFTER or (
            item.form is _Form.ACCORDING and len(text[:before].split()) >= SAID_WORDS
        )
        if not comes_last and re.search(r"\w+\W+\w", text[after:]):
            claims.append(ClaimedSpeech(item.who, item.who_start, after, len(text.rstrip()), told))
        elif re.search(r"\w", text[:before]):
            claims.append(ClaimedSpeech(item.who, item.who_start, 0, before, told))
    return claims


def meant_by_pronoun(text: str, at: int) -> str | None:
    """Who a pronoun at ``at`` stands for: the last speaker, else the last subject, of its paragraph.

    >>> meant_by_pronoun("Merz spoke on Monday. He left early.", 22)
    'Merz'
    """
    return _before_pronoun(text, Span(_paragraph_start(text, at), at))


def _paragraph_start(text: str, at: int) -> int:
    low = text.rfind("\n\n", 0, at + 1)
    return 0 if low < 0 else low + 2


def _attributions(piece: str) -> list[_Attribution]:
    found: list[_Attribution] = []
    for pattern, form in (
        (_ACCORDING, _Form.ACCORDING),
        (_AFTER, _Form.AFTER),
        (_BEFORE, _Form.BEFORE),
        (_COLON, _Form.COLON),
        (_AR_ACCORDING, _Form.ACCORDING),
        (_AR_BEFORE, _Form.BEFORE),
        (_AR_AFTER, _Form.BEFORE),
        (_AR_COLON, _Form.BEFORE),
        (_AR_ACCORDING_SHORT, _Form.ACCORDING),
    ):
        for match in pattern.finditer(piece):
            who = match.group("who").strip(" ,:;'’")
            who = who if who.endswith(("Jr.", "Sr.")) else who.rstrip(".")
            for before in (_CONNECTIVE, _DAY):
                led_in = before.match(who)
                who = who[led_in.end() :] if led_in else who
            if not who or who.split()[0].lower() in _NO_SPEAKERS or _POSSESSIVE.search(who):
                continue
            if who.lower() in _NOBODY:
                continue
            start = match.start("who") + match.group("who").find(who)
            if pattern is _COLON and not _is_label(match, who, piece):
                continue
            if any(known.start < match.end() and match.start() < known.end for known in found):
                continue
            if form is _Form.BEFORE:
                named = _as_subject(piece, start, who, match.groupdict().get("aside") or "")
                if named is None:
                    continue
                start, who = named
            told_end = start + len(who) if pattern is _COLON else match.end()
            begin = min(start, match.start())
            found.append(_Attribution(who, start, begin, match.end(), told_end, form))
    return found


def _as_subject(piece: str, start: int, who: str, aside: str) -> tuple[int, str] | None:
    """Where the subject that ``who`` belongs to starts, and what it is; None where it is of no subject."""
    before = piece[max(0, start - NEAR_NAME) : start]
    if _IN_CLAUSE.search(before):
        return None
    name = _ASIDE_NAME.fullmatch(aside)
    if _PREPOSITION.search(before) is None:
        # "The mayor of Kharkiv, Ihor Holm,": both are he.
        is_role = name is not None and (" of " in who or who.rsplit(maxsplit=1)[-1].islower())
        return start, f"{who}{aside[:-1]}" if is_role else who
    if name is not None:
        return start + len(who) + 2, name["name"]
    low = start - len(before)
    from_where = _FROM_WHERE.search(before)
    if from_where is not None:
        return low + from_where.start("name"), from_where["name"]
    of = _OF_WHOM.search(before)
    return (low + of.start(), of.group() + who) if of is not None else None


def _is_label(match: re.Match[str], who: str, piece: str) -> bool:
    """Whether a name before a colon is the whole of what stands there, or speaks: "Merz: we agree".

    In "Valencia floods: 222 dead" it is neither.
    """
    words = who.lower().split()
    if words[0] not in ("the", "a", "an") and words[-1] in _NO_SPEAKING:
        return False
    rest = match.group("rest").strip()
    return not rest or rest[0] in ",(" or (
        len(rest.split()) > 1 and _QUOTED_NEXT.match(piece, match.end()) is not None
    )  # fmt: skip


def _may_speak(item: _Attribution, text: str, sentence: Span) -> bool:
    """Whether a name before a colon is of someone who speaks in ``text``: headlines have places there."""
    if item.form is not _Form.COLON or _QUOTED_NEXT.match(text, sentence.start + item.end):
        return True
    label = re.compile(_LABEL.format(re.escape(item.who)))
    if len(label.findall(text)) > 1:
        return True  # an interview
    name = re.escape(item.who.split()[-1])
    of_it = re.compile(rf"\b(?:of|in|for|from|at|on)\s+(?:the\s+)?{name}", re.IGNORECASE)
    places = (found.start() for found in re.finditer(rf"(?<!\w){name}(?!\w)", text))
    elsewhere = (at for at in places if not sentence.start <= at < sentence.end)
    return any(
        said.form is not _Form.COLON
        and same_person(item.who, said.who)
        and of_it.search(said.who) is None
        for at in islice(elsewhere, NAME_PLACES)
        for said in _attributions(text[max(0, at - NEAR_NAME) : at + NEAR_NAME])
    )


def _distance(item: _Attribution, start: int, end: int) -> int:
    if item.end <= start:
        return start - item.end
    return max(0, item.start - end)


def quotations_in(text: str, span: Span) -> Iterator[Span]:
    """Quotations that lie in a span; their marks are paired from the start of each paragraph.

    From anywhere else a straight mark that closes would be taken for one that opens.
    """
    at = _paragraph_start(text, span.start)
    while at < span.end:
        end = text.find("\n\n", at)
        end = len(text) if end < 0 else end
        for start, stop in _quotations_of(text[at:end]):
            if span.start <= at + start and at + stop <= span.end:
                yield Span(at + start, at + stop)
        at = end + 2


@lru_cache(maxsize=64)
def _quotations_of(paragraph: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in QUOTATION.finditer(paragraph))


@lru_cache(maxsize=64)
def _sentences_of(paragraph: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentence_spans(paragraph))


def _quotation_around(text: str, paragraph: Span, at: int) -> Span | None:
    return next((q for q in quotations_in(text, paragraph) if q.start <= at < q.end), None)


def _sentences(text: str, paragraph: Span) -> list[tuple[int, int]]:
    return [
        (paragraph.start + start, paragraph.start + end)
        for start, end in _sentences_of(text[paragraph.start : paragraph.end])
    ]


def _last_speaker(text: str, before: Span, *, turns: int) -> str | None:
    """Who says the quotation in the last sentence of ``before``; None where it has none."""
    sentences = _sentences(text, before)
    if not sentences:
        return None
    last = Span(*sentences[-1])
    quoted = next((q for q in quotations_in(text, before) if q.overlaps(last)), None)
    if quoted is None:
        return None
    return _speaker_of(text, last, max(last.start, quoted.start), turns=turns)


def _before_pronoun(text: str, before: Span) -> str | None:
    """The one whom a pronoun after ``before`` means: the last speaker, else the last subject."""
    for start, end in reversed(_sentences(text, before)):
        piece = text[start:end]
        named = [
            item for item in _attributions(piece)
            if item.who.lower() not in _PRONOUNS
        ]  # fmt: skip
        if named:
            return named[-1].who
        subject = _SUBJECT.match(piece)
        first = subject.group("who").split()[0].lower() if subject else ""
        if subject and subject.group("who").lower() != "the" and first not in _NO_SUBJECTS:
            return subject.group("who")
    return None
