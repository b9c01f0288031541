"""From the corpus to training examples: which set, which question, which passage, which window.

Questions are asked of their own passage, and, as an answer must be declined when it is not there, of
others: a neighbouring paragraph, one that BM25 ranks high, the passage without the answer's sentence.
Claims stand beside the sentences that decide them, the sentences around, or the whole passage, and, as
nothing follows from most of what a search returns, beside others.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from assistant.training import negatives
from assistant.training.batches import BOS, EOS, QUESTION_LIMIT, TITLE_LIMIT, Batch, Example, group
from assistant.training.corpus import ANSWERS, LABELS, SHIFTS, Claim, Corpus, Item, Span
from embeddings.sentences import sentence_spans

NEITHER = LABELS.index("NOT_ENOUGH_INFO")
POOL = 640
"""Examples that are sorted by length together."""

FAMILIES = {
    "own": 0.46,
    "squad": 0.30,
    "english": 0.06,
    "other": 0.10,
    "speakers": 0.05,
    "shifts": 0.03,
}
"""Shares of the questions; what the sets of a family have is drawn in proportion to their sizes, Arabic threefold."""
OWN = ("own", "written")
ENGLISH = ("tydiqa-goldp-en", "qed-nq-dev-en", "quoref-contrast-en", "quoref-sample-en",
           "afriqa-en-en", "afriqa-xx-en", "fairytaleqa-en")  # fmt: skip
SPEAKERS = {"own-quotations": 3.0, "written-quotations": 3.0, "quoted": 1.0, "reported": 0.2}
"""How often a question of each set is drawn beside one of another."""
RARE = {"covidqa-en", "fairytaleqa-en", "amqa-am", "iapp-wiki-th", "jaquad-ja", "tydiqa-goldp-te",
        "tydiqa-goldp-bn", "kazqad-valid-kk", "cmrc2018-zh", "drcd-zht", "jsquad-valid-ja"}  # fmt: skip
"""Noisy, or in a language that few will ask in: drawn a third as often."""
OFTEN = {"arcd", "tydiqa-goldp-ar", "mlqa-dev-de"}

MOVED_SHARE = {
    "own": 0.22,
    "squad": 0.3,
    "english": 0.3,
    "other": 0.25,
    "shifts": 0.3,
    "speakers": 0.1,
}
"""How many answerable questions are asked of a passage that does not answer them."""
UNANSWERABLE_SHARE = 0.3
"""Of a family's draws; misleading questions that people wrote are few outside ``own``."""
PLAIN_SHARE = 0.1
"""Questions in small letters, without their question mark: as keywords are typed."""

TITLE_SHARE = 0.6
"""How many passages stand under the title of their article, where it has one, as those of a library do."""

CLAIM_WEIGHTS = {
    "own": 12.0, "written": 12.0, "climate_fever": 12.0, "fever_dev": 0.6, "fever_symmetric": 1.0, "fib": 0.15,
    "qags": 0.3, "assin": 0.12, "pawsx": 0.12, "glue_rte": 0.4, "arbteds": 4.0, "breaking_nli": 0.1,
    "med": 0.3, "wice": 0.5, "politihop": 0.3, "daccord": 0.5, "xsum_faithfulness": 0.4,
    "ans_ar": 2.0, "healthver": 0.6, "indonli": 0.5, "farstail": 0.8, "klue_nli_dev": 0.4,
    "inferes": 0.8, "sufficient_facts": 1.5, "semiauto_nli_wiki": 1.3, "cad_nli": 0.7,
}  # fmt: skip
"""How often a claim of each set is drawn beside one of the others, which have 1. Two-class sets are kept
small: in bulk they teach never to say "neither"."""
ELSEWHERE_SHARE = 0.1
"""How many of our own claims are put beside other sentences of their passage, or of another passage."""
ANSWERS_SHARE = 0.35
"""How many of the claims are answers to be verified, where such are given; see :mod:`assistant.training.rivals`."""
VERBATIM_SHARE = 0.04
"""How often one of our own claims is the deciding sentence itself, which people rarely wrote and users often copy."""


@dataclass(frozen=True, slots=True)
class Window:
    """A question and part of a passage as tokens."""

    ids: list[int]
    passage_start: int
    golds: list[tuple[Span, Span]]
    """Inclusive token positions, with the code points that they came from."""
    offsets: list[Span]


class Mixture:
    """Draws examples; the same seed and draw number always give the same ones.

    Args:
        corpus: What is drawn from.
        tokenizer: The encoder's ``tokenizer.json``.
        claim_share: How many of the examples are claims.
        seed: Of the draws.
    """

    def __init__(
        self, corpus: Corpus, tokenizer: Path, *, claim_share: float = 0.5, seed: int = 0
    ) -> None:
        self.corpus = corpus
        self._claim_share = claim_share
        self._seed = seed
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._encodings: dict[str, Encoding] = {}
        self._neighbours: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, passage in enumerate(corpus.passages):
            self._neighbours[passage.set_name, passage.group].append(index)
        self._families = _families(corpus)
        self._answers = corpus.claims.get(ANSWERS, [])
        self._claims = [
            (name, claims) for name, claims in corpus.claims.items() if claims and name != ANSWERS
        ]
        self._claim_weights = [
            CLAIM_WEIGHTS.get(name, 1.0) * len(claims) for name, claims in self._claims
        ]
        self._ranked: dict[tuple[str, int], list[int]] = {}
        self._rank()

    def _rank(self) -> None:
        """What BM25 returns for the questions of the sets that name what they ask about."""
        for language in ("en", "ar"):
            pool = [
                index
                for index, passage in enumerate(self.corpus.passages)
                if passage.language == language and passage.set_name in _SEARCHED
            ]
            asked = [
                item
                for name in _SEARCHED
                for item in self.corpus.items.get(name, [])
                if item.golds
                and item.language == language
                and self.corpus.passages[item.passage].language == language
            ]
            if len(pool) < 2 or not asked:
                continue
            ranked = negatives.rank_passages(
                [item.question for item in asked],
                [self.corpus.passages[index].text for index in pool],
                top=12,
            )
            for item, row in zip(asked, ranked, strict=True):
                self._ranked[item.question, item.passage] = [pool[at] for at in row]

    def _encode(self, text: str) -> Encoding:
        found = self._encodings.get(text)
        if found is None:
            found = self._encodings[text] = self._tokenizer.encode(text, add_special_tokens=False)
        return found

    def elsewhere(self, item: Item, rng: random.Random) -> tuple[str, str] | None:
        """A text that does not answer a question, with its title.

        It is near the question's passage, high in a search, or what is left of the passage.
        """
        source = self.corpus.passages[item.passage]
        answers = [" ".join(negatives.words_of(text)) for text in self.corpus.answers(item)]
        near = [i for i in self._neighbours[source.set_name, source.group] if i != item.passage]
        if source.set_name in SHIFTS[1:]:  # posts and reviews never name what they are about
            near = []
        found = [
            i for i in self._ranked.get((item.question, item.passage), ()) if i != item.passage
        ]
        choice = rng.random()
        pool = near if near and (choice < 0.4 or not found) else found
        if pool and choice < 0.8:
            rng.shuffle(pool := list(pool))
            for index in pool[:4]:
                other = self.corpus.passages[index]
                if not negatives.contains_any(" ".join(negatives.words_of(other.text)), answers):
                    return other.text, other.title
        left = negatives.remove_answers(source.text, item.golds)
        return (left, source.title) if left else None

    def question_example(
        self,
        item: Item,
        *,
        limit: int,
        rng: random.Random,
        moved: tuple[str, str] | None = None,
        plain_share: float = PLAIN_SHARE,
    ) -> Example | None:
        """A question on its passage, or on a text with its title that does not answer it.

        Returns:
            None where no window holds an answer.
        """
        source = self.corpus.passages[item.passage]
        golds = item.golds if moved is None else ()
        passage, title = (source.text, source.title) if moved is None else moved
        question = item.question
        if rng.random() < plain_share:
            question = question.rstrip("?؟ ").lower()
        if rng.random() >= TITLE_SHARE:
            title = ""
        window = self._window(question, passage, golds, title=title, limit=limit, rng=rng)
        if window is None or (golds and not window.golds):
            return None
        kept: Counter[Span] = Counter()
        votes = dict(zip(golds, item.votes or [1] * len(golds), strict=False))
        for gold, span in window.golds:
            kept[gold] += votes[span]
        return Example(
            ids=window.ids,
            passage_start=window.passage_start,
            golds=list(kept) or [(0, 0)],
            kind="answer"
            if golds
            else ("moved" if moved is not None else item.kind or "impossible"),
            offsets=window.offsets,
            text=passage,
            answers=tuple(passage[a:b] for a, b in golds),
            set_name=source.set_name,
            question=question,
            votes=tuple(kept.values()) or (1,),
            language=source.language,
        )

    def _window(
        self,
        question: str,
        text: str,
        near: Sequence[Span],
        *,
        title: str,
        limit: int,
        rng: random.Random,
    ) -> Window | None:
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_LIMIT]
        encoding = self._encode(text)
        offsets = encoding.offsets
        spans: list[tuple[Span, Span]] = []
        for start, end in near:
            inside = [i for i, (a, b) in enumerate(offsets) if a < end and start < b and a < b]
            if inside:
                spans.append(((inside[0], inside[-1]), (start, end)))
        if near and not spans:
            return None
        count, first = len(offsets), 0
        if count > limit:
            low, high = 0, count - limit
            if spans:
                focus, _ = rng.choice(spans)
                low = max(0, min(focus[1] + 8 - limit, high))
                high = max(low, min(high, focus[0] - 8))
            first = rng.randint(low, high)
        last = min(count, first + limit)
        head = [BOS, *asked, EOS, EOS]
        if title:
            head += [*self._encode(title).ids[:TITLE_LIMIT], EOS]
        begin = len(head)
        return Window(
            ids=[*head, *encoding.ids[first:last], EOS],
            passage_start=begin,
            golds=[
                ((s - first + begin, e - first + begin), span)
                for (s, e), span in spans
                if first <= s and e < last
            ],
            offsets=offsets[first:last],
        )

    def claim_example(self, claim: Claim, *, limit: int, rng: random.Random) -> Example:
        """A claim beside its evidence, in one of the ways that the product puts it; see the module."""
        text, allowed, said = claim.passage, claim.allowed, claim.text
        if claim.evidence:
            text, allowed = self._evidence(claim, rng)
            start, end = claim.evidence[0]
            if rng.random() < VERBATIM_SHARE and claim.passage[start:end] in text:
                said, allowed = claim.passage[start:end], (LABELS.index("SUPPORTS"),)
        asked = self._encode(said).ids[: 2 * QUESTION_LIMIT]
        encoding = self._encode(text)
        return Example(
            ids=[BOS, *asked, EOS, EOS, *encoding.ids[:limit], EOS],
            passage_start=len(asked) + 3,
            golds=[],
            kind=claim.kind,
            offsets=encoding.offsets[:limit],
            text=text,
            answers=(),
            set_name=claim.set_name,
            question=said,
            verdict=allowed,
            language=claim.language,
        )

    def _evidence(self, claim: Claim, rng: random.Random) -> tuple[str, tuple[int, ...]]:
        sentences = sentence_spans(claim.passage)
        start, end = min(a for a, _ in claim.evidence), max(b for _, b in claim.evidence)
        choice = rng.random()
        if choice < ELSEWHERE_SHARE:
            away = [(a, b) for a, b in sentences if b <= start or end <= a]
            if away:
                a, b = rng.choice(away)
                return claim.passage[a:b], (NEITHER,)
        if choice < 0.55:
            return claim.passage[start:end], claim.allowed
        if choice < 0.8:  # with the sentence before
            before = [a for a, b in sentences if b <= start]
            return claim.passage[before[-1] if before else start : end], claim.allowed
        return claim.passage, claim.allowed

    def draw(self, number: int, *, longest: int, shortest: int) -> Example:
        """Example ``number`` of the endless training stream.

        Args:
            number: Position in the stream.
            longest: Upper bound of the window's size in tokens.
            shortest: Lower bound of that bound's draw.
        """
        rng = random.Random(self._seed * 1_000_003 + number)
        if rng.random() < self._claim_share:
            claims = self._answers
            if not claims or rng.random() >= ANSWERS_SHARE:
                _, claims = rng.choices(self._claims, weights=self._claim_weights)[0]
            return self.claim_example(rng.choice(claims), limit=longest, rng=rng)
        names = list(self._families)
        while True:
            name = rng.choices(names, weights=[FAMILIES[n] for n in names])[0]
            answerable, other, weights = self._families[name]
            share = UNANSWERABLE_SHARE if name != "own" else 0.45
            item = rng.choices(answerable, cum_weights=weights)[0]
            moved = None
            if other and rng.random() < share:
                item = rng.choice(other)
            elif rng.random() < MOVED_SHARE[name]:
                moved = self.elsewhere(item, rng)
                if moved is None:
                    continue
            limit = rng.randint(shortest, longest)
            example = self.question_example(item, moved=moved, limit=limit, rng=rng)
            if example is not None:
                return example


_SEARCHED = (
    "own",
    "written",
    "squad",
    "new_wiki",
    "tydiqa-goldp-en",
    "qed-nq-dev-en",
    "tydiqa-goldp-ar",
    "arcd",
)


def _family_of(name: str) -> str:
    if name in OWN:
        return "own"
    if name == "squad":
        return name
    if name in SPEAKERS:
        return "speakers"
    if name in SHIFTS:
        return "shifts"
    return "english" if name in ENGLISH else "other"


def _families(corpus: Corpus) -> dict[str, tuple[list[Item], list[Item], list[float]]]:
    """Of each family the answerable and the unanswerable questions, and the former's running weights."""
    found: dict[str, tuple[list[Item], list[Item], list[float]]] = {}
    for name, items in corpus.items.items():
        answerable, other, weights = found.setdefault(_family_of(name), ([], [], []))
        weight = SPEAKERS.get(name, 1.0)
        if name in RARE:
            weight = 1 / 3
        if name in OFTEN:
            weight = 4.0
        for item in items:
            if not item.golds:
                other.append(item)
                continue
            source = corpus.passages[item.passage].language
            # Arabic, other written languages and questions across languages are few in ``own``.
            is_few = name in OWN and (source != "en" or item.language != source)
            # There questions for figures are mostly unanswerable ones: that must not be what tells them.
            has_figure = name in OWN and any(map(str.isdigit, corpus.answers(item)[0]))
            answerable.append(item)
            share = weight * (1.6 if is_few else 1.0) * (3.0 if has_figure else 1.0)
            weights.append((weights[-1] if weights else 0.0) + share)
    return {name: parts for name, parts in found.items() if parts[0]}


def stream(
    mixture: Mixture, *, first_pool: int, tokens: int, longest: int, shortest: int
) -> Iterator[tuple[int, Batch]]:
    """Endless ``(pool number, batch)``; a pool's batches come in a shuffled order."""
    pool = first_pool
    while True:
        examples = [
            mixture.draw(pool * POOL + i, longest=longest, shortest=shortest) for i in range(POOL)
        ]
        batches = group(examples, tokens=tokens)
        random.Random(pool).shuffle(batches)
        for batch in batches:
            yield pool, batch
        pool += 1
