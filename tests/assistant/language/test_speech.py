"""Who says it: reported speech in English and Arabic, told from the outlet's own statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.language.speech import claimed_speakers, speaker_of
from assistant.library import Library
from assistant.output.checks import claim_lines
from assistant.output.text import answer_lines
from assistant.types import Attribution, QuoteStatus, Section, Span
from embeddings.sentences import sentence_spans
from tests.assistant.fakes import DIM, HashEncoder


def speaker_in(text: str, words: str) -> str | None:
    """Who says the ``words`` of ``text``."""
    at = text.index(words)
    start, end = next((a, b) for a, b in sentence_spans(text) if a <= at < b)
    return speaker_of(text, Span(start, end), at)


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("“We are ready,” Merz said on Tuesday.", "We are", "Merz"),
        ("Merz said that Germany is ready.", "Germany", "Merz"),
        ("The plant is safe, said a spokesman based in Oslo.", "safe", "a spokesman"),
        ("Until Monday Merz said the plant was safe.", "safe", "Merz"),
        ("بحسب ما نقلته وكالة رويترز، فإن الخطة انتهت تماما.", "الخطة", "وكالة رويترز"),
        (
            "وقالت رئيسة جمعية حماية المستهلك، ليلى زيدان، إن الأسعار ارتفعت.",
            "الأسعار",
            "رئيسة جمعية حماية المستهلك، ليلى زيدان",
        ),
        ("وقالت الوزيرة، في مؤتمر صحفي، إن الأسعار ارتفعت.", "الأسعار", "الوزيرة"),
        (
            "The driver, Joanna Reid, 45, was suspended. “I saw nothing,” she said.",
            "nothing",
            "Joanna Reid",
        ),
        ("It is ready, according to Chancellor Merz.", "ready", "Chancellor Merz"),
        ("According to the United Nations, 3 million fled.", "3 million", "the United Nations"),
        ("The ministry announced 300 new jobs.", "300", "The ministry"),
        (
            "A spokesman for the army denied it: “No one was hurt.”",
            "No",
            "A spokesman for the army",
        ),
        ("Police said two people were injured.", "two", "Police"),
        ("Macron arrived late. He said talks were useful.", "useful", "Macron"),
        ("“It was cold,” recalled Anna Lind, 34, a nurse.", "It was", "Anna Lind"),
        ("Analysts believe prices will fall.", "prices", "Analysts"),
        ("As reported by Reuters, the deal is off.", "the deal", "Reuters"),
        ("Skeptical opinions note heavy reliance on it.", "heavy", "Skeptical opinions"),
        ("Users on X say the price is too high.", "the price", "Users on X"),
        ("Trump's envoy Steve Witkoff told us it went well.", "it went", "Steve Witkoff"),
        ("The study, published in Nature, found that ice melts.", "ice", "The study"),
        ("I think, Smith wrote, that it is over.", "it is", "Smith"),
        ("Merz: “We are ready.”", "We are", "Merz"),
        ("The change comes after police said two people died.", "two", "police"),
        ("The wife of Orban said it rained.", "it rained", "The wife of Orban"),
        ("Anna Lind from the old part of Paris said it rained.", "it rained", "Anna Lind"),
        ("Mark Holm, 54, of Tyler said it rained.", "it rained", "Mark Holm"),
        (
            "A leading noble of Akbar's court, Aziz Koka, wrote it rained.",
            "it rained",
            "Aziz Koka",
        ),
        ("According to Albert del Rosario, it rained.", "it rained", "Albert del Rosario"),
        ("Anna Lind continued: “It rained.”", "It rained", "Anna Lind"),
        (
            "Prosecutor Iain Holm said he was cold and had “linked their fates” there, while Anna Lind said it rained.",
            "linked",
            "Prosecutor Iain Holm",
        ),
        ("Merz and Macron said it rained.", "it rained", "Merz and Macron"),
        ("“It rained,” said AirAsia boss Tony Holm.", "It rained", "AirAsia boss Tony Holm"),
        (
            "It rained, according to South Korea's Yonhap news agency.",
            "It rained",
            "South Korea's Yonhap news agency",
        ),
        ("According to Merz the army is late.", "is late", "Merz"),
        ("But Trump said it rained.", "it rained", "Trump"),
        ("In Washington Trump said it rained.", "it rained", "Trump"),
        ("In New York Trump said it rained.", "it rained", "Trump"),
        ("Germany, France and Britain said it rained.", "it rained", "Germany, France and Britain"),
        ("The judge said it rained.", "it rained", "The judge"),
        ("Her mother said it rained.", "it rained", "Her mother"),
        (
            "A source familiar with the matter said it rained.",
            "it rained",
            "A source familiar with the matter",
        ),
        (
            "People familiar with the talks said it rained.",
            "it rained",
            "People familiar with the talks",
        ),
        ("Merz's party said it rained.", "it rained", "Merz's party"),
        ("Merz wrote in a letter that it rained.", "it rained", "Merz"),
        (
            "Peter Holm, who is not her brother, said the government was late.",
            "was late",
            "Peter Holm",
        ),
        (
            "Peter Holm came. “Nobody will be left alone,” he told us. He added that it rained.",
            "it rained",
            "Peter Holm",
        ),
        (
            "Norland's energy minister, Karl Holm, left early. “We cannot sign,” he said.",
            "We cannot",
            "Norland's energy minister, Karl Holm",
        ),
        (
            "His deputy, Ingrid Holm, later apologised to the hosts and said it rained.",
            "it rained",
            "His deputy, Ingrid Holm",
        ),
        ("Police arrested two men and said it rained.", "it rained", "Police"),
        ("“It rained!” Trump wrote on Monday.", "It rained", "Trump"),
        ("“Why now?” Smith asked.", "Why", "Smith"),
        ("“It rained,” Trump told Fox News. “It was cold.”", "It was", "Trump"),
        ("“It rained,” Trump said when asked. “It was cold.” “And wet.”", "And wet", "Trump"),
        ("Merz, 69, a former lawyer, said it rained.", "it rained", "Merz"),
        ("Sen. Bernie Sanders, I-Vt., said it rained.", "it rained", "Sen. Bernie Sanders"),
        (
            "The Union's foreign policy chief, Kaja Kallas, said it rained.",
            "it rained",
            "foreign policy chief, Kaja Kallas",
        ),
        ("Meanwhile Trump said it rained.", "it rained", "Trump"),
        ("Bashar al-Assad said it rained.", "it rained", "Bashar al-Assad"),
        ("Abdel-Fattah el-Sissi said it rained.", "it rained", "Abdel-Fattah el-Sissi"),
        ("Łukasz Żal said it rained.", "it rained", "Łukasz Żal"),
        ("Rights groups say it rained.", "it rained", "Rights groups"),
        ("The agreement states that it rained.", "it rained", "The agreement"),
        ("Court documents show that it rained.", "it rained", "Court documents"),
        ("Police in London said it rained.", "it rained", "Police in London"),
        ("Officials in Kyiv say it rained.", "it rained", "Officials in Kyiv"),
        (
            "The Ministry of Defence in London said it rained.",
            "it rained",
            "The Ministry of Defence in London",
        ),
        ("Martin Luther King Jr. said it rained.", "it rained", "Martin Luther King Jr."),
        (
            "The mayor of Kharkiv, Ihor Holm, said it rained.",
            "it rained",
            "The mayor of Kharkiv, Ihor Holm",
        ),
        (
            "The head of the Red Cross in Syria, Bo Holm, told AFP it rained.",
            "it rained",
            "Bo Holm",
        ),
        (
            "The report by Amnesty International said it rained.",
            "it rained",
            "The report by Amnesty International",
        ),
        ("City boss Pep Holm: “It rained.”", "It rained", "City boss Pep Holm"),
        (
            "قال الأمين العام للأمم المتحدة أنطونيو غوتيريش إن الحرب مستمرة.",
            "الحرب",
            "الأمين العام للأمم المتحدة أنطونيو غوتيريش",
        ),
        (
            "قال وزير الخارجية المصري الدكتور بدر عبد العاطي إن الحرب مستمرة.",
            "الحرب",
            "وزير الخارجية المصري الدكتور بدر عبد العاطي",
        ),
        ("قال ترامب للصحفيين إنه سيرد.", "سيرد", "ترامب"),
        ("قال ترامب لقناة فوكس نيوز إنه سيرد.", "سيرد", "ترامب"),
        ("قال ترامب أمس الثلاثاء إنه سيرد.", "سيرد", "ترامب"),
        ("وحذّر غوتيريش من أن الحرب مستمرة.", "الحرب", "غوتيريش"),
        ("أشار نتنياهو إلى أن الحرب مستمرة.", "الحرب", "نتنياهو"),
        ("قتل 45 شخصا، حسبما أفادت وزارة الصحة.", "45", "وزارة الصحة"),
        ("أفاد مراسل الجزيرة بأن 45 شخصا قتلوا.", "45", "مراسل الجزيرة"),
        ("نتنياهو يقول إن الحرب مستمرة.", "الحرب", "نتنياهو"),
        ("رئيس الوزراء قال إن الحرب مستمرة.", "الحرب", "رئيس الوزراء"),
        ("ترامب: «سنرد على الهجوم»", "سنرد", "ترامب"),
        ('Lind said: "It rained." Holm replied: "Nobody cares."', "It rained", "Lind"),
        ('Lind said: "It rained." Holm replied: "Nobody cares."', "Nobody", "Holm"),
        ("Roger Gill states, “It rained.”", "It rained", "Roger Gill"),
        ("On Tuesday Merz said it rained.", "it rained", "Merz"),
        ("In March Merz said it rained.", "it rained", "Merz"),
        ("May said it rained.", "it rained", "May"),
        ("The head of the union said it rained.", "it rained", "The head of the union"),
        ("قال المستشار ميرتس إن ألمانيا مستعدة.", "ألمانيا", "المستشار ميرتس"),
        ("وأضاف الرئيس ماكرون: «لن نتراجع».", "لن", "الرئيس ماكرون"),
        ("وفقا لوزارة الدفاع غادر 1500 جندي القاعدة.", "1500", "وزارة الدفاع"),
        ("بحسب رويترز، وصل الوفد إلى باريس.", "وصل", "رويترز"),
        ("أعلنت الحكومة أن الانتخابات ستجري في مايو.", "الانتخابات", "الحكومة"),
        ("أكدت وزيرة الخارجية أن المحادثات مستمرة.", "المحادثات", "وزيرة الخارجية"),
    ],
)
def test_reported_speech(text: str, words: str, speaker: str) -> None:
    assert speaker_in(text, words) == speaker


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Leaders met on Tuesday. The talks took three hours.", "three"),
        ("The bridge opened in May.", "May"),
        ("Smith found the bag in the river.", "the bag"),
        ("She did not say whether the talks failed.", "failed"),
        ("The man who investigated Volker said it rained.", "it rained"),
        ("The chief who spoke to the staff on Monday said it rained.", "it rained"),
        ("Reports from Colorado and Los Angeles have claimed it rained.", "it rained"),
        ("A flight between Haneda Airport and Matsuyama said it rained.", "it rained"),
        ("The governor left Rio for Lisbon. Rio continued as the capital.", "the capital"),
        ("Stosur claimed her fourth title in May.", "title"),
        ("Neither Trump nor Biden said it rained.", "it rained"),
        ("Prices rose and said little in May.", "May"),
        ("Merz asked Macron to leave the room.", "leave"),
        ("Stoelker replied on the eleventh day.", "eleventh"),
        ("The French responded to the defeat by entering the war.", "the war"),
        ("Schubert also wrote his first song cycle in May.", "May"),
        ("Debate has continued this week about guns.", "guns"),
        ("The bridge closed and the mayor was sad, but nobody said so in May.", "May"),
        ("Trump said it rained. He sat in “the old town hall”.", "the old"),
        ("Trump said it rained. It was cold. “A sunny day.”", "A sunny"),
        ("While Hamas said it rained, Netanyahu left.", "Netanyahu left"),
        ("The first South Slavic states emerged in May.", "May"),
        ("A group of people said to be fans came in May.", "May"),
        ("His stated intention was to deliver letters.", "letters"),
        ("According to reports, the plane broke apart.", "report"),
        ("وصل الوفد إلى باريس يوم الثلاثاء.", "باريس"),
        ("Valencia floods: death toll rises to 222", "222"),
        ("Study: nap of 20 minutes improves memory in older adults", "20"),
        ("Live Updates: 12 people are missing", "12"),
        ("Aswan: new bridge cuts the journey to six minutes", "six"),
        ("Study: “naps help”", "naps"),
        ("Aswan: bridge cuts journey to six minutes\n\nThe mayor of Aswan said so.", "six"),
        ("Neutral posts on Merz's signals lack strong bias.", "strong"),
    ],
)
def test_own_statement(text: str, words: str) -> None:
    assert speaker_in(text, words) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We agree” (Merz)", "Merz"),
        ("“We agree” — Friedrich Merz", "Friedrich Merz"),
        ('"We agree." - Merz, 2025', "Merz"),
        ("«لن نتراجع» — ماكرون", "ماكرون"),
        ("Merz: “We agree”", "Merz"),
    ],
)
def test_claimed_speaker(text: str, speaker: str) -> None:
    assert speaker in [claim.speaker for claim in claimed_speakers(text)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Volker told the committee that he tried.", "he tried."),
        ("Merz told reporters: “We are ready.”", "“We are ready.”"),
        ("Merz told us it went well.", "it went well."),
        ("أشار نتنياهو إلى أن الحرب مستمرة الآن.", "الحرب مستمرة الآن."),
        ("Ford told some of his friends that his mother disapproved.", "his mother disapproved."),
        ("Merz said that we are ready.", "we are ready."),
        ("It rained hard in May, according to Merz, and it was cold.", "It rained hard in May"),
        ("On Monday, according to Merz, it rained.", "it rained."),
        ("According to Merz, chairman of the CDU, we are ready.", "we are ready."),
        (
            "According to Merz, the government of the day is late, and so are we.",
            "the government of the day is late, and so are we.",
        ),
    ],
)
def test_what_someone_is_told_begins_after_the_listener(text: str, said: str) -> None:
    assert [text[c.said_start : c.said_end] for c in claimed_speakers(text)] == [said]


def test_whoever_is_told_says_nothing() -> None:
    text = "Sonya Zoghlin, his attorney, told The Hill that he meant no harm."
    assert speaker_in(text, "he meant") != "The Hill"


@pytest.mark.parametrize(
    "text", ["Valencia floods: death toll rises to 222", "Study: nap of 20 minutes helps adults"]
)
def test_headline_claims_no_speaker(text: str) -> None:
    assert claimed_speakers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Merz: Ukraine needs 35 states\n\nIt needs them now, Merz said on Tuesday.",
        "Reporter: Is it ready?\n\nMerz: Ukraine needs 35 states.\n\nReporter: Why?\n\nMerz: It is so.",
    ],
)
def test_colon_after_one_who_speaks(text: str) -> None:
    assert speaker_in(text, "35") == "Merz"


@pytest.mark.parametrize(
    "text",
    [
        "Anna Lind " * 5_000,
        "the 'a " * 20_000,
        "Lind of the Lind " * 4_000,
        "A. " * 10_000,
        "A." * 10_000,
        "-" * 20_000,
        "it is" + "\n" * 30_000,
        "He said it was over. " * 400,
        "قال محمد " * 4_000,
        "Holm called it " * 5_000,
        "the report by the fire " * 5_000,
        "Holm denied the claim that, " * 2_500,
        "” said the company " * 5_000,
        "Holm denied it. " * 3_000,
        "Holm denied " * 4_000,
    ],
    ids=[
        "names",
        "marks",
        "links",
        "initials",
        "joined initials",
        "dashes",
        "lines",
        "pronouns",
        "arabic",
        "calls",
        "reports",
        "denials",
        "speakers",
        "short denials",
        "denials without an end",
    ],
)
def test_endless_rows_take_no_time(text: str) -> None:
    speaker_of(text, Span(0, len(text)), 3)
    claimed_speakers(text)


def test_a_question_before_is_nobody() -> None:
    text = "“Is it over?” a reporter asked. “No comment at all,” she replied."
    assert speaker_in(text, "No comment") is None


def test_answers_show_the_speaker(seeds: Assistant) -> None:
    answer = seeds.ask("What is Sweden prepared to contribute?")
    cited = [c for group in answer.answers for c in group.citations]
    assert any(c.speaker == "Ewa Skoog Haslum" for c in cited)
    shown = "\n".join("".join(piece for piece, _ in line) for line in answer_lines(answer))
    assert "according to Ewa Skoog Haslum" in shown


def test_checks_show_the_speaker(seeds: Assistant) -> None:
    report = seeds.check("Sweden is prepared to contribute Jas Gripen.")
    assert report.evidence[0].citation.speaker == "Ewa Skoog Haslum"
    shown = "\n".join("".join(piece for piece, _ in line) for line in claim_lines(report))
    assert "according to Ewa Skoog Haslum" in shown


def test_reactions_are_named_as_such(seeds: Assistant) -> None:
    report = seeds.check("Negative views criticize costs to German taxpayers.")
    citations = [evidence.citation for evidence in report.evidence]
    assert (Section.REACTIONS, "Negative views") in [(c.section, c.speaker) for c in citations]
    shown = "\n".join("".join(piece for piece, _ in line) for line in claim_lines(report))
    assert "reactions" in shown


def test_signed_quote(seeds: Assistant) -> None:
    right = seeds.verify("“We are not ruling anything out in principle” — Friedrich Merz")
    wrong = seeds.verify("“We are not ruling anything out in principle” (Macron)")
    assert right.status is wrong.status is QuoteStatus.EXACT
    assert right.attribution is Attribution.CONFIRMED
    assert wrong.attribution is Attribution.MISATTRIBUTED


def test_a_row_of_initials_is_read_in_no_time():
    text = "A. B. C. D. E. F. G. H. I. J. K. L. M. N. O. P. Q. R. S. T. U. V. W. X. Y. Z. " * 3
    assert speaker_in(text, "M. N.") is None
    assert claimed_speakers(text) == []


def test_initials_belong_to_a_name():
    assert speaker_in("“It is told,” J. R. R. Tolkien said.", "It is") == "J. R. R. Tolkien"


@pytest.mark.parametrize(
    ("sentence", "word", "speaker"),
    [
        (
            "The cost was put at 31 million by the town; the audit office said it was 44 million.",
            "31",
            None,
        ),
        (
            "The cost was put at 31 million by the town; the audit office said it was 44 million.",
            "44",
            "the audit office",
        ),
        ("Three were hurt, while Karen Holm said it was five.", "Three", None),
        ("Three were hurt, but police said it was five.", "Three", None),
        ("Three were hurt, while Karen Holm said it was five.", "five", "Karen Holm"),
        ("Three were hurt; five are missing, Karen Holm said.", "Three", "Karen Holm"),
        ("Three were hurt, Karen Holm said.", "Three", "Karen Holm"),
        ("Three were hurt, but not badly, Karen Holm said.", "Three", "Karen Holm"),
    ],
)
def test_the_clause_before_another_speakers_is_not_his(sentence, word, speaker):
    assert speaker_of(sentence, Span(0, len(sentence)), sentence.index(word)) == speaker


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("Holm denied having sold the ferry.", "having", None),
        ("Holm denied having sold the ferry.", "denied", "Holm"),
        ("Holm denied that it was “an old ferry”.", "an old", None),
        ("Holm denied it: “It was an old ferry.”", "It was", "Holm"),
        ("Holm rejected the claim, saying the ferry was late.", "the ferry", "Holm"),
        ("Holm dismissed the reports as “mere gossip”.", "mere", "Holm"),
        ("Holm rejected an offer of two million.", "two", None),
        ("It rained. The ferry was sold twice, a claim Ida Holm denied.", "The ferry", None),
        ("Holm denied the sale, and said the ferry was his.", "the ferry", "Holm"),
        ("ونفى المدير أحمد سالم أن تكون العبارة قد بيعت.", "العبارة", None),
        ("ونفى المدير أحمد سالم ذلك قائلا: «لم نبع العبارة».", "لم نبع", "المدير أحمد سالم"),
    ],
)
def test_what_someone_denies_he_does_not_say(text: str, words: str, speaker: str | None) -> None:
    assert speaker_in(text, words) == speaker


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("It will be sold unless inspectors or officials report that it sinks.", "it sinks", None),
        ("The hall stays open until doctors say that it is unsafe.", "it is unsafe", None),
        ("If experts find that it is old, it goes.", "it is old", None),
        ("Nobody knows whether Holm said it rained.", "it rained", None),
        ("The town waits, and once engineers announced that it held, it opened.", "it held", None),
        ("Two women reported missing since May were seen in the harbour.", "seen", None),
        ("Five people reported dead, injured or lost were found.", "found", None),
        ("Several officials believed to be in hiding left in May.", "May", None),
        ("A woman confirmed dead by the town was alive in May.", "alive", None),
        ("Police reported that two are missing.", "two are", "Police"),
        (
            "His niece, deputy mayor Ida Holm, said the government had failed.",
            "had failed",
            "His niece, deputy mayor Ida Holm",
        ),
        ("Its tailor, Ida Holm, said the company lost it.", "lost it", "Ida Holm"),
        ("It was late, said the captain.", "late", "the captain"),
        ("It was late, said the company on Monday.", "late", "the company"),
        ("It was late, said the company in a statement.", "late", "the company"),
        ("The report that Holm confirmed was late in May.", "May", None),
        (
            "It burnt for hours, according to a draft report by the river police.",
            "hours",
            "a draft report by the river police",
        ),
        (
            "It burnt, according to officials from the town council on Monday.",
            "It burnt",
            "officials from the town",
        ),
        ("أغلق الميناء، بحسب ما ذكرت الوزارة يوم الأحد.", "الميناء", "الوزارة"),
        ("أغلق الميناء، وفقا لما أعلنته وزارة النقل.", "الميناء", "وزارة النقل"),
        ("أغلق الميناء، بحسب ما جاء في الصحف.", "الميناء", None),
        ("وحسب ما أفادت به الوزارة، أغلق الميناء.", "الميناء", "الوزارة"),
        ("قال أحمد سالم إنه حزين. وأضاف أن الميناء أغلق.", "الميناء", "أحمد سالم"),
        ("أغلق الطريق. وأضاف أن الميناء أغلق.", "الميناء", None),
        ("أما نائبه أحمد سالم، الذي بنى العبارة، فقال إن البحر هادئ.", "البحر", "نائبه أحمد سالم"),
        ("Ida Holm came. She said it rained.", "She", "Ida Holm"),
    ],
)
def test_who_is_no_speaker_and_who_is(text: str, words: str, speaker: str | None) -> None:
    assert speaker_in(text, words) == speaker


def test_a_pronoun_means_who_spoke_before_it_in_the_same_stretch() -> None:
    text = "The club went to court. Its lawyer, Ida Holm, said she “was glad”. She said: “It rained.” It did."
    at = text.index("It rained")
    assert speaker_of(text, Span(0, len(text)), at) == "Its lawyer, Ida Holm"


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        ("“The ferry sank in an hour,” Ida Holm wrote in her long report. “No one swam.”", "The ferry", "Ida Holm"),
        ("“The ferry sank in an hour,” Ida Holm wrote in her long report. “No one swam.”", "No one", "Ida Holm"),
        ("“It was cold,” Ida Holm told the court in Aswan. “And wet.”", "And wet", "Ida Holm"),
        ("“It was cold,” Ida Holm said in a statement on Monday. “And wet.”", "And wet", "Ida Holm"),
        ("“It was cold,” Ida Holm, the captain, wrote to the town.", "It was", "Ida Holm"),
        ("Captain Ida Holm called the trip “cold, wet and long”.", "cold", "Captain Ida Holm"),
        ("Ida Holm, 44, branded the new law “a tax on the wind”.", "a tax", "Ida Holm"),
        ("Holm dismissed the film as “a long and dull one”.", "a long", "Holm"),
        ("Holm came. She called her crew 'cold, wet and brave' on Monday.", "cold", "Holm"),
        ("Holm called the trip “cold and wet”, while Braun spoke of “pure joy at sea”.", "cold", "Holm"),
        ("The trip was, in the words of Ida Holm, “cold and wet”.", "cold", "Ida Holm"),
        ("The trip was “cold and wet”, in Ida Holm's own words.", "cold", "Ida Holm"),
        # Not what is named so, nor what the text says beside it.
        ("The workers called “The Old Crew” left in May.", "The Old", None),
        ("The workers called the “Old Crew” left in May.", "Old Crew", None),
        ("Holm called the trip “cold and wet” after 40 of the crew left.", "40", None),
        ("Schubert wrote in his notebook in May.", "May", None),
    ],
)  # fmt: skip
def test_who_calls_something_so(text: str, words: str, speaker: str | None) -> None:
    assert speaker_in(text, words) == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ida Holm called the trip “cold and wet”.", "Ida Holm"),
        ("“cold and wet”, in the words of Ida Holm", "Ida Holm"),
        ("“cold and wet”, in Ida Holm's words", "Ida Holm"),
    ],
)
def test_who_is_claimed_to_call_something_so(text: str, speaker: str) -> None:
    assert [claim.speaker for claim in claimed_speakers(text)] == [speaker]


def test_what_one_calls_something_is_not_anothers(tmp_path: Path) -> None:
    source = tmp_path / "trip.txt"
    source.write_text(
        "A trip\n\nIda Holm called the trip “cold, wet and long”. Bo Braun liked it. "
        "The man who knew Bo Braun said it rained hard all day.",
        "utf-8",
    )
    library = Library(tmp_path / "library", model_id=HashEncoder.id, dim=DIM)
    with Assistant(library, HashEncoder(), reader=None) as assistant:
        assistant.add([source])
        right = assistant.verify("“cold, wet and long,” said Ida Holm")
        wrong = assistant.verify("“cold, wet and long,” said Bo Braun")
        cut = assistant.verify("Bo Braun said it rained hard all day.")
        whole = assistant.verify("Ida Holm called the trip “cold, wet and long”")
        other = assistant.verify("Bo Braun called the trip “cold, wet and long”")
    assert right.attribution is whole.attribution is Attribution.CONFIRMED
    assert cut.attribution is Attribution.UNCONFIRMED
    assert wrong.attribution is other.attribution is Attribution.MISATTRIBUTED
