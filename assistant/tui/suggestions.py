"""Questions that the newest articles answer.

A sentence becomes a question by taking one part out of it ("The Declaration provides for *support*": "What does
the Declaration provide for?"). It is offered only if the library, asked that question, answers with the part that was
taken out: what is offered is therefore answerable, and grammatical as far as the sentence was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.assistant import Assistant
from assistant.errors import ArticleNotFound
from assistant.tui.text import one_line
from assistant.types import Answer, Article, ArticleSummary, Section
from embeddings.sentences import sentence_spans

MAX_TRIES = 16
SENTENCES_PER_ARTICLE = 14
CANDIDATES_PER_ARTICLE = 4
MIN_CONFIDENCE = 0.6
MAX_WORDS = 16
"""Longer questions are not what anyone would type."""

_VERBS = (
    "agree aim announce approve call cause confirm consider contain cost cover declare demand deny describe discuss "
    "expect face find follow host include insist lead mark mean need offer oppose outline play plan predict present "
    "produce promise propose provide reject report request require say seek show sign state suggest support threaten "
    "urge use want warn"
).split()


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


_BASE = {_third_person(verb): verb for verb in _VERBS}
_NAME_WORD = r"[A-Z][\w’'.-]*"
_SUBJECT = (
    rf"(?P<subject>(?:[Tt]he )?{_NAME_WORD}(?: (?:of the |of |for |and )?{_NAME_WORD}){{0,6}}"
    r"(?: [a-z]+s)?)"
)
_INTRODUCTION = r"^(?:[A-Z][^,.:;]{2,60}, )?"
_THIRD = re.compile(rf"{_INTRODUCTION}{_SUBJECT} (?P<verb>{'|'.join(_BASE)}) (?P<rest>.+)")
_PLURAL = re.compile(
    rf"{_INTRODUCTION}(?P<subject>(?:[A-Z][\w-]+ )+[a-z]+s) (?P<verb>{'|'.join(_VERBS)}) (?P<rest>.+)"
)
_PERFECT = re.compile(
    rf"{_INTRODUCTION}{_SUBJECT} (?P<aux>has|have) (?P<verb>[a-z]+ed) (?P<rest>.+)"
)
_READY = re.compile(
    rf"{_INTRODUCTION}{_SUBJECT} (?P<aux>is|are|was|were) (?P<verb>[a-z]+ed|ready|able|willing|due) to "
    r"(?P<doing>[a-z]+) (?P<rest>.+)"
)
_PLACE = re.compile(
    rf"{_INTRODUCTION}(?P<subject>(?:The|An?) [^,.;]{{3,70}}|{_NAME_WORD}[^,.;]{{3,60}}) "
    r"(?P<verb>took|takes) place (?P<rest>(?:on|in|at) .+)"
)
_ARABIC = re.compile(
    r"^(?P<event>[\u0621-\u064A][^.،؛:]{12,90}?) في (?P<rest>(?:يناير|فبراير|مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|"
    r"سبتمبر|أكتوبر|نوفمبر|ديسمبر|عام|يوم)\b.*)"
)
_ARABIC_INDEED = ("وقد", "قد", "فقد", "ولقد", "لقد")
_ARABIC_VERB = re.compile(
    r"و(?:صل|قع|قّع|ضع|عد|قف|جد|لد|صف|دع|دّع|زع|زّع|جه|جّه|فر|فّر|ثق|ثّق|رث|رد|افق|اجه|اصل|اكب|اعد)(?:ت|وا|ا|تا)?$"
)
"""Their "w" is a letter of the verb's own."""
_ARABIC_KNOWN_VERB = re.compile(
    r"(?:أعلن|أكد|قال|أضاف|ذكر|صرح|أوضح|أشار|أفاد|غادر|زار|عقد|التقى|التق|استقبل|انتخب|اعتقل|قتل|قُتل|أصيب|شارك|اتهم|رفض|قرر|"
    r"طلب|طالب|دعا|دعت|بدأ|انتهى|انته|فاز|خسر|افتتح|دشن|أغلق|فتح|نفذ|أطلق|سقط|انهار|دخل|خرج|عاد|حضر|تولى|تول|تأسس|أسس|نشر|صدر|"
    r"أصدر|أقر|صوت|قدم|حصل|توفي|ولد|استقال|أقال|عين|هاجم|قصف|أنقذ|انسحب|انضم|سافر|اندلع|ضرب|شهد|كشف|حذر|بلغ|ارتفع|انخفض|تراجع|"
    r"أوقف|أجل|ألغى|ألغ|تعهد|اتفق|أبرم|تسلم|سلم|أرسل|استضاف|أقام|أقيم|نقل|بنى|بن|شيد|انطلق|احتج|تظاهر|أضرب)(?:ت|وا|ا|تا)?"
)
"""Verbs that a "w" before them is no part of."""
_ARABIC_NO_VERB = re.compile(
    r"و?(?:ال\w+|(?:لم|لن|لا|ما|ليس|ليست|إن|أن|لكن|كما|فيما|بينما|حيث|هذا|هذه|ذلك|تلك|هو|هي|هم|من|في|على|عن|إلى|مع|بعد|"
    r"قبل|منذ)$)"
    r"|و?(?:وزارة|وزارت\w|وزير|وزراء|وفد|وفود|وكال|وسائل|وسط|وثيق|وثائق|وحدة|وحدات|ولاي|واشنطن|وباء|وزن|وارسو|ويليام|ويلز|ويكي|وايت|وصول|وقوع|وجود|وقت|وعي)"
    r"|\w+ة$"
)
_NEEDS_ARTICLE = re.compile(
    r"(?![Tt]he )(?:(?:[A-Z][\w-]+ )+of the [A-Z]"
    r"|(?:[A-Z][\w-]+ )*(?:Ministry|Department|Coalition|Council|Court|University|Bank|Bureau|Office|League|Union|"
    r"Association|Federation|Republic|Kingdom|Chamber|Board) of [A-Z]"
    r"|House of (?:Representatives|Commons|Lords|Councillors|Delegates|Assembly|Keys|Deputies)\b"
    r"|United (?:States|Nations|Kingdom|Arab Emirates)\b"
    r"|European (?:Union|Commission|Parliament|Council|Central Bank|Court)\b)"
)
_PREPOSITIONS = ("for", "on", "with", "against", "about")
_UNCLEAR = re.compile(
    r"\b(?:it|its|they|their|this|that|these|those|he|his|she|her|not)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the part of an article that answers it."""

    question: str
    article_id: str
    start: int
    end: int


def suggest(
    pq: Assistant, articles: Sequence[ArticleSummary], *, wanted: int, stop: Callable[[], bool]
) -> Iterator[str]:
    """Up to ``wanted`` questions that the articles answer, from as many articles as possible.

    Args:
        pq: The library with its models.
        articles: Where the questions are taken from.
        wanted: How many.
        stop: Asked before every try; true ends the search with what was found.
    """
    waiting = []
    for summary in articles:
        try:
            waiting.append(list(candidates(pq.article(summary.id)))[:CANDIDATES_PER_ARTICLE])
        except ArticleNotFound:  # removed meanwhile
            continue
    found = tries = 0
    while any(waiting):
        for mine in waiting:
            if stop() or found == wanted or tries == MAX_TRIES:
                return
            if mine:
                candidate = mine.pop(0)
                tries += 1
                if answers(pq.ask(candidate.question), candidate):
                    found += 1
                    yield candidate.question


def rephrased(pq: Assistant, declined: Answer, *, stop: Callable[[], bool]) -> Iterator[str]:
    """Questions that the nearest sentences of a declined one answer, each tried out.

    Args:
        pq: The library with its models.
        declined: The answer to what was asked.
        stop: Asked before every try; true ends the search with what was found.
    """
    for citation in declined.nearest:
        try:
            made = question_of(citation.sentence, pq.article(citation.article_id).text)
        except ArticleNotFound:  # removed meanwhile
            continue
        if made is None:
            continue
        if stop():
            return
        question, begin = made
        start = citation.sentence_start + begin
        candidate = Candidate(question, citation.article_id, start, citation.sentence_end)
        if answers(pq.ask(question), candidate):
            yield question


def answers(answer: Answer, candidate: Candidate) -> bool:
    """Whether the library surely answers with the part that was taken out."""
    if not answer.answers or answer.confidence < MIN_CONFIDENCE:
        return False
    return any(
        citation.article_id == candidate.article_id
        and candidate.start < citation.end
        and citation.start < candidate.end
        for citation in answer.answers[0].citations
    )


def candidates(article: Article) -> Iterator[Candidate]:
    """Questions made from the first sentences of an article."""
    looked_at = 0
    for position, paragraph in enumerate(article.paragraphs):
        if paragraph.ai_generated or paragraph.section in (Section.CAPTION, Section.REACTIONS):
            continue
        text = article.paragraph_text(position)
        for start, end in sentence_spans(text):
            looked_at += 1
            if looked_at > SENTENCES_PER_ARTICLE:
                return
            made = question_of(text[start:end], article.text)
            if made is not None:
                question, begin = made
                offset = paragraph.start + start
                yield Candidate(question, article.id, offset + begin, paragraph.start + end)


def question_of(sentence: str, text: str = "") -> tuple[str, int] | None:
    """A question that the sentence answers, and where in it the answer starts; None if none can be made.

    Args:
        sentence: Of an article.
        text: The whole article: how else it writes the sentence's words.

    >>> question_of("The Paris Declaration provides for support in the event of an attack.")
    ('What does the Paris Declaration provide for?', 35)
    >>> question_of("It provides for support.")
    """
    made = _made(sentence, text)
    if made is None:
        return None
    question, begin = made
    question = one_line(" ".join(question.split()))
    if len(question.split()) > MAX_WORDS or _UNCLEAR.search(question):
        return None
    return question, begin


def _made(sentence: str, text: str) -> tuple[str, int] | None:
    if match := _ARABIC.match(sentence):
        event = _arabic_clause(match["event"], text)
        return (f"متى {event}؟", match.start("rest")) if event else None
    if match := _PLACE.match(sentence):
        when = match["rest"].startswith("on ")
        word = "When" if when else "Where"
        auxiliary = "did" if match["verb"] == "took" else "does"
        return f"{word} {auxiliary} {_inside(match['subject'])} take place?", match.start("rest")
    if match := _READY.match(sentence):
        subject = _inside(match["subject"])
        question = f"What {match['aux']} {subject} {match['verb']} to {match['doing']}?"
        return question, match.start("rest")
    if match := _PERFECT.match(sentence):
        return f"What {match['aux']} {_inside(match['subject'])} {match['verb']}?", match.start(
            "rest"
        )
    for pattern, auxiliary in ((_PLURAL, "do"), (_THIRD, "does")):
        match = pattern.match(sentence)
        if match is not None:
            return _with_do(match, auxiliary)
    return None


def _with_do(match: re.Match[str], auxiliary: str) -> tuple[str, int]:
    verb = _BASE.get(match["verb"], match["verb"])
    rest, begin = match["rest"], match.start("rest")
    first = rest.split(" ", 1)[0]
    tail = ""
    if first in _PREPOSITIONS:
        tail, begin = f" {first}", begin + len(first) + 1
    elif first == "to":
        tail, begin = " to do", begin + len("to ")
    return f"What {auxiliary} {_inside(match['subject'])} {verb}{tail}?", begin


def _inside(subject: str) -> str:
    """A subject as it stands inside a sentence, with the article that a headline leaves out."""
    if _NEEDS_ARTICLE.match(subject):
        return f"the {subject}"
    first, space, rest = subject.partition(" ")
    return f"{first.lower()}{space}{rest}" if first in ("The", "A", "An") else subject


def _arabic_clause(event: str, text: str) -> str | None:
    """A clause that begins with its verb, as it stands after "when", without an "and" before it; else None."""
    first, _, rest = event.partition(" ")
    if first in _ARABIC_INDEED:
        first, _, rest = rest.partition(" ")
    if not rest or _ARABIC_NO_VERB.match(first):
        return None
    if first.startswith("و") and not _ARABIC_VERB.match(first) and _is_word(first[1:], text):
        first = first[1:]
    return f"{first} {rest}"


def _is_word(word: str, text: str) -> bool:
    """Whether what stands after a "w" is a word without it, as far as is known."""
    if _ARABIC_KNOWN_VERB.fullmatch(word) or _ARABIC_VERB.match(word):
        return True
    return len(word) > 1 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
