"""Places orders from Python, for tests of what comes after."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

import factories
from cart.cart import Cart
from orders import flows
from orders.models import Order
from orders.quote import Quote
from payments.provider import Captured, Declined, Seen, Unknown
from web.sessions import SessionStore


@dataclass
class Bank:
    """A payment provider with a ledger, which can be told what to answer."""

    code: str = "bank"
    hold: timedelta = timedelta(minutes=30)
    amount: int | None = None
    currency: str | None = None
    custom_id: str | None = None
    answer: str = "captured"
    ledger: dict[str, int] = field(default_factory=dict)

    def read(self, attempt):
        amount = attempt.amount if self.amount is None else self.amount
        return Seen(amount, self.currency or attempt.currency, self.custom_id or str(attempt.pk))

    def capture(self, attempt):
        match self.answer:
            case "declined":
                raise Declined
            case "unknown":
                raise Unknown
        self.ledger[str(attempt.request_id)] = attempt.amount
        return Captured(f"bank-{attempt.request_id}", attempt.amount, self.answer == "pending")


def cart_of(*lines: Any) -> Cart:
    """A new session's cart: `cart_of((variant, 2), (other, 1))`."""
    cart = Cart(SessionStore())
    for variant, quantity in lines:
        cart.add(variant.pk, quantity)
    return cart


def place(
    *lines: Any,
    provider: str = "offline",
    method: Any = None,
    cart: Cart | None = None,
    token: str = "",
    email: str = "",
    language: str = "en",
    member: Any = None,
) -> Order:
    """An order for (variant, quantity) pairs, each of a new shopper unless told."""
    cart = cart or cart_of(*lines)
    method = method or factories.delivery()
    buyer = flows.Buyer(
        email=email or f"{secrets.token_hex(4)}@example.com",
        phone="",
        address=dict(factories.ADDRESS),
        language=language,
        member=member,
    )
    return flows.place(
        cart,
        token=token or secrets.token_urlsafe(24),
        buyer=buyer,
        method=method,
        provider=provider,
        seen=Quote(cart.lines, method).digest,
    )


def lapse(order: Order) -> None:
    """Let an order's hold end, by the database's clock."""
    Order.objects.filter(pk=order.pk).update(hold_until=Now() - timedelta(seconds=1))
