"""Which language a text is in.

Three steps, cheapest first: the script (Greek, Hebrew, Thai, ...), the function words of the
commonest Latin-script languages, and only then py3langid, whose model takes half a second to load
and is therefore imported at its first use.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

MIN_LETTERS = 20
"""Shorter texts in a script that several languages share are too short to tell."""

MIN_SCRIPT_LETTERS = 4
"""Enough letters of a script that one language has to itself."""

MIN_MODEL_LETTERS = 60
"""Shorter texts are left to what is expected around them: the model guesses on them."""

MODEL_MARGIN = 6.0
"""Nats by which the model must prefer another language over the expected one."""

SAMPLE_CHARS = 4000
"""The language shows in this much text; reading more only takes time."""

_OWN_SCRIPT = {
    "GREEK": "el", "HEBREW": "he", "THAI": "th", "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn",
    "MALAYALAM": "ml", "GUJARATI": "gu", "GURMUKHI": "pa", "SINHALA": "si", "KHMER": "km",
    "LAO": "lo", "MYANMAR": "my", "BENGALI": "bn", "CJK": "zh",
}  # fmt: skip
_NOT_ARABIC = frozenset("پچژگکیےںہٹڈڑڤڕۆێەۋېۇۈۅڭټډړښګۍ")
"""Letters of Persian, Urdu, Kurdish, Uyghur and Pashto that Arabic does not write."""

_FUNCTION_WORDS = {
    "en": "the of and to in that is was for with as on by at from are have has had not this which "
    "be were his her their its will would been but they it he she who said after an or a",
    "de": "der die das und ist nicht von mit den dem des zu auf für sich ein eine einen einer im "
    "wird sind auch wurde nach bei aus hat werden als an dass er sie es wie noch über vor",
    "fr": "le la les des et est dans que qui pour pas une un du au aux sur avec par plus ce cette "
    "sont ont été il elle ne se sa son leur mais ou d l c qu n s",
    "es": "el la los las de que y en un una por con para del se no es al lo su más como fue ha son "
    "pero sus le este esta entre cuando sobre también hasta desde",
    "it": "il la di che e un una per non è del della dei con sono i gli le al alla nel nella da si "
    "ha più anche come ma delle dal questo su lo l dell",
    "pt": "o a os as de que e do da em um uma para com não por mais dos das no na se ao foi é como "
    "pelo pela são ser tem mas à também até seu sua",
    "nl": "de het een van en is dat op te in voor met niet zijn aan er ook door als bij om maar "
    "naar uit heeft worden werd hij ze deze die was over nog",
    "sv": "och att det som är en på för med av den till inte har de ett om var från men vi sig så "
    "kan man när år hade under också efter i",
    "pl": "i w na z do się nie to że jest o po jak za dla od przez oraz był są ale już przed tym "
    "także które który",
    "tr": "ve bir bu için ile da de olarak daha çok en olan gibi sonra kadar ancak ise ne değil "
    "göre olduğu oldu",
}
_WORD = re.compile(r"[^\W\d_]+")
_HITS = 3
"""Different function words that must agree."""
_HIT_SHARE = 0.12
_LEAD = 1.4
"""How many times the hits of the second language the first one must have."""


def detect(text: str, *, expected: str | None = None) -> str | None:
    """Tell the language of ``text``.

    Args:
        text: Any text; the first 4,000 code points are looked at.
        expected: Language of the text around it, returned where ``text`` does not tell and its
            script fits.

    Returns:
        ISO 639-1 code, or None where the text is too short to tell.

    >>> detect("Το συνέδριο")
    'el'
    """
    sample = text[:SAMPLE_CHARS]
    if sample.isascii():
        scripts = Counter(LATIN=sum(map(str.isalpha, sample)))
    else:
        scripts = Counter(_script(character) for character in sample if character.isalpha())
    if not scripts.total():
        return None
    letters = scripts.total()
    script, share = scripts.most_common(1)[0]
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > letters * 0.1:
        return "ja"
    if script in _OWN_SCRIPT and share >= MIN_SCRIPT_LETTERS:
        return _OWN_SCRIPT[script]
    if script == "ARABIC" and share >= MIN_SCRIPT_LETTERS and not _NOT_ARABIC.intersection(sample):
        return "ar"
    fits = expected is not None and _fits(script, expected)
    if letters < MIN_LETTERS:
        return expected if fits else None
    if script == "LATIN" and (found := _by_function_words(sample, expected)) is not None:
        return found
    if fits and letters < MIN_MODEL_LETTERS:
        return expected
    return _by_model(sample, expected if fits else None)


def of_blocks(texts: Sequence[str], declared: str | None) -> tuple[str | None, list[str | None]]:
    """Tell the language of an article and of each of its paragraphs.

    Args:
        texts: The paragraphs.
        declared: What the source says; believed for the article, checked for each paragraph.

    Returns:
        The article's language, and one language a paragraph.
    """
    main = primary(declared) or detect("\n".join(_longest_first(texts)))
    return main, [detect(text, expected=main) for text in texts]


def primary(tag: str | None) -> str | None:
    """Return the primary part of a BCP 47 tag where it is one.

    >>> primary("en-GB")
    'en'
    """
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]*)?\s*\Z", tag or "")
    return found.group(1).lower() if found else None


def _longest_first(texts: Sequence[str]) -> list[str]:
    """Long paragraphs first: menus and labels must not fill the sample."""
    return sorted(texts, key=len, reverse=True)


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    if character.isascii():
        return "LATIN"
    return unicodedata.name(character, "?").partition(" ")[0].partition("-")[0]


_SCRIPT_LANGUAGES = {
    "ARABIC": frozenset({"ar", "fa", "ur", "ps", "ckb", "ku", "ug", "sd"}),
    "CYRILLIC": frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "tt", "ba"}),
    "DEVANAGARI": frozenset({"hi", "mr", "ne", "sa"}),
    "CJK": frozenset({"zh", "ja", "wuu", "yue"}),
    **{script: frozenset({code}) for script, code in _OWN_SCRIPT.items() if script != "CJK"},
}
_NOT_LATIN = frozenset().union(*_SCRIPT_LANGUAGES.values()) - {"sr", "ku"}


def _fits(script: str, language: str) -> bool:
    """Whether ``language`` is written in ``script``."""
    if script == "LATIN":
        return language not in _NOT_LATIN
    return language in _SCRIPT_LANGUAGES.get(script, frozenset())


def _by_function_words(sample: str, expected: str | None) -> str | None:
    words = _WORD.findall(sample.casefold())
    counts = Counter(word for word in words if word in _LANGUAGES_OF)
    hits: Counter[str] = Counter()
    different: Counter[str] = Counter()
    for word, count in counts.items():
        for code in _LANGUAGES_OF[word]:
            hits[code] += count
            different[code] += 1
    if not hits:
        return None
    (first, best), (second, next_best) = [*hits.most_common(2), ("", 0)][:2]
    if first == expected and best > next_best:
        return first
    if different[first] < _HITS or best < _HIT_SHARE * len(words):
        return None
    if best >= _LEAD * next_best:
        return first
    return expected if expected in (first, second) else None


def _by_model(sample: str, expected: str | None) -> str | None:
    import py3langid  # half a second: not before it is needed

    ranked = [(code, score) for code, score in py3langid.rank(sample) if len(code) == 2]
    if not ranked:
        return expected
    best, score = ranked[0]
    if expected is None:
        return str(best)
    expected_score = next((s for code, s in ranked if code == expected), None)
    if expected_score is not None and score - expected_score < MODEL_MARGIN:
        return expected
    return str(best)


_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _code, _words in _FUNCTION_WORDS.items():
    for _word in dict.fromkeys(_words.split()):
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _code)
