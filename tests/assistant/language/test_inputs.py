"""Questions, claims and quotes: bounded, storable, and worked on in time that grows with their length."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from assistant.checking.claims.batches import read_claims
from assistant.checking.claims.exchanges import exchanges, in_its_figures, wording_of
from assistant.errors import SourceError, UsageError
from assistant.language.facts import facts_of
from assistant.language.inputs import MAX_CLAIM_CHARS, MAX_QUESTION_CHARS, MAX_QUOTE_CHARS
from assistant.language.scripts import normalised
from assistant.language.tokens import token_text
from tests.assistant.tui.chat import BRIDGES, assistant, fill

FEW = 20
"""Steps that depend on no text."""
ARCHES = "How many arches has the bridge of Arta?"
UP_DOWN = "Up 5% from 4% to "
DOLLARS = "$1 "
SENTENCE = "Rents rose 8 percent in 2024 to $1,200, compared with 3 percent in 2021."


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path, {"bridges.md": BRIDGES})


@pytest.mark.parametrize(
    ("call", "limit"),
    [
        (lambda pq, text: pq.ask(text), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.answer_from(text, ()), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.search(text), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.search_batch([ARCHES, text]), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.pack(text, max_tokens=10), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.timeline(text), MAX_QUESTION_CHARS),
        (lambda pq, text: pq.check(text), MAX_CLAIM_CHARS),
        (lambda pq, text: pq.verify(text), MAX_QUOTE_CHARS),
    ],
)
def test_what_is_too_long_is_refused_in_one_line(folder, call, limit):
    with (
        assistant(folder) as pq,
        pytest.raises(UsageError, match=rf"has {limit + 1:,} characters and may have {limit:,}: "),
    ):
        call(pq, "a" * (limit + 1))


def test_a_batch_with_a_claim_that_is_too_long_names_it():
    with pytest.raises(SourceError, match=r"claims\.txt claim 2 has 2,001 characters"):
        read_claims("One.\n" + "a" * 2001, name="claims.txt")


def test_half_characters_are_replaced_before_anything_is_stored_or_answered(folder):
    question = "How many arches has the bridge\udce9 of Arta?"
    with assistant(folder) as pq:
        answer = pq.ask(question)
        assert answer.question == question.replace("\udce9", "\ufffd")
        pq.add_turn(pq.start_conversation(question), answer)
        assert pq.conversations()[0].title == answer.question
        assert pq.turns(1)[0].question == answer.question
        assert pq.articles(matching="\udce9") == []
        assert pq.check("The bridge\udce9 has 7 arches.").claim == "The bridge\ufffd has 7 arches."
        assert pq.verify("The bridge\udce9 has 7 arches.").quote == "The bridge\ufffd has 7 arches."
        assert pq.search("bridge\udce9")


def steps(work: Callable[[str], object], text: str) -> int:
    """How many functions are called, Python's and C's, while a text is worked on."""
    count = 0

    def tell(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tell)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", [UP_DOWN, DOLLARS, "e\u0301\u0323", "not ", "Ab ", "3 to 5 "])
@pytest.mark.parametrize(
    "work",
    [
        facts_of,
        lambda text: exchanges(text, facts_of(text), SENTENCE, facts_of(SENTENCE)),
        lambda text: in_its_figures(text, facts_of(text), SENTENCE, facts_of(SENTENCE)),
        lambda text: wording_of(facts_of(text), facts_of(SENTENCE)),
        token_text,
        lambda text: normalised(text, "NFKD"),
    ],
)
def test_twice_the_text_is_twice_the_work(work, piece):
    work(piece)  # what is read once and kept
    once, twice = steps(work, piece * 200), steps(work, piece * 400)
    assert twice <= 2.3 * once + FEW
