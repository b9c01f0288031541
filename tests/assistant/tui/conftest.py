from __future__ import annotations

import pytest

from tests.assistant.tui.chat import ARABIC, BRIDGES, TOWER, fill


@pytest.fixture
def folder(tmp_path):
    """A small library that the test may change."""
    return fill(tmp_path, {"bridges.md": BRIDGES, "tower.md": TOWER, "arabic.md": ARABIC})


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    """Files are written to, and settings read from, the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLQUOTE_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("TMUX", raising=False)
