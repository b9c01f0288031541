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
_GATHER_FRACTION = 4
"""Fewer rows than one in so many are copied together first; more are compared where they are."""


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
    positions: NDArray[np.intp] | None = None
    if mask is not None:
        positions = np.flatnonzero(mask)
        if len(positions) * _GATHER_FRACTION < len(rows):
            rows = rows[positions]
            mask = None
        else:
            positions = None
    rows = rows.astype(np.float32, copy=False)
    step = max(1, _PRODUCT_BYTES // (4 * max(len(rows), 1)))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        products = _products(rows, block)
        for query, scores in zip(block, products, strict=True):
            if mask is not None:
                scores[~mask] = -np.inf
            least = -np.inf
            if len(scores) > k:
                least = np.partition(scores, len(scores) - k)[len(scores) - k] - slack(query)
            found = np.flatnonzero((scores >= least) & (scores > -np.inf))
            yield found if positions is None else positions[found]


def _products(rows: NDArray[np.float32], queries: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(queries) > 1:
        return queries @ rows.T
    # Not by BLAS: its threads wait for each other, on a busy machine for ten times as long as one of
    # them needs for the product.
    one: NDArray[np.float32] = np.einsum("nd,d->n", rows, queries[0])
    return one[None]


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
