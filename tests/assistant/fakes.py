"""Stand-ins for the models where speed matters: deterministic, no weights."""

from __future__ import annotations

import hashlib

import numpy as np

from assistant.types import ReadSpan

DIM = 16


class HashEncoder:
    """Vectors from hashed words: texts that share words are near each other."""

    id = "fake/hash/1"
    dim = DIM

    def encode_queries(self, texts):
        return self._encode(texts)

    def encode_passages(self, texts, *, on_progress=None):
        return self._encode(texts)

    def _encode(self, texts):
        rows = np.zeros((len(texts), DIM), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                digest = hashlib.blake2b(
                    word.encode("utf-8", "surrogatepass"), digest_size=8
                ).digest()
                row[digest[0] % DIM] += 1 + digest[1] / 256
            row[0] += 1e-3
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class FirstWordsReader:
    """Reads the first words of the first passage, with a fixed probability."""

    id = "fake/reader/1"

    def __init__(self, probability=0.9, *, threshold=0.5, possible_threshold=0.2):
        self.probability = probability
        self.threshold = threshold
        self.possible_threshold = possible_threshold

    def prepare(self):
        pass

    def read(self, question, hits, *, cancelled=None):
        passage = hits[0].passage
        end = len(" ".join(passage.text.split(" ")[:3]))
        return [
            ReadSpan(
                0,
                passage.start,
                passage.start + end,
                passage.text[:end],
                5.0,
                0.0,
                self.probability,
            )
        ]
