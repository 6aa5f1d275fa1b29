"""The verbs that cross apps: place, settle, expire.

Pages, the admin, tasks and later the API call these; none repeats their checks. No transaction is
open while a provider is spoken to. Lock order: session, order, attempt, variants by primary key.
"""

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from cart.cart import Cart
from catalog.models import Variant
from orders import mail
from orders.models import Attempt, Capture, DeliveryMethod, Order, OrderEvent, OrderLine
from orders.quote import Quote
from payments import PROVIDERS
from payments.provider import Captured, Declined, Provider

log = logging.getLogger(__name__)


class NotPlaced(Exception):  # noqa: N818 it reads as what happened
    """The order was not placed and nothing has changed."""


class EmptyCart(NotPlaced):
    pass


class QuoteChanged(NotPlaced):
    """Price, tax or delivery are not what the shopper last saw."""


class TooManyUnpaid(NotPlaced):
    pass


class SoldOut(NotPlaced):
    def __init__(self, variant: Variant) -> None:
        super().__init__(variant.sku)
        self.variant = variant


class NotSettled(Exception):  # noqa: N818 it reads as what happened
    """No money was taken."""


@dataclass(frozen=True)
class Buyer:
    email: str
    phone: str
    address: dict[str, str]
    language: str
    member: Any = None


def place(
    cart: Cart, *, token: str, buyer: Buyer, method: DeliveryMethod, provider: str, seen: str
) -> Order:
    """Turn what can be bought of the cart into one order per checkout token.

    `seen` is the digest of the quote that the shopper agreed to. Prices, stock and totals are
    read anew. Raises NotPlaced, or UpdateError if the session has gone; then stock, cart and
    outbox are as before.
    """
    with cart.session.locked():
        if order := Order.objects.filter(checkout_token=token).first():
            return order
        try:
            with transaction.atomic():
                return _place(Cart(cart.session), token, buyer, method, PROVIDERS[provider], seen)
        except IntegrityError:
            # Another session won the race for this token.
            if order := Order.objects.filter(checkout_token=token).first():
                return order
            raise


def _place(
    cart: Cart, token: str, buyer: Buyer, method: DeliveryMethod, provider: Provider, seen: str
) -> Order:
    lines = cart.lines
    if not lines:
        raise EmptyCart
    quote = Quote(lines, method)
    if quote.digest != seen:
        raise QuoteChanged
    session_hash = hashlib.sha256(cart.session.session_key.encode()).hexdigest()
    _refuse_hoarding(buyer, session_hash)
    order = _create_order(quote, token, buyer, provider, session_hash)
    for line in sorted(quote.lines, key=lambda each: each.variant.pk):
        if not Variant.objects.take(line.variant.pk, line.quantity):
            raise SoldOut(line.variant)
    cart.empty(lines)
    placed = order.record(OrderEvent.Kind.PLACED, buyer.member)
    if quote.total:
        attempt = order.attempts.create(
            provider=provider.code,
            amount=order.total,
            currency=order.currency,
            state=Attempt.State.CREATED,
        )
        mail.placed(order, placed, attempt)
    else:
        _mark_paid(order, None, "")
    return order


def _refuse_hoarding(buyer: Buyer, session_hash: str) -> None:
    """Unpaid orders hold stock, so each buyer has only so many at once."""
    same = Q(email__iexact=buyer.email) | Q(session_hash=session_hash)
    if buyer.member:
        same |= Q(member=buyer.member)
    waiting = Order.objects.filter(same, state=Order.State.AWAITING)
    if waiting.count() >= settings.UNPAID_ORDERS_MAX:
        raise TooManyUnpaid


def _create_order(
    quote: Quote, token: str, buyer: Buyer, provider: Provider, session_hash: str
) -> Order:
    order = Order.objects.create(
        checkout_token=token,
        session_hash=session_hash,
        member=buyer.member,
        email=buyer.email,
        phone=buyer.phone,
        address=buyer.address,
        language=buyer.language,
        delivery_en=quote.method.name_en,
        delivery_zh=quote.method.name_zh,
        delivery_price=quote.delivery_price,
        delivery_tax_rate=quote.delivery_tax_rate,
        delivery_tax=quote.delivery_tax,
        currency=quote.currency,
        goods=quote.goods,
        tax=quote.tax,
        total=quote.total,
        hold_until=_hold_until(provider),
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            variant=line.variant,
            sku=line.variant.sku,
            name_en=line.variant.product.name_en,
            name_zh=line.variant.product.name_zh,
            choices_en=line.variant.choices_en,
            choices_zh=line.variant.choices_zh,
            quantity=line.quantity,
            unit_price=line.variant.price,
            total=line.total,
            tax_rate=line.rate,
            tax=line.tax,
            held=line.quantity,
        )
        for line in quote.lines
    )
    order.refresh_from_db()
    return order


def _hold_until(provider: Provider) -> ExpressionWrapper:
    """By the database's clock: a web server whose clock is wrong frees nobody's stock."""
    return ExpressionWrapper(Now() + provider.hold, output_field=DateTimeField())


def settle(attempt_id: int, who: Any = None, why: str = "") -> Order:
    """The only road to money: compare, claim, capture, book. Safe to repeat.

    `who` is the editor who vouches for a payment, if one does. Raises NotSettled, SoldOut (the
    hold had lapsed and the stock has gone; nothing was charged) or payments.provider.Unknown
    (it stays `capturing` until it is asked again).
    """
    attempt = Attempt.objects.select_related("order").get(pk=attempt_id)
    provider = PROVIDERS[attempt.provider]
    if attempt.state == Attempt.State.CAPTURED:
        return attempt.order
    seen = provider.read(attempt)
    if (seen.amount, seen.currency, seen.custom_id) != (
        attempt.amount,
        attempt.currency,
        str(attempt.pk),
    ):
        _mismatch(attempt, who)
    if not _claim(attempt_id, provider, who):
        return Order.objects.get(pk=attempt.order_id)
    try:
        captured = provider.capture(attempt)
    except Declined as error:
        attempt.move(Attempt.State.CAPTURING, to=Attempt.State.CREATED)
        raise NotSettled from error
    return _book(attempt, captured, who, why)


def _mismatch(attempt: Attempt, who: Any) -> None:
    with transaction.atomic():
        if attempt.move(Attempt.State.NEW, Attempt.State.CREATED, to=Attempt.State.FAILED):
            attempt.order.record(OrderEvent.Kind.MISMATCH, who)
    log.error("payment attempt %s does not match what the provider has", attempt.pk)
    raise NotSettled


@transaction.atomic
def _claim(attempt_id: int, provider: Provider, who: Any) -> bool:
    """Move the attempt to `capturing`; False if it is already paid. Raises NotSettled, SoldOut."""
    order = Order.objects.select_for_update(of=["self"]).get(attempts=attempt_id)
    attempt = order.attempts.select_for_update().get(pk=attempt_id)
    if attempt.state == Attempt.State.CAPTURED:
        return False
    if order.attempts.filter(state__in=Attempt.BUSY).exclude(pk=attempt_id).exists():
        raise NotSettled
    if order.state == Order.State.EXPIRED:
        _hold_again(order, provider, who)
    if order.state != Order.State.AWAITING:
        raise NotSettled
    if attempt.state != Attempt.State.CAPTURING and not attempt.move(
        Attempt.State.NEW, Attempt.State.CREATED, to=Attempt.State.CAPTURING
    ):
        raise NotSettled
    return True


def _hold_again(order: Order, provider: Provider, who: Any) -> None:
    """A payment after expiry takes the stock first, and is refused if it has gone."""
    for line in order.lines.select_related("variant").order_by("variant_id"):
        if line.variant is None or not Variant.objects.take(line.variant.pk, line.quantity):
            raise SoldOut(line.variant or Variant(sku=line.sku))
        OrderLine.objects.filter(pk=line.pk).update(held=line.quantity)
    hold_until = _hold_until(provider)
    order.move(Order.State.EXPIRED, to=Order.State.AWAITING, hold_until=hold_until)
    order.record(OrderEvent.Kind.HELD_AGAIN, who)


@transaction.atomic
def _book(attempt: Attempt, captured: Captured, who: Any, why: str) -> Order:
    order = Order.objects.select_for_update().get(pk=attempt.order_id)
    attempt = order.attempts.select_for_update().get(pk=attempt.pk)
    if captured.pending:
        attempt.move(Attempt.State.CAPTURING, to=Attempt.State.PENDING)
        return order
    if not attempt.move(Attempt.State.CAPTURING, Attempt.State.PENDING, to=Attempt.State.CAPTURED):
        return order
    Capture.objects.create(attempt=attempt, capture_id=captured.capture_id, amount=captured.amount)
    _mark_paid(order, who, why)
    return order


def _mark_paid(order: Order, who: Any, why: str) -> None:
    if order.move(Order.State.AWAITING, to=Order.State.PAID, hold_until=None, paid_at=Now()):
        mail.paid(order, order.record(OrderEvent.Kind.PAID, who, why))
    else:
        log.error("order %s was paid while it was %s", order.number, order.state)


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
    # Who writes `held` has the order's lock, so the two statements below are as one.
    for line in order.lines.filter(held__gt=0).order_by("variant_id"):
        OrderLine.objects.filter(pk=line.pk).update(held=0)
        if line.variant_id:
            Variant.objects.give_back(line.variant_id, line.held)
    order.move(Order.State.AWAITING, to=Order.State.EXPIRED)
    order.record(OrderEvent.Kind.EXPIRED)
    return True
