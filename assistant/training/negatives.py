"""Questions their passage does not answer, made by rule.

The rules follow the categories in Rajpurkar et al., 2018 (SQuAD 2.0, table 1): entity swap, number
swap, antonym, negation, impossible condition; plus the swap of any other word, of a word for one of its
kind, of the end of the question for that of another on the same passage, and the removal of the
answer's sentence. :func:`rank_passages` finds passages that look relevant and are not.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

BM25_K1, BM25_B = 1.2, 0.75  # Robertson and Zaragoza, 2009

_ANTONYMS = """
first last|before after|largest smallest|biggest smallest|increase decrease|increased decreased
increasing decreasing|increases decreases|north south|northern southern|east west|eastern western
most least|more less|more fewer|start end|started ended|starts ends|begin finish|began finished
win lose|won lost|winner loser|best worst|better worse|good bad|high low|higher lower
highest lowest|long short|longer shorter|longest shortest|old new|older newer|oldest newest
older younger|oldest youngest|old young|early late|earlier later|earliest latest|major minor
majority minority|maximum minimum|above below|over under|inside outside|internal external
inner outer|upper lower|top bottom|left right|front back|rise fall|rose fell|rising falling
buy sell|bought sold|gain lose|gained lost|accept reject|accepted rejected|allow prohibit
allowed prohibited|allows prohibits|support oppose|supported opposed|supports opposes
supporters opponents|love hate|loved hated|loves hates|like dislike|likes dislikes|liked disliked
easy difficult|easier harder|hard soft|strong weak|stronger weaker|strongest weakest|fast slow
faster slower|fastest slowest|rich poor|richest poorest|wealthy poor|public private|male female
man woman|men women|boy girl|father mother|son daughter|brother sister|husband wife|king queen
ancient modern|past future|former current|previous next|include exclude|included excluded
includes excludes|including excluding|create destroy|created destroyed|build demolish
built demolished|open close|opened closed|add remove|added removed|appear disappear
appeared disappeared|arrive leave|arrived left|enter exit|entered exited|joined left|join leave
attack defend|attacked defended|victory defeat|ally enemy|allies enemies|friend enemy|peace war
positive negative|success failure|successful unsuccessful|succeed fail|succeeded failed
legal illegal|legalized banned|common rare|popular unpopular|important unimportant|known unknown
famous obscure|safe dangerous|cheap expensive|cheaper pricier|cheapest priciest|hot cold
warm cool|warmer cooler|wet dry|light dark|heavy light|heavier lighter|large small|larger smaller
big small|bigger smaller|wide narrow|deep shallow|thick thin|full empty|clean dirty|happy sad
happier sadder|raise lower|raised lowered|strengthen weaken|strengthened weakened|improve worsen
improved worsened|encourage discourage|encouraged discouraged|approve reject|approved rejected
agree disagree|agreed disagreed|admit deny|admitted denied|remember forget|always never
often rarely|frequently rarely|usually rarely|all none|both neither|many few|with without
same different|similar different|domestic foreign|urban rural|native foreign|religious secular
civilian military|permanent temporary|primary secondary|active inactive|direct indirect
complete incomplete|visible invisible|native invasive|giving receiving|gave received|teach learn
ask answer|asked answered|borrow lend|import export|imported exported|imports exports
expand shrink|expanded shrank|advance retreat|advanced retreated|survive perish|survived perished
born buried|birth death|alive dead|live die|lived died|summer winter|morning evening|day night
ascend descend|ascended descended|natural artificial|simple complex|liberal conservative
left-wing right-wing|democratic authoritarian|recommend discourage|recommends discourages
recommended discouraged|advantage disadvantage|advantages disadvantages|benefit drawback
benefits drawbacks|strengths weaknesses|strength weakness|pros cons|cause prevent|caused prevented
causes prevents|push pull|praise criticize|praised criticized|trust distrust|employ dismiss
hired fired|promoted demoted|elected ousted|appointed dismissed|acquired sold|merged split
"""
ANTONYMS: dict[str, str] = {}
for _pair in _ANTONYMS.strip().replace("\n", "|").split("|"):
    _one, _other = _pair.split(" ")
    ANTONYMS.setdefault(_one, _other)
    ANTONYMS.setdefault(_other, _one)

AUXILIARIES = frozenset(
    "did does do is are was were can could will would has have had should".split()
)
MONTHS = (
    "January February March April May June July August September October November December "
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
).split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WH = "what who whom whose which when where why how in on at for to from by with of the a an"
_NOT_NAMES = frozenset(
    f"{_WH} i it he she they we you this that these those there and but or if as".split()
)
_STOP = frozenset(
    (
        f"{_WH} is are was were be been did does do has have had will would can could should that "
        "this these those his her its their he she it they i you we my your and or not many much "
        "long type kind name called there after before during than as about into ما من في على عن "
        "أين متى كم كيف لماذا ماذا هو هي هل أي إلى التي الذي كان"
    ).split()
)

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?", re.UNICODE)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w]|[.,]\d)")
_NAME = re.compile(
    r"[A-Z][\w'’.-]*[\w](?:\s+(?:(?:of|the|de|al|von|van|and)\s+)?[A-Z][\w'’.-]*[\w])*"
)
_LETTERS = re.compile(r"\w+", re.UNICODE)
_PREPOSITION = re.compile(
    r"(?<=\w )(in|of|at|for|from|by|with|on|to|during|after|before|between|against|under|into)"
    r" (?:the )?(?=\w)"
)


def words_of(text: str) -> list[str]:
    """Lower-cased words and numbers."""
    return _LETTERS.findall(text.lower())


def is_year(number: str) -> bool:
    """Whether a number reads as a year of the last millennium or of this century."""
    return len(number) == 4 and number.isdigit() and 1000 <= int(number) < 2100


def find_names(text: str, *, skip_starts: bool = True) -> list[tuple[int, int]]:
    """Spans of capitalised runs; single words that start a sentence are left out when asked."""
    spans = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        name = match.group().removesuffix("'s").removesuffix("’s").rstrip(".")
        end = start + len(name)
        before = text[:start].rstrip()
        starts = not before or before[-1] in '.!?"“:\n'
        first, _, rest = name.partition(" ")
        if first.lower() in _NOT_NAMES:
            if not rest or rest.split(" ")[0].islower():
                continue
            start += len(first) + 1
            name = rest.lstrip()
            start = end - len(name)
        elif starts and skip_starts and not rest:
            continue
        if len(name) > 1 and name not in MONTHS and name not in WEEKDAYS:
            spans.append((start, end))
    return spans


def _replace(question: str, span: tuple[int, int], new: str) -> str:
    return question[: span[0]] + new + question[span[1] :]


def swap_name(question: str, passage: str, *, others: Sequence[str], rng: random.Random) -> str:
    """The question with one name replaced by another from the passage or from ``others``."""
    spans = find_names(question)
    if not spans:
        return ""
    span = rng.choice(spans)
    old = question[span[0] : span[1]]
    asked = set(words_of(question))
    inside = [passage[a:b] for a, b in find_names(passage)]
    for pool in rng.sample([inside, list(others), list(others)], 3):
        stems = {word[:4] for word in asked}
        fitting = sorted({n for n in pool if not stems & {word[:4] for word in words_of(n)}})
        same = [n for n in fitting if len(n.split()) == len(old.split())] or fitting
        if same:
            return _replace(question, span, rng.choice(same))
    return ""


def swap_number(question: str, passage: str, *, rng: random.Random) -> str:
    """The question with a number, year, month or weekday replaced by another of its type."""
    for words in (MONTHS, WEEKDAYS):
        found = [m.span() for m in _WORD.finditer(question) if m.group() in words and m.start() > 0]
        if found and rng.random() < 0.7:
            span = rng.choice(found)
            old = question[span[0] : span[1]]
            alike = [w for w in words if w != old and w.isascii() == old.isascii()]
            return _replace(question, span, rng.choice(alike))
    spans = [m.span() for m in _NUMBER.finditer(question)]
    if not spans:
        return ""
    span = rng.choice(spans)
    old = question[span[0] : span[1]]
    inside = sorted(
        {
            number
            for number in _NUMBER.findall(passage)
            if number != old and number not in question and is_year(number) == is_year(old)
        }
    )
    if inside and rng.random() < 0.4:
        return _replace(question, span, rng.choice(inside))
    if is_year(old):
        return _replace(question, span, str(int(old) + rng.choice([-1, 1]) * rng.randint(1, 60)))
    digits = re.sub(r"\D", "", old)
    number = max(2, round(int(digits) * rng.choice([0.3, 0.5, 0.7, 1.4, 2.0, 3.0])))
    number += number == int(digits)
    new = f"{number:,}" if "," in old else str(number)
    return "" if new in words_of(passage) else _replace(question, span, new)


def other_numbers(question: str, passage: str, *, rng: random.Random) -> list[tuple[str, str]]:
    """Each number, month and weekday of the question with another of its type, not in the passage."""
    said = set(words_of(passage))
    pairs = []
    for words in (MONTHS, WEEKDAYS):
        for word in words:
            if re.search(rf"\b{word}\b", question) and (word != "May" or "in May" in question):
                alike = [
                    w for w in words if w.lower() not in said and w.isascii() == word.isascii()
                ]
                pairs += [(word, rng.choice(alike))] if alike else []
    for old in _NUMBER.findall(question):
        if is_year(old):
            new = str(int(old) + rng.choice([-1, 1]) * rng.randint(1, 40))
        elif old.isdigit() and int(old) > 1:
            new = str(int(old) + rng.choice([-1, 1]) * rng.randint(1, max(1, int(old) // 2)))
        else:
            continue
        if new not in said:
            pairs.append((old, new))
    return pairs


def is_weighty(word: str) -> bool:
    """Whether a lower-cased word says what a question is about."""
    return len(word) > 3 and word not in _STOP


def swap_antonym(question: str, *, rng: random.Random) -> str:
    """The question with one word replaced by its opposite."""
    spans = [
        m.span()
        for m in _WORD.finditer(question)
        if m.group().lower() in ANTONYMS
        and not re.search(r"(?i)\b(?:how|most|looks?|would|is)\s$", question[: m.start()])
    ]
    if not spans:
        return ""
    span = rng.choice(spans)
    return _replace(question, span, ANTONYMS[question[span[0] : span[1]].lower()])


def negate(question: str, *, rng: random.Random) -> str:
    """The question with a negation put in, or taken out where there is one.

    >>> negate("When did the war end?", rng=random.Random(0))
    "When didn't the war end?"
    """
    without = re.sub(r"(?i)(?:n't|n’t|\s+not|\s+never)\b", "", question, count=1)
    if without != question:
        return re.sub(r"\b([Cc])a (?=\w)", r"\1an ", without)
    words = question.split(" ")
    for index, word in enumerate(words[1:5], start=1):
        if word.lower() in AUXILIARIES:
            short = {"can": "can't", "will": "won't"}.get(word.lower(), word + "n't")
            words[index] = short
            return " ".join(words)
    if words[0].lower() in ("who", "what") and len(words) > 2:
        return " ".join([words[0], rng.choice(["never", "hardly ever"]), *words[1:]])
    return ""


def add_condition(question: str, passage: str, *, others: Sequence[str], rng: random.Random) -> str:
    """The question with a condition that nothing in the passage meets."""
    body = question.rstrip(" ?؟")
    mark = question[len(body) :].strip() or "?"
    fitting = [n for n in others if n.lower() not in passage.lower() and len(n.split()) < 4]
    years = [int(y) for y in re.findall(r"\b\d{4}\b", passage) if is_year(y)]
    choices = [
        f"before {min(years, default=1900) - rng.randint(5, 80)}",
        f"after {max(years, default=1990) + rng.randint(5, 60)}",
        f"in {max(years, default=1950) + rng.randint(3, 40)}",
    ]
    if fitting:
        name = rng.choice(fitting)
        choices += [f"in {name}", f"according to {name}", f"with {name}", f"besides {name}"]
    return f"{body} {rng.choice(choices)}{mark}"


def _shape(word: str) -> tuple[str, bool, bool]:
    for ending in ("ing", "ed", "ion", "er", "ly", "al", "s", "ة", "ات", "ون"):
        if word.endswith(ending):
            break
    else:
        ending = ""
    return ending, word[:1].isupper(), word.startswith("ال")


def swap_word(question: str, passage: str, *, vocabulary: Sequence[str], rng: random.Random) -> str:
    """The question with a word of weight replaced by an unrelated one of the same ending."""
    inside = set(words_of(passage))
    spans = [
        m.span()
        for m in _WORD.finditer(question)
        if m.start() > 0 and len(m.group()) > 3 and m.group().lower() not in _STOP
    ]
    if not spans:
        return ""
    named = [s for s in spans if question[s[0] : s[1]].lower() in inside]
    span = rng.choice(named or spans)
    old = question[span[0] : span[1]]
    for _ in range(40):
        new = rng.choice(vocabulary)
        if _shape(new) == _shape(old) and new.lower() not in inside and new[:4] != old[:4]:
            return _replace(question, span, new)
    return ""


def swap_sibling(
    question: str, passage: str, *, siblings: Mapping[str, Sequence[str]], rng: random.Random
) -> str:
    """The question with a word that the passage has replaced by one of its kind that it has not.

    >>> swap_sibling("Who was her mother?", "Ann, mother of Bo.", siblings={"mother": ["father"]},
    ...              rng=random.Random(0))
    'Who was her father?'
    """
    inside = set(words_of(passage))
    choices = []
    for match in _WORD.finditer(question):
        word = match.group().lower()
        if match.start() > 0 and word in inside and word not in _STOP and word in siblings:
            fitting = [new for new in siblings[word] if new not in inside]
            same = [new for new in fitting if _shape(new)[0] == _shape(word)[0]] or fitting
            if same:
                choices.append((match.span(), same))
    if not choices:
        return ""
    span, fitting = rng.choice(choices)
    return _replace(question, span, rng.choice(fitting))


def swap_tail(question: str, rivals: Sequence[str], *, rng: random.Random) -> str:
    """The question with its end, from a preposition on, replaced by that of another question.

    Every word fits the passage, but nothing there connects them.

    Args:
        question: What is asked.
        rivals: Other questions on the same passage.
        rng: Where choices come from.

    >>> swap_tail("Who won the war in Spain?", ["What was built in Rome?"], rng=random.Random(0))
    'Who won the war in Rome?'
    """
    mine = {m.group(1): m for m in _PREPOSITION.finditer(question)}
    asked = {word[:5] for word in words_of(question) if word not in _STOP}
    choices = []
    for rival in rivals:
        for match in _PREPOSITION.finditer(rival):
            start = mine.get(match.group(1))
            tail = rival[match.end() :]
            said = {word[:5] for word in words_of(tail) if word not in _STOP}
            if start is not None and said and not said & asked and len(tail.split()) < 8:
                choices.append(question[: start.end()] + tail)
    taken = {rival.lower() for rival in rivals}
    choices = [made for made in choices if made.lower() not in taken]
    return rng.choice(choices) if choices else ""


def make_unanswerable(
    question: str,
    passage: str,
    *,
    others: Sequence[str],
    vocabulary: Sequence[str],
    rng: random.Random,
    rivals: Sequence[str] = (),
    siblings: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[str, str]:
    """A question that looks as if the passage answered it, and the name of the rule.

    Args:
        question: One that the passage answers.
        passage: The passage.
        others: Names from passages nearby.
        vocabulary: Words of other questions in the same language.
        rng: Where choices come from.
        rivals: Other questions on the passage.
        siblings: Words of the same kind as a word.

    Returns:
        ``("", "")`` when no rule fits.
    """
    asks_whether = question.partition(" ")[0].lower() in AUXILIARIES
    rules: dict[str, tuple[float, Callable[[], str]]] = {
        "name": (4.0, lambda: swap_name(question, passage, others=others, rng=rng)),
        "number": (3.0, lambda: swap_number(question, passage, rng=rng)),
        "word": (0.8, lambda: swap_word(question, passage, vocabulary=vocabulary, rng=rng)),
    }
    latin = question.isascii() or bool(re.search("[A-Za-z]{3}", question))
    if latin and not asks_whether:
        rules["antonym"] = (3.0, lambda: swap_antonym(question, rng=rng))
        rules["sibling"] = (
            3.0,
            lambda: swap_sibling(question, passage, siblings=siblings, rng=rng),
        )
        rules["tail"] = (3.0, lambda: swap_tail(question, rivals, rng=rng))
        rules["negation"] = (1.0, lambda: negate(question, rng=rng))
        rules["condition"] = (
            0.6,
            lambda: add_condition(question, passage, others=others, rng=rng),
        )
    while rules:
        names = list(rules)
        name = rng.choices(names, weights=[rules[n][0] for n in names])[0]
        made = rules.pop(name)[1]()
        if made and made.lower() != question.lower():
            return made, name
    return "", ""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of sentences by closing marks; together they cover the text."""
    ends = [m.end() for m in re.finditer(r"[.!?؟。]+[\"'”»)\]]*\s+", text)]
    bounds = [0, *ends, len(text)]
    return [(a, b) for a, b in itertools.pairwise(bounds) if a < b]


def remove_answers(text: str, golds: Sequence[tuple[int, int]]) -> str:
    """The text without the sentences that hold an answer or say the same words.

    Returns:
        "" when too little would be left, or an answer would still stand there.
    """
    answers = {" ".join(words_of(text[a:b])) for a, b in golds}
    kept = []
    for start, end in sentence_spans(text):
        said = f" {' '.join(words_of(text[start:end]))} "
        overlaps = any(a < end and start < b for a, b in golds)
        if not overlaps and not any(f" {answer} " in said for answer in answers if answer):
            kept.append(text[start:end])
    left = "".join(kept).strip()
    return left if len(left) >= 120 else ""


def contains_any(passage_words: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in the passage; both as joined words."""
    padded = f" {passage_words} "
    return any(f" {answer} " in padded for answer in answers if answer)


def best_columns(scores: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    """The ``top`` columns with the highest scores of each row, ``(rows, top)``, highest first."""
    best = np.argpartition(-scores, top - 1, axis=1)[:, :top]
    order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable")
    return np.take_along_axis(best, order, 1)


def rank_passages(
    questions: Sequence[str], passages: Sequence[str], *, top: int = 30
) -> NDArray[np.int32]:
    """Passages by BM25 for each question.

    Returns:
        ``(questions, min(top, passages))`` indices, best first.
    """
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    lengths = np.zeros(len(passages), np.float32)
    for row, passage in enumerate(passages):
        counts = Counter(words_of(passage))
        lengths[row] = sum(counts.values())
        for word, count in counts.items():
            rows.append(row)
            columns.append(vocabulary.setdefault(word, len(vocabulary)))
            values.append(count)
    tf = np.array(values, np.float32)
    at, of = np.array(rows), np.array(columns)
    df = np.bincount(of, minlength=len(vocabulary))
    idf = np.log1p((len(passages) - df + 0.5) / (df + 0.5)).astype(np.float32)
    norm = BM25_K1 * (1 - BM25_B + BM25_B * lengths[at] / lengths.mean())
    weights = idf[of] * tf * (BM25_K1 + 1) / (tf + norm)
    table = sparse.csr_matrix((weights, (of, at)), shape=(len(vocabulary), len(passages)))
    top = min(top, len(passages))
    ranked = np.zeros((len(questions), top), np.int32)
    for start in range(0, len(questions), 512):
        part = questions[start : start + 512]
        asked = sparse.lil_matrix((len(part), len(vocabulary)), dtype=np.float32)
        for row, question in enumerate(part):
            for word in set(words_of(question)):
                if word in vocabulary:
                    asked[row, vocabulary[word]] = 1.0
        scores = (asked.tocsr() @ table).toarray()
        ranked[start : start + len(part)] = best_columns(scores, top)
    return ranked


def swappable_words(questions: Sequence[str]) -> list[str]:
    """Words of weight in questions, as often as they stand there, for :func:`swap_word`."""
    return [
        match.group()
        for question in questions
        for match in _WORD.finditer(question)
        if match.start() > 0 and len(match.group()) > 3 and match.group().lower() not in _STOP
    ]
