"""The chat in a browser, on this machine only and with nothing fetched from elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from assistant.errors import UsageError

HOST = "127.0.0.1"
TEMPLATES = Path(__file__).resolve().parent / "web"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LoopbackServer(Server):  # type: ignore[misc]
    """Serves one chat per browser tab.

    Other pages that the browser shows could open the socket too, and other names could be made to point at this
    machine: requests that do not come from the page itself are refused.
    """

    def __init__(self, command: str, *, port: int, open_browser: bool = False) -> None:
        super().__init__(
            command, host=HOST, port=port, title="Pullquote", templates_path=str(TEMPLATES)
        )
        self._open_browser = open_browser

    async def make_app(self) -> web.Application:
        """The aiohttp application."""
        app: web.Application = await self._make_app()
        app.middlewares.append(self._only_from_here)
        return app

    @web.middleware
    async def _only_from_here(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        names = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in names or (
            origin is not None and origin.removeprefix("http://") not in names
        ):
            raise web.HTTPForbidden(text="only the page itself may ask this server")
        response = await handler(request)
        if not response.prepared:
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Frame-Options"] = "DENY"
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
            sys.stderr.write(f"The chat is at {self.public_url} (Ctrl+C ends)\n")
            sys.stderr.flush()
            if self._open_browser:
                webbrowser.open(self.public_url)
            await ended.wait()
        finally:
            await runner.cleanup()


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
