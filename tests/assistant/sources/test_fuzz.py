"""Random and damaged files of every format end in articles whose offsets hold, or in a source error.

A few hundred of a fixed seed by default; PULLQUOTE_FUZZ sets another count.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import random
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from assistant.errors import SourceError
from assistant.sources import parse_each
from assistant.types import Article


def _samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples"] = module
    spec.loader.exec_module(module)
    return module


samples = _samples()
COUNT = int(os.environ.get("PULLQUOTE_FUZZ", "40"))
"""Of each format."""

NOTES = {
    "word/footnotes.xml": f"<w:footnotes {samples.W}><w:footnote w:id='2'>{samples.paragraph('A note.')}</w:footnote></w:footnotes>"
}
CELL = f"<w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>{samples.paragraph('Cell')}</w:tc>"
WORD = (
    samples.paragraph("Bridge opens", style="Title")
    + "<w:p><w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>3</w:t><w:footnoteReference w:id='2'/></w:r>"
    "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Box.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>"
    + f"<w:tbl><w:tr>{CELL}<w:tc><w:tbl><w:tr>{CELL}</w:tr></w:tbl></w:tc></w:tr></w:tbl>"
)  # fmt: skip
FEED = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY co "Acme">]><rss xmlns:media="http://search.yahoo.com/mrss/"><channel>'
    "<title>S</title><item><title>A &co; B</title><link>/p</link><media:title>P</media:title><pubDate>6 Jan 2026</pubDate>"
    "<description><![CDATA[<p>Text &amp; more</p>]]></description></item></channel></rss>"
)
MARKDOWN = "---\ntitle: T\n---\n# H\n\nA[^1] ~~b~~ [[c|d]] 10^6^ $x=1$ `e`\n\n- [x] f\n\n> g\n\n|a|b|\n|-|-|\n|1|2|\n\n[^1]: h\n"
PLAIN = "BRIDGE\n\nBy Ana Ruiz, 6 January 2026\n\nThe tim-\nber of the\n\n - 12 -\n\nmill.\n\nQ: Who?\nA: He.\n新图书馆\n开放。\n"
RECORDS = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1",
        "items": [
            {"content_html": "<p>x</p>", "author": {"name": "A"}, "metadata": {"source": "s"}}
        ],
    }
)
FILES: dict[str, bytes] = {
    "docx": samples.docx(WORD, parts=NOTES),
    "feed": FEED.encode(),
    "markdown": MARKDOWN.encode(),
    "plain": PLAIN.encode(),
    "json": RECORDS.encode(),
    "pdf": samples.pdf([[(50, 700, 10, "The bridge was opened."), (50, 680, 10, "It is new.")]]),
    "html": b"<html><body><article><p>The bridge was opened on Monday.</p><table><tr><td>1</table></article>",
    "gzip": gzip.compress(PLAIN.encode()),
}
PIECES = (b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"<w:p>", b"</w:tbl>", b"<item>", b"<title>", b"\0", b"\xff",
          b"\n\n", b"[^1]", b"[[", b"~~", b"{", b'"', b"9" * 30, b"\xe2\x80\xae", b"-\n", b"xmlns:a='http://b'", b"&#x110000;")  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Cut, double, replace or fill some places of ``data``."""
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(damaged) + 1)
        end = min(at + chance.choice((0, 1, 4, 40)), len(damaged))
        fills: tuple[Callable[[], bytes], ...] = (
            lambda: b"",
            lambda: chance.choice(PIECES) * chance.choice((1, 2, 50)),
            lambda: chance.randbytes(3),
            lambda: data[chance.randrange(len(data)) :][:60],
        )
        damaged[at:end] = chance.choice(fills)()
    return bytes(damaged)


def repacked(data: bytes, chance: random.Random) -> bytes:
    """Damage the parts of a package, not the ZIP around them."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as other:
        for name in archive.namelist():
            part = archive.read(name)
            other.writestr(name, mutated(part, chance) if chance.random() < 0.7 else part)
    return out.getvalue()


def check(data: bytes) -> None:
    try:
        found = list(parse_each(data, location="x"))
    except SourceError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return
    for article in found:
        if isinstance(article, Article):
            cut = [article.paragraph_text(i) for i in range(len(article.paragraphs))]
            assert "\n\n".join(cut) == article.text
            assert all(part.strip() for part in cut)


@pytest.mark.parametrize("name", sorted(FILES))
def test_damaged_files(name: str) -> None:
    chance = random.Random(f"{name} 20")
    for _ in range(COUNT):
        check(mutated(FILES[name], chance))


def test_damaged_parts_of_a_package() -> None:
    chance = random.Random(20)
    for _ in range(2 * COUNT):
        check(repacked(FILES["docx"], chance))


@pytest.mark.parametrize(
    "start", [b"", b"PK\x03\x04", b"<rss><item>", b"# ", b"{", b"%PDF-1.7\n", b"\x1f\x8b\x08"]
)
def test_random_bytes(start: bytes) -> None:
    chance = random.Random(start)
    for _ in range(COUNT // 3):
        check(
            start
            + b"".join(
                chance.choice((*PIECES, chance.randbytes(4))) for _ in range(chance.randint(0, 60))
            )
        )
