from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

mcp = pytest.importorskip("mcp")

from assistant.adapters.mcp import SHOWN_CHARS, _encodable, make_server  # noqa: E402
from assistant.cli import run  # noqa: E402

QUESTION = "How many countries had representatives at the Paris summit?"


@asynccontextmanager
async def over_stdio(folder, errors):
    """The SDK's own client, connected to a process of ``pullquote mcp``."""
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--library", str(folder)],
        env={**os.environ},
    )
    async with mcp.Client(mcp.stdio_client(server, errlog=errors)) as client:
        yield client


async def test_the_sdks_client_searches_asks_shows_and_verifies(seeds_folder, seeds, tmp_path):
    with (tmp_path / "stderr").open("w+") as errors:
        async with over_stdio(seeds_folder, errors) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert list(tools) == ["search", "ask", "show", "verify"]
            assert all(tool.annotations.read_only_hint for tool in tools.values())
            assert tools["ask"].input_schema["required"] == ["question"]

            found = (
                await client.call_tool("search", {"query": QUESTION, "k": 3})
            ).structured_content
            assert [p["passage_id"] for p in found["passages"]] == [
                hit.passage.id for hit in seeds.search(QUESTION, k=3)
            ]

            answer = (await client.call_tool("ask", {"question": QUESTION})).structured_content
            assert (answer["schema"], answer["status"]) == ("pullquote/answer/1", "answered")
            citation = answer["answers"][0]["citations"][0]
            assert "35" in citation["sentence"]
            assert "passages" not in answer

            shown = (
                await client.call_tool(
                    "show",
                    {
                        "article_id": citation["article_id"],
                        "start": citation["start"],
                        "max_chars": citation["end"] - citation["start"],
                    },
                )
            ).structured_content
            assert shown["text"] == citation["quote"]
            assert (shown["start"], shown["end"]) == (citation["start"], citation["end"])
            assert shown["total_chars"] == len(seeds.article(citation["article_id"]).text)

            checked = await client.call_tool("verify", {"quote": citation["sentence"]})
            assert checked.structured_content["status"] == "exact"
            made_up = "The Moon is made of green cheese."
            checked = await client.call_tool("verify", {"quote": made_up})
            assert checked.structured_content["status"] == "not found"
        errors.seek(0)
        assert errors.read() == ""


async def call(pq, tool, arguments):
    async with mcp.Client(make_server(pq)) as client:
        return await client.call_tool(tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("show", {"article_id": "nowhere"}, "no article has the id 'nowhere'"),
        ("ask", {"question": " "}, "the question is empty: ask something"),
        ("search", {"query": ""}, "the query is empty: write what to look for"),
        ("search", {"query": "summit", "k": 0}, "k is 0: give a number from 1 to 100"),
        ("search", {"query": "a", "published_to": "January 2025"}, "'January 2025' is not a date"),
        ("search", {"query": "a", "published_from": "2025-13"}, "'2025-13' is not a date"),
        ("verify", {"quote": "..."}, "no word"),
        ("ask", {"question": "who " * 501}, "has 2,004 characters and may have 2,000"),
        ("search", {"query": "who " * 501}, "has 2,004 characters and may have 2,000"),
        ("verify", {"quote": "so " * 3334}, "has 10,002 characters and may have 10,000"),
        ("show", {"article_id": "a" * 2001}, "has 2,001 characters and may have 2,000"),
        ("show", {"article_id": "a", "max_chars": 10**9}, "from 1 to 1000000"),
        ("search", {"query": "a", "languages": ["en"] * 51}, "51 languages: name 50 at the most"),
    ],
)
async def test_what_is_wrong_with_a_call_is_said(seeds, tool, arguments, message):
    result = await call(seeds, tool, arguments)
    assert result.is_error
    assert message in result.content[0].text


async def test_filters_and_pages(seeds):
    found = await call(seeds, "search", {"query": "American paratroopers", "languages": ["ar"]})
    assert {p["language"] for p in found.structured_content["passages"]} == {"ar"}
    for day in ("2025", "2025-01", "2025-01-31"):
        found = await call(seeds, "search", {"query": "summit", "published_to": day})
        assert found.structured_content["passages"] == []  # no article of these has a date
    longest = max((seeds.article(s.id) for s in seeds.articles()), key=lambda a: len(a.text))
    assert len(longest.text) < SHOWN_CHARS
    last = longest.paragraphs[-1]
    page = await call(seeds, "show", {"article_id": longest.id, "start": last.start})
    assert page.structured_content["text"] == longest.text[last.start :]
    assert [p["start"] for p in page.structured_content["paragraphs"]] == [last.start]
    beyond = await call(seeds, "show", {"article_id": longest.id, "start": 10**9})
    assert (beyond.structured_content["text"], beyond.structured_content["paragraphs"]) == ("", [])


def test_half_characters_do_not_shift_what_follows():
    assert _encodable({"a": ["x\ud83dy", 1, None]}) == {"a": ["x\ufffdy", 1, None]}


def test_a_line_that_is_no_message_is_answered_and_the_next_one_is_read(seeds_folder):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-03-26",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    lines = [b"{broken", b'{"a": "\\ud800"}', b"\xff", json.dumps(hello).encode()]
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "mcp", "--library", str(seeds_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        answers = []
        for line in lines:
            server.stdin.write(line + b"\n")
            server.stdin.flush()
            answers.append(json.loads(server.stdout.readline()))
        server.stdin.close()
        assert server.wait() == 0
    assert [(answer["id"], answer["error"]["code"]) for answer in answers[:3]] == [
        (None, -32700)
    ] * 3
    assert answers[3]["result"]["serverInfo"]["name"] == "pullquote"


def test_missing_package_is_named_in_one_line(seeds_folder):
    code = "import sys; sys.modules['mcp'] = None\nfrom assistant.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, "mcp", "--library", str(seeds_folder)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "pullquote: the MCP server needs the mcp package: install it with "
        "pip install 'pullquote[mcp]'\n"
    )


def test_the_command_is_listed(capsys):
    assert run(["mcp", "--help"]) == 0
    assert "Model Context Protocol" in capsys.readouterr().out
