"""The library as a retriever for other frameworks; each module needs its framework installed.

:mod:`assistant.adapters.langchain` (``pullquote[langchain]``) and :mod:`assistant.adapters.haystack`
(``pullquote[haystack]``). Neither is imported by anything else here; ``cli`` imports :mod:`assistant.adapters.mcp`.
"""

from __future__ import annotations

from typing import Any

from assistant.output.json import hit_to_json
from assistant.types import Hit


def document_id(hit: Hit) -> str:
    """Id of a passage that outlives a rebuilt library: its article and where it is in it.

    Returns:
        ``<article id>:<start>-<end>``, in code points of the article's text.
    """
    passage = hit.passage
    return f"{passage.article_id}:{passage.start}-{passage.end}"


def document_metadata(hit: Hit) -> dict[str, Any]:
    """Everything that is known about a passage but its text, as in ``search --json``."""
    form = hit_to_json(hit)
    del form["text"]
    return form
