"""BM25 over passages: a tantivy index, rebuildable from the library at any time.

One analysis serves every language: Unicode words, lower-cased, then the English and the Arabic
Snowball stemmer. Each stemmer leaves the other script alone, so that names and numbers match across
languages while «كتاب» finds «الكتاب» and "guarantee" finds "guarantees".
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.language.words import STOP_WORDS
from assistant.types import Span

TITLE_BOOST = 0.5
"""Weight of a match in the title relative to the body."""
MAX_TERM_CHARS = 60
"""Longer words are not indexed; identifiers and base64 only bloat the dictionary."""
MAX_QUERY_TERMS = 64
"""A pasted page is searched by its first distinct terms."""
WRITER_HEAP_BYTES = 50_000_000
DISCARD_ATTEMPTS = 5
SCHEMA = 2
"""Raised when the fields, the analysis or the manifest change: an index of another schema is rebuilt."""
CHECKED_BYTES = 32 * 2**20
"""Files up to this size are read through whenever an index is opened; larger ones when asked to verify."""

_UNREADABLE = (
    ValueError,
    OSError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    struct.error,
)
_FOOTER_MAGIC = 1337
_MOST_FOOTER_BYTES = 4096
_CHUNK_BYTES = 2**22

_ANALYZER = "pullquote"


class LexicalDamaged(OSError):
    """The files of an index are not what was written."""


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """What is indexed of a passage."""

    id: int
    title: str
    body: str


class LexicalIndex:
    """BM25 over passages; thread-safe for searching, one writer at a time.

    Args:
        folder: Where it lives; None keeps it in memory.
        may_write: Whether the caller holds the library's writing lock: an index that is missing or
            cannot be used is then started over, otherwise nothing is made or removed.

    Raises:
        LexicalDamaged: Without ``may_write``: there is one, but it cannot be used.
        OSError: It cannot be made; without ``may_write``, there is none.
    """

    def __init__(self, folder: Path | None, *, may_write: bool = True) -> None:
        import tantivy

        self._tantivy = tantivy
        self._folder = folder
        self._lock = threading.RLock()
        self._analyzer = _build_analyzer(tantivy)
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", stored=False, indexed=True, fast=True)
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
        self._schema = builder.build()
        self.generation = 0
        self.on_damage: Callable[[LexicalDamaged], LexicalIndex] | None = None
        """Gives what is searched instead when the files turn out to be unreadable."""
        if folder is None:
            self._index = tantivy.Index(self._schema)
        else:
            self._index = self._open(folder, may_write=may_write)
        # What is searched is of ``generation``; followed by itself it would change under a search.
        self._index.config_reader(reload_policy="manual")
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def _open(self, folder: Path, *, may_write: bool) -> Any:
        try:
            # Without a manifest nothing says what is inside. Read first: what is committed since
            # then is newer than the generation says, and is only added again.
            generation = self.stored_generation(folder)
            if generation is not None:
                # First: tantivy tells some damage by a panic, and that by pages on stderr.
                check_files(folder)
                with _errors_of_reading(folder):
                    # Unlike the constructor, this makes nothing where the files are gone.
                    index = self._tantivy.Index.open(str(folder))
        except LexicalDamaged:
            if not may_write:
                raise
            generation = None
        if generation is None:
            if not may_write:
                raise OSError(f"{folder} has no lexical index")
            # It is a cache, so start over.
            self.discard(folder)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _errors_of_files():
                index = self._tantivy.Index(self._schema, path=str(folder))
        self.generation = generation or 0
        return index

    @classmethod
    def stored(cls, folder: Path) -> Self | None:
        """The index in ``folder`` for one who may not write; None where there is none.

        Raises:
            LexicalDamaged: There is one, but it cannot be used.
        """
        try:
            return cls(folder, may_write=False)
        except LexicalDamaged:
            raise
        except OSError:
            return None

    @staticmethod
    def discard(folder: Path) -> None:
        """Remove the index in ``folder``; the caller holds the library's writing lock.

        Raises:
            OSError: It cannot be removed.
        """
        # The manifest first: a process that is killed in between leaves none that would be trusted.
        _manifest_path(folder).unlink(missing_ok=True)
        for attempt in range(1, DISCARD_ATTEMPTS + 1):
            if not folder.exists():
                return
            try:
                shutil.rmtree(folder)
            except OSError:
                # Whoever has it open makes and removes a lock in it now and then.
                if attempt == DISCARD_ATTEMPTS:
                    raise

    @staticmethod
    def stored_generation(folder: Path) -> int | None:
        """Generation of the index in ``folder``; None where there is none of this form.

        Raises:
            LexicalDamaged: What says so was changed.
        """
        try:
            content = _manifest_path(folder).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LexicalDamaged(f"{_manifest_path(folder)} cannot be read ({error})") from error
        with _errors_of_reading(_manifest_path(folder)):
            manifest = json.loads(content)
            if manifest.get("schema") != SCHEMA or not folder.is_dir():
                return None
            if manifest != _manifest(manifest["generation"]):
                raise ValueError("its checksum is wrong")
            return int(manifest["generation"])

    @property
    def in_memory(self) -> bool:
        """Whether it is kept in memory only."""
        return self._folder is None

    def clear(self) -> None:
        """Drop every document.

        Raises:
            OSError: The folder cannot be written.
        """
        with self._lock, _errors_of_files():
            if self._folder is not None:
                _manifest_path(self._folder).unlink(missing_ok=True)
            writer = self._index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
            writer.delete_all_documents()
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self.generation = 0

    def update(
        self,
        batches: Iterable[Sequence[LexicalDocument]],
        *,
        removed_ids: Sequence[int] = (),
        generation: int,
    ) -> None:
        """Add or replace documents, drop ``removed_ids``, and commit all as ``generation``.

        Doing it twice is harmless: every id is removed before it is added.

        Raises:
            OSError: The folder cannot be written; doing it again makes it whole.
        """
        with self._lock, _errors_of_files():
            writer = self._index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
            replaces = self.generation > 0
            self._delete(writer, removed_ids)
            for documents in batches:
                if replaces:
                    self._delete(writer, [document.id for document in documents])
                for document in documents:
                    entry = self._tantivy.Document()
                    entry.add_unsigned("id", document.id)
                    entry.add_text("title", document.title)
                    entry.add_text("body", document.body)
                    writer.add_document(entry)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
            self.generation = generation
            if self._folder is not None:
                _write_manifest(self._folder, generation)

    def _delete(self, writer: Any, ids: Sequence[int]) -> None:
        # Deleting by term silently does nothing on unsigned fields; by query it works.
        if ids:
            query = self._tantivy.Query.term_set_query(self._schema, "id", list(ids))
            writer.delete_documents_by_query(query)

    def reload(self) -> bool:
        """See what another process has committed since; false where it is gone.

        Raises:
            LexicalDamaged: It cannot be used any more.
        """
        with self._lock:
            if self._folder is None:
                return True
            generation = self.stored_generation(self._folder)
            if generation is None:
                return False
            with _errors_of_reading(self._folder):
                self._index.reload()
            self.generation = generation
            return True

    def search(
        self,
        query: str,
        k: int,
        *,
        allowed_ids: Sequence[int] | NDArray[np.int64] | None = None,
    ) -> list[tuple[int, float]]:
        """The best ``k`` passages as ``(id, BM25 score)``, best first, ties by id.

        Args:
            query: Any text; an empty or wordless one finds nothing.
            k: How many at the most.
            allowed_ids: Only these passages, in ascending order, where given.

        Raises:
            LexicalDamaged: Its files cannot be read any more.
        """
        terms = self.terms(query)
        if not terms or k <= 0 or (allowed_ids is not None and len(allowed_ids) == 0):
            return []
        tantivy = self._tantivy
        should = []
        for term in terms:
            body = tantivy.Query.term_query(self._schema, "body", term, "freq")
            title = tantivy.Query.term_query(self._schema, "title", term, "freq")
            should.append((tantivy.Occur.Should, body))
            should.append((tantivy.Occur.Should, tantivy.Query.boost_query(title, TITLE_BOOST)))
        matching = tantivy.Query.boolean_query(should)
        try:
            with _errors_of_reading(self._folder):
                if allowed_ids is None:
                    found = self._best(matching, k)
                else:
                    found = self._best_allowed(matching, k, np.asarray(allowed_ids, np.int64))
        except LexicalDamaged as error:
            if self.on_damage is None:
                raise
            return self.on_damage(error).search(query, k, allowed_ids=allowed_ids)
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def _best(self, matching: Any, k: int) -> list[tuple[int, float]]:
        searcher = self._index.searcher()
        result = searcher.search(matching, limit=k, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in result])
        return [
            (int(_first(value)), float(score))
            for value, (score, _) in zip(ids, result, strict=True)
        ]

    def _best_allowed(
        self, matching: Any, k: int, allowed: NDArray[np.int64]
    ) -> list[tuple[int, float]]:
        # To look up each of many ids takes longer than the search: where they are a large part of all, the best
        # of them are among the first of all, whose scores and order are the same.
        depth = 2 * k * len(self) // len(allowed)
        if depth < len(allowed):
            first = self._best(matching, depth)
            ids = np.array([passage_id for passage_id, _ in first], np.int64)
            places = np.searchsorted(allowed, ids).clip(max=len(allowed) - 1)
            is_allowed = (allowed[places] == ids).tolist()
            found = [one for one, kept in zip(first, is_allowed, strict=True) if kept]
            if len(found) >= k or len(first) < depth:
                return found[:k]
        query = self._tantivy.Query
        within = query.const_score_query(
            query.term_set_query(self._schema, "id", allowed.tolist()), 0.0
        )
        must = self._tantivy.Occur.Must
        return self._best(query.boolean_query([(must, matching), (must, within)]), k)

    def terms(self, query: str) -> list[str]:
        """The distinct analysed words that a query is searched by."""
        words = [word for word in _words(query) if word not in STOP_WORDS]
        if not words:
            words = _words(query)
        terms = dict.fromkeys(self._analyzer.analyze(" ".join(words)))
        return list(terms)[:MAX_QUERY_TERMS]

    def matches(self, query: str, text: str) -> list[Span]:
        """Where ``text`` has one of the words that ``query`` is searched by, in any of its forms."""
        terms = set(self.terms(query))
        return [
            Span(*word.span())
            for word in re.finditer(r"[^\W_]+", text)
            if terms.intersection(self._analyzer.analyze(word.group()))
        ]

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) else value


def _words(text: str) -> list[str]:
    """Lower-cased runs of letters and digits, as tantivy's simple tokenizer cuts them."""
    return "".join(char if char.isalnum() else " " for char in text.lower()).split()


def _build_analyzer(tantivy: Any) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for filter_ in (
        tantivy.Filter.remove_long(MAX_TERM_CHARS),
        tantivy.Filter.lowercase(),
        tantivy.Filter.stemmer("english"),
        tantivy.Filter.stemmer("arabic"),
    ):
        builder = builder.filter(filter_)
    return builder.build()


@contextlib.contextmanager
def _errors_of_files() -> Iterator[None]:
    """Tantivy tells whatever it meets in its files, a full disk too, as ``ValueError``."""
    try:
        yield
    except ValueError as error:
        raise OSError(" ".join(str(error).split())) from error


def _manifest_path(folder: Path) -> Path:
    return folder.with_name(folder.name + ".json")


def _manifest(generation: object) -> dict[str, Any]:
    said = {"schema": SCHEMA, "generation": generation}
    return said | {"checksum": zlib.crc32(json.dumps(said).encode())}


def _write_manifest(folder: Path, generation: int) -> None:
    path = _manifest_path(folder)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(_manifest(generation)), "utf-8")
    os.replace(temporary, path)


@contextlib.contextmanager
def _errors_of_reading(path: Path | None) -> Iterator[None]:
    """What tantivy, or a Rust panic in it, says of files that are not as it wrote them."""
    try:
        yield
    except LexicalDamaged:
        raise
    except BaseException as error:
        # A panic is no Exception, and its type cannot be imported.
        is_panic = type(error).__name__ == "PanicException"
        if not is_panic and not isinstance(error, _UNREADABLE):
            raise
        reason = " ".join(str(error).split())[:200]
        raise LexicalDamaged(f"{path} cannot be read ({reason})") from error


def check_files(folder: Path, *, verify: bool = False) -> None:
    """Compare the files of an index with the checksums at their ends.

    Args:
        folder: Where they are.
        verify: Read large files through too.

    Raises:
        LexicalDamaged: One is not what was written.
    """
    with _errors_of_reading(folder):
        segments = json.loads((folder / "meta.json").read_bytes())["segments"]
        # Only these are finished: another process may be writing more.
        names = {segment["segment_id"].replace("-", "") for segment in segments}
        for path in folder.iterdir():
            if path.name.split(".")[0] in names:
                # Or it may have merged one into others just now.
                with contextlib.suppress(FileNotFoundError):
                    if verify or path.stat().st_size <= CHECKED_BYTES:
                        _check_file(path)


def _check_file(path: Path) -> None:
    """Tantivy ends a file with a JSON object, the number of its bytes, and a magic number."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _MOST_FOOTER_BYTES))
        end = file.read()
        length, magic = struct.unpack("<II", end[-8:])
        if magic != _FOOTER_MAGIC or length > len(end) - 8:
            raise ValueError(f"{path.name} does not end as it should")
        expected = json.loads(end[-8 - length : -8])["crc"]
        file.seek(0)
        left, value = size - 8 - length, 0
        while left and (chunk := file.read(min(left, _CHUNK_BYTES))):
            value, left = zlib.crc32(chunk, value), left - len(chunk)
    if value != expected:
        raise ValueError(f"{path.name} fails its checksum")
