"""SQuAD-format files: questions on paragraphs, with their answers or none."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import SourceError
from assistant.types import PARAGRAPH_SEPARATOR, Article, Paragraph, Section, article_id

MAX_BYTES = 256 << 20
"""Of a file of questions or claims, unpacked: six times SQuAD 2.0's training set."""
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Question:
    """One question and where its answer stands."""

    id: str
    text: str
    article_id: str
    paragraph: int
    """Index of its paragraph in the article."""
    answers: tuple[str, ...]
    """Every annotator's answer; none when the paragraph does not answer it."""

    @property
    def is_answerable(self) -> bool:
        """Whether its paragraph answers it."""
        return bool(self.answers)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A file of questions, and its paragraphs as articles."""

    name: str
    language: str
    articles: tuple[Article, ...]
    questions: tuple[Question, ...]

    def contexts(self) -> dict[tuple[str, int], str]:
        """Every paragraph's text by ``(article id, paragraph)``."""
        return {
            (article.id, at): article.paragraph_text(at)
            for article in self.articles
            for at in range(len(article.paragraphs))
        }


def read_squad(path: Path, *, language: str | None = None) -> QuestionSet:
    """Read a SQuAD 1.1 or 2.0 file, plain or gzip.

    Args:
        path: The file.
        language: ISO code of its text; None to tell it from the first paragraphs.

    Raises:
        SourceError: The file cannot be read or is not in that format.
    """
    try:
        data = json.loads(read_content(path))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: cannot be read as JSON ({error})") from error
    try:
        entries = _entries(data)
        sample = " ".join(str(p["context"]) for _, ps in entries[:3] for p in ps[:2])
        return _build(path.name, entries, language or _language_of(sample))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise SourceError(
            f"{path}: not in SQuAD format ({error!r}); expected "
            '{"data": [{"title", "paragraphs": [{"context", "qas": [{"question", "answers"}]}]}]}'
        ) from error


def read_content(path: Path) -> str:
    """The text of a file, plain or gzip.

    Raises:
        SourceError: It is a pipe or device, cannot be read, is damaged, no UTF-8, or too large.
    """
    from assistant.sources.reading import files_only

    try:
        with open(path, "rb", opener=files_only) as file:
            is_packed = file.peek(2)[:2] == _GZIP_MAGIC
            with gzip.open(file) if is_packed else file as stream:
                content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SourceError(f"{path}: larger than the limit of {MAX_BYTES >> 20} MiB; split it")
        return content.decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error


def _entries(data: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise TypeError('no list named "data"')
    return [(str(entry.get("title") or ""), list(entry["paragraphs"])) for entry in data["data"]]


def _language_of(sample: str) -> str:
    from assistant.sources.language import detect

    return detect(sample) or "en"


def _build(
    name: str, entries: list[tuple[str, list[dict[str, Any]]]], language: str
) -> QuestionSet:
    articles, questions = [], []
    seen: set[str] = set()
    for number, (title, paragraphs) in enumerate(entries):
        article_name = article_id(f"{name}#{number}")
        contexts, kept = [], []
        for paragraph in paragraphs:
            context = str(paragraph["context"]).strip()
            if context:
                contexts.append(context)
                kept.append(paragraph)
        if not contexts:
            continue
        articles.append(_article(article_name, title, contexts, name=name, language=language))
        for position, paragraph in enumerate(kept):
            for question in _questions(paragraph, article_name, position):
                if question.id in seen:
                    raise KeyError(f"two questions have the id {question.id!r}")
                seen.add(question.id)
                questions.append(question)
    if not questions:
        raise KeyError("no questions")
    return QuestionSet(name, language, tuple(articles), tuple(questions))


def _article(
    article_name: str, title: str, contexts: list[str], *, name: str, language: str
) -> Article:
    bounds, start = [], 0
    for context in contexts:
        bounds.append((start, start + len(context)))
        start += len(context) + len(PARAGRAPH_SEPARATOR)
    shown = title.replace("_", " ").strip()
    return Article(
        id=article_name,
        title=shown or contexts[0][:60],
        title_derived=not shown,
        text=PARAGRAPH_SEPARATOR.join(contexts),
        paragraphs=tuple(Paragraph(s, e, Section.BODY, language) for s, e in bounds),
        source=name,
        language=language,
    )


def _questions(paragraph: dict[str, Any], article: str, position: int) -> Iterator[Question]:
    for number, qa in enumerate(paragraph["qas"]):
        impossible = bool(qa.get("is_impossible"))
        answers = () if impossible else tuple(str(a["text"]) for a in qa.get("answers") or ())
        text = str(qa["question"]).strip()
        if text:
            yield Question(
                id=str(qa.get("id") or f"{article}-{position}-{number}"),
                text=text,
                article_id=article,
                paragraph=position,
                answers=answers,
            )
