"""A terminal in memory: a pty read by pyte."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

WAIT_S = 90


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
