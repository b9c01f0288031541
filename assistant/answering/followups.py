"""Follow-up questions completed from the turn before.

"When?" or "And who signed it?" mean nothing alone. A question is taken for a follow-up only if it
shows it: it opens with a connective, is a bare question word, or has a pronoun with nothing of its own
that the pronoun could stand for. The completed question is shown to the user, never used silently, and
where its wording would be a guess the question stays as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.asked_statements import about_another_topic, asked_statement, more_of_it
from assistant.answering.broad import broad_question
from assistant.language import pack
from assistant.language.pronouns import contradicts, is_impersonal
from assistant.language.times import at_another_time
from assistant.language.words import words_of
from assistant.types import Answer, UnanswerableReason

_PATTERNS = pack.Patterns("followups")
_WORDS = pack.Words("followups")
MAX_SUBJECT_WORDS = 8


_ARABIC = re.compile("[\u0621-\u064a]")


def complete(question: str, history: Sequence[Answer]) -> str | None:
    """``question`` with the subject of the turn before, or None where it stands on its own.

    Args:
        question: As the user asked it.
        history: Earlier answers, oldest first.
    """
    history = [turn for turn in history if turn.reason is not UnanswerableReason.NO_QUESTION]
    if not history or not _can_complete_from(history[-1]):
        return None
    asked = history[-1].asked_as or history[-1].question
    more = more_of_it(asked, question)
    if more is not None:
        return more
    another = at_another_time(asked, question)
    if another is not None:
        return another
    about = _PATTERNS.about.match(question) or _and_name(question)
    if about is not None and _free_pronoun(about.group("what")) is None:
        return _exchange(asked, _as_written(about.group("what"), history[-1]), history[-1])
    if _PATTERNS.bare.match(question):
        return _bare(question, asked)
    rest = question if about is not None else _PATTERNS.connective.sub("", question)
    pronoun = _free_pronoun(rest)
    if pronoun is not None and _asks_nothing(rest, pronoun):
        return None
    other = about_another_topic(asked, rest)
    if other is not None:
        if pronoun is None:
            return other
        meant = _for_pronoun(history[-1], pronoun.group("word").lower())
        return about_another_topic(asked, _replace(rest, pronoun, meant)) if meant else None
    if pronoun is not None:
        named = _last_named(history)
        if not _can_complete_from(named):
            return None
        meant = _for_pronoun(named, pronoun.group("word").lower())
        return _capitalised(_replace(rest, pronoun, meant)) if meant else None
    tail = _PATTERNS.tail.search(asked)
    if (
        rest != question
        and tail
        and _PATTERNS.question_opening.match(rest)
        and not _has_own_subject(rest)
    ):
        return _capitalised(f"{rest.rstrip(' ?؟')} {tail.group('where')}?")
    return None


def _and_name(question: str) -> re.Match[str] | None:
    """A follow-up that only names someone, as "And Macron?" does; "And Who?" and "And I?" name nobody."""
    found = _PATTERNS.and_name.match(question)
    if found is None:
        return None
    words = found.group("what").lower().split()
    names = words[0] not in _WORDS.no_one_asked_of and not _WORDS.no_names.issuperset(words)
    return found if names else None


def _asks_nothing(rest: str, pronoun: re.Match[str]) -> bool:
    """Whether a question is its pronoun alone, or asks for nothing that is his: "And hers?"."""
    owns = pronoun.group("word").lower() in _WORDS.possessives
    before = "" if owns else rest[: pronoun.start()]
    return re.search(r"\w", before + rest[pronoun.end() :]) is None


def _last_named(history: Sequence[Answer]) -> Answer:
    """The last turn that says what it is about; "what about its rivers", left as it was, does not."""
    for turn in reversed(history):
        if turn.asked_as or _free_pronoun(_PATTERNS.connective.sub("", turn.question)) is None:
            return turn
    return history[-1]


def _can_complete_from(previous: Answer) -> bool:
    """Whether a turn was a question about something in the library, not "thanks" or idle talk."""
    asked = previous.asked_as or previous.question
    if previous.reason in (UnanswerableReason.NOTHING_RELEVANT, UnanswerableReason.EMPTY_LIBRARY):
        return False
    is_question = asked.rstrip().endswith(("?", "؟")) or _PATTERNS.question_opening.match(asked)
    return bool(is_question or previous.brief is not None or _PATTERNS.request.match(asked))


def subject_of(answer: Answer) -> str | None:
    """What the turn was about: whom or what its question asks of, else its longest name or noun phrase.

    None where that cannot be told.
    """
    question = answer.asked_as or answer.question
    if answer.brief is not None:
        asked = broad_question(question)
        return asked.subjects[0] if asked is not None and len(asked.subjects) == 1 else None
    counted = _PATTERNS.amount.match(question)
    if counted and not _PATTERNS.subject_first.match(counted.group("rest")):
        # "How much aid was promised to Chiva": not about Chiva.
        return f"the {counted.group('what').strip()}"
    of = _PATTERNS.asked_of.search(question)
    if of is not None and (first := _PATTERNS.subject_name.match(question, of.end())) is not None:
        return _whole(first, after_verb=of.group("verb"))
    body = _PATTERNS.question_opening.sub("", question)
    names = [
        match
        for match in _PATTERNS.subject_name.finditer(body)
        if match.group().lower() not in ("i", "the")
    ]
    phrases = [match.group().strip() for match in _PATTERNS.noun_phrase.finditer(body)]
    holding = [phrase for phrase in phrases if any(name.group() in phrase for name in names)]
    if holding:
        return _shorten(max(holding, key=len))
    if names:
        return _whole(max(names, key=lambda match: len(match.group())))
    if phrases:
        return _without_verb(body)
    thing = _PATTERNS.what_is.match(question)
    return (
        thing.group("what")
        if thing and not _PATTERNS.participle.search(thing.group("what"))
        else None
    )


def _whole(name: re.Match[str], after_verb: str = "") -> str | None:
    """A name with the noun that it belongs to: "the Aswan bridge"; None where it needs one.

    After "did" and the like what follows is more likely the verb: "does the United States play".
    """
    after = name.string[name.end() :]
    noun = _PATTERNS.noun_after.match(after)
    needs_noun = not _stands_alone(name)
    may_have = name.group().startswith("the ") and (
        not after_verb or re.fullmatch(_PATTERNS.text("be"), after_verb, re.IGNORECASE)
    )
    if (
        noun is not None
        and (needs_noun or may_have)
        and not _PATTERNS.participle.fullmatch(noun.group(1))
    ):
        return _shorten(name.group() + noun.group())
    return None if needs_noun else _shorten(name.group())


def _stands_alone(name: re.Match[str]) -> bool:
    """Whether a name stands for itself: not "German" before a noun, not "Zelenskyy’s"."""
    if name.group().endswith(("'s", "’s")):
        return False
    followed = re.match(r"\s+[a-z]", name.string[name.end() :])
    return followed is None or _PATTERNS.demonym.search(name.group()) is None


def _without_verb(body: str) -> str | None:
    """The noun phrase of a question, without a verb after it; None where the two cannot be told apart."""
    match = max(_PATTERNS.noun_phrase.finditer(body), key=lambda match: len(match.group()))
    words = match.group().split()
    for place, word in enumerate(words[2:], 2):
        if _PATTERNS.participle.fullmatch(word) or _PATTERNS.preposition.match(f" {word} "):
            return _shorten(" ".join(words[:place]))
    before = re.search(
        rf"\b({_PATTERNS.text('auxiliary')})\s+$", body[: match.start()], re.IGNORECASE
    )
    if before is None or re.fullmatch(_PATTERNS.text("be"), before.group(1), re.IGNORECASE):
        return _shorten(match.group())
    ends = not body[match.end() :].strip(" ?")
    return " ".join(words[:-1]) if ends and 3 <= len(words) <= 4 else None


def _shorten(subject: str) -> str:
    return " ".join(subject.strip(" ?؟.,").split()[:MAX_SUBJECT_WORDS])


def _free_pronoun(question: str) -> re.Match[str] | None:
    """A pronoun that nothing before it in the question could mean."""
    for match in _PATTERNS.pronoun.finditer(question):
        word = match.group("word").lower()
        before = _PATTERNS.question_opening.sub("", question[: match.start()])
        if _has_own_subject(before):
            return None
        if is_impersonal(question, match.start()):
            continue
        if word in ("there", "then", "that"):
            continue
        if word in ("this", "these", "those") and _PATTERNS.determined.match(
            question, match.start()
        ):
            continue
        return match
    return None


def _has_own_subject(text: str) -> bool:
    """Whether the text names something: a name, or a noun phrase of its own."""
    body = _PATTERNS.question_opening.sub("", text)
    return (
        bool(_PATTERNS.name.search(body))
        or bool(_PATTERNS.noun_phrase.search(body))
        or len(words_of(body)) >= 4
    )


def _for_pronoun(previous: Answer, pronoun: str) -> str | None:
    """What a pronoun means, None where the passages call whom it would mean by the other one."""
    meant = _meant_by(previous, pronoun)
    asked = previous.asked_as or previous.question
    texts = (hit.passage.text for hit in previous.passages)
    return None if meant and contradicts(pronoun, meant, asked, texts) else meant


def _meant_by(previous: Answer, pronoun: str) -> str | None:
    """What a pronoun may mean: a person for "he" and "she", several for "they", else the subject."""
    asked = previous.asked_as or previous.question
    said = asked_statement(asked)
    if said is not None:
        if pronoun in _WORDS.personal:
            return said.speaker if _is_person(said.speaker) else None
        # "It" may be what was spoken of.
        return None if said.topic or _is_person(said.speaker) else said.speaker
    subject = subject_of(previous)
    if _PATTERNS.asks_who.match(asked) and not _PATTERNS.who_is.match(asked):
        if pronoun in _WORDS.personal:
            text = previous.answers[0].text if previous.answers else ""
            return text if _is_person(text) else None
        if pronoun in _WORDS.plural:
            return None  # those who were asked for, and they may be many
    if pronoun in _WORDS.personal:
        return (
            subject if subject and _is_person(subject) and not _is_place(subject, asked) else None
        )
    counted = _PATTERNS.counted.match(asked)
    if pronoun in _WORDS.plural and counted and counted.group("amount").lower() == "many":
        return f"the {counted.group('what')}"
    return subject


def _is_person(text: str) -> bool:
    """Whether a text is a name and nothing else: no clause, no pronoun, no meeting."""
    words = text.split()
    return (
        _PATTERNS.person.fullmatch(text) is not None
        and words[0].lower() not in _WORDS.no_names
        and re.search(rf"\b(?:{_PATTERNS.text('event')})$", text, re.IGNORECASE) is None
    )


def _is_place(name: str, asked: str) -> bool:
    """Whether a question asks for what is in ``name``."""
    return (
        re.search(rf"\b(?:{_PATTERNS.text('where')})\s+(?:the\s+)?{re.escape(name)}", asked)
        is not None
    )


def _replace(question: str, pronoun: re.Match[str], subject: str) -> str:
    word = pronoun.group("word").lower()
    her_object = word == "her" and not re.match(r"\s+\w", question[pronoun.end() :])
    possessive = word in _WORDS.possessives or (word == "her" and not her_object)
    ending = ("’" if subject.endswith("s") else "’s") if possessive else ""
    return question[: pronoun.start()] + subject + ending + question[pronoun.end() :]


def _bare(question: str, asked: str) -> str | None:
    """The earlier question asked with another question word."""
    word = re.sub(r"^\s*(?:and|but|so)\s+", "", question, flags=re.IGNORECASE).strip(" ?؟")
    word = re.sub(r"\s+(?:exactly|precisely|so)$", "", word, flags=re.IGNORECASE)
    if _ARABIC.search(word):
        rest = _PATTERNS.question_opening.sub("", asked).strip(" ?؟")
        return f"{word} {rest}؟" if _ARABIC.search(rest) else None
    if not _PATTERNS.adjunct.fullmatch(word):
        return None
    # "What is the Paris Declaration?" has no verb that "why" could ask about.
    named = _PATTERNS.names_only.match(asked)
    if named and word.lower() not in ("where", "when" if named["word"].lower() == "what" else ""):
        return None
    otherwise = _asked_otherwise(asked.strip(" ?؟"))
    return _capitalised(f"{word} {otherwise}?") if otherwise else None


def _asked_otherwise(asked: str) -> str | None:
    """A question without its question word, as it goes on after "when" or "why"; None where unclear."""
    amount = _PATTERNS.amount.match(asked)
    if amount is not None:
        what, verb, rest = (amount.group(part).strip() for part in ("what", "verb", "rest"))
        if not _PATTERNS.subject_first.match(rest):
            return f"{verb} {what} {rest}"
        place = _PATTERNS.preposition.search(rest)
        at = place.start() if place else len(rest)
        return f"{verb} {rest[:at]} {what}{rest[at:]}"
    opening = _PATTERNS.asks_after.match(asked) or _PATTERNS.yes_or_no.match(asked)
    if opening is not None:
        rest = asked[opening.end() :]
        if re.match(r"\s*(?:and\s+|but\s+)?(?:what|who)\b", asked, re.IGNORECASE):
            after = rest.split(None, 1)[1:]
            if not after or not _PATTERNS.subject_first.match(after[0]):
                return None  # "who was pelted with mud" asks for the subject itself
        return rest[:1].lower() + rest[1:]
    done = _PATTERNS.who_did.match(asked)
    if done is not None and not _PATTERNS.preposition.search(f" {done.group('what')} "):
        what = done.group("what")
        return f"{'were' if what.endswith('s') else 'was'} {what} {done.group('verb')}"
    event = re.search(
        rf"\bthe\s+{_PATTERNS.name.pattern}\s+(?:{_PATTERNS.text('event')})\s*$", asked
    )
    return f"was {event.group().strip()}" if event else None


def _as_written(what: str, turn: Answer) -> str:
    """A name typed in small letters as the turn's passages write it: "germany"."""
    name = " ".join(word[:1].upper() + word[1:] for word in what.split())
    written = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return name if any(written.search(hit.passage.text) for hit in turn.passages) else what


def _exchange(asked: str, what: str, turn: Answer) -> str | None:
    """The earlier question about another name, where it has one name only to put it in place of."""
    names = list(
        _PATTERNS.name.finditer(
            _PATTERNS.question_opening.sub(lambda m: " " * len(m.group()), asked)
        )
    )
    if len(names) != 1 or not _PATTERNS.name.fullmatch(what):
        return None
    if _PATTERNS.question_opening.match(asked) is None and not _ARABIC.search(asked):
        return None  # "And his?" was none itself
    name = names[0]
    if not _stands_alone(name) and _PATTERNS.demonym.search(what) is None:
        return None
    if _is_place(name.group(), asked) and _has_forename(what):
        return None  # nobody died "in Daniel Kim"
    return asked[: name.start()] + _with_surname(what, name.group(), turn) + asked[name.end() :]


def _with_surname(forename: str, name: str, turn: Answer) -> str:
    """A forename with the asked-of surname, where what was read has someone called so and no other namesake."""
    words = name.split()
    if len(words) != 2 or " " in forename:
        return forename
    following = re.compile(rf"(?<!\w){re.escape(forename)}\s+([A-ZÀ-Þ][\w’'-]*)")
    texts = (hit.passage.text for hit in turn.passages)
    surnames = {match.group(1) for text in texts for match in following.finditer(text)}
    return f"{forename} {words[1]}" if surnames == {words[1]} else forename


def _has_forename(name: str) -> bool:
    """Whether a name of several words is more likely someone's than that of a place or a body."""
    words = name.lower().split()
    is_place = words[0] in _WORDS.first_of_places or words[-1] in _WORDS.last_of_places
    return (
        len(words) > 1 and _is_person(name) and _WORDS.of_places.isdisjoint(words) and not is_place
    )


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]
