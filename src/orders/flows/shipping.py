"""Ship: pieces of a paid order leave in a parcel."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from orders import mail
from orders.flows.errors import NotShipped
from orders.models import Carrier, Order, OrderEvent, OrderLine, Shipment, ShipmentLine


@transaction.atomic
def ship(
    order_id: int,
    pieces: Mapping[int, int],
    carrier: Carrier,
    tracking: str = "",
    who: Any = None,
    *,
    request_id: uuid.UUID | None = None,
) -> Shipment:
    """Note a parcel with so many pieces of each line (by its id) and tell the shopper by mail.

    The same `request_id` again gives the same parcel. Raises NotShipped if the order is not
    paid, if a line has fewer pieces to send, or if there are none; then nothing has changed.
    """
    order = Order.objects.select_for_update(of=["self"]).get(pk=order_id)
    if request_id and (known := Shipment.objects.filter(form_id=request_id).first()):
        if known.order_id != order.pk:
            raise NotShipped
        return known
    wanted = {pk: n for pk, n in pieces.items() if n}
    if order.state != Order.State.PAID or not wanted:
        raise NotShipped
    parcel = order.shipments.create(carrier=carrier, tracking=tracking, who=who, form_id=request_id)
    for pk, n in sorted(wanted.items()):
        _pack(parcel, pk, n)
    event = order.record(OrderEvent.Kind.SHIPPED, who, str(parcel))
    mail.shipped(order, event, parcel)
    finish(order, who)
    return parcel


def _pack(parcel: Shipment, line_id: int, n: int) -> None:
    held = OrderLine.objects.filter(pk=line_id, order=parcel.order_id, held__gte=n)
    if n < 0 or not held.update(held=F("held") - n, fulfilled=F("fulfilled") + n):
        raise NotShipped(line_id)
    ShipmentLine.objects.create(shipment=parcel, line_id=line_id, quantity=n)


def finish(order: Order, who: Any) -> None:
    """Once nothing is left to send and something was, the order is sent."""
    left, sent = order.lines.filter(held__gt=0), order.lines.filter(fulfilled__gt=0)
    if left.exists() or not sent.exists():
        return
    if order.move(Order.State.PAID, to=Order.State.FULFILLED):
        order.record(OrderEvent.Kind.FULFILLED, who)
