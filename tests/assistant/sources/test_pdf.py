"""PDF: what is text, what is furniture, and in which order it is read, by geometry alone."""

from __future__ import annotations

import importlib.util
import io
import random
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import SourceError
from assistant.sources import parse, pdf
from assistant.sources.pdf import bidi, limits
from assistant.types import Article, ParagraphKind


def _samples() -> ModuleType:
    # Test modules are imported by path, without packages.
    spec = importlib.util.spec_from_file_location("samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


samples = _samples()

FILL = (
    "The valley railway carried timber and ore for half a century before the road was built. Its"
    " stations were small wooden houses painted red, and each had a garden that the station master"
    " kept. In winter the line was closed for weeks, and the mail came by sledge."
)
FONT = "Times-Roman"


class Paper:
    """A PDF that is being drawn, 600 by 800 points."""

    def __init__(self, *, size: tuple[int, int] = (600, 800), encrypt: object = None) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=size, encrypt=encrypt, invariant=1)

    def line(self, x: float, y: float, text: str, *, size: float = 11) -> float:
        """Draw ``text``, in which ``^{…}`` is raised and ``_{…}`` lowered; return where it ends."""
        for index, part in enumerate(text.replace("_{", "^{\0").replace("}", "^{").split("^{")):
            shift = (-0.2 if part.startswith("\0") else 0.36) * size if index % 2 else 0
            part_size = size * 0.64 if index % 2 else size
            self.canvas.setFont(FONT, part_size)
            shown = part.removeprefix("\0")
            self.canvas.drawString(x, y + shift, shown)
            x += stringWidth(shown, FONT, part_size)
        return x

    def right(self, x: float, y: float, text: str, *, size: float = 11) -> None:
        self.line(x - stringWidth(text, FONT, size), y, text, size=size)

    def prose(
        self, x: float, y: float, text: str, *, width: float = 450, size: float = 11
    ) -> float:
        """Set ``text`` in lines of ``width``; return where the next would stand."""
        for words in wrap(text, width, size):
            self.line(x, y, words, size=size)
            y -= 14 / 11 * size
        return y

    def page(self) -> None:
        self.canvas.showPage()

    def article(self) -> Article:
        (article,) = parse(self.data(), location="x")
        assert [article.text[p.start : p.end] for p in article.paragraphs] == article.text.split(
            "\n\n"
        )
        return article

    def data(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()


def wrap(text: str, width: float, size: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if stringWidth(longer, FONT, size) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def words(name: str, count: int = 45) -> str:
    return " ".join(f"{name}{i}" for i in range(count)) + "."


def texts(article: Article) -> list[str]:
    return [article.paragraph_text(i) for i in range(len(article.paragraphs))]


def on_pages(draw: Callable[[Paper, int], object], count: int) -> Article:
    paper = Paper()
    for number in range(1, count + 1):
        draw(paper, number)
        paper.page()
    return paper.article()


# Page edges: text that looks like a page number or a head stays ------------------------------------


@pytest.mark.parametrize(
    "last",
    ["in 1962.", "and 14 of 20", "after 51 years.", "Table 3", "July 2025", "1962", "xii", "of 7"],
)
def test_the_last_line_of_a_page_is_text(last: str) -> None:
    paper = Paper()
    paper.prose(72, 114, f"The line was then closed for good by the ministry of works and transport {last}",
                width=330)  # fmt: skip
    paper.page()
    paper.prose(72, 740, "A museum was opened.")
    assert texts(paper.article())[0].endswith(f"ministry of works and transport {last}")


@pytest.mark.parametrize("title", ["Budget 2026", "Chapter 1", "1984", "IV"])
def test_a_title_with_a_number_is_the_title(title: str) -> None:
    paper = Paper()
    paper.line(72, 762, title, size=22)
    paper.prose(72, 720, FILL)
    assert texts(paper.article())[:2] == [title, FILL] or paper.article().title == title


def test_numbers_that_do_not_count_the_pages_stay() -> None:
    """A figure on its own below a table, at the same height on both pages."""

    def draw(paper: Paper, number: int) -> None:
        paper.prose(72, 700, [FILL, f"Then {words('delta')}"][number - 1])
        paper.line(500, 60, ["4,812", "318"][number - 1])

    assert [t for t in texts(on_pages(draw, 2)) if len(t) < 10] == ["4,812", "318"]


def test_captions_that_count_up_at_the_top_of_pages_stay() -> None:
    def draw(paper: Paper, number: int) -> None:
        paper.line(72, 740, f"Table {number}")
        paper.prose(72, 726, FILL)

    assert on_pages(draw, 3).text.count("Table ") == 3


# Running heads and page numbers --------------------------------------------------------------------

HEADS: dict[str, Callable[[Paper, int, int], object]] = {
    "repeated": lambda p, n, c: p.line(72, 780, "Dam Commission - Final Report", size=9),
    "page of pages": lambda p, n, c: p.line(200, 40, f"Page {n} of {c} - Ministry, 4 Canal Street", size=9),
    "bare": lambda p, n, c: p.line(300, 40, str(n)),
    "dashes": lambda p, n, c: p.line(300, 40, f"- {n + 16} -", size=9),
    "roman": lambda p, n, c: p.line(300, 40, ["iii", "iv", "v", "vi", "vii"][n - 1]),
    "alternating": lambda p, n, c: (
        p.line(72, 780, f"{n + 3} Dam Commission") if n % 2 else p.right(528, 780, f"Final Report {n + 3}")
    ),
    "left and right": lambda p, n, c: (
        p.line(72, 780, ["Introduction", "Method", "Findings", "Debate", "End"][n - 1]),
        p.right(528, 780, str(n)),
    ),
    "two rows": lambda p, n, c: (
        p.line(72, 780, "Dam Commission", size=9), p.line(72, 768, f"Draft of 3 May, page {n}", size=9)
    ),
    "another script": lambda p, n, c: p.line(260, 40, f"\u2013 {n}/{c} \u2013"),
}  # fmt: skip


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("kind", HEADS)
def test_running_heads_are_gone_and_the_sentence_whole(kind: str, count: int) -> None:
    def draw(paper: Paper, number: int) -> None:
        HEADS[kind](paper, number, count)
        paper.prose(72, 730, f"part {number} of the letter was read. {FILL[:-1]}, and then the")

    article = on_pages(draw, count)
    expected = " ".join(
        f"part {n} of the letter was read. {FILL[:-1]}, and then the" for n in range(1, count + 1)
    )
    assert article.text == expected


def test_a_head_on_landscape_pages_of_either_make() -> None:
    """Turned by the page's own entry, or drawn upright on a wide page."""
    for turned in (False, True):
        paper = Paper(size=(800, 600))  # the library swaps the sides of a turned page
        for number in (1, 2):
            if turned:
                paper.canvas.setPageRotation(90)
                paper.canvas.translate(600, 0)
                paper.canvas.rotate(90)
            paper.line(72, 570, f"Harbour report, sheet {number}", size=9)
            paper.prose(72, 520, [FILL, words("delta")][number - 1], width=600)
            paper.line(400, 30, str(number))
            paper.page()
        assert texts(paper.article()) == [FILL, words("delta")]


def test_a_stamp_in_the_margin_does_not_cut_a_sentence() -> None:
    paper = Paper()
    paper.prose(90, 730, FILL.removesuffix(" came by sledge."))
    paper.canvas.translate(40, 200)
    paper.canvas.rotate(90)
    paper.line(0, 0, "preprint 2401.01234 of 3 May")
    paper.page()
    paper.prose(90, 730, "came by sledge.")
    assert texts(paper.article()) == [FILL, "preprint 2401.01234 of 3 May"]


# Raised and lowered type ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("rose to 212^{3} crowns", "rose to 212 crowns"),
        ("counted 4,812^{4} farms", "counted 4,812 farms"),
        ("sold in 1911.^{12} It burned in 1963.^{13,14}", "sold in 1911. It burned in 1963."),
        ("The mayor^{*} paid 40 crowns^{a} to Holt^{7}", "The mayor paid 40 crowns to Holt"),
        ("he said,^{5} “never”^{6} again", "he said, “never” again"),
        ("the 19^{th} century and the 1^{er} mai", "the 19th century and the 1er mai"),
        ("found 10^{6} cells and 3 × 10^{-4} more", "found 10^6 cells and 3 × 10^-4 more"),
        ("an area of 35 km^{2} and 7 m^{3}", "an area of 35 km2 and 7 m3"),
        ("the CO_{2} level and H_{2}O", "the CO2 level and H2O"),
        ("Acme^{TM} was sold", "AcmeTM was sold"),
        ("Louis XIV^{e} and M^{me} Holt", "Louis XIVe and Mme Holt"),
    ],
)  # fmt: skip
def test_raised_marks_are_no_digits_and_powers_stay(drawn: str, read: str) -> None:
    paper = Paper()
    paper.line(72, 700, f"It {drawn.encode('cp1252', 'replace').decode('cp1252')} there.")
    assert paper.article().text == f"It {read} there."


def test_ten_with_a_note_is_ten() -> None:
    paper = Paper()
    paper.line(72, 700, "They paid 10^{6} crowns for it.")
    paper.line(72, 100, "^{6} Letter to the mayor.", size=8)
    assert texts(paper.article()) == ["They paid 10 crowns for it.", "Letter to the mayor."]


# Footnotes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["^{3} ", "^{*} ", "3 ", "(3) "])
def test_footnotes_stand_behind_the_paragraph_that_they_interrupt(mark: str) -> None:
    paper = Paper()
    paper.prose(72, 740, FILL)
    paper.line(72, 640, "The farmers of the upper valley had sold their grain to traders who")
    paper.line(
        72,
        125,
        f"{mark}Yearbook of the ministry for 1912, a book that tells of the prices of all",
        size=8,
    )
    paper.line(72, 115, "grain in the north, page 88.", size=8)
    paper.line(72, 105, "^{4} Of these, 310 were larger.", size=8)
    paper.line(300, 40, "1", size=9)
    paper.page()
    paper.line(72, 740, "never paid them, and the court heard eleven cases.")
    paper.line(300, 40, "2", size=9)
    note = f"{'' if '^' in mark else mark}Yearbook of the ministry for 1912, a book that tells of the prices of all grain in the north, page 88."
    assert texts(paper.article()) == [
        FILL,
        "The farmers of the upper valley had sold their grain to traders who never paid them, and the"
        " court heard eleven cases.",
        note,
        "Of these, 310 were larger.",
    ]


def test_footnotes_under_columns() -> None:
    paper = Paper()
    for x, text, note in ((60, "left", 1), (320, "right", 2)):
        paper.prose(x, 740, f"the {text} column begins. {FILL[:-1]} on and on with", width=220)
        paper.line(x, 100, f"^{{{note}}} Note of the {text}.", size=8)
    paper.page()
    paper.line(60, 740, "the end of it.")
    article = paper.article()
    assert texts(article) == [
        f"the left column begins. {FILL[:-1]} on and on with the right column begins. {FILL[:-1]} on and"
        " on with the end of it.",
        "Note of the left.",
        "Note of the right.",
    ]


def test_small_type_without_a_mark_stays_in_its_place() -> None:
    paper = Paper()
    paper.prose(72, 740, FILL)
    paper.line(72, 600, "Photo: the old station in winter.", size=8)
    paper.page()
    paper.prose(72, 740, FILL)
    assert texts(paper.article()) == [FILL, "Photo: the old station in winter.", FILL]


# Columns and tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("how", ["by column", "by row", "uneven"])
def test_columns_are_read_one_after_the_other(count: int, how: str) -> None:
    width = {2: 220, 3: 150}[count]
    columns = [words(name) for name in ("alpha", "beta", "gamma")[:count]]
    drawn = [
        (60 + i * (width + 25), 700 - 14 * k - (5 * i if how == "uneven" else 0), line)
        for i, text in enumerate(columns)
        for k, line in enumerate(wrap(text, width, 11))
    ]
    if how == "by row":
        drawn.sort(key=lambda line: -line[1])
    paper = Paper()
    paper.line(60, 750, "A headline over all of the columns of this page", size=20)
    for x, y, line in drawn:
        paper.line(x, y, line)
    paper.prose(60, 300, f"{FILL} All of it.", width=480)
    assert texts(paper.article())[1:] == [*columns, f"{FILL} All of it."]


def test_a_table_keeps_rows_columns_and_empty_cells() -> None:
    paper = Paper()
    y = paper.prose(72, 740, FILL)
    grid = [("Team", "Gold", "Silver", "Bronze"), ("Corvia", "2", "1", "4"), ("Belmark", "", "3", "5"),
            ("Osterby", "", "", "7"), ("Lindholm", "1", "", "")]  # fmt: skip
    for row in grid:
        y -= 16
        for x, cell in zip((72, 200, 280, 360), row, strict=True):
            paper.line(x, y, cell)
    paper.prose(72, y - 40, FILL)
    article = paper.article()
    assert texts(article)[1] == (
        "Team | Gold | Silver | Bronze\nCorvia | 2 | 1 | 4\nBelmark | | 3 | 5\nOsterby | | | 7\n"
        "Lindholm | 1 | |"
    )
    assert article.paragraphs[1].kind is ParagraphKind.TABLE


def test_a_list_with_hanging_marks_is_no_table() -> None:
    paper = Paper()
    for i, text in enumerate(("First of all the dam.", "Then the bridge.", "Then the road.")):
        paper.line(72, 700 - 14 * i, f"{i + 1}.")
        paper.line(110, 700 - 14 * i, text)
    assert texts(paper.article()) == [
        "1. First of all the dam.",
        "2. Then the bridge.",
        "3. Then the road.",
    ]


# Hyphens at line ends ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        (("a govern-", "ment of the valley"), "a government of the valley"),
        (("a state-", "owned mill, state-owned since May"), "a state-owned mill, state-owned since May"),
        (("the rail-", "way of the north, a railway"), "the railway of the north, a railway"),
        (("the Anglo-", "Saxon king of it"), "the Anglo-Saxon king of it"),
        (("in the years 1914-", "1918 they went"), "in the years 1914-1918 they went"),
        (("the water is high; its high-", "water mark, the water and high dams"), "the water is high; its high-water mark, the water and high dams"),
        (("a dam \u2013", "so he said of it"), "a dam \u2013 so he said of it"),
    ],
)  # fmt: skip
def test_hyphens_at_line_ends(lines: tuple[str, str], read: str) -> None:
    paper = Paper()
    for i, line in enumerate(lines):
        paper.line(72, 700 - 14 * i, line)
    assert paper.article().text == read


# Right to left -------------------------------------------------------------------------------------

ARABIC = [
    ("بكلفة 14 مليون كرونة، وقالت", "تلاقو ،ةنورك نويلم 14 ةفلكب"),
    ("منذ عام 2019. وأضافت أن", "نأ تفاضأو .2019 ماع ذنم"),
    ("وأن الشركة Velmora Dredging AB ستنفذه.", ".هذفنتس Velmora Dredging AB ةكرشلا نأو"),
    ("نسبة 14.5% من 1,250 سفينة", "ةنيفس 1,250 نم %14.5 ةبسن"),
]
HEBREW = [
    ("נסתמה בשני מטרים מאז 2019. העבודה", "הדובעה .2019 זאמ םירטמ ינשב המתסנ"),
    ("חברת Velmora AB (מהצפון) אמרה", "הרמא (ןופצהמ) Velmora AB תרבח"),
    ("עלייה של 14% מול 3-5 בעבר", "רבעב 3-5 לומ 14% לש היילע"),
]


@pytest.mark.parametrize(("logical", "shown"), [*ARABIC, *HEBREW])
def test_print_from_the_right_is_read_in_its_order(logical: str, shown: str) -> None:
    order = bidi.reading_order(shown, from_the_right=True)
    assert bidi.with_brackets_turned("".join(shown[i] for i in order)) == logical


def test_a_quotation_from_the_right_in_text_from_the_left() -> None:
    shown = "He said ינש 14 םוי to them in 2019."
    order = bidi.reading_order(shown, from_the_right=False)
    assert "".join(shown[i] for i in order) == "He said יום 14 שני to them in 2019."


def rtl_pdf(lines: Sequence[Sequence[str]]) -> bytes:
    """A PDF whose lines are pieces, set from the right, each drawn with its characters as given."""
    letters = sorted({c for line in lines for text in line for c in text} - {" "})
    codes = {c: chr(0x21 + i) for i, c in enumerate(letters)} | {" ": " "}
    pairs = "\n".join(f"<{ord(code):02X}> <{ord(c):04X}>" for c, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def"
        f" 1 begincodespacerange <00> <FF> endcodespacerange {len(codes)} beginbfchar\n{pairs}\n"
        "endbfchar endcmap end end"
    )
    drawn = []
    for i, line in enumerate(lines):
        x = 560.0
        for text in line:
            coded = "".join(codes[c] for c in text)
            x -= stringWidth(coded, "Helvetica", 11)
            drawn.append((x, 700 - 16 * i, 11, coded))
            x -= 4
    return samples.pdf([drawn], to_unicode=cmap)


@pytest.mark.parametrize("language", [ARABIC, HEBREW])
def test_a_page_from_the_right(language: list[tuple[str, str]]) -> None:
    (article,) = parse(rtl_pdf([[shown] for _, shown in language]), location="x")
    assert article.text.replace("\n\n", " ") == " ".join(logical for logical, _ in language)


@pytest.mark.parametrize("by_word", [False, True])
@pytest.mark.parametrize("language", [ARABIC, HEBREW])
def test_a_layer_that_stores_the_reading_order(
    language: list[tuple[str, str]], by_word: bool
) -> None:
    """A line drawn as it is read, or each word so, placed from the right under its picture."""
    lines = [logical.split() if by_word else [logical] for logical, _ in language]
    (article,) = parse(rtl_pdf(lines), location="x")
    assert article.text.replace("\n\n", " ") == " ".join(logical for logical, _ in language)


# Refusals and limits -------------------------------------------------------------------------------


def test_encrypted_and_image_only_files_are_refused() -> None:
    paper = Paper(encrypt=StandardEncryption("secret", canPrint=0))
    paper.prose(72, 700, FILL)
    with pytest.raises(SourceError, match="save it without a password"):
        parse(paper.data(), location="x")
    paper = Paper()
    paper.canvas.rect(100, 100, 300, 300, fill=1)
    with pytest.raises(SourceError, match="no text, only pictures"):
        parse(paper.data(), location="x")


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    paper = Paper(encrypt=StandardEncryption("", ownerPassword="secret"))
    paper.prose(72, 700, FILL)
    assert paper.article().text == FILL


MUTABLE = samples.pdf(
    [
        [(50, 780, 8, "Harbour Post 1"), *samples.column(50, 700, wrap(FILL, 220, 10))],
        [(50, 780, 8, "Harbour Post 2"), *samples.column(50, 700, wrap(FILL, 220, 10))],
    ],
    info="/Title(A bridge)/CreationDate(D:20260106120000Z)",
)


@pytest.mark.parametrize("seed", range(40))
def test_mutated_files_are_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(MUTABLE)
    for _ in range(rng.randint(1, 12)):
        place = rng.randrange(len(data))
        match rng.randrange(4):
            case 0:
                data[place] = rng.randrange(256)
            case 1:
                del data[place : place + rng.randint(1, 40)]
            case 2:
                data[place:place] = data[rng.randrange(len(data)) :][: rng.randint(1, 60)]
            case _:
                data[place:place] = rng.choice(
                    [b"-1 ", b"99999999 ", b"0 0 0 0 0 0 cm ", b" Tj ", b">>", b"1e9 "]
                )
    try:
        found = [text for article in parse(bytes(data), location="x") for text in texts(article)]
    except SourceError as error:
        found = [str(error).removeprefix("x: ")]
    assert all(text.strip() for text in found)


def stream(body: bytes, dictionary: bytes = b"", *, times: int = 1) -> bytes:
    for _ in range(times):
        body = zlib.compress(body, 9)
    filters = b"/Filter[" + b"/FlateDecode" * times + b"]" if times else b""
    return b"<<%s%s/Length %d>>stream\n%s\nendstream" % (dictionary, filters, len(body), body)


def file_of(
    content: bytes, *, kids: int = 1, more: Sequence[bytes] = (), names: bytes = b""
) -> bytes:
    """A PDF of one page object, which counts ``kids`` times; ``more`` objects begin at number 6."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (kids, b"3 0 R " * kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>%s>>>>" % names,
        content,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    ]
    out = b"%PDF-1.4\n"
    for number, body in enumerate(objects, 1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + b"trailer<</Size %d/Root 1 0 R>>\n%%%%EOF\n" % (len(objects) + 1)


def forms(depth: int, *, apart: bool) -> bytes:
    """Forms that each draw the next one twice; with their resources in place or apart."""
    made: list[bytes] = []
    for index in range(depth):
        following = 6 + (2 if apart else 1) * (index + 1)
        resources = b"<</XObject<</X %d 0 R>>/Font<</F1 5 0 R>>>>" % following
        body = b"/X Do /X Do" if index < depth - 1 else b"BT /F1 9 Tf 50 700 Td (a dam) Tj ET"
        entry = b"/Resources %d 0 R" % (following - 1) if apart else b"/Resources" + resources
        made.append(stream(body, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + entry))
        made += [resources] if apart else []
    return file_of(stream(b"/X Do"), more=made, names=b"/XObject<</X 6 0 R>>")


def form_of_itself() -> bytes:
    """A form without names of its own takes those of its page, by which it draws itself."""
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]")
    return file_of(stream(b"/X Do"), more=[form], names=b"/XObject<</X 6 0 R>>")


SHOWN = b"BT /F1 9 Tf 50 700 Td %s ET"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file_of(stream(SHOWN % (b"(a)Tj " * 300_001))), "more than 300,000 pieces of text"),
        (file_of(stream(b" " * ((4 << 20) + 1))), "more than 4,194,\\d+ bytes when unpacked"),
        (file_of(stream(b" ", times=4)), "more than 3 filters"),
        (forms(40, apart=False), "more than 20,000 forms drawn"),
        (forms(40, apart=True), "more than 20,000 forms drawn"),
        (form_of_itself(), "more than 20,000 forms drawn"),
        (file_of(stream(SHOWN % b"(a)Tj"), kids=5_001), "5001 pages, the limit is 5000"),
    ],
    ids=["show operators", "blanks", "filters", "forms", "forms apart", "form of itself", "pages"],
)
def test_what_unfolds_to_too_much_is_refused_before_it_is_read(
    data: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UNFOLDED_BYTES", 4 << 20)
    assert len(data) < 300_000
    with pytest.raises(SourceError, match=message):
        parse(data, location="x")


def test_one_page_thousands_of_times_is_refused_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "REPEATED_CHARS", 2_000)
    read: list[int] = []
    monkeypatch.setattr(pdf, "rows", lambda glyphs, number, ranks: read.append(number) or [])
    with pytest.raises(SourceError, match="the same ones over and over"):
        parse(file_of(stream(SHOWN % b"(a dam was built)Tj"), kids=4_900), location="x")
    assert len(read) < 200


def test_forms_that_draw_each_other_within_bounds_are_read() -> None:
    (article,) = parse(forms(4, apart=True), location="x")
    assert "a dam" in article.text


def test_limits_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    data = file_of(stream(SHOWN % (b"(a dam)Tj 0 -12 Td " * 50)))
    for name, message in (
        ("MAX_PAGE_OBJECTS", "50 objects on a page"),
        ("MAX_PAGE_CHARS", "characters on"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(pdf, name, 49)
            with pytest.raises(SourceError, match=message):
                parse(data, location="x")
