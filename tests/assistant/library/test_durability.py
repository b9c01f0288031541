"""A library survives being killed, shared and filled in bulk."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.errors import LibraryLocked, LibraryReadOnly
from assistant.library import Library
from assistant.library.archive import backup, restore
from assistant.library.caches import Caches
from assistant.library.database import acquire_writer_lock
from assistant.types import Filters, Section
from tests.assistant.fakes import DIM, FirstWordsReader, HashEncoder

ROOT = Path(__file__).resolve().parents[3]
ARTICLES = 200

WHOLE_PARAGRAPH = re.compile(
    r"Article \d+|The town of Nr\d+ has \d+ bridges, in edition \d+\.|A second paragraph of \d+\."
)

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from assistant.assistant import Assistant
from assistant.library import Library
from tests.assistant.fakes import DIM, HashEncoder
import assistant.library.ingest
assistant.library.ingest.BATCH_PASSAGES = 8  # many transactions, so that a kill falls between and inside them
put = Library.put
def told(self, article, spans, vectors, *, state):
    put(self, article, spans, vectors, state=state)
    print(article.id, flush=True)
Library.put = told
library = Library(Path(sys.argv[1]), model_id=HashEncoder.id, dim=DIM)
print("open", flush=True)
Assistant(library, HashEncoder()).add([sys.argv[2]])
print("done", flush=True)
"""


def open_library(folder):
    return Assistant(
        Library(folder, model_id=HashEncoder.id, dim=DIM), HashEncoder(), reader=FirstWordsReader()
    )


def write_articles(path, count=ARTICLES, *, edition=1):
    rows = [
        {
            "title": f"Article {number}",
            "text": f"The town of Nr{number} has {number} bridges, in edition {edition}.\n\nA second paragraph of {number}.",
            "url": f"https://example.org/{number}",
        }
        for number in range(count)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def kill_after(lines, folder, source):
    """Ids reported added by a run that is killed once it has reported so many."""
    reported = []
    with subprocess.Popen(
        [sys.executable, "-c", CHILD.format(root=str(ROOT)), str(folder), str(source)],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip() not in ("open", "done"):
                reported.append(line.strip())
            if len(reported) >= lines:
                os.kill(child.pid, signal.SIGKILL)
                break
        reported += [line.strip() for line in child.stdout if line.strip() not in ("open", "done")]
    return reported


def check_whole(folder, reported):
    with open_library(folder) as pq:
        report = pq.doctor(repair=False)
        assert report.problems == ()
        known = {summary.id: summary for summary in pq.articles()}
        assert set(reported) <= set(known)
        for article_id in reported:
            article = pq.article(article_id)
            assert len(article.paragraphs) == known[article_id].passage_count


def kill_and_check(tmp_path, *, times, seed):
    source = tmp_path / "articles.jsonl"
    write_articles(source)
    moments = random.Random(seed)
    for attempt in range(times):
        folder = tmp_path / f"library{attempt % 3}"  # some libraries are killed again and again
        write_articles(source, edition=attempt)
        reported = kill_after(moments.randrange(1, ARTICLES), folder, source)
        assert reported
        check_whole(folder, reported)
    with open_library(folder) as pq:
        finished = pq.add([source])
        assert len(finished.added) + len(finished.updated) + len(finished.unchanged) == ARTICLES
        assert pq.doctor(repair=False).problems == ()


def test_killed_while_adding_nothing_reported_is_lost(tmp_path):
    kill_and_check(tmp_path, times=6, seed=1)


@pytest.mark.full
def test_killed_fifty_times_nothing_reported_is_lost(tmp_path):
    kill_and_check(tmp_path, times=60, seed=2)


def test_a_second_add_changes_nothing(tmp_path):
    source = tmp_path / "articles.jsonl"
    write_articles(source, 40)
    with open_library(tmp_path / "library") as pq:
        assert len(pq.add([source]).added) == 40
        generation = pq._library.generation
        again = pq.add([source])
        assert (len(again.unchanged), again.added, again.updated) == (40, (), ())
        assert pq._library.generation == generation


def test_what_a_source_has_no_more_is_reported_and_kept(tmp_path):
    source = tmp_path / "articles.jsonl"
    write_articles(source, 5)
    with open_library(tmp_path / "library") as pq:
        first = pq.add([source])
        write_articles(source, 4)
        report = pq.add([source])
        assert list(report.vanished) == [first.added[4]]
        assert pq.article(first.added[4]).title == "Article 4"


def test_cancelling_keeps_what_was_added(tmp_path):
    from assistant.errors import Cancelled

    source = tmp_path / "articles.jsonl"
    write_articles(source)
    calls = iter(range(10_000))
    with open_library(tmp_path / "library") as pq:
        with pytest.raises(Cancelled):
            pq.add([source], cancelled=lambda: next(calls) > 150)
        kept = len(pq.articles())
        assert 0 < kept < ARTICLES
        assert pq.doctor(repair=False).problems == ()
        assert len(pq.add([source]).unchanged) == kept


def test_readers_go_on_while_a_writer_writes(tmp_path):
    source = tmp_path / "articles.jsonl"
    folder = tmp_path / "library"
    filled(folder, source, 60)
    write_articles(source, 60, edition=22222)
    failures: list[BaseException] = []
    stop = threading.Event()

    def read():
        try:
            with open_library(folder) as reader:
                while not stop.is_set():
                    hits = reader.search("bridges in the town of Nr7", k=3)
                    assert hits
                    for hit in hits:
                        # Offsets of one edition on the text of the other would cut it elsewhere.
                        assert WHOLE_PARAGRAPH.fullmatch(hit.passage.text)
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    with open_library(folder) as writer:
        with (
            writer._library.writing(),
            open_library(folder) as second,
            pytest.raises(LibraryLocked, match="is writing to"),
        ):
            second.add([source])
        assert len(writer.add([source]).updated) == 60
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []


@pytest.mark.parametrize("filters", [Filters(), Filters(sections=(Section.LEDE,))])
@pytest.mark.parametrize(("owner", "name"), [(Library, "passages"), (Caches, "vectors")])
def test_articles_replaced_in_the_middle_of_a_search_are_found_all_the_same(
    tmp_path, monkeypatch, filters, owner, name
):
    source = tmp_path / "articles.jsonl"
    folder = tmp_path / "library"
    filled(folder, source, 5)
    write_articles(source, 5, edition=22222)
    step = getattr(owner, name)
    replaced = []

    def replace_all_first(*arguments):
        if not replaced:
            replaced.append(True)
            with open_library(folder) as writer:
                writer.add([source])
        return step(*arguments)

    with open_library(folder) as reader:
        monkeypatch.setattr(owner, name, replace_all_first)
        hits = reader.search("bridges in the town of Nr3", k=3, filters=filters)
    assert replaced
    assert len(hits) == 3
    assert "22222" in hits[0].passage.text


# Restoring


def filled(folder, source, count):
    """A library of ``count`` articles in ``folder``."""
    write_articles(source, count)
    with open_library(folder) as pq:
        pq.add([source])


def article_count(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT COUNT(*) FROM articles").fetchone()[0]
    finally:
        connection.close()


@pytest.fixture
def kept(tmp_path):
    """A backup of a library of 3 articles."""
    filled(tmp_path / "theirs", tmp_path / "articles.jsonl", 3)
    with open_library(tmp_path / "theirs") as pq:
        backup(pq._library, tmp_path / "kept.pullquote")
    return tmp_path / "kept.pullquote"


def test_restoring_again_keeps_every_library_that_was_there(tmp_path, kept):
    folder = tmp_path / "library"
    assert restore(kept, folder) is None
    shutil.rmtree(folder)
    filled(folder, tmp_path / "articles.jsonl", 7)
    aside = [restore(kept, folder) for _ in range(3)]
    assert [article_count(path) for path in aside] == [7, 3, 3]
    assert len({*aside, folder / "library.sqlite3"}) == 4
    assert article_count(folder / "library.sqlite3") == 3


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
    assert article_count(folder / "library.sqlite3") == 3


def test_no_library_is_restored_while_another_process_writes_to_it(tmp_path, kept):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 2)
    held = acquire_writer_lock(folder)
    with pytest.raises(LibraryLocked, match="wait until it has finished"):
        restore(kept, folder)
    held.release()
    assert article_count(folder / "library.sqlite3") == 2
    assert not (folder / "before-restore.sqlite3").exists()
    assert restore(kept, folder) == folder / "before-restore.sqlite3"


@pytest.mark.parametrize("moment", ["vectors", "lexical", "library.sqlite3"])
def test_a_restore_that_is_killed_leaves_no_index_of_the_old_library(
    tmp_path, kept, monkeypatch, moment
):
    folder, replace = tmp_path / "library", os.replace
    write_articles(tmp_path / "articles.jsonl", 3, edition=22222)
    with open_library(folder) as pq:
        pq.add([tmp_path / "articles.jsonl"])

    def removing(path, **_):
        for file in Path(path).iterdir():
            file.unlink()
        if Path(path).name == moment:
            raise KeyboardInterrupt

    def replacing(source, target):
        replace(source, target)
        if Path(target).name == moment:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", removing)
        patch.setattr(os, "replace", replacing)
        with pytest.raises(KeyboardInterrupt):
            restore(kept, folder)
    restored = moment == "library.sqlite3"
    with open_library(folder) as pq:
        passages = pq._library.counts()["passages"]
        assert passages > 0
        assert len(pq._caches.lexical()) == len(pq._caches.vectors()) == passages
        assert (pq._caches.lexical().search("22222", 50) == []) is restored


def test_a_restore_without_room_leaves_the_library_as_it_was(tmp_path, kept, monkeypatch):
    folder = tmp_path / "library"
    filled(folder, tmp_path / "articles.jsonl", 7)

    def no_room(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    before = sorted(path.name for path in folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", no_room)
        with pytest.raises(LibraryReadOnly, match="No space left"):
            restore(kept, folder)
    assert sorted(path.name for path in folder.iterdir()) == before
    check_whole(folder, [])
    assert article_count(folder / "library.sqlite3") == 7
