"""What someone said: statements found by who is said to make them, not by what the reader makes of them.

"What did Merz say about Ukraine?" has no short answer for the reader to find: whatever he said is one. The
passages tell who speaks (:mod:`assistant.speech`), so that his quotations, and what is told of his words, are
taken where they touch the subject asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.library import Library
from assistant.span_features import stems
from assistant.speech import QUOTATION, ClaimedSpeech, claimed_speakers, same_person, speaker_of
from assistant.types import Hit, ReadSpan, Span
from embeddings.sentences import sentence_spans

MIN_WORDS = 3
"""Fewer in quotation marks are a term, not a statement."""
MIN_TOPIC_SHARE = 0.5
"""Of the subject's words, how many a statement's sentences must have."""
QUOTED = 0.85
TOLD = 0.7
"""Set by hand, from how often such a statement is the speaker's. Of 45 quotations and 45 told statements drawn from
91 news pages, those left out whose "speaker" nobody would ask for (recipes, headlines, 24 in all), 41 of 44 and 18 of
22 were, by one reader's hasty eye; the rules were then mended on the same pages. Nothing fresh was measured since."""
NEAR_TOPIC = 0.42
"""Where only the sentence before, or the title, has the subject's words."""
QUOTED_SHARE = 0.5
"""A quotation that is less of what is told is given together with the rest of it."""

_SAY = r"(?:say|says|said|saying|state|states|stated|declare|declares|declared|tell|tells|told)"
_LISTENER = (
    r"(?:\s+(?:to\s+)?(?:(?:the\s+)?(?:reporters|journalists|press|media|parliament)|us|me|them))?"
)
_LINK = (
    r"(?:about|on|of|regarding|concerning|to|in|at|during|after|before|when|as|against|for|with)\b"
)
_ASKED = (
    re.compile(
        r"^\W*(?:(?:and|so|but)\s+)?what\s+(?:exactly\s+|else\s+)?(?:did|does|do|has|have|had|was|were|is|are)\s+"
        rf"(?P<who>\S.{{0,80}}?)\s+(?:exactly\s+|just\s+|also\s+)?{_SAY}{_LISTENER}"
        rf"(?:\s+(?P<topic>{_LINK}.{{1,200}}?))?\s*[?.!]*\s*$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bwhat\s+(?P<who>[^?]{{1,80}}?)\s+(?:has\s+|have\s+|had\s+)?(?:said|says|say){_LISTENER}"
        rf"(?:\s+(?P<topic>{_LINK}.{{1,200}}?))?\s*[?.!]*\s*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:و)?ماذا\s+(?:قال|قالت|قالوا|صرح|صرّح|صرحت|يقول|تقول)\s+(?P<who>[^؟?]{1,80}?)"
        r"(?:\s+(?P<topic>(?:عن|حول|بشأن|بخصوص|في|بعد|خلال|قبل|على)\s[^؟?]{1,200}?))?\s*[؟?.!]*\s*$"
    ),
)
_NOBODY = frozenset(
    "he she they it you we i people everyone anyone someone articles article text library sources "
    "هو هي هم الناس".split()
)
_AUXILIARIES = frozenset(
    "is are was were be been being do does did has have had would could should will can may might".split()
)
_SEVERAL = re.compile(r"[A-Z]\w*(?: [A-Z]\w*)*(?:(?:, | and |, and | or )[A-Z]\w*(?: [A-Z]\w*)*)+")
_GOES_ON = frozenset(
    "and or but adding who which whose is are was were has have had to in for of".split()
)
"""What goes on so is the rest of a sentence, not what was said."""
_NO_STATEMENT = frozenset(("by", "with"))
"""After "responded" and the like: how, not what."""
_PEOPLE_OF = re.compile(
    r"\b(?:critics?|supporters?|friends?|fans?|opponents?|rivals?|allies|relatives|colleagues?|followers?|backers|"
    r"aides?|parents|lawyers?|neighbou?rs?|residents?|readers?)\s+(?:for|of|from)\s",
    re.IGNORECASE,
)
_PRONOUN_SAYS = re.compile(
    r"^\W*(?:(?:and|but|however|later|then|meanwhile|instead|also),?\s+)?(?:he|she|they|it)\b"
    r"|\b(?:he|she|they|it)\s+\w+\W*$",
    re.IGNORECASE,
)
"""A sentence that a pronoun opens, or closes with its verb: elsewhere it speaks of something else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for what someone said."""

    speaker: str
    topic: frozenset[str]
    """Stems of the subject's words; empty where any statement will do."""


def asked_statement(question: str) -> Asked | None:
    """Whose words a question asks for; None for any other question.

    >>> asked_statement("What did Merz say?")
    Asked(speaker='Merz', topic=frozenset())
    >>> asked_statement("What did they say the cause was?") is None
    True
    """
    match = _match_asked(question)
    if match is None:
        return None
    speaker = match["who"].strip(" ,'\"“”«»")
    words = re.findall(r"\w+", speaker.casefold())
    if not words or words[-1] in _NOBODY or words[0] in _AUXILIARIES:
        return None
    return Asked(speaker, frozenset(stems(match["topic"] or "")))


def _match_asked(question: str) -> re.Match[str] | None:
    if re.search(r"\s{9}", question):
        return None  # nobody asks so, and the patterns would take long
    return next((match for pattern in _ASKED if (match := pattern.search(question))), None)


_OTHER_TOPIC = re.compile(
    r"^\s*(?:(?:and|but|so)\s+)?(?P<topic>(?:about|on|regarding|concerning)\s+\S[^?]{0,200}?)\s*[?.!]*\s*$"
    r"|^\s*و?(?P<arabic>(?:عن|حول|بشأن|بخصوص)\s+\S[^?؟]{0,200}?)\s*[?؟.!]*\s*$",
    re.IGNORECASE,
)


def about_another_topic(asked: str, question: str) -> str | None:
    """A question for what someone said, with the subject of a follow-up in the place of its own.

    >>> about_another_topic("What did Merz say about Ukraine?", "and about trains?")
    'What did Merz say about trains?'
    """
    other, found = _OTHER_TOPIC.match(question), _match_asked(asked)
    if other is None or found is None or asked_statement(asked) is None:
        return None
    topic = other["topic"] or other["arabic"]
    end = found.end() if found["topic"] is None else found.start("topic")
    mark = "؟" if other["arabic"] else "?"
    return f"{asked[:end].rstrip(' ?؟.!')} {topic}{mark}"


def with_statements(
    question: str, hits: Sequence[Hit], spans: Sequence[ReadSpan], *, library: Library
) -> list[ReadSpan]:
    """The spans with the statements that the question asks for, most probable first.

    A span of the reader's that lies in one of them gives way to the whole of it.

    Args:
        question: As it was read.
        hits: The passages that were read.
        spans: What the reader found in them.
        library: Where the articles are.
    """
    asked = asked_statement(question)
    if asked is None:
        return list(spans)
    kept, found = list(spans), []
    for statement in _statements(asked, hits, library):
        inside = [span for span in kept if _overlap(span, statement)]
        kept = [span for span in kept if not _overlap(span, statement)]
        best = max(inside, key=lambda span: span.probability, default=statement)
        found.append(
            replace(
                statement,
                score=best.score,
                null_score=best.null_score,
                probability=max(statement.probability, best.probability),
            )
        )
    if found:
        # Beside statements that are known to be his, a guess is none.
        kept = [span for span in kept if span.probability >= NEAR_TOPIC]
    return sorted([*found, *kept], key=lambda span: (-span.probability, span.hit_index, span.start))


def _overlap(one: ReadSpan, other: ReadSpan) -> bool:
    return one.hit_index == other.hit_index and one.start < other.end and other.start < one.end


def _statements(asked: Asked, hits: Sequence[Hit], library: Library) -> Iterator[ReadSpan]:
    for index, hit in enumerate(hits):
        passage = hit.passage
        article = library.article_of(passage)
        if article is None:
            continue
        needed = MIN_TOPIC_SHARE * len(asked.topic)
        sentences = [
            Span(passage.start + start, passage.start + end)
            for start, end in sentence_spans(passage.text)
        ]
        for said, inside in statements_of(asked.speaker, article.text, sentences):
            text = article.text[said.start : said.end]
            probability = QUOTED if QUOTATION.match(text) else TOLD
            if len(asked.topic & stems(article.text[inside.start : inside.end])) < needed:
                earlier = [s.start for s in sentences if s.end <= inside.start]
                around = article.text[max(earlier, default=inside.start) : inside.end]
                if len(asked.topic & stems(f"{passage.title} {around}")) < needed:
                    continue
                probability = NEAR_TOPIC
            yield ReadSpan(index, said.start, said.end, text, None, None, probability)


def statements_of(
    speaker: str, text: str, sentences: Sequence[Span]
) -> Iterator[tuple[Span, Span]]:
    """Statements of ``speaker`` in a text's ``sentences``, each with those that it is in."""
    taken: list[Span] = []
    if not sentences:
        return
    for match in QUOTATION.finditer(text, sentences[0].start, sentences[-1].end):
        quotation = Span(*match.span())
        around = [s for s in sentences if s.start < quotation.end and quotation.start < s.end]
        if len(match["inner"].split()) < MIN_WORDS or not around:
            continue
        sentence = Span(around[0].start, around[-1].end)
        who = speaker_of(text, sentence, quotation.start)
        if not _is_speaker(speaker, who):
            continue
        said = quotation
        told = _told(text, sentence, claimed_speakers(text[sentence.start : sentence.end]))
        if told is not None and told.start <= quotation.start and quotation.end <= told.end:
            length = quotation.end - quotation.start
            said = told if length < QUOTED_SHARE * (told.end - told.start) else quotation
        if not any(said.start < other.end and other.start < said.end for other in taken):
            taken.append(said)
            yield said, sentence
    for sentence in sentences:
        if any(sentence.start < other.end and other.start < sentence.end for other in taken):
            continue
        who = speaker_of(text, sentence, sentence.end - 1)
        if _is_speaker(speaker, who):
            statement = _statement(speaker, text, sentence)
            if statement is not None:
                yield statement, sentence


def _is_speaker(asked: str, who: str | None) -> bool:
    """Whether a speaker is the one who was asked for, or one of them: "Merz and Macron"."""
    if who is None:
        return False
    names = re.split(r"(?:,| and| or)+ ", asked) if _SEVERAL.fullmatch(asked) else [asked]
    return any(
        same_person(name, who) and _holds(name, who) and not _is_of(name, who) for name in names
    )


def _holds(asked: str, who: str) -> bool:
    """Whether one name holds all of the other: not "Julie Graham" for "Lindsey Graham"."""
    ours, theirs = (
        set(re.findall(r"\w+", name.casefold())) - {"the", "a"} for name in (asked, who)
    )
    if ours <= theirs:
        return True
    # A surname for a full name, but not a man for his lawyer.
    return theirs <= ours and not ours & {"s", "of", "for", "who", "that", "to", "not"}


def _is_of(name: str, who: str) -> bool:
    """Whether a speaker is only of the one who was asked for: "Merz's critics", "friends of Merz"."""
    last = re.escape(name.rsplit(maxsplit=1)[-1])
    return re.search(rf"\b{last}['’]s?\s+\w", who) is not None or (
        _PEOPLE_OF.search(who) is not None and _PEOPLE_OF.search(name) is None
    )


def _statement(speaker: str, text: str, sentence: Span) -> Span | None:
    """What a sentence that has no quotation says that the speaker says; None where he says nothing in it."""
    piece = text[sentence.start : sentence.end]
    claims = claimed_speakers(piece)
    if not claims:
        return sentence if _PRONOUN_SAYS.search(piece) else None
    if len(claims) > 1:
        return sentence if any(_is_speaker(speaker, claim.speaker) for claim in claims) else None
    words = piece[claims[0].said_start : claims[0].said_end].split()
    if words and words[0].lower() in _NO_STATEMENT:
        return None
    return _told(text, sentence, claims) or sentence


def _told(text: str, sentence: Span, claims: Sequence[ClaimedSpeech]) -> Span | None:
    """What a sentence says that someone named says; None where it does not tell, or tells of several."""
    if len(claims) != 1:
        return None
    said = Span(sentence.start + claims[0].said_start, sentence.start + claims[0].said_end)
    words = text[said.start : said.end].split()
    return said if len(words) >= MIN_WORDS and words[0].lower() not in _GOES_ON else None
