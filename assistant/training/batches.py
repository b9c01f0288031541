"""From material to batches: windows around answers, unanswerable questions, fixed lengths."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from assistant.training import negatives
from assistant.training.data import Item, Material, is_held_out

BOS, PAD, EOS = 0, 1, 2  # XLM-R's vocabulary
BUCKETS = (48, 64, 80, 96, 112, 128, 160, 208, 256, 320)
"""Padded lengths; few, because the allocator keeps a buffer for every shape it has seen."""
QUESTION_LIMIT = 56
QAMR_LIMIT = 12_000
POOL = 320
"""Examples that are sorted by length together."""

SET_WEIGHTS = {"new_wiki": 0.36, "reddit": 0.15, "amazon_reviews": 0.15, "qamr": 0.26, "arcd": 0.08}
NO_ANSWER_SHARE = 0.38
KINDS: dict[str, dict[str, float]] = {
    "new_wiki": {"rule": 0.42, "retrieved": 0.25, "neighbour": 0.2, "removed": 0.13},
    "qamr": {"rule": 0.4, "retrieved": 0.2, "neighbour": 0.2, "removed": 0.2},
    "arcd": {"rule": 0.3, "retrieved": 0.3, "neighbour": 0.25, "removed": 0.15},
    # Reviews and posts never name what they are about, so the best-ranked other one may well
    # answer "how long did it take?"; those sets get rules and removal instead.
    "reddit": {"rule": 0.5, "retrieved": 0.2, "removed": 0.3},
    "amazon_reviews": {"rule": 0.5, "retrieved": 0.2, "removed": 0.3},
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one padded length."""

    examples: list[Example]
    length: int


class Sampler:
    """Draws examples; the same seed and draw number always give the same ones."""

    def __init__(
        self, material: Material, tokenizer: Path, *, held_out: bool = False, seed: int = 0
    ) -> None:
        self._material = material
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
        self, item: Item, kind: str, *, limit: int, rng: random.Random
    ) -> Example | None:
        """An example of a kind, or None where the item does not lend itself to it.

        Args:
            item: The question.
            kind: ``answer`` or a key of :data:`KINDS`.
            limit: Passage tokens at most.
            rng: Where choices come from.
        """
        source = self._material.passages[item.passage]
        question, text, near, label = item.question, source.text, item.golds, kind
        if kind in ("retrieved", "neighbour"):
            other = self._other_passage(item, kind, rng)
            if other is None:
                return None
            text, near = self._material.passages[other].text, ()
        elif kind == "removed":
            text, near = negatives.remove_answers(text, item.golds), ()
        elif kind == "rule":
            others = [
                name
                for i in rng.choices(self._by_article[source.article], k=2)
                for name in self._names[i]
            ]
            question, rule = negatives.make_unanswerable(
                question, text, others=others, vocabulary=self._vocabulary[source.set_name], rng=rng
            )
            label = f"rule-{rule}"
        if not text or not question:
            return None
        return self._window(
            question, text, near, kind=label, limit=limit, rng=rng, set_name=source.set_name
        )

    def _window(
        self,
        question: str,
        text: str,
        near: Sequence[tuple[int, int]],
        *,
        kind: str,
        limit: int,
        rng: random.Random,
        set_name: str,
    ) -> Example | None:
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_LIMIT]
        encoding = self.encode(text)
        offsets = encoding.offsets
        spans = []
        for start, end in near:
            inside = [i for i, (a, b) in enumerate(offsets) if a < end and start < b and a < b]
            if inside:
                spans.append((inside[0], inside[-1]))
        count = len(offsets)
        if near and not spans:
            return None
        first = 0
        if count > limit:
            low, high = 0, count - limit
            if spans:
                focus = rng.choice(spans)
                low = max(0, min(focus[1] + 8 - limit, high))
                high = max(low, min(high, focus[0] - 8))
            first = rng.randint(low, high)
        last = min(count, first + limit)
        begin = len(asked) + 3
        golds = [
            (s - first + begin, e - first + begin) for s, e in spans if first <= s and e < last
        ]
        answerable = kind == "answer"
        if answerable and not golds:
            return None
        ids = [BOS, *asked, EOS, EOS, *encoding.ids[first:last], EOS]
        return Example(
            ids=ids,
            passage_start=begin,
            golds=list(dict.fromkeys(golds)) if answerable else [(0, 0)],
            kind=kind,
            offsets=offsets[first:last],
            text=text,
            answers=tuple(text[a:b] for a, b in near) if answerable else (),
            set_name=set_name,
            question=question,
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
            limit = rng.randint(shortest, longest)
            example = self.make_example(item, kind, limit=limit, rng=rng)
            if example is not None:
                return example


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
