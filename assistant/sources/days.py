"""Days as they are written: in figures, in the words of many languages, in a line that is there to state one.

A bare year or month is no day; 03/04 is two days, unless it is known which country's order is used.
Months' names and the labels before days are data, in ``dates.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import resources

from assistant.language import pack
from assistant.sources.furniture import fold
from assistant.sources.properties import date_of

FIRST_YEAR, LAST_YEAR = 1995, 2100
"""Of days that are only seen: older than the Web are those of other things."""
LINE_CHARS = 160
"""A line that states a day is no longer."""
OTHER_WORDS = 8
"""So many words of its own a line that is a sentence may have at most, behind a day."""
NAME_WORDS = 5
"""So many words before a day may be names: of a writer, of a place."""
FILLER_CHARS = 3
_ISO = re.compile(
    r"(?<![\d.,/-])(\d{4})(?:([-/.])\s?(\d{1,2})\2\s?(\d{1,2})|(\d\d)(\d\d))(?!\d|[/-]\d)"
)
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?![\d/-]|\.\d)")
_SECONDS = re.compile(r"\d{10}(?:\d{3})?")
_TOKEN = re.compile(r"\w+")
_DAY = re.compile(r"(\d{1,2})[^\W\d]{0,3}")
_YEAR = re.compile(r"(\d{4})[^\W\d]{0,2}")
_SENTENCE = re.compile(r"\w[\"'”’»)]*[.!?。؟]\s*$")
_NO_DATE = re.compile(r"[©®]|\(c\)|\bcopyright\b", re.IGNORECASE)
_RANGE_BEFORE = re.compile(r"(?<![:.,\dh])\b\d{1,2}\.?(?:\s*[-–—/&]\s*|\s+[^\W\d]{1,4}\s+)$")
_RANGE_AFTER = re.compile(r"\W*(?:[^\W\d]{1,5}\s+)?(\d{1,2})\W{1,2}([^\W\d]+)")
_COLON = re.compile(r"(?<!\d)\s?[:：]")
_PARTS = re.compile(r"\s[-–—]\s|[|•·–—]")
_PIECES = re.compile(rf"{_PARTS.pattern}|[,،;؛，/]")
_EAST_ASIAN_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MONTH_FIRST = ("en-us", "en_us", "en-ph", "en_ph")
_EITHER_FIRST = ("en-ca", "en_ca")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A day and the place in the text where it stands."""

    day: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DayReader:
    """Reads the days of one text."""

    language: str = ""
    order: str = ""
    """Of day and month in numbers with slashes: ``dmy``, ``mdy``, or empty where unknown."""

    @classmethod
    def of_locales(cls, *tags: str) -> DayReader:
        """Reader for what a page or a file says its language, and its country, is.

        >>> DayReader.of_locales("en-US").day("03/04/2026"), DayReader.of_locales("en").day("03/04/2026")
        ('2026-03-04', None)
        """
        tags = tuple(tag.strip().lower() for tag in tags if tag.strip())
        language = tags[0][:2] if tags else ""
        if any(tag.startswith(_MONTH_FIRST) for tag in tags):
            return cls(language, "mdy")
        if any(tag.startswith(_EITHER_FIRST) for tag in tags):
            return cls(language)
        is_known = any(len(tag) > 3 for tag in tags) or language not in ("", "en")
        return cls(language, "dmy" if is_known else "")

    def day(self, value: str) -> str | None:
        """The day of a stated value, in whatever form it is written; None for an unset clock's.

        >>> DayReader("fr").day("5 janvier 2026"), DayReader().day("1767600000"), DayReader().day("2026-01")
        ('2026-01-05', '2026-01-05', None)
        """
        value = date_of(value[:LINE_CHARS]) or ""
        if found := _ISO.match(value):
            return _iso(*_numbers(found))
        if _SECONDS.fullmatch(value):
            return datetime.fromtimestamp(int(value[:10]), UTC).date().isoformat()
        days = list(self._days(value))
        if len({seen.day for seen in days}) != 1:
            return None
        is_range = self._is_range(value[: days[0].start], value[days[-1].end :])
        return None if is_range else days[0].day

    def of_line(self, text: str, *, updated: bool) -> str | None:
        """The day that a line is there to state; None where it is a sentence or has several.

        Args:
            text: The line.
            updated: Whether the day of a change is asked for, and not that of publication.
        """
        if is_update(text) is not updated:
            return None
        days = list(self._days(text))
        if len({seen.day for seen in days}) > 1:
            days = self._labelled(text, days)
        if len({seen.day for seen in days}) != 1:
            return None
        is_stated = self.states(text[: days[0].start], text[days[-1].end :])
        return days[0].day if is_stated else None

    def states(self, before: str, after: str) -> bool:
        """Whether a line of which this stands around a day is there to state the day, and of nothing else.

        >>> DayReader().states("By Ann Lee, ", " at 10:05"), DayReader().states("Deadline: ", "")
        (True, False)
        >>> DayReader().states("The vote was on ", ""), DayReader().states("", " brought the end of it")
        (False, False)
        """
        if _NO_DATE.search(before) or _NO_DATE.search(after) or self._is_range(before, after):
            return False
        words = [w for w in fold(after).split() if not w[0].isdigit() and not self._is_month(w)]
        if len(words) > 2 * OTHER_WORDS or not _may_follow(after):
            return False
        if _SENTENCE.search(after) and (len(words) > OTHER_WORDS // 2 or _has_common_word(after)):
            return False
        published, updated, by = _labels()
        last = _last_words(before)
        if not last or not (published | updated).isdisjoint(last):
            return True
        if last[0] in by:
            return False
        if any(_opens_with(part, published | updated | by) for part in _PIECES.split(before)):
            return True
        part = _PARTS.split(before)[-1]
        return not _COLON.search(part) and self._are_names(_PIECES.split(part)[-1])

    def _are_names(self, piece: str) -> bool:
        """Whether the words directly before a day may be those of a name: nothing in small letters but "de"."""
        words = [word for word in _TOKEN.findall(piece) if not self._is_calendar(word)]
        if len(words) > NAME_WORDS or _has_common_word(piece):
            return False
        # "on" after a name tells when something happened.
        return len(words) < 2 or len(words[-1]) > FILLER_CHARS or words[-1][0].isupper()

    def _is_calendar(self, word: str) -> bool:
        return word[0].isdigit() or fold(word) in pack.weekdays() or self._is_month(word)

    def _is_range(self, before: str, after: str) -> bool:
        if _RANGE_BEFORE.search(before):
            return True
        found = _RANGE_AFTER.match(after)
        return found is not None and self._is_month(found[2])

    def _labelled(self, text: str, days: list[_Seen]) -> list[_Seen]:
        """Of several days in a line the one behind "published", or the one that is not behind "updated"."""
        published, updated, _ = _labels()
        before = [
            set(_last_words(text[seen_before : seen.start]))
            for seen_before, seen in zip([0, *(s.end for s in days)], days, strict=False)
        ]
        stated = [seen for seen, words in zip(days, before, strict=True) if words & published]
        if stated:
            return stated[-1:]
        return [seen for seen, words in zip(days, before, strict=True) if not words & updated]

    def _days(self, text: str) -> Iterator[_Seen]:
        """Whole days in a text, and where each stands."""
        for found in (*_ISO.finditer(text), *_EAST_ASIAN.finditer(text)):
            if day := _of_the_web(*_numbers(found)):
                yield _Seen(day, *found.span())
        for found in _NUMERIC.finditer(text):
            if day := self._numeric(int(found[1]), int(found[3]), int(found[4]), found[2]):
                yield _Seen(day, *found.span())
        tokens = list(_TOKEN.finditer(text))
        for at, token in enumerate(tokens):
            words = [match.group() for match in tokens[at : at + 7]]
            if worded := self._worded(words):
                yield _Seen(worded[0], token.start(), tokens[at + worded[1] - 1].end())

    def _numeric(self, first: int, second: int, year: int, separator: str) -> str | None:
        if separator == "." or self.order == "dmy" or first == second or first > 12:
            return _of_the_web(year, second, first)
        if self.order == "mdy" or second > 12:
            return _of_the_web(year, first, second)
        return None

    def _worded(self, words: list[str]) -> tuple[str, int] | None:
        """A day at the beginning of ``words``, and of how many: "6 January 2026", "2026. január 6"."""
        month, rest = self._month_at(words)
        if month:
            day = _of_words(rest[0], rest[1], month) if len(rest) > 1 else None
            return (day, len(words) - len(rest) + 2) if day else None
        month, rest = self._month_at(self._after_fillers(words[1:]))
        if not month or not rest:
            return None
        day = _of_words(words[0], rest[0], month) or _of_words(rest[0], words[0], month)
        return (day, len(words) - len(rest) + 1) if day else None

    def _month_at(self, words: list[str]) -> tuple[int | None, list[str]]:
        """The month that ``words`` begin with, by one name or two, and what follows."""
        for width in (2, 1):
            if month := self._month(words[:width]):
                rest = words[width:]
                again = next((w for w in (2, 1) if self._month(rest[:w]) == month), 0)
                return month, self._after_fillers(rest[again:])
        return None, words

    def _after_fillers(self, words: list[str]) -> list[str]:
        """Without the short words inside a date: "6 de enero de 2026", "6th of January"."""
        at = 0
        while at < min(2, len(words)) and len(words[at]) <= FILLER_CHARS and words[at].isalpha():
            if self._is_month(words[at]):
                break
            at += 1
        return words[at:]

    def _month(self, words: Sequence[str]) -> int | None:
        name = fold(" ".join(words))
        own, others = _months()
        if not name or name[0].isdigit():
            return None
        return own.get(self.language, {}).get(name) or others.get(name)

    def _is_month(self, word: str) -> bool:
        return self._month([word]) is not None


def is_update(text: str) -> bool:
    """Whether a line says when something was changed, not when it was published."""
    published, updated, _ = _labels()
    return _has(text, updated) and not _has(text, published)


def _has(text: str, labels: frozenset[str]) -> bool:
    folded = f" {fold(text)} "
    return any(
        label in folded if _EAST_ASIAN_WORD.match(label) else f" {label} " in folded
        for label in labels
    )


def _opens_with(part: str, labels: frozenset[str]) -> bool:
    words = fold(part).split()[:3]
    return any(" ".join(words[:end]) in labels for end in range(1, len(words) + 1))


def _last_words(before: str) -> list[str]:
    """The last words before a day, one by one from the last and by twos and threes, but for weekdays and times."""
    words = [
        word
        for word in fold(before).split()
        if not word[0].isdigit() and word not in pack.weekdays()
    ][-3:]
    pairs = [" ".join(words[at:end]) for at in range(len(words)) for end in range(at + 2, 4)]
    east_asian = [label for word in words for label in _east_asian() if label in word]
    return [*words[::-1], *pairs, *east_asian]


def _may_follow(after: str) -> bool:
    """Whether what follows a day is none of its sentence's: "3 May 2019 brought the end"."""
    word = re.match(r"\s+([^\W\d_]+)", after)
    if word is None or not word[1].islower() or len(word[1]) <= FILLER_CHARS:
        return True
    return any(_has(word[1], labels) for labels in _labels())


def _has_common_word(text: str) -> bool:
    """Whether there is a word in small letters that is more than a particle, and no day of the week."""
    return any(
        word.islower() and len(word) > FILLER_CHARS and fold(word) not in pack.weekdays()
        for word in _TOKEN.findall(text)
    )


def _numbers(found: re.Match[str]) -> list[int]:
    return [int(part) for part in found.groups() if part and part[0].isdigit()]


def _of_words(day: str, year: str, month: int) -> str | None:
    of_day, of_year = _DAY.fullmatch(day), _YEAR.fullmatch(year)
    return _of_the_web(int(of_year[1]), month, int(of_day[1])) if of_day and of_year else None


def _of_the_web(year: int, month: int, day: int) -> str | None:
    return _iso(year, month, day) if year >= FIRST_YEAR else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year <= LAST_YEAR else None
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _raw() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(
        resources.files("assistant.sources").joinpath("dates.toml").read_text("utf-8")
    )


@lru_cache(maxsize=1)
def _months() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Months by folded name: of each language, and those that mean one month in all."""
    own: dict[str, dict[str, int]] = {}
    everywhere: dict[str, set[int]] = {}
    for language, names in _raw()["months"].items():
        table = own.setdefault(language, {})
        for number, alternatives in enumerate(names, 1):
            for name in alternatives.split(","):
                table[fold(name)] = number
                everywhere.setdefault(fold(name), set()).add(number)
    return own, {name: next(iter(all_)) for name, all_ in everywhere.items() if len(all_) == 1}


@lru_cache(maxsize=1)
def _labels() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What stands before the day of publication, before that of a change, and before a writer's name."""
    labels = _raw()["labels"]
    published, updated, by = (
        frozenset(fold(word) for word in labels[key]) for key in ("published", "updated", "by")
    )
    return published, updated, by


@lru_cache(maxsize=1)
def _east_asian() -> tuple[str, ...]:
    """Labels of languages that write no blanks between words."""
    return tuple(label for labels in _labels() for label in labels if _EAST_ASIAN_WORD.match(label))
