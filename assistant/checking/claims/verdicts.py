"""Is a claim so? Supported, contradicted, mixed or not enough information, sentence by sentence.

Passages about the claim are searched, their sentences laid beside it. Where a sentence says nearly the
same words, what differs decides: a number, a date, a name, a negation, an opposite. Where it words the
matter differently, the network does, and only when it is sure.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.candidates import Sentence, meaningful_stems, overlap, preselected
from assistant.checking.claims.compare import compare_facts
from assistant.checking.claims.differences import Comparison, Departure
from assistant.checking.claims.judging import (
    LOOSE_COVERAGE,
    STANCES,
    Judged,
    cached_facts,
    judge,
)
from assistant.checking.claims.names import inner_names
from assistant.checking.claims.relations import related
from assistant.errors import UsageError
from assistant.language.facts import Facts, facts_of
from assistant.language.inputs import checked_claim
from assistant.language.people import same_person
from assistant.language.scripts import script_of
from assistant.language.speech import meant_by_pronoun
from assistant.language.tokens import tokens_of
from assistant.language.words import STOP_WORDS
from assistant.library import Library
from assistant.reading.reader import check_cancelled
from assistant.search.citing import cite_statement
from assistant.types import (
    ClaimDifference,
    ClaimReport,
    Difference,
    Evidence,
    Filters,
    Hit,
    Span,
    Stance,
    Verdict,
)
from embeddings.encoder import Encoder

PASSAGES = 12
SENTENCES = 8
"""Nearest sentences that are laid beside a claim."""
ACROSS_SENTENCES = 2
"""And of those in another script, which share no words with it."""
SHOWN = 4
OVERLAP_WEIGHT = 0.25
CACHED_VECTORS = 16_384

CLEAR_LEAD = 0.12
"""By how much one side's evidence must be closer in wording to outweigh the other's."""

SUBJECT_WORDS = 4
_PRONOUN = re.compile(r"(?:He|She)(?= )")

JudgePairs = Callable[[Sequence[tuple[str, str]]], NDArray[np.float64]]
"""``(n, 3)`` probabilities, in the order of :data:`STANCES`, of claims each beside a text."""
SearchBatch = Callable[[Sequence[str], int, Filters], Sequence[Sequence[Hit]]]
"""Passages for each query, best first."""


class ClaimChecker:
    """Checks claims against one library; sentences' vectors are kept between claims.

    Args:
        library: Where the articles are.
        search_batch: Finds passages.
        encoder: Turns sentences into vectors.
        judge_pairs: The network's verdict on a claim beside a sentence.
    """

    def __init__(
        self,
        library: Library,
        search_batch: SearchBatch,
        encoder: Encoder,
        judge_pairs: JudgePairs,
    ) -> None:
        self._library = library
        self._search_batch = search_batch
        self._encoder = encoder
        self._judge_pairs = judge_pairs
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def check(
        self,
        claim: str,
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        cancelled: Callable[[], bool] | None = None,
    ) -> ClaimReport:
        """Check one claim.

        Raises:
            UsageError: There is no word in it, or it is too long.
            Cancelled: ``cancelled()`` turned true.
        """
        return next(self.check_each([claim], filters=filters, cancelled=cancelled))

    def check_each(
        self,
        claims: Sequence[str],
        *,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[ClaimReport]:
        """Check claims in turn; they are searched together. One text is one claim. Raises as :meth:`check`."""
        claims = [checked_claim(c) for c in ([claims] if isinstance(claims, str) else claims)]
        for claim in claims:
            if not tokens_of(claim):
                raise UsageError(f"the claim {claim!r} has no words: write a statement")
        wanted = replace(filters, evidence_only=True)
        started = time.perf_counter()
        found = self._search_batch(claims, PASSAGES, wanted)
        # One call encodes faster than many: the sentences of all claims together.
        sentences = [preselected(claim, hits) for claim, hits in zip(claims, found, strict=True)]
        self._prepare([*claims, *(s.text for some in sentences for s in some)])
        searched = (time.perf_counter() - started) / max(1, len(claims))
        for claim, some in zip(claims, sentences, strict=True):
            check_cancelled(cancelled)
            started = time.perf_counter()
            report = self._judge(claim, some)
            elapsed = searched + time.perf_counter() - started
            yield replace(report, elapsed_ms=elapsed * 1000.0)

    def _judge(self, claim: str, sentences: Sequence[Sentence]) -> ClaimReport:
        if not sentences:
            return ClaimReport(claim, Verdict.NOT_ENOUGH, 1.0, ())
        claim_vector, vectors = self._encode(claim, [sentence.text for sentence in sentences])
        cosines = vectors @ claim_vector
        ours = facts_of(claim)
        wanted = meaningful_stems(claim)
        overlaps = np.array([overlap(wanted, sentence.text) for sentence in sentences])
        order = np.argsort(-(cosines + OVERLAP_WEIGHT * overlaps), kind="stable")[:SENTENCES]
        script = script_of(claim)
        across = [
            at
            for at in np.argsort(-cosines, kind="stable")
            if at not in order and script_of(sentences[at].text) != script
        ]
        order = np.array([*order, *across[:ACROSS_SENTENCES]], dtype=np.int64)
        comparisons = [self._compare(ours, claim, sentences[at]) for at in order]
        chances = self._judge_pairs([(claim, sentences[at].text) for at in order])
        judged = [
            judge(
                claim,
                ours,
                sentences[at],
                comparison,
                float(cosines[at]),
                float(overlaps[at]),
                chance,
                self._names(sentences[at]),
            )
            for at, comparison, chance in zip(order, comparisons, chances, strict=True)
        ]
        return self._report(claim, judged)

    def _compare(self, ours: Facts, claim: str, sentence: Sentence) -> Comparison:
        """Words beside words, and how they belong together."""
        text = self._library.article(sentence.hit.passage.article_id).text
        passage = sentence.hit.passage
        # What is told only later is not what a sentence means.
        told_so_far = passage.text[: max(0, sentence.end - passage.start)]
        context = f"{passage.title} {told_so_far}"
        names = self._names(sentence)
        pronoun = _PRONOUN.match(sentence.text)
        meant = meant_by_pronoun(text, sentence.start) if pronoun else None
        # Compared with the name put in; what differs is shown in the sentence's own words.
        told = sentence.text
        if pronoun is not None and meant is not None:
            told = meant + sentence.text[pronoun.end() :]
        theirs = cached_facts(told)
        words = compare_facts(ours, claim, theirs, told, context=context, names=names)
        comparison = related(words, ours, claim, theirs, told)
        if pronoun is None or meant is None:
            return comparison
        other = _other_subject(ours, claim, sentence.text, pronoun.end(), meant)
        departures = [
            _shifted(departure, sentence.text, pronoun.end(), len(meant))
            for departure in comparison.departures
        ]
        if other is not None:
            span = other.claim_span
            departures = [
                d for d in departures
                if d.found or d.about is not Difference.WORDING or d.claim_span.start >= span.end
            ]  # fmt: skip
            if all(d.claim_span != span for d in departures):
                departures.append(other)
        return replace(comparison, departures=tuple(departures))

    def _names(self, sentence: Sentence) -> frozenset[str]:
        return inner_names(self._library.article(sentence.hit.passage.article_id).text)

    def _encode(
        self, claim: str, sentences: Sequence[str]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        texts = [claim, *sentences]
        self._prepare(texts)
        for text in texts:
            self._vectors.move_to_end(text)
        rows = np.stack([self._vectors[text] for text in texts])
        while len(self._vectors) > CACHED_VECTORS:
            self._vectors.popitem(last=False)
        return rows[0], rows[1:]

    def _prepare(self, texts: Sequence[str]) -> None:
        # Alike both, as a claim is a statement and not a question.
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            for text, vector in zip(missing, self._encoder.encode_passages(missing), strict=True):
                self._vectors[text] = vector

    def _report(self, claim: str, judged: Sequence[Judged]) -> ClaimReport:
        sides = {
            stance: sorted(
                (item for item in judged if item.stance is stance),
                key=lambda item: -(item.closeness + item.probability),
            )
            for stance in STANCES
        }
        supporting, refuting = sides[Stance.SUPPORTS], sides[Stance.REFUTES]
        verdict, deciding = Verdict.NOT_ENOUGH, sides[Stance.NEUTRAL]
        if supporting and refuting:
            lead = supporting[0].closeness - refuting[0].closeness
            if lead > CLEAR_LEAD:
                verdict, deciding = Verdict.SUPPORTED, supporting
            elif lead < -CLEAR_LEAD:
                verdict, deciding = Verdict.CONTRADICTED, refuting
            else:
                verdict = Verdict.MIXED
                deciding = [supporting[0], refuting[0], *supporting[1:], *refuting[1:]]
        elif supporting:
            verdict, deciding = Verdict.SUPPORTED, supporting
        elif refuting:
            verdict, deciding = Verdict.CONTRADICTED, refuting
        rest = [
            item
            for item in judged
            if item not in deciding
            and (verdict is Verdict.NOT_ENOUGH or item.share >= LOOSE_COVERAGE)
        ]
        return ClaimReport(
            claim=claim,
            verdict=verdict,
            confidence=deciding[0].probability if deciding else 1.0,
            evidence=tuple(self._evidence(item) for item in [*deciding, *rest][:SHOWN]),
            supporting_sources=self._sources(supporting),
            refuting_sources=self._sources(refuting),
        )

    def _evidence(self, item: Judged) -> Evidence:
        sentence = item.sentence
        article = self._library.article(sentence.hit.passage.article_id)
        return Evidence(
            citation=cite_statement(article, sentence.start, sentence.end),
            stance=item.stance,
            probability=item.probability,
            differences=tuple(
                ClaimDifference(
                    about=departure.about,
                    claimed=departure.claimed,
                    found=departure.found,
                    claim_span=departure.claim_span,
                    source_span=Span(
                        sentence.start + departure.source_span.start,
                        sentence.start + departure.source_span.end,
                    ),
                )
                for departure in item.departures
            ),
            similarity=item.cosine,
        )

    def _sources(self, judged: Sequence[Judged]) -> int:
        ids = list(dict.fromkeys(item.sentence.hit.passage.article_id for item in judged))
        originals = self._library.originals(ids)
        return len({originals.get(article_id, article_id) for article_id in ids})


def _shifted(departure: Departure, sentence: str, pronoun_end: int, meant: int) -> Departure:
    """A departure from a sentence whose pronoun was spelled out, on the sentence as it is."""
    span = departure.source_span
    if not span.end:
        return departure
    moved = pronoun_end - meant
    start = span.start + moved if span.start >= meant else 0
    end = span.end + moved if span.end > meant else pronoun_end
    return replace(departure, found=sentence[start:end], source_span=Span(start, end))


def _other_subject(
    ours: Facts, claim: str, sentence: str, pronoun_end: int, meant: str
) -> Departure | None:
    """The claim's subject where it stands for the sentence's pronoun but is not the one it means."""
    theirs = cached_facts(sentence).tokens
    last = next(
        (
            at for at in range(1, min(SUBJECT_WORDS, len(ours.tokens) - 1) + 1)
            if len(theirs) > 1 and ours.tokens[at].form == theirs[1].form
        ),
        0,
    )  # fmt: skip
    subject = ours.tokens[:last]
    if subject and subject[-1].form == theirs[0].form:
        return None  # the claim has the pronoun too
    forms = {token.form for token in subject} - STOP_WORDS
    if not forms or not claim[subject[-1].start].isupper():
        return None
    if forms & {token.form for token in tokens_of(meant)} or same_person(
        claim[subject[0].start : subject[-1].end], meant
    ):
        return None
    span = Span(subject[0].start, subject[-1].end)
    return Departure(
        about=Difference.NAME,
        claimed=claim[span.start : span.end],
        found=sentence[:pronoun_end],
        claim_span=span,
        source_span=Span(0, pronoun_end),
    )
