"""Encodings as browsers read them."""

from __future__ import annotations

import pytest

from assistant.sources.decoding import decode
from assistant.sources.fetch import _with_charset

WESTERN = "“A loaf costs €4 – that’s too much…” he said in the café."


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", WESTERN),
        ("Latin1", "cp1252", WESTERN),
        ("US-ASCII", "cp1252", WESTERN),
        ("iso-8859-9", "cp1254", "“Ekmek 4 €” dedi ve İzmir’deki fırınını kapattı"),
        ("gb2312", "gb18030", "朱镕基大厦的面包师傅说：喆"),
        ("gbk", "gb18030", "朱镕基大厦㐂"),
        ("shift_jis", "cp932", "パン屋の髙橋①さん"),
        ("x-sjis", "cp932", "㈱製パン"),
        ("euc-kr", "cp949", "펲시콜라도 팔았다"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("windows-1251", "cp1251", "Хлеб подорожал"),
        ("tis-620", "cp874", "ขนมปังราคา €4"),
        ("iso-2022-jp", "iso2022_jp", "パン屋は店を閉めた"),
    ],
)
def test_declared_encodings(label: str, codec: str, text: str) -> None:
    for declaration in (
        f'<meta charset="{label}">',
        f"<meta http-equiv=Content-Type content='text/html; charset={label}'>",
    ):
        data = declaration.encode() + text.encode(codec)
        assert decode(data, location="x", markup=True).endswith(text)
    assert (
        decode(_with_charset(text.encode(codec), f"text/html; charset={label}"), location="x")
        == text
    )


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_knows_better_than_header_and_declaration(mark: str) -> None:
    text = f'<meta charset="iso-8859-1">{WESTERN}'
    data = _with_charset(text.encode(mark), "text/html; charset=windows-1251")
    assert decode(data, location="x", markup=True) == text


def test_the_header_knows_better_than_the_declaration() -> None:
    data = b'<meta charset="iso-8859-1">' + "Хлеб".encode("cp1251")
    read = decode(_with_charset(data, "text/html; charset=Windows-1251"), location="x", markup=True)
    assert read.endswith("Хлеб")
    assert _with_charset(data, "text/html; charset=nonsense") == data


def test_utf8_under_a_wrong_declaration_is_utf8() -> None:
    data = f'<meta charset="utf-16">{WESTERN}'.encode()
    assert decode(data, location="x", markup=True).endswith(WESTERN)
