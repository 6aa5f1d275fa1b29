from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from web.sessions import SessionStore


class Request(HttpRequest):
    """A request as the shop's middleware hands it to a view; a type for reading, never made."""

    htmx: HtmxDetails
    session: SessionStore
    cart: Any  # cart.cart.Cart, once a view or the header has asked for it
