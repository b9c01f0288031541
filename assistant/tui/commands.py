"""The slash commands of the chat."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command."""

    name: str
    argument: str
    """What follows it, for help; empty for nothing."""
    description: str
    needs_argument: bool = False
    takes_path: bool = False


COMMANDS = (
    Command("add", "PATH or URL", "add files, folders, web pages, feeds", True, True),
    Command("articles", "", "pick an article"),
    Command("related", "", "articles related to the open source"),
    Command("verify", "QUOTE", "is it really there?", True),
    Command("check", "CLAIM or FILE", "do the articles support it?", True, True),
    Command("timeline", "QUESTION", "dated statements in order", True),
    Command("brief", "SUBJECT", "the sentences that tell the most about it", True),
    Command("export", "FILE", "save the conversation: .md or .json", False, True),
    Command("library", "", "where it is and what it holds"),
    Command("history", "", "go on with a kept conversation"),
    Command("new", "", "begin a new conversation"),
    Command("alone", "QUESTION", "ask it as it stands; without one, the last follow-up"),
    Command("help", "", "keys and commands"),
    Command("quit", "", "leave"),
)


def command_named(name: str) -> Command | None:
    """The command of that name, or the only one that starts so."""
    exact = [command for command in COMMANDS if command.name == name]
    if exact:
        return exact[0]
    found = [command for command in COMMANDS if name and command.name.startswith(name)]
    return found[0] if len(found) == 1 else None


def hint(written: str) -> str:
    """What may follow the beginning of a command, in one line.

    >>> hint("/ver")
    '/verify QUOTE: is it really there?'
    """
    name, space, _ = written[1:].partition(" ")
    if space:
        command = command_named(name)
        found = [command] if command is not None else []
    else:
        found = [command for command in COMMANDS if command.name.startswith(name)]
    if len(found) == 1:
        command = found[0]
        return f"/{command.name} {command.argument}".rstrip() + f": {command.description}"
    return "  ".join(f"/{command.name}" for command in found)


def expanded(written: str) -> str:
    """A path with ``~`` replaced by the home folder that it means; as it is where it means none."""
    try:
        return os.path.expanduser(written)
    except ValueError:  # characters that no user's name has
        return written


def sources_in(written: str) -> Sequence[str]:
    """The sources after /add: words, or quoted; a path with spaces that exists is one."""
    if os.path.exists(expanded(written)):
        return (expanded(written),)
    try:
        return tuple(expanded(word) for word in shlex.split(written))
    except ValueError:  # an apostrophe in a name
        return (expanded(written),)


def claims_file(written: str) -> Path | None:
    """The file of claims after /check; None where it is a claim, however long."""
    # pathlib's own raise on a ~ that is no user and on what is too long for a name.
    path = expanded(written)
    return Path(path) if os.path.isfile(path) else None
