"""Formulas of Word and of web pages in one line."""

import pytest
from lxml import etree

from assistant.sources.formulas import formula_of


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x^2"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "1/2"),
        ("<math><msqrt><mi>n</mi></msqrt></math>", "√(n)"),
        ("<math><mi>a</mi><annotation>ignored</annotation></math>", "a"),
    ],
)
def test_a_formula_is_one_line(markup, line):
    assert formula_of(etree.fromstring(markup)) == line
