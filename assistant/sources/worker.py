"""The process that parses: frames of a source in, frames of its articles out.

Started by :mod:`assistant.sources.isolation`, which says why and ends it. It limits itself as far as
the system knows how; what parses is what :func:`assistant.sources.parse_each` runs in its own process.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from assistant.errors import SourceError
from assistant.output.json import article_to_json
from assistant.sources.isolation import CHUNK_BYTES, IDLE_S, Limits, read_frame, write_frame
from assistant.sources.reading import parse_stream
from assistant.types import Article

GROWN_BYTES = 128 << 20
"""By how much it may have grown for good; then a new one is better."""
_STATUS = Path("/proc/self/status")


def main() -> None:
    """Parse sources until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # libraries that print must not break a frame
    own_bytes = _data_bytes()
    _set_limit("RLIMIT_CORE", 0)
    while (header := _next_header(source)) is not None:
        stream = _Source(source, target, Limits(**header["limits"]), own_bytes)
        refusal = _parse(stream, header["location"], header["url"], target)
        stays = _data_bytes() <= own_bytes + GROWN_BYTES
        write_frame(target, b"D" if stays else b"L", refusal.encode("utf-8", "replace"))
        target.flush()
        if not stays:
            return


def _next_header(source: IO[bytes]) -> dict[str, Any] | None:
    _alarm(IDLE_S)
    try:
        _, content = read_frame(source, CHUNK_BYTES)
    except EOFError:
        return None
    _alarm(0)
    return cast("dict[str, Any]", json.loads(content))


def _alarm(seconds: int) -> None:
    """Let the system end this process after that time; 0 takes it back."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _parse(stream: _Source, location: str, url: str | None, target: IO[bytes]) -> str:
    """Send what the source holds; returns why it could not be understood, empty where it was."""
    try:
        for found in parse_stream(cast("BinaryIO", stream), location=location, url=url):
            if isinstance(found, Article):
                _send(target, b"A", article_to_json(found))
            else:
                _send(target, b"F", {"source": found.source, "message": found.message})
    except SourceError as error:
        return str(error)
    except MemoryError:
        sys.exit("out of memory")  # whatever was being built is broken: no answer from here on
    except Exception as error:  # of one source, whatever a parser may raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        return f"{location}: cannot be read ({reason}); leave it out"
    return ""


def _send(target: IO[bytes], kind: bytes, form: dict[str, Any]) -> None:
    write_frame(target, kind, json.dumps(form).encode("ascii"))


class _Source(io.RawIOBase):
    """The source's bytes, asked for piece by piece; each one moves the limits."""

    def __init__(self, source: IO[bytes], target: IO[bytes], limits: Limits, own: int) -> None:
        self._source, self._target = source, target
        self._limits, self._own_bytes = limits, own
        self._began_s = time.process_time()
        self._read_bytes = 0
        self._ahead = b""
        self._ended = False
        self._receive()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if not self._ahead and not self._ended:
            write_frame(self._target, b"N", b"")
            self._target.flush()
            self._receive()
        chunk, self._ahead = self._ahead[: len(view)], self._ahead[len(view) :]
        view[: len(chunk)] = chunk
        return len(chunk)

    def _receive(self) -> None:
        kind, self._ahead = read_frame(self._source, CHUNK_BYTES)
        self._ended = kind == b"Z"
        self._read_bytes += len(self._ahead)
        self._limit()

    def _limit(self) -> None:
        cpu_s = math.ceil(self._began_s + self._limits.cpu(self._read_bytes))
        _set_limit("RLIMIT_CPU", cpu_s)
        if self._own_bytes:
            _set_limit("RLIMIT_DATA", self._own_bytes + self._limits.memory(self._read_bytes))


def _set_limit(name: str, value: int) -> None:
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (soft, hard))


def _data_bytes() -> int:
    """Memory that this process has set aside to write to; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        found = re.search(r"^VmData:\s+(\d+) kB", _STATUS.read_text("ascii", "replace"), re.M)
        return int(found.group(1)) << 10 if found else 0
    return 0
