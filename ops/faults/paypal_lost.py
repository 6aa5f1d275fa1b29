"""PayPal takes the money and its answer is lost; or nobody comes back and nobody tells."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from shoppers import at_paypal, invariants, variant
from stage import Stage
from table import Figures, row

from orders.models import Capture
from outbox.models import Message
from paying import Purchase
from workers import wait_for

PAID = ("paid", ["captured"])
LOST = {
    "500": {"do": "error"},
    "dropped": {"do": "drop"},
    "timeout": {"do": "delay", "seconds": 15},
}


@contextmanager
def untold(stage: Stage) -> Iterator[None]:
    """No notice reaches the shop."""
    stage.paypal.deliver_to("")
    try:
        yield
    finally:
        stage.paypal.deliver_to(f"{stage.shop.url}/webhooks/paypal/")


def booked(purchase: Purchase, since: float, seconds: float) -> float:
    """Seconds from `since` until it is paid."""
    wait_for(lambda: purchase.state == PAID, seconds)
    return time.monotonic() - since


def once(purchase: Purchase) -> bool:
    captures = Capture.objects.filter(attempt__order=purchase.order).count()
    mails = Message.objects.filter(to=purchase.order.email, kind="paid").count()
    return purchase.taken == [purchase.order.total] and captures == mails == 1


@row("PayPal 500, dropped or timeout after capturing", "booked exactly once within 2 minutes")
def after_capturing(stage: Stage) -> Figures:
    cup, since = variant(stage, 100), {}
    purchases = {n: at_paypal(stage, cup, email=f"lost-{n}@example.com") for n in LOST}
    with untold(stage):
        for name, fault in LOST.items():
            stage.paypal.fault("capture", when="after", times=1, **fault)
            page = purchases[name].come_back().text
            since[name] = time.monotonic()
            yield f"{name}: “being checked”", "Your payment is being checked." in page
        for name, each in purchases.items():
            took = booked(each, since[name], 240)
            yield f"booked after {took:.0f} s", took < 120
            yield "once" if once(each) else f"taken {each.taken}", once(each)
        yield from invariants(stage)


@row("approved, no return, no webhook", "paid within 5 minutes")
def nobody_tells(stage: Stage) -> Figures:
    purchase = at_paypal(stage, variant(stage, 10), email="silent@example.com")
    with untold(stage):
        stage.paypal.approve(purchase.number)
        took = booked(purchase, time.monotonic(), 400)
    yield f"paid after {took:.0f} s", took < 300
    yield "once", once(purchase)
    yield from invariants(stage)
