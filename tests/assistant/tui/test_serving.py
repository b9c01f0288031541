"""The chat in a browser: loopback only, nothing fetched from elsewhere."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from aiohttp import web

from assistant.cli import run
from assistant.tui.serving import (
    HOST,
    MAX_KEYS,
    MAX_TABS,
    PASTE_BEGINS,
    PASTE_ENDS,
    TOO_MANY,
    LoopbackServer,
    bounded_keys,
)


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


class Serving(NamedTuple):
    """A server that runs, as it says where it is."""

    origin: str
    page: str
    token: str
    pid: int

    def socket(self, **query):
        query = {"width": 80, "height": 24} | query
        return f"{self.origin}/socket/{self.token}?" + "&".join(
            f"{k}={v}" for k, v in query.items()
        )


@pytest.fixture
def server(seeds_folder, port):
    command = [sys.executable, "-m", "assistant", "serve", "--no-open", "--port", str(port)]
    environment = {**os.environ, "PULLQUOTE_LIBRARY": str(seeds_folder), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        told = serving.stderr.readline()
        found = re.search(rf"The chat is at (http://{HOST}:{port}/\?token=([\w-]{{43}})) ", told)
        assert found
        yield Serving(f"http://{HOST}:{port}", found[1], found[2], serving.pid)
        serving.send_signal(signal.SIGINT)
        assert serving.communicate(timeout=60)[0] == ""


async def test_the_page_names_no_other_host(server):
    async with aiohttp.ClientSession() as session:
        page = await (await session.get(server.page)).text()
        addresses = re.findall(r"(?:https?|wss?):?//[^\"'\s)]+|//[\w.-]+\.\w+/[^\"'\s)]*", page)
        host = server.origin.removeprefix("http://")
        assert f'data-session-websocket-url="ws://{host}/socket/{server.token}"' in page
        assert addresses
        assert all(re.match(rf"(?:http|ws)://{re.escape(host)}/", found) for found in addresses)
        for path in re.findall(rf"{re.escape(server.origin)}(/static/[^\"')]+\.\w+)", page):
            assert (await session.get(f"{server.origin}{path}")).status == 200


async def test_a_tab_paints_the_chat(server):
    async with aiohttp.ClientSession() as session:
        address = server.socket(width=10**9, height="x")
        async with session.ws_connect(address, origin=server.origin, max_msg_size=0) as tab:
            for odd in (
                "{",
                "[]",
                "7",
                '["resize"]',
                '["resize", {"width": "-", "height": 1e400}]',
            ):
                await tab.send_str(odd)
            seen = b""
            while b"Ask the articles" not in seen:
                message = await tab.receive(timeout=60)
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
                if message.type is aiohttp.WSMsgType.BINARY:
                    seen += message.data
            await tab.send_json(["resize", {"width": 10**8, "height": 10**8}])
            await tab.send_json(["stdin", "k" * 300_000])
            await tab.send_json(["ping", 7])
            while (await tab.receive(timeout=60)).data != '["pong", 7]':
                pass
            await tab.send_json(["stdin", "\x11"])
            async for _ in tab:  # until the program has ended
                pass


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?token={}", {"Host": "evil.example"}),
        ("/socket/{}", {"Origin": "http://evil.example"}),
        ("/", {}),
        ("/?token=", {}),
        ("/?token={}x", {}),
        ("/ws", {}),
        ("/ws?token={}", {}),
        ("/socket/", {}),
        ("/socket/x", {}),
    ],
)
async def test_other_pages_and_programs_without_the_token_may_not_ask(port, path, headers):
    # The server's own application, without a process for it.
    server = LoopbackServer("no such command", port=port)
    runner = web.AppRunner(await server.make_app())
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        async with aiohttp.ClientSession() as session:
            address = f"http://{HOST}:{port}{path.format(server.token)}"
            assert (await session.get(address, headers=headers)).status in (403, 404)
            assert (await session.get(server.address)).status == 200
            server._tab_count = MAX_TABS
            for full in (server.address, f"http://{HOST}:{port}/socket/{server.token}"):
                refused = await session.get(full)
                assert (refused.status, await refused.text()) == (503, TOO_MANY)
    finally:
        await runner.cleanup()


async def test_a_browser_is_started_with_what_serves_once(port, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    server = LoopbackServer("no such command", port=port, open_browser=True)
    running = asyncio.create_task(server.run())
    while not opened:
        await asyncio.sleep(0)
    assert server.token not in opened[0]
    async with aiohttp.ClientSession() as session:
        page = await session.get(opened[0])
        assert (page.status, str(page.url)) == (200, server.address)
        assert (await session.get(opened[0])).status == 403
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_paste_that_is_cut_still_ends():
    assert bounded_keys("short") == "short"
    assert bounded_keys("k" * 99_999) == "k" * MAX_KEYS
    cut = bounded_keys(PASTE_BEGINS + "k" * 99_999 + PASTE_ENDS)
    assert cut.startswith(PASTE_BEGINS)
    assert cut.endswith(f"k{PASTE_ENDS}")
    assert len(cut) == MAX_KEYS + len(PASTE_ENDS)


async def test_chats_end_with_a_server_that_is_killed(server):
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.socket(), origin=server.origin) as tab,
    ):
        await tab.receive(timeout=60)
        (chat,) = children_of(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while is_running(chat):
                await asyncio.sleep(0)


def children_of(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    "arguments",
    [
        ["--index", "milvus://host:1/c", "--rerank", "a model", "serve", "--no-open"],
        ["serve", "--no-open", "--index", "milvus://host:1/c", "--rerank", "a model"],
    ],
)
async def test_a_tab_is_opened_with_the_options_of_the_command(monkeypatch, arguments):
    commands = []

    async def only_told(server):
        commands.append(shlex.split(server.command))

    monkeypatch.setattr(LoopbackServer, "run", only_told)
    options = ["--library", "my library", "--model", "mine"]
    assert await asyncio.to_thread(run, [*options, *arguments]) == 0
    expected = [*options, "--index", "milvus://host:1/c", "--rerank", "a model"]
    assert commands == [[sys.executable, "-m", "assistant", *expected]]
