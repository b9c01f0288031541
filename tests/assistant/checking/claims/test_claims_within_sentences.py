"""Claims whose words all stand in one sentence that yet says something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from assistant.assistant import Assistant
from assistant.types import Article, Filters, Paragraph, Section, Verdict, article_id
from tests.assistant.checking.libraries import library_of

TEXTS = {
    "Harbour budget of Norwick": (
        "Rents rose 8 percent in Norwick in 2024, compared with 3 percent in 2021. Rainfall was 90 "
        "millimetres in the north and 40 millimetres in the south. Sales of boats rose 12 percent, "
        "while those of anchors fell by a quarter. About 30 percent of men and 45 percent of women "
        "voted. Nine sailors drowned, the coastguard said on Friday, correcting the figure of twelve "
        "given before.",
        "en",
    ),
    "Ferry strike in Sundholm": (
        "The crews will strike on 7 March unless the talks go on, Ida Moss said. The firm denied that "
        "its captains had ever refused to sail. The port will be closed in May only if the ice holds. "
        "Correction: An earlier version of this article said that 640 passengers had waited. The right "
        "number is 460.",
        "en",
    ),
    "Sundholm wins the cup": (
        "Sundholm Rovers beat Norwick United 4-1 on Sunday. Noor Dahl, who plays for Norwick, was sent "
        "off. The prize went to women under 30. Olga Brandt won the vote, defeating Pavel Rusk. Norwick "
        "trainer Karl Hem was calm. Judge Rosa Hem, who is not related to him, watched. The case went "
        "to the Norwick Court. Kari Lunde joined the club in May. The mast did not break. "
        "The toll was introduced in 2019 by the then minister, Ada Moss.",
        "en",
    ),
    "ميناء": (
        "قتل أحد عشر بحارا في حريق الميناء. يصبح سعر التذكرة 60 درهما للكبار و25 درهما للأطفال. "
        "وقد يبيع الميناء سفينتين قديمتين إذا وافقت المدينة. دفعت الحكومة نصف المبلغ، وتبرعت عائلة حداد بالباقي. "
        "افتتح متحف المدينة قسما جديدا يضم 90 لوحة.",
        "ar",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with library_of(tmp_path_factory.mktemp("within"), TEXTS) as opened:
        yield opened


FALSE = (
    # Another figure's words.
    "Rents rose 8 percent in 2021.",
    "Rainfall was 90 millimetres in the south.",
    "Rainfall was 40 millimetres in the north.",
    "Sales of anchors rose 12 percent.",
    "About 45 percent of men voted.",
    "يصبح سعر تذكرة الكبار 25 درهما.",
    "دفعت عائلة حداد نصف المبلغ.",
    # A figure that is taken back.
    "Twelve sailors drowned.",
    "640 passengers had waited.",
    # Only if something else.
    "The crews will strike on 7 March.",
    "The port will be closed in May.",
    "يبيع الميناء سفينتين قديمتين.",
    # Denied although the claim denies too.
    "The captains refused to sail.",
    # The other way round.
    "Norwick United beat Sundholm Rovers 4-1.",
    "Pavel Rusk defeated Olga Brandt.",
    "Sundholm Rovers lost 4-1 to Norwick United.",
    # One word changed that the article has elsewhere.
    "Noor Dahl plays for Sundholm.",
    "The prize went to men under 30.",
    "The prize went to women over 30.",
    "Rosa Hem is Karl Hem's sister.",
)
TRUE = (
    "Rents rose 8 percent in 2024.",
    "Rents rose 3 percent in 2021.",
    "Rainfall was 90 millimetres in the north.",
    "Rainfall was 40 millimetres in the south.",
    "Sales of boats rose 12 percent.",
    "About 45 percent of women voted.",
    "Nine sailors drowned.",
    "يصبح سعر التذكرة 25 درهما للأطفال.",
    "دفعت الحكومة نصف المبلغ.",
    "قتل أحد عشر بحارا في حريق الميناء.",
    "The crews will strike on 7 March unless the talks go on.",
    "Sundholm Rovers beat Norwick United 4-1.",
    "Olga Brandt won the vote.",
    "Noor Dahl plays for Norwick.",
    "The prize went to women under 30.",
    "Kari Lunde joined the club in May.",
    "Ada Moss introduced the toll in 2019.",
    # Words that mean the same, and Arabic ones in another case.
    "Rents climbed 8 percent in 2024.",
    "يضم القسم الجديد 90 لوحة.",
)


def supported(told: Assistant, claims: Sequence[str]) -> list[str]:
    return [r.claim for r in told.check_each(claims) if r.verdict is Verdict.SUPPORTED]


def test_most_true_claims_are_supported(told: Assistant) -> None:
    assert len(supported(told, TRUE)) >= 0.6 * len(TRUE)


def test_few_false_claims_are_supported(told: Assistant) -> None:
    assert len(supported(told, FALSE)) <= 0.3 * len(FALSE)


@pytest.mark.parametrize(
    "claim",
    [
        "Twelve sailors drowned.",
        "The prize went to men under 30.",
        "The mast broke.",
        "Noor Dahl plays for Sundholm.",
    ],
)
def test_contradicted(told: Assistant, claim: str) -> None:
    assert told.check(claim).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    "claim",
    [
        "Norwick United lost 4-1 to Sundholm Rovers.",
        "Kari Lunde joined the club in May.",
        "A ticket costs 99 crowns at the museum.",
    ],
)
def test_not_contradicted(told: Assistant, claim: str) -> None:
    assert told.check(claim).verdict is not Verdict.CONTRADICTED


def test_a_byline_is_no_evidence(tmp_path) -> None:
    text = "NORWICK, 10 March 2026\n\nThe Norwick ferry sank at noon."
    title = "Norwick ferry sinks"
    parts = (Paragraph(0, 22, Section.LEDE, "en"), Paragraph(24, len(text), Section.BODY, "en"))
    article = Article(article_id("a"), title=title, text=text, paragraphs=parts, source="a")
    with Assistant.open(tmp_path, seeds=False) as pq:
        pq.add_articles([article])
        report = pq.check("It rained in Norwick on 10 March 2026.")
        declined = pq.ask("Who cooked the soup in Norwick?")
    assert [e.citation.quote for e in report.evidence] == ["The Norwick ferry sank at noon."]
    assert len(declined.passages) == 2
    assert [c.quote for c in declined.nearest] == ["The Norwick ferry sank at noon."]


SAID = [
        ("The state used 30 percent coal rather than 40 percent.", ""),
        ("The bank set its rate at 3 percent, not 4 percent.", ""),
        ("The fire killed 12 people, not 15.", ""),
        ("Not 20 but 30 people died in Norwick.", ""),
        ("The army withdrew 3,000 troops from the town.", ""),
        ("Police corrected the toll to 45 people.", ""),
        (
            "The army withdrew 3,000 troops from the town in May.",
            "The army withdrew 3,000 troops from the town in May but left 500 troops there.",
        ),
        ("قتل مئة وعشرون شخصا في الهجوم.", "قتل 120 شخصا في الهجوم."),
        ("قتل 123 شخصا في الهجوم.", "قتل مئة وثلاثة وعشرون شخصا في الهجوم."),
        ("جاء 350 طالبا إلى المدرسة.", "جاء ثلاثمئة وخمسون طالبا إلى المدرسة."),
        ("The law reduced emissions in Norway.", "The law cut emissions in Norway, though traffic increased."),
        ("The museum was rebuilt in 1988.", "The museum opened in 1931 and was rebuilt in 1988."),
        ("Three flights were cancelled in 2019.", "Two flights were cancelled, compared with three in 2019."),
        ("Stolberg was founded in 1969.", "Brennhall was founded in 1743, Stolberg was founded in 1969."),
        ("Halden Capital bought Telvia.", "Telvia was bought by the investor Halden Capital in 2022."),
        (
            "The Crown Office blocked a merger of Orla and Benn.",
            "It must be cleared by the Crown Office, which blocked a merger of Orla and Benn.",
        ),
    ]  # fmt: skip
NOT_SAID = [
        ("The museum opened in 1988.", "The museum opened in 1931 and was rebuilt in 1988."),
        ("Two flights were cancelled in 2019.", "Two flights were cancelled, compared with three in 2019."),
        ("The port handled 5 million crates last year.", "The port handled 5 million crates, down from 6 million last year."),
        ("Drivers earn 12 crowns an hour.", "Drivers earn 13 crowns an hour, up from 12 crowns in 2024."),
        ("The fair was cancelled.", "The fair was moved indoors rather than cancelled."),
        ("The road is open again.", "The road remains shut, but the port, which was closed on Monday, is open again."),
        ("All 28 stations were open.", "Only three of the 28 stations were open on Monday."),
        ("Lund hid the report.", "Senator Reilly accused Lund of having hidden the report."),
        ("The line was extended to all 30 towns.", "The council had asked for the line to be extended to all 30 towns."),
        ("Voigt succeeded Nadia Berg in March.", "Nadia Berg, who succeeded Carl Voigt in March, ran the bank."),
        ("Tellura bought Vanguard in 2019.", "Tellura was bought by Vanguard in 2019."),
        ("Ashby confirmed the layoffs.", "A spokeswoman for Fenwick, Clara Dunn, confirmed the layoffs."),
        ("A motion to raise fares was voted in May.", "A motion to raise fares was voted down in May."),
        ("Farmers backed the tax.", "Farmers had initially backed the tax but withdrew their support."),
        ("The leak was repaired on 2 May.", "The leak had been noticed on 2 May but was not repaired."),
        ("The ministry commented on the proposal.", "The ministry declined to comment on the proposal."),
        ("انخفض سعر الشاي بنسبة 8 في المئة.", "ارتفع سعر الشاي بنسبة 8 في المئة، بينما انخفض سعر الأرز بنسبة 5 في المئة."),
        ("61 percent of teachers support it.", "Some 61 percent of parents support it, a poll found."),
        ("A similar trial in Norwick was abandoned.", "In neighbouring Sundmark, a similar trial was abandoned."),
        ("Kari Lund is the minister's sister.", "Kari Lund is the minister's sister-in-law."),
        ("Orla Power outbid Benn.", "Benn outbid the firm Orla Power, which had offered 2 million."),
        ("Mark Olsen and Tim Hale defeated Diego Ruiz.", "Diego Ruiz and Pablo Serra defeated the champions, Mark Olsen and Tim Hale."),
        ("Telvia bought Halden Capital in 2022.", "The company was bought by the investor Halden Capital in 2022."),
        ("The dig is led by Professor Diane Holloway.", "The dig is led by Professor Diane Harcourt of Milford."),
        ("The number fell to 24,500 last year.", "The number fell to 21,000 last year, from 24,500 in 2020."),
        ("Small firms will be exempted.", "Small firms will be exempted provided that turnover stays low."),
        ("The ministry suspended the director Ruth Amsel.", "The ministry suspended the deputy director, Oskar Prien, on Friday. Ruth Amsel wept."),
        ("Butter became 8 percent cheaper.", "Butter became 8 percent more expensive."),
        ("قتل 20 شخصا في الهجوم.", "قتل مئة وعشرون شخصا في الهجوم."),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A library with an article for each sentence, to be checked against that one alone."""
    sentences = dict.fromkeys(sentence or claim for claim, sentence in (*SAID, *NOT_SAID))
    texts = {s: (s, "ar" if "\u0621" <= s[0] <= "\u064a" else "en") for s in sentences}
    with library_of(tmp_path_factory.mktemp("reports"), texts) as opened:
        yield opened


def supports(reports: Assistant, claim: str, sentence: str) -> bool:
    only = Filters(article_ids=(article_id(sentence or claim),))
    return reports.check(claim, filters=only).verdict is Verdict.SUPPORTED


def test_what_a_sentence_says_it_mostly_supports(reports: Assistant) -> None:
    assert sum(supports(reports, *pair) for pair in SAID) >= 0.8 * len(SAID)


def test_what_a_sentence_has_in_other_places_it_seldom_supports(reports: Assistant) -> None:
    assert sum(supports(reports, *pair) for pair in NOT_SAID) <= 0.4 * len(NOT_SAID)
