"""Questions for what someone said, and what goes on from them: "What did Merz say about Ukraine?"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.scripts import script_of
from assistant.language.sounds import can_compare, overlap_shares
from assistant.reading.span_features import stems

_LISTENER = (
    r"(?: (?:to )?(?:(?:the )?(?:reporters|journalists|press|media|parliament)|us|me|them))?"
)
_LINK = r"(?:about|on|of|over|regarding|concerning|to|in|at|during|after|before|when|as|against|for|with)\b"
_SURELY = r"(?:exactly |just |also |have to |actually |really |reportedly |publicly |recently )?"
_SAY = (
    r"(?:say|declare|(?<!of )(?<!the )(?<!a )state(?! (?:of|for)\b)"
    r"|tell(?-i:(?: the)?(?: [A-Z][\w'’-]*){1,4})?)"
)
_SAID = r"(?:said|told|declared|stated|been saying|been telling)"
_WHEN = (
    r"(?: (?:yesterday|today|recently|(?:last|this) (?:week|month|year|night|morning|evening)))?"
)
_TOPIC = rf"{_WHEN}(?: (?P<topic>{_LINK} [^?]{{1,200}}?))?(?:[ .!]*|\?.*)$"
_ARABIC_LINK = r"(?:عن|حول|بشأن|بخصوص|في|بعد|خلال|قبل|على)"
_ARABIC_ALSO = "(?:أيضا|أيضًا|أمس|اليوم|مؤخرا|للصحفيين)"


# Over questions whose blanks are single ones.
_ASKED = (
    re.compile(
        r"^(?:\W*(?:and|so|but) )?\W*what(?: (?:exactly|else))?(?:"
        rf" (?:did|does|do) (?P<who>\S.{{0,80}}?) {_SURELY}{_SAY}"
        rf"| (?:has|have|had) (?P<who_has>\S.{{0,80}}?) {_SURELY}{_SAID}"
        rf"|(?:['’]s| was| were| is| are) (?P<who_is>\S.{{0,80}}?) {_SURELY}(?:saying|telling))\b"
        rf"{_LISTENER}{_TOPIC}",
        re.IGNORECASE,
    ),
    re.compile(
        r"^\W*(?:(?:and|so|but|please|can you|could you|would you|tell me|tell us|show me|give me|list|do you know|"
        r"i want to know|know|me) )*what (?:exactly |else )?(?!\w+n['’]t\b)"
        rf"(?P<who>[^?]{{1,80}}?) (?:has |have |had )?{_SURELY}(?:said|says|say){_LISTENER}{_TOPIC}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^\W*و?ماذا (?:قال|قالت|قالوا|صرح|صرّح|صرحت|يقول|تقول) (?P<who>(?!{_ARABIC_LINK} |عنه)[^؟?]{{1,80}}?)"
        rf"(?: {_ARABIC_ALSO})*(?: (?P<topic>{_ARABIC_LINK} [^؟?]{{1,200}}?))?(?: {_ARABIC_ALSO})*[ ؟?.!]*$"
    ),
)
_NO_TOPIC = frozenset(
    stems(
        "about on of regarding concerning to in at during after before when as against for with whether if response "
        "reply asked question his her its their your my our عن حول بشأن بخصوص في بعد خلال قبل على"
    )
)
"""What only links a subject to the question."""
_NOBODY = frozenset(
    "he she they it you we i people everyone anyone someone nobody this that these those articles article text "
    "library sources هو هي هم الناس".split()
)
_NOT_ASKED = frozenset(("not", "never", "neither", "nor"))
_AUXILIARIES = frozenset(
    "is are was were be been being do does did has have had would could should will can may might".split()
)
SEVERAL = re.compile(r"[A-Z]\w*(?: [A-Z]\w*)*(?:(?:, | and |, and | or )[A-Z]\w*(?: [A-Z]\w*)*)+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for what someone said."""

    speaker: str
    topic: frozenset[str]
    """Stems of the subject's words; empty where any statement will do."""
    subject: str = ""
    """The subject as it was asked."""

    def share_in(self, text: str) -> float:
        """How much of the subject a text has, 0 to 1: of its words, of its names in another script."""
        if not self.topic:
            return 1.0
        if can_compare(script_of(self.subject), script_of(text)):
            return float(overlap_shares(self.subject, [text])[0])
        return len(self.topic & stems(text)) / len(self.topic)


def asked_statement(question: str) -> Asked | None:
    """Whose words a question asks for; None for any other question.

    >>> asked_statement("What did Merz say?")
    Asked(speaker='Merz', topic=frozenset(), subject='')
    >>> asked_statement("What did they say the cause was?") is None
    True
    """
    match = _match_asked(_one_line(question))
    if match is None:
        return None
    speaker = _who(match).strip(" ,'\"“”«»")
    words = re.findall(r"\w+", speaker.casefold())
    if (
        not words
        or words[-1] in _NOBODY
        or words[0] in _NOT_ASKED
        or (words[0] in _AUXILIARIES and speaker[0].islower())
        or words[-1] in _NOT_ASKED
    ):
        return None
    small = re.findall(r"(?<!\w)[a-z]\w*", speaker)
    is_clause = not _AUXILIARIES.isdisjoint(small) or re.match(r"[a-z]\w*ed\b", speaker)
    if match.re is _ASKED[1] and is_clause:
        return None  # "what caused the fire, officials said"
    subject = match["topic"] or ""
    return Asked(speaker, frozenset(stems(subject)) - _NO_TOPIC, subject)


def _one_line(question: str) -> str:
    return " ".join(question.split())


def _who(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next(groups[name] for name in ("who", "who_has", "who_is") if groups.get(name))


def _match_asked(question: str) -> re.Match[str] | None:
    """What matches a question whose blanks are single ones."""
    return next((match for pattern in _ASKED if (match := pattern.search(question))), None)


_NO_QUESTION = r"(?!(?:what|which|who|whom|whose|how|when|where|why|the other hand|second thoughts?|average)\b)"
_OTHER_TOPIC = re.compile(
    rf"^(?:(?:and|but|so) )?(?P<topic>(?:about|on|regarding|concerning) {_NO_QUESTION}[^\s?,][^?]{{0,200}}?)[ ?.!]*$"
    r"|^و?(?P<arabic>(?:عن|حول|بشأن|بخصوص) (?!(?:من|ماذا|ما|أي|كم|متى|أين)\b)[^\s?؟][^?؟]{0,200}?)[ ?؟.!]*$",
    re.IGNORECASE,
)
_NEW_QUESTION = re.compile(
    r"\b(?:did|does|do)\b|(?<!who )(?<!that )(?<!which )\b(?:is|are|was|were|has|have|had)\b",
    re.IGNORECASE,
)


def about_another_topic(asked: str, question: str) -> str | None:
    """A question for what someone said, with the subject of a follow-up in the place of its own.

    >>> about_another_topic("What did Merz say about Ukraine?", "and about trains?")
    'What did Merz say about trains?'
    """
    question, asked = _one_line(question), _one_line(asked)
    other, found = _OTHER_TOPIC.match(question), _match_asked(asked)
    if other is None or found is None or asked_statement(asked) is None:
        return None
    if _NEW_QUESTION.search(question) or script_of(question) != script_of(asked):
        return None
    topic = other["topic"] or other["arabic"]
    end = found.end() if found["topic"] is None else found.start("topic")
    mark = "؟" if other["arabic"] else "?"
    return f"{asked[:end].rstrip(' ?؟.!')} {topic}{mark}"


_MORE = re.compile(r"^\W*(?:and )?(?:what|any\w+) (?:else|more)\W*$", re.IGNORECASE)
_ARABIC_MORE = re.compile(r"^\W*و?ماذا (?:أيضا|أيضًا|غير ذلك)\W*$")


def more_of_it(asked: str, question: str) -> str | None:
    """A question for what else someone said, where a follow-up asks no more than "what else".

    >>> more_of_it("What did Merz say about Ukraine?", "Anything else?")
    'What else did Merz say about Ukraine?'
    """
    asked, question = _one_line(asked), _one_line(question)
    if asked_statement(asked) is None:
        return None
    if _ARABIC_MORE.match(question) and script_of(asked) == "ARABIC":
        return f"{asked.rstrip(' ؟?.')} أيضا؟"
    if _MORE.match(question) and script_of(asked) == "LATIN":
        return re.sub(r"\b(what) (?:exactly |else )?", r"\1 else ", asked, count=1, flags=re.I)
    return None
