from typing import Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from web.request import Request
from wishlist.wishlist import Wishlist


def wishlist(request: Request) -> dict[str, Any]:
    """What is kept for later; read when a template of a personal page shows it."""
    return {"wishlist": SimpleLazyObject(lambda: wishlist_of(request))}


def wishlist_of(request: Request) -> Wishlist:
    """The visitor's. Without a session cookie the session is not even looked at."""
    known = settings.SESSION_COOKIE_NAME in request.COOKIES or request.session.session_key
    if not known:
        return Wishlist({})
    return Wishlist(request.session, request.user if request.user.is_authenticated else None)
