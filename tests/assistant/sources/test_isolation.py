"""A worker that parses: killed at its limits, reused where it behaved, never believed blindly."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources import isolation, parse, read
from assistant.sources.isolation import Limits, parse_isolated
from assistant.types import Article, IngestFailure

PAGE = b"<html><body><article><h1>A lake</h1><p>It has one island.</p></article></body></html>"
ROWS = b'{"text": "One.", "n": 1.5, "id": "a"}\n{broken\n{"text": "\xd8\xa8\xd8\xa7\xd8\xb1\xd9\x8a\xd8\xb3", "url": "https://example.org/a"}\n'


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[isolation._Worker]:
    """The workers that a test starts, in order."""
    started: list[isolation._Worker] = []
    isolation.end_workers()

    class Told(isolation._Worker):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(isolation, "_Worker", Told)
    yield started
    isolation.end_workers()


def isolated(
    data: bytes, *, limits: Limits = isolation.DEFAULT_LIMITS
) -> list[Article | IngestFailure]:
    return list(parse_isolated(io.BytesIO(data), location="x", url=None, limits=limits))


def hostile(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put ``code`` in the place of what parses a source."""
    monkeypatch.setattr(
        isolation,
        "_PROGRAM",
        "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
        "from assistant.sources import worker\n"
        "def parse_stream(stream, *, location, url):\n"
        "    if stream.read() == b'good':\n"
        "        return (yield from worker_parse(stream, location))\n"
        f"{code}\n"
        "def worker_parse(stream, location):\n"
        "    import io\n"
        "    from assistant.sources.reading import parse_stream as real\n"
        "    yield from real(io.BytesIO(b'A good text.'), location=location, url=None)\n"
        "worker.parse_stream = parse_stream\n"
        "worker.main()\n",
    )


def test_what_is_parsed_apart_is_what_is_parsed_here(workers: list[isolation._Worker]) -> None:
    assert isolated(PAGE) == parse(PAGE, location="x")
    first, failure, second = isolated(ROWS)
    assert isinstance(failure, IngestFailure)
    assert "line 2" in failure.message
    kept = b"\n".join(line for line in ROWS.splitlines() if b"broken" not in line) + b"\n"
    assert [first, second] == parse(kept, location="x")
    for refused in (b"", b"PK\x03\x04"):
        with pytest.raises(SourceError) as here:
            parse(refused, location="x")
        with pytest.raises(SourceError) as apart:
            isolated(refused)
        assert str(apart.value) == str(here.value)
    assert len(workers) == 1  # reused, also after what it refused


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("    while True: pass", "x: took more than 1 s to read; split it or leave it out"),
        (
            "    yield bytearray(1 << 33)",
            "x: its reader died (exit 1): it is damaged, or needs more",
        ),
        ("    import os; os.abort()", f"x: its reader died (signal {signal.SIGABRT.value})"),
        ("    raise RecursionError('too deep')", "x: cannot be read (RecursionError: too deep)"),
        (
            "    for _ in range(99): yield from worker_parse(stream, location)",
            "x: more than 0 MiB of text and paragraphs come out of 4 bytes",
        ),
        (
            "    worker.article_to_json = lambda a: {}\n"
            "    yield from worker_parse(stream, location)",
            "x: its reader gave no article (KeyError); leave it out",
        ),
    ],
)
def test_a_source_that_exceeds_a_limit_is_a_failure_that_says_which(
    monkeypatch: pytest.MonkeyPatch, workers: list[isolation._Worker], code: str, message: str
) -> None:
    hostile(monkeypatch, code)
    limits = Limits(cpu_s=1.0, cpu_s_per_mib=0.0, output_bytes=2_000, output_per_byte=0)
    with pytest.raises(SourceError) as error:
        isolated(b"evil", limits=limits)
    assert str(error.value).startswith(message)


def test_a_sleeping_parser_ends_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch, workers: list[isolation._Worker]
) -> None:
    hostile(monkeypatch, "    import time; time.sleep(600); yield None")
    monkeypatch.setattr(isolation, "WALL_FACTOR", 0.0)
    with pytest.raises(SourceError, match="took more than 10 s to read"):
        isolated(b"evil")


def test_a_folder_goes_on_after_a_source_that_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: list[isolation._Worker]
) -> None:
    hostile(monkeypatch, "    import os; os.abort()")
    for name, text in (("a", "good"), ("b", "evil"), ("c", "good")):
        (tmp_path / name).write_text(text)
    first, failure, last = read(tmp_path)
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(failure, IngestFailure)
    assert failure.source == (tmp_path / "b").as_posix()
    assert len(workers) == 2


def test_a_source_that_is_given_up_half_way_leaves_no_worker_behind(
    workers: list[isolation._Worker],
) -> None:
    found = parse_isolated(io.BytesIO(ROWS), location="x", url=None)
    next(found)
    found.close()
    assert workers[0]._process.returncode is not None
    assert len(isolated(PAGE)) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="ends processes as POSIX does")
def test_workers_end_with_their_parent() -> None:
    code = (
        "import os, signal\n"
        "from assistant.sources import isolation\n"
        "import io\n"
        "list(isolation.parse_isolated(io.BytesIO(b'Text.'), location='x', url=None))\n"
        "print(isolation._idle[0][1]._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    pid = int(done.stdout)
    for _ in range(10_000):
        if not _runs(pid):
            break
        os.sched_yield()
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
