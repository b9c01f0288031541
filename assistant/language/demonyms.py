"""Adjectives of nations and the names they belong to, where the two do not begin alike."""

from __future__ import annotations

_ADJECTIVES = {
    name: kind
    for kind, names in (
        ("swedish", "sweden"), ("french", "france"), ("danish", "denmark"), ("finnish", "finland"),
        ("norwegian", "norway"), ("spanish", "spain"), ("british", "britain uk"), ("polish", "poland"),
        ("american", "us usa america"), ("turkish", "turkey turkiye"), ("dutch", "netherlands"),
        ("greek", "greece"), ("irish", "ireland"), ("swiss", "switzerland"), ("welsh", "wales"),
        ("scottish", "scotland"), ("chinese", "china"), ("australian", "australia"),
        ("austrian", "austria"), ("iraqi", "iraq"), ("slovak", "slovakia"), ("slovene", "slovenia slovenian"),
    )
    for name in names.split()
}  # fmt: skip


def nation_of(word: str) -> str:
    """A nation's name as its adjective, where the two differ from the third letter on or so; else the word.

    Args:
        word: Folded.

    >>> nation_of("france"), nation_of("french"), nation_of("germany")
    ('french', 'french', 'germany')
    """
    return _ADJECTIVES.get(word, word)


def is_listed(word: str) -> bool:
    """Whether :func:`nation_of` gives ``word`` for a nation: then nothing but that nation is meant."""
    return word in _LISTED


_LISTED = frozenset(_ADJECTIVES.values())
