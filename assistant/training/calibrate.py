"""Fit the reader's calibration on material that was kept out of its training.

Three logistic models, all small enough to be read in ``calibration.json``:

* of an answer from a whole library: is this span right, given the features of
  :func:`assistant.span_features.span_features`? The library is made of all passages of a set; the
  questions are those of the held-out articles, each asked with its passage there, with its passage
  removed and with its whole article removed, and some with a rule-made twin that has no answer.
* the same across scripts, where no word can match: fitted on the held-out English questions written in
  Arabic letters (``pseudo_arabic``), asked of the English library with the answer's article there and removed, and on
  real questions asked of the other language's library, which has no answer to them;
* of one given passage: does it answer at all, given the features of
  :func:`assistant.span_features.passage_features`?

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
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.assistant import READ_PASSAGES, Assistant
from assistant.calibration import (
    CALIBRATION_NAME,
    FEATURES,
    PASSAGE_FEATURES,
    Calibration,
    CrossScript,
)
from assistant.evaluation.metrics import auroc, calibration_error, reliability
from assistant.evaluation.report import RIGHT_F1
from assistant.evaluation.scoring import best_f1
from assistant.evaluation.squad import Question, QuestionSet
from assistant.evaluation.tasks import (
    Setting,
    hits_by_setting,
    library_of,
    search_with_spares,
)
from assistant.models import load_encoder
from assistant.reranking import RERANKED
from assistant.retrieval import without_captions
from assistant.span_features import RawSpan, passage_features, passage_margins, span_features
from assistant.span_reader import SpanReader
from assistant.training import negatives
from assistant.training.batches import Sampler
from assistant.training.data import Material, is_held_out, read_material
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
CUT_TOLERANCE = 0.01
RIDGE = 1e-3
FOLDS = 5
STRANGER = "stranger"
"""Setting of questions that the library, in another script, has nothing on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in one setting: its candidates and whether each is right."""

    article: str
    setting: str
    is_answerable: bool
    features: NDArray[np.float64]
    """``(candidates, features)``."""
    f1: NDArray[np.float64]
    """``(candidates,)``; 0 where there is no answer."""
    ranking: NDArray[np.float64]
    """``(passages, 3)``: fused score, margin, whether it is the question's own paragraph."""


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


def fit_cross_script(
    asked: Sequence[Asked], across: Sequence[Asked]
) -> tuple[CrossScript, dict[str, float]]:
    """The model of spans across scripts, and figures cross-validated over articles.

    Args:
        asked: Within one script.
        across: From :func:`ask_across`; the shares of words, which cannot match, are left out of the model.
    """
    across = [replace(one, features=np.nan_to_num(one.features)) for one in across]
    for one in across:
        one.features[:, -2:] = 0.0
    weights, bias = fit_library(across)
    removed = [a for a in asked if a.setting == Setting.ARTICLE_REMOVED.value and len(a.f1)]
    strangers = [a for a in across if a.setting == STRANGER]
    same, other = (
        float(np.median([a.features[0, 0] for a in group])) for group in (removed, strangers)
    )
    confidence, f1 = held_out_answers(across)
    right = (f1 >= RIGHT_F1).astype(float)
    figures = {
        "questions": float(len(across)),
        "right": round(float(right[[one.is_answerable for one in across]].mean()), 4),
        "auroc": round(auroc(confidence, right > 0), 4),
        "ece": round(calibration_error(reliability(confidence, right)), 4),
    }
    return CrossScript(tuple(weights.tolist()), bias, same - other), figures


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


def fit_reranking(asked: Sequence[Asked]) -> tuple[float, dict[str, float]]:
    """Weight of the reader's margin beside the fused score, and recall at 1 without and with it.

    The likeliest weight if the right passage is drawn with odds that grow with both (conditional logit,
    McFadden, 1974): recall itself changes in steps, and on a few hundred questions its best weight is luck.
    """
    rankings = [one.ranking for one in asked if one.ranking[:, 2].any()]
    spread = np.concatenate(rankings)[:, :2].std(0)
    spread[spread == 0] = 1.0

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for ranking in rankings:
            scaled = ranking[:, :2] / spread
            logits = scaled @ weights
            chances = np.exp(logits - logits.max())
            chances /= chances.sum()
            own = int(ranking[:, 2].argmax())
            value -= float(np.log(max(chances[own], 1e-300))) / len(rankings)
            gradient = gradient - (scaled[own] - chances @ scaled) / len(rankings)
        return value, gradient

    fitted = minimize(
        loss, np.ones(2), jac=True, method="L-BFGS-B", bounds=[(1e-3, None), (0, None)]
    )
    score, margin = fitted.x / spread
    weight = float(margin / score)
    recalls = [
        float(np.mean([r[(r[:, 0] + w * r[:, 1]).argmax(), 2] for r in rankings]))
        for w in (0.0, weight)
    ]
    return weight, {"recall_at_1": round(recalls[0], 4), "reranked": round(recalls[1], 4)}


def fit_logistic(
    features: NDArray[np.float64], right: NDArray[np.float64], *, ridge: float = RIDGE
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of a logistic model, ridge on standardised features.

    Args:
        features: ``(n, d)``.
        right: ``(n,)`` of 0 and 1.
        ridge: Penalty on the squared weights, per example.
    """
    mean, spread = features.mean(0), features.std(0)
    spread[spread == 0] = 1.0
    scaled = (features - mean) / spread

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[:-1], values[-1]
        logits = scaled @ weights + bias
        error = 1 / (1 + np.exp(-logits)) - right
        value = np.logaddexp(0, logits) - right * logits
        gradient = np.append(scaled.T @ error / len(right) + 2 * ridge * weights, error.mean())
        return float(value.mean() + ridge * weights @ weights), gradient

    found = minimize(loss, np.zeros(features.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def fit_library(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], float]:
    """Rank spans by a model of each candidate, then scale it to be right about the first of each.

    The scale leaves rule-made questions out: they teach the ranking what misleads, but nobody asks one for
    every two earnest questions, and with them the probabilities of those came out too low (first seen on squad2-dev).
    """
    features = np.concatenate([a.features for a in asked])
    right = np.concatenate([a.f1 >= RIGHT_F1 for a in asked]).astype(float)
    weights, _ = fit_logistic(features, right)
    scores, firsts = [], []
    for one in asked:
        if len(one.f1) and one.setting != "rule":
            values = one.features @ weights
            best = int(values.argmax())
            scores.append(values[best])
            firsts.append(float(one.f1[best] >= RIGHT_F1))
    scale, bias = fit_logistic(np.array(scores)[:, None], np.array(firsts))
    return weights * scale[0], bias


def first_answers(
    asked: Sequence[Asked], weights: NDArray[np.float64], bias: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidate of each question; 0 and 0 without one."""
    confidence, f1 = [], []
    for one in asked:
        if not len(one.f1):
            confidence.append(0.0)
            f1.append(0.0)
            continue
        logits = one.features @ weights + bias
        best = int(logits.argmax())
        confidence.append(1 / (1 + np.exp(-logits[best])))
        f1.append(one.f1[best])
    return np.array(confidence), np.array(f1)


def best_cut(
    confidence: NDArray[np.float64], f1: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> float:
    """The threshold with the best F1 with abstention, as if half had an answer.

    The mean of all that come within :data:`CUT_TOLERANCE` of the best: the curve is flat there, and which point
    of it is highest is luck (.46 and .30 differed by half a point on 900 questions).
    """
    weight = np.where(answerable, 0.5 / max(1, answerable.sum()), 0.5 / max(1, (~answerable).sum()))
    cuts = np.linspace(0.02, 0.98, 97)
    gains = np.array(
        [(weight * np.where(confidence >= cut, f1 * answerable, ~answerable)).sum() for cut in cuts]
    )
    return float(cuts[gains >= gains.max() - CUT_TOLERANCE].mean())


def held_out_answers(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and F1 of the best candidates by models fitted without the article they are of."""
    names = sorted({one.article for one in asked})
    random.Random(0).shuffle(names)
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    confidence, f1 = np.zeros(len(asked)), np.zeros(len(asked))
    for fold in range(FOLDS):
        inside = [place for place, one in enumerate(asked) if fold_of[one.article] == fold]
        if not inside:
            continue
        fitted = fit_library([one for one in asked if fold_of[one.article] != fold])
        confidence[inside], f1[inside] = first_answers([asked[p] for p in inside], *fitted)
    return confidence, f1


def cross_validate(asked: Sequence[Asked]) -> dict[str, float]:
    """Figures of models fitted without the article they are measured on."""
    confidence, f1 = held_out_answers(asked)
    setting = np.array([one.setting for one in asked])
    shown = setting != "rule"
    answerable = np.array([one.is_answerable for one in asked])
    right = (f1 >= RIGHT_F1).astype(float)
    return {
        "auroc_removed": round(auroc(confidence[shown], answerable[shown]), 4),
        "auroc_rule": round(auroc(*_pair(confidence, answerable, setting, "rule")), 4),
        "ece": round(calibration_error(reliability(confidence[shown], right[shown])), 4),
        "f1_forced": round(100 * float(f1[answerable].mean()), 2),
    }


def _pair(
    confidence: NDArray[np.float64],
    answerable: NDArray[np.bool_],
    setting: NDArray[np.str_],
    other: str,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    chosen = answerable | (setting == other)
    return confidence[chosen], answerable[chosen]


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
