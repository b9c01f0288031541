"""A document's own properties: the author and the date that a person, not a program, left there."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _defaults() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    path = resources.files("assistant.sources").joinpath("properties.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    authors = frozenset(name.casefold() for name in table["authors"])
    return authors, tuple(table["dates"]), tuple(name.casefold() for name in table["converters"])


def author_of(value: str | None) -> str | None:
    """Return an author, None where a program named itself or nobody.

    >>> author_of("Ana Ruiz"), author_of("python-docx ")
    ('Ana Ruiz', None)
    """
    name = " ".join((value or "").split()) or None
    return None if name is None or name.casefold().strip("()") in _defaults()[0] else name


def date_of(value: str | None) -> str | None:
    """Return a date as it is written, None where it is a template's or an unset clock's.

    >>> date_of("2026-01-06T10:00:00Z"), date_of("2013-12-23T23:15:00Z")
    ('2026-01-06T10:00:00Z', None)
    """
    text = (value or "").strip()
    return None if not text or text.startswith(_defaults()[1]) else text


def is_by_converter(program: str | None) -> bool:
    """Whether a file was made by a program that prints or converts pages, not by one that people write in.

    >>> is_by_converter("Skia/PDF m120"), is_by_converter("Microsoft Word 2019")
    (True, False)
    """
    return bool(program) and str(program).casefold().startswith(_defaults()[2])
