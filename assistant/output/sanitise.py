"""Text and URLs as they may be shown: nothing that steers a terminal, nothing that hides.

``Article.text`` is the author's, verbatim; only what is written to a screen or a file for people
goes through here. Offsets refer to the text before it.

Shown as a symbol: control characters (``ESC`` as ``␛``). Shown as a code in brackets
(``⟦U+202E⟧``): what changes the reading direction, what has no width, unusual line ends, lone
surrogates. Left alone, because their scripts need them: joiners between letters that join and
inside emoji, direction marks in text that runs from right to left, variation selectors behind what
they vary.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

_SUSPECTS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_STEERS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C1 controls, direction marks and overrides, unusual line ends, lone surrogates."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_URL_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f-\xa0\"<>\\^`{|}]")
_SCHEMES = frozenset({"http", "https", "file"})
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_JOINERS = "\u200c\u200d"
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
MAX_URL_CHARS = 8192


def for_display(text: str, *, keep_newlines: bool = True) -> str:
    r"""Return ``text`` with everything invisible or steering made visible.

    Args:
        text: Any text, lone surrogates included.
        keep_newlines: Whether line feeds stay; else they become spaces, for one-line fields. A
            carriage return before a line feed goes with it. Tabs always become spaces.

    >>> for_display("a\x1b[2Jb")
    'a␛[2Jb'
    >>> for_display("ab\u202ecd")
    'ab⟦U+202E⟧cd'
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not keep_newlines:
        text = text.replace("\n", " ")
    if _SUSPECTS.search(text) is None:
        return text
    runs_left = _RIGHT_TO_LEFT.search(text) is not None

    def visible(found: re.Match[str]) -> str:
        character = found.group()
        code = ord(character)
        if character == "\t":
            return " "
        if code < 0x20:
            return chr(_CONTROL_PICTURES + code)
        if code == 0x7F:
            return _DELETE_PICTURE
        before = text[found.start() - 1] if found.start() else ""
        after = text[found.end() : found.end() + 1]
        if (
            (character in _DIRECTION_MARKS and runs_left)
            or (character in _JOINERS and _joins(before, after))
            or (0xFE00 <= code <= 0xFE0F and _varies(before))
        ):
            return character
        return f"⟦U+{code:04X}⟧"

    return _SUSPECTS.sub(visible, text)


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""``value`` as JSON that any reader takes and any screen may show.

    Text stays readable; what steers a terminal or the reading direction is escaped, which means the
    same to a reader of JSON. Lone surrogates, which some readers refuse even then, are U+FFFD;
    ``NaN`` and infinities, which JSON does not have, are ``null``.

    >>> json_text({"a": "é\u202e\x9b", "b": float("nan")})
    '{"a": "é\\u202e\\u009b", "b": null}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, indent=indent)
    return _STEERS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def safe_url(url: str | None) -> str | None:
    """Return ``url`` where it may be shown as a link and opened, else None.

    Only ``http``, ``https`` and ``file`` (of this machine), and no blanks, control, quoting or
    invisible characters anywhere.

    >>> safe_url("https://example.org/a?b=c#d")
    'https://example.org/a?b=c#d'
    >>> safe_url("javascript:alert(1)") is None
    True
    """
    if not url or len(url) > MAX_URL_CHARS:
        return None
    if _URL_FORBIDDEN.search(url) or _SUSPECTS.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES:
        return None
    if parts.scheme.lower() == "file":
        return url if host in (None, "", "localhost") and parts.path.startswith("/") else None
    return url if host else None


def _joins(before: str, after: str) -> bool:
    """Whether a joiner between these is part of a word or an emoji."""
    if not before or not after:
        return False
    if _is_joining_letter(before):
        return _is_joining_letter(after) or unicodedata.category(after) in ("Zs", "Po")
    pictures = ("So", "Sk")
    return (unicodedata.category(before) in pictures or before == "\ufe0f") and (
        unicodedata.category(after) in pictures
    )


def _is_joining_letter(character: str) -> bool:
    """A letter or mark of the Arabic, Syriac, Mongolian or an Indic script."""
    code = ord(character)
    return unicodedata.category(character)[0] in "LM" and (
        0x0600 <= code <= 0x08FF or 0x0900 <= code <= 0x0DFF or 0x1800 <= code <= 0x18AF
        or 0x0E00 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0xFB50 <= code <= 0xFEFC
    )  # fmt: skip


def _varies(before: str) -> bool:
    """Whether a variation selector behind this has something to vary."""
    if not before:
        return False
    category = unicodedata.category(before)
    return category in ("So", "Sm", "Po", "Lo", "Nd", "Sk") or before == "\u200d"
