"""What someone said: statements found by who is said to make them, not by what the reader makes of them.

"What did Merz say about Ukraine?" has no short answer for the reader to find: whatever he said is one. The
passages tell who speaks (:mod:`assistant.language.speech`), so that his quotations, and what is told of his words, are
taken where they touch the subject asked about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.answering.asked_statements import Asked, asked_statement
from assistant.language import pack
from assistant.language.people import namesakes, other_person, same_person, same_speaker
from assistant.language.scripts import script_of
from assistant.language.speech import (
    QUOTATION,
    SAID_WORDS,
    ClaimedSpeech,
    claimed_speakers,
    quotations_in,
    speaker_of,
)
from assistant.library import Library
from assistant.search.citing import sentence_around
from assistant.types import Hit, ReadSpan, Span
from embeddings.sentences import sentence_spans

_PATTERNS = pack.Patterns("statements")
_SPEECH = pack.Patterns("speech")
_ASKED = pack.Patterns("asked_statements")
_WORDS = pack.Words("statements")
MIN_WORDS = 3
"""Fewer in quotation marks are a term, not a statement."""
MAX_QUOTATIONS = 30
"""So many of one sentence are looked at: each is compared with all who speak in it."""
MIN_CLAUSE_WORDS = 2
"""After "that" so many are one: "rents rose"."""
MIN_TOPIC_SHARE = 0.5
"""Of the subject's words, how many a statement's sentences must have."""
MIN_SPOKEN_SHARE = 0.4
"""The same across scripts, where a name of three consonants counts for so much; never surer than NEAR_TOPIC."""
QUOTED = 0.85
TOLD = 0.7
"""Set by hand, from how often such a statement is the speaker's, counted by one reader's eye. On Wikinews and
Wikipedia paragraphs (QAMR's) that no rule had been written for, 36 of 40 quotations and 32 of 39 told statements
were, those left out whose "speaker" nobody would ask for; some of what was wrong was mended after the count."""
NEAR_TOPIC = 0.5
"""Where only the sentence before, or the title, has the subject's words."""
QUOTED_SHARE = 0.5
"""A quotation that is less of what is told is given together with the rest of it."""
_THAT_WITHIN = 8
"""Words from "said" to "that" at most."""
_ASIDE_WORDS = 4
"""After a verb that takes a noun, more than so many words may have it among them."""
_TITLE_WORDS = 8
_TITLE_WORD_CHARS = 4


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
    for statement, is_doubtful in _statements(asked, hits, library):
        inside = [span for span in kept if span.overlaps(statement)]
        kept = [span for span in kept if not span.overlaps(statement)]
        best = max(inside, key=lambda span: span.probability, default=statement)
        probability = max(statement.probability, best.probability)
        found.append(
            replace(
                statement,
                score=best.score,
                null_score=best.null_score,
                probability=min(probability, NEAR_TOPIC) if is_doubtful else probability,
            )
        )
    kept = [span for span in kept if not _is_of_another(asked, span, hits, library)]
    if found:
        # Beside statements that are known to be his, a guess is none.
        kept = [span for span in kept if span.probability >= NEAR_TOPIC]
    return sorted([*found, *kept], key=lambda span: (-span.probability, span.hit_index, span.start))


def _is_of_another(asked: Asked, span: ReadSpan, hits: Sequence[Hit], library: Library) -> bool:
    """Whether what the reader found is said by someone who is known not to be the one who was asked for."""
    passage = hits[span.hit_index].passage
    article = library.article_of(passage)
    if article is None:
        return False
    paragraph = article.paragraphs[article.paragraph_at(span.start)]
    around = sentence_around(article.text, paragraph, span.start, span.end)
    who = speaker_of(article.text, around, span.start)
    return who is not None and all(other_person(name, who) for name in _names(asked.speaker))


def _statements(
    asked: Asked, hits: Sequence[Hit], library: Library
) -> Iterator[tuple[ReadSpan, bool]]:
    """What the one who is asked for says, each with whether it may be a namesake of his who does."""
    for index, hit in enumerate(hits):
        passage = hit.passage
        article = library.article_of(passage)
        if article is None:
            continue
        sentences = [
            Span(passage.start + start, passage.start + end)
            for start, end in sentence_spans(passage.text)
        ]
        for said, inside in statements_of(asked.speaker, article.text, sentences):
            text = article.text[said.start : said.end]
            probability = QUOTED if QUOTATION.fullmatch(text) else TOLD
            if asked.share_in(article.text[inside.start : inside.end]) < MIN_TOPIC_SHARE:
                earlier = [s.start for s in sentences if s.end <= inside.start]
                around = article.text[max(earlier, default=inside.start) : inside.end]
                needed = (
                    MIN_SPOKEN_SHARE
                    if script_of(text) != script_of(asked.subject)
                    else MIN_TOPIC_SHARE
                )
                if asked.share_in(f"{passage.title} {around}") < needed:
                    continue
                probability = NEAR_TOPIC
            span = ReadSpan(index, said.start, said.end, text, None, None, probability)
            yield span, _is_doubtful(asked, article.text, said, inside)


def _is_doubtful(asked: Asked, text: str, said: Span, sentence: Span) -> bool:
    is_quoted = QUOTATION.fullmatch(text[said.start : said.end]) is not None
    at = said.start if is_quoted else sentence.end - 1
    who = speaker_of(text, sentence, at, even_denied=True)
    people = [] if who is None else namesakes(who, text, sentence.start)
    return any(not any(same_person(name, one) for name in _names(asked.speaker)) for one in people)


def statements_of(
    speaker: str, text: str, sentences: Sequence[Span]
) -> Iterator[tuple[Span, Span]]:
    """Statements of ``speaker`` in a text's ``sentences``, each with those that it is in."""
    taken: list[Span] = []
    looked: Counter[Span] = Counter()
    if not sentences:
        return
    for quotation in quotations_in(text, Span(sentences[0].start, sentences[-1].end)):
        around = [s for s in sentences if s.overlaps(quotation)]
        words = text[quotation.start + 1 : quotation.end - 1].split()
        if len(words) < MIN_WORDS or not around or _is_title(words):
            continue
        sentence = Span(around[0].start, around[-1].end)
        looked[sentence] += 1
        if looked[sentence] > MAX_QUOTATIONS:
            continue
        who = speaker_of(text, sentence, quotation.start, even_denied=True)
        if not _is_speaker(speaker, who, text, sentence.start):
            continue
        said = quotation
        is_denied = speaker_of(text, sentence, quotation.start) is None
        told = _told(text, sentence, claimed_speakers(text[sentence.start : sentence.end]))
        if told is not None and told.start <= quotation.start and quotation.end <= told.end:
            length = quotation.end - quotation.start
            is_less = length < QUOTED_SHARE * (told.end - told.start)
            said = told if is_less or is_denied else quotation
            first = text[told.start : quotation.start].split(maxsplit=1)
            if first and _SPEECH.calls.match(first[0]):
                said = Span(told.start, quotation.end)
        elif is_denied:
            said = sentence
        if not any(said.overlaps(other) for other in taken):
            taken.append(said)
            yield said, sentence
    for sentence in sentences:
        if any(sentence.overlaps(other) for other in taken):
            continue
        who = speaker_of(text, sentence, sentence.end - 1, even_denied=True)
        if _is_speaker(speaker, who, text, sentence.start):
            statement = _statement(speaker, text, sentence)
            if statement is not None:
                yield statement, sentence


def _is_title(words: Sequence[str]) -> bool:
    """Whether quoted words are the title of something: "Socialism and Christianity"."""
    long = [word for word in words if len(word) >= _TITLE_WORD_CHARS]
    return len(words) <= _TITLE_WORDS and len(long) > 1 and all(word[0].isupper() for word in long)


def _is_speaker(asked: str, who: str | None, text: str, at: int) -> bool:
    """Whether a text's speaker is the one who was asked for, or one of them: "Merz and Macron"."""
    if who is None:
        return False
    return any(same_speaker(name, who, text, at) for name in _names(asked))


def _names(asked: str) -> list[str]:
    return re.split(r"(?:,| and| or)+ ", asked) if _ASKED.several.fullmatch(asked) else [asked]


def _statement(speaker: str, text: str, sentence: Span) -> Span | None:
    """What a sentence that has no quotation says that the speaker says; None where he says nothing in it."""
    piece = text[sentence.start : sentence.end]
    claims = claimed_speakers(piece)
    if not claims:
        opens = _PATTERNS.pronoun_opens.match(piece)
        if opens is not None and _is_aside(opens["told"], opens["rest"]):
            return None
        is_his = _PATTERNS.pronoun_says.search(piece) or _SPEECH.implied.match(piece)
        return sentence if is_his else None
    if len(claims) > 1:
        is_one = any(_is_speaker(speaker, c.speaker, text, sentence.start) for c in claims)
        return sentence if is_one else None
    claim = claims[0]
    words = piece[claim.said_start : claim.said_end].split()
    if claim.said_start >= claim.told.end:
        is_aside = _is_aside(piece[claim.told.start : claim.told.end], piece[claim.said_start :])
        before = piece[: claim.told.start].rstrip()
        is_before = before.endswith((",", "،")) and len(before.split()) >= SAID_WORDS
        is_cut = is_aside or re.match(r"\s*[,،](?!\s*[“\"«])", piece[claim.told.end :]) is not None
        if is_before and is_cut and not _is_aside("", before):
            # "The ferry sank, Holm said on Monday."
            end = len(before[:-1]) if is_aside else len(piece)
            return Span(sentence.start, sentence.start + end)
        if is_aside:
            return None
    told = _told(text, sentence, claims)
    is_none = words and words[0].lower() in _WORDS.no_statement
    verb_end = claim.told.end
    if is_none or (told is None and _PATTERNS.testifies.search(piece, 0, verb_end)):
        return None
    return told or sentence


def _is_aside(told: str, rest: str) -> bool:
    """Whether what follows the words that say who speaks is only when, where or how he did."""
    if (
        _PATTERNS.only_aside.match(rest) is None
        or _PATTERNS.clause.search(rest)
        or QUOTATION.search(rest)
    ):
        return False
    words = re.findall(r"\w+", rest.lower())
    if any(
        word in _WORDS.determiners and led not in _WORDS.leading for led, word in pairwise(words)
    ):
        return False  # "on Monday the ferry sank"
    if _PATTERNS.that.search(rest) or _PATTERNS.after_day.search(rest):
        return False
    if any(
        word in _WORDS.irregular and led not in _WORDS.determiners | _WORDS.leading
        for led, word in pairwise(words)
    ):
        return False  # "in Oslo rents rose"
    if _PATTERNS.warns.search(told) and not {"of", "about", "against"}.isdisjoint(words):
        return False
    has_noun = len(words) > _ASIDE_WORDS and _PATTERNS.of_nouns.search(told) is not None
    return not has_noun and _PATTERNS.takes_preposition.search(told) is None


def _told(text: str, sentence: Span, claims: Sequence[ClaimedSpeech]) -> Span | None:
    """What a sentence says that someone named says; None where it does not tell, or tells of several."""
    if len(claims) != 1:
        return None
    claim = claims[0]
    start, end = sentence.start + claim.said_start, sentence.start + claim.said_end
    fewest = MIN_WORDS
    told = text[sentence.start + claim.told.start : sentence.start + claim.told.end]
    from_verb = _SPEECH.denies.search(told) or _SPEECH.calls.search(told)
    if from_verb is not None:
        start = sentence.start + claim.told.start + from_verb.start()
        return Span(start, end) if len(text[start:end].split()) > 1 else None
    if claim.said_start >= claim.told.end:
        is_next = not re.search(r"\w", text[sentence.start + claim.told.end : start])
        aside = _PATTERNS.aside_that.match(text, sentence.start + claim.told.end, end)
        if aside is not None:
            return Span(aside.end(), end)
        # To whom, or when and where, before what.
        that = _PATTERNS.that.search(text, start, end)
        led = text[start : that.start() if that else end]
        is_to_someone = is_next and _PATTERNS.speaks_to.search(told) is not None
        is_led_in = len(led.split()) < _THAT_WITHIN and _PATTERNS.leads_in.match(led) is not None
        if that is not None and (is_led_in or is_to_someone):
            start, fewest = that.end(), MIN_CLAUSE_WORDS
        elif _PATTERNS.begins_aside.match(text, start, end) or is_to_someone:
            return None
    words = text[start:end].split()
    if len(words) < fewest or words[0].lower() in _WORDS.goes_on | _WORDS.meanwhile:
        return None
    if _PATTERNS.of_nouns.search(told) and not (
        _PATTERNS.clause.search(text, start, end) or QUOTATION.search(text, start, end)
    ):
        return None
    return Span(start, end)
