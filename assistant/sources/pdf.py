"""PDF → blocks: characters with positions become lines, lines become paragraphs.

pdfium gives characters in the order of the page's content stream, and Arabic in logical order. What
it does not give is structure, so that lines are joined across line ends, columns and pages here.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from assistant.errors import SourceError
from assistant.sources.authorship import read_byline
from assistant.sources.blocks import Block, Meta, build_article, clean, looks_like_headline
from assistant.types import Article, ParagraphKind, Section

FORMAT = "pdf"

MAX_PAGES = 5_000
MAX_CHARS = 20_000_000
"""Of the whole document; a page of print has about 3,000."""

COLUMN_GAP_EM = 1.5
"""A wider gap within a line may separate columns."""

MIN_COLUMN_LINES = 4
MIN_COLUMN_WIDTH_EM = 10.0
"""Narrower pieces are a table's cells, which are read along the line."""

PARAGRAPH_GAP = 1.35
"""Line pitch, in units of the page's usual one, from which a new paragraph begins."""

HEADING_SIZE = 1.15
"""Font size, in units of the document's usual one, from which a line is a heading."""

MARGIN_SHARE = 0.12
"""Running heads and page numbers stand within this share of the page's height."""

_TERMINAL = re.compile(r"[.!?…:。؟۔！？][\"'”’»)\]]*$")
_HYPHENS = "-‐\u00ad"
_BROKEN_HYPHENS = "\ufffe\x02"
"""What pdfium puts where it recognises a word broken at the end of a line."""

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LIST_MARK = re.compile(r"\s*(?:[•▪◦‣·–-]\s|\(?\d{1,2}[.)]\s)")
_JUNK_TITLE = re.compile(
    r"^(untitled|microsoft word|document\d*$)|\.(docx?|indd|pdf|tex|qxd)$", re.I
)
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of print; coordinates in points, y upwards."""

    text: str
    page: int
    left: float
    right: float
    baseline: float
    size: float


@dataclass(slots=True)
class _Piece:
    """A line as it is being read."""

    characters: list[str] = field(default_factory=list)
    left: float = float("inf")
    right: float = float("-inf")
    baselines: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def add(
        self, character: str, *, left: float, right: float, baseline: float, size: float
    ) -> None:
        self.characters.append(character)
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.baselines.append(baseline)
        self.sizes.append(size)

    def close(self, page: int) -> _Line | None:
        text = "".join(self.characters).strip()
        if not text or not self.sizes:
            return None
        baseline, size = statistics.median(self.baselines), statistics.median(self.sizes)
        return _Line(text, page, self.left, self.right, baseline, size)


def parse_pdf(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article of a PDF's text.

    Raises:
        SourceError: It is encrypted, broken, too large, or only pictures.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = str(error)
        advice = "save it without a password" if "assword" in reason else "export it again"
        msg = f"{location}: the PDF cannot be opened ({clean(reason)[:120]}); {advice}"
        raise SourceError(msg) from error
    try:
        if len(document) > MAX_PAGES:
            msg = f"{location}: {len(document)} pages, the limit is {MAX_PAGES}; split the PDF"
            raise SourceError(msg)
        pages = list(_pages(document, location))
        fields = document.get_metadata_dict(skip_empty=True)
    except pypdfium2.PdfiumError as error:
        msg = (
            f"{location}: a page of the PDF is broken ({clean(str(error))[:120]}); export it again"
        )
        raise SourceError(msg) from error
    finally:
        document.close()
    lines = [line for page in _without_running_heads(pages) for line in page]
    if not lines:
        msg = f"{location}: the PDF has no text, only pictures of it; run text recognition first"
        raise SourceError(msg)
    blocks = _paragraphs(lines)
    title = _mark_headline(blocks) or _metadata_title(fields.get("Title"))
    created = _PDF_DATE.match(fields.get("CreationDate", ""))
    made = "-".join(part or "01" for part in created.groups()) if created else None
    # The file may be a late copy of what the text itself dates.
    author, published = read_byline(blocks)
    meta = Meta(
        title=title,
        url=url,
        author=fields.get("Author") or author,
        published=published or made,
    )
    return [build_article(blocks, meta, location=location, format_name=FORMAT)]


def _pages(document: Any, location: str) -> Iterator[tuple[float, list[_Line]]]:
    """Yield the height and the lines of each page, in reading order."""
    total = 0
    for index in range(len(document)):
        page = document[index]
        text_page = page.get_textpage()
        total += text_page.count_chars()
        if total > MAX_CHARS:
            msg = f"{location}: more than {MAX_CHARS:,} characters in the PDF; split it"
            raise SourceError(msg)
        rows = _from_the_left(list(_rows(text_page, index + 1)))
        yield page.get_height(), _reading_order(rows)
        text_page.close()
        page.close()


def _rows(text_page: Any, page: int) -> Iterator[list[_Line]]:
    """Yield each printed line as the pieces between its wide gaps."""
    import ctypes

    from pypdfium2 import raw

    left, right, bottom, top, x, baseline = (ctypes.c_double() for _ in range(6))
    row: list[_Line] = []
    piece = _Piece()
    gap_pending = False
    for index in range(text_page.count_chars()):
        character = _character(raw.FPDFText_GetUnicode(text_page, index))
        if character == "\n" or character in _BROKEN_HYPHENS:
            if character != "\n":  # a hyphen at the end of a line, the break after it left out
                piece.characters.append("-")
            if (line := piece.close(page)) is not None:
                row.append(line)
            yield row
            row, piece = [], _Piece()
            continue
        if character.isspace():
            gap_pending = True
            continue
        raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        raw.FPDFText_GetCharOrigin(text_page, index, x, baseline)
        size = raw.FPDFText_GetFontSize(text_page, index) or 1.0
        if size <= 1.0:  # scaled by the text matrix instead
            size = max(top.value - bottom.value, 1.0)
        distance = max(left.value - piece.right, piece.left - right.value)
        if piece.characters and distance > COLUMN_GAP_EM * size:
            if (line := piece.close(page)) is not None:
                row.append(line)
            piece = _Piece()
        elif gap_pending and piece.characters:
            piece.characters.append(" ")
        gap_pending = False
        piece.add(character, left=left.value, right=right.value, baseline=baseline.value, size=size)
    if (line := piece.close(page)) is not None:
        row.append(line)
    yield row


def _from_the_left(rows: list[list[_Line]]) -> list[list[_Line]]:
    """Mirror a page that reads from right to left, so that all below need only know one side."""
    text = "".join(line.text for row in rows for line in row)
    if 2 * len(_RIGHT_TO_LEFT.findall(text)) < sum(map(str.isalpha, text)):
        return rows
    return [[replace(line, left=-line.right, right=-line.left) for line in row] for row in rows]


def _character(code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code == 0:
        return "\ufffd"
    return chr(code)


def _reading_order(rows: list[list[_Line]]) -> list[_Line]:
    """Join a row's pieces again, unless the page was written across its columns."""
    split = [row for row in rows if len(row) > 1]
    wide = [
        row
        for row in split
        if min(line.right - line.left for line in row) > MIN_COLUMN_WIDTH_EM * row[0].size
    ]
    if len(wide) >= MIN_COLUMN_LINES and len(wide) > 0.6 * len(split):
        return _column_by_column(rows)
    return [_joined(row) for row in rows if row]


def _column_by_column(rows: list[list[_Line]]) -> list[_Line]:
    """Read runs of split rows column by column; a row that spans the page ends a run."""
    ordered: list[_Line] = []
    run: list[_Line] = []
    edge = _gutter(rows)

    def close() -> None:
        ordered.extend(line for line in run if line.left < edge)
        ordered.extend(line for line in run if line.left >= edge)
        run.clear()

    for row in rows:
        if any(line.left < edge - line.size and line.right > edge + line.size for line in row):
            close()
            ordered.append(_joined(row))
        else:
            run.extend(row)
    close()
    return ordered


def _gutter(rows: list[list[_Line]]) -> float:
    """Where the right column usually begins."""
    return statistics.median(
        max(line.left for line in row) - row[0].size / 2 for row in rows if len(row) > 1
    )


def _joined(row: list[_Line]) -> _Line:
    return _Line(
        " ".join(line.text for line in row),
        row[0].page,
        min(line.left for line in row),
        max(line.right for line in row),
        row[0].baseline,
        max(row, key=lambda line: len(line.text)).size,
    )


def _without_running_heads(pages: Sequence[tuple[float, list[_Line]]]) -> list[list[_Line]]:
    """Drop page numbers, and lines that stand at the edge of several pages."""
    edges: Counter[str] = Counter()
    for height, lines in pages:
        edges.update({_edge_key(line) for line in lines if _at_edge(line, height)})
    repeated = max(3, len(pages) // 4)
    return [
        [
            line
            for line in lines
            if not (
                _at_edge(line, height)
                and (edges[_edge_key(line)] >= repeated or _is_page_number(line.text))
            )
        ]
        for height, lines in pages
    ]


def _at_edge(line: _Line, height: float) -> bool:
    return not MARGIN_SHARE * height < line.baseline < (1 - MARGIN_SHARE) * height


def _edge_key(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.text)


def _is_page_number(text: str) -> bool:
    return (
        re.fullmatch(r"\W*(?:\w{1,6}\s)?\d{1,4}(?:\s?(?:/|of|von|de|sur|من)\s?\d{1,4})?\W*", text)
        is not None
    )


def _paragraphs(lines: list[_Line]) -> list[Block]:
    """Join lines to paragraphs."""
    body_size = statistics.median(
        size for line in lines for size in [line.size] * min(len(line.text), 200)
    )
    pitch = _usual_pitch(lines, body_size)
    known_words = Counter(re.findall(r"[\w-]+", " ".join(line.text for line in lines).casefold()))
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, pitch):
            groups[-1].append(line)
        else:
            groups.append([line])
    blocks = []
    for group in groups:
        text = group[0].text
        for line in group[1:]:
            text = _join(text, line.text, known_words)
        kind = ParagraphKind.TEXT
        if group[0].size >= HEADING_SIZE * body_size and looks_like_headline(clean(text)):
            kind = ParagraphKind.HEADING
        elif _LIST_MARK.match(text):
            kind = ParagraphKind.LIST_ITEM
        blocks.append(Block(text, kind=kind, page=group[0].page))
    return blocks


def _usual_pitch(lines: list[_Line], body_size: float) -> float:
    steps = [
        above.baseline - below.baseline
        for above, below in pairwise(lines)
        if above.page == below.page
        and 0.5 * body_size < above.baseline - below.baseline < 3 * body_size
    ]
    # The lower quartile: gaps between paragraphs must not count as usual.
    return sorted(steps)[len(steps) // 4] if steps else 1.2 * body_size


def _continues(group: list[_Line], line: _Line, pitch: float) -> bool:
    """Whether ``line`` goes on with the paragraph of ``group``."""
    last = group[-1]
    if abs(line.size - last.size) > 0.12 * max(line.size, last.size) or _LIST_MARK.match(line.text):
        return False
    ends = _TERMINAL.search(last.text) is not None
    if line.page != last.page or line.baseline > last.baseline + pitch:
        # Next column or page: only an unfinished sentence goes on.
        return not ends and not line.text[:1].isupper()
    step = last.baseline - line.baseline
    if step > PARAGRAPH_GAP * max(pitch, 1.0):
        return False
    left, right = min(i.left for i in group), max(i.right for i in group)
    indented = line.left > left + 0.8 * line.size and (len(group) > 1 or ends)
    indented = indented and line.left < left + 5 * line.size
    short = last.right < max(right, line.right) - 0.15 * max(right - left, 1.0)
    return not (ends and (indented or short))


def _join(text: str, more: str, known_words: Counter[str]) -> str:
    """Join two lines; a hyphen at the end goes, unless the word is written with one elsewhere."""
    if len(text) < 2 or text[-1] not in _HYPHENS or not text[-2].isalpha():
        return f"{text} {more}"
    if not more[:1].islower():
        return text + more
    before = re.search(r"[\w-]*\w$", text[:-1])
    after = re.match(r"\w[\w-]*", more)
    if text[-1] != "\u00ad" and before and after:
        compound = f"{before.group()}-{after.group()}".casefold()
        if known_words[compound] > known_words[compound.replace("-", "")]:
            return text + more
    return text[:-1] + more


def _mark_headline(blocks: list[Block]) -> str | None:
    """Make the first heading of the first page the headline."""
    for index, block in enumerate(blocks[:6]):
        if block.page != blocks[0].page:
            break
        if block.kind is ParagraphKind.HEADING:
            blocks[index] = replace(block, section=Section.HEADLINE)
            return clean(block.text)
    return None


def _metadata_title(title: str | None) -> str | None:
    title = clean(title or "")
    return title if title and not _JUNK_TITLE.search(title) else None
