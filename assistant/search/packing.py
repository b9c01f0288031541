"""Cited passages within a token budget, for any prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import ArticleNotFound, UsageError
from assistant.library import Library
from assistant.search.citing import cite
from assistant.types import Article, Citation, Hit, Passage, Span
from embeddings.errors import ModelLoadError
from embeddings.sentences import sentence_spans
from embeddings.tokens import ENCODING, count_tokens

_SEPARATOR = "\n\n"
_MARKER = re.compile(r"\[(\d{1,6}(?:\s*,\s*\d{1,6})*)\]")


@dataclass(frozen=True, slots=True)
class PackedContext:
    """Passages that fit a budget."""

    text: str
    """Numbered blocks: ``[1] Title`` and the passage below it."""
    token_count: int
    """Tokens of ``text`` in ``encoding``."""
    citations: tuple[Citation, ...]
    """``citations[n - 1]`` is what ``[n]`` stands for; its quote is in ``text`` verbatim."""
    spans: tuple[Span, ...] = ()
    """Where the quotes are: ``text[spans[n - 1].start:spans[n - 1].end]`` is the quote of ``[n]``."""
    encoding: str = ENCODING

    def cited_in(self, reply: str) -> tuple[Citation, ...]:
        """What a text written from this context refers to by ``[1]`` or ``[1, 3]``.

        Args:
            reply: Any text.

        Returns:
            The citations in the order in which they are first named; numbers that stand for
            nothing here are passed over.
        """
        numbers = (int(n) for marker in _MARKER.findall(reply) for n in marker.split(","))
        known = (n for n in dict.fromkeys(numbers) if 0 < n <= len(self.citations))
        return tuple(self.citations[n - 1] for n in known)


def pack(
    hits: Sequence[Hit], *, library: Library, max_tokens: int, encoding: str = ENCODING
) -> PackedContext:
    """The best passages that fit into ``max_tokens`` tiktoken tokens, never cut inside a sentence.

    A passage that does not fit whole gives as many of its first sentences as do. One that begins or
    ends inside a sentence (those that are longer than a passage are cut to be embedded) gives the
    whole sentence. No sentence is packed twice.

    Args:
        hits: Best first.
        library: Where the articles are.
        max_tokens: The budget, headers included.
        encoding: Name of a tiktoken encoding; see :func:`embeddings.tokens.count_tokens`.

    Raises:
        UsageError: The budget is less than 1, or the encoding is not on this machine.
    """
    if max_tokens < 1:
        raise UsageError(f"max_tokens is {max_tokens}: give a number from 1")
    try:
        return _pack(hits, library, max_tokens, encoding)
    except ModelLoadError as error:
        raise UsageError(str(error)) from error


def _pack(hits: Sequence[Hit], library: Library, max_tokens: int, encoding: str) -> PackedContext:
    blocks: list[str] = []
    headers: list[int] = []
    citations: list[Citation] = []
    packed: set[tuple[str, int]] = set()
    used = 0
    for hit in hits:
        article = _unchanged(hit.passage, library)
        if article is None:
            continue
        sentences = _sentences(article, hit.passage, packed)
        title = " ".join(article.title.split())
        for count in range(len(sentences), 0, -1):
            start, end = sentences[0].start, sentences[count - 1].end
            number = f"[{len(blocks) + 1}] "
            # A headline is its own header.
            is_title = article.text[start:end] == title
            header = number if is_title else f"{number}{title}".rstrip() + "\n"
            block = header + article.text[start:end] + _SEPARATOR
            cost = count_tokens(block, encoding=encoding)
            if used + cost <= max_tokens:
                blocks.append(block)
                headers.append(len(header))
                citations.append(cite(article, start, end))
                packed.update((article.id, sentence.start) for sentence in sentences[:count])
                used += cost
                break
    # Blocks may join to another number of tokens than they have one by one.
    while True:
        text = "".join(blocks).removesuffix(_SEPARATOR)
        token_count = count_tokens(text, encoding=encoding)
        if token_count <= max_tokens:
            break
        blocks.pop()
    spans, at = [], 0
    for block, header_length in zip(blocks, headers, strict=False):
        spans.append(Span(at + header_length, at + len(block) - len(_SEPARATOR)))
        at += len(block)
    return PackedContext(text, token_count, tuple(citations[: len(blocks)]), tuple(spans), encoding)


def _unchanged(passage: Passage, library: Library) -> Article | None:
    """The passage's article, unless another process has changed it since the search."""
    try:
        article = library.article(passage.article_id)
    except ArticleNotFound:
        return None
    return article if article.text[passage.start : passage.end] == passage.text else None


def _sentences(article: Article, passage: Passage, packed: set[tuple[str, int]]) -> list[Span]:
    """The whole sentences of a passage that are not packed yet, one after the other."""
    paragraph = article.paragraphs[passage.paragraph]
    found: list[Span] = []
    for start, end in sentence_spans(article.text[paragraph.start : paragraph.end]):
        sentence = Span(paragraph.start + start, paragraph.start + end)
        if sentence.end <= passage.start or sentence.start >= passage.end:
            continue
        if (article.id, sentence.start) not in packed:
            found.append(sentence)
        elif found:
            break
    return found
