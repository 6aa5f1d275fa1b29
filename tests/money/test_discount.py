"""Discounts in integers: exact, fair, and never more than there is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.discount import percentage_of, share_out

totals = st.lists(st.integers(0, 10**7), max_size=50)


@st.composite
def discounts(draw):
    """Totals and a discount that fits into them."""
    lines = draw(totals)
    return draw(st.integers(0, sum(lines))), lines


@pytest.mark.parametrize(
    ("amount", "rate", "off"),
    [
        (2400, 1000, 240),
        (5, 1000, 1),  # half a penny is the shopper's
        (4, 1000, 0),
        (15, 1000, 2),
        (999, 10_000, 999),
        (0, 1000, 0),
        (2400, 0, 0),
        (333, 1250, 42),  # 41.625
    ],
)
def test_a_percentage_is_rounded_with_halves_to_the_shopper(amount, rate, off):
    assert percentage_of(amount, rate) == off


@given(amount=st.integers(0, 10**9), rate=st.integers(0, 10_000))
def test_a_percentage_is_less_than_half_a_unit_off_and_never_more_than_the_whole(amount, rate):
    off = percentage_of(amount, rate)
    assert -Fraction(1, 2) <= Fraction(amount * rate, 10_000) - off <= Fraction(1, 2)
    assert 0 <= off <= amount


@pytest.mark.parametrize(
    ("discount", "lines", "shares"),
    [
        (500, [1000, 1000], [250, 250]),
        (1, [1000, 1000], [1, 0]),  # of equals, the first
        (100, [333, 333, 334], [33, 33, 34]),
        (10, [1, 999], [0, 10]),
        (5, [5, 0], [5, 0]),
        (0, [], []),
        (0, [0, 0], [0, 0]),
    ],
)
def test_a_discount_is_shared_out_by_the_largest_remainder(discount, lines, shares):
    assert share_out(discount, lines) == shares


@given(discounts())
def test_the_shares_are_exact_fair_and_never_above_their_line(case):
    discount, lines = case
    shares = share_out(discount, lines)
    assert sum(shares) == discount
    assert len(shares) == len(lines)
    for share, total in zip(shares, lines, strict=True):
        assert 0 <= share <= total
        assert abs(share - Fraction(discount * total, sum(lines) or 1)) < 1


@given(discounts(), st.data())
def test_discounts_one_after_another_leave_nothing_below_zero(case, data):
    first, lines = case
    left = [total - off for total, off in zip(lines, share_out(first, lines), strict=True)]
    second = data.draw(st.integers(0, sum(left)))
    left = [total - off for total, off in zip(left, share_out(second, left), strict=True)]
    assert min(left, default=0) >= 0
    assert sum(left) == sum(lines) - first - second


@pytest.mark.parametrize(("discount", "lines"), [(-1, [5]), (6, [5]), (1, []), (1, [-1, 5])])
def test_a_discount_that_does_not_fit_is_an_error(discount, lines):
    with pytest.raises(ValueError, match="between nothing and everything"):
        share_out(discount, lines)


@pytest.mark.parametrize(("amount", "rate"), [(-1, 1000), (100, -1)])
def test_a_negative_amount_or_rate_is_an_error(amount, rate):
    with pytest.raises(ValueError, match="not negative"):
        percentage_of(amount, rate)
