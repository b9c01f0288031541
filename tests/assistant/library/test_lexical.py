from __future__ import annotations

import contextlib
import shutil

import pytest

from assistant.library.lexical import LexicalDamaged, LexicalDocument, LexicalIndex

DOCUMENTS = [
    LexicalDocument(1, "Security", "binding guarantees for Ukraine from 35 countries"),
    LexicalDocument(2, "كتاب", "قرأ الرجل الكتاب في المدرسة عام 35"),
    LexicalDocument(3, "Weather", "nothing but rain"),
]


def ids(found):
    return [passage_id for passage_id, _ in found]


def make(folder=None):
    index = LexicalIndex(folder)
    index.update([DOCUMENTS], generation=3)
    return index


def test_words_are_found_in_their_other_forms():
    index = make()
    assert ids(index.search("guarantee", 5)) == [1]
    assert ids(index.search("كتاب", 5)) == [2]


def test_numbers_match_across_languages():
    assert set(ids(make().search("35", 5))) == {1, 2}


def test_stop_words_alone_still_search():
    assert ids(make().search("but", 5)) == [3]


def test_only_allowed_passages_are_found():
    index = make()
    assert ids(index.search("guarantee 35", 5, allowed_ids=[2])) == [2]
    assert index.search("guarantee 35", 5, allowed_ids=[]) == []


@pytest.mark.parametrize("every", [1, 2, 3, 40, 150])
def test_allowed_passages_are_the_best_of_all_that_are_allowed(every):
    words = [f"word{number}" for number in range(12)]
    index = LexicalIndex(None)
    index.update(
        [
            [
                LexicalDocument(at, "t", " ".join(words[at * step % 12] for step in range(1, 9)))
                for at in range(600)
            ]
        ],
        generation=1,
    )
    allowed = list(range(0, 600, every))
    for query in ("word3 word7", "word1", "word2 word4 word11 nothing"):
        for k in (1, 5, 50):
            expected = [one for one in index.search(query, 600) if one[0] % every == 0][:k]
            assert index.search(query, k, allowed_ids=allowed) == expected


def test_what_few_of_the_first_passages_may_be_is_found_all_the_same():
    index = LexicalIndex(None)
    texts = ["word word word word" if at < 300 else f"word and {at}" for at in range(600)]
    index.update([[LexicalDocument(at, "t", text) for at, text in enumerate(texts)]], generation=1)
    assert ids(index.search("word", 5, allowed_ids=list(range(300, 600)))) == list(range(300, 305))


def test_queries_without_words_find_nothing():
    assert make().search("?!…", 5) == []
    assert make().search("", 5) == []


def test_replacing_and_removing_leave_no_trace(tmp_path):
    index = make(tmp_path / "lexical")
    index.update([[LexicalDocument(1, "Security", "new text")]], removed_ids=[2], generation=4)
    assert len(index) == 2
    assert index.search("guarantee", 5) == []
    assert ids(index.search("text", 5)) == [1]
    assert index.search("كتاب", 5) == []


def test_it_is_found_again_with_its_generation(tmp_path):
    make(tmp_path / "lexical")
    again = LexicalIndex(tmp_path / "lexical")
    assert (again.generation, len(again)) == (3, 3)
    assert ids(again.search("rain", 5)) == [3]


def test_a_folder_without_manifest_is_started_over(tmp_path):
    make(tmp_path / "lexical")
    (tmp_path / "lexical.json").unlink()
    again = LexicalIndex(tmp_path / "lexical")
    assert (again.generation, len(again)) == (0, 0)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def damage(folder):
    make(folder)
    (folder / "meta.json").write_bytes(b"garbage")


def lose_the_manifest(folder):
    make(folder)
    folder.with_name(folder.name + ".json").unlink()


def lose_the_files(folder):
    make(folder)
    for path in folder.iterdir():
        path.unlink()


def never_make_it(folder):
    pass


@pytest.mark.parametrize("state", [damage, lose_the_manifest, lose_the_files, never_make_it])
def test_what_cannot_be_used_is_left_alone_by_readers_and_started_over_by_a_writer(tmp_path, state):
    state(tmp_path / "lexical")
    before = contents(tmp_path)
    with contextlib.suppress(LexicalDamaged):
        assert LexicalIndex.stored(tmp_path / "lexical") is None
    assert contents(tmp_path) == before
    again = make(tmp_path / "lexical")
    assert ids(again.search("rain", 5)) == [3]
    assert len(LexicalIndex.stored(tmp_path / "lexical")) == 3


@pytest.mark.parametrize("kept", [0, 0.5, 0.99])
def test_damage_is_told_by_an_error_alone(tmp_path, capfd, kept):
    folder = tmp_path / "lexical"
    make(folder)
    parts = [path for path in folder.iterdir() if path.suffix not in (".json", ".lock")]
    assert {path.suffix for path in parts} >= {".fast", ".idx", ".store", ".term"}
    for path in parts:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(kept * len(whole))])
        with pytest.raises(LexicalDamaged):
            LexicalIndex.stored(folder)
        path.write_bytes(whole)
    assert LexicalIndex.stored(folder) is not None
    assert capfd.readouterr() == ("", "")


def empty_and_die(folder):
    for path in folder.iterdir():
        path.unlink()
    raise KeyboardInterrupt


def test_an_index_that_is_half_removed_is_not_trusted(tmp_path, monkeypatch):
    make(tmp_path / "lexical")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", empty_and_die)
        with pytest.raises(KeyboardInterrupt):
            LexicalIndex.discard(tmp_path / "lexical")
    assert LexicalIndex.stored_generation(tmp_path / "lexical") is None
    assert LexicalIndex(tmp_path / "lexical").generation == 0


def test_an_index_that_is_emptied_is_not_trusted(tmp_path):
    make(tmp_path / "lexical").clear()
    assert LexicalIndex.stored_generation(tmp_path / "lexical") is None


@pytest.mark.parametrize("state", [damage, lose_the_manifest, lose_the_files])
def test_an_open_index_that_was_taken_away_says_so(tmp_path, state):
    index = make(tmp_path / "lexical")
    state(tmp_path / "lexical")
    with contextlib.suppress(LexicalDamaged):
        assert index.reload() is False


def test_an_open_index_follows_what_another_writes(tmp_path):
    index = make(tmp_path / "lexical")
    other = LexicalIndex(tmp_path / "lexical")
    other.update([[LexicalDocument(4, "Sea", "waves")]], generation=4)
    assert ids(index.search("waves", 5)) == []
    assert index.reload() is True
    assert (index.generation, ids(index.search("waves", 5))) == (4, [4])


def test_query_syntax_is_just_text():
    assert ids(make().search('title:"rain" AND (', 5)) == [3]


def test_an_index_in_which_another_process_makes_files_is_discarded_all_the_same(
    tmp_path, monkeypatch
):
    make(tmp_path / "lexical")
    remove, left = shutil.rmtree, [2]

    def disturbed(folder):
        left[0] -= 1
        if left[0] >= 0:
            raise FileNotFoundError(".tantivy-meta.lock")
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", disturbed)
    LexicalIndex.discard(tmp_path / "lexical")
    assert list(tmp_path.iterdir()) == []
