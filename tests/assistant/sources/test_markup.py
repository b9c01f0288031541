"""What a browser would show of a page, paragraph by paragraph."""

from __future__ import annotations

import pytest
from lxml import html

from assistant.sources import parse
from assistant.sources.markup import mark, marked, pieces_of
from assistant.sources.raised import raised
from assistant.types import ParagraphKind


def texts(body: str) -> list[str]:
    return [piece.block.text for piece in pieces_of(html.fragment_fromstring(body, "div"))]


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("One is here.<br><br>Two is here.<br/> <br>Three.", ["One is here.", "Two is here.", "Three."]),
        ("<p>First.<br><br><br>Second.</p>Loose.", ["First.", "Second.", "Loose."]),
        ("<span>Bold claim.</span><br>&nbsp;<br><b>Its</b> proof.", ["Bold claim.", "Its proof."]),
        ("<p>North: 9 to 18<br>South: 10 to 20</p>", ["North: 9 to 18", "South: 10 to 20"]),
        ("Kai Lund<br>Quay 4<br>1010 Velmora", ["Kai Lund", "Quay 4", "1010 Velmora"]),
        ("<p>The wind blew hard,<br>and all the ships<br>were lost.</p>", ["The wind blew hard, and all the ships were lost."]),
        (
            "The council met on Monday evening in the hall where the mayor<br>Reeve spoke.",
            ["The council met on Monday evening in the hall where the mayor Reeve spoke."],
        ),
        ("<div>Frage?<br><em>Antwort.</em></div>", ["Frage?", "Antwort."]),
        ("<p>One.</p>loose text<div>Two.</div>", ["One.", "loose text", "Two."]),
        ("<p>a<wbr>b c&shy;d e&#8203;f</p>", ["ab cd ef"]),
        ("<span style='display:block'>One.</span><span style='display: block'>Two.</span>", ["One.", "Two."]),
        ("<pre>a\n  b</pre>", ["a\n  b"]),
    ],
)  # fmt: skip
def test_paragraphs_and_lines(body: str, paragraphs: list[str]) -> None:
    assert texts(body) == paragraphs


@pytest.mark.parametrize(
    "tag",
    "a abbr address aside b bdi bdo blockquote button center cite code custom-el data details em figure font ins"
    " kbd label mark math meter nobr object output picture samp section small span strong summary time tt u var".split(),
)
def test_what_stands_in_a_sentence_stays_in_it(tag: str) -> None:
    page = f"<p>The chair said that the vote <{tag}>of the third of May</{tag}> would be repeated soon.</p>"
    assert texts(page) == [
        "The chair said that the vote of the third of May would be repeated soon."
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Voss said <q>we stay</q> and left.", "Voss said “we stay” and left."),
        ("He told her <q lang=de>sie rief <q>halt</q> laut</q>.", "He told her “sie rief ‘halt’ laut”."),
        ("<q>Never</q>, <em><q>ever</q></em>.", "“Never”, “ever”."),
        ("It injured <del>twelve</del> <ins>nine</ins> men.", "It injured nine men."),
        ("It cost <s>3 <b>million</b></s> 5 million.", "It cost 5 million."),
        ("<strike>240</strike> 310 people", "310 people"),
        ("now <span style='color:red; text-decoration: line-through'>8</span> 9", "now 9"),
        ("<ruby>渋谷<rt>しぶや</rt></ruby>区", "渋谷区"),
        ("had 4,812<sup>1</sup> in 2021<sup>[2]</sup>", "had 4,812 in 2021"),
        ("his mayor<sup><a href='#n2'>2</a></sup>.", "his mayor."),
        ("his mayor<a href='#n2'><sup>2</sup></a>.", "his mayor."),
        ("rose by 12.5<span style='vertical-align:super'>3</span> per cent", "rose by 12.5 per cent"),
        ("10<sup>6</sup> cells on 35 km<sup>2</sup>", "10^6 cells on 35 km²"),
        ("2<sup>10</sup> bytes, 10<sup>−9</sup> m", "2^10 bytes, 10^−9 m"),
        ("CO<sub>2</sub> on the 20<sup>th</sup> day", "CO2 on the 20th day"),
        ("310<sup>a</sup> mills, 4,812<sup>b,c</sup> farms", "310 mills, 4,812 farms"),
        ("M<sup>me</sup> Holt, 2<sup>e</sup> étage, la 1<sup>a</sup> vez", "Mme Holt, 2e étage, la 1a vez"),
        ("the Velmora<sup>®</sup> and the Belmark<sup>TM</sup>", "the Velmora® and the Belmark™"),
        ("it holds 300 hm<sup>3</sup>", "it holds 300 hm³"),
        ("<span class='line-through'>70</span> <span class='price strikethrough'>75</span> 65 crowns", "65 crowns"),
        (
            "<style>.c1{color:red}.c3{color:#000;text-decoration:line-through} span.c4{vertical-align:super}</style>"
            "<span class='c1 c3'>70</span> 65 crowns in 2021<span class=c4>7</span>, <span class=c1>red</span>",
            "65 crowns in 2021, red",
        ),
        ("<math><mfrac><mn>3</mn><mn>5</mn></mfrac></math> of <math><msup><mn>10</mn><mn>6</mn></msup></math>", "3/5 of 10^6"),
        (
            "<span style='display:none'><math><semantics><mn>42</mn><annotation>{\\displaystyle 42}</annotation></semantics></math></span> kg",
            "42 kg",
        ),
        ("<i><math><mn>42</mn></math></i><i aria-hidden=true>42</i> kg", "42 kg"),
    ],
)  # fmt: skip
def test_marks_in_a_sentence(body: str, text: str) -> None:
    assert texts(f"<p>{body}</p>") == [text]


@pytest.mark.parametrize(
    ("before", "text", "shown"),
    [
        ("in 1954", "3", ""),
        ("of Lund", "4", ""),
        ("of Lund", "*", ""),
        ("of farms", "a", ""),
        ("had 4,812", "a, b", ""),
        ("Sr", "a", "a"),
        ("an area of 12 m", "2", "²"),
        ("x", "3", "³"),
        ("for €19", "99", ".99"),
        ("Ca", "2+", "^2+"),
        ("the XX", "e", "e"),
        ("Brand", "™", "™"),
        ("she said.", "12", ""),
    ],
)
def test_raised(before: str, text: str, shown: str) -> None:
    assert raised(before, text) == shown


FILLER = (
    "<p>The council adopted the budget for the coming year after a debate of three hours in the hall.</p>"
    * 2
)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>SECRET text.</p>",
        "<template><p>SECRET text.</p></template>",
        "<div aria-hidden=true><p>SECRET text.</p></div>",
        "<p style='display : none'>SECRET text.</p>",
        "<div style='color:red;visibility: hidden'>SECRET text.</div>",
        "<span class='sr-only'>SECRET text.</span>",
        "<noscript><p>SECRET text.</p></noscript>",
        "<p class='d-none'>SECRET text.</p>",
        "<p class='mt-4 hidden'>SECRET text.</p>",
        "<p style='position:absolute; left:-9999px'>SECRET text.</p>",
    ],
)
def test_what_a_page_does_not_show_is_not_there(hidden: str) -> None:
    page = f"<html><body><article><h1>Budget</h1>{FILLER}{hidden}{FILLER}</article></body></html>"
    assert "SECRET" not in parse(page.encode(), location="x")[0].text


@pytest.mark.parametrize("shown", ["d-none d-md-block", "hidden md:block", "overflow-hidden"])
def test_what_wider_screens_show_is_there(shown: str) -> None:
    assert texts(f"<p class='{shown}'>One.</p>{FILLER}")[0] == "One."


def test_a_page_that_a_script_will_show_is_read() -> None:
    page = f"<html><body><div style='display:none'><h1>Budget</h1>{FILLER}</div></body></html>"
    assert "debate of three hours" in parse(page.encode(), location="x")[0].text


def test_marks_find_their_paragraphs_again() -> None:
    tree = html.fragment_fromstring(
        "<p>One \x08.</p><p>Two <b>more</b>.<br>Three.</p>" * 300, "div"
    )
    pieces = pieces_of(tree)
    mark(pieces)
    second = tree[3]
    assert marked("".join(second.itertext())) == {pieces[-1].run} - {pieces[-1].run} | {
        piece.run for piece in pieces if piece.element is second
    }
    assert marked("⠁ alone, ⠁") == set()


TABLES = [
    (
        "<tr><th>Team<th>Gold<th>Silver<tr><td>Belmark<td><td>3<tr><td>Corvia<td>2<td>",
        "Team | Gold | Silver\nBelmark | | 3\nCorvia | 2 |",
    ),
    ("<tr><th><th>2024<th>2025<tr><th>Cost<td>18<td>22", "| 2024 | 2025\nCost | 18 | 22"),
    (
        "<tr><td rowspan=2>Red<td>Lindholm<td>06:10<tr><td>Osterby<td>06:45",
        "Red | Lindholm | 06:10\nRed | Osterby | 06:45",
    ),
    (
        "<tr><td>Lindholm<td rowspan=2>daily<td>1<tr><td>Osterby<td>2",
        "Lindholm | daily | 1\nOsterby | daily | 2",
    ),
    ("<tr><td>a<td rowspan=2>x<tr><td>b", "a | x\nb | x"),
    (
        "<tr><th rowspan=2>Year<th colspan=2>Men<th>Women<tr><th>won<th>lost<th>won<tr><td>2024<td>1<td>2<td>3",
        "Year | Men | Men | Women\nYear | won | lost | won\n2024 | 1 | 2 | 3",
    ),
    ("<tr><td colspan=2>Fare<td>4 crowns<br>children half<tr><td>a<td>b<td>c", "Fare | | 4 crowns children half\na | b | c"),
    ("<tr><td>a<td><table><tr><td>1<td>2</table><tr><td>b<td>3", "a | 1 | 2\nb | 3"),
    ("<thead><tr><th>a<th>b</thead><tfoot><tr><td>sum<td>9</tfoot><tbody><tr><td>x<td>9</tbody>", "a | b\nx | 9\nsum | 9"),
    ("<tr><td>a<td colspan=99999 rowspan=99999>b<td>c", "a | b | c"),
    ("<tr><th>Line<th>At<tr><td rowspan=0>Red<td>1<tr><td>2", "Line | At\nRed | 1\nRed | 2"),
    ("<tr><th>Team<th>Who<tr><td>Red<td><ul><li>Ann<li>Bob</ul>", "Team | Who\nRed | Ann; Bob"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "text"), TABLES)
def test_cells_keep_their_columns(rows: str, text: str) -> None:
    (piece,) = pieces_of(html.fragment_fromstring(f"<table>{rows}</table>", "div"))
    assert piece.block.kind is ParagraphKind.TABLE
    lines = piece.block.text.split("\n")
    assert [line.rstrip(" |") for line in lines] == [line.rstrip(" |") for line in text.split("\n")]


@pytest.mark.parametrize(
    "table",
    [
        "<div role=table><div role=row><span role=columnheader>Team</span><span role=columnheader>Gold</span></div>"
        "<div role=row><span role=cell>Belmark</span><span role=cell>3</span></div></div>",
        "<section role=grid><div role=rowgroup><ul role=row><li role=gridcell>Team</li><li role=gridcell>Gold</li></ul></div>"
        "<div role=rowgroup><ul role=row><li role=rowheader>Belmark</li><li role=gridcell>3</li></ul></div></section>",
        "<div style='display:table'><div style='display:table-row'><p style='display:table-cell'>Team</p><p style='display:table-cell'>Gold</p>"
        "</div><div style='display: table-row'><p style='display: table-cell'>Belmark</p><p style='display: table-cell'>3</p></div></div>",
    ],
)  # fmt: skip
def test_a_table_of_other_elements(table: str) -> None:
    assert texts(table) == ["Team | Gold\nBelmark | 3"]


def test_a_table_that_lays_out_a_page_is_none() -> None:
    prose = "The council adopted the budget. " * 30
    assert (
        texts(f"<table><tr><td>Home</td><td><p>{prose}</p></td></tr></table>")[-1] == prose.strip()
    )
    assert texts("<table role=presentation><tr><td>One.<td>Two.</table>") == ["One.", "Two."]
    assert texts("<table><caption>Medals</caption><tr><td>a<td>b</table>") == ["Medals", "a | b"]
    deep = "<table><tr><td>" * 60 + "text"
    assert texts(deep) == ["text"]
