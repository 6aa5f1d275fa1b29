"""What a cart's or an order's codes take off, and in words why one takes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from coupons.models import Coupon
from coupons.person import Person
from money.currency import price
from money.discount import share_out


class Goods(NamedTuple):
    """A line: its product's id and its total in minor units, tax included."""

    product: int
    total: int


@dataclass(frozen=True)
class Applied:
    """A code and what it takes off (minor units), or the problem it has: then it takes nothing.

    `waits` is a code for the delivery before a delivery is chosen.
    """

    code: str
    coupon: Coupon | None = None
    amount: int = 0
    problem: str = ""
    waits: bool = False

    @property
    def name(self) -> str:
        return self.coupon.name if self.coupon else self.code

    @property
    def kind(self) -> str:
        return self.coupon.kind if self.coupon else ""


@dataclass
class Discounts:
    """Codes over lines and a delivery price (None: not chosen yet), for a person if known.

    Product codes come first, then those for the order on what is left, then the delivery's, so
    nothing falls below zero. Without codes no query is made.
    """

    codes: Sequence[str]
    lines: Sequence[Goods]
    delivery_price: int | None = None
    person: Person | None = None
    off_lines: list[int] = field(init=False)
    off_delivery: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.off_lines = [0] * len(self.lines)
        self.applied: list[Applied] = []
        for code in sorted(self.codes, key=self._turn):
            self.applied.append(self._apply(code))

    @property
    def goods(self) -> int:
        """Off all lines together."""
        return sum(self.off_lines)

    @property
    def used(self) -> list[Applied]:
        """Those that take something off: what gives nothing is not used up."""
        return [each for each in self.applied if each.amount]

    def of(self, code: str) -> Applied:
        return next(each for each in self.applied if each.code == code)

    @cached_property
    def _coupons(self) -> dict[str, Coupon]:
        return Coupon.objects.offered().in_bulk(self.codes, field_name="code")

    def _turn(self, code: str) -> int:
        coupon = self._coupons.get(code)
        return Coupon.Kind.values.index(coupon.kind) if coupon else -1

    def _apply(self, code: str) -> Applied:
        coupon = self._coupons.get(code)
        if coupon is None:
            return Applied(code, problem=gettext("This code is no longer valid."))
        if problem := trouble(coupon) or self._unmet(coupon):
            return Applied(code, coupon, problem=problem)
        if coupon.kind == Coupon.Kind.DELIVERY:
            return self._apply_to_delivery(coupon)
        return self._apply_to_goods(coupon)

    def _unmet(self, coupon: Coupon) -> str:
        if sum(line.total for line in self.lines) < coupon.minimum:
            language = translation.get_language() or settings.LANGUAGE_CODE
            least = price(coupon.minimum, settings.SHOP_CURRENCY, language)
            return gettext("This code is for goods of %(sum)s or more.") % {"sum": least}
        if self.person and not coupon.is_for(self.person):
            return gettext("This code is for orders with the address that it was sent to.")
        if self.person and coupon.is_had_by(self.person):
            return gettext("You have used this code as often as one may.")
        return ""

    def _apply_to_goods(self, coupon: Coupon) -> Applied:
        fits = coupon.covered({line.product for line in self.lines})
        if not fits:
            return Applied(code=coupon.code, coupon=coupon, problem=_nothing_fits())
        left = [
            line.total - off if line.product in fits else 0
            for line, off in zip(self.lines, self.off_lines, strict=True)
        ]
        amount = coupon.off(sum(left))
        shares = share_out(amount, left)
        self.off_lines = [off + more for off, more in zip(self.off_lines, shares, strict=True)]
        return self._noted(coupon, amount)

    def _apply_to_delivery(self, coupon: Coupon) -> Applied:
        if self.delivery_price is None:
            return Applied(coupon.code, coupon, waits=True)
        amount = coupon.off(self.delivery_price - self.off_delivery)
        self.off_delivery += amount
        return self._noted(coupon, amount)

    def _noted(self, coupon: Coupon, amount: int) -> Applied:
        problem = "" if amount else gettext("There is nothing left for this code to take off.")
        return Applied(coupon.code, coupon, amount, problem)


def trouble(coupon: Coupon) -> str:
    """What is wrong with an offered coupon itself, whatever is bought; empty if nothing is."""
    if coupon.ended:
        return gettext("This code has expired.")
    return gettext("This code has been used up.") if coupon.is_used_up else ""


def _nothing_fits() -> str:
    return gettext("Nothing in your cart goes with this code.")
