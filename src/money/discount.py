"""Discounts in minor units; rates are basis points (1000 is 10%)."""

from collections.abc import Sequence


def percentage_of(amount: int, rate: int) -> int:
    """That share of an amount, halves rounded up: in the shopper's favour.

    Raises ValueError for negatives.
    """
    if amount < 0 or rate < 0:
        raise ValueError("amounts and rates are not negative")
    return (2 * amount * rate + 10_000) // 20_000


def share_out(discount: int, totals: Sequence[int]) -> list[int]:
    """Split a discount over lines in proportion to their totals: exactly, none above its total.

    Each line gets its share rounded down; what is left goes, a unit each, to those that lost most
    by it, of equals to the first. Raises ValueError for negatives and for more than all totals.
    """
    whole = sum(totals)
    if discount < 0 or min(totals, default=0) < 0 or discount > whole:
        raise ValueError("a discount is between nothing and everything")
    if not whole:
        return [0] * len(totals)
    shares = [discount * total // whole for total in totals]
    by_loss = sorted(range(len(totals)), key=lambda n: -(discount * totals[n] % whole))
    for n in by_loss[: discount - sum(shares)]:
        shares[n] += 1
    return shares
