"""The checkable parts of a sentence: quantities, dates and names, each with where it stands.

Numbers in figures and words, scales, percentages, currencies and bounds ("more than 30"); dates with
month names in English, Arabic, German, French, Spanish, Italian, Portuguese, Dutch, Turkish and Russian,
and in figures. Written for sentences of articles: what it cannot read it leaves alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from assistant.checking.senses import ALIKE
from assistant.checking.tokens import Token, fold_word, tokens_of
from assistant.lexical import STOP_WORDS
from assistant.types import Span

APPROXIMATION = 0.1
"""What "about" allows for, as a share of the value."""

_TENS = {
    word: 10.0 * value
    for value, words in enumerate(
        (
            "عشرون عشرين",
            "thirty ثلاثون ثلاثين",
            "forty اربعون اربعين",
            "fifty خمسون خمسين",
            "sixty ستون ستين",
            "seventy سبعون سبعين",
            "eighty ثمانون ثمانين",
            "ninety تسعون تسعين",
        ),
        2,
    )
    for word in words.split()
}
_LISTED_SCALES = {
    **dict.fromkeys("hundred hundreds مئة مائة hundert cent".split(), 1e2),
    **dict.fromkeys("thousand thousands k ألف الف آلاف tausend mille mil tys".split(), 1e3),
    **dict.fromkeys(
        "million millions mn m مليون ملايين millionen mio millones milhoes milioni".split(), 1e6
    ),
    **dict.fromkeys(
        "billion billions bn مليار مليارات milliarde milliarden mrd milliards".split(), 1e9
    ),
    **dict.fromkeys("trillion trillions tn تريليون billionen".split(), 1e12),
    "dozen": 12.0,
    "dozens": 12.0,
}
_SCALES = {fold_word(word): value for word, value in _LISTED_SCALES.items()}
_ARABIC_TEENS = {
    fold_word(word): float(value)
    for value, words in ((1, "أحد إحدى"), (2, "اثنا اثني اثنتا اثنتي"))
    for word in words.split()
}
_ARABIC_PERCENT = frozenset(fold_word(word) for word in ("مئة", "مائة"))
_AMBIGUOUS_SCALES = frozenset({"m", "k", "cent", "mil", "mille"})
_MORE = re.compile(
    r"(?:more than|over|above|at least|upwards of|exceed(?:s|ed|ing)?|greater than|no fewer than|no less than|"
    r"mehr als|über|mindestens|plus de|más de|أكثر من|ما لا يقل عن)\s*[$€£]?$"
)
_LESS = re.compile(
    r"(?:less than|fewer than|under|below|at most|up to|no more than|weniger als|höchstens|bis zu|moins de|"
    r"menos de|أقل من)\s*[$€£]?$"
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|nearly|almost|approximately|some|circa|close to|an estimated|etwa|rund|fast|"
    r"environ|presque|unos|casi|حوالي|نحو|قرابة|ما يقرب من)\s*[$€£]?$"
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|and|bis|à|a|إلى|و)\s*[$€£]?\Z")
_MONTH_WORDS = (
    "january jan januar janner janvier enero gennaio janeiro januari ocak января январь يناير",
    "february feb februar fevrier febrero febbraio fevereiro februari subat февраля февраль فبراير",
    "march mar marz mars marzo marco maart mart марта март مارس",
    "april apr avril abril aprile nisan апреля апрель أبريل ابريل إبريل نيسان",
    "may mai mayo maggio maio mei mayis мая май مايو ايار",
    "june jun juni juin junio giugno junho haziran июня июнь يونيو حزيران",
    "july jul juli juillet julio luglio julho temmuz июля июль يوليو تموز",
    "august aug aout agosto augustus agustos августа август اغسطس أغسطس",
    "september sep sept septembre septiembre settembre setembro eylul сентября сентябрь سبتمبر ايلول",
    "october oct oktober octobre octubre ottobre outubro ekim октября октябрь اكتوبر أكتوبر",
    "november nov novembre noviembre novembro kasim ноября ноябрь نوفمبر",
    "december dec dezember decembre diciembre dicembre dezembro desember aralik декабря декабрь ديسمبر",
)
_MONTHS = {word: month for month, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_CASED_MONTHS = frozenset("may march mar mars marco mart mai mei nov dec jan sept sep".split())
"""Ordinary words too: months only with a capital."""
_BEFORE_MONTH = frozenset(
    "in since until till by from of last next this early late mid during im seit en em a в".split()
)
_PART = re.compile(r"[-‐'’]\w")
_WEEKDAYS = {
    word: day
    for day, words in enumerate(
        (
            "monday montag lundi lunes الاثنين الإثنين",
            "tuesday dienstag mardi martes الثلاثاء",
            "wednesday mittwoch mercredi miercoles الأربعاء الاربعاء",
            "thursday donnerstag jeudi jueves الخميس",
            "friday freitag vendredi viernes الجمعة",
            "saturday samstag samedi sabado السبت",
            "sunday sonntag dimanche domingo الأحد الاحد",
        ),
        1,
    )
    for word in words.split()
}
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_NUMERIC = re.compile(r"-?\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_UNIT_SKIP = frozenset("of the a an new more other additional or".split())
_MEASURES = {
    "kilometers": "km", "kilometres": "km", "kilometer": "km", "kilometre": "km",
    "meters": "m", "metres": "m", "meter": "m", "metre": "m",
}  # fmt: skip
_UNIT_SAME = {
    "countries": "state", "states": "state", "nations": "state", "soldiers": "troop",
    "troops": "troop", "dollars": "$", "euros": "€", "pounds": "£", "degrees": "°", "degree": "°",
    **_MEASURES,
}  # fmt: skip
SUMS = frozenset(word for word, unit in _UNIT_SAME.items() if unit in ("$", "€", "£")) | {"%"}
"""What a sum of money or a share is given in."""
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)'(?=\w{2})")
"""French and Italian: "n'est" is "est" with a word before it."""
_WEEKDAY_BEFORE = re.compile(r"[\s,،(]*")
_BETWEEN_WEEKDAY = frozenset("the den dem der le el il".split())
"""Mittwoch, den 12. März."""
_IRREGULAR = {
    past: present
    for present, pasts in (
        ("fall", "fell fallen"), ("rise", "rose risen"), ("grow", "grew grown"), ("lose", "lost"),
        ("win", "won"), ("begin", "began begun"), ("leave", "left"), ("meet", "met"), ("hold", "held"),
        ("send", "sent"), ("take", "took taken"), ("go", "went gone"), ("come", "came"),
        ("give", "gave given"), ("make", "made"), ("find", "found"), ("buy", "bought"),
        ("sell", "sold"), ("pay", "paid"), ("build", "built"), ("spend", "spent"), ("lead", "led"),
        ("shrink", "shrank shrunk"), ("drive", "drove driven"), ("keep", "kept"), ("tell", "told"),
        ("say", "said"), ("speak", "spoke spoken"), ("write", "wrote written"), ("see", "saw seen"),
        ("show", "shown"), ("know", "knew known"), ("become", "became"), ("fight", "fought"),
        ("break", "broke broken"), ("choose", "chose chosen"), ("steal", "stole stolen"), ("strike", "struck"),
        ("draw", "drew drawn"), ("throw", "threw thrown"), ("fly", "flew flown"), ("catch", "caught"),
        ("teach", "taught"), ("think", "thought"), ("bring", "brought"), ("seek", "sought"), ("feel", "felt"),
        ("sink", "sank sunk"), ("swim", "swam swum"), ("sing", "sang sung"), ("run", "ran"), ("hide", "hid hidden"),
        ("wear", "wore worn"), ("forget", "forgot forgotten"), ("shoot", "shot"), ("stand", "stood"),
        ("understand", "understood"), ("withdraw", "withdrew withdrawn"), ("overthrow", "overthrew overthrown"),
    )
    for past in pasts.split()
}  # fmt: skip
PAST_FORMS = frozenset(_IRREGULAR)
_NAME = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w'’-]*")
_INNER_PART = re.compile(r"-[a-zà-ÿ]{1,3}-(?=[A-ZÀ-Þ])")
"""Within one name: Mar-a-Lago, Port-au-Prince."""


class Bound(Enum):
    """How sure a figure is."""

    EXACT = "exactly"
    LEAST = "at least"
    MOST = "at most"
    ABOUT = "about"
    RANGE = "between"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts and how sure it is."""

    value: float
    low: float
    high: float
    """What it may be: both ``value`` where it is said outright."""
    unit: str
    """Stem of what is counted, or a symbol; empty where there is none."""
    span: Span

    @property
    def bound(self) -> Bound:
        """What ``low`` and ``high`` come from."""
        if self.low == self.high:
            return Bound.EXACT
        if math.isinf(self.high):
            return Bound.LEAST
        if math.isinf(self.low):
            return Bound.MOST
        return Bound.ABOUT if self.low < self.value < self.high else Bound.RANGE


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as far as it is given."""

    year: int | None
    month: int | None
    day: int | None
    last_day: int | None
    """End of a range of days."""
    weekday: int | None
    """1 for Monday."""
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words."""

    forms: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is checkable in a text."""

    tokens: tuple[Token, ...]
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    names: tuple[Name, ...]


def facts_of(text: str) -> Facts:
    """What can be checked in ``text``.

    >>> facts = facts_of("More than 1,200 soldiers left Paris on December 15-16, 2025.")
    >>> facts.quantities[0].value, facts.quantities[0].high, facts.quantities[0].unit
    (1200.0, inf, 'troop')
    >>> date = facts.dates[0]
    >>> date.year, date.month, date.day, date.last_day
    (2025, 12, 15, 16)
    >>> facts.names[0].forms
    ('paris',)
    """
    tokens = tokens_of(text)
    dates, used = _dates(text, tokens)
    return Facts(
        tokens=tuple(tokens),
        quantities=tuple(_quantities(text, tokens, used)),
        dates=tuple(dates),
        names=tuple(_names(text, tokens, used)),
    )


def is_past(form: str) -> bool:
    """Whether a word may tell of something done, by its form alone.

    >>> is_past("signed"), is_past("sent"), is_past("signs")
    (True, True, False)
    """
    return form.endswith("ed") or form in PAST_FORMS


def stem(form: str) -> str:
    """A crude stem: enough to meet plurals, tenses, the Arabic article, and words that mean the same.

    >>> stem("commitments"), stem("agreed"), stem("countries"), stem("المستشار"), stem("n'est")
    ('commitment', 'agre', 'countri', 'مستشار', 'est')
    >>> stem("agree"), stem("ruled"), stem("rules"), stem("cancelled")
    ('agre', 'rul', 'rul', 'cancel')
    """
    word = _plain_stem(form)
    return _SENSES.get(word, word)


def _plain_stem(form: str) -> str:
    if not form.isascii():
        for prefix in ("وال", "بال", "لل", "ال"):
            if form.startswith(prefix) and len(form) > len(prefix) + 2:
                return form.removeprefix(prefix)
        return form
    if form in _MEASURES:
        return _MEASURES[form]
    word = _IRREGULAR.get(form) or _ELIDED.sub("", form, count=1).removesuffix("'s")
    if len(word) <= 3:
        return word
    for suffix, put in (
        ("ations", "ate"), ("ation", "ate"), ("ingly", ""), ("edly", ""), ("ies", "i"), ("ied", "i"),
        ("ing", ""), ("ed", ""), ("es", "e"), ("ly", ""), ("s", ""), ("y", "i"),
    ):  # fmt: skip
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(suffix) + put
            break
    if len(word) > 5 and word.endswith("ell") and form != word:
        word = word[:-1]  # cancelled, travelled
    # "rule" as "ruled" is; "agreed" has its own.
    if len(word) > 4 or (len(word) == 4 and not form.endswith(("ed", "ing"))):
        word = word.removesuffix("e")
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word


_SENSES = {_plain_stem(word): _plain_stem(row.split()[0]) for row in ALIKE for word in row.split()}


def _dates(text: str, tokens: Sequence[Token]) -> tuple[list[DateMention], set[int]]:
    found: list[DateMention] = []
    used: set[int] = set()
    for match in _ISO.finditer(text):
        year, month, day = (int(group) for group in match.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            own = [
                at for at, token in enumerate(tokens)
                if token.start < match.end() and match.start() < token.end
            ]  # fmt: skip
            first, weekday = _weekday_before(text, tokens, own[0])
            used.update(range(first, own[-1] + 1))
            span = Span(min(match.start(), tokens[first].start), match.end())
            found.append(DateMention(year, month, day, None, weekday, span))
    for at, token in enumerate(tokens):
        if at in used or _month(text, token) is None:
            continue
        mention = _around_month(text, tokens, at, used)
        found += [mention] if mention is not None else []
    for at, token in enumerate(tokens):
        if at in used:
            continue
        if token.form in _WEEKDAYS:
            used.add(at)
            found.append(
                DateMention(
                    None, None, None, None, _WEEKDAYS[token.form], Span(token.start, token.end)
                )
            )
        elif _YEAR.fullmatch(token.form) and _is_year(text, tokens, at):
            used.add(at)
            found.append(
                DateMention(int(token.form), None, None, None, None, Span(token.start, token.end))
            )
    return sorted(found, key=lambda date: date.span.start), used


def _month(text: str, token: Token) -> int | None:
    month = _MONTHS.get(token.form)
    if month is None and token.form not in _MONTHS:
        return None
    if token.form in _CASED_MONTHS and not text[token.start].isupper():
        return None
    return month


def _around_month(
    text: str, tokens: Sequence[Token], at: int, used: set[int]
) -> DateMention | None:
    month = _month(text, tokens[at])
    day = last_day = year = None
    first = last = at
    before, after = at - 1, at + 1
    # "15 December", "15-16 December", "the 15th of December"
    if before >= 0 and tokens[before].form in ("of", "de", "von"):
        before -= 1
    value = _day_at(text, tokens, before)
    if value is not None:
        day, first = value, before
        earlier = _day_at(text, tokens, before - 1)
        if earlier is not None and _RANGE.match(
            text[tokens[before - 1].end : tokens[before].start]
        ):
            day, last_day, first = earlier, value, before - 1
    else:
        value = _day_at(text, tokens, after)
        if value is not None:
            day, last, after = value, after, after + 1
            later = _day_at(text, tokens, after)
            between = text[tokens[last].end : tokens[after].start] if later is not None else ""
            if later is not None and re.fullmatch(r"\s*[-–—]\s*|\s+and\s+|\s+to\s+", between):
                last_day, last, after = later, after, after + 1
    if after < len(tokens) and _YEAR.fullmatch(tokens[after].form):
        gap = text[tokens[last].end : tokens[after].start]
        if re.fullmatch(r"[\s,،]*(?:of\s+)?", gap):
            year, last = int(tokens[after].form), after
    word = tokens[at]
    in_time = at > 0 and tokens[at - 1].form in _BEFORE_MONTH and not _PART.match(text, word.end)
    if day is None and year is None and word.form in _CASED_MONTHS and not in_time:
        return None  # a name as often: Theresa May, Mar-a-Lago
    weekday = None
    if day is not None:
        first, weekday = _weekday_before(text, tokens, first)
    used.update(range(first, last + 1))
    span = Span(tokens[first].start, tokens[last].end)
    return DateMention(year, month, day, last_day, weekday, span)


def _weekday_before(text: str, tokens: Sequence[Token], first: int) -> tuple[int, int | None]:
    """Where a date starts that is written from ``tokens[first]`` on, and its weekday if it has one.

    In "Wednesday, 12 March" the weekday says nothing by itself.
    """
    at = first - 1
    if at >= 0 and tokens[at].form in _BETWEEN_WEEKDAY:
        at -= 1
    if at < 0 or tokens[at].form not in _WEEKDAYS:
        return first, None
    inner = tokens[at + 1].start if at + 1 < first else tokens[first].start
    if not _WEEKDAY_BEFORE.fullmatch(text, tokens[at].end, inner):
        return first, None
    return at, _WEEKDAYS[tokens[at].form]


def _day_at(text: str, tokens: Sequence[Token], at: int) -> int | None:
    if not 0 <= at < len(tokens):
        return None
    # The sign of "15-16" is a dash.
    match = _DAY.fullmatch(tokens[at].form.lstrip("-"))
    if match is None or not text[tokens[at].start : tokens[at].end].lstrip("-–−")[:1].isdigit():
        return None
    return int(match.group(1)) if 1 <= int(match.group(1)) <= 31 else None


def _is_year(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether four figures are a year: no thousands mark, nothing counted, no currency."""
    token = tokens[at]
    if text[token.start : token.end] != token.form and token.form.isascii():
        digits = text[token.start : token.end]
        if not digits.isdigit():
            return False
    if at and tokens[at - 1].form in ("$", "€", "£"):
        return False
    before = tokens[at - 1].form if at else ""
    if before in (
        "in",
        "since",
        "by",
        "until",
        "of",
        "from",
        "during",
        "year",
        "early",
        "late",
        "عام",
        "سنة",
        "seit",
    ):
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not text[token.end : following.start].isspace():
        return True
    return following.form in STOP_WORDS


def _quantities(text: str, tokens: Sequence[Token], used: set[int]) -> list[Quantity]:
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        if at in used or (value := _number_at(tokens, at)) is None:
            at += 1
            continue
        first, last = at, at
        if _is_arabic_ten(text, tokens, at) and at and tokens[at - 1].form in _ARABIC_TEENS:
            value, first = value + _ARABIC_TEENS[tokens[at - 1].form], at - 1
        form = tokens[at].form
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        is_tens = form in _TENS or text[tokens[at].start : tokens[at].end].lower() == "twenty"
        if is_tens and following is not None and _NUMERIC.fullmatch(following.form):
            ones = float(following.form)
            spelled = text[following.start : following.end].isalpha()
            if spelled and ones < 10 and text[tokens[at].end : following.start] in ("-", " ", "‐"):
                value, last = value + ones, at + 1
        if following is not None and text[tokens[at].start : tokens[at].end].isalpha():
            more = _arabic_tens(following.form)  # "three and twenty", "three ten"
            if more and value < 10 and not following.form.isascii():
                value, last = value + more, at + 1
            elif value < 10 and following.form == "10" and not text[following.start].isascii():
                value, last = value + 10.0, at + 1
        while last + 1 < len(tokens) and tokens[last + 1].form in _SCALES:
            scale = tokens[last + 1]
            if scale.form in _AMBIGUOUS_SCALES and text[tokens[last].end : scale.start].strip():
                break
            if scale.form == "m" and not text[: tokens[first].start].rstrip().endswith(
                ("$", "€", "£")
            ):
                break
            value, last = value * _SCALES[scale.form], last + 1
        unit = _unit(text, tokens, first, last)
        if first and tokens[first - 1].form in ("$", "€", "£"):
            first -= 1
        before = text[max(0, tokens[first].start - 24) : tokens[first].start].lower()
        low, high = _bounds(before, value)
        span = Span(tokens[first].start, tokens[last].end)
        if found and found[-1].low == found[-1].high and span.start - found[-1].span.end <= 6:
            between = text[found[-1].span.end : span.start]
            dashed = re.fullmatch(r"\s*[-–—]\s*", between) or tokens[first].form.startswith("-")
            from_to = re.search(
                r"(?i:between|from|zwischen|von|بين|من)\s+\Z", text[: found[-1].span.start]
            )
            if dashed or (from_to and _RANGE.match(between)):
                previous = found.pop()
                low, high = sorted((previous.value, abs(value)))
                span = Span(previous.span.start, span.end)
        found.append(Quantity(value, low, high, unit, span))
        at = last + 1
    return found


def _is_arabic_ten(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is the Arabic word for ten."""
    return tokens[at].form == "10" and "\u0621" <= text[tokens[at].start] <= "\u064a"


def _arabic_tens(form: str) -> float | None:
    return _TENS.get(form.removeprefix("و")) if form.startswith("و") else None


def _number_at(tokens: Sequence[Token], at: int) -> float | None:
    form = tokens[at].form
    ordinal = _ORDINAL.fullmatch(form)
    if ordinal:
        return float(ordinal.group(1))
    if form.startswith("و"):  # "and"
        form = fold_word(form.removeprefix("و"))
    if _NUMERIC.fullmatch(form):
        return float(form)
    return _TENS.get(form)


def _unit(text: str, tokens: Sequence[Token], first: int, last: int) -> str:
    if _ORDINAL.fullmatch(tokens[first].form):
        return "th"
    if first and tokens[first - 1].form in ("$", "€", "£", "¥"):
        return tokens[first - 1].form
    following = [token.form for token in tokens[last + 1 : last + 3]]
    if following[:2] == ["per", "cent"] or _is_arabic_percent(following):
        return "%"
    for token in tokens[last + 1 : last + 4]:
        if token.form in _UNIT_SKIP:
            continue
        if re.search(r"[.;:!?,،]\s", text[tokens[last].end : token.start]):
            break
        if token.form in STOP_WORDS:
            break
        return _UNIT_SAME.get(token.form, stem(token.form))
    return ""


def _is_arabic_percent(following: Sequence[str]) -> bool:
    return following[:1] == ["في"] and any(stem(form) in _ARABIC_PERCENT for form in following[1:2])


def _bounds(before: str, value: float) -> tuple[float, float]:
    if _MORE.search(before):
        return value, math.inf
    if _LESS.search(before):
        return -math.inf, value
    if _ABOUT.search(before):
        spread = APPROXIMATION * abs(value)
        return value - spread, value + spread
    return value, value


def _names(text: str, tokens: Sequence[Token], used: set[int]) -> list[Name]:
    """Runs of capitalised words; the first word of a sentence counts only within a longer run."""
    found: list[Name] = []
    run: list[int] = []

    def close() -> None:
        while run and tokens[run[0]].form in STOP_WORDS:
            run.pop(0)
        if run:
            first, last = tokens[run[0]], tokens[run[-1]]
            lone_start = len(run) == 1 and _starts_sentence(text, first.start)
            if not lone_start or not first.form.isascii() or len(run) > 1:
                found.append(
                    Name(tuple(tokens[at].form for at in run), Span(first.start, last.end))
                )
        run.clear()

    for at, token in enumerate(tokens):
        word = text[token.start : token.end]
        capital = at not in used and word[:1].isupper() and not token.form[:1].isdigit()
        apart = run and text[tokens[run[-1]].end : token.start].strip(" \u00a0-‐’'")
        if run and _INNER_PART.match(text, tokens[run[-1]].end):
            capital = True
        if not capital or apart:
            close()
        if capital:
            run.append(at)
    close()
    return found


def _starts_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t\n\"“«'‘([")
    return not before or before[-1] in ".!?:؟…"
