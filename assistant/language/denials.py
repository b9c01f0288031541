"""Words that deny what they govern: "ruled out", "refused to", «نفى»; and whether a sentence denies anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.language import pack
from assistant.language.cues import is_negation
from assistant.language.stems import stem
from assistant.language.tokens import Token, tokens_of

NEGATION_REACH = 3
"""So many words before a denial a negation takes it back: "did not rule out"."""
_WORDS = pack.Words("denials")


def denials_of(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Ranges of tokens that deny what they govern.

    >>> tokens = tokens_of("She ruled out a sale; sales declined; he declined to comment.")
    >>> [" ".join(t.form for t in tokens[a:b]) for a, b in denials_of(tokens)]
    ['ruled out', 'declined to']
    """
    forms = [token.form for token in tokens]
    found: list[tuple[int, int]] = []
    for at, form in enumerate(forms):
        after = forms[at + 1 : at + 4]
        particle, preposition = _rows("around").get(form), _rows("before").get(form)
        if particle in after:
            found.append((at, at + 2 + after.index(particle)))
        elif form in _WORDS.verbs or (form[:1] in _WORDS.prefixes and form[1:] in _WORDS.verbs):
            found.append((at, at + 1 + (after[:1] != [] and after[0] in _WORDS.to)))
        elif preposition is not None and after[:1] == [preposition]:
            found.append((at, at + 2))
        elif form in _WORDS.of_statement and _is_of_statement(after):
            found.append((at, at + 1))
    return found


def denies(text: str) -> bool:
    """Whether a text has a word that denies: a negation or a verb.

    >>> denies("She ruled out a sale."), denies("رفض التعليق"), denies("She sold it.")
    (True, True, False)
    """
    tokens = tokens_of(text)
    return any(is_negation(token.form) for token in tokens) or bool(denials_of(tokens))


def _is_of_statement(after: Sequence[str]) -> bool:
    return after[:1] != [] and (
        after[0] in _WORDS.that or any(stem(word) in _statements() for word in after)
    )


@lru_cache
def _rows(name: str) -> dict[str, str]:
    return {word: row[0] for row in pack.rows("denials", name) for word in row[1:]}


@lru_cache(maxsize=1)
def _statements() -> frozenset[str]:
    return frozenset(map(stem, _WORDS.statements))
