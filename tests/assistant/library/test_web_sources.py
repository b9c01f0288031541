from __future__ import annotations

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.sources import parse
from tests.assistant.fakes import DIM, FirstWordsReader, HashEncoder

PAGE = (
    "<html lang='en'><head><title>Bridges</title></head><body><article><h1>Bridges</h1>"
    + "<p>The bridge of Arta has seven arches and was finished in 1606 after many years of work.</p>"
    * 3
    + "</article></body></html>"
).encode()


class Pages(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self):
        Pages.asked.append((self.path, self.headers.get("If-None-Match")))
        if self.path == "/robots.txt":
            self.send_error(404)
        elif self.headers.get("If-None-Match") == '"v1"':
            self.send_response(304)
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("ETag", '"v1"')
            self.end_headers()
            self.wfile.write(PAGE)

    def log_message(self, *args):
        pass


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/page"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pq(tmp_path):
    library = Library(tmp_path / "library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder(), reader=FirstWordsReader()) as opened:
        yield opened


def test_a_page_is_fetched_once_and_asked_for_changes_after(pq, address):
    first = pq.add([address], allow_private=True)
    assert len(first.added) == 1
    assert "seven arches" in pq.article(first.added[0]).text
    again = pq.add([address], allow_private=True)
    assert again.unchanged == first.added
    assert Pages.asked[-1] == ("/page", '"v1"')


@pytest.mark.parametrize("etag", [1.5, [1], {"a": "b"}, "a\nHost: x", "\u20ac", True])
def test_an_etag_that_is_none_spares_nothing_and_stops_nothing(pq, address, etag):
    record = {"text": "The bridge of Arta has seven arches.", "url": address}
    (article,) = parse(json.dumps(record).encode(), location=address)
    pq.add_articles([replace(article, metadata={"etag": etag, "last_modified": etag})])
    report = pq.add([address, "nowhere"], allow_private=True)
    assert len(report.failures) == (2 if isinstance(etag, str) else 1)
    assert report.failures[-1].source == "nowhere"


def test_an_address_of_odd_bytes_stops_nothing(pq, address):
    report = pq.add(["http://\udcff\udcfe", f"{address}/\ud800", address], allow_private=True)
    assert len(report.added) == 1
    assert [failure.source for failure in report.failures] == [
        "http://\udcff\udcfe",
        f"{address}/\ud800",
    ]


def test_private_addresses_are_refused_unless_allowed(pq, address):
    report = pq.add([address])
    assert report.added == ()
    assert [failure.source for failure in report.failures] == [address]
