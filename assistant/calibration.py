"""From what is known of a span to the probability that it is right.

The weights are fitted by ``assistant.training.calibrate`` and saved beside the reader's; see its model card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.reader import logistic

CALIBRATION_NAME = "calibration.json"
FEATURES = ("margin", "lead", "cosine", "rank", "agreement", "words", "names")
"""What the probability of a span is made from; see ``span_reader.span_features``."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model from what is known of a span to the probability that it is right.

    Fitted by ``assistant.training.calibrate``; see the model card.
    """

    weights: tuple[float, ...] = (0.35, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    bias: float = 0.0
    threshold: float = 0.5
    neutral: tuple[float, float] = (0.7, 0.7)
    """Instead of ``words`` and ``names`` where question and passage share no script."""
    cross_script: tuple[float, float] = (0.0, 0.0)
    """Added to margin and cosine where question and passage are written in different scripts, so that
    unrelated passages score alike in one script and across two."""
    passage_scale: float = 0.5
    passage_bias: float = 0.0
    """Of the probability that a passage holds an answer, from the margin alone: what is known when
    one passage is given and nothing was searched."""
    passage_threshold: float = 0.5
    rerank_weight: float = 0.2
    """Of a passage's margin beside its fused score, where the reader orders passages anew."""

    def passage_probability(self, margin: float) -> float:
        """Probability, 0 to 1, that a passage answers the question at all."""
        return logistic(self.passage_bias + self.passage_scale * margin)

    def probability(self, features: Sequence[float]) -> float:
        """Probability, 0 to 1, of a span with these :data:`FEATURES`."""
        return logistic(self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True)))


def load_calibration(path: Path) -> Calibration:
    """The calibration saved with the weights.

    Raises:
        ModelError: The file is missing or of another form.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
        by_name = dict(zip(value["features"], value["weights"], strict=True))
        return Calibration(
            weights=tuple(float(by_name[name]) for name in FEATURES),
            bias=float(value["bias"]),
            threshold=float(value["threshold"]),
            neutral=(float(value["neutral"]["words"]), float(value["neutral"]["names"])),
            cross_script=(
                float(value["cross_script"]["margin"]),
                float(value["cross_script"]["cosine"]),
            ),
            passage_scale=float(value["passage"]["scale"]),
            passage_bias=float(value["passage"]["bias"]),
            passage_threshold=float(value["passage"]["threshold"]),
            rerank_weight=float(value["rerank_weight"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the reader's calibration {path} cannot be used ({error})") from error
