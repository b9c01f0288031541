"""Claims: stances of evidence sentences, verdicts on rule-made claims, and speed.

    python tests/benchmarks/claims.py --data DIR [--parts library stances made speed] [--library DIR] [--out FILE]

- ``library``: our own held-out claims, each checked in a library of all held-out passages.
- ``stances``: the climate-fever claims whose id is divisible by 5 (never seen in training), each with its
  five sentences; macro-F1 over supports, refutes, neither, beside two baselines in the same run: always
  the commonest label, and word overlap with thresholds chosen on the training claims; and how well one
  annotator of the set foretells another.
- ``made``: 120 rule-made claims over the seeds (``tests/assistant/checking/claims/made_claims.py``), and 120 over
  real news pages, which the rules were not written for.
- ``speed``: 1,000 rule-made claims over the news pages as a batch, stopped after 300 and resumed.

Writes JSON. ``--library`` keeps the library of the news pages for another run.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import Assistant
from assistant.checking.claims.batches import BatchClaim, BatchFile, check_batch
from assistant.checking.claims.candidates import meaningful_stems, overlap
from assistant.checking.claims.judging import NEUTRAL, STANCES
from assistant.language.cues import negations_of
from assistant.language.tokens import tokens_of
from assistant.reading.span_reader import SpanReader
from assistant.training.corpus import read_corpus
from assistant.training.stance_pairs import Pair, read_pairs
from assistant.types import Progress, Stance, Verdict

REPOSITORY = Path(__file__).resolve().parents[2]
EXPECTED = {"true": Verdict.SUPPORTED, "unmentioned": Verdict.NOT_ENOUGH}
STOPPED_AFTER = 300


def load_by_path(name: str, path: Path) -> ModuleType:
    """A module that is no part of a package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


made_claims = load_by_path(
    "made_claims", REPOSITORY / "tests" / "assistant" / "checking" / "claims" / "made_claims.py"
)
quotes = load_by_path("quotes_benchmark", REPOSITORY / "tests" / "benchmarks" / "quotes.py")


# Stances


def overlaps_of(pairs: Sequence[Pair]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Share of the claim's meaningful words in each sentence, and whether one of the two denies."""
    return (
        np.array([overlap(meaningful_stems(pair.claim), pair.sentence) for pair in pairs]),
        np.array(
            [
                (
                    len(negations_of(tokens_of(pair.claim)))
                    + len(negations_of(tokens_of(pair.sentence)))
                )
                % 2
                == 1
                for pair in pairs
            ]
        ),
    )


def by_overlap(
    overlaps: NDArray[np.float64], denied: NDArray[np.bool_], threshold: float
) -> NDArray[np.int64]:
    """Much overlap supports, or refutes where just one of the two denies; little says neither."""
    found = np.where(denied, 1, 0)
    return np.where(overlaps >= threshold, found, 2)


def annotators_agree(pairs: Sequence[Pair]) -> dict[str, float]:
    """How far the first two annotators of each pair agree, and the label where they do not.

    ``macro_f1`` takes each of them for the truth of the other.
    """
    from sklearn.metrics import f1_score

    first = [STANCES.index(pair.votes[0]) for pair in pairs]
    second = [STANCES.index(pair.votes[1]) for pair in pairs]
    neither = [pair for pair in pairs if pair.label is Stance.NEUTRAL]
    return {
        "macro_f1": round(float(f1_score(first + second, second + first, average="macro")), 4),
        "agree_share": round(float(np.mean(np.equal(first, second))), 4),
        "neither_by_disagreement_share": round(
            sum(pair.votes[0] is not pair.votes[1] for pair in neither) / len(neither), 4
        ),
    }


def measure_stances(path: Path) -> dict[str, Any]:
    """Macro-F1 on the claims set aside."""
    from sklearn.metrics import classification_report, f1_score

    pairs = read_pairs(path)
    seen = [pair for pair in pairs if not pair.is_held_out]
    held = [pair for pair in pairs if pair.is_held_out]
    labels = np.array([STANCES.index(pair.label) for pair in held])
    seen_labels = np.array([STANCES.index(pair.label) for pair in seen])
    seen_overlaps = overlaps_of(seen)
    threshold = max(
        np.arange(0.1, 1.0, 0.05),
        key=lambda t: f1_score(seen_labels, by_overlap(*seen_overlaps, t), average="macro"),
    )
    systems = {
        "majority": np.full(len(held), np.bincount(seen_labels).argmax()),
        "word_overlap": by_overlap(*overlaps_of(held), float(threshold)),
        "pullquote": SpanReader()
        .judge([(pair.claim, pair.sentence) for pair in held])
        .argmax(axis=1),
    }
    report = classification_report(
        labels,
        systems["pullquote"],
        target_names=[stance.value for stance in STANCES],
        output_dict=True,
        zero_division=0,
    )
    return {
        "split": "claim_id % 5 == 0",
        "claims": len({pair.claim_id for pair in held}),
        "pairs": len(held),
        "macro_f1": {
            name: round(float(f1_score(labels, found, average="macro")), 4)
            for name, found in systems.items()
        },
        "annotators": annotators_agree(held),
        "by_label": {
            stance.value: round(report[stance.value]["f1-score"], 4) for stance in STANCES
        },
    }


# Rule-made claims


def measure_made(pq: Assistant, *, count: int, seed: int) -> dict[str, Any]:
    """Verdicts on claims made from the articles of ``pq``."""
    articles = [pq.article(summary.id) for summary in pq.articles()]
    made = made_claims.make_claims(articles, count=count, seed=seed)
    right: Counter[str] = Counter()
    kinds = Counter(claim.kind for claim in made)
    wronged, failures = 0, []
    for claim, report in zip(made, pq.check_each([c.text for c in made]), strict=True):
        expected = EXPECTED.get(claim.kind, Verdict.CONTRADICTED)
        right[claim.kind] += report.verdict is expected
        wronged += claim.kind == "true" and report.verdict is Verdict.CONTRADICTED
        if report.verdict is not expected:
            quote = report.evidence[0].citation.quote if report.evidence else ""
            failures.append([claim.kind, claim.text, report.verdict.value, quote])
    return {
        "claims": len(made),
        "articles": len(articles),
        "accuracy": round(right.total() / len(made), 4),
        "true_called_contradicted": wronged,
        "true_called_contradicted_share": round(wronged / kinds["true"], 4),
        "right_by_kind": {kind: [right[kind], kinds[kind]] for kind in kinds},
        "failures": failures,
    }


# People's claims, in a library


def measure_library(data: Path, folder: Path, *, count: int) -> dict[str, Any]:
    """Verdicts on our own held-out claims, each checked in a library of all the held-out passages."""
    from sklearn.metrics import f1_score

    _, held_out = read_corpus(data)
    claims = held_out.claims["own"]
    chosen = random.Random(3).sample(claims, min(count, len(claims)))
    lines = [
        json.dumps({"id": f"own{number}", "title": title, "text": text}, ensure_ascii=False)
        for number, (text, title) in enumerate({p.text: p.group for p in held_out.passages}.items())
    ]
    folder.mkdir()
    source = folder / "passages.jsonl"
    source.write_text("\n".join(lines), "utf-8")
    with Assistant.open(folder / "library", seeds=False) as pq:
        pq.add([source])
        reports = list(pq.check_each([claim.text for claim in chosen]))
    order = [Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NOT_ENOUGH]
    labels = np.array([claim.allowed[0] for claim in chosen])
    found = np.array([order.index(r.verdict) if r.verdict in order else NEUTRAL for r in reports])
    shares = {
        f"{name}_{verdict.value}".replace(" ", "_"): round(
            float((found[labels == at] == v).mean()), 3
        )
        for at, name in enumerate(("true", "false", "undecided"))
        for v, verdict in enumerate(order)
    }
    macro_f1 = f1_score(labels, found, average="macro")
    return {"claims": len(chosen), "macro_f1": round(float(macro_f1), 4), **shares}


# Speed


def measure_speed(pq: Assistant, *, count: int) -> dict[str, Any]:
    """A batch that is stopped and goes on."""
    articles = [pq.article(summary.id) for summary in pq.articles()]
    claims = [
        BatchClaim(claim.text) for claim in made_claims.make_claims(articles, count=count, seed=3)
    ]
    told: list[Progress] = []
    with tempfile.TemporaryDirectory() as folder:
        pq.check("A warm-up claim about the weather in Paris.")
        started = time.perf_counter()
        done = []
        for stop in (STOPPED_AFTER, count):
            file = BatchFile(Path(folder) / "out.jsonl")
            done.append(file.resume(claims))
            reports = check_batch(claims, pq.check_each, skip=done[-1], on_progress=told.append)
            for report in islice(reports, stop - done[-1]):
                file.add(report)
            file.close()
        elapsed = time.perf_counter() - started
        lines = file.path.read_text("utf-8").splitlines()
    assert [json.loads(line)["claim"] for line in lines] == [c.claim for c in claims]
    return {
        "claims": count,
        "articles": len(articles),
        "seconds": round(elapsed, 1),
        "claims_per_second": round(count / elapsed, 2),
        "resumed_after": done[1],
        "progress_calls": len(told),
    }


def main() -> None:
    """Measure and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parts", nargs="*", default=["library", "stances", "made", "speed"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--count", type=int, default=1000, help="claims of the library and speed parts"
    )
    parser.add_argument("--library", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    path = arguments.data / "climate-fever.jsonl.gz"
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.strip()
    result: dict[str, Any] = {
        "benchmark": "claims",
        "commit": commit,
        "seed": arguments.seed,
        "data_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    with tempfile.TemporaryDirectory() as scratch:
        if "library" in arguments.parts:
            result["library"] = measure_library(
                arguments.data, Path(scratch) / "own", count=arguments.count
            )
        if "stances" in arguments.parts:
            result["stances"] = measure_stances(path)
        if "made" in arguments.parts:
            with Assistant.open(Path(scratch) / "seeds") as pq:
                result["made_seeds"] = measure_made(pq, count=120, seed=arguments.seed)
        if {"made", "speed"} & set(arguments.parts):
            folder = arguments.library or Path(scratch) / "news"
            with quotes.open_library(folder, arguments.data / "news-pages.tar") as pq:
                if "made" in arguments.parts:
                    result["made_news"] = measure_made(pq, count=120, seed=arguments.seed)
                if "speed" in arguments.parts:
                    result["speed"] = measure_speed(pq, count=arguments.count)
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    if arguments.out:
        arguments.out.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
