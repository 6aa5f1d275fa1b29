"""A person's orders. An erased order keeps what the accounts need, and nobody's name."""

from typing import Any

from django.db.models import QuerySet

from orders.flows.errors import NotErased
from orders.flows.forgetting import anonymise, hindrances_among
from orders.models import (
    Attempt,
    Capture,
    Discount,
    Invoice,
    Order,
    OrderEvent,
    OrderLine,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
)

MODELS = [Order, OrderLine, Discount, OrderEvent, Attempt, Capture, Refund, RefundLine]
MODELS += [Shipment, ShipmentLine, Invoice]
ORDER = "order__number"
REFUNDED = "capture__attempt__order__number"


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    orders = Order.objects.of(member, emails).order_by("pk")
    of_them = {"order__in": orders}
    refunds = Refund.objects.filter(capture__attempt__order__in=orders)
    return {
        "orders": _rows(
            orders,
            *("number", "state", "placed_at", "paid_at", "language", "email", "phone", "address"),
            *("delivery_en", "delivery_price", "goods", "discount", "delivery_discount", "tax"),
            *("total", "currency"),
        ),
        "order_lines": _rows(
            OrderLine.objects.filter(**of_them),
            *(ORDER, "sku", "name_en", "choices_en", "quantity", "unit_price", "discount"),
            *("total", "tax_rate", "tax", "fulfilled", "refunded"),
        ),
        "discounts": _rows(Discount.objects.filter(**of_them), ORDER, "code", "amount"),
        "events": _rows(OrderEvent.objects.filter(**of_them), ORDER, "at", "kind", "why"),
        "payments": _rows(
            Attempt.objects.filter(**of_them),
            *(ORDER, "created_at", "provider", "state", "amount", "currency", "provider_order_id"),
        ),
        "captures": _rows(
            Capture.objects.filter(attempt__order__in=orders),
            *("attempt__order__number", "at", "capture_id", "amount"),
        ),
        "refunds": _rows(refunds, REFUNDED, "created_at", "state", "amount", "why"),
        "parcels": _rows(
            Shipment.objects.filter(**of_them), ORDER, "sent_at", "carrier__name", "tracking"
        ),
        "invoices": _rows(Invoice.objects.filter(**of_them), ORDER, "year", "number", "issued_at"),
    }


def _rows(found: QuerySet[Any], *fields: str) -> list[dict]:
    """The fields, each under its plain name: "attempt__order__number" is "order"."""
    names = {name: _plain(name) for name in fields}
    return [
        {names[name]: value for name, value in row.items()}
        for row in found.order_by("pk").values(*fields)
    ]


def _plain(name: str) -> str:
    if name.endswith("order__number"):
        return "order"
    return name.removesuffix("_en").removesuffix("__name")


def erase(member: Any, emails: set[str]) -> None:
    """Raises NotErased while one of them is not done with."""
    orders = Order.objects.of(member, emails)
    locked = list(orders.select_for_update(of=["self"]).order_by("pk"))
    if hindrances := hindrances_among(orders):
        raise NotErased(hindrances)
    for order in locked:
        anonymise(order)
