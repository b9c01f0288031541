"""Why a passage was found: its ranks, its scores, and the words that it shares with the query."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.library.lexical import LexicalIndex
from assistant.types import Hit, Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """What speaks for a passage."""

    hit: Hit
    """With its ranks and scores in either search."""
    spans: tuple[Span, ...]
    """Where the passage has a word of the query, in one of its forms; offsets in ``hit.passage.text``."""

    @property
    def matched(self) -> tuple[str, ...]:
        """The words at ``spans``, as the passage has them, each once."""
        text = self.hit.passage.text
        return tuple(dict.fromkeys(text[span.start : span.end] for span in self.spans))

    def __str__(self) -> str:
        hit = self.hit
        words = f": {', '.join(self.matched)}" if self.matched else ""
        return (
            f"by meaning {_place(hit.dense_rank, hit.dense_score, 'cosine')}; "
            f"by words {_place(hit.lexical_rank, hit.lexical_score, 'BM25')}{words}"
        )


def explain(query: str, hit: Hit, *, lexical: LexicalIndex | None) -> Explanation:
    """Why a search for ``query`` found ``hit``; without a lexical index no words are told."""
    spans = lexical.matches(query, hit.passage.text) if lexical is not None else ()
    return Explanation(hit, tuple(spans))


def _place(rank: int | None, score: float | None, name: str) -> str:
    place = f"rank {rank}" if rank is not None else "not among the best"
    return place if score is None else f"{place} ({name} {score:.2f})"
