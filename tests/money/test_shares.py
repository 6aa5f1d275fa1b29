"""Parts of an amount always add up to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.shares import share


@st.composite
def splits(draw):
    """A whole, and the pieces that are taken of it in turn until none is left."""
    of = draw(st.integers(1, 60))
    cuts = sorted(draw(st.sets(st.integers(1, of))) | {of})
    return draw(st.integers(0, 10**9)), of, [b - a for a, b in zip([0, *cuts], cuts, strict=False)]


@given(splits())
def test_the_parts_of_any_split_are_the_whole(split):
    whole, of, takes = split
    parts, before = [], 0
    for pieces in takes:
        parts.append(share(whole, of, before, pieces))
        before += pieces
    assert before == of
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)


@given(splits())
def test_no_piece_costs_a_unit_more_than_another(split):
    whole, of, _takes = split
    each = [share(whole, of, before, 1) for before in range(of)]
    assert max(each) - min(each) <= 1


def test_a_third_of_ten_pounds():
    assert [share(1000, 3, before, 1) for before in range(3)] == [333, 333, 334]
    assert share(1000, 3, 0, 3) == 1000
    assert share(1000, 3, 1, 0) == 0


@pytest.mark.parametrize("wrong", [(10, 3, 2, 2), (10, 3, -1, 1), (10, 3, 0, -1), (-1, 3, 0, 1)])
def test_more_pieces_than_there_are_is_an_error(wrong):
    with pytest.raises(ValueError, match="pieces"):
        share(*wrong)
