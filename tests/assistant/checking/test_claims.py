"""Claims: supported, contradicted, not mentioned; and what differs."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.checking.compare import compare
from assistant.checking.facts import facts_of
from assistant.checking.reports import Difference, Stance, Verdict
from assistant.errors import UsageError
from assistant.types import Filters

_spec = importlib.util.spec_from_file_location(
    "made_claims", Path(__file__).with_name("made_claims.py")
)
assert _spec is not None
assert _spec.loader is not None
made_claims = importlib.util.module_from_spec(_spec)
sys.modules["made_claims"] = made_claims
_spec.loader.exec_module(made_claims)

EXPECTED = {"true": Verdict.SUPPORTED, "unmentioned": Verdict.NOT_ENOUGH}


def test_made_claims(seeds: Assistant) -> None:
    articles = [seeds.article(summary.id) for summary in seeds.articles()]
    made = made_claims.make_claims(articles, count=120, seed=7)
    kinds = Counter(claim.kind for claim in made)
    assert len(made) == 120
    assert set(kinds) == set(made_claims.KINDS)
    right: Counter[str] = Counter()
    wronged = 0
    for claim, report in zip(made, seeds.check_each([c.text for c in made]), strict=True):
        right[claim.kind] += report.verdict is EXPECTED.get(claim.kind, Verdict.CONTRADICTED)
        wronged += claim.kind == "true" and report.verdict is Verdict.CONTRADICTED
    assert right.total() / len(made) >= 0.85, (right, kinds)
    assert wronged / kinds["true"] <= 0.03


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
        (
            "The initiative was discussed at a summit in Oslo with eight countries.",
            Difference.PLACE,
            "Oslo",
            "Helsinki",
        ),
        (
            "German Chancellor Emmanuel Macron has signaled the involvement of German soldiers.",
            Difference.NAME,
            "German Chancellor Emmanuel Macron",
            "German Chancellor Friedrich Merz",
        ),
        ("Discussions involved direct peace talks with Russia.", Difference.NEGATION, "", "not"),
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


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Merz did not rule out deployments on Ukrainian soil.", Verdict.SUPPORTED),
        ("Macron did not rule out deployments on Ukrainian soil.", Verdict.CONTRADICTED),
        ("Merz ruled out deployments on Ukrainian soil.", Verdict.CONTRADICTED),
    ],
)
def test_pronoun_stands_for_the_speaker(seeds: Assistant, claim: str, verdict: Verdict) -> None:
    report = seeds.check(claim)
    assert report.verdict is verdict
    citation = report.evidence[0].citation
    assert citation.quote.startswith("He did not rule out deployments")
    text = seeds.article(citation.article_id).text
    for difference in report.differences:
        span = difference.source_span
        assert text[span.start : span.end] == difference.found
        assert difference.found in ("He", "not")


def test_place_is_compared_with_a_place(seeds: Assistant) -> None:
    report = seeds.check("Zelenskyy will meet Trump on December 28 in Washington.")
    (difference,) = report.differences
    assert report.verdict is Verdict.CONTRADICTED
    assert (difference.claimed, difference.found) == ("Washington", "Mar-a-Lago")


@pytest.mark.parametrize("claim", ["x", "Ukraine", "The summit"])
def test_too_short_to_be_a_claim(seeds: Assistant, claim: str) -> None:
    assert seeds.check(claim).verdict is Verdict.NOT_ENOUGH


def test_adjective_of_a_known_country(seeds: Assistant) -> None:
    report = seeds.check("Bundestag approval would be required for German troops.")
    assert report.verdict is Verdict.SUPPORTED


def test_hedge_is_no_support(seeds: Assistant) -> None:
    sure = seeds.check("Thousands of French soldiers participate in this peacekeeping mission.")
    hedged = seeds.check(
        "Thousands of French soldiers could participate in this peacekeeping mission."
    )
    assert sure.verdict is Verdict.NOT_ENOUGH
    assert [d.found for d in sure.differences if d.about is Difference.HEDGE] == ["could"]
    assert hedged.verdict is Verdict.SUPPORTED


def test_across_languages(seeds: Assistant) -> None:
    true = seeds.check(
        "1,500 American paratroopers left a strategic base near the Ukrainian border in October."
    )
    false = seeds.check(
        "2,800 American paratroopers left a strategic base near the Ukrainian border in October."
    )
    assert true.verdict is Verdict.SUPPORTED
    assert true.evidence[0].citation.language == "ar"
    assert {d.about for d in false.evidence[0].differences} <= {Difference.NUMBER, Difference.DATE}
    assert false.verdict is not Verdict.SUPPORTED


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
    ("claim", "sentence", "kinds"),
    [
        ("35 states met.", "On Tuesday, 35 countries met.", []),
        ("More than 30 states met.", "On Tuesday, 35 countries met.", []),
        ("At least 40 states met.", "On Tuesday, 35 countries met.", [Difference.NUMBER]),
        ("About 1.2 million people left.", "1,190,000 people left the city.", []),
        ("Prices fell in March 2020.", "Prices rose in March 2020.", [Difference.OPPOSITE]),
        ("Er kam am 3. März 2021.", "Er kam am 5. März 2021.", [Difference.DATE]),
        ("It happened on 12 February.", "It happened يوم 12 فبراير.", []),
        ("Sales rose 5 percent.", "Sales rose 5%.", []),
        ("Over $7 billion was paid.", "Over $4 billion was paid.", [Difference.NUMBER]),
        ("Over $3 billion was paid.", "Over $4 billion was paid.", []),
        ("It cost nearly $603.", "It cost nearly $600.", [Difference.NUMBER]),
        (
            "Two patients met 86 of their friends.",
            "Two patients met 46 of their friends.",
            [Difference.NUMBER],
        ),
        ("Sales rose 5 percent.", "Sales rose by $5.", [Difference.NUMBER]),
    ],
)
def test_compare(claim: str, sentence: str, kinds: list[Difference]) -> None:
    assert [departure.about for departure in compare(claim, sentence).departures] == kinds


@pytest.mark.parametrize(
    ("text", "dates", "names"),
    [
        ("Trump was at Mar-a-Lago.", [], [("mar", "a", "lago")]),
        ("In May Theresa May resigned.", [(None, 5, None)], [("theresa", "may")]),
        ("It was on Mar 3, 2020.", [(2020, 3, 3)], []),
    ],
)
def test_months_that_are_names(
    text: str, dates: list[tuple[int | None, ...]], names: list[tuple[str, ...]]
) -> None:
    facts = facts_of(text)
    assert [(d.year, d.month, d.day) for d in facts.dates] == dates
    assert [name.forms for name in facts.names] == names


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
