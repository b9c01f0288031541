from __future__ import annotations

import pytest

from assistant.errors import SourceError
from assistant.sources.formats import parse_bytes, starts_as_lines
from assistant.types import Article

HTML = b"<html><body><article><h1>A lake</h1><p>It has one island, which is small.</p></article></body></html>"


def formats(data):
    return [
        item.format
        for item in parse_bytes(data, location="x", url=None)
        if isinstance(item, Article)
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HTML, "html"),
        (b"# A lake\n\nIt has *one* island.\n", "markdown"),
        (b"It has one island.\n", "text"),
        (b'{"text": "It has one island."}', "json"),
    ],
)
def test_the_format_is_told_by_the_bytes(data, name):
    assert formats(data) == [name]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b" \n", "x: empty; nothing to add"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as DOCX or PDF"),
        (b'<?xml version="1.0"?><data>1</data>', "neither a web page nor a feed"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data, message):
    with pytest.raises(SourceError, match=message):
        formats(data)


def test_lines_of_json_are_told_by_the_first():
    assert starts_as_lines(b'{"text": "a"}\n{')
    assert not starts_as_lines(b'{"text": "a"}')
    assert not starts_as_lines(b'[1]\n{"a": 1}')
