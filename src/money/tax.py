"""Prices include tax; rates are basis points (2000 is 20%)."""


def tax_within(gross: int, rate: int) -> int:
    """The tax share of a price that includes it, in minor units, halves rounded up.

    gross × rate ÷ (10000 + rate), computed in integers. Raises ValueError for negatives.
    """
    if gross < 0 or rate < 0:
        raise ValueError("amounts and rates are not negative")
    whole = 10_000 + rate
    return (2 * gross * rate + whole) // (2 * whole)
