"""Who holds an office: "Who is the chief executive of Norvane?" from "Norvane's chief executive, Daniel Kim".

Offices that one organisation has one of; who governs a country needs more than an article about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.language import pack
from assistant.language.words import words_of
from assistant.library import Library
from assistant.types import Hit, ReadSpan

_PATTERNS = pack.Patterns("roles")
_WORDS = pack.Words("roles")
NAMED = 0.6
"""Probability of who an article names so. Set by hand, on little: of 27 such questions in the training material three
find someone, two of them the right one; in two trials on invented news nobody wrong was found."""
_BEFORE_CHARS = 1_000
"""Characters before a sentence in which what "its" means is looked for."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office that is asked after."""

    title: str
    of: frozenset[str]
    """Words of what it is of, folded."""


def asked_office(question: str) -> Office | None:
    """The office that a question asks the holder of.

    >>> asked_office("Who is the chief executive of Norvane?")
    Office(title='chief executive', of=frozenset({'norvane'}))
    """
    asked = _PATTERNS.asked.fullmatch(question)
    if asked is None:
        return None
    title = asked["title"] or asked["their"]
    words = frozenset(words_of(asked["of"] or asked["whose"]))
    return Office(" ".join(title.lower().split()), words) if words else None


def holders(
    office: Office, title: str, text: str, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Where ``text[start:end]`` names who holds the office.

    Args:
        office: As :func:`asked_office` gives it.
        title: The article's headline.
        text: The article.
        start: Where to look from.
        end: And up to where.
    """
    titles = next(
        (same for same in pack.rows("roles", "same_office") if office.title in same),
        (office.title,),
    )
    written = "|".join(
        re.escape(title).replace(r"\ ", r"\s+") for title in sorted(titles, key=len, reverse=True)
    )
    person = pack.Patterns("speech", "en").text("name")
    named = re.compile(
        rf"(?P<before>(?:[A-Z][\w'’.&-]*\s+){{0,4}}(?:[a-z][\w'’-]*\s+)?)(?<![\w'’-])(?i:{written})"
        rf"(?:\s+(?:of|at|for)\s+(?:the\s+)?(?P<of>[^,.;:()]{{2,60}}?))?,?\s+(?P<name>{person})"
        rf"|(?P<named>{person}),\s+(?P<beside>(?:(?:the|its|a|an|their|his|her)\s+)?(?:[A-Z][\w'’.&-]*\s+){{0,4}})(?i:{written})"
        r"(?![\w'’-])(?:\s+(?:of|at|for)\s+(?:the\s+)?(?P<where>[^,.;:()]{2,60}))?"
    )
    for match in named.finditer(text, start, end):
        before = match["before"] or match["beside"] or ""
        of = match["of"] or match["where"]
        context = f"{title}. {text[max(0, start - _BEFORE_CHARS) : match.start()]}"
        group = "name" if match["name"] else "named"
        name = _PATTERNS.of_what.split(match[group], maxsplit=1)[0]
        if _is_of(office, before, of, context) and _PATTERNS.no_name.match(name) is None:
            yield match.start(group), match.start(group) + len(name)


def _is_of(office: Office, before: str, of: str | None, context: str) -> bool:
    words = before.split()
    led_by = [word for word in words if not word[:1].isupper()]
    if any(word not in _WORDS.plain and word not in office.title for word in led_by):
        return False  # a former, a deputy, a sales director
    there = {
        word
        for name in words
        if name[:1].isupper()
        for word in words_of(_PATTERNS.possessive.sub("", name))
    }
    there -= {"the", "its", "their", "his", "her", "a", "an"}
    named = set(words_of(of)) if of is not None else there
    if not named:
        return office.of <= set(words_of(context))
    if office.of <= named:
        return True
    return named <= office.of and office.of <= set(words_of(f"{context} {of or ''} {before}"))


def with_holders(
    question: str, hits: Sequence[Hit], spans: Sequence[ReadSpan], *, library: Library
) -> list[ReadSpan]:
    """The spans with those who hold the office that is asked after, most probable first.

    Args:
        question: As it was read.
        hits: The passages that were read.
        spans: What the reader found in them.
        library: Where the articles are.
    """
    office = asked_office(question)
    if office is None:
        return list(spans)
    kept, found = list(spans), []
    for index, hit in enumerate(hits):
        passage = hit.passage
        article = library.article_of(passage)
        if article is None:
            continue
        for start, end in holders(office, article.title, article.text, passage.start, passage.end):
            named = ReadSpan(index, start, end, article.text[start:end], None, None, NAMED)
            inside = [span for span in kept if span.overlaps(named)]
            kept = [span for span in kept if not span.overlaps(named)]
            best = max(inside, key=lambda span: span.probability, default=named)
            found.append(
                replace(
                    named,
                    score=best.score,
                    null_score=best.null_score,
                    probability=max(NAMED, best.probability),
                )
            )
    return sorted([*found, *kept], key=lambda span: (-span.probability, span.hit_index, span.start))
