"""What people and programs may ask: texts of bounded length, without half characters.

Reading, comparing and searching cost more than their share for very long texts, and neither SQLite
nor JSON can hold a lone surrogate, which a command line with a byte that is not UTF-8 brings along.
"""

from __future__ import annotations

import re

from assistant.errors import UsageError

MAX_QUESTION_CHARS = 2_000
"""Of a question or a search."""
MAX_CLAIM_CHARS = 2_000
MAX_QUOTE_CHARS = 10_000
"""A long column; what is longer is compared as an article, not as a quote."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    r"""``text`` with half characters (lone surrogates) replaced one by one, so that offsets stay.

    >>> without_halves("caf\udce9?")
    'caf\ufffd?'
    """
    return _SURROGATE.sub("\ufffd", text)


def checked_question(text: str) -> str:
    """A question or search as it may be worked on. Raises as :func:`checked_claim`."""
    return _checked(text, "question", MAX_QUESTION_CHARS, "ask for one thing")


def checked_claim(text: str) -> str:
    """A claim as it may be worked on.

    Raises:
        UsageError: It is too long.
    """
    return _checked(text, "claim", MAX_CLAIM_CHARS, "check one statement at a time")


def checked_quote(text: str) -> str:
    """A quote as it may be worked on. Raises as :func:`checked_claim`."""
    return _checked(text, "quote", MAX_QUOTE_CHARS, "verify it in parts")


def _checked(text: str, what: str, limit: int, advice: str) -> str:
    if len(text) > limit:
        raise UsageError(
            f"the {what} has {len(text):,} characters and may have {limit:,}: {advice}"
        )
    return without_halves(text)
