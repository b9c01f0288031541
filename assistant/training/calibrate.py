"""Fit the reader's calibration on material that was kept out of its training.

Three logistic models, all small enough to be read in ``calibration.json``:

* of an answer from a whole library: is this span right, given the features of
  :func:`assistant.reading.span_features.span_features`? The library is made of all passages of a set; the
  questions are those of the held-out articles, each asked with its passage there, with its passage
  removed and with its whole article removed, and some with a rule-made twin that has no answer.
* the same across scripts, where no word can match: fitted on the held-out English questions written in
  Arabic letters (``pseudo_arabic``), asked of the English library with the answer's article there and removed, and on
  real questions asked of the other language's library, which has no answer to them;
* of one given passage: does it answer at all, given the features of
  :func:`assistant.reading.span_features.passage_features`?

Each threshold is the one with the best F1 with abstention, half of the questions having an answer:
the point of the risk-coverage curve where one more answer would cost more than it gains.

    python -m assistant.training.calibrate --data DATA --tokenizer tokenizer.json \
        --reader embeddings/models/reader --lexicon OUT/lexicon.json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import READ_PASSAGES, Assistant
from assistant.evaluation.metrics import auroc
from assistant.evaluation.scoring import best_f1
from assistant.evaluation.squad import Question, QuestionSet
from assistant.evaluation.tasks import Setting, hits_by_setting, library_of, search_with_spares
from assistant.reading.calibration import CALIBRATION_NAME, FEATURES, PASSAGE_FEATURES, Calibration
from assistant.reading.models import load_encoder
from assistant.reading.reranking import RERANKED
from assistant.reading.span_features import (
    RawSpan,
    passage_features,
    passage_margins,
    span_features,
)
from assistant.reading.span_reader import SpanReader
from assistant.search.fusion import without_captions
from assistant.training import negatives
from assistant.training.batches import Sampler
from assistant.training.data import Material, is_held_out, read_material
from assistant.training.fitting import (
    FOLDS,
    STRANGER,
    Asked,
    best_cut,
    cross_validate,
    first_answers,
    fit_cross_script,
    fit_library,
    fit_logistic,
    fit_reranking,
)
from assistant.training.lexicon import Lexicon, lexicon_of
from assistant.training.pseudo_arabic import arabise
from assistant.types import PARAGRAPH_SEPARATOR, Article, Hit, Paragraph, Section, article_id

LIBRARY_SETS = {"new_wiki": "en", "arcd": "ar"}
"""Sets whose questions name what they ask about, as questions to a library must."""
RULE_SHARE = 0.5
"""Of the questions, how many are also asked as a rule-made one without an answer."""
CANDIDATES = 6
"""Spans per question that the fit sees: those that could be ranked first."""
PASSAGE_SETS = ("new_wiki", "qamr", "arcd")
"""Questions on articles; those on posts and reviews share few words with them."""
PASSAGE_KINDS = {"rule": 0.5, "edited": 0.25, "neighbour": 0.15, "removed": 0.1}
"""Unanswerable questions on one given passage: whoever gives one asks about what is in it."""


def question_set(material: Material, set_name: str, language: str) -> QuestionSet:
    """A library of a whole set, and the questions on its held-out articles."""
    by_article: dict[str, list[int]] = {}
    for index, passage in enumerate(material.passages):
        if passage.set_name == set_name:
            by_article.setdefault(passage.article, []).append(index)
    places: dict[int, tuple[str, int]] = {}
    articles = []
    for name, indexes in by_article.items():
        identifier = article_id(name)
        bounds, start = [], 0
        texts = [material.passages[index].text for index in indexes]
        for position, (index, text) in enumerate(zip(indexes, texts, strict=True)):
            places[index] = (identifier, position)
            bounds.append((start, start + len(text)))
            start += len(text) + len(PARAGRAPH_SEPARATOR)
        articles.append(
            Article(
                id=identifier,
                title=name.split("/")[1].replace("_", " "),
                text=PARAGRAPH_SEPARATOR.join(texts),
                paragraphs=tuple(Paragraph(s, e, Section.BODY, language) for s, e in bounds),
                source=set_name,
                language=language,
            )
        )
    questions = [
        Question(
            id=str(number),
            text=item.question,
            article_id=places[item.passage][0],
            paragraph=places[item.passage][1],
            answers=tuple(material.passages[item.passage].text[a:b] for a, b in item.golds),
        )
        for number, item in enumerate(material.items)
        if item.passage in places and is_held_out(material.passages[item.passage])
    ]
    return QuestionSet(set_name, language, tuple(articles), tuple(questions))


def ask_library(
    pq: Assistant,
    questions: QuestionSet,
    chosen: Sequence[Question],
    reader: SpanReader,
    *,
    seed: int,
) -> list[Asked]:
    """The candidates of every question in every setting.

    Args:
        pq: Over the library that :func:`library_of` makes of the questions' articles.
        questions: What the library is made of.
        chosen: The questions to ask.
        reader: What reads.
        seed: Of the rule-made questions.
    """
    rng = random.Random(seed)
    vocabulary = negatives.swappable_words([question.text for question in questions.questions])
    contexts = questions.contexts()
    asked: list[Asked] = []
    for number, question in enumerate(chosen):
        ranked = search_with_spares(pq, question)
        for setting, hits in hits_by_setting(question, ranked, list(Setting)).items():
            raw = reader.read_raw(question.text, [hit.passage.text for hit in hits])
            ranking = None
            if setting is Setting.PRESENT:
                ranking = _ranking(question, ranked, reader)
            asked.append(
                _judge(question, setting.value, hits, raw, questions.language, ranking=ranking)
            )
        if rng.random() < RULE_SHARE:
            twin = _rule_made(question, contexts, vocabulary, rng)
            if twin is not None:
                hits = search_with_spares(pq, twin)[: len(hits)]
                raw = reader.read_raw(twin.text, [hit.passage.text for hit in hits])
                asked.append(_judge(twin, "rule", hits, raw, questions.language))
        if number % 50 == 49:
            sys.stderr.write(f"{questions.name}: {number + 1}/{len(chosen)}\n")
    return asked


def ask_across(
    pq: Assistant,
    questions: QuestionSet,
    chosen: Sequence[Question],
    reader: SpanReader,
    *,
    foreign: Sequence[Question],
    lexicon: Lexicon,
    seed: int,
) -> list[Asked]:
    """The best candidate of questions in another script than the library's.

    Args:
        pq: Over the library that :func:`library_of` makes of the questions' articles.
        questions: What the library is made of.
        chosen: Questions on it; those in Latin letters are asked in Arabic ones, with their article there and removed.
        reader: What reads.
        foreign: Real questions in another script, on something else.
        lexicon: The words with a counterpart.
        seed: Of the choice of counterparts.
    """
    rng = random.Random(seed)
    asked = []
    for question in chosen if questions.language == "en" else ():
        text, _ = arabise(question.text, (), lexicon.translations, rng=rng)
        written = replace(question, text=text)
        ranked = search_with_spares(pq, written)
        settings = [Setting.PRESENT, Setting.ARTICLE_REMOVED]
        for setting, hits in hits_by_setting(written, ranked, settings).items():
            raw = reader.read_raw(text, [hit.passage.text for hit in hits])
            asked.append(_judge(written, setting.value, hits, raw, questions.language))
    for question in foreign:
        hits = without_captions(pq.search(question.text, k=READ_PASSAGES))
        raw = reader.read_raw(question.text, [hit.passage.text for hit in hits])
        stranger = replace(question, answers=())
        asked.append(_judge(stranger, STRANGER, hits, raw, questions.language))
    return [one for one in asked if len(one.f1)]


def _rule_made(
    question: Question,
    contexts: dict[tuple[str, int], str],
    vocabulary: Sequence[str],
    rng: random.Random,
) -> Question | None:
    text = contexts[question.article_id, question.paragraph]
    names = [
        other[a:b]
        for (article, _), other in contexts.items()
        if article == question.article_id
        for a, b in negatives.find_names(other)
    ]
    made, _ = negatives.make_unanswerable(
        question.text, text, others=names, vocabulary=vocabulary, rng=rng
    )
    return replace(question, text=made, answers=()) if made else None


def _judge(
    question: Question,
    setting: str,
    hits: Sequence[Hit],
    raw: Sequence[RawSpan],
    language: str,
    *,
    ranking: NDArray[np.float64] | None = None,
) -> Asked:
    kept = sorted(raw, key=lambda span: -span.margin)[:CANDIDATES]
    places = [raw.index(span) for span in kept]
    rows = span_features(question.text, raw, hits, neutral=(np.nan, np.nan))
    texts = [hits[s.hit_index].passage.text[s.start : s.end] for s in kept]
    f1 = [
        best_f1(t, question.answers, language=language) if question.answers else 0.0 for t in texts
    ]
    return Asked(
        article=question.article_id,
        setting=setting,
        is_answerable=setting == Setting.PRESENT.value,
        features=np.array([rows[place] for place in places], float).reshape(-1, len(FEATURES)),
        f1=np.array(f1, float),
        ranking=np.empty((0, 3)) if ranking is None else ranking,
    )


def _ranking(question: Question, ranked: Sequence[Hit], reader: SpanReader) -> NDArray[np.float64]:
    read = ranked[:RERANKED]
    raw = reader.read_raw(question.text, [hit.passage.text for hit in read])
    margins = passage_margins(raw, len(read))
    own = (question.article_id, question.paragraph)
    return np.array(
        [
            (hit.score, margin, (hit.passage.article_id, hit.passage.paragraph) == own)
            for hit, margin in zip(read, margins, strict=True)
        ],
        float,
    ).reshape(-1, 3)


def fit_passage(
    material: Material, tokenizer: Path, reader: SpanReader, *, lexicon: Lexicon, limit: int
) -> tuple[dict[str, object], dict[str, float]]:
    """The model of "this passage answers", and figures cross-validated, from held-out examples."""
    sampler = Sampler(material, tokenizer, lexicon=lexicon, held_out=True)
    rng = random.Random(11)
    rows, f1, answerable = [], [], []
    for name in PASSAGE_SETS:
        items = sampler.items[name]
        for item in rng.sample(items, min(limit, len(items))):
            kind = rng.choices(list(PASSAGE_KINDS), weights=list(PASSAGE_KINDS.values()))[0]
            for one in ("answer", kind):
                example = sampler.make_example(item, one, limit=320, rng=rng)
                if example is None:
                    continue
                raw = reader.read_raw(example.question, [example.text])
                if not raw:
                    continue
                text = example.text[raw[0].start : raw[0].end]
                language = "ar" if name == "arcd" else "en"
                rows.append(
                    passage_features(example.question, example.text, raw, neutral=(np.nan, np.nan))
                )
                answerable.append(bool(example.answers))
                f1.append(
                    best_f1(text, example.answers, language=language) if example.answers else 0
                )
    features, has = np.array(rows), np.array(answerable)
    neutral = np.nanmean(features[:, -2:], axis=0)
    features = np.where(np.isnan(features), [0.0, 0.0, *neutral], features)
    folds = np.arange(len(features)) * FOLDS // len(features)
    confidence = np.zeros(len(features))
    for fold in range(FOLDS):
        weights, bias = fit_logistic(features[folds != fold], has[folds != fold].astype(float))
        logits = features[folds == fold] @ weights + bias
        confidence[folds == fold] = 1 / (1 + np.exp(-logits))
    weights, bias = fit_logistic(features, has.astype(float))
    model: dict[str, object] = {
        "features": list(PASSAGE_FEATURES),
        "weights": [round(float(weight), 5) for weight in weights],
        "bias": round(bias, 5),
        "threshold": round(best_cut(confidence, np.array(f1, float), has), 3),
        "neutral": {"words": round(float(neutral[0]), 3), "near": round(float(neutral[1]), 3)},
    }
    odds = features[:, 0]
    figures = {
        "questions": float(len(has)),
        "auroc": round(auroc(confidence, has), 4),
        "auroc_of_odds": round(auroc(odds, has), 4),
    }
    return model, figures


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument(
        "--tokenizer", type=Path, required=True, help="the encoder's tokenizer.json"
    )
    parser.add_argument("--reader", type=Path, required=True, help="folder of reader.onnx")
    parser.add_argument(
        "--lexicon", type=Path, required=True, help="train_reader's lexicon.json, made if missing"
    )
    parser.add_argument("--limit", type=int, default=900, help="questions per set")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    material = read_material(options.data)
    reader = SpanReader(options.reader, calibration=Calibration())
    lexicon = lexicon_of(material, options.lexicon, options.tokenizer)
    asked: list[Asked] = []
    across: list[Asked] = []
    sets = [question_set(material, name, code) for name, code in LIBRARY_SETS.items()]
    encoder = load_encoder()
    for questions in sets:
        chosen = list(questions.questions)
        random.Random(options.seed).shuffle(chosen)
        foreign = [q for other in sets if other is not questions for q in other.questions]
        random.Random(options.seed).shuffle(foreign)
        with library_of(questions, encoder) as library:
            pq = Assistant(library, encoder)
            asked += ask_library(pq, questions, chosen[: options.limit], reader, seed=options.seed)
            across += ask_across(
                pq,
                questions,
                chosen[: options.limit // 2],
                reader,
                foreign=foreign[: options.limit // 4],
                lexicon=lexicon,
                seed=options.seed,
            )
    shares = np.concatenate([one.features[:, -2:] for one in asked])
    neutral = np.nanmean(shares, axis=0)
    asked = [
        replace(
            one, features=np.where(np.isnan(one.features), [*[0.0] * 5, *neutral], one.features)
        )
        for one in asked
    ]
    weights, bias = fit_library(asked)
    confidence, f1 = first_answers(asked, weights, bias)
    shown = np.array([one.setting != "rule" for one in asked])
    answerable = np.array([one.is_answerable for one in asked])
    passage_model, passage = fit_passage(
        material,
        options.tokenizer,
        reader,
        lexicon=lexicon,
        limit=options.limit,
    )
    rerank_weight, reranking = fit_reranking(asked)
    cross_script, crossing = fit_cross_script(asked, across)
    calibration = {
        "features": list(FEATURES),
        "weights": [round(float(weight), 5) for weight in weights],
        "bias": round(bias, 5),
        "threshold": round(best_cut(confidence[shown], f1[shown], answerable[shown]), 3),
        "neutral": {"words": round(float(neutral[0]), 3), "names": round(float(neutral[1]), 3)},
        "cross_script": {
            "weights": [round(weight, 5) for weight in cross_script.weights],
            "bias": round(cross_script.bias, 5),
            "margin": round(cross_script.margin, 3),
        },
        "passage": passage_model,
        "rerank_weight": round(rerank_weight, 3),
    }
    (options.reader / CALIBRATION_NAME).write_text(
        json.dumps(calibration, indent=1) + "\n", "utf-8"
    )
    report = {"asked": len(asked), "library": cross_validate(asked), "passage": passage}
    report |= {"reranking": reranking, "across_scripts": crossing}
    print(json.dumps({**calibration, "cross_validated": report}))


if __name__ == "__main__":
    main()
