"""Retrieval by itself: a library that is searched, filtered, explained and packed, with no reader and no screen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.errors import LibraryReadOnly
from assistant.search import Retriever
from assistant.types import Filters

QUERY = "representatives from 35 countries"
LOADED = """
import sys
from assistant.search import Retriever
heavy = ("torch", "textual", "onnxruntime", "faiss", "tantivy", "trafilatura", "assistant.tui",
         "assistant.reading", "assistant.answering", "assistant.checking", "assistant.sources")
print(sorted(name for name in sys.modules if name.startswith(heavy)))
"""


@pytest.fixture(scope="module")
def retriever(seeds_folder):
    with Retriever.open(seeds_folder) as opened:
        yield opened


def test_it_finds_what_an_assistant_finds(retriever, seeds):
    assert retriever.search(QUERY, k=5) == seeds.search(QUERY, k=5)
    assert [a.id for a in retriever.articles()] == [a.id for a in seeds.articles()]


def test_filters_leave_out_the_rest(retriever):
    chosen = retriever.search(QUERY, k=1)[0].passage.article_id
    hits = retriever.search("summit", filters=Filters(article_ids=(chosen,)))
    assert {hit.passage.article_id for hit in hits} == {chosen}


def test_an_explanation_has_the_words_as_the_passage_has_them(retriever):
    hit = retriever.search(QUERY, k=1)[0]
    told = retriever.explain("country representative 35", hit)
    assert set(told.matched) >= {"representatives", "35", "countries"}
    assert all(
        hit.passage.text[span.start : span.end] == word
        for span, word in zip(told.spans[:1], told.matched[:1], strict=True)
    )
    assert str(told).startswith(f"by meaning rank {hit.dense_rank} (cosine ")


def test_what_is_packed_is_cited(retriever):
    packed = retriever.pack(QUERY, max_tokens=200)
    citation = packed.citations[0]
    text = retriever.article(citation.article_id).text
    assert packed.token_count <= 200
    assert text[citation.start : citation.end] == citation.quote


def test_it_makes_no_library(tmp_path):
    with pytest.raises(LibraryReadOnly, match="has no library"):
        Retriever.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_its_import_loads_no_reader_and_no_screen():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
