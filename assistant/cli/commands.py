"""The command line. stdout carries data only; progress and errors go to stderr.

Exit codes: 0 done or answered, 1 no answer found, 2 usage, 3 bad input or source, 4 library damaged or
locked, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from assistant.cli import checking, evaluation, mcp, serve
from assistant.cli import library as library_commands
from assistant.cli.common import (
    article_id,
    common,
    count_option,
    index_option,
    kept_option,
    library_option,
    model_option,
    open_assistant,
    progress,
    rerank_option,
    resolved,
    tell_undated,
    write,
    write_json,
)
from assistant.errors import PullquoteError, UsageError
from assistant.library.filters import iso_date
from assistant.types import AnswerStatus, Filters, Section

if TYPE_CHECKING:
    from assistant.types import IngestReport

NO_ANSWER = 1
INTERRUPTED = 130
BROKEN_PIPE = 141
MAX_LINE_CHARS = 2**16
"""Of a batch; longer than any question may be."""
BATCH_QUERIES = 64
"""Queries of a batch search that are encoded together."""


def filtering(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that restrict what may be found."""
    for option in (
        click.option(
            "--language", multiple=True, help="Only passages in this language (ISO code)."
        ),
        click.option(
            "--section",
            multiple=True,
            type=click.Choice([section.value for section in Section]),
            help="Only passages of this section.",
        ),
        click.option("--article", multiple=True, help="Only this article (id)."),
        click.option("--from", "published_from", help="Only articles published on or after DATE."),
        click.option("--as-of", "published_to", help="Only articles published on or before DATE."),
    ):
        command = option(command)
    return command


def _filters(
    language: tuple[str, ...],
    section: tuple[str, ...],
    article: tuple[str, ...],
    published_from: str | None,
    published_to: str | None,
) -> Filters:
    return Filters(
        languages=language,
        sections=tuple(Section(name) for name in section),
        article_ids=article,
        published_from=iso_date(published_from),
        published_to=iso_date(published_to),
    )


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pullquote", prog_name="pullquote")
@library_option
@model_option
@index_option
@rerank_option
@click.option("--continue", "continue_last", is_flag=True, help="Go on with the last conversation.")
@click.option("--plain", is_flag=True, help="Line by line, for screen readers and dumb terminals.")
@click.pass_context
def cli(
    context: click.Context,
    library: Path | None,
    model: str | None,
    continue_last: bool,
    plain: bool,
) -> None:
    """Ask a library of articles; get the articles' own words, cited.

    Without a command it opens the chat.
    """
    if context.invoked_subcommand is not None:
        context.obj = {"library": library, "model": model}
        return
    from assistant.tui import run_chat

    context.exit(
        run_chat(
            library,
            model=model,
            index=kept_option("index"),
            rerank=kept_option("rerank"),
            continue_last=continue_last,
            plain=plain,
        )
    )


@cli.command()
@click.argument("question", required=False)
@click.option(
    "--batch",
    type=click.File("r", encoding="utf-8"),
    help="Read one question a line (- for stdin), write one JSON object a line.",
)
@count_option("passages", 10, "How many passages are read.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the evidence: write a new bundle (`pullquote verify --bundle FILE` checks it), and "
    "reports of it as .md and .html beside it.",
)
@click.option(
    "--strict", is_flag=True, help="Answers only: where an answer is merely possible, decline."
)
@filtering
@common
def ask(
    question: str | None,
    batch: TextIO | None,
    passages: int,
    bundle: Path | None,
    strict: bool,
    library: Path | None,
    model: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Answer QUESTION with a verbatim quote and its citation."""
    _exactly_one(question, batch, "a question")
    if batch is not None and bundle is not None:
        raise UsageError("--bundle goes with one question: leave --batch out")
    wanted = _filters(**filters)
    from assistant.output.json import answer_to_json

    with open_assistant(library, model) as pq:
        wanted = resolved(pq, wanted)
        tell_undated(pq, wanted, as_json=as_json)
        if batch is not None:
            for line in _questions(batch):
                found = pq.ask(line, k=passages, filters=wanted, strict=strict)
                write_json(answer_to_json(found))
            return
        assert question is not None
        answer = pq.ask(question, k=passages, filters=wanted, strict=strict)
        if bundle is not None:
            checking.write_answer_bundle(pq, bundle, answer)
    if as_json:
        write_json(answer_to_json(answer))
    else:
        from assistant.output.text import answer_lines

        write(answer_lines(answer))
    if answer.status is AnswerStatus.UNANSWERABLE:
        click.get_current_context().exit(NO_ANSWER)


@cli.command()
@click.argument("subject")
@click.option("--article", help="Only from this article (id).")
@click.option(
    "--sentences",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many sentences; of two subjects that are compared half of them each.",
)
@common
def brief(
    subject: str,
    article: str | None,
    sentences: int,
    library: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Tell the most about SUBJECT in the articles' own sentences; "Compare X and Y" lays two side by side."""
    from assistant.output.json import brief_to_json

    with open_assistant(library, model) as pq:
        one = article_id(pq, article) if article is not None else None
        found = pq.brief(subject, article=one, sentences=sentences)
    if as_json:
        write_json(brief_to_json(found))
    else:
        from assistant.output.text import brief_lines

        write(brief_lines(found))
    if not found.citations:
        click.get_current_context().exit(NO_ANSWER)


@cli.command()
@click.argument("query", required=False)
@click.option(
    "--batch",
    type=click.File("r", encoding="utf-8"),
    help="Read one query a line (- for stdin), write one JSON object a line.",
)
@count_option("count", 10, "How many passages.")
@filtering
@common
def search(
    query: str | None,
    batch: TextIO | None,
    count: int,
    library: Path | None,
    model: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """List the passages that fit QUERY best."""
    _exactly_one(query, batch, "a query")
    wanted = _filters(**filters)
    from assistant.output.json import hit_to_json

    with open_assistant(library, model) as pq:
        wanted = resolved(pq, wanted)
        tell_undated(pq, wanted, as_json=as_json)
        if batch is not None:
            for queries in _chunks(_questions(batch), BATCH_QUERIES):
                results = pq.search_batch(queries, k=count, filters=wanted)
                for line, hits in zip(queries, results, strict=True):
                    write_json({"query": line, "passages": [hit_to_json(hit) for hit in hits]})
            return
        assert query is not None
        hits = pq.search(query, k=count, filters=wanted)
    if as_json:
        write_json({"query": query, "passages": [hit_to_json(hit) for hit in hits]})
    else:
        from assistant.output.text import hits_lines

        write(hits_lines(hits))
    if not hits:
        click.get_current_context().exit(NO_ANSWER)


@cli.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--watch", is_flag=True, help="Go on: add what changes below the folders.")
@click.option(
    "--allow-private", is_flag=True, help="Fetch from private and loopback addresses too."
)
@click.option(
    "--cluster",
    metavar="ADDRESS|N",
    help="Encode on the workers of a Dask scheduler, or in N processes here.",
)
@click.option(
    "--keep-samples",
    is_flag=True,
    help="Keep the sample articles, which leave a library when its first others come.",
)
@click.option(
    "--rehash", is_flag=True, help="Read files again whose size and times have not changed."
)
@common
def add(
    sources: tuple[str, ...],
    watch: bool,
    allow_private: bool,
    cluster: str | None,
    keep_samples: bool,
    rehash: bool,
    library: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Add files, folders, web pages and feeds, or - for stdin. What fails is listed at the end."""
    folders = [source for source in sources if os.path.isdir(source)]
    if watch and not folders:
        raise UsageError("--watch follows folders: name one")
    with open_assistant(library, model, samples=keep_samples) as pq:
        report = pq.add(
            sources,
            on_progress=progress("adding"),
            stdin=sys.stdin.buffer,
            allow_private=allow_private,
            cluster=cluster,
            keep_samples=keep_samples,
            rehash=rehash,
        )
        _write_report(report, as_json=as_json)
        if watch:
            from assistant.library.watching import changes

            for changed in changes(folders):
                _write_report(pq.add(changed), as_json=as_json)
            return
    if report.failures and not (report.added or report.updated or report.unchanged):
        click.get_current_context().exit(3)


def _write_report(report: IngestReport, *, as_json: bool) -> None:
    from assistant.output.json import report_to_json
    from assistant.output.text import report_lines, warning_lines, write_lines

    if as_json:
        write_json(report_to_json(report))
    else:
        write(report_lines(report))
        write_lines(warning_lines(report), sys.stderr)


@cli.command()
@click.argument("article_ids", nargs=-1, required=True, metavar="ARTICLE...")
@common
def remove(
    article_ids: tuple[str, ...], library: Path | None, model: str | None, as_json: bool
) -> None:
    """Remove articles by id: all of them, or none where one is not there."""
    with open_assistant(library, model) as pq:
        ids = list(dict.fromkeys(article_id(pq, name) for name in article_ids))
        pq.remove(*ids)
    if as_json:
        write_json({"removed": ids})
    else:
        write([[(f"removed {removed}", "")] for removed in ids])


@cli.command("list")
@click.argument("matching", required=False)
@common
def list_articles(
    matching: str | None, library: Path | None, model: str | None, as_json: bool
) -> None:
    """List the articles, or those whose title, source or id contains MATCHING."""
    from assistant.output.json import summary_to_json
    from assistant.output.text import summaries_lines

    with open_assistant(library, model) as pq:
        summaries = pq.articles(matching=matching)
        others = bool(summaries) or pq.article_count() > 0
    if as_json:
        write_json({"articles": [summary_to_json(summary) for summary in summaries]})
    else:
        write(summaries_lines(summaries, matching=matching if others else None))


@cli.command()
@click.argument("article")
@common
def show(article: str, library: Path | None, model: str | None, as_json: bool) -> None:
    """Show one article whole."""
    from assistant.output.json import article_to_json
    from assistant.output.text import article_lines

    with open_assistant(library, model) as pq:
        found = pq.article(article_id(pq, article))
    if as_json:
        write_json(article_to_json(found))
    else:
        write(article_lines(found))


@cli.command()
@click.argument("article")
@count_option("count", 5, "How many articles.")
@common
def related(
    article: str, count: int, library: Path | None, model: str | None, as_json: bool
) -> None:
    """List articles related to ARTICLE, and why."""
    from assistant.output.json import related_to_json
    from assistant.output.text import related_lines

    with open_assistant(library, model) as pq:
        found = article_id(pq, article)
        items = pq.related(found, k=count)
    if as_json:
        write_json({"article_id": found, "related": [related_to_json(i) for i in items]})
    else:
        write(related_lines(items))


@cli.command()
@click.option("--no-repair", is_flag=True, help="Only look.")
@click.option("--full", is_flag=True, help="Encode every passage again, not only some.")
@common
def doctor(
    no_repair: bool, full: bool, library: Path | None, model: str | None, as_json: bool
) -> None:
    """Check offsets, hashes, vectors and indexes; rebuild what is derived."""
    from assistant.output.json import doctor_to_json

    with open_assistant(library, model) as pq:
        report = pq.doctor(repair=not no_repair, full=full)
    if as_json:
        write_json(doctor_to_json(report))
    else:
        counts = ", ".join(f"{count} {name}" for name, count in report.checked.items())
        lines = [[(f"checked {counts}", "")]]
        lines += [[("problem: ", "bold red"), (line, "")] for line in report.problems]
        lines += [[("repaired: ", "bold green"), (line, "")] for line in report.repaired]
        lines.append([("healthy" if report.is_healthy else "not healthy", "bold")])
        write(lines)
    if not report.is_healthy:
        click.get_current_context().exit(4)


library_commands.register(cli)
checking.register(cli)
serve.register(cli)
evaluation.register(cli)
mcp.register(cli)


# What the commands share


def _exactly_one(argument: str | None, batch: TextIO | None, what: str) -> None:
    if (argument is None) == (batch is None):
        raise UsageError(f"give {what}, or --batch FILE with one a line")
    if argument is not None and not argument.strip():
        raise UsageError(f"{what} is empty: write something between the quotes")


def _questions(batch: TextIO) -> Iterator[str]:
    try:
        # A line without an end is not read to its end: a part of it is too long already.
        while line := batch.readline(MAX_LINE_CHARS):
            if line.strip():
                yield line.strip()
    except UnicodeDecodeError as error:
        raise UsageError("the batch is not UTF-8 text: save it as UTF-8") from error


def _chunks(items: Iterable[str], size: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Article text may hold anything; a locale without UTF-8 must not end the program.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        result = cli.main(args=arguments, prog_name="pullquote", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.Abort:
        return _fail("interrupted; what was finished is kept", INTERRUPTED)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except PullquoteError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; what was finished is kept", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said on stdout.
        _end_stdout()
        return BROKEN_PIPE
    except OSError as error:
        _end_stdout()
        what = f" {error.filename}" if error.filename is not None else ""
        return _fail(f"reading or writing{what} failed ({error.strerror or error})", 3)


def _end_stdout() -> None:
    """Keep what cannot be written any more from being written once more at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int) -> int:
    from assistant.output.sanitise import for_display

    sys.stderr.write(f"pullquote: {for_display(message, keep_newlines=False)}\n")
    return code
