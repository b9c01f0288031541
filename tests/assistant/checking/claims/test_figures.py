"""What a source's figure bears out: the same amount in any unit, and no other."""

import pytest

from assistant.checking.claims.exchanges import in_its_figures
from assistant.checking.claims.figures import agrees
from assistant.language.facts import facts_of


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        ("24 months", "two years"), ("10 km", "six miles"), ("86 °F", "30 °C"), ("3 miles", "5 km"),
        ("68 degrees Fahrenheit", "20 degrees Celsius"), ("-40 °C", "-40 °F"), ("90 minutes", "1.5 hours"),
        ("2 tonnes", "2,000 kg"), ("30 days", "one month"), ("500 MW", "0.5 GW"), ("48 hours", "two days"),
        ("100 hectares", "some 250 acres"), ("3 كيلومترات", "3,000 metres"), ("24 Monate", "2 ans"),
        ("more than 2 km", "3,000 metres"), ("$5", "5 dollars"), ("two years", "two"), ("12kg", "12 kilos"), ("5mi", "8 km"),
    ],
)  # fmt: skip
def test_the_same_amount_in_another_unit_agrees(claimed: str, found: str) -> None:
    assert agrees(facts_of(claimed).quantities[0], facts_of(found).quantities[0])


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        ("5 km", "5 miles"), ("5 km", "5 hours"), ("€5", "$5"), ("30 °C", "30 °F"), ("one mile", "one km"),
        ("3 weeks", "20 days"), ("30 minutes", "30 hours"), ("more than 5 km", "3,000 metres"), ("5%", "5 km"),
    ],
)  # fmt: skip
def test_another_amount_does_not_agree(claimed: str, found: str) -> None:
    assert not agrees(facts_of(claimed).quantities[0], facts_of(found).quantities[0])


def test_a_claim_is_put_in_the_units_of_its_sentence() -> None:
    claim, sentence = "It was 86 °F in Lindau.", "On Monday it was 30 degrees Celsius."
    assert in_its_figures(claim, facts_of(claim), sentence, facts_of(sentence)) == (
        "It was 30 degrees Celsius in Lindau."
    )
