"""Who says it: reported speech told from the outlet's own statement.

Each language's patterns over one sentence, and over what stands before it in its paragraph: "Merz said", "said
Merz", "Merz: “…”", "according to Merz", «قال ميرتس». They stand in the tables' ``[speech]``. A pronoun is traced back
to the one who spoke, or was spoken of, before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from assistant.language import pack
from assistant.language.people import same_person
from assistant.types import Span
from embeddings.sentences import sentence_spans

_PATTERNS = pack.Patterns("speech")
_WORDS = pack.Words("speech")
_ENGLISH = pack.Patterns("speech", "en")
_ARABIC = pack.Patterns("speech", "ar")
_NAMES = pack.Words("people")
NEAR_NAME = 120
"""Characters around a name in which it is looked for as a speaker."""
DENIED_CHARS = 600
"""Longer is no denial."""
QUOTED_TURNS = 4
"""So many quotations in a row may be one speaker's without being said to be."""
SAID_WORDS = 4
"""So many words before "according to" are what is said: "on Monday" is not."""
SENTENCES_BACK = 40
"""So many before a pronoun may say whom it means."""
NAME_PLACES = 50
"""So many places of it are looked at."""


QUOTATION = re.compile(
    r"(?:(?P<double>[\"“«„»])|(?<!\w)['‘](?=\w))"
    r"(?P<inner>(?(double)[^\"“”«»„]+|(?:[^'’\"“”]|['’](?=\w)){1,1000}))"
    r"(?(double)[\"”»“«]|['’](?!\w))"
)
"""Words in quotation marks; group ``inner`` is without the marks."""
_SENTENCE_END = re.compile(r"[.!?؟][”\"’»]?\s+")
_INTRODUCES = re.compile(r"[^.!?“”\"«»]{0,40}[:,]?\s*[“\"«]")
"""After "Holm replied": a quotation of his own."""
_HE = "هو"
"""Who speaks where an Arabic verb has no subject."""
_QUOTED_NEXT = re.compile(r"\s*[“\"«„‘']")


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
    denied: tuple[int, int]
    """What he says is not so; empty where he denies nothing."""
    calls: bool
    """Whether only what is quoted is his: who called something “…”."""


@dataclass(frozen=True, slots=True)
class ClaimedSpeech:
    """What a text says that someone says."""

    speaker: str
    speaker_start: int
    said_start: int
    said_end: int
    told: Span
    """The words that say who speaks."""


def speaker_of(text: str, sentence: Span, at: int, *, even_denied: bool = False) -> str | None:
    """Who is said to say what stands at ``at``; None for the outlet's own statement.

    Args:
        text: The article's text.
        sentence: The sentence around ``at``.
        at: Offset of the quote in the text.
        even_denied: Whether who denies what stands there counts as its speaker.

    >>> s = "Sweden is ready, says Ewa Skoog Haslum, head of command."
    >>> speaker_of(s, Span(0, len(s)), 0)
    'Ewa Skoog Haslum'
    >>> s = "Leaders met on Tuesday. The talks took three hours."
    >>> speaker_of(s, Span(24, len(s)), 24) is None
    True
    """
    return _speaker_of(text, sentence, at, turns=QUOTED_TURNS, even_denied=even_denied)


def _speaker_of(
    text: str, sentence: Span, at: int, *, turns: int, even_denied: bool = False
) -> str | None:
    high = text.find("\n\n", sentence.start)
    paragraph = Span(_paragraph_start(text, sentence.start), len(text) if high < 0 else high)
    quotation = _quotation_around(text, paragraph, at)
    around = sentence
    if quotation is not None:
        low = paragraph.start
        sentences = _sentences_of(text[low : paragraph.end])
        touched = [
            (low + start, low + end)
            for start, end in _touching(sentences, quotation.start - low, quotation.end - low)
        ]
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
    denied_from, denied_to = item.denied
    if not even_denied and denied_from <= at - around.start < denied_to:
        return None
    if item.who.lower() in _WORDS.pronouns:
        says = around.start + item.who_start
        starts = [start for start, _ in _sentences(text, paragraph) if start <= says]
        opening = max([around.start, *starts])
        return _before_pronoun(text, Span(paragraph.start, opening))
    return item.who


def _speakers_in(text: str, around: Span, at: int, quotation: Span | None) -> list[_Attribution]:
    """Attributions around ``at``, in the text's order, but those inside the quotation and of ``at`` itself."""
    found = []
    for item in _attributions(text[around.start : around.end]):
        start = around.start + item.who_start
        is_inside = quotation is not None and quotation.start < start < quotation.end
        if item.calls and quotation is None and not item.start <= at - around.start < item.end:
            continue
        is_his_name = item.who.lower() not in _WORDS.pronouns and start <= at < start + len(
            item.who
        )
        if is_inside or is_his_name:
            continue
        if (
            quotation is None
            and item.form is _Form.BEFORE
            and _PATTERNS.next_clause.search(text, at, around.start + item.start)
            and re.match(r"\W*\w", text[around.start + item.end : around.end])
        ):
            continue  # "31 million; the auditors said it was 44"
        if _may_speak(item, text, around):
            found.append(item)
    return sorted(found, key=lambda item: item.start)


def _said_after(text: str, quotation: Span, around: Span, paragraph: Span) -> Span | None:
    """The sentence with the next one's opening where that says who speaks: “It rained!” Lind said."""
    if quotation.end != around.end:
        return None
    after = _ENGLISH.before.match(text, around.end + 1, min(paragraph.end, around.end + NEAR_NAME))
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
    signed = _PATTERNS.signed.search(text)
    if signed is not None:
        told = Span(signed.start() + 1, signed.end())
        before = len(text[: told.start].rstrip(" ,،:;\n\"'”“’‘»"))
        claims.append(ClaimedSpeech(signed.group("who"), signed.start("who"), 0, before, told))
    for item in _attributions(text):
        if item.who.lower() in _WORDS.pronouns:
            continue
        listener = (
            _PATTERNS.listener.match(text, item.end)
            if _PATTERNS.told.search(text, item.start, item.end)
            else None
        )
        aside = _PATTERNS.apposition.match(text, item.end) if item.form is _Form.ACCORDING else None
        led = listener or aside
        rest = _PATTERNS.that_follows.match(text, led.end() if led else item.end)
        after = rest.end() if rest else item.end
        told = Span(item.start, item.told_end)
        before = len(text[: item.start].rstrip(" ,،:;\n\"'”“’‘"))
        comes_last = item.form is _Form.AFTER or (
            item.form is _Form.ACCORDING and len(text[:before].split()) >= SAID_WORDS
        )
        is_said_next = re.search(r"\w+\W+\w", text[after:]) or (
            item.denied[0] >= item.told_end and re.search(r"\w{4}", text[after : item.denied[1]])
        )
        if not comes_last and is_said_next:
            claims.append(ClaimedSpeech(item.who, item.who_start, after, len(text.rstrip()), told))
        elif re.search(r"\w", text[:before]):
            claims.append(ClaimedSpeech(item.who, item.who_start, 0, before, told))
    return claims


def _paragraph_start(text: str, at: int) -> int:
    low = text.rfind("\n\n", 0, at + 1)
    return 0 if low < 0 else low + 2


@lru_cache(maxsize=256)
def _attributions(piece: str) -> tuple[_Attribution, ...]:
    found: list[_Attribution] = []
    # The rarer of the two first, and the one that is no more than a few words.
    subject = _subject(piece) if _PATTERNS.and_said.search(piece) else None
    if (
        subject is not None
        and _is_one(subject.group("who"))
        and (said := _PATTERNS.and_said.match(piece, subject.end()))
    ):
        who, start, verb = subject.group("all"), subject.start("all"), said.end()
        # What stands between is no part of what is said.
        denied = _denied(piece, start, verb)
        found.append(_Attribution(who, start, start, verb, verb, _Form.BEFORE, denied, calls=False))
    for pattern, form in _who_speaks(piece):
        for match in pattern.finditer(piece):
            item = _attribution(match, form, piece)
            if item is None or any(
                known.start < match.end() and match.start() < known.end for known in found
            ):
                continue
            found.append(item)
    implied = _PATTERNS.implied.match(piece)
    if implied is not None and not any(item.start < implied.end() for item in found):
        low, high = implied.span()
        denied = _denied(piece, low, high)
        found.append(_Attribution(_HE, low, low, high, high, _Form.BEFORE, denied, calls=False))
    return tuple(found)


_FORMS = {
    # An aside ends in a comma, and after one "said" could open what is said after it.
    "before_aside": _Form.BEFORE,
    "before_after_quote": _Form.BEFORE,
    "in_words": _Form.ACCORDING,
    "according": _Form.ACCORDING,
    "after": _Form.AFTER,
    "verb_first": _Form.BEFORE,
    "before": _Form.BEFORE,
    "colon": _Form.COLON,
    "subject_first": _Form.BEFORE,
    "before_colon": _Form.BEFORE,
    "according_short": _Form.ACCORDING,
}
"""The patterns of a table that say who speaks, in the order in which they are tried."""
_CUES = {
    "before_aside": "cue_before",
    "before_after_quote": "cue_before_after_quote",
    "in_words": "cue_in_words",
    "according": "cue_according",
    "after": "cue_after",
    "before": "cue_before",
    "colon": "cue_colon",
}
"""The short ones, where a table has them, without which these do not match."""


@lru_cache(maxsize=1)
def _languages() -> tuple[tuple[pack.Patterns, tuple[tuple[str, _Form, str | None], ...]], ...]:
    """The tables that say how people speak, each with the names of its patterns and of their cues."""
    cues = {name: pack.codes_with("speech", cue) for name, cue in _CUES.items()}
    named = {name: pack.codes_with("speech", name) for name in _FORMS}
    return tuple(
        (
            pack.Patterns("speech", code),
            tuple(
                (name, form, _CUES[name] if code in cues.get(name, ()) else None)
                for name, form in _FORMS.items()
                if code in named[name]
            ),
        )
        for code in pack.codes_with("speech", "cues")
    )


def _who_speaks(piece: str) -> Iterator[tuple[re.Pattern[str], _Form]]:
    """The patterns of the languages that a text has a cue of, but for those that have one of their own."""
    for patterns, named in _languages():
        if patterns.cues.search(piece):
            for name, form, cue in named:
                if cue is None or getattr(patterns, cue).search(piece):
                    yield getattr(patterns, name), form


def _attribution(match: re.Match[str], form: _Form, piece: str) -> _Attribution | None:
    """What a pattern's match says of who speaks; None where it names nobody who could."""
    who = match.group("who").strip(" ,:;'’")
    who = who if who.endswith(("Jr.", "Sr.")) else who.rstrip(".")
    for before in (_PATTERNS.connective, _PATTERNS.day):
        led_in = before.match(who)
        who = who[led_in.end() :] if led_in else who
    if _PATTERNS.place.match(who):
        who = who.rsplit(maxsplit=1)[-1]  # "In Washington Trump"
    if not who or who.lower() in _WORDS.nobody or _PATTERNS.possessive.search(who):
        return None
    if who.split()[0].lower() in _NAMES.no_speakers:
        return None
    start = match.start("who") + match.group("who").rfind(who)
    told_end = match.end()
    if form is _Form.COLON:
        if not _is_label(match, who, piece):
            return None
        told_end = start + len(who)
    elif form is _Form.AFTER:
        goes_on = _PATTERNS.subject_goes_on.match(piece, match.end())
        is_quoted = match.group()[0] in "”\"’'»"
        if goes_on or (not is_quoted and _PATTERNS.subject_did.match(piece, match.end())):
            return None
    elif form is _Form.BEFORE:
        is_in_clause = _PATTERNS.of_which.search(piece, max(0, start - NEAR_NAME), start)
        if is_in_clause and _PATTERNS.subject_goes_on.match(piece, match.end()):
            return None
        named = _as_subject(piece, start, who, match.groupdict().get("aside") or "")
        if named is None:
            return None
        start, who = named
        arabic = _ARABIC.aside_name.match(piece, match.end())
        if arabic is not None and re.search(r"(?<!\w)ال", who):
            who = f"{who}، {arabic['name']}"
            told_end = arabic.end()
    low = min(start, match.start())
    denied = _denied(piece, low, told_end) if form is _Form.BEFORE else (0, 0)
    calls = _PATTERNS.calls.search(piece[low:told_end]) is not None
    return _Attribution(who, start, low, max(match.end(), told_end), told_end, form, denied, calls)


def _denied(piece: str, start: int, end: int) -> tuple[int, int]:
    """What the speaker whom ``start:end`` names denies: after the words that say so, else before them."""
    if _PATTERNS.denies.search(piece[start:end]) is None:
        return 0, 0
    high = min(len(piece), end + DENIED_CHARS)
    until = _PATTERNS.denied_until.search(piece, end, high)
    stop = until.start() if until else high
    if re.search(r"\w{3}", piece[end:stop]):
        return end, stop
    low = max(0, start - DENIED_CHARS)
    ends = [match.end() for match in _SENTENCE_END.finditer(piece, low, start)]
    return max(ends, default=low), stop  # "a claim that Holm denied"


def _subject(piece: str) -> re.Match[str] | None:
    """What a sentence begins with, where that is someone."""
    subject = _PATTERNS.subject.match(piece)
    if subject is None or subject.group("who").lower() in _WORDS.nobody:
        return None
    return None if subject.group("who").split()[0].lower() in _WORDS.no_subjects else subject


def _is_one(who: str) -> bool:
    """Whether a sentence's first words are someone: one word in the plural may be anything."""
    is_role = _PATTERNS.role.fullmatch(who) is not None
    return is_role or " " in who or not who.endswith("s") or who.endswith("ss")


def _as_subject(piece: str, start: int, who: str, aside: str) -> tuple[int, str] | None:
    """Where the subject that ``who`` belongs to starts, and what it is; None where it is of no subject."""
    before = piece[max(0, start - NEAR_NAME) : start]
    if _PATTERNS.in_clause.search(before) or _PATTERNS.condition.search(before):
        return None
    name = _ENGLISH.aside_name.fullmatch(aside)
    several = _PATTERNS.and_another.search(before)
    if several is not None and not _PATTERNS.preposition.search(before[: several.start()]):
        first = several["others"].split()[0].lower()
        if first not in _NAMES.no_speakers and who[0].isupper():
            return start - len(before) + several.start(), before[several.start() :] + who
    if _PATTERNS.preposition.search(before) is None:
        # "The mayor of Kharkiv, Ihor Holm,": both are he.
        is_role = name is not None and (" of " in who or who.rsplit(maxsplit=1)[-1].islower())
        return start, f"{who}{aside[:-1]}" if is_role else who
    if name is not None:
        return start + len(who) + 2, name["name"]
    low = start - len(before)
    from_where = _PATTERNS.from_where.search(before)
    if from_where is not None:
        return low + from_where.start("name"), from_where["name"]
    of = _PATTERNS.of_whom.search(before)
    return (low + of.start(), of.group() + who) if of is not None else None


def _is_label(match: re.Match[str], who: str, piece: str) -> bool:
    """Whether a name before a colon is the whole of what stands there, or speaks: "Merz: we agree".

    In "Valencia floods: 222 dead" it is neither.
    """
    words = who.lower().split()
    if words[0] not in ("the", "a", "an") and words[-1] in _WORDS.no_speaking:
        return False
    rest = match.group("rest").strip()
    return not rest or rest[0] in ",(" or (
        len(rest.split()) > 1 and _QUOTED_NEXT.match(piece, match.end()) is not None
    )  # fmt: skip


def _may_speak(item: _Attribution, text: str, sentence: Span) -> bool:
    """Whether a name before a colon is of someone who speaks in ``text``: headlines have places there."""
    if item.form is not _Form.COLON or _QUOTED_NEXT.match(text, sentence.start + item.end):
        return True
    label = re.compile(rf"(?m)^[^\w\n]*{re.escape(item.who)}\s*:\s")
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
    low = paragraph.start
    found = _touching(_quotations_of(text[low : paragraph.end]), at - low, at - low + 1)
    return Span(low + found[0][0], low + found[0][1]) if found else None


def _sentences(text: str, paragraph: Span) -> list[tuple[int, int]]:
    return [
        (paragraph.start + start, paragraph.start + end)
        for start, end in _sentences_of(text[paragraph.start : paragraph.end])
    ]


def _sentences_before(text: str, before: Span) -> list[tuple[int, int]]:
    """The last sentences of a paragraph before a place in it."""
    high = text.find("\n\n", before.start)
    low, size = before.start, before.end - before.start
    found = _sentences_of(text[low : len(text) if high < 0 else max(high, before.end)])
    last = bisect_left(found, (size,))
    return [
        (low + start, low + min(end, size))
        for start, end in found[max(0, last - SENTENCES_BACK) : last]
    ]


def _touching(spans: Sequence[tuple[int, int]], start: int, end: int) -> Sequence[tuple[int, int]]:
    """Those of ordered spans, none within another, that overlap ``start:end``."""
    first = max(0, bisect_left(spans, (start,)) - 1)
    last = bisect_left(spans, (end,))
    return [span for span in spans[first:last] if span[1] > start]


def _last_speaker(text: str, before: Span, *, turns: int) -> str | None:
    """Who says the quotation in the last sentence of ``before``; None where it has none."""
    sentences = _sentences_before(text, before)
    if not sentences:
        return None
    last = Span(*sentences[-1])
    high = text.find("\n\n", before.start)
    quotations = _quotations_of(text[before.start : len(text) if high < 0 else high])
    touched = [
        (start, end)
        for start, end in _touching(quotations, last.start - before.start, last.end - before.start)
        if end <= before.end - before.start
    ]
    if not touched:
        return None
    quoted = before.start + touched[0][0]
    return _speaker_of(text, last, max(last.start, quoted), turns=turns)


def _before_pronoun(text: str, before: Span) -> str | None:
    """The one whom a pronoun after ``before`` means: the last speaker, else the last subject."""
    for start, end in reversed(_sentences_before(text, before)):
        piece = text[start:end]
        said = _attributions(piece)
        named = [item for item in said if item.who.lower() not in _WORDS.pronouns]
        if named:
            return named[-1].who
        # In a quotation nobody is named who could be meant outside of it.
        subject = None if said else _subject(piece)
        if subject is not None and not QUOTATION.match(piece):
            return subject.group("all")
    return None
