"""Lines that are nothing but a byline or a dateline: the author and the date that they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.language import pack
from assistant.language.values import fold

LINE_CHARS = 120
DATELINE_CHARS = 1_000
"""So far the sentence behind a dateline is looked at."""
NAME_WORDS = 4

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NAME_OF_MONTH = r"[^\W\d_]{3,10}\.?"
_DATE = (
    r"(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?:[T ]\d\d:\d\d\S*)?"
    rf"|(?P<day>{_DAY})\s+(?:of\s+)?(?P<month>{_NAME_OF_MONTH}),?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<us_month>{_NAME_OF_MONTH})\s+(?P<us_day>{_DAY}),?\s+(?P<us_year>(?:19|20)\d\d)"
)
_WEEKDAY = (
    r"(?:(?:[^\W\d_]{2,12}day|mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\b\.?"
    r"|(?:يوم\s+)?(?:ال)?(?:أحد|اثنين|إثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت))[,،]?\s+"
)
_SEPARATOR = r"\s*[,،;|•·–—][\s,،;|•·–—]*"
_NO_SEPARATOR = r"[^\d,،;|•·–—()]"
_BYLINE = re.compile(
    rf"(?:(?P<by>by|بقلم|كتبت?|إعداد|von|par|por)(?P<sign>[:\s])\s*(?P<author>(?!\s){_NO_SEPARATOR}{{2,60}}?)"
    rf"(?:(?:{_SEPARATOR}|\s+-\s+)(?P<of>(?!\s){_NO_SEPARATOR}{{2,40}}?))??"
    r"\s*(?:[,،;|•·–—-][\s,،;|•·–—-]*|$))?"
    r"(?:(?:(?:first\s+)?(?:published|posted)|date[d]?|نُ?شرت?|تاريخ النشر"
    r"|(?P<updated>(?:last\s+)?(?:updated|modified)|(?:آخر )?تحديث))\s*(?:on|at|في)?\s*:?\s*)?"
    rf"(?:{_WEEKDAY})?"
    rf"(?:{_DATE})?"
    r"(?:\s*[,|•·–—-]?\s*(?:at\s+)?\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\.?)?(?:\s+[A-Z]{2,4})?)?\s*\.?",
    re.IGNORECASE,
)

_PLACE = (
    r"(?:[A-ZÀ-Þ][\w'’.-]*(?:[ -](?:[a-z]{1,3} )?[A-ZÀ-Þ][\w'’.-]*){0,3}"
    r"(?:, [A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,2})?"
    r"|[\u0621-\u064a]+(?: [\u0621-\u064a]+){0,3})"
)
_AGENCY = r"(?:\s*\([^()\d]{2,40}\))?"
_PLACE_AND_DATE = rf"{_PLACE}{_AGENCY}[,،]?\s+(?:(?i:{_WEEKDAY}))?(?:{_DATE}){_AGENCY}"
_DATELINE = re.compile(rf"{_PLACE_AND_DATE}\s*(?:--|[-–—])\s+(?=\S)")
_DATELINE_ALONE = re.compile(rf"{_PLACE_AND_DATE}\s*(?:--|[-–—:])?")
_RANGE_END = re.compile(
    rf"(?:19|20)\d\d-\d\d-\d\d|{_DAY}\s+(?:of\s+)?(?P<month>{_NAME_OF_MONTH})|(?P<us_month>{_NAME_OF_MONTH})\s+\d"
    r"|(?:1[0-9]|20)\d\d\b(?!\s+[^\W\d_]{3})|(?:present|today|now|اليوم|الآن)\s*(?:[,،.)]|$)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:the|an?|what|which|when|where|who|his|her|its|their|our)\s.*?(?:--|\s[-–—]\s)", re.DOTALL
)
_SENTENCE_END = re.compile(r"[.!?؟…][\"'”’»)]*(?:\s|$)")
_SENTENCE_WORDS = 4
_IN_PLACE = frozenset("in at from on since by the في من".split())
"""What a sentence begins with that only tells where something happened."""
_WORD = re.compile(r"[^\W\d_]+")
_SMALL_WORDS = frozenset(
    "and und y et e & de del da di du la le van von der den bin al ibn with mit con".split()
)
_PREFIXED = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
"""al-Rub, d'Estaing"""
_NO_AUTHOR = frozenset(
    "the a an this that of in on at all our your my their what which who whom how".split()
)
_NO_NAMES = frozenset(
    "news report reports special analysis opinion exclusive update updated live breaking world business sport sports "
    "politics comment editorial staff press release from for to with by over under after before about is are was were "
    "في من على إلى عن مع بعد قبل بين خاص خاصة حصري عاجل تقرير تحليل رأي أخبار وكالات تغطية متابعة متابعات".split()
)
"""Words of a rubric or a headline, which no name has."""
_NO_PERSON = frozenset(
    "new north south east west northern southern eastern western central middle united saint st san santa los las "
    "great upper lower hong rio tel costa sri buenos puerto port cape lake mount river bay island islands city "
    "county town street road square park bridge station airport harbour harbor coast border region district "
    "province state states nation nations country world kingdom republic union europe africa asia america arabia "
    "gulf sea ocean council tax climate change health education science technology culture arts art music film "
    "films books book money economy economics finance markets market business energy environment nature weather "
    "travel transport food lifestyle life society people crime law court courts justice police security defence "
    "defense war peace home local national international global public private social policy trade industry work "
    "jobs housing rent prices election elections vote government parliament congress senate house white party "
    "minister president royal family football soccer cricket tennis rugby hockey basketball racing olympic "
    "olympics games league cup final summit foreign talks view views review reviews interview feature features "
    "column essay obituary obituaries notebook letter letters notes briefing bulletin summary background timeline "
    "explainer explained fact facts check data media press video photos pictures gallery magazine weekly daily "
    "sunday monday tuesday wednesday thursday friday saturday morning evening memorial day today tomorrow week "
    "month year top stories story headlines latest must read long watch listen high low big first last best "
    "breaking human rights women children school schools university hospital church bank supreme gas oil water "
    "fire flood floods storm earthquake crisis strike protest attack inquiry trial مجلس وزارة وزير رئيس رئاسة "
    "حكومة برلمان حزب حركة جيش شرطة محكمة شركة بنك جامعة مدرسة مستشفى جمعية منظمة لجنة هيئة وكالة اتحاد جامعه "
    "دولة دول مدينة محافظة ولاية منطقة إقليم شمال جنوب شرق غرب وسط كوريا أمريكا أفريقيا إفريقيا آسيا أوروبا جزر "
    "جزيرة بحر نهر جبل ساحل مضيق قناة حقوق تغير تغيير أزمة حرب أسعار سوق أسواق اقتصاد سياسة رياضة ثقافة فنون صحة "
    "تعليم علوم بيئة طقس مناخ مقال مقالات حوار حوارات كأس دوري بطولة كرة أمم الأمم قطاع ملف قضية شؤون".split()
)
"""What places, bodies and the parts of a newspaper are called by."""
_ARABIC_ADJECTIVE = re.compile(r"ال\w{2,}ي[ةه]")
_ROLES = frozenset(
    "editor correspondent reporter writer columnist analyst journalist staff bureau agency".split()
)
_IN_TOWN = re.compile(r"\s+in\s+[A-ZÀ-Þ].*")
_ARABIC_NAME = re.compile(r"[\u0621-\u064a]+(?: [\u0621-\u064a]+)+")
_ASCII_DIGITS = {ord(digit): str(value) for value, digit in enumerate("٠١٢٣٤٥٦٧٨٩")}


@dataclass(frozen=True, slots=True)
class Byline:
    """What one line of a byline gives."""

    author: str | None
    published: str | None
    """ISO 8601."""
    is_dateline: bool = False
    """The date stands behind a place or "updated": a line that says "published" knows better."""


def read_line(text: str) -> Byline | None:
    """Author and date of a line that is nothing but a byline or a dateline, None for any other.

    >>> read_line("By Ann Lee, Capital Observer")
    Byline(author='Ann Lee', published=None, is_dateline=False)
    >>> read_line("HARWICK, Tuesday 10 November 2026").published
    '2026-11-10'
    >>> read_line("In Harwick, 10 November 2026")
    """
    if len(text) > LINE_CHARS:
        return None
    text = text.translate(_ASCII_DIGITS)
    found = _BYLINE.fullmatch(text)
    if found is None:
        found = _DATELINE_ALONE.fullmatch(text)
        published = _date_of(found) if found and not _is_sentence(text) else None
        return Byline(None, published, is_dateline=True) if published else None
    published, author = _date_of(found), found["author"]
    if author:
        place = _IN_TOWN.search(author) if fold(found["by"]) == "by" else None
        author = (author[: place.start()] if place else author).strip()
        is_dated = published is not None and place is None
        if not _is_author(found, author, is_dated=is_dated) or not _is_outlet(found["of"]):
            return None
    is_late = found["updated"] is not None
    return Byline(author, published, is_dateline=is_late) if author or published else None


def is_doubtful_dateline(text: str) -> bool:
    """Whether a line of a place and a date may as well be a headline: the place is not in capitals.

    >>> is_doubtful_dateline("Lusail Stadium, 18 December 2022"), is_doubtful_dateline("OSTBY, 10 November 2026")
    (True, False)
    """
    text = text.translate(_ASCII_DIGITS)
    is_dateline = _BYLINE.fullmatch(text) is None and _DATELINE_ALONE.fullmatch(text) is not None
    return is_dateline and not _in_capitals(text)


def is_sentence(text: str) -> bool:
    """Whether a text begins as a sentence and holds the end of one."""
    end = _SENTENCE_END.search(text)
    first = next((letter for letter in text if letter.isalpha()), "a")
    return (
        end is not None
        and not first.islower()
        and len(text.split(maxsplit=_SENTENCE_WORDS)) >= _SENTENCE_WORDS
    )


def bare_author(text: str, body: str = "") -> str | None:
    """``text``, if it may be someone's name that stands over the date without a "by".

    Args:
        text: A line.
        body: The text under it: a word that it has in small letters is in no name.
    """
    name = text.strip(" *_\t\n")
    words = name.split()
    folded = {fold(word) for word in words}
    if not 2 <= len(words) <= NAME_WORDS or re.search(r"[\d.,،;:؛?!؟()\"«»“”|/]", name):
        return None
    if not folded.isdisjoint(_NO_AUTHOR | _NO_NAMES | _NO_PERSON):
        return None
    if _ARABIC_NAME.fullmatch(name):
        is_place = any(_ARABIC_ADJECTIVE.fullmatch(word) for word in words)
        return None if words[0].startswith("ال") or is_place else name
    common = {word for word in _WORD.findall(body) if word.islower()}
    if words[-1].lower() in common:  # "Will" and "Mark" are in the text of any article
        return None
    is_name = words[0][0].isupper() and words[-1][0].isupper()
    return name if is_name and all(_is_in_name(word) for word in words) else None


def read_dateline(text: str) -> str | None:
    """The date before an article's first words: "TAVIRA, 6 November 2024 - Leaders"."""
    text = text[:DATELINE_CHARS].translate(_ASCII_DIGITS)
    found = _DATELINE.match(text[:LINE_CHARS])
    if found is None or _is_sentence(text):
        return None
    follows = text[found.end() :]
    if _is_range_end(follows) or _ASIDE.match(follows):
        return None
    return _date_of(found) if _in_capitals(text) or is_sentence(follows) else None


def _is_range_end(text: str) -> bool:
    """Whether the text goes on with another date: "3 May 1920 – 4 May 2020"."""
    found = _RANGE_END.match(text)
    if found is None:
        return False
    month = found["month"] or found["us_month"]
    return month is None or fold(month).rstrip(".") in pack.months("en", "ar")


def _in_capitals(text: str) -> bool:
    word = re.split(r"[\s,(]", text, maxsplit=1)[0]
    return word.isupper() and sum(map(str.isalpha, word)) > 1


def _is_sentence(text: str) -> bool:
    return text.split(maxsplit=1)[0].lower() in _IN_PLACE


def _is_in_name(word: str) -> bool:
    return word[0].isupper() or word in _SMALL_WORDS or _PREFIXED.match(word) is not None


def _is_outlet(of: str | None) -> bool:
    """Whether what follows a name says whose reporter it is, or what for: "Health Editor"."""
    words = (of or "").split()
    if not words:
        return True
    return fold(words[-1]) in _ROLES or all(
        _is_in_name(word) or word in ("the", "for", "at", "in") or not word.isascii()
        for word in words
    )


def _is_author(found: re.Match[str], author: str, *, is_dated: bool) -> bool:
    """Whether what stands after "by" is someone's name: "By the sea" and "By Monday" name nobody."""
    if found["sign"] == ":" or found["by"] == "بقلم":
        return True
    words = author.split()
    folded = [fold(word) for word in words]
    is_time = folded[0].strip(".") in pack.months("en", "ar") or folded[0] in pack.weekdays("en")
    if not _NO_AUTHOR.isdisjoint(folded) or (is_time and len(words) == 1):
        return False
    if author[-1] in "?!" or (author[-1] == "." and len(folded[-1]) > 3):
        return False
    if is_dated:
        return True
    return len(words) > 1 and words[0][0].isupper() and all(_is_in_name(word) for word in words)


def _date_of(found: re.Match[str]) -> str | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"]).isoformat()
        day, month, year = (
            found["day"] or found["us_day"],
            found["month"] or found["us_month"],
            found["year"] or found["us_year"],
        )
        if day is None or fold(month).rstrip(".") not in pack.months("en", "ar"):
            return None
        number = pack.months("en", "ar")[fold(month).rstrip(".")]
        return date(int(year), number, int(re.sub(r"\D", "", day))).isoformat()
    except ValueError:
        return None
