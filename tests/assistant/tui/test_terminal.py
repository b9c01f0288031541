"""The installed command in a real terminal, driven with keys alone."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

from tests.assistant.tui.terminal import Terminal


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
