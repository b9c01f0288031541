"""Running heads and page numbers: what recurs in the same place, or counts up with the pages.

A line at the edge of one page is text, whatever it looks like: "in 1962." is no page number.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from assistant.sources.pdf.rows import Row

SMALL_TYPE = 0.95
"""In units of the usual size: heads and feet may be set so, close to the text."""

MAX_DEPTH = 3
"""Rows of head or foot, counted from the page's edge."""

APART = 1.6
"""Distance to the next row, in units of the row pitch, from which a row stands apart."""

BIG_TYPE = 1.15
"""In units of the usual size: titles and chapter heads, which are set so."""

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]+|_+")
_ROMAN = re.compile(r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.I)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class Page(NamedTuple):
    """The rows of one page, from top to bottom, and where its edges are."""

    rows: list[Row]
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Edge:
    """The outermost row at one side of one page."""

    index: int
    """Of the page, from 0."""
    words: tuple[str, ...]
    """All but the numbers."""
    numbers: tuple[int, ...]
    outer: tuple[int, ...]
    """The numbers that begin or end a piece of the row, Roman ones too."""
    place: float
    """Distance of its baseline to the page's edge, in points."""
    size: float
    apart: bool
    """Whether it, or the rows of head or foot with it, keep a distance to the text."""
    big: bool
    small: bool

    @property
    def is_bare(self) -> bool:
        """Whether it is a number and nothing else, as "- 3 -"."""
        return bool(self.outer) and not any(map(str.isalnum, "".join(self.words)))


def without_running_rows(pages: Sequence[Page]) -> list[list[Row]]:
    """Return the pages' rows without heads and feet."""
    kept = [list(page.rows) for page in pages]
    sizes = Counter(round(line.size, 1) for rows in kept for row in rows for line in row)
    usual = sizes.most_common(1)[0][0] if sizes else 1.0
    pitch = _usual_pitch(kept, usual)
    for at_top in (True, False):
        active = set(range(len(pages)))
        for _ in range(MAX_DEPTH):
            edges = [
                _edge(kept[i], pages[i], i, at_top=at_top, usual=usual, pitch=pitch)
                for i in sorted(active)
                if kept[i]
            ]
            active = _running(edges, page_count=len(pages))
            for index in active:
                del kept[index][0 if at_top else -1]
            if not active:
                break
    return kept


def _usual_pitch(pages: Sequence[Sequence[Row]], usual: float) -> float:
    steps = sorted(
        step
        for rows in pages
        for above, below in pairwise(rows)
        if max(abs(above[0].size - usual), abs(below[0].size - usual)) < 0.1 * usual
        and 0.5 * usual < (step := above[0].baseline - below[0].baseline) < 3 * usual
    )
    return steps[len(steps) // 4] if steps else 1.2 * usual


def _edge(
    rows: Sequence[Row], page: Page, index: int, *, at_top: bool, usual: float, pitch: float
) -> _Edge:
    row = rows[0 if at_top else -1]
    tokens = [token for line in row for token in _TOKEN.findall(line.text)]
    baseline = row[0].baseline
    size = max(line.size for line in row)
    outermost = list(rows if at_top else reversed(rows))[:MAX_DEPTH]
    distances = [abs(a[0].baseline - b[0].baseline) for a, b in pairwise(outermost)]
    return _Edge(
        index,
        tuple(token for token in tokens if not token.isdecimal() and _roman(token) is None),
        tuple(_value(token) for token in tokens if token.isdecimal()),
        tuple(_outer(row)),
        page.top - baseline if at_top else baseline - page.bottom,
        size,
        max(distances, default=math.inf) > APART * pitch,
        size >= BIG_TYPE * usual,
        size <= SMALL_TYPE * usual,
    )


def _outer(row: Row) -> Iterator[int]:
    for line in row:
        tokens = [token for token in _TOKEN.findall(line.text) if token[0].isalnum()]
        for token in {*tokens[:1], *tokens[-1:]}:
            value = _value(token) if token.isdecimal() else _roman(token)
            if value is not None:
                yield value


def _value(digits: str) -> int:
    return int(digits[:6])  # no page number is longer


def _roman(token: str) -> int | None:
    if not _ROMAN.fullmatch(token):
        return None
    values = [_ROMAN_VALUES[letter] for letter in token.casefold()]
    return sum(
        -value if value < max(values[i + 1 :], default=0) else value
        for i, value in enumerate(values)
    )


def _running(edges: Sequence[_Edge], *, page_count: int) -> set[int]:
    """Indices of the pages whose row is a running one."""
    found: set[int] = set()
    offsets: set[int] = set() if page_count > 1 else {1}
    for group in _in_one_place(edges):
        found |= _repeated(group, page_count)
        counted, offset = _counting_outside(group)
        if counted:
            offsets.add(offset)
        found |= counted | _counting_within(group)
    return found | {
        edge.index
        for edge in edges
        if edge.apart and edge.is_bare and {n - edge.index for n in edge.outer} & offsets
    }


def _repeated(group: Sequence[_Edge], page_count: int) -> set[int]:
    """What says the same on several pages."""
    found: set[int] = set()
    for same in _by(group, lambda edge: (edge.words, edge.numbers)):
        big = any(edge.big for edge in same)
        often = len(same) >= 3 and 2 * len(same) > page_count
        if len(same) > 1 and all(edge.apart or edge.small for edge in same) and (not big or often):
            found.update(edge.index for edge in same)
    return found


def _counting_outside(group: Sequence[_Edge]) -> tuple[set[int], int]:
    """Rows that begin or end with a number which counts up with the pages, and page 0's number."""
    offsets = Counter(
        offset
        for edge in group
        if not edge.big and (edge.is_bare or edge.apart)
        for offset in {number - edge.index for number in edge.outer}
    )
    if not offsets or max(offsets.values()) < 2:
        return set(), 0
    offset = max(offsets, key=lambda offset: (offsets[offset], -abs(offset)))
    return {
        edge.index
        for edge in group
        if not edge.big
        and (edge.is_bare or edge.apart)
        and offset in {number - edge.index for number in edge.outer}
    }, offset


def _counting_within(group: Sequence[_Edge]) -> set[int]:
    """Rows of the same words, in which one number counts up and the others stay."""
    found: set[int] = set()
    for same in _by(group, lambda edge: (edge.words, len(edge.numbers))):
        if len(same) < 2 or any(edge.big or not edge.apart for edge in same):
            continue
        still = _fixed([edge.numbers for edge in same])
        counts = _fixed([tuple(n - edge.index for n in edge.numbers) for edge in same])
        if any(counts) and all(a or b for a, b in zip(still, counts, strict=True)):
            found.update(edge.index for edge in same)
    return found


def _fixed(rows: Sequence[tuple[int, ...]]) -> list[bool]:
    """Which places hold the same number in each of ``rows``."""
    return [len(set(place)) == 1 for place in zip(*rows, strict=True)]


def _by(
    group: Sequence[_Edge], key: Callable[[_Edge], tuple[object, ...]]
) -> Iterable[list[_Edge]]:
    found: defaultdict[tuple[object, ...], list[_Edge]] = defaultdict(list)
    for edge in group:
        found[key(edge)].append(edge)
    return found.values()


def _in_one_place(edges: Sequence[_Edge]) -> Iterator[list[_Edge]]:
    """Yield edges of one size at one distance from the edge."""
    group: list[_Edge] = []
    for edge in sorted(edges, key=lambda edge: (round(edge.size), edge.place)):
        if group and (
            edge.place - group[0].place > 0.6 * edge.size
            or abs(edge.size - group[0].size) > 0.1 * edge.size
        ):
            yield group
            group = []
        group.append(edge)
    if group:
        yield group
