"""What a page says about itself in JSON-LD (schema.org)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.sources.furniture import fold

MAX_SCRIPT_CHARS = 4 << 20
MAX_NODES = 10_000
DAY_CHARS = 10
"""So many characters of a date and time say which day it is."""
_PUBLISHED = "datePublished"
_ARTICLES = ("Article", "Posting", "Report")
"""How the types that have a text end."""
_PAGES = ("Page", "Review", "CreativeWork", "Recipe", "HowTo", "Guide", "Episode")
_OF_THE_PAGE = ("@graph", "mainEntity", "mainEntityOfPage")
"""Keys below which the page's own article may stand; below others stand authors, comments, related articles."""


def nodes_of(tree: Any, *titles: str) -> list[dict[str, Any]]:
    """The objects that describe the page itself, articles first; damaged scripts are left out.

    Args:
        tree: The page.
        titles: Its own, to tell its article from those of other pages where there are several.
    """
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found.extend(_own(_loaded(script.text or "")))
    del found[MAX_NODES:]
    articles = [node for node in found if _is_of_type(node, _ARTICLES)]
    folded = {fold(title) for title in titles}
    named = [node for node in articles if fold(str(node.get("headline") or "")) in folded]
    return [*(named or articles), *(node for node in found if node not in articles)]


def is_page(node: dict[str, Any]) -> bool:
    """Whether an object is of a type that a page may be, or that has a text: WebPage, NewsArticle, Review."""
    return _is_of_type(node, (*_ARTICLES, *_PAGES))


def published_of(nodes: Sequence[dict[str, Any]]) -> list[Any]:
    """When the page's article, else the page itself was published; empty where articles differ."""
    for types in (_ARTICLES, _PAGES):
        values = [
            node[_PUBLISHED] for node in nodes if _is_of_type(node, types) and node.get(_PUBLISHED)
        ]
        if values:
            days = {str(value)[:DAY_CHARS] for value in values}
            return values[:1] if len(days) == 1 else []
    return []


def _is_of_type(node: dict[str, Any], ends: tuple[str, ...]) -> bool:
    types = node.get("@type")
    names = [str(name) for name in types] if isinstance(types, list) else [str(types)]
    return any(name.endswith(ends) for name in names)


def body_of(nodes: list[dict[str, Any]]) -> str:
    """The longest text of an article, a live blog's posts one after the other; empty without any."""
    bodies = [""]
    for node in nodes:
        posts = node.get("liveBlogUpdate")
        parts = [node, *(posts if isinstance(posts, list) else [posts])]
        texts = [
            str(part[key])
            for part in parts
            if isinstance(part, dict)
            for key in ("headline", "articleBody")
            if isinstance(part.get(key), str) and (key == "articleBody" or part is not node)
        ]
        bodies.append("\n\n".join(texts))
    return max(bodies, key=len)


def is_for_subscribers(nodes: list[dict[str, Any]]) -> bool:
    """Whether the page says that not everybody may read the whole article."""
    return any(str(node.get("isAccessibleForFree")).lower() == "false" for node in nodes)


def _loaded(text: str) -> Any:
    if len(text) > MAX_SCRIPT_CHARS:
        return None
    text = text.strip().removeprefix("<!--").removesuffix("-->")
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _own(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield value
            waiting.extend(value[key] for key in _OF_THE_PAGE if key in value)
