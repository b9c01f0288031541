"""Word documents: what is not a plain run of the main part, and packages of other kinds."""

from __future__ import annotations

import importlib.util
import io
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from assistant.errors import SourceError
from assistant.sources import docx, parse
from assistant.types import Article, ParagraphKind, Section


def _samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples"] = module
    spec.loader.exec_module(module)
    return module


samples = _samples()
K = ParagraphKind
p = samples.paragraph


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def read(body: str, **more: object) -> Article:
    (article,) = parse(samples.docx(body, **more), location="x")
    return article


def texts(article: Article) -> list[str]:
    return [article.paragraph_text(i) for i in range(len(article.paragraphs))]


def kinds(article: Article) -> list[tuple[ParagraphKind, str]]:
    return list(zip([one.kind for one in article.paragraphs], texts(article), strict=True))


def line(runs: str, **more: object) -> str:
    return read(f"<w:p>{runs}</w:p>", **more).text


def notes(kind: str, note_id: int, body: str) -> dict[str, str]:
    inner = f'<w:{kind} w:id="0" w:type="separator">{p("-----")}</w:{kind}><w:{kind} w:id="{note_id}">{body}</w:{kind}>'
    return {f"word/{kind}s.xml": f"<w:{kind}s {samples.W}>{inner}</w:{kind}s>"}


SUP = '<w:vertAlign w:val="superscript"/>'
REFERENCE = f'<w:r><w:rPr>{SUP}</w:rPr><w:footnoteReference w:id="2"/></w:r>'


def test_footnote_stands_behind_its_paragraph() -> None:
    body = f"<w:p>{r('The inspector counted 4,812 farms')}{REFERENCE}{r(' in the north.')}</w:p>{p('It was printed.')}"
    article = read(body, parts=notes("footnote", 2, p("The count excludes 310 farms.")))
    assert kinds(article) == [
        (K.TEXT, "The inspector counted 4,812 farms in the north."),
        (K.NOTE, "The count excludes 310 farms."),
        (K.TEXT, "It was printed."),
    ]


def test_endnote_of_two_paragraphs_under_another_name_comes_once() -> None:
    reference = '<w:r><w:endnoteReference w:id="7"/></w:r>'
    body = f"<w:p>{r('A mill.')}{reference}</w:p><w:p>{r('Again.')}{reference}</w:p>"
    parts = {
        "word/notes/e1.xml": notes("endnote", 7, p("See Brandt.") + f"<w:p>{r('And Dahl.')}{reference}</w:p>")["word/endnotes.xml"],
        "word/_rels/document.xml.rels": '<Relationships><Relationship Type="http://purl.oclc.org/ooxml/officeDocument/relationships/endnotes" Target="notes/e1.xml"/></Relationships>',
    }  # fmt: skip
    assert texts(read(body, parts=parts)) == ["A mill.", "See Brandt.", "And Dahl.", "Again."]


BOX = "<w:txbxContent>" + p("The deadline is the ninth of September.") + "</w:txbxContent>"


@pytest.mark.parametrize(
    "drawn",
    [
        f"<mc:AlternateContent><mc:Choice><w:drawing>{BOX}</w:drawing></mc:Choice><mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent>",
        f"<w:pict>{BOX}</w:pict>",
    ],
)
def test_text_box_comes_once_behind_its_paragraph(drawn: str) -> None:
    article = read(f"<w:p>{r('The plan is out.')}<w:r>{drawn}</w:r></w:p>{p('It covers all.')}")
    assert kinds(article) == [
        (K.TEXT, "The plan is out."),
        (K.NOTE, "The deadline is the ninth of September."),
        (K.TEXT, "It covers all."),
    ]


def test_table_in_a_text_box_stays_a_table() -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('Fee')}</w:tc><w:tc>{p('40')}</w:tc></w:tr></w:tbl>"
    article = read(
        f"<w:p><w:r><w:pict><w:txbxContent>{table}{p('Paid daily.')}</w:txbxContent></w:pict></w:r></w:p>"
    )
    assert kinds(article) == [(K.TABLE, "Fee | 40"), (K.NOTE, "Paid daily.")]


STYLES = (
    f'<w:style w:styleId="Mark"><w:name w:val="Mark"/><w:rPr>{SUP}</w:rPr></w:style>'
    '<w:style w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:styleId="Deep"><w:name w:val="Deep"/><w:basedOn w:val="Secret"/></w:style>'
    '<w:style w:styleId="Out"><w:name w:val="Out"/><w:rPr><w:dstrike/></w:rPr></w:style>'
    '<w:style w:styleId="A"><w:name w:val="A"/><w:basedOn w:val="B"/></w:style>'
    '<w:style w:styleId="B"><w:name w:val="B"/><w:basedOn w:val="A"/></w:style>'
)  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (r("It took in 212") + r("3", SUP) + r(" ships."), "It took in 212 ships."),
        (r("It took in 212") + r("3", '<w:rStyle w:val="Mark"/>') + r(" ships."), "It took in 212 ships."),
        (r("It took in 212") + r("3", '<w:position w:val="6"/>') + r(" ships."), "It took in 212 ships."),
        (r("He left in 1951.") + r("4, 5", SUP), "He left in 1951."),
        (r("Some 40*") + r("*", SUP) + r(" came."), "Some 40* came."),
        (r("It has 10") + r("6", SUP) + r(" cells on 9 km") + r("2", SUP), "It has 10^6 cells on 9 km²"),
        (r("It weighs 10") + r("−3", SUP) + r(" g."), "It weighs 10^−3 g."),
        (r("The 19") + r("th", SUP) + r(" of May."), "The 19th of May."),
        (r("CO") + r("2", '<w:vertAlign w:val="subscript"/>'), "CO2"),
        (r("Seen.") + r(" The bribe was 9 million.", "<w:vanish/>"), "Seen."),
        (r("Seen.") + r(" Not hidden.", '<w:vanish w:val="0"/>'), "Seen. Not hidden."),
        (r("Seen.") + r(" A secret.", '<w:rStyle w:val="Deep"/>'), "Seen."),
        (r("Seen.") + r(" All.", '<w:rStyle w:val="A"/>'), "Seen. All."),
        (r("The price: ") + r("70 ", "<w:strike/>") + r("65 crowns."), "The price: 65 crowns."),
        (r("The price: ") + r("70 ", "<w:dstrike/>") + r("65 crowns."), "The price: 65 crowns."),
        (r("The price: ") + r("70 ", '<w:rStyle w:val="Out"/>') + r("65.", '<w:strike w:val="false"/>'), "The price: 65."),
    ],
)  # fmt: skip
def test_raised_hidden_and_struck_runs(runs: str, expected: str) -> None:
    assert line(runs, styles=STYLES) == expected


def test_hidden_paragraph_style_and_hidden_row() -> None:
    table = (
        f"<w:tbl><w:tr><w:tc>{p('Fee')}</w:tc><w:tc>{p('40')}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p('Bribe')}</w:tc><w:tc>{p('9')}</w:tc></w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('Old')}</w:tc><w:tc>{p('8')}</w:tc></w:tr></w:tbl>"
    )
    article = read(p("Shown.") + p("Hidden.", style="Secret") + table, styles=STYLES)
    assert texts(article) == ["Shown.", "Fee | 40"]


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (m("3.5"), "The yield is 3.5 tonnes."),
        (f"<m:f><m:num>{m('3')}</m:num><m:den>{m('a+5')}</m:den></m:f>", "The yield is 3/(a+5) tonnes."),
        (f"<m:sSup><m:e>{m('10')}</m:e><m:sup>{m('-6')}</m:sup></m:sSup>", "The yield is 10^-6 tonnes."),
        (f"<m:d><m:e>{m('x')}</m:e></m:d><m:rad><m:deg/><m:e>{m('2')}</m:e></m:rad>", "The yield is (x)√(2) tonnes."),
    ],
)  # fmt: skip
def test_numbers_of_equations_stay(formula: str, expected: str) -> None:
    assert line(f"{r('The yield is ')}<m:oMath>{formula}</m:oMath>{r(' tonnes.')}") == expected
    alone = read(f"<w:p><m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara></w:p>{p('Text.')}")
    assert texts(alone)[0] == expected.removeprefix("The yield is ").removesuffix(" tonnes.")


def test_fields_controls_and_changes() -> None:
    field = f'<w:fldSimple w:instr="=SUM(ABOVE)">{r("8,400")}</w:fldSimple>'
    long = "<w:r><w:fldChar/><w:instrText>PAGE</w:instrText></w:r>" + r("9")
    prompt = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + r("Click here to enter text.")
        + "</w:sdtContent></w:sdt>"
    )
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        + p("Costs 7")
        + "</w:sdt>"
    )
    control = f"<w:sdt><w:sdtContent>{p('The applicant is Nora Hell.')}</w:sdtContent></w:sdt>"
    deleted = (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + r("The board voted against ") + "</w:p>"
    )
    ruby = (
        "<w:p><w:r><w:ruby><w:rt>"
        + r("とう")
        + "</w:rt><w:rubyBase>"
        + r("東京")
        + "</w:rubyBase></w:ruby></w:r></w:p>"
    )
    body = (
        f"{contents}<w:p>{r('The total is ')}{field}{r(' on page ')}{long}{prompt}</w:p>{control}{deleted}{deleted}"
        f"{p('the merger.')}<w:p><w:moveFrom>{r('Gone.')}</w:moveFrom><w:moveTo>{r('Come.')}</w:moveTo></w:p>{ruby}"
    )  # fmt: skip
    assert texts(read(body)) == [
        "The total is 8,400 on page 9",
        "The applicant is Nora Hell.",
        "The board voted against The board voted against the merger.",
        "Come.",
        "東京",
    ]


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def row(*cells: str) -> str:
    return (
        "<w:tr>" + "".join(c if c.startswith("<w:tc>") else cell(p(c)) for c in cells) + "</w:tr>"
    )


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def test_empty_cells_keep_their_columns() -> None:
    body = table(
        row("Club", "2023", "2024"),
        row("Chess", "", "45"),
        row("Archery", "88", ""),
        row("Go", "", ""),
    )
    assert read(body).text == "Club | 2023 | 2024\nChess | | 45\nArchery | 88 |\nGo | |"


def test_merged_cells_keep_the_places_of_the_others() -> None:
    body = table(
        row("Boat", cell(p("Catch in"), '<w:gridSpan w:val="2"/>'), "Port"),
        row(cell(p("Osterby"), '<w:vMerge w:val="restart"/>'), "May", "12", "A"),
        row(cell("<w:p/>", "<w:vMerge/>"), "June", "14", "B"),
        '<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>' + cell(p("26")) + "</w:tr>",
        row(cell(p("All"), '<w:gridSpan w:val="99999999"/>')),
    )
    assert read(body).text.split("\n")[:4] == [
        "Boat | Catch in | | Port",
        "Osterby | May | 12 | A",
        "| June | 14 | B",
        "| | 26",
    ]


def test_nested_table_comes_once_behind_the_outer_one() -> None:
    inner = table(row("Inner a", "Inner b"))
    body = table(row("Outer north", cell("<w:p/>" + inner + "<w:p/>")), row("South", "7"))
    assert kinds(read(body)) == [
        (K.TABLE, "Outer north |\nSouth | 7"),
        (K.TABLE, "Inner a | Inner b"),
    ]


def test_rows_and_cells_in_controls_are_found() -> None:
    wrapped = f"<w:sdt><w:sdtContent>{row('Chess', '45')}</w:sdtContent></w:sdt>"
    inside = (
        f"<w:tr><w:sdt><w:sdtContent>{cell(p('Go'))}</w:sdtContent></w:sdt>{cell(p('9'))}</w:tr>"
    )
    assert read(table(wrapped, inside)).text == "Chess | 45\nGo | 9"


@pytest.mark.parametrize(
    "frame",
    [
        table(row(cell(p("A letter.") + p("Mend the road.") + p("Jens Dahl")))),
        table(row("A letter."), row("Mend the road."), row("Jens Dahl")),
        table(row(cell(p("A letter.") + p("Mend the road.")), "Jens Dahl")),
        table(row(cell(table(row(cell(p("A letter.") + p("Mend the road.")))) + p("Jens Dahl")))),
    ],
)
def test_frames_and_layout_are_no_tables(frame: str) -> None:
    assert kinds(read(frame)) == [
        (K.TEXT, "A letter."),
        (K.TEXT, "Mend the road."),
        (K.TEXT, "Jens Dahl"),
    ]


def test_note_of_a_cell_stands_behind_the_table() -> None:
    marked = cell(f"<w:p>{r('88')}{REFERENCE}</w:p>")
    article = read(
        table(row("Archery", marked)) + p("End."), parts=notes("footnote", 2, p("Estimate."))
    )
    assert kinds(article) == [(K.TABLE, "Archery | 88"), (K.NOTE, "Estimate."), (K.TEXT, "End.")]


STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def package(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def rels(
    target: str,
    kind: str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
) -> str:
    return f'<Relationships><Relationship Type="{kind}" Target="{target}"/></Relationships>'


MAIN = f"<w:document {samples.W}><w:body>{p('Eleven weddings in 1799.')}</w:body></w:document>"


@pytest.mark.parametrize(
    "parts",
    [
        {"_rels/.rels": rels("word/document2.xml"), "word/document2.xml": MAIN},
        {"_rels/.rels": rels("/Word/Document.XML"), "word/document.xml": MAIN},
        {"_rels\\.rels": rels("content/main.xml"), "content\\main.xml": MAIN},
        {"_rels/.rels": rels("word/document.xml", STRICT.replace("wordprocessingml/main", "officeDocument/relationships/officeDocument")),
         "word/document.xml": MAIN.replace(samples.W, f'xmlns:w="{STRICT}"')},
        {"word/document.xml": MAIN.replace("w:", "x:").replace("xmlns:w", "xmlns:x")},
        {"word/document.xml": MAIN.replace("<w:p>", "<!-- a --><w:p><?pi x?>")},
    ],
)  # fmt: skip
def test_main_part_under_any_name_and_namespace(parts: dict[str, str]) -> None:
    (article,) = parse(package(parts), location="x")
    assert article.text == "Eleven weddings in 1799."


def test_strict_styles_count_as_well() -> None:
    runs = r("Shown.") + r(" Hidden.", '<w:rStyle w:val="Deep"/>')
    styles = f'<w:styles xmlns:w="{STRICT}">{STYLES}</w:styles>'
    main = f'<w:document xmlns:w="{STRICT}"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    (article,) = parse(
        package({"word/document.xml": main, "word/styles.xml": styles}), location="x"
    )
    assert article.text == "Shown."


@pytest.mark.parametrize(
    ("core", "author", "published"),
    [
        ("<dc:creator>python-docx</dc:creator><dcterms:created>2013-12-23T23:15:00Z</dcterms:created>", None, None),
        ("<dc:creator>Ana Ruiz</dc:creator><dcterms:created>2013-12-23T23:15:00Z</dcterms:created>", "Ana Ruiz", None),
        ("<dc:creator>PYTHON-DOCX</dc:creator><dcterms:created>2024-05-06T07:00:00Z</dcterms:created>", None, "2024-05-06T07:00:00+00:00"),
        ("<dc:creator> </dc:creator><dcterms:created>1601-01-01T00:00:00Z</dcterms:created>", None, None),
        ("<dc:creator>Apache POI</dc:creator>", None, None),
    ],
)  # fmt: skip
def test_what_a_tool_left_in_the_properties_is_nobodys(
    core: str, author: str | None, published: str | None
) -> None:
    article = read(p("The bell weighs 412 kilograms."), core=core)
    assert (article.author, article.published) == (author, published)


def test_what_the_text_dates_itself_comes_before_when_the_file_was_made() -> None:
    core = "<dcterms:created>2024-05-06T07:00:00Z</dcterms:created>"
    article = read(
        p("Bell sold", style="Title") + p("By Ana Ruiz, 9 May 2025") + p("The bell was sold."),
        core=core,
    )
    assert (article.author, article.published) == ("Ana Ruiz", "2025-05-09")
    assert [one.section for one in article.paragraphs] == [
        Section.HEADLINE,
        Section.BODY,
        Section.LEDE,
    ]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"_rels/.rels": rels("xl/workbook.xml"), "xl/workbook.xml": "<workbook/>"}, "no Word document"),
        ({"_rels/.rels": rels("../../etc/passwd")}, "no Word document"),
        ({"_rels/.rels": "<Relationships>"}, r"_rels/\.rels is damaged"),
        ({"word/document.xml": "<a/>" * 3}, r"word/document\.xml is damaged"),
        ({"word/document.xml": "<a>" * 300 + "</a>" * 300}, r"word/document\.xml is damaged"),
        ({"word/document.xml": f"<w:document {samples.W}><w:body>{'<w:p/>' * 9}</w:body></w:document>"}, "no text found"),
    ],
)  # fmt: skip
def test_refused_packages(parts: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse(package(parts), location="x")


def test_more_tags_than_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_TAGS", 9)
    with pytest.raises(SourceError, match="unpacks to more than 64 MiB or 9 tags"):
        parse(package({"word/document.xml": f"<d>{'<a/>' * 9}</d>"}), location="x")


def test_entities_of_a_part_are_not_followed() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    main = MAIN.replace("Eleven", "Eleven &b;")
    (article,) = parse(package({"word/document.xml": bomb + main}), location="x")
    assert "haha" not in article.text


def test_lines_that_an_author_ended_are_lines() -> None:
    hours = r("North: 9 to 18") + "<w:r><w:br/></w:r>" + r("South: 10 to 20")
    wind = r("The wind blew hard,") + "<w:r><w:cr/></w:r>" + r("and all ships were lost.")
    article = read(f"<w:p>{hours}</w:p><w:p>{wind}</w:p>")
    assert texts(article) == [
        "North: 9 to 18",
        "South: 10 to 20",
        "The wind blew hard, and all ships were lost.",
    ]
