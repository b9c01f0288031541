"""Trial claims: what is said of true claims, and of claims that are false by one thing.

    python tests/benchmarks/trial_claims.py --data DIR [--library DIR] [--out FILE] [--show]
    python tests/benchmarks/trial_claims.py --claims tests/benchmarks/case_claims.jsonl --articles FOLDER

``trial_claims.jsonl``: 160 claims over 40 news pages, noted as an analyst would and before anything was run:
40 true ones near the wording, 40 true ones in other words and grammar, 80 false by one thing (``kind``), half
of each kind near the wording. ``wrong`` holds the words of a false claim that are wrong, ``right`` what the
source has instead. Their library is the half of ``news-pages.tar`` that may be looked at: the pages whose id
has an even first byte of its SHA-256.

``--articles``: the claims' ``page`` is a file under FOLDER; each file is a library of its own.
``case_claims.jsonl`` belongs to two made articles: false claims of the source's own words, and their twins the
right way round. A claim that the source neither settles is labelled NOT_ENOUGH_INFO: it counts as false where it
is supported, and is left out where contradicting is asked for.

A difference counts as named where a refuting sentence's difference has the wrong words of the claim, or is
called a negation where the claim is false by a negation. ``--out`` writes JSON with every claim's verdict.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.assistant import Assistant
from assistant.types import ClaimReport, Difference, Stance, Verdict

REPOSITORY = Path(__file__).resolve().parents[2]
CLAIMS = REPOSITORY / "tests" / "benchmarks" / "trial_claims.jsonl"
SUPPORTS, REFUTES = "SUPPORTS", "REFUTES"
WORD = re.compile(r"\d+(?:[.,:]\d+)*|\w+|[$€£₩%]")


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim and what is so of it."""

    id: str
    claim: str
    label: str
    kind: str
    wording: str
    page: str
    wrong: str
    right: str

    @property
    def is_true(self) -> bool:
        """Whether its source says so."""
        return self.label == SUPPORTS


@dataclass(frozen=True, slots=True)
class Outcome:
    """A claim with what was said of it."""

    trial: Trial
    report: ClaimReport

    @property
    def is_supported(self) -> bool:
        """Whether it was said to be so."""
        return self.report.verdict is Verdict.SUPPORTED

    @property
    def is_contradicted(self) -> bool:
        """Whether it was said not to be so."""
        return self.report.verdict is Verdict.CONTRADICTED

    @property
    def is_named(self) -> bool:
        """Whether a refuting sentence names what is wrong."""
        return any(
            (self.trial.kind == "negation" and difference.about is Difference.NEGATION)
            or shares_wrong_words(self.trial, difference.claimed)
            for evidence in self.report.evidence
            if evidence.stance is Stance.REFUTES
            for difference in evidence.differences
        )


def words_of(text: str) -> set[str]:
    """Words, figures and signs of currency, folded."""
    return set(WORD.findall(text.casefold()))


def shares_wrong_words(trial: Trial, claimed: str) -> bool:
    """Whether ``claimed`` has most of the wrong words, or some of them and nothing else.

    Words that the source has in their place too count only where all are such (one says of the other).
    """
    wrong = words_of(trial.wrong)
    telling = wrong - words_of(trial.right) or wrong
    named = words_of(claimed)
    found = named & telling
    return bool(found) and (2 * len(found) >= len(telling) or named <= wrong)


def read_trials(path: Path) -> list[Trial]:
    """The claims of a file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Trial(**row) for row in rows]


# Libraries


def may_be_looked_at(page: str) -> bool:
    """Whether the page is of the half that is not kept apart."""
    return hashlib.sha256(page.encode()).digest()[0] % 2 == 0


def unpack_pages(pages: Path, folder: Path) -> None:
    """Write the pages that may be looked at."""
    with tarfile.open(pages) as archive:
        for member in archive.getmembers():
            name = Path(member.name).name.removesuffix(".gz")
            stream = archive.extractfile(member)
            if stream is not None and may_be_looked_at(name.removesuffix(".html")):
                (folder / name).write_bytes(gzip.decompress(stream.read()))


def add(pq: Assistant, source: Path) -> None:
    """Add, and say what could not be read: its claims cannot be settled."""
    for failure in pq.add([source]).failures:
        print(f"not read: {failure}", file=sys.stderr)


def open_pages(folder: Path, pages: Path) -> Assistant:
    """A library of the pages, made where it is not there yet."""
    pq = Assistant.open(folder, seeds=False)
    if not pq.articles():
        with tempfile.TemporaryDirectory() as unpacked:
            unpack_pages(pages, Path(unpacked))
            add(pq, Path(unpacked))
    return pq


def open_file(folder: Path, article: Path) -> Assistant:
    """A library of one article."""
    pq = Assistant.open(folder, seeds=False)
    add(pq, article)
    return pq


# Checking


def check(pq: Assistant, trials: Sequence[Trial]) -> Iterator[Outcome]:
    """Check every claim."""
    for trial, report in zip(trials, pq.check_each([trial.claim for trial in trials]), strict=True):
        yield Outcome(trial, report)


def check_by_file(trials: Sequence[Trial], articles: Path, scratch: Path) -> Iterator[Outcome]:
    """Check every claim in a library of its own file."""
    for number, page in enumerate(dict.fromkeys(trial.page for trial in trials)):
        with open_file(scratch / str(number), articles / page) as pq:
            yield from check(pq, [trial for trial in trials if trial.page == page])


# Figures


def share(hits: Sequence[bool]) -> dict[str, Any]:
    """How many, of how many, and the share in per cent."""
    percent = round(100 * sum(hits) / len(hits), 1) if hits else None
    return {"count": sum(hits), "of": len(hits), "percent": percent}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The shares that are asked for."""
    true = [outcome for outcome in outcomes if outcome.trial.is_true]
    false = [outcome for outcome in outcomes if not outcome.trial.is_true]
    refuted = [outcome for outcome in false if outcome.trial.label == REFUTES]
    near = [outcome for outcome in true if outcome.trial.wording == "near"]
    paraphrased = [outcome for outcome in true if outcome.trial.wording == "paraphrased"]
    return {
        "true_near_supported": share([outcome.is_supported for outcome in near]),
        "true_paraphrased_supported": share([outcome.is_supported for outcome in paraphrased]),
        "false_supported": share([outcome.is_supported for outcome in false]),
        "true_contradicted": share([outcome.is_contradicted for outcome in true]),
        "false_contradicted": share([outcome.is_contradicted for outcome in refuted]),
        "contradicted_difference_named": share(
            [outcome.is_named for outcome in refuted if outcome.is_contradicted]
        ),
    }


def of_group(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Verdicts of claims of one kind, and how many contradicted ones have the difference named."""
    verdicts = Counter(outcome.report.verdict.value for outcome in outcomes)
    named = sum(outcome.is_contradicted and outcome.is_named for outcome in outcomes)
    return {"claims": len(outcomes), "verdicts": dict(verdicts), "named": named}


def grouped(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """By kind and wording."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(f"{outcome.trial.kind}, {outcome.trial.wording}", []).append(outcome)
    return {name: of_group(groups[name]) for name in sorted(groups)}


def row_of(outcome: Outcome) -> dict[str, Any]:
    """One claim's result; of its source no more than the differing words."""
    trial, report = outcome.trial, outcome.report
    return {
        "id": trial.id,
        "label": trial.label,
        "kind": trial.kind,
        "wording": trial.wording,
        "verdict": report.verdict.value,
        "confidence": round(report.confidence, 4),
        "named": outcome.is_named,
        "differences": [
            [difference.about.value, difference.claimed, difference.found]
            for difference in report.differences
        ],
    }


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the claims with another verdict than theirs."""
    expected = {SUPPORTS: Verdict.SUPPORTED, REFUTES: Verdict.CONTRADICTED}
    for outcome in outcomes:
        trial, report = outcome.trial, outcome.report
        if report.verdict is not expected.get(trial.label, Verdict.NOT_ENOUGH):
            quote = report.evidence[0].citation.quote if report.evidence else ""
            print(f"{trial.id} {trial.kind}, {trial.wording}: {report.verdict.value}")
            print(f"  {trial.claim}\n  {quote}")


def print_figures(result: dict[str, Any]) -> None:
    """Print the shares and the verdicts of each kind."""
    for name, value in result["figures"].items():
        percent = "-" if value["percent"] is None else f"{value['percent']} %"
        print(f"{name.replace('_', ' '):34} {percent:>8}  {value['count']} of {value['of']}")
    for name, group in result["by_kind"].items():
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in group["verdicts"].items())
        print(f"  {name:28} {group['claims']:3}: {verdicts}; named {group['named']}")


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=Path, default=CLAIMS)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="holds news-pages.tar")
    source.add_argument("--articles", type=Path, help="folder of the files named by the claims")
    parser.add_argument("--library", type=Path, help="keeps the library of the pages")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show", action="store_true", help="print the claims that came out wrong")
    arguments = parser.parse_args()
    trials = read_trials(arguments.claims)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if arguments.articles:
            found = check_by_file(trials, arguments.articles, scratch)
        else:
            folder = arguments.library or scratch / "library"
            pages = arguments.data / "news-pages.tar"
            found = check(stack.enter_context(open_pages(folder, pages)), trials)
        started = time.perf_counter()
        outcomes = list(found)
        elapsed = time.perf_counter() - started
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.strip()
    result: dict[str, Any] = {
        "benchmark": "trial_claims",
        "commit": commit,
        "claims": arguments.claims.name,
        "claims_sha256": hashlib.sha256(arguments.claims.read_bytes()).hexdigest(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seconds": round(elapsed, 1),
        "figures": figures(outcomes),
        "by_kind": grouped(outcomes),
        "outcomes": [row_of(outcome) for outcome in outcomes],
    }
    if arguments.show:
        show(outcomes)
    print_figures(result)
    if arguments.out:
        text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
        arguments.out.write_text(text, "utf-8")
        sys.stdout.write(f"{arguments.out}\n")


if __name__ == "__main__":
    main()
