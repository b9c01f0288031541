"""Words that turn, weaken or introduce what is said."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.stems import stem
from assistant.language.tokens import Token

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor cannot without hardly barely isn't aren't "
    "wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't hasn't haven't "
    "hadn't nicht kein keine keinen nie ne pas jamais nunca لا لم لن ليس ليست غير دون بدون".split()
)
HEDGES = frozenset(
    "could may might would if unless possibly perhaps probably likely potentially potential possible "
    "reportedly allegedly apparently supposedly planned proposed expected ربما محتمل يمكن إذا".split()
)
_NE_WITH = frozenset("pas jamais rien personne aucun aucune plus nie".split())
"""French "ne … pas" denies once."""
_NE_REACH = 4
PRONOUNS = frozenset("he she it they we i you this that these those هو هي هم".split())
WEAK_STEMS = frozenset(
    stem(word)
    for word in "say said says tell told state stated says report reported according also have has be".split()
)


def is_negation(form: str) -> bool:
    """Whether a folded word denies."""
    return form in NEGATIONS or form.endswith("n't")


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
            and any(other.form in _NE_WITH & NEGATIONS for other in tokens[at + 1 : at + _NE_REACH])
        )
    ]
