"""How far a long task is, on one line of a terminal."""

from __future__ import annotations

import threading
from typing import TextIO

from assistant.output.sanitise import for_display
from assistant.types import Progress

REFRESH_S = 0.2
QUIET_S = 0.5
"""Tasks that end sooner show nothing."""
LABEL_CHARS = 40
CLEAR_LINE = "\r\x1b[2K"


class ProgressLine:
    """Shows progress with rate and time left; clears its line at the end.

    Args:
        label: What is being done.
        stream: A terminal.
    """

    def __init__(self, label: str, stream: TextIO) -> None:
        self._label = label
        self._stream = stream
        self._lock = threading.Lock()
        self._last_s = QUIET_S - REFRESH_S
        self._shown = False

    def show(self, progress: Progress) -> None:
        """Show the state of the task; an empty label means that it is over."""
        with self._lock:
            over = progress.label == "" and progress.total in (None, progress.done)
            if over:
                if self._shown:
                    self._stream.write(CLEAR_LINE)
                    self._stream.flush()
                    self._shown = False
                return
            if progress.elapsed_s - self._last_s < REFRESH_S:
                return
            self._last_s = progress.elapsed_s
            self._shown = True
            self._stream.write(CLEAR_LINE + progress_text(self._label, progress))
            self._stream.flush()


def progress_text(label: str, progress: Progress) -> str:
    """One line: what, how many, how fast, how long still.

    >>> progress_text("adding", Progress(50, 100, "A title", 10.0))
    'adding: 50/100 · 5.0/s · 10 s left · A title'
    """
    parts = [f"{label}: {progress.done}" + (f"/{progress.total}" if progress.total else "")]
    if progress.done and progress.elapsed_s > 0:
        rate = progress.done / progress.elapsed_s
        parts.append(f"{rate:.1f}/s")
        if progress.total:
            parts.append(f"{(progress.total - progress.done) / rate:.0f} s left")
    if progress.label:
        parts.append(for_display(progress.label, keep_newlines=False)[:LABEL_CHARS])
    return " · ".join(parts)
