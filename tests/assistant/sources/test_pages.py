"""HTML pages and feeds."""

from __future__ import annotations

import pytest

from assistant.errors import SourceError
from assistant.sources import parse, parse_each
from assistant.types import Article, IngestFailure, ParagraphKind, Section

K = ParagraphKind

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head>
<meta charset="utf-8"><title>Council opens bridge - Harbour Post</title>
<meta property="og:site_name" content="Harbour Post">
<meta name="author" content="Ana Ruiz">
<meta property="article:published_time" content="2026-01-06T10:00:00Z">
<link rel="canonical" href="{canonical}">
</head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Council opens bridge</h1>
<p>The council opened the bridge over the river on Monday, after four years of work on it.</p>
<figure><img src="a.jpg"><figcaption>The mayor cuts a ribbon. <span>AI-generated image</span></figcaption></figure>
<p>It cost forty million euros, <b>ten</b> more than planned, the council said in the evening.</p>
<h2>Who paid</h2>
<ul><li>The state paid twenty million euros of it.</li><li>The city paid the other twenty.</li></ul>
<blockquote><p>We are proud of what was built here by so many hands.</p></blockquote>
<figure><img src="b.jpg"><figcaption>The bridge from below.</figcaption></figure>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2024</td><td>18 million</td></tr>
<tr><td>2025</td><td>22 million</td></tr></table>
<p>The next bridge is planned for the north of the town, where the ferry now runs twice an hour.</p>
<p>Read more</p>
</article>
<aside><h3>Related articles</h3><figure><figcaption>Another story.</figcaption></figure></aside>
<footer><p>Copyright Harbour Post. All rights reserved by the publisher of this page.</p></footer>
<script>alert("nothing of this")</script></body></html>"""


def page(canonical: str = "https://harbour.example/news/bridge") -> bytes:
    return PAGE.replace("{canonical}", canonical).encode()


def test_page() -> None:
    (article,) = parse(page(), location="bridge")
    assert [
        (p.section, p.kind, article.paragraph_text(i)) for i, p in enumerate(article.paragraphs)
    ] == [
        (Section.HEADLINE, K.HEADING, "Council opens bridge"),
        (Section.LEDE, K.TEXT, "The council opened the bridge over the river on Monday, after four years of work on it."),
        (Section.CAPTION, K.CAPTION, "The mayor cuts a ribbon."),
        (Section.BODY, K.TEXT, "It cost forty million euros, ten more than planned, the council said in the evening."),
        (Section.BODY, K.HEADING, "Who paid"),
        (Section.BODY, K.LIST_ITEM, "The state paid twenty million euros of it."),
        (Section.BODY, K.LIST_ITEM, "The city paid the other twenty."),
        (Section.BODY, K.QUOTE, "We are proud of what was built here by so many hands."),
        (Section.CAPTION, K.CAPTION, "The bridge from below."),
        (Section.BODY, K.TABLE, "Year | Cost\n2024 | 18 million\n2025 | 22 million"),
        (Section.BODY, K.TEXT, "The next bridge is planned for the north of the town, where the ferry now runs twice an hour."),
    ]  # fmt: skip
    assert [p.ai_generated for p in article.paragraphs] == [i == 2 for i in range(11)]
    assert (article.author, article.published, article.site) == (
        "Ana Ruiz",
        "2026-01-06",
        "Harbour Post",
    )
    assert (article.language, article.format) == ("en", "html")
    assert article.url == "https://harbour.example/news/bridge"
    assert not article.title_derived


@pytest.mark.parametrize(
    ("canonical", "fetched", "url"),
    [
        ("javascript:alert(1)", None, None),
        ("https://harbour.example/", None, None),
        (
            "https://harbour.example/a",
            "https://harbour.example/a?utm=1",
            "https://harbour.example/a",
        ),
        ("https://bank.example/a", "https://harbour.example/b", "https://harbour.example/b"),
        ("", "https://harbour.example/b", "https://harbour.example/b"),
    ],
)
def test_address(canonical: str, fetched: str | None, url: str | None) -> None:
    (article,) = parse(page(canonical), location="bridge", url=fetched)
    assert article.url == url


def test_declared_encoding() -> None:
    data = page().decode().replace("utf-8", "iso-8859-1").replace("ribbon", "rübän")
    (article,) = parse(data.encode("latin-1"), location="x")
    assert "rübän" in article.text
    (article,) = parse(page().decode().encode("utf-16"), location="x")
    assert article.title == "Council opens bridge"


def test_language_is_that_of_the_text_not_of_the_site() -> None:
    data = page().replace(b'lang="en-GB"', b'lang="ar"')
    assert parse(data, location="x")[0].language == "en"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><body><script>draw()</script></body></html>", "no article text found"),
        (b"<html><body>" + b"<div>" * 3000, "no article text found"),
        (b"<html><p " + b"a=1 " * 6000 + b">x", "over 5,000 attributes"),
        (b"<html><body>" + b"<i>x</i>" * 100_001, "more than 100,000 elements"),
        (b"<html><!--" + b"x" * (16 << 20), "an HTML page of 16 MiB"),
    ],
)
def test_refused_pages(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse(data, location="x")


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Harbour Post</title><link>https://harbour.example/</link><language>en</language>
<item><title>Bridge &amp;amp; ferry</title><link>https://harbour.example/1</link><guid>g1</guid>
<pubDate>Tue, 06 Jan 2026 18:00:00 GMT</pubDate><dc:creator>Ana Ruiz</dc:creator>
<description>Short.</description>
<content:encoded><![CDATA[<p>The bridge is <b>open</b>.</p><script>x()</script><h2>Costs</h2><ul><li>One</li></ul>tail]]></content:encoded></item>
<item><title>Nothing but a title</title><link>javascript:alert(1)</link></item>
<item><link>https://harbour.example/3</link><description>A plain summary; 3 &lt; 4.</description></item>
</channel></rss>"""


def test_rss() -> None:
    first, titled, third = parse_each(RSS.encode(), location="feed.xml")
    assert isinstance(first, Article)
    assert isinstance(titled, IngestFailure)
    assert isinstance(third, Article)
    assert first.title == "Bridge & ferry"
    assert first.text == "Bridge & ferry\n\nThe bridge is open.\n\nCosts\n\nOne\n\ntail"
    assert [p.kind for p in first.paragraphs] == [K.HEADING, K.TEXT, K.HEADING, K.LIST_ITEM, K.TEXT]
    assert (first.url, first.author, first.published, first.site, first.format) == (
        "https://harbour.example/1", "Ana Ruiz", "2026-01-06T18:00:00+00:00", "Harbour Post", "feed",
    )  # fmt: skip
    assert titled.message == "feed.xml: entry 2: no text in it; add the page it links to"
    assert third.text == "A plain summary; 3 < 4."
    assert third.title_derived
    fewer = RSS.replace(RSS[RSS.index("<item>") : RSS.index("</item>") + 7], "", 1)
    assert [
        a.id for a in parse_each(fewer.encode(), location="feed.xml") if isinstance(a, Article)
    ] == [third.id]


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>بريد</title>
<entry><title type="html">&lt;i&gt;A&lt;/i&gt; title</title><id>urn:1</id><updated>2026-01-06T10:00:00Z</updated>
<link rel="self" href="https://harbour.example/self"/><link href="https://harbour.example/a"/>
<author><name>Bo</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content>
</entry></feed>"""


def test_atom() -> None:
    (article,) = parse(ATOM.encode(), location="feed")
    assert article.text == "A title\n\nOne.\n\nTwo."
    assert (article.url, article.author, article.published) == (
        "https://harbour.example/a", "Bo", "2026-01-06T10:00:00+00:00",
    )  # fmt: skip


def test_entities_are_not_expanded(tmp_path: object) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE r [<!ENTITY a0 "lol">{levels}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    item = "<item><title>t</title><description>text &a9; &f; end</description></item>"
    for found in parse_each(f"{bomb}<rss><channel>{item}</channel></rss>".encode(), location="x"):
        text = found.text if isinstance(found, Article) else found.message
        assert len(text) < 200
        assert "lollol" not in text


@pytest.mark.parametrize("data", [b"<rss><channel></channel></rss>", b"<feed>" + b"<a>" * 9999])
def test_feeds_without_entries(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"without entries|damaged"):
        parse(data, location="x")
