from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from assistant.tui.bidi import Bidi, is_rtl, lay_out, visual_line, visual_order

ARABIC = "غادر 1500 مظلي أمريكي (قاعدة) يوم 12 فبراير."
MIXED = st.text(st.sampled_from("abc 12.,()«»אבגغادر\u064eي🙂"), max_size=40)


def plain(letters):
    """Joined forms back to their letters."""
    return unicodedata.normalize("NFKC", letters)


def test_arabic_is_drawn_from_the_right_with_its_numbers_from_the_left():
    drawn = "".join(ARABIC[i] for i in visual_order(ARABIC, base_rtl=True))
    assert drawn.startswith(".رياربف 12 موي")
    assert drawn.endswith("يلظم 1500 رداغ")


def test_brackets_are_mirrored():
    drawn = plain(visual_line(Text(ARABIC), base_rtl=True).plain)
    assert "(ةدعاق)" in drawn


def test_english_with_an_arabic_word_keeps_its_order():
    drawn = plain(visual_line(Text("the قاعدة base"), base_rtl=False).plain)
    assert drawn == "the ةدعاق base"


def test_a_highlight_moves_with_its_letters():
    text = Text(ARABIC)
    text.stylize("bold", 5, 9)  # 1500
    drawn = visual_line(text, base_rtl=True)
    bold = "".join(
        drawn.plain[i]
        for i in range(len(drawn.plain))
        if any(s.start <= i < s.end for s in drawn.spans)
    )
    assert bold == "1500"


def test_rtl_paragraphs_are_right_aligned_and_wrapped():
    lines = lay_out(Text(ARABIC), 20, bidi=Bidi.APP)
    assert len(lines) > 1
    assert all(len(line.plain) == 20 for line in lines)


def test_a_terminal_with_its_own_ordering_gets_logical_text():
    joined = " ".join(line.plain.strip() for line in lay_out(Text(ARABIC), 20, bidi=Bidi.TERMINAL))
    assert joined == ARABIC


def test_latin_text_is_left_alone():
    assert [line.plain for line in lay_out(Text("one two three"), 8, bidi=Bidi.APP)] == [
        "one two",
        "three",
    ]
    assert not is_rtl("35 one قاعدة")


@given(MIXED, st.booleans())
def test_ordering_loses_and_repeats_nothing(text, base):
    assert sorted(visual_order(text, base_rtl=base)) == list(range(len(text)))
