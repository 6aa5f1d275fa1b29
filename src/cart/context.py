from typing import Any

from django.conf import settings

from cart.cart import Cart
from web.request import Request


def cart(request: Request) -> dict[str, Any]:
    """The cart for the header. Without a session cookie the session is not even looked at."""
    if getattr(request, "cart", None) is None:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        known = known or bool(getattr(request, "session", None) and request.session.session_key)
        request.cart = Cart(request.session if known else {})
    return {"cart": request.cart}
