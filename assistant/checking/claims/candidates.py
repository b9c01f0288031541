"""Which sentences of the passages found are laid beside a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.bylines import read_line
from assistant.language.facts import Facts, facts_of
from assistant.language.scripts import script_of
from assistant.language.stems import stem
from assistant.language.tokens import tokens_of
from assistant.language.words import STOP_WORDS
from assistant.types import Hit
from embeddings.sentences import sentence_spans

MIN_WORDS = 3
NEAR_PASSAGES = 3
"""Of this many best passages every sentence is looked at."""
PRESELECTED = 28
"""Sentences that are encoded for one claim: theirs, then those that share the most words."""


@lru_cache(maxsize=4096)
def cached_facts(text: str) -> Facts:
    """:func:`facts_of` a text of the library, remembered: it is laid beside many claims."""
    return facts_of(text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage."""

    hit: Hit
    start: int
    """In the article's text."""
    end: int
    text: str


def sentences_of(hits: Sequence[Hit]) -> list[Sentence]:
    """Every sentence of the passages that may be evidence, each once."""
    found: dict[tuple[str, int, int], Sentence] = {}
    for hit in hits:
        passage = hit.passage
        if not passage.is_evidence:
            continue
        for start, end in sentence_spans(passage.text):
            text = passage.text[start:end]
            if len(text.split()) >= MIN_WORDS and not _is_byline(text):
                place = (passage.article_id, passage.start + start, passage.start + end)
                found.setdefault(place, Sentence(hit, place[1], place[2], text))
    return list(found.values())


@lru_cache(maxsize=16_384)
def _is_byline(sentence: str) -> bool:
    return read_line(sentence) is not None


def preselected(claim: str, hits: Sequence[Hit]) -> list[Sentence]:
    """The sentences worth encoding: those of the best passages, of other scripts, of shared words."""
    sentences = sentences_of(hits)
    if len(sentences) <= PRESELECTED:
        return sentences
    near = {hit.passage.id for hit in hits[:NEAR_PASSAGES]}
    script = script_of(claim)
    wanted = meaningful_stems(claim)
    ranks = [
        (
            sentence.hit.passage.id not in near and script_of(sentence.text) == script,
            -overlap(wanted, sentence.text),
            at,
        )
        for at, sentence in enumerate(sentences)
    ]
    return [sentences[at] for at in sorted(at for _, _, at in sorted(ranks)[:PRESELECTED])]


def meaningful_stems(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {stem(token.form) for token in tokens_of(text) if token.form not in STOP_WORDS}


def missing_words(claim: str, sentence: str) -> tuple[str, ...]:
    """The claim's words that carry meaning and that a sentence has in no form, as the claim writes them.

    >>> missing_words("Anna Berg opened 12 old mills in Ulm.", "Berg opens twelve mills.")
    ('Anna', 'old', 'Ulm')
    """
    theirs = _stems(sentence)
    found = {
        claim[token.start : token.end]: None
        for token in tokens_of(claim)
        if token.form not in STOP_WORDS and stem(token.form) not in theirs
    }
    return tuple(found)


def overlap(wanted: set[str], sentence: str) -> float:
    """Share of the wanted stems that a sentence has, 0 to 1."""
    return len(wanted & _stems(sentence)) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=16_384)
def _stems(sentence: str) -> frozenset[str]:
    return frozenset(stem(token.form) for token in tokens_of(sentence))
