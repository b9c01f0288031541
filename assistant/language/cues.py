"""Words that turn, weaken or introduce what is said."""

from __future__ import annotations

from assistant.language import pack
from assistant.language.stems import stem

_WORDS = pack.Words("cues")
HEDGES = _WORDS.hedges
PRONOUNS = _WORDS.pronouns
WEAK_STEMS = frozenset(map(stem, _WORDS.weak))
"""Of words that say nothing by themselves."""


def is_negation(form: str) -> bool:
    """Whether a folded word denies."""
    return form in _WORDS.negations or form.endswith("n't")
