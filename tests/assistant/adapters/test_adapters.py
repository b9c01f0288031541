from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.errors import UsageError
from assistant.types import Filters

QUERY = "Which countries sent representatives to the Paris summit?"


@pytest.fixture(autouse=True)
def _no_reports(tmp_path, monkeypatch):
    """Haystack sends usage reports and keeps an id in the home folder unless it is told not to."""
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "false")


ALL = Filters()


def expected(seeds, k, filters=ALL):
    return [
        (f"{h.passage.article_id}:{h.passage.start}-{h.passage.end}", h.passage.text, h.score)
        for h in seeds.search(QUERY, k=k, filters=filters)
    ]


async def test_langchain_gives_what_a_search_gives(seeds):
    pytest.importorskip("langchain_core")
    from langchain_core.runnables import RunnableLambda

    from assistant.adapters.langchain import PullquoteRetriever

    retriever = PullquoteRetriever(assistant=seeds, k=3)
    documents = retriever.invoke(QUERY)
    assert [(d.id, d.page_content, d.metadata["score"]) for d in documents] == expected(seeds, 3)
    first = documents[0]
    article = seeds.article(first.metadata["article_id"])
    assert article.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert "text" not in first.metadata
    assert await retriever.ainvoke(QUERY) == documents
    assert retriever.batch([QUERY, ""]) == [documents, []]
    chain = retriever | RunnableLambda(lambda found: [d.metadata["title"] for d in found])
    assert chain.invoke(QUERY) == [d.metadata["title"] for d in documents]


def test_langchain_filters_and_refuses_no_passages(seeds):
    pytest.importorskip("langchain_core")
    from assistant.adapters.langchain import PullquoteRetriever

    arabic = Filters(languages=("ar",))
    found = PullquoteRetriever(assistant=seeds, k=2, filters=arabic).invoke(QUERY)
    assert [d.page_content for d in found] == [text for _, text, _ in expected(seeds, 2, arabic)]
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        PullquoteRetriever(assistant=seeds, k=0)


def test_haystack_pipeline_gives_what_a_search_gives(seeds):
    pytest.importorskip("haystack")
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner

    from assistant.adapters.haystack import PullquoteRetriever

    pipeline = Pipeline()
    pipeline.add_component("retriever", PullquoteRetriever(seeds, top_k=4))
    pipeline.add_component("joiner", DocumentJoiner())
    pipeline.connect("retriever.documents", "joiner.documents")
    documents = pipeline.run({"retriever": {"query": QUERY}})["joiner"]["documents"]
    assert [(d.id, d.content, d.score) for d in documents] == expected(seeds, 4)
    assert documents[0].meta["title"] == seeds.search(QUERY, k=1)[0].passage.title
    arabic = Filters(languages=("ar",))
    found = pipeline.run({"retriever": {"query": QUERY, "top_k": 1, "filters": arabic}})
    assert [d.meta["language"] for d in found["joiner"]["documents"]] == ["ar"]


def test_haystack_pipeline_is_written_and_read(seeds, seeds_folder):
    pytest.importorskip("haystack")
    from haystack import Pipeline

    from assistant.adapters.haystack import PullquoteRetriever

    pipeline = Pipeline()
    pipeline.add_component("retriever", PullquoteRetriever(seeds_folder, top_k=2))
    trusted = ["assistant.adapters.haystack"]
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=trusted)
    documents = again.run({"retriever": {"query": QUERY}})["retriever"]["documents"]
    assert [(d.id, d.content, d.score) for d in documents] == expected(seeds, 2)
    again.get_component("retriever")._opened.close()
    assert PullquoteRetriever(seeds).to_dict()["init_parameters"] == {
        "library": str(seeds_folder),
        "top_k": 10,
        "model": None,
    }
    with pytest.raises(UsageError, match="top_k is 0: give a number from 1"):
        PullquoteRetriever(seeds, top_k=0)


@pytest.mark.parametrize(
    ("module", "package"), [("langchain", "langchain_core"), ("haystack", "haystack")]
)
def test_missing_framework_is_named(module, package):
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        f"try: import assistant.adapters.{module}\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install 'pullquote[{module}]'" in done.stdout
