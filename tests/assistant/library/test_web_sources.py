from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from assistant.assistant import Assistant
from assistant.library import Library
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


def test_private_addresses_are_refused_unless_allowed(pq, address):
    report = pq.add([address])
    assert report.added == ()
    assert [failure.source for failure in report.failures] == [address]
