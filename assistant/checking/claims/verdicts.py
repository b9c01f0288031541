"""Is a claim so? Supported, contradicted, mixed or not enough information, sentence by sentence.

Passages about the claim are searched, and the network judges it beside their nearest sentences. A figure
that no sentence gives is not supported, whatever the network says; what differs is found by saying the claim
the sentence's way (:mod:`assistant.checking.claims.exchanges`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.candidates import (
    Sentence,
    cached_facts,
    meaningful_stems,
    missing_words,
    overlap,
    preselected,
)
from assistant.checking.claims.exchanges import Exchange, exchanges, in_its_figures, wording_of
from assistant.checking.claims.figures import unproved
from assistant.checking.claims.judging import NEUTRAL, STANCES, Judged, stance_of
from assistant.errors import UsageError
from assistant.language.facts import facts_of
from assistant.language.inputs import checked_claim
from assistant.language.scripts import script_of
from assistant.language.tokens import tokens_of
from assistant.library import Library
from assistant.reading.reader import check_cancelled
from assistant.search.citing import cite_statement
from assistant.types import ClaimReport, Evidence, Filters, Hit, Span, Stance, Verdict
from embeddings.encoder import Encoder
from embeddings.sentences import sentence_spans

PASSAGES = 12
SENTENCES = 4
"""Nearest sentences that are laid beside a claim."""
ACROSS_SENTENCES = 2
"""And of those in another script, which share no words with it."""
EXCHANGED_SENTENCES = 2
"""Of those that say most of the claim: for these is tried what they say otherwise."""
CLEAR_LEAD = 0.12
"""By how much one side must be surer than the other, of another source, for that to be no disagreement."""
MIN_CLAIM_WORDS = 2
"""A claim of fewer meaningful words says nothing that could be supported."""
SHOWN = 4
OVERLAP_WEIGHT = 0.25
CACHED_VECTORS = 16_384

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
        wanted = meaningful_stems(claim)
        if not sentences or len(wanted) < MIN_CLAIM_WORDS:
            return ClaimReport(claim, Verdict.NOT_ENOUGH, 1.0, ())
        claim_vector, vectors = self._encode(claim, [sentence.text for sentence in sentences])
        cosines = vectors @ claim_vector
        overlaps = np.array([overlap(wanted, sentence.text) for sentence in sentences])
        order = np.argsort(-(cosines + OVERLAP_WEIGHT * overlaps), kind="stable")[:SENTENCES]
        script = script_of(claim)
        across = [
            at
            for at in np.argsort(-cosines, kind="stable")
            if at not in order and script_of(sentences[at].text) != script
        ]
        places = [*order, *across[:ACROSS_SENTENCES]]
        near = [sentences[at] for at in places]
        told = [_with_lead(sentence) for sentence in near]
        ours, theirs = facts_of(claim), [cached_facts(sentence.text) for sentence in near]
        said = [
            in_its_figures(claim, ours, sentence.text, facts)
            for sentence, facts in zip(near, theirs, strict=True)
        ]
        chances = self._judge_pairs(list(zip(said, told, strict=True)))
        tried: list[list[Exchange]] = [[] for _ in near]
        for at in np.argsort(chances[:, NEUTRAL], kind="stable")[:EXCHANGED_SENTENCES]:
            tried[at] = exchanges(claim, ours, near[at].text, theirs[at])
        changed = [
            (each.claim, text) for some, text in zip(tried, told, strict=True) for each in some
        ]
        rows = self._judge_pairs(changed) if changed else np.zeros((0, len(STANCES)))
        instead = np.split(rows, np.cumsum([len(some) for some in tried])[:-1])
        judged = []
        for at, sentence in enumerate(near):
            passage = sentence.hit.passage
            before = passage.text[: sentence.start - passage.start]
            context = f"{passage.title}. {passage.published or ''} {before}"
            stance, probability, differences = stance_of(
                chances[at],
                is_proved=not unproved(claim, ours, theirs[at], context),
                wording=wording_of(ours, theirs[at]),
                tried=tried[at],
                chances=instead[at],
            )
            cosine = float(cosines[places[at]])
            judged.append(Judged(sentence, stance, probability, differences, cosine))
        return self._report(claim, judged)

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
                key=lambda item: -item.probability,
            )
            for stance in STANCES
        }
        supporting, refuting = sides[Stance.SUPPORTS], sides[Stance.REFUTES]
        verdict, deciding = Verdict.NOT_ENOUGH, list(judged)
        if supporting and refuting:
            lead = supporting[0].probability - refuting[0].probability
            first = [supporting[0], refuting[0]]
            if abs(lead) < CLEAR_LEAD and self._sources(first) > 1:
                verdict, deciding = Verdict.MIXED, [*first, *supporting[1:], *refuting[1:]]
            elif lead >= 0:
                verdict, deciding = Verdict.SUPPORTED, supporting
            else:
                verdict, deciding = Verdict.CONTRADICTED, refuting
        elif supporting:
            verdict, deciding = Verdict.SUPPORTED, supporting
        elif refuting:
            verdict, deciding = Verdict.CONTRADICTED, refuting
        missing: tuple[str, ...] = ()
        if verdict is Verdict.NOT_ENOUGH:
            deciding = sorted(judged, key=lambda item: -item.cosine)
            missing = missing_words(claim, deciding[0].sentence.text)
        rest = [item for item in judged if item not in deciding]
        return ClaimReport(
            claim=claim,
            missing=missing,
            verdict=verdict,
            confidence=deciding[0].probability,
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
                replace(
                    difference,
                    source_span=Span(
                        sentence.start + difference.source_span.start,
                        sentence.start + difference.source_span.end,
                    ),
                )
                for difference in item.differences
            ),
            similarity=item.cosine,
        )

    def _sources(self, judged: Sequence[Judged]) -> int:
        ids = list(dict.fromkeys(item.sentence.hit.passage.article_id for item in judged))
        originals = self._library.originals(ids)
        return len({originals.get(article_id, article_id) for article_id in ids})


def _with_lead(sentence: Sentence) -> str:
    """A sentence with the one before it, which says who "he" is."""
    passage = sentence.hit.passage
    before = passage.text[: sentence.start - passage.start].rstrip()
    if not before:
        return sentence.text
    lead = sentence_spans(before)[-1]
    return f"{before[lead[0] : lead[1]]} {sentence.text}"
