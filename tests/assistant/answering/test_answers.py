from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.answers import answer
from assistant.answering.declining import is_relevant
from assistant.errors import ArticleNotFound
from assistant.library import Library
from assistant.search.citing import cite, text_fragment
from assistant.types import (
    AnswerStatus,
    Article,
    Hit,
    Paragraph,
    Passage,
    ReadSpan,
    Section,
    UnanswerableReason,
)


def make_article(*texts, name="a", url=None):
    bounds, start = [], 0
    for text in texts:
        bounds.append((start, start + len(text)))
        start += len(text) + 2
    paragraphs = tuple(Paragraph(s, e, Section.BODY, "en") for s, e in bounds)
    return Article(name, "A title", "\n\n".join(texts), paragraphs, "a.txt", url=url)


class OneLibrary:
    """What answering needs of a library."""

    def __init__(self, *articles, copies=None):
        self.articles = {article.id: article for article in articles}
        self.copies = copies or {}

    def article(self, article_id):
        if article_id not in self.articles:
            raise ArticleNotFound(article_id)
        return self.articles[article_id]

    article_of = Library.article_of

    def originals(self, ids):
        return {i: self.copies[i] for i in ids if i in self.copies}


def hit_of(article, paragraph=0, number=1):
    p = article.paragraphs[paragraph]
    return Hit(
        Passage(
            number,
            article.id,
            paragraph,
            p.start,
            p.end,
            article.text[p.start : p.end],
            p.section,
            "en",
            "A title",
        ),
        score=1.0,
    )


def span_of(article, piece, *, index=0, probability=0.9, after=0, null=0.0, score=5.0):
    start = article.text.index(piece, after)
    return ReadSpan(index, start, start + len(piece), piece, score, null, probability)


PIECES = (
    st.lists(
        st.sampled_from(
            [
                "35 countries. ",
                "35 countries",
                "😀👨‍👩‍👧 ",
                "نص عربي؟ ",
                "e\u0301tude ",
                "étude ",
                "\r\n",
                "x",
                "“q” ",
            ]
        ),
        min_size=1,
        max_size=12,
    )
    .map("".join)
    .filter(lambda text: text.strip())
)


@given(st.lists(PIECES, min_size=1, max_size=4), st.data())
def test_a_citation_is_the_text_it_points_at(texts, data):
    article = make_article(*texts)
    paragraph = data.draw(st.sampled_from(article.paragraphs))
    start = data.draw(st.integers(paragraph.start, paragraph.end - 1))
    end = data.draw(st.integers(start + 1, paragraph.end))
    citation = cite(article, start, end)
    assert article.text[citation.start : citation.end] == citation.quote
    assert (citation.start, citation.end) == (start, end)
    around = article.text[start - len(citation.prefix) : end + len(citation.suffix)]
    assert citation.prefix + citation.quote + citation.suffix == around
    assert article.text[citation.sentence_start : citation.sentence_end] == citation.sentence
    assert citation.sentence_start <= start < end <= citation.sentence_end
    assert citation.content_hash == article.content_hash


def test_a_span_across_paragraphs_is_refused():
    article = make_article("One.", "Two.")
    with pytest.raises(ValueError, match="not inside"):
        cite(article, 0, 8)


def test_the_occurrence_that_was_read_is_cited():
    article = make_article("There were 35 men.", "There were 35 women.")
    second = span_of(article, "35", index=1, after=15)
    found = answer(
        "How many women?",
        [hit_of(article, 0, 1), hit_of(article, 1, 2)],
        [second],
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert found.answers[0].citations[0].start == article.text.rindex("35")
    assert found.answers[0].citations[0].paragraph == 1


def test_one_value_is_one_group_with_all_its_sources():
    first = make_article("It had 35 countries.", name="a")
    second = make_article("Thirty-five states came.", name="b")
    third = make_article("It had more than 30 members.", name="c")
    hits = [hit_of(first), hit_of(second, 0, 2), hit_of(third, 0, 3)]
    spans = [
        span_of(first, "35 countries", index=0, probability=0.9),
        span_of(second, "Thirty-five states", index=1, probability=0.8),
        span_of(third, "more than 30", index=2, probability=0.7),
    ]
    found = answer(
        "How many?",
        hits,
        spans,
        library=OneLibrary(first, second, third),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert [(g.text, g.source_count) for g in found.answers] == [
        ("35 countries", 2),
        ("more than 30", 1),
    ]
    assert [c.article_id for c in found.answers[0].citations] == ["a", "b"]


def test_copies_of_one_story_count_as_one_source():
    first, second = (make_article("It had 35 countries.", name=name) for name in "ab")
    spans = [span_of(first, "35 countries"), span_of(second, "35 countries", index=1)]
    found = answer(
        "How many?",
        [hit_of(first), hit_of(second, 0, 2)],
        spans,
        library=OneLibrary(first, second, copies={"b": "a"}),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert found.answers[0].source_count == 1
    assert len(found.answers[0].citations) == 2


@pytest.mark.parametrize(
    ("question", "hits", "spans", "reason"),
    [
        ("How many?", False, [], UnanswerableReason.NOTHING_RELEVANT),
        ("How many?", True, [], UnanswerableReason.NO_SPAN),
        ("How many planets are there?", True, [], UnanswerableReason.NOTHING_RELEVANT),
        (
            "How many planets are there?",
            True,
            [{"probability": 0.05}],
            UnanswerableReason.NOTHING_RELEVANT,
        ),
        (
            "How many countries were there?",
            True,
            [{"probability": 0.05}],
            UnanswerableReason.NO_SPAN,
        ),
        ("How many?", True, [{"probability": 0.19}], UnanswerableReason.NO_SPAN),
        ("How many?", True, [{"probability": 0.45}], UnanswerableReason.LOW_CONFIDENCE),
    ],
)
def test_declining_has_a_reason(question, hits, spans, reason):
    article = make_article("It had 35 countries.")
    found = answer(
        question,
        [hit_of(article)] if hits else [],
        [span_of(article, "35", **s) for s in spans],
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert (found.status, found.reason, found.answers) == (AnswerStatus.UNANSWERABLE, reason, ())


@pytest.mark.parametrize(
    ("question", "text", "cosine", "relevant"),
    [
        ("How many soldiers will Germany send?", "A German soldier spoke.", 0.7, True),
        ("How many soldiers will Germany send?", "A dog barked.", 0.7, False),
        ("How many soldiers will Germany send?", "A dog barked.", 0.83, True),
        ("What is the capital of Australia?", "The capital of Austria is old.", None, False),
        ("What is the largest planet?", "Large plans for a plan.", None, False),
        ("Who won in 1998?", "He won it in 1999.", None, False),
        ("Who won in 1998?", "He won it in 1998.", None, True),
        ("How tall is Anna Schmidt?", "It was said by Anna Schmidt.", None, True),
        ("How tall is Anna Schmidt?", "It was said by Anna Meyer.", None, False),
        ("How tall is the Eiffel Tower in Paris?", "They met in Paris.", None, False),
        ("كم قاعدة في رومانيا؟", "غادر الجنود القاعدة إلى رومانيا.", None, True),
        ("ما درجة غليان الماء؟", "غادر الجنود القاعدة إلى رومانيا.", None, False),
        ("ما درجة غليان الماء؟", "غادر الجنود القاعدة إلى رومانيا.", 0.79, True),
        ("كم عمر زيلينسكي؟", "Volodymyr Zelenskyy spoke.", None, True),
        ("ما درجة غليان الماء؟", "Volodymyr Zelenskyy spoke.", None, False),
    ],
)
def test_relevant_is_what_is_near_or_shares_words_or_names(question, text, cosine, relevant):
    hit = replace(hit_of(make_article(text)), dense_score=cosine)
    assert is_relevant(question, [hit]) is relevant


def test_passages_of_one_article_are_relevant_together():
    question = "Who commands the peacekeepers in Helsinki and Latvia?"
    together = make_article("The peacekeepers came.", "Snow fell on Latvia.", name="a")
    apart = make_article("Snow fell on Latvia.", name="b")
    assert is_relevant(question, [hit_of(together, 0), hit_of(together, 1, 2)])
    assert not is_relevant(question, [hit_of(together, 0), hit_of(apart, 0, 2)])


def test_a_completed_question_is_what_must_be_relevant():
    article = make_article("A German soldier spoke.")
    found = answer(
        "Why boil them?",
        [hit_of(article)],
        [],
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
        asked_as="Why did the German soldier boil water?",
    )
    assert found.reason is UnanswerableReason.NO_SPAN


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("How many soldiers will Germany send to Ukraine?", True),
        ("When did the Helsinki summit take place?", True),
        ("كم جندياً سترسل ألمانيا إلى أوكرانيا؟", True),
        ("What is the boiling point of water?", False),
        ("Who won the 1998 World Cup?", False),
        ("من فاز بكأس العالم 1998؟", False),
    ],
)
def test_nothing_relevant_is_said_only_of_what_the_articles_are_not_about(seeds, question, about):
    found = seeds.ask(question)
    assert found.status is AnswerStatus.UNANSWERABLE
    assert (found.reason is not UnanswerableReason.NOTHING_RELEVANT) is about


@pytest.mark.parametrize(
    ("quote", "link"),
    [
        ("35 countries", "https://example.org/a#:~:text=35%20countries"),
        ("well-known, yes & no", "https://example.org/a#:~:text=well%2Dknown%2C%20yes%20%26%20no"),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "https://example.org/a#:~:text=one%20two%20three%20four%20five%20six,eight%20nine%20ten%20eleven%20twelve%20thirteen",
        ),
    ],
)
def test_links_open_the_page_at_the_quote(quote, link):
    assert text_fragment("https://example.org/a", quote) == link


def test_only_web_pages_are_linked():
    assert text_fragment("javascript:alert(1)", "x") is None
    assert text_fragment(None, "x") is None


def test_an_article_replaced_since_the_search_is_not_misquoted():
    before = make_article("It had 35 countries.")
    after = make_article("Now it is said that it had 36 countries.")
    found = answer(
        "How many?",
        [hit_of(before)],
        [span_of(before, "35 countries")],
        library=OneLibrary(after),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert (found.status, found.answers) == (AnswerStatus.UNANSWERABLE, ())
    assert found.reason is UnanswerableReason.NO_SPAN


def test_an_article_removed_since_the_search_is_passed_over():
    gone = make_article("It had 35 countries.", name="gone")
    kept = make_article("There were 36 countries.", name="kept")
    found = answer(
        "How many?",
        [hit_of(gone), hit_of(kept, number=2)],
        [span_of(gone, "35 countries"), replace(span_of(kept, "36 countries"), hit_index=1)],
        library=OneLibrary(kept),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert [group.text for group in found.answers] == ["36 countries"]
