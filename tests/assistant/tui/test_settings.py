"""What a user's settings file does, and what it says when it is wrong."""

from __future__ import annotations

import pytest

from assistant.errors import UsageError
from assistant.tui.bidi import Bidi
from assistant.tui.settings import KEYS, Settings, load_settings, settings_path


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "settings.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_without_a_file_everything_is_as_it_comes(tmp_path):
    settings = load_settings(tmp_path / "settings.toml")
    assert (settings.theme, settings.plain, dict(settings.keys)) == ("dark", False, {})


def test_the_folder_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_CONFIG", str(tmp_path))
    assert settings_path() == tmp_path / "settings.toml"


def test_everything_can_be_set(written):
    path = written(
        'theme = "light"\nright_to_left = "terminal"\nreduced_motion = true\nplain = true\n'
        '[keys]\narticles = "ctrl+o"\n'
    )
    assert load_settings(path) == Settings(
        theme="light",
        bidi=Bidi.TERMINAL,
        reduced_motion=True,
        plain=True,
        keys={"articles": "ctrl+o"},
        path=path,
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("theme = ", "is not TOML"),
        ('them = "dark"', "did you mean theme?"),
        ("theme = 3", "theme must be text"),
        ("plain = 1", "plain must be true or false"),
        ('right_to_left = "left"', "must be auto, app or terminal"),
        ('keys = "f2"', "keys must be a table"),
        ('[keys]\narticle = "f2"', "did you mean articles?"),
        ("[keys]\narticles = 2", "keys.articles must be text"),
        ('[keys]\narticles = "f1"', "given to both help and articles"),
    ],
)
def test_a_bad_file_says_what_to_do(written, text, told):
    path = written(text)
    with pytest.raises(UsageError) as raised:
        load_settings(path)
    assert told in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_two_things_share_a_key():
    keys = [part for key in KEYS for part in key.keys.split(",")]
    assert len(keys) == len(set(keys))


def test_no_letter_alone_writes_a_file():
    """Whoever types a question while the source has the focus must not save one conversation a letter."""
    letters = {key.name for key in KEYS if len(key.keys) == 1}
    assert letters == {
        "next_evidence", "previous_evidence", "next_candidate", "previous_candidate",
        "why", "related", "open_link", "copy", "alone",
    }  # fmt: skip
