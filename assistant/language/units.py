"""Units of measurement: what two figures in different units have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from assistant.language.stems import stem
from assistant.language.tokens import fold_word


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, by the first one of its dimension."""

    dimension: str
    factor: float
    """How many of the dimension's first unit one is."""
    zero: float = 0.0
    """Where its zero is, in the first unit."""

    def convert(self, value: float, to: Unit) -> float:
        """A figure in this unit, in another one of its dimension.

        >>> round(units()["mile"].convert(6.0, units()["km"]), 1)
        9.7
        """
        return (value * self.factor + self.zero - to.zero) / to.factor


@lru_cache(maxsize=1)
def units() -> Mapping[str, Unit]:
    """All units by their words' stems, as ``facts.Quantity.unit`` has them, and by their names."""
    import tomllib

    file = resources.files("assistant.language").joinpath("units.toml")
    found: dict[str, Unit] = {}
    for dimension, rows in tomllib.loads(file.read_text("utf-8")).items():
        for name, row in rows.items():
            unit = Unit(dimension, row["is"], row.get("zero", 0.0))
            for word in (name, *row["words"].split()):
                found.setdefault(stem(fold_word(word)), unit)
            found.setdefault(name, unit)
    return MappingProxyType(found)
