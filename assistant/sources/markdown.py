"""Markdown → blocks, with the front matter that blogs and exports put before it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.errors import SourceError
from assistant.sources.authorship import read_byline, with_lede_under_byline
from assistant.sources.blocks import LINE_BREAK, Block, Meta, build_article, by_lines, clean
from assistant.sources.html import text_of_fragment
from assistant.sources.plain import labelled_lines
from assistant.sources.raised import raised
from assistant.sources.tables import lines_of
from assistant.types import Article, ParagraphKind, Section

if TYPE_CHECKING:
    from markdown_it.token import Token

FORMAT = "markdown"

_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.S
)
_SITE = ("site", "publication", "publisher", "outlet")
_YAML_ITEM = re.compile(r"""-\s["']?([^"':{}\[\]]+)["']?""")
_YAML_NAME = re.compile(r"""\s+(?:-\s)?name:\s*["']?([^"'{}\[\]]+?)["']?\s*""")
"""Of a person who has an address, too."""
_YAML_LINE = re.compile(r"([A-Za-z_][\w-]*)\s*:\s*(.*?)\s*\Z")
_SIGNS = (
    re.compile(r"^#{1,6} \S", re.M),
    re.compile(r"^(```|~~~)", re.M),
    re.compile(r"\[[^\]\n]{1,200}\]\((?:https?:|/|#|\.)[^)\s]*\)"),
    re.compile(r"!\[[^\]\n]{0,200}\]\([^)\s]+\)"),
    re.compile(r"(?<!\*)\*\*[^\s*][^*\n]{0,200}\*\*(?!\*)"),
    re.compile(r"^[^\n]{1,200}\n={3,}[ \t]*$", re.M),
    re.compile(r"^\|?[ \t]*:?-{3,}:?[ \t]*\|", re.M),
    re.compile(r"^> \S", re.M),
    re.compile(r"^\[\^[^\]\n]{1,40}\]:[ \t]", re.M),
    re.compile(r"~~[^\s~][^~\n]{0,200}~~"),
    re.compile(r"^[ \t]*[-*+] \[[ xX]\] ", re.M),
    re.compile(r"\[\[[^\[\]\n]{1,200}\]\]"),
)
_SAMPLE_CHARS = 1 << 16
_MAX_NESTING = 60
_KINDS = {
    "list_item_open": ParagraphKind.LIST_ITEM,
    "blockquote_open": ParagraphKind.QUOTE,
    "footnote_open": ParagraphKind.NOTE,
}
_INLINE_TAGS = {"br": LINE_BREAK, "sup": "^"}
_STRUCK_TAG = re.compile(r"<(/?)(?:del|s|strike)\b[^>]*>", re.I)
_MARKS = (
    (re.compile(r"%%.*?%%|!\[\[[^\[\]]*\]\]|\s\^[a-zA-Z][\w-]*\Z"), ""),
    (
        re.compile(
            r"\{\{[<%].*?[%>]\}\}|\{%.*?%\}|\{:[^{}\n]*\}|\{/\*.*?\*/\}|\s?\[-?@[^\[\]\n]*\]", re.S
        ),
        "",
    ),
    (re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]"), r"\1"),
    (re.compile(r"\A\[(?:[ xX]|![\w-]+)\][-+]?\s+|(?<!\s)\s+\{[#.][^{}\n]*\}\Z"), ""),
    (re.compile(r"==(\S(?:[^=]*[^\s=])?)=="), r"\1"),
    (re.compile(r"(?<![\\~])~([^~\s]{1,20})~(?!~)"), r"\1"),
    (re.compile(r"(\$\$?)(?=\S)(?=[^$\n=^_\\+]*[=^_\\+])([^$\n]*)(?<=\S)\1(?!\d)"), r"\2"),
)
"""What other dialects write: comments, embedded files and names of blocks, tags of templates and references, links
to pages, tasks and boxes, names of headings, highlights, lowered text, formulas."""
_FENCED_DIV = re.compile(r"^:{3,}[^\n]*$", re.M)
_RAISED = re.compile(r"\^([^\^\s]{1,20})\^")


def is_markdown(text: str) -> bool:
    """Whether ``text`` has front matter or marks that plain text does not."""
    sample = text[:_SAMPLE_CHARS]
    front = _FRONT_MATTER.match(sample)
    if front and (_front_matter(front) or not front.group(2).strip()):
        return True
    return any(sign.search(sample) for sign in _SIGNS)


def parse_markdown(text: str, *, location: str, url: str | None = None) -> list[Article]:
    """Make one article; marks are dropped, what they mean is kept as the paragraph's kind.

    Raises:
        SourceError: There is no text.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    front = _FRONT_MATTER.match(text)
    fields = _front_matter(front) if front else {}
    body = _FENCED_DIV.sub("", text[front.end() :] if front and fields else text)
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough"]).use(deflist_plugin).use(footnote_plugin)
    try:
        tokens = parser.parse(body)
    except (ValueError, IndexError, RecursionError) as error:
        msg = f"{location}: not readable as Markdown ({type(error).__name__}); check the file"
        raise SourceError(msg) from error
    blocks = _blocks(tokens)
    title = fields.get("title")
    for index, block in enumerate(blocks[:3]):
        # The first heading is the page's title, unless the front matter gives another one.
        if block.kind is ParagraphKind.HEADING and block.section is Section.HEADLINE:
            if title is not None and title.strip() != block.text.strip():
                blocks[index] = Block(block.text, kind=ParagraphKind.HEADING)
            break
    author, published = read_byline(blocks)
    meta = Meta(
        title=title,
        url=url or _http(fields.get("url") or fields.get("canonical_url") or fields.get("link")),
        site=next((fields[name] for name in _SITE if name in fields), None),
        author=fields.get("author") or fields.get("authors") or author,
        published=fields.get("date") or fields.get("published") or published,
        language=fields.get("lang") or fields.get("language"),
    )
    marked = with_lede_under_byline(blocks, author)
    return [build_article(marked, meta, location=location, format_name=FORMAT)]


def _front_matter(found: re.Match[str]) -> dict[str, str]:
    """Read flat ``key: value`` lines (YAML) or TOML; anything deeper is left out."""
    if found.group(1) == "+++":
        try:
            values = tomllib.loads(found.group(2))
        except tomllib.TOMLDecodeError:
            return {}  # not front matter after all: it stays in the text
        return {
            name.lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in values.items()
            if not isinstance(value, dict)
        }
    fields: dict[str, str] = {}
    above = ""  # the name of a list, whose items are on lines of their own
    for line in found.group(2).split("\n"):
        pair = _YAML_LINE.match(line)
        if pair and pair.group(2):
            value = pair.group(2)
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            elif value.startswith("[") and value.endswith("]"):
                value = ", ".join(part.strip().strip("\"'") for part in value[1:-1].split(","))
            fields[pair.group(1).lower()] = value
        elif pair:
            above = pair.group(1).lower()
        elif above and (named := _YAML_NAME.fullmatch(line)):
            fields.setdefault(above, named.group(1))
        elif above and (item := _YAML_ITEM.fullmatch(line.strip())):
            fields[above] = ", ".join(filter(None, (fields.get(above), item.group(1).strip())))
    return fields


def _http(value: str | None) -> str | None:
    return value if value and value.lower().startswith(("http://", "https://")) else None


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    blocks: list[Block] = []
    containers: list[str] = []
    row: list[str] | None = None
    rows: list[list[str]] = []
    for index, token in enumerate(tokens):
        match token.type:
            case "list_item_open" | "blockquote_open" | "footnote_open":
                containers.append(token.type)
            case "list_item_close" | "blockquote_close" | "footnote_close":
                containers.pop()
            case "tr_open":
                row = []
            case "tr_close":
                rows.append([clean(cell) for cell in row or ()])
                row = None
            case "table_close":
                blocks.append(Block(lines_of(rows), kind=ParagraphKind.TABLE))
                rows = []
            case "fence" | "code_block":
                blocks.append(Block(token.content, kind=ParagraphKind.CODE))
            case "inline":
                text = _plain(token.children or ())
                if row is not None:
                    row.append(text)
                    continue
                opener = tokens[index - 1]
                block = _inline_block(
                    token, opener, _with_labels_apart(text), containers, bool(blocks)
                )
                blocks.extend(by_lines(block))
            case "html_block":
                blocks.extend(text_of_fragment(token.content))
            case _:
                pass  # rulers and what closes
    return blocks


def _inline_block(
    token: Token, opener: Token, text: str, containers: list[str], has_before: bool
) -> Block:
    if opener.type == "heading_open":
        first = opener.tag == "h1" and not has_before
        section = Section.HEADLINE if first else Section.BODY
        return Block(text, section, ParagraphKind.HEADING)
    children = token.children or []
    if children and all(c.type == "image" or not c.content.strip() for c in children):
        return Block(text, Section.CAPTION, ParagraphKind.CAPTION)
    kind = _KINDS[containers[-1]] if containers else ParagraphKind.TEXT
    return Block(text, kind=kind)


def _with_labels_apart(text: str) -> str:
    """Text with the lines ended that begin with who speaks or what follows: "Night porter: Jens Dahl"."""
    lines = text.split("\n")
    labelled = labelled_lines(lines)
    return lines[0] + "".join(
        f"{LINE_BREAK if at in labelled else ' '}{line}" for at, line in enumerate(lines[1:], 1)
    )


def _plain(children: Sequence[Token]) -> str:
    """Text of a paragraph without its marks and without what is struck out."""
    pieces = _unmarked(children).split("\0")  # text and code by turns: code has no marks
    for at in range(0, len(pieces), 2):
        for mark, plain in _MARKS:
            pieces[at] = mark.sub(plain, pieces[at])
        pieces[at] = _RAISED.sub(_raised, pieces[at])
    return "".join(pieces)


def _raised(found: re.Match[str]) -> str:
    return raised(found.string[max(found.start() - 40, 0) : found.start()], found[1])


def _unmarked(children: Sequence[Token]) -> str:
    parts: list[str] = []
    struck = 0
    for child in children:
        tag = _STRUCK_TAG.match(child.content) if child.type == "html_inline" else None
        if child.type == "s_open" or (tag and not tag[1]):
            struck += 1
        elif child.type == "s_close" or tag:
            struck = max(struck - 1, 0)
        elif struck:
            continue
        elif child.type == "html_inline":
            parts.append(_INLINE_TAGS.get(child.content.strip("</ >").lower(), ""))
        elif child.type == "code_inline":
            parts.append(f"\0{child.content}\0")
        elif child.type in ("text", "text_special"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n" if child.type == "softbreak" else LINE_BREAK)
        elif child.type == "image":
            parts.append(_unmarked(child.children or ()))
    return "".join(parts)
