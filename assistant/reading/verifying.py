"""A second look at an answer: the question with its answer, laid beside the sentence as a claim is.

The span is chosen by reading for a question; whether it answers it is asked once more, with the answer known
(Zhang et al., "Retrospective reader for machine reading comprehension", 2021).
"""

from __future__ import annotations

from embeddings.sentences import sentence_spans


def answer_pair(question: str, text: str, start: int, end: int) -> tuple[str, str]:
    """What the verdict head is given for an answer: question and answer, and the sentence with the one before.

    Args:
        question: As it was read.
        text: A passage.
        start: Where the answer starts in it, in code points.
        end: And ends.

    >>> answer_pair("Who met?", "It rained. Anna met Bo. They left.", 11, 15)
    ('Who met? Anna', 'It rained. Anna met Bo.')
    """
    first, last = start, end
    before = 0
    for a, b in sentence_spans(text):
        if b <= start:
            before = a
        elif a < end:
            first, last = min(first, a), max(last, b)
    return f"{question.strip()} {text[start:end]}", text[before if before < first else first : last]
