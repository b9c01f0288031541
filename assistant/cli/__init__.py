"""The command line.

Imported by ``assistant.__main__`` only.
"""

from assistant.cli.commands import main, run

__all__ = ["main", "run"]
