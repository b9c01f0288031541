"""Conversations as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.render import reason_words, where
from assistant.sanitise import for_display, safe_url
from assistant.types import Answer

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


def conversation_markdown(answers: Sequence[Answer]) -> str:
    """A conversation with all its citations."""
    lines = ["# Conversation", ""]
    for answer in answers:
        lines += [f"## {_plain(answer.question)}", ""]
        if answer.asked_as:
            lines += [f"*asked as: {_plain(answer.asked_as)}*", ""]
        if not answer.answers:
            lines += [f"The articles don't say: {reason_words(answer.reason)}.", ""]
        number = 1
        for group in answer.answers:
            lines += [f"**{_plain(group.text)}** ({group.confidence:.0%})", ""]
            for citation in group.citations:
                link = safe_url(citation.link)
                label = f"[{number}] {_plain(where(citation))}"
                lines += [f"> {_plain(citation.sentence)}", ""]
                lines += [f"{label} <{link}>" if link else label, ""]
                number += 1
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", for_display(text, keep_newlines=False))
