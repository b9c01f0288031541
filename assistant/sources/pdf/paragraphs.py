"""Lines in reading order → paragraphs: over line ends, columns and pages, past the footnotes."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from assistant.sources.blocks import Block, clean, looks_like_headline
from assistant.sources.pdf.rows import Line
from assistant.types import ParagraphKind

PARAGRAPH_GAP = 1.35
"""Line pitch, in units of the page's usual one, from which a new paragraph begins."""

HEADING_SIZE = 1.15
"""Font size, in units of the document's usual one, from which a line is a heading."""

NOTE_SIZE = 0.93
"""Font size, in units of the document's usual one, up to which a line may be a footnote's."""

NEAR_LINES = 40
"""Lines of a paragraph whose margins the next one is compared with."""

MAX_WORD_CHARS = 80

_TERMINAL = re.compile(r"[.!?…:。؟۔！？][\"'”’»)\]]*$")
_HYPHENS = "-‐\u00ad"
_RANGE = re.compile(r"\d[-‐–]$")
_LIST_MARK = re.compile(r"\s*(?:[•▪◦‣·–-]\s|\(?\d{1,2}[.)]\s)")
_NOTE_MARK = re.compile(r"(?:\(?\d{1,3}[.)]?|[*†‡§¶#∗⁎]{1,3}|\[\d{1,3}\])\s")

Group = list[Line]
"""The lines of one paragraph."""


def paragraphs(pages: Sequence[Sequence[Line]], aside: Sequence[Line]) -> list[Block]:
    """Join lines to paragraphs.

    Args:
        pages: The lines of each page, in reading order.
        aside: Lines that run in another direction than their page's text; read behind it.
    """
    lines = [line for page in pages for line in page] or list(aside)
    body_size = statistics.median(
        size for line in lines for size in [line.size] * min(len(line.text), 200)
    )
    pitch = _usual_pitch(lines, body_size)
    text: list[Line] = []
    notes: defaultdict[int, list[Line]] = defaultdict(list)
    for page in pages:
        for line, is_note in zip(page, _are_notes(page, body_size, pitch), strict=True):
            if is_note:
                notes[line.page].append(line)
            else:
                text.append(line)
    for line in aside:
        notes[line.page].append(line)
    known_words = Counter(re.findall(r"[\w-]+", " ".join(line.text for line in lines).casefold()))
    groups = _with_notes_behind(
        _grouped(text, pitch), {page: _grouped(found, pitch) for page, found in notes.items()}
    )
    return [_block(group, body_size, known_words) for group in groups]


def _are_notes(page: Sequence[Line], body_size: float, pitch: float) -> list[bool]:
    """Which lines are footnotes: marked, in small type or below a gap, last of a page or column."""
    notes: list[bool] = []
    for column in _columns(page, pitch):
        first = _first_small_note(column, body_size)
        if first is None:
            first = _first_marked_note(column, pitch)
        if not first:  # a column of nothing but notes is a list of them
            first = len(column) if len(column) == len(page) or first is None else 0
        notes += [index >= first for index in range(len(column))]
    return notes


def _columns(page: Sequence[Line], pitch: float) -> Iterator[list[Line]]:
    column: list[Line] = []
    for line in page:
        if column and line.baseline > column[-1].baseline + pitch:
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _first_small_note(column: Sequence[Line], body_size: float) -> int | None:
    first = None
    for index in range(len(column) - 1, -1, -1):
        line = column[index]
        if line.size > NOTE_SIZE * body_size or line.kind is ParagraphKind.TABLE:
            break
        if line.mark or _NOTE_MARK.match(line.text):
            first = index
    return first


def _first_marked_note(column: Sequence[Line], pitch: float) -> int | None:
    """First of the last lines that raised marks begin, where only they stand below gaps."""
    first = None
    for index in range(len(column) - 1, 0, -1):
        line = column[index]
        gap = column[index - 1].baseline - line.baseline > PARAGRAPH_GAP * pitch
        if line.kind is ParagraphKind.TABLE or (gap and not line.mark):
            break
        if gap:
            first = index
    return first


def _with_notes_behind(text: Sequence[Group], notes: Mapping[int, list[Group]]) -> Iterator[Group]:
    """Yield the paragraphs, each page's notes behind the last one that stands on the page."""
    last_page = 0
    waiting = sorted(notes)
    for index, group in enumerate(text):
        yield group
        following = text[index + 1][0].page if index + 1 < len(text) else None
        last_page = max(last_page, group[-1].page)
        while waiting and (following is None or waiting[0] < following):
            yield from notes[waiting.pop(0)]
    for page in waiting:
        yield from notes[page]


def _usual_pitch(lines: Sequence[Line], body_size: float) -> float:
    steps = [
        above.baseline - below.baseline
        for above, below in pairwise(lines)
        if above.page == below.page
        and max(abs(above.size - body_size), abs(below.size - body_size)) < 0.1 * body_size
        and 0.5 * body_size < above.baseline - below.baseline < 3 * body_size
    ]
    # The lower quartile: gaps between paragraphs must not count as usual.
    return sorted(steps)[len(steps) // 4] if steps else 1.2 * body_size


def _grouped(lines: Sequence[Line], pitch: float) -> list[Group]:
    groups: list[Group] = []
    for line in lines:
        if groups and _continues(groups[-1], line, pitch):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _continues(group: Group, line: Line, pitch: float) -> bool:
    """Whether ``line`` goes on with the paragraph of ``group``."""
    last = group[-1]
    if line.mark or line.kind is not last.kind:
        return False
    if line.kind is ParagraphKind.TABLE:
        same_shape = line.text.count("|") == last.text.count("|")
        return line.page == last.page and same_shape and line.baseline < last.baseline
    if abs(line.size - last.size) > 0.12 * max(line.size, last.size) or _LIST_MARK.match(line.text):
        return False
    if line.page != last.page or line.baseline > last.baseline + pitch:
        return _goes_on_elsewhere(group, line)
    if last.baseline - line.baseline > PARAGRAPH_GAP * max(pitch, 1.0):
        return False
    return not (_TERMINAL.search(last.text) and _begins_anew(group, line))


def _goes_on_elsewhere(group: Group, line: Line) -> bool:
    """Whether a sentence goes on in the next column or page: only an unfinished one does."""
    last = group[-1]
    above = [other for other in group[-NEAR_LINES:] if other.page == last.page]
    left, right = min(i.left for i in above), max(i.right for i in above)
    is_full = len(above) > 1 and last.right > right - 0.1 * (right - left)
    return not _TERMINAL.search(last.text) and (is_full or not line.text[:1].isupper())


def _begins_anew(group: Group, line: Line) -> bool:
    """Whether the line is indented, or the one before it left short."""
    near = group[-NEAR_LINES:]
    left, right = min(i.left for i in near), max(i.right for i in near)
    indented = left + 0.8 * line.size < line.left < left + 5 * line.size
    short = group[-1].right < max(right, line.right) - 0.15 * max(right - left, 1.0)
    return indented or short


def _block(group: Group, body_size: float, known_words: Counter[str]) -> Block:
    first = group[0]
    if first.kind is ParagraphKind.TABLE:
        text = "\n".join(line.text for line in group)
        return Block(text, kind=ParagraphKind.TABLE, page=first.page)
    ends = [_end(line.text, more.text, known_words) for line, more in pairwise(group)]
    text = "".join([*ends, group[-1].text])
    kind = ParagraphKind.TEXT
    if first.size >= HEADING_SIZE * body_size and looks_like_headline(clean(text)):
        kind = ParagraphKind.HEADING
    elif _LIST_MARK.match(text):
        kind = ParagraphKind.LIST_ITEM
    return Block(text, kind=kind, page=first.page)


def _end(text: str, more: str, known_words: Counter[str]) -> str:
    """Return a line as it stands before ``more``: with a blank, or with its hyphen or without."""
    if _RANGE.search(text) and more[:1].isdigit():
        return text
    if len(text) < 2 or text[-1] not in _HYPHENS or not text[-2].isalnum():
        return f"{text} "
    if not more[:1].isalpha() or not text[-2].isalpha():
        return text.rstrip("\u00ad")
    return text if _is_true_hyphen(text, more, known_words) else text[:-1]


def _is_true_hyphen(text: str, more: str, known_words: Counter[str]) -> bool:
    """Whether the word was written with a hyphen, and not broken at the end of the line."""
    first = re.split(r"[^\w-]", text[-MAX_WORD_CHARS:-1].casefold())[-1]
    second = re.split(r"[^\w-]", more[:MAX_WORD_CHARS].casefold())[0]
    hyphened, joined = known_words[f"{first}-{second}"], known_words[first + second]
    if hyphened or joined or text[-1] == "\u00ad":
        return hyphened > joined
    if not more[:1].islower():
        return True
    # Two words of their own; the one behind the break counts itself once.
    return known_words[first] > 0 and known_words[second] > 1 and min(map(len, (first, second))) > 2
