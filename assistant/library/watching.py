"""Folders that are followed: what changes in them, as it changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.errors import UsageError


def changes(
    folders: Sequence[str | Path], *, stop: threading.Event | None = None
) -> Iterator[list[str]]:
    """Files that were added or changed below ``folders``, a list each time something happens.

    Files that vanish are left in the library: an editor that saves by renaming would lose them.

    Args:
        folders: What to follow.
        stop: Set it to end.

    Raises:
        UsageError: watchfiles is not installed.
    """
    try:
        from watchfiles import Change, watch
    except ImportError as error:
        raise UsageError(
            "--watch needs watchfiles: install it with pip install 'pullquote[watch]'"
        ) from error
    roots = [os.path.realpath(folder) for folder in folders]
    for batch in watch(*folders, stop_event=stop, raise_interrupt=False):
        changed = sorted(
            {
                path
                for change, path in batch
                if change is not Change.deleted and _is_wanted(Path(path), roots)
            }
        )
        if changed:
            yield changed


def _is_wanted(file: Path, roots: Sequence[str]) -> bool:
    from assistant.sources.reading import leads_out

    return (
        file.is_file()
        and not any(part.startswith(".") for part in file.parts[-2:])
        and not all(leads_out(file, root) for root in roots)
    )
