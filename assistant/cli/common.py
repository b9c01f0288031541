"""What all commands share: options, opening the library, writing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.errors import ArticleNotFound, UsageError
from assistant.language.codes import ISO_639_1
from assistant.output.sanitise import for_display, json_text
from assistant.types import Filters, Progress

if TYPE_CHECKING:
    from assistant.assistant import Assistant

library_option = click.option(
    "--library",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the library (else PULLQUOTE_LIBRARY, else the default one).",
)
model_option = click.option(
    "--model", help="Name or path of a sentence-transformers model instead of the bundled encoder."
)
_META = "pullquote."


def count_option(name: str, default: int, help_text: str) -> Callable[[Any], Any]:
    """``-k``: how many, at least one."""
    return click.option(
        "-k", name, type=click.IntRange(min=1), default=default, show_default=True, help=help_text
    )


def _kept(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Keep an option for :func:`open_assistant`, given before the command or behind it."""
    if value is not None:
        context.meta[_META + str(parameter.name)] = value


index_option = click.option(
    "--index",
    metavar="URI",
    expose_value=False,
    callback=_kept,
    help="Search the vectors at milvus://host:19530/collection (else PULLQUOTE_INDEX).",
)
rerank_option = click.option(
    "--rerank",
    metavar="MODEL",
    expose_value=False,
    callback=_kept,
    help="Order passages anew: `reader` for the bundled reader, or a cross-encoder's name or path.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout.")


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command takes."""
    return library_option(model_option(index_option(rerank_option(_json_option(command)))))


def kept_option(name: str) -> str | None:
    """The value of ``--index`` or ``--rerank`` in the command that runs, None where not given."""
    value: str | None = click.get_current_context().meta.get(_META + name)
    return value


def open_assistant(library: Path | None, model: str | None, *, samples: bool = True) -> Assistant:
    """The assistant; options of the group serve where the command has none of its own.

    That a library was made is said on stderr: whoever mistyped the folder of another learns it.

    Args:
        library: Its folder.
        model: Of its vectors.
        samples: Fill a new library with the articles that come with the program.
    """
    from assistant.assistant import Assistant
    from assistant.library.database import DATABASE_NAME
    from assistant.library.folders import default_folder

    shared = click.get_current_context().obj or {}
    folder = Path(os.path.expanduser(library or shared.get("library") or default_folder()))
    is_new = not (folder / DATABASE_NAME).exists()
    pq = Assistant.open(
        folder,
        model=model or shared.get("model"),
        index=kept_option("index"),
        rerank=kept_option("rerank"),
        seeds=samples,
        on_progress=progress("making the first library from the bundled articles"),
    )
    if is_new:
        holding = ", with the bundled articles" if samples else ""
        sys.stderr.write(f"made a new library in {for_display(str(folder))}{holding}\n")
    return pq


def article_id(pq: Assistant, name: str) -> str:
    """The id that ``name`` means: an id or the start of one, the start of a title, a source or its file name.

    Raises:
        ArticleNotFound: No article has it.
        UsageError: It is empty, or may mean several articles.
    """
    if not name.strip():
        raise UsageError("the name of the article is empty: write its id, see `pullquote list`")
    alike = pq.articles(matching=name)
    if any(summary.id == name for summary in alike):
        return name
    found = [
        summary
        for summary in alike
        if summary.id.startswith(name) or summary.title.casefold().startswith(name.casefold())
    ]
    if not found:
        found = [summary for summary in alike if _is_source(name, summary.source)]
    if len(found) > 1:
        ids = ", ".join(summary.id for summary in found[:5])
        raise UsageError(f"{name!r} may mean several articles: write one of {ids}")
    if not found:
        raise ArticleNotFound(f"no article has the id {name!r}: see `pullquote list`")
    return found[0].id


def _is_source(name: str, source: str) -> bool:
    """Whether ``name`` is an article's source, or the last parts of it, as citations name them."""
    return source == name or re.split(r"[/\\]", source)[-name.count("/") - 1 :] == name.split("/")


def resolved(pq: Assistant, filters: Filters) -> Filters:
    """Filters whose articles and languages are there to be searched, not mistyped.

    Raises:
        ArticleNotFound: There is no such article.
        UsageError: A language is none, or an article's name is none.
    """
    languages = tuple(code.lower() for code in filters.languages)
    for written, code in zip(filters.languages, languages, strict=True):
        if code not in ISO_639_1 and not pq.has_language(code):
            raise UsageError(
                f"--language {written!r} is not the code of a language: "
                "write two letters, such as en or ar"
            )
    articles = tuple(article_id(pq, name) for name in filters.article_ids)
    return replace(filters, languages=languages, article_ids=articles)


def tell_undated(pq: Assistant, filters: Filters, *, as_json: bool) -> None:
    """Say on stderr how many articles a filter by date leaves out only because they have no date."""
    count = 0 if as_json else pq.undated_count(filters)
    if count:
        were = "article without a date was" if count == 1 else "articles without a date were"
        sys.stderr.write(f"{count} {were} left out\n")


def tell_written(*files: Path) -> None:
    """Say on stderr which files were written."""
    names = ", ".join(for_display(str(file), keep_newlines=False) for file in files)
    sys.stderr.write(f"wrote {names}\n")


def write(lines: Any) -> None:
    """Write rendered lines to stdout."""
    from assistant.output.text import write_lines

    write_lines(lines, sys.stdout)


def write_json(value: Any) -> None:
    """Write one JSON value as one line to stdout."""
    sys.stdout.write(json_text(value) + "\n")
    sys.stdout.flush()


def progress(label: str) -> Callable[[Progress], None] | None:
    """Progress on stderr, where a person may be looking."""
    if not sys.stderr.isatty():
        return None
    from assistant.output.progress import ProgressLine

    return ProgressLine(label, sys.stderr).show
