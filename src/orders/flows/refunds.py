"""Refund: money back, decided in one transaction and sent outside of any."""

import logging
from typing import Any

from django.db import transaction
from django.db.models import Sum

from orders.clock import after
from orders.flows.errors import NotRefunded
from orders.models import Attempt, Capture, Order, OrderEvent, Refund
from payments import PROVIDERS
from payments.provider import Money, Refunded, Refused

log = logging.getLogger(__name__)


def owe(
    capture: Capture, amount: int, *, who: Any = None, why: str = "", delivery: int = 0
) -> Refund:
    """Note that this much of a capture (minor units) is to be given back; `send` does it.

    Call it inside the order's transaction. Raises NotRefunded if the capture has less left.
    """
    live = capture.refunds.exclude(state=Refund.State.FAILED)
    given = live.aggregate(sum=Sum("amount", default=0))["sum"]
    if not 0 < amount <= capture.amount - given:
        raise NotRefunded
    capture.attempt.order.record(OrderEvent.Kind.REFUND_DUE, who, why)
    return capture.refunds.create(
        amount=amount,
        delivery=delivery,
        who=who,
        why=why,
        ask_at=after(Refund.WAITS[Refund.State.DUE]),
    )


def send(refund_id: int) -> Refund:
    """Ask the provider to give the money back, once per refund; safe to repeat.

    Raises payments.provider.Unknown; then it is still due and is asked for again later.
    """
    refund = Refund.objects.select_related("capture__attempt__order").get(pk=refund_id)
    if refund.state not in {Refund.State.DUE, Refund.State.PENDING}:
        return refund
    provider = PROVIDERS[refund.capture.attempt.provider]
    try:
        refunded = provider.refund(refund)
    except Refused as error:
        _fail(refund, str(error))
        return refund
    _book(refund, refunded)
    return refund


def sync(attempt: Attempt) -> None:
    """Book the refunds that the provider knows of and the shop does not, such as one made there.

    Raises payments.provider.Unknown.
    """
    if not attempt.captures.exists():
        return
    seen = PROVIDERS[attempt.provider].read(attempt)
    for refunded in seen.refunds:
        with transaction.atomic():
            Order.objects.select_for_update(of=["self"]).get(pk=attempt.order_id)
            refunds = Refund.objects.filter(capture__attempt=attempt)
            known = refunds.filter(provider_refund_id=refunded.refund_id).first()
            # One that was made at the provider has no id of ours, or another thing's.
            ours = (each for each in refunds if str(each.request_id) == refunded.request_id)
            known = known or next(ours, None)
            _book(known or _found(attempt, refunded), refunded)


def _found(attempt: Attempt, refunded: Refunded) -> Refund:
    return owe(attempt.captures.get(), refunded.amount, why="made at the provider")


@transaction.atomic
def _book(refund: Refund, refunded: Refunded) -> None:
    order = refund.capture.attempt.order
    noted = {"provider_refund_id": refunded.refund_id}
    match refunded.money:
        case Money.PENDING:
            refund.move(Refund.State.DUE, to=Refund.State.PENDING, **noted)
        case Money.FAILED:
            _fail(refund, "the provider could not give it back")
        case Money.MOVED:
            if refund.move(Refund.State.DUE, Refund.State.PENDING, to=Refund.State.DONE, **noted):
                order.record(OrderEvent.Kind.REFUNDED, refund.who, refund.why)


@transaction.atomic
def _fail(refund: Refund, why: str) -> None:
    before = (Refund.State.DUE, Refund.State.PENDING)
    if refund.move(*before, to=Refund.State.FAILED, trouble=why[:300]):
        refund.capture.attempt.order.record(OrderEvent.Kind.REFUND_FAILED, why=why[:300])
        log.error("refund %s failed: %s", refund.pk, why)
