"""A question finds what answers it in another language, though its own language is nearer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.search.fusion import Fusion, RetrievalSettings
from assistant.search.languages import language_directions, without
from assistant.search.retriever import Retriever
from assistant.types import Article, Paragraph, Section, article_id

TOPICS = 8
TONGUES = ("en", "de", "fr")


class TongueEncoder:
    """A dimension for every topic, and a stronger one for every language: "de 3" is German, on topic 3."""

    id = "fake/tongues/1"
    dim = TOPICS + len(TONGUES)

    def encode_queries(self, texts):
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            tongue, topic = text.split()[:2]
            row[int(topic)] = 1.0
            row[TOPICS + TONGUES.index(tongue)] = 1.5
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_passages(self, texts, *, on_progress=None):
        return self.encode_queries([text.split("\n")[-1] for text in texts])


@contextmanager
def library_of(folder: Path, passages: dict[str, list[int]]) -> Iterator[Retriever]:
    """A library with passages of these topics, by language."""
    library = Library(folder, model_id=TongueEncoder.id, dim=TongueEncoder.dim)
    with Assistant(library, TongueEncoder()) as pq:
        pq.add_articles(
            [
                Article(
                    id=article_id(name := f"{tongue} {topic} {number}"),
                    title=name,
                    text=name,
                    paragraphs=(Paragraph(0, len(name), Section.BODY, tongue),),
                    source=name,
                )
                for tongue, topics in passages.items()
                for number, topic in enumerate(topics)
            ]
        )
        retriever = pq._retriever
        retriever.settings = RetrievalSettings(fusion=Fusion.DENSE)
        yield retriever


ALL = [n % TOPICS for n in range(24)]
NOT_3 = [n % TOPICS for n in range(24) if n % TOPICS != 3]


@pytest.mark.parametrize(("asked", "other"), [("en", "de"), ("de", "en")])
def test_the_answer_is_found_in_either_language(tmp_path, asked, other):
    with library_of(tmp_path, {asked: NOT_3, other: ALL}) as retriever:
        found = retriever.search(f"{asked} 3", k=3)
        assert [hit.passage.text[:4] for hit in found] == [f"{other} 3"] * 3
        # What is told of a hit stays the cosine of its vector and the question's.
        assert found[0].dense_score == pytest.approx(1 / (1 + 1.5**2), abs=1e-3)


def test_where_both_answer_none_is_preferred(tmp_path):
    with library_of(tmp_path, {"en": ALL, "de": ALL}) as retriever:
        found = retriever.search("en 3", k=6)
        assert sorted(hit.passage.text[:4] for hit in found) == ["de 3"] * 3 + ["en 3"] * 3


def test_one_language_is_searched_as_it_is(tmp_path):
    with library_of(tmp_path, {"en": ALL}) as retriever:
        assert language_directions(retriever.library) is None
        assert retriever.search("en 3", k=1)[0].dense_score == pytest.approx(1.0, abs=1e-3)


def test_a_few_passages_tell_no_language(tmp_path):
    with library_of(tmp_path, {"en": ALL, "de": [3] * 5}) as retriever:
        assert language_directions(retriever.library) is None


def test_as_many_directions_as_languages_but_one(tmp_path):
    with library_of(tmp_path, dict.fromkeys(TONGUES, ALL)) as retriever:
        directions = language_directions(retriever.library)
        assert directions is not None
        assert directions.shape == (2, TongueEncoder.dim)
        assert directions @ directions.T == pytest.approx(np.eye(2), abs=1e-3)
        english, german = (
            without(vector, directions)
            for vector in TongueEncoder().encode_queries(["en 3", "de 3"])
        )
        assert english == pytest.approx(german, abs=1e-3)


def test_languages_that_come_later_count(tmp_path):
    with library_of(tmp_path, {"en": NOT_3}) as retriever:
        assert retriever.search("en 3", k=1)[0].passage.language == "en"
    with library_of(tmp_path, {"de": ALL}) as retriever:
        assert retriever.search("en 3", k=1)[0].passage.text[:4] == "de 3"
