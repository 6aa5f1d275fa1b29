"""The cart's coupon codes: a list in the session beside the lines, at most one of a kind."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from coupons.discounts import Applied, Discounts, Goods, trouble
from coupons.models import Coupon

CODES = "coupons"


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

    session: Any

    @property
    def codes(self) -> list[str]:
        return self.session.get(CODES) or []

    @property
    def lines(self) -> list[Any]:
        """What can be bought."""
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
        with self._changing_codes(begin=True) as codes:
            rival = next((each for each in self.discounts.applied if _rivals(each, coupon)), None)
            kept = [each for each in codes if each not in {code, rival and rival.code}]
            applied = self._try([*kept, code]).of(code)
            if self.lines and applied.problem:
                raise Refused(applied.problem)
            if rival and not rival.problem and rival.code != instead:
                raise OneOfAKind(_in_place_of(rival, code), rival.code)
            codes[:] = [*kept, code]
        return applied

    def stop_using(self, *gone: str) -> None:
        """Take codes off the cart; those that are not on it are passed over."""
        with self._changing_codes() as codes:
            codes[:] = [code for code in codes if code not in gone]

    def use_again(self, again: list[str]) -> None:
        """Put an order's codes back, but for those whose kind has another by now."""
        known = Coupon.objects.filter(code__in=[*again, *self.codes])
        kinds = dict(known.values_list("code", "kind"))
        taken = {kinds.get(code) for code in self.codes}
        with self._changing_codes(begin=True) as codes:
            codes += [code for code in again if code in kinds and kinds[code] not in taken]

    def _try(self, codes: list[str]) -> Discounts:
        return Discounts(codes, self.discounts.lines)

    @contextmanager
    def _changing_codes(self, *, begin: bool = False) -> Iterator[list[str]]:
        if self.session.session_key is None and not begin:
            yield []
            return
        with self.session.locked():
            self.forget()
            codes = list(self.codes)
            yield codes
            if codes or CODES in self.session:
                self.session[CODES] = codes
        self.forget()

    def forget(self) -> None:
        """Read anew from here on what has been read."""
        for name in ("all_lines", "pictured", "discounts"):
            self.__dict__.pop(name, None)


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
