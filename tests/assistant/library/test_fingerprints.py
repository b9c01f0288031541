from __future__ import annotations

from assistant.library.fingerprints import SKETCH_SIZE, fingerprint, same_text, similarity

WORDS = [f"word{number}" for number in range(200)]


def test_a_copy_with_another_end_is_the_same_text_and_another_text_is_not():
    text = " ".join(WORDS)
    copy = " ".join([*WORDS[:-8], "and", "here", "it", "ends"])
    other = " ".join(reversed(WORDS))
    assert len(fingerprint(text)) == SKETCH_SIZE
    assert same_text(fingerprint(text), fingerprint(copy))
    assert not same_text(fingerprint(text), fingerprint(other))


def test_case_and_marks_change_nothing_and_a_short_text_has_no_fingerprint():
    text = " ".join(WORDS[:40])
    assert fingerprint(text.upper().replace(" ", ", ")) == fingerprint(text)
    assert fingerprint(" ".join(WORDS[:29])) == ()
    assert similarity(0, 0, 48) == 0.0
    assert not same_text((), ())
