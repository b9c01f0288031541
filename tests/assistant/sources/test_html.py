from __future__ import annotations

from assistant.sources.html import parse_html, text_of_fragment
from assistant.types import ParagraphKind

PAGE = """<html lang="en"><head><title>A lake | The Paper</title><meta property="og:site_name" content="The Paper">
<link rel="canonical" href="https://example.org/lake"></head><body><nav><a href="/">Home</a></nav><article>
<h1>A lake</h1><p>The lake has one island, and nobody has lived on it since the last war ended.</p>
<p>It can be seen from the tower of the town, which is open to visitors on Sundays in summer.</p></article></body></html>"""


def test_a_page_is_its_article_with_what_it_says_of_itself():
    (article,) = parse_html(PAGE.encode(), location="x")
    assert (article.title, article.url, article.site, article.language) == (
        "A lake",
        "https://example.org/lake",
        "The Paper",
        "en",
    )
    assert "Home" not in article.text
    assert "one island" in article.text


def test_a_fragment_is_its_paragraphs():
    blocks = text_of_fragment("<h2>Lakes</h2><p>One <b>island</b>.</p><pre>a  b</pre>")
    assert [(block.text, block.kind) for block in blocks] == [
        ("Lakes", ParagraphKind.HEADING),
        ("One island.", ParagraphKind.TEXT),
        ("a  b", ParagraphKind.CODE),
    ]
