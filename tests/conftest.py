"""What all tests share: no network, no library of the user's, one library made from the seeds."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant import Assistant
from assistant.cli import run

collect_ignore = ["benchmarks", "embeddings/milvus_server.py"]
"""Run by hand or on their own; some need data or libraries that the tests do not."""
IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
if IS_ONE_OF_SEVERAL:
    # One thread each, or those of one process wait for those of the other.
    os.environ.setdefault("PULLQUOTE_THREADS", "1")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address!r}")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLQUOTE_LIBRARY", str(tmp_path / "default-library"))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library made from the seeds, one for all processes; tests must not change it."""
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if IS_ONE_OF_SEVERAL else run) / "seeds-library"
    with FileLock(f"{folder}.lock"), Assistant.open(folder):
        return folder


@pytest.fixture(scope="session")
def seeds(seeds_folder: Path) -> Iterator[Assistant]:
    """An assistant over the seeds; tests must not change its library."""
    with Assistant.open(seeds_folder, read_only=True) as pq:
        yield pq


@pytest.fixture
def call(
    seeds_folder: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """The command line on a library, the seeds' by default: exit code, stdout, stderr."""

    def calling(*arguments: str, library: Path = seeds_folder) -> tuple[int, str, str]:
        code = run([*arguments, "--library", str(library)])
        streams = capsys.readouterr()
        return code, streams.out, streams.err

    return calling
