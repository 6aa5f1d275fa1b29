"""The mails that tell a shopper of an order, in their language, HTML and text."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orders.models import Attempt, Order, OrderEvent, Refund, ReturnRequest, Shipment
from outbox.models import Message
from outbox.post import post


def placed(order: Order, attempt: Attempt) -> None:
    """Tell of an order that is paid by bank transfer: once, however often that is chosen."""
    event = order.events.filter(kind=OrderEvent.Kind.PLACED).get()
    if not told(order):
        _post("placed", order, event, {"attempt": attempt, "bank": settings.SHOP_BANK_ACCOUNT})


def told(order: Order) -> bool:
    """Whether a mail has told the shopper that the order is placed."""
    events = order.events.filter(kind=OrderEvent.Kind.PLACED)
    about = [_about(event) for event in events]
    return Message.objects.filter(about__in=about, kind="placed").exists()


def paid(order: Order, event: OrderEvent) -> None:
    _post("paid", order, event, {})


def shipped(order: Order, event: OrderEvent, parcel: Shipment) -> None:
    _post("shipped", order, event, {"parcel": parcel})


def refunded(order: Order, event: OrderEvent, refund: Refund) -> None:
    _post("refunded", order, event, {"refund": refund})


def cancelled(order: Order, event: OrderEvent) -> None:
    _post("cancelled", order, event, {})


def return_asked(order: Order, event: OrderEvent, asked: ReturnRequest) -> None:
    _post("return_asked", order, event, {"asked": asked})


def return_refused(order: Order, event: OrderEvent, asked: ReturnRequest, why: str) -> None:
    _post("return_refused", order, event, {"asked": asked, "why": why})


def _about(event: OrderEvent) -> str:
    return f"order-event:{event.pk}"


def _post(kind: str, order: Order, event: OrderEvent, more: dict[str, Any]) -> None:
    if not order.email:
        return  # the person has been erased: nobody is to be told
    language = order.mail_language
    context = more | {
        "order": order,
        "url": order.address_of("orders:detail", language),
        "site_url": settings.SITE_URL,
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "shop_email": settings.SHOP_EMAIL,
        "language": language,
    }
    with translation.override(language):
        subject = render_to_string(f"orders/mail/{kind}_subject.txt", context)
        text = render_to_string(f"orders/mail/{kind}.txt", context)
        html = render_to_string(f"orders/mail/{kind}.html", context)
    post(
        _about(event),
        kind,
        to=order.email,
        language=language,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
    )
