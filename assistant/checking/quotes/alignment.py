"""Where in an article a quote comes from: exactly, or as nearly as can be.

Exact: its pieces stand in the article word for word, in order, apart only where the quote says so (an
ellipsis, a bracketed insertion). Otherwise the runs of words that both share are chained: runs that
follow one another as in the source cost nothing, a jump costs more the more it rearranges. What lies
between the chained runs is what was changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.language.scripts import normalised
from assistant.language.tokens import Token, TokenText, fold_word, same_when_joined, tokens_of

ANYWHERE = 1_000_000_000
"""Allowance of an ellipsis: any number of words may be skipped."""
INSERTION_WORDS = 8
"""How many words of the source a bracketed insertion may stand for."""
LOCAL_WORDS = 12
"""Words that may be missing at one place before two runs count as pieces joined together."""
NEAR_COST = 0.3
DRIFT_COST = 0.1
JUMP_COST = 2.5
SLACK = 2
"""Words of the source looked at beyond as many as the quote has at its open ends."""
MAX_PLACES = 50
MAX_RUNS = 128
MAX_STEM_ENDING = 5

_ELLIPSIS = re.compile(
    r"\[\s*(?:…|\.\s?\.\s?\.(?:\s?\.)*)\s*\]|\(\s*(?:…|\.\s?\.\s?\.(?:\s?\.)*)\s*\)|…|\.\s?\.\s?\.(?:\s?\.)*"
)
_BRACKETS = re.compile(r"\[([^\[\]\n]{0,80})\]")
_WORD_BEFORE = re.compile(r"[^\W\d_]+\Z")
_WORD_AFTER = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class QuoteToken:
    """One word of a quote."""

    token: Token
    allowance: int = 0
    """How many words of the source may be skipped before it."""
    stem: str | None = None
    """An editor changed the ending in brackets (``agree[d]``): only this much must agree."""

    def fits(self, form: str) -> bool:
        """Whether it stands for the source's ``form``."""
        if self.token.form == form:
            return True
        return (
            self.stem is not None
            and form.startswith(self.stem)
            and len(form) <= len(self.stem) + MAX_STEM_ENDING
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens ``q0:q1`` of a quote are tokens ``s0:s1`` of an article."""

    q0: int
    q1: int
    s0: int
    s1: int


def quote_tokens(
    text: str, parts: Sequence[tuple[int, int]], *, brackets_insert: bool
) -> list[QuoteToken]:
    """The words of a quote with what its ellipses and brackets allow.

    Args:
        text: As given.
        parts: The stretches that are quoted; between two of them anything may be skipped.
        brackets_insert: Words in square brackets are the editor's, not the source's.

    >>> text = "We [Europeans] agree[d] ... to act"
    >>> [(q.token.form, q.allowance, q.stem)
    ...  for q in quote_tokens(text, [(0, len(text))], brackets_insert=True)]
    [('we', 0, None), ('agreed', 8, 'agree'), ('to', 1000000000, None), ('act', 0, None)]
    """
    found: list[QuoteToken] = []
    pending = 0
    for start, end in parts:
        if found:
            pending = ANYWHERE
        at = start
        for cut_start, cut_end, allowance, stem in _cuts(text, start, end, brackets_insert):
            pending = _extend(found, tokens_of(text, at, cut_start), pending)
            if stem is not None:
                word = text[cut_start:cut_end].replace("[", "").replace("]", "")
                token = Token(fold_word(word), cut_start, cut_end)
                found.append(QuoteToken(token, pending, stem or None))
                pending = 0
            else:
                pending = max(pending, allowance)
            at = cut_end
        pending = _extend(found, tokens_of(text, at, end), pending)
    if found and found[0].allowance:
        found[0] = QuoteToken(found[0].token, 0, found[0].stem)
    return found


def _extend(found: list[QuoteToken], tokens: Sequence[Token], pending: int) -> int:
    for token in tokens:
        found.append(QuoteToken(token, pending))
        pending = 0
    return pending


def _cuts(
    text: str, start: int, end: int, brackets_insert: bool
) -> list[tuple[int, int, int, str | None]]:
    """Places with a meaning of their own: ``(start, end, allowance, stem)``, in order."""
    cuts: list[tuple[int, int, int, str | None]] = [
        (m.start(), m.end(), ANYWHERE, None) for m in _ELLIPSIS.finditer(text, start, end)
    ]
    for match in _BRACKETS.finditer(text, start, end):
        if any(a <= match.start() < b for a, b, _, _ in cuts):
            continue
        before = _WORD_BEFORE.search(text[start : match.start()])
        after = _WORD_AFTER.match(text[match.end() : end])
        if before or after:
            first = match.start() - (len(before.group()) if before else 0)
            last = match.end() + (len(after.group()) if after else 0)
            stem = fold_word(before.group()) if before and not after else ""
            cuts.append((first, last, 0, stem))
        elif brackets_insert:
            cuts.append((match.start(), match.end(), INSERTION_WORDS, None))
    return sorted(cuts)


def find_exact(quote: Sequence[QuoteToken], source: TokenText) -> list[list[Block]]:
    """Every place where the quote stands word for word; the tightest reading of each ellipsis."""
    pieces = _pieces(quote)
    places = []
    for start in _occurrences(quote, pieces[0], source)[:MAX_PLACES] if pieces else []:
        blocks = _continue(quote, pieces, source, start)
        if blocks is not None:
            places.append(blocks)
    # Of readings that end alike, the one that starts last skips least.
    tightest = {blocks[-1].s1: blocks for blocks in places}
    return sorted(tightest.values(), key=lambda blocks: blocks[0].s0)


def _pieces(quote: Sequence[QuoteToken]) -> list[tuple[int, int]]:
    starts = [at for at, item in enumerate(quote) if at == 0 or item.allowance]
    return list(zip(starts, [*starts[1:], len(quote)], strict=True))


def _occurrences(
    quote: Sequence[QuoteToken], piece: tuple[int, int], source: TokenText
) -> list[int]:
    first, last = piece
    anchors = [at for at in range(first, last) if quote[at].stem is None]
    if not anchors:
        return [
            at for at, form in enumerate(source.forms)
            if at + last - first <= len(source.forms) and quote[first].fits(form)
            and _fits_at(quote, piece, source, at)
        ]  # fmt: skip
    anchor = min(anchors, key=lambda at: len(source.places.get(quote[at].token.form, ())))
    starts = (place - (anchor - first) for place in source.places.get(quote[anchor].token.form, ()))
    return [start for start in starts if start >= 0 and _fits_at(quote, piece, source, start)]


def _fits_at(
    quote: Sequence[QuoteToken], piece: tuple[int, int], source: TokenText, start: int
) -> bool:
    first, last = piece
    if start + last - first > len(source.forms):
        return False
    return all(quote[at].fits(source.forms[start + at - first]) for at in range(first, last))


def _continue(
    quote: Sequence[QuoteToken],
    pieces: Sequence[tuple[int, int]],
    source: TokenText,
    start: int,
) -> list[Block] | None:
    first, last = pieces[0]
    blocks = [Block(first, last, start, start + last - first)]
    for piece in pieces[1:]:
        low = blocks[-1].s1
        high = low + quote[piece[0]].allowance
        following = [at for at in _occurrences(quote, piece, source) if low <= at <= high]
        if not following:
            return None
        at = following[0]
        blocks.append(Block(piece[0], piece[1], at, at + piece[1] - piece[0]))
    return blocks


def presence(quote: Sequence[QuoteToken], source: TokenText) -> float:
    """Share of the quote's weight whose words the article has at all: what it can match at most."""
    total = sum(item.token.weight for item in quote)
    there = sum(item.token.weight for item in quote if item.token.form in source.places)
    return there / total if total else 0.0


def find_nearest(quote: Sequence[QuoteToken], source: TokenText) -> list[Block]:
    """The chain of shared runs that accounts for the most of the quote; empty where there is none."""
    weights = [0.0]
    for item in quote:
        weights.append(weights[-1] + item.token.weight)
    runs = _runs(quote, source, weights)
    best: list[float] = []
    came_from: list[int] = []
    trimmed: list[int] = []
    for at, run in enumerate(runs):
        score, origin, cut = weights[run.q1] - weights[run.q0], -1, 0
        for other_at in range(at):
            other = runs[other_at]
            skip = max(0, other.q1 - run.q0)
            if run.q0 + skip >= run.q1 or other.q0 >= run.q0:
                continue
            gain = weights[run.q1] - weights[run.q0 + skip]
            cost = _jump_cost(quote, other, Block(run.q0 + skip, run.q1, run.s0 + skip, run.s1))
            if best[other_at] + gain - cost > score:
                score, origin, cut = best[other_at] + gain - cost, other_at, skip
        best.append(score)
        came_from.append(origin)
        trimmed.append(cut)
    if not runs:
        return []
    at = max(range(len(runs)), key=lambda i: best[i])
    chain: list[Block] = []
    while at >= 0:
        run, cut = runs[at], trimmed[at]
        chain.append(Block(run.q0 + cut, run.q1, run.s0 + cut, run.s1))
        at = came_from[at]
    return _filled(quote, source, _without_strays(quote, chain[::-1]))


def _filled(quote: Sequence[QuoteToken], source: TokenText, chain: Sequence[Block]) -> list[Block]:
    """The chain with the common words between and beside its runs that were too slight to chain."""
    blocks: list[Block] = []
    edges = [Block(0, 0, max(0, chain[0].s0 - chain[0].q0 - SLACK), 0), *chain]
    size = min(len(source.forms), chain[-1].s1 + len(quote) - chain[-1].q1 + SLACK)
    for at, (before, after) in enumerate(
        pairwise([*edges, Block(len(quote), len(quote), size, size)])
    ):
        low = before.s0 if at == 0 else before.s1
        given, true = after.q0 - before.q1, after.s0 - low
        if (
            given
            and 0 < true <= given + LOCAL_WORDS
            and not allowance_between(quote, before, after)
        ):
            matcher = SequenceMatcher(
                None,
                [item.token.form for item in quote[before.q1 : after.q0]],
                source.forms[low : after.s0],
                autojunk=False,
            )
            for q, s, length in matcher.get_matching_blocks():
                if length:
                    q0, s0 = before.q1 + q, low + s
                    blocks.append(Block(q0, q0 + length, s0, s0 + length))
        if at < len(chain):
            blocks.append(chain[at])
    return blocks


def _without_strays(quote: Sequence[QuoteToken], chain: list[Block]) -> list[Block]:
    """Single words found far away from everything else are chance, not a source."""
    kept = list(chain)
    for at in (0, -1):
        while len(kept) > 1:
            inner = kept[1] if at == 0 else kept[-2]
            pair = (kept[at], inner) if at == 0 else (inner, kept[at])
            length = kept[at].q1 - kept[at].q0
            if length > 2 or _jump_cost(quote, *pair) < JUMP_COST:
                break
            kept.pop(at)
    return kept


def _jump_cost(quote: Sequence[QuoteToken], first: Block, second: Block) -> float:
    given, true = second.q0 - first.q1, second.s0 - first.s1
    if true >= 0:
        if true <= given + LOCAL_WORDS:
            return (NEAR_COST if given or true else 0.0) + DRIFT_COST * abs(true - given)
        if allowance_between(quote, first, second) >= true - given:
            return NEAR_COST + min(1.0, true / 1000)
    return JUMP_COST + min(0.5, abs(true) / 10_000)


def allowance_between(quote: Sequence[QuoteToken], first: Block, second: Block) -> int:
    """How many words of the source may be missing between two blocks."""
    return max((item.allowance for item in quote[first.q1 : second.q0 + 1]), default=0)


def _runs(quote: Sequence[QuoteToken], source: TokenText, weights: Sequence[float]) -> list[Block]:
    runs = []
    forms = source.forms
    for at, item in enumerate(quote):
        form = item.token.form
        for place in source.places.get(form, ()):
            goes_on = (
                at > 0 and place > 0 and not item.allowance
                and quote[at - 1].token.form == forms[place - 1]
            )  # fmt: skip
            if goes_on:
                continue
            length = 1
            while (
                at + length < len(quote)
                and place + length < len(forms)
                and not quote[at + length].allowance
                and quote[at + length].token.form == forms[place + length]
            ):
                length += 1
            if weights[at + length] - weights[at] >= 1.0 or length >= 3:
                runs.append(Block(at, at + length, place, place + length))
    if len(runs) > MAX_RUNS:
        runs.sort(key=lambda run: weights[run.q0] - weights[run.q1])
        del runs[MAX_RUNS:]
    return sorted(runs, key=lambda run: (run.q0, run.s0))


@dataclass(frozen=True, slots=True)
class Gap:
    """Tokens of a quote against tokens of its source that are not the same."""

    q0: int
    q1: int
    s0: int
    s1: int
    is_jump: bool = False


def gaps_of(quote: Sequence[QuoteToken], source: TokenText, blocks: Sequence[Block]) -> list[Gap]:
    """What differs around and between the blocks, in the quote's order; editors' changes left out."""
    gaps = _case_gaps(quote, source, blocks)
    head, tail = blocks[0], blocks[-1]
    if head.q0 > 0:
        low = max(0, head.s0 - head.q0 - SLACK)
        gaps += _refine(quote, source, Gap(0, head.q0, low, head.s0), open_start=True)
    for first, second in pairwise(blocks):
        gap = Gap(first.q1, second.q0, first.s1, second.s0)
        given, true = gap.q1 - gap.q0, gap.s1 - gap.s0
        allowance = allowance_between(quote, first, second)
        if true < 0 or (true > given + LOCAL_WORDS and allowance < true - given):
            gaps.append(Gap(gap.q0, gap.q1, gap.s0, gap.s1, is_jump=True))
        elif allowance:
            if given:
                gaps.append(Gap(gap.q0, gap.q1, gap.s0, gap.s0))
        else:
            gaps += _refine(quote, source, gap)
    if tail.q1 < len(quote):
        high = min(len(source.tokens), tail.s1 + len(quote) - tail.q1 + SLACK)
        gaps += _refine(quote, source, Gap(tail.q1, len(quote), tail.s1, high), open_end=True)
    return sorted(gaps, key=lambda gap: (gap.q0, gap.q1))


def _case_gaps(
    quote: Sequence[QuoteToken], source: TokenText, blocks: Sequence[Block]
) -> list[Gap]:
    """``us`` for ``US``: the same letters, another word."""
    if not any(item.token.is_acronym for item in quote) and not any(
        source.tokens[at].is_acronym for block in blocks for at in range(block.s0, block.s1)
    ):
        return []
    return [
        Gap(q, q + 1, s, s + 1)
        for block in blocks
        for q, s in zip(range(block.q0, block.q1), range(block.s0, block.s1), strict=True)
        if quote[q].token.is_acronym != source.tokens[s].is_acronym and quote[q].stem is None
    ]


def _refine(
    quote: Sequence[QuoteToken],
    source: TokenText,
    gap: Gap,
    *,
    open_start: bool = False,
    open_end: bool = False,
) -> list[Gap]:
    given = [item.token.form for item in quote[gap.q0 : gap.q1]]
    true = list(source.forms[gap.s0 : gap.s1])
    # At the ends of the quote the source goes on: try as many words as join to the same.
    lengths = range(1, len(true) + 1) if open_start or open_end else (len(true),)
    if any(same_when_joined(given, true[-n:] if open_start else true[:n]) for n in lengths):
        return []
    found = []
    codes = SequenceMatcher(None, given, true, autojunk=False).get_opcodes()
    for number, (tag, q0, q1, s0, s1) in enumerate(codes):
        if tag == "equal":
            continue
        if tag == "insert" and (
            (open_start and number == 0) or (open_end and number == len(codes) - 1)
        ):
            continue
        low, high = s0, s1
        if tag == "replace" and open_start and number == 0:
            low = max(s0, s1 - (q1 - q0))
        if tag == "replace" and open_end and number == len(codes) - 1:
            high = min(s1, s0 + (q1 - q0))
        if q1 - q0 == 1 and high - low == 1 and quote[gap.q0 + q0].fits(true[low]):
            continue
        if same_when_joined(given[q0:q1], true[low:high]):
            continue
        found.append(Gap(gap.q0 + q0, gap.q0 + q1, gap.s0 + low, gap.s0 + high))
    return found


def matched_share(
    quote: Sequence[QuoteToken], blocks: Sequence[Block], gaps: Sequence[Gap]
) -> float:
    """Share of the quote's weight that stands in the source, 0 to 1."""
    total = math.fsum(item.token.weight for item in quote)
    changed = math.fsum(item.token.weight for gap in gaps for item in quote[gap.q0 : gap.q1])
    return max(0.0, 1.0 - changed / total) if total and blocks else 0.0


def searchable(quote: Sequence[QuoteToken], text: str) -> str:
    """The quote's words as an index may know them."""
    words = (text[item.token.start : item.token.end] for item in quote)
    return " ".join(
        normalised(re.sub(r"[-‐\u00ad]\s*\n\s*|[\[\]\u00ad]", "", word), "NFC") for word in words
    )
