"""What every index asks of the ids and vectors it is given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

NORM_LIMIT = 1.01
"""Longest vector that passes for a unit vector; at half precision they are a thousandth off."""


def as_ids(ids: ArrayLike) -> NDArray[np.int64]:
    """Ids as ``(n,)`` int64.

    Raises:
        ValueError: They are not a row of integers.
    """
    array = np.asarray(ids)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(
            f"cannot read ids of shape {array.shape} and type {array.dtype}; give (n,) integers"
        )
    return array.astype(np.int64)


def checked_rows(
    ids: ArrayLike, vectors: ArrayLike, dim: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids and vectors that can be added, as ``(n,)`` int64 and ``(n, dim)`` float32.

    Raises:
        ValueError: An id is negative or comes twice, the shapes do not fit, or a row is not finite
            or longer than 1.
    """
    new_ids = as_ids(ids)
    rows = np.asarray(vectors, np.float32)
    if rows.shape != (len(new_ids), dim):
        raise ValueError(
            f"cannot add vectors of shape {rows.shape} under {len(new_ids)} ids; "
            f"the shape must be ({len(new_ids)}, {dim})"
        )
    if len(new_ids) and new_ids.min() < 0:
        raise ValueError(f"cannot add the id {new_ids.min()}; ids must be 0 or more")
    values, counts = np.unique(new_ids, return_counts=True)
    if len(values) != len(new_ids):
        raise ValueError(
            f"cannot add the id {values[counts > 1][0]} twice in one call; give each id once"
        )
    norms = np.einsum("ij,ij->i", rows, rows)
    is_wrong = ~(norms <= NORM_LIMIT**2)  # NaN is wrong too
    if is_wrong.any():
        worst = int(np.argmax(is_wrong))
        raise ValueError(
            f"cannot add the vector of id {new_ids[worst]} of length "
            f"{float(norms[worst]) ** 0.5:.3g}; rows must be unit vectors"
        )
    return new_ids, rows


def checked_queries(queries: ArrayLike, k: int, dim: int) -> NDArray[np.float32]:
    """Queries that can be searched for, as ``(q, dim)`` float32.

    Raises:
        ValueError: The shape does not fit, a number is not finite, or ``k`` is less than 1.
    """
    wanted = np.ascontiguousarray(queries, np.float32)
    if wanted.ndim != 2 or wanted.shape[1] != dim or k < 1:
        raise ValueError(
            f"cannot search for {k} of queries of shape {wanted.shape}; k must be 1 or more, "
            f"the shape (q, {dim})"
        )
    if not np.isfinite(wanted).all():
        raise ValueError("cannot search: a query has a number that is not finite")
    return wanted
