from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.tax import tax_within

AMOUNTS = st.integers(0, 10**12)
RATES = st.integers(0, 30_000)


@given(AMOUNTS, RATES)
def test_the_share_is_the_exact_one_with_halves_rounded_up(gross, rate):
    exact = Fraction(gross * rate, 10_000 + rate)
    assert tax_within(gross, rate) == floor(exact + Fraction(1, 2))


@given(AMOUNTS, RATES)
def test_tax_and_net_are_both_within_the_price(gross, rate):
    assert 0 <= tax_within(gross, rate) <= gross


@given(AMOUNTS, AMOUNTS, RATES)
def test_a_dearer_thing_never_holds_less_tax(one, other, rate):
    assert tax_within(min(one, other), rate) <= tax_within(max(one, other), rate)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (12_000, 2000, 2000),
        (2400, 2000, 400),
        (3, 2000, 1),
        (2, 2000, 0),
        (100, 0, 0),
        (1, 10_000, 1),
    ],
)
def test_known_shares(gross, rate, tax):
    assert tax_within(gross, rate) == tax


@pytest.mark.parametrize(("gross", "rate"), [(-1, 2000), (100, -1)])
def test_nothing_is_negative(gross, rate):
    with pytest.raises(ValueError, match="not negative"):
        tax_within(gross, rate)
