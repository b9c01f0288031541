"""Answers to be verified: right ones, and those that the reader would rather give.

For questions of the training sets the reader's best spans are taken, from the question's own passage and, of
some, from another one that a search returns. Beside its sentence a right one is supported; one that has nothing
in common with the right answer, or that answers a question without one, is not.

    python -m assistant.training.rivals --data DATA --tokenizer tokenizer.json \
        --reader embeddings/models/reader --out answers.jsonl.gz
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.evaluation.scoring import best_f1
from assistant.reading.calibration import Calibration
from assistant.reading.span_reader import SpanReader
from assistant.training.corpus import ANSWERS, LABELS, Claim, Corpus, Item, Span, read_corpus
from assistant.training.mixture import Mixture
from embeddings.sentences import sentence_spans

SUPPORTS, NEITHER = LABELS.index("SUPPORTS"), LABELS.index("NOT_ENOUGH_INFO")
SETS = {
    "squad": 1500, "tydiqa-goldp-ar": 500, "arcd": 250, "tydiqa-goldp-en": 250, "qed-nq-dev-en": 250,
    "piaf-fr": 200, "mlqa-dev-de": 150, "own": 4500,
}  # fmt: skip
"""How many questions of each set are read."""
ELSEWHERE_SHARE = 0.2
"""Of answerable questions, how many are read in another passage."""
RIGHT_F1, WRONG_F1 = 0.6, 0.2
"""F1 with the right answer from which on a span is right, and below which it is wrong; between them it is left out."""
MOST_RIVALS = 2
"""Wrong spans of one question."""


def answer_pair(question: str, text: str, start: int, end: int) -> tuple[str, str]:
    """An answer as a claim, the question with it, and the sentence that it stands in with the one before.

    Args:
        question: As it was read.
        text: A passage.
        start: Where the answer starts in it, in code points.
        end: And ends.

    >>> answer_pair("Who met?", "It rained. Anna met Bo. They left.", 11, 15)
    ('Who met? Anna', 'It rained. Anna met Bo.')
    """
    first, last = start, end
    before = 0
    for a, b in sentence_spans(text):
        if b <= start:
            before = a
        elif a < end:
            first, last = min(first, a), max(last, b)
    return f"{question.strip()} {text[start:end]}", text[before if before < first else first : last]


def answers_of(item: Item, text: str, found: Sequence[Span], *, is_own: bool) -> Iterator[Claim]:
    """Right and wrong answers to one question as claims beside their sentences.

    Args:
        item: The question.
        text: The passage that was read.
        found: The reader's best spans in it, best first.
        is_own: Whether it is the question's own passage; in another nothing is right.
    """
    golds = item.golds if is_own else ()
    right = [text[a:b] for a, b in golds]
    chosen: list[tuple[Span, int]] = [(gold, SUPPORTS) for gold in golds[:1]]
    wrong = 0
    for a, b in found:
        f1 = best_f1(text[a:b], right, language=item.language) if right else 0.0
        overlaps = any(a < end and start < b for start, end in golds)
        if f1 >= RIGHT_F1 and (a, b) != golds[0]:
            chosen.append(((a, b), SUPPORTS))
        elif f1 < WRONG_F1 and not overlaps and wrong < MOST_RIVALS:
            chosen.append(((a, b), NEITHER))
            wrong += 1
    for (a, b), label in chosen:
        claim, sentence = answer_pair(item.question, text, a, b)
        yield Claim(claim, sentence, (), (label,), ANSWERS, item.language)


def mine(corpus: Corpus, mixture: Mixture, reader: SpanReader, *, seed: int) -> Iterator[Claim]:
    """Answers to be verified, of all :data:`SETS`."""
    rng = random.Random(seed)
    for name, limit in SETS.items():
        items = corpus.items[name]
        for item in rng.sample(items, min(limit, len(items))):
            text, is_own = corpus.passages[item.passage].text, True
            if item.golds and rng.random() < ELSEWHERE_SHARE:
                other = mixture.elsewhere(item, rng)
                text, is_own = (other[0], False) if other else (text, True)
            found = [(span.start, span.end) for span in reader.read_raw(item.question, [text])]
            yield from answers_of(item, text, found, is_own=is_own)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument(
        "--tokenizer", type=Path, required=True, help="the encoder's tokenizer.json"
    )
    parser.add_argument("--reader", type=Path, required=True, help="folder of reader.onnx")
    parser.add_argument("--out", type=Path, required=True, help="file of claims to write")
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    training, _ = read_corpus(options.data)
    reader = SpanReader(options.reader, calibration=Calibration())
    mixture = Mixture(training, options.tokenizer)
    with gzip.open(options.out, "wt", encoding="utf-8") as file:
        for claim in mine(training, mixture, reader, seed=options.seed):
            row = {
                "claim": claim.text,
                "evidence": claim.passage,
                "label": LABELS[claim.allowed[0]],
                "lang": claim.language,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
