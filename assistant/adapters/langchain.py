"""A LangChain retriever over a library.

::

    from assistant import Assistant

    PullquoteRetriever(assistant=Assistant.open(), k=5).invoke("Who met in Paris?")
"""

from __future__ import annotations

from assistant.adapters import document_id, document_metadata
from assistant.assistant import Assistant
from assistant.types import Filters

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import Field
except ImportError as error:
    raise ImportError(
        "the LangChain retriever needs langchain-core: install it with "
        "pip install 'pullquote[langchain]'"
    ) from error


class PullquoteRetriever(BaseRetriever):
    """Gives the passages that :meth:`~assistant.assistant.Assistant.search` finds, best first.

    A document's text is ``article.text[start:end]`` of its metadata, its id is the article's id with
    these offsets. Captions of AI-generated images have ``is_evidence`` false.
    """

    assistant: Assistant
    """What is searched; it stays the caller's to close."""
    k: int = Field(default=10, ge=1)
    """How many passages at the most."""
    filters: Filters = Filters()
    """Which passages may be found."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[Document]:
        hits = self.assistant.search(query, k=self.k, filters=self.filters)
        return [
            Document(
                page_content=hit.passage.text, metadata=document_metadata(hit), id=document_id(hit)
            )
            for hit in hits
        ]
