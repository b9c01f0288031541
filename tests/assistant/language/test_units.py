"""Units are known by their words in several languages, and converted within their dimension."""

import pytest

from assistant.language.facts import facts_of
from assistant.language.units import units


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("24 months", "time"), ("zehn 3 Jahre", "time"), ("3 années", "time"), ("5 سنوات", "time"),
        ("six miles", "length"), ("10 كيلومترات", "length"), ("86 °F", "temperature"),
        ("30 degrees Celsius", "temperature"), ("2 tonnes", "mass"), ("€5", "currency_euro"),
    ],
)  # fmt: skip
def test_a_figures_unit_is_known(text: str, dimension: str) -> None:
    assert units()[facts_of(text).quantities[0].unit].dimension == dimension


def test_a_figures_span_with_its_unit_ends_with_the_unit() -> None:
    text = "It was 30 degrees Celsius in a 24-month study."
    spans = [quantity.measured for quantity in facts_of(text).quantities]
    assert [text[s.start : s.end] for s in spans] == ["30 degrees Celsius", "24-month"]


def test_scales_with_another_zero_are_converted() -> None:
    assert units()["fahrenheit"].convert(86.0, units()["celsius"]) == pytest.approx(30.0)
