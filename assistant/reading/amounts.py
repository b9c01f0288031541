"""Answers that cannot be what was asked for: no number to "how many", an age to another question, a mere article."""

from __future__ import annotations

import re

from embeddings.sentences import sentence_at

_HOW_MANY = re.compile(
    r"\bhow many\b|\bwhat (?:is|was) (?:[\w'’-]+ ){0,3}death toll\b",
    re.IGNORECASE,
)
_ARABIC_HOW_MANY = re.compile(r"(?:^|\s)كم عدد\s")
_ASKS_AGE = re.compile(
    r"\b(?:old|ages?|aged|young|born|birthday|years|lived)\b|عمر|سن\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundreds?|thousands?|[mbtzg]\w*illions?|dozens?|scores|half|halves|thirds?|quarters?|"
    r"both|several|few|fewer|more|many|most|all|some|none|no|nobody|nothing|no-one|every|everyone|each|any|numerous|"
    r"various|countless|majority|multiple|double|twice|once|single|only|couple|pair|trio|lots?|an?|another|first|"
    r"second|range|number|group|often|too|plenty|daily|weekly|monthly|yearly|"
    r"decades?|centur(?:y|ies)|generations?)\b|\w-\w+",
    re.IGNORECASE,
)
"""A number or what stands for one; a word such as "range" is no good answer, but may be all there is."""
_ARABIC_NUMBER = re.compile(
    r"\d|واحد|وحيد|اثن|إثن|ثلا?ث|أربع|اربع|خمس|ست|سبع|ثما?ن|تسع|عشر|مئ|مائ|ألف|الف|آلاف|مليون|ملايين|مليار|"
    r"نصف|ثلث|ربع|عدة|عديد|بعض|كثير|قليل|جميع|كل|لا |ضعف|مرت?ين|مرة|\w(?:ان|ين|تا)(?!\w)"
)
"""Two of something has an ending of its own."""
_SOME_PEOPLE = re.compile(
    r"\bhow many (?:[\w-]+ ){0,3}?(?P<who>child|kid|wom[ae]n|m[ae]n|girl|boy|student|pupil|soldier|troop|officer|"
    r"policem[ae]n|firefighter|civilian|tourist|passenger|worker|employee|patient|doctor|nurse|teacher|prisoner|"
    r"migrant|refugee|bab(?:y|ies)|teenager|adult|pensioner)",
    re.IGNORECASE,
)
_ANY_PEOPLE = re.compile(
    r"\s*(?:\w+\s+){0,2}?(?:people|persons?|residents|inhabitants)\b", re.IGNORECASE
)
_UNIT_CHARS = 24
_NOTHING = frozenset("the an of and or but is was are were to for with from by".split())
_AGE = re.compile(r"\d{1,2}|10\d|11\d")
_NAMED_BEFORE = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ][\w'’-]*\s+){1,2}[^\W\d_a-zß-öø-ÿ][\w'’-]*,\s\Z")
_WORD = re.compile(r"\w+")
_TIME = re.compile(
    r"\b(?:(?:1[89]|20)\d\d|(?:last|this|next|previous) (?:year|month|week|season)|"
    r"a year (?:ago|earlier)|the year before)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r",?\s+(?:compared\s+(?:with|to)|up\s+from|down\s+from|as\s+against)\s+|،?\s+مقابل\s+",
    re.IGNORECASE,
)
_SIDE_ENDS = re.compile(r"[;.,]\s|$")
_PART_OF = re.compile(
    r"(?<!\w)(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|none|most|all|both|some|many|few)"
    r" of (?:the |its |their |his |her |these |those |all )?\Z",
    re.IGNORECASE,
)
_ASKS_TOTAL = re.compile(
    r"\b(?:(?:is|are|was|were|be|been) there|exist|in all|in total|total|altogether)\b",
    re.IGNORECASE,
)
PART_CHARS = 24
"""Before a number, where it is looked for of what it is a part."""


def is_no_amount(question: str, text: str, start: int, end: int) -> bool:
    """Whether a span says nothing, is no number although one is asked for, or is somebody's age.

    Args:
        question: What was asked.
        text: The passage.
        start: Offset of the span in it.
        end: Offset after it.

    >>> text = "Tom Grant, 19, left the lower pitch."
    >>> is_no_amount("How many goals has Tom Grant scored?", text, 11, 13)
    True
    >>> is_no_amount("How old is Tom Grant?", text, 11, 13)
    False
    """
    end -= len(text[start:end]) - len(text[start:end].rstrip(" ,.;"))
    piece = text[start:end]
    words = [word.lower() for word in _WORD.findall(piece)]
    if not _NOTHING.isdisjoint(words) and _NOTHING.issuperset(words):
        return True
    if _HOW_MANY.search(question) and piece.isascii() and not _NUMBER.search(piece):
        return True
    if (
        _ARABIC_HOW_MANY.search(f" {question}")
        and not piece.isascii()
        and not _ARABIC_NUMBER.search(piece)
    ):
        return True
    if _is_of_anyone(question, text, start, end):
        return True
    return (
        _AGE.fullmatch(piece) is not None
        and text.startswith(",", end)
        and _NAMED_BEFORE.search(text[:start]) is not None
        and _ASKS_AGE.search(question) is None
    )


def _is_of_anyone(question: str, text: str, start: int, end: int) -> bool:
    """Whether people are counted where some of them are asked for: "eleven people" are no eleven children."""
    asked = _SOME_PEOPLE.search(question)
    if asked is None or not _ANY_PEOPLE.search(text[start : end + _UNIT_CHARS]):
        return False
    around = sentence_at(text, start) or (start, end)
    return asked["who"][:4].lower() not in text[slice(*around)].lower()


def is_of_other_time(question: str, text: str, start: int, end: int) -> bool:
    """Whether a figure is given for the other side of a comparison: "14, compared with three in 2019".

    Args:
        question: What was asked.
        text: The passage.
        start: Offset of the figure in it.
        end: Offset after it.

    >>> text = "Fourteen flights were cancelled, compared with three in 2019."
    >>> [is_of_other_time("How many flights were cancelled in 2019?", text, *span) for span in ((0, 8), (47, 52))]
    [True, False]
    """
    asked = {match.group().lower() for match in _TIME.finditer(question)}
    if not asked or not (_NUMBER.search(text[start:end]) or _ARABIC_NUMBER.search(text[start:end])):
        return False
    around = sentence_at(text, start) or (start, end)
    for match in _COMPARED.finditer(text, *around):
        stop = _SIDE_ENDS.search(text, match.end(), around[1])
        last = stop.start() if stop else around[1]
        main = {m.group().lower() for m in _TIME.finditer(text, around[0], match.start())}
        other = {m.group().lower() for m in _TIME.finditer(text, match.end(), last)}
        if end <= match.start() and asked & other and not asked & main:
            return True
        if match.end() <= start < last and asked & main and not asked & other:
            return True
    return False


def with_its_part(question: str, text: str, start: int) -> int:
    """Where a number starts that is given as a part of another: "three of the 118 stations".

    >>> text = "They looked at three of the 118 stations."
    >>> text[with_its_part("How many stations did they look at?", text, 28) :]
    'three of the 118 stations.'
    """
    if _ASKS_TOTAL.search(question):
        return start
    part = _PART_OF.search(text[max(0, start - PART_CHARS) : start])
    return start - len(part.group()) if part is not None else start
