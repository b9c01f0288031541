"""Answers to be verified: what is right stands, what the reader would rather give does not."""

from assistant.training.corpus import Item
from assistant.training.rivals import NEITHER, SUPPORTS, answers_of

TEXT = "It rained. Anna Berg met Bo Lind in Ulm. Bo left on Friday."


def claims(golds, found, *, is_own=True):
    item = Item("Who met Bo?", 0, tuple(golds))
    made = answers_of(item, TEXT, found, is_own=is_own)
    return [(claim.text, claim.passage, claim.allowed[0]) for claim in made]


def test_right_and_wrong_spans_are_told_apart():
    found = [(11, 20), (25, 32), (11, 15), (36, 39), (52, 58)]
    assert claims([(11, 20)], found) == [
        ("Who met Bo? Anna Berg", TEXT[:40], SUPPORTS),
        ("Who met Bo? Bo Lind", TEXT[:40], NEITHER),
        ("Who met Bo? Anna", TEXT[:40], SUPPORTS),
        ("Who met Bo? Ulm", TEXT[:40], NEITHER),
    ]


def test_without_an_answer_the_readers_spans_are_wrong():
    assert [label for *_, label in claims([], [(11, 20), (25, 32), (36, 39)])] == [NEITHER] * 2


def test_in_another_passage_nothing_is_right():
    assert [label for *_, label in claims([(0, 2)], [(11, 20)], is_own=False)] == [NEITHER]
