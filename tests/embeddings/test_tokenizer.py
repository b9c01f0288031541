"""The tokenizer: the original's ids, exact offsets, and text that stays text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.build.vocabulary import build_trie
from embeddings.errors import ModelLoadError
from embeddings.tokenizer import SPACE_ID, UNKNOWN_ID, Tokenizer, load_tokenizer

# Ids that Hugging Face `tokenizers` gives for the tokenizer.json that the files were made from.
FIXTURES = json.loads((Path(__file__).parent / "tokenizer_fixtures.json").read_text("utf-8"))


@pytest.mark.parametrize("row", FIXTURES, ids=lambda row: ascii(row["text"])[:30])
def test_ids_are_the_originals(row: dict[str, object]) -> None:
    assert load_tokenizer().encode(str(row["text"])) == row["ids"]


def test_offsets_cut_the_text_as_given() -> None:
    text = "The  summit, in\r\nParis: ﬁnance 😀 Cafe\u0301 كتاب"
    found = load_tokenizer().encode_with_offsets(text)
    pieces = [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)]
    assert pieces[0] == "The"
    assert "Paris" in pieces
    assert pieces.count("😀") == 1
    assert pieces[-1] == "كتاب"
    assert any(piece.endswith("e\u0301") for piece in pieces)  # never cut before its accent
    assert any(piece.startswith("ﬁ") for piece in pieces)


def test_repeated_number_has_two_places() -> None:
    text = "5.25% then 5.25%"
    found = load_tokenizer().encode_with_offsets(text)
    half = found.ids.index(load_tokenizer().encode("x then")[-1])
    assert found.starts[0] == 0
    assert found.starts[half + 1] == 11
    assert found.ends[-1] == len(text)


def test_special_tokens_in_text_are_only_text() -> None:
    ids = load_tokenizer().encode("<s> </s> <pad> <mask>")
    assert not {0, 1, 2, 250001} & set(ids)


def test_unknown_characters_in_a_row_are_one_token() -> None:
    found = load_tokenizer().encode_with_offsets("\U00012000\U00012001\U00012002")
    assert found.ids == [SPACE_ID, UNKNOWN_ID]
    assert (found.starts, found.ends) == ([0, 0], [0, 3])


def test_lone_surrogate_is_read_as_replacement_character() -> None:
    tokenizer = load_tokenizer()
    assert tokenizer.encode("a\ud83db") == tokenizer.encode("a\ufffdb")


WILD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list(" \n\r\t\u0301\u0654\u200b\u200d\u0600ﬁ½ab.5")),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(WILD)
def test_offsets_are_ordered_and_cover_all_that_is_not_space(text: str) -> None:
    tokenizer = load_tokenizer()
    found = tokenizer.encode_with_offsets(text)
    assert found.ids == tokenizer.encode(text)
    assert found.starts == sorted(found.starts)
    assert all(0 <= a <= b <= len(text) for a, b in zip(found.starts, found.ends, strict=True))
    covered = {i for a, b in zip(found.starts, found.ends, strict=True) for i in range(a, b)}
    # What ordinary letters and digits there are belongs to a token.
    assert all(i in covered for i, character in enumerate(text) if character in "ab5.")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(WILD, WILD)
def test_a_word_reads_the_same_after_another(left: str, right: str) -> None:
    tokenizer = load_tokenizer()
    joined = tokenizer.encode(f"{left}x x{right}")
    assert joined == tokenizer.encode(f"{left}x") + tokenizer.encode(f"x{right}")


def test_trie_finds_its_keys_and_nothing_else() -> None:
    keys = {b"a": 0, b"ab": 1, b"b\xff": 2, b"abc\x00": 3}
    trie = build_trie(keys)
    base, check = trie[: len(trie) // 2], trie[len(trie) // 2 :]

    def look_up(key: bytes) -> int | None:
        node = 0
        for code in [*(byte + 1 for byte in key), 0]:
            child = base[node] + code
            if check[child] != node:
                return None
            node = child
        return int(-base[node] - 1)

    assert {key: look_up(key) for key in keys} == keys
    assert [look_up(key) for key in (b"abc", b"b", b"\xff", b"abx")] == [None] * 4


def test_missing_files_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"^cannot read the model file .*trie.* install"):
        Tokenizer(tmp_path)
