"""XLM-R's Unigram tokenizer, with exact offsets, in milliseconds from cold.

The vocabulary of the bundled model comes as 17 MB of JSON that takes half a second to parse. Here
it is a double-array trie (Aoe, 1989) over UTF-8 bytes that is memory-mapped, and the best
segmentation of a word is found by Viterbi search (Kudo, 2018). Pieces never cross spaces, so a
cache of words is exact. Token ids are those of the original tokenizer with one difference: text is
only ever text, so a literal ``</s>`` in an article is spelled out instead of ending the sequence.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from embeddings.errors import ModelLoadError
from embeddings.table import MODEL_DIR, map_array

TRIE_FILE = "tokenizer.trie.bin"
SCORES_FILE = "tokenizer.scores.bin"
NORMALISATION_FILE = "tokenizer.normalisation.json"

BOS_ID, PAD_ID, EOS_ID, UNKNOWN_ID = 0, 1, 2, 3
SPACE_ID = 6
"""The piece that is nothing but the mark of a space."""
SPACE_MARK = "▁"
UNKNOWN_PENALTY = 10.0
"""How far an unknown character lies below the worst piece (kUnkPenalty of SentencePiece)."""

SHORT_GRAPHEME_BYTES = 6
"""Graphemes below this length in UTF-8 are normalised as a whole, as the original does."""
_CHUNK = re.compile(r"[ \n]?[^ \n]+|[ \n]")
"""A word with the space before it. Both spaces end a grapheme, so chunks can be read alone."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_CACHED_CHUNK_LENGTH = 48
"""Longer chunks (unspaced scripts, URLs) seldom recur and would only fill the cache."""
_CACHE_SIZE = 1 << 16
_TERMINAL = 0
"""Transition code that ends a piece; byte b has the code b + 1."""
_load_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Encoding:
    """Tokens of one text, without the special ones."""

    ids: list[int]
    starts: list[int]
    """Offset of each token's first code point in the text as given, not counting a space before it.

    Never decreasing. Where normalisation makes several characters of one (a ligature), each
    token with a part of it covers it whole; a lone space mark covers nothing."""
    ends: list[int]
    """Offset after each token's last code point."""


_Chunk = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], bool]
"""Ids, starts, ends (relative to the chunk), and whether the chunk ends in a space."""


class Tokenizer:
    """Text to token ids. Safe to use from several threads."""

    def __init__(self, folder: Path = MODEL_DIR) -> None:
        """Map the vocabulary and read the normalisation rules.

        Args:
            folder: Where the three files are.

        Raises:
            ModelLoadError: A file is missing or damaged.
        """
        # Memoryviews give plain numbers in a third of the time that arrays take.
        trie = map_array(folder / TRIE_FILE, "<i4").data
        self._base, self._check = trie[: len(trie) // 2], trie[len(trie) // 2 :]
        self._scores = map_array(folder / SCORES_FILE, "<f8").data
        path = folder / NORMALISATION_FILE
        try:
            rules = json.loads(path.read_text("ascii"))
            self._mapping: dict[str, str] = rules["mapping"]
            self._extending = frozenset(rules["extending"])
            self._prepended = frozenset(rules["prepended"])
            self._unknown_score: float = rules["lowest_score"] - UNKNOWN_PENALTY
        except (OSError, ValueError, KeyError) as error:
            raise ModelLoadError(
                f"cannot read the model file {path} ({error}); install pullquote again"
            ) from error
        self._cached_chunk = lru_cache(maxsize=_CACHE_SIZE)(self._encode_chunk)

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without ``<s>`` and ``</s>``."""
        ids: list[int] = []
        trailing = False
        for chunk in _CHUNK.findall(text):
            cached = len(chunk) <= _CACHED_CHUNK_LENGTH
            found = self._cached_chunk(chunk) if cached else self._encode_chunk(chunk)
            ids += found[0]
            trailing = found[3]
        if trailing:
            ids.append(SPACE_ID)
        return ids

    def encode_with_offsets(self, text: str) -> Encoding:
        """Tokens of a text, without ``<s>`` and ``</s>``, and where in the text they are."""
        ids: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        trailing = False
        for match in _CHUNK.finditer(text):
            chunk, at = match[0], match.start()
            cached = len(chunk) <= _CACHED_CHUNK_LENGTH
            found = self._cached_chunk(chunk) if cached else self._encode_chunk(chunk)
            ids += found[0]
            starts += [at + start for start in found[1]]
            ends += [at + end for end in found[2]]
            trailing = found[3]
        if trailing:
            ids.append(SPACE_ID)
            starts.append(len(text))
            ends.append(len(text))
        return Encoding(ids, starts, ends)

    def _encode_chunk(self, chunk: str) -> _Chunk:
        """Tokens of one match of ``_CHUNK``."""
        ids: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        characters, sources = self._normalise(chunk)
        word_start = 0
        length = len(characters)
        while word_start < length:
            # A word opens with its space, if it has one: in front of the first it is implied.
            inside = word_start + 1 if characters[word_start] == " " else word_start
            word_end = inside
            while word_end < length and characters[word_end] != " ":
                word_end += 1
            if word_end > inside:
                word = characters[inside:word_end]
                for token, left, right in self._segment(word):
                    ids.append(token)
                    # The lone space mark, left == right, is put where its word starts.
                    start = sources[inside + left][0]
                    starts.append(start)
                    ends.append(sources[inside + right - 1][1] if right > left else start)
            word_start = word_end
        trailing = length > 0 and characters[-1] == " "
        return tuple(ids), tuple(starts), tuple(ends), trailing

    def _normalise(self, chunk: str) -> tuple[str, list[tuple[int, int]]]:
        """Normalised text, runs of spaces as one, and the range in ``chunk`` of each character."""
        if chunk.isascii() and chunk[1:].isprintable() and " " not in chunk[1:]:
            lead = " " if chunk[0] == "\n" else chunk[0]
            if lead.isprintable():
                return lead + chunk[1:], [(at, at + 1) for at in range(len(chunk))]
        chunk = _SURROGATE.sub("\ufffd", chunk)
        characters: list[str] = []
        sources: list[tuple[int, int]] = []
        length = len(chunk)
        start = 0
        while start < length:
            end = self._grapheme_end(chunk, start)
            grapheme = chunk[start:end]
            whole = None
            if end - start > 1 and len(grapheme.encode()) < SHORT_GRAPHEME_BYTES:
                # The shortest prefix with a rule replaces it all: so the original, so the model.
                whole = next(
                    (
                        self._mapping[grapheme[:size]]
                        for size in range(1, len(grapheme) + 1)
                        if grapheme[:size] in self._mapping
                    ),
                    None,
                )
            parts = [(whole or "", start, end)]
            if whole is None:
                parts = [
                    (self._mapping.get(original, original), at, at + 1)
                    for at, original in enumerate(grapheme, start)
                ]
            for replacement, first, last in parts:
                for character in replacement:
                    if character == " " and characters and characters[-1] == " ":
                        continue
                    characters.append(character)
                    sources.append((first, last))
            start = end
        return "".join(characters), sources

    def _grapheme_end(self, text: str, start: int) -> int:
        """End of the extended grapheme cluster at ``start``, as far as short clusters go.

        Clusters of several base characters (Hangul jamo, flags, emoji sequences) all reach
        ``SHORT_GRAPHEME_BYTES`` and are never normalised as a whole, so their rules are left out.
        """
        length = len(text)
        end = start
        while end < length - 1 and text[end] in self._prepended:
            end += 1
        category = unicodedata.category(text[end])
        if category in {"Cc", "Cf", "Zl", "Zp"} and text[end] not in self._extending:
            if end > start:
                return end
            return start + 2 if text[start : start + 2] == "\r\n" else start + 1
        end += 1
        while end < length and text[end] in self._extending:
            end += 1
        return end

    def _segment(self, word: str) -> list[tuple[int, int, int]]:
        """Best segmentation of a word that a space mark precedes.

        Args:
            word: Normalised, not empty, without spaces.

        Returns:
            (token id, start, end) of each piece, in code points of ``word``; the space mark counts
            for nothing.
        """
        data = (SPACE_MARK + word).encode()
        size = len(data)
        base, check, scores = self._base, self._check, self._scores
        best: list[float | None] = [None] * (size + 1)
        best[0] = 0.0
        origin = [0] * (size + 1)
        token_at = [UNKNOWN_ID] * (size + 1)
        start = 0
        while start < size:
            lead = data[start]
            width = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            reached = best[start]
            assert reached is not None  # a character or its unknown stand-in always leads on
            node = 0
            single = False
            for at in range(start, size):
                child = base[node] + data[at] + 1
                if check[child] != node:
                    break
                node = child
                leaf = base[node] + _TERMINAL
                if check[leaf] == node:
                    token = -base[leaf] - 1
                    score = reached + scores[token]
                    end = at + 1
                    known = best[end]
                    if known is None or score > known:
                        best[end], origin[end], token_at[end] = score, start, token
                    single = single or end - start == width
            if not single:
                end = start + width
                score = reached + self._unknown_score
                known = best[end]
                if known is None or score > known:
                    best[end], origin[end], token_at[end] = score, start, UNKNOWN_ID
            start += width
        pieces: list[tuple[int, int, int]] = []
        end = size
        while end > 0:
            start, token = origin[end], token_at[end]
            if token == UNKNOWN_ID:  # unknown characters in a row are one token
                while start > 0 and token_at[start] == UNKNOWN_ID:
                    start = origin[start]
            pieces.append((token, start, end))
            end = start
        pieces.reverse()
        mark = len(SPACE_MARK.encode())
        if len(data) == len(word) + mark:  # ASCII: bytes are code points
            return [(token, max(a - mark, 0), b - mark) for token, a, b in pieces]
        spans = []
        place = 0
        for token, a, b in pieces:
            width = len(data[max(a, mark) : max(b, mark)].decode())
            spans.append((token, place, place + width))
            place += width
        return spans


@lru_cache(maxsize=1)
def _bundled_tokenizer() -> Tokenizer:
    return Tokenizer()


def load_tokenizer() -> Tokenizer:
    """The bundled tokenizer, loaded once per process.

    Raises:
        ModelLoadError: A file is missing or damaged.
    """
    with _load_lock:
        return _bundled_tokenizer()
