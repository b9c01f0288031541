"""Glyphs → rows of print: baselines, raised marks, blanks, and the order of reading in a row."""

from __future__ import annotations

import re
import statistics
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from assistant.sources.pdf.bidi import (
    RIGHT_TO_LEFT,
    is_right_to_left,
    reading_order,
    stored_in_reading_order,
    with_brackets_turned,
)
from assistant.sources.pdf.glyphs import Glyph
from assistant.types import ParagraphKind

COLUMN_GAP_EM = 1.5
"""A wider gap within a row separates columns or cells."""

BLANK_EM = 0.16
"""A wider gap between two glyphs of different origin is a blank."""

SAME_BASELINE_EM = 0.2
"""Baselines that differ by less are one row's."""

SMALL_TYPE = 0.9
"""Raised marks are set in type of at most this share of the row's."""

MAX_RAISED_CHARS = 8
"""A longer raised text is no mark and no power."""

MAX_WORD_CHARS = 80

_NOTE_SIGNS = "*†‡§¶#∗⁎,;"
_SIGNS = "+-−–"
_UNIT_POWERS = ("2", "3")
_POWER = re.compile(rf"[{_SIGNS}]?\d{{1,3}}|\d?[{_SIGNS}]")
_LAST_WORD = re.compile(r"(?P<base>[^\W\d_]+|\d[\d.,]*(?<=\d))\Z")
_COUNTED = re.compile(r"\d[\d.,]*\s?[^\W\d_]+\Z")

REACH_EM = (-0.4, 0.7)
"""How far below and above its row's baseline a lowered or raised mark stands."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print; coordinates in points, y upwards."""

    text: str
    page: int
    left: float
    right: float
    baseline: float
    size: float
    kind: ParagraphKind = ParagraphKind.TEXT
    """TABLE for a row of cells, which are joined as in every table."""
    mark: str = ""
    """The raised mark that the line begins with, as a footnote does; not in ``text``."""


Row = list[Line]
"""The pieces of one row, from the left, between its wide gaps."""


@dataclass(slots=True)
class _Band:
    """Glyphs on one baseline, and what is raised above them or lowered."""

    baseline: float
    size: float
    glyphs: list[Glyph]
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)
    shifts: dict[int, int] = field(default_factory=dict)
    """``Glyph.order`` of a raised (1) or lowered (-1) glyph."""

    def touches(self, left: float, right: float) -> bool:
        """Whether a glyph of this band ends or begins where ``left`` to ``right`` does."""
        reach = 0.35 * self.size
        first = bisect_left(self.rights, left - reach)
        if first < len(self.rights) and self.rights[first] <= left + reach:
            return True
        first = bisect_left(self.lefts, right - reach)
        return first < len(self.lefts) and self.lefts[first] <= right + reach


def rows(
    glyphs: Sequence[Glyph], page: int, *, ranks: Mapping[bytes, int] | None = None
) -> list[Row]:
    """Return the rows of a page from top to bottom.

    Args:
        glyphs: Of one direction.
        page: Number of the page, from 1.
        ranks: Place in the page's stream of each text object, where the layer stores right-to-left
            words in the order in which they are read (see :func:`stored_so`); None elsewhere.
    """
    bands = _bands(glyphs)
    _attach_raised(bands)
    bands = [band for band in bands if band.glyphs]
    _order_overprinted(bands)
    marks = _note_marks(bands)
    text = "".join(glyph.text for glyph in glyphs)
    writer = _Writer(page, is_right_to_left(text), marks, ranks)
    found = [writer.row(band) for band in bands]
    found = [row for row in found if row]
    return _as_from_the_left(found) if writer.from_the_right else found


def stored_so(glyphs: Sequence[Glyph]) -> bool:
    """Whether right-to-left words are stored as they are read (see ``stored_in_reading_order``)."""
    if not RIGHT_TO_LEFT.search("".join(glyph.text for glyph in glyphs)):
        return False
    words = (
        "".join(glyph.text for glyph in word)
        for band in _bands(glyphs)
        for word in _words(sorted(band.glyphs, key=_place))
    )
    return stored_in_reading_order(words)


def _place(glyph: Glyph) -> tuple[float, int]:
    return glyph.left, glyph.order


def _bands(glyphs: Sequence[Glyph]) -> list[_Band]:
    """Group glyphs by baseline, from top to bottom."""
    bands: list[_Band] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.baseline):
        if bands:
            last = bands[-1].glyphs[-1]
            small = min(last.size, glyph.size)
            if last.baseline - glyph.baseline <= SAME_BASELINE_EM * small / 2 and (
                bands[-1].baseline - glyph.baseline <= SAME_BASELINE_EM * small
            ):
                bands[-1].glyphs.append(glyph)
                continue
        bands.append(_Band(glyph.baseline, glyph.size, [glyph]))
    for band in bands:
        band.size = statistics.median_high(glyph.size for glyph in band.glyphs)
        band.lefts = sorted(glyph.left for glyph in band.glyphs)
        band.rights = sorted(glyph.right for glyph in band.glyphs)
    return bands


def _attach_raised(bands: Sequence[_Band]) -> None:
    """Move small glyphs that stand beside a row's type, above or below its baseline, into the row."""
    for index, band in enumerate(bands):
        kept: list[Glyph] = []
        hosts = [bands[i] for i in range(max(0, index - 3), min(len(bands), index + 4))]
        for group in _groups(band.glyphs):
            host = next((h for h in hosts if h is not band and _is_host(h, group)), None)
            if host is None:
                kept.extend(group)
                continue
            host.glyphs.extend(group)
            shift = 1 if group[0].baseline > host.baseline else -1
            host.shifts.update(dict.fromkeys((glyph.order for glyph in group), shift))
        band.glyphs = kept


def _order_overprinted(bands: list[_Band]) -> None:
    """Leave lines that are printed over each other in the order of the page's stream."""
    for index in range(1, len(bands)):
        above, below = bands[index - 1], bands[index]
        if (
            above.baseline - below.baseline < 0.5 * min(above.size, below.size)
            and max(above.lefts[0], below.lefts[0]) < min(above.rights[-1], below.rights[-1])
            and min(g.order for g in below.glyphs) < min(g.order for g in above.glyphs)
        ):
            bands[index - 1 : index + 1] = below, above


def _groups(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield what stands together in one size."""
    group: list[Glyph] = []
    for glyph in sorted(glyphs, key=_place):
        if group and (
            glyph.left - group[-1].right > 0.5 * glyph.size
            or abs(glyph.size - group[-1].size) > 0.1 * glyph.size
        ):
            yield group
            group = []
        group.append(glyph)
    if group:
        yield group


def _is_host(host: _Band, group: Sequence[Glyph]) -> bool:
    rise = (group[0].baseline - host.baseline) / host.size
    if not REACH_EM[0] <= rise <= REACH_EM[1] or not host.glyphs:
        return False
    if group[0].size > SMALL_TYPE * host.size and not (
        # Raised without being made smaller: only a few characters are.
        group[0].size <= 1.05 * host.size
        and abs(rise) > 0.25
        and len(group) <= 3
        and len(group) < len(host.glyphs)
    ):
        return False
    return host.touches(group[0].left, max(glyph.right for glyph in group))


def _note_marks(bands: Sequence[_Band]) -> frozenset[str]:
    """Raised marks before a row, as before a footnote, that stand at most once within rows.

    A number that is raised more often is a power at one of the places.
    """
    first: set[str] = set()
    within: Counter[str] = Counter()
    for band in bands:
        if not band.shifts:
            continue
        ordered = sorted(band.glyphs, key=_place)
        groups = [
            (shift, "".join(glyph.text for glyph in group))
            for shift, group in groupby(ordered, key=lambda glyph: band.shifts.get(glyph.order, 0))
        ]
        for index, (shift, text) in enumerate(groups):
            if shift == 1 and 0 < index < len(groups) - 1:
                within[text] += 1
            elif shift == 1 and len(groups) > 1:
                first.add(text)
    return frozenset(mark for mark in first if within[mark] <= 1)


def _words(ordered: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    word: list[Glyph] = []
    for glyph in ordered:
        if word and _is_apart(word[-1], glyph, by_gap=True):
            yield word
            word = []
        word.append(glyph)
    if word:
        yield word


def _is_apart(first: Glyph, second: Glyph, *, by_gap: bool) -> bool:
    """Whether a blank stands between two neighbours of a row."""
    step = second.order - first.order
    if abs(step) == 1 and not by_gap:
        spaced = (second if step > 0 else first).spaced
        if spaced is not None:
            return spaced
    gap = max(second.left - first.right, first.left - second.right)
    return gap > BLANK_EM * max(first.size, second.size)


@dataclass(slots=True)
class _Cluster:
    """A character with the marks over it."""

    text: str
    glyph: Glyph
    shift: int


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes bands out as rows of lines."""

    page: int
    from_the_right: bool
    note_marks: frozenset[str]
    """Raised marks that begin a row of the page: its footnotes'."""
    ranks: Mapping[bytes, int] | None

    def row(self, band: _Band) -> Row:
        pieces: list[list[_Cluster]] = []
        for cluster in self._clusters(band):
            if pieces and _gap(pieces[-1][-1].glyph, cluster.glyph) <= COLUMN_GAP_EM * band.size:
                pieces[-1].append(cluster)
            else:
                pieces.append([cluster])
        found = [self._line(piece, band) for piece in pieces]
        return sorted((line for line in found if line is not None), key=lambda line: line.left)

    def _clusters(self, band: _Band) -> list[_Cluster]:
        ordered = sorted(band.glyphs, key=_place)
        if self.ranks is not None:
            ranks = self.ranks
            ordered.sort(key=lambda glyph: ranks.get(glyph.source, 0))
        clusters: list[_Cluster] = []
        for glyph in ordered:
            last = clusters[-1] if clusters else None
            together = last is not None and (
                unicodedata.combining(glyph.text)
                or (glyph.left, glyph.right) == (last.glyph.left, last.glyph.right)
            )
            if together and last is not None:
                last.text += glyph.text  # a ligature's letters share one box
            else:
                clusters.append(_Cluster(glyph.text, glyph, band.shifts.get(glyph.order, 0)))
        return clusters

    def _line(self, piece: Sequence[_Cluster], band: _Band) -> Line | None:
        mark, text = self._text(self._read(piece))
        if not text:
            return None
        plain = [c.glyph for c in piece if not c.shift] or [c.glyph for c in piece]
        return Line(
            text,
            self.page,
            min(c.glyph.left for c in piece),
            max(c.glyph.right for c in piece),
            band.baseline,
            statistics.median_high(glyph.size for glyph in plain),
            mark=mark,
        )

    def _read(self, piece: Sequence[_Cluster]) -> list[_Cluster]:
        """Put a piece's clusters into reading order, with its blanks as clusters of their own."""
        spaced: list[_Cluster] = []
        # pdfium places blanks by its own guess at the order of right-to-left text.
        by_gap = any(RIGHT_TO_LEFT.match(cluster.text) for cluster in piece)
        for cluster in piece:
            if spaced and _is_apart(spaced[-1].glyph, cluster.glyph, by_gap=by_gap):
                shift = cluster.shift if cluster.shift == spaced[-1].shift else 0
                spaced.append(_Cluster(" ", cluster.glyph, shift))
            spaced.append(cluster)
        texts = [cluster.text for cluster in spaced]
        if self.ranks is not None or not RIGHT_TO_LEFT.search("".join(texts)):
            return spaced
        return [spaced[i] for i in reading_order(texts, from_the_right=self.from_the_right)]

    def _text(self, clusters: Sequence[_Cluster]) -> tuple[str, str]:
        """Write clusters out; a raised mark is left out, a power keeps a sign of it."""
        mark, text = "", ""
        groups = [
            (shift, "".join(cluster.text for cluster in group))
            for shift, group in groupby(clusters, key=lambda cluster: cluster.shift)
        ]
        for index, (shift, part) in enumerate(groups):
            if shift <= 0:
                text += part
            elif not text or text.isspace():
                mark += part
            else:
                after = groups[index + 1][1] if index + 1 < len(groups) else ""
                text += raised(
                    part, text[-MAX_WORD_CHARS:], after[:MAX_WORD_CHARS], self.note_marks
                )
        if not text.strip():
            mark, text = "", mark
        if self.from_the_right:
            text = with_brackets_turned(text)
        return mark, text.strip()


def raised(part: str, before: str, after: str, note_marks: Collection[str]) -> str:
    """Return what a raised ``part`` adds to the text: nothing if it is a note's mark.

    Args:
        part: Raised characters that stand together.
        before: The row's text up to them.
        after: What follows in the row.
        note_marks: Of the page's footnotes.

    >>> raised("3", "rose to 212", " crowns", ()), raised("6", "found 10", " cells", ())
    ('', '^6')
    >>> raised("th", "The 19", " century", ()), raised("2", "35 km", " of", ())
    ('th', '2')
    """
    bare = part.strip()
    if not any(map(str.isalnum, bare)):
        return "" if not bare.strip(_NOTE_SIGNS) else part
    if len(bare) > MAX_RAISED_CHARS:
        return part
    word = _LAST_WORD.search(before)
    base = word.group("base") if word else ""
    if not base:
        return part if bare.isalpha() and len(bare) > 1 else ""
    if bare.isalpha():
        # "19th", "XIXe", "Dr", but "crowns" and the note a.
        ordinal = base[-1].isdecimal() or base.isupper() or len(base) == 1
        return part if len(bare) > 1 or (ordinal and bare not in note_marks) else ""
    return _power(bare, base, before, after, note_marks)


def _power(bare: str, base: str, before: str, after: str, note_marks: Collection[str]) -> str:
    power = _POWER.fullmatch(bare)
    if power is None or bare in note_marks:
        return ""
    signed = not bare.isdecimal()
    if base[-1].isdecimal():
        beside = before.rstrip()[: -len(base)].rstrip()[-1:] + after.lstrip()[:1]
        calculated = any(unicodedata.category(c) == "Sm" for c in beside)
        return f"^{bare}" if base == "10" or signed or calculated else ""
    if signed:
        return bare if bare[-1] in _SIGNS else f"^{bare}"
    counted = _COUNTED.search(before) is not None
    is_unit = len(base) <= 2 or (len(base) <= 3 and counted)
    return bare if bare in _UNIT_POWERS and is_unit else ""


def _gap(first: Glyph, second: Glyph) -> float:
    return max(second.left - first.right, first.left - second.right)


def _as_from_the_left(found: list[Row]) -> list[Row]:
    """Mirror a page that reads from right to left, so that all below need only know one side."""
    lines = [line for row in found for line in row]
    if len(lines) > 1:
        rights, lefts = (
            Counter(round(i.right) for i in lines),
            Counter(round(i.left) for i in lines),
        )
        if max(lefts.values()) > max(rights.values()):
            return found  # recognised text that was set from the left margin
    return [
        [replace(line, left=-line.right, right=-line.left) for line in reversed(row)]
        for row in found
    ]
