"""The checkout of a session: what the shopper has told so far, and the steps still to take."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.utils import translation

from cart.cart import Cart
from coupons.person import Person
from orders import flows
from orders.models import DeliveryMethod, Order
from orders.quote import Quote

KEY = "checkout"


class Checkout:
    """Held under the key `checkout`: token, email, phone, address, method (a code)."""

    def __init__(self, session: Any, member: Any = None) -> None:
        self.session, self.member = session, member
        self.cart = Cart(session, member, anew=True)

    @property
    def told(self) -> dict[str, Any]:
        return self.session.get(KEY) or {}

    @property
    def country(self) -> str:
        return self.told.get("address", {}).get("country_code", "")

    @property
    def methods(self) -> Sequence[DeliveryMethod]:
        return DeliveryMethod.objects.to(self.country) if self.country else []

    @property
    def method(self) -> DeliveryMethod | None:
        code = self.told.get("method")
        return next((method for method in self.methods if method.code == code), None)

    def tell(self, **more: Any) -> None:
        """Remember an answer. The token that makes the order unique is made with the first.

        Under the lock, so that another window's order does not see its token come back. A session
        that has gone takes its answers with it.
        """
        with suppress(UpdateError), self.session.locked():
            self.session[KEY] = {"token": _token()} | self.told | more

    def missing(self) -> str | None:
        """The first step that still lacks an answer, by its address's name."""
        if not self.cart.lines:
            return "cart:detail"
        if not self.country:
            return "checkout:address"
        return None if self.method else "checkout:delivery"

    def quote(self) -> Quote | None:
        if self.method is None:
            return None
        person = Person.of(self.told["email"], self.member and self.member.pk)
        return Quote(self.cart.lines, self.method, self.cart.codes, person)

    def place(self, token: str, seen: str, provider: str) -> Order | None:
        """Place the order, or find the one that this token made; None if answers are missing.

        All under the session's lock: of many identical posts one places, the others find.
        Raises flows.NotPlaced, or UpdateError if the session has gone.
        """
        if self.session.session_key is None:
            return Order.objects.filter(checkout_token=token).first()
        with self.session.locked():
            if order := Order.objects.filter(checkout_token=token).first():
                self._renew(token)
                return order
            fresh = Checkout(self.session, self.member)
            method = fresh.method
            if method is None or token != fresh.told.get("token") or fresh.missing():
                return None
            buyer = flows.Buyer(
                email=fresh.told["email"],
                phone=fresh.told["phone"],
                address=fresh.told["address"],
                language=translation.get_language() or "en",
                member=self.member,
            )
            order = flows.place(
                fresh.cart,
                token=token,
                buyer=buyer,
                method=method,
                provider=provider,
                seen=seen,
            )
            self._renew(token)
            return order

    def _renew(self, used: str) -> None:
        """The next order starts with the same person, and with a token of its own."""
        if self.told.get("token") == used:
            kept = {key: self.told[key] for key in ("email", "phone", "address")}
            self.session[KEY] = kept | {"token": _token()}


def _token() -> str:
    return secrets.token_urlsafe(24)  # 192 bits
