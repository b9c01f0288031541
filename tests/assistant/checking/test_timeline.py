"""Timelines: which statements are about the matter, and when what they tell was or will be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.assistant import Assistant
from assistant.checking.facts import facts_of
from assistant.checking.tenses import is_ahead, is_since
from assistant.checking.timeline import resolve
from assistant.types import Article, Paragraph, Section, article_id

TEXTS = {
    "Bridge of Arta falls into the river": (
        "2025-03-14",  # a Friday
        (
            "Published: 14 March 2025",
            "The bridge of Arta fell into the river on Thursday. Divers will look for the missing arch of "
            "the bridge on Saturday.",
            "The bridge was opened in 1974. The minister said on Monday that the bridge would be safe.",
            "The bridge of Arta is to be rebuilt by Friday, he promised on Wednesday. The council will pay more "
            "for the bridge than was promised on Tuesday. A new bridge will be opened next Sunday.",
        ),
    ),
    "Choir wins a prize for its songs": (
        "2025-05-09",
        ("The choir of Volos won the prize for songs on 4 May 2025.",),
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("timeline"), seeds=False) as pq:
        articles = []
        for title, (published, paragraphs) in TEXTS.items():
            bounds, start = [], 0
            for text in paragraphs:
                bounds.append(Paragraph(start, start + len(text), Section.BODY, "en"))
                start += len(text) + 2
            articles.append(
                Article(
                    id=article_id(title),
                    title=title,
                    text="\n\n".join(paragraphs),
                    paragraphs=tuple(bounds),
                    source=title,
                    published=published,
                )
            )
        pq.add_articles(articles)
        yield pq


@pytest.mark.parametrize("subject", ["The bridge of Arta", article_id(next(iter(TEXTS)))])
def test_what_is_told_of_the_matter_in_order(told: Assistant, subject: str) -> None:
    entries = told.timeline(subject).entries
    assert [(entry.date, entry.date_text) for entry in entries] == [
        ("1974", "1974"),
        ("2025-03-10", "Monday"),
        ("2025-03-11", "Tuesday"),
        ("2025-03-12", "Wednesday"),
        ("2025-03-13", "Thursday"),
        ("2025-03-14", "Friday"),
        ("2025-03-15", "Saturday"),
        ("2025-03-16", "Sunday"),
    ]


def test_what_is_about_something_else_is_left_out(told: Assistant) -> None:
    quotes = [entry.citation.quote for entry in told.timeline("choir prize songs").entries]
    assert quotes == ["The choir of Volos won the prize for songs on 4 May 2025."]


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        # Of Tuesday, 27 October 2026.
        ("The swimming pools will stay shut until Friday.", ["2026-10-30"]),
        ("The ferry is out of service till Sunday.", ["2026-11-01"]),
        ("The vote was postponed until Thursday.", ["2026-10-29"]),
        ("Residents must leave by Saturday.", ["2026-10-31"]),
        ("Residents were told to leave by Saturday.", ["2026-10-31"]),
        ("By Thursday, all must have left.", ["2026-10-29"]),
        ("By Sunday, 300 people had left the town.", ["2026-10-25"]),
        ("The number of dead rose to 13 by Monday.", ["2026-10-26"]),
        ("Some 300 had left by Sunday.", ["2026-10-25"]),
        ("The swimmer remained in hospital until Sunday.", ["2026-10-25"]),
        ("The mayor did not speak until Monday.", ["2026-10-26"]),
        # "To" leads to a place as often as to something to come.
        ("The minister travelled to Ostby on Friday.", ["2026-10-23"]),
        ("Nine people were taken to hospital on Friday.", ["2026-10-23"]),
        ("The two sides agreed to meet on Friday.", ["2026-10-30"]),
        ("They will be fined for what they did last Friday.", ["2026-10-23"]),
        # Months without a year.
        ("The company would close two plants by the end of March.", ["2027-03"]),
        ("The tunnel will be opened in June.", ["2027-06"]),
        ("The tunnel will be opened on 3 November.", ["2026-11-03"]),
        ("The tunnel will be opened on 3 October.", ["2027-10-03"]),
        ("The tunnel will be opened in October.", ["2026-10"]),
        ("The tunnel was flooded in December.", ["2025-12"]),
        ("The tunnel was flooded on 28 October.", ["2025-10-28"]),
        ("The council announced a vote on 5 December.", ["2026-12-05"]),
        ("The council announced on 5 December that it was bankrupt.", ["2025-12-05"]),
        ("The trial in September was short.", ["2026-09"]),
        ("The judge advised the firm to pay before the deadline of 10 December.", ["2026-12-10"]),
        ("قالت الوزيرة إن الجسر قد يفتح يوم الجمعة.", ["2026-10-30"]),
        ("ستفتح المدارس أبوابها يوم الجمعة.", ["2026-10-30"]),
        ("وقال إن الجسر انهار يوم الجمعة.", ["2026-10-23"]),
        ("وقالت السياسية إنها وصلت يوم الجمعة.", ["2026-10-23"]),
        ("وكانت الحكومة قد وعدت يوم الجمعة بالمساعدة.", ["2026-10-23"]),
        ("سيارة إسعاف نقلته يوم الجمعة.", ["2026-10-23"]),
        # Since when is not when.
        ("The factory has been idle since August 2023.", []),
        ("Unemployment fell on Monday to its lowest since 1926.", ["2026-10-26"]),
        ("The level was the highest since measurements began in 1926.", []),
        ("The first strike since at least May 2019 began on Monday.", ["2026-10-26"]),
        ("Since Monday, trains have been late.", []),
    ],
)
def test_when_it_was_or_will_be(sentence: str, dates: list[str]) -> None:
    facts = facts_of(sentence)
    found = [
        resolve(mention, "2026-10-27", is_ahead=is_ahead(mention, facts))
        for mention in facts.dates
        if not is_since(mention, facts)
    ]
    assert [date and date[0] for date in found] == dates
