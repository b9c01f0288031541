"""The reader's network: the bundled trunk with start and end scores, and its loss."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from embeddings.build.bert import HEAD_COUNT, Trunk

VERDICT_COUNT = 3
MASKED = -1e4
"""Score of positions that cannot start or end an answer; finite in half precision."""


class MaskPool:
    """Dropout masks cut at random places out of one pool of random bits.

    On a CPU drawing the bits of a fresh mask costs as much as the matrix products they fall on (12 ms
    for 1.6 million in bfloat16); a slice of a pool costs a twentieth of that.

    Args:
        rate: Share that is dropped, above 0 and below 1.
        size: Values in the pool; more than any tensor has.
        seed: Of the bits and the places.
    """

    def __init__(self, rate: float, *, size: int = 1 << 24, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        kept = torch.rand(size, generator=generator) >= rate
        self._pool = kept.to(torch.bfloat16) / (1 - rate)
        self._places = random.Random(seed)

    def drop(self, values: Tensor) -> Tensor:
        """The values with a share of them set to 0, the others scaled up."""
        at = self._places.randrange(len(self._pool) - values.numel())
        mask = self._pool[at : at + values.numel()].view(values.shape)
        return values * mask.to(values.device, values.dtype)


class ReaderModel(nn.Module):
    """A trunk with two scores per token and a verdict.

    Position 0 (``<s>``) stands for "no answer here"; what it holds of a claim beside a text gives the
    verdict: supports, refutes, neither.
    """

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        size = trunk.norm.weight.numel()
        self.trunk = trunk
        self.head = nn.Linear(size, 2)
        self.pooler = nn.Linear(size, size)
        self.verdict = nn.Linear(size, VERDICT_COUNT)
        for part in (self.head, self.pooler, self.verdict):
            nn.init.normal_(part.weight, std=0.02)
            nn.init.zeros_(part.bias)

    def forward(
        self, inputs_embeds: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Start and end scores, each ``(batch, length)``, unmasked, and verdict scores ``(batch, 3)``.

        Arguments as for ``Trunk``.
        """
        return self.heads(self.trunk(inputs_embeds, attention_mask))

    def heads(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The scores of :meth:`forward` from the trunk's ``(batch, length, size)``."""
        scores = self.head(hidden)
        verdict = self.verdict(torch.tanh(self.pooler(hidden[:, 0])))
        return scores[..., 0], scores[..., 1], verdict

    def score(
        self,
        inputs_embeds: Tensor,
        attention_mask: Tensor,
        *,
        frozen_layers: int = 0,
        dropout: MaskPool | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The same scores, computed the way that trains fastest on a CPU.

        torch's fused attention takes four times as long backwards there as plain products of
        contiguous matrices (bfloat16, length 224), and frozen layers need no graph.
        """
        trunk = self.trunk
        lean = torch.is_autocast_enabled(inputs_embeds.device.type)
        graph = torch.is_grad_enabled()
        with torch.set_grad_enabled(graph and frozen_layers == 0):
            hidden = trunk.norm(inputs_embeds + trunk.position[: inputs_embeds.shape[1]])
            if lean:  # carried in half precision, or every product casts its input again
                hidden = hidden.bfloat16()
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
                if dropout is not None and index >= frozen_layers:
                    mixed = dropout.drop(mixed)
                hidden = layer.attention_norm(hidden + mixed)
                mixed = layer.outer(functional.gelu(layer.inner(hidden)))
                if dropout is not None and index >= frozen_layers:
                    mixed = dropout.drop(mixed)
                hidden = layer.norm(hidden + mixed)
        with torch.autocast(hidden.device.type, enabled=False):
            return self.heads(hidden.float())


def span_loss(
    start: Tensor,
    end: Tensor,
    allowed: Tensor,
    golds: Sequence[Sequence[tuple[int, int]]],
    votes: Sequence[Sequence[int]],
) -> Tensor:
    """Mean negative log likelihood of the gold spans, summed over each question's answers.

    Each answer counts by its share of the votes of the one most often given, so that the sum is
    largest where all probability is on what most annotators marked.

    Args:
        start: ``(batch, length)`` scores.
        end: The same for last tokens.
        allowed: ``(batch, length)`` bool: position 0 and the passage's tokens.
        golds: Per row inclusive (first, last) token positions; ``[(0, 0)]`` for no answer.
        votes: For each of them how many annotators gave it.
    """
    start = functional.log_softmax(start.masked_fill(~allowed, MASKED), dim=-1)
    end = functional.log_softmax(end.masked_fill(~allowed, MASKED), dim=-1)
    width = max(len(row) for row in golds)
    first = torch.tensor([[s for s, _ in row] + [0] * (width - len(row)) for row in golds])
    last = torch.tensor([[e for _, e in row] + [0] * (width - len(row)) for row in golds])
    weight = torch.tensor(
        [[v / max(row) for v in row] + [0.0] * (width - len(row)) for row in votes]
    )
    both = start.gather(1, first.to(start.device)) + end.gather(1, last.to(start.device))
    return -(both + weight.to(start.device).log()).logsumexp(dim=1).mean()


def verdict_loss(scores: Tensor, allowed: Tensor, *, smoothing: float = 0.0) -> Tensor:
    """Mean negative log of the probability of what is allowed.

    Args:
        scores: ``(batch, 3)``.
        allowed: ``(batch, 3)`` bool: the right label, or the labels that the source could not tell apart.
        smoothing: Share of the loss that asks for all labels alike.
    """
    logs = functional.log_softmax(scores, dim=-1)
    right = logs.masked_fill(~allowed, MASKED).logsumexp(dim=1).mean()
    return -((1 - smoothing) * right + smoothing * logs.mean())
