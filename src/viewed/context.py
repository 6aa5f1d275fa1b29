from typing import Any

from django.utils.functional import SimpleLazyObject

from cart.context import cart
from viewed.viewed import Viewed
from web.request import Request


def most_viewed(request: Request) -> dict[str, Any]:
    """What was looked at most, without what is in the cart; read when a template shows it."""

    def read() -> list[Any]:
        held = cart(request)["cart"]
        in_cart = [line.variant.product_id for line in held.all_lines if line.variant]
        return Viewed(held.session).most(exclude=in_cart)

    return {"most_viewed": SimpleLazyObject(read)}
