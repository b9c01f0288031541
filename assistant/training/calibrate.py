"""Fit the reader's calibration on questions and claims that were kept out of its training.

Logistic models, all small enough to be read in ``calibration.json``:

* of an answer from a whole library: is this span right, given the features of
  :func:`assistant.reading.span_features.span_features`? Libraries are made of the passages of ``own``, of
  those of ``written``, and of those of TyDi, Natural Questions, ARCD and SQuAD; the held-out questions are
  asked with their passage there, without it, and without its whole article, and the misleading ones as they are;
* the same where question and passage are written in different scripts;
* of one given passage: does it answer at all, given the features of
  :func:`assistant.reading.span_features.passage_features`?
* of a claim beside a text: a temperature and offsets for the verdict's scores.

Two thresholds come out of the first: from one on an answer is given, from the other on it is shown as
possible; see :func:`assistant.training.fitting.cut_at_precision` and the model card.

    python -m assistant.training.calibrate --data DATA --tokenizer tokenizer.json --reader embeddings/models/reader
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import Assistant
from assistant.evaluation.metrics import auroc
from assistant.evaluation.scoring import best_f1
from assistant.evaluation.squad import Question, QuestionSet
from assistant.evaluation.tasks import Setting, hits_by_setting, library_of, search_with_spares
from assistant.reading.calibration import (
    CALIBRATION_NAME,
    FEATURES,
    PASSAGE_FEATURES,
    VERDICTS,
    Calibration,
)
from assistant.reading.models import load_encoder
from assistant.reading.reranking import RERANKED
from assistant.reading.span_features import (
    RawSpan,
    across_scripts,
    crosses_script,
    passage_features,
    passage_margins,
    span_features,
)
from assistant.reading.span_reader import SpanReader, titles_of
from assistant.training.corpus import Corpus, Item, read_corpus
from assistant.training.fitting import (
    Asked,
    best_cut,
    cross_validated,
    cut_at_declined,
    cut_at_precision,
    fit_logistic,
    fit_reranking,
    fit_sides,
    fit_verdict,
    held_out_answers,
    risk_table,
)
from assistant.training.mixture import Mixture
from assistant.types import PARAGRAPH_SEPARATOR, Article, Hit, Paragraph, Section, article_id

LIBRARIES = {
    "own": ("own",),
    "written": ("written",),
    "open": ("tydiqa-goldp-en", "tydiqa-goldp-ar", "qed-nq-dev-en", "arcd", "squad"),
}
"""Sets whose questions name what they ask about, as questions to a library must; one library each."""
DISTRACTORS = 1200
"""Passages of each set that the held-out questions are not about."""
CANDIDATES = 6
"""Spans per question that the fit sees: those that could be ranked first."""
PASSAGE_SETS = ("own", "squad")
PRECISION = 0.8
"""Of what is given as an answer, so much at least is to be right: F1 of half or more, which a longer clause than the
marked one often misses, with misleading questions as hard as can be. At .85 a third less is answered."""
FOUND_RANK = 3
"""Only questions whose passage a search puts among so many are taken: asked of a library they name what they
are about, as half of those that were written beside a passage do not."""
DECLINED_REMOVED = 0.9
"""And so many questions are to be declined whose article is not there, though others of the same matter are."""
UNANSWERABLE_SHARE = 1 / 6
"""Of what users ask of a library, as the thresholds take it."""
POSSIBLE_PRECISION = 1 / 3
"""The least chance of being right with which a candidate is still shown: reading three passages of 110 words
for the one sentence costs more than looking at a marked one in three."""


def question_set(
    name: str, parts: Sequence[tuple[Corpus, bool]], sets: Sequence[str]
) -> QuestionSet:
    """A library of sets' passages, and the questions of the held-out ones.

    Args:
        name: Of the library.
        parts: Corpora, each with whether its questions are asked.
        sets: Whose passages are in the library.
    """
    articles: list[Article] = []
    questions: list[Question] = []
    for corpus, is_asked in parts:
        groups: dict[tuple[str, str], list[int]] = {}
        taken: dict[str, int] = {}
        for index, passage in enumerate(corpus.passages):
            if passage.set_name in sets and (
                is_asked or name != "open" or taken.get(passage.set_name, 0) < DISTRACTORS
            ):
                taken[passage.set_name] = taken.get(passage.set_name, 0) + 1
                groups.setdefault((passage.set_name, passage.group), []).append(index)
        places: dict[int, tuple[str, int]] = {}
        for (set_name, group), indexes in groups.items():
            identifier = article_id(f"{set_name}/{group}")
            bounds, start, texts = [], 0, []
            for position, index in enumerate(indexes):
                places[index] = (identifier, position)
                text = corpus.passages[index].text.replace(PARAGRAPH_SEPARATOR, "\n ")
                texts.append(text)
                bounds.append((start, start + len(text)))
                start += len(text) + len(PARAGRAPH_SEPARATOR)
            first = corpus.passages[indexes[0]]
            articles.append(
                Article(
                    id=identifier,
                    title=first.title or texts[0][:60],
                    text=PARAGRAPH_SEPARATOR.join(texts),
                    paragraphs=tuple(
                        Paragraph(a, b, Section.BODY, first.language) for a, b in bounds
                    ),
                    source=set_name,
                    language=first.language,
                )
            )
        if is_asked:
            questions += [
                Question(
                    id=f"{set_name}-{number}",
                    text=item.question,
                    article_id=places[item.passage][0],
                    paragraph=places[item.passage][1],
                    answers=corpus.answers(item),
                )
                for set_name in sets
                for number, item in enumerate(corpus.items.get(set_name, []))
                if item.passage in places
            ]
    unique = {article.id: article for article in articles}
    kept = [q for q in questions if q.paragraph < len(unique[q.article_id].paragraphs)]
    return QuestionSet(name, "en", tuple(unique.values()), tuple(kept))


def ask_library(
    pq: Assistant, chosen: Iterable[Question], reader: SpanReader, *, language: str = "en"
) -> list[Asked]:
    """The candidates of every question in every setting; misleading ones are asked as they are."""
    asked: list[Asked] = []
    for number, question in enumerate(chosen):
        ranked = search_with_spares(pq, question)
        if not _is_found(question, ranked):
            continue
        settings = list(Setting) if question.is_answerable else [Setting.PRESENT]
        for setting, hits in hits_by_setting(question, ranked, settings).items():
            raw = reader.read_raw(
                question.text, [hit.passage.text for hit in hits], titles_of(hits)
            )
            is_answerable = setting is Setting.PRESENT and question.is_answerable
            ranking = _ranking(question, ranked, reader) if is_answerable else None
            name = setting.value if question.is_answerable else "misleading"
            asked.append(_judge(question, name, hits, raw, language, ranking=ranking))
        if number % 50 == 49:
            sys.stderr.write(f"{number + 1}\n")
    return asked


def _is_found(question: Question, ranked: Sequence[Hit]) -> bool:
    """Whether a search finds the question's passage: first, or in another script, which is ranked lower as such."""
    own = (question.article_id, question.paragraph)
    for rank, hit in enumerate(ranked):
        if (hit.passage.article_id, hit.passage.paragraph) == own:
            return rank < FOUND_RANK or crosses_script(question.text, hit.passage.text)
    return False


def _judge(
    question: Question,
    setting: str,
    hits: Sequence[Hit],
    raw: Sequence[RawSpan],
    language: str,
    *,
    ranking: NDArray[np.float64] | None,
) -> Asked:
    kept = sorted(raw, key=lambda span: -span.margin)[:CANDIDATES]
    places = [raw.index(span) for span in kept]
    rows = span_features(question.text, raw, hits)
    foreign = across_scripts(question.text, hits)
    is_answerable = setting == Setting.PRESENT.value
    f1 = [
        best_f1(
            hits[s.hit_index].passage.text[s.start : s.end], question.answers, language=language
        )
        if is_answerable
        else 0.0
        for s in kept
    ]
    return Asked(
        article=question.article_id,
        setting=setting,
        is_answerable=is_answerable,
        features=np.array([rows[place] for place in places], float).reshape(-1, len(FEATURES)),
        f1=np.array(f1, float),
        across=np.array([span.hit_index in foreign for span in kept], bool),
        ranking=np.empty((0, 3)) if ranking is None else ranking,
    )


def _ranking(question: Question, ranked: Sequence[Hit], reader: SpanReader) -> NDArray[np.float64]:
    read = ranked[:RERANKED]
    raw = reader.read_raw(question.text, [hit.passage.text for hit in read], titles_of(read))
    margins = passage_margins(raw, len(read))
    own = (question.article_id, question.paragraph)
    return np.array(
        [
            (hit.score, margin, (hit.passage.article_id, hit.passage.paragraph) == own)
            for hit, margin in zip(read, margins, strict=True)
        ],
        float,
    ).reshape(-1, 3)


def read_passages(held_out: Corpus, reader: SpanReader, *, limit: int) -> dict[str, Any]:
    """Features of held-out questions on their own passage, as many with an answer as without."""
    rng = random.Random(11)
    rows, f1, answerable = [], [], []
    for name in PASSAGE_SETS:
        sides: tuple[list[Item], list[Item]] = ([], [])
        for item in held_out.items[name]:
            sides[not item.golds].append(item)
        count = min(limit, *map(len, sides))
        for item in [*rng.sample(sides[0], count), *rng.sample(sides[1], count)]:
            text = held_out.passages[item.passage].text
            raw = reader.read_raw(item.question, [text])
            if not raw:
                continue
            answers = held_out.answers(item)
            found = text[raw[0].start : raw[0].end]
            rows.append(passage_features(raw))
            answerable.append(bool(answers))
            f1.append(best_f1(found, answers) if answers else 0.0)
    return {"features": np.array(rows), "answerable": np.array(answerable), "f1": np.array(f1)}


def judge_claims(
    held_out: Corpus, tokenizer: Path, reader: SpanReader, *, limit: int
) -> dict[str, Any]:
    """The verdict's scores on held-out claims of three labels."""
    mixture = Mixture(held_out, tokenizer)
    rng = random.Random(12)
    pairs, labels, names = [], [], []
    for name, claims in held_out.claims.items():
        fitting = [claim for claim in claims if len(claim.allowed) == 1]
        for claim in rng.sample(fitting, min(len(fitting), limit if name == "own" else limit // 8)):
            example = mixture.claim_example(claim, limit=300, rng=rng)
            pairs.append((example.question, example.text))
            labels.append(example.verdict[0])
            names.append(name)
    return {"scores": reader.verdict_scores(pairs), "labels": np.array(labels), "names": names}


def collect(options: argparse.Namespace) -> dict[str, Any]:
    """All that is fitted on."""
    training, held_out = read_corpus(options.data)
    reader = SpanReader(options.reader, calibration=Calibration())
    encoder = load_encoder()
    asked: list[Asked] = []
    for name, sets in LIBRARIES.items():
        questions = question_set(name, [(held_out, True), (training, False)], sets)
        chosen = list(questions.questions)
        random.Random(options.seed).shuffle(chosen)
        with library_of(questions, encoder) as library:
            limit = options.limit // 2 if name == "open" else options.limit
            asked += ask_library(Assistant(library, encoder), chosen[:limit], reader)
    return {
        "asked": asked,
        "passage": read_passages(held_out, reader, limit=options.limit),
        "claims": judge_claims(held_out, options.tokenizer, reader, limit=options.limit),
    }


def fit_passage(collected: dict[str, Any]) -> tuple[dict[str, object], dict[str, float]]:
    """The model of "this passage answers", and its figures, cross-validated."""
    features, has, f1 = (collected[name] for name in ("features", "answerable", "f1"))
    confidence = cross_validated(features, has.astype(float))
    weights, bias = fit_logistic(features, has.astype(float))
    model: dict[str, object] = {
        "features": list(PASSAGE_FEATURES),
        "weights": [round(float(weight), 5) for weight in weights],
        "bias": round(bias, 5),
        "threshold": round(best_cut(confidence, f1, has), 3),
    }
    figures = {
        "questions": float(len(has)),
        "auroc": round(auroc(confidence, has), 4),
        "auroc_of_odds": round(auroc(features[:, 0], has), 4),
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
    parser.add_argument("--limit", type=int, default=900, help="questions of the first library")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument(
        "--collected",
        type=Path,
        help="keep what is read here, and take it from here if it is there",
    )
    options = parser.parse_args()
    if options.collected is not None and options.collected.exists():
        collected = pickle.loads(options.collected.read_bytes())
    else:
        collected = collect(options)
        if options.collected is not None:
            options.collected.write_bytes(pickle.dumps(collected))
    asked: list[Asked] = collected["asked"]
    fitted = fit_sides(asked)
    confidence, f1 = held_out_answers(asked)
    given = max(
        cut_at_precision(
            asked, confidence, f1, precision=PRECISION, unanswerable=UNANSWERABLE_SHARE
        ),
        cut_at_declined(
            asked, confidence, setting=Setting.ARTICLE_REMOVED.value, share=DECLINED_REMOVED
        ),
    )
    possible = cut_at_precision(
        asked,
        confidence,
        f1,
        precision=POSSIBLE_PRECISION,
        unanswerable=UNANSWERABLE_SHARE,
        local=True,
    )
    passage_model, passage = fit_passage(collected["passage"])
    rerank_weight, reranking = fit_reranking(asked)
    verdict, judging = fit_verdict(collected["claims"])
    calibration = {
        "features": list(FEATURES),
        "weights": [round(float(weight), 5) for weight in fitted.weights],
        "bias": round(fitted.bias, 5),
        "threshold": round(given, 3),
        "possible_threshold": round(possible, 3),
        "cross_script": {
            "weights": [round(float(weight), 5) for weight in fitted.cross_weights],
            "bias": round(fitted.cross_bias, 5),
            "margin": round(fitted.cross_margin, 3),
        },
        "passage": passage_model,
        "rerank_weight": round(rerank_weight, 3),
        "verdict": {
            "temperature": round(verdict[0], 4),
            "offsets": dict(zip(VERDICTS, (round(float(x), 4) for x in verdict[1]), strict=True)),
        },
    }
    (options.reader / CALIBRATION_NAME).write_text(
        json.dumps(calibration, indent=1) + "\n", "utf-8"
    )
    report = {"asked": len(asked), "library": risk_table(asked, confidence, f1), "passage": passage}
    report |= {"reranking": reranking, "verdict": judging}
    print(json.dumps({**calibration, "cross_validated": report}))


if __name__ == "__main__":
    main()
