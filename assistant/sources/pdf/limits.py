"""How much a PDF unfolds to, counted before pdfium unfolds it.

A few kilobytes may hold gigabytes of blanks, forms that draw each other a million times, or one page
thousands of times over. Streams whose filter is not Flate, and dictionaries inside object streams,
are not seen through here: what is left is up to the limits on time and memory of the process.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s{1,9}\d{1,5}\s{1,9}obj\b")
_RESOURCES = re.compile(rb"/(?:Resources|XObject)\s+(\d{1,9})\s+\d+\s+R\b")


_Drawn = list[tuple[int, set[bytes]]]


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
    forms: list[tuple[_Stream, Counter[bytes]]] = []
    for stream in _streams(data):
        if _IMAGE.search(stream.dictionary):
            continue
        body = _unfolded(stream, MAX_UNFOLDED_BYTES - total, location)
        total += len(body)
        _check(body.count(b"Tj") + body.count(b"TJ"), "pieces of text in a stream",
               MAX_SHOW_OPERATORS, location)  # fmt: skip
        if _FORM.search(stream.dictionary) and b"Do" in body:
            forms.append((stream, Counter(_DRAWN.findall(body))))
    _check(
        _most_drawn(_resolved(forms, data)) if forms else 0,
        "forms drawn within a form",
        MAX_DRAWN_FORMS,
        location,
    )
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
        # Not from the end on: pdfium finds objects within a stream that is not closed.
        place = data.find(b"stream", start)


def _unfolded(stream: _Stream, budget: int, location: str) -> bytes:
    filters = len(_FLATE.findall(stream.dictionary))
    _check(filters, "filters on one stream", MAX_FILTERS, location)
    _check(len(stream.body), "bytes of streams", budget, location)
    body: bytes | memoryview = stream.body
    for _ in range(filters):
        try:
            body = zlib.decompressobj().decompress(body, budget + 1)
        except zlib.error:
            return b""  # broken, encrypted, or below a filter that is not Flate
        _check(len(body), "bytes when unpacked", budget, location)
    return bytes(body)


def _resolved(forms: Sequence[tuple[_Stream, Counter[bytes]]], data: bytes) -> dict[bytes, _Drawn]:
    """The objects that each form draws, with how often; several where the name is not its own."""
    objects = {found[1]: found.end() for found in _OBJECT.finditer(data)}
    # What a form's resources do not name is looked up in those of whatever draws the form.
    elsewhere: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for name, number in _NAMED.findall(data):
        elsewhere[name].add(number)
    hidden = b"/ObjStm" in data
    drawn: dict[bytes, _Drawn] = {}
    for stream, names in forms:
        named = dict(_NAMED.findall(stream.dictionary))
        unknown = False
        for number in _RESOURCES.findall(stream.dictionary):
            start = objects.get(number, len(data))
            unknown = unknown or (number not in objects and hidden)
            resources = data[start : start + _DICTIONARY_BYTES].partition(b"endobj")[0]
            named |= dict(_NAMED.findall(resources))
        drawn[stream.number] = [
            (count, {named[name]} if name in named else elsewhere[name])
            for name, count in names.items()
            if name in named or not unknown
        ]
    return drawn


def _most_drawn(forms: Mapping[bytes, _Drawn]) -> int:
    weights: dict[bytes, int] = dict.fromkeys(forms, 1)
    for _ in range(_FORM_LEVELS):
        if max(weights.values(), default=0) > MAX_DRAWN_FORMS:
            break
        heavier = {
            form: 1
            + sum(
                count * max((weights.get(child, 1) for child in children), default=0)
                for count, children in drawn
            )
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
