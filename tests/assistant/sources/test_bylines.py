"""Bylines: the date and author in an article's first lines, and what only looks like one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.bylines import bare_author, read_dateline, read_line
from assistant.sources.markdown import parse_markdown
from assistant.sources.plain import parse_plain

BODY = "Leaders met in Paris to talk about Ukraine, and they agreed on nothing much at all."


@pytest.mark.parametrize(
    ("line", "author", "published"),
    [
        ("By Jane Doe, 4 November 2024", "Jane Doe", "2024-11-04"),
        ("By Jane Doe | November 4, 2024", "Jane Doe", "2024-11-04"),
        ("By Jane Doe and Max O'Neill-Smith", "Jane Doe and Max O'Neill-Smith", None),
        ("Published on Monday, 4th November 2024 at 10:15 am GMT", None, "2024-11-04"),
        ("Published: 2024-11-04", None, "2024-11-04"),
        ("Nov. 4, 2024", None, "2024-11-04"),
        ("4 نوفمبر 2024", None, "2024-11-04"),
        ("By Jane Doe, 31 February 2024", "Jane Doe", None),
        ("On 4 November 2024 leaders met.", None, None),
        ("By 4 November 2024", None, None),
        ("4 Hours 2024", None, None),
        ("Bypass", None, None),
        # What begins as one does and goes on as a sentence or a heading.
        ("Por que isso é importante", None, None),
        ("Von der Leyen", None, None),
        ("By the sea", None, None),
        ("By The Sea", None, None),
        ("By Monday", None, None),
        ("By March 2024", None, None),
        ("By all means.", None, None),
        ("By Whom?", None, None),
        ("By Train", None, None),
        ("By The Sea, 4 November 2024", None, None),
        ("Par exemple", None, None),
        ("By Order Of The King.", None, None),
        ("by jane doe, 4 November 2024", "jane doe", "2024-11-04"),
        ("by: jane doe", "jane doe", None),
        ("BY JANE DOE", "JANE DOE", None),
        ("Von Anna Lind, 4 November 2024", "Anna Lind", "2024-11-04"),
        ("Por Ana de la Cruz", "Ana de la Cruz", None),
        ("By J. R. Smith", "J. R. Smith", None),
        ("By A. A. Gill", "A. A. Gill", None),
        ("By April Holm", "April Holm", None),
        ("By Faraday Okoro", "Faraday Okoro", None),
        ("By Iyad al-Rub", "Iyad al-Rub", None),
        ("By Reuters, 4 November 2024", "Reuters", "2024-11-04"),
        ("By Jane Doe, Health Editor", "Jane Doe", None),
        ("By Jane Doe, who was there", None, None),
        ("By Jane Doe — The Valmora Post — 4 November 2024", "Jane Doe", "2024-11-04"),
        ("بقلم أحمد سالم", "أحمد سالم", None),
    ],
)
def test_a_line_that_is_nothing_but_a_byline_dates_the_article(line, author, published):
    found = parse_plain(f"Summit in Paris\n\n{line}\n\n{BODY}\n", location="a.txt")[0]
    assert (found.author, found.published) == (author, published)
    assert line.strip() in found.text


def test_front_matter_comes_before_the_byline():
    front = "---\ndate: 2024-12-01\n---\n# Summit\n\n*By Jane Doe, 4 November 2024*\n\n" + BODY
    found = parse_markdown(front, location="a.md")[0]
    assert (found.author, found.published) == ("Jane Doe", "2024-12-01")


def test_a_date_far_into_the_text_is_no_byline():
    text = "Summit in Paris\n\n" + f"{BODY}\n\n" * 5 + "4 November 2024\n"
    assert parse_plain(text, location="a.txt")[0].published is None


@pytest.mark.parametrize(
    ("dateline", "published"),
    [
        ("TAVIRA, 6 November 2024 - ", "2024-11-06"),
        ("Tavira, 6 November 2024 — ", "2024-11-06"),
        ("TAVIRA, Portugal, Nov. 6, 2024 (LTV) – ", "2024-11-06"),
        ("NEW YORK (Reuters), November 6, 2024 -- ", "2024-11-06"),
        ("6 November 2024, TAVIRA: ", None),
        ("صفوان، 2 سبتمبر 2025 - ", "2025-09-02"),
        ("القاهرة (رويترز) 2 سبتمبر 2025 - ", "2025-09-02"),
        # What happened, not when it was written.
        ("In Tavira, 6 November 2024 - a Wednesday - was quiet. ", None),
        ("Born in Tavira, 6 November 2024, ", None),
        ("TAVIRA, 6 November - ", None),
        ("TAVIRA, 31 November 2024 - ", None),
        ("The 6 November 2024 - ", None),
        ("Berlin, 9 November 1989 - the day the wall fell - is remembered. ", None),
        ("BERLIN, 9 November 1989 - the day the wall fell - is remembered. ", None),
        ("Hiroshima, 6 August 1945 – a day that nobody forgets. ", None),
        ("Anna Holm, 3 May 1920 - 4 May 2020, was a teacher. ", None),
        ("Anna Holm, May 3, 1920 - May 4, 2020, was a teacher. ", None),
        ("ANNA HOLM, 3 May 1920 – 2020, was a teacher. ", None),
        ("Dayton Accords, 21 November 1995 - what they say today. ", None),
        ("Tavira, 6 November 2024 - 35 Leaders came. ", "2024-11-06"),
        ("Tavira, 6 November 2024 - About 300 leaders came. ", "2024-11-06"),
        ("Tavira, 6 November 2024 - Today all leaders came. ", "2024-11-06"),
    ],
)
def test_a_dateline_dates_the_article(dateline, published):
    found = parse_plain(f"Summit in Tavira\n\n{dateline}{BODY}\n", location="a.txt")[0]
    assert (found.author, found.published) == (None, published)
    assert dateline.strip() in found.text


def test_a_life_is_no_dateline():
    found = parse_plain(
        "Obituary\n\nAnna Holm, 3 May 1920 – 4 May 2020\n\nShe taught.\n", location="a"
    )
    assert (found[0].title, found[0].author, found[0].published) == ("Obituary", None, None)


@pytest.mark.parametrize(
    "headline", ["Lusail Stadium, 18 December 2022", "ملعب لوسيل، 18 ديسمبر 2022"]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_headline_may_be_a_place_and_a_date(headline, gap):
    found = parse_plain(f"{headline}{gap}By Ann Lee\n\n{BODY}\n", location="a.txt")[0]
    assert (found.title, found.author, found.published) == (headline, "Ann Lee", None)
    found = parse_plain(f"{headline}\n\n{BODY}\n", location="a.txt")[0]
    assert (found.title, found.published) == (headline, None)


def test_a_headline_may_be_wrapped_after_a_date():
    for over in ("", "The last shot\n\n"):
        text = f"{over}Memorial Day, 11 November 1918\nThe war ends\n\n{BODY}\n"
        assert parse_plain(text, location="a.txt")[0].published is None


def test_a_headline_and_a_dateline_in_capitals():
    found = parse_plain(f"OSTBY, 10 November 2026\n\n{BODY}\n", location="a.txt")[0]
    assert found.published == "2026-11-10"


@pytest.mark.parametrize(
    "rubric",
    ["New York", "South Korea", "Council Tax", "Climate Change", "Ferry Fares", "مجلس الأمن", "كوريا الجنوبية",
     "حقوق الإنسان", "Human Rights", "Hong Kong", "Sunday Notebook"],
)  # fmt: skip
def test_a_rubric_over_the_date_is_no_author(rubric):
    body = "The ferry to Ostby ran aground, and the fares went up at once."
    for gap in ("\n", "\n\n"):
        text = gap.join(["Ferry aground off Ostby", rubric, "10 November 2026"]) + f"\n\n{body}\n"
        found = parse_plain(text, location="a.txt")[0]
        assert (found.author, found.published) == (None, "2026-11-10")


def test_a_byline_comes_before_the_dateline():
    text = f"Summit\n\nTAVIRA, 6 November 2024 - {BODY}\n\nBy Jane Doe, 7 November 2024\n"
    found = parse_plain(text, location="a.txt")[0]
    assert (found.author, found.published) == ("Jane Doe", "2024-11-07")
    text = f"Summit\n\nBy Jane Doe\n\nTAVIRA, 6 November 2024 - {BODY}\n"
    found = parse_plain(text, location="a.txt")[0]
    assert (found.author, found.published) == ("Jane Doe", "2024-11-06")


@pytest.mark.parametrize("gap", ["", " ", "  ", "   ", "\t", "\t\t", "\u00a0\u00a0", "\u2009 "])
@pytest.mark.parametrize("sign", [*",،;|•·–—-", ":", "()"])
def test_a_byline_with_an_empty_part(gap, sign):
    for line in (
        f"By Ann Lee{gap}{sign}{gap}{sign}{gap}12 May 2020",
        f"By Ann Lee {sign} {gap} {sign} 12 May 2020",
        f"By Ann Lee,{gap}{sign}",
        f"By {gap}{sign}{gap}12 May 2020",
        f"By{gap}{sign}{gap}{sign}",
        f"بقلم:{gap}{sign}{gap}",
    ):
        text = f"The council's plan\n\n{line}\n\nThe council of Norwick approved the plan.\n"
        parse_plain(text, location="a.txt")
        parse_markdown(f"# {text}", location="a.md")


def test_an_empty_part_of_a_byline_is_passed_over():
    for line in ("By Ann Lee |  | 12 May 2020", "By Ann Lee –   – 12 May 2020"):
        found = read_line(line)
        assert found is not None
        assert (found.author, found.published) == ("Ann Lee", "2020-05-12")


_PARTS = st.sampled_from(
    ["By", "by:", "بقلم", "Ann", "Lee", "12 May 2020", "May", "2020-05-12", "2020-99-99", "in", "OSLO", "Oslo", "(AP)",
     "at 10:15 GMT", "Updated", "a", "the", "الأمن", *",،;|•·–—-:.", " ", "  ", "\t", "\u00a0", "\u200b", "()", "'", "*"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PARTS, max_size=9), st.sampled_from(["", " ", "\t", "\u00a0"]))
def test_no_line_is_too_odd_to_read(parts, gap):
    line = gap.join(parts)
    for text in (line, line.strip()):
        read_line(text)
        read_dateline(text)
        bare_author(text)
    for breaks in ("\n", "\n\n"):
        text = breaks.join(["The council's plan", line, "Norwick approved the plan."])
        parse_plain(text, location="a.txt")
        parse_markdown(text, location="a.md")


def test_no_short_line_is_too_odd_to_read():
    for parts in itertools.product(("By", "Ann", " ", "|", ",", "\u00a0", "1 May 2020"), repeat=4):
        line = "".join(parts)
        read_line(line)
        read_dateline(line)
        bare_author(line)
