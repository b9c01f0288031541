"""Claims: supported, contradicted, not mentioned; and what differs."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.checking.claims.exchanges import Exchange, Wording, exchanges
from assistant.checking.claims.figures import unproved
from assistant.checking.claims.judging import stance_of
from assistant.errors import UsageError
from assistant.language.facts import facts_of
from assistant.types import Difference, Filters, Stance, Verdict
from tests.assistant.checking.libraries import library_of

_spec = importlib.util.spec_from_file_location(
    "made_claims", Path(__file__).with_name("made_claims.py")
)
assert _spec is not None
assert _spec.loader is not None
made_claims = importlib.util.module_from_spec(_spec)
sys.modules["made_claims"] = made_claims
_spec.loader.exec_module(made_claims)

TEXTS = {
    "mayor": (
        "Otto Brandt, the mayor of Lindau, denied that he had warned the dam owners late. He rejected "
        'calls to resign. "I will stay until the dam is rebuilt," Brandt told the council. The dam is 30 metres high. '
        "The previous mayor, Lena Voss, rejected the council's proposal to raise it. Jonas Keller "
        "wrote the report. Clara Stein resigned on Friday.",
        "en",
    ),
    "ferries": (
        "The Danish ferry maker Norvik earned 41 million euros in 2025. Managing director Karen Holm, "
        "who took over from founder Emil Dahl in 2024, said that the firm would hire 200 welders. She "
        "ruled out a stock market listing before 2028. Norvik was founded in 2011 in Aarhus and moved "
        "its headquarters to Odense in 2018. It did not rule out a merger with a rival.",
        "en",
    ),
    "summit": (
        "Denmark's Prime Minister Karl Lund and Norwegian envoy Ida Berg took part in the Oslo summit. "
        "Latvian Prime Minister Aino Salmi says that the fishing talks go on. After talks in Oslo with "
        "Iceland, the ministers of the Nordic council signed the Fishing Charter on May 3. Leaders at "
        "the Oslo summit agreed on May 4 to meet again. They described the 1,200-kilometer fishing "
        "border as quiet.",
        "en",
    ),
    "pier": (
        "The old pier was designed by the architect Rosa Keller. Her brother Jonas Keller cut the "
        "ribbon. The town council failed to repair the pier. King Harald V was greeted during a visit "
        "on Sunday. He did not cancel the visit. "
        "The mayor did not say whether the pier will close next year.",
        "en",
    ),
    "aid": (
        "Norland promised 40 divers and two helicopters; Sudmark sent 25 firefighters. Westland paid 3 million "
        "euros for tents, while Ostland paid 9 million euros for tents. Vera Moss, who met Paul Reed, wrote 12 letters "
        "to the council. Norland and Sudmark sent 70 nurses. Norland, Sudmark and Ostland have rented 6 boats. "
        "Sudmark's energy minister, Karl Brent, defended the walkout. Ostland will send pumps on Saturday. Twenty-one towns agreed at "
        "the fair to cut noise, while the delegation of Westland walked out. The cost of the fair was put at 31 million euros by the Sudmark government.",
        "en",
    ),
    "dyke": (
        'According to the ministry, the dyke was raised in 1976. "The boat has not been found," Lund said. '
        "The dyke, renovated in 2009 at a cost of 8.5 million euros, protects the fields. The council "
        "lowered its water fee to 4.75 percent on Thursday. He said Sudmark would plant 2,000 willows by 2032. "
        "The club signed the striker Nuno Reis, trainer Steve Hale said on Monday. Its dearest player so far "
        "was the goalkeeper Adam Hale, the trainer's son. The delegation of Eastmark walked out of the hearing. "
        "Inflation, which reached 6.1 percent in May, fell.",
        "en",
    ),
    "ar dyke": (
        "أعلنت الوزارة أن ثلاثة عمال قتلوا وأصيب 47 آخرون في انهيار جسر كمال يوم الخميس. "
        "وشارك في الإضراب عمال يطالبون بزيادة الأجور بنسبة 15 في المئة.",
        "ar",
    ),
    "fr": ("L'entrée est gratuite. Le musée ne ferme pas le lundi.", "fr"),
    "ar": (
        "رفض العمدة سامي حداد بيع الميناء القديم. نفى الوزير كريم نصار إغلاق المصنع الجديد.",
        "ar",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with library_of(tmp_path_factory.mktemp("told"), TEXTS) as opened:
        yield opened


FALSE = (
    "Otto Brandt resigned.",
    "Brandt warned the dam owners late.",
    "Norvik will be listed on the stock market before 2028.",
    "The town council repaired the pier.",
    "باع العمدة سامي حداد الميناء القديم.",
    "The dyke was raised in 1974.",
    "The boat has been found.",
    "The council raised its water fee to 4.75 percent.",
    "Inflation in May was 6.3 percent.",
    "Eastmark did not walk out of the hearing.",
    "قتل خمسة عمال في انهيار جسر كمال.",
    "يطالب العمال بزيادة الأجور بنسبة 20 في المئة.",
    "The founder of Norvik is Karen Holm.",
    "Ida Berg is the Prime Minister of Denmark.",
    "Karl Lund is the Prime Minister of Latvia.",
    "Iceland signed the Fishing Charter.",
    "The old pier was designed by Jonas Keller.",
    "King Harald V cancelled the visit.",
    "Lena Voss is the mayor of Lindau.",
    "Norland sent 25 firefighters.",
    "Westland paid 9 million euros for tents.",
    "Paul Reed wrote 12 letters to the council.",
    "Twenty-one towns walked out of the fair.",
    "Norvik was founded in 2012.",
    "L'entrée n'est pas gratuite.",
    "Le musée ferme le lundi.",
    "The fishing border is about 2,500 km long.",
)
"""What TEXTS say otherwise, most of it in their own words."""
TRUE = (
    "Brandt denied that he had warned the dam owners late.",
    "Otto Brandt rejected calls to resign.",
    "Otto Brandt is the mayor of Lindau.",
    "رفض العمدة سامي حداد بيع الميناء القديم.",
    "Norvik did not rule out a merger with a rival.",
    "The dyke was raised in 1976.",
    "The boat has not been found.",
    "Sudmark will plant 2,000 willows by 2032.",
    "Eastmark walked out of the hearing.",
    "قتل ثلاثة عمال في انهيار جسر كمال.",
    "The managing director of Norvik is Karen Holm.",
    "Emil Dahl is the founder of Norvik.",
    "Karl Lund is the Prime Minister of Denmark.",
    "Aino Salmi is the Latvian Prime Minister.",
    "Jonas Keller cut the ribbon.",
    "The old pier was designed by Rosa Keller.",
    "King Harald V did not cancel the visit.",
    "Norvik was founded in 2011.",
    "The fishing border is about 1,200 km long.",
    "Le musée ne ferme pas le lundi.",
    "Clara Stein resigned on Friday.",
    "The dam is 30 m high.",
    "Sudmark sent 25 firefighters.",
    "Ostland paid 9 million euros for tents.",
    "Vera Moss wrote 12 letters to the council.",
    "Ostland will send pumps on Saturday.",
)


def verdicts(told: Assistant, claims: tuple[str, ...]) -> Counter[Verdict]:
    return Counter(report.verdict for report in told.check_each(claims))


def test_true_claims_are_supported(told: Assistant) -> None:
    found = verdicts(told, TRUE)
    assert found[Verdict.SUPPORTED] >= 0.8 * len(TRUE), found
    assert found[Verdict.CONTRADICTED] + found[Verdict.MIXED] <= 2


def test_false_claims_are_not(told: Assistant) -> None:
    found = verdicts(told, FALSE)
    assert found[Verdict.SUPPORTED] <= 0.2 * len(FALSE), found
    assert found[Verdict.CONTRADICTED] >= 0.5 * len(FALSE), found


@pytest.mark.parametrize(
    ("claim", "about", "claimed", "found"),
    [
        (
            "Representatives from 36 countries concretized plans in Paris.",
            Difference.NUMBER,
            "36",
            "35",
        ),
        (
            "European leaders agreed on December 18 on a multinational force with US support.",
            Difference.DATE,
            "December 18",
            "December 15",
        ),
    ],
)
def test_what_differs(
    seeds: Assistant, claim: str, about: Difference, claimed: str, found: str
) -> None:
    report = seeds.check(claim)
    assert report.verdict is Verdict.CONTRADICTED
    (difference,) = [d for d in report.differences if d.about is about]
    assert (difference.claimed, difference.found) == (claimed, found)
    citation = report.evidence[0].citation
    article = seeds.article(citation.article_id)
    span = difference.source_span
    assert article.text[span.start : span.end] == found
    assert claim[difference.claim_span.start : difference.claim_span.end] == claimed


def test_nearly_the_same_words(told: Assistant) -> None:
    report = told.check("Norvik was founded in 2012.")
    assert report.verdict is Verdict.CONTRADICTED
    assert [(d.about, d.found) for d in report.differences] == [(Difference.DATE, "2011")]


def test_who_does_something_else_contradicts_nothing(told: Assistant) -> None:
    report = told.check("Sudmark's deputy minister Ingrid Brent apologised.")
    assert report.verdict is Verdict.NOT_ENOUGH


def test_what_is_not_ruled_out_is_only_possible(told: Assistant) -> None:
    assert told.check("Norvik will have a merger with a rival.").verdict is Verdict.NOT_ENOUGH
    assert told.check("Norvik ruled out a merger with a rival.").verdict is Verdict.CONTRADICTED


def test_only_the_same_wording_is_certain(told: Assistant) -> None:
    same = told.check("Norvik was founded in 2011 in Aarhus.")
    moved = told.check("In Aarhus in 2011 was Norvik founded.")
    assert same.confidence > moved.confidence >= 0.75


EXPECTED = {"true": Verdict.SUPPORTED, "unmentioned": Verdict.NOT_ENOUGH}


@pytest.mark.parametrize("count", [48, pytest.param(120, marks=pytest.mark.full)])
def test_made_claims(seeds: Assistant, count: int) -> None:
    articles = [seeds.article(summary.id) for summary in seeds.articles()]
    made = made_claims.make_claims(articles, count=count, seed=7)
    kinds = Counter(claim.kind for claim in made)
    assert len(made) == count
    assert set(kinds) == set(made_claims.KINDS)
    right: Counter[str] = Counter()
    wronged = 0
    for claim, report in zip(made, seeds.check_each([c.text for c in made]), strict=True):
        right[claim.kind] += report.verdict is EXPECTED.get(claim.kind, Verdict.CONTRADICTED)
        wronged += claim.kind == "true" and report.verdict is Verdict.CONTRADICTED
    assert right.total() / len(made) >= 0.85, (right, kinds)
    assert wronged / kinds["true"] <= 0.03


@pytest.mark.parametrize("claim", ["x", "Ukraine", "The summit"])
def test_too_short_to_be_a_claim(seeds: Assistant, claim: str) -> None:
    assert seeds.check(claim).verdict is Verdict.NOT_ENOUGH


def test_filters_are_kept(seeds: Assistant) -> None:
    claim = "Representatives from 35 countries concretized plans in Paris."
    assert seeds.check(claim).verdict is Verdict.SUPPORTED
    other = next(s.id for s in seeds.articles() if s.language == "ar")
    report = seeds.check(claim, filters=Filters(article_ids=(other,)))
    assert {item.citation.article_id for item in report.evidence} == {other}
    assert report.verdict is Verdict.NOT_ENOUGH


def test_captions_are_never_evidence(seeds: Assistant) -> None:
    report = seeds.check(
        "World leaders at the Paris summit signed the declaration amid flags and maps."
    )
    for item in report.evidence:
        article = seeds.article(item.citation.article_id)
        assert article.paragraphs[item.citation.paragraph].is_evidence


def test_no_words(seeds: Assistant) -> None:
    with pytest.raises(UsageError, match="no words"):
        seeds.check("?!")


def test_reader_of_stances(seeds: Assistant) -> None:
    report = seeds.check("Germany positions itself openly for the first time.")
    assert report.evidence[0].stance is Stance.SUPPORTS
    assert report.supporting_sources == 1


@pytest.mark.parametrize(
    ("claim", "sentence", "about", "changed"),
    [
        ("36 states met.", "On Tuesday 35 countries met.", Difference.NUMBER, "35 states met."),
        (
            "Er kam am 3. März 2021.",
            "Er kam am 5. März 2021.",
            Difference.DATE,
            "Er kam am 5. März 2021.",
        ),
        ("Lund met Berg.", "Yesterday Lund met Moss.", Difference.NAME, "Lund met Moss."),
        (
            "Then Berg hired Moss.",
            "In May Moss hired Berg.",
            Difference.NAME,
            "Then Moss hired Berg.",
        ),
        ("The boat sank.", "The boat never sank.", Difference.NEGATION, "The boat never sank."),
        (
            "Prices fell in Oslo.",
            "Prices rose in Oslo.",
            Difference.OPPOSITE,
            "Prices rose in Oslo.",
        ),
    ],
)
def test_a_claim_is_said_the_sentences_way(
    claim: str, sentence: str, about: Difference, changed: str
) -> None:
    found = {e.claim: e for e in exchanges(claim, facts_of(claim), sentence, facts_of(sentence))}
    difference = found[changed].difference
    assert difference.about is about
    for text, span, words in (
        (claim, difference.claim_span, difference.claimed),
        (sentence, difference.source_span, difference.found),
    ):
        assert text[span.start : span.end] == words


@pytest.mark.parametrize(
    ("claim", "sentence", "before", "is_unproved"),
    [
        ("35 states met.", "On Tuesday, 35 countries met.", "", False),
        ("More than 30 states met.", "On Tuesday, 35 countries met.", "", False),
        ("At least 40 states met.", "On Tuesday, 35 countries met.", "", True),
        ("About 1.2 million people left.", "1,190,000 people left the city.", "", False),
        ("Er kam am 3. März 2021.", "Er kam am 5. März 2021.", "", True),
        ("It happened on 12 February.", "It happened يوم 12 فبراير.", "", False),
        ("Sales rose 5 percent.", "Sales rose 5%.", "", False),
        ("Sales rose 5 percent.", "Sales rose by $5.", "", True),
        ("Over $7 billion was paid.", "Over $4 billion was paid.", "", True),
        ("It cost nearly $603.", "It cost nearly $600.", "", True),
        ("It sank in 1907.", "It sank then.", "The year was 1907.", False),
        ("It sank in 1907.", "It sank then.", "", True),
        # Counted, not told.
        ("One of the halls was flooded.", "A pipe flooded the hall.", "", False),
        ("The house runs two schools.", "The house runs one school.", "", True),
    ],
)
def test_what_no_figure_bears_out_is_unproved(
    claim: str, sentence: str, before: str, is_unproved: bool
) -> None:
    assert unproved(claim, facts_of(claim), facts_of(sentence), before) is is_unproved


def tried_exchange() -> list[Exchange]:
    claim, sentence = "36 countries met.", "On Tuesday 35 countries met."
    return exchanges(claim, facts_of(claim), sentence, facts_of(sentence))[:1]


@pytest.mark.parametrize(
    ("chance", "is_proved", "instead", "stance", "named"),
    [
        ((0.9, 0.05, 0.05), True, 0.3, Stance.SUPPORTS, False),
        ((0.9, 0.05, 0.05), False, 0.3, Stance.NEUTRAL, False),  # a figure that no source gives
        ((0.5, 0.2, 0.3), False, 0.9, Stance.REFUTES, True),
        ((0.5, 0.2, 0.3), True, 0.9, Stance.NEUTRAL, True),
        ((0.05, 0.9, 0.05), True, 0.2, Stance.REFUTES, True),
        ((0.05, 0.9, 0.05), True, 0.01, Stance.REFUTES, False),
        ((0.4, 0.2, 0.4), True, 0.3, Stance.NEUTRAL, False),
    ],
)
def test_the_network_judges_and_figures_prove(
    chance: tuple[float, ...], is_proved: bool, instead: float, stance: Stance, named: bool
) -> None:
    tried = tried_exchange()
    found, _, differences = stance_of(
        np.array(chance),
        is_proved=is_proved,
        wording=Wording(is_near=False, is_same=False),
        tried=tried,
        chances=np.array([[instead, 0.0, 1 - instead]]),
    )
    assert found is stance
    assert [(d.claimed, d.found) for d in differences] == ([("36", "35")] if named else [])


@pytest.mark.parametrize(
    ("text", "dates", "names"),
    [
        ("Trump was at Mar-a-Lago.", [], [("mar", "a", "lago")]),
        ("In May Theresa May resigned.", [(None, 5, None)], [("theresa", "may")]),
        ("It was on Mar 3, 2020.", [(2020, 3, 3)], []),
        ("It was on Wednesday, 12 March 2025.", [(2025, 3, 12)], []),
    ],
)
def test_months_that_are_names(
    text: str, dates: list[tuple[int | None, ...]], names: list[tuple[str, ...]]
) -> None:
    facts = facts_of(text)
    assert [(d.year, d.month, d.day) for d in facts.dates] == dates
    assert [name.forms for name in facts.names] == names


@pytest.mark.parametrize(
    ("text", "date", "weekday"),
    [
        ("It opened on Wednesday, 12 March 2025.", "Wednesday, 12 March 2025", 3),
        ("They met Monday, December 15 in Berlin.", "Monday, December 15", 1),
        ("Sie kam am Mittwoch, dem 12. März 2025.", "Mittwoch, dem 12. März 2025", 3),
        ("افتتحت مصر يوم الأربعاء 12 مارس 2025 جسراً.", "الأربعاء 12 مارس 2025", 3),
        ("It came on Friday 2025-03-14.", "Friday 2025-03-14", 5),
    ],
)
def test_weekday_belongs_to_its_date(text: str, date: str, weekday: int) -> None:
    (mention,) = facts_of(text).dates
    assert text[mention.span.start : mention.span.end] == date
    assert mention.weekday == weekday
    assert mention.day is not None


def test_weekday_of_its_own() -> None:
    dates = facts_of("It rained on Monday. The storm of 12 March passed on Friday in May.").dates
    assert [(d.weekday, d.month, d.day) for d in dates] == [
        (1, None, None),
        (None, 3, 12),
        (5, None, None),
        (None, 5, None),
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ثلاثة عمال وخمس نساء", [3, 5]),
        ("بنسبة 15 في المئة", [15]),
        ("بنسبة ١٥ بالمائة", [15]),
        ("عشرون دولة", [20]),
    ],
)
def test_arabic_figures(text: str, values: list[float]) -> None:
    found = facts_of(text).quantities
    assert [quantity.value for quantity in found] == values
    if "بنسبة" in text:
        assert [quantity.unit for quantity in found] == ["%"]


def test_facts() -> None:
    facts = facts_of(
        "Between 10 and 15 degrees, thirty-five states, over $3.5 million in May 2021."
    )
    assert [(q.low, q.high, q.unit) for q in facts.quantities] == [
        (10.0, 15.0, "°"),
        (35.0, 35.0, "state"),
        (3.5e6, float("inf"), "$"),
    ]
    assert [(d.year, d.month, d.day) for d in facts.dates] == [(2021, 5, None)]
