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
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from assistant.language.words import STOP_WORDS
from assistant.types import Span

TITLE_BOOST = 0.5
"""Weight of a match in the title relative to the body."""
MAX_TERM_CHARS = 60
"""Longer words are not indexed; identifiers and base64 only bloat the dictionary."""
MAX_QUERY_TERMS = 64
"""A pasted page is searched by its first distinct terms."""
WRITER_HEAP_BYTES = 50_000_000
SCHEMA = 1
"""Raised when the fields or the analysis change: an index of another schema is rebuilt."""

_ANALYZER = "pullquote"


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
        OSError: It cannot be made; without ``may_write``, there is none that can be used.
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
        if folder is None:
            self._index = tantivy.Index(self._schema)
        else:
            self._index = self._open(folder, may_write=may_write)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def _open(self, folder: Path, *, may_write: bool) -> Any:
        # Without a manifest nothing says what is inside. Read first: what is committed since then is
        # newer than the generation says, and is only added again.
        generation = self.stored_generation(folder)
        if generation is not None:
            try:
                # Unlike the constructor, this makes nothing where the files are gone.
                index = self._tantivy.Index.open(str(folder))
            except (ValueError, OSError):
                generation = None
        if generation is None:
            if not may_write:
                raise OSError(f"{folder} has no lexical index that can be used")
            # It is a cache, so start over.
            self.discard(folder)
            folder.mkdir(parents=True)
            with _errors_of_files():
                index = self._tantivy.Index(self._schema, path=str(folder))
        self.generation = generation or 0
        return index

    @classmethod
    def stored(cls, folder: Path) -> Self | None:
        """The index in ``folder`` for one who may not write; None where none can be used."""
        try:
            return cls(folder, may_write=False)
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
        if folder.exists():
            shutil.rmtree(folder)

    @staticmethod
    def stored_generation(folder: Path) -> int | None:
        """Generation of the index in ``folder``; None where there is none that can be used."""
        manifest = _read_manifest(folder)
        return None if manifest is None else int(manifest["generation"])

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
        """See what another process has committed since; false where it cannot be used any more."""
        with self._lock:
            if self._folder is None:
                return True
            generation = self.stored_generation(self._folder)
            if generation is None:
                return False
            try:
                self._index.reload()
            except (ValueError, OSError):
                return False
            self.generation = generation
            return True

    def search(
        self, query: str, k: int, *, allowed_ids: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The best ``k`` passages as ``(id, BM25 score)``, best first, ties by id.

        Args:
            query: Any text; an empty or wordless one finds nothing.
            k: How many at the most.
            allowed_ids: Only these passages, where given.
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
        if allowed_ids is not None:
            allowed = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(self._schema, "id", list(allowed_ids)), 0.0
            )
            matching = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, matching), (tantivy.Occur.Must, allowed)]
            )
        searcher = self._index.searcher()
        result = searcher.search(matching, limit=k, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in result])
        found = [
            (int(_first(value)), float(score))
            for value, (score, _) in zip(ids, result, strict=True)
        ]
        return sorted(found, key=lambda item: (-item[1], item[0]))

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


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads(_manifest_path(folder).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA or not folder.is_dir():
        return None
    return manifest


def _write_manifest(folder: Path, generation: int) -> None:
    path = _manifest_path(folder)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps({"schema": SCHEMA, "generation": generation}), "utf-8")
    os.replace(temporary, path)
