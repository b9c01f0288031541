from __future__ import annotations

import pytest

from assistant.reading.amounts import is_no_amount, is_of_other_time, with_its_part


@pytest.mark.parametrize(
    ("question", "text", "span", "is_none"),
    [
        ("How many goals has Tom Grant scored?", "Tom Grant, 19, left early.", "19", True),
        ("How old is Tom Grant?", "Tom Grant, 19, left early.", "19", False),
        ("How many ships came?", "The ships came in May.", "The ships", True),
        ("How many ships came?", "Two dozen ships came.", "Two dozen", False),
        ("What came?", "The ships came.", "The", True),
        ("How many children were there?", "Eleven people were there.", "Eleven people", True),
        ("كم عدد السفن؟", "وصلت السفن", "السفن", True),
        ("كم عدد السفن؟", "وصلت ثلاث سفن", "ثلاث", False),
    ],
)
def test_what_is_no_amount(question, text, span, is_none):
    start = text.index(span)
    assert is_no_amount(question, text, start, start + len(span)) is is_none


def test_the_other_side_of_a_comparison_and_a_part_of_a_number():
    text = "Fourteen flights were cancelled, compared with three in 2019."
    assert is_of_other_time("How many flights were cancelled in 2019?", text, 0, 8)
    assert not is_of_other_time("How many flights were cancelled?", text, 0, 8)
    text = "They looked at three of the 118 stations."
    assert with_its_part("How many stations did they look at?", text, text.index("118")) == 15
    assert with_its_part("How many stations are there in all?", text, text.index("118")) == 28
