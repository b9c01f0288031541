"""Export a trained reader: ONNX over word vectors, int8 per channel, compared with the float model.

    python -m assistant.training.export_reader --checkpoint OUT/latest.pt --weights e5-small-q4.bin \
        --tokenizer tokenizer.json --target embeddings/models/reader/reader.onnx \
        --check squadshifts-new_wiki.json.gz arcd-train.json.gz

The inputs are ``inputs_embeds`` ``(batch, length, 384)`` float32 and ``attention_mask`` ``(batch,
length)`` int64, the outputs ``start_logits`` and ``end_logits`` ``(batch, length)`` float32, and
``verdict_logits`` ``(batch, 3)``: supports, refutes, neither.
Position 0 holds the score of "no answer"; training normalised over it and the passage's tokens, so
the question's tokens and everything after the passage must be masked when decoding.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.training.batches import Example
from assistant.training.evaluate import best_span, pad, read_windows
from assistant.training.model import ReaderModel
from assistant.training.scoring import load_model, load_score, read_table
from embeddings.build.bert import export_onnx, fuse, quantise, smooth

OUTPUTS = ("start_logits", "end_logits", "verdict_logits")
KEPT = ("layers.0/outer", "layers.4/outer", "layers.5/outer", "pooler", "verdict")
"""Products with outliers in their inputs, as in the encoder that the reader was trained from; and the
verdict's, which are small."""
CALIBRATION_EXAMPLES = 48
"""Windows of the ``--check`` files that outliers are looked for in: in every language that will be read,
for their outliers differ."""
COMPARED_EXAMPLES = 160


def sample_windows(paths: Sequence[Path], tokenizer: Path, count: int) -> list[Example]:
    """``count`` windows, evenly spread over SQuAD-format files and over each of them."""
    found: list[Example] = []
    for path in paths:
        windows = list(read_windows(path, Tokenizer.from_file(str(tokenizer))).values())
        share = count // len(paths)
        found += [parts[0] for parts in windows[:: max(1, len(windows) // share)][:share]]
    return found


def smooth_reader(
    model: ReaderModel, weights: Path, tokenizer: Path, samples: Sequence[Path]
) -> None:
    """Even out the trunk's activations on windows of training files, in place."""
    examples = sample_windows(samples, tokenizer, CALIBRATION_EXAMPLES)
    ids, mask = pad(examples, max(len(example.ids) for example in examples))
    embeds = torch.from_numpy(read_table(weights)[ids]).float()
    smooth(model.trunk, embeds, torch.from_numpy(mask))


def compare(
    one: Path, other: Path, weights: Path, tokenizer: Path, sample: Path
) -> dict[str, float]:
    """How alike two exported files score windows of a SQuAD-format file.

    Returns:
        The share of equal best spans, and the mean difference of null odds in nats.
    """
    examples = sample_windows([sample], tokenizer, COMPARED_EXAMPLES)
    scores = [load_score(path, weights) for path in (one, other)]
    same, differences = 0, []
    for example in examples:
        ids, mask = pad([example], len(example.ids))
        bounds = {"first": example.passage_start, "last": len(example.ids) - 1}
        found = [
            best_span(start[0], end[0], **bounds)
            for start, end, _ in (s(ids, mask) for s in scores)
        ]
        same += found[0][:2] == found[1][:2]
        differences.append(abs(found[0][2] - found[1][2]))
    return {
        "questions": float(len(examples)),
        "same_span": round(same / len(examples), 4),
        "null_odds_difference": round(float(np.mean(differences)), 4),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the bundled e5 weights (.bin)")
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    parser.add_argument("--target", type=Path, required=True, help="the int8 file to write")
    parser.add_argument("--base-share", type=float, default=0.0, help="see scoring.load_model")
    parser.add_argument("--other", type=Path, help="an exported reader to average with")
    parser.add_argument("--other-share", type=float, default=0.5, help="how much of it")
    parser.add_argument(
        "--check",
        type=Path,
        required=True,
        nargs="+",
        help="SQuAD-format training files to set the quantisation by, and to compare the two on",
    )
    arguments = parser.parse_args()
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "reader-float.onnx"
        model = load_model(
            arguments.checkpoint,
            arguments.weights,
            base_share=arguments.base_share,
            other=arguments.other,
            other_share=arguments.other_share,
        )
        smooth_reader(model, arguments.weights, arguments.tokenizer, arguments.check)
        export_onnx(model, plain, output_names=OUTPUTS)
        quantise(plain, arguments.target, keep=KEPT)
        fuse(arguments.target)
        report: dict[str, object] = {
            "file": arguments.target.name,
            "bytes": arguments.target.stat().st_size,
            "sha256": hashlib.sha256(arguments.target.read_bytes()).hexdigest(),
        }
        report["agreement"] = {
            path.name: compare(
                plain, arguments.target, arguments.weights, arguments.tokenizer, path
            )
            for path in arguments.check
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
