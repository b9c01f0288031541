"""What is known of languages: one table a language, read when it is first asked for.

The tables are ``data/CODE.toml``, and ``world.toml`` for what cannot be told apart by language. A language whose table
lacks something cannot tell it; none is special. To add a language, add its table; to add a word, add it there.

A section of a table, such as ``[speech]``, holds word classes, rows and patterns. A class is words with blanks between
them; rows are a class a line. A pattern is a regular expression, which may go over several lines: their breaks and
indentation are no part of it. In a class and in a pattern ``{name}`` stands for another entry of the section, and
``{section.name}`` for one of another section; in a pattern ``{|name}`` stands for a class, of whose words any may
stand there, and ``{upper}`` for capitals within ``[]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


def codes_with(section: str, name: str) -> tuple[str, ...]:
    """The languages whose tables have an entry.

    >>> {"ar", "en"} <= set(codes_with("speech", "according"))
    True
    """
    return tuple(code for code, table in tables().items() if name in table.get(section, {}))


@lru_cache
def rows(section: str, name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of an entry as words, of all languages: words that mean the same, or a value and its words.

    A blank within a word is written ``_``.

    >>> ("bob", "robert") in [(row[1], row[0]) for row in rows("people", "given_names")]
    True
    """
    lines = (
        line.split() for text in _entries(section, name).values() for line in text.splitlines()
    )
    return tuple(tuple(word.replace("_", " ") for word in line) for line in lines if line)


class Words:
    """The word classes of a section, by name: those of all languages, or of the ones named, in one set.

    >>> "didn't" in Words("cues").negations, "nicht" in Words("cues", "en").negations
    (True, False)
    """

    def __init__(self, section: str, *codes: str) -> None:
        self._section, self._codes = section, codes

    def __getattr__(self, name: str) -> frozenset[str]:
        entries = _entries(self._section, name, self._codes).items()
        words = frozenset(
            word for code, text in entries for word in _listed(code, self._section, text)
        )
        setattr(self, name, words)
        return words


class Patterns:
    """The patterns of a section, by name: what matches in any language, or in the ones named.

    Each is compiled when it is first asked for.

    >>> bool(Patterns("speech", "en").according.search("Rents rose, according to Anna Holm."))
    True
    """

    def __init__(self, section: str, *codes: str) -> None:
        self._section, self._codes = section, codes

    def __getattr__(self, name: str) -> re.Pattern[str]:
        pattern = re.compile(self.text(name))
        setattr(self, name, pattern)
        return pattern

    def text(self, name: str) -> str:
        """A pattern as text, to be made part of another one."""
        entries = _entries(self._section, name, self._codes).items()
        texts = [_pattern(code, self._section, text) for code, text in entries]
        return texts[0] if len(texts) == 1 else "|".join(map(_with_own_flags, texts))


_REFERENCE = re.compile(r"\{(?P<any>\|)?(?:(?P<section>[a-z_]+)\.)?(?P<name>[a-z_]{2,})\}")
_FLAGGED = re.compile(r"\(\?([a-z]+)\)(.*)", re.DOTALL)


def _entries(section: str, name: str, codes: tuple[str, ...] = ()) -> dict[str, str]:
    """An entry of a section in each language that has it."""
    found = {
        code: table[section][name]
        for code, table in tables().items()
        if (not codes or code in codes) and name in table.get(section, {})
    }
    if not found:
        raise AttributeError(f"no table in assistant/language/data has {name!r} in [{section}]")
    return found


def _referred(code: str, section: str, name: str) -> tuple[str, str]:
    """The entry that a language's table means, with the language that it is of: its own, if it has one."""
    entries = _entries(section, name)
    language = code if code in entries else next(iter(entries))
    return language, entries[language]


def _listed(code: str, section: str, text: str) -> Iterator[str]:
    """The words of a class."""
    for word in text.split():
        reference = _REFERENCE.fullmatch(word)
        if reference is None:
            yield word
        else:
            where = reference["section"] or section
            language, other = _referred(code, where, reference["name"])
            yield from _listed(language, where, other)


def _pattern(code: str, section: str, text: str) -> str:
    """A pattern on one line, with what its references stand for."""

    def entry(reference: re.Match[str]) -> str:
        if reference["name"] == "upper":
            return _upper_case()
        where = reference["section"] or section
        language, other = _referred(code, where, reference["name"])
        if reference["any"]:
            return "|".join(_listed(language, where, other))
        return _pattern(language, where, other)

    is_long = "\n" in text
    return _REFERENCE.sub(entry, "".join(map(str.strip, text.split("\n"))) if is_long else text)


def _with_own_flags(pattern: str) -> str:
    """A pattern whose flags hold for nothing that it becomes a part of."""
    flagged = _FLAGGED.fullmatch(pattern)
    return pattern if flagged is None else f"(?{flagged[1]}:{flagged[2]})"


@lru_cache(maxsize=1)
def _upper_case() -> str:
    """Capitals of the European scripts, as a class of characters has them."""
    extended = map(chr, (*range(0x100, 0x250), *range(0x1E00, 0x1F00)))
    return "A-ZÀ-ÖØ-ÞΑ-ΩА-Я" + "".join(filter(str.isupper, extended))
