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
from assistant.language.pronouns import contradicts, is_impersonal
from assistant.language.times import at_another_time
from assistant.language.words import words_of
from assistant.types import Answer, UnanswerableReason

MAX_SUBJECT_WORDS = 8

_OPENING = r"^\s*(?:and\s+|but\s+)?"
"""What may stand before a question that goes on from another."""
_IRREGULAR = "built|made|won|sent|paid|led|held|found|bought|sold"

_NAME_PATTERN = r"\b[A-Z][\w’'.-]*(?:\s+(?:(?:of|the|de|von|van|for|and)\s+){0,2}[A-Z][\w’'.-]*)*"
_CONNECTIVE = re.compile(
    r"^\s*(?:and|but|so|also|then|ok(?:ay)?,?|what about|how about|و(?=\S)|وماذا عن|ماذا عن)\b[,\s]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^\s*(?:and\s+)?(?:what|how) about\s+(?P<what>.+?)\s*\?*\s*$", re.IGNORECASE)
_AND_NAME = re.compile(rf"^\s*(?i:and|but)\s+(?P<what>{_NAME_PATTERN})\s*\?*\s*$")
_BARE = re.compile(
    r"^\s*(?:and\s+|but\s+|so\s+)?(?P<word>when|where|who|why|how|how many|how much|since when|by whom|with whom|"
    r"which(?: ones?)?|what|متى|أين|من|لماذا|كيف|كم)(?:\s+(?:exactly|precisely|else|so|not))?\s*[?؟]*\s*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<word>it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|then)\b(?!\s*['’])",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"\b(?:this|that|these|those)\s+[a-z]{3,}", re.IGNORECASE)
_NAME = re.compile(_NAME_PATTERN)
_EVENT = (
    "summit|meeting|talks?|conference|declaration|agreement|treaty|accord|proposal|election|war|crisis|"
    "government|parliament|army|coalition|court"
)
_SUBJECT_NAME = re.compile(rf"(?:\bthe\s+)?{_NAME.pattern}(?:\s+(?:{_EVENT})\b)?")
_WHO_IS = re.compile(r"^\s*[Ww]ho\s+(?:is|was)\s+[A-Z]")
_QUESTION_OPENING = re.compile(
    _OPENING + r"(?:who|whom|whose|what|which|when|where|why|how many|how much|how|did|"
    r"does|do|is|are|was|were|has|have|had|can|could|will|would|should|may|might|متى|أين|من|لماذا|كيف|كم|ماذا|هل)\b",
    re.IGNORECASE,
)
_NOUN = r"(?!(?:of|in|at|for)\b)[a-z][\w-]*"
_NOUN_PHRASE = re.compile(
    rf"\bthe\s+(?P<what>(?:{_NOUN}\s+){{0,3}}{_NOUN}(?:\s+(?:of|in|at|for)\s+(?:the\s+)?[A-Z]\w+)?)"
)
_BE = "is|are|was|were"
_AUXILIARY = rf"(?:{_BE}|did|does|do|has|have|had|will|would|can|could|should|may|might)"
_ADJUNCT = re.compile(r"when|where|why|how|since when|by whom|with whom", re.IGNORECASE)
_NAMES_ONLY = re.compile(rf"^\s*(?P<word>what|who)\s+(?:{_BE})\b", re.IGNORECASE)
_ARABIC = re.compile("[\u0621-\u064a]")
_ASKS_AFTER = re.compile(
    rf"{_OPENING}(?:what|when|where|why|how|who|whom)\s+(?={_AUXILIARY}\b)",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(rf"^\s*(?={_AUXILIARY}\b)", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"{_OPENING}how (?P<amount>many|much)\s+(?P<what>(?:(?!{_AUXILIARY}\b)[\w-]+\s+){{1,3}}?)"
    rf"(?P<verb>{_AUXILIARY})\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    _OPENING + r"how (?P<amount>many|much)\s+(?P<what>[a-z][\w-]+)\s+\w", re.IGNORECASE
)
_SUBJECT_FIRST = re.compile(r"^(?:[A-Z]|(?:the|a|an|he|she|it|they|his|her|its|their)\b)")
_PREPOSITION = re.compile(r"\s(?=(?:to|in|at|for|from|on|by|with|into|during|after|before)\s)")
_WHO_DID = re.compile(
    rf"^\s*(?:and\s+)?who\s+(?P<verb>\w+ed|{_IRREGULAR})\s+"
    r"(?P<what>(?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+){0,4})\s*\?*\s*$",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^\s*(?:please\s+)?(?:tell|name|list|describe|explain|show)\b", re.IGNORECASE
)
_ASKS_WHO = re.compile(_OPENING + r"(?:who|whom|which)\b", re.IGNORECASE)
_WHAT_IS = re.compile(
    rf"^\s*(?:and\s+)?what\s+(?:{_BE})\s+(?:an?\s+)?(?P<what>[\w-]+(?:\s+[\w-]+)?)\s*\?*\s*$",
    re.IGNORECASE,
)
_ASKED_OF = re.compile(rf"\b(?P<verb>{_AUXILIARY})\s+(?=(?:the\s+)?[A-Z])", re.IGNORECASE)
_PARTICIPLE = re.compile(rf"\w{{2,}}(?:ed|ing)|{_IRREGULAR}|born")
_NOUN_AFTER = re.compile(rf"\s+([a-z][\w-]*)(?=\s*\?*\s*$|\s+(?:{_PARTICIPLE.pattern})\b)")
_TAIL = re.compile(
    rf"\s(?P<where>(?:in|at|during|near)\s+(?:the\s+)?{_NAME.pattern}(?:\s+[a-z]+s?)?)\s*\?*\s*$"
)
_PERSON = re.compile(
    r"[A-Z][\w’'-]*\.?(?:\s+(?:(?:de|del|der|da|di|von|van|bin|al|el|la)\s+){0,2}[A-Z][\w’'-]*\.?){0,5}"
)
_DEMONYM = re.compile(r"(?:\w*(?:an|ish|ese)|French|Dutch|Greek|Iraqi|Israeli|Swiss)$")
_NO_NAMES = frozenset(
    "i he she it they we you his her its their our the a an this that these those there some many most all "
    "no not yes one two both each if when while after before since because although in on at by for from to "
    "and but or so as anything something nothing everything anyone someone".split()
)
_WHERE = "in|at|near|inside|outside|across|around|throughout"
_OF_PLACES = frozenset(
    "new saint st san santa los las north south east west great port cape lake mount united city river valley county "
    "northern southern eastern western upper lower old bay island islands hospital university court church".split()
)
_FIRST_OF_PLACES = frozenset(
    "addis antigua bandar banja baton belo bosnia buenos burkina campo chiang ciudad corpus costa czech "
    "dar deir des dominican el equatorial fort french gaza grand greater guatemala hai ho hong inner isle "
    "ivory khon kiryat kuala la little mexico mont monte nizhny nova novi palm panama papua phnom phuket "
    "porto puerto quezon ramat ras rio salt santo sao são saudi sierra sri tel tierra trinidad ulan umm "
    "vatican villa virgin western".split()
)
_LAST_OF_PLACES = frozenset(
    "abeba ababa arabia aires aviv bank beach coast cross emirates falls faso guinea heights hills "
    "janeiro kingdom kong lanka leone lumpur minh penh plata province republic rica rico ridge rouge "
    "salaam springs state states strip town tobago verde village district region street park square "
    "bridge road station airport dhabi nang".split()
)
_NO_ONE_ASKED_OF = frozenset(
    "who whom whose what which when where why how ok okay then also else well please thanks hello hi".split()
)
_POSSESSIVES = frozenset({"its", "their", "theirs", "his", "hers"})
_PERSONAL = frozenset({"he", "him", "his", "she", "her", "hers"})
_PLURAL = frozenset({"they", "them", "their", "theirs", "these", "those"})


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
    about = _ABOUT.match(question) or _and_name(question)
    if about is not None and _free_pronoun(about.group("what")) is None:
        return _exchange(asked, _as_written(about.group("what"), history[-1]), history[-1])
    if _BARE.match(question):
        return _bare(question, asked)
    rest = question if about is not None else _CONNECTIVE.sub("", question)
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
    tail = _TAIL.search(asked)
    if rest != question and tail and _QUESTION_OPENING.match(rest) and not _has_own_subject(rest):
        return _capitalised(f"{rest.rstrip(' ?؟')} {tail.group('where')}?")
    return None


def _and_name(question: str) -> re.Match[str] | None:
    """A follow-up that only names someone, as "And Macron?" does; "And Who?" and "And I?" name nobody."""
    found = _AND_NAME.match(question)
    if found is None:
        return None
    words = found.group("what").lower().split()
    names = words[0] not in _NO_ONE_ASKED_OF and not _NO_NAMES.issuperset(words)
    return found if names else None


def _asks_nothing(rest: str, pronoun: re.Match[str]) -> bool:
    """Whether a question is its pronoun alone, or asks for nothing that is his: "And hers?"."""
    owns = pronoun.group("word").lower() in _POSSESSIVES
    before = "" if owns else rest[: pronoun.start()]
    return re.search(r"\w", before + rest[pronoun.end() :]) is None


def _last_named(history: Sequence[Answer]) -> Answer:
    """The last turn that says what it is about; "what about its rivers", left as it was, does not."""
    for turn in reversed(history):
        if turn.asked_as or _free_pronoun(_CONNECTIVE.sub("", turn.question)) is None:
            return turn
    return history[-1]


def _can_complete_from(previous: Answer) -> bool:
    """Whether a turn was a question about something in the library, not "thanks" or idle talk."""
    asked = previous.asked_as or previous.question
    if previous.reason in (UnanswerableReason.NOTHING_RELEVANT, UnanswerableReason.EMPTY_LIBRARY):
        return False
    is_question = asked.rstrip().endswith(("?", "؟")) or _QUESTION_OPENING.match(asked)
    return bool(is_question or previous.brief is not None or _REQUEST.match(asked))


def subject_of(answer: Answer) -> str | None:
    """What the turn was about: whom or what its question asks of, else its longest name or noun phrase.

    None where that cannot be told.
    """
    question = answer.asked_as or answer.question
    if answer.brief is not None:
        asked = broad_question(question)
        return asked.subjects[0] if asked is not None and len(asked.subjects) == 1 else None
    counted = _AMOUNT.match(question)
    if counted and not _SUBJECT_FIRST.match(counted.group("rest")):
        # "How much aid was promised to Chiva": not about Chiva.
        return f"the {counted.group('what').strip()}"
    of = _ASKED_OF.search(question)
    if of is not None and (first := _SUBJECT_NAME.match(question, of.end())) is not None:
        return _whole(first, after_verb=of.group("verb"))
    body = _QUESTION_OPENING.sub("", question)
    names = [
        match for match in _SUBJECT_NAME.finditer(body) if match.group().lower() not in ("i", "the")
    ]
    phrases = [match.group().strip() for match in _NOUN_PHRASE.finditer(body)]
    holding = [phrase for phrase in phrases if any(name.group() in phrase for name in names)]
    if holding:
        return _shorten(max(holding, key=len))
    if names:
        return _whole(max(names, key=lambda match: len(match.group())))
    if phrases:
        return _without_verb(body)
    thing = _WHAT_IS.match(question)
    return thing.group("what") if thing and not _PARTICIPLE.search(thing.group("what")) else None


def _whole(name: re.Match[str], after_verb: str = "") -> str | None:
    """A name with the noun that it belongs to: "the Aswan bridge"; None where it needs one.

    After "did" and the like what follows is more likely the verb: "does the United States play".
    """
    after = name.string[name.end() :]
    noun = _NOUN_AFTER.match(after)
    needs_noun = not _stands_alone(name)
    may_have = name.group().startswith("the ") and (
        not after_verb or re.fullmatch(_BE, after_verb, re.IGNORECASE)
    )
    if noun is not None and (needs_noun or may_have) and not _PARTICIPLE.fullmatch(noun.group(1)):
        return _shorten(name.group() + noun.group())
    return None if needs_noun else _shorten(name.group())


def _stands_alone(name: re.Match[str]) -> bool:
    """Whether a name stands for itself: not "German" before a noun, not "Zelenskyy’s"."""
    if name.group().endswith(("'s", "’s")):
        return False
    followed = re.match(r"\s+[a-z]", name.string[name.end() :])
    return followed is None or _DEMONYM.search(name.group()) is None


def _without_verb(body: str) -> str | None:
    """The noun phrase of a question, without a verb after it; None where the two cannot be told apart."""
    match = max(_NOUN_PHRASE.finditer(body), key=lambda match: len(match.group()))
    words = match.group().split()
    for place, word in enumerate(words[2:], 2):
        if _PARTICIPLE.fullmatch(word) or _PREPOSITION.match(f" {word} "):
            return _shorten(" ".join(words[:place]))
    before = re.search(rf"\b({_AUXILIARY})\s+$", body[: match.start()], re.IGNORECASE)
    if before is None or re.fullmatch(_BE, before.group(1), re.IGNORECASE):
        return _shorten(match.group())
    ends = not body[match.end() :].strip(" ?")
    return " ".join(words[:-1]) if ends and 3 <= len(words) <= 4 else None


def _shorten(subject: str) -> str:
    return " ".join(subject.strip(" ?؟.,").split()[:MAX_SUBJECT_WORDS])


def _free_pronoun(question: str) -> re.Match[str] | None:
    """A pronoun that nothing before it in the question could mean."""
    for match in _PRONOUN.finditer(question):
        word = match.group("word").lower()
        before = _QUESTION_OPENING.sub("", question[: match.start()])
        if _has_own_subject(before):
            return None
        if is_impersonal(question, match.start()):
            continue
        if word in ("there", "then", "that"):
            continue
        if word in ("this", "these", "those") and _DETERMINED.match(question, match.start()):
            continue
        return match
    return None


def _has_own_subject(text: str) -> bool:
    """Whether the text names something: a name, or a noun phrase of its own."""
    body = _QUESTION_OPENING.sub("", text)
    return bool(_NAME.search(body)) or bool(_NOUN_PHRASE.search(body)) or len(words_of(body)) >= 4


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
        if pronoun in _PERSONAL:
            return said.speaker if _is_person(said.speaker) else None
        # "It" may be what was spoken of.
        return None if said.topic or _is_person(said.speaker) else said.speaker
    subject = subject_of(previous)
    if _ASKS_WHO.match(asked) and not _WHO_IS.match(asked):
        if pronoun in _PERSONAL:
            text = previous.answers[0].text if previous.answers else ""
            return text if _is_person(text) else None
        if pronoun in _PLURAL:
            return None  # those who were asked for, and they may be many
    if pronoun in _PERSONAL:
        return (
            subject if subject and _is_person(subject) and not _is_place(subject, asked) else None
        )
    counted = _COUNTED.match(asked)
    if pronoun in _PLURAL and counted and counted.group("amount").lower() == "many":
        return f"the {counted.group('what')}"
    return subject


def _is_person(text: str) -> bool:
    """Whether a text is a name and nothing else: no clause, no pronoun, no meeting."""
    words = text.split()
    return (
        _PERSON.fullmatch(text) is not None
        and words[0].lower() not in _NO_NAMES
        and re.search(rf"\b(?:{_EVENT})$", text, re.IGNORECASE) is None
    )


def _is_place(name: str, asked: str) -> bool:
    """Whether a question asks for what is in ``name``."""
    return re.search(rf"\b(?:{_WHERE})\s+(?:the\s+)?{re.escape(name)}", asked) is not None


def _replace(question: str, pronoun: re.Match[str], subject: str) -> str:
    word = pronoun.group("word").lower()
    her_object = word == "her" and not re.match(r"\s+\w", question[pronoun.end() :])
    possessive = word in _POSSESSIVES or (word == "her" and not her_object)
    ending = ("’" if subject.endswith("s") else "’s") if possessive else ""
    return question[: pronoun.start()] + subject + ending + question[pronoun.end() :]


def _bare(question: str, asked: str) -> str | None:
    """The earlier question asked with another question word."""
    word = re.sub(r"^\s*(?:and|but|so)\s+", "", question, flags=re.IGNORECASE).strip(" ?؟")
    word = re.sub(r"\s+(?:exactly|precisely|so)$", "", word, flags=re.IGNORECASE)
    if _ARABIC.search(word):
        rest = _QUESTION_OPENING.sub("", asked).strip(" ?؟")
        return f"{word} {rest}؟" if _ARABIC.search(rest) else None
    if not _ADJUNCT.fullmatch(word):
        return None
    # "What is the Paris Declaration?" has no verb that "why" could ask about.
    named = _NAMES_ONLY.match(asked)
    if named and word.lower() not in ("where", "when" if named["word"].lower() == "what" else ""):
        return None
    otherwise = _asked_otherwise(asked.strip(" ?؟"))
    return _capitalised(f"{word} {otherwise}?") if otherwise else None


def _asked_otherwise(asked: str) -> str | None:
    """A question without its question word, as it goes on after "when" or "why"; None where unclear."""
    amount = _AMOUNT.match(asked)
    if amount is not None:
        what, verb, rest = (amount.group(part).strip() for part in ("what", "verb", "rest"))
        if not _SUBJECT_FIRST.match(rest):
            return f"{verb} {what} {rest}"
        place = _PREPOSITION.search(rest)
        at = place.start() if place else len(rest)
        return f"{verb} {rest[:at]} {what}{rest[at:]}"
    opening = _ASKS_AFTER.match(asked) or _YES_OR_NO.match(asked)
    if opening is not None:
        rest = asked[opening.end() :]
        if re.match(r"\s*(?:and\s+|but\s+)?(?:what|who)\b", asked, re.IGNORECASE):
            after = rest.split(None, 1)[1:]
            if not after or not _SUBJECT_FIRST.match(after[0]):
                return None  # "who was pelted with mud" asks for the subject itself
        return rest[:1].lower() + rest[1:]
    done = _WHO_DID.match(asked)
    if done is not None and not _PREPOSITION.search(f" {done.group('what')} "):
        what = done.group("what")
        return f"{'were' if what.endswith('s') else 'was'} {what} {done.group('verb')}"
    event = re.search(rf"\bthe\s+{_NAME.pattern}\s+(?:{_EVENT})\s*$", asked)
    return f"was {event.group().strip()}" if event else None


def _as_written(what: str, turn: Answer) -> str:
    """A name typed in small letters as the turn's passages write it: "germany"."""
    name = " ".join(word[:1].upper() + word[1:] for word in what.split())
    written = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return name if any(written.search(hit.passage.text) for hit in turn.passages) else what


def _exchange(asked: str, what: str, turn: Answer) -> str | None:
    """The earlier question about another name, where it has one name only to put it in place of."""
    names = list(_NAME.finditer(_QUESTION_OPENING.sub(lambda m: " " * len(m.group()), asked)))
    if len(names) != 1 or not _NAME.fullmatch(what):
        return None
    if _QUESTION_OPENING.match(asked) is None and not _ARABIC.search(asked):
        return None  # "And his?" was none itself
    name = names[0]
    if not _stands_alone(name) and _DEMONYM.search(what) is None:
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
    is_place = words[0] in _FIRST_OF_PLACES or words[-1] in _LAST_OF_PLACES
    return len(words) > 1 and _is_person(name) and _OF_PLACES.isdisjoint(words) and not is_place


def _capitalised(question: str) -> str:
    return question[:1].upper() + question[1:]
