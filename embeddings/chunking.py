"""Paragraphs to passages: the pieces of text that are embedded and searched.

A passage lies within one paragraph, holds whole sentences and is about as long as its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.sentences import is_boundary, sentence_spans, skip_blank
from embeddings.tokens import count_tokens

MAX_TOKENS = 160
"""Passages are packed up to about this many tokens: a news paragraph of some 120 English words."""
SLACK = 1.25
"""What is left of a paragraph stays together up to ``SLACK * max_tokens``: no tiny tails."""

MAX_TITLE_CHARS = 2_000
"""Of a title, which every passage repeats; more fills all that an encoder reads of a passage."""

_MAX_CHARS_PER_TOKEN = 8
"""Pieces of a sentence without blanks are tried at this length first, then shortened."""
_MIN_CHARS = 8
"""Shorter pieces are not tried: one cluster of marks can be any number of tokens."""
_CLAUSE_END = re.compile(r"[,;:،؛、，；：)\]»”–—](?=\s)|[、，；：]|\s[–—-](?=\s)|\n")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """A passage as a span of its article's text."""

    paragraph: int
    """Index of the paragraph that holds it."""
    start: int
    """Offset of the first code point."""
    end: int
    """Offset after the last code point."""
    token_count: int
    """Tokens of the passage's text (cl100k_base)."""


def embedding_text(title: str, passage_text: str) -> str:
    r"""What is embedded for a passage: its article's title on a line of its own, then the passage.

    >>> embedding_text("Summit in Paris", "35 countries took part.")
    'Summit in Paris\n35 countries took part.'
    >>> embedding_text("", "35 countries took part.")
    '35 countries took part.'
    """
    title = title.strip()[:MAX_TITLE_CHARS]
    if not title or passage_text.startswith(title):
        return passage_text
    return f"{title}\n{passage_text}"


def passages(
    paragraphs: Sequence[tuple[int, int]],
    text: str,
    *,
    max_tokens: int = MAX_TOKENS,
    overlap_sentences: int = 0,
) -> list[PassageSpan]:
    """Passages of an article.

    A paragraph of up to ``SLACK * max_tokens`` is one passage. A longer one is shared out into
    passages of about the same length, each of whole sentences. A sentence longer than that is
    cut at the ends of clauses, else between words, else between grapheme clusters.

    Args:
        paragraphs: ``(start, end)`` offsets into ``text``, half-open.
        text: The article's text.
        max_tokens: Tokens that a passage should have at most, without the title.
        overlap_sentences: How many sentences at the end of a passage are repeated at the start of
            the next, as far as they fit in a third of it.

    Returns:
        Passages in reading order; a blank paragraph has none. Without overlap, every character that
        is not white space is in exactly one.

    Raises:
        ValueError: ``max_tokens`` is less than 8, or ``overlap_sentences`` is negative.
    """
    if max_tokens < 8 or overlap_sentences < 0:
        raise ValueError(
            f"cannot cut passages of {max_tokens} tokens that share {overlap_sentences} sentences; "
            "max_tokens must be 8 or more, overlap_sentences 0 or more"
        )
    found: list[PassageSpan] = []
    for index, (start, end) in enumerate(paragraphs):
        units = _units(text, start, end, max_tokens)
        for first, last in _groups([unit[2] for unit in units], max_tokens):
            begin = _with_overlap(units, first, overlap_sentences, max_tokens)
            span = (units[begin][0], units[last - 1][1])
            tokens = units[begin][2] if last - begin == 1 else count_tokens(text[slice(*span)])
            found.append(PassageSpan(index, *span, tokens))
    return found


def _units(text: str, start: int, end: int, max_tokens: int) -> list[tuple[int, int, int]]:
    """Sentences, long ones in pieces, as (start, end, tokens)."""
    units: list[tuple[int, int, int]] = []
    limit = int(max_tokens * SLACK)
    for sentence_start, sentence_end in sentence_spans(text[start:end]):
        span = (start + sentence_start, start + sentence_end)
        if span[1] - span[0] <= limit * 64:
            count = count_tokens(text[slice(*span)])
            if count <= limit:
                units.append((*span, count))
                continue
        units.extend(_pieces(text, *span, max_tokens))
    return units


def _groups(counts: Sequence[int], max_tokens: int) -> list[tuple[int, int]]:
    """Runs of units, as even as their lengths allow, as (first, after the last)."""
    groups: list[tuple[int, int]] = []
    limit = max_tokens * SLACK
    left, first = sum(counts), 0
    while first < len(counts):
        if left <= limit:
            groups.append((first, len(counts)))
            break
        target = left / -(-left // max_tokens)
        size, last = counts[first], first + 1
        while (
            last < len(counts)
            and size + counts[last] <= limit
            and size + counts[last] - target <= target - size
        ):
            size += counts[last]
            last += 1
        groups.append((first, last))
        left -= size
        first = last
    return groups


def _with_overlap(
    units: Sequence[tuple[int, int, int]], first: int, overlap_sentences: int, max_tokens: int
) -> int:
    """Index of the unit that the passage begins with once it repeats the end of the last one."""
    size = 0
    begin = first
    while begin > max(0, first - overlap_sentences):
        size += units[begin - 1][2]
        if size > max_tokens / 3:
            break
        begin -= 1
    return begin


def _pieces(text: str, start: int, end: int, max_tokens: int) -> list[tuple[int, int, int]]:
    """A sentence that is too long, cut into units of at most ``max_tokens``."""
    pieces: list[tuple[int, int, int]] = []
    chars = max_tokens * _MAX_CHARS_PER_TOKEN
    while start < end:
        size = min(chars, end - start)
        while True:
            cut = end if size >= end - start else _cut(text, start, start + size)
            stop = start + len(text[start:cut].rstrip())
            count = count_tokens(text[start:stop])
            if count <= max_tokens or size <= _MIN_CHARS:
                break
            size = max(_MIN_CHARS, min(size - 1, int((cut - start) * 0.95 * max_tokens / count)))
        if stop > start:
            pieces.append((start, stop, count))
            # The next piece is probably as dense: a first try near its length saves most counts.
            chars = min(max_tokens * _MAX_CHARS_PER_TOKEN, 2 * max(stop - start, _MIN_CHARS))
        start = skip_blank(text, cut)
    return pieces


def _cut(text: str, start: int, target: int) -> int:
    """Best place to cut ``text[start:]`` at or before ``target``; always after ``start``."""
    half = start + (target - start) // 2
    for pattern, lowest in ((_CLAUSE_END, half), (_BLANK, start + 1)):
        last = 0
        for match in pattern.finditer(text, lowest, target):
            if match.end() > start and is_boundary(text, match.end()):
                last = match.end()
        if last:
            return last
    return _grapheme_cut(text, start, target)


def _grapheme_cut(text: str, start: int, target: int) -> int:
    """Last grapheme boundary at or before ``target``, else the end of the first cluster."""
    import regex  # with tiktoken, whose pattern needs it; 25 ms that few articles need

    cluster: re.Pattern[str] = regex.compile(r"\X")
    last = start
    window = target + 64
    while True:
        for match in cluster.finditer(text, start, min(window, len(text))):
            if match.end() > target and last > start:
                return last
            if match.end() >= window < len(text):
                break  # the window may have cut this cluster
            last = match.end()
            if last >= target:
                return last
        else:
            return last if last > start else len(text)
        window = start + 2 * (window - start)
