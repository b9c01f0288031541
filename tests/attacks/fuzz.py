"""Random damage to whatever comes from others: sources, backups, bundles, lines to the MCP server.

``python -m tests.attacks.fuzz --seconds 1200`` prints the seed of each round that fails, and
``--seed SEED --rounds 1`` repeats that one. A round fails by any error that is not the library's own, by
taking longer than the limit, and by memory.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from assistant.checking.evidence.bundles import check_bundle
from assistant.errors import BundleError, LibraryError, SourceError, UsageError
from assistant.library.archive import backup, restore
from assistant.sources.isolation import Limits, end_workers, parse_isolated
from assistant.types import Article
from tests.assistant.library.test_durability import filled, open_library
from tests.assistant.sources.test_fuzz import FILES, PIECES, mutated, repacked

ROUND_S = 300
"""Longest round, however busy the machine is; a source may take a fiftieth of it on its processor."""
MOST_MIB = 400
LIMITS = Limits(cpu_s=6.0)
ODD: tuple[Any, ...] = (
    None, 0, -1, 1, 7, 2**31, 2**53, 2**63 - 1, -(2**63), 1.5, float("inf"), "", " ", "0", "-1", "x" * 9_000,
    "\0", "\x1b[31m", "\x9b", "\u202e", "[/red]", "{", "[]", "{}", "NaN", '{"a": NaN}', "[" * 9_999, "9" * 5_000,
    "0" * 20 + "9" * 40, "../../x", "9999-99-99", b"", b"\xff\xfe", b"\0" * 48, b"\0\x7e" * 24,
)  # fmt: skip
DEEP = "[" * 50_000


class Attacked:
    """What is attacked: a library of six articles, its backup, a bundle of it, a server over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        filled(folder / "library", folder / "articles.jsonl", 6)
        with open_library(folder / "library") as pq:
            pq.add_turn(pq.start_conversation("Bridges"), pq.ask("How many bridges has Nr1?"))
            backup(pq._library, folder / "kept.pullquote")
            report = pq.verify("The town of Nr1 has 1 bridges, in edition 1.")
            self.bundle = pq.write_bundle(folder / "kept.json", report)[0].read_bytes()
        self._server: subprocess.Popen[bytes] | None = None
        self._asked = 10**6

    def source(self, chance: random.Random) -> None:
        """Read a damaged file, or one that repeats a piece of itself many times."""
        name = chance.choice(sorted(FILES))
        data = FILES[name]
        if name == "docx" and chance.random() < 0.7:
            data = repacked(data, chance)
        elif chance.random() < 0.3:
            at, size = chance.randrange(len(data)), chance.choice((1, 3, 12, 60))
            piece = data[at : at + size] or chance.choice(PIECES)
            data = data[:at] + piece * chance.choice((100, 3_000, 30_000)) + data[at:]
        else:
            data = mutated(data, chance)
        try:
            found = list(parse_isolated(io.BytesIO(data), location="x", url=None, limits=LIMITS))
        except SourceError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
            return
        for article in found:
            if isinstance(article, Article):
                cut = [article.paragraph_text(at) for at in range(len(article.paragraphs))]
                assert "\n\n".join(cut) == article.text

    def backup(self, chance: random.Random) -> None:
        """Restore a damaged backup over a library; what is taken is read, searched and examined."""
        damaged, library = self.folder / "damaged", self.folder / "restored"
        shutil.rmtree(library, ignore_errors=True)
        shutil.copytree(self.folder / "library", library)
        if chance.random() < 0.4:
            damaged.write_bytes(mutated((self.folder / "kept.pullquote").read_bytes(), chance))
        else:
            shutil.copy(self.folder / "kept.pullquote", damaged)
            with contextlib.closing(sqlite3.connect(damaged)) as connection, connection:
                for _ in range(chance.randint(1, 3)):
                    with contextlib.suppress(sqlite3.Error):
                        self._tamper(connection, chance)
        with contextlib.suppress(LibraryError, UsageError):
            restore(damaged, library)
        with open_library(library) as pq:  # the old one or the new one
            pq.doctor(repair=False)
            for summary in pq.articles():
                pq.article(summary.id)
                pq.related(summary.id)
            pq.search("bridges of Nr1")
            for conversation in pq.conversations():
                pq.turns(conversation.id)

    def _tamper(self, connection: sqlite3.Connection, chance: random.Random) -> None:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]  # fmt: skip
        table = chance.choice(sorted(tables))
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column, odd = chance.choice(columns), chance.choice(ODD)
        where = chance.choice(("", f"WHERE rowid % 3 = {chance.randrange(3)}"))
        statement, values = chance.choice(
            (
                (f'UPDATE {table} SET "{column}" = ? {where}', (odd,)),
                (f'UPDATE {table} SET "{column}" = "{column}" + ? {where}', (odd,)),
                (f'UPDATE {table} SET "{column}" = CAST(? AS TEXT) {where}', (b"\xff\xed\xa0\x80",)),
                (f'UPDATE {table} SET "{column}" = "{column}" || ? {where}', (odd,)),
                (f"DELETE FROM {table} {where}", ()),
                (f"CREATE TRIGGER t{chance.random()} AFTER INSERT ON {table} BEGIN DELETE FROM articles; END", ()),
                (f'ALTER TABLE {table} ADD COLUMN more TEXT AS ("{column}")', ()),
                ("UPDATE turns SET answer = json_set(answer, ?, ?)", (chance.choice(("$.tier", "$.answers", "$.question", "$.candidates[0].probability")), odd)),
            )
        )  # fmt: skip
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement, values)

    def evidence(self, chance: random.Random) -> None:
        """Check a damaged bundle: it is no bundle, or not intact."""
        damaged = mutated(self.bundle, chance)
        if chance.random() < 0.6:
            form = json.loads(self.bundle)
            _replace_some(form, chance)
            damaged = json.dumps(form, ensure_ascii=chance.random() < 0.5).encode(
                "utf-8", "replace"
            )
        with contextlib.suppress(BundleError):
            assert check_bundle(damaged).is_intact == (damaged == self.bundle)

    def mcp(self, chance: random.Random) -> None:
        """Send lines of which some are no messages; the server goes on answering."""
        server = self._serving()
        assert server.stdin is not None
        assert server.stdout is not None
        for _ in range(chance.randint(1, 5)):
            server.stdin.write(_line(chance) + b"\n")
        self._asked += 1
        ping = {"jsonrpc": "2.0", "id": self._asked, "method": "ping"}
        server.stdin.write(b"\n" + json.dumps(ping).encode() + b"\n")
        server.stdin.flush()
        while line := server.stdout.readline():
            line.decode("utf-8")
            if json.loads(line, parse_constant=_no_json).get("id") == self._asked:
                return
        self._server = None
        raise AssertionError(f"the server ended with {server.wait()}")

    def _serving(self) -> subprocess.Popen[bytes]:
        if self._server is None:
            self._server = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.attacks.fuzz",
                    "--serve",
                    str(self.folder / "library"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert self._server.stdin is not None
            hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "fuzz", "version": "1"}}  # fmt: skip
            for message in (
                {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello},
                {"jsonrpc": "2.0", "method": "notifications/initialized"},
            ):
                self._server.stdin.write(json.dumps(message).encode() + b"\n")
        return self._server

    def close(self) -> None:
        """End every process."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        end_workers()


def _no_json(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")


def _replace_some(form: Any, chance: random.Random) -> None:
    """Put odd values somewhere into a JSON value."""
    while isinstance(form, dict | list) and form:
        key = chance.choice(sorted(form)) if isinstance(form, dict) else chance.randrange(len(form))
        if chance.random() < 0.3 or not isinstance(form[key], dict | list):
            odd = chance.choice(ODD)
            form[key] = odd.decode("latin-1") if isinstance(odd, bytes) else odd
            return
        form = form[key]


def _line(chance: random.Random) -> bytes:
    tool = chance.choice(("search", "ask", "show", "verify", "nothing"))
    arguments: dict[str, Any] = {
        name: chance.choice(("Nr1 bridges", "\ud800", 5, -1, 10**30, 1.5, None, [], {}, "x" * 99_999, True, ["en"] * 99))
        for name in chance.sample(("query", "question", "quote", "article_id", "k", "start", "max_chars", "languages", "published_from", "strict"), 4)
    }  # fmt: skip
    message: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": chance.choice((1, "a", None, 2**70, 1.5)),
        "method": chance.choice(("tools/call", "tools/call", "tools/list", "initialize", "x")),
        "params": {"name": tool, "arguments": arguments},
    }
    line = json.dumps(message).encode()
    kind = chance.random()
    if kind < 0.4:
        return line
    if kind < 0.5:
        return line.replace(b'"Nr1 bridges"', DEEP.encode())
    return mutated(line, chance)


def serve(folder: Path) -> None:
    """The MCP server over a library of the tests' encoder, on stdin and stdout."""
    import anyio

    from assistant.adapters.mcp import make_server, serve_stdio

    with open_library(folder) as pq:
        anyio.run(serve_stdio, make_server(pq))


def attack(*, seed: int, seconds: float | None = None, rounds: int | None = None) -> int:
    """Run rounds until time or number is over; gives how many failed."""
    failed, done = 0, Counter[str]()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Attacked(Path(folder))) as it:
        kinds = (it.source, it.backup, it.evidence, it.mcp)
        while (rounds is None or done.total() < rounds) and (
            seconds is None or time.monotonic() - started < seconds
        ):
            chance = random.Random(seed)
            kind = chance.choice(kinds)
            faulthandler.dump_traceback_later(ROUND_S, exit=True)
            try:
                kind(chance)
                mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                assert mib <= MOST_MIB, f"{mib} MiB"
            except Exception:
                failed += 1
                sys.stderr.write(f"seed {seed} ({kind.__name__}):\n{traceback.format_exc()}\n")
            faulthandler.cancel_dump_traceback_later()
            done[kind.__name__] += 1
            seed += 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stderr.write(
        f"{dict(done)}, {failed} failed, next seed {seed}; the largest process had "
        f"{max(used.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) >> 10} MiB\n"
    )
    return failed


def main() -> None:
    """Attack as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serve", type=Path)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve)
        return
    sys.exit(attack(seed=given.seed, seconds=given.seconds, rounds=given.rounds) > 0)


if __name__ == "__main__":
    main()
