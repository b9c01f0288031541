"""pdfium's characters of a page, each with its place, turned so that the text runs upright.

pdfium breaks lines and orders right-to-left text by rules of its own, which raised marks, Latin
names and numbers defeat. Only its characters, their boxes and its word breaks are used.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

BROKEN_HYPHENS = "\ufffe\x02"
"""What pdfium puts where it recognises a word broken at the end of a line."""

_LINE_BREAKS = "\r\n"

MAX_FORM_DEPTH = 8
"""Of forms drawn within forms."""


@dataclass(slots=True)
class Glyph:
    """One character of print; coordinates in points, y upwards, text running to the right."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    """Of the type, in points, scaled by the text matrix."""
    order: int
    """Place among the page's characters, blanks not counted."""
    spaced: bool | None
    """Whether a blank stands before it in pdfium's order; None behind a line break (unknown)."""
    source: bytes
    """Address of its text object (one show operator)."""


class Sheet(NamedTuple):
    """The glyphs of a page that run in one direction."""

    glyphs: list[Glyph]
    bottom: float
    top: float
    """The page's edges, turned like the glyphs."""


class _Source(NamedTuple):
    size: float
    turn: int
    """Direction of the text in degrees, counted anticlockwise, rounded to 15."""


def sheets(page: Any, text_page: Any) -> list[Sheet]:
    """Return the page's glyphs by direction, the one with the most of them first."""
    turned: dict[int, list[Glyph]] = {}
    box = page.get_bbox()
    for turn, glyph in _upright(text_page, box):
        turned.setdefault(turn, []).append(glyph)
    found = []
    for turn in sorted(turned, key=lambda turn: -len(turned[turn])):
        corners = [_turn(x, y, turn)[1] for x in box[::2] for y in box[1::2]]
        found.append(Sheet(turned[turn], min(corners), max(corners)))
    return found


def _upright(text_page: Any, page_box: Sequence[float]) -> Iterator[tuple[int, Glyph]]:
    from pypdfium2 import raw

    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    sources: dict[bytes, _Source] = {}
    spaced: bool | None = None
    order = 0
    handle = text_page.raw
    for index in range(text_page.count_chars()):
        character = _character(raw.FPDFText_GetUnicode(handle, index))
        if character.isspace():
            if character not in _LINE_BREAKS:
                spaced = True
            elif not spaced:
                spaced = None
            continue
        address = memoryview(raw.FPDFText_GetTextObject(handle, index)).tobytes()
        source = sources.get(address)
        if source is None:
            source = sources[address] = _source(handle, index)
        # From where the character begins to where the next one would, so that words hang together.
        raw.FPDFText_GetLooseCharBox(handle, index, box)
        raw.FPDFText_GetCharOrigin(handle, index, x, y)
        left, bottom, right, top, baseline = box.left, box.bottom, box.right, box.top, y.value
        if not (
            page_box[0] <= (left + right) / 2 <= page_box[2]
            and page_box[1] <= (bottom + top) / 2 <= page_box[3]
        ):
            continue
        if source.turn:
            baseline = _turn(x.value, baseline, source.turn)[1]
            left, bottom = _turn(left, bottom, source.turn)
            right, top = _turn(right, top, source.turn)
        if left > right:
            left, right = right, left
        size = source.size or max(abs(top - bottom), 1.0)
        if character in BROKEN_HYPHENS:
            character = "-"
        yield source.turn, Glyph(character, left, right, baseline, size, order, spaced, address)
        order += 1
        spaced = False


def _source(handle: Any, index: int) -> _Source:
    """Size and direction of a character's text object."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, index, matrix)
    size = raw.FPDFText_GetFontSize(handle, index) * math.hypot(matrix.c, matrix.d)
    turn = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 15) * 15 % 360
    return _Source(size if math.isfinite(size) else 0.0, turn)


def _turn(x: float, y: float, degrees: int) -> tuple[float, float]:
    """Turn a point back by the direction of its text."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return x * cosine + y * sine, y * cosine - x * sine


def _character(code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code == 0:
        return "\ufffd"
    return chr(code)


def drawing_ranks(page: Any) -> dict[bytes, int]:
    """In which place of the page's stream each text object is drawn."""
    drawn = page.get_objects(max_depth=MAX_FORM_DEPTH)
    return {memoryview(item.raw).tobytes(): rank for rank, item in enumerate(drawn)}
