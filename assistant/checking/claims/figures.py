"""Numbers and dates of a claim that a text gives otherwise, or not at all: what code can prove."""

from __future__ import annotations

from dataclasses import replace

from assistant.checking.claims.candidates import cached_facts
from assistant.language.dates import DateMention
from assistant.language.facts import Bound, Facts, Quantity
from assistant.language.units import Unit, units

ROUNDING = 0.02
"""How far, as a share, a rounded figure may be from what it rounds."""
CONVERTED = 0.01
"""How far a figure in another unit may be: a month has 28 to 31 days, a mile 1.61 kilometres."""
CONVERTED_AND_ROUNDED = 0.04
"""And if one of the two is the other to its digits: six miles are ten kilometres."""


def unmet_quantities(ours: Facts, theirs: Facts) -> list[tuple[Quantity, list[Quantity]]]:
    """The claim's quantities that no figure of the text bears out, each with those that may stand in its place."""
    rivals = [
        other
        for other in theirs.quantities
        if not any(agrees(mine, other) for mine in ours.quantities)
    ]
    return [
        (quantity, [other for other in rivals if _alike(quantity, other)])
        for quantity in ours.quantities
        if not any(agrees(quantity, other) for other in theirs.quantities)
    ]


def _alike(ours: Quantity, theirs: Quantity) -> bool:
    """Whether both may count the same: in one unit or dimension, or one of them in none."""
    if ours.unit == theirs.unit or not (ours.unit and theirs.unit):
        return True
    known = _units_of(ours, theirs)
    return known is not None and known[0].dimension == known[1].dimension


def _units_of(ours: Quantity, theirs: Quantity) -> tuple[Unit, Unit] | None:
    """The units of measurement of two quantities; None where one of them counts something else."""
    mine, other = units().get(ours.unit), units().get(theirs.unit)
    return None if mine is None or other is None else (mine, other)


def agrees(ours: Quantity, theirs: Quantity) -> bool:
    """Whether the source's figure bears the claim's out."""
    if ours.unit != theirs.unit:
        if {ours.unit, theirs.unit} & {"%", "th"}:
            return False
        known = _units_of(ours, theirs)
        if known is not None and known[0] != known[1]:
            mine, other = known
            if mine.dimension != other.dimension:
                return False
            theirs = _in_our_unit(ours, mine, theirs, other)
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
    return float(f"{theirs:.{max(2, _digits(ours))}g}") == ours


def _in_our_unit(ours: Quantity, mine: Unit, theirs: Quantity, other: Unit) -> Quantity:
    """The source's quantity in the claim's unit, where one of the two may be rounded."""
    value, low, high = (
        other.convert(each, mine) for each in (theirs.value, theirs.low, theirs.high)
    )
    there = mine.convert(ours.value, other)
    apart = abs(value - ours.value) / max(abs(value), abs(ours.value), 1e-9)
    is_rounded = _in_digits_of(theirs.value, there) or _in_digits_of(ours.value, value)
    off = 0.0
    if apart <= CONVERTED or (is_rounded and apart <= CONVERTED_AND_ROUNDED):
        off = ours.value - value
    return replace(theirs, value=value + off, low=low + off, high=high + off, unit=ours.unit)


def _in_digits_of(figure: float, exact: float) -> bool:
    """Whether an exact figure, to the digits of a written one, is that one.

    >>> _in_digits_of(10.0, 9.66), _in_digits_of(9.5, 9.66)
    (True, False)
    """
    return float(f"{exact:.{_digits(figure)}g}") == figure


def _digits(figure: float) -> int:
    """How many digits a figure is given to, without the zeros at its ends."""
    return max(1, len(f"{abs(figure):.10g}".replace(".", "").strip("0")))


def unmet_dates(ours: Facts, theirs: Facts) -> list[tuple[DateMention, list[DateMention]]]:
    """The claim's dates that fit none of the text's, each with those that it could be compared with."""
    return [
        (date, [other for other in theirs.dates if _comparable(date, other)])
        for date in ours.dates
        if not any(_fits(date, other) for other in theirs.dates)
    ]


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


def unproved(claim: str, ours: Facts, sentence: Facts, before: str) -> bool:
    """Whether the claim has a figure or a date that neither the sentence nor what leads to it gives.

    A small number in words ("one of them", "two storms") is often only counted, and proves nothing, unless the
    sentence has another number of the same.

    Args:
        claim: The claim.
        ours: Its facts.
        sentence: The sentence's.
        before: What was told before it; read only where the sentence lacks something.
    """
    quantities, dates = unmet_quantities(ours, sentence), unmet_dates(ours, sentence)
    if not quantities and not dates:
        return False
    context = cached_facts(before)
    for quantity, rivals in quantities:
        if any(agrees(quantity, other) for other in context.quantities):
            continue
        written = claim[quantity.span.start : quantity.span.end]
        same = any(rival.unit == quantity.unit and quantity.unit for rival in rivals)
        if same or any(char.isdigit() for char in written):
            return True
    return any(not any(_fits(date, other) for other in context.dates) for date, _ in dates)
