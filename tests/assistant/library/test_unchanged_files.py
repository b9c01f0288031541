"""Files that look as they did are not read again, and what was read of them stays whole."""

from __future__ import annotations

import json
import os

import pytest

from assistant.assistant import Assistant
from assistant.library import Library, ingest
from assistant.sources import isolation
from tests.assistant.fakes import HashEncoder


@pytest.fixture
def pq(tmp_path):
    encoder = HashEncoder()
    library = Library(tmp_path / "library", model_id=encoder.id, dim=encoder.dim)
    with Assistant(library, encoder) as opened:
        yield opened


@pytest.fixture
def parsed(monkeypatch):
    """Names of the files that were parsed, in order."""
    names = []
    parse = isolation.parse_isolated

    def counting(stream, *, location, url):
        names.append(os.path.basename(location))
        return parse(stream, location=location, url=url)

    monkeypatch.setattr(isolation, "parse_isolated", counting)
    return names


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "articles"
    made.mkdir()
    for name in ("a", "b"):
        (made / f"{name}.txt").write_text(f"Title {name}\n\nThe harbour {name} has 12 cranes.\n")
    return made


def lines(*rows):
    return "".join(
        json.dumps({"title": row, "text": f"{row} has 12 cranes."}) + "\n" for row in rows
    )


def test_unchanged_files_are_not_read(pq, folder, parsed):
    first = pq.add(folder)
    parsed.clear()
    second = pq.add(folder)
    assert parsed == []
    assert (sorted(second.unchanged), second.added, second.updated, second.vanished) == (
        sorted(first.added),
        (),
        (),
        (),
    )


def test_rehash_reads_them(pq, folder, parsed):
    first = pq.add(folder)
    parsed.clear()
    second = pq.add(folder, rehash=True)
    assert parsed == ["a.txt", "b.txt"]
    assert sorted(second.unchanged) == sorted(first.added)
    parsed.clear()
    pq.add(folder)
    assert parsed == []


def test_a_file_of_another_content_is_read_though_size_and_date_are_the_same(pq, folder, parsed):
    pq.add(folder)
    parsed.clear()
    file = folder / "a.txt"
    before = file.stat()
    file.write_text(file.read_text().replace("12", "13"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    report = pq.add(folder)
    assert (parsed, len(report.updated), len(report.unchanged)) == (["a.txt"], 1, 1)
    assert "13 cranes" in pq.article(report.updated[0]).text


def test_a_file_put_in_its_place_is_read(pq, folder, parsed):
    pq.add(folder)
    parsed.clear()
    other = folder.parent / "other.txt"
    other.write_text("Title a\n\nThe harbour a has 99 cranes.\n")
    os.replace(other, folder / "a.txt")
    assert len(pq.add(folder).updated) == 1
    assert parsed == ["a.txt"]


def test_what_was_removed_comes_back_with_its_file(pq, folder, parsed):
    (folder / "rows.jsonl").write_text(lines("one", "two"))
    pq.add(folder)
    gone = pq.articles(matching="one")[0].id
    pq.remove(gone)
    parsed.clear()
    report = pq.add(folder)
    assert (parsed, report.added) == (["rows.jsonl"], (gone,))


def test_a_file_with_a_record_that_fails_is_read_again(pq, folder, parsed):
    (folder / "rows.jsonl").write_text(lines("one") + "{no json\n")
    assert len(pq.add(folder).failures) == 1
    parsed.clear()
    assert len(pq.add(folder).failures) == 1
    assert parsed == ["rows.jsonl"]


def test_a_file_that_lost_an_article_says_so_every_time(pq, folder, parsed):
    rows = folder / "rows.jsonl"
    rows.write_text(lines("one", "two"))
    pq.add(folder)
    gone = pq.articles(matching="two")[0].id
    rows.write_text(lines("one"))
    assert pq.add(folder).vanished == (gone,)
    assert pq.add(folder).vanished == (gone,)


def test_a_page_that_was_saved_twice_is_read_again(pq, tmp_path, parsed):
    page = (
        '<html><head><title>X</title><link rel="canonical" href="https://example.org/x"></head>'
        "<body><article><h1>X</h1><p>The harbour has 12 cranes.</p></article></body></html>"
    )
    files = [tmp_path / "x.html", tmp_path / "y.html"]
    for file in files:
        file.write_text(page)
    assert len(pq.add(files).added) == 1
    parsed.clear()
    report = pq.add(files)
    assert (parsed, report.added, report.updated) == (["y.html"], (), ())


def test_another_release_reads_them_again(pq, folder, parsed, monkeypatch):
    pq.add(folder)
    parsed.clear()
    monkeypatch.setattr(ingest, "__version__", "999")
    pq.add(folder)
    assert parsed == ["a.txt", "b.txt"]


def test_what_the_doctor_wants_made_anew_is_read(pq, folder, parsed):
    added = pq.add(folder).added
    pq._library.forget_state(added[0])
    parsed.clear()
    assert pq.add(folder).updated == (added[0],)
    assert parsed == ["a.txt"]


def test_where_a_disk_counts_whole_seconds_files_are_read(pq, folder, parsed, monkeypatch):
    fstat = os.fstat

    def coarse(descriptor):
        status = fstat(descriptor)
        seconds = int(status.st_mtime) * 10**9
        return os.stat_result(tuple(status), {"st_mtime_ns": seconds, "st_ctime_ns": seconds})

    monkeypatch.setattr(os, "fstat", coarse)
    pq.add(folder)
    pq.add(folder)
    assert parsed == ["a.txt", "b.txt"] * 2


def test_the_command_line_forces_it(call, folder, parsed, tmp_path):
    library = tmp_path / "own"
    call("add", str(folder), library=library)
    parsed.clear()
    call("add", str(folder), library=library)
    assert parsed == []
    code, out, _ = call("add", "--rehash", "--json", str(folder), library=library)
    assert (code, parsed, len(json.loads(out)["unchanged"])) == (0, ["a.txt", "b.txt"], 2)
