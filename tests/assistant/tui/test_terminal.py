"""The installed command in a real terminal (a pty read by pyte), driven with keys alone."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import sys
import sysconfig
import termios
import time
from pathlib import Path

import pyte
import pytest

WAIT_S = 90
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")


class Terminal:
    """A terminal of ``columns`` by ``rows`` that runs a command."""

    def __init__(self, command, *, columns, rows, environment):
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self._fd, keys.encode())

    def read(self, timeout_s):
        """Read what was written; False at the end of the program."""
        ready, _, _ = select.select([self._fd], [], [], timeout_s)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        # pyte takes a private sequence that it does not know for text: these draw nothing.
        self._stream.feed(data.replace(b"\x1b[>1u", b"").replace(b"\x1b[<u", b""))
        return bool(data)

    def wait_for(self, text):
        """Read until ``text`` is on the screen."""
        deadline = time.monotonic() + WAIT_S
        while text not in " ".join(self.text.split()):
            assert time.monotonic() < deadline, f"{text!r} is not on the screen:\n{self.text}"
            self.read(0.2)

    @property
    def text(self):
        return "\n".join(self.screen.display)

    def end(self):
        """The exit code, once the program has ended."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            self.read(0.1)
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        raise AssertionError(f"the program does not end:\n{self.text}")


@pytest.fixture
def terminal(seeds_folder, tmp_path):
    library = tmp_path / "library"
    shutil.copytree(seeds_folder, library)
    command = str(Path(sysconfig.get_path("scripts")) / "pullquote")
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PULLQUOTE_LIBRARY": str(library),
        "PULLQUOTE_CONFIG": str(tmp_path / "config"),
        "OMP_NUM_THREADS": "1",
    }
    return Terminal([command], columns=80, rows=24, environment=environment)


def test_a_question_is_asked_and_its_source_read_with_keys_alone(terminal):
    terminal.wait_for("Ask the articles…")
    terminal.wait_for("articles in the library; the newest:")
    terminal.press("How many countries had representatives at the Paris summit?\r")
    terminal.wait_for("35 countries")
    terminal.wait_for("[1] Coalition of the Willing")
    terminal.press("1\r")
    terminal.wait_for("Esc close")
    terminal.wait_for("At the summit in Paris, representatives from 35 countries")
    terminal.press("w")
    terminal.wait_for("by meaning #")
    terminal.press("y")
    terminal.wait_for("Copied the quote")
    assert b"\x1b]52;c;" in terminal.raw
    terminal.press("\x1b")
    terminal.wait_for("Ask the articles…")
    terminal.press("\x11")
    assert terminal.end() == 0
