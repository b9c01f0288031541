"""``pullquote eval``: figures, official prediction files, a picture, clear errors."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli import run as run_command
from assistant.cli.commands import cli
from assistant.evaluation.squad import read_squad
from assistant.evaluation.tasks import Setting, hits_by_setting
from assistant.types import Hit, Passage, Section

TOWN = (
    "The town of Varnholm was founded in 1431 by fishermen. Its harbour holds ninety boats. "
    "The mayor, Ingrid Palm, took office in 2019."
)
BREAD = "Rye bread from the island is baked for eleven hours in stone ovens by the bakers' guild."
FILE = {
    "version": "v2.0",
    "data": [
        {
            "title": "Varnholm",
            "paragraphs": [
                {
                    "context": TOWN,
                    "qas": [
                        {
                            "id": "founded",
                            "question": "When was Varnholm founded?",
                            "answers": [{"text": "1431", "answer_start": 36}],
                        },
                        {
                            "id": "mayor",
                            "question": "Who is the mayor of Varnholm?",
                            "answers": [{"text": "Ingrid Palm", "answer_start": 98}],
                        },
                    ],
                }
            ],
        },
        {
            "title": "Rye_bread",
            "paragraphs": [
                {
                    "context": BREAD,
                    "qas": [
                        {
                            "id": "hours",
                            "question": "How long is the rye bread baked?",
                            "answers": [{"text": "eleven hours", "answer_start": 41}],
                        },
                        {
                            "id": "price",
                            "question": "What does the bread cost in Berlin?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        },
    ],
}


@pytest.fixture
def squad_file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.json.gz"
    path.write_bytes(gzip.compress(json.dumps(FILE).encode()))
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["eval", *arguments], standalone_mode=True)
    return result.exit_code, result.stdout, result.stderr


def run_json(*arguments: str) -> Any:
    code, out, err = run(*arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_reading_a_file_makes_articles_of_titles(squad_file: Path) -> None:
    questions = read_squad(squad_file)
    assert [article.title for article in questions.articles] == ["Varnholm", "Rye bread"]
    assert questions.language == "en"
    assert [q.id for q in questions.questions if not q.is_answerable] == ["price"]
    first = questions.questions[0]
    assert questions.contexts()[first.article_id, first.paragraph] == TOWN


def test_retrieval_finds_the_paragraphs(squad_file: Path) -> None:
    report = run_json(str(squad_file), "--task", "retrieval", "--rerank", "reader")
    assert report["figures"]["reranked_recall_at_1"] == 1.0
    assert report["questions"] == 3
    assert report["figures"]["fused_recall_at_1"] == 1.0
    assert report["figures"]["dense_mrr_at_10"] == 1.0


def test_reader_writes_official_predictions(squad_file: Path, tmp_path: Path) -> None:
    texts, odds = tmp_path / "predictions.json", tmp_path / "odds.json"
    report = run_json(
        str(squad_file), "--task", "reader", "--predictions", str(texts), "--null-odds", str(odds)
    )
    predictions, null_odds = json.loads(texts.read_text()), json.loads(odds.read_text())
    assert set(predictions) == set(null_odds) == {"founded", "mayor", "hours", "price"}
    assert predictions["founded"] == "1431"
    assert predictions["mayor"] == "Ingrid Palm"
    assert null_odds["price"] > max(null_odds["founded"], null_odds["hours"])
    assert report["figures"]["hasans_f1_forced"] > 80
    assert report["figures"]["auroc"] == 1.0
    assert report["risk_coverage"][-1]["coverage"] == 1.0


def test_answers_with_removals_and_baseline(squad_file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "curves.svg"
    report = run_json(
        str(squad_file), "--task", "answers", "--removals", "--baseline", "--picture", str(picture)
    )
    figures = report["figures"]
    assert figures["hasans_f1_forced"] > 80
    assert figures["auroc_article_removed"] == 1.0
    assert figures["times_baseline"] is None or figures["times_baseline"] > 1
    assert sum(item["count"] for item in report["reliability"]) == 9
    drawn = picture.read_text()
    assert drawn.startswith("<svg")
    assert "https://cdn" not in drawn


def test_a_removed_paragraph_is_not_read() -> None:
    def hit(article: str, paragraph: int) -> Hit:
        passage = Passage(
            id=1, article_id=article, paragraph=paragraph, start=0, end=1, text="x",
            section=Section.BODY, language="en", title="",
        )  # fmt: skip
        return Hit(passage=passage, score=0.0)

    from assistant.evaluation.squad import Question

    question = Question("q", "?", "a", 1, ("x",))
    ranked = [hit("a", 1), hit("a", 0), hit("b", 1)]
    kept = hits_by_setting(question, ranked, list(Setting))
    assert kept[Setting.PRESENT] == ranked
    assert kept[Setting.PARAGRAPH_REMOVED] == ranked[1:]
    assert kept[Setting.ARTICLE_REMOVED] == ranked[2:]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "cannot be read as JSON"),
        (b'{"questions": []}', "not in SQuAD format"),
        (
            b'{"data": [{"title": "x", "paragraphs": [{"context": "Text."}]}]}',
            "not in SQuAD format",
        ),
        (b'{"data": []}', "no questions"),
        (b"\x1f\x8bbroken", "cannot be read"),
    ],
)
def test_bad_files_get_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert run_command(["eval", str(path)]) == 3
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--task", "retrieval", "--predictions", "x.json"],
        ["--task", "reader", "--removals"],
        ["--picture", "curve.png"],
        ["--predictions", "no-such-folder/x.json"],
    ],
)
def test_options_that_do_not_fit_are_refused(
    squad_file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run_command(["eval", str(squad_file), *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
