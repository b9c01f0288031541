"""What the command line refuses, and what it says of the articles that it leaves out."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.checking.evidence.bundles import verify_bundle
from assistant.cli import run
from assistant.errors import LibraryReadOnly
from assistant.tui.app import PullquoteApp
from assistant.types import Article, Paragraph, Section

COUNTRIES = "How many countries had representatives at the Paris summit?"
QUOTE = "We are not ruling anything out in principle"
CLAIM = "Representatives from 35 countries concretized plans in Paris."


def article(name, text, **about):
    return Article(
        id=name,
        title=about.pop("title", f"Title of {name}"),
        text=text,
        paragraphs=(Paragraph(0, len(text), Section.BODY, about.get("language", "en")),),
        source=f"{name}.txt",
        **about,
    )


@pytest.fixture
def bridges(tmp_path):
    """A library of four articles, two without a date."""
    folder = tmp_path / "bridges"
    with Assistant.open(folder, seeds=False) as pq:
        pq.add_articles(
            [
                article("a1", "The bridge of Arta has 7 arches.", published="2026-01-06"),
                article("a2", "The bridge of Mostar has 1 arch.", published="2020-01-06"),
                article("b1", "The bridge of Prague has 16 arches."),
                article("b2", "Le pont de Cahors a 6 arches.", language="fr"),
            ]
        )
    return folder


def ids(call, library):
    return sorted(
        a["id"] for a in json.loads(call("list", "--json", library=library)[1])["articles"]
    )


# Bundles


def test_the_evidence_of_an_answer_is_kept(call, tmp_path):
    path = tmp_path / "kept.json"
    code, out, err = call("ask", COUNTRIES, "--bundle", str(path))
    assert code == 0
    assert out.startswith("35 countries\n")
    names = ", ".join(str(path.with_suffix(end)) for end in (".json", ".md", ".html"))
    assert err == f"wrote {names}\n"
    report = verify_bundle(path)
    assert (report.is_intact, report.kind, report.subject) == (True, "answer", COUNTRIES)
    assert report.quote_count >= 2
    assert json.loads(call("verify", "--bundle", str(path), "--json")[1])["intact"] is True


def test_a_bundle_goes_with_one_question(call, tmp_path):
    batch, path = tmp_path / "questions.txt", tmp_path / "kept.json"
    batch.write_text(COUNTRIES, "utf-8")
    code, out, err = call("ask", "--batch", str(batch), "--bundle", str(path))
    assert (code, out) == (2, "")
    assert "--bundle goes with one question" in err
    assert not path.exists()
    assert "--bundle FILE" in call("ask", "--help")[1]


@pytest.mark.parametrize("command", [("ask", COUNTRIES), ("verify", QUOTE), ("check", CLAIM)])
@pytest.mark.parametrize("there", ["x.json", "x.md", "x.html"])
def test_a_bundle_overwrites_nothing(call, tmp_path, command, there):
    (tmp_path / there).write_text("my notes", "utf-8")
    code, out, err = call(*command, "--bundle", str(tmp_path / "x.json"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{tmp_path / there} exists" in err
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text("utf-8") == "my notes"


# Articles


@pytest.mark.parametrize("wrong", ["nope", "", " "])
def test_nothing_is_removed_where_one_id_is_unknown(call, bridges, wrong):
    code, out, err = call("remove", "a1", wrong, "b1", library=bridges)
    assert out == ""
    if wrong == "nope":
        assert (code, err) == (3, "pullquote: no article has the id 'nope': see `pullquote list`\n")
    else:
        assert (code, err.count("\n")) == (2, 1)
    assert ids(call, bridges) == ["a1", "a2", "b1", "b2"]


def test_an_article_that_is_named_twice_is_removed_once(call, bridges):
    code, out, _ = call("remove", "a1", "Title of a1", "b1", library=bridges)
    assert (code, out) == (0, "removed a1\nremoved b1\n")
    assert ids(call, bridges) == ["a2", "b2"]


def test_a_list_that_nothing_matches_says_so(call, bridges, tmp_path):
    assert call("list", "nope", library=bridges)[1] == "No article matches “nope”.\n"
    with Assistant.open(tmp_path / "empty", seeds=False) as pq:
        pq.add_articles([article("a", "The only one of all.")])
        pq.remove("a")
    empty = "The library is empty; add articles with `pullquote add`.\n"
    assert call("list", library=tmp_path / "empty")[1] == empty
    assert call("list", "nope", library=tmp_path / "empty")[1] == empty


def test_a_source_that_is_none_is_refused(call, bridges, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "page.txt").write_text("Not to be added by accident.", "utf-8")
    monkeypatch.chdir(tmp_path / "here")
    os.mkfifo(tmp_path / "pipe")
    code, out, _ = call("add", "", str(tmp_path / "pipe"), library=bridges)
    assert code == 3
    assert ids(call, bridges) == ["a1", "a2", "b1", "b2"]
    assert [line for line in out.splitlines() if line.startswith("failed: ")] == [
        "failed: an empty name; name a file, a folder or a web address",
        f"failed: {tmp_path / 'pipe'}: a pipe or device, not a file; its content may come in by -",
    ]
    code, _, err = call("add", "", "--watch", library=bridges)
    assert (code, err) == (2, "pullquote: --watch follows folders: name one\n")


def test_what_failed_is_named_once(call, bridges, tmp_path):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "line\nbreak").touch()
    missing = tmp_path / "missing"
    sources = [str(path) for path in (tmp_path / "empty.txt", tmp_path / "line\nbreak", missing)]
    out = call("add", *sources, "long" * 100, library=bridges)[1]
    assert out.splitlines()[1:] == [
        f"failed: {tmp_path}/empty.txt: empty; nothing to add",
        f"failed: {tmp_path}/line break: empty; nothing to add",
        f"failed: {missing}: no such file or folder; check the path",
        f"failed: {'long' * 100}: no such file or folder; check the path",
    ]


# What is searched


@pytest.mark.parametrize("command", ["ask", "search", "check"])
def test_an_unknown_article_is_an_error(call, bridges, command):
    code, out, err = call(command, "bridges", "--article", "nope", library=bridges)
    assert (code, out) == (3, "")
    assert err == "pullquote: no article has the id 'nope': see `pullquote list`\n"


def test_an_article_may_be_named_as_elsewhere(call, bridges):
    options = ["arches", "--article", "b1", "--article", "title of a2", "--json"]
    found = json.loads(call("search", *options, library=bridges)[1])["passages"]
    assert {passage["article_id"] for passage in found} == {"a2", "b1"}


def test_an_article_may_be_named_by_its_file(call, tmp_path):
    folder = tmp_path / "files"
    sources = {"a": "/srv/press/01-dam.md", "b": "/srv/press/02-dam.md", "c": "/srv/old/02-dam.md"}
    with Assistant.open(folder, seeds=False) as pq:
        pq.add_articles(
            [
                replace(article(name, f"The dam {name} was built in 198{at}."), source=source)
                for at, (name, source) in enumerate(sources.items())
            ]
        )
    for name, meant in [
        ("01-dam.md", "a"),
        ("/srv/press/02-dam.md", "b"),
        ("old/02-dam.md", "c"),
    ]:
        assert json.loads(call("show", name, "--json", library=folder)[1])["id"] == meant
    code, _, err = call("show", "02-dam.md", library=folder)
    assert code == 2
    assert "may mean several articles" in err
    for name in ("dam.md", "1-dam.md", "01-dam"):
        assert call("show", name, library=folder)[0] == 3


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("language", ["english", "en-GB", "xx", ""])
def test_what_is_no_language_is_an_error(call, bridges, command, language):
    code, out, err = call(command, "bridges", "--language", language, library=bridges)
    assert (code, out) == (2, "")
    assert err == (
        f"pullquote: --language {language!r} is not the code of a language: "
        "write two letters, such as en or ar\n"
    )


def test_a_language_that_is_one_or_is_there_is_searched_for(call, bridges):
    with Assistant.open(bridges) as pq:
        pq.add_articles([article("ckb1", "The bridge of Zakho has 5 arches.", language="ckb")])

    def found(language):
        out = call("search", "arches", "--json", "--language", language, library=bridges)[1]
        return {passage["article_id"] for passage in json.loads(out)["passages"]}

    assert found("FR") == {"b2"}
    assert found("ckb") == {"ckb1"}
    assert found("de") == set()


@pytest.mark.parametrize("command", ["ask", "search", "related", "timeline"])
@pytest.mark.parametrize("count", ["0", "-1"])
def test_fewer_than_one_cannot_be_asked_for(call, command, count):
    code, out, err = call(command, "x", "-k", count)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "'-k'" in err
    assert "x>=1" in err


@pytest.mark.parametrize(
    ("arguments", "left_out"),
    [
        (["ask", "arches", "--as-of", "2026"], 2),
        (["search", "arches", "--from", "2025"], 2),
        (["check", "The bridge has 7 arches.", "--as-of", "2026"], 2),
        (["timeline", "arches", "--as-of", "2026"], 2),
        (["search", "arches", "--as-of", "2026", "--language", "fr"], 1),
        (["search", "arches", "--as-of", "2026", "--article", "b1"], 1),
        (["timeline", "b1", "--as-of", "2026"], 1),
        (["search", "arches", "--as-of", "2026", "--article", "a1"], None),
        (["timeline", "a1", "--as-of", "2026"], None),
        (["search", "arches", "--article", "b1"], None),
        (["search", "arches", "--as-of", "2026", "--json"], None),
    ],
)
def test_what_is_left_out_for_want_of_a_date_is_counted(call, bridges, arguments, left_out):
    _, out, err = call(*arguments, library=bridges)
    assert out
    were = "article without a date was" if left_out == 1 else "articles without a date were"
    assert err == (f"{left_out} {were} left out\n" if left_out else "")


# Files that nobody vouches for


@pytest.fixture
def refused(seeds_folder, capsys, monkeypatch):
    """The one line that a command says before it ends with a refusal."""
    monkeypatch.setenv("PULLQUOTE_LIBRARY", str(seeds_folder))

    def refusing(*arguments):
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert (code in (2, 3), out, err.count("\n")) == (True, "", 1)
        return err

    return refusing


DEEP = b"[" * 200_000
DAMAGED = gzip.compress(b'{"data": []}' * 99, mtime=0)[:-20] + bytes(20)


@pytest.mark.parametrize("task", ["answers", "claims"])
@pytest.mark.parametrize("content", [DEEP, DAMAGED, b"\xff{}"], ids=["deep", "damaged", "no UTF-8"])
def test_what_eval_cannot_read_is_told(refused, tmp_path, task, content):
    (tmp_path / "questions").write_bytes(content)
    told = refused("eval", "--task", task, str(tmp_path / "questions"))
    assert f"{tmp_path / 'questions'}: cannot be read" in told


def test_what_unpacks_to_more_than_eval_reads_is_refused(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.evaluation.squad.MAX_BYTES", 2 << 20)
    path = tmp_path / "questions.json.gz"
    path.write_bytes(gzip.compress(bytes(3 << 20)))
    assert "larger than the limit of 2 MiB" in refused("eval", str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
@pytest.mark.parametrize("command", [["eval"], ["verify", "--bundle"]])
def test_what_never_ends_is_not_read(refused, tmp_path, command):
    os.mkfifo(tmp_path / "pipe")
    for endless in (str(tmp_path / "pipe"), "/dev/zero"):
        assert re.search(rf"{endless}:? cannot be read", refused(*command, endless))


@pytest.mark.parametrize(
    "batch",
    ["[" * 200_000, '{"claim":' * 99_999, 'claim,id\n"' + "x" * 200_000, "x" * 3000],
    ids=["deep", "deep objects", "a long cell", "long"],
)
def test_a_batch_of_claims_that_cannot_be_read_is_told(refused, tmp_path, batch):
    (tmp_path / "claims").write_text(batch, "utf-8")
    assert str(tmp_path / "claims") in refused("check", "--batch", str(tmp_path / "claims"))


def test_a_batch_is_read_no_further_than_it_may_be_long(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.cli.checking.MAX_BATCH_CHARS", 100)
    monkeypatch.setattr("assistant.cli.commands.MAX_LINE_CHARS", 5_000)
    (tmp_path / "batch").write_text("x" * 99_999, "utf-8")
    batch = ["--batch", str(tmp_path / "batch")]
    assert "more than 100 characters: split it" in refused("check", *batch)
    for command in ("ask", "search"):
        assert "has 5,000 characters and may have 2,000" in refused(command, *batch)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", "# Notes\n\nNot to be lost.\n"),
        ("notes.jsonl", '{"note": "Not to be lost."}\n'),
        ("notes.csv", "not to be lost"),
        ("notes.jsonl", "{"),
    ],
)
def test_results_are_not_written_over_another_file(call, refused, tmp_path, name, content):
    (tmp_path / "claims").write_text("Pigs fly.", "utf-8")
    (tmp_path / name).write_text(content, "utf-8")
    arguments = ["check", "--batch", str(tmp_path / "claims"), "--out", str(tmp_path / name)]
    if content == "{":  # as a process leaves it that is killed
        assert call(*arguments)[0] == 0
        assert json.loads((tmp_path / name).read_text("utf-8"))["claim"] == "Pigs fly."
    else:
        assert f"{tmp_path / name} is not a file of results" in refused(*arguments)
        assert (tmp_path / name).read_text("utf-8") == content


def test_results_are_for_their_owner_only(call, tmp_path):
    (tmp_path / "claims").write_text("Pigs fly.", "utf-8")
    out = tmp_path / "results.csv"
    assert call("check", "--batch", str(tmp_path / "claims"), "--out", str(out))[0] == 0
    assert out.stat().st_mode & 0o777 == 0o600


def test_predictions_are_not_written_over_another_file(refused, tmp_path):
    (tmp_path / "notes").write_text("Not to be lost.", "utf-8")
    for option in ("--predictions", "--null-odds"):
        told = refused("eval", str(tmp_path / "notes"), option, str(tmp_path / "notes"))
        assert f"{tmp_path / 'notes'} exists: name a new file" in told


# Elsewhere


def test_a_conversation_of_no_number_is_not_there(refused):
    assert f"no conversation has the number {10**30}" in refused("history", str(10**30))


def test_a_library_with_an_odd_name_is_one_or_is_refused(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("add", "nothing", library=Path("~no-such-user/library"))[0] == 3
    assert (tmp_path / "~no-such-user" / "library" / "library.sqlite3").exists()
    code, out, err = call("add", "nothing", library=Path("x" * 300))
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.endswith("library.sqlite3 failed (File name too long)\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a system without a full device")
def test_what_cannot_be_written_is_told(seeds_folder):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "--library", str(seeds_folder), "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 3
    assert done.stderr == "pullquote: reading or writing failed (No space left on device)\n"


def test_a_backup_that_cannot_be_written_blames_its_place(call, tmp_path, monkeypatch):
    target = tmp_path / "nowhere" / "kept.pullquote"
    code, out, err = call("backup", str(target))
    assert (code, out) == (2, "")
    assert err == f"pullquote: there is no folder {tmp_path / 'nowhere'}: make it first\n"
    (tmp_path / "file").touch()
    assert call("backup", str(tmp_path / "file" / "kept.pullquote"))[0] == 2
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: str(path) != str(tmp_path) and access(path, mode)
    )
    code, out, err = call("backup", str(tmp_path / "kept.pullquote"))
    assert (code, out) == (LibraryReadOnly.exit_code, "")
    assert err == f"pullquote: {tmp_path} cannot be written: choose another place for the backup\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stdin", "stdout", "driver", "opened"),
    [
        (io.StringIO, io.StringIO, None, "plain"),
        (io.StringIO, Screen, None, "plain"),
        (Screen, io.StringIO, None, "plain"),
        (Screen, Screen, None, "screen"),
        (io.StringIO, io.StringIO, "textual.drivers.web_driver:WebDriver", "screen"),
    ],
)
def test_without_a_terminal_the_chat_is_plain(
    seeds_folder, monkeypatch, tmp_path, stdin, stdout, driver, opened
):
    monkeypatch.setenv("PULLQUOTE_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    if driver is not None:
        monkeypatch.setenv("TEXTUAL_DRIVER", driver)
    monkeypatch.setattr(PullquoteApp, "run", lambda self: 99)
    written = stdout()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stdin("/verify We are not ruling anything out\n"))
        patch.setattr(sys, "stdout", written)
        code = run(["--library", str(seeds_folder)])
    if opened == "screen":
        assert (code, written.getvalue()) == (99, "")
    else:
        assert code == 0
        assert "Exact" in written.getvalue()
