"""How much a PDF unfolds to, counted before pdfium unfolds it.

A few kilobytes may hold gigabytes of blanks, forms that draw each other a million times, or one page
thousands of times over. Streams whose filter is not Flate, and dictionaries inside object streams,
are not seen through here: what is left is up to the limits on time and memory of the process.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from assistant.errors import SourceError

MAX_UNFOLDED_BYTES = 256 << 20
"""Of all streams but pictures; a thousand pages of print have some 20 MB."""

MAX_SHOW_OPERATORS = 300_000
"""Of one stream; a page of print has at most some ten thousand, one a letter."""

MAX_DRAWN_FORMS = 20_000
"""How often one form draws others, and those others, in all."""

MAX_FILTERS = 3

_DICTIONARY_BYTES = 4_096
_FORM_LEVELS = 40
"""pdfium follows no more."""

_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
_DRAWN = re.compile(rb"/([^\s/<>\[\]()]{1,127})\s+Do\b")
_NAMED = re.compile(rb"/([^\s/<>\[\]()]{1,127})\s+(\d{1,9})\s+\d+\s+R\b")
_RESOURCES = re.compile(rb"/(?:Resources|XObject)\s+(\d{1,9})\s+\d+\s+R\b")


class _Stream(NamedTuple):
    number: bytes
    """Of its object."""
    dictionary: bytes
    body: memoryview


def unfolded_bytes(data: bytes, *, location: str) -> int:
    """Return how many bytes the streams of a PDF unfold to, pictures left out.

    Raises:
        SourceError: They are too many, or draw too much.
    """
    total = 0
    forms: dict[bytes, Counter[bytes]] = {}
    for stream in _streams(data):
        if _IMAGE.search(stream.dictionary):
            continue
        body = _unfolded(stream, MAX_UNFOLDED_BYTES - total, location)
        total += len(body)
        _check(body.count(b"Tj") + body.count(b"TJ"), "pieces of text in a stream",
               MAX_SHOW_OPERATORS, location)  # fmt: skip
        if _FORM.search(stream.dictionary) and b"Do" in body:
            named = _named(stream.dictionary, data)
            drawn = Counter(_DRAWN.findall(body))
            forms[stream.number] = Counter()
            for name, count in drawn.items():
                if name in named:
                    forms[stream.number][named[name]] += count
    _check(_most_drawn(forms), "forms drawn within a form", MAX_DRAWN_FORMS, location)
    return total


def _streams(data: bytes) -> Iterator[_Stream]:
    view = memoryview(data)
    place = data.find(b"stream")
    while place >= 0:
        start = place + len(b"stream")
        if data[max(0, place - 3) : place] == b"end":
            place = data.find(b"stream", start)
            continue
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        head = data[max(0, place - _DICTIONARY_BYTES) : place]
        number, _, dictionary = head.rpartition(b" obj")
        start += len(data[start : start + 2]) - len(data[start : start + 2].lstrip(b"\r\n"))
        words = number.rsplit(None, 2)[-2:]
        yield _Stream(words[0] if words else b"", dictionary, view[start:end])
        place = data.find(b"stream", end + len(b"endstream"))


def _unfolded(stream: _Stream, budget: int, location: str) -> bytes:
    filters = len(_FLATE.findall(stream.dictionary))
    _check(filters, "filters on one stream", MAX_FILTERS, location)
    body = bytes(stream.body)
    for _ in range(filters):
        try:
            body = zlib.decompressobj().decompress(body, budget + 1)
        except zlib.error:
            return b""  # broken, encrypted, or below a filter that is not Flate
        _check(len(body), "bytes when unpacked", budget, location)
    return body


def _named(dictionary: bytes, data: bytes) -> dict[bytes, bytes]:
    """Objects by the names that a form draws them by."""
    named = dict(_NAMED.findall(dictionary))
    for number in _RESOURCES.findall(dictionary)[:2]:
        found = re.search(rb"(?<!\d)%s\s+\d+\s+obj\b" % number, data)
        if found:
            resources = data[found.end() : found.end() + _DICTIONARY_BYTES]
            named |= dict(_NAMED.findall(resources.partition(b"endobj")[0]))
    return named


def _most_drawn(forms: Mapping[bytes, Counter[bytes]]) -> int:
    weights: dict[bytes, int] = dict.fromkeys(forms, 1)
    for _ in range(_FORM_LEVELS):
        if max(weights.values(), default=0) > MAX_DRAWN_FORMS:
            break
        heavier = {
            form: 1 + sum(count * weights.get(child, 1) for child, count in drawn.items())
            for form, drawn in forms.items()
        }
        if heavier == weights:
            break
        weights = heavier
    return max(weights.values(), default=0)


def _check(count: int, what: str, limit: int, location: str) -> None:
    if count > limit:
        msg = f"{location}: the PDF has more than {limit:,} {what}; print it to a new PDF"
        raise SourceError(msg)
