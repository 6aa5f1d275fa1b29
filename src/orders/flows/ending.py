"""End an unpaid order: it expires, is cancelled, or goes back into the cart to be changed."""

from typing import Any

from django.db import transaction

from cart.cart import Cart
from orders import mail
from orders.flows.errors import NotEnded
from orders.flows.hold import give_back
from orders.models import Attempt, Order, OrderEvent

CHANGED = "changed"  # why an order was cancelled whose goods went back into the cart


def expire() -> int:
    """End the overdue orders and give their stock back; return how many were looked at.

    One transaction each. Safe to run twice at once: an order in another's hands is passed over.
    """
    ended = 0
    while _expire_one():
        ended += 1
    return ended


@transaction.atomic
def _expire_one() -> bool:
    overdue = Order.objects.overdue().order_by("pk")
    order = overdue.select_for_update(skip_locked=True).first()
    if order is None:
        return False
    if order.attempts.filter(state__in=Attempt.BUSY).exists():
        return True  # a capture began between the search and the lock
    give_back(order)
    order.move(Order.State.AWAITING, to=Order.State.EXPIRED)
    order.record(OrderEvent.Kind.EXPIRED)
    return True


@transaction.atomic
def cancel(order_id: int, who: Any = None, why: str = "", *, tell: bool = True) -> Order:
    """End an unpaid order for good and give its stock back. Once more does nothing.

    A payment that is approved later is not taken. Raises NotEnded if the order is paid, sent
    or being paid.
    """
    order = Order.objects.select_for_update(of=["self"]).get(pk=order_id)
    if order.state == Order.State.CANCELLED:
        return order
    attempts = order.attempts.select_for_update()
    busy = attempts.filter(state__in=Attempt.BUSY).exists()
    unpaid = (Order.State.AWAITING, Order.State.EXPIRED)
    if busy or not order.move(*unpaid, to=Order.State.CANCELLED, hold_until=None):
        raise NotEnded
    for attempt in attempts.filter(state__in=Attempt.OPEN):
        attempt.move(*Attempt.OPEN, to=Attempt.State.ABANDONED)
    give_back(order)
    event = order.record(OrderEvent.Kind.CANCELLED, who, why)
    if tell:
        mail.cancelled(order, event)
    return order


def change(order_id: int, cart: Cart, who: Any = None) -> Order:
    """Cancel an unpaid order and put its lines and codes back into the cart.

    Raises NotEnded, also if it was cancelled in another way, and UpdateError. Once more puts
    nothing back. The shopper is told by mail only if
    one told of the order.
    """
    with cart.locked():
        with transaction.atomic():
            order = Order.objects.select_for_update(of=["self"]).get(pk=order_id)
            if order.events.filter(kind=OrderEvent.Kind.CANCELLED, why=CHANGED).exists():
                return order
            if order.state == Order.State.CANCELLED:
                raise NotEnded
            order = cancel(order_id, who, CHANGED, tell=mail.told(order))
            pieces = [(line.variant_id, line.quantity) for line in order.lines.all()]
            cart.put_back([(pk, quantity) for pk, quantity in pieces if pk is not None])
            cart.use_again([discount.code for discount in order.discounts.all()])
        return order
