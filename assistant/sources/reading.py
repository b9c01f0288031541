"""Files, folders and stdin → articles; one bad source never stops the rest."""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant.errors import SourceError
from assistant.output.sanitise import for_display
from assistant.sources import formats
from assistant.sources.records import MAX_LINE_CHARS, parse_lines
from assistant.types import Article, IngestFailure

SEEDS_PREFIX = "bundled:seeds/"
"""Location of the articles that ship with the package: the same on every machine."""

MAX_BYTES = 64 << 20
"""A larger source is refused, compressed or not. JSON Lines is exempt: it is read line by line."""

MAX_LINES_BYTES = 8 << 30
"""Limit for JSON Lines, against compressed bombs."""

_SYSTEM_FOLDERS = ("/proc/", "/sys/")
"""What looks like files there is the state of the machine and of other programs."""
_SECOND_NS = 10**9
_PACKAGE = Path(__file__).resolve().parent.parent


Known = Callable[[str], str | None]
"""The stamp of the file at a location when all of it was stored; None where it was not, or is not wanted."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file that was read to its end without a failure, or that is as it was then."""

    location: str
    stamp: str
    """Size, times and number of the file: whatever is written to it changes them."""
    was_read: bool


def read(
    source: str | Path, *, stdin: BinaryIO | None = None, base_url: str | None = None
) -> Iterator[Article | IngestFailure]:
    """Read a file, a folder with everything below it, or stdin.

    Args:
        source: A path, or ``-`` for stdin.
        stdin: What ``-`` means; required then.
        base_url: The URL that a single page was saved from.

    Yields:
        Articles in a fixed order (names sorted); for what cannot be read, a failure.
    """
    for found in _read(source, stdin, base_url, lambda _: None):
        if not isinstance(found, FileState):
            yield found


def read_changed(
    source: str | Path, *, known: Known, stdin: BinaryIO | None = None
) -> Iterator[Article | IngestFailure | FileState]:
    """:func:`read`, but for the files that are as they were; of each file its state comes last.

    Args:
        source: A path, or ``-`` for stdin.
        known: Says how a file was.
        stdin: What ``-`` means; required then.
    """
    yield from _read(source, stdin, None, known)


def _read(
    source: str | Path, stdin: BinaryIO | None, base_url: str | None, known: Known
) -> Iterator[Article | IngestFailure | FileState]:
    if str(source) == "-":
        if stdin is None:
            yield IngestFailure("-", "-: standard input was asked for, but none was given")
            return
        yield from _guarded("-", stdin, base_url)
        return
    if not str(source).strip():
        # The path of no name is the folder one is in.
        yield IngestFailure(str(source), "an empty name; name a file, a folder or a web address")
        return
    path = Path(source)
    if not os.path.exists(path):
        yield _failure(str(source), f"{source!s}: no such file or folder; check the path")
        return
    for found in _files(path):
        if isinstance(found, IngestFailure):
            yield found
        else:
            yield from _read_file(found, base_url, known)


def parse(data: bytes, *, location: str, url: str | None = None) -> list[Article]:
    """Make the articles of one source from its bytes.

    Args:
        data: The whole source, of any supported format, compressed by gzip or not.
        location: Where it is from; goes into ids, ``Article.source`` and messages.
        url: The page's address, where it has one.

    Raises:
        SourceError: It, or one record of it, cannot be understood.
    """
    articles: list[Article] = []
    for found in parse_each(data, location=location, url=url):
        if isinstance(found, IngestFailure):
            raise SourceError(found.message)
        articles.append(found)
    return articles


def parse_each(
    data: bytes, *, location: str, url: str | None = None
) -> Iterator[Article | IngestFailure]:
    """Like :func:`parse`, but yield a failure for each bad record and go on.

    Raises:
        SourceError: The source as a whole cannot be understood.
    """
    try:
        yield from parse_stream(io.BytesIO(data), location=location, url=url)
    except SourceError as error:
        raise SourceError(for_display(str(error), keep_newlines=False)) from error


def read_seeds() -> Iterator[Article]:
    """Read the articles that a new library starts with.

    Raises:
        SourceError: They are missing from the installation.
    """
    folders = (_PACKAGE / "_seeds", _PACKAGE.parent / "seeds")
    folder = next((f for f in folders if f.is_dir()), None)
    if folder is None:
        msg = f"the bundled seeds are missing beside {_PACKAGE}; install the package again"
        raise SourceError(msg)
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith((".", "__")):
            yield from parse(path.read_bytes(), location=SEEDS_PREFIX + path.name)


def location_of(path: Path) -> str:
    """How a file is named in the library and in ids: its path, or where that is not UTF-8, its ``file:`` URI.

    The URI holds every byte of the name, and any text of any program can hold the URI.
    """
    resolved = path.resolve()
    name = resolved.as_posix()
    return name if _is_unicode(name) else resolved.as_uri()


def leads_out(path: Path, folder: str) -> bool:
    """Whether what ``path`` means does not lie below ``folder`` (resolved)."""
    return os.path.commonpath((folder, os.path.realpath(path))) != folder


def _is_system(path: str) -> bool:
    return f"{path}/".startswith(_SYSTEM_FOLDERS)


def _files(path: Path) -> Iterator[Path | IngestFailure]:
    """Yield ``path`` itself or the files below it; each folder once, hidden names skipped.

    Pipes and devices would never end: below a folder they are skipped, named they are a failure. What
    a link leads to outside of the folder is not what was asked for.
    """
    root = os.path.realpath(path)
    if _is_system(root):
        yield _failure(str(path), f"{path}: the system's own, no file of anyone; leave it out")
        return
    if not os.path.isdir(path):
        if os.path.isfile(path):
            yield path
        else:
            msg = f"{path}: a pipe or device, not a file; its content may come in by -"
            yield _failure(str(path), msg)
        return
    visited: set[tuple[int, int]] = set()
    pending = [path]
    while pending:
        folder = pending.pop()
        if _is_system(os.path.realpath(folder)):
            continue
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue  # a symlink that leads back
            visited.add((status.st_dev, status.st_ino))
            entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            yield _failure(str(folder), f"{folder}: {error.strerror or error}; skipped")
            continue
        inside = []
        for entry in entries:
            if entry.is_symlink() and os.path.exists(entry) and leads_out(entry, root):
                yield _failure(str(entry), f"{entry}: a link out of {path}; add what it leads to")
            else:
                inside.append(entry)
        # Unlike Path.is_file(), isfile() does not raise where access is denied.
        yield from (entry for entry in inside if os.path.isfile(entry))
        pending.extend(entry for entry in reversed(inside) if os.path.isdir(entry))


def _read_file(
    path: Path, url: str | None, known: Known
) -> Iterator[Article | IngestFailure | FileState]:
    location = location_of(path)
    try:
        stream = open(path, "rb", opener=files_only)  # noqa: SIM115 - closed below
    except OSError as error:
        yield _failure(location, f"{location}: {error.strerror or error}; skipped")
        return
    with stream:
        stamp = _stamp(stream)
        if stamp is not None and known(location) == stamp:
            yield FileState(location, stamp, was_read=False)
            return
        failed = False
        for found in _guarded(location, stream, url):
            failed |= isinstance(found, IngestFailure)
            yield found
        if stamp is not None and not failed and _stamp(stream) == stamp:
            yield FileState(location, stamp, was_read=True)


def _stamp(stream: BinaryIO) -> str | None:
    """What changes with an open file; None where two writes of one second could not be told apart."""
    status = os.fstat(stream.fileno())
    if status.st_mtime_ns % _SECOND_NS == 0 and status.st_ctime_ns % _SECOND_NS == 0:
        return None
    # The time of the last change of state is the system's own: nobody sets it back, as "cp -p" does the other.
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def files_only(name: str, flags: int) -> int:
    """An ``opener`` for :func:`open`: pipes and devices, which may never end, are refused.

    Raises:
        OSError: It is no file, or cannot be opened.
    """
    opened = os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.EINVAL, "not a file")
    return opened


def _guarded(location: str, stream: BinaryIO, url: str | None) -> Iterator[Article | IngestFailure]:
    from assistant.sources.isolation import parse_isolated

    try:
        yield from _shown(parse_isolated(stream, location=location, url=url))
    except SourceError as error:
        yield _failure(location, str(error))
    except OSError as error:
        yield _failure(location, f"{location}: {error.strerror or error}; skipped")


def _failure(source: str, message: str) -> IngestFailure:
    """Report what failed in one harmless line: names of files and fields may hold anything."""
    if not _is_unicode(source):
        source = for_display(source)
    return IngestFailure(source, for_display(message, keep_newlines=False))


def _is_unicode(name: str) -> bool:
    """Whether a name can be written as UTF-8; one from a disk need not."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def parse_stream(
    stream: BinaryIO, *, location: str, url: str | None
) -> Iterator[Article | IngestFailure]:
    """:func:`parse_each` on a stream, which is read only as far as it is needed.

    Raises:
        SourceError: The source as a whole cannot be understood.
    """
    source = _Peeked(stream)
    try:
        if source.head(2)[:2] == b"\x1f\x8b":
            source = _Peeked(gzip.GzipFile(fileobj=io.BufferedReader(source)))
        head = source.head(formats.HEAD_BYTES)
        buffered = io.BufferedReader(source, formats.HEAD_BYTES)
        if formats.starts_as_lines(head):
            yield from _shown(parse_lines(_lines(buffered, location), location=location))
            return
        data = buffered.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        msg = f"{location}: damaged gzip data ({error}); compress it again"
        raise SourceError(msg) from error
    if len(data) > MAX_BYTES:
        msg = f"{location}: larger than the limit of {MAX_BYTES >> 20} MiB; split it"
        raise SourceError(msg)
    yield from _shown(formats.parse_bytes(data, location=location, url=url))


def _shown(found: Iterator[Article | IngestFailure]) -> Iterator[Article | IngestFailure]:
    for item in found:
        yield _failure(item.source, item.message) if isinstance(item, IngestFailure) else item


class _Peeked(io.RawIOBase):
    """A stream whose beginning can be looked at; never waits for more than it needs."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self._stream = stream
        self._ahead = b""

    def head(self, limit: int) -> bytes:
        """Return the beginning without consuming it: a line at least, ``limit`` bytes at most."""
        while len(self._ahead) < limit and (limit <= 2 or b"\n" not in self._ahead):
            chunk = self._read(limit - len(self._ahead))
            if not chunk:
                break
            self._ahead += chunk
        return self._ahead

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        if self._ahead:
            chunk, self._ahead = self._ahead[: len(view)], self._ahead[len(view) :]
        else:
            chunk = self._read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def _read(self, size: int) -> bytes:
        # read() on a pipe would wait until it has everything.
        read1 = getattr(self._stream, "read1", None)
        return bytes((read1 or self._stream.read)(size) or b"")


def _lines(stream: BinaryIO, location: str) -> Iterator[str]:
    """Yield lines of bounded length; the rest of an endless one is skipped, not kept."""
    total = 0
    while line := stream.readline(MAX_LINE_CHARS + 2):
        total += len(line)
        if len(line) > MAX_LINE_CHARS:
            while (more := stream.readline(1 << 20)) and not more.endswith(b"\n"):
                total += len(more)
                _check_total(total, location)
        _check_total(total, location)
        yield line.decode("utf-8-sig" if total == len(line) else "utf-8", "replace")


def _check_total(total: int, location: str) -> None:
    if total > MAX_LINES_BYTES:
        msg = f"{location}: larger than the limit of {MAX_LINES_BYTES >> 30} GiB; split it"
        raise SourceError(msg)
