"""The command line."""

from assistant.cli.commands import main, run

__all__ = ["main", "run"]
