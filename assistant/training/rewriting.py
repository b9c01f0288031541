"""Texts with words exchanged, their spans moved along: mixed languages, renamed and altered passages."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from assistant.training import negatives

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]{2,}")


def substitute(
    text: str, spans: Sequence[Span], replacements: Sequence[tuple[int, int, str]]
) -> tuple[str, list[Span]]:
    """Replace parts of a text.

    Args:
        text: What is rewritten.
        spans: Half-open code point spans to move along; one that ends inside a replaced part is
            stretched to the whole of it.
        replacements: ``(start, end, new)``, without overlaps.

    Returns:
        The new text, and the spans in it.

    >>> substitute("He saw Ann.", [(7, 10)], [(0, 2, "Nobody")])
    ('Nobody saw Ann.', [(11, 14)])
    """
    pieces, starts, ends = [], list(range(len(text) + 1)), list(range(len(text) + 1))
    at = size = 0
    for start, end, new in sorted(replacements):
        pieces += [text[at:start], new]
        for place in range(at, start + 1):
            starts[place] = ends[place] = place - at + size
        size += start - at
        for place in range(start + 1, end):
            starts[place], ends[place] = size, size + len(new)
        size += len(new)
        at = end
    pieces.append(text[at:])
    for place in range(at, len(text) + 1):
        starts[place] = ends[place] = place - at + size
    return "".join(pieces), [(starts[a], ends[b]) for a, b in spans]


def switch_words(
    text: str,
    spans: Sequence[Span],
    translations: Mapping[str, Sequence[str]],
    *,
    share: float,
    rng: random.Random,
) -> tuple[str, list[Span]]:
    """The text with a share of the words that have a translation in the other language."""
    replacements = []
    for match in _WORD.finditer(text):
        known = translations.get(match.group().lower())
        if known and rng.random() < share:
            replacements.append((*match.span(), choose_translation(known, rng=rng)))
    return substitute(text, spans, replacements)


def choose_translation(known: Sequence[str], *, rng: random.Random) -> str:
    """One of a word's counterparts, the nearest most often."""
    return known[min(len(known) - 1, int(rng.expovariate(2)))]


def occurrences(text: str, words: str) -> list[Span]:
    """Where words stand in a text as whole words, whatever their case.

    >>> occurrences("Nice is nice, nicer not.", "nice")
    [(0, 4), (8, 12)]
    """
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text)]


def rename(text: str, spans: Sequence[Span], old: str, new: str) -> tuple[str, list[Span]] | None:
    """The text with a name, or its last word alone, replaced wherever it stands.

    Returns:
        None when it does not stand there, or touches one of the spans.
    """
    replacements = [(a, b, new) for a, b in occurrences(text, old)]
    if not replacements:
        return None
    last = old.rsplit(maxsplit=1)[-1]
    if last != old and len(last) > 3:
        taken = [(a, b) for a, b, _ in replacements]
        replacements += [
            (a, b, new.rsplit(maxsplit=1)[-1])
            for a, b in occurrences(text, last)
            if all(b <= start or end <= a for start, end in taken)
        ]
    if any(a < end and start < b for a, b, _ in replacements for start, end in spans):
        return None
    return substitute(text, spans, replacements)


def rename_both(
    question: str, passage: str, spans: Sequence[Span], *, others: Sequence[str], rng: random.Random
) -> tuple[str, str, list[Span]] | None:
    """Question and passage with one name of both replaced by another: the answer stays.

    Shown beside :func:`contradict`, so that a name which is odd in its passage means nothing as such.

    Returns:
        Question, passage and spans, or None where no name allows it.
    """
    names = [question[a:b] for a, b in negatives.find_names(question)]
    rng.shuffle(names)
    for old in names:
        new = _other_name(old, passage, others=others, rng=rng)
        if new is None:
            continue
        renamed = rename(passage, spans, old, new)
        asked = rename(question, (), old, new)
        if renamed is not None and asked is not None:
            return asked[0], *renamed
    return None


def contradict(
    question: str,
    passage: str,
    *,
    others: Sequence[str],
    siblings: Mapping[str, Sequence[str]],
    rng: random.Random,
) -> str:
    """A passage that says of something else what the question asks for.

    A name, number or word of the question is replaced in the passage, wherever it stands; the
    question stays as it was asked, so that nothing in its wording gives the answer away.

    Returns:
        "" where question and passage share nothing of the kind.
    """
    choices: list[tuple[str, str]] = []
    for start, end in negatives.find_names(question):
        new = _other_name(question[start:end], passage, others=others, rng=rng)
        if new is not None:
            choices += [(question[start:end], new)] * 3
    choices += negatives.other_numbers(question, passage, rng=rng) * 2
    for word in set(negatives.words_of(question)):
        if negatives.is_weighty(word) and occurrences(passage, word):
            opposite = negatives.ANTONYMS.get(word)
            fitting = [opposite] if opposite else siblings.get(word, ())
            if fitting:
                choices.append((word, rng.choice(fitting)))
    rng.shuffle(choices)
    for old, new in choices:
        changed = rename(passage, (), old, new)
        if changed is not None and changed[0] != passage:
            return changed[0]
    return ""


def _other_name(old: str, passage: str, *, others: Sequence[str], rng: random.Random) -> str | None:
    said = set(negatives.words_of(passage)) | set(negatives.words_of(old))
    fitting = [name for name in others if not said & set(negatives.words_of(name))]
    same = [name for name in fitting if len(name.split()) == len(old.split())] or fitting
    return rng.choice(same) if same and occurrences(passage, old) else None
