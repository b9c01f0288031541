"""A quote's words laid on a source's: exactly, over an ellipsis, or as near as it gets; and what it claims."""

from __future__ import annotations

from assistant.checking.quotes.alignment import find_exact, find_nearest, presence, quote_tokens
from assistant.checking.quotes.given import readings_of
from assistant.checking.quotes.verifying import verify_quote
from assistant.language.tokens import token_text
from assistant.library import Library
from assistant.types import Attribution
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article, made

SOURCE = "We agreed on Monday to act, and we agreed to pay."


def tokens(text):
    return quote_tokens(text, [(0, len(text))], brackets_insert=True)


def places(quote):
    return [
        [(block.s0, block.s1) for block in blocks]
        for blocks in find_exact(tokens(quote), token_text(SOURCE))
    ]


def test_every_place_where_a_quote_stands_is_found():
    assert places("we agreed") == [[(0, 2)], [(7, 9)]]
    assert places("we disagreed") == []


def test_an_ellipsis_skips_and_brackets_change_an_ending():
    assert places("We agree[d] … to act") == [[(0, 2), (4, 6)]]


def test_the_nearest_place_has_most_of_the_words():
    quote, source = tokens("we agreed to sail"), token_text(SOURCE)
    assert presence(quote, source) > 0.5
    assert [(block.q0, block.q1) for block in find_nearest(quote, source)] == [(0, 3)]


def test_who_is_said_to_say_it_is_read_from_what_is_given():
    readings = readings_of("“We agreed to pay,” said Anna Holm.")
    assert [reading.speaker for reading in readings] == [None, "Anna Holm"]


def test_a_quote_is_looked_up_with_its_speaker(tmp_path):
    told = article("told", ["Anna Holm said that the port is safe.", "It rained."])
    with made(tmp_path, told):
        pass
    with Library(tmp_path, model_id=HashEncoder.id, dim=HashEncoder.dim) as library:
        report = verify_quote(
            "“the port is safe,” said Bo Lind", library=library, lexical=lambda: None
        )
        assert report.attribution is Attribution.MISATTRIBUTED
        (match,) = report.matches
        assert match.speaker == "Anna Holm"
        assert [c.quote for c in match.citations] == ["the port is safe."]
