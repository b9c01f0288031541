"""Quotes made from articles: exact ones with an editor's changes, and ones altered by rule."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.types import Article
from embeddings.sentences import sentence_spans

EDITS = ("none", "typography", "ellipsis", "brackets", "case", "hyphenation", "unicode", "spacing")
ALTERATIONS = ("word", "number", "negation", "joined")
STRANGERS = ("marmalade", "zeppelin", "harpsichord", "velodrome", "chrysanthemum", "quarterdeck")
ARABIC_STRANGERS = ("برتقالة", "منطاد", "سلحفاة", "مظلة")
NEGATION = re.compile(r"\b(?:not|never|no)\b|n['’]t\b| (?:لا|لم|لن|ليس) ")
TURNING = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|nor|cannot|without|hardly|barely|could|may|might|if|unless|"
    r"allegedly|reportedly|supposedly|perhaps|possibly)\b|n['’]t\b|\b(?:den|reject|refus|rul|fail|declin)\w*|"
    r"(?<!\w)(?:لا|لم|لن|ليس|ليست|غير|دون|بدون|ربما)(?!\w)"
)
"""What no editor may leave out."""
NUMBER = re.compile(r"(?<![\w.,])\d+(?![\w.,]*\d)")


@dataclass(frozen=True)
class MadeQuote:
    """A quote, what was done to it, and where it was taken from."""

    text: str
    rule: str
    is_exact: bool
    article_id: str
    original: str
    changed: str = ""
    """The word that only the altered quote has, or the one that it dropped."""


def make_quotes(articles: Sequence[Article], *, count: int, seed: int) -> list[MadeQuote]:
    """``count`` quotes, half of them exact, every rule in turn as far as the texts allow."""
    rng = random.Random(seed)
    sentences = [
        (article, article.text[paragraph.start + start : paragraph.start + end])
        for article in articles
        for paragraph in article.paragraphs
        for start, end in sentence_spans(article.text[paragraph.start : paragraph.end])
    ]
    long = [item for item in sentences if 8 <= len(item[1].split()) <= 60]
    found: list[MadeQuote] = []
    for is_exact, rules in ((True, EDITS), (False, ALTERATIONS)):
        made: dict[str, MadeQuote] = {}
        attempts = 0
        while len(made) < count // 2 and attempts < 100 * count:
            rule = rules[len(made) % len(rules)] if attempts < 40 * count else rng.choice(rules)
            attempts += 1
            article, sentence = rng.choice(long)
            whole = [other for owner, other in sentences if owner is article]
            quote = (
                edited(article, sentence, rule, rng)
                if is_exact
                else altered(article, sentence, whole, rule, rng)
            )
            if quote is None:
                continue
            made[quote.text] = quote
        found += made.values()
    return found


def edited(article: Article, sentence: str, rule: str, rng: random.Random) -> MadeQuote | None:
    """``sentence`` as an editor may print it."""
    words = sentence.split()
    text = sentence
    if rule == "typography":
        text = text.replace("'", "’").replace(" - ", " — ").replace("-", "‐")
        text = re.sub(r'"([^"]*)"', r"‘\1’", text)
        text = f"“{text}”"
    elif rule == "ellipsis":
        if len(words) < 12:
            return None
        cut = rng.randint(3, len(words) - 7)
        mark = rng.choice(["…", "...", "[...]", "[…]", ". . ."])
        end = cut + rng.randint(1, 4)
        if TURNING.search(" ".join(words[cut:end])):
            return None
        text = " ".join([*words[:cut], mark, *words[end:]])
    elif rule == "brackets":
        if not words[0][0].isascii() or not words[0].isalpha() or "[" in sentence:
            return None
        swapped = words[0][0].swapcase()
        at = rng.randint(3, len(words) - 2)
        text = " ".join([f"[{swapped}]{words[0][1:]}", *words[1:at], "[sic]", *words[at:]])
    elif rule == "case":
        text = text[0].swapcase() + text[1:]
    elif rule == "hyphenation":
        places = [
            m.start() + 4 for m in re.finditer(r"[^\W\d_]{9,}", text) if text[m.start()].isascii()
        ]
        if not places:
            return None
        at = rng.choice(places)
        text = text[:at] + "-\n" + text[at:]
    elif rule == "unicode":
        text = unicodedata.normalize(rng.choice(["NFD", "NFKC", "NFKD"]), text)
        if text.isascii():
            text = re.sub("e", "e\u0301", text, count=1)
    elif rule == "spacing":
        text = "  " + re.sub(r"\s", rng.choice(["\u00a0", "\n", "  ", "\u2009"]), text) + "\n"
    return MadeQuote(text, rule, True, article.id, sentence)


def altered(
    article: Article, sentence: str, others: Sequence[str], rule: str, rng: random.Random
) -> MadeQuote | None:
    """``sentence`` with something that the article does not say; None where the rule does not apply."""
    text, changed = sentence, ""
    if rule == "word":
        places = list(re.finditer(r"(?<![\w'’.-])[^\W\d_]{5,}(?![\w'’-])", text))
        if not places:
            return None
        place = rng.choice(places)
        strangers = STRANGERS if place.group().isascii() else ARABIC_STRANGERS
        changed = rng.choice(strangers)
        text = text[: place.start()] + changed + text[place.end() :]
    elif rule == "number":
        places = list(NUMBER.finditer(text))
        if not places:
            return None
        place = rng.choice(places)
        changed = str(int(place.group()) + rng.choice([1, 2, 7, 10]))
        text = text[: place.start()] + changed + text[place.end() :]
    elif rule == "negation":
        place = NEGATION.search(text)
        if place is None:
            return None
        changed = place.group().strip()
        text = re.sub(
            " {2,}",
            " ",
            text[: place.start()]
            + (" " if place.group() != place.group().strip() else "")
            + text[place.end() :],
        )
    elif rule == "joined":
        at = others.index(sentence)
        far = [
            other
            for position, other in enumerate(others)
            if abs(position - at) > 1 and len(other.split()) >= 6
        ]
        if not far:
            return None
        other = rng.choice(far)
        text = f"{sentence} {other}"
    return None if text == sentence else MadeQuote(text, rule, False, article.id, sentence, changed)
