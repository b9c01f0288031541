"""Every command is registered by its module, and what they share names articles and filters."""

from __future__ import annotations

import click
import pytest

from assistant.cli import checking, evaluation, library, mcp, serve
from assistant.cli.commands import cli
from assistant.cli.common import article_id, resolved
from assistant.errors import ArticleNotFound, UsageError
from assistant.types import Filters


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (checking, {"verify", "check", "timeline"}),
        (evaluation, {"eval"}),
        (library, {"backup", "restore", "history"}),
        (mcp, {"mcp"}),
        (serve, {"serve"}),
    ],
)
def test_a_module_registers_its_commands(module, names):
    group = click.Group()
    module.register(group)
    assert set(group.commands) == names
    assert names <= set(cli.commands)


def test_an_article_is_named_by_its_id_its_title_or_its_file(seeds):
    summary = seeds.articles()[0]
    assert article_id(seeds, summary.id) == summary.id
    assert article_id(seeds, summary.title) == summary.id
    with pytest.raises(ArticleNotFound, match="no article has the id 'nothing'"):
        article_id(seeds, "nothing")
    with pytest.raises(UsageError, match="the name of the article is empty"):
        article_id(seeds, " ")


def test_a_language_is_two_letters(seeds):
    assert resolved(seeds, Filters(languages=("EN",))).languages == ("en",)
    with pytest.raises(UsageError, match="'english' is not the code of a language"):
        resolved(seeds, Filters(languages=("english",)))
