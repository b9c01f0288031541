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

import aiohttp
import pytest

from assistant.cli import run
from assistant.tui.serving import HOST, LoopbackServer

pytestmark = pytest.mark.asyncio


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


@pytest.fixture
def server(seeds_folder, port):
    command = [sys.executable, "-m", "assistant", "serve", "--no-open", "--port", str(port)]
    environment = {**os.environ, "PULLQUOTE_LIBRARY": str(seeds_folder), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert f"The chat is at http://{HOST}:{port}" in serving.stderr.readline()
        yield f"http://{HOST}:{port}"
        serving.send_signal(signal.SIGINT)
        assert serving.communicate(timeout=60)[0] == ""


async def test_the_page_names_no_other_host(server):
    async with aiohttp.ClientSession() as session:
        page = await (await session.get(f"{server}/")).text()
        addresses = re.findall(r"(?:https?|wss?):?//[^\"'\s)]+|//[\w.-]+\.\w+/[^\"'\s)]*", page)
        host = server.removeprefix("http://")
        assert addresses
        assert all(re.match(rf"(?:http|ws)://{re.escape(host)}/", found) for found in addresses)
        for path in re.findall(rf"{re.escape(server)}(/static/[^\"')]+\.\w+)", page):
            assert (await session.get(f"{server}{path}")).status == 200


async def test_a_tab_paints_the_chat(server):
    async with aiohttp.ClientSession() as session:
        address = f"{server}/ws?width=80&height=24"
        async with session.ws_connect(address, origin=server, max_msg_size=0) as tab:
            seen = b""
            while b"Ask the articles" not in seen:
                message = await tab.receive(timeout=60)
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)
                if message.type is aiohttp.WSMsgType.BINARY:
                    seen += message.data
            await tab.send_json(["stdin", "\x11"])
            async for _ in tab:  # until the program has ended
                pass


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", {"Host": "evil.example"}), ("/ws", {"Origin": "http://evil.example"})],
)
async def test_other_pages_may_not_ask(server, path, headers):
    async with aiohttp.ClientSession() as session:
        assert (await session.get(f"{server}{path}", headers=headers)).status == 403


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
