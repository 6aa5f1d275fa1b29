"""Take the person out of an order, and leave what the accounts need of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.models import Redemption
from orders.flows.ending import cancel
from orders.models import Attempt, Capture, Order, OrderEvent, OrderLine, Refund, ReturnRequest
from outbox.models import Message

WHY_NOT = {
    "paying": _("A payment for it is being checked."),
    "waiting": _("It waits for your payment. Pay it or cancel it first."),
    "unsent": _("It is paid and not all of it has been sent."),
    "returning": _("We have still to decide about its return."),
    "refunding": _("A refund for it is under way."),
}
AT_ONCE = 200


@dataclass(frozen=True)
class Hindrance:
    """An order that is not done with, and why, in words."""

    order: Order
    words: Any


def _looked_through(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Each with a mark for every reason to need its address still."""
    moving = Attempt.objects.filter(state__in=[Attempt.State.CAPTURING, Attempt.State.PENDING])
    held = OrderLine.objects.filter(held__gt=0)
    asked = ReturnRequest.objects.filter(state=ReturnRequest.State.ASKED)
    owed = Refund.objects.exclude(state=Refund.State.DONE)
    return orders.annotate(
        paying=Exists(moving.filter(order=OuterRef("pk"))),
        waiting=Q(state=Order.State.AWAITING),
        unsent=Exists(held.filter(order=OuterRef("pk"))),
        returning=Exists(asked.filter(order=OuterRef("pk"))),
        refunding=Exists(owed.filter(capture__attempt__order=OuterRef("pk"))),
    )


def hindrances_among(orders: QuerySet[Order]) -> list[Hindrance]:
    """Those that cannot be forgotten yet: money or goods are on their way."""
    found = []
    for order in _looked_through(orders).order_by("pk"):
        if reason := next((reason for reason in WHY_NOT if getattr(order, reason)), None):
            found.append(Hindrance(order, WHY_NOT[reason]))
    return found


def anonymise(order: Order) -> None:
    """Keep figures, goods, dates, numbers and the country, which decides the tax; nothing else.

    Who calls it has the order's lock. The links in old mails lead nowhere from here on, and a
    payment that comes after all is not taken.
    """
    if order.state == Order.State.EXPIRED:
        cancel(order.pk, tell=False)
    country = {"country_code": order.address.get("country_code", "")}
    secret = Order._meta.get_field("secret").get_default()
    nobody: dict[str, Any] = {"email": "", "phone": "", "session_hash": "", "member": None}
    Order.objects.filter(pk=order.pk).update(address=country, secret=secret, **nobody)
    Redemption.objects.filter(about=order.number).update(person="", member="")
    _take_words(order)


def _take_words(order: Order) -> None:
    """What was written about it, by hand or by mail, and by what a carrier knows its parcels."""
    told = [f"order-event:{event.pk}" for event in order.events.all()]
    Message.objects.filter(about__in=told).delete()
    order.events.exclude(kind=OrderEvent.Kind.PAYMENT_CHOSEN).update(why="")
    order.attempts.update(trouble="", approve_url="")
    Refund.objects.filter(capture__attempt__order=order).update(why="", trouble="")
    order.shipments.update(tracking="")
    order.returns.update(note="", answer="")
    in_log = {"content_type__app_label": "orders", "content_type__model": "order"}
    LogEntry.objects.filter(**in_log, object_id=str(order.pk)).update(change_message="")


def forget() -> int:
    """Anonymise the orders that have been kept as long as they need to be; return how many."""
    forgotten = 0
    while forgotten < AT_ONCE and _forget_one():
        forgotten += 1
    return forgotten


@transaction.atomic
def _forget_one() -> bool:
    done_with = dict.fromkeys(WHY_NOT, False)
    found = _looked_through(_outlived()).filter(**done_with).order_by("pk")
    order = found.select_for_update(of=["self"], skip_locked=True).first()
    if order is None:
        return False
    anonymise(order)
    return True


def _outlived() -> QuerySet[Order]:
    """Kept long enough for the accounts; those without money only as long as one may ask."""
    years = timedelta(days=round(settings.ORDERS_KEPT_YEARS * 365.25))
    days = timedelta(days=settings.UNPAID_ORDERS_KEPT_DAYS)
    ended = Q(state__in=[Order.State.EXPIRED, Order.State.CANCELLED])
    money = Exists(Capture.objects.filter(attempt__order=OuterRef("pk")))
    unpaid = ended & ~money & Q(placed_at__lt=Now() - days)
    return Order.objects.exclude(email="").filter(unpaid | Q(placed_at__lt=Now() - years))
