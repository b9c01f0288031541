"""The chat in a browser, on this machine only and with nothing fetched from elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import secrets
import shlex
import signal
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp_jinja2
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from assistant.errors import UsageError
from assistant.tui import SERVER_VARIABLE

HOST = "127.0.0.1"
MAX_TABS = 16
MAX_FRAME_BYTES = 1 << 20
MAX_KEYS = 16_384
"""Typed or pasted at once: eight times the longest question."""
MAX_COLUMNS, MAX_ROWS = 1_000, 500
STOP_S = 5.0
HEARTBEAT_S = 15.0
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
TOO_MANY = f"{MAX_TABS} chats are open already: close one of their tabs, then load this page again"
NO_TOKEN = "open the address that `pullquote serve` printed: it has a token that is needed here"  # noqa: S105
TEMPLATES = Path(__file__).resolve().parent / "web"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Tab(AppService):  # type: ignore[misc]
    """The chat of one browser tab: a process that ends with its tab and with the server."""

    async def _open_app_process(
        self, width: int = 80, height: int = 24
    ) -> asyncio.subprocess.Process:
        environment = self._build_environment(width=width, height=height)
        # Without a shell in between, so that who is ended, and whose parent is watched, is the chat itself.
        self._process = process = await asyncio.create_subprocess_exec(
            *shlex.split(self.command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**environment, SERVER_VARIABLE: str(os.getpid())},
        )
        self._stdin = process.stdin
        return process

    async def stop(self) -> None:
        """End the chat: by itself, or after a while by force."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(super().stop(), STOP_S)
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


class LoopbackServer(Server):  # type: ignore[misc]
    """Serves one chat per browser tab.

    Other pages that the browser shows could open the socket too, other names could be made to point at this
    machine, and other programs on it, of other people too, reach every port: requests that do not come from
    the page itself are refused, and page and socket need the token that is told to whoever started the server.
    """

    def __init__(self, command: str, *, port: int, open_browser: bool = False) -> None:
        super().__init__(
            command, host=HOST, port=port, title="Pullquote", templates_path=str(TEMPLATES)
        )
        self._open_browser = open_browser
        self.token = secrets.token_urlsafe(32)
        """Needed by page and socket; another one at every start."""
        self.address = f"{self.public_url}/?token={self.token}"
        """Of the page."""
        self._ticket = secrets.token_urlsafe(32)
        """Leads to the page once: everybody on the machine can read what a browser is started with."""
        self._tab_count = 0

    async def make_app(self) -> web.Application:
        """The aiohttp application."""
        app: web.Application = await self._make_app()
        # The page's script adds a query of its own, so that here the token is a part of the path.
        app.router.add_get(f"/socket/{self.token}", self.handle_websocket)
        aiohttp_jinja2.get_env(app).globals["socket_url"] = (
            f"ws://{HOST}:{self.port}/socket/{self.token}"
        )
        app.middlewares.append(self._only_from_here)
        return app

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the chat of one tab, until either ends."""
        if self._tab_count >= MAX_TABS:
            raise web.HTTPServiceUnavailable(text=TOO_MANY)
        self._tab_count += 1
        try:
            socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_FRAME_BYTES)
            await socket.prepare(request)
            tab = Tab(
                self.command,
                write_bytes=socket.send_bytes,
                write_str=socket.send_str,
                close=socket.close,
                download_manager=self.download_manager,
            )
            try:
                await tab.start(
                    _bounded(request.query.get("width"), 80, MAX_COLUMNS),
                    _bounded(request.query.get("height"), 24, MAX_ROWS),
                )
                await self._process_messages(socket, tab)
            finally:
                await tab.stop()
        finally:
            self._tab_count -= 1
        return socket

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: Tab) -> None:
        """Hand on what the page sends, within bounds; what is no message of the page is left out."""
        async for message in websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                kind, content = (*message.json(), None)[:2]
            except (ValueError, TypeError, RecursionError):
                continue
            if kind == "stdin" and isinstance(content, str):
                await app_service.send_bytes(bounded_keys(content).encode("utf-8", "replace"))
            elif kind == "resize" and isinstance(content, dict):
                await app_service.set_terminal_size(
                    _bounded(content.get("width"), 80, MAX_COLUMNS),
                    _bounded(content.get("height"), 24, MAX_ROWS),
                )
            elif kind == "ping":
                await websocket.send_json(["pong", content])
            elif kind == "blur":
                await app_service.blur()
            elif kind == "focus":
                await app_service.focus()

    @web.middleware
    async def _only_from_here(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        names = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in names or (
            origin is not None and origin.removeprefix("http://") not in names
        ):
            raise web.HTTPForbidden(text="only the page itself may ask this server")
        if request.path == "/ws":  # the library's own socket asks for nothing
            raise web.HTTPForbidden(text=NO_TOKEN)
        if request.path == "/":
            given = request.query.get("token", "").encode("utf-8", "replace")
            if self._ticket and hmac.compare_digest(given, self._ticket.encode("ascii")):
                self._ticket = ""
                raise web.HTTPSeeOther(self.address)
            if not hmac.compare_digest(given, self.token.encode("ascii")):
                raise web.HTTPForbidden(text=NO_TOKEN)
            if self._tab_count >= MAX_TABS:
                raise web.HTTPServiceUnavailable(text=TOO_MANY)
        response = await handler(request)
        if not response.prepared:
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Frame-Options"] = "DENY"
            response.headers["Cache-Control"] = "no-store"
        return response

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: stdout is kept for data."""

    async def run(self) -> None:
        """Serve until interrupted or terminated.

        Raises:
            OSError: The port cannot be had.
        """
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C raises there
                loop.add_signal_handler(name, ended.set)
        runner = web.AppRunner(await self.make_app(), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, self.port, shutdown_timeout=1.0).start()
            sys.stderr.write(f"The chat is at {self.address} (Ctrl+C ends)\n")
            sys.stderr.flush()
            if self._open_browser:
                webbrowser.open(f"{self.public_url}/?token={self._ticket}")
            await ended.wait()
        finally:
            await runner.cleanup()


def bounded_keys(keys: str) -> str:
    """As much of what was typed or pasted as the chat takes in at once; a paste that is cut is still closed."""
    if len(keys) <= MAX_KEYS:
        return keys
    return keys[:MAX_KEYS] + (PASTE_ENDS if keys.startswith(PASTE_BEGINS) else "")


def _bounded(value: object, default: int, most: int) -> int:
    """A size in cells, whatever was sent for one."""
    try:
        return max(1, min(int(str(value)[:9]), most))
    except ValueError:
        return default


def chat_command(
    library: Path | None, *, model: str | None, index: str | None, rerank: str | None
) -> str:
    """The command line that starts the chat of one tab."""
    options = {"library": library, "model": model, "index": index, "rerank": rerank}
    words = [sys.executable, "-m", "assistant"]
    for name, value in options.items():
        if value is not None:
            words += [f"--{name}", str(value)]
    return shlex.join(words)


def serve(
    library: Path | None,
    *,
    model: str | None,
    index: str | None,
    rerank: str | None,
    port: int,
    open_browser: bool,
) -> None:
    """Serve until interrupted.

    Raises:
        UsageError: The port cannot be had.
    """
    command = chat_command(library, model=model, index=index, rerank=rerank)
    server = LoopbackServer(command, port=port, open_browser=open_browser)
    try:
        asyncio.run(server.run())
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used ({error.strerror or error}): choose another with --port"
        ) from error
