"""The reader's training material: spans, detokenising, rules, batches, loss and metrics."""

from __future__ import annotations

import gzip
import json
import math
import random

import numpy as np
import pytest

from assistant.training import data, lexicon, negatives, pseudo_arabic, rewriting
from assistant.training.evaluate import Prediction, best_span, summarise
from assistant.training.train_reader import rate_share, window_limits

PASSAGE = (
    "In 1912 Amundsen reached the South Pole with four men. Scott arrived in January 1913 and "
    "found the Norwegian flag. The expedition had cost 40,000 pounds, which the Royal Society paid."
)


def write_squad(path, contexts):
    content = {
        "data": [
            {
                "title": title,
                "paragraphs": [
                    {
                        "context": text,
                        "qas": [
                            {"id": str(n), "question": q, "answers": answers}
                            for n, (q, answers) in enumerate(questions)
                        ],
                    }
                ],
            }
            for title, text, questions in contexts
        ]
    }
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump(content, file)


def test_treebank_tokens_become_ordinary_text_and_their_spans_follow():
    tokens = "Akin said -LRB- on KTVI -RRB- : `` It 's n't 3.5 % , '' he added .".split()
    text, spans = data.detokenise(tokens)
    assert text == "Akin said (on KTVI): \"It'sn't 3.5%,\" he added."
    assert [text[a:b] for a, b in spans][3:5] == ["on", "KTVI"]
    assert text[spans[-2][0] : spans[-2][1]] == "added"


def test_spans_are_trimmed_of_commas_and_spaces_but_keep_quotes():
    text = "he said, «yes», twice"
    assert text[slice(*data.trim(text, 7, 16))] == "«yes»"


def test_arabic_questions_lose_the_list_mark_and_the_stray_article():
    assert data.clean_arabic_question(" - أي دولة هي الأكبر؟ ال") == "أي دولة هي الأكبر؟"


@pytest.mark.parametrize(
    ("question", "text", "tidied"),
    [
        ("متى تسلم سلطته ؟", "في 9 يوليو 2018،", "9 يوليو 2018"),
        ("متى ولد عمر المختار؟", "(20 أغسطس 1858", "20 أغسطس 1858"),
        ("في أي عام تم نقل العاصمة؟", "عام 1366م", "1366م"),
        ("ما هو الصيام؟", "هو الامتناع عن الطعام (والشراب).", "الامتناع عن الطعام (والشراب)"),
        ("من هو نجيب محفوظ؟", "نجيب محفوظ الروائي", "نجيب محفوظ الروائي"),
        ("متى ولد الكاتب؟", "ولد", "ولد"),
        ("لماذا؟", " ".join(["كلمة"] * (data.MAX_ARABIC_WORDS + 1)), None),
        ("لماذا؟", "«.", None),
    ],
)
def test_arabic_answers_lose_prepositions_echoes_and_half_brackets(question, text, tidied):
    span = data.tidy_arabic_answer(question, text, 0, len(text))
    assert (span and text[slice(*span)]) == tidied


def test_squad_files_give_distinct_trimmed_gold_spans_and_skip_what_cannot_be_placed(tmp_path):
    path = tmp_path / "one.json.gz"
    answers = [
        {"text": "Amundsen", "answer_start": PASSAGE.index("Amundsen")},
        {"text": "Amundsen ", "answer_start": PASSAGE.index("Amundsen")},
        {"text": "Royal Society", "answer_start": 3},
    ]
    write_squad(
        path,
        [("T", PASSAGE, [("Who?", answers), ("Lost?", [{"text": "Nansen", "answer_start": 0}])])],
    )
    material = data.Material()
    data.read_squad(path, "new_wiki", material)
    assert [item.question for item in material.items] == ["Who?"]
    assert [PASSAGE[a:b] for a, b in material.items[0].golds] == ["Amundsen", "Royal Society"]
    assert material.items[0].votes == (2, 1)


def test_qamr_sentences_return_to_their_paragraph_and_need_two_agreeing_validators(tmp_path):
    sentences, pairs = tmp_path / "s.tsv.gz", tmp_path / "p.tsv.gz"
    with gzip.open(sentences, "wt", encoding="utf-8") as file:
        file.write("Wiki1k:w:1:0:1\tHe lost .\nWiki1k:w:1:0:0\tAnn met Bob .\n")
        file.write("Wiki1k:w:1:0:3\tApart .\n")
    rows = [
        ("Wiki1k:w:1:0:1", "Who was it that lost?", "0", "1:0", "2:0"),
        ("Wiki1k:w:1:0:0", "Who was met by Ann?", "2", "1:2", "2:Invalid"),
        ("Wiki1k:w:1:0:0", "Whom did Ann meet there?", "2", "1:0", "2:2"),
        ("Wiki1k:w:1:0:0", "Who met?", "0", "1:0", "2:0"),
    ]
    with gzip.open(pairs, "wt", encoding="utf-8") as file:
        for name, question, answer, one, two in rows:
            file.write("\t".join([name, "0", "9", "0", "0", question, answer, one, two]) + "\n")
    material = data.Material()
    data.read_qamr(sentences, [pairs], material)
    assert [p.text for p in material.passages] == ["Ann met Bob. He lost.", "Apart."]
    text = material.passages[0].text
    read = {i.question: [text[a:b] for a, b in i.golds] for i in material.items}
    assert read == {"Who was it that lost?": ["He"], "Whom did Ann meet there?": ["Bob", "Ann"]}


def test_whole_articles_are_held_out():
    passages = [data.SourcePassage("new_wiki", f"new_wiki/a/{n}", str(n)) for n in range(200)]
    held = [data.is_held_out(p) for p in passages]
    twins = [data.SourcePassage("new_wiki", p.article, "other text") for p in passages]
    assert held == [data.is_held_out(p) for p in twins]
    assert 5 <= sum(held) <= 35


def test_names_are_runs_of_capitals_without_question_words_and_sentence_starts():
    text = "When did Roald Amundsen of Norway meet the King? Dogs barked in May."
    names = [text[a:b] for a, b in negatives.find_names(text)]
    assert names == ["Roald Amundsen of Norway", "King"]


@pytest.mark.parametrize("seed", range(8))
def test_swapped_names_and_numbers_are_new_and_of_the_same_type(seed):
    rng = random.Random(seed)
    made = negatives.swap_name("When did Amundsen reach it?", PASSAGE, others=["Nansen"], rng=rng)
    assert made.startswith("When did ")
    assert "Amundsen" not in made
    assert any(name in made for name in ("South Pole", "Norwegian", "Nansen", "Royal Society"))
    made = negatives.swap_number("Who was first in 1912?", PASSAGE, rng=rng)
    year = made.removeprefix("Who was first in ").removesuffix("?")
    assert negatives.is_year(year)
    assert year != "1912"
    made = negatives.swap_number("Who came in January?", PASSAGE, rng=rng)
    assert made == "" or made.split()[-1].rstrip("?") in set(negatives.MONTHS) - {"January"}


def test_antonyms_negation_and_conditions():
    rng = random.Random(3)
    assert negatives.swap_antonym("Who was the first?", rng=rng) == "Who was the last?"
    assert negatives.swap_antonym("How many came?", rng=rng) == ""
    assert negatives.negate("What can dogs pull?", rng=rng) == "What can't dogs pull?"
    assert negatives.negate("What didn't they find?", rng=rng) == "What did they find?"
    assert "never" in negatives.negate("Who paid for it?", rng=rng) or "hardly" in negatives.negate(
        "Who paid for it?", rng=rng
    )
    for _ in range(20):
        made = negatives.add_condition("Who paid?", PASSAGE, others=["Chile"], rng=rng)
        added = made.removeprefix("Who paid ").removesuffix("?").split()[-1]
        assert added not in PASSAGE


def test_every_antonym_pair_has_two_different_words_and_both_directions():
    assert len(negatives.ANTONYMS) > 300
    assert all(word != other for word, other in negatives.ANTONYMS.items())
    assert negatives.ANTONYMS["southern"] == "northern"


def test_yes_no_questions_are_never_only_turned_round():
    rng = random.Random(0)
    for _ in range(40):
        made, rule = negatives.make_unanswerable(
            "Did Amundsen win in 1912?", PASSAGE, others=["Nansen"], vocabulary=["lake"], rng=rng
        )
        assert rule in ("name", "number", "word")
        assert made != "Did Amundsen win in 1912?"


def test_removing_the_answer_takes_every_sentence_that_says_it():
    text = "Ann won. " + "The weather was mild and the road was dry that day. " * 3 + "So Ann left."
    left = negatives.remove_answers(text, [(0, 3)])
    assert "Ann" not in left
    assert left.startswith("The weather")
    assert negatives.remove_answers("Ann won. It rained.", [(0, 3)]) == ""


def test_bm25_puts_the_passage_with_the_rare_words_first():
    passages = ["the cat sat on the mat", "the penguin sat on the ice", "the dog ran", "the end"]
    ranked = negatives.rank_passages(["Where did the penguin sit?", "dog?"], passages, top=3)
    assert ranked.shape == (2, 3)
    assert ranked[:, 0].tolist() == [1, 2]


def test_answers_are_found_only_as_whole_words():
    assert negatives.contains_any("it cost 140 pounds", ["140"])
    assert not negatives.contains_any("it cost 140 pounds", ["40", ""])


def test_best_span_respects_order_bounds_and_the_null_score():
    start, end = np.zeros(8), np.zeros(8)
    start[[2, 6]] = 9.0, 5.0  # 2 is a question token
    end[[4, 7]] = 6.0, 2.0
    start[0], end[0] = 1.0, 2.0
    assert best_span(start, end, first=3, last=8) == (6, 7, 4.0)


def test_summary_scores_abstention_at_the_threshold():
    made = [
        Prediction("a", 2.0, 1.0, True),
        Prediction("b", 1.0, 0.5, True),
        Prediction("c", 0.5, 0.0, False),
        Prediction("d", -1.0, 0.0, False),
    ]
    figures = summarise(made)
    assert figures["forced_f1"] == 75.0
    assert figures["f1_at_zero"] == 62.5
    assert figures["f1_best_threshold"] == 87.5
    assert figures["auroc"] == 1.0


def test_a_question_gets_the_end_of_another_on_the_same_passage():
    rng = random.Random(0)
    question = "Who reached the pole in January?"
    rivals = ["What was found in the tent?", "What did it cost in the end?"]
    made = {negatives.swap_tail(question, rivals, rng=rng) for _ in range(20)}
    assert made == {"Who reached the pole in tent?", "Who reached the pole in end?"}
    assert negatives.swap_tail("Who won in Rome?", ["Who won in Rome?"], rng=rng) == ""


def test_substituted_parts_carry_spans_along():
    text = "He saw Ann and Bo."
    made, spans = rewriting.substitute(
        text, [(0, 2), (7, 10), (15, 17)], [(0, 2, "Nobody"), (7, 10, "A")]
    )
    assert made == "Nobody saw A and Bo."
    assert [made[a:b] for a, b in spans] == ["Nobody", "A", "Bo"]
    made, spans = rewriting.substitute("painter", [(2, 4)], [(0, 7, "Maler")])
    assert [made[a:b] for a, b in spans] == ["Maler"]


def test_mixed_languages_keep_the_answer_in_place():
    words = {"war": ["الحرب"], "ended": ["انتهت"], "in": ["في"]}
    text = "The war ended in 1945."
    made, spans = rewriting.switch_words(text, [(17, 21)], words, share=1.0, rng=random.Random(1))
    assert made == "The الحرب انتهت في 1945."
    assert [made[a:b] for a, b in spans] == ["1945"]


def test_texts_in_arabic_letters_join_particles_and_spell_names():
    text = "The seat of the government is Canberra's, and to the people?"
    words = {"seat": ["مقر"], "government": ["الحكومة"], "people": ["ناس"]}
    name = (text.index("Canberra"), text.index("'s"))
    made, spans = pseudo_arabic.arabise(text, [(0, 8), name], words, rng=random.Random(0))
    assert made == "المقر الحكومة is كانبرا، وللناس؟"
    assert [made[a:b] for a, b in spans] == ["المقر", "كانبرا"]


def test_texts_that_are_arabic_already_stay():
    text = "أين تقع المملكة، ومتى؟"
    words = {"أين": ["where"]}
    assert pseudo_arabic.arabise(text, [(4, 7)], words, rng=random.Random(0)) == (text, [(4, 7)])


def test_every_latin_word_may_be_spelled_and_none_is_left_half_done():
    made = {
        pseudo_arabic.arabise("a nice Place", [], {}, rng=random.Random(seed))[0]
        for seed in range(8)
    }
    assert made == {"a nice بلاس", "نيس بلاس"}


def test_frequent_arabic_words_come_from_the_tokenizer(tmp_path):
    path = tmp_path / "tokenizer.json"
    words = [
        "▁كلمة",
        "مرحبة",
        "▁word",
        "▁من",
        "▁چهار",
        "▁دوستان",
        "▁كتاب",
        "▁الكتاب",
        "▁ئانا",
        "▁بالىلار",
    ]
    pieces = [[word, -1.0] for word in words]
    path.write_text(json.dumps({"model": {"vocab": pieces}}), "utf-8")
    assert lexicon.whole_words(path) == ["كلمة", "كتاب", "الكتاب"]


def test_renaming_takes_the_last_name_too_and_never_touches_an_answer():
    text = "Roald Amundsen came first; Amundsen won, not Scott."
    made, _ = rewriting.rename(text, [], "Roald Amundsen", "Carl Weyprecht")
    assert made == "Carl Weyprecht came first; Weyprecht won, not Scott."
    assert rewriting.rename(text, [(27, 35)], "Roald Amundsen", "Carl Weyprecht") is None
    assert rewriting.rename(text, [], "Nansen", "Ann") is None


def test_a_contradicting_passage_no_longer_says_what_is_asked():
    rng = random.Random(2)
    for _ in range(20):
        made = rewriting.contradict(
            "How much had the expedition of 1912 cost?",
            PASSAGE,
            others=["Nansen"],
            siblings={"expedition": ["museum"]},
            rng=rng,
        )
        assert made != PASSAGE
        assert "1912" not in made or "expedition" not in made
    assert rewriting.contradict("Why?", PASSAGE, others=[], siblings={}, rng=rng) == ""


def test_renaming_both_keeps_the_answer_and_the_match():
    golds = [(PASSAGE.index("1912"), PASSAGE.index("1912") + 4)]
    question, passage, spans = rewriting.rename_both(
        "When did Amundsen reach the pole?", PASSAGE, golds, others=["Nansen"], rng=random.Random(0)
    )
    assert question == "When did Nansen reach the pole?"
    assert "Nansen reached the South Pole" in passage
    assert [passage[a:b] for a, b in spans] == ["1912"]


def test_nearest_words_by_csls_are_not_the_ones_near_everything():
    hub = np.array([0.8, 0.6, 0.0])
    keys = np.array([hub, [1, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32)
    queries = np.array([[0.98, 0.199, 0.0], [0.6, 0.8, 0.0]], np.float32)
    places, cosines = lexicon.nearest(queries, keys, top=1)
    assert places.shape == cosines.shape == (2, 1)
    assert cosines[0, 0] == pytest.approx(float(queries[0] @ keys[places[0, 0]]))


def test_pairs_must_be_near_both_ways_and_grammar_words_are_given():
    ours, theirs = ["war", "peace"], ["حرب", "سلام"]
    vectors = np.eye(2, dtype=np.float32)
    found = lexicon.pair_words(ours, theirs, (vectors, vectors))
    assert found["war"] == ["حرب"]
    assert found["سلام"] == ["peace"]
    assert found["who"] == ["من"]


def test_schedule_rises_and_ends_at_zero_and_windows_grow():
    shares = [rate_share(p, warm_up=0.06) for p in (0.0, 0.03, 0.06, 0.53, 1.0)]
    assert shares == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])
    assert window_limits(0.1)[1] < window_limits(0.9)[1]


class TestWithTorch:
    def test_fast_scores_equal_the_exported_path_and_frozen_layers_get_no_gradient(self):
        import torch

        from assistant.training.model import ReaderModel
        from embeddings.build.bert import Trunk

        torch.manual_seed(0)
        model = ReaderModel(Trunk(hidden_size=24, inner_size=32, layer_count=3)).eval()
        embeds = torch.randn(2, 7, 24)
        mask = torch.ones(2, 7, dtype=torch.int64)
        mask[1, 5:] = 0
        plain, fast = model(embeds, mask), model.score(embeds, mask, frozen_layers=2)
        for one, other in zip(plain, fast, strict=True):
            assert torch.allclose(one[0], other[0], atol=1e-5)
            assert torch.allclose(one[1, :5], other[1, :5], atol=1e-5)
        fast[0].sum().backward()
        grads = [layer.inner.weight.grad is not None for layer in model.trunk.layers]
        assert grads == [False, False, True]

    def test_loss_sums_the_probability_of_all_gold_spans(self):
        import torch

        from assistant.training.model import span_loss

        start = torch.log(torch.tensor([[0.5, 9.0, 0.3, 0.2]]))
        end = torch.log(torch.tensor([[0.4, 9.0, 0.4, 0.2]]))
        allowed = torch.tensor([[True, False, True, True]])
        loss = span_loss(start, end, allowed, [[(2, 2), (3, 3)]], [[1, 1]])
        assert loss.item() == pytest.approx(-math.log(0.3 * 0.4 + 0.2 * 0.2), abs=1e-5)
        loss = span_loss(start, end, allowed, [[(2, 2), (3, 3)]], [[1, 2]])
        assert loss.item() == pytest.approx(-math.log(0.5 * 0.3 * 0.4 + 0.2 * 0.2), abs=1e-5)
        loss = span_loss(start, end, allowed, [[(0, 0)]], [[1]])
        assert loss.item() == pytest.approx(-math.log(0.5 * 0.4), abs=1e-5)

    def test_masks_from_the_pool_drop_their_share_and_keep_the_mean(self):
        import torch

        from assistant.training.model import MaskPool

        pool = MaskPool(0.25, size=1 << 18)
        dropped = pool.drop(torch.ones(100, 200))
        assert (dropped == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)
        assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
        assert not torch.equal(dropped, pool.drop(torch.ones(100, 200)))

    def test_rows_with_fewer_answers_have_finite_gradients(self):
        import torch

        from assistant.training.model import span_loss

        start, end = torch.zeros(2, 4, requires_grad=True), torch.zeros(2, 4, requires_grad=True)
        allowed = torch.ones(2, 4, dtype=torch.bool)
        golds, votes = [[(1, 2), (2, 3)], [(0, 0)]], [[3, 1], [1]]
        span_loss(start, end, allowed, golds, votes).backward()
        assert torch.isfinite(start.grad).all()
        assert start.grad[1, 0] < 0 < start.grad[1, 1]
