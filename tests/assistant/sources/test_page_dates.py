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
        ("Copyright 5 January 2026", "en", None),
        ("بقلم أحمد علي - 3 مايو 2026", "ar", "2026-05-03"),
        ("لندن — رويترز — 5 يناير 2026", "ar", "2026-01-05"),
        ("آخر تحديث: الأحد 9 آب 2026، نشر: السبت 8 آب 2026", "ar", "2026-08-08"),
        ("الثلاثاء 17 رجب 1447هـ الموافق 6 يناير 2026م", "ar", "2026-01-06"),
        ("تاريخ الخطة منذ 3 مايو 2019", "ar", None),
        ("الموعد النهائي: 3 مايو 2026", "ar", None),
        ("افتُتح الجسر في 3 مايو 2019", "ar", None),
        ("من 3 إلى 5 مايو 2026", "ar", None),
        ("5 בינואר 2026", "he", "2026-01-05"),
        ("公開日：2026年1月5日", "ja", "2026-01-05"),
        ("開催日：2026年9月5日", "ja", None),
        ("發布時間：2026/01/05 10:05", "zh", "2026-01-05"),
        ("2026/1/5 10:05", "ja", "2026-01-05"),
        ("입력 2026. 1. 5. 10:05", "ko", "2026-01-05"),
        ("05/01/2026 10h05 Atualizado 09/03/2026 11h", "pt-BR", "2026-01-05"),
        ("Mis à jour le 9 mars 2026 à 10h05 - Publié le 5 janvier 2026 à 9h00", "fr", "2026-01-05"),
        ("Une histoire du plan depuis le 3 mai 2019", "fr", None),
        ("Plan aprobado por el consejo el 3 de mayo de 2019", "es", None),
        ("Festival vom 3. bis 5. Mai 2026", "de", None),
        ("Geboren am 3. Mai 1996 in Kappel", "de", None),
        ("Bewerbungsschluss: 3. Mai 2026", "de", None),
        ("Berlin, den 5. Januar 2026", "de", "2026-01-05"),
        ("Posted by admin on Jan 5, 2026 in News", "en", "2026-01-05"),
        ("January 5, 2026 By Ann Lee Leave a Comment", "en", "2026-01-05"),
        ("5 min read · 5 January 2026", "en", "2026-01-05"),
        ("Filed under: Politics | January 5, 2026", "en", "2026-01-05"),
        ("Deadline for applications: 3 May 2026", "en", None),
        ("Offer valid until 3 May 2026", "en", None),
        ("The vote was on 3 May 2019", "en", None),
        ("On 3 May 2019 the council met.", "en", None),
        ("Photo: J. Holm, 3 May 2019", "en", None),
        ("By 3 May 2026", "en", None),
        ("3 May 2019 marked the end of it", "en", None),
        ("<a href='/x'>Old plan dropped</a> 6 May 2019", "en", None),
        ("<a href='/x'>Old Plan Dropped</a> 6 May 2019", "en", None),
        ("03/04/2026", "en-CA", None),
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
        "<div itemprop='comment' itemscope itemtype='https://schema.org/Comment'><meta itemprop='datePublished' content='2025-08-08'>Nice</div>",
        "<div itemscope itemtype='https://schema.org/Book'><span itemprop='datePublished'>8 Aug 2005</span></div>",
        "<div itemscope itemtype='https://schema.org/Article'><span itemprop='datePublished'>8 Aug 2005</span></div>",
        "<p>Concert: <time datetime='2026-09-05T20:00'>5 September 2026</time>, Town hall</p>",
        "<figure><img src=a><figcaption>The ring road, 3 May 2019</figcaption></figure>",
        "<h2>Festival from 3 to 5 May 2026</h2>",
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
        ("", "<div itemscope itemtype='https://schema.org/NewsArticle'><meta itemprop='datePublished' content='2026-01-05'></div>", None, ("2026-01-05", "meta")),
        ("", "<p>By Ann <time datetime='2026-01-05'>yesterday</time></p>", None, ("2026-01-05", "time element")),
        ("", "<span itemprop='datePublished' content='2026-01-05'></span>", None, ("2026-01-05", "time element")),
        ("", "", "https://harbour.example/2026/01/05/noise", ("2026-01-05", "address")),
        ("", "", "https://harbour.example/2026/13/05/noise", (None, None)),
        ("", "<p>Last updated: 9 March 2026</p>", None, ("2026-03-09", "update line")),
        (f"{ld(a=1)[:-12]}damaged</script>", "", None, (None, None)),
        (ld(**{"@type": "NewsArticle", "datePublished": "1970-01-01T00:00:00Z"}), "", None, (None, None)),
        (ld(**{"@type": "NewsArticle", "datePublished": 1767600000000}), "", None, ("2026-01-05", "json-ld")),
        (ld(**{"@type": "NewsArticle", "datePublished": {"@value": "2026-01-05"}}), "", None, ("2026-01-05", "json-ld")),
        (ld(**{"@type": "Comment", "datePublished": "2025-01-05"}), "", None, (None, None)),
        (ld(**{"@graph": [{"@type": "Organization", "datePublished": "2010-01-05"}, {"@type": "WebSite", "datePublished": "2010-01-05"}]}), "", None, (None, None)),
        (
            ld(**{"@type": "NewsArticle", "headline": "Old bridge closed", "datePublished": "2019-01-05"})
            + ld(**{"@type": "NewsArticle", "headline": "Noise plan adopted", "datePublished": "2026-01-05"}),
            "", None, ("2026-01-05", "json-ld"),
        ),
        (ld(**{"@type": "Article", "datePublished": "2019-01-05"}) + ld(**{"@type": "Article", "datePublished": "2018-01-05"}), "", None, (None, None)),
        ("<meta property='article:published_time' content=''><meta property='article:published_time' content='2026-01-05'>", "", None, ("2026-01-05", "meta")),
        ("<meta name='citation_publication_date' content='2026/1/5'>", "", None, ("2026-01-05", "meta")),
        ("", "<span><time class='entry-date published' datetime='2026-01-05'>January 5, 2026</time><time class='updated' datetime='2026-03-09'>March 9, 2026</time></span>", None, ("2026-01-05", "time element")),
        ("", "<time class='entry-date published updated' datetime='2026-01-05'>yesterday</time>", None, ("2026-01-05", "time element")),
        ("", "<p>Updated <time datetime='2026-03-09'>9 March 2026</time> | Published <time datetime='2026-01-05'>5 January 2026</time></p>", None, ("2026-01-05", "time element")),
        ("", "<abbr class='published' title='2026-01-05T10:00:00+00:00'>last Monday</abbr>", None, ("2026-01-05", "time element")),
        ("", "<p>KAPPEL, Jan. 5, 2026 (Post) – The bridge in the north of the town was closed after a storm had torn a cable.</p>", None, ("2026-01-05", "dateline")),
        ("", "", "https://harbour.example/2026/jan/05/noise", ("2026-01-05", "address")),
        ("", "", "https://harbour.example/news?from=/2019/01/05/", (None, None)),
    ],
)  # fmt: skip
def test_where_it_is_stated(
    head: str, line: str, url: str | None, expected: tuple[str | None, str | None]
) -> None:
    found = article(line, head=head, url=url)
    assert (found.published, found.published_from) == expected


@pytest.mark.parametrize(
    ("before", "line", "day"),
    [
        ("<header><div>Sunday, 29 November 2026</div></header>", "", None),
        ("<div><span>Sunday, 29 November 2026</span></div>", "<p>5 January 2026</p>", "2026-01-05"),
        ("<div><a href='/x'>Old plan</a> <time datetime='2019-05-06'>6 May 2019</time></div>", "", None),
        ("<header><h1>Harbour Post</h1><p>29 November 2026</p></header>", "", None),
    ],
)  # fmt: skip
def test_what_stands_over_every_page_of_a_site_dates_none(
    before: str, line: str, day: str | None
) -> None:
    page = (
        f"<html lang='en'><head><title>Noise plan adopted</title></head><body>{before}<article>"
        f"<h2>Noise plan adopted</h2>{line}{PROSE}</article></body></html>"
    )
    assert parse(page.encode(), location="x")[0].published == day


def test_what_follows_a_short_article_does_not_date_it() -> None:
    page = (
        "<html><title>Noise plan adopted</title><body><h1>Noise plan adopted</h1>"
        f"{PROSE[: PROSE.index('</p>') + 4]}<p>Ann, 12 August 2025</p><p>Good.</p></body></html>"
    )
    assert parse(page.encode(), location="x")[0].published is None


def test_an_item_around_the_text_but_not_its_heading_dates_it() -> None:
    page = (
        "<html><title>Noise plan adopted</title><body><h1>Noise plan adopted</h1><article itemscope itemtype='https://schema.org/NewsArticle'>"
        f"<meta itemprop='datePublished' content='2026-01-05T10:43Z'>{PROSE}</article></body></html>"
    )
    assert parse(page.encode(), location="x")[0].published == "2026-01-05"
