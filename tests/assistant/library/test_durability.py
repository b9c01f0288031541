"""A library survives being killed, shared and filled in bulk."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.errors import LibraryLocked
from assistant.library import Library
from assistant.library.caches import Caches
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


def filled(folder, source, count):
    """A library of ``count`` articles in ``folder``."""
    write_articles(source, count)
    with open_library(folder) as pq:
        pq.add([source])
