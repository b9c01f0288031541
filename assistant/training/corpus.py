"""Everything that the network is trained on, read into passages, questions and claims.

The sets and their licences are named in the reader's model card. What measures (``squad2-dev``, ``xquad-*``,
``measure/``, quotations of split dev and test, climate-fever) is never read here.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from assistant.checking.claims.judging import STANCES
from assistant.training.stance_pairs import read_pairs

ANSWERS = "answers"
"""Name of the set of answers to be verified, which :mod:`assistant.training.rivals` writes."""
Span = tuple[int, int]
"""Half-open, in code points."""

LABELS = ("SUPPORTS", "REFUTES", "NOT_ENOUGH_INFO")
"""The verdicts, in the order of the head's outputs."""

WRITTEN = Path(__file__).with_name("written") / "passages.jsonl.gz"
"""Passages of our own with questions and claims, in the format of ``own``, where that had too few: the set
``written``. Questions in it name what they ask about, as those asked of a library must."""
OWN_HOLDOUT, QUESTION_HOLDOUT, CLAIM_HOLDOUT = 8, 24, 40
"""One group (story, article, source) of so many is kept aside, to watch and calibrate by."""

ENGLISH_SETS = (
    "squad-train-nqg-en",
    "squad-train-sentences-en",
    "squad1-train-800paras-en",
    "squad1-train-head-en",
    "squad2-train-10articles-en",
    "squad2-unansq-dev-en",
    "squad2-unansq-paras-en",
)
"""Pieces of SQuAD's training part: one set here, for they share articles."""
SHIFTS = ("new_wiki", "reddit", "amazon_reviews")
SET_LIMIT = 4000
"""Questions of a set in one of the languages that few will ask in; the rest would only be slower."""
UNTITLED = frozenset(
    {
        "amqa-am", "covidqa-en", "fairytaleqa-en", "idk-mrc-id", "mlqa-dev-de", "quoref-sample-en",
        "squad-train-nqg-en", "squad-train-sentences-en", "squad1-train-800paras-en",
        "squad2-unansq-dev-en", "squad2-unansq-paras-en", "squadshifts-reddit",
        "squadshifts-amazon_reviews",
    }
)  # fmt: skip
"""Files whose articles have numbers for titles."""
FULL_SETS = frozenset(
    {"tydiqa-goldp-en", "qed-nq-dev-en", "tydiqa-goldp-ar", "tquad-tr", "piaf-fr"}
)
SPEAKER_QUESTIONS = json.loads(
    Path(__file__).with_name("speaker_questions.json").read_text(encoding="utf-8")
)
"""Language to the question "Who said “{quote}”?"."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is read."""

    text: str
    set_name: str
    group: str
    """What holds neighbouring passages together: an article, a story."""
    language: str
    title: str = ""
    """Of the article; "" where it has none, or only a number."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question on a passage."""

    question: str
    passage: int
    """Index in :attr:`Corpus.passages`."""
    golds: tuple[Span, ...]
    """Distinct spans of the passage's text; none where it does not answer."""
    votes: tuple[int, ...] = ()
    """How many annotators gave each of them."""
    language: str = "en"
    """Of the question."""
    kind: str = ""
    """How an unanswerable question misleads, where that is known."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim beside what it is to be judged by."""

    text: str
    passage: str
    evidence: tuple[Span, ...]
    """The sentences of ``passage`` that decide; empty: the whole of it."""
    allowed: tuple[int, ...]
    """Indices in :data:`LABELS`: the label, or the labels that its source could not tell apart."""
    set_name: str
    language: str
    kind: str = ""


@dataclass(slots=True)
class Corpus:
    """Passages, the questions on them, and claims; either all that is trained on or all that is held out."""

    passages: list[Passage] = field(default_factory=list)
    items: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    """By set."""
    claims: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))

    def add(self, passage: Passage) -> int:
        """Append a passage; its index."""
        self.passages.append(passage)
        return len(self.passages) - 1

    def answers(self, item: Item) -> tuple[str, ...]:
        """The words of a question's answers."""
        text = self.passages[item.passage].text
        return tuple(text[start:end] for start, end in item.golds)


def is_kept_aside(group: str, modulus: int) -> bool:
    """Whether a group is for watching and calibrating."""
    return zlib.crc32(group.encode()) % modulus == 1


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _spans(text: str, answers: Sequence[dict[str, Any]]) -> dict[Span, int]:
    found: dict[Span, int] = {}
    for answer in answers:
        start = answer["answer_start"]
        end = start + len(answer["text"])
        while start < end and text[start].isspace():
            start += 1
        while end > start and (text[end - 1].isspace() or text[end - 1] in ".,;،؛"):
            end -= 1
        if start < end and text[start:end] in answer["text"]:
            found[start, end] = found.get((start, end), 0) + 1
    return found


def _shown(title: str) -> str:
    """A title as it is read: those of Wikipedia are kept as in its addresses."""
    return unquote(title).replace("_", " ")


def _read_squad(path: Path, set_name: str, language: str, *, asked: str) -> Corpus:
    corpus = Corpus()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    seen: dict[tuple[str, str], int] = {}
    for number, article in enumerate(articles):
        for place, paragraph in enumerate(article["paragraphs"]):
            text = paragraph["context"]
            title = str(article.get("title") or f"{path.stem}/{number}")
            shown = "" if path.name.split(".")[0] in UNTITLED else _shown(title)
            group = f"{title}/{place}" if set_name == "reddit" else title
            if (group, text) not in seen:
                seen[group, text] = corpus.add(Passage(text, set_name, group, language, shown))
            index = seen[group, text]
            for qa in paragraph["qas"]:
                spans = _spans(text, qa["answers"])
                if not spans and not qa.get("is_impossible"):
                    continue
                item = Item(
                    qa["question"].strip(), index, tuple(spans), tuple(spans.values()), asked
                )
                corpus.items[set_name].append(item)
    return corpus


def _read_own(path: Path, set_name: str) -> Corpus:
    corpus = Corpus()
    for row in _lines(path):
        text, language = row["text"], row["language"]
        index = corpus.add(Passage(text, set_name, row["group"], language, _shown(row["title"])))
        for question in row["questions"]:
            spans = _spans(text, question["answers"])
            if bool(spans) == question["is_impossible"]:
                continue
            corpus.items[set_name].append(
                Item(
                    question["question"],
                    index,
                    tuple(spans),
                    tuple(spans.values()),
                    question["question_language"],
                    question.get("kind", ""),
                )
            )
        for claim in row["claims"]:
            corpus.claims[set_name].append(
                Claim(
                    claim["claim"],
                    text,
                    tuple((a, b) for a, b in claim["evidence"]),
                    (LABELS.index(claim["label"]),),
                    f"{set_name}/{row['group']}",
                    language,
                    claim.get("kind", ""),
                )
            )
        for said in row["quotations"]:
            spans = _spans(text, [{"text": said["speaker"], "answer_start": said["speaker_start"]}])
            asked = speaker_question(said["quote"], language)
            corpus.items[f"{set_name}-quotations"].append(
                Item(asked, index, tuple(spans), (1,), language)
            )
    return corpus


def speaker_question(quote: str, language: str) -> str:
    """Who said it, asked in the language of the text; long quotations are cut.

    >>> speaker_question("We will win.", "en")
    'Who said “We will win.”?'
    """
    words = quote.split()
    cut = quote if len(words) <= 24 else " ".join(words[:24]) + " …"
    return str(SPEAKER_QUESTIONS.get(language, SPEAKER_QUESTIONS["en"])).format(quote=cut)


def read_quotations(path: Path, splits: Iterable[str]) -> Corpus:
    """Who said each quotation of a file, asked as questions: sets ``quoted`` and ``reported``."""
    corpus = Corpus()
    for row in _lines(path):
        if row["split"] not in splits:
            continue
        text = row["text"]
        name = "quoted" if row["quote_type"] in ("direct", "mixed") else "reported"
        index = corpus.add(Passage(text, name, row["source_id"], row["lang"]))
        spans: dict[Span, int] = {}
        if row["speaker"] is not None:
            spans = _spans(text, [{"text": row["speaker"], "answer_start": row["speaker_start"]}])
        quote = text[row["quote_start"] : row["quote_end"]].strip("\"“”„«»'’ ,")
        if len(quote.split()) < 2:
            continue
        asked = speaker_question(quote, row["lang"])
        corpus.items[name].append(
            Item(asked, index, tuple(spans), tuple(spans.values()), row["lang"])
        )
    return corpus


def read_answers(path: Path) -> list[Claim]:
    """Answers to be verified, as claims of the set :data:`ANSWERS`."""
    return [_claim_of(row, ANSWERS) for row in _lines(path)]


def _claim_of(row: dict[str, Any], set_name: str) -> Claim:
    labels = row.get("allowed") or [row["label"]]
    return Claim(
        row["claim"],
        row["evidence"],
        (),
        tuple(LABELS.index(label) for label in labels),
        set_name,
        row.get("lang", "en"),
    )


def _read_claims(path: Path) -> Iterator[tuple[str, Claim]]:
    name = path.name.removesuffix(".jsonl.gz")
    for row in _lines(path):
        yield str(row["source_id"]), _claim_of(row, name)


def _read_climate(path: Path) -> Iterator[tuple[str, Claim]]:
    """The pairs of climate-fever whose claims are not kept for measuring."""
    for pair in read_pairs(path):
        if not pair.is_held_out:
            allowed = (STANCES.index(pair.label),)
            claim = Claim(pair.claim, pair.sentence, (), allowed, "climate_fever", "en")
            yield f"climate/{pair.claim_id}", claim


def read_corpus(folder: Path) -> tuple[Corpus, Corpus]:
    """What is trained on and what is held out, from the folder of the data sets."""
    training, held_out = Corpus(), Corpus()
    parts: list[tuple[Corpus, int]] = [
        (_read_own(folder / "own/passages.jsonl.gz", "own"), OWN_HOLDOUT),
        (_read_own(WRITTEN, "written"), OWN_HOLDOUT),
    ]
    for path in sorted((folder / "qa").glob("*.json.gz")):
        name = path.name.removesuffix(".json.gz")
        if name == "qasrl-gs-en":  # questions of a fixed form, such as "Who acquired something?"
            continue
        language = name.rsplit("-", 1)[1]
        asked = "xx" if name.startswith("afriqa-xx") else language
        found = _read_squad(
            path,
            "squad" if name in ENGLISH_SETS else name,
            "zh" if language == "zht" else language,
            asked=asked,
        )
        if name not in ENGLISH_SETS and name not in FULL_SETS:
            for rows in found.items.values():
                del rows[SET_LIMIT:]
        parts.append((found, QUESTION_HOLDOUT))
    for shift in SHIFTS:
        found = _read_squad(folder / f"squadshifts-{shift}.json.gz", shift, "en", asked="en")
        parts.append((found, QUESTION_HOLDOUT))
    parts.append(
        (_read_squad(folder / "arcd-train.json.gz", "arcd", "ar", asked="ar"), QUESTION_HOLDOUT)
    )
    for name in ("polnear", "spkatt_de_parliament", "adaq_cs_ru"):
        path = folder / f"quotes/{name}.jsonl.gz"
        splits = ("train",) if name == "polnear" else ("train", "dev", "trial", "")
        parts.append((read_quotations(path, splits), QUESTION_HOLDOUT))
    kept = {
        passage.text
        for passage in parts[0][0].passages
        if is_kept_aside(passage.group, OWN_HOLDOUT)
    }
    for part, modulus in parts:
        _divide(part, modulus, kept, training, held_out)
    readings = [_read_claims(path) for path in sorted((folder / "nli").glob("*.jsonl.gz"))]
    readings.append(_read_climate(folder / "climate-fever.jsonl.gz"))
    for reading in readings:
        for source, claim in reading:
            target = held_out if is_kept_aside(source, CLAIM_HOLDOUT) else training
            target.claims[claim.set_name].append(claim)
    return training, held_out


def _divide(part: Corpus, modulus: int, kept: Set[str], training: Corpus, held_out: Corpus) -> None:
    """Add a set's groups to one side or the other; ``own`` is over passages that other sets have too."""
    places: dict[int, tuple[Corpus, int]] = {}
    for index, passage in enumerate(part.passages):
        is_aside = passage.text in kept or is_kept_aside(passage.group, modulus)
        target = held_out if is_aside else training
        places[index] = (target, target.add(passage))
    for name, items in part.items.items():
        for item in items:
            target, place = places[item.passage]
            target.items[name].append(
                Item(item.question, place, item.golds, item.votes, item.language, item.kind)
            )
    for name, claims in part.claims.items():
        for claim in claims:
            group = claim.set_name.partition("/")[2]
            target = held_out if is_kept_aside(group, modulus) else training
            target.claims[name].append(claim)
