"""``pullquote eval``: measure on one's own questions."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.common import model_option, progress, tell_written, write, write_json
from assistant.errors import SourceError, UsageError
from assistant.output.sanitise import json_text

if TYPE_CHECKING:
    from assistant.evaluation.report import EvaluationReport
    from assistant.evaluation.squad import Question, QuestionSet
    from assistant.evaluation.tasks import Prediction
    from assistant.output.text import Line

SAMPLE_SEED = 0
"""``--limit`` always draws the same questions."""

_FONT = re.compile(r"@font-face \{[^}]*\}\s*")
"""Rich's pictures name a font on the web; ours fetch nothing."""

_file_option = click.Path(path_type=Path, dir_okay=False)


def register(group: click.Group) -> None:
    """Add the command to the command line."""
    group.add_command(evaluate)


@click.command("eval")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--task",
    type=click.Choice(["retrieval", "reader", "answers", "claims"]),
    default="answers",
    show_default=True,
    help="Find each question's paragraph; read it; ask the whole library made of FILE; or judge claims.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), help="Only this many questions, drawn at random."
)
@click.option("--language", help="Language of the file (ISO code) instead of detecting it.")
@click.option(
    "--removals",
    is_flag=True,
    help="Answers: ask also with each question's paragraph, and its article, taken away.",
)
@click.option("--baseline", is_flag=True, help="Answers: measure the sentence reader beside it.")
@click.option(
    "--rerank",
    help="Retrieval: measure the order after `reader` or a cross-encoder (name or path) too.",
)
@click.option(
    "--predictions", type=_file_option, help="Write official SQuAD predictions (id: text)."
)
@click.option("--null-odds", type=_file_option, help="Write id: probability of no answer.")
@click.option("--picture", type=_file_option, help="Write tables and curves as an SVG picture.")
@model_option
@click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout.")
def evaluate(
    file: Path,
    task: str,
    limit: int | None,
    language: str | None,
    removals: bool,
    baseline: bool,
    rerank: str | None,
    predictions: Path | None,
    null_odds: Path | None,
    picture: Path | None,
    model: str | None,
    as_json: bool,
) -> None:
    """Measure on the questions of FILE (SQuAD format, also .gz), scored as the official script does.

    With --task claims FILE has JSON lines (also .gz) with claim, evidence and label (SUPPORTS, REFUTES,
    NOT_ENOUGH_INFO); --language takes only the lines whose lang it is.
    """
    from assistant.evaluation.squad import read_squad

    if task in ("retrieval", "claims") and (predictions or null_odds):
        raise UsageError("--predictions and --null-odds need --task reader or answers")
    if task != "answers" and (removals or baseline):
        raise UsageError("--removals and --baseline need --task answers")
    if picture is not None and picture.suffix.lower() != ".svg":
        raise UsageError(
            f"--picture writes SVG: give it a name that ends in .svg, not {picture.name}"
        )
    if rerank and task != "retrieval":
        raise UsageError("--rerank needs --task retrieval")
    for target in (predictions, null_odds, picture):
        if target is not None and not target.absolute().parent.is_dir():
            raise UsageError(f"there is no folder {target.absolute().parent}: make it first")
        if target is not None and os.path.lexists(target):
            raise UsageError(f"{target} exists: name a new file")
    if task == "claims":
        _show(_measure_claims(file, language=language, limit=limit), picture, as_json=as_json)
        return
    questions = read_squad(file, language=language)
    chosen: Sequence[Question] = questions.questions
    if limit is not None and limit < len(chosen):
        chosen = random.Random(SAMPLE_SEED).sample(chosen, limit)  # noqa: S311 - a sample, no secret
    report, found = _measure(
        task,
        questions,
        chosen,
        model=model,
        removals=removals,
        baseline=baseline,
        rerank=rerank,
    )
    if predictions is not None:
        _write(predictions, json_text({p.question.id: p.text for p in found}) + "\n")
    if null_odds is not None:
        odds = {p.question.id: round(1 - p.confidence, 6) for p in found}
        _write(null_odds, json_text(odds) + "\n")
    _show(report, picture, as_json=as_json)


def _show(report: EvaluationReport, picture: Path | None, *, as_json: bool) -> None:
    if picture is not None:
        _write_picture(picture, _report_lines(report))
    if as_json:
        write_json(report.to_json())
    else:
        write(_report_lines(report))


def _measure_claims(file: Path, *, language: str | None, limit: int | None) -> EvaluationReport:
    from assistant.evaluation.claims import judge_claims, read_claims, report_claims
    from assistant.reading.models import load_encoder, load_reader
    from assistant.reading.span_reader import SpanReader

    claims = read_claims(file, language=language)
    chosen = claims.claims
    if limit is not None and limit < len(chosen):
        chosen = tuple(random.Random(SAMPLE_SEED).sample(chosen, limit))  # noqa: S311 - a sample
    reader = load_reader(load_encoder())
    if not isinstance(reader, SpanReader):
        raise UsageError("--task claims needs the trained reader, which this installation lacks")
    chances, each_ms = judge_claims(chosen, reader, on_progress=progress("judging claims"))
    return report_claims(
        claims, chances, chosen=chosen, each_ms=each_ms, settings={"reader": reader.id}
    )


def _measure(
    task: str,
    questions: QuestionSet,
    chosen: Sequence[Question],
    *,
    model: str | None,
    removals: bool,
    baseline: bool,
    rerank: str | None,
) -> tuple[EvaluationReport, list[Prediction]]:
    """The report, and the predictions with everything in the library."""
    from assistant.evaluation.report import report_predictions, report_rankings
    from assistant.evaluation.tasks import (
        Setting,
        Task,
        answer_questions,
        rank_paragraphs,
        read_paragraphs,
    )
    from assistant.reading.models import load_encoder, load_reader, load_reranker
    from assistant.reading.span_reader import SpanReader

    encoder = load_encoder(model)
    reader = load_reader(encoder)
    settings = {"encoder": encoder.id, "reader": reader.id}
    on_progress = progress(f"measuring {task}")
    if task == Task.RETRIEVAL:
        if not any(question.is_answerable for question in chosen):
            raise SourceError(
                f"{questions.name}: no question has an answer, nothing can be retrieved"
            )
        rankings = rank_paragraphs(
            questions, chosen, encoder, reranker=load_reranker(rerank), on_progress=on_progress
        )
        return report_rankings(questions, rankings, settings=settings), []
    if task == Task.READER:
        if not isinstance(reader, SpanReader):
            raise UsageError(
                "--task reader needs the trained reader, which this installation lacks"
            )
        found = read_paragraphs(questions, chosen, reader, on_progress=on_progress)
    else:
        found = answer_questions(
            questions,
            chosen,
            encoder,
            reader,
            removals=removals,
            baseline=baseline,
            on_progress=on_progress,
        )
    report = report_predictions(Task(task), questions, found, settings=settings)
    return report, [p for p in found if p.setting is Setting.PRESENT]


def _report_lines(report: EvaluationReport) -> list[Line]:
    from assistant.evaluation.plots import coverage_plot, reliability_plot

    lines: list[Line] = [
        [
            (report.file, "bold"),
            (f"  {report.task}, {report.question_count} questions, language {report.language}", ""),
        ]
    ]
    width = max(len(figure.name) for figure in report.figures)
    for figure in report.figures:
        number = f"{figure.value:.1f}" if figure.unit else f"{figure.value:.3f}"
        lines.append(
            [
                (f"  {figure.name:<{width}}  ", ""),
                (f"{number:>7} {figure.unit:<2}", "bold"),
                (f"  {figure.meaning}", "dim"),
            ]
        )
    if report.coverage:
        lines += [[("", "")], *coverage_plot(report.coverage)]
    if report.bins:
        lines += [[("", "")], *reliability_plot(report.bins)]
    return lines


def _write(path: Path, text: str) -> None:
    from assistant.checking.evidence.bundles import write_files

    tell_written(*write_files({path: text.encode("utf-8", "backslashreplace")}))


def _write_picture(path: Path, lines: Sequence[Line]) -> None:
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=118, file=StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)
    _write(path, _FONT.sub("", console.export_svg(title="pullquote eval")))
