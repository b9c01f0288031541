"""PDF and Word documents, built byte by byte."""

from __future__ import annotations

import importlib.util
import io
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from assistant.errors import SourceError
from assistant.sources import parse
from assistant.types import Article, ParagraphKind, Section


def _samples() -> ModuleType:
    # Test modules are imported by path, without packages.
    spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples"] = module
    spec.loader.exec_module(module)
    return module


samples = _samples()

LEFT = [
    "The council met on Monday and agreed",
    "to build a new bridge over the river,",
    "which will cost forty million euros and",
    "be opened in the spring of the year aft-",
    "er next.",
]
RIGHT = [
    "Residents of the island had asked for",
    "a well-known engineer to look at it. A",
    "bridge was promised to them by a well-",
    "known mayor, and all shops of the old",
    "harbour, he said, will be glad of it, as",
]
NEXT = ["will be the school. That is all there", "is to say."]
TITLE = (50, 740, 18, "Council agrees on new bridge")
EXPECTED = [
    "Council agrees on new bridge",
    "The council met on Monday and agreed to build a new bridge over the river, which will cost forty"
    " million euros and be opened in the spring of the year after next.",
    "Residents of the island had asked for a well-known engineer to look at it. A bridge was promised"
    " to them by a well-known mayor, and all shops of the old harbour, he said, will be glad of it, as"
    " will be the school. That is all there is to say.",
]


def texts(article: Article) -> list[str]:
    return [article.paragraph_text(i) for i in range(len(article.paragraphs))]


def test_paragraphs_go_on_over_lines_columns_and_pages() -> None:
    first = [
        TITLE,
        *samples.column(50, 700, LEFT),
        *samples.column(320, 700, RIGHT),
        (300, 20, 8, "1"),
    ]
    data = samples.pdf(
        [first, [*samples.column(50, 700, NEXT), (300, 20, 8, "- 2 -")]],
        info="/Title(Microsoft Word - x.doc)/Author(Ana Ruiz)/CreationDate(D:20260106120000Z)",
    )
    (article,) = parse(data, location="x")
    assert texts(article) == EXPECTED
    assert [p.page for p in article.paragraphs] == [1, 1, 1]
    assert article.paragraphs[0].section is Section.HEADLINE
    assert (article.title, article.author, article.published, article.format) == (
        EXPECTED[0], "Ana Ruiz", "2026-01-06", "pdf",
    )  # fmt: skip


def test_what_the_text_dates_itself_comes_before_when_the_file_was_made() -> None:
    lines = [TITLE, (50, 715, 10, "9 May 2025"), *samples.column(50, 680, LEFT)]
    data = samples.pdf([lines], info="/CreationDate(D:20260106120000Z)")
    assert parse(data, location="x")[0].published == "2025-05-09"


@pytest.mark.parametrize("program", ["/Producer(Skia/PDF m120)", "/Creator(ReportLab PDF Library)"])
def test_what_a_converter_leaves_is_no_author_title_or_date(program: str) -> None:
    info = (
        f"/Title(\\(anonymous\\))/Author(\\(anonymous\\))/CreationDate(D:20260106120000Z){program}"
    )
    (article,) = parse(samples.pdf([samples.column(50, 680, LEFT)], info=info), location="x")
    assert (article.author, article.published, article.title_derived) == (None, None, True)


def test_columns_written_line_by_line() -> None:
    """Some programs write across the columns; the eye still reads down."""
    pairs = zip(samples.column(50, 700, LEFT), samples.column(320, 700, RIGHT), strict=True)
    data = samples.pdf(
        [[TITLE, *(line for pair in pairs for line in pair)], samples.column(50, 700, NEXT)]
    )
    assert texts(parse(data, location="x")[0]) == EXPECTED


def test_running_heads_and_page_numbers_are_dropped() -> None:
    pages = [
        [(50, 780, 8, f"Harbour Post, page {n}"), (50, 500, 10, f"Sentence {word} of the text stands here."),
         (300, 20, 8, f"{n} of 4")]
        for n, word in enumerate(["one", "two", "three", "four"], 1)
    ]  # fmt: skip
    (article,) = parse(samples.pdf(pages), location="x")
    assert texts(article) == [
        f"Sentence {w} of the text stands here." for w in ("one", "two", "three", "four")
    ]
    assert [p.page for p in article.paragraphs] == [1, 2, 3, 4]


def test_table_rows_stay_rows() -> None:
    rows = [line for y, a, b in ((700, "Year", "Cost"), (688, "2024", "18"), (676, "2025", "22"))
            for line in ((50, y, 10, a), (250, y, 10, b))]  # fmt: skip
    (article,) = parse(samples.pdf([rows]), location="x")
    assert article.text == "Year | Cost\n2024 | 18\n2025 | 22"


def test_arabic_is_in_reading_order() -> None:
    words = "غادر الجنود القاعدة قرب الحدود"
    codes = {c: chr(65 + i) for i, c in enumerate(sorted(set(words) - {" "}))} | {" ": " "}
    pairs = "\n".join(f"<{ord(code):02X}> <{ord(c):04X}>" for c, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def"
        f" 1 begincodespacerange <00> <FF> endcodespacerange {len(codes)} beginbfchar\n{pairs}\n"
        "endbfchar endcmap end end"
    )
    drawn = "".join(codes[c] for c in reversed(words))  # as on paper, from the left
    (article,) = parse(samples.pdf([[(300, 700, 12, drawn)]], to_unicode=cmap), location="x")
    assert article.text == words
    assert article.language == "ar"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (samples.pdf([[]]), "no text, only pictures"),
        (samples.pdf([[TITLE]])[:300], "cannot be opened|no text"),
        (b"%PDF-1.4\n" + b"\xff" * 1000, "cannot be opened"),
    ],
)
def test_refused_pdfs(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse(data, location="x")


def test_encrypted_pdf() -> None:
    data = samples.pdf([[TITLE]])
    encrypt = (
        b"/Encrypt<</Filter/Standard/V 1/R 2/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">/P -4>>"
        b"/ID[<00><00>]"
    )
    data = data.replace(b"trailer<<", b"trailer<<" + encrypt)
    with pytest.raises(SourceError, match="save it without a password"):
        parse(data, location="x")


STYLES = (
    '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Zitat"><w:name w:val="Quote"/></w:style>'
    '<w:style w:styleId="Beschriftung"><w:name w:val="caption"/></w:style>'
)


def test_docx() -> None:
    p = samples.paragraph
    body = (
        p("Bridge opens", style="Titel")
        + "<w:p><w:r><w:t>It was </w:t></w:r><w:del><w:r><w:t>never </w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>opened</w:t></w:r></w:ins><w:r><w:br/><w:t>today.</w:t></w:r></w:p>"
        + p("Costs", style="berschrift1")
        + "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Forty million</w:t></w:r></w:p>"
        + p("We are proud.", style="Zitat")
        + p("The bridge", style="Beschriftung")
        + f"<w:tbl><w:tr><w:tc>{p('Year')}</w:tc><w:tc>{p('Cost')}</w:tc></w:tr>"
        f"<w:tr><w:tc>{p('2024')}</w:tc><w:tc>{p('18')}{p('m')}</w:tc></w:tr></w:tbl>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>Once.</w:t></mc:Choice>"
        "<mc:Fallback><w:t>Once.</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    core = "<dc:title>Bridge opens</dc:title><dc:creator>Ana Ruiz</dc:creator><dcterms:created>2026-01-06T10:00:00Z</dcterms:created>"
    (article,) = parse(samples.docx(body, styles=STYLES, core=core), location="x")
    kinds = [p.kind for p in article.paragraphs]
    K = ParagraphKind
    assert list(zip(kinds, texts(article), strict=True)) == [
        (K.HEADING, "Bridge opens"),
        (K.TEXT, "It was opened today."),
        (K.HEADING, "Costs"),
        (K.LIST_ITEM, "Forty million"),
        (K.QUOTE, "We are proud."),
        (K.CAPTION, "The bridge"),
        (K.TABLE, "Year | Cost\n2024 | 18 m"),
        (K.TEXT, "Once."),
    ]
    assert [article.paragraphs[i].section for i in (0, 1)] == [Section.HEADLINE, Section.LEDE]
    assert (article.author, article.published) == ("Ana Ruiz", "2026-01-06T10:00:00+00:00")


def test_docx_bomb_and_other_archives() -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(66):
            part.write(b" " * (1 << 20))
    with pytest.raises(SourceError, match="unpacks to more than 64 MiB"):
        parse(packed.getvalue(), location="x")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(SourceError, match="no Word document"):
        parse(other.getvalue(), location="x")
    with pytest.raises(SourceError, match=r"word/document\.xml is damaged"):
        parse(samples.docx("<w:p>"), location="x")
