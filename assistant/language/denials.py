"""Words that deny what they govern: "ruled out", "refused to", «نفى»."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.stems import stem
from assistant.language.tokens import Token, fold_word

NEGATION_REACH = 3
"""So many words before a denial a negation takes it back: "did not rule out"."""
_DENIES = frozenset(
    "deny denies denied denying refute refutes refuted refuting reject rejects rejected rejecting refuse "
    "refuses refused refusing".split()
)
_DENIES_TO = frozenset(
    "fail fails failed failing decline declines declined declining neglect neglects neglected".split()
)
"""Before an infinitive only: sales decline too."""
_DENIES_STATEMENT = frozenset(
    "dispute disputes disputed disputing dismiss dismisses dismissed dismissing decline declines declined".split()
)
"""Before "that" or a word for what was said only: officials are dismissed too."""
_RULES = frozenset("rule rules ruled ruling".split())
_STATEMENTS = frozenset(
    stem(word)
    for word in "claim allegation accusation report rumour rumor suggestion assertion charge call demand request "
    "appeal offer proposal invitation criticism idea notion".split()
)
_ARABIC_DENIES = frozenset(
    fold_word(start + word)
    for start in ("", "و", "ف")
    for word in (
        "نفى نفت نفوا ينفي تنفي رفض رفضت رفضوا يرفض ترفض أنكر أنكرت ينكر تنكر استبعد استبعدت "
        "يستبعد تستبعد"
    ).split()
)
_ARABIC_DENIES_WITH = {
    fold_word(word): preposition
    for words, preposition in (
        ("فشل فشلت فشلوا يفشل تفشل", "في"),
        ("امتنع امتنعت يمتنع تمتنع", "عن"),
    )
    for word in words.split()
}


def denials_of(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Ranges of tokens that deny what they govern.

    >>> from assistant.language.tokens import tokens_of
    >>> tokens = tokens_of("She ruled out a sale; sales declined; he declined to comment.")
    >>> [" ".join(t.form for t in tokens[a:b]) for a, b in denials_of(tokens)]
    ['ruled out', 'declined to']
    """
    forms = [token.form for token in tokens]
    found: list[tuple[int, int]] = []
    for at, form in enumerate(forms):
        after = forms[at + 1 : at + 4]
        if form in _RULES and "out" in after[:2]:
            found.append((at, at + 2 + after.index("out")))
        elif form in _DENIES:
            found.append((at, at + 2 if after[:1] == ["to"] else at + 1))
        elif form in _DENIES_TO and after[:1] == ["to"]:
            found.append((at, at + 2))
        elif form in _ARABIC_DENIES or (
            form in _DENIES_STATEMENT
            and (after[:1] == ["that"] or any(stem(word) in _STATEMENTS for word in after))
        ):
            found.append((at, at + 1))
        elif form in _ARABIC_DENIES_WITH and after[:1] == [_ARABIC_DENIES_WITH[form]]:
            found.append((at, at + 2))
    return found
