"""From what is known of a span to the probability that it is right.

The weights are fitted by ``assistant.training.calibrate`` and saved beside the reader's; see its model card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.reading.reader import logistic

CALIBRATION_NAME = "calibration.json"
FEATURES = ("margin", "lead", "rank")
"""What the probability of a span is made from; see ``span_features.span_features``."""

PASSAGE_FEATURES = ("odds", "lead")
"""What the probability that a passage answers is made from; see ``span_features.passage_features``."""

VERDICTS = ("supports", "refutes", "neither")
"""The order of the verdict's scores."""


@dataclass(frozen=True, slots=True)
class CrossScript:
    """The model for spans of passages in another script than the question's."""

    weights: tuple[float, ...] = (0.35, 0.0, 0.0)
    bias: float = 0.0
    margin: float = 0.0
    """Added to a margin there, so that unrelated passages score alike: where passages of both scripts are
    put in one order."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model from what is known of a span to the probability that it is right.

    Fitted by ``assistant.training.calibrate``; see the model card.
    """

    weights: tuple[float, ...] = (0.35, 0.0, 0.0)
    bias: float = 0.0
    threshold: float = 0.5
    """From this probability on an answer is given."""
    possible_threshold: float = 0.2
    """From this one on it is shown as possible."""
    cross_script: CrossScript = CrossScript()
    passage_weights: tuple[float, ...] = (0.5, 0.0)
    passage_bias: float = 0.0
    """Of the probability that a passage holds an answer, from :data:`PASSAGE_FEATURES`: what is known
    when one passage is given and nothing was searched."""
    passage_threshold: float = 0.5
    rerank_weight: float = 0.2
    """Of a passage's margin beside its fused score, where the reader orders passages anew."""
    verdict_temperature: float = 1.0
    """What the verdict's scores are divided by (Guo et al., "On calibration of modern neural networks", 2017)."""
    verdict_offsets: tuple[float, ...] = (0.0, 0.0, 0.0)
    """Added after that, in the order of :data:`VERDICTS`."""

    def verdict_probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of the :data:`VERDICTS`, ``(n, 3)``, from the network's scores of that shape."""
        scaled = scores.astype(np.float64) / self.verdict_temperature + self.verdict_offsets
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)

    def passage_probability(self, features: Sequence[float]) -> float:
        """Probability, 0 to 1, that a passage with these :data:`PASSAGE_FEATURES` answers at all."""
        return _probability(self.passage_weights, self.passage_bias, features)

    def probability(self, features: Sequence[float], *, across: bool = False) -> float:
        """Probability, 0 to 1, of a span with these :data:`FEATURES`.

        Args:
            features: As ``span_features`` gives them.
            across: The passage is in another script than the question.
        """
        model = self.cross_script if across else self
        return _probability(model.weights, model.bias, features)


def _probability(weights: Sequence[float], bias: float, features: Sequence[float]) -> float:
    return logistic(bias + sum(w * x for w, x in zip(weights, features, strict=True)))


def load_calibration(path: Path) -> Calibration:
    """The calibration saved with the weights.

    Raises:
        ModelError: The file is missing or of another form.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
        by_name = dict(zip(value["features"], value["weights"], strict=True))
        of_foreign = dict(zip(value["features"], value["cross_script"]["weights"], strict=True))
        passage = value["passage"]
        of_passage = dict(zip(passage["features"], passage["weights"], strict=True))
        return Calibration(
            weights=tuple(float(by_name[name]) for name in FEATURES),
            bias=float(value["bias"]),
            threshold=float(value["threshold"]),
            possible_threshold=float(value["possible_threshold"]),
            cross_script=CrossScript(
                weights=tuple(float(of_foreign[name]) for name in FEATURES),
                bias=float(value["cross_script"]["bias"]),
                margin=float(value["cross_script"]["margin"]),
            ),
            passage_weights=tuple(float(of_passage[name]) for name in PASSAGE_FEATURES),
            passage_bias=float(passage["bias"]),
            passage_threshold=float(passage["threshold"]),
            rerank_weight=float(value["rerank_weight"]),
            verdict_temperature=float(value["verdict"]["temperature"]),
            verdict_offsets=tuple(float(value["verdict"]["offsets"][name]) for name in VERDICTS),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the reader's calibration {path} cannot be used ({error})") from error
