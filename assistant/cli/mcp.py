"""The command that serves the library to language-model programs."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.common import common, open_assistant


def register(group: click.Group) -> None:
    """Add the command to the command line."""
    group.add_command(mcp)


@click.command()
@common
def mcp(library: Path | None, model: str | None, as_json: bool) -> None:
    """Serve search, ask, show and verify over the Model Context Protocol, on stdin and stdout."""
    import asyncio  # 25 ms, and every command imports this module

    from assistant.adapters.mcp import make_server, serve_stdio

    del as_json  # the protocol is JSON
    with open_assistant(library, model) as pq:
        server = make_server(pq)
        asyncio.run(serve_stdio(server))
