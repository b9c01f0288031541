"""Pairs for the stance head: climate-fever's own, and statements made from questions and answers.

A question about its passage becomes a statement by putting the answer for the question word ("Who wrote
it?", "Orwell" -> "Orwell wrote it."). The sentence that holds the answer supports it. With an answer of
the same kind from elsewhere, or a negation put in, the sentence refutes it; another sentence of the same
article says neither.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.checking.reports import Stance
from assistant.training.data import Item, Material, is_held_out, read_material
from embeddings.sentences import sentence_spans

HELD_OUT_EVERY = 5
"""Claims of climate-fever whose id is divisible by this are kept for measuring."""
MADE_SETS = frozenset({"new_wiki", "qamr"})
_LABELS = {
    "SUPPORTS": Stance.SUPPORTS,
    "REFUTES": Stance.REFUTES,
    "NOT_ENOUGH_INFO": Stance.NEUTRAL,
}
_SUBJECT = re.compile(
    r"(?:Who|What|Which \w+|How many \w+|How much \w+)\s+"
    r"(?!do\b|does\b|did\b|kind\b|type\b|of\b|[A-Z])(?P<rest>[a-z].*)\?$"
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|can|will|would|could)\b(?! not)")
_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with one sentence."""

    claim_id: int
    """Of climate-fever; -1 for made pairs."""
    claim: str
    sentence: str
    title: str
    label: Stance
    votes: tuple[float, float, float]
    """Shares of the annotators for supports, refutes, neither."""

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept for measuring."""
        return self.claim_id >= 0 and self.claim_id % HELD_OUT_EVERY == 0


def read_pairs(path: Path) -> list[Pair]:
    """All pairs of ``climate-fever.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = []
    for row in rows:
        for evidence in row["evidences"]:
            cast = [evidence["votes"].count(label) for label in _LABELS]
            total = sum(cast) or 1
            found.append(
                Pair(
                    int(row["claim_id"]),
                    row["claim"],
                    evidence["evidence"],
                    evidence["article"],
                    _LABELS[evidence["evidence_label"]],
                    (cast[0] / total, cast[1] / total, cast[2] / total),
                )
            )
    return found


def statement_of(question: str, answer: str) -> str | None:
    """The question with its answer as a statement; None where it does not ask for its subject.

    >>> statement_of("Who wrote the book?", "Orwell")
    'Orwell wrote the book.'
    >>> statement_of("When did it begin?", "1914") is None
    True
    """
    match = _SUBJECT.fullmatch(question.strip())
    if match is None or len(match.group("rest").split()) < 3:
        return None
    text = f"{answer.strip()} {match.group('rest').strip()}."
    return text[0].upper() + text[1:]


def make_pairs(folder: Path, *, count: int, seed: int = 0) -> list[Pair]:
    """About ``count`` pairs from SQuADShifts (Wikipedia part) and QAMR, a third of each label."""
    rng = random.Random(seed)
    material = read_material(folder)
    usable = [
        item
        for item in material.items
        if material.passages[item.passage].set_name in MADE_SETS
        and not is_held_out(material.passages[item.passage])
    ]
    rng.shuffle(usable)
    answers = _answers_by_kind(material, usable)
    siblings: dict[str, list[int]] = defaultdict(list)
    for index, passage in enumerate(material.passages):
        siblings[passage.article].append(index)
    found: list[Pair] = []
    for item in usable:
        if len(found) >= count:
            break
        found += _pairs_of(item, material, answers, siblings, rng)
    return found[:count]


def _answers_by_kind(material: Material, items: Sequence[Item]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        answer = material.passages[item.passage].text[slice(*item.golds[0])]
        found[_kind(answer)].append(answer)
    return found


def _kind(answer: str) -> str:
    if _NUMBER.search(answer):
        return "number"
    return "name" if answer[:1].isupper() else "words"


def _pairs_of(
    item: Item,
    material: Material,
    answers: dict[str, list[str]],
    siblings: dict[str, list[int]],
    rng: random.Random,
) -> list[Pair]:
    passage = material.passages[item.passage]
    start, end = item.golds[0]
    answer = passage.text[start:end]
    claim = statement_of(item.question, answer)
    if claim is None:
        return []
    sentences = sentence_spans(passage.text)
    holding = next(((a, b) for a, b in sentences if a <= start and end <= b), None)
    if holding is None:
        return []
    sentence = passage.text[slice(*holding)]
    # "new_wiki/Title_of_it/8"; QAMR's articles have no titles.
    title = passage.article.split("/")[1] if passage.set_name != "qamr" else ""
    title = title.replace("_", " ")
    made = [_made(claim, sentence, title, Stance.SUPPORTS)]
    other = rng.choice(answers[_kind(answer)])
    if rng.random() < 0.3 and _AUXILIARY.search(claim):
        wrong: str | None = _AUXILIARY.sub(lambda m: f"{m.group()} not", claim, count=1)
    elif _kind(answer) != "words" and other.lower() not in sentence.lower():
        wrong = statement_of(item.question, other)
    else:
        wrong = None
    if wrong is not None:
        made.append(_made(wrong, sentence, title, Stance.REFUTES))
    neighbour = material.passages[rng.choice(siblings[passage.article])].text
    spans = [s for s in sentence_spans(neighbour) if answer not in neighbour[slice(*s)]]
    if spans:
        made.append(_made(claim, neighbour[slice(*rng.choice(spans))], title, Stance.NEUTRAL))
    return made


def _made(claim: str, sentence: str, title: str, label: Stance) -> Pair:
    votes = tuple(float(label is other) for other in _LABELS.values())
    return Pair(-1, claim, sentence, title, label, (votes[0], votes[1], votes[2]))
