"""Right-to-left text on terminals that draw letters in the order they are given.

Text is kept in logical order everywhere; only what is about to be drawn is put into visual order, one
already wrapped line at a time, its styles moved along with its letters.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import cache
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text


class Bidi(StrEnum):
    """Who puts right-to-left text into visual order."""

    APP = "app"
    TERMINAL = "terminal"


def is_rtl(text: str) -> bool:
    """Whether the first strong letter is right-to-left.

    >>> is_rtl("35 قاعدة"), is_rtl("Paris")
    (True, False)
    """
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def has_rtl(text: str) -> bool:
    """Whether any letter is right-to-left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def levels(text: str, *, base_rtl: bool) -> list[int]:
    """The embedding level of each code point of one line: odd is right-to-left.

    The Unicode bidirectional algorithm (UAX #9), resolved by python-bidi.
    """
    from bidi.algorithm import (
        explicit_embed_and_overrides,
        get_empty_storage,
        resolve_implicit_levels,
        resolve_neutral_types,
        resolve_weak_types,
    )

    base = 1 if base_rtl else 0
    storage = get_empty_storage()
    storage["base_level"] = base
    storage["base_dir"] = "R" if base_rtl else "L"
    storage["chars"] = [
        {
            "ch": char,
            "type": unicodedata.bidirectional(char) or "ON",
            "orig": unicodedata.bidirectional(char) or "ON",
            "level": base,
            "index": index,
        }
        for index, char in enumerate(text)
    ]
    explicit_embed_and_overrides(storage)
    for resolve in (resolve_weak_types, resolve_neutral_types, resolve_implicit_levels):
        resolve(storage, False)
    # Explicit marks are taken out on the way; they draw nothing, so any level does.
    known = {char["index"]: int(char["level"]) for char in storage["chars"]}
    return [known.get(index, base) for index in range(len(text))]


def visual_order(text: str, *, base_rtl: bool) -> list[int]:
    """Offsets of the code points of one line in the order they are drawn from the left."""
    resolved = levels(text, base_rtl=base_rtl)
    order = list(range(len(text)))
    for level in range(max(resolved, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and resolved[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return _marks_behind(text, order)


def _marks_behind(text: str, order: list[int]) -> list[int]:
    """Reversal puts marks before their letter; terminals need them after it."""
    result: list[int] = []
    marks: list[int] = []
    for index in order:
        if unicodedata.combining(text[index]):
            marks.append(index)
            continue
        result.append(index)
        result += reversed(marks)
        marks = []
    return result + marks


def visual_line(line: Text, *, base_rtl: bool) -> Text:
    """One wrapped line as it is to be drawn from the left, each letter with its style."""
    from bidi.mirror import MIRRORED

    if not has_rtl(line.plain):
        return line
    shaped = _shape(line.plain)
    resolved = levels(shaped, base_rtl=base_rtl)
    drawn = Text(end=line.end, style=line.style)
    for index in visual_order(shaped, base_rtl=base_rtl):
        char = shaped[index]
        if resolved[index] % 2:
            char = MIRRORED.get(char, char)
        styled = Text(char)
        for span in line.spans:
            if span.start <= index < span.end:
                styled.stylize(span.style)
        drawn.append_text(styled)
    return drawn


def _shape(text: str) -> str:
    """Arabic letters in their joined forms, one for one."""
    shaped = str(_reshaper().reshape(text))
    return shaped if len(shaped) == len(text) else text


@cache
def _reshaper() -> Any:
    from arabic_reshaper import ArabicReshaper

    return ArabicReshaper({"support_ligatures": False, "delete_harakat": False})


@cache
def _console() -> Console:
    """What wraps: its own width and colours do not matter."""
    return Console(width=80)


def lay_out(text: Text, width: int, *, bidi: Bidi) -> list[Text]:
    """A paragraph wrapped to ``width`` cells, right-to-left lines right-aligned and reordered."""
    rtl = is_rtl(text.plain)
    lines: list[Text] = []
    for wrapped in text.wrap(_console(), width):
        line = wrapped.copy()
        line.rstrip()
        if bidi is Bidi.APP:
            line = visual_line(line, base_rtl=rtl)
        if rtl:
            line.pad_left(max(0, width - cell_len(line.plain)))
        lines.append(line)
    return lines
