"""Formulas in one line: Word's (Office Math) and those of web pages (MathML)."""

from __future__ import annotations

from typing import Any

_PARTS = {"num": "{}", "den": "/{}", "sup": "^{}", "sub": "_{}", "d": "({})", "rad": "√({})"}
"""How Word's elements are written, each by itself."""
_WHOLES = {
    "mfrac": "{}/{}",
    "msup": "{}^{}",
    "msub": "{}_{}",
    "msubsup": "{}_{}^{}",
    "mroot": "√({})",
}
"""How MathML's are, by their children."""
_SQUARE_ROOT = "√({})"
_UNSEEN = frozenset({"annotation", "annotation-xml", "maction", "mphantom"})
_UNBROKEN = ("d", "rad")
"""What has brackets of its own."""


def formula_of(node: Any) -> str:
    """Write a formula in one line: ``a/b``, ``10^6``, ``x_1``.

    >>> from lxml import etree
    >>> formula_of(etree.fromstring("<f><num><t>3</t></num><den><t>5</t></den></f>"))
    '3/5'
    >>> formula_of(etree.fromstring("<mfrac><mn>3</mn><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow></mfrac>"))
    '3/(a+1)'
    """
    tag = node.tag
    name = tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
    if not name or name in _UNSEEN:
        return ""
    parts = [formula_of(child) for child in node]
    if name in _WHOLES and len(parts) >= 2:
        return _WHOLES[name].format(*map(_bracketed, [*parts, ""]))
    inner = (node.text or "").strip(" \n\t") if not parts else "".join(parts)
    if name == "msqrt":
        return _SQUARE_ROOT.format(inner)
    form = _PARTS.get(name)
    if not inner or form is None:
        return inner
    return form.format(inner if name in _UNBROKEN else _bracketed(inner))


def _bracketed(text: str) -> str:
    """A sum or a product in brackets."""
    return f"({text})" if any(sign in text[1:] for sign in "+-−*/ ") else text
