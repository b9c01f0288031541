"""The seeds' page form: which article each paragraph belongs to, and what is left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources import parse, read, read_seeds
from assistant.sources.blocks import derive_title
from assistant.sources.furniture import Furniture, labels_of
from assistant.types import Article, ParagraphKind, Section, article_id

SEED = Path(__file__).resolve().parents[3] / "seeds" / "000_0397ff4b6ac12507.txt"

ENGLISH_PAGE = """\
A minister at a desk, signing papers.
AI-generated image

Harbour council approves new ferry line

AI-generated image

The harbour council approved a ferry line on Monday. It starts in May.

Two ships will sail every hour, the council said. They carry 220 people each.

How it is paid

The fare is 3.50 euros; the rest comes from the port fee, which rises by 2 percent.

What people say

Most comments welcome the line. Some ask for bicycles on board.

Related articles

A ship in fog.
AI-generated image

Fog stops ferries for a second day

Prepared by AI AI-generated image

Ferries stood still for a second day because of fog over the strait.

Prepared by AI

El puerto de Barcelona recibió a más de 300 buques en el mes de enero, y no se espera que baje la cifra en los próximos meses.

This website uses cookies

We use analytics cookies to improve our website. Read our privacy policy for more information.
Reject
Accept
"""


def shape(article: Article) -> list[tuple[Section, ParagraphKind, bool]]:
    return [(p.section, p.kind, p.ai_generated) for p in article.paragraphs]


@pytest.fixture(scope="module")
def seeds() -> list[Article]:
    return list(read_seeds())


def test_seed_page_is_eight_articles(seeds: list[Article]) -> None:
    assert len(seeds) == 8
    assert len({article.id for article in seeds}) == 8


def test_main_article(seeds: list[Article]) -> None:
    main = seeds[0]
    assert main.title == "Coalition of the Willing plans security guarantees for Ukraine"
    assert not main.title_derived
    text, heading = ParagraphKind.TEXT, ParagraphKind.HEADING
    assert shape(main) == [
        (Section.CAPTION, ParagraphKind.CAPTION, True),
        (Section.HEADLINE, heading, False),
        (Section.LEDE, text, False),
        (Section.BODY, text, False),
        (Section.BODY, text, False),
        (Section.BODY, text, False),
        (Section.REACTIONS, text, False),
    ]
    assert main.paragraph_text(0).endswith("amid flags and maps.")
    assert main.paragraph_text(1) == main.title
    assert main.paragraph_text(2).startswith("At the summit in Paris, representatives from 35")
    assert main.paragraph_text(6).startswith("Reactions on X to the Paris summit")
    assert main.language == "en"
    assert main.format == "page-text"
    assert main.source == "bundled:seeds/000_0397ff4b6ac12507.txt"
    assert main.id == article_id(main.source)


def test_related_articles(seeds: list[Article]) -> None:
    main, *related = seeds
    assert main.linked_ids == tuple(article.id for article in related)
    assert all(article.linked_ids == (main.id,) for article in related)
    first = related[0]
    assert (
        first.title
        == "European leaders agree on multinational peacekeeping force at Berlin Ukraine summit"
    )
    assert shape(first) == [
        (Section.CAPTION, ParagraphKind.CAPTION, True),
        (Section.HEADLINE, ParagraphKind.HEADING, False),
        (Section.RELATED, ParagraphKind.TEXT, False),
    ]
    assert not first.title_derived
    for article in related[1:]:
        assert article.title_derived
        assert shape(article) == [(Section.RELATED, ParagraphKind.TEXT, False)]
        assert article.title.endswith("…")
        assert len(article.title) <= 81
        assert article.text.startswith(article.title[:-1])
    assert [article.language for article in related] == ["en", "en", "en", "en", "ar", "en", "en"]
    assert "1500" in related[4].text


def test_no_furniture_in_any_article(seeds: list[Article]) -> None:
    for article in seeds:
        for phrase in ("مولدة", "إعداد", "ملفات تعريف", "رفض", "يقوله", "ذات صلة", "الخصوصية"):
            assert phrase not in article.text


def test_every_word_of_the_page_is_kept_but_the_furniture(seeds: list[Article]) -> None:
    kept = "\n".join(article.text for article in seeds)
    lines = [line for line in SEED.read_text("utf-8").split("\n") if line.strip()]
    assert [line for line in lines if line not in kept and not labels_of(line)] == [
        "نستخدم ملفات تعريف الارتباط للتحليلات لتحسين موقعنا. اقرأ سياسة الخصوصية الخاصة بنا "
        "سياسة الخصوصية لمزيد من المعلومات."
    ]


def test_seeds_need_no_language_model() -> None:
    code = (
        "import sys; from assistant.sources import read_seeds; n = len(list(read_seeds()));"
        "print(n, sorted({'py3langid', 'trafilatura', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=SEED.parents[1],
    )
    assert done.stdout.strip() == "8 []"


def test_page_with_english_furniture() -> None:
    main, titled, untitled = parse(ENGLISH_PAGE.encode(), location="harbour.txt")
    assert main.title == "Harbour council approves new ferry line"
    assert [(p.section, p.kind) for p in main.paragraphs] == [
        (Section.CAPTION, ParagraphKind.CAPTION),
        (Section.HEADLINE, ParagraphKind.HEADING),
        (Section.LEDE, ParagraphKind.TEXT),
        (Section.BODY, ParagraphKind.TEXT),
        (Section.BODY, ParagraphKind.HEADING),
        (Section.BODY, ParagraphKind.TEXT),
        (Section.REACTIONS, ParagraphKind.TEXT),
    ]
    assert main.paragraphs[0].ai_generated
    assert titled.title == "Fog stops ferries for a second day"
    assert titled.paragraph_text(0) == "A ship in fog."
    assert titled.paragraphs[0].ai_generated
    assert untitled.title_derived
    assert untitled.language == "es"
    assert "cookie" not in main.text + titled.text + untitled.text
    assert "Accept" not in main.text + titled.text + untitled.text


def test_ids_of_related_items_do_not_depend_on_their_neighbours() -> None:
    whole = parse(ENGLISH_PAGE.encode(), location="harbour.txt")
    start = ENGLISH_PAGE.index("A ship in fog")
    end = ENGLISH_PAGE.index("El puerto")
    fewer = parse((ENGLISH_PAGE[:start] + ENGLISH_PAGE[end:]).encode(), location="harbour.txt")
    assert [article.id for article in fewer] == [whole[0].id, whole[2].id]


def test_caption_needs_its_label_on_the_next_line() -> None:
    page = "A headline here\n\nA sentence of the body.\n\nAI-generated image\n\nAnother sentence.\n"
    (main,) = parse(page.encode(), location="x")
    assert not any(p.ai_generated for p in main.paragraphs)
    assert [p.section for p in main.paragraphs] == [Section.HEADLINE, Section.LEDE, Section.BODY]


def test_page_of_furniture_only_is_refused() -> None:
    with pytest.raises(SourceError, match="no article text besides page furniture"):
        parse(b"AI-generated image\n\nRelated articles\n\nReject\n", location="x")


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("صورة مولدة بواسطة الذكاء الاصطناعي", (Furniture.AI_IMAGE,)),
        ("صورة مولّدة بواسطة الذكاء الاصطناعي:", (Furniture.AI_IMAGE,)),
        (
            "من إعداد الذكاء الاصطناعي صورة مولدة بواسطة الذكاء الاصطناعي",
            (Furniture.AI_TEXT, Furniture.AI_IMAGE),
        ),
        ("AI-GENERATED IMAGE", (Furniture.AI_IMAGE,)),
        ("KI-generiertes Bild", (Furniture.AI_IMAGE,)),
        ("Related articles", (Furniture.RELATED,)),
        ("Related articles say so", ()),
        ("Reject Accept", ()),
        ("", ()),
        ("  ", ()),
    ],
)
def test_labels(line: str, labels: tuple[Furniture, ...]) -> None:
    assert labels_of(line) == labels


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Dr. Smith arrived. He left.", "Dr. Smith arrived"),
        ("It rose by 3.5 percent. More.", "It rose by 3.5 percent"),
        ("Who? Me.", "Who?"),
        ("هل وصل؟ نعم.", "هل وصل؟"),
        ("x" * 200, "x" * 79 + "…"),
        ("word " * 40, "word " * 15 + "word…"),
        ("A. " * 200_000, "A. " * 25 + "A.…"),
        (f"{'Mr. ' * 50}x. " * 5_000, "Mr. " * 19 + "Mr.…"),
    ],
)
def test_derived_titles(text: str, title: str) -> None:
    assert derive_title(text) == title


def test_copied_seed_has_the_place_it_was_read_from(tmp_path: Path) -> None:
    copy = tmp_path / "page"
    copy.write_bytes(SEED.read_bytes())
    articles = list(read(copy))
    assert len(articles) == 8
    assert isinstance(articles[0], Article)
    assert articles[0].source == copy.resolve().as_posix()
