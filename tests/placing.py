"""Places orders from Python, for tests of what comes after."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

import factories
from cart.cart import Cart
from orders import flows
from orders.models import Carrier, Order, Shipment
from orders.quote import Quote
from payments.provider import Captured, Declined, Money, Refunded, Refused, Seen, Unknown
from web.sessions import SessionStore


@dataclass
class Bank:
    """A payment provider with a ledger, which can be told what to answer."""

    code: str = "bank"
    hold: timedelta = timedelta(minutes=30)
    redirects: bool = False
    amount: int | None = None
    currency: str | None = None
    custom_id: str | None = None
    answer: str = "captured"
    ledger: dict[str, int] = field(default_factory=dict)
    given_back: dict[str, int] = field(default_factory=dict)

    def takes(self, amount, currency):
        return True

    def read(self, attempt):
        amount = attempt.amount if self.amount is None else self.amount
        currency, mine = self.currency or attempt.currency, self.custom_id or str(attempt.pk)
        taken = self.ledger.get(str(attempt.request_id))
        captures = [] if taken is None else [self._captured(attempt)]
        refunds = [
            Refunded(f"bank-{key}", amount, currency, self._money(), key)
            for key, amount in self.given_back.items()
        ]
        return Seen(amount, currency, mine, captures=captures, refunds=refunds)

    def capture(self, attempt):
        match self.answer:
            case "declined":
                raise Declined
            case "unknown":
                raise Unknown
        self.ledger[str(attempt.request_id)] = attempt.amount
        return self._captured(attempt)

    def _captured(self, attempt):
        capture_id = f"bank-{attempt.request_id}"
        return Captured(capture_id, attempt.amount, attempt.currency, self._money())

    def _money(self):
        return Money.PENDING if self.answer == "pending" else Money.MOVED

    def refund(self, refund):
        match self.answer:
            case "declined":
                raise Refused("no")
            case "unknown":
                raise Unknown
        self.given_back[str(refund.request_id)] = refund.amount
        currency = refund.capture.attempt.currency
        return Refunded(f"bank-{refund.request_id}", refund.amount, currency, self._money())


def cart_of(*lines: Any, codes: Any = ()) -> Cart:
    """A new session's cart: `cart_of((variant, 2), (other, 1))`, and the codes used on it."""
    cart = Cart(SessionStore())
    for variant, quantity in lines:
        cart.add(variant.pk, quantity)
    for code in codes:
        cart.use(str(code))
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
    codes: Any = (),
) -> Order:
    """An order for (variant, quantity) pairs, each of a new shopper unless told."""
    cart = cart or cart_of(*lines, codes=codes)
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
        seen=Quote(cart.lines, method, cart.codes, buyer.person).digest,
    )


def lapse(order: Order) -> None:
    """Let an order's hold end, by the database's clock."""
    Order.objects.filter(pk=order.pk).update(hold_until=Now() - timedelta(seconds=1))


def pay(order: Order) -> Order:
    """Pay an order by whichever provider it was placed with."""
    flows.settle(order.attempts.get().pk)
    order.refresh_from_db()
    return order


def carrier(name: str = "Royal Mail", url: str = "https://track.example/{}") -> Carrier:
    return Carrier.objects.get_or_create(name=name, defaults={"tracking_url": url})[0]


def send(order: Order, n: int | None = None, tracking: str = "RM 1/2") -> Shipment:
    """Send n pieces of the order's first line, or everything that is left."""
    pieces = {line.pk: line.held for line in order.lines.all() if line.held}
    if n is not None:
        pieces = {order.lines.all()[0].pk: n}
    return flows.ship(order.pk, pieces, carrier(), tracking)
