"""What a sentence says of a claim: supports it, refutes it, or neither.

Two parts, mixed. A network reads claim and sentence together (the bundled trunk on the shared word table,
three scores on the first position). A multinomial logistic regression looks at what the two have in
common, at what differs, and at the products and differences of their vectors. Both are meant for evidence
that words the matter differently; where a sentence says nearly the same words,
:mod:`assistant.checking.claims` compares them exactly.

Weights: ``stance.onnx`` (``python -m assistant.training.train_stance``) and ``stance.json``
(``python -m assistant.training.fit_stance``); what they were trained on and reach is in ``STANCE.md``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.checking.compare import Comparison
from assistant.checking.reports import Difference, Stance
from assistant.errors import ModelError
from embeddings.encoder import batches, open_session, thread_count
from embeddings.errors import EmbeddingsError
from embeddings.table import load_table
from embeddings.tokenizer import BOS_ID, EOS_ID, PAD_ID, Tokenizer, load_tokenizer

STANCES = (Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL)
"""Order of the probabilities."""
WEIGHTS = Path(__file__).with_name("stance.json")
NETWORK = Path(__file__).with_name("stance.onnx")
CLAIM_TOKENS = 64
SENTENCE_TOKENS = 128
BATCH_TOKENS = 1024


def pair_tokens(tokenizer: Tokenizer, claim: str, sentence: str, *, title: str = "") -> list[int]:
    """A claim and a sentence (after the title of its article) as the network reads them."""
    ours = list(tokenizer.encode(claim))[:CLAIM_TOKENS]
    theirs = list(tokenizer.encode(f"{title}: {sentence}" if title else sentence))
    return [BOS_ID, *ours, EOS_ID, EOS_ID, *theirs[:SENTENCE_TOKENS], EOS_ID]


class StanceNetwork:
    """The network, loaded at its first use; thread-safe.

    Args:
        path: ONNX file.
    """

    def __init__(self, path: Path = NETWORK) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._session: Any = None

    def log_probabilities(
        self, claim: str, sentences: Sequence[tuple[str, str]]
    ) -> NDArray[np.float64]:
        """``(n, 3)`` natural logarithms, in the order of :data:`STANCES`.

        Args:
            claim: One statement.
            sentences: Each with the title of its article.

        Raises:
            ModelError: The weights are missing or damaged.
        """
        found = np.zeros((len(sentences), len(STANCES)))
        session, table, tokenizer = self._open(), load_table(), load_tokenizer()
        tokens = [pair_tokens(tokenizer, claim, text, title=title) for text, title in sentences]
        for batch in batches([len(ids) for ids in tokens], max_tokens=BATCH_TOKENS):
            width = max(len(tokens[at]) for at in batch)
            ids = np.full((len(batch), width), PAD_ID, np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, at in enumerate(batch):
                ids[row, : len(tokens[at])] = tokens[at]
                mask[row, : len(tokens[at])] = 1
            (scores,) = session.run(
                None, {"inputs_embeds": table.rows(ids), "attention_mask": mask}
            )
            found[batch] = log_softmax(np.asarray(scores, np.float64))
        return found

    def _open(self) -> Any:
        with self._lock:
            if self._session is None:
                try:
                    self._session = open_session(self._path, threads=thread_count())
                except EmbeddingsError as error:
                    raise ModelError(str(error)) from error
            return self._session


def log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the probabilities that rows of scores stand for."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float64)


def features_of(
    comparison: Comparison, *, cosine: float, sentence: str, claim: str
) -> NDArray[np.float64]:
    """What the regression sees of a pair beside the vectors, ``(18,)`` float64."""
    opposed = [d.about for d in comparison.departures if d.contradicts]
    denied = float(any(d.about is Difference.NEGATION for d in comparison.departures))
    return np.array(
        [
            cosine,
            comparison.coverage,
            comparison.back_coverage,
            comparison.in_order,
            opposed.count(Difference.NUMBER),
            comparison.missing_numbers,
            opposed.count(Difference.DATE),
            opposed.count(Difference.NAME) + opposed.count(Difference.PLACE),
            comparison.missing_names,
            denied,
            denied * comparison.coverage,
            comparison.opposites,
            comparison.claim_negations,
            comparison.source_negations,
            comparison.source_hedges - comparison.claim_hedges,
            np.log(1 + len(sentence)),
            np.log(1 + len(claim)),
            len(opposed) * comparison.coverage,
        ],
        dtype=np.float64,
    )


def inputs_of(
    features: NDArray[np.float64],
    claim_vector: NDArray[np.float32],
    sentence_vector: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Features, products and absolute differences in one row."""
    return np.concatenate(
        [
            features,
            (claim_vector * sentence_vector).astype(np.float64),
            np.abs(claim_vector - sentence_vector).astype(np.float64),
        ]
    )


@dataclass(frozen=True, slots=True)
class StanceModel:
    """The fitted regression, and how it is mixed with the network."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    """``(3, n)`` in the order of :data:`STANCES`."""
    bias: NDArray[np.float64]
    offsets: NDArray[np.float64]
    """Added to the mixed logarithms: evens the three labels out."""
    network_share: float = 0.0
    """Share of the network's logarithms, 0 to 1; the regression has the rest."""

    def probabilities(
        self,
        rows: Sequence[NDArray[np.float64]],
        network: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """``(n, 3)`` probabilities of pairs.

        Args:
            rows: Each as :func:`inputs_of` gives it.
            network: What :class:`StanceNetwork` gives for the same pairs; None leaves it out.
        """
        if not rows:
            return np.zeros((0, len(STANCES)))
        scaled = (np.stack(rows) - self.mean) / self.scale
        mixed = log_softmax(scaled @ self.weights.T + self.bias)
        if network is not None:
            mixed = self.network_share * network + (1.0 - self.network_share) * mixed
        return np.exp(log_softmax(mixed + self.offsets))


@lru_cache(maxsize=1)
def load_stance_model(path: Path = WEIGHTS) -> StanceModel:
    """The saved weights.

    Raises:
        ModelError: The file is missing or of another form.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
        names = ("mean", "scale", "weights", "bias", "offsets")
        mean, scale, weights, bias, offsets = (np.array(value[n], np.float64) for n in names)
        return StanceModel(mean, scale, weights, bias, offsets, float(value["network_share"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"the weights {path} cannot be used ({error}): reinstall") from error
