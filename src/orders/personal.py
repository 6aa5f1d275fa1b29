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
    ReturnLine,
    ReturnRequest,
    Shipment,
    ShipmentLine,
)

MODELS = [Order, OrderLine, Discount, OrderEvent, Attempt, Capture, Refund, RefundLine]
MODELS += [Shipment, ShipmentLine, Invoice, ReturnRequest, ReturnLine]
ORDER = "order__number"


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    orders = Order.objects.of(member, emails).order_by("pk")
    return {
        "orders": _rows(
            orders,
            *("number", "state", "placed_at", "paid_at", "language", "email", "phone", "address"),
            *("delivery_en", "delivery_price", "goods", "discount", "delivery_discount", "tax"),
            *("total", "currency"),
        ),
        **_goods(orders),
        **_returns(orders),
        **_money(orders),
        "events": _rows(OrderEvent.objects.filter(order__in=orders), ORDER, "at", "kind", "why"),
    }


def _goods(orders: QuerySet[Order]) -> dict[str, list[dict]]:
    """What was bought, and the parcels it came in."""
    lines = OrderLine.objects.filter(order__in=orders)
    parcels = Shipment.objects.filter(order__in=orders)
    return {
        "order_lines": _rows(
            lines,
            *(ORDER, "sku", "name_en", "choices_en", "quantity", "unit_price", "discount"),
            *("total", "tax_rate", "tax", "fulfilled", "refunded"),
        ),
        "parcels": _rows(parcels, ORDER, "sent_at", "carrier__name", "tracking"),
    }


def _returns(orders: QuerySet[Order]) -> dict[str, list[dict]]:
    asked = ReturnRequest.objects.filter(order__in=orders)
    lines = ReturnLine.objects.filter(request__in=asked)
    return {
        "returns": _rows(asked, ORDER, "asked_at", "state", "note", "answer"),
        "return_lines": _rows(lines, f"request__{ORDER}", "line__sku", "quantity", "reason"),
    }


def _money(orders: QuerySet[Order]) -> dict[str, list[dict]]:
    discounts = Discount.objects.filter(order__in=orders)
    attempts = Attempt.objects.filter(order__in=orders)
    captures = Capture.objects.filter(attempt__order__in=orders)
    refunds = Refund.objects.filter(capture__attempt__order__in=orders)
    invoices = Invoice.objects.filter(order__in=orders)
    return {
        "discounts": _rows(discounts, ORDER, "code", "amount"),
        "payments": _rows(
            attempts,
            *(ORDER, "created_at", "provider", "state", "amount", "currency", "provider_order_id"),
        ),
        "captures": _rows(captures, f"attempt__{ORDER}", "at", "capture_id", "amount"),
        "refunds": _rows(refunds, f"capture__attempt__{ORDER}", "created_at", "amount", "why"),
        "invoices": _rows(invoices, ORDER, "year", "number", "issued_at"),
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
