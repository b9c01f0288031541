from __future__ import annotations

from assistant.search.explaining import Explanation, explain
from assistant.types import Hit, Passage, Section, Span


class Lexical:
    """Finds one word."""

    def matches(self, query, text):
        at = text.index("bridges")
        return [Span(at, at + 7), Span(0, 3)]


def hit(**scores):
    text = "Two bridges were built, two bridges fell."
    passage = Passage(
        id=1,
        article_id="a",
        title="A title",
        paragraph=0,
        start=0,
        end=len(text),
        text=text,
        section=Section.BODY,
        language="en",
        is_evidence=True,
    )
    return Hit(passage=passage, score=1.0, **scores)


def test_the_words_that_match_are_told_as_the_passage_has_them():
    found = explain(
        "bridge",
        hit(dense_score=0.912, dense_rank=2, lexical_rank=1, lexical_score=3.5),
        lexical=Lexical(),
    )
    assert found.matched == ("bridges", "Two")
    assert str(found) == (
        "by meaning rank 2 (cosine 0.91); by words rank 1 (BM25 3.50): bridges, Two"
    )


def test_what_one_search_did_not_find_is_said():
    found = explain("bridge", hit(dense_score=0.5), lexical=None)
    assert found == Explanation(found.hit, ())
    assert str(found) == "by meaning not among the best (cosine 0.50); by words not among the best"
