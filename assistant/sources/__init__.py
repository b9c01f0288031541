"""Bytes → :class:`~assistant.types.Article`.

``read`` takes files, folders and stdin and goes on after a bad one; ``parse`` takes the bytes of
one source. The format is told from the bytes, never from the name.
Imported by ``library`` and all above it.
"""

from assistant.sources.reading import SEEDS_PREFIX, parse, parse_each, read, read_seeds

__all__ = ["SEEDS_PREFIX", "parse", "parse_each", "read", "read_seeds"]
