"""Timelines: which statements are about the matter, and when what they tell was or will be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from assistant.assistant import Assistant
from assistant.checking.timeline import timeline_of_hits
from assistant.language.calendar import resolve
from assistant.language.facts import facts_of
from assistant.language.tenses import is_ahead, is_since
from assistant.types import Article, Hit, Paragraph, Passage, Section, article_id

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
    "Rents rise": ("2025-05-09", ("The council of Ostby raised rents on 2 May 2025.",)),
    "Wheat harvest lost": ("2025-05-09", ("Hail ruined the wheat of Karlsund on 3 May 2025.",)),
    "Doctors walk out": ("2025-05-09", ("Doctors in Harwick walked out on 5 May 2025.",)),
    "Comet seen": ("2025-05-09", ("A comet was seen over Tavira on 6 May 2025.",)),
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


_IDS = count()


def hits_of(pq: Assistant, texts: dict[str, float]) -> list[Hit]:
    """A passage of an article of its own for every text, with the score given."""
    hits = []
    for text, score in texts.items():
        number = next(_IDS)
        location = f"hits-{number}"
        paragraph = Paragraph(0, len(text), Section.BODY, "en")
        pq.add_articles(
            [
                Article(
                    id=article_id(location),
                    title=f"No. {number}",
                    text=text,
                    paragraphs=(paragraph,),
                    source=location,
                    published="2025-03-14",
                )
            ]
        )
        passage = Passage(
            number, article_id(location), 0, 0, len(text), text, Section.BODY, "en", f"No. {number}"
        )
        hits.append(Hit(passage, score))
    return hits


def test_of_few_articles_all_are_looked_at(told: Assistant) -> None:
    hits = hits_of(
        told,
        {
            "The viaduct was opened in 1974.": 1.4,
            "The crossing was shut in 1983.": 0.1,
            "The arches were rebuilt in 1991.": -1.5,
        },
    )
    dates = [entry.date for entry in timeline_of_hits("viaduct", hits, told._library).entries]
    assert dates == ["1974", "1983", "1991"]


def test_only_the_worst_of_many_that_name_nothing_of_it_are_left_out(told: Assistant) -> None:
    hits = hits_of(
        told,
        {
            "The viaduct of Lorberg was opened in 1974.": 1.4,
            "The crossing was shut in 1983.": -0.1,
            "The choir won a prize in 1985.": -1.3,
            "Its viaducts were sold in 1991.": -1.5,
            "أعيد بناء جسر لوربيرغ في عام 1995 بعد انهياره.": -1.6,
            "The wheat was ruined in 1999.": -1.7,
        },
    )
    entries = timeline_of_hits("Lorberg viaduct", hits, told._library).entries
    assert [entry.date for entry in entries] == ["1974", "1983", "1991", "1995"]


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


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        # Of Friday, 14 March 2025.
        ("He was forced to resign on Monday.", ["2025-03-10"]),
        ("The plane was forced to make an emergency landing on Friday evening.", ["2025-03-14"]),
        ("The man was asked to leave on Thursday.", ["2025-03-13"]),
        ("Residents were told to leave on Tuesday as the fire spread.", ["2025-03-11"]),
        ("They agreed to end the strike on Monday.", ["2025-03-10"]),
        ("The council decided to raise rents on Monday.", ["2025-03-10"]),
        ("He threatened to sue on Monday.", ["2025-03-10"]),
        ("He was forced to resign in January.", ["2025-01"]),
        ("They agreed to meet on Monday.", ["2025-03-17"]),
        ("He had been asked to leave on Monday.", ["2025-03-10"]),
        ("He has been asked to appear on Monday.", ["2025-03-17"]),
        ("He said that it would become law on Monday.", ["2025-03-17"]),
        ("She was sure of a deal by Monday.", ["2025-03-17"]),
        ("The deal was done by Monday.", ["2025-03-10"]),
        ("He will be asked to leave on Monday.", ["2025-03-17"]),
        ("He is expected to resign on Monday.", ["2025-03-17"]),
        ("They are told to leave on Tuesday.", ["2025-03-18"]),
        ("The mayor is to open the hall on Monday.", ["2025-03-17"]),
        ("A report due to be published on Monday was leaked.", ["2025-03-17"]),
        ("He would later be arrested on Tuesday.", ["2025-03-11"]),
        ("The man who would become king was born in June.", ["2024-06"]),
        ("Due to rain, the match on Monday was off.", ["2025-03-10"]),
        ("The match is due to start on Monday.", ["2025-03-17"]),
        ("The next day, Monday, it rained.", ["2025-03-10"]),
        ("She was mayor until November.", ["2024-11"]),
        ("She led the firm until January.", ["2025-01"]),
        ("It rained until Tuesday.", ["2025-03-11"]),
        ("Nobody heard of it until Monday.", ["2025-03-10"]),
        ("The town was rebuilt by December.", ["2024-12"]),
        ("The road was closed until Monday.", ["2025-03-17"]),
        ("The pool will not open until Monday.", ["2025-03-17"]),
        ("The minister announced a ban until May.", ["2025-05"]),
        ("وصل ستيفن يوم الاثنين.", ["2025-03-10"]),
        ("وصل سيرجي إلى سيراليون يوم الاثنين.", ["2025-03-10"]),
        ("هطلت الثلوج في سيبيريا يوم الاثنين.", ["2025-03-10"]),
        ("سيراجع الوزير القرار يوم الاثنين.", ["2025-03-17"]),
        ("من المتوقع أن يرتفع السعر، بحسب تقرير صدر يوم الاثنين.", ["2025-03-10"]),
        ("The vote will be held on 29 February.", ["--02-29"]),
        ("The vote was held on 29 February.", ["--02-29"]),
        # Events, and since when.
        ("The worst storm since records began hit Oslo on Monday.", ["2025-03-10"]),
        ("The first time since he resigned, Holm spoke on Monday.", ["2025-03-10"]),
        ("The first rise since last year came in January.", ["2025-01"]),
        ("The forest since measurements began in 1926 has grown.", ["1926"]),
        ("It was the wettest month since records began in 1926.", []),
    ],
)
def test_what_was_done_is_not_put_ahead(sentence: str, dates: list[str]) -> None:
    facts = facts_of(sentence)
    found = [
        resolve(mention, "2025-03-14", is_ahead=is_ahead(mention, facts))
        for mention in facts.dates
        if not is_since(mention, facts)
    ]
    assert [date and date[0] for date in found] == dates


def test_what_could_not_be_done_until_a_month_lies_ahead_of_it() -> None:
    facts = facts_of("The probe could not be launched by 9 July and not until January.")
    found = [resolve(date, "2026-06-21", is_ahead=is_ahead(date, facts)) for date in facts.dates]
    assert [date and date[0] for date in found] == ["2026-07-09", "2027-01"]
