"""What a page says about itself in JSON-LD (schema.org)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MAX_SCRIPT_CHARS = 4 << 20
MAX_NODES = 10_000
_OF_THE_PAGE = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
"""Keys below which the page's own article may stand; below others stand authors, comments, related articles."""


def nodes_of(tree: Any) -> list[dict[str, Any]]:
    """The objects that describe the page itself, articles first; damaged scripts are left out."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found.extend(_own(_loaded(script.text or "")))
    return sorted(found[:MAX_NODES], key=lambda node: not is_article(node))


def is_article(node: dict[str, Any]) -> bool:
    """Whether an object is of a type that has a text: NewsArticle, BlogPosting, Report."""
    types = node.get("@type")
    names = [str(name) for name in types] if isinstance(types, list) else [str(types)]
    return any(name.endswith(("Article", "Posting", "Report")) for name in names)


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
