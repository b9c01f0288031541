"""A library that is open for reading: search, related articles, packed context, kept conversations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import storage
from assistant.caches import Caches
from assistant.inputs import checked_question, without_halves
from assistant.jsonform import answer_from_json, answer_to_json
from assistant.library import Library
from assistant.related import related_articles
from assistant.reranking import RERANKED, Reranker
from assistant.retrieval import DEFAULT_SETTINGS, RetrievalSettings, Retriever, without_captions
from assistant.sanitise import json_text
from assistant.types import (
    Answer,
    Article,
    ArticleSummary,
    Conversation,
    Filters,
    Hit,
    RelatedArticle,
)
from embeddings.encoder import Encoder
from embeddings.tokens import ENCODING as TOKEN_ENCODING

if TYPE_CHECKING:
    from assistant.packing import PackedContext

RELATED = 5
"""How many related articles are given unless another number is asked for."""


class LibrarySearch:
    """What can be looked up in a library without reading for an answer. Safe to use from several threads.

    Args:
        library: The articles.
        encoder: What its vectors were made with.
        settings: How the searches are put together.
        index: Where the vectors are searched; None: beside the library.
        reranker: Orders the best passages anew; None for none.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        *,
        settings: RetrievalSettings = DEFAULT_SETTINGS,
        index: str | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._caches = Caches(library, index=index)
        self._retriever = Retriever(library, self._caches, encoder, settings=settings)
        self._reranker = reranker

    # Searching

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[Hit]:
        """The best ``k`` passages for ``query``, best first. Raises as :meth:`search_batch`."""
        return self.search_batch([query], k=k, filters=filters)[0]

    def search_batch(
        self,
        queries: Sequence[str],
        *,
        k: int = 10,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> list[list[Hit]]:
        """:meth:`search` for many queries, encoded together. One text is one query.

        Raises:
            UsageError: One is too long.
        """
        queries = [queries] if isinstance(queries, str) else queries
        queries = [checked_question(query) for query in queries]
        if not self._is_filled():
            return [[] for _ in queries]
        reranker = self._reranker
        if reranker is None or k < 1:
            return self._retriever.search_batch(queries, k=k, filters=filters)
        found = self._retriever.search_batch(queries, k=max(k, RERANKED), filters=filters)
        return [
            reranker.rerank(query, hits)[:k] for query, hits in zip(queries, found, strict=True)
        ]

    def pack(
        self,
        question: str,
        *,
        max_tokens: int,
        encoding: str = TOKEN_ENCODING,
        k: int = 50,
        filters: Filters = Filters(),  # noqa: B008 - frozen
    ) -> PackedContext:
        """Cited passages for ``question`` within a budget of tiktoken tokens, for any prompt.

        Args:
            question: What the passages are for.
            max_tokens: The budget, 1 or more.
            encoding: Name of a tiktoken encoding whose ranks are on this machine.
            k: How many passages are tried, best first.
            filters: Which passages may be packed.

        Raises:
            UsageError: The budget is less than 1, or the encoding is not on this machine.
        """
        from assistant.packing import pack

        hits = without_captions(self.search(question, k=k, filters=filters))
        return pack(hits, library=self._library, max_tokens=max_tokens, encoding=encoding)

    def related(self, article_id: str, *, k: int = RELATED) -> list[RelatedArticle]:
        """Up to ``k`` articles related to one.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return related_articles(self._library, self._caches, without_halves(article_id), k=k)

    # Articles

    @property
    def folder(self) -> Path:
        """The library's folder."""
        return self._library.folder

    def article(self, article_id: str) -> Article:
        """The article with that id.

        Raises:
            ArticleNotFound: There is no such article.
        """
        return self._library.article(without_halves(article_id))

    def articles(
        self, *, limit: int | None = None, offset: int = 0, matching: str | None = None
    ) -> list[ArticleSummary]:
        """Articles without their texts, newest publication first."""
        return self._library.summaries(
            limit=limit, offset=offset, matching=matching and without_halves(matching)
        )

    def article_count(self) -> int:
        """How many articles there are; quick also in a large library."""
        return self._library.counts()["articles"]

    def has_language(self, code: str) -> bool:
        """Whether a passage is in the language of that code."""
        return self._library.has_language(without_halves(code))

    def undated_count(self, filters: Filters) -> int:
        """How many articles only the dates of ``filters`` leave out, for they have none.

        Raises:
            UsageError: A date is none.
        """
        return self._library.undated_count(filters)

    # Conversations

    def start_conversation(self, title: str) -> int:
        """Begin a conversation that is kept; gives its id."""
        return self._library.execute_history(
            "INSERT INTO conversations (started_at, title) VALUES (?, ?)",
            (storage.now(), without_halves(title)),
        )

    def add_turn(self, conversation_id: int, answer: Answer) -> int:
        """Keep one question with its answer; gives the turn's id."""
        return self._library.execute_history(
            "INSERT INTO turns (conversation_id, asked_at, question, answer) VALUES (?, ?, ?, ?)",
            (
                conversation_id,
                storage.now(),
                answer.question,
                json_text(answer_to_json(answer)),
            ),
        )

    def conversations(self) -> list[Conversation]:
        """Kept conversations, newest first."""
        rows = self._library.history_rows(
            "SELECT c.id, c.started_at, c.title, "
            "(SELECT COUNT(*) FROM turns t WHERE t.conversation_id = c.id) "
            "FROM conversations c ORDER BY c.id DESC"
        )
        return [Conversation(*row) for row in rows]

    def turns(self, conversation_id: int) -> list[Answer]:
        """The answers of a conversation, oldest first."""
        rows = self._library.history_rows(
            "SELECT answer FROM turns WHERE conversation_id = ? ORDER BY id", (conversation_id,)
        )
        return [answer_from_json(json.loads(row[0])) for row in rows]

    def _is_filled(self) -> bool:
        return self._library.counts()["passages"] > 0
