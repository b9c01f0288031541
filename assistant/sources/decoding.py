"""Bytes → text: byte-order marks, UTF-8 and UTF-16, declared and guessed encodings.

A declared encoding means what it means to a browser (https://encoding.spec.whatwg.org): ISO-8859-1 and
ASCII are windows-1252, GB2312 is GBK.
"""

from __future__ import annotations

import codecs
import re

from assistant.errors import SourceError
from assistant.sources.language import detect

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BYTE_ORDER_MARKS = tuple(mark for mark, _ in _MARKS)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I)
_WESTERN = "cp1252"
_CODE_PAGES = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "ro"), "cp1250"),
    **dict.fromkeys(("lv", "lt", "et"), "cp1257"),
    "tr": "cp1254",
}
_HEAD_BYTES = 4096
_GUESS_BYTES = 1 << 18
_MAX_CONTROL_SHARE = 0.02
"""Text has next to no control characters besides tabs and line breaks; binary data many."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"


def decode(data: bytes, *, location: str, markup: bool = False) -> str:
    """Decode text of unknown encoding; line breaks become line feeds.

    Args:
        data: The whole source.
        location: For the error message.
        markup: Whether a ``charset=`` or ``encoding=`` near the beginning is a declaration.

    Raises:
        SourceError: It is not text.
    """
    text = _decode(data, location=location, markup=markup)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, *, location: str, markup: bool) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    wide = _unmarked_utf16(data)
    if wide is not None:
        return data.decode(wide, "replace")
    head = data[:_GUESS_BYTES]
    declared = _declared(data) if markup else None
    if declared == "iso2022_jp" and b"\x1b$" in head:  # it has ASCII's bytes only
        return data.decode(declared, "replace")
    if b"\0" in head or sum(head.count(c) for c in _CONTROLS) > _MAX_CONTROL_SHARE * len(head):
        msg = f"{location}: binary data, not text, HTML, PDF or DOCX; leave it out"
        raise SourceError(msg)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # One damaged byte in a long UTF-8 text must not turn all of it into another encoding.
        good, bad = _multibyte_count(data), data.decode("utf-8", "replace").count("\ufffd")
        if good > 20 * bad or (good and error.start >= len(data) - 3):
            return data.decode("utf-8", "replace")
    return data.decode(declared, "replace") if declared else _guess(data)


def codec_of(label: str) -> str | None:
    """The codec that browsers take for an encoding's label; None for a label that they do not know.

    >>> codec_of("ISO-8859-1"), codec_of("gb2312"), codec_of("shift_jis"), codec_of("none")
    ('cp1252', 'gb18030', 'cp932', None)
    """
    from webencodings import lookup

    found = lookup(label)
    if found is None or found.name in ("replacement", "x-user-defined"):
        return None
    codec = str(found.codec_info.name)
    # GBK is read as its superset, and what a page says in its own ASCII letters cannot be UTF-16.
    return {"gbk": "gb18030", "utf-16-le": "utf-8", "utf-16-be": "utf-8"}.get(codec, codec)


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_HEAD_BYTES])
    return codec_of(found.group(1).decode("ascii")) if found else None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in Latin text every second byte is NUL, on one side only."""
    head = data[: _HEAD_BYTES & ~1]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.4 * len(head) / 2 and even == 0:
        return "utf-16-le"
    if even > 0.4 * len(head) / 2 and odd == 0:
        return "utf-16-be"
    return None


def _multibyte_count(data: bytes) -> int:
    """How many well-formed UTF-8 sequences of two bytes and more there are."""
    return sum(1 for c in data[:_GUESS_BYTES].decode("utf-8", "ignore") if ord(c) > 0x7F)


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # only where the bytes are not UTF-8

    head = data[:_GUESS_BYTES]
    best = from_bytes(head).best()
    encoding = best.encoding if best is not None else _WESTERN
    # The code pages for Latin script differ in a few letters, which statistics confuse; function
    # words, most of them ASCII, tell the language and so the page.
    guess = head.decode(encoding, "replace")
    if any(ord(character) > 0x24F and character.isalpha() for character in guess):
        return data.decode(encoding, "replace")
    language = detect(head.decode("ascii", "replace"))
    return data.decode(_CODE_PAGES.get(language or "", _WESTERN), "replace")
