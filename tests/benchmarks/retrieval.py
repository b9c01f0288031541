"""How often the right paragraph is found: dense, lexical and fused, per data set and direction.

    python tests/benchmarks/retrieval.py --data DIR [--out FILE] [--sets NAME ...]

Each set becomes a library (one article per title, as a user would have it) and every answerable
question is searched in it; a paragraph counts as found at the rank of its first passage. Sets named
``tune-...`` are training material, for choosing weights; the others are only measured.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.assistant import Assistant
from assistant.evaluation.squad import read_squad
from assistant.reading.models import load_reranker
from assistant.reading.reranking import Reranker
from assistant.search.fusion import DEFAULT_SETTINGS, Fusion, RetrievalSettings
from assistant.types import Article

Question = tuple[str, tuple[str, int]]


@dataclass(frozen=True)
class Collection:
    articles: list[Article]
    questions: list[Question]
    """(question, (article id, paragraph))."""


def load(path: Path, language: str) -> Collection:
    read = read_squad(path, language=language)
    return Collection(
        list(read.articles),
        [(q.text, (q.article_id, q.paragraph)) for q in read.questions if q.is_answerable],
    )


def merge(*collections: Collection) -> Collection:
    return Collection(
        list(itertools.chain.from_iterable(c.articles for c in collections)),
        list(itertools.chain.from_iterable(c.questions for c in collections)),
    )


def across(questions_from: Collection, pool: Collection) -> Collection:
    """Questions of one language over the paragraphs of its parallel text."""
    matching = {a.id: b.id for a, b in zip(questions_from.articles, pool.articles, strict=True)}
    return Collection(
        pool.articles, [(q, (matching[a], p)) for q, (a, p) in questions_from.questions]
    )


def thin(collection: Collection, every: int) -> Collection:
    return Collection(collection.articles, collection.questions[::every])


def collections(data: Path) -> dict[str, Collection]:
    english, arabic = (load(data / f"xquad-{code}.json.gz", code) for code in ("en", "ar"))
    both = merge(english, arabic)
    return {
        "xquad en-en": english,
        "xquad ar-ar": arabic,
        "xquad en-ar": across(english, arabic),
        "xquad ar-en": across(arabic, english),
        "xquad en, both languages in the library": Collection(both.articles, english.questions),
        "xquad ar, both languages in the library": Collection(both.articles, arabic.questions),
        "squad2-dev": load(data / "squad2-dev.json.gz", "en"),
        "tune-shifts-wiki": thin(load(data / "squadshifts-new_wiki.json.gz", "en"), 8),
        "tune-arcd": load(data / "arcd-train.json.gz", "ar"),
        **mixed(data, english, arabic),
    }


def mixed(data: Path, english: Collection, arabic: Collection) -> dict[str, Collection]:
    """Libraries in which every answer stands in one language only, among paragraphs of both.

    Of XQuAD's parallel articles one half is taken in Arabic, the other in English, and the other way round; those that
    SQuAD 2's dev set has too are left out. Beside them stand all of SQuAD 2's paragraphs and ARCD's. "alone" has the
    paragraphs of the answers' language only: what a library of one language finds.
    """
    others_en = load(data / "squad2-dev.json.gz", "en").articles
    others_ar = load(data / "arcd-train.json.gz", "ar").articles
    known = {article.title for article in others_en}
    kept = [at for at, article in enumerate(english.articles) if article.title not in known]
    found = {}
    for half in (0, 1):
        in_arabic = {arabic.articles[at].id for at in kept[half::2]}
        in_english = {english.articles[at].id for at in kept[1 - half :: 2]}
        pool_ar = [a for a in arabic.articles if a.id in in_arabic] + others_ar
        pool_en = [a for a in english.articles if a.id in in_english] + others_en
        for asked, pool, ids, questions in (
            ("en-ar", pool_ar, in_arabic, across(english, arabic)),
            ("ar-ar", pool_ar, in_arabic, arabic),
            ("ar-en", pool_en, in_english, across(arabic, english)),
            ("en-en", pool_en, in_english, english),
        ):
            wanted = [(q, place) for q, place in questions.questions if place[0] in ids]
            found[f"alone {asked}, half {half + 1}"] = Collection(pool, wanted)
            found[f"mixed {asked}, half {half + 1}"] = Collection(pool_ar + pool_en, wanted)
    return found


def measure(
    pq: Assistant,
    collection: Collection,
    settings: RetrievalSettings,
    *,
    reranker: Reranker | None = None,
) -> dict[str, float]:
    pq._retriever.settings = settings
    pq._reranker = reranker
    top1 = top5 = 0
    started = time.perf_counter()
    for start in range(0, len(collection.questions), 64):
        batch = collection.questions[start : start + 64]
        results = pq.search_batch([question for question, _ in batch], k=20)
        for (_, wanted), hits in zip(batch, results, strict=True):
            ranked = list(dict.fromkeys((h.passage.article_id, h.passage.paragraph) for h in hits))
            top1 += ranked[:1] == [wanted]
            top5 += wanted in ranked[:5]
    count = len(collection.questions)
    return {
        "recall_at_1": top1 / count,
        "recall_at_5": top5 / count,
        "questions": count,
        "ms_per_question": 1000 * (time.perf_counter() - started) / count,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--weights", nargs="*", type=float, help="lexical weights to compare")
    parser.add_argument("--rerank", action="store_true", help="the bundled reader's order too")
    parser.add_argument("--every", type=int, default=1, help="ask only every so-many-th question")
    options = parser.parse_args()
    results: dict[str, dict[str, dict[str, float]]] = {}
    for name, collection in collections(options.data).items():
        if options.sets is None and name.startswith("tune-"):
            continue
        if options.sets is not None and not any(name.startswith(s) for s in options.sets):
            continue
        modes = {fusion.value: replace(DEFAULT_SETTINGS, fusion=fusion) for fusion in Fusion}
        for weight in options.weights or []:
            modes[f"scores {weight}"] = replace(DEFAULT_SETTINGS, lexical_weight=weight)
        if options.rerank:
            modes["reranked"] = DEFAULT_SETTINGS
        with (
            tempfile.TemporaryDirectory() as folder,
            Assistant.open(folder, seeds=False) as pq,
        ):
            pq.add_articles(collection.articles)
            asked = thin(collection, options.every)
            results[name] = {}
            for mode, settings in modes.items():
                reranker = load_reranker("reader") if mode == "reranked" else None
                found = results[name][mode] = measure(pq, asked, settings, reranker=reranker)
                print(
                    f"{name:42} {mode:10} R@1 {found['recall_at_1']:.3f} "
                    f"R@5 {found['recall_at_5']:.3f} ({found['questions']:.0f} questions)",
                    flush=True,
                )
    if options.out:
        report = {"machine": platform.platform(), "results": results}
        options.out.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
