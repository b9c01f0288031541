"""Texts to unit vectors: the bundled multilingual encoder, and any sentence-transformers model.

onnxruntime and sentence-transformers are imported when the first text is encoded, not before.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EmbeddingsError, ModelLoadError
from embeddings.table import MODEL_DIR, TokenTable, load_table
from embeddings.tokenizer import BOS_ID, EOS_ID, PAD_ID, Tokenizer, load_tokenizer

TRUNK_FILE = "trunk.onnx"
MANIFEST_FILE = "manifest.json"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
MAX_TOKENS = 512
"""Positions that the model knows; what lies beyond is not read."""
THREADS_VARIABLE = "PULLQUOTE_THREADS"
"""Environment variable that sets how many threads one encoding uses."""
TELEMETRY_VARIABLE = "ORT_DISABLE_TELEMETRY"
"""Environment variable of onnxruntime's; set where it is not."""
DEFAULT_THREADS = 4
"""At most so many: beyond, the matrices of one passage are too small to share out."""

BATCH_TOKENS = 512
"""Tokens of one batch, padding included: what a layer makes of more does not stay in the cache, and texts of
one batch differ more in length. 4,096 took 1.3 times the processor time."""

_SURROGATE = re.compile("[\ud800-\udfff]")

Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""


class Encoder(Protocol):
    """Turns texts into unit vectors whose dot product is their similarity."""

    @property
    def id(self) -> str:
        """Name of the model and its weights; vectors of different ids cannot be compared."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, as ``(n, dim)`` float32 unit rows in the order given."""

    def encode_passages(
        self, texts: Sequence[str], *, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages, as ``(n, dim)`` float32 unit rows in the order given."""


class BundledEncoder:
    """multilingual-e5-small (Wang et al., 2024), bundled: 4-bit word table and int8 trunk.

    Building one is instant; the model is loaded at the first use or by :meth:`prepare`. Safe to use
    from several threads.
    """

    def __init__(self, folder: Path = MODEL_DIR, *, threads: int | None = None) -> None:
        """Name the model without loading it.

        Args:
            folder: Where the trunk is.
            threads: Threads of one encoding; None: ``PULLQUOTE_THREADS``, else the number of
                processors up to ``DEFAULT_THREADS``.

        Raises:
            ModelLoadError: There is no model in the folder.
            EmbeddingsError: The number of threads is not a positive number.
        """
        self._folder = folder
        self._threads = thread_count(threads)
        self._lock = threading.Lock()
        self._loaded: tuple[Any, TokenTable, Tokenizer] | None = None
        path = folder / MANIFEST_FILE
        try:
            manifest = json.loads(path.read_text("ascii"))
            self._id, self._dim = str(manifest["id"]), int(manifest["dim"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelLoadError(
                f"cannot read the model file {path} ({error}); install pullquote again"
            ) from error

    @property
    def id(self) -> str:
        """Name of the model with the start of its weights' checksum."""
        return self._id

    @property
    def dim(self) -> int:
        """Numbers in a vector: 384."""
        return self._dim

    def prepare(self) -> None:
        """Load the model now, so that the first encoding does not wait for it.

        Raises:
            ModelLoadError: A file of the model is missing or damaged.
        """
        self._parts()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions.

        Args:
            texts: Questions or search terms; read up to ``MAX_TOKENS`` tokens.

        Returns:
            ``(n, 384)`` float32 unit rows, in the order given.

        Raises:
            ModelLoadError: A file of the model is missing or damaged.
        """
        return self._encode(texts, QUERY_PREFIX, None)

    def encode_passages(
        self, texts: Sequence[str], *, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages.

        Args:
            texts: Passages; read up to ``MAX_TOKENS`` tokens.
            on_progress: Called after every batch with the texts done and the texts in all.

        Returns:
            ``(n, 384)`` float32 unit rows, in the order given.

        Raises:
            ModelLoadError: A file of the model is missing or damaged.
        """
        return self._encode(texts, PASSAGE_PREFIX, on_progress)

    def _encode(
        self, texts: Sequence[str], prefix: str, on_progress: Progress | None
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self._dim), np.float32)
        if not texts:
            return vectors
        session, table, tokenizer = self._parts()
        tokens = [
            [BOS_ID, *tokenizer.encode(prefix + text)[: MAX_TOKENS - 2], EOS_ID] for text in texts
        ]
        done = 0
        for batch in batches([len(ids) for ids in tokens]):
            width = max(len(tokens[index]) for index in batch)
            ids = np.full((len(batch), width), PAD_ID, np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, index in enumerate(batch):
                ids[row, : len(tokens[index])] = tokens[index]
                mask[row, : len(tokens[index])] = 1
            feeds = {"inputs_embeds": table.rows(ids), "attention_mask": mask}
            (vectors[batch],) = session.run(None, feeds)
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(texts))
        return vectors

    def _parts(self) -> tuple[Any, TokenTable, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                session = open_session(self._folder / TRUNK_FILE, threads=self._threads)
                self._loaded = (session, load_table(), load_tokenizer())
            return self._loaded


def batches(lengths: Sequence[int], *, max_tokens: int = BATCH_TOKENS) -> list[list[int]]:
    """Indices of texts, longest first, in batches that waste little on padding.

    Args:
        lengths: Tokens of each text.
        max_tokens: Tokens of a batch with its padding; a longer text is a batch of its own.

    >>> batches([3, 9, 4, 8], max_tokens=20)
    [[1, 3], [2, 0]]
    """
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    found: list[list[int]] = []
    for index in order:
        if found and (len(found[-1]) + 1) * lengths[found[-1][0]] <= max_tokens:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def thread_count(threads: int | None = None) -> int:
    """How many threads one encoding uses.

    Args:
        threads: The caller's choice, or None.

    Raises:
        EmbeddingsError: It, or ``PULLQUOTE_THREADS``, is not a positive number.
    """
    if threads is None:
        value = os.environ.get(THREADS_VARIABLE)
        if value is None:
            return max(1, min(os.cpu_count() or 1, DEFAULT_THREADS))
        try:
            threads = int(value)
        except ValueError:
            threads = 0
        if threads < 1:
            raise EmbeddingsError(
                f"{THREADS_VARIABLE} is {value!r}; set it to a number from 1 or unset it"
            )
    if threads < 1:
        raise EmbeddingsError(f"threads is {threads}; give a number from 1")
    return threads


def import_onnxruntime() -> Any:
    """The module, with its telemetry off.

    From 1.29 on it reports the model, the machine and each session to its maker wherever it can, and
    writes what it cannot send to the user's cache. ``ORT_DISABLE_TELEMETRY=0`` lets it.
    """
    # Read once, when the library starts: before the import.
    os.environ.setdefault(TELEMETRY_VARIABLE, "1")
    import onnxruntime

    if os.environ[TELEMETRY_VARIABLE] != "0":
        onnxruntime.disable_telemetry_events()  # what counts on Windows
    return onnxruntime


def open_session(path: Path, *, threads: int) -> Any:
    """An ONNX model on the processor, its threads bounded and asleep while they wait.

    Args:
        path: ONNX file.
        threads: Threads of one run.

    Raises:
        ModelLoadError: The file is missing or damaged.
    """
    onnxruntime = import_onnxruntime()
    if not path.is_file():
        raise ModelLoadError(f"the model file {path} is missing; install pullquote again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning threads fight for the processors on a busy machine: a query took 30 times as long.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated types
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadError(
            f"cannot load the model file {path} ({line}); install pullquote again"
        ) from error


class SentenceTransformerEncoder:
    """Any model that sentence-transformers can load, by name or path.

    The model's own prompts for queries and passages are used where it defines them; models of the
    e5 family get the prefixes that they were trained with.
    """

    def __init__(self, name_or_path: str) -> None:
        """Name the model; it is loaded at the first use.

        Args:
            name_or_path: A model's folder, or its name on the Hugging Face hub.
        """
        self.name_or_path = name_or_path
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def id(self) -> str:
        """``sentence-transformers:`` and the model's name or path."""
        return f"sentence-transformers:{self.name_or_path}"

    @property
    def dim(self) -> int:
        """Numbers in a vector; loads the model.

        Raises:
            ModelLoadError: The model cannot be loaded.
        """
        return int(self._load().get_embedding_dimension())

    def prepare(self) -> None:
        """Load the model now.

        Raises:
            ModelLoadError: The model cannot be loaded.
        """
        self._load()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, as ``(n, dim)`` float32 unit rows in the order given.

        Raises:
            ModelLoadError: The model cannot be loaded.
        """
        return self._encode(texts, ("query",), QUERY_PREFIX, None)

    def encode_passages(
        self, texts: Sequence[str], *, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages, as ``(n, dim)`` float32 unit rows in the order given.

        Raises:
            ModelLoadError: The model cannot be loaded.
        """
        return self._encode(texts, ("passage", "document"), PASSAGE_PREFIX, on_progress)

    def _encode(
        self,
        texts: Sequence[str],
        prompt_names: tuple[str, ...],
        e5_prefix: str,
        on_progress: Progress | None,
    ) -> NDArray[np.float32]:
        model = self._load()
        prompts: dict[str, str] = model.prompts or {}
        prompt = next((prompts[name] for name in prompt_names if prompts.get(name)), "")
        if not prompt and "e5" in Path(self.name_or_path).name.lower():
            prompt = e5_prefix
        step = len(texts) if on_progress is None else 256
        vectors = np.empty((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), max(step, 1)):
            part = [clean(text) for text in texts[start : start + step]]
            vectors[start : start + len(part)] = model.encode(
                part,
                prompt=prompt,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            if on_progress is not None:
                on_progress(start + len(part), len(texts))
        return vectors

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                try:
                    from sentence_transformers import SentenceTransformer

                    self._model = SentenceTransformer(self.name_or_path)
                except Exception as error:  # transformers raises whatever its parts raise
                    line = str(error).splitlines()[0] if str(error) else type(error).__name__
                    raise ModelLoadError(
                        f"cannot load the model {self.name_or_path!r} ({line}); give the folder of "
                        "a sentence-transformers model, or the name of one while online"
                    ) from error
            return self._model


def clean(text: str) -> str:
    r"""A text that can be written as UTF-8: each lone surrogate replaced by U+FFFD.

    >>> clean("a\ud83d") == "a\ufffd"
    True
    """
    return _SURROGATE.sub("\ufffd", text)


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder of that name, not loaded yet.

    Args:
        name: A sentence-transformers model by name or path; None: the bundled one.

    Raises:
        ModelLoadError: The bundled model's files are missing.
        EmbeddingsError: ``PULLQUOTE_THREADS`` is not a positive number.
    """
    return BundledEncoder() if name is None else SentenceTransformerEncoder(name)
