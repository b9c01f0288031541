from __future__ import annotations

import time
from dataclasses import replace

import pytest

from assistant.answering.followups import complete
from assistant.language.pronouns import contradicts, is_impersonal
from assistant.language.times import at_another_time
from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Hit,
    Passage,
    Section,
    UnanswerableReason,
)


def turn(question, answer=None, asked_as=None, reason=None):
    groups = (AnswerGroup(answer, 0.9, ()),) if answer else ()
    status = AnswerStatus.ANSWERED if answer else AnswerStatus.UNANSWERABLE
    return Answer(question, status, reason, 0.9, groups, (), (), {}, asked_as)


@pytest.mark.parametrize(
    ("before", "question", "has"),
    [
        (turn("What is the Paris Declaration?"), "Who signed it?", "Paris Declaration"),
        (turn("Where was the Berlin summit held?"), "When?", "Berlin summit"),
        (
            turn("Who is the Swedish prime minister?", "Ulf Kristersson"),
            "What did he say?",
            "Ulf Kristersson",
        ),
        (turn("What will Sweden contribute?"), "What about Germany?", "Germany"),
        (
            turn("What is the Coalition of the Willing?"),
            "And who leads it?",
            "Coalition of the Willing",
        ),
    ],
)
def test_follow_ups_take_their_subject_from_the_turn_before(before, question, has):
    completed = complete(question, [before])
    assert completed is not None
    assert has in completed


@pytest.mark.parametrize(
    ("before", "question", "completed"),
    [
        (
            "What did Merz say about Ukraine?",
            "And about the costs?",
            "What did Merz say about the costs?",
        ),
        ("What has Anna Lind said", "on ferries", "What has Anna Lind said on ferries?"),
        ("ماذا قال ماكرون عن القوات؟", "وعن الضمانات؟", "ماذا قال ماكرون عن الضمانات؟"),
        (
            "What did Merz say about Ukraine?",
            "What else did he say?",
            "What else did Merz say?",
        ),
        ("What did the ministry say about Ukraine?", "What else did he say?", None),
        ("What did Merz say about the treaty?", "When was it signed?", None),
        # Another subject, or another speaker: that cannot be told.
        ("What did Merz say about Ukraine?", "What about Macron?", None),
        (
            "What did Merz say about Ukraine?",
            "And about his plans?",
            "What did Merz say about Merz’s plans?",
        ),
        ("What did the ministry say about Ukraine?", "And about his plans?", None),
        ("What did Merz say?", "What else?", "What else did Merz say?"),
        (
            "What did Merz say about Ukraine?",
            "and anything else?",
            "What else did Merz say about Ukraine?",
        ),
        ("What else did Merz say?", "Anything more?", "What else did Merz say?"),
        ("ماذا قال ميرتس عن أوكرانيا؟", "وماذا أيضا؟", "ماذا قال ميرتس عن أوكرانيا أيضا؟"),
        ("Who is Merz?", "Anything else?", None),
        # Questions of their own, and in another language.
        ("What did Merz say?", "On what day was the hearing?", None),
        ("What did Merz say?", "About how many people came?", None),
        ("What did Merz say?", "On the other hand, trains are late.", None),
        ("What did Merz say?", "On Monday, was it cold?", None),
        (
            "What did Merz say about Ukraine?",
            "and about the man who was shot?",
            "What did Merz say about the man who was shot?",
        ),
        ("What did Merz say about Ukraine?", "وعن روسيا؟", None),
        ("ماذا قال ميرتس عن أوكرانيا؟", "and about Russia?", None),
        ("ماذا قال ميرتس؟", "عن من؟", None),
        ("ماذا قال ميرتس؟", "عن ماذا؟", None),
        ("What is the Paris Declaration about?", "And about Ukraine?", None),
    ],
)
def test_what_the_same_speaker_said_about_something_else(before, question, completed):
    assert complete(question, [turn(before, "“We agree.”")]) == completed


@pytest.mark.parametrize(
    "question",
    [
        "How many countries had representatives at the Paris summit?",
        "What is the boiling point of water?",
        "Did Zelenskyy say that he would hold a referendum?",
        "Is there a contact line in Ukraine?",
        "What did the Latvian prime minister say about her cooperation with Finland?",
        "Which Chinese officials attended the Paris summit?",
        "When do defence ministers meet in Brussels?",
        "كم عدد المظليين الأمريكيين الذين غادروا القاعدة؟",
    ],
)
def test_questions_that_stand_alone_are_never_rewritten(question):
    assert (
        complete(question, [turn("Who signed the Paris Declaration?", "Emmanuel Macron")]) is None
    )


def test_nothing_is_completed_without_a_turn_before():
    assert complete("When?", []) is None


PAIRS = [
    ("What is the Paris Declaration?", "What does it provide for?", "Coalition of the Willing"),
    ("Who is Friedrich Merz?", "And what did he not rule out?", "Coalition of the Willing"),
    (
        "What is the Coalition of the Willing?",
        "Where was its 15th summit?",
        "Coalition of the Willing",
    ),
    (
        "How many countries took part in the Paris summit?",
        "When did it take place?",
        "Coalition of the Willing",
    ),
    (
        "What role does the United States play?",
        "How will it monitor the peace?",
        "Coalition of the Willing",
    ),
    ("What does Volodymyr Zelenskyy propose?", "When?", "Following recent Berlin talks"),
    (
        "What does Evika Silina say?",
        "Where was it discussed with eight countries?",
        "In the shadow",
    ),
    (
        "What is Sweden prepared to contribute?",
        "And who says that it carries risks?",
        "Sweden is prepared",
    ),
    (
        "What did leaders sign in Paris?",
        "And who signed the declaration of intent?",
        "In Paris, leaders",
    ),
    ("كم مظلي أمريكي غادر القاعدة؟", "متى؟", "غادر 1500"),
]
"""A question, what is asked after it, and the article that answers the second."""
MIN_RIGHT = 8


def test_follow_ups_find_the_right_article(seeds):
    wrong = []
    for first, then, title in PAIRS:
        answer = seeds.ask(then, history=[seeds.ask(first)])
        cited = [c.title for g in answer.answers[:1] for c in g.citations]
        nearest = [hit.passage.title for hit in answer.passages[:1]]
        if not any(found.startswith(title) for found in cited or nearest):
            wrong.append((then, answer.asked_as, cited or nearest))
    assert len(PAIRS) - len(wrong) >= MIN_RIGHT, wrong


def test_a_person_who_is_asked_about_stays_the_subject():
    before = turn("Who is Friedrich Merz?", "Chancellor")
    assert complete("What did he say?", [before]) == "What did Friedrich Merz say?"


def test_an_event_keeps_its_noun():
    before = turn("How many countries took part in the Paris summit?", "35")
    assert complete("When did it take place?", [before]) == "When did the Paris summit take place?"


def test_an_arabic_question_word_is_exchanged():
    before = turn("كم مظلي غادر القاعدة؟", "1500")
    assert complete("متى؟", [before]) == "متى مظلي غادر القاعدة؟"


def test_an_arabic_question_word_is_not_put_before_an_english_question():
    assert complete("متى؟", [turn("Where was the Berlin summit held?", "Berlin")]) is None


@pytest.mark.parametrize(
    ("asked", "answer", "question", "completed"),
    [
        ("How much aid was promised?", "€10", "and who promised it?", "Who promised the aid?"),
        (
            "How much aid was promised to Valencia?",
            "€10",
            "and who promised it?",
            "Who promised the aid?",
        ),
        (
            "When was Orbitas founded?",
            "2011",
            "What about its headquarters?",
            "What about Orbitas’ headquarters?",
        ),
        ("When was the study published?", "3 June", "Who wrote it?", "Who wrote the study?"),
        (
            "Who designed the Aswan bridge?",
            "Ana Ruiz",
            "When was it opened?",
            "When was the Aswan bridge opened?",
        ),
        (
            "What role does the United States play?",
            None,
            "Will it help?",
            "Will the United States help?",
        ),
        (
            "How many soldiers will Germany send?",
            "5",
            "When will they leave?",
            "When will the soldiers leave?",
        ),
        ("What is photosynthesis?", "x", "How does it work?", "How does photosynthesis work?"),
        (
            "What is Zelenskyy's plan?",
            "x",
            "When was it proposed?",
            "When was Zelenskyy's plan proposed?",
        ),
    ],
)
def test_a_pronoun_is_what_the_question_before_asked_of(asked, answer, question, completed):
    assert complete(question, [turn(asked, answer)]) == completed


@pytest.mark.parametrize(
    ("asked", "answer", "question", "completed"),
    [
        (
            "Did Carlos Mazón resign?",
            "He rejected calls to resign",
            "What did he tell parliament?",
            "What did Carlos Mazón tell parliament?",
        ),
        ("Did he resign?", "He rejected calls to resign", "What did he tell parliament?", None),
        ("Who refused?", "He", "What did he say?", None),
        ("Anything else?", "x", "and about him?", None),
        ("Who refused?", "The president of Valencia", "What did he say?", None),
        ("Who refused?", "Dr. Anita Rao", "What did she say?", "What did Dr. Anita Rao say?"),
        (
            "Where did Liisa Korhonen work before?",
            "Nokia",
            "When did she leave?",
            "When did Liisa Korhonen leave?",
        ),
        ("What did Merz say in Brussels?", "x", "Why did he say that?", "Why did Merz say that?"),
        ("Where was the Berlin summit held?", "Berlin", "What did he say?", None),
        ("What did the German chancellor say?", "x", "When was he elected?", None),
        ("Who signed the Paris Declaration?", "Emmanuel Macron", "What did they agree?", None),
    ],
)
def test_he_and_she_are_only_ever_a_name(asked, answer, question, completed):
    assert complete(question, [turn(asked, answer)]) == completed


@pytest.mark.parametrize(
    ("asked", "question", "completed"),
    [
        ("Where was Orbitas founded?", "when?", "When was Orbitas founded?"),
        ("Did Merz resign?", "When exactly?", "When did Merz resign?"),
        ("Who signed the Paris Declaration?", "When?", "When was the Paris Declaration signed?"),
        ("How many people are missing?", "Where?", "Where are people missing?"),
        (
            "How many soldiers will Germany send to Ukraine?",
            "When?",
            "When will Germany send soldiers to Ukraine?",
        ),
        (
            "How many countries took part in the Paris summit?",
            "When?",
            "When was the Paris summit?",
        ),
        ("Who was pelted with mud?", "When?", None),
        ("Who is the mayor of Paiporta?", "When?", None),
        ("What is the Paris Declaration?", "Why?", None),
        ("When was the declaration signed?", "Who?", None),
        ("Did Merz resign?", "Why not?", None),
    ],
)
def test_a_bare_question_word_makes_a_question_or_nothing(asked, question, completed):
    assert complete(question, [turn(asked, "x")]) == completed


@pytest.mark.parametrize(
    ("asked", "question", "completed"),
    [
        ("How many people are missing?", "and how many died?", None),
        (
            "How many died in the Valencia floods?",
            "and how many are missing?",
            "How many are missing in the Valencia floods?",
        ),
        ("How many died in Valencia?", "What about the missing?", None),
        ("How many American soldiers left?", "What about Germany?", None),
        ("Did Merz rule out deployments in Ukraine?", "What about Macron?", None),
        (
            "Where was the Berlin summit held?",
            "What about Paris?",
            "Where was the Paris summit held?",
        ),
    ],
)
def test_what_goes_on_from_a_question_fits_it_or_stays_as_it_is(asked, question, completed):
    assert complete(question, [turn(asked, "78")]) == completed


@pytest.mark.parametrize("question", ["Why?", "What did he say?", "And who signed it?"])
@pytest.mark.parametrize(
    "before",
    [
        turn("thanks"),
        turn("Thanks Anna", "Anna"),
        turn("Who is Anna Schmidt?", reason=UnanswerableReason.NOTHING_RELEVANT),
    ],
)
def test_thanks_and_what_the_library_is_not_about_are_not_gone_on_from(before, question):
    assert complete(question, [before]) is None


def test_a_follow_up_that_was_left_as_it_is_is_looked_past():
    history = [
        turn("How many arches has the bridge of Arta?", "7"),
        turn("And what about its rivers?", "x"),
    ]
    completed = complete("When was it built?", history)
    assert completed == "When was the bridge of Arta built?"
    assert complete("When was it built?", history[1:]) is None


@pytest.mark.parametrize(
    ("question", "asked_as"),
    [
        ("what about germany?", "What will Germany contribute?"),
        ("and how about friedrich merz?", "What will Friedrich Merz contribute?"),
        ("what about money?", None),  # no name in what was read
        ("what about atlantis?", None),
    ],
)
def test_a_name_typed_small_is_one_that_the_articles_have(seeds, question, asked_as):
    before = seeds.ask("What will Sweden contribute?")
    before = replace(before, passages=tuple(seeds.search("Germany Friedrich Merz", k=10)))
    assert complete(question, [before]) == asked_as


def test_a_fragment_is_no_question_to_put_another_name_in():
    assert complete("And Reyes?", [turn("How much did it cost Petrova?"), turn("And his?")]) is None


@pytest.mark.parametrize(
    ("asked", "then", "completed"),
    [
        ("How many tourists came in 2018?", "and in 2019?", "How many tourists came in 2019?"),
        ("How many tourists came in 2018?", "What about 2019?", "How many tourists came in 2019?"),
        (
            "How many tourists came in 2018?",
            "And before 2010?",
            "How many tourists came before 2010?",
        ),
        ("How high was inflation in June?", "and in May?", "How high was inflation in May?"),
        ("How high was inflation in June?", "what about May?", "How high was inflation in May?"),
        ("How high was inflation in June 2024?", "And in May?", "How high was inflation in May?"),
        ("How high was inflation?", "and in May 2024?", "How high was inflation in May 2024?"),
        ("How high was inflation", "And in 2019", "How high was inflation in 2019?"),
        ("Who won on Sunday?", "and on Monday?", "Who won on Monday?"),
        ("Who won on Sunday?", "how about Monday?", "Who won on Monday?"),
        ("Who won on 3 May 2024?", "and on 4 May?", "Who won on 4 May?"),
        ("In 2018, who led the party?", "and in 2019?", "In 2019, who led the party?"),
        ("كم سائحا جاء في 2018؟", "وفي 2019؟", "كم سائحا جاء في 2019؟"),
        # Neither a name nor a verb is a month, and no number a year.
        ("How many people may march?", "and in 2019?", "How many people may march in 2019?"),
        ("Where did they march?", "and in May?", "Where did they march in May?"),
        ("What did May say?", "And in June?", "What did May say in June?"),
        (
            "What did Prime Minister May say about Brexit?",
            "and in 2019?",
            "What did Prime Minister May say about Brexit in 2019?",
        ),
        ("Who won the 2018 World Cup?", "and in 2022?", "Who won the 2022 World Cup?"),
        ("Who won the 2018 election?", "and in 2022?", "Who won the 2022 election?"),
        (
            "How many people earned 2000 dollars?",
            "and in 2019?",
            "How many people earned 2000 dollars in 2019?",
        ),
        ("How many were sold at $1900?", "and in 2019?", "How many were sold at $1900 in 2019?"),
        ("Tell me what he said in 2018.", "and in 2019?", "Tell me what he said in 2019."),
        ("Tell me what he said.", "and in 2019?", "Tell me what he said in 2019."),
        ("How many tourists came?", "Since 2010?", "How many tourists came since 2010?"),
        ("How many tourists came in 2018?", "Before 2010?", "How many tourists came before 2010?"),
        ("How high was inflation in june?", "and in may?", "How high was inflation in May?"),
        ("كم سائحا جاء في 2018؟", "وماذا عن 2019؟", "كم سائحا جاء في 2019؟"),
        ("كم سائحا جاء عام 2018؟", "وفي عام 2019؟", "كم سائحا جاء في عام 2019؟"),
    ],
)
def test_another_time(asked, then, completed):
    assert complete(then, [turn(asked)]) == completed


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        ("How many died from 2010 to 2015?", "and in 2018?"),
        ("How many died between 2010 and 2015?", "and in 2018?"),
        ("How many tourists came in 2018 and 2019?", "and in 2020?"),
        ("Who won last Monday?", "and on Tuesday?"),
        ("What did the 2018 report say?", "and in 2019?"),
        ("كم سائحا جاء يوم الاثنين؟", "وفي 2019؟"),
        ("How high was June inflation?", "and in July?"),
        ("Who won the World Cup 2018?", "and in 2022?"),
        ("Which of those held in 2018 were freed in 2019?", "and in 2020?"),
        ("", "and in 2020?"),
        ("?", "and in 2020?"),
        ("When was the dam renovated?", "and in 1974?"),  # a time is what was asked for
        ("In what year was the dam built?", "and in 1974?"),
        ("Who succeeded Cameron?", "What about May?"),
        ("How many tourists came in 2018?", "and in 2019 to Rome?"),
    ],
)
def test_what_is_no_other_time(asked, then):
    assert complete(then, [turn(asked)]) in (None, "Who succeeded May?")
    assert at_another_time(asked, then) is None


def read(*texts):
    return tuple(
        Hit(Passage(at, "a", at, 0, len(text), text, Section.BODY, "en", "t"), 1.0)
        for at, text in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("Is it true that Anna Lind left the council?", None),
        ("Is it possible that the vote is repeated?", None),
        ("Is it known whether the mayor will resign?", None),
        ("Is it raining in Ostby?", None),
        ("Did it rain in Ostby?", None),
        ("How cold is it in Ostby?", None),
        ("Will it be hot on Sunday?", None),
        ("Would it be possible to postpone the vote?", None),
        ("Has it been snowing?", None),
        ("Is it likely to rain tomorrow?", None),
        ("Is it important to vote early?", None),
        ("Is it expected that the dam will break?", None),
        ("Was it the minister who ordered this?", None),
        ("How long does it take to reach Ostby?", None),
        ("Is it true that he resigned?", "Is it true that Anna Lind resigned?"),
    ],
)
def test_it_may_stand_for_nothing(question, completed):
    assert complete(question, [turn("When did Anna Lind resign?", "On Monday")]) == completed


@pytest.mark.parametrize(
    ("asked", "question", "completed"),
    [
        ("the Arta bridge", "How far is it from Volos?", "How far is the Arta bridge from Volos?"),
        (
            "the Arta bridge",
            "Is it safe to cross by car?",
            "Is the Arta bridge safe to cross by car?",
        ),
        ("the Arta bridge", "Is it the one that fell?", "Is the Arta bridge the one that fell?"),
        (
            "the Norwick pool",
            "How warm is it in winter?",
            "How warm is the Norwick pool in winter?",
        ),
        ("the Norwick pool", "How warm is it in May?", "How warm is the Norwick pool in May?"),
        ("the Norwick pool", "How hot is it?", "How hot is the Norwick pool?"),
        ("the Norwick pool", "Is it warm?", "Is the Norwick pool warm?"),
        ("the Orlan report", "Was it true?", "Was the Orlan report true?"),
        ("the Orlan report", "Is it possible to read?", None),
        ("the Orlan report", "Is it true Merz resigned?", None),
        ("the Orlan report", "Is it clear why he resigned?", "Is it clear why he resigned?"),
        ("the Orlan report", "How far is it from Volos to Arta?", None),
        ("the Orlan report", "Will it rain tomorrow?", None),
    ],
)
def test_it_stands_for_nothing_only_where_nothing_else_is_said(asked, question, completed):
    found = complete(question, [turn(f"What is {asked}?", "x")])
    assert found == (None if completed == question else completed)


def test_what_a_report_said_may_be_true():
    assert not is_impersonal("Was it true?", 4)


def test_it_may_be_who_acts():
    for asked in ("say that the dam is safe", "freeze the accounts", "take steps to mend the dam"):
        before = turn("What did the ministry do?", "x")
        assert complete(f"Did it {asked}?", [before]) == f"Did the ministry {asked}?"


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("Is it known for its hospital?", "Is the Ostby bridge known for its hospital?"),
        ("Is it likely to be rebuilt?", "Is the Ostby bridge likely to be rebuilt?"),
        ("Is it easy to cross?", "Is the Ostby bridge easy to cross?"),
        ("Is it going to be rebuilt?", "Is the Ostby bridge going to be rebuilt?"),
        ("How long is it?", "How long is the Ostby bridge?"),
        ("Where is it?", "Where is the Ostby bridge?"),
        ("How much did it cost?", "How much did the Ostby bridge cost?"),
    ],
)
def test_it_may_stand_for_what_was_asked_about(question, completed):
    assert complete(question, [turn("When was the Ostby bridge built?", "1894")]) == completed


@pytest.mark.parametrize(
    ("asked", "question", "completed"),
    [
        ("Who is Susan Kim?", "And Daniel Kim?", "Who is Daniel Kim?"),
        (
            "What did Paul Harding say about the warning?",
            "And Steve Harding?",
            "What did Steve Harding say about the warning?",
        ),
        ("How old is Anna Lind?", "but Robert Lang", "How old is Robert Lang?"),
        ("Where was the Berlin summit held?", "And Paris?", "Where was the Paris summit held?"),
        ("What did Merz say about Ukraine?", "And Macron?", None),  # another subject or speaker
        ("How many people died in Ostby?", "And Daniel Kim?", None),
        ("How many people died in Ostby?", "And New York?", "How many people died in New York?"),
        ("How many people died in Ostby?", "And Karlsund?", "How many people died in Karlsund?"),
        ("What did the mayor say?", "And Robert Lang?", None),
        ("Who is Susan Kim?", "And Daniel Kim won?", None),
        ("How old is Anna Lind?", "And hers?", None),
        ("How old is Anna Lind?", "And his?", None),
        ("How old is Anna Lind?", "What about hers?", None),
        ("How old is Anna Lind?", "And her?", None),
        ("How old is Anna Lind?", "And her husband?", "Anna Lind’s husband?"),
        ("How old is Anna Lind?", "Where is she?", "Where is Anna Lind?"),
    ],
)
def test_a_connective_and_little_more(asked, question, completed):
    assert complete(question, [turn(asked, "44")]) == completed


@pytest.mark.parametrize(
    "place",
    ["Rio de Janeiro", "Tel Aviv", "Kuala Lumpur", "Sri Lanka", "Hong Kong", "Buenos Aires", "Costa Rica",
     "Phnom Penh", "Addis Ababa", "Gaza Strip"],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["And", "What about"])
def test_a_place_of_several_words_is_no_person(opening, place):
    completed = complete(f"{opening} {place}?", [turn("How many people died in Oslo?", "3")])
    assert completed == f"How many people died in {place}?"


@pytest.mark.parametrize(
    "question", ["But Who?", "And I?", "And OK?", "And Then?", "And Which?", "But Why Oslo?"]
)
def test_a_word_that_names_nobody(question):
    assert complete(question, [turn("How old is Anna Lind?", "44")]) is None


def test_a_question_word_after_and_may_be_written_large():
    before = turn("Where was Orbitas founded?", "Oslo")
    assert complete("And When?", [before]) == "When was Orbitas founded?"


@pytest.mark.parametrize(
    ("text", "asked_of"),
    [
        ("Sean Doyle and Liam Doyle were charged.", "Liam Doyle"),
        ("Sean Doyle and his brother Liam were charged.", "Liam"),
        ("Liam Doyle and Liam Berg were charged.", "Liam"),
        ("Liam Berg was charged.", "Liam"),
    ],
)
def test_a_forename_takes_the_surname_that_the_articles_give_it(text, asked_of):
    before = replace(turn("When did Sean Doyle plead guilty?", "Monday"), passages=read(text))
    assert complete("And Liam?", [before]) == f"When did {asked_of} plead guilty?"


def test_a_place_is_nobody():
    assert complete("What did he say?", [turn("Is it raining in Ostby?", "Yes")]) is None


LIND = "Anna Lind"


@pytest.mark.parametrize(
    ("asked", "answer", "text", "pronoun", "is_meant"),
    [
        ("Who won?", LIND, "Anna Lind won. Mrs Lind was glad.", "he", False),
        ("Who won?", LIND, "Anna Lind won. Mrs Lind was glad.", "she", True),
        ("Who won?", LIND, "Anna Lind won.", "he", True),
        (
            "Who won?",
            LIND,
            "“Thank you,” Anna Lind, 44, told voters. She plans to rest.",
            "he",
            False,
        ),
        ("Who won?", LIND, "Ole Berg congratulated his sister, Anna Lind.", "he", False),
        ("Who won?", LIND, "Anna Lind said so. “I won,” she said.", "he", False),
        (
            "Who won?",
            LIND,
            "“I won,” said lead rower Anna Lind. She said it was hard.",
            "he",
            False,
        ),
        # The pronoun may be another's.
        ("Who won?", LIND, "Ole Berg said that Anna Lind won. He said it was easy.", "she", True),
        ("Who won?", LIND, "Berg met Anna Lind. He said it was easy.", "she", True),
        ("Who won?", LIND, "Anna Lind told Ole Berg so. He said it was good.", "she", True),
        ("Who won?", LIND, "Mr Lind cheered. Anna Lind won.", "she", True),
        ("Who won?", LIND, "Mr Lind, Per Lind, cheered. Anna Lind won.", "she", True),
        ("Who won?", "Lind", "Mr Per Lind cheered. Anna Lind won.", "she", True),
        ("When did Marcus Reyes lose?", "x", "King Marcus Reyes lost.", "she", False),
        ("Who is the queen of Norland?", LIND, "Anna Lind reigns.", "he", False),
        ("Who is the queen’s new doctor?", LIND, "Anna Lind heals.", "he", True),
    ],
)
def test_he_is_no_woman_and_she_is_no_man(asked, answer, text, pronoun, is_meant):
    before = replace(turn(asked, answer), passages=read(text))
    completed = complete(f"What did {pronoun} say?", [before])
    meant = "Marcus Reyes" if "Reyes" in asked else answer
    assert completed == (f"What did {meant} say?" if is_meant else None)


@pytest.mark.parametrize(
    "text",
    [
        "With her brother, Anna Holm founded it.",
        "With her brother, Anna Holm, 44, founded it.",
        "After her son, Anna Holm won too.",
        "She thanked the king, Anna Holm said.",
        "The actor Anna Holm won.",
        "The chairman Anna Holm spoke.",
        "Anna Holm won. Mr Holm was calm.",
    ],
)
def test_a_man_beside_her_makes_no_man_of_her(text):
    assert not contradicts("she", "Anna Holm", "Who won?", [text])


def test_a_title_or_kin_tells_still():
    for text in (
        "He met his brother, Per Holm.",
        "His brother, Per Holm, won.",
        "Mr Per Holm won.",
    ):
        assert contradicts("she", "Per Holm", "Who won?", [text])


def test_nobody_is_nobody():
    assert not contradicts("she", "", "Who won?", ["Anna Holm won."])
    assert not contradicts("she", " ", "Who won?", ["Anna Holm won."])


@pytest.mark.parametrize("row", ['"', "Holm, ", "Mr Holm, ", "“", "Anna Holm ", ', "', "Holm. "])
def test_rows_take_no_time(row):
    started = time.process_time()
    contradicts("she", "Anna Holm", "Who won?", ["Anna Holm won. " + row * 8000])
    assert time.process_time() - started < 2
