"""Stems of words, and whether a word tells of something done."""

from __future__ import annotations

import re

from assistant.language.synonyms import ALIKE

MEASURES = {
    "kilometers": "km", "kilometres": "km", "kilometer": "km", "kilometre": "km",
    "meters": "m", "metres": "m", "meter": "m", "metre": "m",
}  # fmt: skip
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)'(?=\w{2})")
"""French and Italian: "n'est" is "est" with a word before it."""
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


_ARABIC_STARTS = ("وال", "بال", "كال", "فال", "لل", "ال")
_ARABIC_ENDS = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي", "ا")
_ARABIC = re.compile("[\u0621-\u064a]+")


def _arabic_stem(form: str) -> str:
    """Without article and one ending of case, number or gender.

    The affixes of light10 (Larkey et al., "Light Stemming for Arabic Information Retrieval", 2007), and the
    alif of the accusative.
    """
    if not _ARABIC.fullmatch(form):
        return form
    for prefix in _ARABIC_STARTS:
        if form.startswith(prefix) and len(form) > len(prefix) + 2:
            form = form.removeprefix(prefix)
            break
    for ending in _ARABIC_ENDS:
        if form.endswith(ending) and len(form) > len(ending) + 2:
            return form.removesuffix(ending)
    return form


def _plain_stem(form: str) -> str:
    if not form.isascii():
        return _arabic_stem(form)
    if form in MEASURES:
        return MEASURES[form]
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
