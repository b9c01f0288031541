"""Words that turn, weaken or introduce what is said."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language import pack
from assistant.language.stems import stem
from assistant.language.tokens import Token

_WORDS = pack.Words("cues")
_NE_REACH = 4
"""French "ne … pas" denies once."""
HEDGES = _WORDS.hedges
PRONOUNS = _WORDS.pronouns
WEAK_STEMS = frozenset(map(stem, _WORDS.weak))
"""Of words that say nothing by themselves."""


def is_negation(form: str) -> bool:
    """Whether a folded word denies."""
    return form in _WORDS.negations or form.endswith("n't")


def negations_of(tokens: Sequence[Token]) -> list[Token]:
    """The words that deny, a pair such as "ne … pas" once.

    >>> from assistant.language.tokens import tokens_of
    >>> [token.form for token in negations_of(tokens_of("Il ne vient pas, he did not say."))]
    ['pas', 'not']
    """
    return [
        token
        for at, token in enumerate(tokens)
        if is_negation(token.form)
        and not (
            token.form == "ne"
            and any(
                other.form in _WORDS.ne_with & _WORDS.negations
                for other in tokens[at + 1 : at + _NE_REACH]
            )
        )
    ]
