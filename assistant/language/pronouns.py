"""What a pronoun cannot stand for: "it" that stands for nothing, "he" that is no woman, "she" that is no man."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from embeddings.sentences import sentence_spans

_BE = r"(?:is|was|be|been|being|get|gets|getting|become|becomes|seem|seems)"
_WEATHER = r"(?:rain|snow|hail|thunder|freez|drizzl)(?:s|e|es|ed|ing)?"
_WEATHER_LIKE = "cold|hot|warm|chilly|dark|sunny|windy|foggy|cloudy|stormy"
_CLAUSE = r"(?:that|whether|if|who|whom|what|when|where|why|how)"
_SAID_SO = r"(?:(?:that|whether|if|who|whom|what|when|where|why|how)\b|(?-i:[A-ZÀ-Þ])|(?:he|she|they|the)\b)"
"""What is true, known or clear follows; else "it" may be what was spoken of."""
_IN_PLACE = (
    r"(?=.*\s(?:(?:in|at|near|around)\s+(?:the\s+)?(?!(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Winter|Summer|Spring|Autumn)\b)[A-ZÀ-Þ]"
    r"|(?:on\s+)?[A-Z][a-z]+day|today|tomorrow|tonight|outside|outdoors))"
)
_AND_THEN = (
    r"(?=\W*$|\W*\s(?:in|on|at|during|again|hard|heavily|much|last|today|tomorrow|yesterday|this|next|for|all|near|over|"
    r"there|when|while|after|before|and|or|from|until|throughout|where)\b)"
)
_WITH_BE = re.compile(
    rf"it(?:['’]s)?(?:\s+(?:{_BE}|not|also|really|still|ever|already|now|very|too|so|actually))*\s+(?:"
    rf"(?:true|untrue|correct|unclear|known|clear|certain|likely|unlikely)\s+{_SAID_SO}"
    rf"|(?:possible|impossible|necessary)\s+(?:(?:for\s+.+?\s+)?to\b|{_SAID_SO})"
    r"|(?:important|wise|right|wrong|better|best|fair|time|normal|usual|common)\s+(?:for\s+.+?\s+)?to\b"
    rf"|(?:{_WEATHER_LIKE})\b{_IN_PLACE}"
    r"|(?!(?:one|something|anything|nothing|all|everything)\b)[a-z]+\s+(?:that|whether)\b"
    r"|the\s+(?!(?:one|first|last|only)\b)[\w-]+\s+whom?\b"
    rf"|[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*\s+{_CLAUSE}\b"
    r")"
)
_WITHOUT_BE = re.compile(
    rf"it(?:['’]s)?(?:\s+(?:{_BE}|has|had|will|would|could|might|may|not|still|ever|already|now|going\s+to|likely\s+to))*"
    rf"\s+{_WEATHER}\b{_AND_THEN}"
)
_BEFORE_BE = re.compile(r"\b(?:is|was|isn['’]t|wasn['’]t)\s+$", re.IGNORECASE)
_HAS_BE = re.compile(rf"it(?:['’]s\b|\s+(?:not\s+|also\s+|still\s+)*{_BE}\b)")
_HOW_LONG = re.compile(r"\bhow\s+(?:long|much|many)\b", re.IGNORECASE)
_TAKES = re.compile(r"it\s+(?:takes?|took|costs?)\s+(?:.+?\s+)?to\s+\w")
_HOW = re.compile(
    rf"\bhow\s+(?:(?P<weather>{_WEATHER_LIKE})|far)\s+(?:is|was|will|does|did)\s+$", re.IGNORECASE
)
_FROM_TO = re.compile(r"it\s+from\s+\S.*\sto\s+\S")
_WEATHER_THERE = re.compile(rf"it\b{_IN_PLACE}")

_MAN = (
    "mr|king|prince|sir|lord|duke|monk|spokesman|businessman|policeman|fireman|salesman|husband|father|"
    "son|brother|grandfather|uncle|nephew|widower|boyfriend|man|boy"
)
_WOMAN = (
    "mrs|ms|miss|queen|princess|lady|dame|duchess|baroness|nun|spokeswoman|chairwoman|businesswoman|policewoman|"
    "saleswoman|actress|wife|mother|daughter|sister|grandmother|aunt|niece|widow|girlfriend|woman|girl"
)
_GENDERED = rf"(?P<man>{_MAN})|(?P<woman>{_WOMAN})"
_TITLE_OVER = re.compile(rf"(?<![\w’'-])(?:{_GENDERED})(?:\.?\s+|(?P<apart>,)\s+)$", re.IGNORECASE)
_TITLE_CHARS = 24
_CLOSED = re.compile(r"\W*$|[,;)–—]")
"""After a name that stands beside "his sister,"."""
_OPENING_PHRASE = re.compile(
    r"^\W*(?:with|without|after|before|for|to|like|unlike|beside|besides|following|thanks to|according to|because of)"
    r"\s[^,]*,\s*$",
    re.IGNORECASE,
)
_WOMANS_FORENAME = re.compile(r"\w{2,}(?:a|ette|elle|een)", re.IGNORECASE)
_MANS_FORENAME = re.compile(r"\w{2,}(?:us|ard|ert|ick|io|ld|ew)", re.IGNORECASE)
"""With which "Mr" or "Mrs" and the surname may be someone else of the family."""
_ASKS_FOR = re.compile(
    r"^\W*(?:and\s+|but\s+)?who\s+(?:is|was)\s+(?:(?:the|his|her|their|[\w-]+['’]s)\s+)+"
    rf"(?:(?!(?:of|to|who|for|that)\b)[\w-]+\s+){{0,2}}?(?:{_GENDERED})\b(?!\s*['’])",
    re.IGNORECASE,
)
_SAYS = "said|says|told|added|adds|wrote|explained|insisted|argued|warned|replied"
_TELLS = (
    rf"{_SAYS}|admitted|confirmed|announced|promised|pledged|declared|conceded|plans|hopes|wants"
)
_PRONOUN_SAYS = re.compile(
    rf"(?:^\W*|[”\"’»,]\W{{0,4}}\b)(?:(?P<man>he)|(?P<woman>she))\s+(?:{_TELLS})\b"
    rf"|[”\"’»]\W{{0,4}}(?:{_SAYS})\s+(?:(?P<man_after>he)|(?P<woman_after>she))\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|«[^«»]*»")
_NAMES = re.compile(r"[A-ZÀ-Þ][\w’'-]*(?:\s+[A-ZÀ-Þ][\w’'-]*)*")
_MALE = frozenset({"he", "him", "his"})
_FEMALE = frozenset({"she", "her", "hers"})


def is_impersonal(question: str, start: int) -> bool:
    """Whether the "it" at ``start`` stands for nothing that was spoken of.

    >>> is_impersonal("Is it true that he resigned?", 3), is_impersonal("Is it raining in Oslo?", 3)
    (True, True)
    >>> is_impersonal("Is it known for its cheese?", 3), is_impersonal("Is it to be rebuilt?", 3)
    (False, False)
    """
    if question[start : start + 2].lower() != "it":
        return False
    after = "it" + question[start + 2 :]
    before = question[:start]
    if _WITHOUT_BE.match(after):
        return True
    how = _HOW.search(before)
    if how is not None:
        return (_WEATHER_THERE if how["weather"] else _FROM_TO).match(after) is not None
    if _HOW_LONG.search(before) and _TAKES.match(after):
        return True
    has_be = _BEFORE_BE.search(before) or _HAS_BE.match(after)
    return bool(has_be and _WITH_BE.match(after))


def contradicts(pronoun: str, name: str, question: str, texts: Iterable[str]) -> bool:
    """Whether ``name`` is known to be no man, for "he", or no woman, for "she".

    Args:
        pronoun: In small letters.
        name: Whom it would stand for.
        question: The question that the name answers or is asked about in.
        texts: Passages that were read for it.

    >>> contradicts("she", "Marcus Reyes", "Who lost?", ["Marcus Reyes lost. Mr Reyes was calm."])
    True
    >>> contradicts("she", "Kim", "Who lost?", ["Daniel Kim lost, as did his wife, Susan Kim."])
    False
    """
    if pronoun not in _MALE | _FEMALE or not name.split():
        return False
    found = set(_genders(name, list(texts)))
    asked = _ASKS_FOR.search(question)
    if asked is not None and name not in question:
        found.add(asked["man"] is not None)
    return found == {pronoun in _FEMALE}


def _genders(name: str, texts: list[str]) -> Iterator[bool]:
    """True for every sign that ``name`` is a man, False for every one that it is a woman."""
    words = name.split()
    surname = re.escape(words[-1])
    others = {
        match.group(1)
        for text in texts
        for match in re.finditer(rf"(?<!\w)([A-ZÀ-Þ][\w’'-]+)\s+{surname}(?!\w)", text)
        if not re.fullmatch(_GENDERED, match.group(1), re.IGNORECASE)
    }
    called = [re.escape(name)]
    if len(words) > 1 and others <= {words[-2]}:
        called.append(surname)
    elif len(words) == 1 and len(others) > 1:
        return  # one of several who are called so
    either = "|".join(called)
    # "Mr Marcus Reyes", asked for as Reyes.
    forenames = "|".join(re.escape(other) for other in sorted(others)) or "(?!)"
    known = re.compile(rf"(?<![\w’'-])(?:(?:{forenames})\s+)?(?:{either})(?![\w-])")
    for text in texts:
        sentences = [text[start:end] for start, end in sentence_spans(text)]
        is_named = False
        for sentence in sentences:
            # "Mr Reyes" before Marcus Reyes is named may be another.
            is_named = is_named or name in sentence
            if is_named:
                yield from _titles(known, sentence, name)
        for sentence, following in pairwise(map(_without_quotations, sentences)):
            said = _PRONOUN_SAYS.search(following)
            if said is None or not _is_only_name(either, sentence):
                continue
            if not _NAMES.search(following, 1, said.start()):
                yield bool(said["man"] or said["man_after"])


def _titles(known: re.Pattern[str], sentence: str, name: str) -> Iterator[bool]:
    opening = _OPENING_PHRASE.match(sentence, 0, sentence.find(",") + 1)
    for match in known.finditer(sentence):
        start = match.start()
        title = _TITLE_OVER.search(sentence, max(0, start - _TITLE_CHARS), start)
        if title is None:
            continue
        is_man = title["man"] is not None
        if title["apart"]:
            # "With her brother, Anna Holm founded it", "She thanked the king, Anna Holm said".
            is_opening = opening is not None and opening.end() > title.start()
            if is_opening or not _CLOSED.match(sentence, match.end()):
                continue
        elif _may_be_kin(match.group(), name, is_man=is_man):
            continue
        yield is_man


def _may_be_kin(called: str, name: str, *, is_man: bool) -> bool:
    """Whether a title over a surname alone does not go with the forename that the person has."""
    forename, _, rest = name.partition(" ")
    if not rest or forename in called.split():
        return False
    other = _WOMANS_FORENAME if is_man else _MANS_FORENAME
    return other.fullmatch(forename) is not None


def _without_quotations(text: str) -> str:
    return _QUOTED.sub("“”", text)


def _is_only_name(called: str, sentence: str) -> bool:
    """Whether a sentence tells what someone says and names nobody else."""
    tells = re.search(
        rf"(?<![\w’'-])(?:{called})(?:,\s+\d+,)?\s+(?:{_TELLS})\b"
        rf"|[,”\"’»]\W{{0,4}}(?:{_SAYS})\s+(?:[a-z][\w-]*\s+){{0,4}}(?:{called})(?![\w-])",
        sentence,
    )
    if tells is None:
        return False
    # The first word is written large whatever it is.
    others = [match for match in _NAMES.finditer(sentence) if match.start() or " " in match.group()]
    return all(re.search(rf"(?:{called})$", match.group()) for match in others)
