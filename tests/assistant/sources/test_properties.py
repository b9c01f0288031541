"""Whatever comes in: nothing but SourceError comes out, and every offset holds."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.errors import SourceError
from assistant.sources import parse_each
from assistant.sources.blocks import Block, Meta, build_article, clean
from assistant.types import PARAGRAPH_SEPARATOR, Article, ParagraphKind, Section


def _samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples"] = module
    spec.loader.exec_module(module)
    return module


samples = _samples()
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

anything = st.text(alphabet=st.characters(), max_size=200)
"""Lone surrogates included."""

storable = st.text(max_size=120)
xml_text = st.text(
    alphabet=st.characters(categories=("L", "N", "P", "Zs", "So", "Mn", "Cf")), max_size=80
)


def check(article: Article) -> None:
    assert article.paragraphs
    position = 0
    cut = []
    for paragraph in article.paragraphs:
        assert position <= paragraph.start < paragraph.end <= len(article.text)
        position = paragraph.end
        text = article.text[paragraph.start : paragraph.end]
        assert text == clean(text, paragraph.kind)
        assert text.strip()
        cut.append(text)
    assert PARAGRAPH_SEPARATOR.join(cut) == article.text
    assert article.title
    assert "\n" not in article.title
    assert article.title_derived == (
        Section.HEADLINE not in {p.section for p in article.paragraphs}
    )
    stored = article.text + article.title + (article.author or "") + (article.url or "")
    assert "\0" not in stored
    stored.encode("utf-8")
    json.dumps(article.metadata).encode("utf-8")


def check_bytes(data: bytes) -> list[Article]:
    articles = []
    messages = []
    try:
        for found in parse_each(data, location="x"):
            if isinstance(found, Article):
                check(found)
                articles.append(found)
            else:
                messages.append(found.message)
    except SourceError as error:
        messages.append(str(error))
    assert not any("\n" in message or "\x1b" in message for message in messages)
    assert len({article.id for article in articles}) == len(articles)
    return articles


MAGIC = [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"<html><body><p>", b"<?xml?><rss><item>",
         b"{", b"[", b'{"text": "', b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"# ", b"---\n",
         b"AI-generated image\n"]  # fmt: skip


@QUICK
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_any_bytes(start: bytes, rest: bytes) -> None:
    check_bytes(start + rest)
    check_bytes(gzip.compress(start + rest))


@QUICK
@given(anything)
@example("\r\n\r\r\n x \x0b\x0c\x1c\x85\u2028 y")
@example("١٢٣ 👩‍🚀 e\u0301\n\n" * 3)
def test_any_plain_text(text: str) -> None:
    check_bytes(text.encode("utf-8", "surrogatepass"))


MARKS = st.sampled_from(
    ["# ", "- ", "> ", "```\n", "\n", "\n\n", "|a|b|\n|-|-|\n", "**", "[x](http://y)", "![z](q)", "---\n",
     "title: ", "1. ", "    ", "<div>", "&amp;", "\\"]
)  # fmt: skip


@QUICK
@given(st.lists(st.one_of(MARKS, storable), max_size=12))
def test_any_markdown(parts: list[str]) -> None:
    check_bytes(("# " + "".join(parts)).encode())


FURNITURE = st.sampled_from(
    ["AI-generated image\n", "Prepared by AI AI-generated image\n", "\nWhat people say\n\n",
     "\nRelated articles\n\n", "This website uses cookies\n", "Reject\n", "\n", "\n\n",
     "صورة مولدة بواسطة الذكاء الاصطناعي\n", "A short headline\n\n", "A sentence. And another one.\n\n"]
)  # fmt: skip


@QUICK
@given(st.lists(st.one_of(FURNITURE, storable.map(lambda t: t + "\n")), max_size=15))
def test_any_page_text(parts: list[str]) -> None:
    articles = check_bytes(("x\nAI-generated image\n" + "".join(parts)).encode())
    for article in articles[1:]:
        assert article.linked_ids == (articles[0].id,)
    if len(articles) > 1:
        assert articles[0].linked_ids == tuple(article.id for article in articles[1:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {"text": st.one_of(anything, json_values)},
    optional={name: st.one_of(anything, json_values) for name in ("title", "url", "published", "language", "author", "id", "x")},
)  # fmt: skip


@QUICK
@given(st.lists(st.one_of(rows, json_values), max_size=5))
@example([{"\x1b[2J\n": None}, {"\x1b": None}])
def test_any_json(values: list[object]) -> None:
    check_bytes(json.dumps(values).encode())
    check_bytes("\n".join(json.dumps(value) for value in values).encode())


TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "<h2>", "<ul><li>", "<blockquote>", "<table><tr><td>", "<br>", "<figure><figcaption>",
     "</figcaption></figure>", "<script>", "</script>", "<!--", "<b>", "<pre><code>", "<a href='javascript:x'>", "&#0;", "&#xd800;"]
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(TAGS, anything), max_size=20))
def test_any_html(parts: list[str]) -> None:
    filler = (
        "<p>The council opened the bridge over the river on Monday after years of work.</p>" * 4
    )
    body = "".join(parts).encode("utf-8", "surrogatepass")
    check_bytes(b"<html><body><article>" + filler.encode() + body + filler.encode())


@QUICK
@given(st.lists(st.tuples(xml_text, xml_text), max_size=4), storable)
def test_any_feed(entries: list[tuple[str, str]], junk: str) -> None:
    from xml.sax.saxutils import escape

    items = "".join(
        f"<item><title>{escape(t)}</title><description>{escape(d)}</description></item>"
        for t, d in entries
    )
    check_bytes(f"<rss><channel>{items}</channel></rss>".encode())
    check_bytes(f"<rss><channel>{items}{junk}".encode())


@QUICK
@given(st.lists(xml_text, max_size=5), st.integers(0, 300), st.integers(0, 255))
def test_any_docx(texts: list[str], place: int, byte: int) -> None:
    from xml.sax.saxutils import escape

    data = samples.docx("".join(samples.paragraph(escape(text)) for text in texts))
    check_bytes(data)
    damaged = bytearray(data)
    damaged[place % len(damaged)] = byte
    check_bytes(bytes(damaged))


line = st.tuples(
    st.floats(-50, 650), st.floats(-50, 850), st.floats(0.1, 80),
    st.text(alphabet=st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=30),
)  # fmt: skip


@QUICK
@given(
    st.lists(st.lists(line, max_size=6), min_size=1, max_size=3),
    st.integers(0, 2000),
    st.integers(0, 255),
)
def test_any_pdf(pages: list[list[tuple[float, float, float, str]]], place: int, byte: int) -> None:
    data = samples.pdf(pages)
    check_bytes(data)
    damaged = bytearray(data)
    damaged[place % len(damaged)] = byte
    check_bytes(bytes(damaged))


blocks = st.lists(
    st.builds(Block, anything, st.sampled_from(Section), st.sampled_from(ParagraphKind)), max_size=6
)


@QUICK
@given(blocks, st.none() | anything)
def test_any_blocks(parts: list[Block], title: str | None) -> None:
    try:
        article = build_article(parts, Meta(title=title), location="x", format_name="text")
    except SourceError:
        assert not any(c.isalnum() for block in parts for c in clean(block.text, block.kind))
        return
    if Section.HEADLINE in {p.section for p in article.paragraphs} or not article.title_derived:
        assert clean(article.title) == article.title
    assert article.text == PARAGRAPH_SEPARATOR.join(
        article.paragraph_text(i) for i in range(len(article.paragraphs))
    )
    check(article)
