"""What asks nothing of the articles: greetings, thanks, questions to the program, abuse."""

from __future__ import annotations

import re

_GREETING = (
    r"hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|day|evening|afternoon|night)|welcome|"
    r"hallo|guten (?:tag|morgen)|bonjour|salut|hola|ciao|"
    r"مرحبا|أهلا|اهلا|أهلا وسهلا|وعليكم السلام|السلام عليكم(?: ورحمة الله(?: وبركاته)?)?|صباح الخير|مساء الخير"
)
_THANKS = (
    r"(?:many )?thanks|thank (?:you|u)|thx|ty|cheers|danke|merci|gracias|شكرا|شكرا لك|"
    r"great|cool|super|perfect|wow|awesome|well done|good (?:job|bot)|ممتاز|رائع"
)
_WORD = (
    r"ok|okay|yes|no|yeah|yep|nope|please|sorry|lol|haha|hm+|help|bye|goodbye|see you|"
    r"نعم|لا|وداعا|مساعدة"
)
_TO_PROGRAM = (
    r"(?:who|what|how) (?:the (?:hell|fuck) )?are you(?: doing| called)?|how(?:'s| is) it going|"
    r"what(?:'s| is) (?:up|your name)|what can (?:you|i) (?:do|ask)|what do you (?:do|know)|"
    r"(?:are|r) you (?:a |an |really )*"
    r"(?:human|robot|bot|ai|real|there|chatgpt|stupid|dumb|sure|kidding)|"
    r"can you (?:help|hear) me|tell me a joke|who (?:made|built) you|من انت|من أنت|كيف حالك|ما اسمك"
)
_ABUSE = (
    r"(?:you(?:'re| are|r)?|this is|that(?:'s| is)) (?:a |an |so |such a |really |very |fucking )*"
    r"(?:stupid|dumb|idiot|useless|terrible|awful|bad|rubbish|shit|crap|garbage|wrong|great|good|"
    r"suck|sucks|amazing|moron|fool)|"
    r"(?:fuck|screw) (?:you|off|this|it)|fuck|shit|damn(?: you| it)?|shut up|go away|أنت غبي|انت غبي"
)
_MORE = (
    r"there|you|all|everyone|again|so much|very much|a lot|for (?:that|this|the help)|mate|man|bot|"
    r"pullquote|جزيلا|لك"
)
_IDLE = re.compile(
    rf"(?:(?:{_GREETING}|{_THANKS}|{_WORD}|{_TO_PROGRAM}|{_ABUSE})(?:[\s,.!?؟،]+(?:{_MORE}))*[\s,.!?؟،:;)(]*)+",
    re.IGNORECASE,
)
_MAX_CHARS = 80
_TITLE = re.compile(r"Good Night|[A-Z][a-z]+ Man")
"""Of a film or a book, written so."""
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u0652]")


def is_idle_talk(text: str) -> bool:
    """Whether all of a text is small talk, to which no article has an answer.

    >>> is_idle_talk("Hello there!"), is_idle_talk("Who are you?"), is_idle_talk("Who is Hello Kitty?")
    (True, True, False)
    """
    plain = " ".join(_ARABIC_MARKS.sub("", text[: 4 * _MAX_CHARS]).replace("’", "'").split())
    if len(plain) > _MAX_CHARS or len(text) > 4 * _MAX_CHARS or _TITLE.fullmatch(plain):
        return False
    return _IDLE.fullmatch(plain) is not None
