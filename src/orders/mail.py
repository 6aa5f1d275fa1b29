"""The mails that tell a shopper of an order, in the order's language, HTML and text."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orders.models import Attempt, Order, OrderEvent
from outbox.post import post


def placed(order: Order, event: OrderEvent, attempt: Attempt) -> None:
    _post("placed", order, event, {"attempt": attempt, "bank": settings.SHOP_BANK_ACCOUNT})


def paid(order: Order, event: OrderEvent) -> None:
    _post("paid", order, event, {})


def _post(kind: str, order: Order, event: OrderEvent, more: dict[str, Any]) -> None:
    context = more | {
        "order": order,
        "url": order.mail_url(),
        "site_url": settings.SITE_URL,
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "language": order.language,
    }
    with translation.override(order.language):
        subject = render_to_string(f"orders/mail/{kind}_subject.txt", context)
        text = render_to_string(f"orders/mail/{kind}.txt", context)
        html = render_to_string(f"orders/mail/{kind}.html", context)
    post(
        f"order-event:{event.pk}",
        kind,
        to=order.email,
        language=order.language,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
    )
