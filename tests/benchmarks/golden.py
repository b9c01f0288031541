"""What the rules say today, sentence by sentence: the record that a change which means to change nothing keeps.

    python tests/benchmarks/golden.py --data DIR --out FILE

``DIR`` holds ``news-pages.tar`` (gzip-compressed pages); the seeds are read too. Run it before and after: the two
files are the same bytes, or each difference is named with a test. The file stays out of git: it quotes the pages.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import tarfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.answering.followups import complete
from assistant.checking.claims.exchanges import exchanges
from assistant.checking.quotes.given import readings_of
from assistant.errors import SourceError
from assistant.language.cues import negations_of
from assistant.language.denials import denials_of
from assistant.language.facts import facts_of
from assistant.language.people import other_person, people_in, same_person
from assistant.language.speech import claimed_speakers, speaker_of
from assistant.language.tenses import is_ahead, is_since
from assistant.language.values import value_of
from assistant.reading.spans import may_answer, refine
from assistant.search.citing import cite
from assistant.sources import parse, read_seeds
from assistant.types import Answer, AnswerGroup, AnswerStatus, Article, Span
from embeddings.sentences import sentence_spans

QUESTIONS = (
    "What did he say?",
    "How many people were there?",
    "How much does it cost?",
    "When was it?",
    "Who said so?",
    "Where is it?",
    "كم عدد المشاركين؟",
)
FOLLOW_UPS = (
    "When?",
    "And who signed it?",
    "What else did he say?",
    "How many of them?",
    "What about 2019?",
    "Where is she now?",
    "ومتى؟",
)


def articles_of(data: Path) -> Iterator[Article]:
    """The seeds, then the pages, in the order of their names."""
    yield from sorted((a for a in read_seeds() if isinstance(a, Article)), key=lambda a: a.id)
    with tarfile.open(data / "news-pages.tar") as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            file = tar.extractfile(member)
            if file is None or not member.name.endswith(".gz"):
                continue
            try:
                parsed = parse(gzip.decompress(file.read()), location=member.name)
            except SourceError:
                continue
            yield from parsed


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def answer_of(article: Article, start: int, end: int) -> Answer:
    """An answer that gives these words, for a follow-up to go on from."""
    citation = cite(article, start, end)
    return Answer(
        question="What happened in the city on Monday?",
        status=AnswerStatus.ANSWERED,
        reason=None,
        confidence=0.9,
        answers=(AnswerGroup(citation.quote, 0.9, (citation,)),),
        passages=(),
        related=(),
        timings_ms={},
    )


def record_of(article: Article, sentence: Span) -> dict[str, Any]:
    """What the rules say of one sentence."""
    text = article.text[sentence.start : sentence.end]
    facts = facts_of(text)
    spans = [fact.span for fact in (*facts.quantities, *facts.names, *facts.dates)]
    places = (sentence.start, (sentence.start + sentence.end) // 2, sentence.end - 1)
    names = [text[name.span.start : name.span.end] for name in facts.names]
    return {
        "sentence": text,
        "speakers": [speaker_of(article.text, sentence, at) for at in places],
        "speakers_denied": [
            speaker_of(article.text, sentence, at, even_denied=True) for at in places
        ],
        "claimed": plain(claimed_speakers(text)),
        "given": plain(readings_of(text)),
        "facts": plain(facts),
        "denials": [
            [token.start for token in negations_of(facts.tokens)],
            denials_of(facts.tokens),
        ],
        "tense": [[is_ahead(date, facts), is_since(date, facts)] for date in facts.dates],
        "values": [plain(value_of(text[span.start : span.end])) for span in spans],
        "may_answer": [
            [may_answer(question, text, span.start, span.end) for span in spans]
            for question in QUESTIONS
        ],
        "refined": [
            [refine(question, text, span.start, span.end) for span in spans]
            for question in QUESTIONS
        ],
        "follow_ups": [
            complete(question, [answer_of(article, sentence.start, sentence.end)])
            for question in FOLLOW_UPS
        ],
        "people": [
            [people_in(first), same_person(first, second), other_person(first, second)]
            for first, second in pairwise([*names, *names[:1]])
        ],
    }


def compared_to(claim: str, sentence: str) -> Any:
    """What checking says of one sentence as a claim beside another."""
    return plain(exchanges(claim, facts_of(claim), sentence, facts_of(sentence)))


def sentences_of(article: Article) -> Iterator[Span]:
    """The sentences of an article, paragraph by paragraph."""
    for paragraph in article.paragraphs:
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end]):
            if start < end:
                yield Span(paragraph.start + start, paragraph.start + end)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    count = 0
    with options.out.open("w", encoding="utf-8") as file:
        for article in articles_of(options.data):
            sentences = list(sentences_of(article))
            records = [record_of(article, sentence) for sentence in sentences]
            texts = [record["sentence"] for record in records]
            compared = [compared_to(ours, theirs) for ours, theirs in pairwise(texts)]
            form = {
                "title": article.title,
                "published": article.published,
                "author": article.author,
                "language": article.language,
                "sentences": records,
                "compared": compared,
            }
            file.write(json.dumps(form, ensure_ascii=False, sort_keys=True) + "\n")
            count += len(records)
    print(f"{count} sentences")


if __name__ == "__main__":
    main()
