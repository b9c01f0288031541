from __future__ import annotations

import re

import assistant
from assistant.version import __version__


def test_the_version_is_one_and_public():
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert assistant.__version__ == __version__
