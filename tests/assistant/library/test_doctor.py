"""What doctor finds, and what it makes good."""

from __future__ import annotations

import json
import logging
import random
import shutil
import sqlite3
import subprocess
import sys

import pytest

from assistant.library.caches import Caches
from tests.assistant.library.test_durability import filled, open_library, write_articles

ARTICLES = 12


@pytest.fixture
def folder(tmp_path):
    filled(tmp_path / "library", tmp_path / "articles.jsonl", ARTICLES)
    return tmp_path / "library"


@pytest.fixture
def told(caplog):
    """The lines that a person reads on stderr."""
    caplog.set_level(logging.WARNING, logger="pullquote")
    return lambda: [record.getMessage() for record in caplog.records]


def execute(folder, sql, *values):
    connection = sqlite3.connect(folder / "library.sqlite3")
    with connection:
        connection.execute(sql, values)
    connection.close()


def flip(path, at, bit=0):
    # In its place: a file that is mapped may not be made shorter, even for a moment.
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


@pytest.mark.parametrize("full", [False, True])
def test_a_bit_that_flips_in_any_vector_is_found_and_made_good(folder, full):
    chosen = random.Random(1)
    with open_library(folder) as pq:
        right = {i: pq._library.passage_vectors(i).tobytes() for i in pq._library.article_ids()}
        passages = dict(pq._library.history_rows("SELECT id, vector FROM passages"))
        owners = dict(pq._library.history_rows("SELECT id, article_id FROM passages"))
    for passage_id, vector in passages.items():
        wrong = bytearray(vector)
        # A number of several bits: one that is next to nothing may turn without a trace.
        at = max(range(0, len(wrong), 2), key=lambda i: wrong[i + 1] & 0x7F)
        wrong[at + 1] ^= 1 << chosen.choice([0, 1, 2, 3, 7])
        execute(folder, "UPDATE passages SET vector = ? WHERE id = ?", bytes(wrong), passage_id)
    with open_library(folder) as pq:
        report = pq.doctor(repair=False, full=full)
        assert {line.split()[1].rstrip(":") for line in report.problems} == set(owners.values())
        assert pq.doctor(full=full).is_healthy
        assert pq.doctor(repair=False, full=True).problems == ()
        assert {i: pq._library.passage_vectors(i).tobytes() for i in right} == right


def test_a_vector_of_another_text_is_found_without_an_index(folder):
    with open_library(folder) as pq:
        other = pq._library.history_rows("SELECT vector FROM passages WHERE id = 4")[0][0]
    execute(folder, "UPDATE passages SET vector = ? WHERE id = 9", other)
    shutil.rmtree(folder / "vectors")
    with open_library(folder) as pq:
        assert len(pq.doctor(repair=False).problems) == 1
        assert pq.doctor().is_healthy
        assert pq.doctor(repair=False).problems == ()


@pytest.mark.parametrize(
    "change",
    [
        "title = title || '!'",
        "title_derived = 1",
        "author = 'Nobody'",
        "url = url || '/'",
        "published = '2020-01-01'",
        "language = 'xx'",
        "metadata = '{\"a\": 1}'",
        "text = replace(text, 'bridges', 'Bridges')",
    ],
)
def test_what_is_not_as_it_was_read_is_found_and_comes_back_with_its_source(
    folder, tmp_path, change
):
    with open_library(folder) as pq:
        expected = [pq.article(summary.id) for summary in pq.articles()]
    execute(folder, f"UPDATE articles SET {change} WHERE rowid = 3")
    with open_library(folder) as pq:
        assert [line.endswith("add it again") for line in pq.doctor(repair=False).problems] == [
            True
        ]
        assert not pq.doctor().is_healthy
        assert len(pq.add([tmp_path / "articles.jsonl"]).updated) == 1
        assert pq.doctor(repair=False).problems == ()
        assert sorted((pq.article(a.id) for a in expected), key=lambda a: a.id) == sorted(
            expected, key=lambda a: a.id
        )


def test_sections_are_part_of_what_was_read(folder):
    execute(folder, "UPDATE paragraphs SET section = 'lede' WHERE section = 'body'")
    execute(folder, "UPDATE passages SET section = 'lede' WHERE section = 'body'")
    with open_library(folder) as pq:
        assert len(pq.doctor(repair=False).problems) == ARTICLES


# Indexes that rot


def files_of(folder, name):
    """Files of an index by what they are: their names change whenever it is made anew."""
    paths = [folder / f"{name}.json", *(folder / name).iterdir()]
    return {
        path.suffix if name == "lexical" else path.name.split("-")[0]: path
        for path in paths
        if path.exists() and path.stat().st_size and not path.name.startswith(".")
    }


def found(pq):
    assert {hit.passage.title for hit in pq.search("bridges in the town of Nr7", k=24)} == {
        f"Article {number}" for number in range(ARTICLES)
    }
    return pq.search("Nr7", k=1)[0].passage.title


@pytest.mark.parametrize("name", ["lexical", "vectors"])
@pytest.mark.parametrize("part", range(5))
def test_a_byte_that_rots_in_an_index_is_mended_by_whoever_comes(folder, told, name, part):
    chosen = random.Random(part)
    for kind in sorted(files_of(folder, name)):
        path = files_of(folder, name)[kind]
        at = chosen.randrange(path.stat().st_size)
        flip(path, at, chosen.randrange(8))
        before = len(told())
        with open_library(folder) as pq:
            assert found(pq) == "Article 7", (path.name, at)
            assert pq.doctor(repair=False).problems == (), (path.name, at)
        assert all("made anew" in line and "\n" not in line for line in told()[before:])
        assert len(told()) - before <= 1
        with open_library(folder) as pq:
            assert found(pq) == "Article 7"
        assert len(told()) - before <= 1


@pytest.mark.parametrize("name", ["lexical", "vectors"])
def test_a_file_that_is_gone_from_an_index_is_mended_by_whoever_comes(folder, told, name):
    kinds = sorted(files_of(folder, name))
    assert len(kinds) > 2
    for kind in kinds:
        files_of(folder, name)[kind].unlink()
        with open_library(folder) as pq:
            assert found(pq) == "Article 7"
            assert pq.doctor(repair=False).problems == ()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b'{"schema": 2}', b"[" * 100_000, b"null"]
)
def test_any_manifest_is_taken_for_what_it_is(folder, told, content):
    for path in (folder / "lexical.json", folder / "vectors" / "manifest.json"):
        path.write_bytes(content)
    with open_library(folder) as pq:
        assert found(pq) == "Article 7"
    assert len(told()) in (1, 2)
    with open_library(folder) as pq:
        assert pq.doctor(repair=False).problems == ()


def test_an_index_that_rots_while_it_is_open_is_searched_all_the_same(folder, told):
    with open_library(folder) as pq:
        index = pq._caches.lexical()

        class Rotten:
            def searcher(self):
                raise ValueError("An IO error occurred: 'gone'")

        index._index = Rotten()
        with pq._library.writing(), open_library(folder) as other:
            other._caches.lexical()._index = Rotten()
            assert found(other) == "Article 7"
            assert other._caches.lexical().in_memory
        assert found(pq) == "Article 7"
        assert not pq._caches.lexical().in_memory
        assert len(told()) == 2
    with open_library(folder) as pq:
        assert found(pq) == "Article 7"
        assert len(told()) == 2


def test_a_rotten_index_of_a_library_that_cannot_be_written_is_made_in_memory(folder, told):
    from assistant.assistant import Assistant
    from assistant.library import Library
    from tests.assistant.fakes import DIM, HashEncoder

    flip(next((folder / "lexical").glob("*.term")), 3)
    flip(next((folder / "vectors").glob("base_ids*")), 3)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    library = Library(folder, model_id=HashEncoder.id, dim=DIM, read_only=True)
    with Assistant(library, HashEncoder()) as pq:
        assert found(pq) == "Article 7"
    assert len(told()) == 2
    assert {path: path.read_bytes() for path in before} == before


def test_a_vector_that_is_none_stops_no_search(folder):
    execute(folder, "UPDATE passages SET vector = x'00' WHERE id = 3")
    execute(folder, "UPDATE passages SET vector = replace(hex(vector), '0', 'F') WHERE 0")
    nothing = b"\x00\x7e" * 16
    execute(folder, "UPDATE passages SET vector = ? WHERE id = 5", nothing)
    shutil.rmtree(folder / "vectors")
    with open_library(folder) as pq:
        assert found(pq) == "Article 7"
        assert len(pq.doctor(repair=False).problems) == 2
        assert pq.doctor().is_healthy
        assert pq.doctor(repair=False).problems == ()


def test_indexes_that_follow_are_not_told_as_rotten(folder, tmp_path, told):
    write_articles(tmp_path / "articles.jsonl", ARTICLES + 3)
    with open_library(folder) as pq:
        pq.add([tmp_path / "articles.jsonl"])
        shutil.rmtree(folder / "vectors")
        assert len(Caches(pq._library).vectors()) == 3 * (ARTICLES + 3)
    assert told() == []


def test_the_command_line_tells_in_one_line(call, tmp_path):
    source, library = tmp_path / "a.txt", tmp_path / "library"
    source.write_text("The tower\n\nThe tower has 35 floors.\n", "utf-8")
    assert call("add", str(source), library=library)[0] == 0
    manifest = library / "lexical.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_bytes()) | {"generation": 7}))
    # In a process of its own: tests catch what is logged.
    command = [sys.executable, "-m", "assistant", "search", "tower", "--json", "--library", library]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["passages"]
    assert len(done.stderr.splitlines()) == 1
    assert "made anew from the articles" in done.stderr
