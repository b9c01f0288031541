"""Conversations as Markdown and JSON, with all their citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.output.json import (
    answer_to_json,
    brief_to_json,
    claim_report_to_json,
    quote_report_to_json,
    timeline_to_json,
)
from assistant.output.sanitise import for_display, json_text, safe_url
from assistant.output.text import missing_words, where
from assistant.tui.commands import expanded
from assistant.tui.messages import Turn
from assistant.tui.turns import citations_in, lines_of, question_of
from assistant.types import Answer, Brief, Citation, ClaimReport, QuoteReport, Tier

SCHEMA = "pullquote/conversation/1"
DEFAULT_NAME = "conversation"
_SUFFIXES = ("", ".md", ".markdown", ".txt", ".json")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


def save_conversation(turns: Sequence[Turn], name: str) -> Path:
    """Write a conversation to a new file: ``.json`` as JSON; ``.md`` (or none) and ``.txt`` as Markdown.

    Args:
        turns: The conversation.
        name: Where; empty for the first free ``conversation-N.md``.

    Returns:
        The file's absolute path.

    Raises:
        UsageError: The file exists, or the name is one of another kind of file, or in a hidden place.
        BundleError: It cannot be written.
    """
    from assistant.checking.evidence.bundles import write_files

    path = Path(expanded(name)) if name else _free_path()
    if path.suffix.lower() not in _SUFFIXES or "\0" in name:
        raise UsageError(f"{name}: a conversation is saved as .md or .json; name it so")
    if path.name and not path.suffix:
        path = path.with_name(f"{path.name}.md")  # no program takes it for its own settings
    if _is_hidden(path):
        raise UsageError(f"{name}: hidden files and folders are for settings; name another place")
    if path.suffix.lower() == ".json":
        form = {"schema": SCHEMA, "turns": [turn_to_json(turn) for turn in turns]}
        text = json_text(form, indent=1) + "\n"
    else:
        text = conversation_markdown(turns)
    write_files({path: text.encode("utf-8", "backslashreplace")})
    return path.absolute()


def _is_hidden(path: Path) -> bool:
    """Whether a file lies where programs keep settings; the working folder is the user's own choice."""
    target, here = path.parent.resolve() / path.name, Path.cwd()
    parts = (target.relative_to(here) if target.is_relative_to(here) else target).parts
    return any(part.startswith(".") for part in parts)


def _free_path() -> Path:
    number = 1
    while (path := Path(f"{DEFAULT_NAME}-{number}.md")).exists():
        number += 1
    return path


def turn_to_json(turn: Turn) -> dict[str, Any]:
    """The JSON form of the turn's own kind."""
    if isinstance(turn, Answer):
        return answer_to_json(turn)
    if isinstance(turn, Brief):
        return brief_to_json(turn)
    if isinstance(turn, ClaimReport):
        return claim_report_to_json(turn)
    if isinstance(turn, QuoteReport):
        return quote_report_to_json(turn)
    return timeline_to_json(turn)


def conversation_markdown(turns: Sequence[Turn]) -> str:
    """A conversation with all its citations."""
    lines = ["# Conversation", ""]
    for turn in turns:
        lines += [f"## {_plain(question_of(turn))}", ""]
        lines += _answer(turn) if isinstance(turn, Answer) else _report(turn)
    return "\n".join(lines).rstrip() + "\n"


def _answer(answer: Answer) -> list[str]:
    if answer.brief is not None:
        return _report(answer)
    lines: list[str] = []
    if answer.asked_as:
        lines += [f"*asked as: {_plain(answer.asked_as)}*", ""]
    told = [(f"**{_plain(g.text)}** ({g.confidence:.0%})", g.citations) for g in answer.answers]
    if answer.tier is Tier.POSSIBLE:
        told = [
            (f"Not sure: {_plain(c.text)} ({c.probability:.0%})", (c.citation,))
            for c in answer.candidates
        ]
    if not told:
        lines += [f"The articles don't say: {_plain(missing_words(answer))}.", ""]
    number = 1
    for heading, citations in told:
        lines += [heading, ""]
        for citation in citations:
            lines += [f"> {_plain(citation.sentence)}", "", _cited(citation, number), ""]
            number += 1
    return lines


def _report(turn: Turn) -> list[str]:
    """The lines that the terminal shows, then the citations with their links."""
    shown = ["".join(text for text, _ in line) for line in lines_of(turn)]
    lines = [f"{_plain(line)}  " if line else "" for line in shown]
    linked = [
        f"[{number}] <{link}>"
        for number, citation in enumerate(citations_in(turn), 1)
        if (link := safe_url(citation.link))
    ]
    return [*lines, "", *linked, ""]


def _cited(citation: Citation, number: int) -> str:
    link = safe_url(citation.link)
    label = f"[{number}] {_plain(where(citation))}"
    return f"{label} <{link}>" if link else label


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", for_display(text, keep_newlines=False))
