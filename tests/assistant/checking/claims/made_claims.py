"""Claims made from articles by rule: true, changed in one thing, or not mentioned.

The rules know no article: names are the runs of capitals that the articles write within sentences, dates
their months and weekdays, numbers their figures.

- true: a sentence as it is; with common words put for others of the same meaning; its first clause; or
  with "According to reports" before it;
- number, date, name: one figure, month, day or weekday, or name of the sentence replaced;
- negation: "not" put after the first auxiliary, or the one that is there dropped;
- unmentioned: someone of the articles doing something that none of them tells.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.types import Article, Section
from embeddings.sentences import sentence_spans

KINDS = ("true", "number", "date", "name", "negation", "unmentioned")
SHARES = {"true": 40, "number": 16, "date": 12, "name": 18, "negation": 16, "unmentioned": 18}
"""Of every 120 claims."""

PARAPHRASES = (
    (r"\b(?:have|has|had) (?=\w+ed\b)", ""),
    (r"\btook place\b", "was held"),
    (r"\bmore than\b", "over"),
    (r"\bgathered\b", "met"),
    (r"^However, ", ""),
    (r"\bis prepared to\b", "is ready to"),
    (r"\bassist\b", "help"),
    (r"\brequired\b", "needed"),
    (r"\bupcoming\b", "coming"),
    (r"\bannounced\b", "said"),
    (r"\bin the event of\b", "in case of"),
    (r"\bparticipated\b", "took part"),
    (r"\bincluding\b", "among them"),
    (r"\bPrime Minister\b", "premier"),
    (r"\bfrequently\b", "often"),
    (r"\bbegan\b", "started"),
    (r"\battempted\b", "tried"),
    (r"\bpurchased\b", "bought"),
    (r"\bapproximately\b", "about"),
    (r"\bhowever\b", "though"),
)
STRANGERS = (
    "Angela Merkel", "Narendra Modi", "Justin Trudeau", "Pedro Sánchez", "Canada", "Brazil", "Japan",
    "Madrid", "Nairobi",
)  # fmt: skip
PERSON = re.compile(r"(?<=[a-z,] )[A-Z][a-zà-ÿ]+ [A-Z][a-zà-ÿ-]+\b(?! [A-Z])")
PLACE = re.compile(r"(?<=\b(?:in|at|to|of) )[A-Z][a-zà-ÿ]{3,}\b(?! [A-Z])(?!-)")
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
DATE = re.compile(
    rf"\b(?P<month>{MONTH}) (?P<day>\d{{1,2}})\b|\b(?P<weekday>{WEEKDAY})\b|\b(?P<arabic>\d{{1,2}}) فبراير"
)
NUMBER = re.compile(r"(?<![\w.,-])(?P<n>\d(?:[\d,]*\d)?)(?=[ -](?:[a-zA-Z\u0621-\u064a]))(?!th)")
AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|would be|would|has been|has|have|could|will|can)\b(?! (?:not|no)\b)"
)
NEGATION = re.compile(r"\b(?:did not|not) (?!only)")
TEMPLATES = (
    "{who} opened a bakery school in {place} with {n} pupils.",
    "{who} visited {place} to inspect {n} new hospitals.",
    "The harvest of olives around {place} fell by {n} percent.",
    "{who} signed a fishing treaty with {place} covering {n} harbours.",
    "A flood in {place} damaged {n} houses.",
    "{who} resigned after a vote of no confidence in {place}.",
    "The museum of {place} bought {n} paintings from {who}.",
    "{who} will sell {n} ferries to {place}.",
    "Farmers from {place} blocked {n} motorways to protest against {who}.",
)


@dataclass(frozen=True)
class MadeClaim:
    """A claim, what was done to it, and the sentence that it was made from."""

    text: str
    kind: str
    original: str


def make_claims(articles: Sequence[Article], *, count: int, seed: int) -> list[MadeClaim]:
    """``count`` claims in the proportions of :data:`SHARES`."""
    rng = random.Random(seed)
    persons = sorted({m.group() for article in articles for m in PERSON.finditer(article.text)})
    places = sorted({m.group() for article in articles for m in PLACE.finditer(article.text)})
    sentences = [
        article.text[paragraph.start + start : paragraph.start + end]
        for article in articles
        for paragraph in article.paragraphs
        if paragraph.is_evidence
        and paragraph.section in (Section.LEDE, Section.BODY, Section.REACTIONS)
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end])
    ]
    usable = [text for text in sentences if 6 <= len(text.split()) <= 45]

    def make(kind: str, sentence: str) -> str | None:
        if kind == "unmentioned":
            return unmentioned(rng, persons=persons, places=places)
        makers = {
            "true": true_claim, "number": number_changed, "date": date_changed,
            "name": name_changed, "negation": negated,
        }  # fmt: skip
        return makers[kind](sentence, rng)

    found: dict[str, MadeClaim] = {}
    for kind in KINDS:
        wanted, tries = round(count * SHARES[kind] / 120), 0
        have = 0
        while have < wanted and tries < 3000:
            tries += 1
            sentence = rng.choice(usable)
            text = make(kind, sentence)
            if text is not None and text not in found:
                found[text] = MadeClaim(text, kind, sentence)
                have += 1
    # Small texts hold few dates and negations: what is missing is made up for by the other kinds.
    while len(found) < count:
        kind = rng.choice(["number", "name", "negation", "date", "true"])
        sentence = rng.choice(usable)
        text = make(kind, sentence)
        if text is not None:
            found.setdefault(text, MadeClaim(text, kind, sentence))
    return list(found.values())


def true_claim(sentence: str, rng: random.Random) -> str | None:
    """The sentence in other words, or its first clause, or as it is."""
    text = re.sub(r"\s*\([A-Z]{2,4}\)", "", sentence)
    way = rng.choice(["paraphrase", "clause", "attributed", "plain"])
    if way == "paraphrase":
        for pattern, put in PARAPHRASES:
            text = re.sub(pattern, put, text, count=1)
        return text[0].upper() + text[1:] if text != sentence else None
    if way == "clause":
        cut = re.search(
            r", (?:but|and|while|which|where|especially|emphasizing|serving|encompassing) ", text
        )
        if cut is None or len(text[: cut.start()].split()) < 7:
            return None
        return text[: cut.start()] + "."
    if way == "attributed":
        return f"According to reports, {text[0].lower() if text.split()[0] in ('The', 'In', 'At', 'This', 'A', 'These') else text[0]}{text[1:]}"
    return text


def number_changed(sentence: str, rng: random.Random) -> str | None:
    """One figure changed."""
    places = list(NUMBER.finditer(sentence))
    if not places:
        return None
    place = rng.choice(places)
    value = int(place.group("n").replace(",", ""))
    new = value + rng.choice([3, 7, 15, 40, value])
    shown = f"{new:,}" if "," in place.group("n") else str(new)
    return sentence[: place.start("n")] + shown + sentence[place.end("n") :]


def date_changed(sentence: str, rng: random.Random) -> str | None:
    """One date changed."""
    places = list(DATE.finditer(sentence))
    if not places:
        return None
    place = rng.choice(places)
    if place.group("weekday"):
        put = rng.choice([day for day in WEEKDAY.split("|") if day != place.group()])
        return sentence[: place.start()] + put + sentence[place.end() :]
    if place.group("arabic"):
        put = str(int(place.group("arabic")) % 28 + rng.choice([1, 2]))
        return sentence[: place.start("arabic")] + put + sentence[place.end("arabic") :]
    if rng.random() < 0.5:
        put = rng.choice([name for name in MONTH.split("|") if name != place.group("month")])
        return sentence[: place.start("month")] + put + sentence[place.end("month") :]
    put = str((int(place.group("day")) + rng.choice([3, 5, 8])) % 28 + 1)
    end = re.compile(r"(?:-\d+)?").match(sentence, place.end("day"))
    return sentence[: place.start("day")] + put + sentence[end.end() if end else place.end() :]


def name_changed(sentence: str, rng: random.Random) -> str | None:
    """One name changed for another of its kind."""
    places = [*PERSON.finditer(sentence), *PLACE.finditer(sentence)]
    months = set(f"{MONTH}|{WEEKDAY}".split("|"))
    places = [place for place in places if not months & set(place.group().split())]
    if not places:
        return None
    place = rng.choice(places)
    others = [name for name in STRANGERS if (" " in name) == (" " in place.group())]
    return sentence[: place.start()] + rng.choice(others) + sentence[place.end() :]


def negated(sentence: str, rng: random.Random) -> str | None:
    """A negation put in, or dropped."""
    dropped = NEGATION.search(sentence)
    if dropped and rng.random() < 0.7:
        put = "did " if dropped.group().startswith("did") else ""
        return sentence[: dropped.start()] + put + sentence[dropped.end() :]
    place = AUXILIARY.search(sentence)
    if place is None or place.start() > 100 or dropped:
        return None
    return sentence[: place.end()] + " not" + sentence[place.end() :]


def unmentioned(rng: random.Random, *, persons: Sequence[str], places: Sequence[str]) -> str:
    """Something that no article says, about those who are in them."""
    return rng.choice(TEMPLATES).format(
        who=rng.choice(persons),
        place=rng.choice([*places, "Lisbon", "Ankara"]),
        n=rng.randint(2, 90),
    )
