"""What reaches a screen: no escapes, no hidden characters, and legible Arabic, Persian and emoji."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.output.sanitise import for_display, json_text, safe_url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold]text[/bold]", "plain [bold]text[/bold]"),
        ("a\x1b[2Jb", "a␛[2Jb"),
        ("\x1b]8;;http://x\x07y", "␛]8;;http://x␇y"),
        ("\x9b2J", "⟦U+009B⟧2J"),
        ("a\x00b\x7f", "a␀b␡"),
        ("over\u202egnp.exe", "over⟦U+202E⟧gnp.exe"),
        ("\u2066x\u2069", "⟦U+2066⟧x⟦U+2069⟧"),
        ("zero\u200bwidth", "zero⟦U+200B⟧width"),
        ("soft\u00adhyphen", "soft⟦U+00AD⟧hyphen"),
        ("\ufeffstart", "⟦U+FEFF⟧start"),
        ("tag\U000e0041", "tag⟦U+E0041⟧"),
        ("line\u2028end", "line⟦U+2028⟧end"),
        ("lone\ud800", "lone⟦U+D800⟧"),
        ("a\tb", "a b"),
        ("a\r\nb\nc", "a\nb\nc"),
        ("a\rb", "a␍b"),
        ("latin\u200fmark", "latin⟦U+200F⟧mark"),
        ("latin\u200cjoiner", "latin⟦U+200C⟧joiner"),
        # These scripts need them.
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("مرحبا\u200f!", "مرحبا\u200f!"),
        ("👩\u200d🚀 ❤\ufe0f 1\ufe0f⃣", "👩\u200d🚀 ❤\ufe0f 1\ufe0f⃣"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_display(text: str, shown: str) -> None:
    assert for_display(text) == shown


def test_one_line_fields() -> None:
    assert for_display("name\nwith\r\nbreaks", keep_newlines=False) == "name with breaks"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_nothing_steers_and_nothing_new_is_hidden(text: str) -> None:
    shown = for_display(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in shown)
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"
    )
    assert for_display(shown) == shown


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs")), max_size=60))
def test_ordinary_text_is_not_touched(text: str) -> None:
    ordinary = "".join(c for c in text if c not in "\u115f\u1160\u3164\uffa0\u17b4\u17b5")
    assert for_display(ordinary) == ordinary


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "https://example.org:8443/a%20b?q=1#:~:text=x", "file:///home/a/page.html",
     "https://مثال.إختبار/خبر"],
)  # fmt: skip
def test_safe_urls(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://example.org",
     "http://", "http:///path", "https://exa\x1bmple.org", "https://example.org/\u202egpj", "//example.org",
     "https://example.org/a b", "https://example.org/\n", "file://server/share", "file:relative",
     "http://[::1", "http://example.org:99999/", "http://x/" + "a" * 9000, 'http://x/"onclick'],
)  # fmt: skip
def test_unsafe_urls(url: str | None) -> None:
    assert safe_url(url) is None


@given(st.text(max_size=80))
def test_urls_never_raise(text: str) -> None:
    for url in (text, "http://" + text, "https://[" + text):
        assert safe_url(url) in (None, url)


def test_json_steers_nothing_and_means_the_same():
    value = {
        "a\x9b": "\x1b[2J\x7f\x85\u202e\u2066\u200f\u061c\u2028é\U0001f600\udce9",
        "b": [1.5, float("nan"), {"c": (float("inf"), -float("inf"))}, True, None],
    }
    for indent in (None, 1):
        written = json_text(value, indent=indent)
        assert set(written) & set("\x1b\x7f\x85\x9b\u202e\u2066\u200f\u061c\u2028\udce9") == set()
        assert "é\U0001f600" in written
        assert json.loads(written, parse_constant=pytest.fail) == {
            "a\x9b": value["a\x9b"].replace("\udce9", "\ufffd"),
            "b": [1.5, None, {"c": [None, None]}, True, None],
        }
