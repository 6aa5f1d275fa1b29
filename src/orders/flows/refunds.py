"""Money back: owed inside a transaction, and sent outside of any."""

import logging
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from orders import mail
from orders.clock import after
from orders.flows.errors import NotRefunded
from orders.models import Attempt, Capture, Order, OrderEvent, Refund
from outbox.doorbell import ring
from payments import PROVIDERS, begun_with
from payments.provider import Money, Refunded, Refused, Unknown

log = logging.getLogger(__name__)

# Providers honour a request id for a while (PayPal for 6 hours); afterwards the same request
# would give the money back a second time.
REPEATABLE = timedelta(hours=5)
UNDECIDED = (Refund.State.DUE, Refund.State.PENDING)


class _OursFirst(Unknown):
    """One made at the provider leaves no room for ours, which it has not refused yet."""


def owe(
    capture: Capture,
    amount: int,
    *,
    who: Any = None,
    why: str = "",
    delivery: int = 0,
    form_id: uuid.UUID | None = None,
) -> Refund:
    """Note that this much of a capture (minor units) is to be given back; `send` does it.

    Call it inside the order's transaction. Raises NotRefunded if the capture has less left.
    """
    if not 0 < amount <= capture.left:
        raise NotRefunded
    capture.attempt.order.record(OrderEvent.Kind.REFUND_DUE, who, why)
    owed = capture.refunds.create(
        amount=amount,
        delivery=delivery,
        who=who,
        why=why,
        form_id=form_id,
        ask_at=after(Refund.WAITS[Refund.State.DUE]),
    )
    _ring(owed)
    return owed


def _ring(owed: Refund) -> None:
    from orders.tasks import send_refund

    ring(send_refund, owed.pk)


def send(refund_id: int) -> Refund:
    """Ask the provider to give the money back, once per refund; safe to repeat.

    Raises payments.provider.Unknown; then it is still due and is asked for again later.
    """
    owed = _read(refund_id)
    if owed.state == Refund.State.PENDING or (owed.state == Refund.State.DUE and _is_old(owed)):
        with suppress(_OursFirst):
            sync(owed.capture.attempt)
        owed = _read(refund_id)
    if owed.state != Refund.State.DUE:
        return owed
    provider = begun_with(owed.capture.attempt.provider)
    try:
        refunded = provider.refund(owed)
    except Refused as error:
        _refused(owed, str(error))
    else:
        _book(owed, refunded)
    return _read(refund_id)


def _refused(owed: Refund, why: str) -> None:
    """The provider has said no to this very request. Raises payments.provider.Unknown."""
    attempt = owed.capture.attempt
    if owed.surplus:
        sync(attempt)  # where others have given some of it back, the rest is another request
    with transaction.atomic():
        Order.objects.select_for_update(of=["self"]).get(pk=attempt.order_id)
        now = _read(owed.pk)
        if now.request_id == owed.request_id:
            _fail(now, why)


def _read(refund_id: int) -> Refund:
    return Refund.objects.select_related("capture__attempt__order").get(pk=refund_id)


def _is_old(owed: Refund) -> bool:
    """Whether its request may have been made so long ago that the provider has forgotten it."""
    return Refund.objects.filter(pk=owed.pk, changed_at__lt=Now() - REPEATABLE).exists()


def sync(attempt: Attempt) -> None:
    """Book the refunds that the provider knows of and the shop does not, such as one made there.

    Raises payments.provider.Unknown.
    """
    if not attempt.captures.exists():
        return
    seen = begun_with(attempt.provider).read(attempt)
    for refunded in sorted(seen.refunds, key=lambda each: _known(attempt, each) is None):
        with transaction.atomic():
            Order.objects.select_for_update(of=["self"]).get(pk=attempt.order_id)
            if owed := _known(attempt, refunded) or _found(attempt, refunded):
                _book(owed, refunded)


def _known(attempt: Attempt, refunded: Refunded) -> Refund | None:
    refunds = list(Refund.objects.filter(capture__attempt=attempt))
    by_their_id = [each for each in refunds if each.provider_refund_id == refunded.refund_id]
    # Where others made it, the provider repeats whatever they wrote.
    by_our_id = [
        each
        for each in refunds
        if not each.provider_refund_id and str(each.request_id) == refunded.request_id
    ]
    return next(iter(by_their_id + by_our_id), None)


def _found(attempt: Attempt, refunded: Refunded) -> Refund | None:
    """One made at the provider; one that failed there moved nothing and is not booked."""
    if refunded.money is Money.FAILED:
        return None
    capture = attempt.captures.order_by("surplus").first()
    if capture is None:
        return None
    ours = capture.refunds.filter(state=Refund.State.DUE).order_by("pk").first()
    if ours and refunded.amount > capture.left:
        if not capture.surplus:
            raise _OursFirst
        if ours.amount == refunded.amount:
            return ours
        _owe_less(ours, refunded.amount - capture.left)
    return owe(capture, refunded.amount, why="made at the provider")


def _owe_less(owed: Refund, less: int) -> None:
    """A part of a surplus was given back at the provider, which would refuse the whole."""
    if less < owed.amount:
        rest = {"amount": owed.amount - less, "request_id": uuid.uuid4()}
        owed.move(Refund.State.DUE, to=Refund.State.DUE, **rest)


@transaction.atomic
def _book(owed: Refund, refunded: Refunded) -> None:
    noted = {"provider_refund_id": refunded.refund_id}
    match refunded.money:
        case Money.PENDING:
            owed.move(Refund.State.DUE, to=Refund.State.PENDING, **noted)
        case Money.FAILED:
            _fail(owed, "the provider could not give it back")
        case Money.MOVED:
            _done(owed, *UNDECIDED, who=owed.who, why=owed.why, **noted)


def _done(owed: Refund, *before: Refund.State, who: Any, why: str, **noted: Any) -> None:
    """The shopper is told once, by who moves it."""
    order = owed.capture.attempt.order
    if owed.move(*before, to=Refund.State.DONE, **noted):
        mail.refunded(order, order.record(OrderEvent.Kind.REFUNDED, who, why), owed)


@transaction.atomic
def _fail(owed: Refund, why: str) -> None:
    if owed.move(*UNDECIDED, to=Refund.State.FAILED, trouble=why[:300]):
        owed.capture.attempt.order.record(OrderEvent.Kind.REFUND_FAILED, why=why[:300])
        log.error("refund %s failed: %s", owed.pk, why)


@transaction.atomic
def retry(refund_id: int, who: Any = None) -> Refund:
    """Let a failed refund be due again. Once more does nothing.

    To the provider it is another request, for it has answered the first one for good. Raises
    NotRefunded if the capture has not as much left.
    """
    owed = _failed(refund_id)
    anew = {"request_id": uuid.uuid4(), "provider_refund_id": None, "trouble": ""}
    if owed.move(Refund.State.FAILED, to=Refund.State.DUE, **anew):
        owed.capture.attempt.order.record(OrderEvent.Kind.REFUND_DUE, who, owed.why)
        _ring(owed)
    return owed


def stuck(order: Order) -> QuerySet[Refund]:
    """Those that may be paid back on another way: failed, or of a provider that is switched off."""
    off = Q(state__in=UNDECIDED) & ~Q(capture__attempt__provider__in=PROVIDERS)
    return order.refunds.filter(Q(state=Refund.State.FAILED) | off)


@transaction.atomic
def repaid_by_hand(refund_id: int, who: Any = None, why: str = "") -> Refund:
    """Note that a refund that is stuck was paid back on another way. Once more does nothing.

    Raises NotRefunded if the capture has not as much left.
    """
    owed = _failed(refund_id)
    off = owed.capture.attempt.provider not in PROVIDERS
    _done(owed, Refund.State.FAILED, *(UNDECIDED if off else ()), who=who, why=why)
    return owed


def _failed(refund_id: int) -> Refund:
    """A refund under its order's lock, whose money is still there if it has failed."""
    order_id = _read(refund_id).capture.attempt.order_id
    Order.objects.select_for_update(of=["self"]).get(pk=order_id)
    owed = _read(refund_id)
    if owed.state == Refund.State.FAILED and owed.amount > owed.capture.left:
        raise NotRefunded
    return owed
