"""Where libraries are unless something else is said."""

from __future__ import annotations

import os
from pathlib import Path

LIBRARY_VARIABLE = "PULLQUOTE_LIBRARY"
"""Environment variable that names the default library's folder."""
INDEX_VARIABLE = "PULLQUOTE_INDEX"
"""Environment variable that names the vector index of every library that is opened."""


def default_folder() -> Path:
    """Where the default library is: ``PULLQUOTE_LIBRARY``, else the platform's data folder."""
    named = os.environ.get(LIBRARY_VARIABLE)
    if named:
        # Unlike pathlib's it does not raise where nobody has that name.
        return Path(os.path.expanduser(named))
    import platformdirs

    return Path(platformdirs.user_data_dir("pullquote", appauthor=False)) / "library"
