"""The word table: 250,037 rows of 384 numbers, memory-mapped, 4 bit, shared by all trunks.

A row is twelve blocks of 32 numbers with one fp16 scale each (the Q4_0 layout of llama.cpp). In
float32 the table would take 384 MB of memory; mapped, a process pays for the rows it touches.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelLoadError

MODEL_DIR = Path(__file__).parent / "models" / "e5-small"
"""The bundled model's folder."""
NIBBLES_FILE = "table.nibbles.bin"
SCALES_FILE = "table.scales.bin"

_BLOCK_SIZE = 32
_HALF = _BLOCK_SIZE // 2
_load_lock = threading.Lock()


class TokenTable:
    """Rows of the word table by token id. Safe to use from several threads."""

    dim = 384
    """Numbers in a row."""

    def __init__(self, folder: Path = MODEL_DIR) -> None:
        """Map the two files of the table.

        Args:
            folder: Where they are.

        Raises:
            ModelLoadError: A file is missing, unreadable or of the wrong size.
        """
        blocks = self.dim // _BLOCK_SIZE
        scales = map_array(folder / SCALES_FILE, "<f2")
        nibbles = map_array(folder / NIBBLES_FILE, "u1")
        if scales.size % blocks or nibbles.size != scales.size * _HALF:
            raise ModelLoadError(
                f"the word table in {folder} is damaged ({scales.size} scales do not match "
                f"{nibbles.size} bytes of numbers); install pullquote again"
            )
        self.row_count = scales.size // blocks
        self._scales = scales.reshape(self.row_count, blocks)
        self._nibbles = nibbles.reshape(self.row_count, blocks, _HALF)

    def rows(self, ids: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Rows of tokens.

        Args:
            ids: Token ids of any shape, each in ``range(row_count)``.

        Returns:
            ``(*ids.shape, 384)`` float32.

        Raises:
            IndexError: An id is not in the table.
        """
        packed = self._nibbles[ids]
        values = np.empty((*packed.shape[:-1], _BLOCK_SIZE), np.float32)
        values[..., :_HALF] = packed & 0x0F
        values[..., _HALF:] = packed >> 4
        values -= 8.0
        values *= self._scales[ids].astype(np.float32)[..., None]
        return values.reshape(*np.shape(ids), self.dim)


def map_array(path: Path, dtype: str) -> NDArray[Any]:
    """A file as a flat read-only array, memory-mapped.

    Args:
        path: File to map.
        dtype: NumPy's name of the numbers' type.

    Raises:
        ModelLoadError: The file is missing, unreadable, empty or cut off.
    """
    try:
        mapped = np.memmap(path, dtype=dtype, mode="r")
    except (OSError, ValueError) as error:
        raise ModelLoadError(
            f"cannot read the model file {path} ({error}); install pullquote again"
        ) from error
    return mapped.view(np.ndarray)  # indexing a plain array skips memmap's bookkeeping


@lru_cache(maxsize=1)
def _bundled_table() -> TokenTable:
    return TokenTable()


def load_table() -> TokenTable:
    """The bundled table, mapped once per process.

    Raises:
        ModelLoadError: A file is missing, unreadable or of the wrong size.
    """
    with _load_lock:
        return _bundled_table()
