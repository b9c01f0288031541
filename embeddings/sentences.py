"""Where sentences begin and end, in many languages at once, as exact code-point offsets.

One pattern finds every place where a sentence could end; what stands before and after decides. No
language is asked for, because paragraphs mix them. Wrong splits cost more than missed ones (half a
sentence is no evidence), so where the text leaves it open the sentence goes on.
"""

from __future__ import annotations

import re
import unicodedata

_OPENERS = "\"'“‘«„‚([{‹「『（《〈【〔¿¡*_–—-‐•"
_CLOSERS = "\"'”’»“)\\]}›」』）》〉】〕*_"
_WIDE = "。！？｡"
"""Full-width ends."""
_NO_BLANK_AFTER = _WIDE + "؟।॥"
"""Ends that need no blank behind them."""
_MARKS = r"[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u200c\u200d\ufe00-\ufe0f\u20e3]*"

# Possessive: a run of a million dots is taken at once, never retried from its second dot.
_CANDIDATE = re.compile(
    rf"(?P<run>(?:[.!?…‥‼⁇⁈⁉؟۔।॥։።፧។၊။{_WIDE}]{_MARKS})++)"
    rf"(?P<close>(?:[{_CLOSERS}]{_MARKS}|\[[\w ]{{1,24}}\]|[ \u00a0\u202f][»”](?=\s|\Z|[.,;:!?]))*+)"
    r"|(?P<line>\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|[\u2029\f]|\r?\n)"
)
_BLANK = re.compile(r"\s*")
_LIST_ITEM = re.compile(r"\s*(?:[-*•‣◦·–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_LIST_NUMBER = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-zA-Z])")
_TOKEN_CHARS = 24
"""How far back the word before a full stop is looked for; abbreviations are shorter."""
_TOKEN = re.compile(r"[^\s()\[\]{}\"“”«»„‘,;:!?؟،؛/—–]*\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}ـ?\.)+[^\W\d_]{1,3}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# A letter of its own, or a title's letter behind "and": د. أحمد وأ. محمد.
_SINGLE_LETTER = re.compile(r"(?:[\u0621-\u064aא-ת][\u064b-\u0652ـ]?|و[أدم])\Z")
_GEORGIAN = re.compile(r"[\u10d0-\u10ff]")
_RESUMES_WIDE = re.compile(
    r"(?:と|って|という|は|が|を|に|の|も|で|な|[^。！？]{0,8}(?:说|說|道|问|問|表示|称|稱|回答|喊|写|寫))"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Written before the word that they belong to: the sentence goes on, whatever follows.
_BEFORE_NAME = _words(
    "Mr Mrs Ms Mx Dr Drs Prof Gen Sen Rep Gov Lt Col Maj Sgt Cpl Pvt Capt Cpt Cmdr Adm Rev Hon Pres "
    "St Ste Mt Ft Messrs Supt Insp Det Amb Sec Atty Brig Fr Br Sr Sra Srta Dña D M Mme Mlle MM Me Mgr "
    "Hr Fr Frl Dipl Ing Mag Univ Priv Sig Sigg Dott Avv Dhr Mevr Mej Drs Mw Pan Inż Dn Av Doç Yrd "
    "vs v cf viz al approx ca circa incl excl esp resp bzw evtl ggf vgl sog bspw insb inkl zzgl abzgl "
    "Hrsg Orig Pseud Mio Mrd Tsd Abb Bsp Kap Ausg np tzn tzw ul im św pl bijv o.a d.w.z. ex Ex т.е т.п ул им г-н "
    "г-жа проф акад стр см напр د أ م ا ك ص ج ت أ.د د.م"
)
# Before a number only.
_BEFORE_NUMBER = _words(
    "No Nos no nos Nr nr Núm núm Num num N n° nº № Art Arts Fig fig Figs Sec Ch Vol vol pp p pg pgs "
    "Op Eq Para Abs abs Bd S s Z Rn Ziff Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "janv févr avr juil déc ene abr dic Okt Dez Mär Tel tel Tél tél Ext ext Rs US$ Lot Sect рис "
    "ст т No̱ c ca عدد رقم"
)
# May end a sentence: they do where a word follows that often begins one.
_MAYBE_LAST = _words(
    "Inc Ltd Co Corp Bros LLC Cie Jr Jnr Snr Esq PhD MD Ave Blvd Rd Pkwy Sq Bldg Dept Assn Univ "
    "Mass Calif Conn Fla Ariz Ark Colo Del Ill Ind Kan Ky La Md Mich Minn Mo Mont Neb Nev Okla Ore Pa "
    "Tenn Tex Va Vt Wash Wis Wyo Ga Ala Miss gov GmbH Str str pts mph kg km cm mm ft lb lbs oz "
    "млн млрд тыс руб г гг в вв"
)
_NAMES_WITH_MARK = _words(
    "Yahoo Jeopardy Wham Panic Oklahoma Oliver Oops Chips ¡Hola E Bazinga Joomla"
)
_STARTERS = _words(
    "The A An This That These Those He She It They We You I There Here In On At By For From With Without "
    "After Before During Since Until While When Where Why How What Who Which If Although Though Because "
    "But And Or So Yet Nor However Moreover Meanwhile Therefore Thus Then Now Later Also Still Even As "
    "His Her Its Their Our My Your Some Many Most Several All Both Each Every One Two No Not Such Other "
    "Another According Despite Under Over Only Once Today Yesterday Tomorrow Der Die Das Ein Eine Er Sie "
    "Es Wir Ich Im Am Und Aber Doch Auch Nach Le La Les Un Une Il Elle Ils Elles Nous On Ce Cette Mais Et "
    "El Los Las Una En Pero Y Lo Gli Ma Nel O Os As Um Uma Mas Het De Een Hij Zij В На И Но Он Она Они Это"
)
_ZONES = _words(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Eastern Western Central Pacific Mountain "
    "January February March April May June July August September October November December "
    "ET EST EDT PT PST PDT CT CST CDT GMT UTC BST CET CEST MST MDT Jan Feb Mar Apr Jun Jul Aug Sept Oct "
    "Nov Dec Mon Tue Wed Thu Fri Sat Sun Greenwich Moscow"
)
_HOURS = _words("a.m p.m A.M P.M am pm")
_NEVER_LAST_DOTTED = _words(
    "e.g i.e E.g I.e z.B Z.B d.h D.h u.a o.ä i.d.R p.ej P.ej c.-à-d t.ex bl.a o.a d.w.z т.е т.к и.о w.r.t"
)
_ORDINAL_BEFORE = _words(
    "der die das dem den des am im vom zum zur bis beim ab und seit Der Die Das Dem Den Am Im Vom Zum "
    "Beim Ab Seit dieser diesem ihr ihre ihrer sein seine seinen seiner den d. a az"
)
_ORDINAL_MONTHS = _words(
    "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences of a text.

    A blank line always ends a sentence; a single line break does before a list item and between
    the rows of a table, else it is taken for wrapped text.

    Args:
        text: Any text, in any mix of languages.

    Returns:
        ``(start, end)`` pairs of code-point offsets, half-open, ascending, not overlapping, without
        white space at their ends, together covering every character that is not white space. No
        boundary lies inside a grapheme cluster.

    >>> text = 'Dr. Smith paid 3.5 million. "Really?" he asked.'
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Dr. Smith paid 3.5 million.', '"Really?" he asked.']
    """
    spans: list[tuple[int, int]] = []
    start = skip_blank(text, 0)
    for match in _CANDIDATE.finditer(text):
        end = match.end()
        if end <= start:
            continue
        if match["line"] is not None:
            if not _line_ends(text, start, match):
                continue
            end = match.start()
            while end > start and text[end - 1].isspace():
                end -= 1
            following = skip_blank(text, match.end())
        else:
            end = _skip_extending(text, end)
            is_followed = end < len(text) and not text[end].isspace()
            if is_followed and match["run"][-1] not in _NO_BLANK_AFTER:
                continue
            following = skip_blank(text, end)
            if following < len(text) and not _ends(text, start, match, end, following):
                continue
        if end > start and is_boundary(text, end) and is_boundary(text, following):
            spans.append((start, end))
            start = following
    if len(text) > start:
        spans.append((start, len(text.rstrip())))
    return spans


def sentence_at(text: str, at: int) -> tuple[int, int] | None:
    """The sentence that holds an offset, None between two.

    >>> sentence_at("It rained. It stopped.", 12)
    (11, 22)
    """
    return next((span for span in sentence_spans(text) if span[0] <= at < span[1]), None)


def skip_blank(text: str, position: int) -> int:
    """Offset of the next character at or after ``position`` that is not white space, or the end."""
    found = _BLANK.match(text, position)
    assert found is not None
    after = found.end()
    # A mark on a blank: the blank is its base, and the two are one cluster.
    return after - 1 if after > position and not is_boundary(text, after) else after


def is_boundary(text: str, position: int) -> bool:
    r"""Whether no grapheme cluster of ``text`` is cut at ``position``, next to a blank or a mark.

    This is UAX #29 for places with white space or punctuation on one side; between letters, digits
    or emoji it is not enough.

    >>> [is_boundary("a. b", 2), is_boundary("a.\u0301 b", 2), is_boundary("a.\r\n", 3)]
    [True, False, False]
    """
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if before in "\t\r\n\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029":  # after a control nothing joins
        return not (before == "\r" and after == "\n")
    return before != "\u200d" and not _extends(after)


def _extends(char: str) -> bool:
    """Whether a character belongs to the grapheme cluster of the one before."""
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _skip_extending(text: str, position: int) -> int:
    while position < len(text) and _extends(text[position]):
        position += 1
    return position


def _line_ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a line break ends what began at ``start``: a paragraph, list item or table row."""
    found = match["line"]
    if found not in ("\n", "\r\n"):
        return True
    line_start = max(start, text.rfind("\n", start, match.start()) + 1)
    return (
        _LIST_ITEM.match(text, match.end()) is not None
        or text.find("\t", line_start, match.start()) >= 0
        or text.find(" | ", line_start, match.start()) >= 0
    )


def _ends(text: str, start: int, match: re.Match[str], end: int, following: int) -> bool:
    """Whether the sentence begun at ``start`` ends at ``end``; ``following`` is what comes next."""
    run, closing = match["run"], match["close"]
    at = match.start()
    if at > start and text[at - 1] in "([{（【" and (closing[:1] or " ") in ")]}）】":
        return False  # (?) and (!) are asides
    first = following
    while first < len(text) and text[first] in _OPENERS:
        first += 1
    gap = first
    while gap < len(text) and text[gap].isspace() and gap - first < 2:
        gap += 1  # « Oui » and — Non: a blank after the opening mark
    first = gap
    after = text[first] if first < len(text) else ""
    if text[following] in ",;:،؛、，；：)]}”’»」』）】" and not (
        text[following] in "”’»" and after.isupper()
    ):
        return False
    if end == following:
        return _wide_ends(text, closing, following)
    if after.islower() and not _GEORGIAN.match(after):
        return text[first + 1 : first + 2].isupper()  # iPhone begins a sentence, and then does not
    mark = run[0]
    if mark in "!?…‥" or len(run) > 1:
        return _strong_ends(text, start, at, first, run)
    return mark != "." or _stop_ends(text, start, at, first)


def _wide_ends(text: str, closing: str, following: int) -> bool:
    """After an end that needs no blank: a closed quotation may go on («……。」と言った)."""
    return not (closing and _RESUMES_WIDE.match(text, following))


def _strong_ends(text: str, start: int, at: int, first: int, run: str) -> bool:
    """After an exclamation or question mark, an ellipsis or a run of marks."""
    after = text[first : first + 1]
    if run == "!":
        is_name = _token_before(text, start, at) in _NAMES_WITH_MARK
        return not is_name or _word_at(text, first) in _STARTERS
    if (run[0] in "…‥" or run[:2] == "..") and not ("?" in run or "!" in run):
        # Without case nothing tells a pause from an end.
        return after.isupper() or not after.isalpha()
    return True


def _word_at(text: str, position: int) -> str:
    """The word at a position, or the empty string."""
    found = _WORD.match(text, position)
    if found is None or (found.end() == position + 1 and text.startswith(".", found.end())):
        return ""  # an initial (A. A. Gill) is no article
    return found.group()


def _token_before(text: str, start: int, at: int) -> str:
    found = _TOKEN.search(text[max(start, at - _TOKEN_CHARS) : at])
    return found.group().lstrip("'’*_-") if found else ""


def _stop_ends(text: str, start: int, at: int, first: int) -> bool:
    """After one full stop with a blank behind it, and no lower-case letter next."""
    token, after = _token_before(text, start, at), text[first : first + 1]
    if not token:
        return True
    if at - len(token) <= start + 1 and _LIST_NUMBER.fullmatch(token) and after:
        return False  # 1. Item
    word = _word_at(text, first)
    before = text[max(start, at - len(token) - _TOKEN_CHARS) : at - len(token)]
    if token.isdigit():
        return not _is_ordinal(token, word, before)
    if token in _NEVER_LAST_DOTTED or token in _BEFORE_NAME:
        # The Arabic year sign and units after a number: 2024 م.
        return len(token) == 1 and not token.isascii() and before.rstrip()[-1:].isdigit()
    if token in _BEFORE_NUMBER and after.isdigit():
        return False
    if token in _HOURS:
        return word not in _ZONES and not after.isdigit()
    if _DOTTED.fullmatch(token):
        return word in _STARTERS and _has_case(token)
    if token in _MAYBE_LAST:
        return word in _STARTERS or bool(after and not after.isalnum())
    last = token[-1]
    if len(token) == 1 or token[-2] in ".-‐":
        return _initial_ends(last, word, before)
    return not _SINGLE_LETTER.match(token)


def _is_ordinal(token: str, word: str, before: str) -> bool:
    """Whether a number's full stop is German's ordinal sign: am 3. Oktober, der 15. Gipfel."""
    if len(token) > 2:
        return False
    previous = before.split()
    return word in _ORDINAL_MONTHS or (
        bool(previous) and previous[-1] in _ORDINAL_BEFORE and word not in _STARTERS
    )


def _initial_ends(letter: str, word: str, before: str) -> bool:
    """Whether a single letter with a full stop ends a sentence, rather than shortens a name."""
    if letter.isdigit() or not letter.isalpha():
        return True
    if not _has_case(letter):
        return before.rstrip()[-1:].isdigit() or not _SINGLE_LETTER.match(letter)
    if letter == "I" and "".join(before.split()[-1:]).islower():
        return True
    return word in _STARTERS or letter.islower()


def _has_case(text: str) -> bool:
    return text.lower() != text.upper()
