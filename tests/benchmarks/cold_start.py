"""Whole-process times: a cold ``ask`` beside ``import sentence_transformers``, in turn, and a first start.

python tests/benchmarks/cold_start.py [--runs 5] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "How many countries had representatives at the Paris summit?"


def seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    ask = [sys.executable, "-m", "assistant", "ask", QUESTION]
    other = [sys.executable, "-c", "import sentence_transformers"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PULLQUOTE_LIBRARY": str(Path(folder) / "library")}
        first = seconds(ask, environment)
        times: dict[str, list[float]] = {"ask": [], "import": []}
        for _ in range(options.runs):
            times["ask"].append(seconds(ask, environment))
            times["import"].append(seconds(other, environment))
    median = {name: statistics.median(values) for name, values in times.items()}
    result = {
        "machine": platform.platform(),
        "runs": options.runs,
        "cold_ask_s": round(median["ask"], 3),
        "import_sentence_transformers_s": round(median["import"], 3),
        "ratio": round(median["ask"] / median["import"], 3),
        "first_start_extra_s": round(first - median["ask"], 3),
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
