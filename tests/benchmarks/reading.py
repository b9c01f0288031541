"""Warm times: reading ten passages of 200 words, and a whole ``ask`` on the seeds.

python tests/benchmarks/reading.py --data DIR [--runs 20] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.squad import read_squad
from assistant.reading.span_reader import SpanReader

PASSAGES, WORDS = 10, 200
QUESTIONS = ("Who led the campaign in the south?", "When was the railway opened?")
SEED_QUESTIONS = (
    "How many countries had representatives at the Paris summit?",
    "Who is the Swedish prime minister?",
    "What could Sweden contribute?",
    "كم عدد المظليين الأمريكيين الذين غادروا القاعدة؟",
    "What is the boiling point of water?",
)


def passages_of(data: Path) -> list[str]:
    words = " ".join(read_squad(data / "xquad-en.json.gz").contexts().values()).split()
    return [" ".join(words[at * WORDS : (at + 1) * WORDS]) for at in range(PASSAGES)]


def times_ms(calls: list, runs: int) -> dict[str, float]:
    for call in calls:
        call()
    taken = []
    for _ in range(runs):
        for call in calls:
            started = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - started))
    taken.sort()
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[int(0.95 * (len(taken) - 1))], 1),
        "calls": len(taken),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    reader = SpanReader()
    passages = passages_of(options.data)
    results = {
        "read ten passages of 200 words": times_ms(
            # In turn, for what was read last for the same question is remembered.
            [lambda q=question: reader.read_raw(q, passages) for question in QUESTIONS],
            max(1, options.runs // len(QUESTIONS)),
        )
    }
    with tempfile.TemporaryDirectory() as folder, Assistant.open(folder) as pq:
        pq.prepare()
        calls = [lambda q=question: pq.ask(q) for question in SEED_QUESTIONS]
        results["ask on the seeds, warm"] = times_ms(calls, max(1, options.runs // 4))
    for name, figures in results.items():
        print(name, figures)
    if options.out:
        report = {"machine": platform.platform(), "results": results}
        options.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
