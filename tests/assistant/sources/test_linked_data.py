from __future__ import annotations

import json

import lxml.html
import pytest

from assistant.sources.linked_data import body_of, is_for_subscribers, is_page, nodes_of


def tree(*values):
    scripts = "".join(f'<script type="application/ld+json">{value}</script>' for value in values)
    return lxml.html.document_fromstring(
        f"<html><head>{scripts}</head><body><p>x</p></body></html>"
    )


def test_articles_come_first_and_a_damaged_script_is_left_out():
    page = {"@graph": [{"@type": "WebPage", "name": "p"}, {"@type": ["NewsArticle"], "name": "a"}]}
    nodes = nodes_of(tree("{broken", json.dumps(page)))
    assert [node.get("name") for node in nodes] == ["a", None, "p"]


def test_of_an_authors_own_objects_none_is_the_pages():
    value = {"@type": "NewsArticle", "author": {"@type": "Report", "name": "no"}}
    assert [node["@type"] for node in nodes_of(tree(json.dumps(value)))] == ["NewsArticle"]


def test_the_text_of_a_live_blog_is_its_posts():
    node = {
        "@type": "LiveBlogPosting",
        "headline": "Live",
        "liveBlogUpdate": [
            {"headline": "One", "articleBody": "First."},
            {"articleBody": "Second."},
        ],
    }
    assert body_of([node]) == "One\n\nFirst.\n\nSecond."
    assert body_of([]) == ""


@pytest.mark.parametrize(("value", "closed"), [("False", True), (False, True), (True, False)])
def test_who_may_read_it(value, closed):
    assert is_for_subscribers([{"isAccessibleForFree": value}]) is closed
    assert is_page({"@type": "WebPage"})
    assert not is_page({"@type": "Organization"})
