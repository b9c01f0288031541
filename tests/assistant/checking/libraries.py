"""Libraries of articles of one paragraph, to check claims and quotes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assistant.assistant import Assistant
from assistant.types import Article, Paragraph, Section, article_id


@contextmanager
def library_of(folder: Path, texts: Mapping[str, tuple[str, str]]) -> Iterator[Assistant]:
    """A library of ``texts``: title to text and language."""
    with Assistant.open(folder, seeds=False) as pq:
        pq.add_articles(
            [
                Article(
                    id=article_id(name),
                    title=name,
                    text=text,
                    paragraphs=(Paragraph(0, len(text), Section.BODY, language),),
                    source=name,
                )
                for name, (text, language) in texts.items()
            ]
        )
        yield pq
