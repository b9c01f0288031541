"""Measuring a reader on SQuAD-format files, passage given: F1 forced, F1 with abstention, AUROC.

The product's own figures come from ``pullquote eval``; this is for watching the training.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.evaluation.metrics import auroc, label_f1
from assistant.evaluation.scoring import best_f1
from assistant.training.batches import BOS, EOS, PAD, QUESTION_LIMIT, Example, ScoreFunction, group

ANSWER_TOKENS = 30
WINDOW, STRIDE = 320, 160


def best_span(start: NDArray, end: NDArray, *, first: int, last: int) -> tuple[int, int, float]:
    """The best (first token, last token) and its score above that of no answer.

    Args:
        start: ``(length,)`` scores.
        end: The same for last tokens.
        first: Position of the passage's first token.
        last: Position after its last token.
    """
    totals = start[first:last, None] + end[None, first:last]
    rows = np.arange(last - first)
    allowed = (rows[None] >= rows[:, None]) & (rows[None] < rows[:, None] + ANSWER_TOKENS)
    totals = np.where(allowed, totals, -np.inf)
    at = int(totals.argmax())
    s, e = divmod(at, last - first)
    return s + first, e + first, float(totals[s, e] - start[0] - end[0])


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was read for one question."""

    text: str
    score: float
    """Of the best span above no answer."""
    f1: float
    """Of the span against the answers; 0 when there is none."""
    answerable: bool


def summarise(predictions: Sequence[Prediction]) -> dict[str, float]:
    """F1 forced, F1 at zero and at the best threshold (in hindsight), AUROC; per cent but AUROC."""
    score = np.array([p.score for p in predictions])
    f1 = np.array([p.f1 for p in predictions])
    has = np.array([p.answerable for p in predictions])

    def abstaining(threshold: float) -> float:
        return float(np.where(score > threshold, f1 * has, ~has).mean() * 100)

    figures = {
        "questions": float(len(predictions)),
        "forced_f1": float(f1[has].mean() * 100) if has.any() else float("nan"),
    }
    if not has.all():
        cuts = np.quantile(score, np.linspace(0, 1, 401))
        figures["auroc"] = auroc(score, has)
        figures["f1_at_zero"] = abstaining(0.0)
        figures["f1_best_threshold"] = max(abstaining(cut) for cut in [-np.inf, *cuts])
    return {name: round(value, 4 if name == "auroc" else 2) for name, value in figures.items()}


def pad(examples: Sequence[Example], length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and mask, each ``(examples, length)``."""
    ids = np.full((len(examples), length), PAD, np.int64)
    mask = np.zeros_like(ids)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
    return ids, mask


def predict(
    examples: Sequence[Example], score: ScoreFunction, *, tokens: int = 4096
) -> Iterator[tuple[Example, str, float]]:
    """Each example with its best text and score, in any order."""
    for batch in group(examples, tokens=tokens):
        starts, ends, _ = score(*pad(batch.examples, batch.length))
        for row, example in enumerate(batch.examples):
            first, last, above = best_span(
                starts[row], ends[row], first=example.passage_start, last=len(example.ids) - 1
            )
            a = example.offsets[first - example.passage_start][0]
            b = example.offsets[last - example.passage_start][1]
            yield example, example.text[a:b], above


def predict_verdicts(
    examples: Sequence[Example], score: ScoreFunction, *, tokens: int = 4096
) -> Iterator[tuple[Example, NDArray]]:
    """Each claim with its three scores, in any order."""
    for batch in group(examples, tokens=tokens):
        _, _, verdicts = score(*pad(batch.examples, batch.length))
        yield from zip(batch.examples, verdicts, strict=True)


def summarise_verdicts(scores: NDArray, labels: NDArray) -> dict[str, float]:
    """Accuracy, macro-F1 and the F1 of each label, per cent, from ``(n, 3)`` scores and ``(n,)`` labels."""
    found = scores.argmax(1)
    f1 = [100 * label_f1(found, labels, label) for label in range(scores.shape[1])]
    figures = {
        "claims": len(labels),
        "accuracy": 100 * (found == labels).mean(),
        "f1": np.nanmean(f1),
    }
    figures |= dict(zip(("f1_supports", "f1_refutes", "f1_neither"), f1, strict=True))
    return {name: round(float(value), 2) for name, value in figures.items()}


def read_windows(path: Path, tokenizer: Tokenizer) -> dict[str, list[Example]]:
    """Windows of every question of a (gzipped) SQuAD-format file by question id."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)["data"]
    windows: dict[str, list[Example]] = {}
    for paragraph in (p for article in data for p in article["paragraphs"]):
        text = paragraph["context"]
        encoding = tokenizer.encode(text, add_special_tokens=False)
        for qa in paragraph["qas"]:
            asked = tokenizer.encode(qa["question"].strip(), add_special_tokens=False).ids
            asked = asked[:QUESTION_LIMIT]
            answers = tuple(answer["text"] for answer in qa["answers"])
            windows[qa["id"]] = [
                Example(
                    ids=[BOS, *asked, EOS, EOS, *encoding.ids[at : at + WINDOW], EOS],
                    passage_start=len(asked) + 3,
                    golds=[],
                    kind="answer" if answers else "impossible",
                    offsets=encoding.offsets[at : at + WINDOW],
                    text=text,
                    answers=answers,
                    set_name=path.name,
                )
                for at in range(0, max(1, len(encoding.ids) - STRIDE), STRIDE)
            ]
    return windows


def evaluate_file(
    path: Path, score: ScoreFunction, tokenizer: Tokenizer, *, language: str = "en"
) -> tuple[dict[str, float], dict[str, Prediction]]:
    """Figures and predictions by question id; the best window of each question counts."""
    windows = read_windows(path, tokenizer)
    owner = {id(example): name for name, parts in windows.items() for example in parts}
    found: dict[str, Prediction] = {}
    for example, text, above in predict([e for w in windows.values() for e in w], score):
        name = owner[id(example)]
        if name not in found or above > found[name].score:
            f1 = best_f1(text, example.answers, language=language) if example.answers else 0.0
            found[name] = Prediction(text, above, f1, bool(example.answers))
    return summarise(list(found.values())), found


def main() -> None:
    """Command line: figures of an exported reader as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="gzipped SQuAD-format files")
    parser.add_argument("--model", type=Path, required=True, help="reader.onnx or a checkpoint")
    parser.add_argument("--weights", type=Path, required=True, help="the bundled e5 weights (.bin)")
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    arguments = parser.parse_args()
    from assistant.training.scoring import load_score

    score = load_score(arguments.model, arguments.weights)
    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    for path in arguments.files:
        language = "ar" if "-ar" in path.name else "en"
        figures, _ = evaluate_file(path, score, tokenizer, language=language)
        print(json.dumps({"file": path.name, **figures}), flush=True)


if __name__ == "__main__":
    main()
