"""Train the stance network: what a sentence says of a claim, read together.

    python -m assistant.training.train_stance --data DATA --weights e5-small-q4.bin --reader latest.pt \
        --target assistant/checking/stance.onnx --log stance-log.json [--watch]

The network is the reader's trunk (trained to find answers, or not to) with three scores on its first
position. It is trained on made pairs first, then on climate-fever's training claims with some made pairs
among them. Claims whose id is divisible by 5 are never looked at; ``--watch`` also keeps those whose id
leaves 1, measures on them after every pass, and saves their scores for the choice of what is mixed.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assistant.checking.stance import STANCES, pair_tokens
from assistant.training.model import MASKED
from assistant.training.scoring import load_model, read_table
from assistant.training.stance_pairs import HELD_OUT_EVERY, Pair, make_pairs, read_pairs
from embeddings.build.bert import HEAD_COUNT, Trunk, export_onnx, quantise, smooth
from embeddings.encoder import batches
from embeddings.tokenizer import PAD_ID, load_tokenizer

WATCHED_REMAINDER = 1
VOTE_SHARE = 0.3
"""How much of the target are the annotators' votes rather than their common label."""
REPLAYED = 300
"""Made pairs in each pass over climate-fever."""


class StanceNetwork(nn.Module):
    """A trunk with three scores on its first position, in the order of ``STANCES``."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = nn.Linear(trunk.norm.weight.numel(), len(STANCES))
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> Tensor:
        """Scores ``(batch, 3)``; arguments as for ``Trunk``."""
        scores: Tensor = self.head(self.trunk(inputs_embeds, attention_mask)[:, 0])
        return scores

    def score(
        self, inputs_embeds: Tensor, attention_mask: Tensor, *, frozen_layers: int, dropout: float
    ) -> Tensor:
        """The same, the way that trains fastest on a CPU (see ``ReaderModel.score``)."""
        trunk = self.trunk
        graph = torch.is_grad_enabled()
        with torch.no_grad():
            hidden = trunk.norm(inputs_embeds + trunk.position[: inputs_embeds.shape[1]]).bfloat16()
        bias = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * MASKED
        batch, length, size = hidden.shape
        shape = (batch, length, 3, HEAD_COUNT, size // HEAD_COUNT)
        for index, layer in enumerate(trunk.layers):
            with torch.set_grad_enabled(graph and index >= frozen_layers):
                parts = layer.qkv(hidden).reshape(shape).permute(2, 0, 3, 1, 4).contiguous()
                query, key, value = parts.unbind(0)
                weights = (query * float(shape[-1]) ** -0.5) @ key.transpose(2, 3) + bias
                mixed = torch.softmax(weights, dim=-1, dtype=weights.dtype) @ value
                mixed = layer.attention_out(mixed.transpose(1, 2).reshape(batch, length, size))
                mixed = functional.dropout(mixed, dropout, self.training)
                hidden = layer.attention_norm(hidden + mixed)
                outer = layer.outer(functional.gelu(layer.inner(hidden)))
                hidden = layer.norm(hidden + functional.dropout(outer, dropout, self.training))
        with torch.autocast(hidden.device.type, enabled=False):
            first = functional.dropout(hidden[:, 0].float(), dropout, self.training)
            scores: Tensor = self.head(first)
        return scores


def targets_of(pairs: Sequence[Pair]) -> Tensor:
    """What is to be learned, ``(n, 3)``: the label, softened by the votes."""
    rows = [
        (1 - VOTE_SHARE) * np.eye(len(STANCES))[STANCES.index(pair.label)]
        + VOTE_SHARE * np.array(pair.votes)
        for pair in pairs
    ]
    return torch.tensor(np.stack(rows), dtype=torch.float32)


def embeds_of(tokens: Sequence[Sequence[int]], table: NDArray[np.float16]) -> tuple[Tensor, Tensor]:
    """Padded word vectors and mask."""
    width = max(len(ids) for ids in tokens)
    ids = np.full((len(tokens), width), PAD_ID, np.int64)
    mask = np.zeros((len(tokens), width), np.int64)
    for row, some in enumerate(tokens):
        ids[row, : len(some)] = some
        mask[row, : len(some)] = 1
    return torch.from_numpy(table[ids]).float(), torch.from_numpy(mask)


def predict(
    model: StanceNetwork, pairs: Sequence[Pair], table: NDArray[np.float16], *, tokens: int
) -> NDArray[np.float64]:
    """Log-probabilities ``(n, 3)``."""
    ids = tokens_of_pairs(pairs)
    found = np.zeros((len(pairs), len(STANCES)))
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches([len(some) for some in ids], max_tokens=tokens):
            embeds, mask = embeds_of([ids[at] for at in batch], table)
            scores = model.score(embeds, mask, frozen_layers=0, dropout=0.0)
            found[batch] = functional.log_softmax(scores, dim=-1).numpy()
    model.train()
    return found


def tokens_of_pairs(pairs: Sequence[Pair]) -> list[list[int]]:
    """Token ids of each pair as the network reads them."""
    tokenizer = load_tokenizer()
    return [pair_tokens(tokenizer, pair.claim, pair.sentence, title=pair.title) for pair in pairs]


def macro_f1(labels: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Mean F1 of the three labels, 0 to 1."""
    scores = []
    for label in range(len(STANCES)):
        hit = float(((found == label) & (labels == label)).sum())
        scores.append(2 * hit / max(1.0, float((found == label).sum() + (labels == label).sum())))
    return float(np.mean(scores))


def train_pass(
    model: StanceNetwork,
    optimiser: torch.optim.Optimizer,
    pairs: Sequence[Pair],
    table: NDArray[np.float16],
    *,
    arguments: argparse.Namespace,
    weights: Tensor,
    rng: random.Random,
    rates: Sequence[float],
) -> float:
    """One pass over the pairs; gives the mean loss."""
    ids = tokens_of_pairs(pairs)
    targets = targets_of(pairs)
    groups = batches([len(some) + rng.randrange(4) for some in ids], max_tokens=arguments.tokens)
    rng.shuffle(groups)
    losses = []
    for number, batch in enumerate(groups):
        progress = rates[0] + (rates[1] - rates[0]) * number / len(groups)
        share = min(1.0, progress / 0.08) * max(0.02, 1.0 - progress)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * share
        embeds, mask = embeds_of([ids[at] for at in batch], table)
        with torch.autocast("cpu", torch.bfloat16):
            scores = model.score(
                embeds, mask, frozen_layers=arguments.frozen_layers, dropout=arguments.dropout
            )
        goal = targets[batch]
        loss = -(goal * weights * functional.log_softmax(scores, dim=-1)).sum(1)
        mean = loss.sum() / (goal * weights).sum()
        optimiser.zero_grad(set_to_none=True)
        mean.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(mean.item())
    return float(np.mean(losses))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the bundled e5 weights (.bin)")
    parser.add_argument("--reader", type=Path, required=True, help="a reader's checkpoint")
    parser.add_argument("--target", type=Path, help="the int8 file to write")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("--made", type=int, default=3000, help="made pairs in the first pass")
    parser.add_argument("--passes", type=int, default=4, help="over climate-fever")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--decay", type=float, default=0.9)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--frozen-layers", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)
    pairs = [p for p in read_pairs(arguments.data / "climate-fever.jsonl.gz") if not p.is_held_out]
    watched = [p for p in pairs if p.claim_id % HELD_OUT_EVERY == WATCHED_REMAINDER]
    if arguments.watch:
        pairs = [p for p in pairs if p.claim_id % HELD_OUT_EVERY != WATCHED_REMAINDER]
    made = make_pairs(arguments.data, count=arguments.made, seed=arguments.seed)
    table = read_table(arguments.weights)
    model = StanceNetwork(load_model(arguments.reader, arguments.weights).trunk)
    model.train()
    groups: list[dict[str, object]] = [
        {
            "params": list(layer.parameters()),
            "peak": arguments.rate * arguments.decay ** (len(model.trunk.layers) - 1 - index),
        }
        for index, layer in enumerate(model.trunk.layers)
        if index >= arguments.frozen_layers
    ]
    groups.append({"params": list(model.head.parameters()), "peak": 10 * arguments.rate})
    optimiser = torch.optim.AdamW(groups, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    counts = np.bincount([STANCES.index(p.label) for p in pairs], minlength=len(STANCES))
    weights = torch.tensor((len(pairs) / (3 * counts)) ** 0.5, dtype=torch.float32)
    labels = np.array([STANCES.index(p.label) for p in watched])
    log: list[dict[str, object]] = []
    started = time.monotonic()
    total = arguments.passes + 1
    for number in range(total):
        some = made if number == 0 else [*pairs, *rng.sample(made, min(REPLAYED, len(made)))]
        loss = train_pass(
            model,
            optimiser,
            some,
            table,
            arguments=arguments,
            weights=weights,
            rng=rng,
            rates=(number / total, (number + 1) / total),
        )
        entry: dict[str, object] = {
            "pass": number,
            "loss": round(loss, 4),
            "elapsed_s": round(time.monotonic() - started),
        }
        if arguments.watch:
            found = predict(model, watched, table, tokens=arguments.tokens)
            entry["watched_macro_f1"] = round(macro_f1(labels, found.argmax(1)), 4)
            np.save(arguments.log.with_suffix(".npy"), found)
        log.append(entry)
        arguments.log.write_text(json.dumps({"passes": log}, indent=1) + "\n", "utf-8")
        print(json.dumps(entry), flush=True)
    if arguments.target is not None:
        sample = [pairs[at] for at in rng.sample(range(len(pairs)), 48)]
        with tempfile.TemporaryDirectory() as folder:
            model.eval()
            smooth(model.trunk, *embeds_of(tokens_of_pairs(sample), table))
            plain = Path(folder) / "stance-float.onnx"
            export_onnx(model, plain, output_names=("scores",))
            quantise(plain, arguments.target)


if __name__ == "__main__":
    main()
