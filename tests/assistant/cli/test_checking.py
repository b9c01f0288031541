"""The commands: outputs, exit codes, batches that go on after a stop."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result

from assistant.checking.claims.batches import (
    BatchClaim,
    BatchFile,
    check_batch,
    csv_line,
    read_claims,
)
from assistant.cli.checking import register
from assistant.errors import SourceError, UsageError
from assistant.types import ClaimReport, Progress, Verdict

TRUE = "Representatives from 35 countries concretized plans in Paris."
FALSE = "Representatives from 36 countries concretized plans in Paris."


@pytest.fixture
def run(seeds_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULLQUOTE_LIBRARY", str(seeds_folder))
    group = click.Group()
    register(group)

    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(group, arguments, input=stdin)

    return invoke


def test_verify(run) -> None:
    exact = run("verify", "We are not ruling anything out in principle")
    assert exact.exit_code == 0
    assert "Exact" in exact.stdout
    assert "body · paragraph 6" in exact.stdout
    altered = run("verify", "We are ruling anything out in principle")
    assert altered.exit_code == 1
    assert "We are {+not+} ruling" in altered.stdout
    around = run("verify", "World leaders ... signing Paris Declaration").stdout
    assert around.count("World leaders at Paris summit, led by") == 1
    wrong = run("verify", "“We are not ruling anything out in principle,” said Macron")
    assert wrong.exit_code == 1
    assert "Misattributed: not Macron, but Chancellor Friedrich Merz (CDU) says it." in wrong.stdout
    found = json.loads(run("verify", "--json", "The harbour is closed for good").stdout)
    assert (found["schema"], found["status"]) == ("pullquote/quote/1", "not found")


def test_check(run) -> None:
    result = run("check", FALSE)
    assert result.exit_code == 0
    assert result.stdout.startswith("Contradicted")
    assert "number: the claim says “36”, the source “35”" in result.stdout
    nothing = run("check", "--json", "The museum of Lisbon bought 40 paintings.")
    assert nothing.exit_code == 1
    assert json.loads(nothing.stdout)["verdict"] == "not enough information"


def test_what_nothing_decides_has_no_percentage_but_what_its_nearest_sentence_lacks(
    run, tmp_path
) -> None:
    claim = "Friedrich Merz bought 40 paintings in Lisbon."
    said = json.loads(run("check", "--json", claim).stdout)
    assert (said["verdict"], said["missing"][-2:]) == (
        "not enough information",
        ["paintings", "Lisbon"],
    )
    shown = run("check", claim).stdout.splitlines()
    assert shown[0] == "Not enough information"
    assert shown[1].startswith("The nearest sentence does not have ")
    assert "“40”" in shown[1]
    assert not any("%" in line for line in shown[:2])
    assert shown[3] == "· near, settles nothing"
    batch, out = tmp_path / "claims.csv", tmp_path / "out.csv"
    batch.write_text(f"claim\n{claim}\n", "utf-8")
    assert run("check", "--batch", str(batch), "--out", str(out)).exit_code == 0
    (row,) = csv.DictReader(out.read_text("utf-8").splitlines())
    assert row["confidence"] == ""
    assert row["differences"].startswith("missing: ")


def test_bundles(run, tmp_path: Path) -> None:
    path, review = tmp_path / "b.json", tmp_path / "review.json"
    made = run(
        "check", FALSE, "--bundle", str(path), "--claim-review", str(review), "--author", "Desk"
    )
    assert "wrote" in made.stderr
    assert json.loads(review.read_text("utf-8"))["author"]["name"] == "Desk"
    before = review.read_bytes()
    again = run("check", FALSE, "--claim-review", str(review))
    assert str(again.exception) == f"{review} exists: name a new file"
    assert review.read_bytes() == before
    good = run("verify", "--bundle", str(path))
    assert good.exit_code == 0
    assert good.stdout.startswith("Intact")
    content = path.read_bytes()
    at = content.index(b"concretized plans")
    path.write_bytes(content[:at] + b"C" + content[at + 1 :])
    bad = run("verify", "--json", "--bundle", str(path))
    problems = json.loads(bad.stdout)["problems"]
    assert bad.exit_code == 1
    assert any(p["byte_start"] <= at < p["byte_end"] for p in problems)


def test_batch_to_stdout(run) -> None:
    lines = run("check", "--batch", "-", stdin=f"{TRUE}\n\n{FALSE}\n").stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["supported", "contradicted"]


def test_wordless_claim_does_not_stop_a_batch(run) -> None:
    lines = run("check", "--batch", "-", stdin=f"{TRUE}\n?!\n{FALSE}\n").stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == [
        "supported",
        "not enough information",
        "contradicted",
    ]


def test_empty_timeline_question(run) -> None:
    assert isinstance(run("timeline", " ").exception, UsageError)


def test_batch_goes_on_after_a_stop(run, tmp_path: Path) -> None:
    batch, out = tmp_path / "claims.csv", tmp_path / "out.csv"
    claims = [
        TRUE,
        FALSE,
        "=1+1 countries met in Paris.",
        "Sweden is prepared to contribute Jas Gripen.",
    ]
    batch.write_text("id,claim\n" + "".join(f'{n},"{c}"\n' for n, c in enumerate(claims)), "utf-8")
    first = run("check", "--batch", str(batch), "--out", str(out))
    assert first.exit_code == 0, first.output
    whole = out.read_text("utf-8")
    rows = list(csv.DictReader(whole.splitlines()))
    assert [row["verdict"] for row in rows[:2]] == ["supported", "contradicted"]
    assert rows[1]["differences"] == "number: 36 / 35"
    assert rows[2]["claim"].startswith("'=1+1")
    out.write_text(whole[: whole.index(rows[2]["claim"]) + 5], "utf-8")
    again = run("check", "--batch", str(batch), "--out", str(out))
    assert "going on after 2 of 4 claims" in again.stderr
    resumed = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [(row["id"], row["claim"], row["verdict"]) for row in resumed] == [
        (row["id"], row["claim"], row["verdict"]) for row in rows
    ]
    whole = out.read_text("utf-8")
    other = tmp_path / "other.txt"
    other.write_text("Another claim.\n", "utf-8")
    refused = run("check", "--batch", str(other), "--out", str(out))
    assert isinstance(refused.exception, UsageError)
    assert out.read_text("utf-8") == whole


def test_json_lines_resume(tmp_path: Path) -> None:
    def check_each(claims):
        for claim in claims:
            yield ClaimReport(claim, Verdict.NOT_ENOUGH, 1.0, ())

    claims = [BatchClaim(f"claim {n}", str(n)) for n in range(20)]
    file = BatchFile(tmp_path / "out.jsonl")
    assert file.resume(claims) == 0
    told: list[Progress] = []
    reports = check_batch(claims, check_each, on_progress=told.append)
    for _ in range(7):
        file.add(next(reports))
    file.close()
    with file.path.open("a") as stream:
        stream.write('{"claim": "clai')
    file = BatchFile(file.path)
    assert file.resume(claims) == 7
    for report in check_batch(claims, check_each, skip=7):
        file.add(report)
    file.close()
    lines = [json.loads(line) for line in file.path.read_text().splitlines()]
    assert [line["id"] for line in lines] == [str(n) for n in range(20)]
    assert [p.done for p in told] == list(range(1, 7))


def test_json_lines_end_at_a_newline_only(tmp_path: Path) -> None:
    """JSON leaves U+2028 and U+0085 as they are; other programs end lines with CR LF."""
    texts = ["one\u2028two", "three\u0085four", "five"]
    claims = [BatchClaim(text) for text in texts]
    lines = [json.dumps({"claim": text}, ensure_ascii=False) for text in texts]
    for ending in ("\n", "\r\n"):
        assert read_claims(ending.join([*lines, ""])) == claims
        file = BatchFile(tmp_path / "out.jsonl")
        file.path.write_text(ending.join([*lines, '{"claim": "fi']), "utf-8", newline="")
        kept = file.path.read_bytes()[: -len('{"claim": "fi')]
        assert file.resume(claims) == 3
        file.close()
        assert file.path.read_bytes() == kept


def test_read_claims() -> None:
    assert read_claims("a\tb\nc") == [BatchClaim("a\tb"), BatchClaim("c")]
    assert read_claims('{"claim": "x", "id": 3}\n"y"\n') == [BatchClaim("x", "3"), BatchClaim("y")]
    assert read_claims('\ufeffclaim\n"a, ""b"""\n') == [BatchClaim('a, "b"')]
    assert read_claims('"We agree," said Merz.\nNo.')[0].claim == '"We agree," said Merz.'
    assert read_claims("id;claim\n1;It rained, a lot.\n") == [BatchClaim("It rained, a lot.", "1")]
    assert read_claims("nr\tstatement\n2\tIt rained.\n") == [BatchClaim("It rained.", "2")]
    assert read_claims('["x", {"text": "y", "id": 1}]') == [BatchClaim("x"), BatchClaim("y", "1")]
    assert read_claims("[sic] it says so\n")[0].claim == "[sic] it says so"
    with pytest.raises(UsageError, match="no claims"):
        read_claims("\n \n", name="empty.txt")
    with pytest.raises(SourceError, match="line 2 is not JSON"):
        read_claims('{"claim": "x"}\n{"claim": ', name="f")
    assert csv_line(("-1", "a,b")) == '\'-1,"a,b"\n'


def test_timeline(run, tmp_path: Path) -> None:
    picture = tmp_path / "t.svg"
    result = run(
        "timeline", "When did leaders meet about Ukraine?", "--svg", str(picture), "--json"
    )
    found = json.loads(result.stdout)
    dates = [entry["date"] for entry in found["entries"]]
    assert dates == sorted(dates)
    assert "--12-15" in dates
    assert "--12-28" in dates
    by_date = {entry["date"]: entry for entry in found["entries"]}
    assert by_date["--12-28"]["date_text"] == "December 28"
    root = ElementTree.fromstring(picture.read_text("utf-8"))
    assert root.tag.endswith("svg")
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == len(dates)
    again = run("timeline", "When did leaders meet?", "--svg", str(picture))
    assert str(again.exception) == f"{picture} exists: name a new file"
    drawn = run("timeline", "When did leaders meet about Ukraine?").stdout
    assert "12-28 ● " in drawn
