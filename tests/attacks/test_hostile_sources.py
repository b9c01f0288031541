"""Files that cost a parser minutes or gigabytes: each ends as a failure or an article, within its limits."""

from __future__ import annotations

import io
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.sources import isolation, read
from assistant.types import Article, IngestFailure
from tests.assistant.fakes import DIM, HashEncoder

pytestmark = pytest.mark.full

MOST_KIB = 450 << 10
"""Memory of a worker: its limit and what it takes itself."""
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(content: bytes, *, pages: int = 1, packed: bool = False) -> bytes:
    """A PDF whose pages all show one content stream."""
    filters = b" /Filter /FlateDecode" if packed else b""
    kids = b" ".join(b"%d 0 R" % (5 + at) for at in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), filters, content),
        *[
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>"
        ]
        * pages,
    ]
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def docx(*body: str) -> bytes:
    """A Word file of these pieces; written one by one, for a worker's memory counts from that of this process on."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("word/document.xml", "w") as part,
    ):
        opening = f'<w:document xmlns:w="{_WORD}"><w:body>'
        for piece in (opening, *body, "</w:body></w:document>"):
            part.write(piece.encode())
    return out.getvalue()


def nested_tables(depth: int) -> str:
    cell = "<w:p><w:r><w:t>Text of a cell that is repeated.</w:t></w:r></w:p>"
    opening, closing = "<w:tbl><w:tr><w:tc>" + cell, "</w:tc></w:tr></w:tbl>"
    return opening * depth + closing * depth


def shown(count: int) -> bytes:
    return b"BT /F1 1 Tf " + b"1 0 0 1 7 7 Tm (word) Tj " * count + b"ET"


FEED = (
    "<item><title>{0}</title><description>&lt;p&gt;Item {0} says so.&lt;/p&gt;</description></item>"
)


def feed() -> bytes:
    items = "".join(FEED.format(at) for at in range(60_000))
    return f"<rss><channel>{items}</channel></rss>".encode()


def marks() -> bytes:
    return ("e" + "\u0301\u0323" * 500_000).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "show operators": lambda: pdf(shown(400_000)),
    "pages of one object": lambda: pdf(shown(400), pages=4_900),
    "packed stream": lambda: pdf(zlib.compress(b"(x) Tj " * (40 << 20), 1), packed=True),
    "nested word tables": lambda: docx(nested_tables(400)),
    "word entity": lambda: docx("<w:p><w:r><w:t>", *["a" * (1 << 20)] * 200, "</w:t></w:r></w:p>"),
    "punycode": lambda: b"<html><head><meta charset=punycode></head><p>\xff" + b"a-b" * 100_000,
    "brackets": lambda: b"# A\n\n" + b"[" * 200_000,
    "emphasis": lambda: b"# A\n\n" + b"*a_ " * 100_000,
    "quotes in quotes": lambda: b"# A\n\n" + b"> " * 100_000 + b"x",
    "tiny paragraphs": lambda: b"a\n\n" * 1_000_000,
    "feed entries": feed,
    "deep elements": lambda: b"<html><body>" + b"<div>" * 200_000 + b"x",
    "nested html tables": lambda: b"<html><body>" + b"<table><tr><td>cell " * 2_000,
    "attributes": lambda: b"<html><body><p " + b"a=b " * 500_000 + b">x",
    "marks": marks,
    "deep json": lambda: b'{"text": ' + b"[" * 1_000_000,
    "numbers": lambda: b'{"text": "One.", "n": ' + b"9" * 5_000_000 + b"}\n{}\n",
    "long line": lambda: b"a" * 7_000_000,
    "entities": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><rss><channel><item><title>&j;</title></item></channel></rss>"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_within_its_limits_and_the_next_source_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(HOSTILE[name]())
    (tmp_path / "b").write_text("A good text.")
    *found, good = read(tmp_path)
    assert isinstance(good, Article)
    assert good.text == "A good text."
    assert found
    assert all(isinstance(item, Article | IngestFailure) for item in found)
    isolation.end_workers()
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_KIB


def test_a_folder_of_them_adds_what_is_good(tmp_path: Path) -> None:
    for name in ("packed stream", "brackets", "nested word tables", "deep json"):
        (tmp_path / name).write_bytes(HOSTILE[name]())
    (tmp_path / "z.txt").write_text("A good text.")
    library = Library(tmp_path / ".library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder()) as pq:
        report = pq.add(tmp_path)
        added = {pq.article(article_id).source for article_id in report.added}
        assert (tmp_path / "z.txt").resolve().as_posix() in added
        assert added.isdisjoint(failure.source for failure in report.failures)
        assert pq.doctor().is_healthy
