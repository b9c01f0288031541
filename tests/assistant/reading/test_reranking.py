from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.cli import run
from assistant.errors import ModelError
from assistant.reading.calibration import Calibration
from assistant.reading.models import load_reranker
from assistant.reading.reranking import CrossEncoderReranker, ReaderReranker
from assistant.reading.span_features import RawSpan

RERANKED = 8
"""Fewer than there are passages in the seeds."""
QUERY = "Which countries sent representatives to the Paris summit?"


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr("assistant.reading.reranking.RERANKED", RERANKED)


class Longest:
    """A cross-encoder to which a longer passage is a better one."""

    def __init__(self):
        self.pairs = []

    def predict(self, pairs, *, show_progress_bar, convert_to_numpy):
        assert convert_to_numpy
        assert not show_progress_bar
        self.pairs += pairs
        return np.array([len(text) for _, text in pairs], np.float32)


def reranker(model):
    made = CrossEncoderReranker("fake")
    made._model = model
    return made


def test_the_best_are_ordered_anew_and_the_rest_stays(seeds):
    hits = seeds.search(QUERY, k=RERANKED + 5)
    model = Longest()
    found = reranker(model).rerank(QUERY, hits)
    assert len(model.pairs) == RERANKED
    first = hits[0].passage
    assert model.pairs[0] == (QUERY, f"{first.title}\n{first.text}")
    expected = sorted(
        range(RERANKED), key=lambda n: (-len(model.pairs[n][1]), n)
    )  # ties: the order of the search
    assert [h.passage.id for h in found] == [
        *(hits[n].passage.id for n in expected),
        *(hit.passage.id for hit in hits[RERANKED:]),
    ]
    assert found[0].reader_score == len(model.pairs[expected[0]][1])
    assert [hit.reader_score for hit in found[RERANKED:]] == [None] * 5
    assert {hit.passage.id: hit.score for hit in found} == {h.passage.id: h.score for h in hits}


def test_few_hits_come_from_many_that_were_read(seeds):
    pq = Assistant(
        seeds._library,
        seeds._encoder,
        reranker=reranker(Longest()),
        settings=seeds._retriever.settings,
    )
    all_hits = seeds.search(QUERY, k=RERANKED)
    found = pq.search(QUERY, k=2)
    lengths = sorted((len(f"{h.passage.title}\n{h.passage.text}") for h in all_hits), reverse=True)
    assert [hit.reader_score for hit in found] == lengths[:2]
    assert pq.search_batch([QUERY, " "], k=2) == [found, []]
    assert pq.search(QUERY, k=0) == []


def test_a_model_with_several_scores_is_refused(seeds):
    class Classes:
        def predict(self, pairs, **_):
            return np.zeros((len(pairs), 3), np.float32)

    with pytest.raises(ModelError, match="gives 3 scores for a passage: --rerank needs"):
        reranker(Classes()).rerank(QUERY, seeds.search(QUERY, k=3))


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A cross-encoder of two small layers with random weights, as sentence-transformers keeps it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *("##" + c for c in letters),
    ]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        num_labels=1,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_real_cross_encoder_by_path(seeds_folder, seeds, tiny_model, capsys):
    from sentence_transformers import CrossEncoder

    hits = seeds.search(QUERY, k=RERANKED)
    scores = CrossEncoder(str(tiny_model)).predict(
        [(QUERY, f"{hit.passage.title}\n{hit.passage.text}") for hit in hits]
    )
    assert len(set(scores.tolist())) > 1
    expected = [hits[n].passage.id for n in np.argsort(-scores, kind="stable")]
    options = ["--library", str(seeds_folder), "--rerank", str(tiny_model)]
    assert run(["search", QUERY, "-k", "5", "--json", *options]) == 0
    found = json.loads(capsys.readouterr().out)["passages"]
    assert [p["passage_id"] for p in found] == expected[:5]
    assert [p["reader_score"] for p in found] == pytest.approx(sorted(scores.tolist())[::-1][:5])


def test_a_model_that_is_not_there_is_named(seeds_folder, tmp_path, capsys):
    nowhere = str(tmp_path / "nowhere")
    assert run(["--rerank", nowhere, "search", QUERY, "--library", str(seeds_folder)]) == 3
    written = capsys.readouterr()
    assert written.out == ""
    message = written.err.splitlines()[-1]
    assert message.startswith(f"pullquote: cannot load the cross-encoder '{nowhere}'")
    assert "give the folder of a sentence-transformers cross-encoder" in message


class Margins:
    """A reader that finds an answer in some passages, surer in the later ones."""

    def __init__(self, margins, *, weight):
        self.margins = margins
        self.calibration = Calibration(rerank_weight=weight)

    def read_raw(self, question, texts, titles):
        return [
            RawSpan(at, 0, 1, score=margin, null_score=0.0)
            for at, margin in enumerate(self.margins)
            if margin is not None
        ]


def test_the_reader_adds_its_margin_to_the_score_of_the_search(seeds):
    hits = seeds.search(QUERY, k=3)
    spread = hits[0].score - hits[2].score
    found = ReaderReranker(Margins([0.0, None, 4.0], weight=spread)).rerank(QUERY, hits)
    assert [hit.passage.id for hit in found] == [hits[n].passage.id for n in (2, 0, 1)]
    assert [hit.reader_score for hit in found] == [4.0, 0.0, -12.0]
    unmoved = ReaderReranker(Margins([0.0, None, 4.0], weight=0.0)).rerank(QUERY, hits)
    assert [hit.passage.id for hit in unmoved] == [hit.passage.id for hit in hits]


def test_the_bundled_reader_is_named_reader():
    assert isinstance(load_reranker("reader"), ReaderReranker)
    assert isinstance(load_reranker("some/model"), CrossEncoderReranker)
    assert load_reranker(None) is None
