"""Whether a run is worse than the figures that are committed: run by hand, and before a release.

python tests/benchmarks/gate.py RUN.json...

Each RUN has the name of the file in results/ that it is laid beside. Only what no machine changes is compared: shares,
and times divided by another time of the same run. Exit code 1: a figure is worse by more than its tolerance, or is
gone; 2: nothing can be compared.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
SAME = ("data_sha256", "data", "file", "questions", "seed", "passages", "articles", "every")
"""What has to be alike in two runs, where both say it."""
NAMES = ("set", "encoder", "system", "mix", "name")
"""What the entries of a list are told apart by."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A kind of figures in one file."""

    file: str
    value: str
    """Path of the value; ``*`` stands for one step of it."""
    over: str = ""
    """Path of what it is divided by, ``*`` for what that stood for; empty for a share."""
    more_is_better: bool = True
    tolerance: float = 0.02
    """By what part of the committed figure a run may be worse."""


FIGURES = (
    Figure("cold_start", "ratio", more_is_better=False, tolerance=0.15),
    Figure("ingest", "passages_per_s", "bare_encoder_passages_per_s", tolerance=0.1),
    Figure("ingest", "second_add_share", more_is_better=False, tolerance=0.5),
    Figure(
        "reading",
        "results.ask on the seeds, warm.median_ms",
        "results.read ten passages of 200 words.median_ms",
        more_is_better=False,
        tolerance=0.15,
    ),
    Figure("library_scale", "p95_ms", "p50_ms", more_is_better=False, tolerance=0.25),
    Figure("index_scale_windows", "sizes.*.recall_at_10", tolerance=0.01),
    *(
        Figure(
            "index_scale_windows", f"sizes.*.filtered_p50_ms.{part}", "sizes.*.p50_ms", False, 0.2
        )
        for part in ("fifth", "hundredth")
    ),
    Figure("eval_squad_answers", "figures.times_baseline", tolerance=0.05),
    *(
        Figure(f"eval_squad_{task}", f"figures.{name}")
        for task in ("answers", "reader")
        for name in ("hasans_f1_forced", "best_f1", "auroc", "f1_at_half_coverage")
    ),
    *(
        Figure(f"eval_{data}_retrieval", f"figures.fused_recall_at_{k}", tolerance=0.01)
        for data in ("squad", "xen", "xar")
        for k in (1, 5)
    ),
    *(
        Figure("peers", f"results.*.*.pullquote.{name}", f"results.*.*.{peer}.{name}", more, part)
        for peer in ("txtai", "haystack")
        for name, more, part in (
            ("recall_at_1", True, 0.01),
            ("index_cpu_s", False, 0.15),
            ("cold_cpu_s", False, 0.15),
            ("cpu_p50_ms", False, 0.15),
            ("peak_mb", False, 0.15),
        )
    ),
    Figure("quotes", "altered_caught_share", tolerance=0.0),
    Figure("disagreement", "results.*.both_shown_share", tolerance=0.05),
    Figure(
        "claims-stances", "stances.macro_f1.pullquote", "stances.macro_f1.majority", tolerance=0.03
    ),
)


def values(data: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a result, by its path.

    >>> list(values({"results": [{"set": "a", "p50_ms": 3}]}))
    [('results.a.p50_ms', 3.0)]
    """
    if isinstance(data, dict):
        for key, value in data.items():
            yield from values(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for entry in data:
            if isinstance(entry, dict) and (name := [entry[key] for key in NAMES if key in entry]):
                yield from values(entry, ".".join([path, *map(str, name)]))
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path, float(data)


def ratios(figure: Figure, data: Any) -> dict[str, float]:
    """The figures of one kind in a result, by what they are.

    >>> ratios(Figure("x", "*.a", "*.b"), {"one": {"a": 3, "b": 2}, "two": {"a": 1}})
    {'one.a / one.b': 1.5}
    """
    known = dict(values(data))
    pattern = re.compile(re.escape(figure.value).replace(r"\*", "([^.]+)"))
    found = {}
    for path, value in known.items():
        match = pattern.fullmatch(path)
        if match is None:
            continue
        if not figure.over:
            found[path] = value
            continue
        below = figure.over
        for part in match.groups():
            below = below.replace("*", part, 1)
        if known.get(below):
            found[f"{path} / {below}"] = value / known[below]
    return found


def differences(name: str, run: Any, committed: Any) -> list[str]:
    """In which figures a run is worse than the committed result, a line each.

    >>> differences("cold_start", {"ratio": 0.3}, {"ratio": 0.2})
    ['cold_start: ratio is 0.3, was 0.2 (may be up to 0.23)']
    >>> differences("cold_start", {"ratio": 0.22}, {"ratio": 0.2})
    []
    """
    worse = []
    for figure in (one for one in FIGURES if one.file == name):
        now = ratios(figure, run)
        for what, before in ratios(figure, committed).items():
            sign = -1 if figure.more_is_better else 1
            bound = before * (1 + sign * figure.tolerance)
            if what not in now:
                worse.append(f"{name}: {what} is gone, was {before:.4g}")
            elif sign * (now[what] - bound) > 1e-9:
                may = "as low as" if figure.more_is_better else "up to"
                worse.append(
                    f"{name}: {what} is {now[what]:.4g}, was {before:.4g} (may be {may} {bound:.4g})"
                )
    return worse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN.json")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    worse, count = [], 0
    for path in options.runs:
        try:
            run = json.loads(path.read_text("utf-8"))
            committed = json.loads((options.results / path.name).read_text("utf-8"))
        except (OSError, ValueError) as error:
            parser.error(f"{path}: {error}")
        for key in SAME:
            if key in run and key in committed and run[key] != committed[key]:
                parser.error(f"{path}: {key} is {run[key]!r}, not {committed[key]!r}: other data")
        compared = sum(len(ratios(one, committed)) for one in FIGURES if one.file == path.stem)
        if not compared:
            parser.error(f"{path}: no figure of {path.name} has a tolerance")
        count += compared
        worse += differences(path.stem, run, committed)
    print(*worse, f"{count} figures compared, {len(worse)} worse", sep="\n")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
