"""How a bundle is written: one layout, so that every byte has its place."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest_of(value: Any) -> str:
    """``sha256:`` and the digest of a JSON value, whatever the order of its names."""
    plain = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(plain.encode("ascii")).hexdigest()


def lay_out(value: Any) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """The one layout of a bundle, and the byte range of every value by its path.

    Values are written as JSON with one blank of indentation a level, non-ASCII text as it is, and lone
    surrogates escaped.

    >>> content, places = lay_out({"a": ["b"]})
    >>> content[slice(*places["/a/0"])]
    b'"b"'
    """
    pieces: list[bytes] = []
    places: dict[str, tuple[int, int]] = {}
    size = 0

    def put(piece: bytes) -> None:
        nonlocal size
        pieces.append(piece)
        size += len(piece)

    def write(item: Any, path: str, depth: int) -> None:
        start = size
        entries: list[tuple[bytes, str, Any]] | None = None
        brackets = (b"{", b"}")
        if isinstance(item, dict):
            entries = [
                (scalar(str(k)) + b": ", f"{path}/{escaped(str(k))}", v) for k, v in item.items()
            ]
        elif isinstance(item, list | tuple):
            entries = [(b"", f"{path}/{at}", v) for at, v in enumerate(item)]
            brackets = (b"[", b"]")
        if entries is None:
            put(scalar(item))
        else:
            put(brackets[0])
            for number, (head, inner, v) in enumerate(entries):
                put((b"," if number else b"") + b"\n" + b" " * (depth + 1) + head)
                write(v, inner, depth + 1)
            put((b"\n" + b" " * depth if entries else b"") + brackets[1])
        places[path] = (start, size)

    write(value, "", 0)
    put(b"\n")
    return b"".join(pieces), places


def scalar(value: Any) -> bytes:
    """A JSON value without parts, as a bundle writes it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    return text.encode("utf-8")


def escaped(name: str) -> str:
    """A name within a path, as in JSON pointers (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
