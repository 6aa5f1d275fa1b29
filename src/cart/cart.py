"""The cart: variants' ids, quantities, codes, and nothing else; a guest's or a member's alike.

Prices, names and totals are read from the shop each time. Every change is made under the lock of
its keeper, so that parallel requests lose nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, ngettext

from cart.codes import Codes, Refused
from cart.keepers import MERGED, Guest, Keeper, Kept, Member
from catalog.kept import pictured, variants
from catalog.models import Variant


@dataclass(frozen=True)
class Line:
    """A variant (None when the shop no longer has it) and how many of it."""

    variant_id: int
    quantity: int
    variant: Variant | None

    @property
    def title(self) -> str:
        if self.variant is None:
            return gettext("An item that is no longer in the shop")
        return self.variant.title

    @property
    def total(self) -> int:
        """Minor units, tax included."""
        return self.variant.price * self.quantity if self.variant else 0

    @property
    def problem(self) -> str:
        """Why the line cannot be bought as it stands; empty when it can."""
        if self.variant is None:
            return gettext("No longer in the shop.")
        return shortage(self.variant, self.quantity)


class Cart(Codes):
    def __init__(self, session: Any, member: Any = None, *, anew: bool = False) -> None:
        """`session` is a store with `locked()`; an empty mapping stands for no session yet.

        `anew` asks the database for all that the lines say, and nothing that is kept of it.
        """
        self.session, self.member, self.anew = session, member, anew
        self.keeper: Keeper = Member(session, member.pk) if member else Guest(session)

    @cached_property
    def kept(self) -> Kept:
        return self.keeper.read()

    @property
    def quantities(self) -> dict[int, int]:
        """By variant id, in the order they were added."""
        return self.kept.lines

    @property
    def count(self) -> int:
        """Pieces in all lines; read without a look at the catalogue."""
        return self.kept.count

    @cached_property
    def all_lines(self) -> list[Line]:
        return lines_of(self.kept, variants(self.quantities, anew=self.anew))

    @cached_property
    def pictured(self) -> list[Line]:
        """All lines, with the pictures of their products."""
        there = [line.variant for line in self.all_lines if line.variant]
        products = pictured({variant.product_id for variant in there})
        for variant in there:
            variant.product = products.get(variant.product_id, variant.product)
        return self.all_lines

    @property
    def lines(self) -> list[Line]:
        """What can be bought, in the order it was added."""
        return [line for line in self.all_lines if not line.problem]

    @property
    def apart(self) -> list[Line]:
        """What is no longer buyable as it stands: said, never silently dropped."""
        return [line for line in self.all_lines if line.problem]

    @property
    def goods(self) -> int:
        """Minor units, tax included, of what can be bought, before any discount."""
        return sum(line.total for line in self.lines)

    @property
    def total(self) -> int:
        """What is left to pay for the goods."""
        return self.goods - self.discounts.goods

    def add(self, variant_id: int, quantity: int) -> Line:
        """Put more of a variant into the cart. Raises Refused."""
        variant = _buyable(variant_id)
        _allowed(variant, quantity)  # before a session begins for nothing
        with self.changing(begin=True) as kept:
            known = kept.lines.get(variant_id, 0)
            if not known and len(kept.lines) >= settings.CART_MAX_LINES:
                raise Refused(gettext("The cart is full. Remove something first."))
            kept.lines[variant_id] = _allowed(variant, quantity, known)
        return Line(variant_id, quantity, variant)

    def change(self, variant_id: int, quantity: int) -> Line:
        """Set the quantity of a line. Raises Refused, also if there is no such line."""
        variant = _buyable(variant_id)
        with self.changing() as kept:
            if variant_id not in kept.lines:
                raise Refused(gettext("That is no longer in your cart."))
            kept.lines[variant_id] = _allowed(variant, quantity)
        return Line(variant_id, quantity, variant)

    def remove(self, variant_id: int) -> Line | None:
        """Take a line out and return it; None if it was not there."""
        line = next((line for line in self.all_lines if line.variant_id == variant_id), None)
        with self.changing() as kept:
            kept.lines.pop(variant_id, None)
        return line

    def put_back(self, pieces: list[tuple[int, int]]) -> None:
        """Put (variant id, quantity) pairs back beside what is there, as many as a line may have.

        What cannot be bought as it stands is set aside by the cart's page, as ever.
        """
        with self.changing(begin=True) as kept:
            for variant_id, quantity in pieces:
                known = kept.lines.get(variant_id, 0)
                kept.lines[variant_id] = min(known + quantity, settings.CART_MAX_QUANTITY)

    def empty(self, lines: list[Line]) -> None:
        """Take these lines out, as they have been ordered; what was added since stays."""
        with self.changing() as kept:
            for line in lines:
                if kept.lines.get(line.variant_id, 0) > line.quantity:
                    kept.lines[line.variant_id] -= line.quantity
                else:
                    kept.lines.pop(line.variant_id, None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cart: what is read inside is current, and nobody else changes it.

        Raises UpdateError if the session has gone.
        """
        try:
            with self.keeper.locked():
                self.forget()
                yield
        finally:
            self.forget()

    @contextmanager
    def changing(self, *, begin: bool = False) -> Iterator[Kept]:
        """What is kept, to be changed. No session is begun for less than `begin`."""
        if self.session.session_key is None and not begin:
            yield Kept()
            return
        with self.locked():
            kept = self.keeper.read()
            yield kept
            self.keeper.write(kept)

    def forget(self) -> None:
        """Read anew from here on what has been read."""
        for name in ("kept", "all_lines", "pictured", "discounts"):
            self.__dict__.pop(name, None)

    @property
    def waiting(self) -> Kept:
        """What this device held before its member signed in, until they say what becomes of it."""
        return Guest(self.session).read() if self.member else Kept()

    @property
    def merged(self) -> str:
        """The choice by which two carts became this one, while it can be undone; else empty."""
        noted = self.session.get(MERGED) if self.member else None
        return noted["choice"] if noted and Kept.of(noted["result"]) == self.kept else ""


def lines_of(kept: Kept, variants: Mapping[int, Variant]) -> list[Line]:
    return [Line(pk, quantity, variants.get(pk)) for pk, quantity in kept.lines.items()]


def shortage(variant: Variant, quantity: int) -> str:
    """What to say when there is not as much of a variant as asked for; empty when there is."""
    if variant.on_hand == 0:
        return gettext("Sold out.")
    if variant.on_hand < quantity:
        return ngettext("Only %(n)s left.", "Only %(n)s left.", variant.stock or 0) % {
            "n": variant.stock
        }
    return ""


def _buyable(variant_id: int) -> Variant:
    try:
        return Variant.objects.buyable().select_related("product").get(pk=variant_id)
    except Variant.DoesNotExist as error:
        raise Refused(gettext("That is no longer in the shop.")) from error


def _allowed(variant: Variant, quantity: int, known: int = 0) -> int:
    """The new quantity of a line that held `known`, or Refused."""
    total = quantity + known
    if quantity < 1:
        raise Refused(gettext("Choose a quantity of 1 or more."))
    if total > settings.CART_MAX_QUANTITY:
        raise Refused(
            gettext("At most %(most)s of one kind.") % {"most": settings.CART_MAX_QUANTITY}
            + _already(known)
        )
    if words := shortage(variant, total):
        raise Refused(words + _already(known))
    return total


def _already(known: int) -> str:
    return " " + gettext("Your cart has %(n)s already.") % {"n": known} if known else ""
