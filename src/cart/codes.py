"""The cart's coupon codes, kept beside the lines, at most one of a kind."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from cart.keepers import Kept
from coupons.discounts import Applied, Discounts, Goods, trouble
from coupons.models import Coupon


class Refused(Exception):  # noqa: N818 it reads as what happened
    """A change that the cart does not make; the message is for the shopper."""


class UnknownCode(Refused):
    pass


class OneOfAKind(Refused):
    """Another code of the kind is used already; it has to be named to be replaced."""

    def __init__(self, message: str, other: str) -> None:
        super().__init__(message)
        self.other = other


class Codes:
    """The part of the cart that knows codes. What they take off is worked out each time."""

    kept: Any  # what the cart keeps: lines and codes

    @property
    def codes(self) -> list[str]:
        return self.kept.codes

    @property
    def lines(self) -> list[Any]:
        """What can be bought."""
        raise NotImplementedError

    def changing(self, *, begin: bool = False) -> AbstractContextManager[Kept]:
        """What is kept, to be changed under the lock."""
        raise NotImplementedError

    @cached_property
    def discounts(self) -> Discounts:
        """What the codes take off; one for the delivery waits until that is chosen."""
        return Discounts(self.codes, goods_of(self.lines))

    def use(self, code: str, instead: str = "") -> Applied:
        """Put a code on the cart, in place of the one of its kind if that is named.

        Before anything is in the cart, a code is kept whatever it asks of goods. Raises Refused.
        """
        code = code.strip().upper()
        coupon = Coupon.objects.offered().filter(code=code).first()
        if coupon is None:
            raise UnknownCode(gettext("We do not know this code. Check how it is written."))
        if problem := trouble(coupon):  # before a session begins for nothing
            raise Refused(problem)
        with self.changing(begin=True) as kept:
            rival = next((each for each in self.discounts.applied if _rivals(each, coupon)), None)
            others = [each for each in kept.codes if each not in {code, rival and rival.code}]
            applied = self._try([*others, code]).of(code)
            if self.lines and applied.problem:
                raise Refused(applied.problem)
            if rival and not rival.problem and rival.code != instead:
                raise OneOfAKind(_in_place_of(rival, code), rival.code)
            kept.codes = [*others, code]
        return applied

    def stop_using(self, *gone: str) -> None:
        """Take codes off the cart; those that are not on it are passed over."""
        with self.changing() as kept:
            kept.codes = [code for code in kept.codes if code not in gone]

    def use_again(self, again: list[str]) -> None:
        """Put an order's codes back, but for those whose kind has another by now."""
        with self.changing(begin=True) as kept:
            kept.codes = joined(kept.codes, again)

    def _try(self, codes: list[str]) -> Discounts:
        return Discounts(codes, self.discounts.lines)


def joined(codes: Sequence[str], more: Sequence[str]) -> list[str]:
    """The codes, and of `more` those that are known and whose kind has no code yet."""
    known = Coupon.objects.filter(code__in=[*codes, *more]) if more else Coupon.objects.none()
    kinds = dict(known.values_list("code", "kind"))
    found, taken = list(codes), {kinds.get(code) for code in codes}
    for code in more:
        if code in kinds and kinds[code] not in taken:
            found.append(code)
            taken.add(kinds[code])
    return found


def goods_of(lines: Iterable[Any]) -> list[Goods]:
    """What codes look at, of lines that can be bought."""
    return [Goods(line.variant.product_id, line.total) for line in lines if line.variant]


def _rivals(applied: Applied, coupon: Coupon) -> bool:
    return applied.kind == coupon.kind and applied.code != coupon.code


def _in_place_of(rival: Applied, code: str) -> str:
    words = gettext(
        "Only one code of a kind can be used, and %(other)s is used already."
        " Apply %(code)s once more to use it instead."
    )
    return words % {"other": rival.code, "code": code}
