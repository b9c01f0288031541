"""Quotes and whole sentences as citations, with who says what they tell."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote as percent_encode

from assistant.language.speech import speaker_of
from assistant.types import Article, Citation, Paragraph, Span
from embeddings.sentences import sentence_spans

CONTEXT_CHARS = 32
"""Length of a citation's prefix and suffix, as in the W3C text-quote selector's examples."""
FRAGMENT_WORDS = 6
"""Longer quotes are linked by their first and last words, as the text-fragment draft advises."""


def cite(article: Article, start: int, end: int, *, hit_index: int = -1) -> Citation:
    """The citation of ``article.text[start:end]``.

    Raises:
        ValueError: The span is empty or not inside one paragraph.
    """
    position = article.paragraph_at(start)
    paragraph = article.paragraphs[position]
    if not paragraph.start <= start < end <= paragraph.end:
        raise ValueError(f"span {start}:{end} is not inside paragraph {position}")
    sentence = sentence_around(article.text, paragraph, start, end)
    quote = article.text[start:end]
    prefix = article.text[max(paragraph.start, start - CONTEXT_CHARS) : start]
    suffix = article.text[end : min(paragraph.end, end + CONTEXT_CHARS)]
    return Citation(
        article_id=article.id,
        title=article.title,
        url=article.url,
        published=article.published,
        language=paragraph.language or article.language,
        section=paragraph.section,
        paragraph=position,
        start=start,
        end=end,
        quote=quote,
        prefix=prefix,
        suffix=suffix,
        content_hash=article.content_hash,
        link=text_fragment(article.url, quote, prefix=prefix, suffix=suffix),
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        sentence=article.text[sentence.start : sentence.end],
        source=article.source,
        speaker=speaker_of(article.text, sentence, start),
        hit_index=hit_index,
    )


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


def text_fragment(url: str | None, quote: str, *, prefix: str = "", suffix: str = "") -> str | None:
    """``url`` opened at ``quote`` (https://wicg.github.io/scroll-to-text-fragment/).

    >>> text_fragment("https://example.org/a#top", "35 countries")
    'https://example.org/a#:~:text=35%20countries'
    """
    if not url or not url.startswith(("http://", "https://")):
        return None
    words = quote.split()
    before, after = prefix.split()[1:], suffix.split()[:-1]
    parts = [f"{_encode(' '.join(before[-3:]))}-"] if before else []
    if len(words) > 2 * FRAGMENT_WORDS:
        parts.append(_encode(" ".join(words[:FRAGMENT_WORDS])))
        parts.append(_encode(" ".join(words[-FRAGMENT_WORDS:])))
    else:
        parts.append(_encode(quote))
    if after:
        parts.append(f"-{_encode(' '.join(after[:3]))}")
    return f"{url.split('#', 1)[0]}#:~:text={','.join(parts)}"


def _encode(text: str) -> str:
    # The dash, the comma and the ampersand have a meaning of their own in a text directive.
    return percent_encode(text, safe="").replace("-", "%2D")


def sentence_around(text: str, paragraph: Paragraph, start: int, end: int) -> Span:
    """The sentence of ``paragraph`` that holds ``start:end``, or the sentences it spans."""
    first, last = paragraph.start, paragraph.end
    found = [
        (paragraph.start + s, paragraph.start + e)
        for s, e in sentence_spans(text[paragraph.start : paragraph.end])
        if paragraph.start + s < end and start < paragraph.start + e
    ]
    if found:
        first, last = min(found[0][0], start), max(found[-1][1], end)
    return Span(first, last)
