"""Gathering vectors for a large index in files, so that memory does not grow and a stop costs little."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.index_files import CHECKPOINT_SUFFIX
from embeddings.scoring import lossless_dtype
from embeddings.vectors import checked_rows


def gather(
    folder: Path,
    batches: Iterable[tuple[ArrayLike, ArrayLike]],
    *,
    dim: int,
    model_id: str,
    on_rows: Callable[[int], None],
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Write batches to files in a folder, going on where an interrupted call stopped.

    What is there already is compared with the batches, not trusted: from the first difference on, it
    is written again.

    Args:
        folder: Where the files go; the next manifest that is written there removes them.
        batches: ``(n,)`` ids and ``(n, dim)`` unit rows; ids ascend over all batches.
        dim: Numbers in a vector.
        model_id: Id of the encoder.
        on_rows: Called with the number of rows so far.

    Returns:
        ``(n,)`` int64 ids and ``(n, dim)`` vectors, memory-mapped, at half precision where that is
        lossless.

    Raises:
        ValueError: Ids do not ascend, or see :func:`~embeddings.vectors.checked_rows`.
    """
    key = zlib.crc32(f"{dim} {model_id}".encode())
    ids_path = folder / f"gathered-ids-{key:08x}{CHECKPOINT_SUFFIX}"
    rows_path = folder / f"gathered-rows-{key:08x}{CHECKPOINT_SUFFIX}"
    wide_path = folder / f"gathered-wide-{key:08x}{CHECKPOINT_SUFFIX}"
    for path in (ids_path, rows_path):
        path.touch()
    dtype: np.dtype[Any] = np.dtype(np.float16)
    if wide_path.exists():
        rows_path, dtype = wide_path, np.dtype(np.float32)
    done, last = 0, -1
    with ids_path.open("r+b") as ids_file, rows_path.open("r+b") as narrow_file:
        rows_file: BinaryIO = narrow_file
        kept = min(ids_path.stat().st_size // 8, rows_path.stat().st_size // (dim * dtype.itemsize))
        for ids, vectors in batches:
            new_ids, rows = checked_rows(ids, vectors, dim)
            if not len(new_ids):
                continue
            if new_ids[0] <= last or (np.diff(new_ids) <= 0).any():
                raise ValueError(
                    f"cannot build from ids that do not ascend: {new_ids[0]} after {last}"
                )
            last = int(new_ids[-1])
            if dtype.itemsize == 2 and lossless_dtype(rows) != dtype.name:
                rows_file = _widened(rows_path, wide_path, done * dim)
                dtype, kept = np.dtype(np.float32), done
            wanted = rows.astype(dtype)
            if done + len(rows) > kept or not (
                _read(ids_file, done * 8, new_ids.nbytes) == new_ids.tobytes()
                and _read(rows_file, done * dim * dtype.itemsize, wanted.nbytes) == wanted.tobytes()
            ):
                _write(ids_file, done * 8, new_ids)
                _write(rows_file, done * dim * dtype.itemsize, wanted)
                kept = done + len(rows)
            done += len(rows)
            on_rows(done)
        ids_file.truncate(done * 8)
        rows_file.truncate(done * dim * dtype.itemsize)
        if rows_file is not narrow_file:
            rows_file.close()
            rows_path = wide_path
    if not done:
        return np.empty(0, np.int64), np.empty((0, dim), np.float32)
    return (
        np.memmap(ids_path, np.int64, mode="r", shape=(done,)),
        np.memmap(rows_path, dtype, mode="r", shape=(done, dim)),
    )


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _write(file: BinaryIO, offset: int, array: NDArray[Any]) -> None:
    file.seek(offset)
    file.truncate()
    file.write(np.ascontiguousarray(array).data)
    file.flush()


def _widened(narrow: Path, wide: Path, count: int) -> BinaryIO:
    """Numbers at half precision so far, copied at single precision to a file that goes on."""
    partial = wide.with_name(wide.name + ".new")
    with partial.open("wb") as file, narrow.open("rb") as source:
        left = count
        while left:
            values = np.frombuffer(source.read(2 * min(left, 2**22)), np.float16)
            file.write(values.astype(np.float32).data)
            left -= len(values)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(wide)
    return wide.open("r+b")
