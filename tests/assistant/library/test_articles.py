from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import (
    ArticleNotFound,
    LibraryDamaged,
    LibraryLocked,
    LibraryReadOnly,
    LibraryTooNew,
    UsageError,
)
from assistant.library import Library
from assistant.library.caches import Caches
from assistant.library.integrity import problems_of_article
from assistant.types import Article, Filters, Paragraph, ParagraphKind, Section
from embeddings.chunking import PassageSpan
from tests.assistant.library.test_durability import open_library, write_articles

DIM = 8


def make_article(name, *texts, published=None, language="en", ai=()):
    bounds, start = [], 0
    for text in texts:
        bounds.append((start, start + len(text)))
        start += len(text) + 2
    paragraphs = tuple(
        Paragraph(s, e, Section.BODY, language, ai_generated=position in ai)
        for position, (s, e) in enumerate(bounds)
    )
    return Article(
        name,
        f"Title of {name}",
        "\n\n".join(texts),
        paragraphs,
        f"{name}.txt",
        published=published,
        language=language,
    )


def unit(*seeds):
    rows = np.stack([np.random.default_rng(seed).normal(size=DIM) for seed in seeds])
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def put(library, article, *seeds):
    spans = [PassageSpan(i, p.start, p.end, 5) for i, p in enumerate(article.paragraphs)]
    library.put(article, spans, unit(*(seeds or range(len(spans)))), state="s1")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def library(folder):
    with Library(folder, model_id="fake/1", dim=DIM) as opened:
        yield opened


def test_an_article_comes_back_as_it_went_in(library):
    article = make_article("a", "Emoji 😀 and\r\nlines.", "نص عربي 35", published="2026-01-06")
    put(library, article)
    assert library.article("a") == article
    assert library.article("a").content_hash == article.content_hash


def test_passages_are_slices_of_their_article(library):
    article = make_article("a", "One 35.", "Two 35.")
    put(library, article)
    found = library.passages_of("a")
    assert [p.text for p in found] == ["One 35.", "Two 35."]
    assert all(article.text[p.start : p.end] == p.text for p in found)


def test_putting_again_replaces_and_keeps_no_old_passage(library):
    put(library, make_article("a", "One.", "Two."))
    before = library.all_passage_ids()
    put(library, make_article("a", "Three."))
    assert [p.text for p in library.passages_of("a")] == ["Three."]
    assert not set(before) & set(library.all_passage_ids())
    assert library.removed_ids(1) == before


def test_removing_what_is_not_there_changes_nothing(library):
    put(library, make_article("a", "One."))
    generation = library.generation
    with pytest.raises(ArticleNotFound, match="'b'"):
        library.remove("b")
    assert library.generation == generation


def test_vectors_survive_within_half_precision(library):
    put(library, make_article("a", "One.", "Two."), 1, 2)
    assert np.allclose(library.passage_vectors("a"), unit(1, 2), atol=1e-3)


def test_filters(library):
    put(library, make_article("a", "One.", "Two.", published="2026-01-06T09:00", ai=(1,)))
    put(library, make_article("b", "Drei.", published="2026-02-01", language="de"))
    put(library, make_article("c", "Four."))

    def texts(**wanted):
        ids = library.passage_ids(Filters(**wanted))
        return [library.passages(ids)[i].text for i in ids]

    assert texts(languages=("de",)) == ["Drei."]
    assert texts(published_to="2026-01-06") == ["One.", "Two."]
    assert texts(published_from="2026-01-07") == ["Drei."]
    assert texts(evidence_only=True, article_ids=("a",)) == ["One."]
    assert texts(sections=(Section.LEDE,)) == []


def test_near_copies_are_linked_to_the_first(library):
    story = " ".join(f"word{i} of the very same wire story" for i in range(30))
    put(library, make_article("first", story))
    put(library, make_article("second", story + " Edited at the end."))
    put(library, make_article("other", " ".join(f"entirely different {i}" for i in range(60))))
    assert library.originals(["first", "second", "other"]) == {"second": "first"}


def test_copies_of_an_article_that_changes_or_goes_stay_one_source(library):
    story = " ".join(f"word{i} of the very same wire story" for i in range(30))
    put(library, make_article("a", story))
    for name in ("b", "c", "d"):
        put(library, make_article(name, f"{story} Edited for {name}."))
    put(library, make_article("a", story + " A correction at the end."))
    assert library.originals(["a", "b", "c", "d"]) == {"a": "b", "c": "b", "d": "b"}
    put(library, make_article("b", " ".join(f"another story altogether {i}" for i in range(60))))
    assert library.originals(["a", "b", "c", "d"]) == {"a": "c", "d": "c"}
    library.remove("c")
    assert library.originals(["a", "b", "d"]) == {"a": "d"}
    library.remove("d")
    assert library.originals(["a", "b"]) == {}


def test_another_model_is_refused(folder, library):
    library.close()
    with pytest.raises(UsageError, match="fake/1"):
        Library(folder, model_id="other/2", dim=DIM)


def test_a_newer_schema_is_refused_and_not_touched(folder, library):
    library.close()
    connection = sqlite3.connect(folder / "library.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryTooNew, match="upgrade"):
        Library(folder, model_id="fake/1", dim=DIM)
    assert sqlite3.connect(folder / "library.sqlite3").execute(
        "PRAGMA user_version"
    ).fetchone() == (99,)


def test_a_damaged_file_is_told_as_such(folder):
    folder.mkdir()
    (folder / "library.sqlite3").write_bytes(
        b"this is not a database at all, not even nearly" * 100
    )
    with pytest.raises(LibraryDamaged, match="damaged"):
        Library(folder, model_id="fake/1", dim=DIM)


@pytest.mark.parametrize("table", ["articles", "paragraphs", "links"])
def test_damage_that_reading_an_article_meets_is_told_as_such(folder, library, table):
    put(library, make_article("a", "One."))
    page, size = library.history_rows(
        f"SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = '{table}'"
    )[0]
    library.close()
    with (folder / "library.sqlite3").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    with Library(folder, model_id="fake/1", dim=DIM) as damaged:
        for _ in range(2):
            with pytest.raises(LibraryDamaged, match=r"is damaged .*: restore a backup"):
                damaged.article("a")
        assert damaged.generation == 1


@pytest.mark.parametrize("statement", ["BEGIN", "COMMIT"])
def test_a_snapshot_that_fails_is_told_as_such(library, monkeypatch, statement):
    put(library, make_article("a", "One."))
    connection = library._connection

    class Failing:
        in_transaction = property(lambda _: connection.in_transaction)

        def execute(self, sql, *values):
            if sql == statement:
                raise sqlite3.OperationalError("disk I/O error")
            return connection.execute(sql, *values)

    with monkeypatch.context() as patch:
        patch.setattr(library, "_connection", Failing())
        with pytest.raises(LibraryDamaged, match="disk I/O error"):
            library.passages_of("a")
        assert not connection.in_transaction
    assert [p.text for p in library.passages_of("a")] == ["One."]


def test_someone_elses_database_is_refused(folder):
    folder.mkdir()
    connection = sqlite3.connect(folder / "library.sqlite3")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(LibraryDamaged, match="not a Pullquote library"):
        Library(folder, model_id="fake/1", dim=DIM)


def test_reading_only_never_writes(folder, library):
    put(library, make_article("a", "One."))
    library.close()
    with Library(folder, model_id="fake/1", dim=DIM, read_only=True) as reader:
        assert reader.article("a").text == "One."
        with pytest.raises(LibraryReadOnly), reader.writing():
            pass
        with pytest.raises(LibraryReadOnly):
            reader.remove("a")


def test_a_second_writer_is_told_who_the_first_is(folder, library):
    code = (
        "import sys; from pathlib import Path; from assistant.library.articles import Library\n"
        f"library = Library(Path({str(folder)!r}), model_id='fake/1', dim={DIM})\n"
        "with library.writing():\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"ready\n"
        with pytest.raises(LibraryLocked, match=f"process {other.pid} "), library.writing():
            pass
        other.stdin.close()
        other.wait()
    with library.writing():
        put(library, make_article("a", "One."))
    assert library.has_article("a")


def test_a_writer_that_cannot_be_named_writes_all_the_same(folder, library):
    (folder / "writer.json").mkdir()
    for name in ("a", "b"):
        with library.writing():
            put(library, make_article(name, "One."))
    with (
        library.writing(),
        Library(folder, model_id="fake/1", dim=DIM) as second,
        pytest.raises(LibraryLocked, match="another process is writing"),
        second.writing(),
    ):
        pass
    assert library.article_ids() == ["a", "b"]


@pytest.mark.parametrize("left", ["{}", '{"pid": 7}', "[" * 99_999, "7", "\x00"])
def test_a_writer_whose_name_was_lost_is_another_process(folder, library, left):
    with library.writing(), Library(folder, model_id="fake/1", dim=DIM) as second:
        (folder / "writer.json").write_text(left)
        with pytest.raises(LibraryLocked, match="another process is writing"), second.writing():
            pass


def test_a_title_is_repeated_with_every_passage_up_to_a_length(library):
    put(library, replace(make_article("a", "One."), title="x" * 10**6))
    assert [document.title for batch in library.changed_documents(-1) for document in batch] == [
        "x" * 2_000
    ]
    assert [problem[:50] for problem in problems_of_article(library, "a")] == [
        "article a: its title has 1000000 characters; remov"
    ]


@pytest.mark.parametrize("odd", ["\ud800", "http://x/\udcff"])
def test_what_no_row_can_hold_is_not_there(library, odd):
    put(library, make_article("a", "One."))
    assert library.article_ids(source=odd) == []
    assert not library.has_article(odd)
    assert library.titles([odd]) == {}
    assert library.history_rows("SELECT id FROM turns WHERE id = ?", (10**30,)) == []


def test_a_put_that_fails_leaves_the_older_article(library, monkeypatch):
    put(library, make_article("a", "One."))

    def broken(*args):
        raise RuntimeError("planted")

    monkeypatch.setattr(Library, "_store_fingerprints", staticmethod(broken))
    with pytest.raises(RuntimeError, match="planted"):
        put(library, make_article("a", "Two."))
    assert library.article("a").text == "One."
    assert [p.text for p in library.passages_of("a")] == ["One."]


def test_a_full_disk_is_told_as_such_and_changes_nothing(library):
    put(library, make_article("a", "One."))
    pages = library.history_rows("PRAGMA page_count")[0][0]
    library.history_rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LibraryReadOnly, match=r"the disk of .* is full: make room"):
        put(library, make_article("b", "A text of many pages. " * 5000))
    library.history_rows("PRAGMA max_page_count = 100000")
    assert library.article_ids() == ["a"]
    put(library, make_article("b", "Two."))
    assert library.article_ids() == ["a", "b"]


def test_texts_of_passages_are_cut_in_code_points(library):
    for name, text in (
        ("emoji", "🙂🙂 é e\u0301 قمة باريس."),
        ("nul", "A\0 B\0. After the NUL."),
        ("line ends", "One.\r\nTwo\u2028three."),
    ):
        put(library, make_article(name, text))
        start, end = 2, len(text) - 3
        library.execute_history(
            'UPDATE passages SET start = ?, "end" = ? WHERE id = (SELECT MAX(id) FROM passages)',
            (start, end),
        )
        found = library.passages(library.all_passage_ids()[-1:])
        assert [passage.text for passage in found.values()] == [text[start:end]]


# Caches


def ids_near(caches, seed):
    _, ids = caches.vectors().search(unit(seed), 3)
    return [int(i) for i in ids[0] if i >= 0]


def lexical_ids(caches, query):
    return [found for found, _ in caches.lexical().search(query, 5)]


def test_caches_follow_the_database(library):
    caches = Caches(library)
    put(library, make_article("a", "Apples grow."), 1)
    first = library.all_passage_ids()
    assert ids_near(caches, 1) == first
    assert lexical_ids(caches, "apples") == first
    put(library, make_article("b", "Pears fall."), 2)
    library.remove("a")
    assert ids_near(caches, 2) == library.all_passage_ids()
    assert lexical_ids(caches, "apples") == []
    assert lexical_ids(caches, "pears") == library.all_passage_ids()


def test_saved_caches_are_loaded_and_caught_up(folder, library):
    put(library, make_article("a", "Apples grow."), 1)
    with library.writing():
        Caches(library).save()
    put(library, make_article("b", "Pears fall."), 2)
    later = Caches(library)
    assert sorted(ids_near(later, 1)) == library.all_passage_ids()
    assert lexical_ids(later, "pears")


@pytest.mark.parametrize("damage", ["vectors", "lexical"])
def test_a_damaged_cache_is_rebuilt(folder, library, damage):
    put(library, make_article("a", "Apples grow."), 1)
    with library.writing():
        Caches(library).save()
    for path in (folder / damage).rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")
    later = Caches(library)
    assert ids_near(later, 1) == library.all_passage_ids()
    assert lexical_ids(later, "apples") == library.all_passage_ids()


def test_caches_ahead_of_a_restored_database_are_dropped(folder, library):
    put(library, make_article("a", "Apples grow."), 1)
    put(library, make_article("b", "Pears fall."), 2)
    with library.writing():
        Caches(library).save()
        library.execute_history("UPDATE meta SET value = ? WHERE key = 'generation'", ("1",))
        library.execute_history("DELETE FROM articles WHERE id = ?", ("b",))
    later = Caches(library)
    assert ids_near(later, 2) == library.all_passage_ids()
    assert lexical_ids(later, "pears") == []


def test_history_is_kept(library):
    row = library.execute_history(
        "INSERT INTO conversations (started_at, title) VALUES (?, ?)", ("2026-01-01", "First")
    )
    assert library.history_rows("SELECT id, title FROM conversations") == [(row, "First")]
    assert library.history_rows("SELECT id FROM turns") == []


def test_many_are_removed_at_once_or_none(library):
    for name in "abc":
        put(library, make_article(name, f"One {name}."))
    generation = library.generation
    with pytest.raises(ArticleNotFound, match="'nobody'"):
        library.remove("a", "b", "nobody")
    assert library.article_ids() == ["a", "b", "c"]
    library.remove("a", "b")
    assert (library.article_ids(), library.generation) == (["c"], generation + 1)


def test_a_full_disk_says_what_stays(tmp_path):
    source = tmp_path / "articles.jsonl"
    write_articles(source, 200)
    with open_library(tmp_path / "library") as pq:
        pages = pq._library.history_rows("PRAGMA page_count")[0][0]
        pq._library.history_rows(f"PRAGMA max_page_count = {pages + 12}")
        with pytest.raises(LibraryReadOnly, match="is full: make room") as told:
            pq.add([source])
        count = len(pq.articles())
        assert 0 < count < 200
        assert f"; {count} articles of this run are stored and stay" in str(told.value)
        pq._library.history_rows("PRAGMA max_page_count = 1000000")
        assert len(pq.add([source]).unchanged) == count
        assert pq.doctor(repair=False).problems == ()


def test_a_passage_knows_the_heading_above_it(folder):
    texts = ["Handbook", "Open.", "Checkout", "Noon.", "By card too.", "History", "Built in 1874."]
    article = make_article("a", *texts)
    kinds = {0: (Section.HEADLINE, ParagraphKind.HEADING), 2: (Section.BODY, ParagraphKind.HEADING),
             5: (Section.BODY, ParagraphKind.HEADING)}  # fmt: skip
    paragraphs = [
        replace(p, section=kinds[at][0], kind=kinds[at][1]) if at in kinds else p
        for at, p in enumerate(article.paragraphs)
    ]
    with Library(folder, model_id="m", dim=DIM) as library:
        put(library, replace(article, paragraphs=tuple(paragraphs)))
        found = {p.text: p.heading for p in library.passages_of("a")}
    assert found == {
        "Handbook": None, "Open.": None, "Checkout": None, "Noon.": "Checkout",
        "By card too.": "Checkout", "History": "Checkout", "Built in 1874.": "History",
    }  # fmt: skip
