"""Plain text → blocks."""

from __future__ import annotations

import re

from assistant.language.bylines import (
    bare_author,
    is_doubtful_dateline,
    is_sentence,
    read_dateline,
    read_line,
)
from assistant.sources.authorship import is_byline, read_byline, with_lede_under_byline
from assistant.sources.blocks import Block, Meta, build_article, clean, looks_like_headline
from assistant.types import Article, ParagraphKind, Section

FORMAT = "text"

WRAP_COLUMNS = 120
"""Where no line is longer, lines are taken for wrapped ones; else each line is a paragraph."""

MASTHEAD_LINES = 7
"""Among so many first lines the headline, the author and the date stand."""
HEADLINE_LINES = 3
WRAPPED_HEADLINE_CHARS = 40
"""A headline is wrapped where it grows long, not after three words."""

_GOES_ON = re.compile(
    r"(?:\b(?:a|an|and|as|at|by|dated?|for|from|in|is|of|on|or|since|that|the|to|until|was|were|with)|[,،]"
    r"|(?<!\w)(?:في|من|على|إلى|عن|منذ|حتى|يوم|بتاريخ))\s*$",
    re.IGNORECASE,
)
"""A line that ends so is followed by the rest of its sentence."""
_BLANK_LINES = re.compile(r"\n{3,}")
_PAGE_TURN = re.compile(
    r"(?<=[^\s.!?:…”\"»])[ \t]*\n\s*[-–—] ?\d{1,4} ?[-–—][ \t]*\n\s*(?=[a-zß-ÿ])"
)
"""A page's number in the midst of a sentence, with the blank lines around it."""
_PAGE_NUMBER = re.compile(r"^[ \t\f]*[-–—] ?\d{1,4} ?[-–—][ \t]*$", re.M)
_BROKEN_WORD = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]\Z")
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_NO_BLANKS = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff5e]"
"""Chinese and Japanese are written without blanks between words."""
_ENDS_WITHOUT_BLANK = re.compile(rf"{_NO_BLANKS}[”’]?\Z")
_STOPS = re.compile(r"[。！？][”’」』]?\Z")
_GOES_ON_WITHOUT_BLANK = re.compile(r"[，、；：]\Z")
_BEGINS_WITHOUT_BLANK = re.compile(rf"[“‘]?{_NO_BLANKS}")
_LABEL = re.compile(r"\s{0,8}[^\W\d_][\w.'’]*(?: [\w.'’]+){0,2}:\s+\S")
"""How a line of a talk or an interview begins."""
_LIST_MARK = re.compile(r"\s{0,8}(?:[-*•‣–]|\(?\d{1,3}[.)])\s+(?=\S)")


def parse_plain(text: str, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article; a short first line without a full stop is its headline.

    Raises:
        SourceError: There is no text.
    """
    blocks = paragraphs_of(_with_masthead_apart(text))
    first = next((at for at, block in enumerate(blocks) if not is_byline(block)), 0)
    if first and is_doubtful_dateline(clean(blocks[0].text)):
        first = 0
    if len(blocks) > first + 1 and looks_like_headline(clean(blocks[first].text)):
        blocks[first] = Block(blocks[first].text, Section.HEADLINE, ParagraphKind.HEADING)
    author, published = read_byline(blocks)
    meta = Meta(url=url, author=author, published=published)
    marked = with_lede_under_byline(blocks, author)
    return [build_article(marked, meta, location=location, format_name=FORMAT)]


def _with_masthead_apart(text: str) -> str:
    """Blank lines around the lines over an article that name its author or its date.

    Without them such lines would be joined with the headline, as those of a wrapped paragraph are.
    """
    lines = _with_line_feeds(text).split("\n")
    breaks: set[int] = set()
    for nth, group in enumerate(_first_groups(lines)):
        breaks |= _masthead_breaks([lines[at] for at in group], group[0], may_have_headline=not nth)
    return "\n".join(f"\n{line}" if at in breaks else line for at, line in enumerate(lines))


def _first_groups(lines: list[str]) -> list[list[int]]:
    """The first lines that are not blank, those that follow each other directly together."""
    filled = [at for at, line in enumerate(lines[: 3 * MASTHEAD_LINES]) if line.strip()]
    groups: list[list[int]] = []
    for at in filled[:MASTHEAD_LINES]:
        if groups and groups[-1][-1] == at - 1:
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _masthead_breaks(group: list[str], start: int, *, may_have_headline: bool) -> set[int]:
    """Before which lines of a group, whose first one is at ``start``, a paragraph begins."""
    apart = [
        _stands_apart(line)
        and not (
            is_doubtful_dateline(clean(line))
            and ((may_have_headline and not at) or not _text_may_follow(group[at + 1 :]))
        )
        for at, line in enumerate(group)
    ]
    first = next(
        (
            at
            for at in range(len(group))
            if apart[at] or read_dateline(" ".join(map(str.strip, group[at:])))
        ),
        None,
    )
    if first is None:
        return set()
    end = next((at for at in range(first, len(group)) if not apart[at]), len(group))
    if end < len(group) and group[end].lstrip()[0].islower():
        return set()  # a sentence goes on
    over = group[:first]
    if over and bare_author(over[-1]) and (len(over) > 1 or not may_have_headline):
        first -= 1
        over = over[:-1]
    breaks = {start + at for at in range(first, end + 1)}
    if not over:
        return breaks
    if not may_have_headline or len(over) > HEADLINE_LINES or _GOES_ON.search(over[-1]):
        return set()
    is_wrapped = len(over) == 1 or len(over[0]) >= WRAPPED_HEADLINE_CHARS
    if is_wrapped and looks_like_headline(clean(" ".join(over))):
        return breaks
    # A rubric, or a sentence about the article, may stand between its headline and its author.
    is_headline = looks_like_headline(clean(over[0])) and not _GOES_ON.search(over[0])
    return {start + 1} | breaks if is_headline and len(over) > 1 else set()


def _stands_apart(line: str) -> bool:
    text = clean(line)
    return bool(text) and not text[0].islower() and text[-1] != "." and read_line(text) is not None


def _text_may_follow(lines: list[str]) -> bool:
    """Whether, but for more of a masthead, the lines begin a text, or there are none."""
    text = [line.strip() for line in lines if not _stands_apart(line)]
    return not text or is_sentence(" ".join(text))


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def paragraphs_of(text: str) -> list[Block]:
    """Split at blank lines; join wrapped lines; keep list items apart."""
    text = _PAGE_NUMBER.sub("", _PAGE_TURN.sub("\n", _with_line_feeds(text)))
    lines = _BLANK_LINES.sub("\n\n", text).split("\n")
    widest = max((len(line) for line in lines), default=0)
    wrapped = widest <= WRAP_COLUMNS
    compounds = set(_COMPOUND.findall(text.casefold())) if wrapped else set()
    labelled = labelled_lines(lines)
    blocks: list[Block] = []
    current: list[str] = []
    kind = ParagraphKind.TEXT

    def close() -> None:
        if current:
            blocks.append(Block(_joined(current, compounds), kind=kind))
            current.clear()

    for at, line in enumerate(lines):
        mark = _LIST_MARK.match(line)
        stops = not wrapped or at in labelled or (current and _stops(current[-1].strip(), widest))
        if not line.strip() or mark or stops:
            close()
            kind = ParagraphKind.TEXT
        if mark:
            kind = ParagraphKind.LIST_ITEM
        if line.strip():
            # Bullets are layout; numbers may be meant ("3) Ukraine"), so they stay.
            bullet = mark and not mark.group().strip(" ().\t").isdigit()
            current.append(line[mark.end() :] if mark and bullet else line)
    close()
    return blocks


def labelled_lines(lines: list[str]) -> set[int]:
    """Which lines begin with who speaks: two at least follow each other, the first one of them on top."""
    found: set[int] = set()
    group: list[int] = []
    for at, line in enumerate([*lines, ""]):
        if line.strip():
            group.append(at)
            continue
        labels = [number for number in group if _LABEL.match(lines[number])]
        if len(labels) > 1 and labels[0] == group[0]:
            found.update(labels)
        group = []
    return found


def _stops(line: str, widest: int) -> bool:
    """Whether a line without blanks between its words ends its paragraph."""
    if not _ENDS_WITHOUT_BLANK.search(line[-2:]) or _GOES_ON_WITHOUT_BLANK.search(line):
        return False
    return bool(_STOPS.search(line)) or len(line) < widest - 2


def _joined(lines: list[str], compounds: set[str]) -> str:
    """Join wrapped lines; a hyphen at the end goes, unless the word is written with one elsewhere."""
    parts = [lines[0]]
    for line in map(str.strip, lines[1:]):
        last = parts[-1].rstrip()
        broken, rest = _BROKEN_WORD.search(last[-WRAP_COLUMNS:]), _WORD.match(line)
        if broken and rest and rest[0][0].islower():
            is_compound = f"{broken[1]}-{rest[0]}".casefold() in compounds
            parts[-1] = last if is_compound else last[:-1]
        elif _ENDS_WITHOUT_BLANK.search(last[-2:]) and _BEGINS_WITHOUT_BLANK.match(line):
            parts[-1] = last
        else:
            parts.append(" ")
        parts.append(line)
    return "".join(parts)
