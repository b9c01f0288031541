"""The library as a Model Context Protocol server: search, ask, show and verify, read only.

The ``mcp`` package is the optional extra ``pullquote[mcp]``; it is imported by :func:`make_server`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.assistant import Assistant
from assistant.errors import PullquoteError, UsageError
from assistant.language.inputs import checked_question, without_halves
from assistant.library.filters import iso_date
from assistant.output.json import answer_to_json, article_to_json, hit_to_json
from assistant.types import Filters
from assistant.version import __version__

if TYPE_CHECKING:
    from mcp.server import MCPServer

INSTRUCTIONS = (
    "A library of articles. Every answer and every citation is a verbatim span of an article: "
    "article.text[start:end] == quote, in Unicode code points. `ask` for an answer in the "
    "articles' own words, `search` for passages, `show` to read around a citation, `verify` before "
    "quoting. Where the articles do not say, `ask` says so: do not fill the gap; where it is not sure, say so too."
)
SHOWN_CHARS = 20_000
"""How much of an article one call shows unless asked otherwise: some 5,000 tokens."""
MOST_CHARS = 1_000_000
MOST_PASSAGES = 100
MOST_LANGUAGES = 50


def make_server(pq: Assistant) -> MCPServer[Any]:
    """A server over an open assistant; :func:`serve_stdio` runs it.

    Args:
        pq: What is asked; it stays the caller's to close.

    Raises:
        UsageError: The ``mcp`` package is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise UsageError(
            "the MCP server needs the mcp package: install it with pip install 'pullquote[mcp]'"
        ) from error
    server: MCPServer[Any] = MCPServer(
        "pullquote", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )

    def answered(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            found: dict[str, Any] = _encodable(work())
        except PullquoteError as error:
            # What the model can mend must reach it; the SDK hides every other exception.
            raise ToolError(str(error)) from error
        return found

    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(title="Search the articles", annotations=reads)
    def search(
        query: str,
        k: int = 10,
        languages: tuple[str, ...] = (),
        published_from: str | None = None,
        published_to: str | None = None,
    ) -> dict[str, Any]:
        """Find the passages that fit a query best, in any language.

        Args:
            query: A question or search terms.
            k: How many passages, 1 to 100.
            languages: Only passages in these languages (ISO codes, such as "en").
            published_from: Only articles published on or after this ISO date (2025, 2025-01 or
                2025-01-31).
            published_to: Only articles published on or before this ISO date.
        """

        def found() -> dict[str, Any]:
            if len(languages) > MOST_LANGUAGES:
                raise UsageError(f"{len(languages)} languages: name {MOST_LANGUAGES} at the most")
            filters = Filters(
                languages=tuple(map(without_halves, languages)),
                published_from=iso_date(published_from or None),
                published_to=iso_date(published_to or None),
            )
            return _search(pq, query, _count(k), filters)

        return answered(found)

    @server.tool(title="Ask the articles", annotations=reads)
    def ask(question: str, with_passages: bool = False, strict: bool = False) -> dict[str, Any]:
        """Answer a question with verbatim quotes and their citations, or say that no article does.

        ``tier`` is "answered"; "possible", where the best of ``candidates`` is too improbable to be given as
        an answer and must be told as unsure, with its ``probability``; or "declined".

        Args:
            question: The question, complete in itself, in any language.
            with_passages: Also give the passages that were read.
            strict: Decline where an answer is merely possible.
        """
        return answered(lambda: _ask(pq, question, with_passages=with_passages, strict=strict))

    @server.tool(title="Show an article", annotations=reads)
    def show(article_id: str, start: int = 0, max_chars: int = SHOWN_CHARS) -> dict[str, Any]:
        """Show an article's text from an offset on, with what is known about it.

        Args:
            article_id: The id that search results and citations carry.
            start: Offset of the first character; citations' offsets count from 0.
            max_chars: How many characters at the most.
        """
        return answered(lambda: _show(pq, article_id, start, max_chars))

    @server.tool(title="Verify a quote", annotations=reads)
    def verify(quote: str) -> dict[str, Any]:
        """Check whether a quote is really there: exact, altered (and how) or not found, and who said it.

        Args:
            quote: The quote; «... said X» checks the attribution too.
        """
        return answered(lambda: _verify(pq, quote))

    return server


async def serve_stdio(server: MCPServer[Any]) -> None:
    """Serve on stdin and stdout; a line that is no message is answered as such, not passed over."""
    import anyio
    from mcp.server.stdio import stdio_server
    from mcp.shared.message import SessionMessage
    from mcp_types.jsonrpc import PARSE_ERROR, ErrorData, JSONRPCError

    refusal = JSONRPCError(
        jsonrpc="2.0",
        id=None,
        error=ErrorData(code=PARSE_ERROR, message="not a JSON-RPC message: send one a line"),
    )
    inner = server._lowlevel_server
    async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as tasks:
        sender, receiver = anyio.create_memory_object_stream[SessionMessage | Exception](0)

        async def hand_on() -> None:
            async with sender:
                async for item in incoming:
                    if isinstance(item, Exception):
                        await outgoing.send(SessionMessage(refusal))
                    else:
                        await sender.send(item)

        tasks.start_soon(hand_on)
        await inner.run(receiver, outgoing, inner.create_initialization_options())
        tasks.cancel_scope.cancel()


def _search(pq: Assistant, query: str, k: int, filters: Filters) -> dict[str, Any]:
    if not query.strip():
        raise UsageError("the query is empty: write what to look for")
    hits = pq.search(query, k=k, filters=filters)
    return {"query": query, "passages": [hit_to_json(hit) for hit in hits]}


def _ask(pq: Assistant, question: str, *, with_passages: bool, strict: bool) -> dict[str, Any]:
    form = answer_to_json(pq.ask(question, strict=strict))
    if not with_passages:
        del form["passages"]
    return form


def _show(pq: Assistant, article_id: str, start: int, max_chars: int) -> dict[str, Any]:
    if start < 0 or not 1 <= max_chars <= MOST_CHARS:
        raise UsageError(
            f"start is {start} and max_chars {max_chars}: give numbers from 0, and from 1 to {MOST_CHARS}"
        )
    form = article_to_json(pq.article(checked_question(article_id)))
    text: str = form["text"]
    first, end = min(start, len(text)), min(start + max_chars, len(text))
    paragraphs = [p for p in form["paragraphs"] if p["end"] > first and p["start"] < end]
    return {
        **form,
        "text": text[first:end],
        "paragraphs": paragraphs,
        "start": first,
        "end": end,
        "total_chars": len(text),
    }


def _verify(pq: Assistant, quote: str) -> dict[str, Any]:
    from assistant.output.json import quote_report_to_json

    return quote_report_to_json(pq.verify(quote))


def _count(k: int) -> int:
    if not 1 <= k <= MOST_PASSAGES:
        raise UsageError(f"k is {k}: give a number from 1 to {MOST_PASSAGES}")
    return k


def _encodable(value: Any) -> Any:
    """The same with half characters (lone surrogates, which no JSON carries) replaced one by one."""
    if isinstance(value, str):
        return without_halves(value)
    if isinstance(value, dict):
        return {without_halves(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value
