"""Passages of several languages on one scale.

A multilingual encoder puts texts of one language near each other whatever they say, so that a question would find
passages of its own language before those that answer it in another. What tells languages apart are the directions in
which the means of their passages differ. A question is compared without its part in these directions, as if that had
been taken out of all vectors ("language identity removal": Yang et al., "A Simple and Effective Method to Eliminate the
Self Language Bias in Multilingual Representations", 2021): the product with one vector that has none of it is the same.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from assistant.library import Library

SAMPLE = 4096
"""So many passages tell the means of a large library's languages."""
MIN_PASSAGES = 20
"""A mean of fewer tells what they are about rather than their language."""


def language_directions(library: Library) -> NDArray[np.float32] | None:
    """``(k, dim)`` float32 orthonormal rows that span the differences of k + 1 languages' means.

    None where the library's passages are of one language, or of others too few.
    """
    languages, vectors = library.sampled_vectors(SAMPLE)
    counts = Counter(language for language in languages if language)
    names = sorted(name for name, count in counts.items() if count >= MIN_PASSAGES)
    if len(names) < 2:
        return None
    known = np.array(languages)
    means = [vectors[known == name].mean(axis=0) for name in names]
    differences = np.array(means) - np.mean(means, axis=0)
    _, _, directions = np.linalg.svd(differences, full_matrices=False)
    # The differences from their own mean are one fewer than the languages.
    result: NDArray[np.float32] = directions[: len(means) - 1].astype(np.float32)
    return result


def without(vector: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """A ``(dim,)`` vector without its part in some directions; no unit vector any more."""
    result: NDArray[np.float32] = vector - directions.T @ (directions @ vector)
    return result
