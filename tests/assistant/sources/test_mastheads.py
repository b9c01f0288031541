"""The lines that stand over an ordinary text file's article: headline, author, place and date."""

from __future__ import annotations

import pytest

from assistant.sources.markdown import parse_markdown
from assistant.sources.plain import parse_plain
from assistant.types import Article, Section

BODY = "The ferry to Ostby ran aground in fog on Monday, and all aboard were brought ashore."
ARABIC = "جنحت العبارة إلى أوستبي وسط الضباب يوم الاثنين، ونقل جميع من كانوا على متنها إلى الشاطئ."


def read(text: str) -> Article:
    return parse_plain(text, location="a.txt")[0]


def headlines(article: Article) -> list[str]:
    return [
        article.paragraph_text(at)
        for at, paragraph in enumerate(article.paragraphs)
        if paragraph.section is Section.HEADLINE
    ]


@pytest.mark.parametrize(
    ("masthead", "author", "published"),
    [
        ("By Nora Vik\nOSTBY, 10 November 2026", "Nora Vik", "2026-11-10"),
        ("By Nora Vik\nNovember 10, 2026", "Nora Vik", "2026-11-10"),
        ("By Nora Vik, Harbour Gazette\nOSTBY, Tuesday 10 November 2026", "Nora Vik", "2026-11-10"),
        ("By Nora Vik, Shipping Correspondent\nOstby, Tue, 10 Nov. 2026", "Nora Vik", "2026-11-10"),
        ("By Nora Vik in Ostby\n10 November 2026", "Nora Vik", "2026-11-10"),
        ("Nora Vik\nOSTBY, 10 November 2026", "Nora Vik", "2026-11-10"),
        ("NORA VIK\n10 November 2026", "NORA VIK", "2026-11-10"),
        ("10 November 2026\nBy Nora Vik", "Nora Vik", "2026-11-10"),
        ("10 November 2026", None, "2026-11-10"),
        ("Tuesday, 10 November 2026", None, "2026-11-10"),
        ("2026-11-10", None, "2026-11-10"),
        ("OSTBY (HGZ), 10 November 2026", None, "2026-11-10"),
        ("OSTBY, Norland, 10 November 2026", None, "2026-11-10"),
        ("Published 10 November 2026", None, "2026-11-10"),
        ("By Nora Vik", "Nora Vik", None),
        ("Updated 11 November 2026\nPublished 10 November 2026", None, "2026-11-10"),
        ("By Nora Vik\nLast updated: 11 November 2026, 10:15 GMT", "Nora Vik", "2026-11-11"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_masthead_with_or_without_blank_lines(masthead, author, published, gap):
    lines = gap.join(["Ferry aground off Ostby", *masthead.split("\n")])
    article = read(f"{lines}\n\n{BODY}\n\n{BODY}x\n")
    assert (article.author, article.published) == (author, published)
    assert article.title == "Ferry aground off Ostby"
    assert headlines(article) == ["Ferry aground off Ostby"]
    texts = [article.paragraph_text(at) for at in range(len(article.paragraphs))]
    assert texts == ["Ferry aground off Ostby", *masthead.split("\n"), BODY, f"{BODY}x"]
    lede = [p for p in article.paragraphs if p.section is Section.LEDE]
    assert [article.text[p.start : p.end] for p in lede] == [BODY]


@pytest.mark.parametrize(
    ("masthead", "author"),
    [
        ("ليلى الحداد\nأوستبي، 5 نوفمبر 2026", "ليلى الحداد"),
        ("بقلم ليلى الحداد\nأوستبي، الخميس 5 نوفمبر 2026", "ليلى الحداد"),
        ("بقلم ليلى الحداد\nالخميس، ٥ نوفمبر ٢٠٢٦", "ليلى الحداد"),
        ("كتبت: ليلى الحداد\n5 نوفمبر 2026", "ليلى الحداد"),
        ("الملاحة في الشمال\n5 نوفمبر 2026", None),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_an_arabic_masthead(masthead, author, gap):
    lines = gap.join(["جنوح عبارة قبالة أوستبي", *masthead.split("\n")])
    article = read(f"{lines}\n\n{ARABIC}\n")
    assert (article.author, article.published) == (author, "2026-11-05")
    assert article.title == "جنوح عبارة قبالة أوستبي"


@pytest.mark.parametrize(
    "rubric", ["World News", "News from Ostby", "Nobody was hurt in the accident."]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_line_over_the_date_that_is_no_name(rubric, gap):
    article = read(
        gap.join(["Ferry aground off Ostby", rubric, "10 November 2026"]) + f"\n\n{BODY}\n"
    )
    assert (article.author, article.published) == (None, "2026-11-10")
    assert headlines(article) == ["Ferry aground off Ostby"]


def test_text_may_follow_the_masthead_at_once():
    article = read(f"Ferry aground off Ostby\nBy Nora Vik\nOSTBY, 10 November 2026\n{BODY}\nAll.\n")
    assert (article.title, article.author) == ("Ferry aground off Ostby", "Nora Vik")
    assert article.text.endswith(f"\n\n{BODY} All.")


@pytest.mark.parametrize("byline", ["", "By Nora Vik\n"])
def test_the_dateline_may_begin_the_text(byline):
    text = f"Ferry aground off Ostby\n{byline}OSTBY, 10 November 2026 – The ferry to\nKarlsund ran aground.\n\n{BODY}\n"
    article = read(text)
    assert (article.title, article.published) == ("Ferry aground off Ostby", "2026-11-10")
    assert "OSTBY, 10 November 2026 – The ferry to Karlsund ran aground." in article.text.split(
        "\n\n"
    )


def test_a_masthead_may_follow_the_headline_after_a_blank_line():
    article = read(f"Ferry aground off Ostby\n\nBy Nora Vik\n10 November 2026\n{BODY}\n")
    assert (article.author, article.published) == ("Nora Vik", "2026-11-10")
    assert article.text.endswith(f"10 November 2026\n\n{BODY}")


def test_a_headline_may_be_wrapped_over_its_byline():
    text = f"Ferry with ninety aboard runs aground off Ostby\nin thick fog\nBy Nora Vik\n\n{BODY}\n"
    article = read(text)
    assert article.title == "Ferry with ninety aboard runs aground off Ostby in thick fog"
    assert article.author == "Nora Vik"


def test_lines_above_the_headline():
    article = read(f"10 November 2026\n\nFerry aground off Ostby\n\n{BODY}\n\n{BODY}x\n")
    assert (article.title, article.published) == ("Ferry aground off Ostby", "2026-11-10")
    assert headlines(article) == ["Ferry aground off Ostby"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "The treaty of Ostby was signed on\n10 November 2026\nin the presence of the king.",
        "The fog came. It came in from the sea.\nBy Nora Vik it was seen first, and by many others.",
        "The story of the ferry was first told to us\nby Nora Vik\nand by others.",
        "Fog lay over Ostby from morning to night.\n10 November 2026 was a dark day.",
    ],
)
def test_a_wrapped_paragraph_is_no_masthead(paragraph):
    article = read(f"{paragraph}\n\n{BODY}\n")
    assert article.paragraph_text(0) == paragraph.replace("\n", " ")
    assert (article.author, article.published) == (None, None)


def test_lists_and_far_lines_are_left_alone():
    text = "Agenda\n" + "".join(f"- item {n}\n" for n in range(9)) + "10 November 2026\n- end\n"
    assert read(text).published is None


def test_a_markdown_masthead():
    text = f"# Ferry aground off Ostby\n\nNora Vik\n\nOSTBY, 10 November 2026\n\n{BODY}\n"
    article = parse_markdown(text, location="a.md")[0]
    assert (article.author, article.published) == ("Nora Vik", "2026-11-10")
    # Without a headline a first line may be anything.
    article = parse_markdown(f"Summit Notes\n\n10 November 2026\n\n{BODY}\n", location="a.md")[0]
    assert (article.author, article.published) == (None, "2026-11-10")
