"""What someone said, by who is said to say it."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

import pytest

from assistant.answering.asked_statements import about_another_topic, asked_statement
from assistant.answering.statements import MAX_QUOTATIONS, NEAR_TOPIC, QUOTED, TOLD, statements_of
from assistant.assistant import Assistant
from assistant.library import Library
from assistant.output.text import answer_lines
from assistant.tui.palette import palette_for
from assistant.tui.text import answer_parts
from assistant.types import AnswerStatus, ReadSpan, Span
from embeddings.sentences import sentence_spans
from tests.assistant.fakes import DIM, HashEncoder

ARTICLE = (
    "Anna Lind visited the harbour of Aswan on Monday. “The harbour must grow before the winter,” Lind said. "
    "She called the old bridge a “national shame”. The mayor of Aswan said the bridge would be closed.\n\n"
    "Lind told reporters that the ferry pays for itself. Bo Berg, her deputy, said the same of trains. "
    "The harbour opened in 1923.\n\n"
    "The ministry said it viewed the harbour's growth as “another measure” against the treaty."
)


class SilentReader:
    """Finds nothing."""

    id = "fake/silent"
    threshold = 0.4
    possible_threshold = 0.15

    def prepare(self):
        pass

    def read(self, question, hits, *, cancelled=None):
        return []


@contextmanager
def opened(folder, text, reader):
    source = folder / "article.jsonl"
    source.write_text(json.dumps({"title": "A harbour", "text": text}), "utf-8")
    library = Library(folder / "library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder(), reader=reader) as assistant:
        assistant.add([source])
        yield assistant


@pytest.fixture(scope="module")
def pq(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("said"), ARTICLE, SilentReader()) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("What did Merz say?", "Merz", set()),
        ("and what did Chancellor Merz say about Ukraine?", "Chancellor Merz", {"ukrai"}),
        (
            "What has Anna Lind told the press about harbours at night?",
            "Anna Lind",
            {"harbo", "night"},
        ),
        ("What does the ministry say on its treaty", "the ministry", {"treat"}),
        ("Tell me what Merz said about trains", "Merz", {"train"}),
        ("ماذا قال ماكرون عن القوات؟", "ماكرون", {"قوات"}),
        ("What did  the United\tStates   say about trains?", "the United States", {"train"}),
        ("What did the Secretary of State say about trains?", "the Secretary of State", {"train"}),
        ("What did the state of Ohio say about trains?", "the state of Ohio", {"train"}),
        ("What did the state say about trains?", "the state", {"train"}),
        ("What was Merz saying about trains?", "Merz", {"train"}),
        ("What does Merz have to say about trains?", "Merz", {"train"}),
        ("What did Merz state on trains?", "Merz", {"train"}),
        ("What did Merz actually say about trains?", "Merz", {"train"}),
        ("What did Will Smith say?", "Will Smith", set()),
        ("What did Merz tell Macron about trains?", "Merz", {"train"}),
        ("What did Merz say yesterday about trains?", "Merz", {"train"}),
        ("What's Merz saying about trains?", "Merz", {"train"}),
        ("What did Merz say about trains? I need quotes.", "Merz", {"train"}),
        ("Tell me what else Merz said", "Merz", set()),
        ("ماذا قال ميرتس أمس عن القوات؟", "ميرتس", {"قوات"}),
        ("ماذا قالت وزيرة الدفاع؟", "وزيرة الدفاع", set()),
    ],
)
def test_a_question_for_what_someone_said(question, speaker, topic):
    asked = asked_statement(question)
    assert asked is not None
    assert asked.speaker == speaker
    assert topic <= asked.topic


@pytest.mark.parametrize(
    "question",
    [
        "What did they say the cause was?",
        "What did she say?",
        "Who said that the harbour must grow?",
        "When did Merz say that?",
        "What do the articles say about Ukraine?",
        "What is the harbour called?",
        "What is said about the harbour?",
        "What has been said about the harbour?",
        "What would Lind say about it?",
        "متى قال ماكرون ذلك؟",
        "What is the capital of the United States?",
        "What is the state of the union?",
        "What does the state do?",
        "What are the tell-tale signs?",
        "What did Lind not say about trains?",
        "What did neither Lind nor Berg say?",
        "What year did Lind say?",
        "How did Trump react to what Merz said about Ukraine?",
        "Does it matter what Merz said?",
        "What caused the fire officials said?",
        "What didn't Merz say?",
        "What did nobody say?",
        "What does this say about Germany?",
        "ماذا قال عنه؟",
        "وماذا قال عن الميزانية؟",
        "ماذا قال بشأن الميزانية؟",
    ],
)
def test_another_question(question):
    assert asked_statement(question) is None


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What did Lind say regarding trains?", {"train"}),
        ("What did Lind say before the winter?", {"winte"}),
        ("What did Lind say in response to his trains?", {"train"}),
        ("What did Lind say when asked about trains?", {"train"}),
        ("ماذا قال ميرتس بشأن غزة؟", {"غزة"}),
    ],
)
def test_what_links_is_not_the_subject(question, topic):
    asked = asked_statement(question)
    assert asked is not None
    assert asked.topic == topic


@pytest.mark.parametrize(
    "question",
    [
        "what" + " " * 50_000 + "did x",
        "What did " + "x " * 20_000 + "?x",
        "What did " + "x" + " ?" * 20_000 + "x",
    ],
    ids=["blanks", "words", "marks"],
)
def test_endless_questions_take_no_time(question):
    assert asked_statement(question) is None
    assert about_another_topic("What did Merz say?", question) is None


def found(pq, question):
    answer = pq.ask(question)
    return [(group.text, group.confidence) for group in answer.answers]


def test_quotations_and_what_is_told_of_a_speaker(pq):
    assert found(pq, "What did Lind say?") == [
        ("“The harbour must grow before the winter,”", QUOTED),
        ("the ferry pays for itself", TOLD),
    ]


def test_the_subject_decides_which(pq):
    assert found(pq, "What did Anna Lind say about the ferry?")[0] == (
        "the ferry pays for itself",
        TOLD,
    )
    # His own sentence has no word of the question's subject, the one before it has.
    near = found(pq, "What did Bo Berg say about the ferry?")
    assert near == [("the same of trains", NEAR_TOPIC)]


def test_what_else_is_more_than_was_shown(pq):
    first = pq.ask("What did Anna Lind say about the winter?")
    assert [group.text for group in first.answers] == ["“The harbour must grow before the winter,”"]
    more = pq.ask("What else did she say?", history=[first])
    assert more.asked_as == "What else did Anna Lind say?"
    assert [group.text for group in more.answers] == ["the ferry pays for itself"]
    last = pq.ask("What else did she say?", history=[first, more])
    assert last.status is AnswerStatus.UNANSWERABLE
    # Asked anew it is answered anew.
    again = pq.ask("What did Anna Lind say about the winter?", history=[first, more])
    assert again.answers == first.answers


def test_several_speakers_are_each_looked_for(pq):
    texts = [text for text, _ in found(pq, "What did Anna Lind and Bo Berg say?")]
    assert texts == [
        "“The harbour must grow before the winter,”",
        "the ferry pays for itself",
        "the same of trains",
    ]


@pytest.mark.parametrize(
    ("speaker", "sentence", "said"),
    [
        ("Rudolph", "Rudolph's supporters said that he had no choice.", []),
        ("Ford", "Friends of Ford said that he was ill.", []),
        ("the army", "A spokesman for the army said that it was ready.", ["it was ready."]),
        ("Garrett", "Garrett responded by hitting him on the head.", []),
        ("Garrett", "Garrett was late. He said that it rained.", ["He said that it rained."]),
        ("Garrett", "Garrett was late. It rained hard, he said.", ["It rained hard, he said."]),
        ("Garrett", "Garrett's lawyer said that it rained.", []),
        ("Garrett's lawyer", "Garrett said that it rained.", []),
        ("Garrett", "The wife of Garrett said that it rained.", []),
        ("the wife of Garrett", "The wife of Garrett said that it rained hard.", ["it rained hard."]),
        ("Garrett", "The man who investigated Garrett said that it rained.", []),
        ("Lindsey Graham", "Julie Graham came. Graham said that it rained.", []),
        ("Julie Graham", "Julie Graham came. Graham said that it rained hard.", ["it rained hard."]),
        ("the Russian army", "The Ukrainian army said that it rained.", []),
        ("منى سالم", "قال أحمد سالم إن الأمر انتهى الآن.", []),
        ("الوزير", "قال محامي الوزير إن الأمر انتهى الآن.", []),
        # The reporting clause is no part of what is told.
        ("Garrett", "Garrett said Friday in Warsaw that it rained hard.", ["it rained hard."]),
        ("Garrett", "Garrett said on Nov. 18 that it rained hard.", ["it rained hard."]),
        ("Garrett", "Garrett told the committee he tried it.", ["Garrett told the committee he tried it."]),
        ("Garrett", "Garrett testified Friday for hours.", []),
        ("Garrett", "Garrett said on Friday it rained.", ["Garrett said on Friday it rained."]),
        ("Garrett", "Garrett said this idea is that it rained.", ["this idea is that it rained."]),
        ("ميرتس", "قال ميرتس أمس في برلين إن الأمر انتهى الآن.", ["الأمر انتهى الآن."]),
        ("Garrett", "Garrett declared independence in November.", ["Garrett declared independence in November."]),
        ("Garrett", "Garrett announced it will be independent.", ["it will be independent."]),
        ("Garrett", "In his essay “Socialism and Christianity”, Garrett claimed it rained hard.", ["it rained hard."]),
        ("Merz", "Merz said decisions that hurt people are wrong.", ["decisions that hurt people are wrong."]),
        ("Merz", "Merz said last week's plan that failed was dead.", ["last week's plan that failed was dead."]),
        ("Merz", "Merz said Julia Holm knew that it was over now.", ["Julia Holm knew that it was over now."]),
        ("Merz", "Merz said in a statement that it was over.", ["it was over."]),
        ("Merz", "Merz and Macron said that it was over.", ["it was over."]),
        ("ترامب", "قال ترامب الثلاثاء إنه سيرد على الهجوم.", ["سيرد على الهجوم."]),
        ("ميرتس", "بحسب ميرتس، الخطة انتهت تماما.", ["الخطة انتهت تماما."]),
        ("Garrett", "Garrett called the trip “cold, wet and long” and left in May.", ["called the trip “cold, wet and long”"]),
        ("Garrett", "“It rained hard,” Garrett wrote in his letter. “It was so cold.”", ["“It rained hard,”", "“It was so cold.”"]),
        ("Garrett", "Garrett warned in March of high water.", ["Garrett warned in March of high water."]),
        ("Garrett", "Garrett announced on Friday plans for ferries.", ["Garrett announced on Friday plans for ferries."]),
        ("Garrett", "The report that Garrett denied was late in May.", []),
        ("Garrett", "Garrett said, without going into it, that it rained hard.", ["it rained hard."]),
        # When, where and how are no statement.
        ("Garrett", "Garrett conceded early on Sunday.", []),
        ("Garrett", "Garrett replied briefly in the evening.", []),
        ("Garrett", "Garrett was late. He responded two days later.", []),
        ("Garrett", "Garrett spoke. She came. He testified quietly before the court.", []),
        ("Garrett", "Garrett told reporters in the harbour.", []),
        ("Garrett", "The ferry sank at noon, Garrett said late on Monday.", ["The ferry sank at noon"]),
        ("Garrett", "The ferry will sink, Garrett announced, down from the hill.", ["The ferry will sink, Garrett announced, down from the hill."]),
        ("Garrett", "Garrett reported nearly 40 lost ferries.", ["Garrett reported nearly 40 lost ferries."]),
        ("Garrett", "Garrett conceded defeat on Monday.", ["Garrett conceded defeat on Monday."]),
        ("Garrett", "Garrett said on Monday the ferry sank.", ["Garrett said on Monday the ferry sank."]),
        ("Garrett", "Garrett argued for lower taxes.", ["Garrett argued for lower taxes."]),
        ("Garrett", "Garrett believes in slow ferries.", ["Garrett believes in slow ferries."]),
        # What stands after when and where he said it is a statement, whatever its verb.
        ("Garrett", "Garrett said on Monday that rents rose.", ["rents rose."]),
        ("Garrett", "Garrett told reporters in Oslo that rents rose.", ["rents rose."]),
        ("Garrett", "Garrett said on Friday that inflation fell to 3 percent.", ["inflation fell to 3 percent."]),
        ("Garrett", "Garrett said in Oslo on Monday that talks begin soon.", ["talks begin soon."]),
        ("Garrett", "Garrett praised Reed. He said on Monday rents rose.", ["He said on Monday rents rose."]),
        ("Garrett", "Garrett said in Oslo rents rose.", ["Garrett said in Oslo rents rose."]),
        ("Garrett", "Garrett said on Monday prices double soon.", ["Garrett said on Monday prices double soon."]),
        ("Garrett", "Garrett replied in the fall.", []),
        ("Garrett", "Garrett replied on Monday night in Oslo.", []),
        ("Joanna Reid", "The driver, Joanna Reid, 45, was suspended. “I saw nothing,” she said.", ["“I saw nothing,”"]),
        ("ليلى زيدان", "وقالت رئيسة الجمعية، ليلى زيدان، إن الأسعار ارتفعت كثيرا.", ["الأسعار ارتفعت كثيرا."]),
        ("رئيسة الجمعية", "وقالت رئيسة الجمعية، ليلى زيدان، إن الأسعار ارتفعت كثيرا.", ["الأسعار ارتفعت كثيرا."]),
        # Who did something said nothing by it.
        ("Garrett", "Garrett said it rained hard. The train left when he responded quickly.", ["it rained hard."]),
    ],
)  # fmt: skip
def test_what_a_speaker_said_in_a_text(speaker, sentence, said):
    spans = [Span(start, end) for start, end in sentence_spans(sentence)]
    found = [sentence[span.start : span.end] for span, _ in statements_of(speaker, sentence, spans)]
    assert found == said


def test_quotation_marks_are_paired_from_the_start_of_their_paragraph():
    text = '"It rained hard today," Garrett said. He left "the old town hall" early. "It was cold," Garrett said.'
    second = text.index("He left")
    start = text.index("the old")
    spans = [Span(second + a, second + b) for a, b in sentence_spans(text[second:])]
    # A passage that begins inside a quotation: its first mark closes.
    cut = [Span(start, spans[0].end), *spans[1:]]
    said = [text[span.start : span.end] for span, _ in statements_of("Garrett", text, cut)]
    assert said == ['"It was cold,"']


def test_statements_that_share_a_number_are_several(tmp_path):
    text = (
        "“The budget needs 5 billion euros now,” Bo Berg said. "
        "“Nobody has 5 billion euros to spare,” Bo Berg said."
    )
    with opened(tmp_path, text, SilentReader()) as assistant:
        assert [text for text, _ in found(assistant, "What did Bo Berg say?")] == [
            "“The budget needs 5 billion euros now,”",
            "“Nobody has 5 billion euros to spare,”",
        ]


class EagerReader(SilentReader):
    """Finds what Lind said, whoever is asked for."""

    def read(self, question, hits, *, cancelled=None):
        for index, hit in enumerate(hits):
            at = hit.passage.text.find("The harbour must")
            if at >= 0:
                start = hit.passage.start + at
                return [ReadSpan(index, start, start + 21, "The harbour must grow", 1.0, 0.0, 0.9)]
        return []


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("What did Carl Mott say about the harbour?", AnswerStatus.UNANSWERABLE),
        ("What did Lind's lawyer say about the harbour?", AnswerStatus.UNANSWERABLE),
        # She may be.
        ("What did the captain say about the harbour?", AnswerStatus.ANSWERED),
        ("What must grow?", AnswerStatus.ANSWERED),
    ],
)
def test_what_the_reader_finds_of_another_is_no_answer(tmp_path, question, status):
    with opened(tmp_path, ARTICLE, EagerReader()) as assistant:
        assert assistant.ask(question).status is status


def test_a_few_quoted_words_come_with_the_rest(pq):
    assert found(pq, "What did the ministry say about the treaty?") == [
        (
            "it viewed the harbour's growth as “another measure” against the treaty.",
            TOLD,
        )
    ]


@pytest.mark.parametrize(
    "question",
    [
        "What did Lind say about taxes?",  # nothing of it
        "What did Lind say about the winter festival of 1923?",  # 1923 is in the sentence after
        "What did Carl Mott say about the harbour?",  # not he
        "What did Macron say?",
    ],
)
def test_words_of_others_and_on_other_things_are_no_answer(pq, question):
    assert pq.ask(question).status is AnswerStatus.UNANSWERABLE


def test_a_statement_is_cited_with_its_speaker(pq):
    group = pq.ask("What did Lind say about winter?").answers[0]
    citation = group.citations[0]
    assert citation.speaker == "Lind"
    assert citation.sentence.endswith("Lind said.")
    assert citation.reader_score is None
    assert pq.article(citation.article_id).text[citation.start : citation.end] == group.text


def test_marks_are_not_doubled(pq):
    answer = pq.ask("What did Lind say about winter?")
    sentence = "“The harbour must grow before the winter,” Lind said."
    chat = "\n".join(part.text.plain for part in answer_parts(answer, palette_for(dark=True)))
    plain = "\n".join("".join(piece for piece, _ in line) for line in answer_lines(answer))
    for shown in (chat, plain):
        assert sentence in shown
        assert "““" not in shown
        assert f"{sentence}”" not in shown


def test_several_statements_are_not_called_values_that_differ(pq):
    answer = pq.ask("What did Lind say?")
    assert len(answer.answers) == 2
    shown = "\n".join(part.text.plain for part in answer_parts(answer, palette_for(dark=True)))
    assert "the ferry pays for itself" in shown
    assert "differ" not in shown


def test_across_scripts_by_the_sound_of_names(seeds):
    said = seeds.ask("ماذا قال ميرتس؟")
    assert any("We are not ruling anything out" in group.text for group in said.answers)
    assert seeds.ask("ماذا قال ميرتس عن الصين؟").status is AnswerStatus.UNANSWERABLE
    assert seeds.ask("ماذا قالت أنجيلا ميركل؟").status is AnswerStatus.UNANSWERABLE


def test_on_the_seeds(seeds):
    answer = seeds.ask("What did Merz say?")
    texts = [group.text for group in answer.answers]
    assert any("We are not ruling anything out in principle" in text for text in texts)
    assert any("registering forces for Ukraine" in text for text in texts)
    assert not any("bias" in text for text in texts)
    assert seeds.ask("What did Merz say about China?").status is AnswerStatus.UNANSWERABLE
    assert seeds.ask("What did Macron say about troops?").status is AnswerStatus.UNANSWERABLE


@pytest.mark.parametrize(
    ("speaker", "sentence", "said"),
    [
        ("Ana Holm", "Ana Holm denied having sold the ferry.", ["denied having sold the ferry."]),
        ("Holm", "Bo Holm, the owner, has repeatedly denied that he sold it.", ["denied that he sold it."]),
        ("Holm", "Holm was late but denied having sold the ferry.", ["denied having sold the ferry."]),
        ("officials", "Officials deny the ferry was sold.", ["deny the ferry was sold."]),
        ("Holm", "Holm rejected claims that the ferry had sunk.", ["rejected claims that the ferry had sunk."]),
        ("Holm", "Holm dismissed a newspaper report about the ferry.", ["dismissed a newspaper report about the ferry."]),
        ("Holm", "Holm disputed that the ferry was late.", ["disputed that the ferry was late."]),
        ("Holm", "Holm refuted the allegation of theft.", ["refuted the allegation of theft."]),
        ("Holm", "Holm denied that he was “a liar, a thief and a fool”.", ["denied that he was “a liar, a thief and a fool”."]),
        ("Holm", "Holm came. He denied it was “a cruel and stupid plan”.", ["He denied it was “a cruel and stupid plan”."]),
        ("Holm", "Holm denied the report: “We never sold the ferry.”", ["“We never sold the ferry.”"]),
        ("Holm", "Holm denied the sale, calling it “pure fantasy of his rivals”.", ["denied the sale, calling it “pure fantasy of his rivals”."]),
        # These are acts.
        ("the company", "The company rejected an offer of 9 million.", []),
        ("the guards", "The guards denied them entry to the hall.", []),
        ("Holm", "Ida Holm, who was fined, denies wrongdoing.", ["denies wrongdoing."]),
        ("Holm", "It was sold, a claim Ida Holm denied.", ["It was sold, a claim Ida Holm denied."]),
        ("Holm", "Holm did not deny that it was sold.", []),
        ("سالم", "قال سالم: «لم نبع شيئا». ونفى أن تكون العبارة قد بيعت.", ["«لم نبع شيئا»", "ونفى أن تكون العبارة قد بيعت."]),
        ("سالم", "ونفى المدير أحمد سالم أن تكون العبارة قد بيعت سرا.", ["ونفى المدير أحمد سالم أن تكون العبارة قد بيعت سرا."]),
        ("سالم", "المدير أحمد سالم ينفي أن العبارة بيعت سرا.", ["ينفي أن العبارة بيعت سرا."]),
        ("الوزارة", "أنكرت الوزارة أن العبارة بيعت سرا.", ["أنكرت الوزارة أن العبارة بيعت سرا."]),
    ],
)  # fmt: skip
def test_what_someone_denies_stands_with_the_denial(speaker, sentence, said):
    spans = [Span(start, end) for start, end in sentence_spans(sentence)]
    found = [sentence[span.start : span.end] for span, _ in statements_of(speaker, sentence, spans)]
    assert found == said


def test_the_answer_is_the_denial(tmp_path):
    text = "Ana Holm left the harbour early on Monday. Ana Holm denied having sold the old ferry."
    with opened(tmp_path, text, SilentReader()) as assistant:
        answers = found(assistant, "What did Ana Holm say?")
    assert answers == [("denied having sold the old ferry", TOLD)]


def test_what_his_wife_says_he_does_not(tmp_path):
    text = "Bo Lind bought the old ferry. His wife said the harbour must close. The harbour must grow, she said."
    with opened(tmp_path, text, EagerReader()) as assistant:
        asked = assistant.ask("What did Bo Lind say?")
    assert asked.status is AnswerStatus.UNANSWERABLE


def test_what_a_namesake_may_have_said_is_not_sure(tmp_path):
    text = (
        "Liam Doyle, 27, is one of four defendants. His brother, Sean Doyle, 31, pleaded guilty in June.\n\n"
        "“I drove because I thought he would kill me,” Doyle said."
    )
    with opened(tmp_path, text, SilentReader()) as assistant:
        said = "“I drove because I thought he would kill me,”"
        assert found(assistant, "What did Sean Doyle say?") == [(said, NEAR_TOPIC)]
        assert found(assistant, "What did Carl Doyle say?") == []
        assert found(assistant, "What did Doyle say?") == [(said, QUOTED)]


@pytest.mark.parametrize("row", ["Holm called x “y z w” ", "“y z w” said Holm "])
def test_a_sentence_of_nothing_but_quotations_takes_no_time(row):
    text = (row * 1200)[:20_000]
    started = time.perf_counter()
    found = list(statements_of("Holm", text, [Span(0, len(text))]))
    assert time.perf_counter() - started < 2
    assert 0 < len(found) <= MAX_QUOTATIONS


@pytest.mark.parametrize("row", ["He said “y z w it.” ", "“Y z w it.” "])
def test_a_paragraph_of_nothing_but_quotations_takes_no_time(row):
    text = (row * 1200)[:20_000]
    spans = [Span(start, end) for start, end in sentence_spans(text)]
    started = time.perf_counter()
    assert list(statements_of("Holm", text, spans)) == []
    assert time.perf_counter() - started < 4
