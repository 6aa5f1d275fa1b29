"""Refund: pieces of a paid order, and its delivery, are given back."""

import uuid
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from catalog.models import Variant
from money.shares import share
from orders.flows.errors import NotRefunded
from orders.flows.refunds import owe
from orders.flows.shipping import finish
from orders.models import Capture, Order, OrderLine, Refund, RefundLine

REFUNDABLE = (Order.State.PAID, Order.State.FULFILLED)


@dataclass(frozen=True)
class Part:
    """So many pieces of a line: what they come to, and how many of them were not sent yet."""

    line: OrderLine
    quantity: int
    amount: int
    tax: int

    @property
    def unsent(self) -> int:
        return min(self.quantity, self.line.held)


def parts(order: Order, pieces: Mapping[int, int]) -> list[Part]:
    """What the pieces of each line (by its id) come to. Raises NotRefunded if there are fewer."""
    lines = {line.pk: line for line in order.lines.all()}
    found = []
    for pk, n in pieces.items():
        if not n:
            continue
        if pk not in lines or not 0 < n <= lines[pk].refundable:
            raise NotRefunded(pk)
        line = lines[pk]
        cut = (line.quantity, line.refunded, n)
        found.append(Part(line, n, share(line.charged, *cut), share(line.tax, *cut)))
    return found


@transaction.atomic
def refund(
    order_id: int,
    pieces: Mapping[int, int],
    *,
    delivery: int = 0,
    restock: Container[int] = (),
    who: Any = None,
    why: str = "",
    request_id: uuid.UUID | None = None,
) -> Refund:
    """Owe the shopper so many pieces of each line (by its id), and `delivery` in minor units.

    Pieces that were not sent yet come first. Those of the lines in `restock` go back on the
    shelf. The same `request_id` again gives the same refund; `send` gives the money back.
    Raises NotRefunded, with nothing changed, if there is not as much.
    """
    order = Order.objects.select_for_update(of=["self"]).get(pk=order_id)
    if request_id and (known := Refund.objects.filter(form_id=request_id).first()):
        if known.capture.attempt.order_id != order.pk:
            raise NotRefunded
        return known
    if order.state not in REFUNDABLE or not 0 <= delivery <= order.delivery_left:
        raise NotRefunded
    chosen = parts(order, pieces)
    capture = Capture.objects.filter(attempt__order=order, surplus=False).first()
    if capture is None:
        raise NotRefunded  # an order of 0 has taken no money
    amount = sum(part.amount for part in chosen) + delivery
    owed = owe(capture, amount, who=who, why=why, delivery=delivery, form_id=request_id)
    for part in sorted(chosen, key=lambda each: each.line.variant_id or 0):
        _take_back(owed, part, part.line.pk in restock)
    Order.objects.filter(pk=order.pk).update(delivery_refunded=F("delivery_refunded") + delivery)
    finish(order, who)
    return owed


def _take_back(owed: Refund, part: Part, restock: bool) -> None:
    """Book the pieces. Who writes them has the order's lock, so what was read is still so."""
    line, sent = part.line, part.quantity - part.unsent
    restock = restock and line.variant_id is not None
    OrderLine.objects.filter(pk=line.pk).update(
        refunded=F("refunded") + part.quantity,
        held=F("held") - part.unsent,
        written_off=F("written_off") + (0 if restock else part.unsent),
        restocked=F("restocked") + (sent if restock else 0),
    )
    if restock and line.variant_id:
        Variant.objects.give_back(line.variant_id, part.quantity)
    RefundLine.objects.create(
        refund=owed,
        line=line,
        quantity=part.quantity,
        amount=part.amount,
        tax=part.tax,
        restock=restock,
    )
