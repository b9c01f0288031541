"""How a vector index lies on disk: data files, and one manifest that names those that count.

A save writes new data files beside the old ones, syncs them, and then replaces the manifest, so that
a crash at any point leaves the old index or the new one. Files that no manifest names are removed by
the next save.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexDamaged

FORMAT = 1
"""Version of the files' layout; any other is not read."""
MANIFEST_FILE = "manifest.json"
DATA_SUFFIX = ".vectors"
"""Every data file ends so, and nothing else in the folder does."""
CHECKPOINT_SUFFIX = ".checkpoint"
"""What an interrupted save can use again; of no use after one that ended."""
CHECKED_BYTES = 32 * 2**20
"""Data files up to this size are read through on every load; larger ones when asked to verify."""

_CHUNK_BYTES = 2**22
_OURS = frozenset({DATA_SUFFIX, CHECKPOINT_SUFFIX, ".new"})


class IndexKind(StrEnum):
    """How the base of an index is searched."""

    EXACT = "exact"
    """Every vector is compared."""
    IVF_SQ8 = "ivf_sq8"
    """The nearest lists of vectors at one byte a number, candidates rescored exactly."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file as its manifest knows it."""

    name: str
    size: int
    """Bytes."""
    crc32: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index on disk is made of."""

    kind: IndexKind
    model: str
    """Id of the encoder; vectors of different ids cannot be compared."""
    dim: int
    count: int
    """Vectors in the index: alive rows of base and delta."""
    generation: int
    """State of the caller's data that the index reflects; the caller's to count."""
    base_count: int
    """Rows of the base, dead ones included."""
    row_dtype: str
    """How exact vectors of the base are kept: float16 where that is lossless."""
    delta_dtype: str
    """The same of the delta."""
    files: dict[str, DataFile]
    """By role: index, base_ids, rows, delta_ids, delta_rows, dead."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the one that counts, then remove data files that it does not name."""
    content: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    content["checksum"] = _checksum(content)
    temporary = folder / f"{MANIFEST_FILE}.new"
    with temporary.open("w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST_FILE)
    sync_folder(folder)
    kept = {file.name for file in manifest.files.values()}
    for path in folder.iterdir():
        if path.suffix in _OURS and path.name not in kept:
            # Another process may hold it open where open files cannot be removed.
            with contextlib.suppress(OSError):
                path.unlink()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index.

    Raises:
        IndexDamaged: There is none, or it is not whole, or of another format.
    """
    path = folder / MANIFEST_FILE
    try:
        content = json.loads(path.read_text("ascii"))
        if content["format"] != FORMAT:
            raise IndexDamaged(
                f"cannot read the vector index {folder}: format {content['format']!r}, "
                f"not {FORMAT}; rebuild it"
            )
        if content.pop("checksum") != _checksum(content):
            raise IndexDamaged(f"the manifest {path} fails its checksum; rebuild the index")
        del content["format"]
        content["kind"] = IndexKind(content["kind"])
        content["files"] = {role: DataFile(**f) for role, f in content["files"].items()}
        return Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(
            f"cannot read the index manifest {path} ({error}); rebuild the index"
        ) from error


def check_files(folder: Path, manifest: Manifest, *, verify: bool) -> None:
    """Compare data files with the manifest.

    Args:
        folder: Where they are.
        manifest: What they should be.
        verify: Read large files through too.

    Raises:
        IndexDamaged: One is missing, of another size, or fails its checksum.
    """
    for file in manifest.files.values():
        path = folder / file.name
        try:
            size = path.stat().st_size
            if size != file.size:
                raise IndexDamaged(
                    f"{path} has {size} bytes, not {file.size}; rebuild the vector index"
                )
            if (verify or size <= CHECKED_BYTES) and _crc32(path) != file.crc32:
                raise IndexDamaged(f"{path} fails its checksum; rebuild the vector index")
        except OSError as error:
            raise IndexDamaged(f"cannot read {path} ({error}); rebuild the index") from error


def new_data_path(folder: Path, role: str) -> Path:
    """A path for a new data file; no two are alike."""
    return folder / f"{role}-{os.urandom(6).hex()}{DATA_SUFFIX}"


def describe(path: Path) -> DataFile:
    """Sync a finished data file and describe it for the manifest."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return DataFile(path.name, path.stat().st_size, _crc32(path))


def write_array(folder: Path, role: str, array: NDArray[Any]) -> DataFile:
    """Write an array's bytes to a new data file."""
    path = new_data_path(folder, role)
    with path.open("wb") as file:
        file.write(np.ascontiguousarray(array).data)
    return describe(path)


def map_array(
    folder: Path, file: DataFile, dtype: str | type, *, columns: int | None = None
) -> NDArray[Any]:
    """Array of a data file, memory-mapped and read-only: ``(n,)`` or ``(n, columns)``."""
    shape_tail = () if columns is None else (columns,)
    row_bytes = np.dtype(dtype).itemsize * (columns or 1)
    count = file.size // row_bytes
    if not count:
        return np.empty((0, *shape_tail), dtype)
    return np.memmap(folder / file.name, dtype, mode="r", shape=(count, *shape_tail))


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last, where the platform can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _crc32(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            value = zlib.crc32(chunk, value)
    return value


def _checksum(content: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode("ascii"))
