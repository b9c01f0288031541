"""JSON: bodies in HTML, dates in words, LangChain's documents and JSON Feed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.sources import parse
from assistant.types import Article, ParagraphKind


def only(record: Any, *, end: str = "") -> Article:
    (article,) = parse((json.dumps(record) + end).encode(), location="x")
    return article


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        ("text", "<p>The mill &amp; the dam.</p><ul><li>One</li></ul>", "The mill & the dam.\n\nOne"),
        ("body", "First line.<br>It is <b>9 million</b>.", "First line.\n\nIt is 9 million."),
        ("content", '<div class="a">The mill.</div>', "The mill."),
        ("content_html", "Fish &amp; chips", "Fish & chips"),
        ("text", "If a < b and c > d, stop.", "If a < b and c > d, stop."),
        ("text", "The <dialog> element & others.", "The <dialog> element & others."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "\n"])
def test_bodies_in_html(field: str, written: str, expected: str, end: str) -> None:
    assert only({field: written}, end=end).text == expected


def test_kinds_of_html_stay() -> None:
    article = only({"text": "<h2>Costs</h2><blockquote>It was dear.</blockquote>"})
    assert [p.kind for p in article.paragraphs] == [ParagraphKind.HEADING, ParagraphKind.QUOTE]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("January 6, 2026", "2026-01-06"),
        ("Tuesday, 6 Jan 2026", "2026-01-06"),
        (1767690000, "2026-01-06T09:00:00+00:00"),
        ("06/01/2026", None),
        ("2026", None),
    ],
)
def test_dates(written: Any, expected: str | None) -> None:
    assert only({"text": "The mill burned.", "date": written}).published == expected


ABOUT = {"source": "https://n.example/1", "title": "Mill", "page": 3}


@pytest.mark.parametrize(
    "record",
    [
        {"page_content": "The mill burned.", "metadata": ABOUT},
        {"lc": 1, "id": ["langchain"], "kwargs": {"page_content": "The mill burned.", "metadata": ABOUT}},
        {"page_content": "The mill burned.", "title": "Mill", "metadata": {**ABOUT, "title": "Other"}},
    ],
)  # fmt: skip
def test_documents_of_langchain(record: dict[str, Any]) -> None:
    article = only(record)
    assert (article.text, article.url) == ("Mill\n\nThe mill burned.", "https://n.example/1")
    assert article.metadata["page"] == 3


FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "Courier", "language": "en", "home_page_url": "https://n.example",
    "items": [
        {"id": "1", "url": "https://n.example/1", "title": "Mill", "content_html": "<p>The mill <b>burned</b>.</p>",
         "summary": "Short.", "date_published": "2026-01-06T10:00:00Z", "authors": [{"name": "Ana"}, {"name": "Bo"}]},
        {"id": "2", "content_text": "The dam broke.", "author": {"name": "Cy"}},
        {"id": "3", "title": "Sum", "summary": "Only a summary."},
        {"id": "4", "title": "Nothing"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", [{}, {"indent": 1}])
def test_json_feed(form: dict[str, int]) -> None:
    data = json.dumps({**FEED, "items": FEED["items"][:3]}, **form) + "\n"  # type: ignore[arg-type, index]
    mill, dam, summary = parse(data.encode(), location="x")
    assert mill.text == "Mill\n\nThe mill burned."
    assert (mill.url, mill.author, mill.published, mill.site) == (
        "https://n.example/1", "Ana, Bo", "2026-01-06T10:00:00+00:00", "Courier",
    )  # fmt: skip
    assert (dam.text, dam.author, dam.site) == ("The dam broke.", "Cy", "Courier")
    assert summary.text == "Sum\n\nOnly a summary."


def test_an_entry_without_text_is_named() -> None:
    from assistant.sources import parse_each

    *_, failure = parse_each(json.dumps(FEED).encode(), location="x")
    assert getattr(failure, "message", "").startswith("x: record 4: no text in it")


def test_author_and_publisher_with_names_of_their_own() -> None:
    article = only(
        {
            "articleBody": "The mill burned.",
            "author": [{"@type": "Person", "name": "Ana"}],
            "publisher": {"name": "Courier"},
        }
    )
    assert (article.author, article.site) == ("Ana", "Courier")


@pytest.mark.parametrize(
    "record",
    [
        {"Title": "Fish & chips", "Text": "The mill burned.", "Date": "2026-01-06"},
        {"title": {"rendered": "Fish &amp; <i>chips</i>"}, "content": {"rendered": "<p>The mill burned.</p>"}, "date": "2026-01-06"},
        {"title": "Fish & chips", "body": {"text": "The mill burned."}, "publishedAt": "6 janvier 2026"},
        {"title": "Fish & chips", "content": [{"type": "text", "text": "The mill burned."}], "pubDate": "Tue, 6 Jan 2026"},
        {"title": "Fish & chips", "contents": "The mill burned.", "published_at": "6. Januar 2026"},
    ],
)  # fmt: skip
def test_names_of_fields_as_other_programs_write_them(record: dict[str, Any]) -> None:
    article = only(record)
    assert article.text == "Fish & chips\n\nThe mill burned."
    assert (article.title, article.published) == ("Fish & chips", "2026-01-06")


def test_addresses_of_a_json_feed_are_made_whole() -> None:
    items = [{"id": "1", "url": "/a?b=1", "content_text": "The mill burned."}]
    feed = {**FEED, "home_page_url": "https://n.example/home/", "items": items}
    assert only(feed).url == "https://n.example/a?b=1"
