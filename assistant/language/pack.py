"""What is known of languages: one table a language, read when it is first asked for.

The tables are ``data/CODE.toml``. A language whose table lacks something cannot tell it; none is
special. To add a language, add its table; to add a word, add it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

DAYS_A_WEEK = 7
MONTHS_A_YEAR = 12


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Mapping[str, Any]]:
    """The table of each language by its ISO 639-1 code, in the order of the codes."""
    import tomllib

    folder = resources.files("assistant.language").joinpath("data")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return MappingProxyType(
        {
            file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
            for file in files
            if file.name.endswith(".toml")
        }
    )


@lru_cache
def months(*codes: str) -> Mapping[str, int]:
    """Names of months, folded, with their numbers from 1; of all languages, or of those named.

    Where a word may as well be someone's name, all are too many: Marco, Julio, Mai, Avril.

    >>> months()["december"], months()["dezember"], months()["ديسمبر"]
    (12, 12, 12)
    """
    return _calendar("months", MONTHS_A_YEAR, codes)


@lru_cache
def weekdays(*codes: str) -> Mapping[str, int]:
    """Names of the days of the week, folded; 1 for Monday. Of all languages, or of those named.

    >>> weekdays()["sunday"], weekdays()["الاحد"]
    (7, 7)
    """
    return _calendar("weekdays", DAYS_A_WEEK, codes)


@lru_cache(maxsize=1)
def opposites() -> tuple[tuple[str, str], ...]:
    """Pairs of words that say the opposite of each other, of all languages; folded.

    >>> ("rise", "fall") in opposites()
    True
    """
    return tuple(
        (first, second)
        for table in tables().values()
        for first, second in table.get("differences", {}).get("opposites", [])
    )


def _calendar(key: str, length: int, codes: tuple[str, ...]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for code in codes or tables():
        table = tables()[code]
        rows = table.get("calendar", {}).get(key, [])
        if rows and len(rows) != length:
            raise ValueError(f"data/{code}.toml has {len(rows)} {key}: give all {length}, in order")
        for number, words in enumerate(rows, 1):
            for word in words:
                if found.setdefault(word, number) != number:
                    raise ValueError(
                        f"data/{code}.toml has {word!r} as {key} {number}, another language as "
                        f"{found[word]}: leave it out of one"
                    )
    return MappingProxyType(found)
