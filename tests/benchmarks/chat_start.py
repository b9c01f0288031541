"""How fast the chat is: first paint, ready to answer, and keys while articles are added.

python -m tests.benchmarks.chat_start [--runs 5] [--articles 10000] [--out FILE]

Everything is measured from outside, as a user sees it: the whole process in a terminal, from its start to the first
screen that has the question line, to "ready", and to the answer of a question written before anything was loaded.
A key's time runs from writing the key into the terminal to reading the screen update that shows it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from tests.assistant.tui.terminal import Terminal

QUESTION = "How many countries had representatives at the Paris summit?"
PAINTED, READY, ANSWERED = "sk the articles", "ready", "answered in"
"""The cursor stands on the first letter of the empty line and is written apart."""
KEY = "ж"
"""Part of no control sequence and of no article."""
KEYS = 60
KEY_PAUSE_S = 0.25
WORDS = (
    "harbour ferry council bridge river law vote museum school forest train tax storm road water power market union"
).split()


def start(environment: dict[str, str]) -> tuple[Terminal, float]:
    command = [str(Path(sysconfig.get_path("scripts")) / "pullquote")]
    started = time.perf_counter()
    return Terminal(command, columns=80, rows=24, environment=environment), started


def since(terminal: Terminal, started: float, *, text: str) -> float:
    """Seconds until ``text`` came out of the program."""
    wanted = text.encode()
    while wanted not in terminal.raw:
        assert time.perf_counter() - started < 120, terminal.text
        terminal.read(0.05)
    return time.perf_counter() - started


def measure_start(environment: dict[str, str], runs: int) -> dict[str, float]:
    times: dict[str, list[float]] = {"paint_s": [], "ready_s": [], "answered_s": []}
    for _ in range(runs):
        terminal, started = start(environment)
        times["paint_s"].append(since(terminal, started, text=PAINTED))
        times["ready_s"].append(since(terminal, started, text=READY))
        terminal.press("\x11")
        terminal.end()
        terminal, started = start(environment)
        since(terminal, started, text=PAINTED)
        terminal.press(QUESTION + "\r")
        times["answered_s"].append(since(terminal, started, text=ANSWERED))
        terminal.press("\x11")
        terminal.end()
    return {name: round(statistics.median(values), 3) for name, values in times.items()}


def write_articles(folder: Path, count: int) -> None:
    """Articles of some 120 words each, all different."""
    randomness = random.Random(7)
    for number in range(count):
        words = " ".join(randomness.choices(WORDS, k=110))
        text = f"Report {number} on the {words.split()[0]}.\n\nIn town {number} {words}.\n"
        (folder / f"{number:05}.txt").write_text(text, "utf-8")


def measure_keys(environment: dict[str, str], articles: Path) -> dict[str, float]:
    terminal, started = start(environment)
    since(terminal, started, text=READY)
    terminal.press(f"/add {articles}\r")
    since(terminal, started, text="adding: ")
    times = []
    for _ in range(KEYS):
        quiet_until = time.perf_counter() + KEY_PAUSE_S
        while time.perf_counter() < quiet_until:
            terminal.read(0.01)
        seen = len(terminal.raw)
        pressed = time.perf_counter()
        terminal.press(KEY)
        while KEY.encode() not in terminal.raw[seen:]:
            assert time.perf_counter() - pressed < 30, terminal.text
            terminal.read(0.05)
        times.append((time.perf_counter() - pressed) * 1000)
    progress = next((line for line in terminal.text.splitlines() if "adding:" in line), "")
    terminal.press("\x1b")
    terminal.read(0.2)
    terminal.press("\x11")
    terminal.end()
    times.sort()
    return {
        "keys": KEYS,
        "key_p50_ms": round(statistics.median(times), 1),
        "key_p95_ms": round(times[int(0.95 * len(times)) - 1], 1),
        "key_max_ms": round(times[-1], 1),
        "progress": progress.strip(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PULLQUOTE_LIBRARY": str(root / "library"),
            "PULLQUOTE_CONFIG": str(root / "config"),
        }
        # The library is made and every file read once before anything is measured.
        subprocess.run(
            [sys.executable, "-m", "assistant", "ask", QUESTION],
            env=environment, check=True, capture_output=True,
        )  # fmt: skip
        (root / "articles").mkdir()
        write_articles(root / "articles", options.articles)
        result = {
            "machine": platform.platform(),
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 2),
            "runs": options.runs,
            **measure_start(environment, options.runs),
            "articles_added": options.articles,
            **measure_keys(environment, root / "articles"),
        }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
