"""The Milvus index on a real server, in the full run (PyPI ``milvus`` 2.3.5, Linux)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import embeddings

pytestmark = pytest.mark.full

SCRIPT = Path(__file__).with_name("milvus_server.py")
ISOLATED = [
    *("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"),
    "--mount-proc",  # the server looks itself up by its number
    *("sh", "-c", 'ip link set lo up && "$@"', "sh"),
]
"""Only a loopback interface, and nothing left behind."""


def run(scenario: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*ISOLATED, sys.executable, str(SCRIPT), scenario, str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path(embeddings.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_conformance_on_a_server(tmp_path: Path) -> None:
    report = run("conformance", tmp_path)
    assert report["rc"] == 0, report["tail"]
    assert "5 passed" in report["tail"]


def test_killed_server_loses_nothing_that_was_added(tmp_path: Path) -> None:
    report = run("crash", tmp_path)
    assert "failed to upsert 'crash'" in report["error"]
    assert (report["generation"], report["acknowledged"], report["lost"]) == (1, 11_000, [])
    assert (report["count"], report["generation_after"]) == (40_000, 2)
    assert report["recall"] >= 0.95


def test_server_killed_under_a_library_loses_nothing(tmp_path: Path) -> None:
    report = run("library", tmp_path)
    assert report["added"] == 500
    assert "the library has everything and sends the rest when it is back" in report["error"]
    assert len(report["sent"]) == 2
    assert sum(report["sent"]) < 12_000
    assert report["kept"] == 12_500
    assert report["same_ids"]
    assert (report["found"], report["problems"]) == (25, [])
