from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.search.fusion import DEFAULT_SETTINGS, Fusion, fuse_scores, sounds_alike
from assistant.types import Filters, Passage, Section


def test_fusion_adds_standardised_scores():
    dense = np.array([0.9, 0.8, 0.7])
    lexical = np.array([0.0, 4.0, 8.0])
    fused = fuse_scores(dense, lexical, comparable=np.ones(3, bool), lexical_weight=2.0)
    expected = (dense - dense.mean()) / dense.std() + 2 * (lexical - lexical.mean()) / lexical.std()
    assert np.allclose(fused, expected)


def test_across_scripts_names_that_sound_alike_stand_for_words():
    dense = np.array([0.9, 0.8, 0.84, 0.83])
    spoken = np.array([0.0, 0.0, 0.0, 0.8])
    comparable = np.array([True, False, False, False])
    fused = fuse_scores(
        dense, np.zeros(4), comparable=comparable, lexical_weight=0.5, spoken=spoken
    )
    assert fused[3] > fused[2] > fused[1]
    alone = fuse_scores(
        dense, np.zeros(4), comparable=comparable, lexical_weight=0.5, spoken=np.zeros(4)
    )
    dense_z = (dense - dense.mean()) / dense.std()
    # Without words to go by: as far above the others of another script as it is.
    among = (dense[1:] - dense[1:].mean()) / dense[1:].std()
    assert np.allclose(alone[1:], dense_z[1:] + 0.5 * among)
    assert alone[0] == pytest.approx(1.5 * dense_z[0])
    assert fused[0] == pytest.approx(alone[0])
    assert fused[1:].mean() == pytest.approx(alone[1:].mean())


def test_across_scripts_only_meaning_counts():
    dense = np.array([0.7, 0.9, 0.8])
    lexical = np.array([9.0, 0.0, 1.0])
    fused = fuse_scores(dense, lexical, comparable=np.zeros(3, bool), lexical_weight=1.0)
    assert list(np.argsort(-fused)) == [1, 2, 0]


def test_a_passage_in_another_script_is_not_punished_for_matching_no_word():
    dense = np.array([0.95, 0.8, 0.7])
    lexical = np.array([0.0, 2.0, 1.0])
    comparable = np.array([False, True, True])
    fused = fuse_scores(dense, lexical, comparable=comparable, lexical_weight=0.5)
    assert int(np.argmax(fused)) == 0


def test_equal_scores_divide_nothing_by_zero():
    fused = fuse_scores(np.ones(2), np.zeros(2), comparable=np.ones(2, bool), lexical_weight=0.5)
    assert np.isfinite(fused).all()


def test_every_hit_says_where_it_came_from(seeds):
    hits = seeds.search("representatives from 35 countries", k=5)
    assert "35 countries" in hits[0].passage.text
    assert hits[0].lexical_rank is not None
    assert all(hit.dense_score is not None for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("fusion", list(Fusion))
def test_every_way_of_fusing_finds_a_plain_question(seeds, fusion):
    seeds._retriever.settings = replace(DEFAULT_SETTINGS, fusion=fusion)
    try:
        hits = seeds.search("mine clearance in the Black Sea", k=3)
    finally:
        seeds._retriever.settings = DEFAULT_SETTINGS
    assert "mine clearance in the Black Sea" in hits[0].passage.text


def test_filters_restrict_both_searches(seeds):
    arabic = seeds.search("American paratroopers", k=10, filters=Filters(languages=("ar",)))
    assert {hit.passage.language for hit in arabic} == {"ar"}
    ledes = seeds.search("summit", k=10, filters=Filters(sections=(Section.LEDE,)))
    assert {hit.passage.section for hit in ledes} == {Section.LEDE}
    assert seeds.search("summit", filters=Filters(article_ids=("nowhere",))) == []


def test_a_batch_gives_what_single_searches_give(seeds):
    queries = ["Who is the Swedish prime minister?", "", "قاعدة استراتيجية"]
    batch = seeds.search_batch(queries, k=4)
    assert batch[1] == []
    for query, hits in zip(queries, batch, strict=True):
        single = seeds.search(query, k=4)
        assert [h.passage.id for h in hits] == [h.passage.id for h in single]


def test_k_may_be_more_than_there_is_and_less_than_one(seeds):
    assert len(seeds.search("summit", k=1000)) <= seeds._library.counts()["passages"]
    assert seeds.search("summit", k=0) == []


def test_an_empty_library_finds_nothing(tmp_path):
    with Assistant.open(tmp_path / "empty", seeds=False) as pq:
        assert pq.search("anything") == []
        assert pq.search_batch(["a", "b"]) == [[], []]


def test_names_are_compared_with_arabic_passages_whatever_other_scripts_are_there():
    def passage(number, text):
        return Passage(number, "a", 0, 0, len(text), text, Section.BODY, None, "")

    texts = ["巴黎峰会", "قمة باريس في فرنسا", "الطقس اليوم"]
    scores = sounds_alike(
        "Who met in Paris?", [passage(n, t) for n, t in enumerate(texts)], np.ones(3, np.bool_)
    )
    assert scores[1] > 0
    assert scores[[0, 2]].tolist() == [0.0, 0.0]
