"""Measuring verdicts on a file of claims, each with the text that it is laid beside."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import SourceError
from assistant.evaluation.metrics import calibration_error, label_f1, reliability
from assistant.evaluation.report import EvaluationReport, Figure
from assistant.evaluation.squad import read_content
from assistant.evaluation.tasks import ProgressFunction, Task
from assistant.reading.calibration import VERDICTS
from assistant.reading.span_reader import SpanReader
from assistant.types import Progress

LABELS = {"SUPPORTS": 0, "REFUTES": 1, "NOT_ENOUGH_INFO": 2}
"""As files name the verdicts, in the order of :data:`VERDICTS`."""
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A line of such a file."""

    claim: str
    evidence: str
    label: int
    """Index in :data:`VERDICTS`."""


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """A file of claims."""

    name: str
    language: str
    claims: tuple[LabelledClaim, ...]


def read_claims(path: Path, *, language: str | None = None) -> ClaimSet:
    """Read JSON lines with ``claim``, ``evidence`` and ``label``, plain or gzip.

    Args:
        path: The file.
        language: Only the lines whose ``lang`` is this ISO code; None for all.

    Raises:
        SourceError: The file cannot be read, is not in that format, or has no such line.
    """
    try:
        rows = [json.loads(line) for line in read_content(path).splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: cannot be read as JSON lines ({error})") from error
    try:
        found = tuple(
            LabelledClaim(str(row["claim"]), str(row["evidence"]), LABELS[row["label"]])
            for row in rows
            if language is None or row.get("lang") == language
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{path}: not a file of claims ({error!r}); expected lines such as "
            '{"claim": "…", "evidence": "…", "label": "SUPPORTS", "REFUTES" or "NOT_ENOUGH_INFO"}'
        ) from error
    if not found:
        which = f" in the language {language!r}" if language else ""
        raise SourceError(f"{path}: has no claim{which}")
    return ClaimSet(path.name, language or "any", found)


def judge_claims(
    claims: Sequence[LabelledClaim],
    reader: SpanReader,
    *,
    on_progress: ProgressFunction | None = None,
) -> tuple[NDArray[np.float64], float]:
    """Probabilities of the verdicts, ``(n, 3)``, and the milliseconds that a claim took."""
    started = time.perf_counter()
    found = []
    for at in range(0, len(claims), AT_ONCE):
        batch = claims[at : at + AT_ONCE]
        found.append(reader.judge([(one.claim, one.evidence) for one in batch]))
        if on_progress is not None:
            done, elapsed = at + len(batch), time.perf_counter() - started
            label = "claims" if done < len(claims) else ""
            on_progress(Progress(done=done, total=len(claims), label=label, elapsed_s=elapsed))
    return np.concatenate(found), 1000 * (time.perf_counter() - started) / len(claims)


def report_claims(
    claims: ClaimSet,
    chances: NDArray[np.float64],
    *,
    chosen: Sequence[LabelledClaim],
    each_ms: float,
    settings: dict[str, str],
) -> EvaluationReport:
    """Macro-F1, F1 of each verdict, accuracy and calibration of the likeliest verdicts."""
    labels = np.array([one.label for one in chosen])
    best = chances.argmax(1)
    right = (best == labels).astype(float)
    by_label = [label_f1(best, labels, label) for label in range(len(VERDICTS))]
    bins = reliability(chances.max(1), right)
    figures = [
        Figure("macro_f1", 100 * float(np.nanmean(by_label)), "%", "mean F1 of the three verdicts"),
        Figure("accuracy", 100 * float(right.mean()), "%", "share of right verdicts"),
        *(
            Figure(f"{name}_f1", 100 * f1, "%", f"F1 of the verdict {name!r}")
            for name, f1 in zip(VERDICTS, by_label, strict=True)
        ),
        Figure(
            "false_supported",
            100 * float((best[labels == LABELS["REFUTES"]] == LABELS["SUPPORTS"]).mean())
            if (labels == LABELS["REFUTES"]).any()
            else float("nan"),
            "%",
            "share of the refuted claims that are called supported",
        ),
        Figure("ece", calibration_error(bins), "", "mean distance of confidence from being right"),
        Figure("claim_ms", each_ms, "ms", "time of a claim, in batches"),
    ]
    return EvaluationReport(
        task=Task.CLAIMS,
        file=claims.name,
        language=claims.language,
        question_count=len(chosen),
        figures=tuple(figures),
        bins=bins,
        settings=settings,
    )
