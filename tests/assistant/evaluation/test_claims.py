"""``pullquote eval --task claims``: files, figures, clear errors."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from click.testing import CliRunner

from assistant.cli import run as run_command
from assistant.cli.commands import cli
from assistant.errors import SourceError
from assistant.evaluation.claims import judge_claims, read_claims, report_claims

ROWS = [
    {"claim": "The harbour holds ninety boats.", "evidence": "Its harbour holds ninety boats.", "label": "SUPPORTS", "lang": "en"},
    {"claim": "The harbour holds ten boats.", "evidence": "Its harbour holds ninety boats.", "label": "REFUTES", "lang": "en"},
    {"claim": "Der Hafen ist alt.", "evidence": "Der Hafen ist voll.", "label": "NOT_ENOUGH_INFO", "lang": "de"},
]  # fmt: skip


class Sure:
    """Finds everything supported."""

    def judge(self, pairs):
        return np.tile([0.8, 0.15, 0.05], (len(pairs), 1))


def write(path, rows):
    path.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))
    return path


def test_figures_are_those_of_the_likeliest_verdicts(tmp_path):
    claims = read_claims(write(tmp_path / "claims.jsonl.gz", ROWS))
    chances, each_ms = judge_claims(claims.claims, Sure())
    report = report_claims(claims, chances, chosen=claims.claims, each_ms=each_ms, settings={})
    assert report.question_count == 3
    assert report.value("accuracy") == pytest.approx(100 / 3)
    assert report.value("supports_f1") == pytest.approx(50.0)
    assert report.value("macro_f1") == pytest.approx(50 / 3)
    assert report.value("false_supported") == 100.0
    assert report.value("ece") == pytest.approx(0.8 - 1 / 3)


def test_a_language_takes_its_own_lines(tmp_path):
    claims = read_claims(write(tmp_path / "claims.jsonl.gz", ROWS), language="de")
    assert [one.claim for one in claims.claims] == ["Der Hafen ist alt."]
    with pytest.raises(SourceError, match="has no claim in the language 'fr'"):
        read_claims(tmp_path / "claims.jsonl.gz", language="fr")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"{", "cannot be read as JSON lines"), (b'{"claim": "x"}', "not a file of claims"), (b"", "has no claim"),
     (b'{"claim": "x", "evidence": "y", "label": "TRUE"}', "not a file of claims")],
)  # fmt: skip
def test_other_files_are_refused_in_a_line(tmp_path, content, says):
    path = tmp_path / "claims.jsonl"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=says):
        read_claims(path)


def test_the_command_judges_with_the_bundled_network(tmp_path):
    path = write(tmp_path / "claims.jsonl.gz", ROWS)
    result = CliRunner().invoke(cli, ["eval", str(path), "--task", "claims", "--language", "en", "--json"])  # fmt: skip
    report = json.loads(result.stdout)
    assert (report["task"], report["questions"]) == ("claims", 2)
    assert report["figures"]["accuracy"] == 100.0


def test_predictions_need_questions(tmp_path, capsys):
    path = write(tmp_path / "claims.jsonl.gz", ROWS)
    code = run_command(["eval", str(path), "--task", "claims", "--predictions", str(tmp_path / "p.json")])  # fmt: skip
    assert code == 2
    assert "--task reader or answers" in capsys.readouterr().err
