"""Two themes, and the colours that article text is drawn with.

The hues are those of Okabe and Ito ("Color Universal Design", 2008), told apart by people with any colour
vision; nothing is said by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#56B4E9",
    secondary="#CC79A7",
    accent="#E69F00",
    success="#56B4E9",
    warning="#E69F00",
    error="#F5793A",
    foreground="#E8E8E8",
    background="#11151A",
    surface="#171C22",
    panel="#222933",
    dark=True,
)
LIGHT = Theme(
    name="light",
    primary="#005F99",
    secondary="#8F3B6F",
    accent="#8A4B00",
    success="#005F99",
    warning="#8A4B00",
    error="#A82A00",
    foreground="#1B1F24",
    background="#FFFFFF",
    surface="#F4F6F8",
    panel="#E4E8ED",
    dark=False,
)
THEMES = (DARK, LIGHT)


@dataclass(frozen=True, slots=True)
class Palette:
    """Rich styles by what they are for."""

    value: str
    """The answer itself."""
    quote: str
    """The span that was read, in its article."""
    inline: str
    """The span in its sentence, on an answer card."""
    evidence: str
    """Other evidence of the same answer in an article."""
    number: str
    """Numbers that open a citation."""
    muted: str
    good: str
    warn: str
    bad: str

    def of(self, style: str) -> str:
        """The style that stands for one of :mod:`assistant.output.text`'s plain colour names."""
        names = {
            "green": self.good,
            "red": self.bad,
            "yellow": self.warn,
            "cyan": self.number,
            "magenta": self.value,
            "dim": self.muted,
        }
        return " ".join(names.get(word, word) for word in style.split())


DARK_PALETTE = Palette(
    value="bold #8CCBF0",
    quote="bold underline #000000 on #F0E442",
    inline="bold underline #F0E442",
    evidence="underline #F0E442",
    number="#56B4E9",
    muted="#9AA4AF",
    good="#8CCBF0",
    warn="#E69F00",
    bad="#F5793A",
)
LIGHT_PALETTE = Palette(
    value="bold #00507F",
    quote="bold underline #000000 on #F0E442",
    inline="bold underline #7A4300",
    evidence="underline #7A4300",
    number="#005F99",
    muted="#5A6470",
    good="#00507F",
    warn="#8A4B00",
    bad="#A82A00",
)


def palette_for(*, dark: bool) -> Palette:
    """The colours for a dark or a light background."""
    return DARK_PALETTE if dark else LIGHT_PALETTE
