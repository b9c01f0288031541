"""From material to batches: windows around answers, unanswerable questions, fixed lengths."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from assistant.training import negatives
from assistant.training.data import Item, Material, SourcePassage, is_held_out
from assistant.training.lexicon import Lexicon
from assistant.training.pseudo_arabic import arabise
from assistant.training.rewriting import Span, contradict, rename_both, switch_words

ScoreFunction = Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[NDArray, NDArray]]
"""``(ids, mask)``, each ``(batch, length)``, to start and end scores of the same shape."""
BOS, PAD, EOS = 0, 1, 2  # XLM-R's vocabulary
BUCKETS = (48, 64, 80, 96, 112, 128, 160, 208, 256, 320)
"""Padded lengths; few, because the allocator keeps a buffer for every shape it has seen."""
QUESTION_LIMIT = 56
QAMR_LIMIT = 24_000
POOL = 320
"""Examples that are sorted by length together."""

SET_WEIGHTS = {"new_wiki": 0.42, "reddit": 0.13, "amazon_reviews": 0.13, "qamr": 0.29, "arcd": 0.03}
"""ARCD has 654 questions: at .08 a run of 6,000 steps saw each of them 14 times, and Arabic got worse."""
NO_ANSWER_SHARE = 0.42
RENAMED_SHARE = 0.1
"""Of the answerable ones; see :func:`rewriting.rename_both`."""
MIXED_SHARE = 0.3
"""How many examples have words of the other language in the question, the passage or both."""
KINDS: dict[str, dict[str, float]] = {
    "new_wiki": {"rule": 0.38, "edited": 0.17, "retrieved": 0.15, "neighbour": 0.2, "removed": 0.1},
    "qamr": {"rule": 0.4, "edited": 0.15, "retrieved": 0.12, "neighbour": 0.2, "removed": 0.13},
    "arcd": {"rule": 0.3, "retrieved": 0.3, "neighbour": 0.25, "removed": 0.15},
    # Reviews and posts never name what they are about, so the best-ranked other one may well
    # answer "how long did it take?"; those sets get rules and removal instead.
    "reddit": {"rule": 0.5, "edited": 0.15, "retrieved": 0.15, "removed": 0.2},
    "amazon_reviews": {"rule": 0.5, "edited": 0.15, "retrieved": 0.15, "removed": 0.2},
}
SKIPPED_RANKS = {"reddit": 3, "amazon_reviews": 8}


@dataclass(frozen=True, slots=True)
class Example:
    """One question on one window of a passage, as tokens."""

    ids: list[int]
    passage_start: int
    """Position of the passage's first token; the last position is the closing ``</s>``."""
    golds: list[tuple[int, int]]
    """Inclusive token positions; ``[(0, 0)]`` when there is no answer."""
    kind: str
    """``answer``, or the way the unanswerable question was made."""
    offsets: list[tuple[int, int]]
    """Code point spans of the passage's tokens in :attr:`text`."""
    text: str
    answers: tuple[str, ...]
    set_name: str
    question: str = ""
    votes: tuple[int, ...] = (1,)
    """How many annotators gave each of the golds."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """Shares of words that are given in the other language."""

    question: float
    passage: float
    is_spelled: bool = False
    """A text of which every word is to be exchanged is written in Arabic letters as far as it goes; see
    :func:`pseudo_arabic.arabise`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one padded length."""

    examples: list[Example]
    length: int


@dataclass(frozen=True, slots=True)
class _Window:
    """A question and part of a passage as tokens; golds with the spans they came from."""

    ids: list[int]
    passage_start: int
    golds: list[tuple[tuple[int, int], Span]]
    offsets: list[tuple[int, int]]


class Sampler:
    """Draws examples; the same seed and draw number always give the same ones."""

    def __init__(
        self,
        material: Material,
        tokenizer: Path,
        *,
        lexicon: Lexicon,
        held_out: bool = False,
        seed: int = 0,
    ) -> None:
        self._material = material
        self._lexicon = lexicon
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._seed = seed
        self._encodings: dict[str, Encoding] = {}
        passages = material.passages
        self._joined = [" ".join(negatives.words_of(p.text)) for p in passages]
        self._names = [[p.text[a:b] for a, b in negatives.find_names(p.text)] for p in passages]
        self._by_article: dict[str, list[int]] = defaultdict(list)
        by_set: dict[str, list[int]] = defaultdict(list)
        for index, passage in enumerate(passages):
            if is_held_out(passage) == held_out:
                self._by_article[passage.article].append(index)
                by_set[passage.set_name].append(index)
        self.items: dict[str, list[Item]] = defaultdict(list)
        for item in material.items:
            if is_held_out(passages[item.passage]) == held_out:
                self.items[passages[item.passage].set_name].append(item)
        # QAMR asks up to sixty questions of one sentence; more than this would only be slower.
        random.Random(seed).shuffle(self.items["qamr"])
        del self.items["qamr"][QAMR_LIMIT:]
        self._asked: dict[int, list[str]] = defaultdict(list)
        for item in material.items:
            self._asked[item.passage].append(item.question)
        self._ranked: dict[tuple[str, int], list[int]] = {}
        self._vocabulary: dict[str, list[str]] = {}
        for name, items in self.items.items():
            pool = by_set[name]
            ranked = negatives.rank_passages(
                [item.question for item in items], [passages[i].text for i in pool]
            )
            for item, row in zip(items, ranked, strict=True):
                self._ranked[item.question, item.passage] = [pool[i] for i in row]
            self._vocabulary[name] = negatives.swappable_words([item.question for item in items])

    def encode(self, text: str) -> Encoding:
        """Token ids and offsets of a text, without special tokens, remembered."""
        found = self._encodings.get(text)
        if found is None:
            found = self._encodings[text] = self._tokenizer.encode(text, add_special_tokens=False)
        return found

    def _other_passage(self, item: Item, kind: str, rng: random.Random) -> int | None:
        source = self._material.passages[item.passage]
        answers = [" ".join(negatives.words_of(source.text[a:b])) for a, b in item.golds]
        ranked = [i for i in self._ranked[item.question, item.passage] if i != item.passage]
        if kind == "neighbour":
            neighbours = self._by_article[source.article]
            near = [i for i in ranked if self._material.passages[i].article == source.article]
            ranked = near[:4] or [i for i in neighbours if i != item.passage]
        else:
            skipped = SKIPPED_RANKS.get(source.set_name, 0)
            ranked = ranked[skipped : skipped + 8]
        fitting = [i for i in ranked if not negatives.contains_any(self._joined[i], answers)]
        return rng.choice(fitting) if fitting else None

    def make_example(
        self,
        item: Item,
        kind: str,
        *,
        limit: int,
        rng: random.Random,
        mixing: Mixing | None = None,
    ) -> Example | None:
        """An example of a kind, or None where the item does not lend itself to it.

        Args:
            item: The question.
            kind: ``answer``, ``renamed`` or a key of :data:`KINDS`.
            limit: Passage tokens at most.
            rng: Where choices come from.
            mixing: Give words in the other language; None: leave both texts as they are.
        """
        source = self._material.passages[item.passage]
        question, text, label = item.question, source.text, kind
        near: Sequence[Span] = item.golds
        if kind == "renamed":
            renamed = rename_both(question, text, near, others=self._others(source, rng), rng=rng)
            if renamed is None:
                return None
            question, text, near = renamed
        elif kind == "edited":
            text = contradict(
                question,
                text,
                others=self._others(source, rng),
                siblings=self._lexicon.siblings,
                rng=rng,
            )
        elif kind in ("retrieved", "neighbour"):
            other = self._other_passage(item, kind, rng)
            if other is None:
                return None
            text = self._material.passages[other].text
        elif kind == "removed":
            text = negatives.remove_answers(text, item.golds)
        elif kind == "rule":
            question, rule = negatives.make_unanswerable(
                question,
                text,
                others=self._others(source, rng),
                vocabulary=self._vocabulary[source.set_name],
                rng=rng,
                rivals=[q for q in self._asked[item.passage] if q != item.question],
                siblings=self._lexicon.siblings,
            )
            label = f"rule-{rule}"
        if not text or not question:
            return None
        is_answerable = kind in ("answer", "renamed")
        # What an unanswerable question is about stays in view, unless the passage is another one.
        near = near if is_answerable or kind == "rule" else ()
        if mixing is not None:
            question, _ = self._mix(question, (), mixing.question, mixing=mixing, rng=rng)
            text, near = self._mix(text, near, mixing.passage, mixing=mixing, rng=rng)
        example = self._window(
            question, text, near, limit=limit, rng=rng, is_remembered=text == source.text
        )
        if example is None or (is_answerable and not example.golds):
            return None
        kept: Counter[tuple[int, int]] = Counter()
        if is_answerable:
            votes = dict(zip(near, item.votes or [1] * len(near), strict=True))
            for gold, span in example.golds:
                kept[gold] += votes[span]
        return Example(
            ids=example.ids,
            passage_start=example.passage_start,
            golds=list(kept) if is_answerable else [(0, 0)],
            kind=label,
            offsets=example.offsets,
            text=text,
            answers=tuple(text[a:b] for a, b in near) if is_answerable else (),
            set_name=source.set_name,
            question=question,
            votes=tuple(kept.values()) if is_answerable else (1,),
        )

    def _mix(
        self, text: str, spans: Sequence[Span], share: float, *, mixing: Mixing, rng: random.Random
    ) -> tuple[str, list[Span]]:
        known = self._lexicon.translations
        if mixing.is_spelled and share == 1.0:
            return arabise(text, spans, known, rng=rng)
        return switch_words(text, spans, known, share=share, rng=rng)

    def _others(self, source: SourcePassage, rng: random.Random) -> list[str]:
        """Names from two passages of the same article."""
        chosen = rng.choices(self._by_article[source.article], k=2)
        return [name for index in chosen for name in self._names[index]]

    def _window(
        self,
        question: str,
        text: str,
        near: Sequence[Span],
        *,
        limit: int,
        rng: random.Random,
        is_remembered: bool,
    ) -> _Window | None:
        """The question with as much of the text as fits, around one of the spans of ``near``."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_LIMIT]
        encoding = (
            self.encode(text)
            if is_remembered
            else self._tokenizer.encode(text, add_special_tokens=False)
        )
        offsets = encoding.offsets
        spans = []
        for start, end in near:
            inside = [i for i, (a, b) in enumerate(offsets) if a < end and start < b and a < b]
            if inside:
                spans.append(((inside[0], inside[-1]), (start, end)))
        count = len(offsets)
        if near and not spans:
            return None
        first = 0
        if count > limit:
            low, high = 0, count - limit
            if spans:
                focus, _ = rng.choice(spans)
                low = max(0, min(focus[1] + 8 - limit, high))
                high = max(low, min(high, focus[0] - 8))
            first = rng.randint(low, high)
        last = min(count, first + limit)
        begin = len(asked) + 3
        return _Window(
            ids=[BOS, *asked, EOS, EOS, *encoding.ids[first:last], EOS],
            passage_start=begin,
            golds=[
                ((s - first + begin, e - first + begin), span)
                for (s, e), span in spans
                if first <= s and e < last
            ],
            offsets=offsets[first:last],
        )

    def draw(self, number: int, *, longest: int, shortest: int) -> Example:
        """Example ``number`` of the endless training stream.

        Args:
            number: Position in the stream.
            longest: Upper bound of the window's size in tokens.
            shortest: Lower bound of that bound's draw.
        """
        rng = random.Random(self._seed * 1_000_003 + number)
        names = [name for name in SET_WEIGHTS if self.items[name]]
        while True:
            name = rng.choices(names, weights=[SET_WEIGHTS[n] for n in names])[0]
            item = rng.choice(self.items[name])
            kind = "answer"
            if rng.random() < NO_ANSWER_SHARE:
                kinds = KINDS[name]
                kind = rng.choices(list(kinds), weights=list(kinds.values()))[0]
            elif rng.random() < RENAMED_SHARE:
                kind = "renamed"
            limit = rng.randint(shortest, longest)
            mixing = draw_mixing(rng) if rng.random() < MIXED_SHARE else None
            example = self.make_example(item, kind, limit=limit, rng=rng, mixing=mixing)
            if example is not None:
                return example


def draw_mixing(rng: random.Random) -> Mixing:
    """How to mix languages in one example: the question, the passage, or both, wholly or in part."""
    share = rng.choice([0.3, 0.6, 1.0])
    mixings = [Mixing(1.0, 0.0), Mixing(0.0, share), Mixing(share, share)]
    spelled = [Mixing(1.0, 0.0, True), Mixing(0.0, 1.0, True), Mixing(1.0, 1.0, True)]
    return rng.choice([*mixings, *spelled, spelled[-1], spelled[-1]])


def bucket_of(length: int) -> int:
    """The padded length for a number of tokens.

    >>> bucket_of(65)
    80
    """
    return next((size for size in BUCKETS if size >= length), -(-length // 64) * 64)


def group(examples: Sequence[Example], *, tokens: int) -> list[Batch]:
    """Batches of similar lengths, each of at most ``tokens`` padded tokens."""
    batches: list[Batch] = []
    ordered = sorted(examples, key=lambda example: -len(example.ids))
    while ordered:
        length = bucket_of(len(ordered[0].ids))
        count = max(1, tokens // length)
        batches.append(Batch(ordered[:count], length))
        ordered = ordered[count:]
    return batches


def stream(
    sampler: Sampler, *, first_pool: int, tokens: int, longest: int, shortest: int
) -> Iterator[tuple[int, Batch]]:
    """Endless ``(pool number, batch)``; a pool's batches come in a shuffled order."""
    pool = first_pool
    while True:
        examples = [
            sampler.draw(pool * POOL + i, longest=longest, shortest=shortest) for i in range(POOL)
        ]
        batches = group(examples, tokens=tokens)
        random.Random(pool).shuffle(batches)
        for batch in batches:
            yield pool, batch
        pool += 1
