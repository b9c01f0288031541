from __future__ import annotations

import numpy as np
import pytest

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.search.credits import is_credit
from assistant.search.fusion import without_captions
from assistant.types import Article, Hit, Paragraph, Passage, RelatedWhy, Section

PLACES = {"ferry": (1, 0, 0, 0), "boat": (0.97, 0.24, 0, 0), "laptop": (0.7, 0.7, 0.14, 0)}


class PlacedEncoder:
    """Vectors by what a text is about: two stories and something near both."""

    id = "fake/placed/1"
    dim = 4

    def encode_queries(self, texts):
        return self.encode_passages(texts)

    def encode_passages(self, texts, *, on_progress=None):
        rows = [next(v for word, v in PLACES.items() if word in text) for text in texts]
        found = np.array(rows, np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def article(name, linked=()):
    text = f"The {name} is there."
    paragraphs = (Paragraph(0, len(text), Section.BODY, "en"),)
    return Article(name, name, text, paragraphs, name, linked_ids=tuple(linked))


def test_related_is_linked_or_the_same_story_and_nothing_else(tmp_path):
    library = Library(tmp_path, model_id=PlacedEncoder.id, dim=PlacedEncoder.dim)
    with Assistant(library, PlacedEncoder()) as pq:
        pq.add_articles([article("ferry"), article("boat"), article("laptop", ["boat"])])
        assert [(r.article_id, r.why) for r in pq.related("ferry")] == [
            ("boat", RelatedWhy.SAME_STORY)
        ]
        assert [(r.article_id, r.why) for r in pq.related("laptop")] == [
            ("boat", RelatedWhy.LINKED)
        ]


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("Image: Anna Lind/dpa/picture alliance", True),
        ("Photo credit: Anna Lind", True),
        ("Bild: Anna Lind", True),
        ("صورة: وكالة الأنباء", True),
        ("Image quality: it rose by 12 percent.", False),
        ("Anna Lind: the ferry sank.", False),
        ("Photo: " + "A long text. " * 20, False),
        ("The ferry sank.", False),
    ],
)
def test_picture_credits_are_no_evidence(line, credit):
    passage = Passage(1, "a", 0, 0, len(line), line, Section.BODY, None, "t")
    assert is_credit(line) is credit
    assert without_captions([Hit(passage, 1.0)]) == ([] if credit else [Hit(passage, 1.0)])
