"""Copying where the terminal's own way does not get through."""

from __future__ import annotations

import shutil
import subprocess
import threading

TIMEOUT_S = 2.0


def copy_through_tmux(text: str) -> None:
    """Hand ``text`` to tmux, which passes it to its terminal.

    tmux drops the copy sequence (OSC 52) of a program inside it unless ``set-clipboard`` is ``on``, but
    sends its own with the default setting. Runs in a thread; without tmux nothing happens.
    """
    tmux = shutil.which("tmux")
    if tmux is not None:
        threading.Thread(target=_load, args=(tmux, text), daemon=True).start()


def _load(tmux: str, text: str) -> None:
    try:
        subprocess.run(
            [tmux, "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return  # the terminal's own way was taken already
