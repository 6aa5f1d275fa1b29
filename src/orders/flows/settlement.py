"""Settle: the only road to money. Compare, claim, capture, book; safe to repeat at any point."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from prometheus_client import Counter

from orders import mail
from orders.flows.errors import (
    CardDeclined,
    CouponGone,
    Mismatch,
    NotApproved,
    NotPayable,
    NotSettled,
    PaymentUnderWay,
    SoldOut,
)
from orders.flows.hold import hold_again
from orders.flows.refunds import owe
from orders.models import Attempt, Capture, Invoice, Order, OrderEvent
from payments import begun_with
from payments.provider import Captured, Declined, Money, Provider, Refused, Seen, Stage

log = logging.getLogger(__name__)

CAPTURE_ERRORS = Counter("shop_capture_errors", "Captures that brought no money.", ["why"])
for _why in ("declined", "denied", "refused", "unknown"):
    CAPTURE_ERRORS.labels(_why)  # 0 from the start: an alert sees the first one
UNDECIDED = (*Attempt.OPEN, Attempt.State.CAPTURING, Attempt.State.PENDING)


def settle(attempt_id: int, who: Any = None, why: str = "") -> Order:
    """Take an approved payment's money once and pay the order with it.

    Called by the return page, the webhook, the reconciler and the editor (`who`) who vouches for
    a bank transfer. Raises NotSettled, SoldOut (the hold had lapsed and the stock has gone) or
    payments.provider.Unknown (it stays `capturing` until it is asked again).
    """
    attempt = Attempt.objects.select_related("order").get(pk=attempt_id)
    if attempt.state == Attempt.State.CAPTURED:
        return attempt.order
    provider = begun_with(attempt.provider)
    taken = _look(attempt, provider, who)
    if taken and taken.money is Money.FAILED:
        return _fail(attempt, "denied")
    try:
        claimed = _claim(attempt_id, provider, who)
    except (NotSettled, SoldOut) as reason:
        if taken:
            _book_surplus(attempt, taken)
        elif provider.redirects and isinstance(reason, SoldOut | CouponGone):
            # The shopper is told "not charged", so this approval is not used later either.
            attempt.move(*Attempt.OPEN, to=Attempt.State.ABANDONED, trouble="too late")
        raise
    if claimed is None:
        return Order.objects.get(pk=attempt.order_id)
    return _book(claimed, taken or _capture(provider, claimed), who, why)


def _look(attempt: Attempt, provider: Provider, who: Any) -> Captured | None:
    """What the provider has taken or denied already. Raises Mismatch, NotApproved, Unknown."""
    if provider.redirects and not attempt.provider_order_id:
        raise NotApproved
    seen = provider.read(attempt)
    if not _is_ours(attempt, seen):
        _mismatch(attempt, seen, who)
    if not seen.captures and seen.stage is not Stage.APPROVED:
        _not_approved(attempt, seen.stage)
    return min(seen.captures, key=lambda each: each.money is Money.FAILED, default=None)


def _is_ours(attempt: Attempt, seen: Seen) -> bool:
    asked = (attempt.amount, attempt.currency, str(attempt.pk), attempt.payee)
    return (seen.amount, seen.currency, seen.custom_id, seen.payee) == asked


def _mismatch(attempt: Attempt, seen: Seen, who: Any) -> None:
    """Fail the attempt uncaptured; what was captured all the same is owed back.

    What is pending is asked about until it is decided: then it is owed back, too, or failed.
    """
    for taken in seen.captures:
        _book_surplus(attempt, taken)
    waits = any(taken.money is Money.PENDING for taken in seen.captures)
    if waits:
        attempt.move(Attempt.State.CAPTURING, to=Attempt.State.PENDING)
    before = Attempt.OPEN if waits else UNDECIDED
    with transaction.atomic():
        if attempt.move(*before, to=Attempt.State.FAILED, trouble="mismatch"):
            attempt.order.record(OrderEvent.Kind.MISMATCH, who)
    log.error("payment attempt %s does not match what the provider has", attempt.pk)
    raise Mismatch


def _not_approved(attempt: Attempt, stage: Stage) -> None:
    """A claim before a crash comes to nothing if the provider waits for the shopper again."""
    if stage is Stage.GONE:
        attempt.move(*UNDECIDED, to=Attempt.State.ABANDONED)
    else:
        attempt.move(Attempt.State.CAPTURING, to=Attempt.State.CREATED)
    raise NotApproved


@transaction.atomic
def _claim(attempt_id: int, provider: Provider, who: Any) -> Attempt | None:
    """Move the attempt to `capturing`, unless money is already under way with it.

    None if it is already paid. Raises NotSettled, SoldOut.
    """
    order = Order.objects.select_for_update(of=["self"]).get(attempts=attempt_id)
    attempt: Attempt = order.attempts.select_for_update().get(pk=attempt_id)
    if attempt.state == Attempt.State.CAPTURED:
        return None
    if attempt.state in Attempt.BUSY:
        return attempt
    if order.attempts.filter(state__in=Attempt.BUSY).exists():
        raise PaymentUnderWay
    if attempt.state not in Attempt.OPEN:
        raise NotPayable
    if order.state == Order.State.EXPIRED:
        hold_again(order, provider, who)
    if order.state != Order.State.AWAITING:
        raise NotPayable
    attempt.move(*Attempt.OPEN, to=Attempt.State.CAPTURING)
    return attempt


def _capture(provider: Provider, attempt: Attempt) -> Captured:
    try:
        captured = _count_errors(provider.capture, attempt)
    except Declined as error:
        with transaction.atomic():
            more = {"declines": F("declines") + 1}
            if attempt.move(Attempt.State.CAPTURING, to=Attempt.State.CREATED, **more):
                attempt.order.record(OrderEvent.Kind.DECLINED)
        raise CardDeclined from error
    except Refused as error:
        _fail(attempt, str(error))
        raise NotPayable from error
    if captured.money is Money.FAILED:
        _fail(attempt, "denied")
        raise CardDeclined
    return captured


def _count_errors(capture: Callable[[Attempt], Captured], attempt: Attempt) -> Captured:
    try:
        captured = capture(attempt)
    except Exception as error:
        CAPTURE_ERRORS.labels(type(error).__name__.lower()).inc()
        raise
    if captured.money is Money.FAILED:
        CAPTURE_ERRORS.labels("denied").inc()
    return captured


@transaction.atomic
def _fail(attempt: Attempt, why: str) -> Order:
    if attempt.move(*UNDECIDED, to=Attempt.State.FAILED, trouble=why[:300]):
        attempt.order.record(OrderEvent.Kind.DECLINED, why=why[:300])
    return attempt.order


@transaction.atomic
def _book(attempt: Attempt, captured: Captured, who: Any, why: str) -> Order:
    order = Order.objects.select_for_update(of=["self"]).get(pk=attempt.order_id)
    attempt = order.attempts.select_for_update().get(pk=attempt.pk)
    if captured.money is Money.PENDING:
        if attempt.move(Attempt.State.CAPTURING, to=Attempt.State.PENDING):
            order.record(OrderEvent.Kind.PENDING)
        return order
    exact = (captured.amount, captured.currency) == (attempt.amount, attempt.currency)
    waited_for = exact and order.state == Order.State.AWAITING
    before = (Attempt.State.CAPTURING, Attempt.State.PENDING)
    if not waited_for or not attempt.move(*before, to=Attempt.State.CAPTURED):
        return _book_surplus(attempt, captured)
    Capture.objects.create(attempt=attempt, capture_id=captured.capture_id, amount=captured.amount)
    mark_paid(order, who, why)
    return order


@transaction.atomic
def _book_surplus(attempt: Attempt, captured: Captured) -> Order:
    """Money that no order waits for: it is booked, and owed back in full."""
    known = Capture.objects.filter(capture_id=captured.capture_id).exists()
    if known or captured.money is not Money.MOVED:
        return attempt.order
    capture = Capture.objects.create(
        attempt=attempt, capture_id=captured.capture_id, amount=captured.amount, surplus=True
    )
    attempt.move(*UNDECIDED, to=Attempt.State.FAILED, trouble="surplus")
    attempt.order.record(OrderEvent.Kind.SURPLUS)
    owe(capture, captured.amount, why="surplus")
    log.error("capture %s is owed back: no order waits for it", captured.capture_id)
    return attempt.order


def mark_paid(order: Order, who: Any, why: str) -> None:
    """Inside the transaction that books the money, or that places an order of 0."""
    if not order.move(Order.State.AWAITING, to=Order.State.PAID, hold_until=None, paid_at=Now()):
        raise NotPayable
    order.refresh_from_db(fields=["paid_at"])
    Invoice.objects.issue(order, timezone.localtime(order.paid_at).year)
    for attempt in order.attempts.filter(state__in=Attempt.OPEN):
        attempt.move(*Attempt.OPEN, to=Attempt.State.ABANDONED)
    mail.paid(order, order.record(OrderEvent.Kind.PAID, who, why))
