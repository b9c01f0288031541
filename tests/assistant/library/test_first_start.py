"""Libraries that several processes start at once, and libraries in folders that cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from assistant import assistant as opening
from assistant.assistant import Assistant
from assistant.errors import LibraryLocked
from assistant.library import Library, schema, storage


@pytest.fixture
def no_rights(monkeypatch):
    """Every folder says that it cannot be written; root could not be told so by its mode."""
    access = os.access

    def denied(path, mode, **options):
        return mode != os.W_OK and access(path, mode, **options)

    monkeypatch.setattr(os, "access", denied)


class Overtaken(sqlite3.Connection):
    """Another process makes the tables just before this one begins to."""

    def execute(self, sql, *values):
        self._overtake(sql)
        return super().execute(sql, *values)

    def executescript(self, script):
        self._overtake(script)
        return super().executescript(script)

    def _overtake(self, sql):
        if sql.startswith("BEGIN"):
            path = super().execute("PRAGMA database_list").fetchone()[2]
            other = sqlite3.connect(path, isolation_level=None)
            schema.migrate(other)
            other.close()


def test_tables_that_another_process_makes_meanwhile_are_left_as_they_are(tmp_path):
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None, factory=Overtaken)
    schema.migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == schema.SCHEMA_VERSION
    assert connection.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    assert not connection.in_transaction
    assert connection.execute("SELECT COUNT(*) FROM articles").fetchone() == (0,)
    connection.close()


class Interrupted(sqlite3.Connection):
    """Another process makes the tables while this one looks whether there are any."""

    def execute(self, sql, *values):
        if sql.startswith("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            other = sqlite3.connect(super().execute("PRAGMA database_list").fetchone()[2])
            other.isolation_level = None
            schema.migrate(other)
            other.close()
        return super().execute(sql, *values)


def test_tables_that_appear_between_two_looks_are_no_foreign_database(tmp_path, monkeypatch):
    opened = storage.open_database

    def interrupted(path, *, read_only):
        opened(path, read_only=read_only).close()  # in WAL mode from here on
        return sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, factory=Interrupted
        )

    monkeypatch.setattr(storage, "open_database", interrupted)
    library = Library(tmp_path / "library", model_id="m", dim=4)
    assert library.counts()["articles"] == 0
    library.close()


def test_a_migration_that_fails_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "MIGRATIONS", ("CREATE TABLE a (b); CREATE TABLE a (c);",))
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        schema.migrate(connection)
    assert not connection.in_transaction
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_a_library_of_the_previous_release_is_kept_and_migrated_once(tmp_path, monkeypatch):
    folder = tmp_path / "library"
    Library(folder, model_id="m", dim=4).close()
    more = (*schema.MIGRATIONS, "CREATE TABLE more (x TEXT) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", more)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", len(more))
    Library(folder, model_id="m", dim=4, read_only=True).close()
    assert not (folder / f"before-version-{len(more)}.sqlite3").exists()
    for _ in range(2):
        with Library(folder, model_id="m", dim=4) as library:
            assert library.history_rows("PRAGMA user_version") == [(len(more),)]
            assert library.history_rows("SELECT COUNT(*) FROM more") == [(0,)]
    kept = sqlite3.connect(folder / f"before-version-{len(more)}.sqlite3")
    assert kept.execute("PRAGMA user_version").fetchone() == (len(more) - 1,)
    assert kept.execute("SELECT value FROM meta WHERE key = 'model_id'").fetchone() == ("m",)
    kept.close()
    assert not list(folder.glob("*.part"))


@pytest.fixture
def refuse_wal(monkeypatch):
    """WAL mode is refused so many times, with an error of that name; gives the seconds waited."""

    def refusing(times, name):
        left, seconds = [times], [0]

        class Refused(sqlite3.Connection):
            def execute(self, sql, *values):
                if "journal_mode" in sql and left[0]:
                    left[0] -= 1
                    error = sqlite3.OperationalError("refused")
                    error.sqlite_errorname = name
                    raise error
                return super().execute(sql, *values)

        def wait(_):
            seconds[0] += 1

        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *a, **o: connect(*a, **o, factory=Refused))
        monkeypatch.setattr(storage, "_clock", lambda: seconds[0])
        monkeypatch.setattr(storage, "_wait", wait)
        return seconds

    return refusing


def test_processes_that_turn_wal_mode_on_at_once_wait_for_each_other(tmp_path, refuse_wal):
    """SQLite itself does not wait there, whatever its timeout."""
    seconds = refuse_wal(3, "SQLITE_BUSY")
    connection = storage.open_database(tmp_path / "db", read_only=False)
    assert seconds == [3]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize(("name", "waited"), [("SQLITE_BUSY", 10), ("SQLITE_IOERR", 0)])
def test_wal_mode_that_is_not_to_be_had_is_an_error(tmp_path, refuse_wal, name, waited):
    seconds = refuse_wal(30, name)
    with pytest.raises(sqlite3.OperationalError, match="refused"):
        storage.open_database(tmp_path / "db", read_only=False)
    assert seconds == [waited]


def library_in(folder, seeds):
    return Library(folder, model_id=seeds._encoder.id, dim=seeds._encoder.dim)


def test_a_library_that_another_process_fills_is_waited_for(tmp_path, seeds, monkeypatch):
    other = library_in(tmp_path / "library", seeds)
    filling = other.writing()
    filling.__enter__()
    waited = []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 2:
            Assistant(other, seeds._encoder).add_articles([seeds.article(seeds.articles()[0].id)])
            filling.__exit__(None, None, None)

    monkeypatch.setattr(opening, "_wait", wait)
    with Assistant.open(tmp_path / "library") as pq:
        assert [summary.id for summary in pq.articles()] == [seeds.articles()[0].id]
    assert len(waited) == 2
    other.close()


def test_a_library_whose_filling_was_given_up_is_filled(tmp_path, seeds, monkeypatch):
    other = library_in(tmp_path / "library", seeds)
    filling = other.writing()
    filling.__enter__()
    monkeypatch.setattr(opening, "_wait", lambda _: filling.__exit__(None, None, None))
    with Assistant.open(tmp_path / "library") as pq:
        assert len(pq.articles()) == 8
    other.close()


def test_waiting_for_a_library_to_be_filled_ends(tmp_path, seeds, monkeypatch):
    clock = iter(range(0, 1000, 4))
    waited = []
    monkeypatch.setattr(opening, "_wait", waited.append)
    monkeypatch.setattr(opening, "_clock", lambda: next(clock))
    with (
        library_in(tmp_path / "library", seeds) as other,
        other.writing(),
        pytest.raises(LibraryLocked, match="is writing to"),
    ):
        Assistant.open(tmp_path / "library")
    assert len(waited) == 2  # at 4 and 8 of 10 seconds


# Folders without write rights


def made(folder):
    """A database as a library leaves it, without the files that SQLite keeps beside it."""
    folder.mkdir()
    connection = storage.open_database(folder / "library.sqlite3", read_only=False)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert [path.name for path in folder.iterdir()] == ["library.sqlite3"]
    return folder / "library.sqlite3"


@pytest.mark.parametrize(
    ("beside", "immutable"),
    [
        ({}, True),
        ({"-wal": b""}, True),
        ({"-shm": b""}, True),
        ({"-wal": b"", "-shm": b"x" * 32768}, False),  # another process has it open
        ({"-wal": b"something"}, False),
    ],
)
def test_what_nobody_writes_is_read_without_files_beside_it(tmp_path, no_rights, beside, immutable):
    path = made(tmp_path / "library")
    for end, content in beside.items():
        path.with_name(path.name + end).write_bytes(content)
    assert ("immutable=1" in storage.database_uri(path, read_only=True)) is immutable
    assert storage.database_uri(path, read_only=True).split("?")[1].startswith("mode=ro")


def test_a_folder_that_can_be_written_is_never_taken_for_immutable(tmp_path):
    path = made(tmp_path / "library")
    assert storage.database_uri(path, read_only=True).endswith("?mode=ro")
    assert storage.database_uri(path, read_only=False).endswith("?mode=rwc")


def test_a_library_in_a_folder_without_rights_is_asked_and_nothing_is_made_there(
    tmp_path, seeds_folder, no_rights
):
    folder = tmp_path / "library"
    shutil.copytree(seeds_folder, folder, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    before = sorted(path.name for path in Path(folder).rglob("*"))
    with Assistant.open(folder) as pq:
        answer = pq.ask("How many countries had representatives at the Paris summit?")
        assert answer.answers[0].text == "35 countries"
        assert sorted(path.name for path in Path(folder).rglob("*")) == before
