"""The main screens as they were looked at and found good, cell by cell.

A snapshot holds what is drawn: the text of every line, and the styles of its pieces as a second block. After a
wanted change run with ``PULLQUOTE_SNAPSHOTS=write``, and with ``PULLQUOTE_PICTURES`` naming a folder for SVG pictures
of the same screens, and look at them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.tui.settings import Settings
from tests.assistant.tui.chat import ARABIC, BRIDGES, TOWER, app_over, fill, settle, write

pytestmark = pytest.mark.asyncio

FOLDER = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("PULLQUOTE_SNAPSHOTS") == "write"
ENGLISH = "How many arches has the bridge of Arta?"
ARABIC_QUESTION = "كم مظلي أمريكي غادر قاعدة استراتيجية؟"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library that the tests of this module do not change but for kept turns."""
    texts = {"bridges.md": BRIDGES, "tower.md": TOWER, "arabic.md": ARABIC}
    return fill(tmp_path_factory.mktemp("snapshots"), texts)


def drawn(app):
    """What is drawn, as text: all lines, then the pieces of each line with their styles."""
    strips = app.screen._compositor.render_strips()
    lines, styles = [], []
    for number, strip in enumerate(strips):
        lines.append("".join(segment.text for segment in strip).rstrip())
        pieces: list[list[str]] = []
        for segment in strip:
            style = style_name(segment.style) if segment.text.strip() else ""
            if pieces and pieces[-1][1] == style:
                pieces[-1][0] += segment.text
            elif style:
                pieces.append([segment.text, style])
        told = "; ".join(f"{len(text)} {style}" for text, style in pieces)
        styles.append(f"{number}: {told}")
    return "\n".join([*lines, "--", *styles]) + "\n"


def style_name(style):
    """A style in words that do not depend on the terminal."""
    if style is None:
        return "plain"
    words = [name for name in ("bold", "italic", "underline", "reverse") if getattr(style, name)]
    for name, color in (("", style.color), ("on ", style.bgcolor)):
        if color is not None and not color.is_default:
            words.append(name + color.get_truecolor().hex)
    return " ".join(words) or "plain"


def compare(app, name):
    """Compare what is drawn with the snapshot of that name, or write it."""
    path = FOLDER / f"{name}.txt"
    now = drawn(app)
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now, "utf-8")
        pictures = Path(os.environ.get("PULLQUOTE_PICTURES", ""))
        if pictures.name:
            (pictures / f"{name}.svg").write_text(app.export_screenshot(), "utf-8")
        return
    kept = path.read_text("utf-8").splitlines()
    changed = [(old, new) for old, new in zip(kept, now.splitlines(), strict=False) if old != new]
    assert not changed, changed[:3]
    assert len(kept) == len(now.splitlines())


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize("language", ["english", "arabic"])
async def test_conversation_and_source(library, theme, size, language):
    settings = Settings(theme=theme, reduced_motion=True)
    app = app_over(library, settings=settings)
    name = f"{language}-{theme}-{size[0]}x{size[1]}"
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ENGLISH if language == "english" else ARABIC_QUESTION)
        app.tell("answered in 12 ms")
        await pilot.pause()
        compare(app, f"conversation-{name}")
        if size == (80, 24):
            await write(app, pilot, "1")
            await pilot.press("w")
            await pilot.pause()
            compare(app, f"source-{name}")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_welcome_lists_and_help(library, size):
    app = app_over(library)
    name = f"{size[0]}x{size[1]}"
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        compare(app, f"welcome-{name}")
        await pilot.press("f2")
        await settle(app, pilot)
        compare(app, f"articles-{name}")
        await pilot.press("escape", "f1")
        await settle(app, pilot)
        compare(app, f"help-{name}")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 45)])
async def test_nothing_overlaps_or_is_cut(library, size):
    """Every widget lies on the screen, siblings do not cover each other, and lines end where they are broken."""
    app = app_over(library)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await write(app, pilot, ENGLISH)
        checked = assert_apart(app)
        await write(app, pilot, "1")
        checked += assert_apart(app)
        await pilot.press("escape", "f2")
        await settle(app, pilot)
        checked += assert_apart(app)
        assert checked > 15


def assert_apart(app):
    """The widgets of the screen that are seen, none of which covers another."""
    width, height = app.size
    shown = [
        widget
        for widget in app.screen.walk_children()
        if widget.display and widget.visible and widget.region.area
    ]
    for widget in shown:
        if widget.parent is not None and not widget.parent.is_scrollable:
            region = widget.region
            assert 0 <= region.x <= region.right <= width, widget
            assert 0 <= region.y <= region.bottom <= height, widget
        siblings = [other for other in shown if other.parent is widget.parent]
        for other in siblings:
            if other is not widget:
                assert not widget.region.overlaps(other.region), (widget, other)
    return len(shown)
