"""A question as of a day never sees what was published later, whichever way it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.assistant import Assistant
from assistant.cli.commands import cli
from assistant.errors import UsageError
from assistant.types import Article, Filters, Paragraph, Section, Verdict, article_id

DATED = {
    "2024-01-10": "The bridge over the Elbe will open on 4 May 2024, the city of Torgau said in January.",
    "2024-03-01T23:30:00": "The bridge over the Elbe will open on 9 July 2024, the city of Torgau said.",
    "2024-09-20": "The bridge over the Elbe will open on 2 December 2024, the city of Torgau said.",
    "2025-02-02": "The bridge over the Elbe opened on 30 January 2025, the city of Torgau said.",
    None: "The bridge over the Elbe will open on 1 April 2031, the city of Torgau said, undated.",
}
QUESTION = "When will the bridge over the Elbe open?"
LATER = [day for day in DATED if day is None or day > "2024-03-02"]


def id_of(published: str | None) -> str:
    return article_id(f"https://example.org/{published}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("as-of")
    with Assistant.open(path, seeds=False) as pq:
        pq.add_articles(
            [
                Article(
                    id=id_of(published),
                    title=f"The bridge over the Elbe, {published}",
                    text=text,
                    paragraphs=(Paragraph(0, len(text), Section.BODY, "en"),),
                    source=f"https://example.org/{published}",
                    url=f"https://example.org/{published}",
                    published=published,
                    linked_ids=tuple(id_of(other) for other in DATED if other != published),
                )
                for published, text in DATED.items()
            ]
        )
    return path


@pytest.fixture(scope="module")
def dated(folder: Path) -> Iterator[Assistant]:
    with Assistant.open(folder, read_only=True) as pq:
        yield pq


def seen_in(value: object) -> set[str]:
    """Every article id in a JSON value."""
    if isinstance(value, dict):
        own = {str(item) for key, item in value.items() if key in ("article_id", "id") and item}
        return own.union(*(seen_in(item) for item in value.values()))
    return set().union(*(seen_in(item) for item in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2024-03-01", {"2024-01-10", "2024-03-01T23:30:00"}),
        ("2024-03", {"2024-01-10", "2024-03-01T23:30:00"}),
        ("2024-02-29", {"2024-01-10"}),
        ("2023-12-31", set()),
        ("2025-02-02", {day for day in DATED if day}),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ["ask", QUESTION],
        ["search", QUESTION],
        ["check", "The bridge over the Elbe will open on 2 December 2024."],
        ["timeline", QUESTION],
    ],
)
def test_commands(folder: Path, command: list[str], as_of: str, expected: set[str]) -> None:
    arguments = [command[0], "--library", str(folder), "--json", "--as-of", as_of, *command[1:]]
    result = CliRunner().invoke(cli, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code in (0, 1), result.output
    seen = seen_in(json.loads(result.stdout))
    assert seen <= {id_of(day) for day in expected}
    assert bool(seen) is bool(expected)


def test_verdict_turns_with_what_was_known(dated: Assistant) -> None:
    claim = "The bridge over the Elbe will open on 2 December 2024."
    early = dated.check(claim, filters=Filters(published_to="2024-03-01"))
    late = dated.check(claim, filters=Filters(published_to="2024-12-31"))
    assert early.verdict is Verdict.CONTRADICTED
    assert late.supporting_sources == 1
    assert late.evidence[0].citation.published == "2024-09-20"


def test_timeline_of_a_later_article_is_empty(dated: Assistant) -> None:
    subject = id_of("2025-02-02")
    assert dated.timeline(subject).entries
    assert not dated.timeline(subject, filters=Filters(published_to="2024-12-31")).entries


def test_a_month_or_a_year_stands_for_all_its_days(dated: Assistant) -> None:
    for until in ("2024-03", "2024-03-01", "2024-03-01T23:59:00"):
        hits = dated.search(QUESTION, k=100, filters=Filters(published_to=until))
        assert {hit.passage.published for hit in hits} == {"2024-01-10", "2024-03-01T23:30:00"}
    hits = dated.search(QUESTION, k=100, filters=Filters(published_from="2025"))
    assert {hit.passage.published for hit in hits} == {day for day in DATED if day and day > "2025"}


@pytest.mark.parametrize("field", ["published_from", "published_to"])
@pytest.mark.parametrize(
    "day", ["January 2025", "2025-1-31", "20250131", "2025-02-30", "2025-01T9"]
)
def test_what_is_no_date_is_refused(dated: Assistant, field: str, day: str) -> None:
    """Compared as text it would let everything through, or nothing."""
    filters = Filters(**{field: day})
    for ask in (dated.search, dated.ask, dated.check, dated.timeline):
        with pytest.raises(UsageError, match=f"'{day}' is not a date"):
            ask(QUESTION, filters=filters)
    with pytest.raises(UsageError, match="is not a date"):
        dated.timeline(id_of("2024-01-10"), filters=filters)


def test_batch_of_claims(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    batch = tmp_path / "claims.txt"
    batch.write_text("The bridge opened on 30 January 2025.\nIt will open on 9 July 2024.\n")
    options = ["--library", str(folder), "--as-of", "2024-03-01", "--batch", str(batch)]
    result = CliRunner().invoke(cli, ["check", *options, "--out", str(out)])
    assert result.exit_code == 0, result.output
    seen = seen_in([json.loads(line) for line in out.read_text().splitlines()])
    assert seen
    assert not seen & {id_of(day) for day in LATER}
