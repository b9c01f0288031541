"""What a start costs, counted and not timed: modules imported and patterns compiled before the first answer."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from assistant.assistant import Assistant
from assistant.errors import ModelError
from assistant.library import Library
from assistant.types import Article, Paragraph, Section
from tests.assistant.fakes import FirstWordsReader, HashEncoder

COUNT = """
import json, re, sys
compile_ = re._compiler.compile
count = 0

def counting(pattern, flags=0):
    global count
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "re":
        frame = frame.f_back
    count += frame.f_globals.get("__name__", "").partition(".")[0] in OURS
    return compile_(pattern, flags)

OURS = ("assistant", "embeddings")
UNUSED = ("asyncio", "ssl", "numpy.ma", "faiss")
re._compiler.compile = counting
{code}
unused = [name for name in UNUSED if name in sys.modules]
ours = [name for name in sys.modules if name.partition(".")[0] in OURS]
print(json.dumps([len(ours), count, unused]))
"""


@pytest.mark.parametrize(
    ("code", "most_modules", "most_patterns"),
    [
        ("import assistant", 7, 0),
        ("import assistant.assistant", 81, 88),
        (
            "from assistant.cli import run; run(['ask', 'Who is Merz?', '--library', LIBRARY])",
            94,
            135,
        ),
    ],
)
def test_a_start_imports_and_compiles_no_more_than_before(
    seeds_folder, code, most_modules, most_patterns
):
    """The bounds are what was counted when they were last lowered: lower them. Patterns cost the time; modules only tell."""
    script = COUNT.replace("{code}", code.replace("LIBRARY", repr(str(seeds_folder))))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    modules, patterns, unused = json.loads(done.stdout.splitlines()[-1])
    assert unused == []
    assert (modules <= most_modules, patterns <= most_patterns) == (True, True), done.stdout


def _asked(folder, monkeypatch, encoder, reader):
    """What the first question of an assistant with these models gives."""
    monkeypatch.setattr("assistant.assistant.load_reader", lambda _: reader)
    library = Library(folder, model_id=encoder.id, dim=encoder.dim)
    with Assistant(library, encoder) as pq:
        text = "The harbour has 12 cranes."
        paragraphs = (Paragraph(0, len(text), Section.BODY, "en"),)
        pq.add_articles([Article("a", "Harbour", text, paragraphs, "a.txt", language="en")])
        return pq.ask("How many cranes does the harbour have?")


def test_the_reader_is_loaded_while_the_passages_are_searched(tmp_path, monkeypatch):
    loaded = threading.Event()

    class Waiting(HashEncoder):
        def encode_queries(self, texts):
            assert loaded.wait(60)
            return super().encode_queries(texts)

    reader = FirstWordsReader()
    monkeypatch.setattr(reader, "prepare", loaded.set, raising=False)
    answer = _asked(tmp_path, monkeypatch, Waiting(), reader)
    assert [hit.passage.text for hit in answer.passages] == ["The harbour has 12 cranes."]


def test_a_reader_that_cannot_be_loaded_is_said_once(tmp_path, monkeypatch, capsys):
    def fail(*_, **__):
        raise ModelError("the weights are missing")

    reader = FirstWordsReader()
    for name in ("prepare", "read"):
        monkeypatch.setattr(reader, name, fail)
    with pytest.raises(ModelError, match="the weights are missing"):
        _asked(tmp_path, monkeypatch, HashEncoder(), reader)
    assert capsys.readouterr().err == ""
