"""Answered, possible, declined: what each shows, and that none looks like another."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assistant.answering.asked import Question
from assistant.answering.declining import missing, nearest
from assistant.assistant import Assistant
from assistant.cli import run
from assistant.library import Library
from assistant.output.json import answer_from_json, answer_to_json
from assistant.output.text import answer_lines, missing_words
from assistant.reading.reader import SentenceReader
from assistant.types import AnswerStatus, Missing, ReadSpan, Section, Tier, UnanswerableReason
from tests.assistant.answering.test_answers import OneLibrary, answer, hit_of, make_article
from tests.assistant.fakes import HashEncoder

TEXT = "The ferry carried 35 guests and 12 dogs. It left Norwick at noon.\n\nAnna Lind steered it."


class WordsReader:
    """Finds these words, with these probabilities, wherever they stand first."""

    id = "fake/words/1"
    threshold = 0.5
    possible_threshold = 0.2

    def __init__(self, **found):
        self.found = found

    def prepare(self):
        pass

    def read(self, question, hits, *, cancelled=None):
        spans = []
        for word, probability in self.found.items():
            for at, hit in enumerate(hits):
                start = hit.passage.text.find(word)
                if start >= 0:
                    start += hit.passage.start
                    end = start + len(word)
                    spans.append(ReadSpan(at, start, end, word, 1.0, 0.0, probability))
                    break
        return sorted(spans, key=lambda span: -span.probability)


@pytest.fixture
def opened(tmp_path):
    """An assistant over the text, with a reader that finds what it is told to."""
    (tmp_path / "ferry.txt").write_text(TEXT, "utf-8")
    made = []

    def open_with(**found):
        library = Library(tmp_path / "library", model_id=HashEncoder.id, dim=HashEncoder.dim)
        pq = Assistant(library, HashEncoder(), reader=WordsReader(**found))
        pq.add([tmp_path / "ferry.txt"])
        made.append(pq)
        return pq

    yield open_with
    for pq in made:
        pq.close()


def said(found):
    return "\n".join("".join(text for text, _ in line) for line in answer_lines(found))


@pytest.mark.parametrize(
    ("probability", "tier", "reason"),
    [
        (0.9, Tier.ANSWERED, None),
        (0.5, Tier.ANSWERED, None),
        (0.49, Tier.POSSIBLE, UnanswerableReason.LOW_CONFIDENCE),
        (0.2, Tier.POSSIBLE, UnanswerableReason.LOW_CONFIDENCE),
        (0.19, Tier.DECLINED, UnanswerableReason.NO_SPAN),
    ],
)
def test_the_tier_is_told_by_the_readers_own_thresholds(opened, probability, tier, reason):
    found = opened(noon=probability).ask("When did the ferry leave Norwick?")
    assert (found.tier, found.reason) == (tier, reason)
    assert (found.status is AnswerStatus.ANSWERED) is (tier is Tier.ANSWERED)
    assert bool(found.answers) is (tier is Tier.ANSWERED)
    assert bool(found.nearest) is (tier is Tier.DECLINED)
    assert found.confidence == probability


def test_every_answer_has_its_candidates_with_their_places(opened):
    pq = opened(Norwick=0.9, noon=0.3, Anna=0.1, dogs=0.05)
    found = pq.ask("Where did the ferry leave?")
    assert [(c.text, c.probability) for c in found.candidates] == [
        ("Norwick", 0.9),
        ("noon", 0.3),
        ("Anna", 0.1),
        ("dogs", 0.05),
    ]
    for candidate in found.candidates:
        citation = candidate.citation
        text = pq.article(citation.article_id).text
        assert text[citation.start : citation.end] == candidate.text


def test_a_value_is_one_candidate_unless_there_are_few():
    article = make_article("It had 35 men.", "Thirty-five men came.", "35 men spoke.", "Not 9.")
    hits = [hit_of(article, at, at + 1) for at in range(4)]
    spans = [
        ReadSpan(at, p.start, p.end - 1, "", 1.0, 0.0, 0.4 - at / 10)
        for at, p in enumerate(article.paragraphs)
    ]
    found = answer(
        "How many?",
        hits,
        spans,
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert len(found.candidates) >= 3
    assert [c.probability for c in found.candidates] == sorted(
        (c.probability for c in found.candidates), reverse=True
    )


def test_another_value_of_the_same_sentence_is_not_said_too():
    article = make_article("The ferry carried 35 guests and 12 dogs.", "It carried 40 guests.")
    hits = [hit_of(article, 0), hit_of(article, 1, 2)]
    text = article.text
    spans = [
        ReadSpan(at, text.index(word), text.index(word) + 2, word, 1.0, 0.0, probability)
        for at, word, probability in ((0, "35", 0.9), (0, "12", 0.8), (1, "40", 0.7))
    ]
    found = answer(
        "How many did it carry?",
        hits,
        spans,
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert [group.text for group in found.answers] == ["35", "40"]
    assert [candidate.text for candidate in found.candidates] == ["35", "12", "40"]


def test_a_possible_answer_does_not_look_like_an_answer(opened):
    found = opened(Norwick=0.4, noon=0.3).ask("Where did the ferry leave?")
    lines = said(found).splitlines()
    assert lines[0] == "Not sure: Norwick"
    assert lines[1] == "████░░░░░░ uncertain (40%)"
    assert "It left Norwick at noon." in lines[3]
    assert lines[-2:] == ["It may also be:", f"[2] noon (30%) · {lines[4].removeprefix('[1] ')}"]


def test_strict_gives_answers_only(opened):
    pq = opened(Norwick=0.4)
    found = pq.ask("Where did the ferry leave?", strict=True)
    assert (found.tier, found.reason) == (Tier.DECLINED, UnanswerableReason.LOW_CONFIDENCE)
    assert said(found).startswith("The articles don't say: there is a possible answer")
    assert found.nearest
    assert found.candidates[0].text == "Norwick"


def test_json_carries_the_tier_and_comes_back(opened):
    pq = opened(Norwick=0.4, noon=0.3, Anna=0.1)
    for strict in (False, True):
        found = pq.ask("Where did the ferry leave?", strict=strict)
        form = json.loads(json.dumps(answer_to_json(found)))
        assert form["tier"] == found.tier.value
        assert len(form["candidates"]) == 3
        assert {"text", "probability", "citation"} <= form["candidates"][0].keys()
        back = answer_from_json(form)
        assert replace(back, timings_ms={}) == replace(found, timings_ms={})


def test_answers_that_were_kept_before_there_were_tiers_are_read(opened):
    form = answer_to_json(opened(Norwick=0.9).ask("Where did the ferry leave?"))
    for name in ("tier", "candidates", "nearest", "missing"):
        del form[name]
    assert answer_from_json(form).tier is Tier.ANSWERED


def test_the_sentence_that_comes_closest_is_marked(opened):
    found = opened().ask("It left Norwick at noon?")
    assert found.tier is Tier.DECLINED
    marked = next(c for c in found.nearest if c.quote == "It left Norwick at noon.")
    assert found.passages[marked.hit_index].passage.text.endswith(marked.quote)
    assert len({citation.hit_index for citation in found.nearest}) == len(found.nearest) == 2


def test_a_byline_is_not_near():
    article = make_article("By Anna Lind", "The ferry sank.")
    hits = [hit_of(article, 0), hit_of(article, 1, 2)]
    found = nearest(
        "Who wrote it?", hits, library=OneLibrary(article), reader=SentenceReader(HashEncoder())
    )
    assert [citation.quote for citation in found] == ["The ferry sank."]


@pytest.mark.parametrize(
    ("question", "asked", "lacks", "told"),
    [
        (
            "How old is Anna Lind?",
            "How old",
            Missing((), ("Anna Lind",), (), "How old"),
            "“Anna Lind” is there, but no passage found says how old",
        ),
        (
            "How old is Karl Brandt?",
            "How old",
            Missing(("Karl Brandt",), (), (), "How old"),
            "nothing in the library mentions “Karl Brandt”",
        ),
        (
            "Did Anna Lind meet Karl Brandt?",
            "",
            Missing(("Karl Brandt",), ("Anna Lind",), (), ""),
            "nothing in the library mentions “Karl Brandt”; “Anna Lind” is there",
        ),
        (
            "What cargo did the ferry with the guests have?",
            "",
            Missing((), (), ("cargo",), ""),
            "no passage found has “cargo”, though some are about this",
        ),
    ],
)
def test_what_is_missing_is_told_in_plain_words(question, asked, lacks, told):
    hit = hit_of(make_article("The ferry carried guests. Anna Lind steered it."))
    found = missing(Question(question, phrase=asked), [hit], find=lambda name: [])
    assert found == lacks
    declined = answer(
        question, [hit], [], library=OneLibrary(), threshold=0.5, possible_threshold=0.2
    )
    shown = replace(declined, missing=found, reason=UnanswerableReason.NO_SPAN)
    assert missing_words(shown) == told


def test_a_name_that_stands_elsewhere_in_the_library_is_not_missing():
    near, far = make_article("The ferry sank."), make_article("Karl Brandt swam.", name="b")
    found = missing(
        Question("Did Karl Brandt swim?"), [hit_of(near)], find=lambda name: [hit_of(far)]
    )
    assert found.absent == ()


def test_only_an_answer_ends_with_0(call):
    """On the seeds, with the bundled reader: codes as they were before there were tiers."""
    code, out, _ = call("ask", "--json", "How many countries took part in the Paris summit?")
    assert (code, json.loads(out)["tier"]) == (0, "answered")
    code, out, _ = call("ask", "--strict", "--json", "What is the boiling point of water?")
    assert (code, json.loads(out)["tier"]) == (1, "declined")
    assert len(json.loads(out)["candidates"]) >= 3
    assert run(["ask", "--strict"]) == 2


def test_a_headline_or_a_question_of_the_articles_own_is_no_answer():
    article = make_article(
        "Ferry sinks off Norwick", "Who steered the Norwick ferry?", "Anna Lind."
    )
    hits = [hit_of(article, at, at + 1) for at in range(3)]
    title = replace(hits[0].passage, section=Section.HEADLINE)
    hits[0] = replace(hits[0], passage=title)
    text = article.text
    spans = [
        ReadSpan(at, text.index(piece), text.index(piece) + len(piece), piece, 1.0, 0.0, p)
        for at, piece, p in (
            (0, "Ferry sinks off Norwick", 0.9),
            (1, "the Norwick ferry", 0.8),
            (2, "Anna Lind", 0.6),
        )
    ]
    found = answer(
        "What about the Norwick ferry?",
        hits,
        spans,
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert [candidate.text for candidate in found.candidates] == ["Anna Lind"]
    assert [group.text for group in found.answers] == ["Anna Lind"]


@pytest.mark.parametrize(
    ("question", "sentence", "shown"),
    [
        (
            "When was the bridge opened?",
            "The bridge was to have been opened in May, but it was put off.",
            "The bridge was to have been opened in May, but it was put off.",
        ),
        ("When would have been the opening?", "The opening would have been in May.", "May"),
        ("When was the bridge opened?", "The bridge was opened in May.", "May"),
        (
            "Wann wurde die Brücke eröffnet?",
            "Die Brücke hätte im May eröffnet werden sollen.",
            "Die Brücke hätte im May eröffnet werden sollen.",
        ),
    ],
)
def test_what_was_only_planned_is_given_with_its_sentence(question, sentence, shown):
    article = make_article(sentence)
    start = sentence.index("May")
    found = answer(
        question,
        [hit_of(article)],
        [ReadSpan(0, start, start + 3, "May", 1.0, 0.0, 0.9)],
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    citation = found.answers[0].citations[0]
    assert found.answers[0].text == citation.quote == shown
    assert article.text[citation.start : citation.end] == shown
