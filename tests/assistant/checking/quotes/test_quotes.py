"""Quotes: exact, altered, not found; what was changed; who said it."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from assistant.assistant import Assistant
from assistant.errors import UsageError
from assistant.language.tokens import _TokenCache
from assistant.output.checks import quote_lines
from assistant.types import (
    Article,
    Attribution,
    ChangeKind,
    Difference,
    Paragraph,
    QuoteReport,
    QuoteStatus,
    Section,
    article_id,
)
from tests.assistant.checking.libraries import library_of


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


made_quotes = load("made_quotes")


def names_the_change(report: QuoteReport, made: made_quotes.MadeQuote) -> bool:
    """Whether the diff shows what was done to the quote."""
    changes = report.matches[0].changes
    if made.rule == "joined":
        kinds = {change.kind for change in changes}
        return bool(kinds & {ChangeKind.JOINED, ChangeKind.REORDERED}) or any(
            change.kind is ChangeKind.LEFT_OUT for change in changes
        )
    side = "true" if made.rule == "negation" else "given"
    return any(made.changed in getattr(change, side) for change in changes)


def test_made_quotes(seeds: Assistant) -> None:
    articles = [seeds.article(summary.id) for summary in seeds.articles()]
    made = made_quotes.make_quotes(articles, count=200, seed=7)
    assert len(made) == 200
    assert sum(quote.is_exact for quote in made) == 100
    assert set(Counter(quote.rule for quote in made)) == {
        *made_quotes.EDITS,
        *made_quotes.ALTERATIONS,
    }
    wrong = []
    for quote in made:
        report = seeds.verify(quote.text)
        expected = QuoteStatus.EXACT if quote.is_exact else QuoteStatus.ALTERED
        if report.status is not expected:
            wrong.append((quote.rule, quote.text, report.status))
        elif quote.is_exact and quote.rule != "ellipsis":
            assert any(match.article_id == quote.article_id for match in report.matches)
        if not quote.is_exact and report.status is expected:
            assert names_the_change(report, quote), (quote, report.matches[0].changes)
    assert wrong == []


def test_exact_span_is_the_source(seeds: Assistant) -> None:
    report = seeds.verify("  “we are NOT ruling anything out in principle”  ")
    (match,) = report.matches
    (citation,) = match.citations
    article = seeds.article(match.article_id)
    assert report.status is QuoteStatus.EXACT
    assert article.text[citation.start : citation.end] == citation.quote
    assert citation.quote == "We are not ruling anything out in principle."


def test_hyphenated_ligature_and_accents(seeds: Assistant) -> None:
    report = seeds.verify("Zélenskyy eyes NATO–like guaran-\ntees")
    assert report.status is QuoteStatus.EXACT
    assert report.matches[0].citations[0].quote == "Zelenskyy eyes NATO-like guarantees"


def test_changed_number_is_named(seeds: Assistant) -> None:
    report = seeds.verify("representatives from 36 countries have concretized plans")
    (change,) = report.matches[0].changes
    assert report.status is QuoteStatus.ALTERED
    assert (change.given, change.true, change.about) == ("36", "35", Difference.NUMBER)
    assert report.text[change.given_span.start : change.given_span.end] == "36"
    article = seeds.article(report.matches[0].article_id)
    assert article.text[change.source_span.start : change.source_span.end] == "35"
    assert report.matches[0].citations[0].quote == (
        "representatives from 35 countries have concretized plans"
    )


def test_dropped_negation_is_named(seeds: Assistant) -> None:
    report = seeds.verify("We are ruling anything out in principle")
    (change,) = report.matches[0].changes
    assert (change.kind, change.true, change.about) == (
        ChangeKind.LEFT_OUT,
        "not",
        Difference.NEGATION,
    )


def test_ellipsis_keeps_the_order(seeds: Assistant) -> None:
    kept = seeds.verify("World leaders ... signing Paris Declaration")
    swapped = seeds.verify("mine clearance in the Black Sea ... Sweden is prepared to contribute")
    assert kept.status is QuoteStatus.EXACT
    assert [c.quote for c in kept.matches[0].citations] == [
        "World leaders",
        "signing Paris Declaration",
    ]
    assert swapped.status is QuoteStatus.ALTERED
    assert swapped.matches[0].changes[0].kind is ChangeKind.REORDERED


def test_ellipsis_across_articles_is_no_quote(seeds: Assistant) -> None:
    report = seeds.verify(
        "Thousands of French soldiers could participate ... all sharp operations carry risks"
    )
    assert report.status is QuoteStatus.ALTERED
    assert report.matches[0].changes[0].kind is ChangeKind.JOINED


def test_joined_sentences(seeds: Assistant) -> None:
    report = seeds.verify(
        "In an emergency, rapid troop mobilizations would be necessary. Russia appears more open to "
        "a deal privately due to losses and economic consequences"
    )
    (change,) = report.matches[0].changes
    assert report.status is QuoteStatus.ALTERED
    assert change.kind is ChangeKind.JOINED
    assert change.true.startswith("The United States plans a key role")


@pytest.mark.parametrize(
    ("quote", "left_out", "about"),
    [
        ("We are … ruling anything out in principle", "not", Difference.NEGATION),
        ("Discussions did ... involve direct peace talks with Russia", "not", Difference.NEGATION),
        ("Thousands of French soldiers [...] participate", "could", Difference.HEDGE),
    ],
)
def test_ellipsis_may_not_turn_the_meaning(
    seeds: Assistant, quote: str, left_out: str, about: Difference
) -> None:
    report = seeds.verify(quote)
    (change,) = report.matches[0].changes
    assert report.status is QuoteStatus.ALTERED
    assert (change.kind, change.given, change.true, change.about) == (
        ChangeKind.LEFT_OUT,
        "",
        left_out,
        about,
    )
    (citation,) = report.matches[0].citations
    span = change.source_span
    assert citation.start < span.start < span.end < citation.end
    assert seeds.article(citation.article_id).text[span.start : span.end] == left_out


@pytest.mark.parametrize(
    ("quote", "status", "left_out"),
    [
        ("The hall, … , will open", QuoteStatus.EXACT, None),
        ("We … will go", QuoteStatus.EXACT, None),
        ("They met on … in Berlin", QuoteStatus.EXACT, None),
        ("He is … guilty", QuoteStatus.ALTERED, "not"),
        ("She agreed … to pay", QuoteStatus.EXACT, None),
        ("We … pay at once", QuoteStatus.ALTERED, "refuse to"),
    ],
)
def test_left_out_with_its_own_clause(
    tmp_path: Path, quote: str, status: QuoteStatus, left_out: str | None
) -> None:
    text = (
        "The hall, which is not cheap, will open. We do not like it but we will go. They met on 3 May "
        "2025 in Berlin. He is not, he says, guilty. She agreed without conditions to pay. We refuse "
        "to pay at once."
    )
    with library_of(tmp_path, {"Hall": (text, "en")}) as pq:
        report = pq.verify(quote)
    assert report.status is status
    found = [change.true for change in report.matches[0].changes]
    assert found == ([] if left_out is None else [left_out])


@pytest.mark.parametrize(
    ("text", "attribution"),
    [
        ("“We are not ruling anything out in principle,” said Merz.", Attribution.CONFIRMED),
        ("“We are not ruling anything out in principle,” said Macron.", Attribution.MISATTRIBUTED),
        ('Emmanuel Macron said: "all sharp operations carry risks"', Attribution.MISATTRIBUTED),
        ("Ewa Skoog Haslum said all sharp operations carry risks", Attribution.CONFIRMED),
        ("“We are not ruling anything out in principle”", Attribution.NOT_CLAIMED),
    ],
)
def test_attribution(seeds: Assistant, text: str, attribution: Attribution) -> None:
    report = seeds.verify(text)
    assert report.status is QuoteStatus.EXACT
    assert report.attribution is attribution


@pytest.mark.parametrize(
    ("text", "attribution"),
    [
        ("Karl Lund said: “The harbour will be closed on Monday.”", Attribution.UNCONFIRMED),
        ("“The harbour will be closed on Monday,” wrote Anna Lind.", Attribution.CONFIRMED),
        (
            "“The harbour will be closed on Monday,” the Harbour Post reported.",
            Attribution.CONFIRMED,
        ),
        ("“The harbour will be closed on Monday.”", Attribution.NOT_CLAIMED),
    ],
)
def test_who_says_the_outlets_own_words(
    tmp_path: Path, text: str, attribution: Attribution
) -> None:
    told = "The harbour will be closed on Monday. Its cranes are old."
    article = Article(
        id=article_id("harbour"),
        title="Harbour",
        text=told,
        paragraphs=(Paragraph(0, len(told), Section.BODY, "en"),),
        source="harbour",
        author="Anna Lind",
        site="Harbour Post",
    )
    with Assistant.open(tmp_path, seeds=False) as pq:
        pq.add_articles([article])
        report = pq.verify(text)
    assert (report.status, report.attribution) == (QuoteStatus.EXACT, attribution)
    # What the source does not say of its speaker is not borne out.
    assert report.is_exact is (attribution is not Attribution.UNCONFIRMED)
    assert quote_lines(report)


@pytest.mark.parametrize("text", ["the", "“of the”", "in"])
def test_what_stands_everywhere_is_no_quote(seeds: Assistant, text: str) -> None:
    with pytest.raises(UsageError, match="give more of the quote"):
        seeds.verify(text)


@pytest.mark.parametrize(
    ("text", "status", "left_out"),
    [
        ("A toll may be set by the mayor; a tax may.", QuoteStatus.ALTERED, "not"),
        ("a tax may not", QuoteStatus.EXACT, None),
        # An editor leaves out who says it between two parts of a quotation.
        (
            "The council took a toll for a tax. A toll may be set by the mayor",
            QuoteStatus.EXACT,
            None,
        ),
        ("The council took a toll for a tax. A toll may be set", QuoteStatus.EXACT, None),
        ("The council took a toll for a tax; a tax may not", QuoteStatus.ALTERED, None),
    ],
)
def test_where_a_quote_ends_and_goes_on(
    tmp_path: Path, text: str, status: QuoteStatus, left_out: str | None
) -> None:
    told = (
        "“The council took a toll for a tax,” Anna Lind wrote in her letter. “A toll may be set by the "
        "mayor; a tax may not.” It was late."
    )
    with library_of(tmp_path, {"Toll": (told, "en")}) as pq:
        report = pq.verify(text)
    assert report.status is status
    if left_out is not None:
        (change,) = report.matches[0].changes
        assert (change.kind, change.true, change.about) == (
            ChangeKind.LEFT_OUT, left_out, Difference.NEGATION,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "text", "notes"),
    [
        ("vaccines had been stolen", "She rejected claims that vaccines had been stolen.", ["the source denies it: “rejected claims that”"]),
        ("the engine had caught fire", "He denied reports that the engine had caught fire.", ["the source denies it: “denied reports that”"]),
        ("the engine had caught fire", "He did not deny that the engine had caught fire.", []),
        ("the engine had caught fire", "He denied any fault but said the engine had caught fire.", []),
        ("We never sold the ferry", "Holm denied the report: “We never sold the ferry.”", []),
        ("five new bids for it", "The council rejected the five new bids for it.", []),
        ("the government would release 30 million euros", "He said the government would release 30 million euros in aid if the region agreed.", ["the source makes it depend: “if the region …”"]),
        ("the government would pay for it", "If the region agrees, the government would pay for it.", ["the source makes it depend: “If the region …”"]),
        ("the government would pay for it", "He asked if the bill was due, and the government would pay for it.", []),
        ("the government would pay for it", "He said the government would pay for it, but it rained, and if it snows they stay.", []),
        ("the government would pay for it", "The government would pay for it even if nobody asked.", []),
        ("12,000 health workers had been deployed", "Correction: An earlier version of this article said that 12,000 health workers had been deployed.", ["the source takes it back"]),
        ("accused of stealing a ferry", "He was wrongly accused of stealing a ferry.", []),
        ("نطبق هذا القانون الجديد", "قال الوزير: «لن نطبق هذا القانون الجديد».", ["a negation stands right before it"]),
        ("pay for the old bridge", "They will not pay for the old bridge.", ["a negation stands right before it"]),
        ("will not pay for the old bridge", "They will not pay for the old bridge.", []),
        ("He denied that the engine had caught fire", "He denied that the engine had caught fire.", []),
    ],
)  # fmt: skip
def test_what_stands_around_a_quote_is_noted(
    tmp_path: Path, quote: str, text: str, notes: list[str]
) -> None:
    with library_of(tmp_path, {"Plan": (text, "en")}) as pq:
        report = pq.verify(quote)
    assert report.status is QuoteStatus.EXACT
    assert list(report.matches[0].notes) == notes


@pytest.mark.parametrize(
    ("quote", "attribution"),
    [
        ("Holm said the plan leaked money.", Attribution.UNCONFIRMED),
        ("Holm denied that the plan leaked money.", Attribution.CONFIRMED),
        ("Holm denies that the plan leaked money.", Attribution.CONFIRMED),
    ],
)
def test_what_someone_denies_he_does_not_say(
    tmp_path: Path, quote: str, attribution: Attribution
) -> None:
    told = "It was late on Monday. Holm denied that the plan leaked money."
    with library_of(tmp_path, {"Plan": (told, "en")}) as pq:
        assert pq.verify(quote).attribution is attribution


@pytest.mark.parametrize(
    ("quote", "text", "status"),
    [
        ("The council will act on the fire", "The council will act on the fire without delay.", QuoteStatus.EXACT),
        ("the tax is high", "The tax is high no matter what they say.", QuoteStatus.EXACT),
        ("The plan helps the poor", "The plan helps the poor not only in towns.", QuoteStatus.EXACT),
        ("I like the plan", "I like the plan, and I like the plan never mind the cost.", QuoteStatus.EXACT),
        ("the good she is", "He saw the good she is not only in May.", QuoteStatus.EXACT),
        ("we think that she is", "Today we think that she is not.", QuoteStatus.ALTERED),
        ("the crew would", "The crew would never leave.", QuoteStatus.ALTERED),
    ],
)  # fmt: skip
def test_only_the_negation_of_its_last_verb_is_cut_off(
    tmp_path: Path, quote: str, text: str, status: QuoteStatus
) -> None:
    with library_of(tmp_path, {"Plan": (text, "en")}) as pq:
        assert pq.verify(quote).status is status


@pytest.mark.parametrize(
    ("quote", "text", "status"),
    [
        (
            "I will vote for the plan. It will ruin the town",
            "“I will vote for the plan,” said Holm. Reed shook his head at this. “It will ruin the town,” he said.",
            QuoteStatus.ALTERED,
        ),
        (
            "We support the plan. We will pay for it",
            "“We support the plan,” Lind said. “That is false,” Reed replied. “We will pay for it.”",
            QuoteStatus.ALTERED,
        ),
        (
            "We support the plan. We will pay for it",
            "“We support the plan,” Lind said. “We will pay for it,” Reed replied.",
            QuoteStatus.ALTERED,
        ),
        (
            "I can promise you that the plant is safe",
            "“I can promise you that the plant,” Holm said, “is not” and then paused, “is safe.”",
            QuoteStatus.ALTERED,
        ),
        (
            "We support the plan. We will pay for it",
            "“We support the plan,” Gov. Lind said in her letter to the mayor. “We will pay for it,” she added.",
            QuoteStatus.EXACT,
        ),
        (
            "We support the plan and will pay for it",
            "“We support the plan,” according to Anna Lind, “and will pay for it.” It rained.",
            QuoteStatus.EXACT,
        ),
    ],
)
def test_only_one_attribution_may_stand_between(
    tmp_path: Path, quote: str, text: str, status: QuoteStatus
) -> None:
    with library_of(tmp_path, {"Plan": (text, "en")}) as pq:
        assert pq.verify(quote).status is status


def test_a_contraction_denies_nothing_else(tmp_path: Path) -> None:
    with library_of(tmp_path, {"Hall": ("The golden mask has not been found yet.", "en")}) as pq:
        report = pq.verify("The golden mask hasn't been found yet.")
    assert report.status is QuoteStatus.ALTERED
    assert [change.about for change in report.matches[0].changes] == [Difference.WORDING]


NAMESAKES = (
    "Fire chief Georg Maier came first. HydroLir chief Lena Maier came later. “There was no crack at all,” Maier "
    "said. “Nobody will be left alone,” she told reporters in Ostmark."
)


@pytest.mark.parametrize(
    ("text", "attribution"),
    [
        ("“There was no crack at all,” said Lena Maier.", Attribution.CONFIRMED),
        ("“There was no crack at all,” said Georg Maier.", Attribution.MISATTRIBUTED),
        ("“There was no crack at all,” said Lena Maier's lawyer.", Attribution.MISATTRIBUTED),
        # Who is named in the place of a pronoun changes nothing.
        ("“Nobody will be left alone,” Lena Maier told reporters.", Attribution.CONFIRMED),
    ],
)
def test_attribution_among_namesakes(tmp_path: Path, text: str, attribution: Attribution) -> None:
    with library_of(tmp_path, {"Hall": (NAMESAKES, "en")}) as pq:
        report = pq.verify(text)
    assert report.status is QuoteStatus.EXACT
    assert report.attribution is attribution
    assert report.matches[0].speaker_in_full == "Lena Maier"
    shown = "\n".join("".join(piece for piece, _ in line) for line in quote_lines(report))
    if attribution is Attribution.MISATTRIBUTED:
        assert "but Maier (Lena Maier) says it" in shown


BROTHERS = (
    "Liam Doyle, 27, is one of four defendants. He has pleaded not guilty. His brother, Sean Doyle, 31, pleaded "
    "guilty in June.\n\n“I drove because I thought he would kill me,” Doyle said, pointing at the co-defendant "
    "Gary Marsh."
)


@pytest.mark.parametrize(
    ("claimed", "attribution"),
    [
        ("Sean Doyle", Attribution.UNCONFIRMED),
        ("Liam Doyle", Attribution.UNCONFIRMED),
        ("Doyle", Attribution.CONFIRMED),
        ("Gary Marsh", Attribution.MISATTRIBUTED),
        ("Carl Doyle", Attribution.MISATTRIBUTED),
    ],
)
def test_which_of_two_namesakes_speaks_is_not_guessed(
    tmp_path: Path, claimed: str, attribution: Attribution
) -> None:
    with library_of(tmp_path, {"Court": (BROTHERS, "en")}) as pq:
        report = pq.verify(f"“I drove because I thought he would kill me,” said {claimed}.")
    assert report.attribution is attribution
    assert report.matches[0].speaker_in_full == "Doyle"
    assert report.matches[0].notes == ("Doyle may be any of these: Liam Doyle, Sean Doyle",)


@pytest.mark.parametrize(
    ("claimed", "attribution"),
    [
        ("Merz", Attribution.CONFIRMED),
        ("Emmanuel Macron", Attribution.CONFIRMED),
        ("Olaf Scholz", Attribution.MISATTRIBUTED),
    ],
)
def test_what_two_say_each_says(tmp_path: Path, claimed: str, attribution: Attribution) -> None:
    text = (
        "Emmanuel Macron came late. “There is no way back at all,” Merz and Macron said on Monday."
    )
    with library_of(tmp_path, {"Hall": (text, "en")}) as pq:
        report = pq.verify(f"“There is no way back at all,” said {claimed}.")
    assert report.attribution is attribution


def test_what_follows_an_attribution_is_not_the_quote(seeds: Assistant) -> None:
    report = seeds.verify(
        "The Moon is made of green cheese, the king of Atlantis announced on Tuesday."
    )
    assert report.status is QuoteStatus.NOT_FOUND
    assert "cheese" in report.quote


@pytest.mark.parametrize(
    "text",
    [
        "The harbour council approved a new ferry line on Monday morning",
        "It is what it is and that is that",
        "Leaders of the world agreed to sell Greenland to a consortium of bakers",
    ],
)
def test_not_found(seeds: Assistant, text: str) -> None:
    report = seeds.verify(text)
    assert report.status is QuoteStatus.NOT_FOUND
    assert report.matches == ()
    assert report.nearest


def test_acronym_is_another_word(seeds: Assistant) -> None:
    report = seeds.verify("a US-backed multinational protection force")
    other = seeds.verify("a us-backed multinational Protection Force")
    assert report.status is QuoteStatus.EXACT
    assert other.status is QuoteStatus.ALTERED


def test_ai_caption_is_noted(seeds: Assistant) -> None:
    report = seeds.verify("signing Paris Declaration for Ukraine security guarantees amid flags")
    assert "never evidence" in report.matches[0].notes[0]


NESTED = (
    "Minister Vera Holt said the union claimed the pay talks had failed in March.\n\n"
    "Economist Ina Moe writes that critics say the tax is unfair."
)


@pytest.mark.parametrize(
    ("given", "attribution"),
    [
        (
            "Minister Vera Holt said the union claimed the pay talks had failed.",
            Attribution.CONFIRMED,
        ),
        ("the union claimed the pay talks had failed in March", Attribution.CONFIRMED),
        ("Economist Ina Moe writes that critics say the tax is unfair.", Attribution.CONFIRMED),
        ("critics say the tax is unfair", Attribution.CONFIRMED),
        ("“the tax is unfair,” said Holt", Attribution.MISATTRIBUTED),
    ],
)
def test_of_two_reports_in_one_sentence_both_are_right(
    tmp_path: Path, given: str, attribution: Attribution
) -> None:
    with Assistant.open(tmp_path / "library", seeds=False) as pq:
        (tmp_path / "talks.md").write_text(f"# Talks\n\n{NESTED}\n", "utf-8")
        pq.add([tmp_path / "talks.md"])
        report = pq.verify(given)
        assert (report.status, report.attribution) == (QuoteStatus.EXACT, attribution)


def test_without_words(seeds: Assistant) -> None:
    with pytest.raises(UsageError, match="no words"):
        seeds.verify(" “…” ")


def test_large_library_is_searched_by_words(
    seeds: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit only articles that share words are read; nothing may be lost by it."""
    monkeypatch.setattr("assistant.checking.quotes.verifying.SCAN_ARTICLES", 0)
    articles = [seeds.article(summary.id) for summary in seeds.articles()]
    for quote in made_quotes.make_quotes(articles, count=60, seed=3):
        expected = QuoteStatus.EXACT if quote.is_exact else QuoteStatus.ALTERED
        assert seeds.verify(quote.text).status is expected, quote


def test_tokens_are_kept_for_so_many_characters_only():
    cache = _TokenCache(limit=25)
    first = cache.get("one two three")
    assert cache.get("one two three") is first
    cache.get("four five six")
    assert len(cache) == 13
    assert cache.get("one two three") is not first
    cache.get("x" * 26)
    assert len(cache) == 0
