from __future__ import annotations

from pathlib import Path

import platformdirs

from assistant.library.folders import LIBRARY_VARIABLE, default_folder


def test_the_variable_names_the_folder_and_may_begin_at_home(monkeypatch):
    monkeypatch.setenv(LIBRARY_VARIABLE, "~/articles")
    assert default_folder() == Path.home() / "articles"


def test_without_it_the_library_is_where_the_platform_keeps_data(monkeypatch):
    monkeypatch.delenv(LIBRARY_VARIABLE)
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda name, appauthor: f"/data/{name}")
    assert default_folder() == Path("/data/pullquote/library")
