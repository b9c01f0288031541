"""Numbers and dates of a claim that a sentence gives otherwise, or not at all."""

from __future__ import annotations

from assistant.checking.claims.differences import Departure, departure_of
from assistant.language.dates import DateMention
from assistant.language.facts import Bound, Facts, Quantity
from assistant.types import Difference, Span

ROUNDING = 0.02
"""How far, as a share, a rounded figure may be from what it rounds."""


def number_departures(ours: Facts, claim: str, theirs: Facts, sentence: str) -> list[Departure]:
    """The claim's quantities that no figure of the sentence bears out, each with the one in its place."""
    found = []
    unmet = [
        quantity
        for quantity in ours.quantities
        if not any(agrees(quantity, other) for other in theirs.quantities)
    ]
    rivals = [
        other
        for other in theirs.quantities
        if not any(agrees(mine, other) for mine in ours.quantities)
    ]
    for quantity in unmet:
        # The same thing counted; else, where each sentence has one figure left, that one.
        same = [other for other in rivals if other.unit == quantity.unit and quantity.unit]
        if not same and len(rivals) == 1 and len(unmet) == 1:
            symbols = {"%", "$", "€", "£", "°", "th"}
            if not ({rivals[0].unit, quantity.unit} & symbols):
                same = rivals
        other_span = same[0].span if same else Span(0, 0)
        found.append(departure_of(Difference.NUMBER, claim, quantity.span, sentence, other_span))
    return found


def agrees(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the source's figure bears the claim's out."""
    if ours.unit != theirs.unit and {ours.unit, theirs.unit} & {"%", "th"}:
        return False
    if ours.low == ours.high and theirs.low == theirs.high:
        return ours.value == theirs.value or _is_rounded(ours.value, theirs.value)
    if ours.unit == theirs.unit and ours.bound is theirs.bound:
        # "Over 40" is not borne out by "over 35", nor "nearly 603" by "nearly 600".
        return (
            ours.value == theirs.value
            or _is_rounded(ours.value, theirs.value)
            or (ours.bound is Bound.LEAST and ours.value < theirs.value)
            or (ours.bound is Bound.MOST and ours.value > theirs.value)
        )
    if ours.unit != theirs.unit and ours.unit and theirs.unit:
        # "More than two dozen leaders" says nothing of fifty countries.
        return False
    # "Over 70" and "under 70" meet in one point only.
    meet = ours.low <= theirs.high and theirs.low <= ours.high
    return (meet and not (ours.low == theirs.high or theirs.low == ours.high)) or (
        meet and Bound.EXACT in (ours.bound, theirs.bound)
    )


def _is_rounded(ours: float, theirs: float) -> bool:
    """Whether the claim's figure is the source's with fewer digits, and near it.

    >>> _is_rounded(1200, 1203), _is_rounded(1203, 1200), _is_rounded(36, 35)
    (True, False, False)
    """
    if ours == 0 or theirs == 0 or abs(ours - theirs) > ROUNDING * abs(theirs):
        return False
    digits = len(f"{abs(ours):.10g}".replace(".", "").strip("0"))
    return float(f"{theirs:.{max(2, digits)}g}") == ours


def date_departures(ours: Facts, claim: str, theirs: Facts, sentence: str) -> list[Departure]:
    """The claim's dates that fit none of the sentence's, each with one that could be compared."""
    found = []
    for date in ours.dates:
        if any(_fits(date, other) for other in theirs.dates):
            continue
        alike = [other for other in theirs.dates if _comparable(date, other)]
        span = alike[0].span if alike else Span(0, 0)
        found.append(departure_of(Difference.DATE, claim, date.span, sentence, span))
    return found


def _fits(ours: DateMention, theirs: DateMention) -> bool:
    """Whether nothing that both give differs, and they give something in common."""
    common = False
    for name in ("year", "month", "weekday"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine is not None and other is not None:
            if mine != other:
                return False
            common = True
    if ours.day is not None and theirs.day is not None:
        last = theirs.last_day or theirs.day
        if not theirs.day <= ours.day <= last:
            return False
        if ours.last_day is not None and theirs.last_day is not None and ours.last_day != last:
            return False
        common = True
    return common


def _comparable(ours: DateMention, theirs: DateMention) -> bool:
    return any(
        getattr(ours, name) is not None and getattr(theirs, name) is not None
        for name in ("year", "month", "weekday", "day")
    )
