"""Web pages and feeds, fetched only when a person asks for one.

A URL in an article or a feed is never followed by itself. What is asked for is fetched with limits
on time and size; every hop of a redirect is checked anew; the address that a name resolves to is
checked and then connected to itself, so that a second look-up cannot give another one; addresses
that are not of the public internet are refused; robots.txt is honoured.
"""

from __future__ import annotations

import codecs
import contextlib
import http.client
import io
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from assistant.errors import FetchError, SourceError
from assistant.output.sanitise import for_display
from assistant.sources.decoding import BYTE_ORDER_MARKS, codec_of
from assistant.sources.isolation import parse_isolated
from assistant.types import Article, IngestFailure

if TYPE_CHECKING:
    from protego import Protego

USER_AGENT = "pullquote"
"""Name for robots.txt and the request."""

MAX_REDIRECTS = 5
MAX_ROBOTS_BYTES = 512 << 10
"""RFC 9309 asks for at least 500 KiB."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ALLOCATED = ipaddress.ip_network("2000::/3")
"""The only IPv6 addresses that are given out to the public internet (IANA); what lies outside, such as
IPv4-compatible, site-local and segment-routing addresses, is somebody's own."""
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Addresses of protocols, relays of old, documentation: what the table of an older Python lacks."""
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of a server."""

    url: str
    """Where it came from in the end, after redirects."""
    data: bytes | None
    """The body, unpacked; None where nothing changed since ``etag`` or ``last_modified``."""
    content_type: str | None
    etag: str | None
    """Give it to the next fetch of this URL, with ``last_modified``."""
    last_modified: str | None


class Fetcher:
    """Fetches URLs under one set of limits, and remembers each site's robots.txt."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        honour_robots: bool = True,
        timeout_s: float = 30.0,
        max_bytes: int = 16 << 20,
    ) -> None:
        self.allow_private = allow_private
        """Whether addresses of this machine and of private networks may be fetched."""
        self.honour_robots = honour_robots
        self.timeout_s = timeout_s
        """For one URL with all its redirects."""
        self.max_bytes = max_bytes
        """Of a body, unpacked."""
        self._robots: dict[tuple[str, str], Protego] = {}

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """Fetch ``url``.

        Args:
            url: ``http`` or ``https``.
            etag: What an earlier fetch gave, to learn whether anything changed.
            last_modified: Likewise.

        Raises:
            FetchError: It is not allowed, not there, too large, or too slow.
        """
        deadline = time.monotonic() + self.timeout_s
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        # Whoever wrote an article into the library said what they are.
        headers = {k: v for k, v in conditions.items() if isinstance(v, str) and v}
        for _ in range(MAX_REDIRECTS + 1):
            parts = _checked(url)
            if self.honour_robots and not self._robots_of(parts, deadline).can_fetch(
                url, USER_AGENT
            ):
                msg = f"{_shown(url)}: the site's robots.txt does not allow it; save the page"
                raise FetchError(msg)
            answer = self._request(parts, headers, deadline, self.max_bytes)
            if answer.status not in _REDIRECTS:
                return _fetched(url, answer)
            if not answer.location:
                break
            url = _joined(url, answer.location)
        msg = (
            f"{_shown(url)}: more than {MAX_REDIRECTS} redirects, or one to nowhere; check the URL"
        )
        raise FetchError(msg)

    def _robots_of(self, parts: SplitResult, deadline: float) -> Protego:
        from protego import Protego

        site = (parts.scheme, parts.netloc)
        if site in self._robots:
            return self._robots[site]
        url = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._request(_checked(url), {}, deadline, MAX_ROBOTS_BYTES, cut=True)
            if answer.status not in _REDIRECTS or not answer.location:
                break
            url = _joined(url, answer.location)
        # RFC 9309, 2.3.1: without such a file everything is allowed, while it fails nothing is.
        if answer.status >= 500:
            msg = f"{_shown(url)}: HTTP {answer.status} for the site's robots.txt; try again later"
            raise FetchError(msg)
        rules = answer.data.decode("utf-8-sig", "replace") if answer.status < 400 else ""
        robots = Protego.parse(rules)
        self._robots[site] = robots
        return robots

    def _request(
        self,
        parts: SplitResult,
        headers: dict[str, str],
        deadline: float,
        max_bytes: int,
        *,
        cut: bool = False,
    ) -> _Answer:
        """Make one request to a checked address.

        Raises:
            FetchError: It fails, or exceeds a limit (with ``cut``, a long body is cut instead).
        """
        shown = _shown(urlunsplit(parts))
        connection = self._connect(parts, deadline, shown)
        # Socket timeouts are per read: a server that sends a byte now and then would never end.
        # The socket itself, since the connection gives it up as soon as the headers are read.
        alarm = threading.Timer(max(deadline - time.monotonic(), 0.0), _hang_up, [connection.sock])
        alarm.daemon = True
        alarm.start()
        try:
            target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.putrequest("GET", target, skip_accept_encoding=True)
            sent = {
                "User-Agent": USER_AGENT,
                "Accept": "text/html, application/xhtml+xml, application/rss+xml, */*;q=0.5",
                "Accept-Encoding": "gzip",
                "Connection": "close",
                **headers,
            }
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            data = _body(response, max_bytes, shown, cut=cut)
            if time.monotonic() >= deadline:
                raise TimeoutError  # hanging up looks like the end of the body
            return _Answer(
                response.status,
                data,
                response.getheader("Location"),
                response.getheader("Content-Type"),
                response.getheader("ETag"),
                response.getheader("Last-Modified"),
            )
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            if time.monotonic() >= deadline:
                msg = f"{shown}: not there within {self.timeout_s:g} s; try again later"
            else:
                reason = for_display(str(error) or type(error).__name__, keep_newlines=False)
                msg = f"{shown}: the connection failed ({reason[:120]}); try again later"
            raise FetchError(msg) from error
        finally:
            alarm.cancel()
            connection.close()

    def _connect(
        self, parts: SplitResult, deadline: float, shown: str
    ) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            msg = f"{shown}: the host {_shown(host)!r} is not known; check the URL and the network"
            raise FetchError(msg) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.allow_private:
            for address in addresses:
                if not is_public(address):
                    msg = (
                        f"{shown}: {_shown(host)!r} is at {address}, not a public address;"
                        " allow private addresses to fetch it"
                    )
                    raise FetchError(msg)
        last: OSError | None = None
        for address in addresses:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                break
            try:
                plain = socket.create_connection((address, port), timeout=min(remaining, 10.0))
            except OSError as error:
                last = error
                continue
            return _wrapped(plain, host, port, secure=secure, shown=shown)
        msg = f"{shown}: no connection ({last or 'out of time'}); try again later"
        raise FetchError(msg) from last


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    data: bytes
    location: str | None
    content_type: str | None
    etag: str | None
    last_modified: str | None


def read_url(
    url: str,
    *,
    fetcher: Fetcher,
    etag: str | None = None,
    last_modified: str | None = None,
) -> Iterator[Article | IngestFailure]:
    """Fetch a page or feed and yield its articles; nothing where it did not change.

    An article's ``metadata`` holds ``etag`` and ``last_modified`` for the next fetch.

    Raises:
        SourceError: It cannot be fetched or understood.
    """
    fetched = fetcher.fetch(url, etag=etag, last_modified=last_modified)
    if fetched.data is None:
        return
    validators = {"etag": fetched.etag, "last_modified": fetched.last_modified}
    data = _with_charset(fetched.data, fetched.content_type)
    for found in parse_isolated(io.BytesIO(data), location=url, url=fetched.url):
        if isinstance(found, Article):
            found.metadata.update({name: value for name, value in validators.items() if value})
        yield found


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet, also where it wraps an IPv4 address.

    >>> is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("8.8.8.8")
    (False, False, True)
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner: ipaddress.IPv4Address | None = None
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(str(inner))
    if any(ip in network for network in _NOT_PUBLIC) or (ip.version == 6 and ip not in _ALLOCATED):
        return False
    return ip.is_global and not ip.is_multicast


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
        urlsplit(unquote(url))  # as the parser of robots.txt takes it apart
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        target.encode("ascii")
    except ValueError as error:
        msg = f"{_shown(url)}: not a URL that can be fetched ({type(error).__name__}); check it"
        raise FetchError(msg) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{_shown(url)}: only http and https URLs are fetched; save the page instead"
        raise FetchError(msg)
    if parts.username is not None or parts.password is not None:
        msg = f"{_shown(parts.hostname)}: a URL with a name or password in it; take it out"
        raise FetchError(msg)
    return parts


def _joined(url: str, location: str) -> str:
    """Where a redirect leads.

    Raises:
        FetchError: It is no URL.
    """
    try:
        return urljoin(url, location)
    except ValueError as error:
        msg = f"{_shown(url)}: it redirects to {_shown(location)!r}, which is no URL; check the URL"
        raise FetchError(msg) from error


def _wrapped(
    plain: socket.socket, host: str, port: int, *, secure: bool, shown: str
) -> http.client.HTTPConnection:
    """Put HTTP on a connected socket; TLS is checked against the name, not the address."""
    connection = http.client.HTTPConnection(host, port)
    connection.sock = plain
    if secure:
        connection.default_port = 443
        try:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        except (OSError, ValueError) as error:
            plain.close()
            msg = f"{shown}: no secure connection ({for_display(str(error))[:120]}); check the URL"
            raise FetchError(msg) from error
    return connection


def _hang_up(live: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed in the meantime, which is what was wanted
        live.shutdown(socket.SHUT_RDWR)


def _body(response: http.client.HTTPResponse, max_bytes: int, shown: str, *, cut: bool) -> bytes:
    """Read a body, unpacked, up to the limit."""
    packed = (response.getheader("Content-Encoding") or "").lower() in ("gzip", "x-gzip")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
    data = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        while chunk:
            data += unpack.decompress(chunk, max_bytes + 1 - len(data)) if unpack else chunk
            if len(data) > max_bytes:
                if cut:
                    return bytes(data[:max_bytes])
                msg = f"{shown}: larger than the limit of {max_bytes >> 20} MiB; save it as a file"
                raise FetchError(msg)
            chunk = unpack.unconsumed_tail if unpack else b""
    if response.length:  # the server promised more
        raise http.client.IncompleteRead(bytes(data[:0]), response.length)
    return bytes(data)


def _fetched(url: str, answer: _Answer) -> Fetched:
    if answer.status == _NOT_MODIFIED:
        return Fetched(url, None, answer.content_type, answer.etag, answer.last_modified)
    if answer.status != http.HTTPStatus.OK:
        msg = f"{_shown(url)}: HTTP {answer.status}; check the URL in a browser"
        raise FetchError(msg)
    if not answer.data:
        msg = f"{_shown(url)}: an empty page; try again later"
        raise FetchError(msg)
    return Fetched(url, answer.data, answer.content_type, answer.etag, answer.last_modified)


def _with_charset(data: bytes, content_type: str | None) -> bytes:
    """Recode text whose encoding only the header tells."""
    if data.startswith((b"%PDF", b"PK", b"\x1f\x8b", *BYTE_ORDER_MARKS)):
        return data
    _, _, charset = (content_type or "").lower().partition("charset=")
    codec = codec_of(charset.split(";")[0].strip(" \"'"))
    if codec is None:
        return data
    try:
        return codecs.BOM_UTF8 + data.decode(codec).encode("utf-8")
    except ValueError:
        return data  # a wrong header: the bytes are looked at instead


def _shown(url: str) -> str:
    return for_display(url, keep_newlines=False)[:200]


__all__ = ["FetchError", "Fetched", "Fetcher", "SourceError", "is_public", "read_url"]
