"""Order again: what can be bought of an order goes into the cart, and the rest is told."""

import uuid
from dataclasses import dataclass, field

from django.conf import settings

from cart.cart import Cart
from cart.codes import Refused
from catalog.models import Variant
from orders.models import Order, OrderLine

DONE, REMEMBERED = "ordered-again", 10  # presses that the session knows, the latest of them


@dataclass
class Again:
    """What became of each line: how many are in the cart now, what is gone, what costs another
    price than then (with today's, in minor units)."""

    added: list[tuple[OrderLine, int]] = field(default_factory=list)
    gone: list[OrderLine] = field(default_factory=list)
    repriced: list[tuple[OrderLine, int]] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return any(n for _line, n in self.added)

    @property
    def short(self) -> list[tuple[OrderLine, int]]:
        return [(line, n) for line, n in self.added if n < line.quantity]


def again(order: Order, cart: Cart, once: uuid.UUID) -> Again | None:
    """Put the order's pieces into the cart beside what is there. Raises UpdateError.

    With the same `once` again it does nothing and returns None.
    """
    with cart.locked():
        done = cart.session.get(DONE, [])
        if (mark := f"{order.pk} {once}") in done:
            return None
        result = _put(order, cart)
        cart.session[DONE] = [*done, mark][-REMEMBERED:]
        return result


def _put(order: Order, cart: Cart) -> Again:
    lines = list(order.lines.all())
    found = Variant.objects.buyable().in_bulk(
        [line.variant_id for line in lines if line.variant_id]
    )
    result = Again()
    for line in lines:
        variant = found.get(line.variant_id or 0)
        if variant is None:
            result.gone.append(line)
            continue
        n = _add(cart, variant, line.quantity)
        result.added.append((line, n))
        if n and (variant.price, settings.SHOP_CURRENCY) != (line.unit_price, order.currency):
            result.repriced.append((line, variant.price))
    return result


def _add(cart: Cart, variant: Variant, wanted: int) -> int:
    """As many of the wanted pieces as there are and as a line may have."""
    known = sum(line.quantity for line in cart.all_lines if line.variant_id == variant.pk)
    n = int(min(wanted, variant.on_hand - known, settings.CART_MAX_QUANTITY - known))
    try:
        return cart.add(variant.pk, n).quantity if n > 0 else 0
    except Refused:  # others have bought meanwhile, or the cart is full
        return 0
