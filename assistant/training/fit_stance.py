"""Fit the stance classifier on climate-fever, the claims set aside left out.

    python -m assistant.training.fit_stance --data DIR

Writes ``assistant/checking/stance.json``. The strength of the penalty is chosen by cross-validation over
the training claims; the claims whose id is divisible by 5 are never looked at.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.checking.compare import compare
from assistant.checking.reports import Stance
from assistant.checking.stance import STANCES, WEIGHTS, features_of, inputs_of
from embeddings.encoder import load_encoder

HELD_OUT_EVERY = 5
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3)
FOLDS = 5
_LABELS = {
    "SUPPORTS": Stance.SUPPORTS,
    "REFUTES": Stance.REFUTES,
    "NOT_ENOUGH_INFO": Stance.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with one evidence sentence."""

    claim_id: int
    claim: str
    sentence: str
    title: str
    label: Stance

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept for measuring."""
        return self.claim_id % HELD_OUT_EVERY == 0


def read_pairs(path: Path) -> list[Pair]:
    """All pairs of ``climate-fever.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Pair(
            int(row["claim_id"]),
            row["claim"],
            evidence["evidence"],
            evidence["article"],
            _LABELS[evidence["evidence_label"]],
        )
        for row in rows
        for evidence in row["evidences"]
    ]


def inputs_for(pairs: list[Pair]) -> NDArray[np.float64]:
    """What the classifier sees, ``(n, features)``."""
    encoder = load_encoder(None)
    claims = list(dict.fromkeys(pair.claim for pair in pairs))
    sentences = list(dict.fromkeys(pair.sentence for pair in pairs))
    ours = dict(zip(claims, encoder.encode_passages(claims), strict=True))
    theirs = dict(zip(sentences, encoder.encode_passages(sentences), strict=True))
    rows = []
    for pair in pairs:
        first, second = ours[pair.claim], theirs[pair.sentence]
        features = features_of(
            compare(pair.claim, pair.sentence, context=pair.title),
            cosine=float(first @ second),
            sentence=pair.sentence,
            claim=pair.claim,
        )
        rows.append(inputs_of(features, first, second))
    return np.stack(rows)


def fit(pairs: list[Pair], inputs: NDArray[np.float64]) -> tuple[dict[str, Any], float, float]:
    """Weights as saved, the penalty chosen, and its cross-validated macro-F1."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    labels = np.array([STANCES.index(pair.label) for pair in pairs])
    groups = np.array([pair.claim_id for pair in pairs])
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = (inputs - mean) / scale

    def model(strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=3000, class_weight="balanced")

    scores = {
        strength: f1_score(
            labels,
            cross_val_predict(model(strength), scaled, labels, groups=groups, cv=GroupKFold(FOLDS)),
            average="macro",
        )
        for strength in PENALTIES
    }
    best = max(scores, key=lambda strength: scores[strength])
    fitted = model(best).fit(scaled, labels)
    saved = {
        "stances": [stance.value for stance in STANCES],
        "mean": np.round(mean, 5).tolist(),
        "scale": np.round(scale, 6).tolist(),
        "weights": np.round(fitted.coef_, 5).tolist(),
        "bias": np.round(fitted.intercept_, 5).tolist(),
    }
    return saved, best, float(scores[best])


def main() -> None:
    """Fit and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    pairs = [
        pair
        for pair in read_pairs(arguments.data / "climate-fever.jsonl.gz")
        if not pair.is_held_out
    ]
    saved, penalty, score = fit(pairs, inputs_for(pairs))
    arguments.out.write_text(json.dumps(saved) + "\n", "utf-8")
    print(f"{len(pairs)} pairs, C={penalty}, cross-validated macro-F1 {score:.3f}")


if __name__ == "__main__":
    main()
