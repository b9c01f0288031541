"""Exact scores of candidates, the same whatever found them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

PADDING_ID = -1
"""Id where there are fewer results than asked for."""
SCORE_SLACK = 1e-5
"""Float32 inner products of unit vectors are closer to the truth than this, however they are summed:
a candidate within it of the k-th best may be better."""

_PRODUCT_BYTES = 2**26


def nothing_found(count: int, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores and ids of ``count`` searches that have found nothing yet, each ``(count, k)``."""
    return (
        np.full((count, k), -np.inf, np.float32),
        np.full((count, k), PADDING_ID, np.int64),
    )


def slack(query: NDArray[np.float32]) -> float:
    """How far float32 products with a query of any length may be off."""
    return SCORE_SLACK * max(1.0, float(np.linalg.norm(query)))


def candidates_by_product(
    rows: NDArray[np.floating],
    queries: NDArray[np.float32],
    k: int,
    *,
    mask: NDArray[np.bool_] | None = None,
) -> Iterator[NDArray[np.intp]]:
    """For each query, positions of all rows that may be among its ``k`` best.

    Args:
        rows: ``(n, dim)`` vectors.
        queries: ``(q, dim)``.
        k: How many are wanted.
        mask: ``(n,)``, False for rows that do not count.
    """
    positions = None if mask is None or mask.all() else np.flatnonzero(mask)
    if positions is not None:
        rows = rows[positions]
    rows = rows.astype(np.float32, copy=False)
    count = len(rows)
    step = max(1, _PRODUCT_BYTES // (4 * max(count, 1)))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        products = block @ rows.T if len(block) > 1 else (rows @ block[0])[None]
        for query, scores in zip(block, products, strict=True):
            if count > k:
                least = np.partition(scores, count - k)[count - k] - slack(query)
                found = np.flatnonzero(scores >= least)
            else:
                found = np.arange(count)
            yield found if positions is None else positions[found]


def best_rows(
    query: NDArray[np.float32],
    candidates: NDArray[np.integer],
    rows: NDArray[np.floating],
    ids: NDArray[np.int64],
    k: int,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The ``k`` best of some rows by their exact inner products, equal ones by id.

    The sum is in float64 and rounded at the end: in float32 a row's score would depend on where in
    memory it lies.

    Args:
        query: ``(dim,)``.
        candidates: Positions into ``rows`` and ``ids``.
        rows: ``(n, dim)`` exact vectors.
        ids: ``(n,)``.
        k: How many at most.

    Returns:
        Scores, descending, and ids.
    """
    products = rows[candidates].astype(np.float64)
    products *= query
    scores = products.sum(axis=1).astype(np.float32)
    found = ids[candidates]
    order = np.lexsort((found, -scores))[:k]
    return scores[order], found[order]


def lossless_dtype(rows: NDArray[np.float32]) -> str:
    """``float16`` where that keeps every number of ``rows``, else ``float32``."""
    half = rows.astype(np.float16)
    return "float16" if np.array_equal(half.astype(np.float32), rows) else "float32"
