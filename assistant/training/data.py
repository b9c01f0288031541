"""Training material: questions, passages and gold spans from SQuADShifts, QAMR and ARCD.

The measuring sets (``squad2-dev``, ``xquad-*``) are never read here.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHIFTS = ("new_wiki", "reddit", "amazon_reviews")
"""The SQuADShifts parts that are trained on; each is one set here."""
MIN_QAMR_WORDS = 4
"""Shorter QAMR questions ("Who was involved") do not say what they ask."""
HOLDOUT_MODULUS = 24
"""One group of this many is kept aside."""

_BRACKETS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
}
_NO_SPACE_BEFORE = re.compile(r"^(?:[,.;:!?%)\]}…]|\.\.\.|'(?:s|S|d|m|re|ve|ll|RE|VE)?|n't|N'T)$")
_NO_SPACE_AFTER = {"(", "[", "{", "$", "£", "€", "#"}


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A passage questions were asked about."""

    set_name: str
    """``new_wiki``, ``reddit``, ``amazon_reviews``, ``qamr`` or ``arcd``."""
    article: str
    """What holds neighbouring passages together."""
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A question that its passage answers."""

    question: str
    passage: int
    """Index in :attr:`Material.passages`."""
    golds: tuple[tuple[int, int], ...]
    """Half-open code point spans of the passage's text, distinct, at least one."""
    votes: tuple[int, ...] = ()
    """How many annotators gave each of them."""


@dataclass(slots=True)
class Material:
    """Passages and the questions on them."""

    passages: list[SourcePassage] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def add(
        self, passage: SourcePassage, questions: Iterable[tuple[str, Sequence[tuple[int, int]]]]
    ) -> None:
        """Append a passage and its ``(question, spans)``; questions without a span are left out."""
        self.passages.append(passage)
        for question, spans in questions:
            golds = Counter(s for s in (trim(passage.text, *s) for s in spans) if s[0] < s[1])
            if question and golds:
                self.items.append(
                    Item(question, len(self.passages) - 1, tuple(golds), tuple(golds.values()))
                )


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space and loose punctuation at its ends.

    >>> trim("on 12 May. ", 2, 11)
    (3, 9)
    """
    while start < end and (text[start].isspace() or text[start] in ",;:"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:.،؛"):
        end -= 1
    return start, end


def detokenise(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    r"""Treebank tokens as ordinary text, with each token's span in it.

    >>> detokenise(["It", "'s", "``", "it", "''", "-LRB-", "so", "-RRB-", "."])[0]
    'It\'s "it" (so).'
    """
    text, spans = "", []
    quote_open = False
    glue = True  # no space before the next token
    for piece in tokens:
        written = _BRACKETS.get(piece, piece)
        opens = piece == "``" or (piece == '"' and not quote_open)
        closes = piece == "''" or (piece == '"' and quote_open)
        if not (glue or closes or _NO_SPACE_BEFORE.match(written)):
            text += " "
        spans.append((len(text), len(text) + len(written)))
        text += written
        if opens or closes:
            quote_open = opens
        glue = opens or written in _NO_SPACE_AFTER
    return text, spans


def clean_arabic_question(question: str) -> str:
    """An ARCD question without the list mark and the stray article around it.

    >>> clean_arabic_question(" - أين تقع المملكة؟ ال")
    'أين تقع المملكة؟'
    """
    question = re.sub(r"^[\s\-–•.]+", "", question)
    return re.sub(r"\s+", " ", re.sub(r"؟.*$", "؟", question)).strip()


_MEASURED = re.compile("متى|كم|أين|اين|أي عام|اي عام|أي سنة|اي سنة|أي تاريخ|أي يوم")
"""Questions for a date, a number or a place."""
_LEADING = {"في", "فى", "وفي", "خلال", "إلى", "الى", "على", "هو", "هي", "هم", "وهو", "وهي"}
_PAIRS = {")": "(", "]": "[", "»": "«", "(": ")", "[": "]", "«": "»"}
_SIGNS = "،؛؟,;:.!-–\"'\u201c\u201d "
MAX_ARABIC_WORDS = 10
"""Longer ARCD answers are whole clauses around what was asked for."""


def _stem(word: str) -> str:
    """A word without vowel signs, signs, and one-letter or article prefix."""
    word = re.sub("[^\\w]|[\u0640\u064b-\u0652]", "", word)
    word = word.replace("أ", "ا").replace("إ", "ا").replace("آ", "ا").replace("ة", "ه")
    return re.sub("^[وفبلك]?(?:ال)?(?=.{2})", "", word)


def tidy_arabic_answer(question: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    """An ARCD answer cut down to what other sets mark: no preposition, no half a bracket.

    ARCD's answers average 5.5 words and often take in the preposition, the verb of the question or
    the bracket before the answer itself; SQuAD's and XQuAD's do not. Trained on as they are, they
    teach that Arabic answers have loose ends.

    Args:
        question: The question asked.
        text: The passage.
        start: Of the answer, in code points.
        end: One past its last.

    Returns:
        The span, or None where what is left is empty or longer than :data:`MAX_ARABIC_WORDS`.

    >>> text = "ولد في 6 يناير 1883)."
    >>> text[slice(*tidy_arabic_answer("متى ولد جبران؟", text, 0, len(text)))]
    '6 يناير 1883'
    """
    measured = _MEASURED.search(question) is not None
    asked = {_stem(word) for word in question.split()}
    while True:
        while start < end and (text[start] in _SIGNS or text[start].isspace()):
            start += 1
        while end > start and (text[end - 1] in _SIGNS or text[end - 1].isspace()):
            end -= 1
        if start == end:
            return None
        inside = text[start:end]
        first, last = inside[0], inside[-1]
        if first in "([«" and _PAIRS[first] not in inside:
            start += 1
            continue
        if last in ")]»" and _PAIRS[last] not in inside:
            end -= 1
            continue
        head, _, rest = inside.partition(" ")
        is_echo = measured and not head[0].isdigit() and _stem(head) in asked
        if rest.strip(_SIGNS) and (head in _LEADING or is_echo):
            start += len(head)
            continue
        return (start, end) if len(inside.split()) <= MAX_ARABIC_WORDS else None


def _read_json(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def read_squad(path: Path, set_name: str, material: Material) -> None:
    """Append a SQuAD-format file of answerable questions.

    An answer that is not at its offset is looked for; it counts if it occurs exactly once.
    """
    for number, article in enumerate(_read_json(path)["data"]):
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            questions = []
            for qa in paragraph["qas"]:
                spans = []
                for answer in qa["answers"]:
                    start = answer["answer_start"]
                    end = start + len(answer["text"])
                    if text[start:end] != answer["text"]:
                        if text.count(answer["text"]) != 1:
                            continue  # ARCD has a few that cannot be placed
                        start = text.index(answer["text"])
                        end = start + len(answer["text"])
                    spans.append((start, end))
                question = qa["question"].strip()
                if set_name == "arcd":
                    question = clean_arabic_question(question)
                    tidied = [tidy_arabic_answer(question, text, *span) for span in spans]
                    spans = [span for span in tidied if span is not None]
                questions.append((question, spans))
            name = f"{set_name}/{article.get('title') or number}/{number}"
            material.add(SourcePassage(set_name, name, text), questions)


def read_qamr(sentences_path: Path, pair_paths: Sequence[Path], material: Material) -> None:
    """Append QAMR questions; neighbouring sentences of a paragraph become one passage again.

    Only pairs count whose two validators both answered, at least one of them overlapping the
    writer's answer; all answers that are runs of tokens become gold spans.
    """
    tokens: dict[str, list[str]] = {}
    with gzip.open(sentences_path, "rt", encoding="utf-8") as file:
        for line in file:
            name, sentence = line.rstrip("\n").split("\t")
            tokens[name] = sentence.split(" ")
    asked: dict[str, dict[str, list[list[int]]]] = defaultdict(dict)
    for path in pair_paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = line.rstrip("\n").split("\t")
                name, question, answer, *judgments = row[0], row[5].strip(), row[6], *row[7:9]
                judged = [judgment.partition(":")[2] for judgment in judgments]
                if name not in tokens or any(not j[:1].isdigit() for j in judged):
                    continue
                answers = [[int(n) for n in one.split()] for one in (answer, *judged)]
                agreed = any(set(answers[0]) & set(other) for other in answers[1:])
                if len(question.split()) < MIN_QAMR_WORDS or not agreed:
                    continue
                asked[name].setdefault(question, answers)
    paragraphs: dict[str, list[int]] = defaultdict(list)
    for name in tokens:
        paragraph, _, number = name.rpartition(":")
        paragraphs[paragraph].append(int(number))
    for paragraph, numbers in paragraphs.items():
        article = "qamr/" + paragraph.rpartition(":")[0]
        numbers.sort()
        runs = itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
        for _, run in runs:
            text, questions = "", []
            for _, place in run:
                name = f"{paragraph}:{place}"
                sentence, spans = detokenise(tokens[name])
                text += " " if text else ""
                for question, answers in asked[name].items():
                    golds = [
                        (len(text) + spans[min(one)][0], len(text) + spans[max(one)][1])
                        for one in answers
                        if max(one) - min(one) == len(set(one)) - 1
                    ]
                    questions.append((question, golds))
                text += sentence
            material.add(SourcePassage("qamr", article, text), questions)


def read_material(folder: Path) -> Material:
    """Everything that may be trained on, from the folder that holds the downloaded sets."""
    material = Material()
    for part in SHIFTS:
        read_squad(folder / f"squadshifts-{part}.json.gz", part, material)
    read_qamr(
        folder / "qamr-wiki-sentences.tsv.gz",
        [folder / "qamr-dev.tsv.gz", folder / "qamr-test.tsv.gz"],
        material,
    )
    read_squad(folder / "arcd-train.json.gz", "arcd", material)
    return material


def own_arabic_items(material: Material) -> list[Item]:
    """Our own questions with short answers on the held-out passages of ARCD, for watching.

    ARCD's own answers cannot show whether a reader marks what is asked and no more. Each passage of
    ``arabic_questions.json`` is named by how it begins; where two begin alike the longer one is meant.

    Raises:
        ValueError: A passage is missing or is trained on, or lacks an answer.
    """
    items = []
    for entry in json.loads(Path(__file__).with_name("arabic_questions.json").read_text("utf-8")):
        places = [
            index
            for index, passage in enumerate(material.passages)
            if passage.set_name == "arcd"
            and is_held_out(passage)
            and passage.text.startswith(entry["passage"])
        ]
        if not places:
            raise ValueError(f"no held-out ARCD passage begins with {entry['passage']}")
        place = max(places, key=lambda index: len(material.passages[index].text))
        text = material.passages[place].text
        for question, answer in entry["questions"]:
            golds = tuple((m.start(), m.end()) for m in re.finditer(re.escape(answer), text))
            if not golds:
                raise ValueError(f"{answer} is not in the passage of {question}")
            items.append(Item(question, place, golds, (1,) * len(golds)))
    return items


def is_held_out(passage: SourcePassage) -> bool:
    """Whether a passage is kept aside for watching the training.

    Whole articles are, so that no neighbouring paragraph is trained on; Reddit is a single
    "article" of unrelated posts, so there the posts are drawn one by one.
    """
    key = passage.text[:80] if passage.set_name == "reddit" else passage.article
    modulus = HOLDOUT_MODULUS // 2 if passage.set_name == "new_wiki" else HOLDOUT_MODULUS
    return zlib.crc32(key.encode()) % modulus == 1
