"""One source that cannot be read, stored or written about; the rest goes on."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from assistant.assistant import Assistant
from assistant.cli import run
from assistant.library import Library
from assistant.sources import parse
from tests.assistant.fakes import DIM, HashEncoder


def empty(folder: Path) -> Assistant:
    return Assistant(Library(folder, model_id=HashEncoder.id, dim=DIM), HashEncoder())


def test_an_article_that_cannot_be_stored_is_named_and_the_others_are(tmp_path):
    first, bad, last = (
        replace(parse(text.encode(), location=text)[0], id=text)
        for text in ("One.", "Two.", "Three.")
    )
    bad = replace(bad, author="half \ud800")
    with empty(tmp_path) as pq:
        report = pq.add_articles([first, bad, last])
        assert report.added == ("One.", "Three.")
        (failure,) = report.failures
        assert failure.source == "Two."
        assert failure.message.startswith("Two.: 'Two' cannot be stored (UnicodeEncodeError: ")
        assert pq.article_count() == 2
        assert pq.doctor().is_healthy


def test_numbers_that_json_does_not_have_are_left_out(tmp_path):
    (tmp_path / "rows.jsonl").write_text(
        '{"text": "One.", "score": NaN, "rank": 2, "high": 1e999}\n{"text": "Two."}\n', "utf-8"
    )
    with empty(tmp_path / "library") as pq:
        report = pq.add(tmp_path / "rows.jsonl")
        assert pq.article(report.added[0]).metadata == {"rank": 2}


def test_a_file_whose_name_is_no_text_is_added_listed_and_shown(tmp_path, capsys):
    folder = tmp_path / "pages"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("The cafe is open.")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.pdf")).write_bytes(b"%PDF-broken")
    library = ["--library", str(tmp_path / "library")]
    assert run(["add", str(folder), "--json", *library]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [failure["source"] for failure in report["failures"]] == [f"{folder.as_uri()}/%FF.pdf"]
    assert run(["list", "--json", *library]) == 0
    sources = [article["source"] for article in json.loads(capsys.readouterr().out)["articles"]]
    assert f"{folder.as_uri()}/caf%E9.txt" in sources  # beside the bundled articles
    assert run(["add", str(folder), *library]) == 0
    assert "1 unchanged" in capsys.readouterr().out
    assert run(["show", "caf%E9.txt", *library]) == 0
    assert "The cafe is open." in capsys.readouterr().out
