"""The hold: stock and coupons that an unpaid order keeps from others.

Who calls these has the order's lock.
"""

from typing import Any

from catalog.models import Variant
from coupons.models import Coupon, NotTaken
from orders.clock import after
from orders.flows.errors import CouponGone, SoldOut
from orders.models import Order, OrderEvent, OrderLine
from payments.provider import Provider


def hold_again(order: Order, provider: Provider, who: Any) -> None:
    """A payment after expiry takes coupons and stock first. Raises CouponGone, SoldOut."""
    try:
        Coupon.objects.take_again(order.number)
    except NotTaken as error:
        raise CouponGone(error.code) from error
    for line in order.lines.select_related("variant").order_by("variant_id"):
        if line.variant is None or not Variant.objects.take(line.variant.pk, line.quantity):
            raise SoldOut(line.variant or Variant(sku=line.sku))
        OrderLine.objects.filter(pk=line.pk).update(held=line.quantity)
    order.move(Order.State.EXPIRED, to=Order.State.AWAITING, hold_until=after(provider.hold))
    order.record(OrderEvent.Kind.HELD_AGAIN, who)


def give_back(order: Order) -> None:
    """Put what an unpaid order holds back on the shelf, and let others use its codes."""
    Coupon.objects.give_back(order.number)
    # Who writes `held` has the order's lock, so the two statements below are as one.
    for line in order.lines.filter(held__gt=0).order_by("variant_id"):
        OrderLine.objects.filter(pk=line.pk).update(held=0)
        if line.variant_id:
            Variant.objects.give_back(line.variant_id, line.held)
