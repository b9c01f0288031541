"""Commands for checking: quotes, claims, timelines, bundles."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from assistant.cli.common import (
    common,
    count_option,
    open_assistant,
    progress,
    resolved,
    tell_undated,
    tell_written,
    write,
    write_json,
)
from assistant.errors import SourceError, UsageError
from assistant.library.filters import iso_date
from assistant.types import Filters

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.checking.claims.batches import BatchClaim
    from assistant.types import Answer

MAX_BATCH_CHARS = 64 << 20
NOT_SO = 1
"""Exit code of a quote that is not exact, a claim that nothing decides, a bundle that was changed."""


def register(group: click.Group) -> None:
    """Add the commands to the command line."""
    for command in (verify, check, timeline):
        group.add_command(command)


@click.command()
@click.argument("quote", required=False)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Without QUOTE: check this evidence bundle, no library needed. With QUOTE: write a new one.",
)
@common
def verify(
    quote: str | None,
    bundle: Path | None,
    library: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Look QUOTE up: exact, altered or not found, and who said it."""
    from assistant.output.checks import quote_lines
    from assistant.output.json import quote_report_to_json

    if quote is None:
        if bundle is None:
            raise UsageError("give a quote, or --bundle FILE to check a bundle")
        _verify_bundle(bundle, as_json=as_json)
        return
    with open_assistant(library, model) as pq:
        report = pq.verify(quote)
        if bundle is not None:
            tell_written(*pq.write_bundle(bundle, report))
    if as_json:
        write_json(quote_report_to_json(report))
    else:
        write(quote_lines(report))
    if not report.is_exact:
        click.get_current_context().exit(NOT_SO)


def _verify_bundle(path: Path, *, as_json: bool) -> None:
    from assistant.checking.evidence.bundles import verify_bundle
    from assistant.output.checks import bundle_lines

    report = verify_bundle(path)
    if as_json:
        write_json(
            {
                "schema": "pullquote/bundle-check/1",
                "path": report.path,
                "intact": report.is_intact,
                "kind": report.kind.value if report.kind else None,
                "subject": report.subject,
                "created": report.created,
                "tool": report.tool,
                "quotes": report.quote_count,
                "sources": report.source_count,
                "problems": [
                    {
                        "where": problem.where,
                        "message": problem.message,
                        "byte_start": problem.byte_start,
                        "byte_end": problem.byte_end,
                    }
                    for problem in report.problems
                ],
            }
        )
    else:
        write(bundle_lines(report))
    if not report.is_intact:
        click.get_current_context().exit(NOT_SO)


@click.command()
@click.argument("claim", required=False)
@click.option(
    "--batch",
    type=click.File("r", encoding="utf-8"),
    help="Check many: one a line, CSV with a claim column, or JSON lines (- for stdin).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the batch's results here (.csv or .jsonl); run again to go on after a stop.",
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the evidence: write a new bundle.",
)
@click.option(
    "--claim-review",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write schema.org ClaimReview JSON-LD too.",
)
@click.option("--author", default="Pullquote", show_default=True, help="Who signs the review.")
@click.option("--from", "published_from", help="Only articles published on or after DATE.")
@click.option("--as-of", "published_to", help="Only articles published on or before DATE.")
@click.option("--article", multiple=True, help="Only this article (id).")
@common
def check(
    claim: str | None,
    batch: TextIO | None,
    out: Path | None,
    bundle: Path | None,
    claim_review: Path | None,
    author: str,
    published_from: str | None,
    published_to: str | None,
    article: tuple[str, ...],
    library: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Say whether the articles support CLAIM, and what exactly differs."""
    from assistant.output.checks import claim_lines
    from assistant.output.json import claim_report_to_json
    from assistant.types import Verdict

    if (claim is None) == (batch is None):
        raise UsageError("give a claim, or --batch FILE with many")
    if claim is None and (bundle or claim_review):
        raise UsageError("--bundle and --claim-review go with one claim: leave --batch out")
    filters = Filters(
        article_ids=article,
        published_from=iso_date(published_from),
        published_to=iso_date(published_to),
    )
    if batch is not None:
        claims = _read_batch(batch)
        with open_assistant(library, model) as pq:
            filters = resolved(pq, filters)
            tell_undated(pq, filters, as_json=as_json)
            _check_batch(pq, claims, out=out, filters=filters, as_json=as_json)
        return
    assert claim is not None
    with open_assistant(library, model) as pq:
        filters = resolved(pq, filters)
        tell_undated(pq, filters, as_json=as_json)
        report = pq.check(claim, filters=filters)
        if bundle is not None:
            tell_written(*pq.write_bundle(bundle, report))
    if claim_review is not None:
        from assistant.checking.evidence.bundles import write_files
        from assistant.checking.evidence.layout import lay_out
        from assistant.output.evidence import claim_review as review_of

        review, _ = lay_out(review_of(report, author=author))
        tell_written(*write_files({claim_review: review}))
    if as_json:
        write_json(claim_report_to_json(report))
    else:
        write(claim_lines(report))
    if report.verdict is Verdict.NOT_ENOUGH:
        click.get_current_context().exit(NOT_SO)


def _read_batch(batch: TextIO) -> list[BatchClaim]:
    from assistant.checking.claims.batches import read_claims

    try:
        text = batch.read(MAX_BATCH_CHARS + 1)
    except UnicodeDecodeError as error:
        raise UsageError("the batch is not UTF-8 text: save it as UTF-8") from error
    if len(text) > MAX_BATCH_CHARS:
        raise UsageError(f"the batch has more than {MAX_BATCH_CHARS:,} characters: split it")
    try:
        return read_claims(text, name=batch.name)
    except (csv.Error, RecursionError) as error:
        raise SourceError(f"{batch.name} cannot be read ({error}): correct or split it") from error


def _check_is_results(out: Path) -> None:
    """Refuse to go on with a file that does not begin as results do: its lines would be lost."""
    from assistant.checking.claims.batches import CSV_COLUMNS, csv_line
    from assistant.output.json import CLAIM_SCHEMA
    from assistant.output.sanitise import json_text

    is_csv = out.suffix.lower() == ".csv"
    begin = (csv_line(CSV_COLUMNS) if is_csv else json_text({"schema": CLAIM_SCHEMA})[:-1]).encode()
    try:
        with out.open("rb") as file:
            head = file.read(len(begin))
    except FileNotFoundError:
        # What was asked, and of what, is for this user's eyes only.
        out.touch(mode=0o600)
        return
    if not begin.startswith(head):
        raise UsageError(f"{out} is not a file of results: name a new one")


def _check_batch(
    pq: Assistant,
    claims: list[BatchClaim],
    *,
    out: Path | None,
    filters: Filters,
    as_json: bool,
) -> None:
    from assistant.checking.claims.batches import BatchFile, check_batch
    from assistant.output.checks import batch_summary_lines
    from assistant.output.json import claim_report_to_json
    from assistant.types import Verdict

    if out is not None:
        _check_is_results(out)
    file = BatchFile(out) if out is not None else None
    done = file.resume(claims) if file is not None else 0
    if done:
        sys.stderr.write(f"going on after {done} of {len(claims)} claims\n")
    counts: Counter[Verdict] = Counter()
    reports = check_batch(
        claims,
        lambda texts: pq.check_each(texts, filters=filters),
        skip=done,
        on_progress=progress("checking"),
    )
    try:
        for report in reports:
            counts[report.verdict] += 1
            if file is not None:
                file.add(report)
            else:
                write_json(claim_report_to_json(report))
    finally:
        if file is not None:
            file.close()
    if file is not None:
        if as_json:
            write_json({"out": str(out), "claims": len(claims), "resumed_after": done})
        else:
            write(batch_summary_lines([(verdict, counts[verdict]) for verdict in Verdict]))


@click.command()
@click.argument("question")
@count_option("passages", 20, "How many passages are read.")
@click.option("--as-of", "published_to", help="Only articles published on or before DATE.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into this file too."
)
@common
def timeline(
    question: str,
    passages: int,
    published_to: str | None,
    svg: Path | None,
    library: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """List the dated statements on QUESTION, or of an article (its id), in order."""
    from assistant.checking.evidence.bundles import write_files
    from assistant.output.checks import timeline_lines, timeline_svg
    from assistant.output.json import timeline_to_json

    if not question.strip():
        raise UsageError("the question is empty: ask for something, or name an article")
    with open_assistant(library, model) as pq:
        filters = Filters(published_to=iso_date(published_to))
        named = [s.id for s in pq.articles(matching=question) if s.id.startswith(question)]
        one = named[0] if len(named) == 1 else None
        tell_undated(pq, replace(filters, article_ids=(one,) if one else ()), as_json=as_json)
        found = pq.timeline(one or question, k=passages, filters=filters)
    if svg is not None:
        content = timeline_svg(found).encode("utf-8", "backslashreplace")
        tell_written(*write_files({svg: content}))
    if as_json:
        write_json(timeline_to_json(found))
    else:
        write(timeline_lines(found))
    if not found.entries:
        click.get_current_context().exit(NOT_SO)


def write_answer_bundle(pq: Assistant, path: Path, answer: Answer) -> None:
    """Write the bundle of an answer and say where, for ``ask --bundle``.

    Raises:
        UsageError: One of its files exists.
        BundleError: It cannot be written.
    """
    tell_written(*pq.write_bundle(path, answer))
