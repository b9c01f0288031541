"""A Haystack component over a library.

::

    retriever = PullquoteRetriever("my-library", top_k=5)
    retriever.run(query="Who met in Paris?")["documents"]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.adapters import document_id, document_metadata
from assistant.assistant import Assistant
from assistant.errors import UsageError
from assistant.types import Filters

try:
    from haystack import Document, component, default_from_dict, default_to_dict
except ImportError as error:
    raise ImportError(
        "the Haystack component needs haystack-ai: install it with "
        "pip install 'pullquote[haystack]'"
    ) from error


@component
class PullquoteRetriever:
    """Gives the passages that :meth:`~assistant.assistant.Assistant.search` finds, best first.

    A document's content is ``article.text[start:end]`` of its ``meta``, its id is the article's id with
    these offsets. Captions of AI-generated images have ``is_evidence`` false.

    Haystack reads a written pipeline only with ``allowed_modules=["assistant.adapters.haystack"]``.
    """

    def __init__(
        self,
        library: str | Path | Assistant | None = None,
        *,
        top_k: int = 10,
        model: str | None = None,
    ) -> None:
        """Name the library; it is opened at the first use or by :meth:`warm_up`.

        Args:
            library: Its folder, None for the default one, or an open assistant, which stays the
                caller's to close.
            top_k: How many passages at the most, 1 or more.
            model: Name or path of the sentence-transformers model that the library was made with;
                None for the bundled encoder.

        Raises:
            UsageError: ``top_k`` is less than 1.
        """
        self.library = library
        self.top_k = _checked(top_k)
        self.model = model
        self._opened = library if isinstance(library, Assistant) else None

    def warm_up(self) -> None:
        """Open the library.

        Raises:
            PullquoteError: It cannot be opened; see :meth:`~assistant.assistant.Assistant.open`.
        """
        if self._opened is None:
            assert not isinstance(self.library, Assistant)
            self._opened = Assistant.open(self.library, model=self.model)

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, top_k: int | None = None, filters: Filters | None = None
    ) -> dict[str, list[Document]]:
        """Search the library.

        Args:
            query: Any text, in any language.
            top_k: How many passages at the most; None: as the component was made.
            filters: Which passages may be found; None: all.

        Returns:
            ``{"documents": [...]}``, best first, with scores that compare within one search.

        Raises:
            PullquoteError: The library cannot be opened or searched.
        """
        self.warm_up()
        assert self._opened is not None
        k = self.top_k if top_k is None else _checked(top_k)
        hits = self._opened.search(query, k=k, filters=filters or Filters())
        return {
            "documents": [
                Document(
                    id=document_id(hit),
                    content=hit.passage.text,
                    meta=document_metadata(hit),
                    score=hit.score,
                )
                for hit in hits
            ]
        }

    def to_dict(self) -> dict[str, Any]:
        """The component as Haystack serialises it, the library by its folder."""
        library = self.library.folder if isinstance(self.library, Assistant) else self.library
        form: dict[str, Any] = default_to_dict(
            self,
            library=None if library is None else str(library),
            top_k=self.top_k,
            model=self.model,
        )
        return form

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PullquoteRetriever:
        """The component that :meth:`to_dict` described."""
        made: PullquoteRetriever = default_from_dict(cls, data)
        return made


def _checked(top_k: int) -> int:
    if top_k < 1:
        raise UsageError(f"top_k is {top_k}: give a number from 1")
    return top_k
