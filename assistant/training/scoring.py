"""Readers as functions of token ids: a torch checkpoint or an exported ONNX file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from assistant.training.batches import ScoreFunction
from assistant.training.exported import read_exported
from assistant.training.model import ReaderModel
from embeddings.build.bert import dequantise, load_trunk, read_blocks
from embeddings.encoder import import_onnxruntime


def read_table(weights: Path) -> NDArray[np.float16]:
    """The word table, ``(vocabulary, 384)``, dequantised."""
    blocks = read_blocks(weights)["emb.word"].reshape(-1, 384 // 32)
    table = np.empty((len(blocks), 384), np.float16)
    for start in range(0, len(blocks), 16384):
        table[start : start + 16384] = dequantise(blocks[start : start + 16384])
    return table


def torch_score(
    model: ReaderModel, table: NDArray[np.float16], device: torch.device
) -> ScoreFunction:
    """The model as a function of ids, in bfloat16 autocast, without gradients."""

    def score(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
        embeds = torch.from_numpy(table[ids]).to(device).float()
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            found = model.score(embeds, torch.from_numpy(mask).to(device))
        start, end, verdict = (part.float().cpu().numpy() for part in found)
        return start, end, verdict

    return score


def read_state(path: Path, *, averaged: bool = True) -> dict[str, Tensor]:
    """The weights of an exported reader (``.onnx``) or of a checkpoint, its averaged ones if so wished."""
    if path.suffix == ".onnx":
        return read_exported(path)
    saved = torch.load(path, map_location="cpu", weights_only=True)
    state: dict[str, Tensor] = dict(saved["model"])
    if averaged:
        state.update(saved["average"])
    return state


def mean_state(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of the weights of several models of one shape ("model soups", Wortsman et al., 2022)."""
    return {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}


def load_model(
    checkpoint: Path,
    weights: Path,
    *,
    averaged: bool = True,
    base_share: float = 0.0,
    other: Path | None = None,
    other_share: float = 0.0,
) -> ReaderModel:
    """A reader from a training checkpoint.

    Args:
        checkpoint: Written by ``train_reader``.
        weights: The encoder it was trained from.
        averaged: Take its averaged weights.
        base_share: How much of the trunk is the encoder's own again. Interpolating back gives some
            of what was learnt for what was forgotten, other languages above all (WiSE-FT, Wortsman
            et al., 2022).
        other: An exported reader that the run started from, to average with ("model soups", Wortsman
            et al., 2022).
        other_share: How much of all weights is the other's.
    """
    state = read_state(checkpoint, averaged=averaged)
    if other is not None:
        before = read_state(other)
        state = {name: torch.lerp(v, before.get(name, v), other_share) for name, v in state.items()}
    return restore(ReaderModel(load_trunk(weights)), state, base_share=base_share).eval()


def restore(
    model: ReaderModel, state: Mapping[str, Tensor], *, base_share: float = 0.0
) -> ReaderModel:
    """A reader with the weights of a state, its trunk so much the one it had before."""
    before = {name: value.clone() for name, value in model.trunk.state_dict().items()}
    model.load_state_dict(state, strict=False)  # the first readers had no verdict
    if base_share:
        trunk = model.trunk.state_dict()
        model.trunk.load_state_dict(
            {name: torch.lerp(value, before[name], base_share) for name, value in trunk.items()}
        )
    return model


def load_score(model: Path, weights: Path) -> ScoreFunction:
    """The score function of a checkpoint (``.pt``) or an exported file (``.onnx``)."""
    table = read_table(weights)
    if model.suffix != ".onnx":
        return torch_score(load_model(model, weights), table, torch.device("cpu"))
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def score(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
        embeds = table[ids].astype(np.float32)
        start, end, verdict = session.run(None, {"inputs_embeds": embeds, "attention_mask": mask})
        return start, end, verdict

    return score
