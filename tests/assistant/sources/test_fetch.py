"""Fetching, against servers on this machine that misbehave on purpose."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import FetchError
from assistant.sources.fetch import Fetcher, _with_charset, is_public, read_url
from assistant.types import Article

PAGE = (
    b"<html lang=en><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1>"
    + b"<p>The bridge over the river was opened on Monday by the mayor, who crossed it on foot.</p>"
    * 4
    + b"</article></body></html>"
)
Reply = tuple[int, dict[str, str], bytes]


class Site:
    """A server with one reply per path, which records what it was asked."""

    def __init__(self, replies: dict[str, Reply | Callable[[], Reply]]) -> None:
        site = self
        self.replies = replies
        self.asked: list[tuple[str, dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                reply = site.replies.get(self.path, (404, {}, b"none"))
                status, headers, body = reply() if callable(reply) else reply
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Reply | Callable[[], Reply]]], Site]]:
    sites: list[Site] = []

    def start(replies: dict[str, Reply | Callable[[], Reply]]) -> Site:
        sites.append(Site(replies))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


Serve = Callable[[dict[str, "Reply | Callable[[], Reply]"]], Site]


def local(**limits: float) -> Fetcher:
    return Fetcher(
        allow_private=True,
        timeout_s=limits.get("timeout_s", 5),
        max_bytes=int(limits.get("max_bytes", 1 << 20)),
    )


def test_page_becomes_article_with_validators(serve: Serve) -> None:
    site = serve({"/a?x=1": (200, {"ETag": '"v1"', "Last-Modified": "yesterday"}, PAGE)})
    (article,) = read_url(f"{site.url}/a?x=1", fetcher=local())
    assert isinstance(article, Article)
    assert article.title == "Bridge opens"
    assert article.source == article.url == f"{site.url}/a?x=1"
    assert article.metadata == {"etag": '"v1"', "last_modified": "yesterday"}
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a?x=1"]


def test_unchanged_page_is_not_read_again(serve: Serve) -> None:
    site = serve({"/a": (304, {"ETag": '"v1"'}, b"")})
    assert list(read_url(f"{site.url}/a", fetcher=local(), etag='"v1"', last_modified="then")) == []
    assert site.asked[-1][1]["if-none-match"] == '"v1"'
    assert site.asked[-1][1]["if-modified-since"] == "then"


def test_private_addresses_are_refused_before_any_connection(serve: Serve) -> None:
    site = serve({"/": (200, {}, PAGE)})
    with pytest.raises(FetchError, match=r"127\.0\.0\.1, not a public address"):
        Fetcher().fetch(site.url)
    assert site.asked == []


def test_redirect_is_checked_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public page must not lead to an address inside."""
    inside = serve({"/secret": (200, {}, PAGE)})
    outside = serve(
        {"/": (302, {"Location": inside.url.replace("127.0.0.1", "127.0.0.2") + "/secret"}, b"")}
    )
    monkeypatch.setattr("assistant.sources.fetch.is_public", lambda a: a == "127.0.0.1")
    with pytest.raises(FetchError, match=r"127\.0\.0\.2, not a public address"):
        Fetcher(honour_robots=False).fetch(outside.url + "/")
    assert inside.asked == []


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
        ("::127.0.0.1", False),
        ("::8.8.8.8", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::808:808", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("3fff::1", False),
        ("192.88.99.1", False),
        ("192.0.0.8", False),
        ("::ffff:192.0.0.9", False),
        ("2002:7f00:1::", False),
        ("2002:c058:6301::", False),
        ("4000::1", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("ff0e::1", False),
        ("224.0.0.1", False),
        ("100.64.0.1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, is_open: bool) -> None:
    assert is_public(address) is is_open


def test_name_is_resolved_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one connected to (no DNS rebinding)."""
    site = serve({"/": (200, {}, PAGE)})
    port = int(site.url.rpartition(":")[2])
    answers = iter(["127.0.0.1", "10.0.0.1", "10.0.0.1"])
    real = socket.getaddrinfo

    def resolve(host: str, *args: object, **kwargs: object) -> object:
        return real(next(answers) if host == "rebind.example" else host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("assistant.sources.fetch.is_public", lambda a: a == "127.0.0.1")
    fetched = Fetcher(honour_robots=False).fetch(f"http://rebind.example:{port}/")
    assert fetched.data == PAGE
    assert site.asked[-1][1]["host"] == f"rebind.example:{port}"


def test_redirects_are_followed_up_to_a_limit(serve: Serve) -> None:
    site = serve(
        {
            "/a": (301, {"Location": "/b"}, b""),
            "/b": (200, {}, PAGE),
            "/loop": (302, {"Location": "/loop"}, b""),
        }
    )
    assert local().fetch(f"{site.url}/a").url == f"{site.url}/b"
    with pytest.raises(FetchError, match="more than 5 redirects"):
        local().fetch(f"{site.url}/loop")


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)"]
)
def test_redirect_to_another_scheme_is_refused(serve: Serve, target: str) -> None:
    site = serve({"/": (302, {"Location": target}, b"")})
    with pytest.raises(FetchError, match="only http and https"):
        local().fetch(site.url + "/")


def test_robots_are_honoured(serve: Serve) -> None:
    rules = b"User-agent: *\nDisallow: /private\n"
    site = serve(
        {"/robots.txt": (200, {}, rules), "/private/a": (200, {}, PAGE), "/b": (200, {}, PAGE)}
    )
    fetcher = local()
    with pytest.raises(FetchError, match=r"robots\.txt does not allow it"):
        fetcher.fetch(f"{site.url}/private/a")
    assert fetcher.fetch(f"{site.url}/b").data == PAGE
    assert [path for path, _ in site.asked] == ["/robots.txt", "/b"]


@pytest.mark.parametrize("path", ["/", "/robots.txt"])
def test_redirect_to_no_url_at_all(serve: Serve, path: str) -> None:
    site = serve({"/": (200, {}, PAGE), path: (302, {"Location": "http://[oops/"}, b"")})
    with pytest.raises(FetchError, match=r"redirects to 'http://\[oops/', which is no URL"):
        local().fetch(site.url + "/")


@pytest.mark.parametrize("bad", ["Disallow: //[x", "Crawl-delay: ²"])
def test_a_bad_line_of_robots_takes_no_other_with_it(serve: Serve, bad: str) -> None:
    rules = f"User-agent: *\n{bad}\nDisallow: /private\n".encode()
    site = serve(
        {"/robots.txt": (200, {}, rules), "/private/a": (200, {}, PAGE), "/b": (200, {}, PAGE)}
    )
    fetcher = local()
    assert fetcher.fetch(f"{site.url}/b").data == PAGE
    with pytest.raises(FetchError, match=r"robots\.txt does not allow it"):
        fetcher.fetch(f"{site.url}/private/a")


def test_the_longest_rule_of_robots_counts(serve: Serve) -> None:
    rules = (
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\nAllow: /private/open$\nDisallow: /*.pdf\n"
    )
    pages = {path: (200, {}, PAGE) for path in ("/private/open", "/private/open/a", "/b.pdf")}
    site = serve({"/robots.txt": (200, {}, rules), **pages})
    fetcher = local()
    assert fetcher.fetch(f"{site.url}/private/open").data == PAGE
    for path in ("/private/open/a", "/b.pdf"):
        with pytest.raises(FetchError, match=r"robots\.txt does not allow it"):
            fetcher.fetch(f"{site.url}{path}")


def test_failing_robots_forbid(serve: Serve) -> None:
    site = serve({"/robots.txt": (503, {}, b""), "/b": (200, {}, PAGE)})
    with pytest.raises(FetchError, match=r"HTTP 503 for the site's robots\.txt"):
        local().fetch(f"{site.url}/b")


def test_size_limit_holds_packed_and_unpacked(serve: Serve) -> None:
    bomb = gzip.compress(b"x" * (8 << 20))
    site = serve(
        {"/big": (200, {}, b"x" * 200_000), "/bomb": (200, {"Content-Encoding": "gzip"}, bomb)}
    )
    for path in ("/big", "/bomb"):
        with pytest.raises(FetchError, match="larger than the limit"):
            local(max_bytes=100_000).fetch(site.url + path)


def test_packed_page(serve: Serve) -> None:
    site = serve({"/": (200, {"Content-Encoding": "gzip"}, gzip.compress(PAGE))})
    assert local().fetch(site.url + "/").data == PAGE


def test_page_that_breaks_off_is_refused(serve: Serve) -> None:
    site = serve({"/": (200, {"Content-Length": "100000"}, PAGE)})
    with pytest.raises(FetchError, match="the connection failed"):
        local().fetch(site.url + "/")


def test_charset_of_the_header_is_used(serve: Serve) -> None:
    body = PAGE.replace(b"mayor", "maïré".encode("latin-1"))
    site = serve({"/": (200, {"Content-Type": "text/html; charset=ISO-8859-1"}, body)})
    (article,) = read_url(site.url + "/", fetcher=local())
    assert isinstance(article, Article)
    assert "maïré" in article.text


def test_charset_that_is_none_is_passed_over() -> None:
    """A header may hold a NUL, which no name of a codec does; no server here would send one."""
    page = b"<p>The bridge was opened.</p>"
    assert _with_charset(page, "text/html; charset=utf\0-16") == page
    assert _with_charset(page, "text/html; charset=klingon") == page


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"],
    ids=["headers", "body"],
)
def test_slow_server_is_left_at_the_deadline(start: bytes) -> None:
    """It sends a byte every 50 ms, for longer than is waited: no single read takes long."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(4096)
            try:
                peer.sendall(start)
                for _ in range(100):
                    if stop.wait(0.05):
                        break
                    peer.sendall(b"x")
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    started = time.monotonic()
    fetcher = Fetcher(allow_private=True, honour_robots=False, timeout_s=0.4)
    with pytest.raises(FetchError, match=r"not there within 0\.4 s"):
        fetcher.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert time.monotonic() - started < 3
    stop.set()
    thread.join()
    listener.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://example.org/", "only http and https"),
        ("http:///x", "only http and https"),
        ("http://user:secret@127.0.0.1/", "name or password"),
        ("http://127.0.0.1:99999/", "not a URL"),
        ("http://127.0.0.1/\x1b[2J", "not"),
        ("http://127.0.0.1/ü", "not a URL"),
        ("http://127.0.0.1%5B/", "not a URL"),
    ],
)
def test_unusable_urls(url: str, message: str) -> None:
    with pytest.raises(FetchError, match=message) as caught:
        Fetcher(timeout_s=1).fetch(url)
    assert "\x1b" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_errors_of_the_server(serve: Serve) -> None:
    site = serve({"/empty": (200, {}, b"")})
    with pytest.raises(FetchError, match="HTTP 404"):
        local().fetch(f"{site.url}/gone")
    with pytest.raises(FetchError, match="an empty page"):
        local().fetch(f"{site.url}/empty")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False),
        ("192.168.0.1", False), ("172.16.0.1", False), ("169.254.169.254", False), ("0.0.0.0", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("not an address", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
