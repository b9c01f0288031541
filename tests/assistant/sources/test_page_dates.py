"""When a page was published: its own day, or none."""

from __future__ import annotations

import json

import pytest

from assistant.sources import parse
from assistant.types import Article

PROSE = (
    "<p>The town council adopted a plan against traffic noise on the ring road after a debate of three hours.</p>"
    "<p>The first barriers are to be built next to the two schools in the north of the town, the planner said.</p>"
)


def article(
    line: str = "", *, language: str = "en", head: str = "", after: str = "", url: str | None = None
) -> Article:
    page = (
        f"<html lang='{language}'><head><title>Noise plan adopted</title>{head}</head><body><article>"
        f"<h1>Noise plan adopted</h1>{line}{PROSE}</article>{after}</body></html>"
    )
    return parse(page.encode(), location="x", url=url)[0]


@pytest.mark.parametrize(
    ("line", "language", "day"),
    [
        ("6 كانون الثاني 2026", "ar", "2026-01-06"),
        ("نُشر في 6 جانفي 2026", "ar", "2026-01-06"),
        ("الأربعاء 14 غشت 2024", "ar", "2024-08-14"),
        ("الثلاثاء 17 رجب 1447 هـ - 6 يناير/كانون الثاني 2026م", "ar", "2026-01-06"),
        ("٦ تشرين الأول ٢٠٢٥", "ar", "2025-10-06"),
        ("17 رجب 1447 هـ", "ar", None),
        ("2026年1月16日", "zh", "2026-01-16"),
        ("2026년 1월 6일 10:05", "ko", "2026-01-06"),
        ("Publié le 1er février 2026 à 10h05", "fr", "2026-02-01"),
        ("Actualizado el 6 de enero de 2026", "es", "2026-01-06"),
        ("Stand: 3. April 2026, 14:05 Uhr", "de", "2026-04-03"),
        ("Wien, 3. Jänner 2026", "de", "2026-01-03"),
        ("6 listopada 2025", "pl", "2025-11-06"),
        ("6. listopada 2025.", "hr", "2025-10-06"),
        ("2026. január 6.", "hu", "2026-01-06"),
        ("By Ann Lee, Harbour Post | Jan. 6th, 2026 at 10:05 am", "en", "2026-01-06"),
        ("Received: 3 May 2025 Accepted: 16 December 2025 Published: 2 January 2026", "en", "2026-01-02"),
        ("Updated 9 March 2026, first published 5 March 2026", "en", "2026-03-05"),
        ("3 May 2025 – 5 June 2025", "en", None),
        ("2026", "en", None),
        ("January 2026", "en", None),
        ("03/04/2026", "en", None),
        ("03/04/2026", "en-US", "2026-03-04"),
        ("03/04/2026", "en-GB", "2026-04-03"),
        ("03/04/2026", "fr", "2026-04-03"),
        ("25/04/2026", "en", "2026-04-25"),
        ("04/25/2026", "en", "2026-04-25"),
        ("03.04.2026", "en", "2026-04-03"),
        ("31 February 2026", "en", None),
        ("It opened on 6 May 2021 with a concert.", "en", None),
        ("© 2026 Harbour Post, 3 May 2026", "en", None),
    ],
)  # fmt: skip
def test_a_line_above_the_text(line: str, language: str, day: str | None) -> None:
    found = article(f"<div>{line}</div>", language=language)
    assert found.published == day
    assert found.published_from in ("date line", "update line", None)


LINKED = "<a href='/2019/05/06/old'>Old plan</a> <time datetime='2019-05-06'>6 May 2019</time>"


@pytest.mark.parametrize(
    "after",
    [
        f"<aside><h3>More on this</h3><ul><li>{LINKED}</li></ul></aside>",
        f"<section class='related-stories'>{LINKED}</section>",
        "<div id='comments'><p>Ann</p><time datetime='2025-08-12'>12 August 2025</time><p>Good.</p></div>",
        "<footer>© 2011-2024 Harbour Post, 5 May 2024</footer>",
        "<p>A first plan had failed in 2009, and the memorial was unveiled on 11 November 2011 by the mayor himself.</p>",
        "<p>The vote of <time datetime='2011-05-03'>3 May 2011</time> was repeated in the same hall two years later.</p>",
    ],
)  # fmt: skip
def test_dates_of_other_things_are_not_taken(after: str) -> None:
    assert article(after=after).published is None
    assert article(line=after).published is None


def ld(**fields: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(fields)}</script>"


@pytest.mark.parametrize(
    ("head", "line", "url", "expected"),
    [
        (ld(**{"@type": "NewsArticle", "datePublished": "2026-01-05T23:30:00-05:00"}), "", None, ("2026-01-05", "json-ld")),
        (
            ld(**{"@graph": [{"@type": "WebPage", "datePublished": "2020-01-01"}, {"@type": ["Report"], "datePublished": "2026-01-05"}]}),
            "", None, ("2026-01-05", "json-ld"),
        ),
        (ld(**{"@type": "NewsArticle", "comment": [{"@type": "Article", "datePublished": "2025-01-05"}]}), "", None, (None, None)),
        ("<meta property='article:published_time' content='2026-01-05T10:00:00+01:00'>", "<time datetime='2026-03-09'>Updated 9 March 2026</time>", None, ("2026-01-05", "meta")),
        ("<meta name='DC.date' content='20260105'>", "", None, ("2026-01-05", "meta")),
        ("<meta name='date' content='2026'>", "", None, (None, None)),
        ("<meta name='pubdate' content='Tue, 06 Jan 2026 18:00:00 GMT'>", "", None, ("2026-01-06", "meta")),
        ("", "<p>By Ann <time datetime='2026-01-05'>yesterday</time></p>", None, ("2026-01-05", "time element")),
        ("", "<span itemprop='datePublished' content='2026-01-05'></span>", None, ("2026-01-05", "time element")),
        ("", "", "https://harbour.example/2026/01/05/noise", ("2026-01-05", "address")),
        ("", "", "https://harbour.example/2026/13/05/noise", (None, None)),
        ("", "<p>Last updated: 9 March 2026</p>", None, ("2026-03-09", "update line")),
        (f"{ld(a=1)[:-12]}damaged</script>", "", None, (None, None)),
    ],
)  # fmt: skip
def test_where_it_is_stated(
    head: str, line: str, url: str | None, expected: tuple[str | None, str | None]
) -> None:
    found = article(line, head=head, url=url)
    assert (found.published, found.published_from) == expected
