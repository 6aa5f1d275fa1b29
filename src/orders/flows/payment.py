"""Pay: choose a provider, and get the address where the shopper approves."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Greatest, Now

from orders import mail
from orders.clock import after
from orders.flows.errors import NotPayable, PaymentUnderWay
from orders.flows.hold import hold_again
from orders.models import Attempt, Order, OrderEvent
from payments import PROVIDERS, begun_with
from payments.provider import Provider, Refused

APPROVABLE = timedelta(hours=2)  # PayPal lets go of an order that is not approved in 3


def start(attempt_id: int) -> str:
    """Ask the provider for the payment and return where the shopper approves it; safe to repeat.

    Empty where nothing is to be approved. Raises payments.provider.Unknown (ask again) or
    NotPayable.
    """
    attempt = Attempt.objects.select_related("order").get(pk=attempt_id)
    if attempt.state == Attempt.State.NEW:
        try:
            created = begun_with(attempt.provider).create(attempt)
        except Refused as error:
            attempt.move(Attempt.State.NEW, to=Attempt.State.FAILED, trouble=str(error)[:300])
            raise NotPayable from error
        attempt.move(
            Attempt.State.NEW,
            to=Attempt.State.CREATED,
            provider_order_id=created.provider_order_id,
            approve_url=created.approve_url,
            payee=created.payee,
        )
        attempt.refresh_from_db()
    if attempt.state != Attempt.State.CREATED:
        raise NotPayable
    return attempt.approve_url


@transaction.atomic
def choose(order_id: int, code: str, who: Any = None) -> Attempt:
    """Let an unpaid order be paid with this provider, from now on or once more.

    What was begun elsewhere is given up: money that is approved there later is not taken.
    An order that had expired takes its stock again. Raises NotPayable, PaymentUnderWay, SoldOut.
    """
    order = Order.objects.select_for_update(of=["self"]).get(pk=order_id)
    provider = PROVIDERS[code]
    attempts = order.attempts.select_for_update()
    if attempts.filter(state__in=Attempt.BUSY).exists():
        raise PaymentUnderWay
    if order.state == Order.State.EXPIRED:
        hold_again(order, provider, who)
    if order.state != Order.State.AWAITING or not provider.takes(order.total, order.currency):
        raise NotPayable
    fresh = attempts.filter(provider=code, created_at__gt=Now() - APPROVABLE)
    if not provider.redirects:
        fresh = attempts.filter(provider=code)
    if attempt := fresh.filter(state__in=Attempt.OPEN).last():
        return attempt
    for attempt in attempts.filter(state__in=Attempt.OPEN):
        attempt.move(*Attempt.OPEN, to=Attempt.State.ABANDONED)
    longer = Greatest("hold_until", after(provider.hold))
    order.move(Order.State.AWAITING, to=Order.State.AWAITING, hold_until=longer)
    order.refresh_from_db()
    order.record(OrderEvent.Kind.PAYMENT_CHOSEN, who, code)
    return open_attempt(order, provider)


def open_attempt(order: Order, provider: Provider) -> Attempt:
    """Begin an attempt, inside the order's transaction; a bank transfer is told of by mail."""
    state = Attempt.State.NEW if provider.redirects else Attempt.State.CREATED
    attempt: Attempt = order.attempts.create(
        provider=provider.code, amount=order.total, currency=order.currency, state=state
    )
    if not provider.redirects:
        mail.placed(order, attempt)
    return attempt
