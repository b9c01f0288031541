"""Backups and restores: nothing is lost, and nothing but articles comes back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from assistant.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryReadOnly
from assistant.library import Library, archive, schema
from assistant.library.archive import backup, restore
from assistant.library.database import acquire_writer_lock
from tests.assistant.fakes import DIM, HashEncoder
from tests.assistant.library.test_durability import (
    check_whole,
    filled,
    open_library,
    write_articles,
)


def count_of(path, table="articles"):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    finally:
        connection.close()


def tampered(path, *statements):
    """A file in which somebody else has run some SQL."""
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


@pytest.fixture
def kept(tmp_path):
    """A backup of a library of 3 articles and one kept conversation."""
    filled(tmp_path / "theirs", tmp_path / "articles.jsonl", 3)
    with open_library(tmp_path / "theirs") as pq:
        pq.add_turn(pq.start_conversation("Bridges"), pq.ask("How many bridges has Nr1?"))
        backup(pq._library, tmp_path / "kept.pullquote")
    return tmp_path / "kept.pullquote"


# What comes back


def test_all_that_was_backed_up_comes_back(tmp_path, kept):
    restore(kept, tmp_path / "library")
    with open_library(tmp_path / "theirs") as theirs, open_library(tmp_path / "library") as ours:
        assert [a.id for a in ours.articles()] == [a.id for a in theirs.articles()]
        for summary in theirs.articles():
            assert ours.article(summary.id) == theirs.article(summary.id)
            assert ours._library.hashes(summary.id) == theirs._library.hashes(summary.id)
            assert ours._library.passages_of(summary.id) == theirs._library.passages_of(summary.id)
        assert [c.title for c in ours.conversations()] == ["Bridges"]
        assert [a.question for a in ours.turns(1)] == ["How many bridges has Nr1?"]
        assert ours.articles() == theirs.articles()
        assert ours.doctor(repair=False).problems == ()
        assert len(ours.add([tmp_path / "articles.jsonl"]).unchanged) == 3


def test_near_copies_are_known_again(tmp_path):
    text = " ".join(f"word{n}" for n in range(60))
    rows = [{"title": str(n), "text": text, "url": f"https://example.org/{n}"} for n in range(3)]
    (tmp_path / "copies.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with open_library(tmp_path / "theirs") as pq:
        report = pq.add([tmp_path / "copies.jsonl"])
        backup(pq._library, tmp_path / "kept")
    restore(tmp_path / "kept", tmp_path / "library")
    with open_library(tmp_path / "library") as pq:
        assert pq._library.originals(report.added) == dict(report.duplicates)
        assert len(report.duplicates) == 2


def test_a_text_that_was_changed_is_not_taken_for_what_was_read(tmp_path, kept):
    tampered(kept, "UPDATE articles SET text = replace(text, 'bridges', 'tunnels')")
    restore(kept, tmp_path / "library")
    with open_library(tmp_path / "library") as pq:
        changed = pq.articles()[0]
        assert changed.content_hash == pq.article(changed.id).content_hash
        assert "tunnels" in pq.article(changed.id).text
        assert len(pq.add([tmp_path / "articles.jsonl"]).updated) == 3
        assert "bridges" in pq.article(changed.id).text


# Code in a backup


PLANTED = [
    "CREATE TRIGGER x AFTER INSERT ON articles BEGIN UPDATE articles SET text = 'no'; END",
    "CREATE TRIGGER x AFTER DELETE ON meta BEGIN DELETE FROM articles; END",
    "CREATE TRIGGER x AFTER UPDATE ON meta BEGIN DELETE FROM articles; END",
    "CREATE VIEW x AS WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v FROM n) SELECT v FROM n",
    "CREATE TABLE x (y)",
    "CREATE INDEX x ON articles (hex(zeroblob(10)) || text)",
    "CREATE UNIQUE INDEX x ON articles (title) WHERE language = 'xx'",
]


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_in_a_backup_stays_there(tmp_path, kept, planted):
    restore(tampered(kept, planted), tmp_path / "library")
    write_articles(tmp_path / "more.jsonl", 2)
    with open_library(tmp_path / "library") as pq:
        assert len(pq.add([tmp_path / "more.jsonl"]).added) == 2
        assert pq.doctor(repair=False).problems == ()
        assert all("bridges" in pq.article(summary.id).text for summary in pq.articles())
    found = sqlite3.connect(tmp_path / "library" / "library.sqlite3")
    assert schema.stored_definitions(found) == schema.definitions(schema.SCHEMA_VERSION)
    found.close()


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_library_with_something_planted_in_it_is_refused_and_its_articles_kept(
    tmp_path, planted, read_only
):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 3)
    tampered(folder / "library.sqlite3", planted)
    with pytest.raises(LibraryDamaged, match=r"not as Pullquote made it .*'x'.*pullquote restore"):
        Library(folder, model_id=HashEncoder.id, dim=DIM, read_only=read_only)
    aside = restore(folder / "library.sqlite3", folder)
    check_whole(folder, [])
    assert count_of(folder / "library.sqlite3") == count_of(aside) == 3


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE links",
        "ALTER TABLE articles ADD COLUMN more TEXT",
        "ALTER TABLE passages RENAME COLUMN vector TO row",
    ],
)
def test_tables_of_another_form_are_no_backup(tmp_path, kept, change):
    with pytest.raises(LibraryDamaged, match="is not as Pullquote makes it"):
        restore(tampered(kept, change), tmp_path / "library")
    assert not (tmp_path / "library").exists()


def test_a_view_in_the_place_of_a_table_is_no_backup(tmp_path, kept):
    endless = "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n) SELECT v AS key, v AS value FROM n"
    tampered(kept, "DROP TABLE meta", f"CREATE VIEW meta AS {endless}")
    with pytest.raises(LibraryDamaged, match="'meta' is not as Pullquote makes it"):
        restore(kept, tmp_path / "library")


@pytest.mark.skipif(os.name != "posix", reason="names of files that are bytes")
def test_a_backup_may_have_any_name(tmp_path, kept):
    name = tmp_path / os.fsdecode(b"caf\xe9?%41#.pullquote")
    with open_library(tmp_path / "theirs") as pq:
        backup(pq._library, name)
        with pytest.raises(LibraryReadOnly, match="File name too long"):
            backup(pq._library, tmp_path / ("x" * 300))
    restore(name, tmp_path / "library")
    assert count_of(tmp_path / "library" / "library.sqlite3") == 3
    assert [path for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


# Rows in a backup

CRAFTED = {
    "no meta": "DELETE FROM meta",
    "no generation": "DELETE FROM meta WHERE key = 'generation'",
    "a generation that is no number": "UPDATE meta SET value = 'x' WHERE key = 'generation'",
    "a generation at the end": f"UPDATE meta SET value = '{2**63 - 1}' WHERE key = 'generation'",
    "a generation of many digits": f"UPDATE meta SET value = '{'0' * 20}{'9' * 30}' WHERE key = 'generation'",
    "a dimension of more digits than are read": f"UPDATE meta SET value = '{'0' * 20}{'9' * 5000}' WHERE key = 'dim'",
    "a dimension of none": "UPDATE meta SET value = '-1' WHERE key = 'dim'",
    "another dimension": "UPDATE meta SET value = '8' WHERE key = 'dim'",
    "a huge dimension": f"UPDATE meta SET value = '{2**50}' WHERE key = 'dim'",
    "metadata that are no JSON": "UPDATE articles SET metadata = '{'",
    "metadata that are a list": "UPDATE articles SET metadata = '[1, 2]'",
    "deep metadata": "UPDATE articles SET metadata = replace(hex(zeroblob(50000)), '0', '[')",
    "no id": "UPDATE passages SET article_id = '' WHERE article_id = (SELECT id FROM articles LIMIT 1); "
    "UPDATE paragraphs SET article_id = '' WHERE article_id = (SELECT id FROM articles LIMIT 1); "
    "UPDATE articles SET id = '' WHERE id = (SELECT id FROM articles LIMIT 1)",
    "a long address": "UPDATE articles SET url = hex(zeroblob(50000))",
    "an unknown section": "UPDATE paragraphs SET section = 'nowhere'",
    "an unknown kind": "UPDATE paragraphs SET kind = 'nothing'",
    "a paragraph beyond the text": 'UPDATE paragraphs SET "end" = "end" + 1000',
    "a paragraph before the text": "UPDATE paragraphs SET start = -5 WHERE position = 0",
    "an empty paragraph": 'UPDATE paragraphs SET start = "end" WHERE position = 0',
    "a gap between the positions": "UPDATE paragraphs SET position = 7 WHERE position = 1",
    "a page of none": "UPDATE paragraphs SET page = 0",
    "a passage of no paragraph": "UPDATE passages SET paragraph = 99",
    "a passage of a paragraph before": "UPDATE passages SET paragraph = -1",
    "a passage beyond its paragraph": 'UPDATE passages SET "end" = "end" + 1',
    "a passage of another section": "UPDATE passages SET section = 'caption'",
    "a passage that is no evidence": "UPDATE passages SET is_evidence = 0",
    "a passage of no article": "UPDATE passages SET article_id = 'nobody'",
    "the last id": f"UPDATE passages SET id = {2**63 - 1} WHERE id = 1",
    "an id below": "UPDATE passages SET id = -1 WHERE id = 1",
    "a short vector": "UPDATE passages SET vector = x'00'",
    "a vector of nothing": f"UPDATE passages SET vector = zeroblob({2 * DIM})",
    "a vector of no numbers": f"UPDATE passages SET vector = x'{'007e' * DIM}'",
    "a turn that is no JSON": "UPDATE turns SET answer = 'x'",
    "a turn that is no answer": "UPDATE turns SET answer = '{}'",
    "a turn that asks a number": "UPDATE turns SET answer = json_set(answer, '$.question', 5)",
    "a turn of any certainty": "UPDATE turns SET answer = json_set(answer, '$.confidence', 'x')",
    "a turn with half a character": "UPDATE turns SET answer = "
    "replace(answer, 'bridges', char(92) || 'ud800')",
    "text of no characters": "UPDATE articles SET title = CAST(x'ff41' AS TEXT)",
}


@pytest.mark.parametrize("crafted", CRAFTED.values(), ids=CRAFTED.keys())
def test_a_backup_with_a_row_that_cannot_be_is_refused_whole(tmp_path, kept, crafted):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 2)
    tampered(kept, *crafted.split("; "))
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(LibraryDamaged, match=r"kept\.pullquote") as told:
        restore(kept, folder)
    assert "\n" not in str(told.value)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert count_of(folder / "library.sqlite3") == 2


@pytest.mark.parametrize(
    "name", ["no meta", "no generation", "a generation of many digits", "another dimension"]
)
def test_a_library_that_does_not_say_what_it_holds_is_refused_at_once(tmp_path, name):
    filled(tmp_path / "library", tmp_path / "articles.jsonl", 2)
    tampered(tmp_path / "library" / "library.sqlite3", CRAFTED[name])
    with pytest.raises((LibraryError, archive.UsageError), match="vectors"):
        open_library(tmp_path / "library")


@pytest.mark.parametrize("name", list(CRAFTED)[9:])
def test_doctor_tells_of_a_row_that_cannot_be(tmp_path, name):
    filled(tmp_path / "library", tmp_path / "articles.jsonl", 2)
    with open_library(tmp_path / "library") as pq:
        pq.add_turn(pq.start_conversation("Bridges"), pq.ask("How many bridges has Nr1?"))
    tampered(tmp_path / "library" / "library.sqlite3", *CRAFTED[name].split("; "))
    with open_library(tmp_path / "library") as pq:
        assert pq.doctor(repair=False).problems


# Where it is put


def test_restoring_again_keeps_every_library_that_was_there(tmp_path, kept):
    folder = tmp_path / "library"
    assert restore(kept, folder) is None
    shutil.rmtree(folder)
    filled(folder, tmp_path / "articles.jsonl", 7)
    aside = [restore(kept, folder) for _ in range(3)]
    assert [count_of(path) for path in aside] == [7, 3, 3]
    assert len({*aside, folder / "library.sqlite3"}) == 4
    assert count_of(folder / "library.sqlite3") == 3


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_no_log_of_another_database_stays_beside_a_restored_one(tmp_path, kept, suffix):
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / f"library.sqlite3{suffix}").write_bytes(b"of another")
    (folder / f"library.sqlite3.part{suffix}").write_bytes(b"of a restore that was killed")
    assert restore(kept, folder) is None
    assert sorted(path.name for path in folder.glob("*.sqlite3*")) == [
        f"before-restore.sqlite3{suffix}",
        "library.sqlite3",
    ]
    assert (folder / f"before-restore.sqlite3{suffix}").read_bytes() == b"of another"
    assert restore(kept, folder) == folder / "before-restore-2.sqlite3"
    assert count_of(folder / "library.sqlite3") == 3


def test_a_library_that_is_no_database_any_more_is_kept_aside_as_it_is(tmp_path, kept):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 7)
    (folder / "library.sqlite3").write_bytes(b"garbage" * 1000)
    aside = restore(kept, folder)
    assert aside.read_bytes() == b"garbage" * 1000
    check_whole(folder, [])
    assert count_of(folder / "library.sqlite3") == 3


def test_no_library_is_restored_while_another_process_writes_to_it(tmp_path, kept):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 2)
    held = acquire_writer_lock(folder)
    with pytest.raises(LibraryLocked, match="wait until it has finished"):
        restore(kept, folder)
    held.release()
    assert count_of(folder / "library.sqlite3") == 2
    assert not (folder / "before-restore.sqlite3").exists()
    assert restore(kept, folder) == folder / "before-restore.sqlite3"


def test_whoever_has_the_library_open_goes_on_with_the_restored_one(tmp_path, kept):
    folder = tmp_path / "library"
    write_articles(tmp_path / "articles.jsonl", 7, edition=22222)
    with open_library(folder) as pq:
        pq.add([tmp_path / "articles.jsonl"])
        assert "22222" in pq.search("bridges in the town of Nr1", k=1)[0].passage.text
        restore(kept, folder)
        found = pq.search("bridges in the town of Nr1", k=9)
        assert len(found) == 9
        assert all("22222" not in hit.passage.text for hit in found)
        pq.add_turn(pq.start_conversation("After"), pq.ask("How many bridges has Nr1?"))
        assert [c.title for c in pq.conversations()] == ["After", "Bridges"]
    check_whole(folder, [])


MOMENTS = ["_copy", "discard", "_copy_pages", "_write_over"]


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_restore_that_is_killed_leaves_the_old_library_or_the_new_one(
    tmp_path, kept, monkeypatch, name, moment, calls
):
    if calls == 2 and name != "_copy_pages":
        return
    folder = tmp_path / "library"
    write_articles(tmp_path / "articles.jsonl", 7, edition=22222)
    with open_library(folder) as pq:
        pq.add([tmp_path / "articles.jsonl"])
    owner = archive.LexicalIndex if name == "discard" else archive
    step, left = getattr(owner, name), [calls]

    def killed(*arguments, **options):
        left[0] -= 1
        if not left[0] and moment == "before":
            raise KeyboardInterrupt
        step(*arguments, **options)
        if not left[0]:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, killed)
        # A killed process clears nothing up.
        patch.setattr(archive, "_discard", lambda _folder: None)
        with pytest.raises(KeyboardInterrupt):
            restore(kept, folder)
    is_restored = (name, moment, calls) in {
        ("_copy_pages", "after", 2),
        ("_write_over", "after", 1),
    }
    check_whole(folder, [])
    with open_library(folder) as pq:
        passages = pq._library.counts()["passages"]
        assert passages == (9 if is_restored else 21)
        assert len(pq._caches.lexical()) == len(pq._caches.vectors()) == passages
        assert (pq._caches.lexical().search("22222", 50) == []) is is_restored
    if is_restored:
        assert count_of(folder / "before-restore.sqlite3") == 7
    assert restore(kept, folder) is not None
    assert not (folder / "restore.part").exists()


@pytest.mark.parametrize(
    "left", ["before-restore.sqlite3", "library.sqlite3.part", "restore.part/library.sqlite3"]
)
def test_no_library_is_made_beside_what_a_stopped_restore_left(tmp_path, call, left):
    folder = tmp_path / "library"
    (folder / left).parent.mkdir(parents=True)
    (folder / left).write_bytes(b"of another")
    code, out, err = call("ask", "How many bridges?", library=folder)
    assert (code, out) == (4, "")
    assert "has no library, but" in err
    assert "pullquote restore" in err
    assert [path.name for path in folder.iterdir()] == [left.split("/")[0]]


def without_room(monkeypatch, pages):
    """No database that is opened from here on may grow beyond so many pages."""
    connect = sqlite3.connect

    def connecting(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", connecting)


def test_a_restore_without_room_leaves_the_library_as_it_was(tmp_path, kept, monkeypatch):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 7)
    before = sorted(path.name for path in folder.iterdir())
    with monkeypatch.context() as patch:
        without_room(patch, 10)
        with pytest.raises(LibraryReadOnly, match="is full: make room"):
            restore(kept, folder)
    assert sorted(path.name for path in folder.iterdir()) == before
    check_whole(folder, [])
    assert count_of(folder / "library.sqlite3") == 7


# Backing up


def test_a_backup_without_room_leaves_nothing(tmp_path, monkeypatch):
    filled(tmp_path / "library", tmp_path / "articles.jsonl", 3)
    (tmp_path / "kept").mkdir()
    with open_library(tmp_path / "library") as pq:

        def full(sql, values):
            Path(url2pathname(urlsplit(values[0]).path)).write_bytes(b"half of it")
            raise LibraryReadOnly("the disk is full")

        monkeypatch.setattr(pq._library, "history_rows", full)
        with pytest.raises(LibraryReadOnly, match="make room, or choose another place"):
            backup(pq._library, tmp_path / "kept" / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_may_read_a_library_and_its_backups(tmp_path):
    previous = os.umask(0o022)
    try:
        folder = tmp_path / "library"
        filled(folder, tmp_path / "articles.jsonl", 3)
        with open_library(folder) as pq:
            pq.start_conversation("Bridges")
            beside = sorted(folder.glob("library.sqlite3*"))
            assert len(beside) == 3
            assert {rights(path) for path in beside} == {0o600}
            backup(pq._library, tmp_path / "kept")
        assert rights(folder) == rights(folder / "vectors") == rights(folder / "lexical") == 0o700
        aside = restore(tmp_path / "kept", folder)
        restore(tmp_path / "kept", tmp_path / "new")
        for path in (tmp_path / "kept", aside, *tmp_path.glob("*/library.sqlite3")):
            assert rights(path) == 0o600
    finally:
        os.umask(previous)


def test_what_is_restored_over_a_library_is_removed_and_replaced_like_anything(tmp_path, kept):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 7)
    restore(kept, folder)
    write_articles(tmp_path / "more.jsonl", 9)
    with open_library(folder) as pq:
        added = pq.add([tmp_path / "more.jsonl"]).added
        pq.remove(*added)
        pq.remove(*[summary.id for summary in pq.articles()])
        assert pq.articles() == []
        assert pq.doctor(repair=False).problems == ()
