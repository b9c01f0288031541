"""What a quote that is given claims: which words are quoted, and who is said to say them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.language import pack
from assistant.language.cues import is_negation
from assistant.language.denials import NEGATION_REACH, denials_of
from assistant.language.people import full_name, namesakes, same_person
from assistant.language.speech import QUOTATION, claimed_speakers, speaker_of
from assistant.language.tokens import fold_word, tokens_of
from assistant.library import Library
from assistant.types import Article, Attribution, ChangeKind, QuoteMatch, QuoteReport, Span
from embeddings.sentences import sentence_spans

_PATTERNS = pack.Patterns("quotes")
_CLOSED = re.compile(r"[\w,.!?…][\"”»’]\s*\Z")
_OPENED = re.compile(r"[ \t.,;:]*[\"“«„‘](?=\w)")

_MARK = re.compile(r"[\"“”«»„]")
MAX_SHOWN_WORDS = 6
SHOWN_WORDS = 3
_LAST_WORD = re.compile(r"([\w'’]+)\s+[“\"«„‘']?\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was given: which stretches are the quote, and who is said to say it."""

    parts: tuple[tuple[int, int], ...]
    speaker: str | None
    told: Span | None = None
    """The words that name the speaker."""


def readings_of(text: str) -> list[Reading]:
    """Ways to read ``text``, the plainest first."""
    start, end = _unquoted(text)
    readings = [Reading(((start, end),), None)] if re.search(r"\w", text[start:end]) else []
    quoted = [
        match.span("inner") for match in QUOTATION.finditer(text) if match.span() != (start, end)
    ]
    claims = claimed_speakers(text)
    outside = sum(b - a for a, b in quoted) < (end - start)
    if quoted and outside:
        claim = next(
            (c for c in claims if all(not a <= c.speaker_start < b for a, b in quoted)), None
        )
        readings.append(
            Reading(tuple(quoted), claim.speaker if claim else None, claim.told if claim else None)
        )
    for claim in claims:
        said = (claim.said_start, claim.said_end)
        if not quoted and _is_most(text, said, claim.told):
            readings += [Reading((said,), claim.speaker, claim.told)]
    return list(dict.fromkeys(readings))


def _is_most(text: str, said: tuple[int, int], told: Span) -> bool:
    """Whether ``said`` is two words or more, and most of what is not the attribution.

    In "The Moon is cheese, the king announced on Tuesday", "on Tuesday" was not what he announced.
    """
    inside = len(re.findall(r"\w+", text[slice(*said)]))
    others = len(re.findall(r"\w+", text[: told.start] + " " + text[told.end :]))
    return inside >= 2 and 2 * inside > others


def _unquoted(text: str) -> tuple[int, int]:
    """``text`` without blanks and one pair of quotation marks around it."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    whole = QUOTATION.match(text, start)
    return whole.span("inner") if whole and whole.end() == end else (start, end)


def is_around_quoted(whole: QuoteReport, reading: Reading) -> bool:
    """Whether the words around a quotation are the source's too, and not an attribution of it.

    Then they are part of what is quoted, and a change among them counts.
    """
    if not whole.matches:
        return False
    changed = [change.given_span for change in whole.matches[0].changes]
    around = [
        token
        for token in tokens_of(whole.text)
        if not any(start <= token.start < end for start, end in reading.parts)
    ]
    moved = (ChangeKind.JOINED, ChangeKind.REORDERED)
    in_marks = QUOTATION.search(whole.text) is not None
    if in_marks or any(change.kind in moved for change in whole.matches[0].changes):
        # The attribution may be anyone's; without marks and in the source's order it is the source's.
        told = reading.told or Span(0, 0)
        around = [token for token in around if not told.start <= token.start < told.end]
        if reading.told is not None and all(
            told.start <= change.start and change.end <= told.end for change in changed
        ):
            return False
    true = [t for t in around if not any(s.start <= t.start < s.end for s in changed)]
    return bool(around) and 2 * len(true) >= len(around)


def is_between_quotations(text: str, span: Span) -> bool:
    """Whether words of the source stand between two parts of a quotation, as who says it does.

    >>> is_between_quotations("“We agree,” Lind said. “It is late.”", Span(12, 21))
    True
    >>> is_between_quotations("“We agree,” Lind left. Bo spoke. “It is late.”", Span(12, 31))
    False
    """
    before, after = text[: span.start], text[span.end :]
    opened = _OPENED.match(after)
    if _CLOSED.search(before) is None or opened is None:
        return False
    between = text[span.start : span.end]
    if _MARK.search(between) or len(sentence_spans(between)) != 1:
        return False
    if any(is_negation(token.form) for token in tokens_of(between)):
        return False
    if _PATTERNS.speaks.search(between) is None or len(claimed_speakers(between)) > 1:
        return False
    first = _speaker_at(text, len(before.rstrip()) - 2)
    second = _speaker_at(text, span.end + opened.end())
    return first is None or second is None or same_person(first, second)


def _speaker_at(text: str, at: int) -> str | None:
    low, high = text.rfind("\n\n", 0, at), text.find("\n\n", at)
    start = 0 if low < 0 else low + 2
    paragraph = text[start : len(text) if high < 0 else high]
    for first, last in sentence_spans(paragraph):
        if start + first <= at < start + last:
            return speaker_of(text, Span(start + first, start + last), at, even_denied=True)
    return None


def with_surroundings(report: QuoteReport, library: Library) -> QuoteReport:
    """The report with notes on a sentence that denies what is quoted from it, or says it on a condition."""
    end = report.quote_start + len(report.quote)
    outside = f"{report.text[: report.quote_start]} {report.text[end:]}"
    matches = []
    for match in report.matches:
        text = library.article(match.article_id).text
        found = _surroundings(text, match, outside) if match.citations else ()
        matches.append(replace(match, notes=(*match.notes, *found)) if found else match)
    return replace(report, matches=tuple(matches))


def _surroundings(text: str, match: QuoteMatch, given: str) -> tuple[str, ...]:
    first, last = match.citations[0], match.citations[-1]
    before = text[first.sentence_start : first.start]
    after = text[last.end : last.sentence_end]
    notes = []
    denial = _denial_before(before, text[first.start : first.end])
    if denial is not None and not denials_of(tokens_of(given)):
        notes.append(f"the source denies it: “{denial}”")
    condition = _condition_in(before, after, text[first.start : last.sentence_end])
    if condition is not None and _PATTERNS.condition.search(given) is None:
        notes.append(f"the source makes it depend: “{condition}”")
    if any(_takes_back(piece) for piece in (before, after)):
        notes.append("the source takes it back")
    negation = _LAST_WORD.search(before)
    if negation is not None and is_negation(fold_word(negation.group(1))):
        opening = tokens_of(text[first.start : first.end])[:1]
        if not any(token.form in ("only", "just", "merely", "least") for token in opening):
            notes.append("a negation stands right before it")
    return tuple(notes)


def _denial_before(before: str, quoted: str) -> str | None:
    """The words of a denial that governs what stands behind them; None without any."""
    tokens = tokens_of(before)
    for first, last in reversed(denials_of(tokens)):
        words = before[tokens[first].start :].strip(" \n“”\"«»„‘'")
        between = before[tokens[last - 1].end :]
        if any(is_negation(token.form) for token in tokens[max(0, first - NEGATION_REACH) : first]):
            continue  # "did not deny that"
        if _PATTERNS.ends_denial.search(between):
            continue
        is_clause = _PATTERNS.opens_denied.search(f"{words} ") or _PATTERNS.opens_denied.match(
            f"{quoted} "
        )
        if is_clause or tokens[first].form.startswith(("den", "disput")):
            if len(words.split()) > MAX_SHOWN_WORDS:
                words = before[tokens[first].start : tokens[last - 1].end] + " …"
            return words
    return None


def _condition_in(before: str, after: str, rest: str) -> str | None:
    """The beginning of a condition under which a sentence says what stands between its two parts."""
    for found in _PATTERNS.condition.finditer(before):
        if not _PATTERNS.other_clause.search(before, found.end()):
            shown = before[found.start() :] + rest
            return _opening(shown)
    follows = _PATTERNS.condition.search(after)
    if follows is not None and not _PATTERNS.other_clause.search(after, 0, follows.start()):
        return _opening(after[follows.start() :])
    return None


def _opening(text: str) -> str:
    words = text.split()
    shown = " ".join(words[:SHOWN_WORDS])
    return f"{shown} …" if len(words) > SHOWN_WORDS else shown.rstrip(".!?؟")


def _takes_back(text: str) -> bool:
    return any(
        not found.group().endswith("ly")
        or _PATTERNS.states.search(text[found.start() :]) is not None
        for found in _PATTERNS.retracted.finditer(text)
    )


def with_attribution(
    report: QuoteReport, readings: Sequence[Reading], library: Library
) -> QuoteReport:
    """The report with whether who is claimed to say it does: a speaker, or the author or outlet itself."""
    claimed = report.claimed_speaker or next((r.speaker for r in readings if r.speaker), None)
    if claimed is None or not report.matches:
        return report
    says = [_may_say(claimed, match, library) for match in report.matches if match.speaker_in_full]
    if True in says or _is_own(claimed, report, library):
        attribution = Attribution.CONFIRMED
    elif says and all(told is False for told in says):
        attribution = Attribution.MISATTRIBUTED
    else:
        attribution = Attribution.UNCONFIRMED
    return replace(report, attribution=attribution, claimed_speaker=claimed)


def _is_own(claimed: str, report: QuoteReport, library: Library) -> bool:
    """Whether it is an article's own, of who is claimed to say it, or a source has all that was given."""
    untold = [match for match in report.matches if match.speaker is None and match.citations]
    own = dict.fromkeys(citation.article_id for match in untold for citation in match.citations)
    if any(_writes(claimed, library.article(article_id)) for article_id in own):
        return True
    if report.claimed_speaker is not None:
        return False
    denied = len(denials_of(tokens_of(report.text)))
    # Of two reports in one sentence the source may say both, whichever half is given.
    return _stands_undenied(report, library, denied=denied) or any(
        _says_all(claimed, match, library.article(match.article_id), even_denied=denied > 0)
        for match in untold
    )


def _stands_undenied(report: QuoteReport, library: Library, *, denied: int) -> bool:
    """Whether a source has all that was given, who says it included, in a sentence that denies no more than it."""
    for match in report.matches:
        for citation in match.citations:
            text = library.article(citation.article_id).text
            sentence = text[citation.sentence_start : citation.sentence_end]
            # "The man who knew Braun said …" is not what Braun said.
            is_clause = match.speaker is not None or citation.start <= citation.sentence_start
            is_same = is_clause and not match.changes
            if is_same and len(denials_of(tokens_of(sentence))) <= denied:
                return True
    return False


def _may_say(claimed: str, match: QuoteMatch, library: Library) -> bool | None:
    """Whether who is claimed to say it does; None where he is one of several whom the source may mean."""
    if match.speaker is None or match.speaker_in_full is None:
        return False
    text = library.article(match.article_id).text
    people = namesakes(match.speaker, text, match.citations[0].sentence_start)
    same = [same_person(claimed, one) for one in people or (match.speaker_in_full,)]
    return True if all(same) else None if any(same) else False


def _says_all(claimed: str, match: QuoteMatch, article: Article, *, even_denied: bool) -> bool:
    """Whether a match that takes in who says it ends in that one's words: "Merz said that we are ready".

    What he denies he says only where that is what was given.
    """
    last = match.citations[-1]
    sentence = Span(last.sentence_start, last.sentence_end)
    who = speaker_of(article.text, sentence, last.end - 1, even_denied=even_denied)
    if who is None:
        return False
    people = namesakes(who, article.text, last.sentence_start)
    return all(
        same_person(claimed, one) for one in people or (full_name(who, article.text, last.start),)
    )


def _writes(claimed: str, article: Article) -> bool:
    """Whether an article's own statements are those of its author or outlet."""
    if article.author and same_person(claimed, article.author):
        return True
    outlet, name = ([t.form for t in tokens_of(n or "")] for n in (article.site, claimed))
    return bool(outlet) and [f for f in name if f != "the"] == [f for f in outlet if f != "the"]
