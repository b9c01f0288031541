"""Sentence boundaries in several languages, and what must hold for any text."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


# Sentences of one text, separated by " | " here and by a blank in the text.
SPACED = [
    # English
    "Thirty-five countries met. | They agreed on a force.",
    "Mr. and Mrs. Smith met Dr. Jones, Prof. Lee and Gen. Clark. | All agreed.",
    "J. K. Rowling and George R. R. Martin wrote it. | It sold well.",
    "The rate rose 3.5 percent to 1.200 euros. | Nobody cared.",
    "The U.S. President met U.S. intelligence in the U.S. Senate. | He left.",
    "They live in the U.S. | The law is new.",
    "Troops left at 5 p.m. on Jan. 5, 2024. | They came back at 7 a.m. Monday.",
    "He came at 9 a.m. | Then he slept.",
    "Apple Inc. Chief Tim Cook spoke. | Alphabet Inc. did not.",
    "It was sold by Acme Corp. | The price was 5 dollars.",
    "See No. 5, Fig. 2 and pp. 12 ff. for more, e.g. Table 3, i.e. Appendix. | Done.",
    "It is Sweden vs. Denmark. | Who wins?",
    '"Really?" he asked. | "Yes!" she said. | Nobody moved.',
    'He said: "We agree." | Then he left.',
    "He said “We are ready.” | Then (after a pause) he left.",
    "(He left early.) | Nobody minded.",
    "The summit (the 15th!) ended. | What now?! | Nobody knows...",
    "Well... maybe it is so. | It was late…",
    "Yahoo! announced it. | Yahoo! Japan followed.",
    "Go to https://example.com/a.b?c=d. | It is there: www.example.org/x.html and node.js too.",
    "It ended in 2020. | 35 countries came.",
    "The iron is hot. | iPhone sales fell.",
    "It is so.[12] | Others disagree.[3][4] | Really.",
    "It is so.[citation needed] | Clarkson, A. A. Gill and others disagree.[f] | Really.",
    "They call it “ feather duvet lung. ” | But it is not.",
    "He has a Ph.D. in law. | She has none.",
    "John F. Kennedy Jr. flew. | So did I. | Bob stayed.",
    "Vitamin C. | The best one.",
    "St. Petersburg and Mt. Everest. | Both far.",
    "What? | Where? | Why?",
    "1. First point. | 2. Second point.",
    "Version 2.0.1 is out. | Get it at 10.30 p.m. today.",
    "Great! | 🎉 We won! | 👨‍👩‍👧 Next.",
    # German
    "Am 3. Oktober trafen sich z.B. Dr. Merz und Fr. Müller. | Der 15. Gipfel war in Paris.",
    "Laut Abs. 3, Nr. 5 und Art. 5 gilt d.h. nichts. | Er sagte: „Ja.“ | Dann ging er.",
    "Es kostet ca. 5 Mio. Euro. | Das ist viel.",
    # French
    "M. Macron et Mme. Merkel sont là. | Il a dit : « Oui. » | Puis il est parti.",
    "« Vraiment ? » a-t-il demandé. | Non !",
    # Spanish, Italian, Dutch, Portuguese
    "El Sr. Pérez y la Sra. García llegaron. | ¿Qué pasó? | ¡Nada!",
    "Il Sig. Rossi è qui. | Ma non parla.",
    # Polish, Russian, Greek
    "To jest np. Warszawa. | Nic więcej.",
    "В 2020 г. Москва ждала, т.е. молчала. | А. С. Пушкин писал. | Да.",
    # Arabic, Persian/Urdu, Hebrew
    "قال د. أحمد وأ. محمد إن العدد 3.5 مليون. | وصل م. علي أمس؟ | لا!",
    "غادر 1500 مظلي قاعدة. | مع اقتراب الاجتماع، يواجه الناتو أزمة. | ما السبب؟",
    "وقع ذلك سنة 2024 م. | وفي العام التالي انتهى.",
    "قال: «نعم.» | ثم غادر.",
    "قال أ.د. سامي ذلك. | وانتهى.",
    "یہ ایک جملہ ہے۔ | یہ دوسرا ہے۔",
    'צה"ל הודיע על כך. | ח. נ. ביאליק כתב שיר. | מה קרה?',
    # Devanagari, Armenian, Georgian
    "यह एक वाक्य है। | यह दूसरा है। | क्या?",
    "Սա նախադասություն է։ | Սա ևս։",
    "ეს წინადადებაა. | ეს მეორეა.",
]


@pytest.mark.parametrize("marked", SPACED)
def test_sentences_apart_by_a_blank(marked: str) -> None:
    assert split(marked.replace(" | ", " ")) == marked.split(" | ")


@pytest.mark.parametrize(
    "marked",
    [
        "三十五个国家参加了会议。|他们同意了。|为什么？|不知道！",
        "これは文です。|「はい。」と彼は言った。|次の文。",
        "他说：“我们同意。”|然后他走了。",
        "यह है।|वह है।",
        "هل جاء؟|نعم",
    ],
)
def test_sentences_without_a_blank_between(marked: str) -> None:
    assert split(marked.replace("|", "")) == marked.split("|")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t\r\n", []),
        ("no end", ["no end"]),
        ("One\n\nTwo", ["One", "Two"]),
        ("One\r\n\r\nTwo", ["One", "Two"]),
        ("A line that is\nwrapped here. Next.", ["A line that is\nwrapped here.", "Next."]),
        ("To buy:\n- milk\n- eggs", ["To buy:", "- milk", "- eggs"]),
        ("Year | Sum\n2023 | 5\n2024 | 7", ["Year | Sum", "2023 | 5", "2024 | 7"]),
        ("...", ["..."]),
        ("  Lead. Tail  ", ["Lead.", "Tail"]),
        ("A sentence.\u0301 Not cut.", ["A sentence.\u0301", "Not cut."]),
        ("Mark on blank. \u0301x", ["Mark on blank.", " \u0301x"]),
    ],
)
def test_lines_and_edges(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def check_contract(text: str) -> None:
    spans = sentence_spans(text)
    covered = [False] * len(text)
    previous = 0
    edges = {0} | {m.end() for m in regex.finditer(r"\X", text)}
    for start, end in spans:
        assert previous <= start < end <= len(text)
        assert text[start:end].strip(), "a span of white space"
        assert not text[end - 1].isspace()
        # White space at the start only where a mark stands on it.
        assert not text[start].isspace() or len(regex.match(r"\X", text[start:])[0]) > 1
        assert {start, end} <= edges
        covered[start:end] = [True] * (end - start)
        previous = end
    assert all(hit or char.isspace() for hit, char in zip(covered, text, strict=True))


PIECES = st.sampled_from(
    [
        *".!?…。？؟۔।\"'”’»“«()[]{} \n\t:;,-—",
        "\r\n", "\n\n", " \u00a0", "Dr", "U.S", "a", "B", "7", "word", "Word", "د", "أحمد", "שלום",
        "漢字", "と", "\u0301", "\u064b", "\u200d", "\ufe0f", "👨‍👩‍👧", "🇸🇪", "🎉", "🏽", "ำ", "[1]", "1.",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
@example("。\u200d🎉 x")
@example(". \u0301a. B")
def test_contract_holds_on_adversarial_text(text: str) -> None:
    check_contract(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_contract_holds_on_any_text(text: str) -> None:
    check_contract(text)


@pytest.mark.parametrize(
    "unit", ["x", ".", " ", "\n", "a. ", "\r\n", '."', "-", "A. - ", ".\u0301", "«. "]
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def best(size: int) -> float:
        text = "Go. " + unit * (size // len(unit))
        times = []
        for _ in range(3):
            began = time.thread_time()  # whatever else the machine does
            sentence_spans(text)
            times.append(time.thread_time() - began)
        return min(times)

    # A quadratic scan would take 16 times as long; the floor keeps timer noise out.
    assert best(80_000) < 10 * max(best(20_000), 0.002)


def test_import_brings_no_library() -> None:
    code = "import sys, embeddings.sentences; print(sorted({'regex','numpy','tiktoken'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
