"""From print on a page to paragraphs, without a PDF: rows, columns, heads and feet."""

from __future__ import annotations

from assistant.sources.pdf.edges import Page, without_running_rows
from assistant.sources.pdf.glyphs import Glyph
from assistant.sources.pdf.layout import reading_order
from assistant.sources.pdf.paragraphs import paragraphs
from assistant.sources.pdf.rows import raised, rows

SIZE, WIDTH = 10.0, 5.0


def print_line(text, left, baseline, order=0):
    return [
        Glyph(
            text=letter,
            left=left + at * WIDTH,
            right=left + (at + 1) * WIDTH,
            baseline=baseline,
            size=SIZE,
            order=order + at,
            spaced=at > 0 and text[at - 1] == " ",
            source=b"",
        )
        for at, letter in enumerate(text)
        if letter != " "
    ]


def texts(lines):
    return [line.text for line in lines]


def test_lines_are_read_from_top_to_bottom_with_their_blanks():
    glyphs = print_line("second line", 50, 100, 20) + print_line("first line", 50, 112)
    found = rows(glyphs, 1)
    assert [texts(row) for row in found] == [["first line"], ["second line"]]
    assert texts(reading_order(found)) == ["first line", "second line"]


def test_a_head_that_every_page_repeats_is_no_text():
    pages = [
        Page(
            rows(
                print_line("The Daily Lake", 50, 780)
                + print_line(f"Page {number} tells of lakes.", 50, 700, 40)
                + print_line(f"And of number {number * 7}.", 50, 688, 80),
                number,
            ),
            0.0,
            800.0,
        )
        for number in range(1, 5)
    ]
    kept = without_running_rows(pages)
    assert [text for row in kept[0] for text in texts(row)] == [
        "Page 1 tells of lakes.",
        "And of number 7.",
    ]


def test_lines_of_one_paragraph_are_joined_and_a_gap_begins_another():
    glyphs = []
    for at, (text, baseline) in enumerate(
        [
            ("The lake has one island and a", 700),
            ("tower beside it.", 688),
            ("The town is on the other side.", 650),
        ]
    ):
        glyphs += print_line(text, 50, baseline, 100 * at)
    blocks = paragraphs([reading_order(rows(glyphs, 1))], [])
    assert [block.text for block in blocks] == [
        "The lake has one island and a tower beside it.",
        "The town is on the other side.",
    ]


def test_a_raised_mark_of_a_footnote_is_no_text_and_an_exponent_is():
    assert raised("1", "lakes", " are", {"1"}) == ""
    assert raised("2", "10", " km", ()) != ""
