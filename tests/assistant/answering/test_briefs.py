"""A brief: verbatim, about the subject, of what matters, no word twice, in order of time."""

from __future__ import annotations

import pytest

from assistant.answering.briefs import brief_answer
from assistant.answering.followups import complete
from assistant.assistant import Assistant
from assistant.errors import ArticleNotFound, UsageError
from assistant.output.json import answer_from_json, answer_to_json, brief_from_json, brief_to_json
from assistant.output.text import answer_lines, brief_lines
from assistant.types import (
    AnswerStatus,
    Article,
    Brief,
    Paragraph,
    ParagraphKind,
    Section,
    article_id,
)

FLOOD = (
    "The river Orle burst its banks in Ostby on Tuesday and flooded 300 houses in the old town.",
    "Mayor Karin Dahl said that the dam above Ostby had held.",
    "The town bakery of Ostby has been selling its well-known rye bread for forty years.",
    "Two hundred people in Ostby were brought to a school on the hill.",
)
AFTERMATH = (
    "Ostby's flooded houses will be rebuilt with 12 million crowns from the state, the minister said.",
    "The river Orle burst its banks in Ostby in March and flooded 300 houses in the old town.",
    "Ostby's old bridge over the Orle stays shut until the end of the year.",
)
HARVEST = (
    "Farmers in the south expect the best wheat harvest for ten years.",
    "Prices of flour are to fall in the autumn, traders say.",
)


def article(name: str, sentences: tuple[str, ...], published: str | None, **paragraph) -> Article:
    text = " ".join(sentences)
    return Article(
        id=article_id(name),
        title=name,
        text=text,
        paragraphs=(
            Paragraph(0, len(text), paragraph.pop("section", Section.BODY), "en", **paragraph),
        ),
        source=name,
        published=published,
    )


@pytest.fixture(scope="module")
def ostby(tmp_path_factory: pytest.TempPathFactory):
    with Assistant.open(tmp_path_factory.mktemp("ostby"), seeds=False) as pq:
        pq.add_articles(
            [
                article("After the flood in Ostby", AFTERMATH, "2026-04-20"),
                article("Flood in Ostby", FLOOD, "2026-03-12"),
                article("A good harvest", HARVEST, "2026-04-01"),
                article(
                    "Voices on the flood",
                    ("People in Ostby praise the firefighters after the flood of the Orle.",),
                    "2026-03-15",
                    section=Section.REACTIONS,
                ),
                article(
                    "Drawn",
                    ("A drawing of the flood of the Orle in the old town of Ostby.",),
                    "2026-03-12",
                    kind=ParagraphKind.CAPTION,
                    ai_generated=True,
                ),
            ]
        )
        yield pq


def told(brief: Brief) -> list[list[str]]:
    return [[sentence.citation.quote for sentence in side.sentences] for side in brief.sides]


def test_sentences_are_verbatim_and_in_order_of_time(ostby):
    brief = ostby.brief("the flood in Ostby", sentences=4)
    (sentences,) = told(brief)
    assert len(sentences) == 4
    for citation in brief.citations:
        text = ostby.article(citation.article_id).text
        assert text[citation.start : citation.end] == citation.quote == citation.sentence
    dates = [sentence.date for sentence in brief.sides[0].sentences]
    assert dates == sorted(dates)
    assert FLOOD[0] in sentences or AFTERMATH[1] in sentences


def test_it_is_about_the_subject_and_says_nothing_twice(ostby):
    (sentences,) = told(ostby.brief("the flood in Ostby", sentences=5))
    assert not set(sentences) & set(HARVEST)
    assert len({FLOOD[0], AFTERMATH[1]} & set(sentences)) == 1
    assert not any("drawing" in sentence for sentence in sentences)


def test_a_sentence_has_its_own_day_or_its_article_s(ostby):
    brief = ostby.brief("the flood in Ostby", sentences=7)
    dates = {sentence.citation.quote: sentence.date for sentence in brief.sides[0].sentences}
    assert dates[FLOOD[0]] == "2026-03-10"
    assert dates[FLOOD[3]] == "2026-03-12"
    speakers = {citation.quote: citation.speaker for citation in brief.citations}
    assert speakers[FLOOD[1]] == "Mayor Karin Dahl"


def test_one_article_alone(ostby):
    brief = ostby.brief("the flood in Ostby", article=article_id("Flood in Ostby"), sentences=3)
    assert {citation.title for citation in brief.citations} == {"Flood in Ostby"}
    assert len(brief.citations) == 3
    with pytest.raises(ArticleNotFound, match="no article has the id 'none'"):
        ostby.brief("the flood", article="none")


def test_two_subjects_side_by_side(ostby):
    brief = ostby.brief("Compare the flood in Ostby with the wheat harvest", sentences=4)
    assert [side.subject for side in brief.sides] == ["the flood in Ostby", "the wheat harvest"]
    flood, harvest = told(brief)
    assert len(flood) == 2
    assert harvest == list(HARVEST)
    shown = ["".join(text for text, _ in line) for line in brief_lines(brief)]
    assert shown[0] == "the flood in Ostby"
    assert "the wheat harvest" in shown
    assert [line[:3] for line in shown if line.startswith("[")] == ["[1]", "[2]", "[3]", "[4]"]


def test_what_people_say_is_taken_from_where_they_say_it(ostby):
    brief = ostby.brief("How are people reacting to the flood in Ostby?")
    assert told(brief) == [["People in Ostby praise the firefighters after the flood of the Orle."]]


def test_nothing_is_told_of_what_the_library_does_not_have(ostby):
    brief = ostby.brief("the chess championship in Kuala Lumpur")
    assert brief.citations == ()
    assert brief_lines(brief) == [[("Nothing in the library is about this.", "yellow")]]
    assert ostby.brief("the flood in Ostby").citations != ()


@pytest.mark.parametrize(
    ("subject", "count", "message"),
    [(" ", 5, "the subject is empty"), ("Ostby", 0, "not 0"), ("Ostby", 21, "1 to 20 sentences")],
)
def test_what_cannot_be_asked_for(ostby, subject, count, message):
    with pytest.raises(UsageError, match=message):
        ostby.brief(subject, sentences=count)


def test_a_broad_question_is_answered_with_a_brief(ostby):
    answer = ostby.ask("Tell me about the flood in Ostby")
    assert (answer.status, answer.answers) == (AnswerStatus.ANSWERED, ())
    assert answer.brief is not None
    assert answer.citations == answer.brief.citations
    assert answer.brief.subject == "the flood in Ostby"
    shown = "\n".join("".join(text for text, _ in line) for line in answer_lines(answer))
    assert answer.citations[0].quote in shown
    assert answer_from_json(answer_to_json(answer)).brief == brief_from_json(
        brief_to_json(answer.brief)
    )
    assert brief_from_json(brief_to_json(answer.brief)).citations == answer.citations


def test_a_follow_up_goes_on_from_a_brief(ostby):
    first = ostby.brief("the flood in Ostby")
    turn = brief_answer("Summarise the flood in Ostby", (), first)
    assert complete("When was it?", [turn]) == "When was the flood in Ostby?"
    both = brief_answer("Compare Ostby and Norby", (), first)
    assert complete("When was it?", [both]) is None
