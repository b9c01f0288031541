"""What the chat's tests share: a small library, a fake reader, ways to act and to see."""

from __future__ import annotations

import numpy as np

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.tui.app import PullquoteApp
from assistant.tui.question import QuestionInput
from assistant.tui.settings import Settings
from assistant.types import ReadSpan
from tests.assistant.fakes import HashEncoder

BRIDGES = """\
# Bridges [bold]of[/] Arta

The bridge of Arta has 7 arches. It was built in 1606.

A second paragraph about rivers, which flow below the bridge.
"""
TOWER = "# The tower of Arta\n\nThe old bridge of Arta has 9 arches, says the tower's guide.\n"
ARABIC = "# قاعدة قرب الحدود\n\nغادر 1500 مظلي أمريكي قاعدة استراتيجية قرب الحدود.\n"


class WideHashEncoder(HashEncoder):
    """As wide as the bundled encoder, which the trained check of claims was fitted to."""

    id = "fake/hash/384"
    dim = 384

    def _encode(self, texts):
        rows = super()._encode(texts)
        return np.pad(rows, ((0, 0), (0, self.dim - rows.shape[1])))


class NumberReader:
    """Reads the first number of every passage that shares a word with the question."""

    id = "fake/numbers/1"
    threshold = 0.5
    possible_threshold = 0.2

    def __init__(self, probability=0.9):
        self.probability = probability

    def prepare(self):
        pass

    def read(self, question, hits, *, cancelled=None):
        spans = []
        asked = set(question.casefold().replace("?", "").replace("؟", "").split())
        for at, hit in enumerate(hits):
            passage = hit.passage
            words = passage.text.split(" ")
            number = next((word for word in words if word.isdigit()), None)
            if number is None or not asked & set(passage.text.casefold().split()):
                continue
            start = passage.start + passage.text.index(number)
            end = start + len(number)
            spans.append(
                ReadSpan(at, start, end, number, 5.0, 1.0, self.probability - 0.05 * len(spans))
            )
        return spans


def fill(folder, texts):
    """A library in ``folder`` / library with these articles (name to text)."""
    with assistant(folder / "library") as pq:
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
            pq.add([folder / name])
    return folder / "library"


def assistant(folder, probability=0.9, reader=None):
    library = Library(folder, model_id=WideHashEncoder.id, dim=WideHashEncoder.dim)
    return Assistant(library, WideHashEncoder(), reader=reader or NumberReader(probability))


def app_over(folder, *, probability=0.9, reader=None, settings=None, **options):
    return PullquoteApp(
        lambda _: assistant(folder, probability, reader),
        settings=settings or Settings(reduced_motion=True),
        **options,
    )


async def settle(app, pilot):
    for _ in range(4):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def write(app, pilot, text):
    """Write a line and press Enter, as a user does (the text itself is set at once)."""
    line = app.screen_stack[0].query_one(QuestionInput)
    line.focus()
    line.value = text
    await pilot.press("enter")
    await settle(app, pilot)


def seen(app):
    """The text of the screen as it is drawn."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def styled(app, wanted):
    """The text that is drawn with a style for which ``wanted`` is true."""
    strips = app.screen._compositor.render_strips()
    return "".join(
        segment.text
        for strip in strips
        for segment in strip
        if segment.style is not None and wanted(segment.style)
    )


def is_quote(style):
    """Whether a style is that of the span that was read, in its article."""
    background = style.bgcolor.get_truecolor().hex if style.bgcolor else ""
    return bool(style.bold and style.underline and background == "#f0e442")


def is_value(style):
    """Whether a style is that of an answer itself, on a card in the dark."""
    return bool(style.bold and not style.underline) and _colour(style) == "#8ccbf0"


def is_evidence(style):
    """Whether a style is that of a sentence that comes close, in the dark."""
    return bool(style.underline and not style.bold) and _colour(style) == "#f0e442"


def _colour(style):
    return style.color.get_truecolor().hex if style.color else ""
