"""Colours that can be read."""

from __future__ import annotations

import re

import pytest

from assistant.tui.palette import DARK, DARK_PALETTE, LIGHT, LIGHT_PALETTE

READABLE = 4.5
"""Contrast of text with its background (WCAG 2.2, 1.4.3)."""


def luminance(color):
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "palette"), [(DARK, DARK_PALETTE), (LIGHT, LIGHT_PALETTE)])
def test_every_colour_stands_out_from_its_background(theme, palette):
    for name in ("value", "quote", "inline", "evidence", "number", "muted", "good", "warn", "bad"):
        colors = re.findall(r"#[0-9A-F]{6}", getattr(palette, name))
        background = colors[1] if len(colors) > 1 else theme.background
        assert contrast(colors[0], background) >= READABLE, name
    assert contrast(theme.foreground, theme.background) >= READABLE


@pytest.mark.parametrize("palette", [DARK_PALETTE, LIGHT_PALETTE])
def test_quotes_show_without_colours(palette):
    assert {"bold", "underline"} <= set(palette.quote.split())
    assert {"bold", "underline"} <= set(palette.inline.split())
