"""A query → passages, what is related to them, and their citations.

:class:`Retriever` opens a library and searches it, for programs that need no reader and no screen.
Imported by ``answering``, ``checking`` and all above them.
"""

from assistant.search.explaining import Explanation
from assistant.search.fusion import Fusion, RetrievalSettings
from assistant.search.retriever import Retriever

__all__ = ["Explanation", "Fusion", "RetrievalSettings", "Retriever"]
