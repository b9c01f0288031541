"""What each part of the claim check gives: figures with all of them and without each.

    python tests/benchmarks/claims_ablation.py --data DIR --articles FOLDER [--count 400] [--out FILE]

Measured on our own held-out claims in a library of the held-out passages (``claims.py``, part ``library``) and on the
claims of two made articles (``trial_claims.py``, ``case_claims.jsonl``, whose articles are under ``FOLDER``). A part
that changes nothing on either is to be deleted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

# Beside this file: the scripts are no package
import claims
import trial_claims

from assistant.checking.claims import verdicts
from assistant.checking.claims.exchanges import Wording

CASES = Path(__file__).with_name("case_claims.jsonl")
PARTS: dict[str, dict[str, Callable[..., Any]]] = {
    "all parts": {},
    "without the sentence before": {"_with_lead": lambda sentence: sentence.text},
    "without figures as the sentence writes them": {"in_its_figures": lambda claim, *_: claim},
    "without the proof of figures": {"unproved": lambda *_: False},
    "without the same words": {"wording_of": lambda *_: Wording(is_near=False, is_same=False)},
    "without exchanges": {"exchanges": lambda *_: []},
}
"""Each with what it puts in the place of names of the verdicts' module."""


def measure(data: Path, articles: Path, *, count: int) -> dict[str, Any]:
    """Figures of one way to check."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        own = claims.measure_library(data, scratch / "own", count=count)
        (scratch / "cases").mkdir()
        trials = trial_claims.read_trials(CASES)
        cases = trial_claims.figures(
            list(trial_claims.check_by_file(trials, articles, scratch / "cases"))
        )
    return {"own": own, "cases": cases}


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    results = {}
    for name, instead in PARTS.items():
        with mock.patch.multiple(verdicts, **instead):
            results[name] = measure(options.data, options.articles, count=options.count)
        sys.stderr.write(f"{name}: {json.dumps(results[name])}\n")
    if options.out is not None:
        options.out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    columns = ("true_near_supported", "false_supported", "false_contradicted")
    print(
        "| | own: macro-F1, true supported, false supported | cases: " + ", ".join(columns) + " |"
    )
    print("|---|---|---|")
    for name, found in results.items():
        own, cases = found["own"], found["cases"]
        ours = f"{own['macro_f1']}, {own['true_supported']}, {own['false_supported']}"
        theirs = ", ".join(f"{cases[column]['percent']} %" for column in columns)
        print(f"| {name} | {ours} | {theirs} |")


if __name__ == "__main__":
    main()
