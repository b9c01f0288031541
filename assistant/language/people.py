"""Whether two ways to name a speaker may mean the same one: "Merz" and "German Chancellor Friedrich Merz".

A name is taken apart into who it is (the words of the name itself), what he is (a role before or in the
place of the name), and whose or of what: "Volker's lawyer" and "critics of Volker" are not Volker.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.language import pack
from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, consonants_of, reliability, skeletons
from assistant.language.values import fold

_PATTERNS = pack.Patterns("people")
_WORDS = pack.Words("people")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}")
_ARABIC = re.compile("[\u0621-\u064a]")
MAX_NAME_CHARS = 200
MAX_PEOPLE = 4
MAX_NAMESAKES = 20
_STEM_CHARS = 4
"""So much do "Swedish" and "Sweden" share at least, and all that the tables need not list."""


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    """All but what comes after "of": role and name."""
    core: tuple[str, ...]
    """The name itself; empty where there is only a role."""
    of: frozenset[str] = frozenset()
    """Whose or of what the named one is."""
    in_clause: bool = False
    """Whether ``of`` is a clause: "who saw it"."""


def same_person(first: str, second: str) -> bool:
    """Whether two ways to name a speaker may mean the same one.

    Someone's spokesman speaks for him; his lawyer and his critics do not.

    >>> same_person("Merz", "German Chancellor Friedrich Merz (CDU)"), same_person("Macron", "Merz")
    (True, False)
    >>> same_person("Volker", "Volker's lawyer"), same_person("Lindsey Graham", "Julie Graham")
    (False, False)
    """
    return any(
        _same(one, other, first, second) for one in _parts(first) for other in _parts(second)
    )


def _parts(name: str) -> list[_Name]:
    """What a name says of someone, or of several: "the mayor of Aswan, Bo Holm", "Merz and Macron"."""
    return [_parsed(part) for part in people_in(name)]


def people_in(name: str) -> list[str]:
    """The names that stand in one: several speakers', or someone's role and name.

    >>> people_in("Germany, France and Britain"), people_in("Sen. Sanders, I-Vt.")
    (['Germany', 'France', 'Britain'], ['Sen. Sanders'])
    """
    parts = [part.strip() for part in _PATTERNS.several.split(name[:MAX_NAME_CHARS])]
    others = [part for part in parts[1:] if re.fullmatch(r"[^\W\d_]{2,}(?:[\s-][^\W\d_]+)*", part)]
    return [*parts[:1], *others][:MAX_PEOPLE]


def _same(ours: _Name, theirs: _Name, first: str, second: str) -> bool:
    if not ours.words or not theirs.words:
        return False
    if ours.in_clause or theirs.in_clause:
        return (set(ours.words), ours.of) == (set(theirs.words), theirs.of)
    if ours.of and theirs.of and not _agree(ours.of, theirs.of):
        return False
    if _ARABIC.search(first) and _ARABIC.search(second):
        words = [[word.removeprefix("ال") for word in name.words] for name in (ours, theirs)]
        if _holds(*words):
            return True
    if can_compare(script_of(first), script_of(second)):
        return bool(ours.core and theirs.core) and _sounds_alike(ours.core, theirs.core)
    if ours.core and theirs.core:
        return _same_name(ours.core, theirs.core)
    if not ours.core and not theirs.core:
        return ours.words[-1] == theirs.words[-1] and _same_role(ours, theirs)
    role, named = (theirs, ours) if ours.core else (ours, theirs)
    return set(role.words) <= set(named.words) and (
        not role.of or bool(named.of) or _agree(role.of, named.words)
    )


def other_person(first: str, second: str) -> bool:
    """Whether two ways to name a speaker can only mean two: two names, or someone and some of his people.

    >>> other_person("Merz", "Macron"), other_person("Merz", "the chancellor")
    (True, False)
    """
    if same_person(first, second):
        return False
    first, second = _named(first), _named(second)
    ours, theirs = _parsed(first), _parsed(second)
    if any(
        named.core and not other.core and _PATTERNS.possessive.match(name)
        for named, other, name in ((ours, theirs, second), (theirs, ours, first))
    ):
        return True
    if not ours.of and not theirs.of and _holds(ours.words, theirs.words):
        return False
    if ours.core and theirs.core:
        across = can_compare(script_of(first), script_of(second))
        return not across or all(_is_heard(name.core[-1]) for name in (ours, theirs))
    if any(one.words and _PATTERNS.people.fullmatch(one.words[-1]) for one in (ours, theirs)):
        return ours.words[-1:] != theirs.words[-1:]
    return any(
        bool(one.words) and not one.of and set(one.core or one.words) <= other.of
        for one, other in ((ours, theirs), (theirs, ours))
    )


def _named(name: str) -> str:
    """The part of a name that is one, where it has a role too: "his wife, Anna Holm"."""
    return next((part for part in people_in(name) if _parsed(part).core), name)


def same_speaker(asked: str, who: str, text: str, at: int) -> bool:
    """Whether the one who speaks in a text may be the one who is asked for.

    "Graham" is not Lindsey Graham where the text has only a Julie Graham.

    Args:
        asked: A name from elsewhere.
        who: The speaker, as the text has it.
        text: The text.
        at: Where in it he speaks.
    """
    return any(
        same_person(asked, one)
        and any(
            same_person(asked, full)
            for full in namesakes(one, text, at) or (full_name(one, text, at),)
        )
        for one in people_in(who)
    )


def full_name(name: str, text: str, before: int) -> str:
    """A surname with the given names that a text has for it, the last before an offset, else its first.

    >>> full_name("Graham", "Governor Julie Graham left. It rained, Graham said.", 30)
    'Julie Graham'
    """
    if _ARABIC.search(name):
        parsed = _parsed(name)
        is_bare = len(parsed.core) == 1 and not parsed.of and len(people_in(name)) == 1
        return _arabic_full_name(name, text, before) if is_bare else name
    surname = _bare_surname(name)
    if surname is None:
        return name
    found: str | None = None
    for full, end in _in_full(surname, text):
        if found is not None and end > before:
            break
        found = full
    return found or name


def _bare_surname(name: str) -> str | None:
    """The surname that a speaker is named by alone; None where there is more of a name, or none."""
    parsed = _parsed(name)
    if len(parsed.core) != 1 or parsed.of or len(people_in(name)) > 1 or _ARABIC.search(name):
        return None
    words = re.findall(r"[^\W_]+", name)
    surname = next((word for word in words if _fold(word) == parsed.core[0]), None)
    return surname if surname is not None and surname[0].isupper() else None


@lru_cache(maxsize=64)
def _in_full(surname: str, text: str) -> tuple[tuple[str, int], ...]:
    """The places of a surname with given names before it, and where each ends."""
    found = []
    for match in re.finditer(rf"(?<!\w){re.escape(surname)}(?!\w)", text):
        given = re.search(
            r"(?:(?<![\w'’.-])(?:[A-ZÀ-ÖØ-Þ]\.|[A-ZÀ-ÖØ-Þ][\w-]+)\s){1,3}$",
            text[max(0, match.start() - 60) : match.start()],
        )
        if given is None:
            continue
        words = given.group().split()
        is_placed = bool({"On", "In", "At", "From"} & set(words))
        while words and _is_no_given_name(words[0]):
            words.pop(0)
        if not words or is_placed or any(_is_no_given_name(word) for word in words):
            continue
        found.append((" ".join([*words, surname]), match.end()))
    return tuple(found)


def namesakes(name: str, text: str, before: int) -> tuple[str, ...]:
    r"""The several people of a text whom a surname may mean there; none where it is told which.

    The last one named in full is meant where he spoke then, or was the subject in the same paragraph.

    Args:
        name: The speaker, as the text has him.
        text: The text.
        before: Where the sentence begins in which he speaks.

    >>> text = "Bo Holm and Ida Holm left.\n\nIt rained, Holm said."
    >>> namesakes("Holm", text, 28), namesakes("Ida Holm", text, 28)
    (('Bo Holm', 'Ida Holm'), ())
    """
    surname = _bare_surname(name)
    if surname is None:
        return ()
    named = [(full, end) for full, end in _in_full(surname, text) if end <= before]
    people: list[str] = []
    for full in list(dict.fromkeys(full for full, _ in named))[-MAX_NAMESAKES:]:
        known = next((at for at, one in enumerate(people) if same_person(one, full)), None)
        if known is None:
            people.append(full)
        elif len(full) > len(people[known]):
            people[known] = full
    if len(people) < 2:
        return ()
    last, end = named[-1]
    return () if _is_meant(text, end - len(last), end, before) else tuple(people)


def _is_meant(text: str, start: int, end: int, before: int) -> bool:
    """Whether the one named in full at ``start:end`` is whom his surname means next."""
    opening = max((m.end() for m in _PATTERNS.ends.finditer(text, 0, start)), default=0)
    led, rest = text[opening:start], text[end : end + 100]
    if _PATTERNS.says_next.match(rest) or _PATTERNS.says_before.search(led):
        return True
    is_subject = _PATTERNS.no_lead.search(led) is None and _PATTERNS.and_name.search(led) is None
    return is_subject and "\n\n" not in text[end:before]


def _arabic_full_name(name: str, text: str, before: int) -> str:
    surname = name.rsplit(maxsplit=1)[-1]
    found = None
    for match in re.finditer(rf"(?<!\w)(\w+) {re.escape(surname)}(?!\w)", text):
        given = match[1]
        folded = _fold(given)
        if (
            folded in _WORDS.titles
            or folded.startswith("ال")
            or _PATTERNS.no_given_name.fullmatch(given)
        ):
            continue
        if found is not None and match.end() > before:
            break
        found = match.group()
    return found or name


def _is_no_given_name(word: str) -> bool:
    folded = _fold(word.rstrip("."))
    return (
        folded in _WORDS.titles
        or folded in _WORDS.no_given_names
        or folded in _WORDS.articles
        or folded in pack.weekdays("en")
        or (word.isupper() and len(folded) > 1)
        or _PATTERNS.demonym.search(folded) is not None
        or _PATTERNS.noun.fullmatch(folded) is not None
    )


def _fold(text: str) -> str:
    return fold(text).replace("ى", "ي")


def _parsed(name: str) -> _Name:
    # Longer is no name, and would take long.
    return _parse(_INITIALS.sub(_joined, " ".join(name.split())[:MAX_NAME_CHARS]))


def _joined(initials: re.Match[str]) -> str:
    return initials.group().replace(".", "")


def _parse(name: str) -> _Name:
    name = re.sub(r"\([^)]*\)", " ", name).split(",", 1)[0].strip(" \"'“”«»‘’.:;")
    name = _PATTERNS.press_secretary.sub("spokesperson", _PATTERNS.state_secretary.sub(r"\1", name))
    spoken_for = _PATTERNS.spoken_for.match(name)
    if spoken_for is not None:
        return _parse(name[spoken_for.end() :])
    owned = _PATTERNS.owned.match(name)
    if owned is not None:
        owner, what = owned["owner"], owned["what"]
        if any(_PATTERNS.spokesperson.fullmatch(word) for word in _words(what)):
            return _parse(f"{owner} {what}")
        inner = _parse(what)
        return _Name(inner.words, inner.core, inner.of | set(_words(owner)), inner.in_clause)
    of = _PATTERNS.of.search(name)
    if of is not None:
        return _parsed_of(name[: of.start()], name[of.end() :], of["link"].lower())
    if _ARABIC.search(name):
        return _parsed_arabic(_words(name))
    spoken = [
        part[0].upper() + part[1:] if word[0].isupper() else part
        for word in re.findall(r"[^\W_]+(?:-[^\W_]+)*", re.sub(r"['’]s$", "", name))
        for part in word.split("-")
    ]
    raw = [word for word in spoken if _fold(word) not in _WORDS.articles]
    if len(raw) < len(spoken) and not any(word[0].isupper() for word in raw):
        return _Name(tuple(map(_folded, raw)), ())  # "the suspect"
    if len(raw) > 1 and _PATTERNS.spokesperson.fullmatch(_fold(raw[-1])):
        raw.pop()
    if len(raw) == 1:
        raw = _written_out().get(raw[0], raw)
    return _Name(tuple(map(_folded, raw)), _core(raw))


def _parsed_of(main: str, complement: str, link: str) -> _Name:
    """A name in two parts: "Y of X"."""
    head = _parse(main)
    of = [word for word in _words(complement) if word not in ("of", "for")]
    if head.words and _PATTERNS.spokesperson.fullmatch(head.words[-1]):
        return _parse(complement)
    if (
        head.words[-1:]
        and head.words[-1] in _WORDS.titles | _WORDS.heads
        and len(of) > 2
        and not re.search(r"\b(?:of|and)\b", complement)
    ):
        # "President of Ukraine Volodymyr Zelensky"
        return _Name((*head.words, *of), tuple(of[1:]))
    name = _name_after_title(complement)
    if name and not head.core and head.words and not _PATTERNS.relation.fullmatch(head.words[-1]):
        # "Bank of England Governor Andrew Bailey"
        return _Name((*head.words, *of), name)
    return _Name(head.words, head.core, head.of | set(of), link in _WORDS.clauses)


def _name_after_title(text: str) -> tuple[str, ...]:
    """The name that a text ends with after a title; empty where it has none."""
    words = re.findall(r"[^\W_]+", text)
    titled = [
        at
        for at, word in enumerate(words)
        if _fold(word) in _WORDS.titles or _PATTERNS.noun.fullmatch(_fold(word))
    ]
    rest = words[titled[-1] + 1 :] if titled else []
    return tuple(map(_folded, rest)) if rest and all(word[0].isupper() for word in rest) else ()


def _parsed_arabic(words: Sequence[str]) -> _Name:
    is_title = len(words) > 2 and words[0] in _WORDS.advisers and words[1].startswith("ال")
    if len(words) > 1 and words[0] in _WORDS.relations and not is_title:
        return _Name((words[0],), (), frozenset(words[1:]))
    kept = [word for word in words if word not in _WORDS.titles]
    # Between a title and a name stand adjectives, with the article: "الرئيس الفرنسي ماكرون".
    core = [
        word
        for at, word in enumerate(kept)
        if not word.startswith("ال") or kept[at - 1 : at] == ["عبد"] or at == len(kept) - 1
    ]
    # "وزير الداخلية" is a role alone, "الرئيس السيسي" a name with a title.
    is_role = words[0] in _WORDS.titles and not words[0].startswith("ال")
    if is_role and all(word.startswith("ال") for word in core):
        core = []
    return _Name(tuple(words), tuple(core))


def _core(raw: Sequence[str]) -> tuple[str, ...]:
    """The name in words as they were written, without what comes before it; empty where there is none."""
    if not raw:
        return ()
    last = _fold(raw[-1])
    has_case = any(word[0].isupper() for word in raw)
    if (
        _PATTERNS.noun.fullmatch(last)
        or last in _WORDS.titles
        or (has_case and not raw[-1][0].isupper())
    ):
        return ()
    start = 0
    for place, word in enumerate(raw[:-1]):
        folded = _fold(word)
        if _PATTERNS.spokesperson.fullmatch(folded):
            continue
        is_small = has_case and not word[0].isupper() and folded not in _WORDS.particles
        if is_small or folded in _WORDS.titles or _PATTERNS.noun.fullmatch(folded):
            start = place + 1
    return tuple(
        _folded(word) for word in raw[start:] if not _PATTERNS.spokesperson.fullmatch(_fold(word))
    )


def _words(text: str) -> list[str]:
    return [
        word for word in map(_folded, re.findall(r"[^\W_]+", text))
        if word not in _WORDS.articles and word != "s"
    ]  # fmt: skip


def _folded(word: str) -> str:
    """A word as it is compared: endings in y and umlauts are written many ways."""
    plain = re.sub(r"(?<=[bcdfghj-np-tv-z][aou])e(?=[bcdfghj-np-tv-z])", "", _fold(word))
    return (
        re.sub(r"(?:iy|yy|ij|ii|i)$", "y", plain) if len(plain) > 4 and plain.isascii() else plain
    )


@lru_cache(maxsize=1)
def _nations() -> dict[str, str]:
    """The adjectives of nations by their names, where the two do not begin alike."""
    return {name: row[0] for row in pack.rows("people", "nations") for name in row[1:]}


@lru_cache(maxsize=1)
def _written_out() -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in pack.rows("people", "acronyms")}


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Given names that are one, as they are compared."""
    return {
        _folded(spelling): _folded(names[0])
        for names in pack.rows("people", "given_names")
        for spelling in names
    }


def _holds(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return set(ours) <= set(theirs) or set(theirs) <= set(ours)


def _same_name(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    if ours[-1] != theirs[-1]:
        return _holds(ours, theirs)
    fewer, more = sorted(
        (
            {_spellings().get(word, word) for word in words[:-1]} - _WORDS.particles
            for words in (ours, theirs)
        ),
        key=len,
    )
    return all(any(_same_given(word, other) for other in more) for word in fewer)


def _sounds_alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names in different scripts have the same words, or one has some of the other's."""
    fewer, more = sorted((list(ours), list(theirs)), key=len)
    there: frozenset[str] = frozenset().union(*map(skeletons, more))
    heard = [
        max((_heard(form, other) for form in skeletons(word) for other in there), default=0)
        for word in fewer
        if word not in _WORDS.particles and any(map(consonants_of, skeletons(word)))
    ]
    if len(heard) < 2:
        return heard == [2]
    # Given names are written in more ways than a surname is; half of them must be there.
    others = sum(map(bool, heard[:-1]))
    return bool(heard[-1]) and others > 0 and 2 * others >= len(heard) - 1


def _is_heard(word: str) -> bool:
    """Whether a word has two consonants to be told by across scripts."""
    return any(consonants_of(form) > 1 for form in skeletons(word))


def _heard(one: str, other: str) -> int:
    """0 where two skeletons are not of one word, 2 where they say enough to stand alone, else 1."""
    if reliability(one, other) > 0:
        return 2
    consonants = consonants_of(one)
    return (2 if consonants > 1 else 1) if one == other and consonants else 0


def _same_given(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if long == short + "a" or long == short + "ka":
        return False  # Ivan, Ivana
    return one == other or (len(short) in (1, 3, 4, 5, 6) and long.startswith(short))


def _same_role(ours: _Name, theirs: _Name) -> bool:
    fewer, more = sorted((ours, theirs), key=lambda name: len(set(name.words)))
    if not set(fewer.words) <= set(more.words):
        return False
    extra = set(more.words) - set(fewer.words)
    # "The Swedish minister" and "the minister of Sweden".
    return not extra or not fewer.of or bool(more.of) or _agree(extra, fewer.of)


def _agree(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether all words of the shorter one are in the other, nations by any of their names."""
    fewer, more = sorted((set(ours), set(theirs)), key=len)
    return all(any(_same_nation(one, other) for other in more) for one in fewer)


def _same_nation(one: str, other: str) -> bool:
    nations = _nations()
    one, other = nations.get(one, one), nations.get(other, other)
    if one == other or not {one, other}.isdisjoint(nations.values()):
        return one == other  # nothing but that nation is meant
    size = max(_STEM_CHARS, min(len(one), len(other)) - 2)
    return one[:size] == other[:size]
