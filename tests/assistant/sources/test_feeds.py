"""Feeds: whose title and text an entry has, escapes, links, dates, and what is refused."""

from __future__ import annotations

import pytest

from assistant.errors import SourceError
from assistant.sources import feeds, parse
from assistant.types import Article

MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
ITUNES = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'


def rss(
    item: str, *, namespaces: str = "", link: str = "https://s.example/", prolog: str = ""
) -> str:
    return (
        f'<?xml version="1.0"?>{prolog}<rss version="2.0" {namespaces}><channel><title>Courier</title>'
        f"<link>{link}</link><item>{item}</item></channel></rss>"
    )


def only(text: str, *, url: str | None = None) -> Article:
    (article,) = parse(text.encode(), location="x", url=url)
    return article


OWN = "<title>Bridge closed</title><description>It was closed after cracks.</description>"
CAPTION = "A crowd of tourists stands on the old bridge in the summer of 2018."


@pytest.mark.parametrize(
    ("item", "namespaces"),
    [
        (f"<media:content url='a'><media:title>Picture</media:title><media:description>{CAPTION}</media:description></media:content>{OWN}", MEDIA),
        (f"<media:title type='plain'>Portrait</media:title>{OWN}<media:description type='html'>{CAPTION}</media:description>", MEDIA),
        (f"{OWN}<media:group><media:content><media:title>Picture</media:title></media:content></media:group>", MEDIA),
        (f"<p:title>Picture</p:title>{OWN}<p:description>{CAPTION}</p:description>", 'xmlns:p="http://search.yahoo.com/mrss"'),
        (f"<media:title>Picture</media:title>{OWN}<media:description>{CAPTION}</media:description>", ""),
        (f"<itunes:title>Short</itunes:title>{OWN}<itunes:summary>Subscribe to our newsletter, and rate this show.</itunes:summary>", ITUNES),
        (f"<source url='https://o.example'>Other</source>{OWN}<comments>https://c.example</comments>", ""),
    ],
)  # fmt: skip
def test_an_entry_has_its_own_title_and_text(item: str, namespaces: str) -> None:
    assert (
        only(rss(item, namespaces=namespaces)).text
        == "Bridge closed\n\nIt was closed after cracks."
    )


def test_authors() -> None:
    host = "<itunes:author>Studio</itunes:author>"
    written = "<author>ed@example.org (Ada Lind)</author>"
    assert only(rss(OWN + host + written, namespaces=ITUNES)).author == "Ada Lind"
    assert only(rss(OWN + host, namespaces=ITUNES)).author == "Studio"
    assert only(rss(OWN + "<author>ann@paper.example (Ann Lee)</author>")).author == "Ann Lee"
    assert only(rss(OWN + "<author>ann@paper.example</author>")).author == "ann@paper.example"
    atom = f"<feed xmlns='{ATOM}'><author><name>Bo</name></author><entry><title>T</title>%s<content>Text.</content></entry></feed>"
    assert only(atom % "").author == "Bo"
    two = "<author><name>Ana</name></author><author><name>Cy</name></author>"
    assert only(atom % two).author == "Ana, Cy"


def test_podcast_with_nothing_but_a_summary_of_its_own_kind() -> None:
    item = (
        "<title>Flood</title><itunes:summary>The dam broke &amp;amp; fell in 1908.</itunes:summary>"
    )
    assert only(rss(item, namespaces=ITUNES)).text == "Flood\n\nThe dam broke & fell in 1908."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("It met on Monday&nbsp;&ndash; for the first time.", "It met on Monday\u00a0– for the first time."),
        ("The caf&eacute; burned.", "The café burned."),
        ("The court fined the firm <b>9 million</b> crowns.", "The court fined the firm 9 million crowns."),
        ("Text first <p>and then a paragraph.</p>", "Text first\n\nand then a paragraph."),
        ("AT&T and Q&A, 5 &lt; 6.", "AT&T and Q&A, 5 < 6."),
        ("<![CDATA[<p>Fish & chips, R&amp;D.</p>]]>", "Fish & chips, R&D."),
        ("&lt;p&gt;Once &amp;amp; for all.&lt;/p&gt;", "Once & for all."),
        ("&amp;lt;p&amp;gt;The pump was &amp;lt;b&amp;gt;repaired&amp;lt;/b&amp;gt;.&amp;lt;/p&amp;gt;", "The pump was repaired."),
        ("The &amp;lt;p&amp;gt; element holds text.", "The <p> element holds text."),
        ("The pump & the <i>mill</b> stand.", "The pump & the mill stand."),
        ("&#1052;&#x438;&#x440; came.", "Мир came."),
    ],
)  # fmt: skip
def test_text_is_whole_whatever_is_escaped(written: str, expected: str) -> None:
    assert only(rss(f"<description>{written}</description>")).text == expected


ATOM = "http://www.w3.org/2005/Atom"


def atom(entry: str, attributes: str = "") -> str:
    return f'<feed xmlns="{ATOM}" {attributes}><title>Blog</title><entry>{entry}</entry></feed>'


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('<title type="text">Why &lt;dialog&gt; wins</title>', "Why <dialog> wins"),
        ("<title>Why &lt;b&gt; &amp;amp; wins</title>", "Why <b> &amp; wins"),
        ('<title type="html">Fish &amp;amp; chips &lt;em&gt;again&lt;/em&gt;</title>', "Fish & chips again"),
        ('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Less: <em>&lt;</em></div></title>', "Less: <"),
    ],
)  # fmt: skip
def test_types_of_atom_texts(title: str, expected: str) -> None:
    content = '<content type="text">The &lt;dialog&gt; element, as a &lt; b failed.</content>'
    article = only(atom(title + content))
    assert (article.title, article.text) == (
        expected,
        f"{expected}\n\nThe <dialog> element, as a < b failed.",
    )


def test_prefixed_atom_with_text_right_in_the_div() -> None:
    text = (
        f'<a:feed xmlns:a="{ATOM}"><a:title>F</a:title><a:entry><a:title>A</a:title><a:content type="xhtml">'
        '<h:div xmlns:h="http://www.w3.org/1999/xhtml">Text first. <h:p>One <h:b>two</h:b>.</h:p></h:div>'
        "</a:content></a:entry></a:feed>"
    )
    assert only(text).text == "A\n\nText first.\n\nOne two."


BASE = 'xml:base="https://blog.example/a/"'


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        (atom('<link href="posts/x"/><summary>T.</summary>', BASE), None, "https://blog.example/a/posts/x"),
        (atom('<link rel="self" href="s"/><link rel="alternate" href="/posts/f"/><summary>T.</summary>', BASE), None, "https://blog.example/posts/f"),
        (atom('<link href="x"/><summary>T.</summary>'), "https://t.example/feed/", "https://t.example/feed/x"),
        (rss("<link>/p/1</link><description>T.</description>"), None, "https://s.example/p/1"),
        (rss("<guid>ep12</guid><description>T.</description>"), "https://t.example/f", None),
        (rss("<guid>https://g.example/1</guid><description>T.</description>"), None, "https://g.example/1"),
        (rss("<link>javascript:alert(1)</link><description>T.</description>"), None, None),
    ],
)  # fmt: skip
def test_links_are_made_whole(text: str, url: str | None, expected: str | None) -> None:
    assert only(text, url=url).url == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Wed, 23 Jul 14 23:18:39 +0200 +0200", "2014-07-23T23:18:39+02:00"),
        ("2026-01-06 18:00:00 +0100", "2026-01-06T18:00:00+01:00"),
        ("20260106T180000Z", "2026-01-06T18:00:00+00:00"),
        ("Tue, 6 January 2026 10:00 GMT", "2026-01-06T10:00:00+00:00"),
        ("Tue, 06 Jan 2026", "2026-01-06"),
        ("January 6, 2026", "2026-01-06"),
        ("06/01/2026 10:00", None),
        ("2026", None),
        ("soon", None),
    ],
)
def test_dates(written: str, expected: str | None) -> None:
    assert (
        only(rss(f"<description>T.</description><pubDate>{written}</pubDate>")).published
        == expected
    )


def test_declared_entities_are_short_or_nothing() -> None:
    declared = '<!DOCTYPE rss [<!ENTITY co "Acme"><!ENTITY long "%s">]>' % ("x" * 99)
    article = only(rss("<description>Of &co; and &long;.</description>", prolog=declared))
    assert article.text == "Of Acme and &long;."


def test_feeds_of_another_encoding() -> None:
    text = rss("<description>Text of the café.</description>")
    latin = text.replace('"1.0"', '"1.0" encoding="iso-8859-1"', 1).encode("latin-1")
    for data in (latin, text.encode("utf-16")):
        assert parse(data, location="x")[0].text == "Text of the café."


def test_larger_feeds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_FEED_BYTES", 99)
    with pytest.raises(SourceError, match="a feed of over 0 MiB; split it"):
        only(rss(OWN))
