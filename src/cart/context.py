from typing import Any

from django.conf import settings

from cart.cart import Cart
from web.request import Request


def cart_of(request: Request, *, anew: bool = False) -> Cart:
    """The visitor's cart: the member's who is signed in, or the session's."""
    member = request.user if request.user.is_authenticated else None
    return Cart(request.session, member, anew=anew)


def cart(request: Request) -> dict[str, Any]:
    """The cart for the header. Without a session cookie the session is not even looked at."""
    if getattr(request, "cart", None) is None:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        known = known or bool(getattr(request, "session", None) and request.session.session_key)
        request.cart = cart_of(request) if known else Cart({})
    return {"cart": request.cart}
