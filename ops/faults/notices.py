"""PayPal tells too much, too late, in the wrong order, or somebody else tells in its name."""

from collections import Counter
from typing import Any

from shoppers import at_paypal, invariants, variant
from stage import Stage
from table import Figures, row

from orders.models import Capture, Refund, WebhookEvent
from outbox.models import Message
from paying import Purchase
from workers import wait_for

DAYS = 3 * 86_400  # seconds


def end(purchase: Purchase, *, refunds: int = 0) -> Any:
    """How an order stands once all is looked at that PayPal had to say of it."""

    def is_over() -> bool:
        heard = WebhookEvent.objects.filter(attempt__order=purchase.order)
        ended = Refund.objects.filter(capture__attempt__order=purchase.order, state="done").count()
        told = heard.exists() and not heard.filter(handled_at=None).exists()
        return purchase.state[0] == "paid" and told and ended == refunds

    wait_for(is_over, 180)
    of_order = Capture.objects.filter(attempt__order=purchase.order)
    mails = Message.objects.filter(to=purchase.order.email)
    return (
        purchase.state,
        purchase.taken,
        list(of_order.values_list("amount", flat=True)),
        list(of_order.filter(refunds__state="done").values_list("refunds__amount", flat=True)),
        Counter(mails.values_list("kind", flat=True)),
    )


def in_order(stage: Stage, cup: Any) -> Any:
    purchase = at_paypal(stage, cup, email="in-order@example.com")
    purchase.come_back()
    return end(purchase)


def five_times(stage: Stage, cup: Any) -> Any:
    purchase = at_paypal(stage, cup, email="five-times@example.com")
    stage.paypal.fault("webhook", "duplicate", copies=5, times=0)
    stage.paypal.approve(purchase.number)
    return end(purchase)


def reversed_(stage: Stage, cup: Any) -> Any:
    purchase = at_paypal(stage, cup, email="reversed@example.com")
    stage.paypal.fault("webhook", "reorder", times=2)
    purchase.come_back()
    return end(purchase)


def days_late(stage: Stage, cup: Any) -> Any:
    purchase = at_paypal(stage, cup, email="late@example.com")
    stage.paypal.fault("webhook", "lose", times=0)
    purchase.come_back()
    stage.paypal.clear_faults()
    stage.paypal.shift_clock(DAYS)
    for kind in ("PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"):
        stage.paypal.resend(event_type=kind, times=5)
    ended = end(purchase)
    stage.paypal.control("POST", "clock", {"shift": 0})
    return ended


def refunded(stage: Stage, cup: Any, email: str, *, first: bool) -> Any:
    """Given back at PayPal; with `first` that is told before the shop knows of the capture."""
    purchase = at_paypal(stage, cup, email=email)
    if first:
        stage.paypal.fault("webhook", "reorder", times=3)
        stage.paypal.fault("capture", "error", when="after", times=1)
    purchase.come_back()
    captures = stage.paypal.ledger()["captures"]
    [capture] = [each["id"] for each in captures if each["order_id"] == purchase.number]
    if not first:
        end(purchase)
    stage.paypal.refund(capture)
    return end(purchase, refunds=1)


def badly_signed(stage: Stage, cup: Any) -> Figures:
    purchase = at_paypal(stage, cup, email="forged@example.com")
    noted = WebhookEvent.objects.count()
    stage.paypal.fault("webhook", "bad-signature", times=0)
    stage.paypal.approve(purchase.number)

    def delivery() -> Any:
        events = stage.paypal.ledger()["webhooks"]
        return next(e for e in events if e["resource_id"] == purchase.number)["deliveries"][0]

    wait_for(lambda: delivery()["state"] == "given up", 60)
    stage.paypal.clear_faults()
    statuses = {each["status"] for each in delivery()["attempts"]}
    same = purchase.state == ("awaiting", ["created"]) and not purchase.taken
    more = WebhookEvent.objects.count() - noted
    yield f"badly signed: {statuses}, nothing changed", same and statuses == {400} and not more


def of_nobody(stage: Stage) -> Figures:
    noted = WebhookEvent.objects.filter(attempt=None).count()
    stage.paypal.approve(stage.paypal.create().json()["id"])
    of_none = WebhookEvent.objects.filter(attempt=None, handled_at__isnull=False)
    wait_for(lambda: of_none.count() > noted, 60)
    yield "of an unknown order: heard, nothing changed", True


@row(
    "webhooks five times, reversed, days late, badly signed, for an unknown order, refund first",
    "the same final state as in order; a bad signature changes nothing",
)
def told(stage: Stage) -> Figures:
    cup = variant(stage, 100)
    usual = in_order(stage, cup)
    for name, case in (("five times", five_times), ("reversed", reversed_), ("late", days_late)):
        ended = case(stage, cup)
        stage.paypal.clear_faults()
        yield f"{name}: {'the same' if ended == usual else ended}", ended == usual
    back = refunded(stage, cup, "refund-last@example.com", first=False)
    early = refunded(stage, cup, "refund-first@example.com", first=True)
    stage.paypal.clear_faults()
    yield f"refund first: {'the same' if early == back else (early, back)}", early == back
    yield from badly_signed(stage, cup)
    yield from of_nobody(stage)
    yield from invariants(stage)
