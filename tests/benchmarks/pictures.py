"""The README's pictures, made by the real chat over the seeds: ``python -m tests.benchmarks.pictures``.

Writes ``.assets/chat.svg`` and ``.assets/source-arabic.svg``; with ``--browser CHROMIUM`` also ``.assets/browser.png``,
which drives a headless Chromium over its debugging protocol.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import html
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import aiohttp

from assistant import Assistant
from assistant.tui.app import PullquoteApp
from assistant.tui.question import QuestionInput
from assistant.tui.settings import Settings

ASSETS = Path(__file__).resolve().parents[2] / ".assets"
QUESTION = "How many countries had representatives at the Paris summit?"
FOLLOW_UP = "When did it take place?"
ARABIC_QUESTION = "متى غادر 1500 مظلي أمريكي قاعدة استراتيجية؟"
BROWSER_PORT = 8117
BROWSER_SIZE = (1180, 760)
WAIT_S = 120


async def settle(app: PullquoteApp, pilot: Any) -> None:
    """Wait until nothing runs any more."""
    for _ in range(4):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def ask(app: PullquoteApp, pilot: Any, question: str) -> None:
    """Write a question and press Enter."""
    app.screen_stack[0].query_one(QuestionInput).value = question
    await pilot.press("enter")
    await settle(app, pilot)


async def terminal_pictures(library: Path) -> None:
    """The conversation, and a source with an Arabic article."""
    app = PullquoteApp(lambda _: Assistant.open(library), settings=Settings(reduced_motion=True))
    async with app.run_test(size=(132, 40)) as pilot:
        await settle(app, pilot)
        await ask(app, pilot, QUESTION)
        await ask(app, pilot, FOLLOW_UP)
        write_svg("chat.svg", app.export_screenshot(title="pullquote"))
        await ask(app, pilot, "/new")
        await ask(app, pilot, ARABIC_QUESTION)
        await pilot.press("ctrl+t")
        await settle(app, pilot)
        write_svg("source-arabic.svg", app.export_screenshot(title="pullquote"))


def write_svg(name: str, svg: str) -> None:
    """Write a picture that asks no other host for a font and keeps its letters' order."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    # The terminal's text is in visual order already; browsers would order it once more.
    svg = svg.replace("<style>", "<style>text { direction: ltr; unicode-bidi: bidi-override; }", 1)
    svg = re.sub(r'textLength="([\d.]+)"([^>]*>)([^<]*)<', _without_marks, svg)
    (ASSETS / name).write_text(svg, "utf-8")


def _without_marks(found: re.Match[str]) -> str:
    """Marks above and below letters take no cell, but the picture counts them as one."""
    text = html.unescape(found[3])
    cells = len(text) - sum(unicodedata.combining(char) > 0 for char in text)
    length = float(found[1]) * cells / max(1, len(text))
    return f'textLength="{length:.1f}"{found[2]}{found[3]}<'


class Browser:
    """A headless Chromium, driven over its debugging protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.requested: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol; gives its result."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json(timeout=WAIT_S)
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            if message.get("id") == self._number:
                return dict(message.get("result", {}))

    async def write(self, text: str) -> None:
        """Type a line and press Enter."""
        await self.call("Input.insertText", text=text)
        await asyncio.sleep(1)
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                windowsVirtualKeyCode=13, text="\r",
            )  # fmt: skip


@contextlib.asynccontextmanager
async def open_browser(chromium: str, url: str) -> Any:
    """A page at ``url``."""
    width, height = BROWSER_SIZE
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [
                chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--remote-debugging-port=0", f"--user-data-dir={profile}",
                f"--window-size={width},{height}", "about:blank",
            ],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            address = next(line for line in lines if "ws://" in line).split("ws://", 1)[1]
            host = address.split("/", 1)[0]
            async with aiohttp.ClientSession() as session:
                pages = await (await session.get(f"http://{host}/json")).json()
                page = next(page for page in pages if page["type"] == "page")
                async with session.ws_connect(
                    page["webSocketDebuggerUrl"], max_msg_size=0
                ) as socket:
                    browser = Browser(socket)
                    await browser.call("Network.enable")
                    await browser.call("Page.enable")
                    await browser.call(
                        "Emulation.setDeviceMetricsOverride",
                        width=width, height=height, deviceScaleFactor=1, mobile=False,
                    )  # fmt: skip
                    await browser.call("Page.navigate", url=url)
                    yield browser
        finally:
            process.terminate()
            process.wait(20)


async def browser_picture(library: Path, chromium: str, pause_s: float) -> list[str]:
    """The same chat in a browser; gives the addresses that the page asked for."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assistant", "--library", str(library), "serve", "--no-open",
        "--port", str(BROWSER_PORT), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        await asyncio.wait_for(server.stderr.readline(), WAIT_S)
        async with open_browser(chromium, f"http://127.0.0.1:{BROWSER_PORT}/") as browser:
            await asyncio.sleep(pause_s)
            await browser.call(
                "Runtime.evaluate", expression="document.querySelector('textarea')?.focus()"
            )
            await browser.write(QUESTION)
            await asyncio.sleep(pause_s)
            picture = await browser.call("Page.captureScreenshot", format="png")
            (ASSETS / "browser.png").write_bytes(base64.b64decode(picture["data"]))
            return list(browser.requested)
    finally:
        server.terminate()
        await server.wait()


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split(":", 1)[0])
    parser.add_argument("--browser", help="path of a Chromium")
    parser.add_argument("--pause", type=float, default=6.0, help="seconds given to the browser")
    options = parser.parse_args()
    ASSETS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        with Assistant.open(library):
            pass
        asyncio.run(terminal_pictures(library))
        if options.browser:
            asked = asyncio.run(browser_picture(library, options.browser, options.pause))
            sys.stdout.write(json.dumps({"requested": asked}, indent=1) + "\n")


if __name__ == "__main__":
    main()
