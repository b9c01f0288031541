"""Predictions become figures; figures become tables, curves and JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.metrics import (
    Bin,
    auroc,
    best_threshold,
    calibration_error,
    quality_at,
    reliability,
    risk_coverage,
)
from assistant.evaluation.scoring import best_exact, best_f1
from assistant.evaluation.squad import QuestionSet
from assistant.evaluation.tasks import Prediction, Ranking, Setting, Task

RIGHT_F1 = 0.5
"""From this F1 an answer counts as right where only right or wrong is asked."""
RANKS = (1, 5, 10)
SCHEMA = "pullquote/eval/1"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table."""

    name: str
    value: float
    unit: str
    """``%``, ``ms``, or "" for a plain number."""
    meaning: str


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was measured."""

    task: Task
    file: str
    language: str
    question_count: int
    figures: tuple[Figure, ...]
    coverage: tuple[tuple[float, float], ...] = ()
    """(share of the questions answered, mean F1 of the answers), surest first."""
    bins: tuple[Bin, ...] = ()
    """Confidence against being right."""
    settings: dict[str, str] = field(default_factory=dict)
    """Models and options."""

    def value(self, name: str) -> float:
        """The figure of that name.

        Raises:
            KeyError: It was not measured.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure.value
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON; NaN becomes null."""
        return {
            "schema": SCHEMA,
            "task": self.task.value,
            "file": self.file,
            "language": self.language,
            "questions": self.question_count,
            "figures": {f.name: _plain(f.value) for f in self.figures},
            "risk_coverage": [{"coverage": c, "f1": round(q, 4)} for c, q in self.coverage],
            "reliability": [
                {
                    "count": item.count,
                    "confidence": round(item.confidence, 4),
                    "accuracy": round(item.accuracy, 4),
                }
                for item in self.bins
            ],
            "settings": self.settings,
        }


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def report_rankings(
    questions: QuestionSet, rankings: Sequence[Ranking], *, settings: dict[str, str]
) -> EvaluationReport:
    """Recall and mean reciprocal rank of each way of searching."""
    figures = []
    for way in rankings[0].ranks if rankings else ():
        ranks = [ranking.ranks[way] for ranking in rankings]
        figures += [
            Figure(
                f"{way}_recall_at_{k}",
                float(np.mean([rank is not None and rank <= k for rank in ranks])),
                "",
                f"share of questions whose paragraph is among the first {k}",
            )
            for k in RANKS
        ]
        reciprocal = float(np.mean([1 / rank if rank and rank <= 10 else 0.0 for rank in ranks]))
        figures.append(Figure(f"{way}_mrr_at_10", reciprocal, "", "mean reciprocal rank"))
    figures.append(
        Figure(
            "search_ms",
            float(np.median([ranking.elapsed_ms for ranking in rankings] or [np.nan])),
            "ms",
            "median time of a search, in batches",
        )
    )
    return EvaluationReport(
        task=Task.RETRIEVAL,
        file=questions.name,
        language=questions.language,
        question_count=len(rankings),
        figures=tuple(figures),
        settings=settings,
    )


def report_predictions(
    task: Task,
    questions: QuestionSet,
    predictions: Sequence[Prediction],
    *,
    settings: dict[str, str],
) -> EvaluationReport:
    """Exact match, F1, abstention and calibration, as the official SQuAD 2.0 script names them."""
    language = questions.language
    present = [p for p in predictions if p.setting is Setting.PRESENT]
    figures = _answer_figures(present, language)
    if any(p.baseline is not None for p in present):
        figures += _baseline_figures(present, language)
    removed = [p for p in predictions if p.setting is not Setting.PRESENT]
    if removed:
        figures += _removal_figures(predictions, language)
    # Where articles were removed, confidence is judged on all settings of the same questions.
    judged = [p for p in predictions if p.question.is_answerable] if removed else present
    confidence, f1 = _columns(judged, language)
    right = (f1 >= RIGHT_F1).astype(float)
    bins = reliability(confidence, right)
    answerable = [p for p in present if p.question.is_answerable]
    curve = risk_coverage(*_columns(answerable, language))
    figures += [
        Figure(
            "ece",
            calibration_error(bins),
            "",
            f"mean distance of confidence from being right (F1 ≥ {RIGHT_F1})",
        ),
        Figure("f1_at_half_coverage", 100 * quality_at(curve, 0.5), "%", "F1 of the surer half"),
        Figure(
            "median_ms",
            float(np.median([p.elapsed_ms for p in present] or [np.nan])),
            "ms",
            "median time of a question",
        ),
    ]
    return EvaluationReport(
        task=task,
        file=questions.name,
        language=language,
        question_count=len(present),
        figures=tuple(figures),
        coverage=tuple(curve),
        bins=bins,
        settings=settings,
    )


def _columns(
    predictions: Sequence[Prediction], language: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidence, and F1 of the best answer whether given or not; what has no answer counts 0."""
    confidence = np.array([p.confidence for p in predictions], float)
    f1 = [
        best_f1(p.text, p.question.answers, language=language) if p.question.is_answerable else 0.0
        for p in predictions
    ]
    return confidence, np.array(f1, float)


def _mean(values: Sequence[float]) -> float:
    return 100 * float(np.mean(values)) if len(values) else float("nan")


def _answer_figures(present: Sequence[Prediction], language: str) -> list[Figure]:
    golds = [p.question.answers for p in present]
    exact = [best_exact(p.given, g, language=language) for p, g in zip(present, golds, strict=True)]
    f1 = [best_f1(p.given, g, language=language) for p, g in zip(present, golds, strict=True)]
    has = np.array([p.question.is_answerable for p in present], bool)
    forced_f1 = [
        best_f1(p.text, p.question.answers, language=language)
        for p in present
        if p.question.is_answerable
    ]
    forced_exact = [
        best_exact(p.text, p.question.answers, language=language)
        for p in present
        if p.question.is_answerable
    ]
    figures = [
        Figure("exact", _mean(exact), "%", "exact match, withheld answers counted as none"),
        Figure("f1", _mean(f1), "%", "F1, withheld answers counted as none"),
        Figure(
            "hasans_f1_forced", _mean(forced_f1), "%", "F1 where there is an answer, none withheld"
        ),
        Figure("hasans_exact_forced", _mean(forced_exact), "%", "exact match there"),
        Figure(
            "hasans_f1",
            _mean([score for score, answerable in zip(f1, has, strict=True) if answerable]),
            "%",
            "F1 where there is an answer, with abstention",
        ),
    ]
    if not has.all():
        confidence, quality = _columns(present, language)
        best, _ = best_threshold(1 - confidence, quality, ~has)
        figures += [
            Figure(
                "noans_f1",
                _mean([score for score, answerable in zip(f1, has, strict=True) if not answerable]),
                "%",
                "share of the questions without an answer that get none",
            ),
            Figure("best_f1", 100 * best, "%", "F1 at the best threshold, in hindsight"),
            Figure("auroc", auroc(confidence, has), "", "answerable questions ranked above others"),
        ]
    given = float(np.mean([p.is_given for p in present])) if present else float("nan")
    figures.append(Figure("answered", 100 * given, "%", "share of questions that get an answer"))
    return figures


def _baseline_figures(present: Sequence[Prediction], language: str) -> list[Figure]:
    ours = [best_f1(p.given, p.question.answers, language=language) for p in present]
    theirs = [best_f1(p.baseline or "", p.question.answers, language=language) for p in present]
    has = [p.question.is_answerable for p in present]
    has_ours = [score for score, answerable in zip(ours, has, strict=True) if answerable]
    has_theirs = [score for score, answerable in zip(theirs, has, strict=True) if answerable]
    ratio = _mean(has_ours) / _mean(has_theirs) if any(has_theirs) else float("nan")
    return [
        Figure("baseline_f1", _mean(theirs), "%", "F1 of the sentence reader on the same passages"),
        Figure("baseline_hasans_f1", _mean(has_theirs), "%", "the same where there is an answer"),
        Figure("times_baseline", ratio, "", "F1 where there is an answer, over the baseline's"),
    ]


def _removal_figures(predictions: Sequence[Prediction], language: str) -> list[Figure]:
    asked = [p for p in predictions if p.question.is_answerable]
    figures = []
    for setting in (Setting.PARAGRAPH_REMOVED, Setting.ARTICLE_REMOVED):
        chosen = [p for p in asked if p.setting in (Setting.PRESENT, setting)]
        confidence = np.array([p.confidence for p in chosen], float)
        present = np.array([p.setting is Setting.PRESENT for p in chosen], bool)
        name = setting.value.replace(" ", "_")
        figures.append(
            Figure(
                f"auroc_{name}",
                auroc(confidence, present),
                "",
                f"questions ranked above themselves with their {setting.value}",
            )
        )
        declined = [not p.is_given for p in asked if p.setting is setting]
        figures.append(
            Figure(f"declined_{name}", _mean(declined), "%", "share of those that get no answer")
        )
    confidence = np.array([p.confidence for p in asked], float)
    present = np.array([p.setting is Setting.PRESENT for p in asked], bool)
    figures.append(
        Figure("auroc_removed", auroc(confidence, present), "", "both removals together")
    )
    # An answer that another paragraph gives in the same words was not taken away.
    left = np.array(
        [
            p.setting is Setting.PRESENT
            or best_f1(p.text, p.question.answers, language=language) < RIGHT_F1
            for p in asked
        ]
    )
    figures.append(
        Figure(
            "auroc_removed_and_gone",
            auroc(confidence[left], present[left]),
            "",
            "the same without answers that another paragraph gives too",
        )
    )
    return figures
