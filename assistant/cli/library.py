"""Commands about the library as a whole: backup, restore, kept conversations."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.cli.common import common, open_assistant, write, write_json
from assistant.errors import LibraryReadOnly, UsageError


def register(group: click.Group) -> None:
    """Add the commands to the command line."""
    for command in (backup, restore, history):
        group.add_command(command)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def backup(file: Path, library: Path | None, model: str | None, as_json: bool) -> None:
    """Write the whole library into one new FILE."""
    target = file.absolute().parent
    if not os.path.isdir(target):
        raise UsageError(f"there is no folder {target}: make it first")
    if not os.access(target, os.W_OK):
        raise LibraryReadOnly(f"{target} cannot be written: choose another place for the backup")
    with open_assistant(library, model) as pq:
        pq.backup(file)
    if as_json:
        write_json({"backup": str(file), "bytes": file.stat().st_size})
    else:
        write([[(f"backed up to {file}", "")]])


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def restore(file: Path, library: Path | None, model: str | None, as_json: bool) -> None:
    """Make the library from a backup FILE; the one that is there is kept aside."""
    from assistant.library.archive import restore as restore_archive
    from assistant.library.folders import default_folder

    del model
    folder = library or (click.get_current_context().obj or {}).get("library") or default_folder()
    aside = restore_archive(file, folder)
    if as_json:
        write_json({"restored": str(folder), "kept_aside": aside and str(aside)})
    else:
        write([[(f"restored to {folder}", "")]])
        if aside is not None:
            write([[(f"the library that was there is kept as {aside}", "")]])


@click.command()
@click.argument("conversation", type=int, required=False)
@common
def history(
    conversation: int | None, library: Path | None, model: str | None, as_json: bool
) -> None:
    """List kept conversations, or show one by its number."""
    from assistant.output.json import answer_to_json
    from assistant.output.sanitise import for_display
    from assistant.output.text import answer_lines

    with open_assistant(library, model) as pq:
        if conversation is None:
            kept = pq.conversations()
            if as_json:
                rows = [
                    {
                        "id": c.id,
                        "started_at": c.started_at,
                        "title": c.title,
                        "turns": c.turn_count,
                    }
                    for c in kept
                ]
                write_json({"conversations": rows})
            else:
                write(
                    [
                        (f"{c.id:>4}  ", "cyan"),
                        (f"{c.started_at}  ", "dim"),
                        (for_display(c.title, keep_newlines=False), ""),
                        (f"  ({c.turn_count})", "dim"),
                    ]
                    for c in kept
                )
            return
        answers = pq.turns(conversation)
        if not answers:
            raise UsageError(
                f"no conversation has the number {conversation}: see `pullquote history`"
            )
    if as_json:
        write_json({"id": conversation, "turns": [answer_to_json(answer) for answer in answers]})
        return
    for answer in answers:
        write([[("> ", "bold"), (for_display(answer.question), "bold")], *answer_lines(answer), []])
