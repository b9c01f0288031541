"""The error tree.

::

    PullquoteError                 anything this package raises on purpose
    ├── UsageError                 the call itself is wrong (exit code 2)
    ├── SourceError                an input cannot be read or understood (exit code 3)
    │   └── FetchError             a URL could not be fetched, or may not be (exit code 3)
    ├── Cancelled                  the caller asked to stop (exit code 130)
    ├── ArticleNotFound            no article has that id (exit code 3)
    ├── BundleError                an evidence bundle is malformed (exit code 3)
    ├── ClusterError               the workers of a bulk encoding fail or cannot be reached (exit code 3)
    ├── ModelError                 a model or its tokenizer cannot be loaded (exit code 3)
    └── LibraryError               the library cannot be used (exit code 4)
        ├── LibraryLocked          another process is writing to it
        ├── LibraryDamaged         its database fails its own checks
        ├── LibraryTooNew          it was written by a newer version
        ├── LibraryReadOnly        it cannot be written (read-only folder, full disk)
        └── IndexUnreachable       its vectors are on another machine that does not answer

Every message is one line that says what failed, the value seen, and what to do.
"""

from __future__ import annotations


class PullquoteError(Exception):
    """Root of every error that this package raises on purpose."""

    exit_code = 3
    """Exit code of the command line when this error ends it."""


class UsageError(PullquoteError):
    """The call itself is wrong."""

    exit_code = 2


class SourceError(PullquoteError):
    """An input cannot be read or understood."""


class FetchError(SourceError):
    """A URL could not be fetched, or fetching it is not allowed."""


class Cancelled(PullquoteError):
    """The caller asked to stop; nothing is half done."""

    exit_code = 130


class ArticleNotFound(PullquoteError):
    """No article in the library has that id."""


class BundleError(PullquoteError):
    """An evidence bundle is malformed."""


class ModelError(PullquoteError):
    """A model or its tokenizer cannot be loaded."""


class ClusterError(PullquoteError):
    """The workers of a bulk encoding fail or cannot be reached; what was stored is kept."""


class LibraryError(PullquoteError):
    """The library cannot be used."""

    exit_code = 4


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""


class LibraryClosed(LibraryError):
    """The library was closed before it was used."""


class LibraryDamaged(LibraryError):
    """The library's database fails its own checks."""


class LibraryTooNew(LibraryError):
    """The library was written by a newer version of this package."""


class LibraryReadOnly(LibraryError):
    """The library cannot be written: read-only folder or full disk."""


class IndexUnreachable(LibraryError):
    """The library's vectors are on another machine that does not answer; nothing is lost."""
