"""The command that serves the chat to a browser."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.common import (
    index_option,
    kept_option,
    library_option,
    model_option,
    rerank_option,
)

DEFAULT_PORT = 8017


def register(group: click.Group) -> None:
    """Add the command to the command line."""
    group.add_command(serve)


@click.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@library_option
@model_option
@index_option
@rerank_option
def serve(port: int, no_open: bool, library: Path | None, model: str | None) -> None:
    """Serve the chat to a browser on this machine (loopback only)."""
    from assistant.tui.serving import serve as serve_chat

    shared = click.get_current_context().obj or {}
    serve_chat(
        library or shared.get("library"),
        model=model or shared.get("model"),
        index=kept_option("index"),
        rerank=kept_option("rerank"),
        port=port,
        open_browser=not no_open,
    )
