"""Place: from a cart to an order, once per checkout token."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from cart.cart import Cart
from catalog.models import Variant
from coupons.models import Coupon, NotTaken
from coupons.person import Person
from orders.clock import after
from orders.flows.errors import (
    CouponGone,
    EmptyCart,
    NotPlaced,
    QuoteChanged,
    SoldOut,
    TooManyUnpaid,
)
from orders.flows.payment import open_attempt
from orders.flows.settlement import mark_paid
from orders.models import DeliveryMethod, Discount, Order, OrderEvent, OrderLine
from orders.models.guest import session_hash
from orders.quote import Quote
from payments import PROVIDERS
from payments.provider import Provider


@dataclass(frozen=True)
class Buyer:
    email: str
    phone: str
    address: dict[str, str]
    language: str
    member: Any = None

    @property
    def person(self) -> Person:
        return Person.of(self.email, self.member and self.member.pk)


def place(
    cart: Cart, *, token: str, buyer: Buyer, method: DeliveryMethod, provider: str, seen: str
) -> Order:
    """Turn what can be bought of the cart into one order per checkout token.

    `seen` is the digest of the quote that the shopper agreed to. Prices, stock and totals are
    read anew. Raises NotPlaced, or UpdateError if the session has gone; then stock, cart and
    outbox are as before.
    """
    with cart.locked():
        if order := Order.objects.filter(checkout_token=token).first():
            return order
        try:
            with transaction.atomic():
                return _place(cart, token, buyer, method, PROVIDERS[provider], seen)
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
    quote = Quote(lines, method, cart.codes, buyer.person)
    if quote.digest != seen:
        raise QuoteChanged
    if not provider.takes(quote.total, quote.currency):
        raise NotPlaced
    session = session_hash(cart.session.session_key)
    _refuse_hoarding(buyer, session)
    order = _create_order(quote, token, buyer, provider, session)
    _take_coupons(quote, order, buyer.person)
    for line in sorted(quote.lines, key=lambda each: each.variant.pk):
        if not Variant.objects.take(line.variant.pk, line.quantity):
            raise SoldOut(line.variant)
    cart.empty(lines)
    cart.stop_using(*(used.code for used in quote.discounts.used))
    order.record(OrderEvent.Kind.PLACED, buyer.member)
    if quote.total:
        open_attempt(order, provider)
    else:
        mark_paid(order, None, "")
    return order


def _take_coupons(quote: Quote, order: Order, person: Person) -> None:
    """Count one use of each code that takes something off, and note it on the order."""
    coupons = [(used.coupon, used.amount) for used in quote.discounts.used if used.coupon]
    Discount.objects.bulk_create(
        Discount(
            order=order,
            code=coupon.code,
            name_en=coupon.name_en,
            name_zh=coupon.name_zh,
            kind=coupon.kind,
            amount=amount,
        )
        for coupon, amount in coupons
    )
    for coupon, _amount in sorted(coupons, key=lambda each: each[0].pk):
        try:
            Coupon.objects.take(coupon.code, order.number, person)
        except NotTaken as error:
            raise CouponGone(coupon.code) from error


def _refuse_hoarding(buyer: Buyer, session: str) -> None:
    """Unpaid orders hold stock, so each buyer has only so many at once."""
    same = Q(email__iexact=buyer.email) | Q(session_hash=session)
    if buyer.member:
        same |= Q(member=buyer.member)
    waiting = Order.objects.filter(same, state=Order.State.AWAITING)
    if waiting.count() >= settings.UNPAID_ORDERS_MAX:
        raise TooManyUnpaid


def _create_order(
    quote: Quote, token: str, buyer: Buyer, provider: Provider, session: str
) -> Order:
    order = Order.objects.create(
        checkout_token=token,
        session_hash=session,
        member=buyer.member,
        email=buyer.email,
        phone=buyer.phone,
        address=buyer.address,
        language=buyer.language,
        delivery_en=quote.method.name_en,
        delivery_zh=quote.method.name_zh,
        delivery_price=quote.delivery_price,
        delivery_discount=quote.delivery_discount,
        delivery_tax_rate=quote.delivery_tax_rate,
        delivery_tax=quote.delivery_tax,
        currency=quote.currency,
        goods=quote.goods,
        discount=quote.discount,
        tax=quote.tax,
        total=quote.total,
        hold_until=after(provider.hold),
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
            discount=line.discount,
            held=line.quantity,
        )
        for line in quote.lines
    )
    order.refresh_from_db()
    return order
