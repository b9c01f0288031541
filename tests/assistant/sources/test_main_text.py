"""Articles whole: the page's text is what the library has, or the report says that it is not."""

from __future__ import annotations

import json

import pytest

from assistant.sources import parse
from assistant.types import Article

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
SENTENCES = [
    f"In the {word} quarter of the town the council has had the pipes renewed and the streets paved with stone."
    for word in NUMBERS
]
MENU = (
    "<nav><ul>"
    + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in NUMBERS)
    + "</ul></nav>"
)
FOOT = (
    "<div class='related'>" + "".join(
        f"<p>The {n} teaser tells of another story that stands on a page of its own, of rain and of shine.</p>" for n in NUMBERS[:5]
    ) + "</div><footer><p>Copyright Harbour Post. All rights reserved by the publisher of this page.</p></footer>"
)  # fmt: skip


def read(body: str, *, head: str = "") -> Article:
    page = f"<html lang=en><head><title>Pipes renewed</title>{head}</head><body>{MENU}{body}{FOOT}</body></html>"
    return parse(page.encode(), location="x")[0]


BODIES = {
    "divs without paragraphs": "<div class=text>" + "".join(f"<div>{s}</div>" for s in SENTENCES) + "</div>",
    "line breaks": "<div>" + "<br><br>".join(SENTENCES) + "</div>",
    "single line breaks": "<td>" + "<br>".join(SENTENCES) + "</td>",
    "several articles": "".join(f"<article><h2>Item</h2><p>{s}</p></article>" for s in SENTENCES),
    "live blog": "<main>" + "".join(
        f"<div class='post'><time datetime='2026-01-05T1{i % 10}:00'>1{i % 10}:00</time><h3>Head {n}</h3><p>{s}</p></div>"
        for i, (n, s) in enumerate(zip(NUMBERS, SENTENCES, strict=True))
    ) + "</main>",
    "gallery": "<main>" + "".join(
        f"<figure><img src=a.jpg></figure><div class=slide><h3>Picture {n}</h3><div class=slide-text>{s}</div></div>"
        for n, s in zip(NUMBERS, SENTENCES, strict=True)
    ) + "</main>",
    "list of items": "<article><p>The town has twelve quarters.</p><ol>" + "".join(
        f"<li><b>{n}</b> {s} <a href='/x'>More</a></li>" for n, s in zip(NUMBERS, SENTENCES, strict=True)
    ) + "</ol></article>",
    "spans": "<section>" + "".join(f"<span style='display:block'>{s}</span>" for s in SENTENCES) + "</section>",
    "loose text between parts": "<article>" + "".join(f"{s}<div class=gap></div>" for s in SENTENCES) + "</article>",
    "layout table": f"<table><tr><td width=120>{MENU}</td><td>" + "".join(f"<p>{s}</p>" for s in SENTENCES) + "</td></tr></table>",
    "parts of a story": "<main>" + "".join(
        f"<section class='story-part'><div><div><p>{s}</p></div></div></section>" for s in SENTENCES
    ) + "</main>",
    "quoted": "<article>" + "".join(f"<blockquote>{s}</blockquote>" for s in SENTENCES) + "</article>",
    "definitions": "<dl>" + "".join(f"<dt>{n}</dt><dd>{s}</dd>" for n, s in zip(NUMBERS, SENTENCES, strict=True)) + "</dl>",
    "folded": "<main>" + "".join(f"<details><summary>{n}</summary>{s}</details>" for n, s in zip(NUMBERS, SENTENCES, strict=True)) + "</main>",
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
def test_the_whole_text_is_kept(kind: str) -> None:
    article = read(f"<h1>Pipes renewed</h1>{BODIES[kind]}")
    missing = [s for s in SENTENCES if s not in article.text]
    assert not missing
    assert "teaser" not in article.text
    assert "Copyright" not in article.text
    assert article.warnings == ()


def test_posts_of_a_live_blog_keep_their_times_and_heads() -> None:
    posts = "".join(
        f"<div class=post><{tag}>{time}</{tag}><h3>{head}</h3><p>{s}</p></div>"
        for (tag, time, head), s in zip(
            [
                ("time", "18:40", "Ferry stopped"),
                ("time", "17:10", "Tree fell"),
                ("time", "15:05", "Warning"),
            ],
            SENTENCES,
            strict=False,
        )
    )
    article = read(f"<article><h1>Pipes renewed</h1>{posts}</article>")
    assert article.text.split("\n\n") == [
        "Pipes renewed", "18:40", "Ferry stopped", SENTENCES[0], "17:10", "Tree fell", SENTENCES[1], "15:05", "Warning", SENTENCES[2],
    ]  # fmt: skip


def ld(**fields: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(fields)}</script>"


@pytest.mark.parametrize(
    "head",
    [
        ld(**{"@type": "NewsArticle", "articleBody": "\n\n".join(SENTENCES)}),
        ld(**{"@graph": [{"@type": "WebSite"}, {"@type": "Article", "articleBody": "".join(f"<p>{s}</p>" for s in SENTENCES)}]}),
        ld(**{"@type": "LiveBlogPosting", "liveBlogUpdate": [{"headline": "Head", "articleBody": s} for s in SENTENCES]}),
        f"{ld(a=1)[:-12]}damaged</script>" + ld(**{"@type": "BlogPosting", "articleBody": "\n".join(SENTENCES)}),
    ],
)  # fmt: skip
def test_a_text_that_stands_in_json_only(head: str) -> None:
    page = f"<html><head><title>Pipes renewed</title>{head}</head><body><div id=root></div></body></html>"
    (article,) = parse(page.encode(), location="x")
    kept = [text for text in article.text.split("\n\n") if text != "Head"]
    assert kept == ["Pipes renewed", *SENTENCES]


@pytest.mark.parametrize(
    ("head", "notice"),
    [
        ("", "<p>Subscribe to continue reading.</p>"),
        ("", "<div class=wall>Dieser Artikel ist exklusiv für Abonnenten.</div>"),
        ("", "<p>Il vous reste à lire 80 % de cet article. La suite est réservée.</p>"),
        ("", "<p>هذا المحتوى للمشتركين</p>"),
        (ld(**{"@type": "NewsArticle", "isAccessibleForFree": "False"}), ""),
    ],
)
def test_a_paywall_is_named(head: str, notice: str) -> None:
    article = read(
        f"<article><h1>Pipes renewed</h1><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>{notice}</article>",
        head=head,
    )
    assert article.text == "Pipes renewed\n\n" + "\n\n".join(SENTENCES[:2])
    assert article.warnings == (
        "the page shows the whole article to subscribers only: what is kept may be its beginning",
    )


def test_a_text_about_subscribers_is_no_notice() -> None:
    talk = (
        "The paper told its readers to subscribe to continue reading, and many of them did so. " * 4
    )
    article = read(f"<article><h1>Pipes renewed</h1><p>{talk}</p>{BODIES['line breaks']}</article>")
    assert article.warnings == ()
    assert talk.strip() in article.text


def test_what_leads_elsewhere_is_left_out() -> None:
    link = "<p>Read also: <a href='/x'>How the town paid for its new pipes and the paving of the streets</a></p>"
    body = "".join(f"<p>{s}</p>{link if i == 5 else ''}" for i, s in enumerate(SENTENCES))
    article = read(
        f"<article><h1>Pipes renewed</h1><p>By Ann Lee, 5 January 2026</p>{body}</article>"
    )
    assert article.text == "\n\n".join(["Pipes renewed", *SENTENCES])


def test_a_page_without_a_body_is_read_too() -> None:
    page = f"<html><title>Pipes renewed</title><article>{BODIES['line breaks']}</article>"
    assert parse(page.encode(), location="x")[0].text.count("quarter of the town") == len(SENTENCES)


@pytest.mark.parametrize(
    "around",
    [
        "<footer><p>Subscribe to read our newsletter every morning.</p></footer>",
        "<div class='related-stories'><p>For subscribers only: how the town paid</p></div>",
        "<aside><p>Subscribe to read more from this writer.</p></aside>",
    ],
)
def test_what_asks_for_subscribers_elsewhere_is_no_paywall(around: str) -> None:
    paragraphs = "".join(f"<p>{s}</p>" for s in SENTENCES[:3])
    article = read(f"<article><h1>Pipes renewed</h1>{paragraphs}</article>{around}")
    assert (article.text.count("quarter of the town"), article.warnings) == (3, ())


@pytest.mark.parametrize("tag", ["article", "main"])
def test_a_short_article_is_whole(tag: str) -> None:
    page = f"<title>Pipes renewed</title><{tag}><h1>Pipes renewed</h1><p>The pool is closed today.</p></{tag}>"
    (article,) = parse(f"<html>{page}<footer>Harbour Post</footer></html>".encode(), location="x")
    assert (article.text, article.warnings) == ("Pipes renewed\n\nThe pool is closed today.", ())


def test_captions_of_a_gallery_are_its_text() -> None:
    parts = "".join(f"<figure><img src=a><figcaption>{s}</figcaption></figure>" for s in SENTENCES)
    article = read(f"<main><h1>Pipes renewed</h1>{parts}</main>")
    assert [s for s in SENTENCES if s not in article.text] == []
