"""Right-to-left print → the order in which it is read.

A page shows Arabic and Hebrew from the right, and Latin names and numbers within them from the
left. This undoes the display rules of Unicode's Bidirectional Algorithm (UAX 9) for one line; which
level a mark between two words had is not to be seen on paper and is taken as UAX 9 would resolve it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_OPENING = "([{«‹"
_MIRRORED = str.maketrans("()[]{}«»‹›", ")(][}{»«›‹")
_BRACKETS = re.compile(r"[()\[\]{}«»‹›]")
_KINDS = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N"}

_WORD_FINAL = re.compile("[ךםןףץةىںےۃ]")
"""Letters that Hebrew, Arabic and Urdu spelling has at the end of a word only."""
_CLOSING = re.compile("[.,:;!?،؛؟۔]")


def is_right_to_left(text: str) -> bool:
    """Whether most letters of ``text`` are written from the right.

    >>> is_right_to_left("شركة AB"), is_right_to_left("AB شر Velmora")
    (True, False)
    """
    return 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))


def stored_in_reading_order(words: Iterable[str]) -> bool:
    """Whether right-to-left words, read off the page from the left, come out as they are read.

    Layers of recognised text store a word's letters so, under a picture of the page. What shows it
    are letters and marks that only end a word.

    >>> stored_in_reading_order(["القناة", "كرونة،"]), stored_in_reading_order(["ةانقلا"])
    (True, False)
    """
    balance = 0
    for word in words:
        if len(word) < 2 or not RIGHT_TO_LEFT.search(word):
            continue
        for pattern in (_WORD_FINAL, _CLOSING):
            balance += bool(pattern.match(word[-1])) - bool(pattern.match(word[0]))
        # A final letter before the closing mark counts as well.
        bare = _CLOSING.sub("", word)
        if bare and bare != word:
            balance += bool(_WORD_FINAL.match(bare[-1])) - bool(_WORD_FINAL.match(bare[0]))
    return balance > 0


def reading_order(shown: Sequence[str], *, from_the_right: bool) -> list[int]:
    """Put a line's characters into the order in which they are read.

    Args:
        shown: From left to right, blanks included, each with its combining marks.
        from_the_right: Whether the paragraph is written from the right.

    Returns:
        Indices into ``shown``.

    >>> line = ".Velmora AB 2019 שר"
    >>> "".join(line[i] for i in reading_order(line, from_the_right=True))
    'רש Velmora AB 2019.'
    """
    kinds = _resolved(shown)
    if "R" not in kinds:
        return list(range(len(shown)))  # a line of its own, in another script
    if from_the_right:
        return _from_the_right(kinds, 0, len(kinds))
    return _from_the_left(kinds)


def with_brackets_turned(text: str) -> str:
    """Let brackets in right-to-left text open and close.

    Whether the file names the bracket's shape or its meaning is up to the program that wrote it; the
    blanks beside it tell.

    >>> with_brackets_turned("רש )AB( רש")
    'רש (AB) רש'
    """

    def turned(found: re.Match[str]) -> str:
        bracket, place = found.group(), found.start()
        free_before = place == 0 or text[place - 1].isspace()
        free_after = place + 1 == len(text) or not text[place + 1].isalnum()
        opens = bracket in _OPENING
        if (free_before and not free_after and not opens) or (
            free_after and not free_before and opens
        ):
            return bracket.translate(_MIRRORED)
        return bracket

    return _BRACKETS.sub(turned, text)


def _resolved(shown: Sequence[str]) -> list[str]:
    """Kind of each character: L(eft), R(ight), N(umber), or "" for a mark that has none."""
    classes = [unicodedata.bidirectional(cluster[0]) for cluster in shown]
    kinds = [_KINDS.get(name, "") for name in classes]
    arabic = "AL" in classes
    for index, name in enumerate(classes):
        before = kinds[index - 1] if index else ""
        after = kinds[index + 1] if index + 1 < len(kinds) else ""
        # A sign of a number, as "%", stands on either side of it, in Arabic behind it on the left.
        sign = name == "ET" and (before == "N" or (after == "N" and not arabic))
        separator = name == "CS" or (name == "ES" and not arabic)
        if sign or (separator and before == after == "N"):
            kinds[index] = "N"
    return kinds


def _from_the_right(kinds: Sequence[str], first: int, end: int) -> list[int]:
    read: list[int] = []
    while end > first:
        start = end - 1
        if kinds[start] in ("L", "N"):
            start = _start_of_run(kinds, first, end)
        read.extend(range(start, end))
        end = start
    return read


def _start_of_run(kinds: Sequence[str], first: int, end: int) -> int:
    """Where the Latin words and the numbers before ``end`` begin, which are read as one."""
    start = end - 1
    numbers_only = kinds[start] == "N"
    for place in range(end - 2, first - 1, -1):
        if kinds[place] == "R":
            break
        if not kinds[place]:
            continue
        # Two numbers side by side stand in the order of the line, not in a run of their own.
        if place < start - 1 and numbers_only and kinds[place] == "N":
            break
        numbers_only = numbers_only and kinds[place] == "N"
        start = place
    return start


def _from_the_left(kinds: Sequence[str]) -> list[int]:
    """Turn only the right-to-left words, with what stands between two of them."""
    read: list[int] = []
    start = 0
    while start < len(kinds):
        end = start + 1
        if kinds[start] == "R":
            for place in range(start + 1, len(kinds)):
                if kinds[place] == "L":
                    break
                if kinds[place] == "R":
                    end = place + 1
        read.extend(_from_the_right(kinds, start, end))
        start = end
    return read
