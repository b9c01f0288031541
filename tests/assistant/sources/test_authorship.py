from __future__ import annotations

from assistant.sources.authorship import is_byline, read_byline, with_lede_under_byline
from assistant.sources.blocks import Block
from assistant.types import ParagraphKind, Section

HEADLINE = Block("A bridge opens", Section.HEADLINE, ParagraphKind.HEADING)
BYLINE = Block("By Ann Lee, 5 January 2026")
TEXT = Block("The bridge was opened on Monday.")


def test_a_byline_under_the_headline_gives_author_and_date_and_is_no_lede():
    blocks = [HEADLINE, BYLINE, TEXT]
    assert read_byline(blocks) == ("Ann Lee", "2026-01-05")
    assert [is_byline(block) for block in blocks] == [False, True, False]
    found = with_lede_under_byline(blocks, "Ann Lee")
    assert [block.section for block in found] == [Section.HEADLINE, Section.BODY, Section.LEDE]


def test_a_sentence_with_a_date_dates_an_event_not_the_article():
    assert read_byline([HEADLINE, Block("On 4 November 2024 leaders met.")]) == (None, None)


def test_a_dateline_dates_what_has_no_other_date():
    text = Block("TAVIRA, 6 November 2024 - Leaders met on a bridge.")
    assert read_byline([HEADLINE, text]) == (None, "2024-11-06")
    assert read_byline([HEADLINE, BYLINE, text]) == ("Ann Lee", "2026-01-05")
