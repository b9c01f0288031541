"""Held-out figures of a trained reader for several shares of the encoder's, or another reader's, weights.

    python -m assistant.training.interpolate --data DATA --checkpoint OUT/latest.pt --weights e5-small-q4.bin
        --tokenizer tokenizer.json --lexicon OUT/lexicon.json --shares 0 0.1 0.2 [--other reader.onnx]

With ``--other`` the shares are of that reader's weights.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from assistant.training.batches import Sampler
from assistant.training.data import own_arabic_items, read_material
from assistant.training.lexicon import lexicon_of
from assistant.training.scoring import load_model, read_table
from assistant.training.train_reader import OWN_FIGURES, watch, watched_examples

WATCHED = {"new_wiki": 120, "reddit": 20, "amazon_reviews": 20, "qamr": 40, "arcd": 60}
"""Held-out questions per set, each asked also once as an unanswerable one."""


def main() -> None:
    """Command line: a JSON line a share."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the bundled e5 weights (.bin)")
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    parser.add_argument("--lexicon", type=Path, required=True, help="train_reader's lexicon.json")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.0, 0.1, 0.2])
    parser.add_argument("--other", type=Path, help="an exported reader instead of the encoder")
    options = parser.parse_args()
    material = read_material(options.data)
    lexicon = lexicon_of(material, options.lexicon, options.tokenizer)
    sampler = Sampler(material, options.tokenizer, lexicon=lexicon, held_out=True)
    examples = watched_examples(sampler, own_arabic_items(material), counts=WATCHED)
    table = read_table(options.weights)
    for share in options.shares:
        shares = {"base_share": share} if options.other is None else {"other_share": share}
        model = load_model(options.checkpoint, options.weights, other=options.other, **shares)
        figures = watch(model, table, examples, torch.device("cpu"))
        shown = {
            name: {
                key: figures[name][key] for key in ("forced_f1", "auroc") if key in figures[name]
            }
            for name in ("all", *OWN_FIGURES, *WATCHED)
        }
        print(json.dumps({**shares, **shown}), flush=True)


if __name__ == "__main__":
    main()
