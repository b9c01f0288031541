"""Whole sentences as citations, with who says what they tell."""

from __future__ import annotations

from dataclasses import replace

from assistant.answering import cite
from assistant.speech import speaker_of
from assistant.types import Article, Citation, Span


def cite_statement(article: Article, start: int, end: int) -> Citation:
    """The citation of the sentence at ``start:end``.

    Its speaker is the one whom the sentence itself names at its start too ("Merz said that ..."), not
    only one who is named around it.

    Raises:
        ValueError: The span is empty or not inside one paragraph.
    """
    citation = cite(article, start, end)
    if citation.speaker is not None:
        return citation
    last = start + len(article.text[start:end].rstrip(" .!?؟\"”»'’")) - 1
    sentence = Span(citation.sentence_start, citation.sentence_end)
    return replace(citation, speaker=speaker_of(article.text, sentence, max(start, last)))
