"""What all commands share: options, opening the library, writing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.types import Progress

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


def open_assistant(library: Path | None, model: str | None) -> Assistant:
    """The assistant; options of the group serve where the command has none of its own."""
    from assistant.assistant import Assistant

    shared = click.get_current_context().obj or {}
    return Assistant.open(
        library or shared.get("library"),
        model=model or shared.get("model"),
        index=kept_option("index"),
        rerank=kept_option("rerank"),
        on_progress=progress("making the first library from the bundled articles"),
    )


def write(lines: Any) -> None:
    """Write rendered lines to stdout."""
    from assistant.render import write_lines

    write_lines(lines, sys.stdout)


def write_json(value: Any) -> None:
    """Write one JSON value as one line to stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def progress(label: str) -> Callable[[Progress], None] | None:
    """Progress on stderr, where a person may be looking."""
    if not sys.stderr.isatty():
        return None
    from assistant.progress import ProgressLine

    return ProgressLine(label, sys.stderr).show
