"""Cited passages within a token budget, for any prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering import cite
from assistant.library import Library
from assistant.types import Citation, Hit
from embeddings.sentences import sentence_spans
from embeddings.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class PackedContext:
    """Passages that fit a budget."""

    text: str
    """Numbered blocks: ``[1] Title`` and the passage below it."""
    token_count: int
    citations: tuple[Citation, ...]
    """``citations[n - 1]`` is what ``[n]`` stands for; its quote is in ``text`` verbatim."""


def pack(hits: Sequence[Hit], *, library: Library, max_tokens: int) -> PackedContext:
    """The best passages that fit into ``max_tokens`` tiktoken tokens, never cut inside a sentence.

    A passage that does not fit whole gives as many of its first sentences as do.

    Args:
        hits: Best first.
        library: Where the articles are.
        max_tokens: The budget, headers included.
    """
    blocks: list[str] = []
    citations: list[Citation] = []
    used = 0
    for hit in hits:
        passage = hit.passage
        header = f"[{len(blocks) + 1}] {' '.join(passage.title.split())}\n"
        for end in _ends(passage.text):
            block = header + passage.text[:end] + "\n\n"
            cost = count_tokens(block)
            if used + cost <= max_tokens:
                article = library.article(passage.article_id)
                blocks.append(block)
                citations.append(cite(article, passage.start, passage.start + end))
                used += cost
                break
    text = "".join(blocks).removesuffix("\n\n")
    return PackedContext(text, count_tokens(text), tuple(citations))


def _ends(text: str) -> list[int]:
    """Where the passage may end, longest first."""
    return [end for _, end in reversed(sentence_spans(text))]
