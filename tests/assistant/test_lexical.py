from __future__ import annotations

from assistant.lexical import LexicalDocument, LexicalIndex

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


def test_query_syntax_is_just_text():
    assert ids(make().search('title:"rain" AND (', 5)) == [3]
