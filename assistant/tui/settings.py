"""How the chat looks and which keys do what, from ``settings.toml`` in the user's configuration folder.

::

    theme = "light"              # dark, light, or the name of a Textual theme
    right_to_left = "auto"       # auto, app, or terminal: who puts Arabic and Hebrew into order
    reduced_motion = true
    plain = false                # line by line, for screen readers

    [keys]
    articles = "f2,ctrl+o"       # names as F1 shows them
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.tui.bidi import Bidi

FOLDER_VARIABLE = "PULLQUOTE_CONFIG"
"""Environment variable that names another folder for ``settings.toml``."""
FILE_NAME = "settings.toml"
MOTION_VARIABLE = "PULLQUOTE_REDUCED_MOTION"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does."""

    name: str
    """Its name in the ``[keys]`` table; also the binding's id."""
    keys: str
    """Its keys unless the user says otherwise, separated by commas."""
    action: str
    description: str
    label: str = ""
    """What the footer calls it; empty for nothing there."""
    priority: bool = False


KEYS = (
    Key("help", "f1", "help", "this help", "help", priority=True),
    Key("articles", "f2", "articles", "pick an article", "articles", priority=True),
    Key("history", "f3", "earlier", "ask an earlier question again", "history", priority=True),
    Key("conversations", "f5", "conversations", "go on with a kept conversation", priority=True),
    Key("claims", "f6", "claims", "the checked claims", priority=True),
    Key("theme", "f4", "theme", "light or dark", priority=True),
    Key("cancel", "escape", "cancel", "cancel what runs; leave a screen; back to the question"),
    Key("answers", "ctrl+up", "answers", "to the answers and back", priority=True),
    Key("source", "ctrl+t", "focus_source", "to the source and back", priority=True),
    Key("next_evidence", "n", "evidence(1)", "in a source: next evidence"),
    Key("previous_evidence", "p", "evidence(-1)", "in a source: previous evidence"),
    Key("why", "w", "why", "in a source: why this passage"),
    Key("related", "r", "related", "in a source: related articles"),
    Key("next_candidate", "j", "candidate(1)", "on a possible answer: next candidate"),
    Key("previous_candidate", "k", "candidate(-1)", "on a possible answer: previous candidate"),
    Key("open_link", "o", "open_link", "open the page at the quote"),
    Key("copy", "y", "copy", "copy the quote with its citation"),
    Key("export", "ctrl+s", "export", "save the conversation"),
    Key("alone", "u", "alone", "on a follow-up: ask it as it stands"),
    Key("quit", "ctrl+q", "quit", "leave", "leave", priority=True),
)
"""Every key that can be set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has chosen."""

    theme: str = "dark"
    bidi: Bidi = Bidi.APP
    reduced_motion: bool = False
    plain: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """Names of :data:`KEYS` with the keys to use instead."""
    path: Path | None = None
    """Where they were, or would be, read from."""


def settings_path() -> Path:
    """Where ``settings.toml`` is looked for."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(os.path.expanduser(named)) / FILE_NAME
    import platformdirs

    return Path(platformdirs.user_config_dir("pullquote", appauthor=False)) / FILE_NAME


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; without a file everything is as it comes.

    Raises:
        UsageError: The file cannot be read, is not TOML, or holds something unknown.
    """
    path = path or settings_path()
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        values = {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}; correct or remove it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}; correct or remove it") from error
    return _settings(values, path)


def _settings(values: dict[str, Any], path: Path) -> Settings:
    known = ("theme", "right_to_left", "reduced_motion", "plain", "keys")
    for name in values:
        _check_known(name, known, path=path, what="setting")
    keys = values.get("keys", {})
    if not isinstance(keys, dict):
        raise UsageError(f'{path}: keys must be a table: [keys] and lines like articles = "f2"')
    names = tuple(key.name for key in KEYS)
    for name, value in keys.items():
        _check_known(name, names, path=path, what="key name")
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f'{path}: keys.{name} must be text, such as "f2" or "f2,ctrl+o"')
    _check_clashes(keys, path)
    return Settings(
        theme=_text(values, "theme", path, default="dark"),
        bidi=_bidi(_text(values, "right_to_left", path, default="auto"), path),
        reduced_motion=_flag(values, "reduced_motion", path)
        or os.environ.get(MOTION_VARIABLE, "") not in ("", "0"),
        plain=_flag(values, "plain", path),
        keys=dict(keys),
        path=path,
    )


def _check_known(name: str, known: tuple[str, ...], *, path: Path, what: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    raise UsageError(f"{path}: there is no {what} {name!r}; {meant}")


def _check_clashes(keys: Mapping[str, str], path: Path) -> None:
    """Two things on one key: one of them could never be reached."""
    taken: dict[str, str] = {}
    for key in KEYS:
        for part in keys.get(key.name, key.keys).split(","):
            pressed = part.strip()
            if pressed in taken:
                raise UsageError(
                    f"{path}: the key {pressed!r} is given to both {taken[pressed]} and {key.name}; "
                    "choose another for one of them"
                )
            taken[pressed] = key.name


def _text(values: dict[str, Any], name: str, path: Path, *, default: str) -> str:
    value = values.get(name, default)
    if not isinstance(value, str):
        raise UsageError(f"{path}: {name} must be text in quotes, not {value!r}")
    return value


def _flag(values: dict[str, Any], name: str, path: Path) -> bool:
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{path}: {name} must be true or false, not {value!r}")
    return value


def _bidi(value: str, path: Path) -> Bidi:
    if value == "auto":
        return detect_bidi(os.environ)
    try:
        return Bidi(value)
    except ValueError as error:
        raise UsageError(
            f"{path}: right_to_left must be auto, app or terminal, not {value!r}"
        ) from error


def detect_bidi(environment: Mapping[str, str]) -> Bidi:
    """Who orders right-to-left text in the terminal that this environment tells of.

    Konsole and Apple's Terminal order every line themselves and cannot be told not to. Terminals that
    can (VTE, mlterm, mintty) are told when the chat starts, the others do nothing: for both the
    program does it.

    >>> detect_bidi({"KONSOLE_VERSION": "230804"}), detect_bidi({"VTE_VERSION": "7006"})
    (<Bidi.TERMINAL: 'terminal'>, <Bidi.APP: 'app'>)
    """
    own = "KONSOLE_VERSION" in environment or environment.get("TERM_PROGRAM") == "Apple_Terminal"
    return Bidi.TERMINAL if own else Bidi.APP
