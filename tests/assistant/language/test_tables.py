"""The tables and the code that reads them: each entry is used, each that is used is there, none stands in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.language import pack

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "assistant" / "language" / "data"
SOURCES = sorted((ROOT / "assistant").rglob("*.py"))
OWN_KEYS = {"calendar", "differences"}
"""Sections that are lists, not words."""
WORDS_IN_PYTHON = {
    "assistant/language/codes.py": "codes of languages are no words",
    "assistant/reading/amounts.py": "beside its patterns, which go when the network rates amounts",
    "assistant/reading/spans.py": "as amounts.py",
    "assistant/sources": "what pages and files say about themselves stands beside their readers",
    "assistant/training": "what makes examples is no part of the product",
}
FEWEST_WORDS = 8


def entries() -> Iterator[tuple[str, str, str]]:
    for code, table in pack.tables().items():
        for section in table.keys() - OWN_KEYS:
            for name in table[section]:
                yield code, section, name


def accessors(tree: ast.Module) -> dict[str, tuple[str, list[str]]]:
    """Names that a module gives to sections, with what they are: ``_WORDS = pack.Words("cues")``."""
    found = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
            and node.value.func.attr in ("Words", "Patterns")
            and isinstance(node.targets[0], ast.Name)
            and all(isinstance(argument, ast.Constant) for argument in node.value.args)
        ):
            arguments = [argument.value for argument in node.value.args]
            found[node.targets[0].id] = (node.value.func.attr, arguments)
    return found


def asked_for(path: Path) -> Iterator[tuple[str, list[str], str]]:
    tree = ast.parse(path.read_text("utf-8"))
    named = accessors(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in named
            and node.attr != "text"
        ):
            yield *named[node.value.id], node.attr


def test_what_the_code_asks_for_is_in_a_table():
    for path in SOURCES:
        for kind, arguments, name in asked_for(path):
            found = getattr(getattr(pack, kind)(*arguments), name)
            assert isinstance(found, re.Pattern if kind == "Patterns" else frozenset), (path, name)


def test_every_entry_is_used():
    """By its name in the code, or by another entry that refers to it."""
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    data = "\n".join(file.read_text("utf-8") for file in DATA.glob("*.toml"))
    used = {*re.findall(r"\w+", code), *re.findall(r"\{\|?(?:[a-z_]+\.)?([a-z_]+)\}", data)}
    assert sorted(entry for entry in entries() if entry[2] not in used) == []


def word_lists(path: Path) -> Iterator[str]:
    """Strings of small words with blanks between them that are split, as word lists are written."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "split"
            and isinstance(node.func.value, ast.Constant)
            and isinstance(node.func.value.value, str)
            and len(node.func.value.value.split()) >= FEWEST_WORDS
        ):
            yield node.func.value.value


def test_no_list_of_words_stands_in_python():
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(word_lists(path))
        and not str(path.relative_to(ROOT)).startswith(tuple(WORDS_IN_PYTHON))
    }
    assert found == set()


def test_a_pattern_of_one_language_may_refer_to_another_table():
    assert pack.Patterns("speech", "de").person.fullmatch("Anna Holm")


def test_what_no_table_has_is_an_error_that_says_where_it_was_looked_for():
    with pytest.raises(AttributeError, match=r"no table .* has 'nothing' in \[speech\]"):
        _ = pack.Words("speech").nothing
