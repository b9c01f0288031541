"""The chat in a terminal. Textual is imported when it starts, not before."""

from __future__ import annotations

from pathlib import Path


def run_chat(
    library: Path | None,
    *,
    model: str | None = None,
    index: str | None = None,
    rerank: str | None = None,
    continue_last: bool = False,
    plain: bool = False,
) -> int:
    """Run the chat until the user leaves.

    Args:
        library: Folder of the library; None for the default one.
        model: Name or path of another encoder; None for the bundled one.
        index: Where the vectors are searched; None for beside the library.
        rerank: Name or path of a cross-encoder; None for none.
        continue_last: Go on with the last kept conversation.
        plain: Line by line instead of a full screen.

    Returns:
        The exit code.

    Raises:
        PullquoteError: The library cannot be opened (in plain mode; the screen shows it itself).
    """
    from assistant.assistant import Assistant

    def open_assistant() -> Assistant:
        return Assistant.open(library, model=model, index=index, rerank=rerank)

    if plain:
        from assistant.tui.plain import run_plain

        return run_plain(open_assistant, continue_last=continue_last)
    from assistant.tui.app import PullquoteApp

    return PullquoteApp(open_assistant, continue_last=continue_last).run() or 0
