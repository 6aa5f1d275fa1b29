"""The guest cart: `{variant id: {"quantity": n}}` in the session, codes, and nothing else.

Prices, names and totals are read from the shop each time. Every change is made under the lock of
the session's row, so that parallel requests lose nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext, ngettext

from cart.codes import Codes, Refused
from catalog import kept
from catalog.models import Variant

KEY = "cart"


@dataclass(frozen=True)
class Line:
    """A variant (None when the shop no longer has it) and how many of it."""

    variant_id: int
    quantity: int
    variant: Variant | None

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
    def __init__(self, session: Any) -> None:
        """`session` is a store with `locked()`; an empty mapping stands for no session yet."""
        self.session = session

    @property
    def quantities(self) -> dict[str, dict[str, int]]:
        return self.session.get(KEY) or {}

    @property
    def count(self) -> int:
        """Pieces in all lines; read without a look at the catalogue."""
        return sum(entry["quantity"] for entry in self.quantities.values())

    @cached_property
    def all_lines(self) -> list[Line]:
        wanted = {int(key): entry["quantity"] for key, entry in self.quantities.items()}
        if not wanted:
            return []
        variants = kept.variants(wanted)
        return [Line(pk, n, variants.get(pk)) for pk, n in wanted.items()]

    @cached_property
    def pictured(self) -> list[Line]:
        """All lines, their products' pictures fetched: two queries, whatever their number."""
        products = [line.variant.product for line in self.all_lines if line.variant]
        prefetch_related_objects(products, "pictures__values")
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
        with self._changing(begin=True) as entries:
            known = entries.get(str(variant_id), {}).get("quantity", 0)
            if not known and len(entries) >= settings.CART_MAX_LINES:
                raise Refused(gettext("The cart is full. Remove something first."))
            entries[str(variant_id)] = {"quantity": _allowed(variant, quantity, known)}
        return Line(variant_id, quantity, variant)

    def change(self, variant_id: int, quantity: int) -> Line:
        """Set the quantity of a line. Raises Refused, also if there is no such line."""
        variant = _buyable(variant_id)
        with self._changing() as entries:
            if str(variant_id) not in entries:
                raise Refused(gettext("That is no longer in your cart."))
            entries[str(variant_id)] = {"quantity": _allowed(variant, quantity)}
        return Line(variant_id, quantity, variant)

    def remove(self, variant_id: int) -> Line | None:
        """Take a line out and return it; None if it was not there."""
        line = next((line for line in self.all_lines if line.variant_id == variant_id), None)
        with self._changing() as entries:
            entries.pop(str(variant_id), None)
        return line

    def put_back(self, pieces: list[tuple[int, int]]) -> None:
        """Put (variant id, quantity) pairs back beside what is there, as many as a line may have.

        What cannot be bought as it stands is set aside by the cart's page, as ever.
        """
        with self._changing(begin=True) as entries:
            for variant_id, quantity in pieces:
                known = entries.get(str(variant_id), {}).get("quantity", 0)
                most = min(known + quantity, settings.CART_MAX_QUANTITY)
                entries[str(variant_id)] = {"quantity": most}

    def empty(self, lines: list[Line]) -> None:
        """Take these lines out, as they have been ordered; what was added since stays."""
        with self._changing() as entries:
            for line in lines:
                key = str(line.variant_id)
                if key in entries and entries[key]["quantity"] <= line.quantity:
                    del entries[key]
                elif key in entries:
                    entries[key]["quantity"] -= line.quantity

    @contextmanager
    def _changing(self, *, begin: bool = False) -> Iterator[dict[str, dict[str, int]]]:
        if self.session.session_key is None and not begin:
            yield {}  # no session holds no cart, and none is begun for that
            return
        with self.session.locked():
            entries = dict(self.quantities)
            yield entries
            self.session[KEY] = entries
        self.forget()


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
