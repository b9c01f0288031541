"""What a pronoun cannot stand for: "it" that stands for nothing, "he" that is no woman, "she" that is no man."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from assistant.language import pack
from embeddings.sentences import sentence_spans

_PATTERNS = pack.Patterns("pronouns")
_WORDS = pack.Words("pronouns")
_TITLE_CHARS = 24
_CLOSED = re.compile(r"\W*$|[,;)–—]")
"""After a name that stands beside "his sister,"."""
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|«[^«»]*»")
_NAMES = re.compile(r"[A-ZÀ-Þ][\w’'-]*(?:\s+[A-ZÀ-Þ][\w’'-]*)*")


def is_impersonal(question: str, start: int) -> bool:
    """Whether the "it" at ``start`` stands for nothing that was spoken of.

    >>> is_impersonal("Is it true that he resigned?", 3), is_impersonal("Is it raining in Oslo?", 3)
    (True, True)
    >>> is_impersonal("Is it known for its cheese?", 3), is_impersonal("Is it to be rebuilt?", 3)
    (False, False)
    """
    if question[start : start + 2].lower() != "it":
        return False
    after = "it" + question[start + 2 :]
    before = question[:start]
    if _PATTERNS.without_be.match(after):
        return True
    how = _PATTERNS.how.search(before)
    if how is not None:
        return (_PATTERNS.weather_there if how["weather"] else _PATTERNS.from_to).match(
            after
        ) is not None
    if _PATTERNS.how_long.search(before) and _PATTERNS.takes.match(after):
        return True
    has_be = _PATTERNS.before_be.search(before) or _PATTERNS.has_be.match(after)
    return bool(has_be and _PATTERNS.with_be.match(after))


def contradicts(pronoun: str, name: str, question: str, texts: Iterable[str]) -> bool:
    """Whether ``name`` is known to be no man, for "he", or no woman, for "she".

    Args:
        pronoun: In small letters.
        name: Whom it would stand for.
        question: The question that the name answers or is asked about in.
        texts: Passages that were read for it.

    >>> contradicts("she", "Marcus Reyes", "Who lost?", ["Marcus Reyes lost. Mr Reyes was calm."])
    True
    >>> contradicts("she", "Kim", "Who lost?", ["Daniel Kim lost, as did his wife, Susan Kim."])
    False
    """
    if pronoun not in _WORDS.male | _WORDS.female or not name.split():
        return False
    found = set(_genders(name, list(texts)))
    asked = _PATTERNS.asks_for.search(question)
    if asked is not None and name not in question:
        found.add(asked["man"] is not None)
    return found == {pronoun in _WORDS.female}


def _genders(name: str, texts: list[str]) -> Iterator[bool]:
    """True for every sign that ``name`` is a man, False for every one that it is a woman."""
    words = name.split()
    surname = re.escape(words[-1])
    others = {
        match.group(1)
        for text in texts
        for match in re.finditer(rf"(?<!\w)([A-ZÀ-Þ][\w’'-]+)\s+{surname}(?!\w)", text)
        if not re.fullmatch(_PATTERNS.text("gendered"), match.group(1), re.IGNORECASE)
    }
    called = [re.escape(name)]
    if len(words) > 1 and others <= {words[-2]}:
        called.append(surname)
    elif len(words) == 1 and len(others) > 1:
        return  # one of several who are called so
    either = "|".join(called)
    # "Mr Marcus Reyes", asked for as Reyes.
    forenames = "|".join(re.escape(other) for other in sorted(others)) or "(?!)"
    known = re.compile(rf"(?<![\w’'-])(?:(?:{forenames})\s+)?(?:{either})(?![\w-])")
    for text in texts:
        sentences = [text[start:end] for start, end in sentence_spans(text)]
        is_named = False
        for sentence in sentences:
            # "Mr Reyes" before Marcus Reyes is named may be another.
            is_named = is_named or name in sentence
            if is_named:
                yield from _titles(known, sentence, name)
        for sentence, following in pairwise(map(_without_quotations, sentences)):
            said = _PATTERNS.pronoun_says.search(following)
            if said is None or not _is_only_name(either, sentence):
                continue
            if not _NAMES.search(following, 1, said.start()):
                yield bool(said["man"] or said["man_after"])


def _titles(known: re.Pattern[str], sentence: str, name: str) -> Iterator[bool]:
    opening = _PATTERNS.opening_phrase.match(sentence, 0, sentence.find(",") + 1)
    for match in known.finditer(sentence):
        start = match.start()
        title = _PATTERNS.title_over.search(sentence, max(0, start - _TITLE_CHARS), start)
        if title is None:
            continue
        is_man = title["man"] is not None
        if title["apart"]:
            # "With her brother, Anna Holm founded it", "She thanked the king, Anna Holm said".
            is_opening = opening is not None and opening.end() > title.start()
            if is_opening or not _CLOSED.match(sentence, match.end()):
                continue
        elif _may_be_kin(match.group(), name, is_man=is_man):
            continue
        yield is_man


def _may_be_kin(called: str, name: str, *, is_man: bool) -> bool:
    """Whether a title over a surname alone does not go with the forename that the person has."""
    forename, _, rest = name.partition(" ")
    if not rest or forename in called.split():
        return False
    other = _PATTERNS.womans_forename if is_man else _PATTERNS.mans_forename
    return other.fullmatch(forename) is not None


def _without_quotations(text: str) -> str:
    return _QUOTED.sub("“”", text)


def _is_only_name(called: str, sentence: str) -> bool:
    """Whether a sentence tells what someone says and names nobody else."""
    tells = re.search(
        rf"(?<![\w’'-])(?:{called})(?:,\s+\d+,)?\s+(?:{_PATTERNS.text('tells')})\b"
        rf"|[,”\"’»]\W{{0,4}}(?:{_PATTERNS.text('says')})\s+(?:[a-z][\w-]*\s+){{0,4}}(?:{called})(?![\w-])",
        sentence,
    )
    if tells is None:
        return False
    # The first word is written large whatever it is.
    others = [match for match in _NAMES.finditer(sentence) if match.start() or " " in match.group()]
    return all(re.search(rf"(?:{called})$", match.group()) for match in others)
