"""The library: articles in and out of one folder, its database and its indexes. The only writer."""

from assistant.library.articles import Library

__all__ = ["Library"]
