"""The trained reader: decoding, features, calibration, and its promise across windows and scripts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.reading.calibration import FEATURES, Calibration, load_calibration
from assistant.reading.span_features import (
    RawSpan,
    passage_features,
    passage_margins,
    span_features,
)
from assistant.reading.span_reader import (
    MAX_ANSWER_TOKENS,
    READER_FOLDER,
    SpanReader,
    all_spans,
    best_spans,
    titles_of,
    whole_words,
)
from assistant.types import Hit, Passage, Section


def hit(text, *, cosine=0.85, title=""):
    passage = Passage(
        id=1, article_id="a", paragraph=0, start=100, end=100 + len(text), text=text,
        section=Section.BODY, language=None, title=title,
    )  # fmt: skip
    return Hit(passage=passage, score=0.0, dense_score=cosine)


def feature(rows, name):
    return [row[FEATURES.index(name)] for row in rows]


@pytest.fixture(scope="module")
def reader():
    return SpanReader()


def test_best_spans_equal_trying_every_pair():
    rng = np.random.default_rng(4)
    start, end = rng.normal(size=(2, 9)).astype(np.float32)
    pairs = [(float(start[i] + end[j]), i, j) for i in range(9) for j in range(i, 9)]
    assert best_spans(start, end)[:3] == sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))[:3]


def test_all_spans_equal_summing_every_pair():
    rng = np.random.default_rng(1)
    start, end = rng.normal(size=(2, 90)).astype(np.float32) * 8 + 3
    scores = [
        float(start[i]) + float(end[j])
        for i in range(90)
        for j in range(i, min(90, i + MAX_ANSWER_TOKENS))
    ]
    assert all_spans(start, end) == pytest.approx(np.logaddexp.reduce(scores), abs=1e-4)
    assert all_spans(start[:0], end[:0]) == -np.inf


def test_a_span_is_a_slice_of_the_article(reader):
    text = "😀 The harbour of Varnholm holds ninety boats. Its mayor is Ingrid Palm."
    spans = reader.read("Who is the mayor of Varnholm?", [hit(text)])
    best = spans[0]
    assert best.text == "Ingrid Palm"
    assert text[best.start - 100 : best.end - 100] == best.text
    others = [(s.start, s.end) for s in spans[1:]]
    assert all(end <= best.start or best.end <= start for start, end in others)


def test_an_answer_far_into_a_long_passage_is_found(reader):
    filler = "The weather on the island was mild and the ferries ran on time all week. " * 60
    text = filler + "The bridge was opened by Queen Astrid in 1958. " + filler
    best = reader.read("Who opened the bridge?", [hit(text)])[0]
    assert "Astrid" in best.text
    assert abs(best.start - 100 - text.index("Queen")) < 30


def test_nothing_to_read_reads_nothing(reader):
    assert reader.read("Who?", []) == []
    assert reader.read("  ", [hit("Text.")]) == []
    assert reader.read_raw("Who?", [""]) == []


def test_no_answer_cuts_a_word():
    text = "In Straßenbahn-Wagen, 東京都 (١٢٣م). Thừa Thiên"
    cut = [(3, 6), (6, 14), (15, 20), (22, 24), (24, 25), (27, 29), (29, 31), (36, 37)]
    firsts, lasts = whole_words(text, [a for a, _ in cut], [b for _, b in cut])
    found = [text[a:b] for a, b in zip(firsts, lasts, strict=True)]
    assert found == ["Straßenbahn", "Straßenbahn", "Wagen", "東京", "都", "١٢٣م", "١٢٣م", "Thừa"]


def test_what_was_just_read_for_a_question_is_not_read_again(reader, monkeypatch):
    texts = [f"The harbour of Varnholm holds {n} boats." for n in ("ten", "ninety", "sixty")]
    read = []
    read_anew = reader._read_anew

    def remembering(question, missing, *, cancelled):
        read.append((question, [text for _, text in missing]))
        return read_anew(question, missing, cancelled=cancelled)

    monkeypatch.setattr(reader, "_read_anew", remembering)
    asked = "How many boats does the harbour hold?"
    first = reader.read_raw(asked, texts[:2])
    again = reader.read_raw(asked, [texts[1], texts[2], texts[1], texts[0]])
    assert read == [(asked, texts[:2]), (asked, texts[2:])]
    assert [s for s in again if s.hit_index == 3] == [
        replace(s, hit_index=3) for s in first if s.hit_index == 0
    ]
    assert [replace(s, hit_index=0) for s in again if s.hit_index == 2] == [
        s for s in again if s.hit_index == 0
    ]
    reader.read_raw("Where?", texts[:1])
    reader.read_raw(asked, texts[:1])
    assert read[2:] == [("Where?", texts[:1]), (asked, texts[:1])]
    reader.read_raw(asked, texts[:1], ["Harbours"])
    assert read[4:] == [(asked, texts[:1])]


def test_what_a_passage_stands_under_is_read_and_answers_nothing(reader):
    text = "11 a.m. on weekdays, noon on Sundays."
    asked = "When is checkout time at the Kappel hostel?"
    above = "Handbook of the Kappel hostel: Checkout time"
    (bare, *_), (titled, *rest) = (reader.read_raw(asked, [text], t) for t in ((), [above]))
    assert text[titled.start : titled.end].startswith("11 a.m")
    assert titled.margin > bare.margin
    closed = "It is closed in May."
    named = reader.read_raw("Which hostel is it?", [closed], [above])
    assert all(0 <= span.start < span.end <= len(text) for span in [titled, *rest])
    assert all(0 <= span.start < span.end <= len(closed) for span in named)


def test_passages_under_a_heading_stand_under_title_and_heading():
    plain = hit("Noon.", title="Handbook")
    under = replace(plain, passage=replace(plain.passage, heading="Checkout"))
    assert titles_of([plain, under]) == ["", "Handbook: Checkout"]


def test_a_question_that_a_passage_does_not_answer_scores_below_one_that_it_does(reader):
    text = "Ulf Kristersson, the Swedish prime minister, spoke in Paris on Tuesday."
    asked = {
        q: reader.read(q, [hit(text)])[0].probability
        for q in ("Who is the Swedish prime minister?", "What is the boiling point of water?")
    }
    assert (
        asked["Who is the Swedish prime minister?"]
        > 3 * asked["What is the boiling point of water?"]
    )


def test_features_by_hand():
    hits = [hit("about 35 states met", title="Paris summit"), hit("35 states"), hit("forty states")]
    raw = [
        RawSpan(0, 6, 15, score=9.0, null_score=4.0),
        RawSpan(1, 0, 9, score=5.0, null_score=4.0),
        RawSpan(2, 0, 12, score=5.0, null_score=8.0),
    ]
    rows = span_features("How many states met in Paris in 2025?", raw, hits)
    assert feature(rows, "margin") == [5.0, 1.0, -3.0]
    assert feature(rows, "lead") == [8.0, 4.0, -8.0]
    assert feature(rows, "rank") == pytest.approx([0.0, 1.0, np.log2(3)])


def test_what_another_passage_says_in_the_same_words_is_no_rival():
    told = "Sales of the port rose to {} million euros in the second quarter of the year."
    texts = [told.format(40), told.format(70), "The port had 12 cranes."]
    raw = [
        RawSpan(0, 26, 28, score=9.0, null_score=4.0),
        RawSpan(1, 26, 28, score=8.0, null_score=4.0),
        RawSpan(2, 13, 15, score=3.0, null_score=4.0),
    ]
    rows = span_features("How high were sales?", raw, [hit(text) for text in texts])
    assert feature(rows, "lead") == [6.0, 5.0, -6.0]


def test_across_scripts_ranks_are_counted_apart():
    hits = [hit("35 countries met"), hit("غادر 1500 مظلي", cosine=0.8)]
    raw = [RawSpan(0, 0, 2, 2.0, 4.0), RawSpan(1, 5, 9, 3.0, 4.0)]
    rows = span_features("How many paratroopers left?", raw, hits)
    assert feature(rows, "margin") == [-2.0, -1.0]
    assert feature(rows, "lead") == [-1.0, 1.0]
    assert feature(rows, "rank") == [0.0, 0.0]


def test_features_of_a_given_passage_by_hand():
    raw = [
        RawSpan(0, 31, 40, score=9.0, null_score=4.0, odds=5.5),
        RawSpan(0, 18, 23, score=2.0, null_score=4.0, odds=5.5),
    ]
    assert passage_features(raw) == pytest.approx((5.5, 7.0))
    assert passage_features(raw[:1]) == pytest.approx((5.5, 10.0))


def test_the_odds_of_any_answer_are_no_lower_than_those_of_the_best_one(reader):
    raw = reader.read_raw("Who met in Paris?", ["Ministers of 35 states met in Paris on Monday."])
    assert all(span.odds >= raw[0].margin - 1e-3 for span in raw)
    assert len({span.odds for span in raw}) == 1


def test_margins_of_passages_keep_to_their_limits():
    raw = [RawSpan(0, 0, 1, 30.0, 0.0), RawSpan(0, 1, 2, 1.0, 0.0), RawSpan(2, 0, 1, -3.0, 0.0)]
    assert passage_margins(raw, 3) == [12.0, -12.0, -3.0]


def test_the_calibration_is_the_saved_one(reader):
    saved = json.loads((READER_FOLDER / "calibration.json").read_text())
    calibration = load_calibration(READER_FOLDER / "calibration.json")
    assert reader.threshold == calibration.threshold == saved["threshold"]
    assert calibration.weights == tuple(saved["weights"])
    logit = saved["bias"] + sum(saved["weights"])
    assert calibration.probability([1.0] * len(FEATURES)) == pytest.approx(1 / (1 + np.exp(-logit)))


def test_a_broken_calibration_is_told(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text('{"features": ["margin"], "weights": [1, 2]}')
    with pytest.raises(ModelError, match="calibration"):
        load_calibration(path)


def test_across_scripts_another_model_gives_the_probability(reader):
    own = reader.calibration
    ones = [1.0] * len(FEATURES)
    logit = own.cross_script.bias + sum(own.cross_script.weights)
    assert own.probability(ones, across=True) == pytest.approx(1 / (1 + np.exp(-logit)))
    hits = [hit("35 countries met in Paris."), hit("غادر 1500 مظلي القاعدة.")]
    raw = reader.read_raw("How many met?", [h.passage.text for h in hits])
    rows = span_features("How many met?", raw, hits)
    expected = sorted(
        own.probability(row, across=span.hit_index == 1)
        for span, row in zip(raw, rows, strict=True)
    )
    rated = [span.probability for span in reader.rate("How many met?", hits, raw)]
    assert sorted(rated) == pytest.approx(expected)


def test_probability_rises_with_the_margin():
    calibration = Calibration()
    low, high = (calibration.passage_probability((odds, 0)) for odds in (-2.0, 2.0))
    assert low < 0.5 < high
