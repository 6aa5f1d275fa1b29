"""Where a cart is kept: a guest's in the session, a member's in rows that follow the member.

A keeper reads what is kept and, under its lock, writes it anew. The lock order is that of every
transaction: session, member's cart, order, attempt, coupons and then variants by primary key.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from cart.models import CartLine, MemberCart

LINES, CODES = "cart", "coupons"
MERGED = "merged"  # what was held before two carts became one, for undoing it


@dataclass
class Kept:
    """Quantities by variant id, in the order they were added, and coupon codes. False if empty."""

    lines: dict[int, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lines or self.codes)

    @property
    def count(self) -> int:
        return sum(self.lines.values())

    @classmethod
    def of(cls, noted: dict[str, Any]) -> Self:
        """From what `noted` gave; JSON has made words of the ids."""
        return cls({int(pk): n for pk, n in noted["lines"].items()}, list(noted["codes"]))

    @property
    def noted(self) -> dict[str, Any]:
        return {"lines": {str(pk): n for pk, n in self.lines.items()}, "codes": self.codes}


class Keeper(Protocol):
    def read(self) -> Kept: ...

    def write(self, kept: Kept) -> None: ...

    def locked(self) -> AbstractContextManager[None]: ...


class Guest:
    """`{"cart": {variant id: {"quantity": n}}, "coupons": [code, …]}` in the session."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def read(self) -> Kept:
        lines = self.session.get(LINES) or {}
        quantities = {int(pk): entry["quantity"] for pk, entry in lines.items()}
        return Kept(quantities, list(self.session.get(CODES) or []))

    def write(self, kept: Kept) -> None:
        lines = {str(pk): {"quantity": n} for pk, n in kept.lines.items()}
        for key, value in {LINES: lines, CODES: kept.codes}.items():
            if value or key in self.session:
                self.session[key] = value

    def take(self) -> Kept:
        """What is kept, which is kept here no longer."""
        kept = self.read()
        for key in (LINES, CODES):
            self.session.pop(key, None)
        return kept

    def locked(self) -> AbstractContextManager[None]:
        """Raises UpdateError if the session has gone."""
        return self.session.locked()


class Member:
    def __init__(self, session: Any, member_id: int) -> None:
        self.session, self.member_id = session, member_id

    def read(self) -> Kept:
        """In one query."""
        carts = MemberCart.objects.filter(member=self.member_id).order_by("lines__pk")
        rows = list(carts.values_list("codes", "lines__variant_id", "lines__quantity"))
        lines = {variant_id: quantity for _, variant_id, quantity in rows if quantity}
        return Kept(lines, rows[0][0] if rows else [])

    def write(self, kept: Kept) -> None:
        MemberCart.objects.filter(pk=self.member_id).update(codes=kept.codes)
        lines = CartLine.objects.filter(cart=self.member_id)
        before = dict(lines.values_list("variant_id", "quantity"))
        if gone := before.keys() - kept.lines.keys():
            lines.filter(variant_id__in=gone).delete()
        CartLine.objects.bulk_create(
            [
                CartLine(cart_id=self.member_id, variant_id=variant_id, quantity=quantity)
                for variant_id, quantity in kept.lines.items()
                if before.get(variant_id) != quantity
            ],
            update_conflicts=True,
            unique_fields=["cart", "variant"],
            update_fields=["quantity"],
        )
        self.session.moved = True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Also a member's cart is changed by a session that lasts: raises UpdateError if not."""
        with self.session.locked():
            MemberCart.objects.select_for_update().get_or_create(pk=self.member_id)
            yield
