"""Sources that nobody vouches for, parsed in a process of their own that may be killed.

A few kilobytes can cost minutes and gigabytes in any parser. The worker parses one source at a time
under limits on time, memory and output; when it exceeds one or dies, that source is a failure and
the next one gets a new worker. A worker that is done waits for the next source, so that reading
many costs one start. What goes over its pipes are lengths, bytes and JSON, never pickled objects: a
parser that a file has taken over can give wrong articles, and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, BinaryIO

from assistant.errors import SourceError
from assistant.output.json import article_from_json
from assistant.types import Article, IngestFailure

CHUNK_BYTES = 1 << 18
IDLE_S = 60
"""How long a worker waits for the next source before it leaves."""
_CPU_LIMIT = getattr(signal, "SIGXCPU", None)
"""What ends a process that has used up its processor time; None where the system does not do that."""
WALL_FACTOR = 3 if _CPU_LIMIT is None else 60
"""By how much the deadline exceeds the processor time allowed: the machine has other work too. It is
all there is where the system does not limit processor time, else it only ends a parser that sleeps."""
SEND_S = 300.0
"""How long a worker may leave what is sent to it lying, busy as the machine may be."""
LAST_S = 5.0
"""How long a worker whose pipe has ended may take to end."""
_HEAD_BYTES = 5
_MIB = 1 << 20
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from assistant.sources.worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source may cost: a base, and more for every byte that was read of it."""

    cpu_s: float = 10.0
    cpu_s_per_mib: float = 5.0
    memory_bytes: int = 256 * _MIB
    """On top of what the worker itself takes; where the system can limit it (Linux)."""
    memory_per_byte: int = 24
    output_bytes: int = 8 * _MIB
    """Of the articles' JSON."""
    output_per_byte: int = 256
    """Text of tiny paragraphs grows some thirtyfold, packed into a document ten times more."""

    def cpu(self, read_bytes: int) -> float:
        """Seconds of processor time for a source of which so much was read."""
        return self.cpu_s + self.cpu_s_per_mib * read_bytes / _MIB

    def memory(self, read_bytes: int) -> int:
        """Bytes of memory."""
        return self.memory_bytes + self.memory_per_byte * read_bytes

    def output(self, read_bytes: int) -> int:
        """Bytes of JSON."""
        return self.output_bytes + self.output_per_byte * read_bytes


DEFAULT_LIMITS = Limits()


def parse_isolated(
    stream: BinaryIO, *, location: str, url: str | None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | IngestFailure]:
    """Yield the articles of one source, and a failure for each bad record.

    Args:
        stream: Read as far as its parser asks for it, and one piece ahead.
        location: Where it is from; goes into ids and messages.
        url: The page's address, where it has one.
        limits: What it may cost.

    Raises:
        SourceError: It cannot be understood, or costs more than it may.
        OSError: ``stream`` cannot be read.
    """
    try:
        worker = _waiting_worker() or _Worker()
    except OSError as error:
        msg = (
            f"{location}: no process could be started to read it ({error}); free some and try again"
        )
        raise SourceError(msg) from error
    header = {"location": location, "url": url, "limits": asdict(limits)}
    try:
        worker.send(b"S", json.dumps(header).encode("ascii"))
        stays, refusal = yield from _answers(worker, stream, location, limits)
    except BaseException:
        worker.end()  # in the middle of a source: what it would say next is unknown
        raise
    if stays:
        _idle.append((time.monotonic(), worker))
    else:
        worker.end()
    if refusal is not None:
        raise SourceError(refusal)


class _Worker:
    """The process and its pipes."""

    def __init__(self) -> None:
        path = [str(Path(__file__).resolve().parents[2]), *filter(None, sys.path)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM, json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is the parent's to handle
            # Threads of a matrix library would each set memory aside.
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout
        self._late = False

    def send(self, kind: bytes, content: bytes) -> None:
        """Send one frame; that the worker has ended is told when its answer is waited for."""
        with contextlib.suppress(OSError), self._within(SEND_S):
            write_frame(self._input, kind, content)
            self._input.flush()

    def receive(self, max_bytes: int, timeout_s: float) -> tuple[bytes, bytes]:
        """The next frame.

        Raises:
            EOFError: The worker has ended, or was ended because it took too long.
            OverflowError: The frame is longer than ``max_bytes``.
        """
        with self._within(timeout_s):
            return read_frame(self._output, max_bytes)

    @contextlib.contextmanager
    def _within(self, timeout_s: float) -> Iterator[None]:
        """End the worker where this takes longer; what waits for it then goes on."""
        alarm = threading.Timer(max(0.0, timeout_s), self._expire)
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()

    def _expire(self) -> None:
        self._late = True
        self._process.kill()

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what was not written yet goes nowhere
            self._input.close()
        self._output.close()
        self._process.wait()

    def cause_of_death(self, limits: Limits, read_bytes: int) -> str:
        """Why it ended, in words that say what to do."""
        try:
            code = self._process.wait(timeout=LAST_S)
        except subprocess.TimeoutExpired:  # it closed its pipe and lives on
            self._process.kill()
            code = self._process.wait()
        if self._late or (_CPU_LIMIT is not None and code == -_CPU_LIMIT):
            return (
                f"took more than {limits.cpu(read_bytes):.0f} s to read; split it or leave it out"
            )
        return (
            f"its reader died ({f'signal {-code}' if code < 0 else f'exit {code}'}): it is damaged, or "
            f"needs more than {limits.memory(read_bytes) >> 20} MiB of memory; split it or leave it out"
        )


_idle: list[tuple[float, _Worker]] = []
"""Workers that wait for a source, each with the time since when."""


def end_workers() -> None:
    """End the workers that wait for a source."""
    while _idle:
        _idle.pop()[1].end()


atexit.register(end_workers)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # the pipes are the parent's


def _waiting_worker() -> _Worker | None:
    """One that waits for a source and has not been waiting for so long that it may be leaving."""
    with contextlib.suppress(IndexError):  # taken by another thread
        while _idle:
            since, worker = _idle.pop()
            if time.monotonic() - since < IDLE_S / 2:
                return worker
            worker.end()
    return None


def _answers(
    worker: _Worker, stream: BinaryIO, location: str, limits: Limits
) -> Generator[Article | IngestFailure, None, tuple[bool, str | None]]:
    """What the worker says about one source.

    Returns:
        Whether it stays for another, and why it could not understand this one.
    """
    written, waited_s = 0, 0.0
    read_bytes = _feed(worker, stream)
    while True:
        began = time.monotonic()
        try:
            kind, content = worker.receive(
                limits.output(read_bytes) - written, limits.cpu(read_bytes) * WALL_FACTOR - waited_s
            )
        except EOFError as error:
            msg = f"{location}: {worker.cause_of_death(limits, read_bytes)}"
            raise SourceError(msg) from error
        except OverflowError as error:
            msg = (
                f"{location}: more than {limits.output(read_bytes) >> 20} MiB of text and paragraphs "
                f"come out of {read_bytes:,} bytes; split it or leave it out"
            )
            raise SourceError(msg) from error
        waited_s += time.monotonic() - began
        if kind == b"N":
            read_bytes += _feed(worker, stream)
        elif kind in (b"D", b"L"):
            return kind == b"D", content.decode("utf-8", "replace") or None
        else:
            written += len(content)
            yield _understood(kind, content, location)


def _feed(worker: _Worker, stream: BinaryIO) -> int:
    """Send the next piece of the source, and say so where it is the last; returns its length."""
    if _is_file(stream):
        chunk = stream.read(CHUNK_BYTES)
        is_last = len(chunk) < CHUNK_BYTES
    else:
        # A pipe's read() waits for everything, read1() for anything.
        chunk = (getattr(stream, "read1", None) or stream.read)(CHUNK_BYTES) or b""
        is_last = not chunk
    worker.send(b"Z" if is_last else b"B", chunk)
    return len(chunk)


def _is_file(stream: BinaryIO) -> bool:
    if isinstance(stream, io.BytesIO):
        return True
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError):
        return False


def _understood(kind: bytes, content: bytes, location: str) -> Article | IngestFailure:
    """The article or failure that a frame holds.

    Raises:
        SourceError: It holds neither.
    """
    try:
        form = json.loads(content)
        if kind == b"A":
            return article_from_json(form)
        return IngestFailure(str(form["source"]), str(form["message"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{location}: its reader gave no article ({type(error).__name__}); leave it out"
        raise SourceError(msg) from error


# Frames: four bytes of length, one of kind, the content


def write_frame(target: IO[bytes], kind: bytes, content: bytes) -> None:
    """Write one frame; it goes out when ``target`` is flushed."""
    target.write(len(content).to_bytes(4, "big") + kind + content)


def read_frame(source: IO[bytes], max_bytes: int) -> tuple[bytes, bytes]:
    """Read one frame.

    Raises:
        EOFError: There is none, or only a part of one.
        OverflowError: It is longer than ``max_bytes``; nothing of its content was read.
    """
    head = source.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        raise EOFError
    length = int.from_bytes(head[:4], "big")
    if length > max_bytes:
        raise OverflowError
    content = source.read(length)
    if len(content) < length:
        raise EOFError
    return head[4:], content
