"""The mails that tell a shopper of an order, in their language, HTML and text.

Each verb gives back the mail that it has written, or None.
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orders.models import Attempt, Order, OrderEvent, Refund, ReturnRequest, Shipment
from outbox.kinds import Kind
from outbox.look import written
from outbox.models import Message
from outbox.post import post

PLACED = Kind("placed")
PAID = Kind("paid")
SHIPPED = Kind("shipped")
REFUNDED = Kind("refunded")
CANCELLED = Kind("cancelled")
RETURN_ASKED = Kind("return_asked")
RETURN_REFUSED = Kind("return_refused")


def placed(order: Order, attempt: Attempt) -> Message | None:
    """Tell of an order that is paid by bank transfer: once, however often that is chosen."""
    event = order.events.filter(kind=OrderEvent.Kind.PLACED).get()
    if told(order):
        return None
    return _post(PLACED, order, event, {"attempt": attempt, "bank": settings.SHOP_BANK_ACCOUNT})


def told(order: Order) -> bool:
    """Whether a mail has told the shopper that the order is placed."""
    events = order.events.filter(kind=OrderEvent.Kind.PLACED)
    about = [_about(event) for event in events]
    return Message.objects.filter(about__in=about, kind=PLACED).exists()


def paid(order: Order, event: OrderEvent) -> Message | None:
    return _post(PAID, order, event, {})


def shipped(order: Order, event: OrderEvent, parcel: Shipment) -> Message | None:
    return _post(SHIPPED, order, event, {"parcel": parcel})


def refunded(order: Order, event: OrderEvent, refund: Refund) -> Message | None:
    return _post(REFUNDED, order, event, {"refund": refund})


def cancelled(order: Order, event: OrderEvent) -> Message | None:
    return _post(CANCELLED, order, event, {})


def return_asked(order: Order, event: OrderEvent, asked: ReturnRequest) -> Message | None:
    return _post(RETURN_ASKED, order, event, {"asked": asked})


def return_refused(
    order: Order, event: OrderEvent, asked: ReturnRequest, why: str
) -> Message | None:
    return _post(RETURN_REFUSED, order, event, {"asked": asked, "why": why})


def _about(event: OrderEvent) -> str:
    return f"order-event:{event.pk}"


def _post(kind: Kind, order: Order, event: OrderEvent, more: dict[str, Any]) -> Message | None:
    if not order.email:
        return None  # the person has been erased: nobody is to be told
    language = order.mail_language
    context = more | {"order": order, "url": order.address_of("orders:detail", language)}
    with translation.override(language):
        subject = render_to_string(f"orders/mail/{kind}_subject.txt", context)
        letter = written(f"orders/mail/{kind}", " ".join(subject.split()), context)
    return post(_about(event), kind, to=order.email, **letter)
