"""The weights of an exported reader, for training on from it.

int8 steps are undone, not guessed at: what is read is the function that the file computes, so that a
later run can start from the weights that a release shipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

HEADS = ("head.", "pooler.", "verdict.")
LAYER_PRODUCTS = ("attention_out", "inner", "outer")


class _Graph:
    """Nodes by name and constants of an ONNX file that ``export_reader`` wrote."""

    def __init__(self, path: Path) -> None:
        import onnx
        from onnx import numpy_helper

        graph = onnx.load(str(path)).graph
        self.nodes: dict[str, Any] = {node.name: node for node in graph.node if node.name}
        self.constants: dict[str, NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer
        }

    def product(self, name: str) -> NDArray[np.float32]:
        """The matrix of a product, ``(in, out)``."""
        node = self.nodes.get(f"{name}_quant")
        if node is None:
            half = self.constants[f"{self.nodes[name].input[1]}.half"]
            return half.astype(np.float32)
        base = node.input[1].removesuffix("_quantized")
        steps = self.constants[f"{base}_quantized"].astype(np.float32)
        zero = self.constants[f"{base}_zero_point"].astype(np.float32)
        return (steps - zero) * self.constants[f"{base}_scale"].astype(np.float32)

    def bias(self, node: str, suffix: str) -> NDArray[np.float32]:
        """What is added to the product ``MatMul`` of a node: by itself, or (``bert.fuse``) in one step with it."""
        if f"{node}/Add{suffix}" in self.nodes:
            return self.operand(f"{node}/Add{suffix}")
        return self.constants[self.nodes[f"{node}/MatMul{suffix}_quant"].input[-1]]

    def operand(self, name: str) -> NDArray[np.float32]:
        """The constant operand of a sum or product of two."""
        found = [self.constants[i] for i in self.nodes[name].input if i in self.constants]
        return found[0].astype(np.float32)


def read_exported(path: Path) -> dict[str, Tensor]:
    """The state of a :class:`ReaderModel` that computes what an exported file computes.

    Smoothing (``bert.smooth``) is folded back into the matrices.

    Raises:
        KeyError: The file was not written by ``export_reader``.
    """
    graph = _Graph(path)
    state: dict[str, NDArray[np.float32]] = {
        "trunk.position": graph.constants["trunk.position.half"],
        "head.weight": graph.product("/head/MatMul").T,
    }
    state.update(
        (name, value)
        for name, value in graph.constants.items()
        if name.startswith(("trunk.layers.", "trunk.norm.", *HEADS)) and ".half" not in name
    )
    state.update(  # the verdict's matrices; the first readers had none
        (name.removesuffix(".half"), value)
        for name, value in graph.constants.items()
        if name.startswith(HEADS) and name.endswith(".weight.half")
    )
    layers = sum(name.endswith(".attention_norm.weight") for name in graph.constants)
    for index in range(layers):
        node, name = f"/trunk/layers.{index}", f"trunk.layers.{index}"
        suffixes = ("", "_1", "_2")
        entering = graph.operand(f"{node}/Mul")[:, None]
        parts = [(graph.product(f"{node}/MatMul{s}") * entering).T for s in suffixes]
        state[f"{name}.qkv.weight"] = np.concatenate(parts)
        state[f"{name}.qkv.bias"] = np.concatenate([graph.bias(node, s) for s in suffixes])
        for product in LAYER_PRODUCTS:
            matrix = graph.product(f"{node}/{product}/MatMul")
            if product == "inner":
                matrix = matrix * graph.operand(f"{node}/Mul_1")[:, None]
            state[f"{name}.{product}.weight"] = matrix.T
    return {
        name: torch.from_numpy(np.array(value, np.float32, order="C"))
        for name, value in state.items()
    }
