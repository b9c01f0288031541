from __future__ import annotations

import pytest

from assistant.evaluation.report import EvaluationReport, Figure
from assistant.evaluation.tasks import Task


def test_a_figure_is_found_by_its_name_and_a_missing_one_is_an_error():
    report = EvaluationReport(
        task=Task.READER,
        file="questions.json",
        language="en",
        question_count=2,
        figures=(Figure("F1", 75.0, "%", "how much of the answer"),),
    )
    assert report.value("F1") == 75.0
    with pytest.raises(KeyError):
        report.value("EM")
