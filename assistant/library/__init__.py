"""The library: articles in and out of one folder, its database and its indexes. The only writer.

Imported by ``search`` and all above it.
"""

from assistant.library.articles import Library

__all__ = ["Library"]
