"""The chat in a terminal. Textual is imported when it starts, not before.

Imported by ``cli`` only.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.types import Progress


SERVER_VARIABLE = "PULLQUOTE_SERVER"
"""Environment variable with the process id of the server whose tab a chat is in."""
WATCH_S = 1.0
"""How often a chat in a tab looks whether its server is there."""
SWITCH_S = 0.001
"""Longest time that a thread may keep the interpreter to itself while another waits."""


def _has_screen() -> bool:
    """Whether the full screen can be shown: a terminal for keys and picture, or a browser's tab."""
    if "TEXTUAL_DRIVER" in os.environ:  # `pullquote serve` starts the chat of a tab so
        return True
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _end_with(parent: int) -> None:
    """End this process as soon as ``parent`` is not its parent any more, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os._exit(0)  # every write to the library is whole or not there

    if hasattr(signal, "SIGKILL"):  # elsewhere the end of the pipes is all that is told
        threading.Thread(target=watch, daemon=True).start()


def run_chat(
    library: Path | None,
    *,
    model: str | None = None,
    index: str | None = None,
    rerank: str | None = None,
    continue_last: bool = False,
    plain: bool = False,
) -> int:
    """Run the chat until the user leaves.

    Args:
        library: Folder of the library; None for the default one.
        model: Name or path of another encoder; None for the bundled one.
        index: Where the vectors are searched; None for beside the library.
        rerank: Name or path of a cross-encoder; None for none.
        continue_last: Go on with the last kept conversation.
        plain: Line by line instead of a full screen, as it always is without a terminal.

    Returns:
        The exit code.

    Raises:
        PullquoteError: The settings cannot be used, or the library cannot be opened (in plain mode; the
            screen shows it itself).
    """
    from assistant.tui.settings import load_settings

    if SERVER_VARIABLE in os.environ:
        _end_with(int(os.environ[SERVER_VARIABLE]))
    settings = load_settings()

    def open_assistant(on_progress: Callable[[Progress], None] | None = None) -> Assistant:
        # Imported in the worker: the first paint does not wait for it.
        from assistant.assistant import Assistant

        return Assistant.open(
            library, model=model, index=index, rerank=rerank, on_progress=on_progress
        )

    if plain or settings.plain or not _has_screen():
        from assistant.tui.plain import run_plain

        return run_plain(open_assistant, continue_last=continue_last)
    from assistant.tui.app import PullquoteApp

    # Threads that add or answer hand the interpreter over sooner, so that keys are answered at once.
    sys.setswitchinterval(SWITCH_S)
    app = PullquoteApp(open_assistant, continue_last=continue_last, settings=settings)
    return app.run() or 0
