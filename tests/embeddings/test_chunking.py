"""Passages: within paragraphs, of whole sentences, even, and never through a grapheme."""

from __future__ import annotations

import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.chunking import SLACK, PassageSpan, embedding_text, passages
from embeddings.sentences import sentence_spans
from embeddings.tokens import count_tokens

SENTENCE = "The summit in Paris brought together leaders from 35 countries on Tuesday."


def one_paragraph(text: str, max_tokens: int = 160, overlap_sentences: int = 0) -> list[str]:
    found = passages(
        [(0, len(text))], text, max_tokens=max_tokens, overlap_sentences=overlap_sentences
    )
    return [text[span.start : span.end] for span in found]


def test_count_tokens() -> None:
    assert count_tokens("") == 0
    assert [count_tokens(text) for text in ("hello world", "غادر 1500 مظلي")] == [2, 10]


def test_special_tokens_are_text() -> None:
    assert count_tokens("<|endoftext|>") == 7


def test_lone_surrogate_is_counted() -> None:
    assert count_tokens("a\ud800b") >= 2


def test_long_text_is_counted_in_slices() -> None:
    text = f"{SENTENCE} " * 500
    assert abs(count_tokens(text) - 500 * count_tokens(f" {SENTENCE}")) <= 10


def test_short_paragraphs_are_one_passage_each() -> None:
    text = f"First here.\n\n{SENTENCE}\n\n   \n\nLast."
    spans = [(0, 11), (13, 13 + len(SENTENCE)), (90, 93), (len(text) - 5, len(text))]
    assert passages(spans, text) == [
        PassageSpan(0, 0, 11, 3),
        PassageSpan(1, 13, 13 + len(SENTENCE), count_tokens(SENTENCE)),
        PassageSpan(3, len(text) - 5, len(text), 2),
    ]


def test_a_little_over_stays_together() -> None:
    text = " ".join([SENTENCE] * 13)
    assert 160 < count_tokens(text) <= 160 * SLACK
    assert one_paragraph(text) == [text]


def test_long_paragraphs_are_shared_out_evenly() -> None:
    text = " ".join([SENTENCE] * 18)
    found = one_paragraph(text)
    assert [piece.count("summit") for piece in found] == [9, 9]
    assert " ".join(found) == text


def test_overlap_repeats_sentences() -> None:
    text = " ".join(f"Sentence number {n} says a little something about it." for n in range(12))
    plain = one_paragraph(text, max_tokens=40)
    shared = one_paragraph(text, max_tokens=40, overlap_sentences=1)
    assert [piece.split(" says")[0] for piece in plain] == [
        f"Sentence number {n}" for n in (0, 3, 6, 9)
    ]
    assert [piece.split(" says")[0] for piece in shared] == [
        f"Sentence number {n}" for n in (0, 2, 5, 8)
    ]
    assert all(more.endswith(piece) for more, piece in zip(shared, plain, strict=True))


def test_long_sentence_is_cut_at_clauses_then_words() -> None:
    clauses = "the minister met the delegation of the union in the capital, " * 12
    found = one_paragraph(f"Then {clauses}and left.", max_tokens=60)
    assert len(found) >= 3
    assert all(piece.endswith(("capital,", "left.")) for piece in found)
    words = "word " * 400
    assert {token for piece in one_paragraph(words, max_tokens=50) for token in piece.split()} == {
        "word"
    }


def test_text_without_blanks_is_cut_between_graphemes() -> None:
    text = "👨‍👩‍👧🇸🇪e\u0301" * 300
    edges = {0} | {m.end() for m in regex.finditer(r"\X", text)}
    found = passages([(0, len(text))], text, max_tokens=40)
    assert {span.start for span in found} | {span.end for span in found} <= edges
    assert [a.end for a in found[:-1]] == [b.start for b in found[1:]]
    assert len(found) > 50


def test_one_endless_cluster_is_kept_whole() -> None:
    text = "e" + "\u0301" * 5_000
    assert one_paragraph(text, max_tokens=40) == [text]


@pytest.mark.parametrize("unit", ["x", "a1", "漢", "!", "e\u0301", "ab "])
def test_a_million_characters_on_one_line(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    began = time.perf_counter()
    found = passages([(0, len(text))], text)
    assert time.perf_counter() - began < 10
    assert sum(span.end - span.start for span in found) >= len(text.rstrip()) * 0.66
    assert max(span.token_count for span in found) <= 160 * SLACK


def test_limits_are_checked() -> None:
    with pytest.raises(ValueError, match="cannot cut passages of 3 tokens"):
        passages([(0, 1)], "a", max_tokens=3)
    with pytest.raises(ValueError, match="share -1 sentences"):
        passages([(0, 1)], "a", overlap_sentences=-1)


def test_embedding_text_has_the_title_once() -> None:
    assert embedding_text(" T ", "body") == "T\nbody"
    assert embedding_text("Head", "Head") == "Head"
    assert embedding_text("x" * 10**6, "body") == "x" * 2_000 + "\nbody"


WORDS = st.sampled_from(
    [
        "Dr.",
        "summit",
        "U.S.",
        "met,",
        "end.",
        "وقال",
        "انتهى.",
        "ما؟",
        "漢字。",
        "🎉",
        "e\u0301",
        "3.5",
        "\r\n",
    ]
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=120).map(" ".join), min_size=1, max_size=3),
    st.integers(min_value=8, max_value=60),
)
def test_passages_partition_the_paragraphs(blocks: list[str], max_tokens: int) -> None:
    text = "\n\n".join(blocks)
    spans, at = [], 0
    for block in blocks:
        spans.append((at, at + len(block)))
        at += len(block) + 2
    found = passages(spans, text, max_tokens=max_tokens)
    covered = [0] * len(text)
    sentence_edges = {
        start + edge
        for start, end in spans
        for span in sentence_spans(text[start:end])
        for edge in span
    }
    for passage in found:
        first, last = spans[passage.paragraph]
        assert first <= passage.start < passage.end <= last
        assert passage.token_count == count_tokens(text[passage.start : passage.end])
        # Counts of sentences do not add up exactly: a blank may be a token of its own.
        assert passage.token_count <= max_tokens * SLACK + 40
        for position in range(passage.start, passage.end):
            covered[position] += 1
    assert max(covered, default=0) <= 1
    assert all(n or char.isspace() for n, char in zip(covered, text, strict=True))
    if all(count_tokens(text[s:e]) <= max_tokens for s, e in spans):
        assert {edge for p in found for edge in (p.start, p.end)} <= sentence_edges
