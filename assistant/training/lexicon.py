"""Words that mean the same in two languages, and words of one kind, without a dictionary.

The bundled encoder puts a word near its translations, so that pairs which are each other's nearest
neighbours make a word list good enough to mix languages with (CoSDA-ML, Qin et al., 2020).
Neighbourhoods are corrected for words that are near everything (CSLS, Conneau et al., 2018). But single
words that are *written* alike are near each other too, so words of one kind ("mother", "father") come
from the places they stand in, in the training texts: positive pointwise mutual information, its largest
singular vectors (Levy et al., "Improving Distributional Similarity", 2015).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from assistant.training.data import Material
from assistant.training.negatives import best_columns
from embeddings.encoder import Encoder, load_encoder

NEIGHBOURS = 10
"""Of the mean that CSLS corrects by."""
MUTUAL = 2
"""Each must be among so many nearest of the other."""
LEAST_COSINE = 0.5
"""Of a pair, each language's mean taken off: of some 2,700 pairs above it about three in four are right,
below it fewer than half."""
SIBLINGS = 8
LEAST_SIBLING_COSINE = 0.42
SIBLING_COUNT = 15
"""A rarer word's neighbourhood is chance."""
CONTEXT_WORDS, CONTEXT_POWER, DIMENSIONS = 3, 0.75, 150
ENGLISH_COUNT, ARABIC_COUNT = 6, 2
"""How often a word must stand in the material to be looked at."""
ENGLISH_LIMIT = 18_000
WORD_START = "\u2581"
"""What a piece begins with that begins a word (SentencePiece)."""
LEAST_PIECE = 3

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ARABIC_ONLY = re.compile("[\u0621-\u064a]+$")
_CERTAINLY_ARABIC = re.compile("^(?:[وبف]?ال|لل)|[أإؤ]|[ةى]$")
_UYGHUR = re.compile("^ئ|ى.")
# Grammar words have no neighbours of their own: single words without meaning are near each other.
_FUNCTION_WORDS = """
what ما|who من|when متى|where أين|why لماذا|how كيف|which أي|in في|on على|of من|from من|to إلى
with مع|by بواسطة|and و|or أو|not لا|is هو|was كان|were كانت|are هي|did هل|the ال|that الذي|this هذا
these هذه|he هو|she هي|they هم|it هو|his له|her لها|their لهم|has لديه|have لديهم|had كان|before قبل
after بعد|during خلال|between بين|under تحت|about حول|against ضد|until حتى|since منذ|because لأن
but لكن|also أيضا|many كم|much كم|first الأول|second الثاني|other آخر|all كل|some بعض|one واحد|two اثنان
"""


@dataclass(slots=True)
class Lexicon:
    """Lower-cased words with their counterparts, nearest first."""

    translations: dict[str, list[str]] = field(default_factory=dict)
    """English to Arabic and Arabic to English."""
    siblings: dict[str, list[str]] = field(default_factory=dict)
    """English words that stand in the same places and mean something else."""

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read what :meth:`save` wrote."""
        return cls(**json.loads(path.read_text("utf-8")))


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each lower-cased word stands in the texts."""
    return Counter(word.lower() for text in texts for word in _LETTERS.findall(text))


def nearest(
    queries: NDArray[np.float32], keys: NDArray[np.float32], *, top: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest keys of each query by CSLS.

    Args:
        queries: ``(n, dim)`` unit rows.
        keys: ``(m, dim)`` unit rows.
        top: How many.

    Returns:
        ``(n, top)`` places, nearest first, and their cosines.
    """

    def crowding(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        count = min(NEIGHBOURS, len(others))
        parts = [
            np.partition(rows[at : at + 1024] @ others.T, -count, axis=1)[:, -count:].mean(1)
            for at in range(0, len(rows), 1024)
        ]
        return np.concatenate(parts)

    near_key = crowding(keys, queries)
    top = min(top, len(keys))
    places, cosines = [], []
    for at in range(0, len(queries), 1024):
        cosine = queries[at : at + 1024] @ keys.T
        score = 2 * cosine - near_key  # the query's own crowding shifts its whole row
        best = best_columns(score, top)
        places.append(best)
        cosines.append(np.take_along_axis(cosine, best, 1))
    return np.concatenate(places), np.concatenate(cosines)


def is_related(word: str, other: str) -> bool:
    """Whether two words look like forms of one.

    >>> is_related("painted", "painter"), is_related("painter", "sculptor")
    (True, False)
    """
    return word[:4] == other[:4] or word in other or other in word


def pair_words(
    english: Sequence[str],
    arabic: Sequence[str],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> dict[str, list[str]]:
    """Translations in both directions: words that are near each other both ways."""
    forth, cosines = nearest(vectors[0], vectors[1], top=MUTUAL)
    back, _ = nearest(vectors[1], vectors[0], top=MUTUAL)
    found: dict[str, list[str]] = {}
    for row, (places, near) in enumerate(zip(forth, cosines, strict=True)):
        for place, cosine in zip(places, near, strict=True):
            if cosine >= LEAST_COSINE and row in back[place]:
                found.setdefault(english[row], []).append(arabic[place])
                found.setdefault(arabic[place], []).append(english[row])
    for pair in _FUNCTION_WORDS.strip().replace("\n", "|").split("|"):
        word, other = pair.split(" ")
        found[word] = [other]
        found.setdefault(other, [word])
    return found


def distribution_vectors(
    texts: Iterable[str], words: Sequence[str], *, dimensions: int = DIMENSIONS
) -> NDArray[np.float32]:
    """Unit vectors of the places that words stand in.

    Args:
        texts: Where they stand.
        words: Lower-cased, distinct.
        dimensions: Singular vectors kept; fewer than there are words.

    Returns:
        ``(words, dimensions)``; a zero row for a word that never stands beside another.
    """
    places = {word: place for place, word in enumerate(words)}
    counts: Counter[tuple[int, int]] = Counter()
    for text in texts:
        row = [places.get(word.lower(), -1) for word in _LETTERS.findall(text)]
        for gap in range(1, CONTEXT_WORDS + 1):
            counts.update((a, b) for a, b in zip(row, row[gap:], strict=False) if min(a, b) >= 0)
    left, right = np.array(list(counts)).T
    seen = np.array(list(counts.values()), np.float64)
    size = len(words)
    table = sparse.coo_matrix(
        (np.tile(seen, 2), (np.concatenate([left, right]), np.concatenate([right, left + size]))),
        shape=(size, 2 * size),
    ).tocsr()
    of_word = np.asarray(table.sum(1)).ravel()
    of_context = np.asarray(table.sum(0)).ravel() ** CONTEXT_POWER
    of_context /= of_context.sum()
    table = table.tocoo()
    information = np.log(table.data / (of_word[table.row] * of_context[table.col]))
    kept = information > 0
    table = sparse.csr_matrix(
        (information[kept], (table.row[kept], table.col[kept])), shape=table.shape
    )
    start = np.random.default_rng(0).standard_normal(size)
    vectors, strengths, _ = svds(table, k=dimensions, v0=start)
    return _unit(vectors * np.sqrt(strengths)).astype(np.float32)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    norms: NDArray[np.floating] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(norms, 1e-9)


def find_siblings(words: Sequence[str], vectors: NDArray[np.float32]) -> dict[str, list[str]]:
    """Words that stand in the same places as a word and are no forms of it, nearest first."""
    siblings: dict[str, list[str]] = {}
    for at in range(0, len(words), 1024):
        cosines = vectors[at : at + 1024] @ vectors.T
        for row, near in enumerate(cosines, start=at):
            order = np.argsort(-near, kind="stable")[: 3 * SIBLINGS]
            others = [words[p] for p in order if p != row and near[p] >= LEAST_SIBLING_COSINE]
            others = [other for other in others if not is_related(words[row], other)]
            if others:
                siblings[words[row]] = others[:SIBLINGS]
    return siblings


def whole_words(tokenizer: Path) -> list[str]:
    """The Arabic words that are one piece of a ``tokenizer.json``: the frequent ones of the language.

    Persian, Urdu and Uyghur share its letters; a word counts as Arabic if it has a letter or an ending
    that only Arabic uses, the article, or stands there with the article too.
    """
    pieces = json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]
    words = [piece[1:] for piece, _ in pieces if piece.startswith(WORD_START)]
    words = [word for word in words if len(word) >= LEAST_PIECE and _ARABIC_ONLY.match(word)]
    known = set(words)
    return [
        word
        for word in words
        if (_CERTAINLY_ARABIC.search(word) or f"ال{word}" in known) and not _UYGHUR.search(word)
    ]


def build_lexicon(
    encoder: Encoder, english: Sequence[str], arabic: Sequence[str], *, also: Sequence[str] = ()
) -> Lexicon:
    """A lexicon of the words in the texts of two languages.

    Args:
        encoder: What says which words are near each other.
        english: Texts.
        arabic: Texts.
        also: Arabic words besides those of the texts.
    """
    counts = count_words(english)
    ours = [
        word
        for word, count in counts.most_common(ENGLISH_LIMIT)
        if count >= ENGLISH_COUNT and word.isascii()
    ]
    theirs = [
        word
        for word, count in count_words(arabic).items()
        if count >= ARABIC_COUNT and _ARABIC_ONLY.match(word)
    ]
    theirs = list(dict.fromkeys([*theirs, *also]))
    vectors = [encoder.encode_queries(words) for words in (ours, theirs)]
    centred = [_unit(v - v.mean(0)).astype(np.float32) for v in vectors]
    frequent = [word for word in ours if counts[word] >= SIBLING_COUNT]
    return Lexicon(
        pair_words(ours, theirs, (centred[0], centred[1])),
        find_siblings(frequent, distribution_vectors(english, frequent)),
    )


def lexicon_of(material: Material, path: Path, tokenizer: Path) -> Lexicon:
    """The lexicon of the material's words, made with the bundled encoder unless it is there."""
    if not path.exists():
        texts = {
            is_arabic: [p.text for p in material.passages if (p.set_name == "arcd") == is_arabic]
            + [
                item.question
                for item in material.items
                if (material.passages[item.passage].set_name == "arcd") == is_arabic
            ]
            for is_arabic in (False, True)
        }
        also = whole_words(tokenizer)
        build_lexicon(load_encoder(), texts[False], texts[True], also=also).save(path)
    return Lexicon.load(path)
