"""Orders that an editor should look at, and why, in words."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models import Attempt, Order, OrderEvent, Refund, ReturnRequest

CAPTURING = timedelta(minutes=10)
PENDING = DUE = timedelta(days=1)

WORDS = {
    "mismatch": _("A payment at the provider is not what the shop asked for. No money was taken."),
    "surplus": _("Money came that the order did not need. It is given back by itself."),
    "capturing": _("A payment has been under way for over 10 minutes. Ask the provider."),
    "pending": _("A payment has been pending at the provider for over a day. Ask the provider."),
    "return_asked": _("The shopper asks to return something. Accept or refuse it."),
    "refund_failed": _("A refund failed. Try it again, or pay it back by hand."),
    "refund_due": _("A refund has been due for over a day. Ask the provider."),
}
UNTIL_SEEN = ("mismatch", "surplus")  # these pass by being looked at, the others by ending


def looked_for(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders, each with a mark for every reason to look at it."""
    return orders.annotate(
        needs_mismatch=_unseen(OrderEvent.Kind.MISMATCH),
        needs_surplus=_unseen(OrderEvent.Kind.SURPLUS),
        needs_capturing=_attempt(Attempt.State.CAPTURING, CAPTURING),
        needs_pending=_attempt(Attempt.State.PENDING, PENDING),
        needs_return_asked=_return(),
        needs_refund_failed=_refund(Refund.State.FAILED, timedelta()),
        needs_refund_due=_refund(Refund.State.DUE, DUE),
    )


def needing(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those with at least one reason."""
    reasons = Q()
    for reason in WORDS:
        reasons |= Q(**{f"needs_{reason}": True})
    return looked_for(orders).filter(reasons)


def reasons(order: Order) -> list[str]:
    """Why to look at it; `order` is one of `looked_for`."""
    return [reason for reason in WORDS if getattr(order, f"needs_{reason}", False)]


def _unseen(kind: OrderEvent.Kind) -> Exists:
    seen = OrderEvent.objects.filter(
        order=OuterRef("order"), kind=OrderEvent.Kind.LOOKED_AT, pk__gt=OuterRef("pk")
    )
    return Exists(OrderEvent.objects.filter(~Exists(seen), order=OuterRef("pk"), kind=kind))


def _attempt(state: Attempt.State, wait: timedelta) -> Exists:
    attempts = Attempt.objects.filter(state=state, changed_at__lt=Now() - wait)
    return Exists(attempts.filter(order=OuterRef("pk")))


def _refund(state: Refund.State, wait: timedelta) -> Exists:
    refunds = Refund.objects.filter(state=state, created_at__lt=Now() - wait)
    return Exists(refunds.filter(capture__attempt__order=OuterRef("pk")))


def _return() -> Exists:
    asked = ReturnRequest.objects.filter(state=ReturnRequest.State.ASKED)
    return Exists(asked.filter(order=OuterRef("pk")))
