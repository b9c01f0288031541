"""The tokenizer's files, made from a Hugging Face ``tokenizer.json`` of the Unigram kind."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from embeddings.errors import ModelBuildError
from embeddings.tokenizer import NORMALISATION_FILE, SCORES_FILE, SHORT_GRAPHEME_BYTES, TRIE_FILE

_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_ALPHABET = 257
"""Transitions of the trie: the end of a piece, then the 256 bytes."""


def _charsmap_unit(unit: int) -> tuple[bool, int, int, int]:
    """Fields of a unit of a Darts double array: has a leaf, value, label, offset."""
    offset = (unit >> 10) << ((unit & (1 << 9)) >> 6)
    return bool((unit >> 8) & 1), unit & 0x7FFFFFFF, unit & ((1 << 31) | 0xFF), offset


def read_charsmap(data: bytes) -> dict[str, str]:
    """Every rule of a SentencePiece ``precompiled_charsmap``.

    The layout is a byte count, a Darts double array of that size whose keys are UTF-8 and whose
    values are offsets into the zero-terminated strings after it.

    Raises:
        ModelBuildError: It holds no rules.
    """
    (size,) = struct.unpack_from("<I", data)
    units = np.frombuffer(data, "<u4", size // 4, 4).tolist()
    strings = data[4 + size :]
    rules: dict[str, str] = {}
    stack: list[tuple[int, bytes]] = [(_charsmap_unit(units[0])[3], b"")]
    while stack:
        place, key = stack.pop()
        for byte in range(1, 256):
            child = place ^ byte
            if child >= len(units):
                continue
            has_leaf, _, label, offset = _charsmap_unit(units[child])
            if label != byte:
                continue
            below = child ^ offset
            if has_leaf:
                at = _charsmap_unit(units[below])[1]
                rules[(key + bytes([byte])).decode()] = strings[
                    at : strings.index(b"\0", at)
                ].decode()
            stack.append((below, key + bytes([byte])))
    if not rules:
        raise ModelBuildError("the tokenizer's charsmap holds no rules")
    return rules


def _grouped(keys: list[bytes], lower: int, upper: int, depth: int) -> Iterator[tuple[int, int]]:
    """(transition, first key) of each child of the node that holds the sorted keys in a range."""
    last = -1
    for index in range(lower, upper):
        key = keys[index]
        code = key[depth] + 1 if depth < len(key) else 0
        if code != last:
            yield code, index
            last = code


def build_trie(pieces: dict[bytes, int]) -> NDArray[np.int32]:
    """A double-array trie: ``base`` and ``check``, one after the other.

    From node ``n`` transition ``c`` leads to ``m = base[n] + c`` if ``check[m] == n``. Node 0 is
    the root. Transition 0 leads to a leaf whose base is ``-value - 1``.

    Args:
        pieces: Key to value (0 and up); keys not empty.
    """
    keys = sorted(pieces)
    capacity = 1 << 22
    base = np.zeros(capacity, np.int32)
    check = np.full(capacity, -1, np.int32)
    check[0] = -2
    used = np.zeros(capacity, bool)
    used[0] = True
    stack = [(0, 0, len(keys), 0)]
    first_free = 1
    highest = 0
    while stack:
        node, lower, upper, depth = stack.pop()
        children = list(_grouped(keys, lower, upper, depth))
        codes = [code for code, _ in children]
        offset = max(first_free - codes[0], 1)
        if len(codes) > 1:
            offset = _fit(used, offset, codes)
        else:
            while used[offset + codes[0]]:
                offset += 1
        base[node] = offset
        bounds = [index for _, index in children[1:]] + [upper]
        for (code, start), end in zip(children, bounds, strict=True):
            child = offset + code
            used[child] = True
            check[child] = node
            highest = max(highest, child)
            if code == 0:
                base[child] = -pieces[keys[start]] - 1
            else:
                stack.append((child, start, end, depth + 1))
        while used[first_free]:
            first_free += 1
    size = highest + _ALPHABET + 1  # any transition of any node stays inside
    return np.concatenate([base[:size], check[:size]])


def _fit(used: NDArray[np.bool_], offset: int, codes: list[int]) -> int:
    """First offset at or after ``offset`` where all of ``codes`` are free."""
    window = 4096
    while True:
        clash = np.zeros(window, bool)
        for code in codes:
            clash |= used[offset + code : offset + code + window]
        free = np.flatnonzero(~clash)
        if free.size:
            return offset + int(free[0])
        offset += window


def _characters(pattern: str) -> str:
    """All characters that a pattern matches."""
    everything = "".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    return "".join(regex.findall(pattern, everything))


def write_vocabulary(tokenizer_json: bytes, folder: Path) -> None:
    """Write the three files that ``embeddings.tokenizer`` reads.

    Args:
        tokenizer_json: A tokenizer as Hugging Face stores it.
        folder: Where to write.

    Raises:
        ModelBuildError: The tokenizer works in a way that ours does not.
    """
    stored: dict[str, Any] = json.loads(tokenizer_json)
    normalisers = stored["normalizer"].get("normalizers", [])
    kinds = [step["type"] for step in normalisers]
    pre = stored["pre_tokenizer"]
    if (
        stored["model"]["type"] != "Unigram"
        or kinds != ["Precompiled", "Replace"]
        or normalisers[1]["pattern"] != {"Regex": " {2,}"}
        or pre["type"] != "Metaspace"
    ):
        raise ModelBuildError(
            "only a Unigram tokenizer with Precompiled and Replace normalizers and Metaspace "
            f"can be converted, not {stored['model']['type']} with {kinds} and {pre['type']}"
        )
    vocabulary: list[tuple[str, float]] = stored["model"]["vocab"]
    rules = read_charsmap(base64.b64decode(normalisers[0]["precompiled_charsmap"]))
    # Rules for sequences that are never normalised as a whole (long graphemes) cannot apply.
    rules = {
        key: value
        for key, value in rules.items()
        if key != value and (len(key) == 1 or len(key.encode()) < SHORT_GRAPHEME_BYTES)
    }
    if rules.get("\n") != " " or any(key.isascii() and key.isprintable() for key in rules):
        raise ModelBuildError("the normalisation maps printable ASCII, or keeps line ends")
    pieces = {
        piece.encode(): index
        for index, (piece, _) in enumerate(vocabulary)
        if piece not in _SPECIAL
    }
    scores = np.array([score for _, score in vocabulary], np.float64)
    build_trie(pieces).astype("<i4").tofile(folder / TRIE_FILE)
    scores.astype("<f8").tofile(folder / SCORES_FILE)
    normalisation = {
        "mapping": rules,
        "extending": _characters(r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]"),
        "prepended": _characters(r"\p{GCB=Prepend}"),
        "lowest_score": float(scores.min()),
    }
    (folder / NORMALISATION_FILE).write_text(
        json.dumps(normalisation, ensure_ascii=True, sort_keys=True), "ascii"
    )
