"""Fit the stance regression on climate-fever.

    python -m assistant.training.fit_stance --data DIR

Writes ``assistant/checking/claims/stance.json``. The claims whose id is divisible by 5 are never looked at. The
penalty and the labels' offsets are chosen by cross-validation over the other claims.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.checking.claims.compare import compare
from assistant.checking.claims.stance import STANCES, WEIGHTS, features_of, inputs_of, log_softmax
from assistant.training.stance_pairs import Pair, read_pairs
from embeddings.encoder import load_encoder

PENALTIES = (1e-4, 3e-4, 1e-3)
FOLDS = 5
OFFSETS = np.arange(-0.8, 0.81, 0.1)


def inputs_for(pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """What the regression sees, ``(n, features)``."""
    encoder = load_encoder(None)
    claims = list(dict.fromkeys(pair.claim for pair in pairs))
    sentences = list(dict.fromkeys(pair.sentence for pair in pairs))
    texts = [*claims, *sentences]
    near = dict(zip(texts, encoder.encode_passages(texts), strict=True))
    vectors = dict(zip(texts, encoder.encode_queries(texts), strict=True))
    rows = []
    for pair in pairs:
        first, second = vectors[pair.claim], vectors[pair.sentence]
        features = features_of(
            compare(pair.claim, pair.sentence, context=pair.title),
            cosine=float(near[pair.claim] @ near[pair.sentence]),
            sentence=pair.sentence,
            claim=pair.claim,
        )
        rows.append(inputs_of(features, first, second))
    return np.stack(rows)


def fit(
    inputs: NDArray[np.float64], labels: NDArray[np.int64], *, penalty: float
) -> dict[str, NDArray[np.float64]]:
    """Mean, scale, weights and bias of the regression; rare labels weigh more, by the root."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    counts = np.bincount(labels, minlength=len(STANCES))
    weights = (len(labels) / (len(STANCES) * counts)) ** 0.5
    model = LogisticRegression(C=penalty, max_iter=400)
    model.fit((inputs - mean) / scale, labels, sample_weight=weights[labels])
    return {"mean": mean, "scale": scale, "weights": model.coef_, "bias": model.intercept_}


def scores_of(
    fitted: dict[str, NDArray[np.float64]], inputs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log-probabilities ``(n, 3)``."""
    scaled = (inputs - fitted["mean"]) / fitted["scale"]
    return log_softmax(scaled @ fitted["weights"].T + fitted["bias"])


def cross_validated(
    inputs: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    penalty: float,
) -> NDArray[np.float64]:
    """Log-probabilities ``(n, 3)`` of each claim by a fit without it."""
    from sklearn.model_selection import GroupKFold

    found = np.zeros((len(labels), len(STANCES)))
    for seen, unseen in GroupKFold(FOLDS).split(inputs, labels, groups):
        found[unseen] = scores_of(fit(inputs[seen], labels[seen], penalty=penalty), inputs[unseen])
    return found


def offset_grid() -> Iterator[NDArray[np.float64]]:
    """Offsets of the first two labels against the third."""
    for first in OFFSETS:
        for second in OFFSETS:
            yield np.array([first, second, 0.0])


def best_offsets(
    scores: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """The macro-F1 of the best offsets, and those: the mean of all that come within .005 of it."""
    from sklearn.metrics import f1_score

    tried = [
        (f1_score(labels, (scores + offsets).argmax(axis=1), average="macro"), offsets)
        for offsets in offset_grid()
    ]
    best = max(score for score, _ in tried)
    near = np.mean([offsets for score, offsets in tried if score >= best - 0.005], axis=0)
    return float(best), near


def main() -> None:
    """Fit and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    pairs = [p for p in read_pairs(arguments.data / "climate-fever.jsonl.gz") if not p.is_held_out]
    inputs = inputs_for(pairs)
    labels = np.array([STANCES.index(pair.label) for pair in pairs])
    groups = np.array([pair.claim_id for pair in pairs])
    tried = {}
    for penalty in PENALTIES:
        scores = cross_validated(inputs, labels, groups, penalty)
        tried[penalty] = best_offsets(scores, labels)
    penalty = max(tried, key=lambda value: tried[value][0])
    score, offsets = tried[penalty]
    fitted = fit(inputs, labels, penalty=penalty)
    saved = {
        "stances": [stance.value for stance in STANCES],
        **{name: np.round(value, 5).tolist() for name, value in fitted.items()},
        "offsets": np.round(offsets, 3).tolist(),
    }
    arguments.out.write_text(json.dumps(saved) + "\n", "utf-8")
    print(f"{len(pairs)} pairs, C={penalty}, cross-validated macro-F1 {score:.3f}")


if __name__ == "__main__":
    main()
