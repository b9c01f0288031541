from __future__ import annotations

import io
import json
import subprocess
import sys

import jsonschema
import pytest

from assistant.cli import run

CITATION = {
    "type": "object",
    "required": [
        "article_id",
        "title",
        "url",
        "published",
        "language",
        "section",
        "paragraph",
        "start",
        "end",
        "quote",
        "prefix",
        "suffix",
        "content_hash",
        "link",
    ],
    "properties": {
        "section": {"enum": ["headline", "caption", "lede", "body", "reactions", "related"]},
        "paragraph": {"type": "integer", "minimum": 0},
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "quote": {"type": "string", "minLength": 1},
        "content_hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "link": {"type": ["string", "null"]},
    },
}
PASSAGE = {
    "type": "object",
    "required": [
        "passage_id",
        "article_id",
        "title",
        "section",
        "paragraph",
        "start",
        "end",
        "text",
        "score",
        "dense_rank",
        "lexical_rank",
    ],
}
ANSWER = {
    "type": "object",
    "required": [
        "schema",
        "question",
        "status",
        "reason",
        "confidence",
        "answers",
        "passages",
        "related",
        "timings_ms",
    ],
    "properties": {
        "schema": {"const": "pullquote/answer/1"},
        "status": {"enum": ["answered", "unanswerable"]},
        "reason": {"type": ["string", "null"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "answers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["text", "confidence", "citations"],
                "properties": {"citations": {"type": "array", "minItems": 1, "items": CITATION}},
            },
        },
        "passages": {"type": "array", "items": PASSAGE},
        "related": {
            "type": "array",
            "items": {"type": "object", "required": ["article_id", "title", "score"]},
        },
        "timings_ms": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
COUNTRIES = "How many countries had representatives at the Paris summit?"


def test_an_answer_is_of_the_documented_form(call):
    code, out, err = call("ask", COUNTRIES, "--json")
    answer = json.loads(out)
    jsonschema.validate(answer, ANSWER)
    assert (code, answer["status"], err) == (0, "answered", "")
    citation = answer["answers"][0]["citations"][0]
    article = json.loads(call("show", citation["article_id"], "--json")[1])
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert article["content_hash"] == citation["content_hash"]


def test_no_answer_is_of_the_same_form_and_exits_with_1(call):
    code, out, _ = call("ask", "What is the boiling point of water?", "--json")
    answer = json.loads(out)
    jsonschema.validate(answer, ANSWER)
    assert (code, answer["status"], answer["answers"]) == (1, "unanswerable", [])
    assert answer["reason"]


def test_people_read_the_sentence_and_where_it_stands(call):
    code, out, _ = call("ask", COUNTRIES)
    assert code == 0
    assert "representatives from 35 countries" in out
    assert "[1] Coalition of the Willing plans security guarantees for Ukraine · " in out
    assert "\x1b" not in out


def test_a_batch_gives_one_object_a_line(call, tmp_path):
    batch = tmp_path / "questions.txt"
    batch.write_text(f"{COUNTRIES}\n\nWhat is the boiling point of water?\n", "utf-8")
    code, out, _ = call("ask", "--batch", str(batch))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [a["status"] for a in answers] == ["answered", "unanswerable"]
    code, out, _ = call("search", "-k", "2", "--batch", str(batch))
    assert [len(json.loads(line)["passages"]) for line in out.splitlines()] == [2, 2]


def test_search_lists_ranked_passages(call):
    code, out, _ = call("search", "mine clearance", "--json", "-k", "3")
    found = json.loads(out)
    assert (code, found["query"], len(found["passages"])) == (0, "mine clearance", 3)
    for passage in found["passages"]:
        jsonschema.validate(passage, PASSAGE)


def test_list_show_and_related(call):
    listed = json.loads(call("list", "--json")[1])["articles"]
    assert len(listed) == 8
    main = listed[0]
    assert {"id", "title", "url", "source", "published", "language"} <= set(main)
    shown = json.loads(call("show", "Coalition of the", "--json")[1])
    assert shown["id"] == main["id"]
    assert all(shown["text"][p["start"] : p["end"]].strip() for p in shown["paragraphs"])
    related = json.loads(call("related", main["id"], "--json")[1])["related"]
    assert len(related) == 5


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "give a question"),
        (["ask", "  "], 2, "is empty"),
        (["ask", "x", "--as-of", "yesterday"], 2, "is not a date"),
        (["ask", "x", "--section", "footer"], 2, "footer"),
        (["show", "nowhere"], 3, "no article has the id 'nowhere'"),
        (["search", "--batch", "/nonexistent/file"], 2, "/nonexistent/file"),
    ],
)
def test_bad_input_gets_one_line_and_a_code(call, arguments, code, says):
    got, out, err = call(*arguments)
    assert (got, out) == (code, "")
    assert says in err
    assert err.startswith("pullquote: ")
    assert err.count("\n") == 1


def test_an_unknown_command_is_named(capsys):
    assert run(["frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err


def test_articles_are_added_updated_and_removed(call, tmp_path):
    library = tmp_path / "own"
    page = tmp_path / "page.md"
    page.write_text("# Bridges\n\nThe bridge of Arta has 7 arches.\n", "utf-8")
    report = json.loads(call("add", str(page), "--json", library=library)[1])
    assert len(report["added"]) == 1
    assert (
        json.loads(call("add", str(page), "--json", library=library)[1])["unchanged"]
        == report["added"]
    )
    page.write_text("# Bridges\n\nThe bridge of Arta has 8 arches.\n", "utf-8")
    assert (
        json.loads(call("add", str(page), "--json", library=library)[1])["updated"]
        == report["added"]
    )
    shown = json.loads(call("show", report["added"][0], "--json", library=library)[1])
    assert "8 arches" in shown["text"]
    assert call("remove", report["added"][0], library=library)[0] == 0
    assert call("show", report["added"][0], library=library)[0] == 3


def test_what_cannot_be_added_is_listed_and_the_rest_goes_on(call, tmp_path):
    (tmp_path / "good.txt").write_text("The bridge of Arta has 7 arches, they say.", "utf-8")
    (tmp_path / "empty.txt").write_bytes(b"")
    code, out, _ = call(
        "add",
        str(tmp_path / "good.txt"),
        str(tmp_path / "empty.txt"),
        "--json",
        library=tmp_path / "own",
    )
    report = json.loads(out)
    assert code == 0
    assert len(report["added"]) == 1
    assert [f["source"].endswith("empty.txt") for f in report["failures"]] == [True]
    code, _, _ = call("add", str(tmp_path / "missing.txt"), library=tmp_path / "own")
    assert code == 3


def test_json_lines_come_in_from_stdin(call, tmp_path, monkeypatch):
    rows = [
        {
            "title": "Bridges",
            "text": "The bridge of Arta has 7 arches.",
            "url": "https://example.org/b",
            "published": "2026-01-06",
            "language": "en",
        }
    ]
    stdin = io.TextIOWrapper(io.BytesIO("\n".join(json.dumps(r) for r in rows).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert call("add", "-", library=tmp_path / "own")[0] == 0
    listed = json.loads(call("list", "--json", library=tmp_path / "own")[1])["articles"]
    added = next(a for a in listed if a["title"] == "Bridges")
    assert (added["url"], added["published"]) == ("https://example.org/b", "2026-01-06")


def test_doctor_finds_the_seeds_healthy(call):
    code, out, _ = call("doctor", "--json", "--no-repair")
    report = json.loads(out)
    assert (code, report["healthy"], report["checked"]["articles"]) == (0, True, 8)


HYGIENE = """
import sys
{code}
heavy = {{"torch", "transformers", "sentence_transformers", "textual", "tiktoken", "trafilatura", "feedparser", "protego", "mdit_py_plugins"}}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_library_that_is_made_is_told_so(call, tmp_path):
    mistyped = tmp_path / "newss"
    code, out, err = call("list", library=mistyped)
    assert (code, err) == (0, f"made a new library in {mistyped}, with the bundled articles\n")
    assert "Coalition of the Willing" in out
    assert call("list", library=mistyped) == (0, out, "")


@pytest.mark.parametrize(
    "code",
    [
        "import assistant",
        "from assistant.cli import run; run(['ask', 'Who is Merz?', '--library', LIBRARY])",
        "from assistant.cli import run; run(['search', 'Merz', '--library', LIBRARY])",
    ],
)
def test_asking_loads_nothing_heavy(seeds_folder, code):
    script = HYGIENE.format(code=code.replace("LIBRARY", repr(str(seeds_folder))))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_backup_brings_everything_back(call, tmp_path):
    library, page = tmp_path / "own", tmp_path / "page.md"
    page.write_text("# Bridges\n\nThe bridge of Arta has 7 arches.\n", "utf-8")
    added = json.loads(call("add", str(page), "--json", library=library)[1])["added"]
    assert call("backup", str(tmp_path / "kept.pullquote"), library=library)[0] == 0
    assert call("remove", added[0], library=library)[0] == 0
    code, out, _ = call("restore", str(tmp_path / "kept.pullquote"), library=library)
    aside = library / "before-restore.sqlite3"
    assert (code, aside.exists()) == (0, True)
    assert f"the library that was there is kept as {aside}" in out
    again = json.loads(
        call("restore", str(tmp_path / "kept.pullquote"), "--json", library=library)[1]
    )
    assert again == {
        "restored": str(library),
        "kept_aside": str(library / "before-restore-2.sqlite3"),
    }
    found = json.loads(call("search", "bridge of Arta", "--json", "-k", "1", library=library)[1])
    assert found["passages"][0]["article_id"] == added[0]
    assert json.loads(call("doctor", "--json", library=library)[1])["healthy"] is True


def test_what_is_no_backup_is_refused_and_changes_nothing(call, tmp_path):
    library = tmp_path / "own"
    assert call("list", library=library)[0] == 0
    (tmp_path / "not-a-backup").write_bytes(b"just some bytes" * 50)
    code, _, err = call("restore", str(tmp_path / "not-a-backup"), library=library)
    assert (code, "not a backup" in err) == (4, True)
    assert len(json.loads(call("list", "--json", library=library)[1])["articles"]) == 8
    code, _, err = call("backup", str(tmp_path / "not-a-backup"), library=library)
    assert (code, "exists" in err) == (2, True)


def test_an_article_that_may_not_be_whole_is_told_of(call, tmp_path):
    page, library = tmp_path / "page.html", tmp_path / "own"
    notice = "<p>Subscribe to continue reading.</p>"
    text = "<p>The council adopted the budget for the coming year after a long debate.</p>" * 3
    page.write_text(f"<html><title>Budget</title><article>{text}{notice}</article>", "utf-8")
    code, out, told = call("add", str(page), library=library)
    assert code == 0
    assert f"not sure: {page}: the page shows the whole article to subscribers only" in told
    assert "subscribers" not in out
    page.write_text(page.read_text("utf-8").replace("a long debate", "three hours"), "utf-8")
    _, out, _ = call("add", str(page), "--json", library=library)
    (warning,) = json.loads(out)["warnings"]
    assert warning["source"] == str(page)
    assert warning["message"].startswith("the page shows the whole article to subscribers only")
    shown = json.loads(call("show", warning["article_id"], "--json", library=library)[1])
    assert shown["published_from"] is None
