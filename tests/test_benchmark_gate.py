"""The gate before a release: every committed figure has its like, and a worse one is named."""

from __future__ import annotations

import copy
import json

import pytest

from tests.benchmarks.gate import FIGURES, RESULTS, differences, main, ratios

FILES = sorted({figure.file for figure in FIGURES})


def committed(name):
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_what_is_committed_passes_and_every_figure_is_found(name):
    result = committed(name)
    assert differences(name, result, result) == []
    assert all(ratios(figure, result) for figure in FIGURES if figure.file == name)


def test_a_slower_machine_is_no_worse_and_a_slower_program_is():
    before = committed("ingest")
    slow = copy.deepcopy(before)
    for key in ("passages_per_s", "bare_encoder_passages_per_s"):
        slow[key] /= 3
    assert differences("ingest", slow, before) == []
    slow["bare_encoder_passages_per_s"] *= 1.2
    assert len(differences("ingest", slow, before)) == 1


def test_what_a_peer_gained_counts():
    before = committed("peers")
    run = copy.deepcopy(before)
    for result in run["results"]:
        if result["system"] == "txtai" and result["set"] == "xquad-en":
            result["recall_at_1"] *= 1.03
    lines = differences("peers", run, before)
    assert [line.split(" is ")[0] for line in lines] == [
        "peers: results.xquad-en.multilingual-e5-small.pullquote.recall_at_1 / "
        "results.xquad-en.multilingual-e5-small.txtai.recall_at_1"
    ]


def test_a_figure_that_is_gone_fails():
    before = committed("cold_start")
    assert differences("cold_start", {}, before) == [
        f"cold_start: ratio is gone, was {before['ratio']:.4g}"
    ]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({}, 0, "2 figures compared, 0 worse"),
        ({"second_add_share": 0.5}, 1, "ingest: second_add_share is 0.5"),
        ({"seed": 8}, 2, "seed is 8, not 7: other data"),
    ],
)
def test_the_exit_code_says_it(change, code, said, tmp_path, monkeypatch, capsys):
    file = tmp_path / "ingest.json"
    file.write_text(json.dumps({**committed("ingest"), **change}))
    monkeypatch.setattr("sys.argv", ["gate.py", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    streams = capsys.readouterr()
    assert said in streams.out + streams.err
