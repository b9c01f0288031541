"""Bundles: whole without the library, broken by any changed byte, and saying where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.assistant import Assistant
from assistant.checking.evidence.bundles import check_bundle, verify_bundle
from assistant.checking.evidence.layout import lay_out
from assistant.errors import BundleError, UsageError
from assistant.output.evidence import claim_review, html_report, markdown_report

CLAIM = "The summit in Paris was attended by representatives from 36 countries."


@pytest.fixture(scope="module")
def claim_file(seeds: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "claim.json"
    files = seeds.write_bundle(path, seeds.check(CLAIM))
    assert [file.suffix for file in files] == [".json", ".md", ".html"]
    return path


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        ({"digests": {}, "sources": [{}] * 1_001}, "a list of 1,001 sources, quotes or excerpts"),
        ({"digests": {}, "annotations": [{}] * 1_001}, "a list of 1,001 sources"),
        ({"digests": {}, "sources": [{"excerpts": [{}] * 1_001}]}, "a list of 1,001 sources"),
        ({"digests": {}, "sources": [], "x": [0] * 500_002}, "more than 500,000 values"),
    ],
)
def test_what_is_too_large_for_a_bundle_is_none(bundle: dict[str, object], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        check_bundle(json.dumps(bundle).encode())


def test_intact(claim_file: Path) -> None:
    report = verify_bundle(claim_file)
    assert report.is_intact
    assert report.subject == CLAIM
    assert report.quote_count >= 1
    bundle = json.loads(claim_file.read_text("utf-8"))
    annotation = bundle["annotations"][0]
    quote, position = annotation["target"]["selector"]
    source = bundle["sources"][annotation["target"]["state"]["held"]]
    text = source["excerpts"][0]["text"]
    assert annotation["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert text[position["start"] : position["end"]] == quote["exact"]


def test_answers_and_quotes_too(seeds: Assistant, tmp_path: Path) -> None:
    for name, result in (
        ("answer", seeds.ask("How many countries were at the Paris summit?")),
        ("quote", seeds.verify("We are ruling anything out in principle")),
    ):
        path = tmp_path / f"{name}.json"
        seeds.write_bundle(path, result)
        report = verify_bundle(path)
        assert report.is_intact, report.problems
        assert report.kind is not None
        assert report.kind.value == name


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_flipped_byte_shows(claim_file: Path, data: st.DataObject) -> None:
    content = bytearray(claim_file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    report = check_bundle(bytes(content))
    assert not report.is_intact
    assert all(0 <= problem.byte_start < problem.byte_end for problem in report.problems)


@pytest.mark.full
def test_every_flipped_byte_shows_near_its_place(claim_file: Path) -> None:
    content = claim_file.read_bytes()
    for at in range(len(content)):
        flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        try:
            problems = check_bundle(flipped).problems
        except BundleError:
            continue  # not even a bundle any more
        assert problems, at
        assert all(0 <= p.byte_start < p.byte_end for p in problems), (at, problems)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_changed_text_is_located(claim_file: Path, data: st.DataObject) -> None:
    content = claim_file.read_bytes()
    _, places = lay_out(json.loads(content))
    texts = [
        span
        for path, span in places.items()
        if path.endswith(("/exact", "/excerpts/0/text", "/selector/1/start", "/selector/1/end"))
    ]
    start, end = data.draw(st.sampled_from(texts))
    letters = [
        i
        for i in range(start, end)
        if chr(content[i]).isalnum() and content[i] < 128 and content[i - 1 : i] != b"\\"
    ]
    at = data.draw(st.sampled_from(letters))
    new = content[:at] + (b"1" if content[at : at + 1] != b"1" else b"2") + content[at + 1 :]
    problems = check_bundle(new).problems
    assert any(p.byte_start <= at < p.byte_end for p in problems), (at, problems)
    assert (
        min(p.byte_end - p.byte_start for p in problems if p.byte_start <= at < p.byte_end) < 3000
    )


def test_moved_quote_with_new_digests_still_shows(claim_file: Path) -> None:
    bundle = json.loads(claim_file.read_bytes())
    bundle["annotations"][0]["target"]["selector"][1]["start"] += 1
    problems = check_bundle(lay_out(bundle)[0]).problems
    assert any("the quote is not what stands at" in problem.message for problem in problems)


def test_reports_and_claim_review(seeds: Assistant, claim_file: Path) -> None:
    bundle = json.loads(claim_file.read_bytes())
    markdown, page = markdown_report(bundle), html_report(bundle)
    assert "# Claim: The summit in Paris" in markdown
    assert "contradicted" in markdown
    assert "<mark>" in page
    assert "<script" not in page
    review = claim_review(seeds.check(CLAIM), author="A desk")
    assert review["@type"] == "ClaimReview"
    assert review["reviewRating"]["ratingValue"] == 1
    assert "countries" in review["citation"][0]["text"]


def test_no_library_is_needed(claim_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(claim_file.read_bytes())
    assert verify_bundle(copy).is_intact
    assert list(tmp_path.iterdir()) == [copy]


@pytest.mark.parametrize("there", ["b.json", "b.md", "b.html"])
def test_nothing_is_overwritten(seeds: Assistant, tmp_path: Path, there: str) -> None:
    (tmp_path / there).symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=rf"{there} exists") as caught:
        seeds.write_bundle(tmp_path / "b.json", seeds.verify("There is no such quote"))
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [there]


def test_no_bundle(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", "utf-8")
    with pytest.raises(BundleError, match="not an evidence bundle"):
        verify_bundle(other)
    with pytest.raises(BundleError, match="cannot be read"):
        verify_bundle(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"digests": ' + "1" * 5000 + "}", "a number of too many digits"),
        ('{"digests": {}, "annotations": 5}', "its annotations are no list"),
        ('{"digests": {}, "sources": true}', "its sources are no list"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_no_bundle_holds_is_said_in_one_line(content: str, message: str) -> None:
    with pytest.raises(BundleError, match=message) as caught:
        check_bundle(content.encode(), name="b.json")
    assert str(caught.value).startswith("b.json ")
    assert "\n" not in str(caught.value)


def test_nesting_that_only_json_bears_is_no_bundle() -> None:
    """Which depth that is depends on the interpreter: somewhere below its limit."""
    said = set()
    for depth in range(800, 1000):
        content = '{"digests": {}, "result": ' + "[" * depth + "]" * depth + "}"
        try:
            said.add(check_bundle(content.encode(), name="b.json").is_intact)
        except BundleError as error:
            said.add(str(error))
    assert said <= {False, "b.json is nested too deeply: not a bundle"}
