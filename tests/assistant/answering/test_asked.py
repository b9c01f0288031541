from __future__ import annotations

import numpy as np
import pytest

from assistant.answering.asked import asked_of, is_turned
from assistant.answering.rulings import with_rulings, without_refuted
from assistant.output.text import answer_lines
from assistant.reading.reader import SentenceReader
from assistant.types import QuestionKind, ReadSpan, Says, Tier
from tests.assistant.answering.test_answers import OneLibrary, answer, hit_of, make_article
from tests.assistant.fakes import HashEncoder


@pytest.mark.parametrize(
    ("question", "kind", "phrase"),
    [
        ("Who steered the ferry?", QuestionKind.WHO, "Who"),
        ("Tell me who steered the ferry.", QuestionKind.WHO, "who"),
        ("How many dogs were there?", QuestionKind.COUNT, "How many"),
        ("How much does breakfast cost?", QuestionKind.MONEY, "How much"),
        ("How much snow fell?", QuestionKind.AMOUNT, "How much"),
        ("What percentage of voters stayed at home?", QuestionKind.SHARE, "What percentage"),
        ("How long was he jailed?", QuestionKind.DURATION, "How long"),
        ("How many years was he sentenced to?", QuestionKind.DURATION, "How many years"),
        ("How old is Anna Lind?", QuestionKind.AGE, "How old"),
        ("In which year did it open?", QuestionKind.WHEN, "In which year"),
        ("Why did it sink?", QuestionKind.WHY, "Why"),
        ("How did it sink?", QuestionKind.HOW, "How"),
        ("List the members of the board", QuestionKind.LIST, "List"),
        ("What did Merz say about Ukraine?", QuestionKind.STATEMENT, ""),
        ("Did Merz rule out deployments?", QuestionKind.YES_NO, ""),
        ("acme ceo pay 2019", QuestionKind.KEYWORDS, ""),
        ("What sank?", QuestionKind.OTHER, ""),
        ("Tell me about the Paris summit", QuestionKind.OTHER, ""),
        ("wer ist der schwedische Ministerpräsident", QuestionKind.WHO, "wer"),
        ("Was hat die Regierung beschlossen?", QuestionKind.OTHER, ""),
        ("Was the ferry on time?", QuestionKind.YES_NO, ""),
        ("Hat die Fähre Norwick verlassen?", QuestionKind.YES_NO, ""),
        ("Combien de pays ont signé ?", QuestionKind.COUNT, "Combien de"),
        ("متى يجتمع وزراء الدفاع؟", QuestionKind.WHEN, "متى"),
        ("هل استبعد ميرتس نشر قوات؟", QuestionKind.YES_NO, ""),
        ("كم عدد الدول المشاركة؟", QuestionKind.COUNT, "كم عدد"),
    ],
)
def test_kinds_of_question(question, kind, phrase):
    found = asked_of(question)
    assert (found.kind, found.phrase) == (kind, phrase)


def test_an_order_is_left_out_only_before_a_question():
    assert asked_of("Please tell me when it sank").text == "when it sank"
    assert asked_of("Tell me about the Paris summit").text == "Tell me about the Paris summit"


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Did Merz rule out deployments?", "Merz rule out deployments"),
        ("Is the bridge open?", "the bridge is open"),
        ("Will Anna Lind steer it?", "Anna Lind will steer it"),
        ("Has the Coalition of the Willing met?", "the Coalition of the Willing has met"),
        ("Will it rain in Norwick?", "it will rain in Norwick"),
        ("Is it true that the ferry sank?", "the ferry sank"),
        ("Hat Merz Einsätze ausgeschlossen?", "Merz Einsätze hat ausgeschlossen"),
        ("هل استبعد ميرتس نشر قوات؟", "استبعد ميرتس نشر قوات"),
        ("Who sank?", ""),
    ],
)
def test_a_yes_or_no_question_is_turned_into_a_statement(question, statement):
    """Order of words is not always right: the network reads the same words."""
    assert asked_of(question).statement == statement


@pytest.mark.parametrize(
    ("question", "given", "fits"),
    [
        ("How much does breakfast cost?", "12 percent", False),
        ("How much does breakfast cost?", "three years", False),
        ("How much does breakfast cost?", "€12", True),
        ("How much does breakfast cost?", "12 crowns", True),
        ("What percentage stayed at home?", "$12 million", False),
        ("What percentage stayed at home?", "12%", True),
        ("How long was he jailed?", "$5,000", False),
        ("How long was he jailed?", "14 months", True),
        ("How many dogs were there?", "$12", False),
        ("How many dogs were there?", "12 dogs", True),
        ("Who paid?", "€12", False),
        ("Who paid?", "Karl Brandt, 40", True),
        ("When did it sink?", "after the storm", True),
        ("What sank?", "12%", True),
    ],
)
def test_an_answer_is_of_the_type_that_is_asked_for(question, given, fits):
    assert asked_of(question).fits(given) is fits


def test_a_span_of_another_type_is_no_answer():
    article = make_article("He was fined $500 and jailed for 14 months.")
    text = article.text
    spans = [
        ReadSpan(0, text.index(piece), text.index(piece) + len(piece), piece, 1.0, 0.0, p)
        for piece, p in (("$500", 0.9), ("14 months", 0.6))
    ]
    found = answer(
        "How long was he jailed?",
        [hit_of(article)],
        spans,
        library=OneLibrary(article),
        threshold=0.5,
        possible_threshold=0.2,
    )
    assert [group.text for group in found.answers] == ["14 months"]


class FixedJudge:
    """Gives each sentence the verdict of the first of these words that it has."""

    def __init__(self, **verdicts):
        self.verdicts = verdicts
        self.claims = []

    def judge(self, pairs, *, cancelled=None):
        self.claims += [claim for claim, _ in pairs]
        return np.array(
            [
                next((v for word, v in self.verdicts.items() if word in text), (0.0, 0.0, 1.0))
                for _, text in pairs
            ]
        )


def ruled(judge, *texts, question="Did Merz rule out deployments?"):
    article = make_article(*texts)
    hits = [hit_of(article, at, at + 1) for at in range(len(texts))]
    spans = with_rulings(
        asked_of(question),
        hits,
        [],
        judge=judge,
        sentences=SentenceReader(HashEncoder()),
        threshold=0.2,
    )
    return answer(
        question, hits, spans, library=OneLibrary(article), threshold=0.5, possible_threshold=0.2
    )


def first_lines(found):
    return ["".join(text for text, _ in line) for line in answer_lines(found)]


def test_yes_is_led_by_the_sentence_that_settles_it():
    judge = FixedJudge(ruled=(0.9, 0.05, 0.05))
    found = ruled(judge, "It rained. Merz ruled them out.", "He smiled.")
    assert (found.tier, found.says, found.answers[0].says) == (Tier.ANSWERED, Says.YES, Says.YES)
    lines = first_lines(found)
    assert lines[0] == "Yes: Merz ruled them out."
    assert lines[2].startswith("[1] A title · body · paragraph 1")
    assert set(judge.claims) == {"Merz rule out deployments"}


def test_no_and_possible():
    judge = FixedJudge(never=(0.0, 0.3, 0.7))
    found = ruled(judge, "Merz never did.")
    assert (found.tier, found.says, found.candidates[0].says) == (Tier.POSSIBLE, None, Says.NO)
    assert first_lines(found)[0] == "Not sure, perhaps no: Merz never did."


def test_disputed_shows_both():
    judge = FixedJudge(ruled=(0.9, 0.05, 0.05), never=(0.0, 0.8, 0.2))
    found = ruled(judge, "Merz ruled them out.", "Merz never did.")
    assert found.says is Says.DISPUTED
    lines = first_lines(found)
    assert lines[:2] == ["Disputed", "Yes: Merz ruled them out."]
    assert "No: Merz never did." in lines


def test_what_is_merely_possible_disputes_nothing():
    judge = FixedJudge(ruled=(0.9, 0.05, 0.05), never=(0.0, 0.4, 0.6))
    assert ruled(judge, "Merz ruled them out.", "Merz never did.").says is Says.YES


def test_other_questions_are_not_judged():
    judge = FixedJudge(ruled=(0.9, 0.05, 0.05))
    assert ruled(judge, "Merz ruled them out.", question="Who ruled them out?").says is None
    assert judge.claims == []


@pytest.mark.parametrize(
    ("question", "given", "stated"),
    [
        ("Where are tickets sold?", "at the pier", "tickets are sold at the pier"),
        ("When does ferry 7 run?", "Sundays", "ferry 7 run Sundays"),
        ("What is the lift for?", "freight", "the lift is for freight"),
        ("Who was the prize given to?", "Ada Lind", "the prize was given to Ada Lind"),
        ("What caused the fire?", "a candle", "a candle caused the fire"),
        ("Tell me who won.", "Anna Lind", "Anna Lind won"),
    ],
)
def test_question_and_answer_are_one_statement(question, given, stated):
    assert asked_of(question).stated(given) == stated


def test_an_answer_that_its_sentence_refutes_is_withheld():
    article = make_article("Tickets are no longer sold at the pier.", "They are sold on board.")
    text = article.text
    spans = [
        ReadSpan(at, text.index(piece), text.index(piece) + len(piece), piece, 1.0, 0.0, p)
        for at, piece, p in ((0, "at the pier", 0.9), (1, "on board", 0.6))
    ]
    judge = FixedJudge(longer=(0.1, 0.6, 0.3))
    kept = without_refuted(
        asked_of("Where are tickets sold?"),
        [hit_of(article, 0), hit_of(article, 1, 2)],
        spans,
        judge=judge,
        threshold=0.2,
    )
    assert [span.text for span in kept] == ["on board"]
    assert judge.claims == ["tickets are sold at the pier"]


def test_only_what_may_be_shown_is_laid_beside_its_sentence():
    article = make_article("Tickets are no longer sold at the pier.")
    start = article.text.index("at the pier")
    span = ReadSpan(0, start, start + 11, "at the pier", 1.0, 0.0, 0.1)
    judge = FixedJudge(longer=(0.1, 0.6, 0.3))
    kept = without_refuted(
        asked_of("Where are tickets sold?"), [hit_of(article)], [span], judge=judge, threshold=0.2
    )
    assert (kept, judge.claims) == ([span], [])


@pytest.mark.parametrize(
    ("sentence", "piece", "turned"),
    [
        ("Brandt refused to sell the mill to Moe.", "Moe", True),
        ("Brandt sold the mill to Moe.", "Moe", False),
        ("The fire was not caused by the heater; it was caused by a candle.", "heater", True),
        ("The fire was not caused by the heater; it was caused by a candle.", "candle", False),
        ("He didn’t pay 5 crowns.", "5", True),
        ("Ferry 7 does not run on Sundays.", "Sundays", True),
        ("Er zahlte nicht an Lind, sondern an Hell.", "Lind", True),
        ("Er zahlte nicht an Lind, sondern an Hell.", "Hell", False),
        ("رفض براندت بيع المطحنة إلى مو.", "مو", True),
        ("استبعد براندت بيع المطحنة إلى مو.", "مو", True),
        ("Brandt ruled a sale out, to Moe too.", "Moe", True),
        ("Brandt disputed the claim that he paid Moe.", "Moe", True),
        ("Brandt lehnte den Verkauf an Moe ab.", "Moe", True),
        ("Brandt descartó la venta a Moe.", "Moe", True),
    ],
)
def test_a_clause_may_be_turned_by_a_word_in_it(sentence, piece, turned):
    assert is_turned(sentence, sentence.index(piece)) is turned
