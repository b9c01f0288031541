"""Lines that only say who made a picture; the labels that begin them are in ``credits.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

MAX_CREDIT_CHARS = 160
"""Longer lines say more."""


def is_credit(line: str) -> bool:
    """Whether a line is a picture's credit: never evidence.

    >>> is_credit("Image: Anna Lind/dpa"), is_credit("Image quality: it rose."), is_credit("Anna: yes")
    (True, False, False)
    """
    label, colon, _ = line.partition(":")
    return bool(colon) and len(line) <= MAX_CREDIT_CHARS and label.strip().casefold() in _labels()


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    text = resources.files("assistant.search").joinpath("credits.toml").read_text("utf-8")
    return frozenset(label for labels in tomllib.loads(text).values() for label in labels)
