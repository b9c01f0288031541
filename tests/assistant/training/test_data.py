"""What the network is trained on: corpus, mixture, loss and metrics."""

from __future__ import annotations

import gzip
import json
import math
import random

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from assistant.training import corpus, mixture, negatives
from assistant.training.evaluate import Prediction, best_span, summarise, summarise_verdicts
from assistant.training.train_reader import rate_share, window_limits

PASSAGE = (
    "In 1912 Amundsen reached the South Pole with four men. Scott arrived in January 1913 and "
    "found the Norwegian flag. The expedition had cost 40,000 pounds, which the Royal Society paid."
)
OTHER = "Oslo is the capital of Norway. The parliament meets there in a building of 1866, near the palace."


def answer(text, span):
    return {"text": span, "answer_start": text.index(span)}


def dump(path, value, *, lines=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        if lines:
            file.writelines(json.dumps(row) + "\n" for row in value)
        else:
            json.dump({"data": value}, file)


def squad(title, text, *questions):
    qas = [
        {"id": str(n), "question": q, "answers": found, "is_impossible": not found}
        for n, (q, found) in enumerate(questions)
    ]
    return {"title": title, "paragraphs": [{"context": text, "qas": qas}]}


@pytest.fixture
def folder(data, monkeypatch):
    """The sets, and what was written to go with them."""
    monkeypatch.setattr(corpus, "WRITTEN", data / "written.jsonl.gz")
    return data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """One or two rows of every set."""
    data = tmp_path_factory.mktemp("data")
    own = {
        "id": "1", "group": "g1", "title": "Pole", "language": "en", "source": "written", "text": PASSAGE,
        "questions": [
            {"question": "Who paid?", "question_language": "en", "is_impossible": False,
             "answers": [answer(PASSAGE, "the Royal Society")]},
            {"question": "من دفع؟", "question_language": "ar", "is_impossible": True, "answers": [],
             "kind": "role"},
        ],
        "claims": [
            {"claim": "Amundsen had four companions.", "label": "SUPPORTS", "evidence": [[0, 54]]},
            {"claim": "Scott came in 1912.", "label": "REFUTES", "evidence": [[55, 114]], "kind": "date"},
        ],
        "quotations": [
            {"quote": "found the Norwegian flag", "speaker": "Scott", "speaker_start": PASSAGE.index("Scott")}
        ],
    }  # fmt: skip
    dump(data / "written.jsonl.gz", [{**own, "title": "South_Pole%21", "claims": []}], lines=True)
    dump(data / "own/passages.jsonl.gz", [own, {**own, "group": "g2", "text": OTHER, "questions": [],
         "claims": [], "quotations": []}], lines=True)  # fmt: skip
    question = ("When did Amundsen arrive?", [answer(PASSAGE, "1912"), answer(PASSAGE, "1912")])
    dump(
        data / "qa/squad2-unansq-dev-en.json.gz", [squad("A", PASSAGE, question, ("Who lost?", []))]
    )
    dump(data / "qa/piaf-fr.json.gz", [squad("B", OTHER, ("Où ?", [answer(OTHER, "Oslo")]))])
    for name in (
        "squadshifts-new_wiki",
        "squadshifts-reddit",
        "squadshifts-amazon_reviews",
        "arcd-train",
    ):
        dump(data / f"{name}.json.gz", [squad("C", PASSAGE, question)])
    said = "Mr. Holt said: “We will win.”"
    for name in ("polnear", "spkatt_de_parliament", "adaq_cs_ru"):
        row = {"text": said, "quote_start": 15, "quote_end": 28, "speaker": "Mr. Holt", "speaker_start": 0,
               "quote_type": "direct", "lang": "en", "source_id": name, "split": "train"}  # fmt: skip
        dump(data / f"quotes/{name}.jsonl.gz", [row, {**row, "split": "test"}], lines=True)
    pair = {"claim": "It is so.", "evidence": "It is.", "label": "NOT_ENOUGH_INFO", "source_id": "1",
            "allowed": ["REFUTES", "NOT_ENOUGH_INFO"]}  # fmt: skip
    dump(data / "nli/fever_dev.jsonl.gz", [pair], lines=True)
    evidence = {
        "evidence": "Ice melts.",
        "article": "Ice",
        "evidence_label": "SUPPORTS",
        "votes": [],
    }
    claims = [{"claim_id": n, "claim": "Ice melts", "evidences": [evidence]} for n in ("5", "6")]
    dump(data / "climate-fever.jsonl.gz", claims, lines=True)
    return data


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """Words and marks as tokens."""
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    made = Tokenizer(models.WordLevel({"[UNK]": 3}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(path))
    return path


def test_every_set_is_read_and_what_measures_is_not(folder):
    training, held_out = corpus.read_corpus(folder)
    found = {
        name: len(items) for part in (training, held_out) for name, items in part.items.items()
    }
    assert found == {
        "own": 2, "own-quotations": 1, "written": 2, "written-quotations": 1, "squad": 2, "piaf-fr": 1, "new_wiki": 1, "reddit": 1,
        "amazon_reviews": 1, "arcd": 1, "quoted": 3,
    }  # fmt: skip
    claims = training.claims["climate_fever"] + held_out.claims["climate_fever"]
    assert len(claims) == 1  # the claim whose number 5 divides is for measuring
    (item,) = (i for part in (training, held_out) for i in part.items["squad"] if i.golds)
    assert item.votes == (2,)
    (undecided,) = training.claims["fever_dev"] + held_out.claims["fever_dev"]
    assert undecided.allowed == (1, 2)


def test_a_passage_that_is_held_out_in_one_set_is_in_none_trained_on(folder, monkeypatch):
    monkeypatch.setattr(corpus, "is_kept_aside", lambda group, modulus: group == "g1")
    training, held_out = corpus.read_corpus(folder)
    assert PASSAGE not in {passage.text for passage in training.passages}
    assert {passage.set_name for passage in held_out.passages} >= {"own", "squad", "new_wiki"}


def test_long_quotations_are_cut_in_the_question():
    asked = corpus.speaker_question(" ".join(["word"] * 40), "de")
    assert asked == f"Wer sagte „{' '.join(['word'] * 24)} …“?"


@pytest.fixture
def mixed(folder, tokenizer, monkeypatch):
    monkeypatch.setattr(corpus, "is_kept_aside", lambda group, modulus: False)
    return mixture.Mixture(corpus.read_corpus(folder)[0], tokenizer)


def test_a_window_holds_the_answer_and_says_where(mixed):
    item = mixed.corpus.items["own"][0]
    for seed in range(20):
        found = mixed.question_example(item, limit=12, rng=random.Random(seed), plain_share=0.0)
        ((first, last),) = found.golds
        start = found.offsets[first - found.passage_start][0]
        end = found.offsets[last - found.passage_start][1]
        assert PASSAGE[start:end] == "the Royal Society"
        assert len(found.offsets) == 12


def test_a_passage_may_stand_under_its_title_which_answers_nothing(mixed):
    (item,) = (one for one in mixed.corpus.items["written"] if one.golds)
    made = [
        mixed.question_example(item, limit=64, rng=random.Random(seed), plain_share=0.0)
        for seed in range(20)
    ]
    starts = {one.passage_start for one in made}
    plain = min(starts)
    assert starts == {plain, plain + 4}  # South, Pole, ! and a mark
    for one in made:
        ((first, last),) = one.golds
        assert one.offsets[first - one.passage_start][0] == PASSAGE.index("the Royal Society")
        assert last - first == 2


def test_what_is_asked_elsewhere_has_no_answer(mixed):
    item = mixed.corpus.items["own"][0]
    moved = {mixed.elsewhere(item, random.Random(seed)) for seed in range(30)} - {None}
    assert OTHER in {text for text, _ in moved}
    assert all("Royal Society" not in text for text, _ in moved)
    made = mixed.question_example(item, moved=(OTHER, ""), limit=64, rng=random.Random(0))
    assert (made.golds, made.kind, made.answers) == ([(0, 0)], "moved", ())


def test_claims_stand_beside_their_sentences_or_beside_others_that_decide_nothing(mixed):
    claim = next(c for c in mixed.corpus.claims["own"] if c.kind == "date")
    seen = {}
    for seed in range(60):
        made = mixed.claim_example(claim, limit=200, rng=random.Random(seed))
        seen.setdefault(made.verdict, set()).add(made.text)
    refuting, elsewhere = seen[1,], seen[2,]
    assert {PASSAGE[55:114], PASSAGE[:114], PASSAGE} == refuting
    assert all("Scott" not in text for text in elsewhere)


def test_the_stream_is_the_same_for_the_same_seed(mixed):
    one = [mixed.draw(n, longest=64, shortest=32) for n in range(40)]
    assert one == [mixed.draw(n, longest=64, shortest=32) for n in range(40)]
    assert {bool(example.verdict) for example in one} == {True, False}


def test_macro_f1_is_the_mean_of_the_labels():
    scores = np.eye(3)[[0, 0, 1, 2]]
    figures = summarise_verdicts(scores, np.array([0, 1, 1, 2]))
    assert (figures["accuracy"], figures["f1_neither"]) == (75.0, 100.0)
    assert figures["f1"] == pytest.approx((200 / 3 + 200 / 3 + 100) / 3, abs=0.01)


def test_bm25_puts_the_passage_with_the_rare_words_first():
    passages = ["the cat sat on the mat", "the penguin sat on the ice", "the dog ran", "the end"]
    ranked = negatives.rank_passages(["Where did the penguin sit?", "dog?"], passages, top=3)
    assert ranked.shape == (2, 3)
    assert ranked[:, 0].tolist() == [1, 2]


def test_answers_are_found_only_as_whole_words():
    assert negatives.contains_any("it cost 140 pounds", ["140"])
    assert not negatives.contains_any("it cost 140 pounds", ["40", ""])


def test_removing_the_answer_takes_every_sentence_that_says_it():
    text = "Ann won. " + "The weather was mild and the road was dry that day. " * 3 + "So Ann left."
    left = negatives.remove_answers(text, [(0, 3)])
    assert "Ann" not in left
    assert left.startswith("The weather")
    assert negatives.remove_answers("Ann won. It rained.", [(0, 3)]) == ""


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
        assert torch.allclose(plain[2], fast[2], atol=1e-5)
        for one, other in zip(plain[:2], fast[:2], strict=True):
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

    def test_what_a_source_could_not_tell_apart_counts_as_one(self):
        import torch

        from assistant.training.model import verdict_loss

        scores = torch.log(torch.tensor([[0.5, 0.3, 0.2]]))
        allowed = torch.tensor([[False, True, True]])
        assert verdict_loss(scores, allowed).item() == pytest.approx(-math.log(0.5), abs=1e-5)


def test_what_was_held_out_becomes_files_that_eval_reads(folder, tmp_path, monkeypatch):
    from assistant.evaluation.claims import read_claims
    from assistant.evaluation.squad import read_squad
    from assistant.training import held_out

    monkeypatch.setattr(corpus, "is_kept_aside", lambda group, modulus: True)
    monkeypatch.setattr("sys.argv", ["held_out", "--data", str(folder), "--out", str(tmp_path)])
    held_out.main()
    questions = read_squad(tmp_path / "own.json", language="en").questions
    assert [(q.text, q.answers) for q in questions] == [
        ("Who paid?", ("the Royal Society",)),
        ("من دفع؟", ()),
    ]
    assert len(read_squad(tmp_path / "own-across.json", language="en").questions) == 1
    claims = read_claims(tmp_path / "own-claims.jsonl").claims
    assert [(one.evidence, one.label) for one in claims] == [
        (PASSAGE[:54], 0),
        (PASSAGE[55:114], 1),
    ]
    assert len(read_claims(tmp_path / "climate-claims.jsonl").claims) == 1
