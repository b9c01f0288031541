"""Timelines: which statements are about the matter, and when what they tell was or will be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.types import Article, Paragraph, Section, article_id

TEXTS = {
    "Bridge of Arta falls into the river": (
        "2025-03-14",  # a Friday
        (
            "Published: 14 March 2025",
            "The bridge of Arta fell into the river on Thursday. Divers will look for the missing arch of "
            "the bridge on Saturday.",
            "The bridge was opened in 1974. The minister said on Monday that the bridge would be safe.",
            "The bridge of Arta is to be rebuilt by Friday, he promised on Wednesday. The council will pay more "
            "for the bridge than was promised on Tuesday. A new bridge will be opened next Sunday.",
        ),
    ),
    "Choir wins a prize for its songs": (
        "2025-05-09",
        ("The choir of Volos won the prize for songs on 4 May 2025.",),
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("timeline"), seeds=False) as pq:
        articles = []
        for title, (published, paragraphs) in TEXTS.items():
            bounds, start = [], 0
            for text in paragraphs:
                bounds.append(Paragraph(start, start + len(text), Section.BODY, "en"))
                start += len(text) + 2
            articles.append(
                Article(
                    id=article_id(title),
                    title=title,
                    text="\n\n".join(paragraphs),
                    paragraphs=tuple(bounds),
                    source=title,
                    published=published,
                )
            )
        pq.add_articles(articles)
        yield pq


@pytest.mark.parametrize("subject", ["The bridge of Arta", article_id(next(iter(TEXTS)))])
def test_what_is_told_of_the_matter_in_order(told: Assistant, subject: str) -> None:
    entries = told.timeline(subject).entries
    assert [(entry.date, entry.date_text) for entry in entries] == [
        ("1974", "1974"),
        ("2025-03-10", "Monday"),
        ("2025-03-11", "Tuesday"),
        ("2025-03-12", "Wednesday"),
        ("2025-03-13", "Thursday"),
        ("2025-03-14", "Friday"),
        ("2025-03-15", "Saturday"),
        ("2025-03-16", "Sunday"),
    ]


def test_what_is_about_something_else_is_left_out(told: Assistant) -> None:
    quotes = [entry.citation.quote for entry in told.timeline("choir prize songs").entries]
    assert quotes == ["The choir of Volos won the prize for songs on 4 May 2025."]
