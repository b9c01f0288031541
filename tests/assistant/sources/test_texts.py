"""Plain text, Markdown, JSON and encodings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources import parse, parse_each
from assistant.sources.blocks import iso_date
from assistant.types import Article, IngestFailure, ParagraphKind, Section


def shape(article: Article) -> list[tuple[Section, ParagraphKind, str]]:
    return [
        (p.section, p.kind, article.paragraph_text(i)) for i, p in enumerate(article.paragraphs)
    ]


def only(data: bytes | str, location: str = "x") -> Article:
    (article,) = parse(data.encode() if isinstance(data, str) else data, location=location)
    return article


H, L, B, C = Section.HEADLINE, Section.LEDE, Section.BODY, Section.CAPTION
K = ParagraphKind


def test_wrapped_plain_text() -> None:
    text = "Bridge opens\n\nThe bridge was\nopened on Monday.\n\n- one\n- two\n  more\n3) three\n\nEnd.\n"
    assert shape(only(text)) == [
        (H, K.HEADING, "Bridge opens"),
        (L, K.TEXT, "The bridge was opened on Monday."),
        (B, K.LIST_ITEM, "one"),
        (B, K.LIST_ITEM, "two more"),
        (B, K.LIST_ITEM, "3) three"),
        (B, K.TEXT, "End."),
    ]


def test_one_line_a_paragraph() -> None:
    long = "A sentence that goes on and on, as it does in files with one line a paragraph. " * 2
    article = only(f"{long}\n{long}x\n")
    assert shape(article) == [(L, K.TEXT, long.strip()), (B, K.TEXT, long + "x")]
    assert article.title_derived


def test_a_long_run_of_blanks_is_looked_at_once() -> None:
    text = f"```\na{' ' * 200_000}b {' ' * 200_000}\n\n c\t\n```\n"
    (article,) = parse(text.encode(), location="x")
    assert article.text == f"a{' ' * 200_000}b\n\n c"


def test_line_breaks_and_blanks_are_settled_once() -> None:
    article = only("One.\r\n\r\nTwo\r\nlines\twith \u00a0 blanks.\r\rThree.")
    assert article.text == "One.\n\nTwo lines with \u00a0 blanks.\n\nThree."


def test_the_authors_characters_are_kept() -> None:
    text = (
        "e\u0301 stays e\u0301, \u200fمرحبا\u200f, 👩\u200d🚀, “quotes”, \x1b[2J and \u202e stay."
    )
    assert only(text).text == text


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        ("", "word " * 199 + "word"),
        (" w", "word " * 199 + "word…"),
        ("w" * 9, "word " * 198 + "word…"),
    ],
)
def test_a_title_without_end_is_cut_and_kept_in_the_text(end: str, shown: str) -> None:
    title = "word " * 199 + "word" + end
    article = only(json.dumps({"title": title, "text": "One.\n\nTwo."}))
    assert article.title == shown
    assert article.text == f"{title}\n\nOne.\n\nTwo."
    (page,) = parse(
        f"<html><title>{'y' * 9_000}</title><article><p>{'One two. ' * 30}</p></article></html>".encode(),
        location="x",
    )
    assert len(page.title) <= 1_000


def test_what_cannot_be_stored_is_replaced() -> None:
    article = only(json.dumps({"text": "a\0b \ud800 c", "title": "t\0\ud83d"}))
    assert article.text == "t\ufffd\ufffd\n\na\ufffdb \ufffd c"
    assert article.text.encode("utf-8")


MARKDOWN = """\
---
title: "Bridge opens"
date: 2026-01-06
author: [Ana Ruiz, Bo Lind]
url: https://example.org/bridge
lang: en
---

# Bridge *opens*

The **bridge** was opened on
[Monday](https://example.org) by `the mayor`.

![The mayor on the bridge](a.png)

## Costs & more

- forty
- million

  euros

> It is &amp; was good.

| year | cost |
|------|-----:|
| 2025 | 12   |

```
x = 1

y = 2
```
<div>of <b>HTML</b></div>
<!-- a comment -->
"""


def test_markdown() -> None:
    article = only(MARKDOWN)
    assert shape(article) == [
        (H, K.HEADING, "Bridge opens"),
        (L, K.TEXT, "The bridge was opened on Monday by the mayor."),
        (C, K.CAPTION, "The mayor on the bridge"),
        (B, K.HEADING, "Costs & more"),
        (B, K.LIST_ITEM, "forty"),
        (B, K.LIST_ITEM, "million"),
        (B, K.LIST_ITEM, "euros"),
        (B, K.QUOTE, "It is & was good."),
        (B, K.TABLE, "year | cost\n2025 | 12"),
        (B, K.CODE, "x = 1\n\ny = 2"),
        (B, K.TEXT, "of HTML"),
    ]
    assert (article.title, article.author, article.published, article.url, article.language) == (
        "Bridge opens", "Ana Ruiz, Bo Lind", "2026-01-06", "https://example.org/bridge", "en",
    )  # fmt: skip


def test_front_matter_title_beside_another_heading() -> None:
    article = only("+++\ntitle = 'One'\n+++\n# Two\n\nText of it.\n")
    assert [(s, t) for s, _, t in shape(article)] == [(H, "One"), (B, "Two"), (L, "Text of it.")]


@pytest.mark.parametrize("field", ["site", "publication", "publisher", "Outlet"])
def test_front_matter_names_the_outlet(field: str) -> None:
    assert only(f"---\n{field}: The Ostby Post\n---\n# A\n\nText.\n").site == "The Ostby Post"


def test_script_urls_in_front_matter_are_dropped() -> None:
    assert only("---\nurl: javascript:alert(1)\n---\n# A\n\nText.\n").url is None


def test_rule_at_the_beginning_is_no_front_matter() -> None:
    assert only("---\nNo pair in here.\n---\n\n## A heading\n").text.startswith("No pair in here.")


ROWS = [
    {"title": "One", "text": "First text.\n\nSecond part.", "url": "https://example.org/1",
     "published": "2026-01-06T10:00:00Z", "language": "en", "author": ["A", "B"], "site": "Ex", "n": 7},
    {"title": "Two", "text": "Zweiter Text.", "language": "de-AT", "published": "soon"},
]  # fmt: skip


def test_json_lines() -> None:
    lines = [
        json.dumps(ROWS[0]),
        "",
        "{broken",
        json.dumps({"title": "no text"}),
        "[1]",
        json.dumps(ROWS[1]),
    ]
    found = list(parse_each("\n".join(lines).encode(), location="rows"))
    one, broken, empty, wrong, two = found
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert one.text == "One\n\nFirst text.\n\nSecond part."
    assert (one.url, one.published, one.language, one.author, one.site, one.metadata, one.format) == (
        "https://example.org/1", "2026-01-06T10:00:00+00:00", "en", "A, B", "Ex", {"n": 7}, "jsonl",
    )  # fmt: skip
    assert two.language == "de"
    assert two.published is None
    assert two.metadata == {"published_as_written": "soon"}
    messages = [f.message for f in (broken, empty, wrong) if isinstance(f, IngestFailure)]
    assert messages[0].startswith("rows: line 3: not valid JSON")
    assert messages[1] == (
        "rows: line 4: no text in it (fields: title); put the article into the field 'text'"
    )
    assert messages[2].startswith("rows: line 5: a JSON list where an object")


def test_first_line_may_be_the_bad_one() -> None:
    found = list(parse_each(b'{broken\n{"text": "Good."}\n', location="rows"))
    assert [type(f) for f in found] == [IngestFailure, Article]


@pytest.mark.parametrize("form", [lambda rows: rows, lambda rows: {"data": rows}])
def test_json_array_gives_the_same_articles_as_lines(form: object) -> None:
    lines = "\n".join(json.dumps(row) for row in ROWS).encode()
    array = json.dumps(form(ROWS), indent=1).encode()  # type: ignore[operator]
    assert [a.id for a in parse(array, location="r")] == [a.id for a in parse(lines, location="r")]
    assert len(parse(json.dumps(ROWS[0]).encode(), location="r")) == 1


def test_ids_do_not_depend_on_the_neighbours() -> None:
    rows = [{"title": f"T{i}", "text": f"Text {i}."} for i in range(3)]
    same = [{"title": "T1", "text": "Another text."}, rows[1]]

    def ids(chosen: list[dict[str, str]]) -> list[str]:
        data = "\n".join(json.dumps(row) for row in chosen).encode() + b"\n"
        return [article.id for article in parse(data, location="r")]

    a, b, c = ids(rows)
    assert len({a, b, c}) == 3
    assert ids([rows[2], rows[0]]) == [c, a]
    assert len(set(ids([*rows, same[0]]))) == 4  # same title, other text: both are kept
    assert ids([rows[1], same[1]]) == [b]  # repeated word for word: once
    assert ids(rows) != [x.id for x in parse(json.dumps(rows).encode(), location="elsewhere")]


def test_squad_format() -> None:
    data = {"version": "1.1", "data": [
        {"title": "River", "paragraphs": [{"context": "It is long.", "qas": []}, {"context": "It is old."}]},
        {"title": "Hill", "paragraphs": [{"context": "It is high.", "qas": []}]},
    ]}  # fmt: skip
    river, hill = parse(json.dumps(data).encode(), location="squad")
    assert river.text == "River\n\nIt is long.\n\nIt is old."
    assert hill.title == "Hill"


def test_text_that_only_begins_like_json() -> None:
    assert only("[Editor's note: this was corrected.]\n\nText.").text.startswith("[Editor's note")
    with pytest.raises(SourceError, match="not valid JSON"):
        parse(b'{"text": "broken\n\n', location="x")


TEXT = (
    "Élodie said “déjà vu” in Zürich; it was 5 € — naïve? Ça va très bien à l’hôtel du château. "
    * 3
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    assert only(TEXT.encode(encoding)).text == TEXT.strip()


def test_arabic_in_an_old_encoding() -> None:
    text = (
        "غادر الجنود القاعدة قرب الحدود الأوكرانية في أكتوبر الماضي، مما أثار مخاوف في رومانيا. "
        * 4
    )
    assert only(text.encode("cp1256")).text == text.strip()


def test_one_damaged_byte_does_not_change_the_encoding() -> None:
    data = bytearray((TEXT * 3).encode())
    data[2] = 0xFF
    assert only(bytes(data)).text.count("\ufffd") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x: empty; nothing to add"),
        (b" \r\n\t ", "x: empty; nothing to add"),
        (b"\0" * 500, "binary data"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary data"),
        (b"\x7fELF" + bytes(range(64)) * 9, "binary data"),
        (b"PK\x03\x04" + b"junk" * 99, "the Word document is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "old or password-protected Office file"),
        (b"%PDF-1.7\njunk", "the PDF cannot be opened"),
        (b"<?xml version='1.0'?><data><row/></data>", "neither a web page nor a feed"),
        (b"# \n\n", "no text found"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{}", "no text in it"),
        (b"word " * 1_700_000, "8,499,999|8,500,000 characters in one article"),
    ],
)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        parse(data, location="x")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026-01-06", "2026-01-06"),
        ("2026-01-06T10:00:00Z", "2026-01-06T10:00:00+00:00"),
        ("2026-01-06 10:00", "2026-01-06T10:00:00"),
        ("Tue, 06 Jan 2026 18:00:00 +0100", "2026-01-06T18:00:00+01:00"),
        ("1767690000", "2026-01-06T09:00:00+00:00"),
        ("5 janvier 2026", "2026-01-05"),
        ("6 كانون الثاني 2026", "2026-01-06"),
        ("2026年1月6日", "2026-01-06"),
        ("06.01.2026", "2026-01-06"),
        ("2026/1/6", "2026-01-06"),
        ("03/04/2026", None),
        ("5-7 January 2026", None),
        ("2026", None),
        ("2026-01", None),
        ("soon", None),
        ("", None),
        ("2026-13-45", None),
        ("9" * 60, None),
    ],
)
def test_dates(written: str, iso: str | None) -> None:
    assert iso_date(written) == iso


def test_name_of_the_file_says_nothing(tmp_path: Path) -> None:
    from assistant.sources import read

    page = tmp_path / "page.pdf"
    page.write_text("# A heading\n\nText.\n")
    (article,) = read(page)
    assert isinstance(article, Article)
    assert article.format == "markdown"


def body(text: str) -> list[tuple[ParagraphKind, str]]:
    return [(kind, part) for _, kind, part in shape(only("---\ntitle: T\n---\n\n" + text))][1:]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("~~The old fee was 55 crowns.~~ It is 40.", "It is 40."),
        ("It is <del>55</del> <s>50</s> 40 crowns.", "It is 40 crowns."),
        ("A line<br>and 4,812<sup>2</sup> of 10<sup>6</sup>, CO<sub>2</sub>.", "A line and 4,812 of 10^6, CO2."),
        ("It is ~~**55** `x`~~ **40** crowns.", "It is 40 crowns."),
        ("See [[Fees 2026|the table]] and [[Harbour]].", "See the table and Harbour."),
        ("Seen %%secret%% here ![[map.png]].", "Seen here ."),
        ("H~2~O and 10^6^ and 212^3^ ships, the 19^th^.", "H2O and 10^6 and 212 ships, the 19th."),
        ("As $E=mc^2$ costs $5 and $6 more.", "As E=mc^2 costs $5 and $6 more."),
        ("It is ==very== `a==b==c` \\[x].", "It is very a==b==c [x]."),
        ("## Costs {#costs}", "Costs"),
        ("> [!warning] Flood\n> The dam broke.", "Flood The dam broke."),
    ],
)  # fmt: skip
def test_marks_of_other_dialects(written: str, expected: str) -> None:
    assert [text for _, text in body(written)] == [expected]


def test_footnotes_tasks_and_definitions() -> None:
    text = "The fee was raised[^1] now^[In full.].\n\n[^1]: The council voted.\n    On 3 March.\n\n- [ ] write\n- [x] call\n\nTerm\n: Its meaning.\n"
    assert body(text) == [
        (K.TEXT, "The fee was raised now."),
        (K.LIST_ITEM, "write"),
        (K.LIST_ITEM, "call"),
        (K.TEXT, "Term"),
        (K.TEXT, "Its meaning."),
        (K.NOTE, "The council voted. On 3 March."),
        (K.NOTE, "In full."),
    ]


@pytest.mark.parametrize(
    "text", ["It was ~~55~~ 40.", "Raised[^a].\n\n[^a]: By vote.\n", "- [x] Call [[Ann]].\n"]
)
def test_marks_tell_markdown_without_front_matter(text: str) -> None:
    assert only(text).format == "markdown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was made in the tim-\nber trade.", ["It was made in the timber trade."]),
        ("A well-known man, a well-\nknown mill.", ["A well-known man, a well-known mill."]),
        ("He spoke for the Anglo-\nSaxon side.", ["He spoke for the Anglo- Saxon side."]),
        ("The timber is oak.\n\n      - 12 -\n\nIt is old.", ["The timber is oak.", "It is old."]),
        ("The timber of the\n\n  - 12 -\n\nmill is oak.", ["The timber of the mill is oak."]),
        ("It lies at 5 - 12 - 3.", ["It lies at 5 - 12 - 3."]),
        ("Q: Who built the mill?\nA: Karl Brandt.\nQ: When?\nA: In 1874,\nas he said.",
         ["Q: Who built the mill?", "A: Karl Brandt.", "Q: When?", "A: In 1874, as he said."]),
        ("Ada Lind: The dam broke.\nMoe: When?", ["Ada Lind: The dam broke.", "Moe: When?"]),
        ("The council said in a\nstatement: nothing was\nknown: nobody came.", ["The council said in a statement: nothing was known: nobody came."]),
        ("新图书馆开放\n市长李明在开幕式上说：“这座图书馆属于每一个市民。”\n图书馆藏书四十万册，\n每天开放十二小时。",
         ["新图书馆开放", "市长李明在开幕式上说：“这座图书馆属于每一个市民。”", "图书馆藏书四十万册，每天开放十二小时。"]),
        ("図書館は三月一日に開館し\n市長が式に出席しました。", ["図書館は三月一日に開館し市長が式に出席しました。"]),
    ],
)  # fmt: skip
def test_lines_of_plain_text(text: str, expected: list[str]) -> None:
    assert [part for _, _, part in shape(only(text))] == expected


def test_empty_cells_of_markdown_keep_their_columns() -> None:
    text = "| Club | 2023 | 2024 |\n|--|--|--|\n| Chess | | 45 |\n| | 7 | |\n"
    assert body(text) == [(K.TABLE, "Club | 2023 | 2024\nChess | | 45\n| 7 |")]


def test_lists_of_front_matter() -> None:
    article = only(
        "---\ntitle: T\nauthors:\n  - Ana Ruiz\n  - 'Bo Lind'\ntags:\n- a\ndate: 2026-01-06\n---\nText.\n"
    )
    assert (article.author, article.published) == ("Ana Ruiz, Bo Lind", "2026-01-06")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Manager: Nora Hell\nTelephone: 555 0143\nNight porter: Jens Dahl", ["Manager: Nora Hell", "Telephone: 555 0143", "Night porter: Jens Dahl"]),
        ("North: 9 to 18  \nSouth: 10 to 20\\\nIsland: closed", ["North: 9 to 18", "South: 10 to 20", "Island: closed"]),
        ("Town hall<br>Main Street 5<br/>1234 Kappel", ["Town hall", "Main Street 5", "1234 Kappel"]),
        ("The wind blew hard,  \nand all ships were lost.", ["The wind blew hard, and all ships were lost."]),
        ("This is a text: it goes on\nand on without a label.", ["This is a text: it goes on and on without a label."]),
    ],
)  # fmt: skip
def test_lines_that_an_author_of_markdown_ended(written: str, expected: list[str]) -> None:
    assert [text for _, text in body(written)] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The fee is 40 crowns [@doe99, p. 3].", "The fee is 40 crowns."),
        ("{{< figure src='a.png' >}}The fee is 40 crowns.{: .lead}", "The fee is 40 crowns."),
        ("{% include x.html %}The fee is 40 crowns. ^block-1", "The fee is 40 crowns."),
        ("::: {.note}\nThe fee is 40 crowns.\n:::", "The fee is 40 crowns."),
        ("It holds: $$E = mc^2$$ and 10^6 men.", "It holds: E = mc^2 and 10^6 men."),
    ],
)
def test_tags_of_templates_and_references(written: str, expected: str) -> None:
    assert [text for _, text in body(written)] == [expected]


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Fees\nauthor:\n  name: Ann Lee\n  email: a@n.example\n---\n",
        "+++\ntitle = 'Fees'\nauthors = ['Ann Lee']\n+++\n",
    ],
)
def test_authors_of_front_matter(front: str) -> None:
    assert only(f"{front}The fee is 40 crowns.").author == "Ann Lee"
