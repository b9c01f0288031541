"""Spans as people want them: whole sentences around, tidy ends, whole quotations and dates."""

from __future__ import annotations

import re
import unicodedata

from assistant.language.clause_subjects import is_of_another, is_of_namesake
from assistant.language.values import fold, value_of
from assistant.reading.amounts import is_no_amount, is_of_other_time, with_its_part

_OPENERS = "\"'“‘«„([{‹「『"
_CLOSERS = "\"'”’»“)]}›」』"
_PAIRS = {
    "“": "”",
    "‘": "’",
    "«": "»",
    "„": "“",
    "(": ")",
    "[": "]",
    "{": "}",
    "‹": "›",
    "「": "」",
}
_TRAILING = " \t\n,;:،؛.!?؟。…-–—"
_ABBREVIATION_END = re.compile(r"(?:\b\w\.){2,}$|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|Dr|No|a\.m|p\.m)\.$")
_SAYING = re.compile(
    r"\bwhat\b.{0,60}\b(?:say|said|says|state|stated|declare|declared|tell|told|quote[ds]?)\b"
    r"|ماذا قال|ماذا قالت|ماذا صرح",
    re.IGNORECASE,
)
_WHOLE_STATEMENT = re.compile(
    r"\bwhat\b.{0,60}\b(?:say|said|says|declare|declared)"
    r"(?:\s+(?:about|on|to|in|at|during|after|before|when|regarding|concerning)\b.{0,200})?\s*\??\s*$",
    re.IGNORECASE,
)
_STATEMENT_WORDS = 3
_QUOTATION = re.compile(r"“[^”]{8,600}”|«[^»]{8,600}»|„[^“]{8,600}“|\"[^\"]{8,600}\"")
_WHEN = re.compile(
    r"^\s*(?:when|on (?:what|which) (?:date|day)|what (?:date|day)|متى)\b|في أي يوم", re.IGNORECASE
)
_WEEKDAY_BEFORE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+$|(?:الإثنين|الاثنين|الثلاثاء|الأربعاء|الخميس|"
    r"الجمعة|السبت|الأحد)،?\s+$"
)
_DAY_BEFORE = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?\s+$")
_YEAR_AFTER = re.compile(r"^,?\s+(?:19|20)\d\d\b")
_MONTH = re.compile(
    r"^(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)


_HOW_MANY = re.compile(
    r"\bhow (?:many|much|long|far|old|large|big|tall)\b|(?:^|\s)كم\b", re.IGNORECASE
)
# Accents and Arabic vowels are no letters, but belong to a word.
_MARKS = r"\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
_LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*"
_UNIT_AFTER = re.compile(rf"[ \u00a0](?P<unit>{_LETTERS}(?:[ \u00a0]{_LETTERS}){{0,2}})")
_WORDS = re.compile(_LETTERS)
_STEM_CHARS = 4
_WHICH_ONES = re.compile(
    r"^\s*(?:and\s+)?(?:which|what|who|name|list)\b(?:\s+(?:other|all|the|\w+ing|\w+an|\w+ish))*"
    r"(?:\s+(?:\w{4,}s|people|men|women|children)\b|\s+(?:are|were)\b)",
    re.IGNORECASE,
)
# One way only to cut a run of blanks, or a table in plain text takes minutes.
_ITEM = r"(?:the\s+)?[A-Z][\w’'-]*(?:\s+(?:(?:of|the|de|von|van)\s+)?[A-Z][\w’'-]*){0,7}"
_LISTING = re.compile(rf"{_ITEM}(?:,\s+{_ITEM})*,?\s+(?:and|or|&)\s+{_ITEM}(?:\s+[a-z]+s\b)?")


_AFTER_AND = re.compile(r"و(?P<rest>\d+|[^\W\d_]{3,})(?!\w)")
# «والد» and its kin are "father", not "and the ...".
_WITH_ARTICLE = re.compile("ال(?!د[ةهتيا])\\w{3,}")
_ONES = {"احد", "احدة", "حدة", "حدها", "حده"}
"""What "one" and "alone" leave without their first letter."""


def refine(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """A span as people want it.

    Ends are tidied; a quotation is given whole when asked what someone said, a date with its day and
    year when asked when, a number with what it counts, a list when asked for several.

    Args:
        question: What was asked.
        text: The article's text.
        start: Offset of the span.
        end: Offset after it.

    Returns:
        The new span; never across a paragraph break, never without the marks on its last letter.
    """
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    if _SAYING.search(question):
        start, end = _whole_quotation(text, start, end)
    if _WHEN.search(question):
        start, end = _whole_date(text, start, end)
    if _HOW_MANY.search(question):
        start, end = with_its_part(question, text, start), _with_unit(question, text, start, end)
    if _WHICH_ONES.search(question):
        start, end = _whole_listing(text, start, end)
    return tidy(text, start, end)


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """Ends without stray punctuation, half quotes or half brackets.

    >>> text = 'said: "We agree."'
    >>> text[slice(*tidy(text, 5, 17))]
    '"We agree."'
    >>> text[slice(*tidy(text, 0, 15))]
    'said: "We agree'
    """
    while start < end:
        piece = text[start:end]
        if piece[0].isspace() or piece[0] in ",;:،؛.)]}”»":
            start += 1
        elif (
            piece[-1].isspace()
            or (piece[-1] in _TRAILING and not _keeps_end(piece))
            or piece[-1] in "([{“«„"
        ):
            end -= 1
        elif (half := _half(piece)) is not None:
            start, end = (start + 1, end) if half == 0 else (start, end - 1)
        else:
            break
    return start, end


_ASKS_WHO = re.compile(r"\W*(?:(?:and|but|so)\s+)?(?:who|whom)\b", re.IGNORECASE)
_PRONOUNS = frozenset("he she it they we i you him her them us me".split())
_DENIAL = re.compile(r"\b(?:reject|den[yi]|refut|dismiss|disput)|نفى|نفت|نفي|أنكر", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:reject(?:s|ed|ing)?|den(?:y|ies|ied|ying)|refut(?:es?|ed|ing)|dismiss(?:es|ed|ing)?|disput(?:es?|ed|ing))\s+"
    r"(?:(?:[\w'’-]+\s+){0,3}?(?:claims?|reports?|accusations?|allegations?|suggestions?|rumou?rs?|charges?|speculation|"
    r"notions?|ideas?|assertions?|criticisms?)\s+)?"
    r"(?:that\s+(?:(?!and\b|but\b|said\b)[\w'’-]+\s+){0,5}?|having\s+(?:[\w'’-]+\s+){0,2}?)$"
    r"|(?<!\w)[وف]?(?:نفى|نفت|نفوا|ينفي|تنفي|أنكر|أنكرت)\s+(?:\w+\s+){0,5}?أن\s+(?:\w+\s+){0,4}?$",
    re.IGNORECASE,
)
_ASKS_WHETHER_DONE = re.compile(r"\W*(?:and\s+)?(?:did|has|have|had)\b", re.IGNORECASE)
_WISHED = re.compile(
    r"(?:\w+\s+){0,2}?(?P<verb>demand|urg|call|ask|want|plead|appeal|propos|threaten|consider|plan|pledg|promis|vow|offer)"
    r"(?:s|e|es|ed|ned|ing)?\s+(?:\w+\s+){0,3}?(?:that|to|for|on)\b",
    re.IGNORECASE,
)
"""What is asked for or planned is not done."""
_DENIED_CHARS = 120
"""Before a span, where it is looked for."""


def may_answer(question: str, text: str, start: int, end: int) -> bool:
    """False for a word or two where a whole statement is asked for, unless they stand in a quotation.

    "What did Trump say about Ukraine?" is not answered by "President". "What did they say the cause was?" may
    be answered by one word. "He" is nobody, and "rejected claims that the firm had failed" does not say that it had.
    What is demanded is not done. What another clause's subject does is not what the question's does.

    Args:
        question: What was asked.
        text: The passage.
        start: Offset of the span in it.
        end: Offset after it.
    """
    if _ASKS_WHO.match(question) and text[start:end].strip().lower() in _PRONOUNS:
        return False
    if is_no_amount(question, text, start, end) or is_of_other_time(question, text, start, end):
        return False
    if is_of_another(question, text, start, end) or is_of_namesake(question, text, start, end):
        return False
    wished = _WISHED.match(text[start:end]) if _ASKS_WHETHER_DONE.match(question) else None
    if wished is not None and wished["verb"].lower() not in question.lower():
        return False
    if _DENIED.search(text, max(0, start - _DENIED_CHARS), start) and not _DENIAL.search(question):
        return False
    if not _WHOLE_STATEMENT.search(question) or len(text[start:end].split()) >= _STATEMENT_WORDS:
        return True
    return _whole_quotation(text, start, end) != (start, end)


def after_conjunction(text: str, start: int, end: int) -> int:
    """Where an answer starts without the Arabic "and" that is written together with its first word.

    It is taken off numbers, words with the article, and words that the text also has without it;
    elsewhere the letter may be the word's own («وزير»).

    Args:
        text: The passage.
        start: Offset of the answer.
        end: Offset after it.

    >>> text = "بلجيكا وألمانيا وهولندا ثم ألمانيا"
    >>> text[after_conjunction(text, 7, 15) : 15], text[after_conjunction(text, 16, 23) : 23]
    ('ألمانيا', 'وهولندا')
    """
    if not text.startswith("و", start) or (start and text[start - 1].isalnum()):
        return start
    word = _AFTER_AND.match(text, start, end)
    if word is None:
        return start
    rest = word["rest"]
    is_other = rest[0].isdigit() or _WITH_ARTICLE.match(rest) is not None
    if not is_other and rest not in _ONES:
        is_other = re.search(rf"(?<!\w){re.escape(rest)}(?!\w)", text) is not None
    return word.start("rest") if is_other else start


def _keeps_end(piece: str) -> bool:
    """Whether final punctuation belongs to the span: an abbreviation, or a whole sentence."""
    return bool(_ABBREVIATION_END.search(piece)) or (
        piece[-1] in ".!?؟。…" and len(piece.split()) >= 8
    )


def _half(piece: str) -> int | None:
    """0 if the first character opens what is never closed, -1 if the last closes what never opened."""
    first, last = piece[0], piece[-1]
    if first in _OPENERS and piece.count(_PAIRS.get(first, first)) < (
        2 if first == _PAIRS.get(first, first) else 1
    ):
        return 0
    if last in _CLOSERS:
        openers = [o for o, c in _PAIRS.items() if c == last] or [last]
        if openers == [last] and piece.count(last) < 2:
            return -1
        if openers != [last] and not any(opener in piece[:-1] for opener in openers):
            return -1
    return None


def _paragraph_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    low = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    high = text.find("\n\n", end)
    return low, high if high >= 0 else len(text)


def _whole_quotation(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = _paragraph_bounds(text, start, end)
    for match in _QUOTATION.finditer(text, low, high):
        if match.start() <= start and end <= match.end():
            return match.span()
    return start, end


def _whole_date(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = _paragraph_bounds(text, start, end)
    if _MONTH.match(text[start:end]):
        before = _DAY_BEFORE.search(text[low:start])
        if before:
            start = low + before.start()
    weekday = _WEEKDAY_BEFORE.search(text[low:start])
    if weekday:
        start = low + weekday.start()
    year = _YEAR_AFTER.match(text[end:high])
    if year and re.search(r"\d\s*$|[a-z]\s*$", text[start:end]):
        end += year.end()
    return start, end


def _with_unit(question: str, text: str, start: int, end: int) -> int:
    """Where a bare number ends together with what it counts, if the question names that."""
    value = value_of(text[start:end])
    if not value.numbers or value.words or value.hedge:
        return end
    after = _UNIT_AFTER.match(text, end)
    if after is None:
        return end
    counted = _HOW_MANY.search(question)
    assert counted is not None
    asked = {_stem(word) for word in _WORDS.findall(question[counted.end() :])[:3]}
    found = end
    for word in _WORDS.finditer(text, after.start("unit"), after.end("unit")):
        if _stem(word.group()) in asked:
            found = word.end()
            if not word.group().isascii() or word.group().endswith(("s", "people", "men")):
                break
    return found


def _stem(word: str) -> str:
    """The first letters of a word, without an Arabic article: enough to match its other forms."""
    word = fold(word)
    if word.startswith("ال") and len(word) > _STEM_CHARS + 1:
        word = word[2:]
    return word[:_STEM_CHARS]


def _whole_listing(text: str, start: int, end: int) -> tuple[int, int]:
    """The list of names that the span is part of."""
    low, high = _paragraph_bounds(text, start, end)
    for match in _LISTING.finditer(text, low, high):
        if match.start() <= start and end <= match.end():
            return match.span()
    return start, end
